//! Weak shear of dense spheres: kinetic and collisional viscosity against Enskog's theory and simulations of it.

use crate::runs::{mean, replicas, start};
use omd_flow::{Description, Free};
use omd_validation::column;
use std::f64::consts::PI;

/// Shear rate over `p/mu_1` in the middle of the measurement.
const SHEAR: f64 = 0.1;
/// Times in `mu_1/p` of the start, between which is measured.
const TIMES: [f64; 2] = [4.0, 14.0];
const SAMPLES: usize = 40;

/// `n d^3`; kinetic and collisional viscosity over `mu_1` and collisional pressure over `n T`, each with its standard error,
/// by simulations of the Enskog equation in thermostatted shear at the same reduced rate (a program in Python and numba).
const REFERENCE: [(f64, [f64; 6]); 4] = [
    (0.01, [0.978_17, 0.005_67, 0.008_46, 0.000_15, 0.021_230, 0.000_016]),
    (0.05, [0.940_72, 0.009_79, 0.050_43, 0.001_31, 0.112_086, 0.000_105]),
    (0.1, [0.956_02, 0.011_55, 0.120_95, 0.002_41, 0.239_731, 0.000_248]),
    (0.2, [0.912_33, 0.010_52, 0.335_41, 0.004_13, 0.553_386, 0.000_542]),
];

/// Enskog's kinetic and collisional viscosity over `mu_1`, first Sonine order, and collisional pressure over `n T`.
///
/// With `b = 2 pi n d^3/3` and `chi` the contact value: kinetic `(1 + 2 b chi/5)/chi`, collisional
/// `(2 b/5)(1 + 2 b chi/5) + 48 b^2 chi/(25 pi)`. \[ChapmanCowling1970\], chapter 16.
fn enskog(density: f64) -> [f64; 3] {
    let b = 2.0 * PI / 3.0 * density;
    let eta = PI / 6.0 * density;
    let chi = (1.0 - 0.5 * eta) / (1.0 - eta).powi(3);
    let half = 1.0 + 0.4 * b * chi;
    [half / chi, 0.4 * b * half + 48.0 / (25.0 * PI) * b * b * chi, b * chi]
}

/// The three numbers, averaged over the measurement.
fn run(spheres: usize, density: f64, seed: u64) -> [f64; 3] {
    let relaxation = 16.0 * PI.sqrt() / 5.0 * density;
    // The gas heats by about 6 % up to the middle, and K mu_1/p falls by half of that.
    let rate = 1.03 * SHEAR * relaxation;
    let mut gas = start(spheres, density * PI / 6.0, rate, seed);
    gas.advance(TIMES[0] / relaxation, &mut Free).expect("no stop");
    let mut temperature = gas.observe().temperature;
    let mut sums = [0.0; 3];
    for sample in 1..=SAMPLES {
        let time = TIMES[0] + (TIMES[1] - TIMES[0]) * sample as f64 / SAMPLES as f64;
        gas.advance(time / relaxation, &mut Free).expect("no stop");
        let row = gas.observe();
        let unit = |temperature: f64| rate * 5.0 / 16.0 * (temperature / PI).sqrt();
        let kinetic = column(&row, "kinetic_pxy");
        let collisional = row.pressure[(0, 1)] - kinetic;
        let trace: f64 = ["kinetic_pxx", "kinetic_pyy", "kinetic_pzz"].iter().map(|name| column(&row, name)).sum();
        // Collisions are those of the interval.
        let middle = 0.5 * (temperature + row.temperature);
        sums[0] -= kinetic / unit(row.temperature);
        sums[1] -= collisional / unit(middle);
        sums[2] += (row.pressure.trace() - trace) / (3.0 * density * middle);
        temperature = row.temperature;
    }
    sums.map(|sum| sum / SAMPLES as f64)
}

pub(crate) fn table(count: usize, spheres: usize) {
    println!("## Weak shear, K mu_1/p = {SHEAR} without thermostat: {count} replicas of {spheres} spheres\n");
    println!(
        "Viscosities over mu_1, pressure over nT; standard errors in brackets. Enskog's formulas are those for K -> 0; the \
         simulations of the Enskog equation have the same shear rate, and a thermostat.\n"
    );
    println!("| n d^3 | | found | Enskog equation | sigmas | Enskog's formula |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (density, wanted) in REFERENCE {
        let measured = replicas(count, |replica| run(spheres, density, 900 + replica));
        for (k, name) in ["kinetic viscosity", "collisional viscosity", "collisional pressure"].iter().enumerate() {
            let (value, error) = mean(&measured.iter().map(|row| row[k]).collect::<Vec<f64>>());
            let distance = (value - wanted[2 * k]) / error.hypot(wanted[2 * k + 1]);
            println!(
                "| {density} | {name} | {value:.4} ({error:.4}) | {:.4} ({:.4}) | {distance:+.1} | {:.4} |",
                wanted[2 * k],
                wanted[2 * k + 1],
                enskog(density)[k]
            );
        }
    }
    println!();
}
