//! Dilute argon: objective molecular dynamics against the Boltzmann equation of the same Lennard-Jones atoms, as tables
//! in Markdown (`validation/argon-dilute/README.md`).
//!
//! `argon_dilute [replicas of 4000 atoms, default 64] [shear|repeat|steps|general|slow]...`, all parts where none is
//! named. Reduced units: `epsilon = sigma = m = 1`, `T = 300/119.8` at the
//! start; times in `tau = mu/p` of the start, the mean collision time. Velocity gradients are `A tau`.
#![allow(clippy::print_stdout, reason = "prints its tables")]

mod atoms;
mod gas;
mod tables;

use atoms::{Atoms, pooled, temperature, temperature_error};
use gas::{ATOMS, GENERAL, Gas, PARTICLES, Run, SHEAR, SLOW, lennard_jones};
use omd_kinetic::chapman_enskog::Transport;
use std::time::Instant;
use tables::{densities, table};

/// The viscosity of argon at 300 K.
fn argon() {
    println!("### Chapman-Enskog viscosity of argon at 300 K, literature 22.7 uPa s\n");
    println!("| parameters | epsilon/k, K | sigma, angstrom | cutoff | uPa s | to the literature |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let boltzmann = 1.380_649e-23;
    let mass: f64 = 39.948 * 1.660_539_066_6e-27;
    for (name, kelvin, sigma, cutoff) in [
        ("Rowley, Nicholson, Parsonage", 119.8, 3.405, None),
        ("White, set 4", 125.7, 3.345, None),
        ("as run here", 119.8, 3.405, Some(2.5)),
    ] {
        let transport = Transport::of_potential(&lennard_jones(cutoff), 1.0).expect("it scatters");
        let unit = f64::sqrt(mass * kelvin * boltzmann) / (sigma * sigma * 1e-20);
        let value = transport.viscosity(300.0 / kelvin).expect("it converges").value * unit * 1e6;
        let cut = cutoff.map_or("none".into(), |rc| format!("{rc} sigma, shifted force"));
        println!("| {name} | {kelvin} | {sigma} | {cut} | {value:.2} | {:+.2} % |", 100.0 * (value / 22.7 - 1.0));
    }
}

/// The main case, the same with other atoms, and other densities.
fn shear(gas: &Gas, run: Run) {
    let boltzmann = gas.boltzmann(&SHEAR, run.replicas);
    let runs = [1e-3, 2e-3, 4e-3, 1e-2].map(|density| Atoms::of(gas, &SHEAR, &Run { density, ..run }));
    table("Simple shear, K tau = 0.5, n sigma^3 = 1e-3", &SHEAR, &runs[0], &boltzmann);
    println!("- Navier-Stokes has T/T0 = {:.4} at the end", gas.navier_stokes(&SHEAR));
    table("Simple shear, K tau = 0.5, n sigma^3 = 1e-2", &SHEAR, &runs[3], &boltzmann);
    densities(&runs, &boltzmann);
}

/// The main case again with other atoms: what is noise does not come back.
fn repeat(gas: &Gas, run: Run) {
    let boltzmann = gas.boltzmann(&SHEAR, run.replicas);
    let mut atoms = Atoms::of(gas, &SHEAR, &Run { seed: run.seed + 1, ..run });
    table("Simple shear, K tau = 0.5, n sigma^3 = 1e-3, other atoms", &SHEAR, &atoms, &boltzmann);
    let first = Atoms::of(gas, &SHEAR, &run);
    atoms.raw = pooled(&first.raw, &atoms.raw);
    atoms.corrected = pooled(&first.corrected, &atoms.corrected);
    table("Both together (the lines below the tests: the second)", &SHEAR, &atoms, &boltzmann);
}

/// The step halved and doubled, where density costs least.
fn steps(gas: &Gas, run: Run) {
    println!("\n### Time step, n sigma^3 = 1e-2: T/T0 at 3 tau\n");
    println!("| dt at the start | T/T0 | work balance residual |\n| --- | --- | --- |");
    for factor in [2.0, 1.0, 0.5] {
        let run = Run { density: 1e-2, time_step: factor * run.time_step, ..run };
        let atoms = Atoms::of(gas, &SHEAR, &run);
        let (mean, error) = (temperature(&atoms.raw, 2), temperature_error(&atoms.raw, 2));
        println!("| {} | {mean:.4} +- {error:.4} | {:+.1e} |", run.time_step, atoms.residual);
    }
}

fn general(gas: &Gas, run: Run) {
    let boltzmann = gas.boltzmann(&GENERAL, run.replicas);
    table("Every component, n sigma^3 = 1e-3", &GENERAL, &Atoms::of(gas, &GENERAL, &run), &boltzmann);
}

/// Shear so slow that the fluid heats as Navier-Stokes says.
fn slow(gas: &Gas, run: Run) {
    let boltzmann = gas.boltzmann(&SLOW, run.replicas);
    let atoms = Atoms::of(gas, &SLOW, &Run { density: 1e-2, ..run });
    table("Slow simple shear, K tau = 0.1, prepared, n sigma^3 = 1e-2", &SLOW, &atoms, &boltzmann);
    let fluid = gas.navier_stokes(&SLOW) - 1.0;
    println!("\n- growth T/T0 - 1 over {} tau: Navier-Stokes {fluid:.5}", SLOW.end);
    for (name, sample) in [("DSMC", &boltzmann), ("OMD, as measured", &atoms.raw), ("OMD, corrected", &atoms.corrected)]
    {
        let (growth, error) = (temperature(sample, 2) - 1.0, temperature_error(sample, 2));
        println!("- {name}: {growth:.5} +- {error:.5}, {:.4} +- {:.4} of it", growth / fluid, error / fluid);
    }
}

/// One section of the tables.
type Part = fn(&Gas, Run);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let replicas = arguments.next().map_or(64, |text| text.parse().expect("a number of replicas"));
    assert!(replicas > 19, "eighteen numbers need twenty replicas");
    let wanted: Vec<String> = arguments.collect();
    let parts: [(&str, Part); 5] =
        [("shear", shear), ("repeat", repeat), ("steps", steps), ("general", general), ("slow", slow)];
    let begun = Instant::now();
    argon();
    let gas = Gas::new();
    println!(
        "\ntau = {:.4} / n; {replicas} replicas of {ATOMS} atoms, {replicas} of {PARTICLES} particles",
        gas.collision_time(1.0)
    );
    let run = Run { density: 1e-3, time_step: 0.005, replicas, seed: 2026 };
    for (name, part) in parts {
        if wanted.is_empty() || wanted.iter().any(|part| part == name) {
            part(&gas, run);
        }
    }
    println!("\n{:.1} minutes on {} threads", begun.elapsed().as_secs_f64() / 60.0, rayon::current_num_threads());
}
