//! At rest: collision rate and pressure against the equation of state; energy over a million collisions.

use crate::runs::{mean, replicas, start, state};
use omd_flow::{Description, Free};
use omd_validation::column;
use std::f64::consts::PI;

const PACKINGS: [f64; 7] = [0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4];
/// Collisions of a sphere before and during the measurement.
const COLLISIONS: [f64; 2] = [20.0, 60.0];

/// Collisions of one sphere per time in the Boltzmann gas of the same density, T = m = d = 1; N spheres of zero momentum
/// and fixed energy.
///
/// A pair's relative velocity is `sqrt 2` times three components of a vector uniform on the sphere of radius `sqrt(3 N T/m)`
/// in `3(N - 1)` dimensions: `4 sqrt(pi) n d^2 sqrt(T/m) (1 - 0.42/N)`.
fn boltzmann_rate(density: f64, count: usize) -> f64 {
    let count = count as f64;
    let speeds = 1.0 + (0.5 + 1.0 / 12.0) / count;
    4.0 * PI.sqrt() * density * speeds * (1.0 - 1.0 / count)
}

pub(crate) fn table(count: usize, spheres: usize) {
    println!("## At rest: {count} replicas of {spheres} spheres, {} collisions of each measured\n", COLLISIONS[1]);
    println!(
        "`chi` is the collision rate over the Boltzmann gas's, `Z` = PV/NT from the impulses; in brackets the standard \
         error, behind a slash the distance in standard errors from: the virial series to the tenth coefficient, Kolafa's \
         equation, Carnahan and Starling's.\n"
    );
    println!("| packing | n d^3 | chi | virial | Kolafa | C-S | Z | virial | Kolafa | C-S | energy, largest change |");
    println!("|{}", " --- |".repeat(11));
    for packing in PACKINGS {
        let density = packing * 6.0 / PI;
        let rate = boltzmann_rate(density, spheres) * state::contact(state::kolafa(packing), packing);
        let measured = replicas(count, |replica| {
            let mut gas = start(spheres, packing, 0.0, 100 + replica);
            gas.advance(COLLISIONS[0] / rate, &mut Free).expect("no stop");
            let before = gas.observe();
            gas.advance((COLLISIONS[0] + COLLISIONS[1]) / rate, &mut Free).expect("no stop");
            let after = gas.observe();
            let count = |row| column(row, "collisions_per_particle");
            let collided = count(&after) - count(&before);
            let found = collided / (after.time - before.time) / boltzmann_rate(density, spheres);
            let pressure = after.pressure.trace() / 3.0 / (density * after.temperature);
            [found, pressure, (after.temperature - 1.0).abs()]
        });
        let of = |k: usize| measured.iter().map(|row| row[k]).collect::<Vec<f64>>();
        let laws = [state::virial(packing), state::kolafa(packing), state::carnahan_starling(packing)];
        let (chi, chi_error) = mean(&of(0));
        let (z, z_error) = mean(&of(1));
        let cell = |wanted: f64, found: f64, error: f64| format!("{wanted:.5} / {:+.1}", (found - wanted) / error);
        let first = laws.map(|law| cell(state::contact(law, packing), chi, chi_error)).join(" | ");
        let second = laws.map(|law| cell(law, z, z_error)).join(" | ");
        let energy = of(2).into_iter().fold(0.0, f64::max);
        println!(
            "| {packing} | {density:.5} | {chi:.5} ({chi_error:.5}) | {first} | {z:.5} ({z_error:.5}) | {second} | {energy:.1e} |"
        );
    }
    println!();
}

/// The energy of spheres at rest over a million collisions, the residual of the work balance in shear.
pub(crate) fn energy(spheres: usize) {
    println!("## Energy: {spheres} spheres\n");
    println!("| packing | K / rate | collisions | T | largest residual / kinetic energy |");
    println!("| --- | --- | --- | --- | --- |");
    for (packing, shear) in [(0.01, 0.0), (0.3, 0.0), (0.01, 1.0), (0.3, 0.2)] {
        let density = packing * 6.0 / PI;
        let rate = boltzmann_rate(density, spheres) * state::contact(state::kolafa(packing), packing);
        let mut gas = start(spheres, packing, shear * rate, 1);
        let (mut worst, mut temperature) = (0.0f64, 1.0);
        let mut time = 0.0;
        while gas.collisions() < 1_000_000 {
            time += 20.0 / rate / f64::sqrt(temperature);
            gas.advance(time, &mut Free).expect("no stop");
            let row = gas.observe();
            temperature = row.temperature;
            let energy = 1.5 * spheres as f64 * temperature;
            let change = if shear == 0.0 { (temperature - 1.0).abs() } else { 0.0 };
            worst = worst.max(column(&row, "energy_balance").abs() / energy).max(change);
        }
        println!("| {packing} | {shear} | {:.3e} | {temperature:.4e} | {worst:.1e} |", gas.collisions() as f64);
    }
    println!();
}
