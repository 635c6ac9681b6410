//! The viscosity function and normal stresses of hard spheres and VHS against independent simulations.
//!
//! As a gas heats in shear, `a = K/nu_1` falls, `nu_1 = p/mu_1` the collision rate of the first Sonine order; once the
//! start is forgotten `-Pxy/p` and the normal stresses are functions of `a` alone. Runs begin at the same `K` as the
//! reference's, so that what is not yet forgotten is the same as well.

use super::{SHEAR, gas, power_law, table};
use nalgebra::DVector;
use omd_flow::{Description, Free};
use omd_hierarchy::statistics::Sample;
use omd_kinetic::boltzmann::Dsmc;
use rayon::prelude::*;
use std::f64::consts::PI;

/// Samples are this fraction of `1/nu_1` apart: `ln a` changes by 2 % at most between them.
const STEP: f64 = 0.05;

/// `[-Pxy/(p a), (Pxx - Pyy)/p, (Pyy - Pzz)/p]` where `a` falls through the given values, interpolated in `ln a`.
fn crossings(mut dsmc: Dsmc, rate: f64, exponent: f64, values: &[f64]) -> Vec<f64> {
    let shown = |dsmc: &mut Dsmc| {
        let row = dsmc.observe();
        let p = row.pressure / (row.pressure.trace() / 3.0);
        let frequency = row.temperature.powf(0.5 * exponent);
        let a = rate / frequency;
        (a, frequency, [-p[(0, 1)] / a, p[(0, 0)] - p[(1, 1)], p[(1, 1)] - p[(2, 2)]])
    };
    let mut found = Vec::new();
    let mut before = shown(&mut dsmc);
    for &value in values {
        loop {
            let now_at = dsmc.time() + STEP / before.1;
            // The sample before is kept where the next value lies in the same interval.
            let mut trial = dsmc.clone();
            trial.advance(now_at, &mut Free).expect("the gas exists");
            let after = shown(&mut trial);
            if after.0 <= value {
                let share = (before.0 / value).ln() / (before.0 / after.0).ln();
                found.extend((0..3).map(|k| before.2[k] + share * (after.2[k] - before.2[k])));
                break;
            }
            (dsmc, before) = (trial, after);
        }
    }
    found
}

/// One table a case.
pub(crate) fn compare(replicas: usize, particles: usize) {
    println!("\n## Viscosity function and normal stresses, against independent simulations\n");
    println!(
        "Runs of {replicas} x {particles} from K/nu_1 = `start`. z with the errors of both; the reference gives an"
    );
    println!("error for eta* alone, those of N1 and N2 are taken in the same proportion.\n");
    println!("| kernel | start | a | eta* | error | z | N1 | z | N2 | z |\n|---|---|---|---|---|---|---|---|---|---|");
    let reference = table("shear_viscosity_function");
    for (name, exponent, start, key, values) in [
        ("hard spheres", 1.0, 3.0, "hs_K3", &["2", "1.5", "1.2", "1.0", "0.8", "0.6", "0.5", "0.4", "0.3"][..]),
        ("hard spheres", 1.0, 1.0, "hs_K1", &["0.8", "0.6", "0.5", "0.4", "0.3", "0.2"][..]),
        ("gamma = 0.38", 0.38, 3.0, "vhs038_K3", &["2", "1.5"][..]),
        ("gamma = 0.38", 0.38, 1.0, "vhs038_K1", &["0.8", "0.6"][..]),
    ] {
        // Such that nu_1 = 1 at the start.
        let constants = table(if exponent == 1.0 { "hard_sphere_shear_K1" } else { "vhs038_shear_K0.1" });
        let constant = constants["C"].as_f64().expect("a number");
        let kernel = power_law(4.0 * PI * constant, exponent);
        let mut a = SHEAR;
        a[1] = start;
        let numbers: Vec<f64> = values.iter().map(|text| text.parse().expect("a number")).collect();
        let rows: Vec<Vec<f64>> = (0..replicas as u64)
            .into_par_iter()
            .map(|replica| {
                let dsmc = Dsmc::new(gas(&a, kernel.clone(), 1.0, particles, replica)).expect("valid");
                crossings(dsmc, start, exponent, &numbers)
            })
            .collect();
        let found = Sample::of(&rows);
        let (mut square, mut noise) = (0.0, 0.0);
        for (index, text) in values.iter().enumerate() {
            let entry = &reference[if exponent == 1.0 { "1.0" } else { "0.38" }][text][key];
            let of = |column: &str| entry[column].as_f64().expect("a number");
            let wanted = [of("eta*"), of("N1=(Pxx-Pyy)/p"), of("N2=(Pyy-Pzz)/p")];
            let ratio = of("se~") / found.error(3 * index);
            let z = |k: usize| {
                let k = 3 * index + k;
                (found.mean[k] - wanted[k % 3]) / (found.error(k) * (1.0 + ratio * ratio).sqrt())
            };
            square += z(0).powi(2);
            noise += ratio * ratio / values.len() as f64;
            let mean = |k: usize| found.mean[3 * index + k];
            println!(
                "| {name} | {start} | {text} | {:.5} | {:.5} | {:.2} | {:.5} | {:.2} | {:.5} | {:.2} |",
                mean(0),
                found.error(3 * index),
                z(0),
                mean(1),
                z(1),
                mean(2),
                z(2)
            );
        }
        let eta: Vec<Vec<f64>> = rows.iter().map(|row| row.iter().step_by(3).copied().collect()).collect();
        let wanted = values.iter().map(|text| {
            reference[if exponent == 1.0 { "1.0" } else { "0.38" }][text][key]["eta*"].as_f64().expect("a number")
        });
        let verdict = Sample::of(&eta).against(&DVector::from_iterator(values.len(), wanted), noise);
        println!(
            "| {name} | {start} | all | sum of z^2 {square:.1} | of {} | T^2 {:.1} | p-value {:.3} | | | |",
            values.len(),
            verdict.square,
            verdict.probability
        );
    }
}
