//! Timed steps of objective molecular dynamics, Lennard-Jones atoms truncated at 2.5, from a start both codes read.
#![allow(clippy::print_stdout, reason = "prints one JSON object")]

#[path = "../structure.rs"]
mod structure;

use clap::Parser;
use omd_flow::{AffineFlow, Description, Free, Matrix3, Observables};
use omd_interaction::{LennardJones, PairPotential, Truncation};
use omd_molecular::{Model, Molecular, Scheme, StepControl};
use serde_json::{Value, json};
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// One measurement.
#[derive(Parser)]
struct Arguments {
    /// The start, extended XYZ with peculiar velocities.
    structure: PathBuf,
    /// `K` of `A = K e1 (x) e2`.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    shear: f64,
    /// The time step.
    #[arg(long, default_value_t = 0.005)]
    dt: f64,
    /// Steps before the clock starts.
    #[arg(long, default_value_t = 20)]
    warm: u32,
    /// Timed steps.
    #[arg(long, default_value_t = 100)]
    steps: u32,
    /// Threads.
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build_global()?;
    let mut gradient = Matrix3::zeros();
    gradient[(0, 1)] = arguments.shear;
    let flow = AffineFlow::new(gradient)?;
    let atoms = structure::read(&arguments.structure, &flow)?;
    forget_peak();
    let count = atoms.positions.len();
    let volume = atoms.cell.determinant().abs();
    let form = Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 });
    let model = Model { flow, potential: PairPotential::new(form, Some(2.5), Truncation::Truncated), mass: 1.0 };
    let scheme = Scheme { time_step: arguments.dt, control: StepControl::Fixed };
    let mut molecular = Molecular::new(&model, scheme, &atoms)?;
    drop(atoms);
    let start = energies(&molecular.observe(), count, volume);
    // On the threads of the pool, as a run does it: from outside every step would wait for them to wake.
    rayon::scope(|_| molecular.advance(f64::from(arguments.warm) * arguments.dt, &mut Free))?;
    let warm = energies(&molecular.observe(), count, volume);
    let (steps, builds, clock) = (molecular.steps(), molecular.list_builds(), Instant::now());
    rayon::scope(|_| molecular.advance(f64::from(arguments.warm + arguments.steps) * arguments.dt, &mut Free))?;
    let seconds = clock.elapsed().as_secs_f64();
    let (steps, builds) = (molecular.steps() - steps, molecular.list_builds() - builds);
    let report = json!({
        "atoms": count,
        "steps": steps,
        "nanoseconds": 1e9 * seconds / (steps as f64 * count as f64),
        "builds": builds,
        "listed_per_cluster": molecular.listed_per_cluster(),
        "start": start,
        "warm": warm,
        "end": energies(&molecular.observe(), count, volume),
        "peak_bytes": peak_bytes(),
    });
    println!("{report}");
    Ok(())
}

/// Potential and kinetic energy per atom and the pressure, as LAMMPS prints them.
fn energies(row: &Observables, count: usize, volume: f64) -> Value {
    let potential = row.column("potential_energy");
    json!({
        "potential": potential.map(|value| value / count as f64),
        "kinetic": 1.5 * row.temperature,
        "pressure": row.pressure.trace() / 3.0,
        "density": count as f64 / volume,
    })
}

/// Starts the kernel's count of peak memory anew: the text of the input is no part of the simulation.
fn forget_peak() {
    // Where the kernel does not offer it, the peak includes the text.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Peak resident memory as the kernel counts it.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| 1024 * kilobytes)
}
