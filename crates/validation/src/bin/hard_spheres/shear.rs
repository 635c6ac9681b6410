//! In shear: how the gas of atoms approaches the Boltzmann equation as `n d^3` goes to zero.

use crate::runs::{mean, replicas, start};
use nalgebra::{DMatrix, DVector};
use omd_flow::{Description, Free};
use omd_validation::column;
use std::f64::consts::PI;

const DENSITIES: [f64; 6] = [0.1, 0.05, 0.02, 0.01, 0.005, 0.002];
/// Sample times in `mu_1/p` of the start, `mu_1` the viscosity of the first Sonine order.
const TIMES: [f64; 3] = [1.0, 2.0, 4.0];
const NAMES: [&str; 6] = ["T", "Pxy/p", "Pxx/p", "Pyy/p", "<w^4>/15 T^2", "collisions"];

/// The Boltzmann equation at K = p/mu_1, by four independent simulations of 1,000,000 particles (a program in Python and
/// numba, its time step halved without change): the columns of `NAMES` at each of `TIMES`, and their standard errors.
const REFERENCE: [([f64; 6], [f64; 6]); 3] = [
    (
        [1.244_498, -0.504_770, 1.270_627, 0.857_689, 1.107_324, 1.295_871],
        [0.000_260, 0.000_518, 0.000_630, 0.000_181, 0.000_087, 0.000_880],
    ),
    (
        [1.757_541, -0.503_457, 1.388_019, 0.790_019, 1.166_139, 2.794_105],
        [0.000_685, 0.000_336, 0.000_816, 0.000_725, 0.000_791, 0.000_542],
    ),
    (
        [3.227_248, -0.417_559, 1.288_250, 0.841_817, 1.142_455, 6.625_802],
        [0.000_794, 0.000_622, 0.000_503, 0.000_459, 0.000_186, 0.000_473],
    ),
];

/// `p/mu_1` per density at T = m = d = 1.
fn relaxation() -> f64 {
    16.0 * PI.sqrt() / 5.0
}

/// The six numbers at each sample.
fn run(spheres: usize, density: f64, seed: u64) -> Vec<[f64; 6]> {
    let rate = relaxation() * density;
    let mut gas = start(spheres, density * PI / 6.0, rate, seed);
    TIMES
        .iter()
        .map(|time| {
            gas.advance(time / rate, &mut Free).expect("no stop");
            let row = gas.observe();
            let p = row.density * row.temperature;
            let part = |name| column(&row, name) / p;
            let fourth = column(&row, "fourth_moment") / (15.0 * row.temperature * row.temperature);
            let collided = column(&row, "collisions_per_particle");
            [row.temperature, part("kinetic_pxy"), part("kinetic_pxx"), part("kinetic_pyy"), fourth, collided]
        })
        .collect()
}

/// Value at zero density with its error, slope with its error, and chi-square of a weighted parabola in the density.
fn parabola(points: &[(f64, f64, f64)]) -> ([f64; 2], [f64; 2], f64) {
    let rows = DMatrix::from_fn(points.len(), 3, |k, power| points[k].0.powi(power as i32) / points[k].2);
    let values = DVector::from_fn(points.len(), |k, _| points[k].1 / points[k].2);
    let covariance = (rows.transpose() * &rows).try_inverse().expect("three densities or more");
    let fit = &covariance * rows.transpose() * &values;
    let chi = (&rows * &fit - values).norm_squared();
    ([fit[0], covariance[(0, 0)].sqrt()], [fit[1], covariance[(1, 1)].sqrt()], chi)
}

pub(crate) fn table(count: usize, spheres: usize) {
    println!("## Simple shear, K = p/mu_1 at the start: {count} replicas of {spheres} spheres\n");
    println!("Kinetic pressures over p = nT, standard errors in brackets; the last row is the Boltzmann equation.\n");
    println!("| t p/mu_1 | n d^3 | {} |", NAMES.join(" | "));
    println!("|{}", " --- |".repeat(8));
    let all: Vec<Vec<Vec<[f64; 6]>>> =
        DENSITIES.iter().map(|&density| replicas(count, |replica| run(spheres, density, 500 + replica))).collect();
    let at =
        |index: usize, time: usize, k: usize| mean(&all[index].iter().map(|rows| rows[time][k]).collect::<Vec<f64>>());
    for (time, (wanted, errors)) in REFERENCE.iter().enumerate() {
        for (index, density) in DENSITIES.iter().enumerate() {
            let cells = (0..6).map(|k| at(index, time, k)).map(|(value, error)| format!("{value:.4} ({error:.4})"));
            println!("| {} | {density} | {} |", TIMES[time], cells.collect::<Vec<_>>().join(" | "));
        }
        let cells = (0..6).map(|k| format!("{:.4} ({:.4})", wanted[k], errors[k]));
        println!("| {} | 0 | {} |", TIMES[time], cells.collect::<Vec<_>>().join(" | "));
    }
    println!("\n### Parabolas in n d^3\n");
    println!("| t p/mu_1 | | at n = 0 | Boltzmann | sigmas | slope / value | chi-square of {} |", DENSITIES.len() - 3);
    println!("|{}", " --- |".repeat(7));
    let mut total = 0.0;
    for (time, (wanted, errors)) in REFERENCE.iter().enumerate() {
        for k in 0..6 {
            let points: Vec<(f64, f64, f64)> = (0..DENSITIES.len())
                .map(|index| (at(index, time, k), DENSITIES[index]))
                .map(|((value, error), density)| (density, value, error))
                .collect();
            let ([value, error], [slope, slope_error], chi) = parabola(&points);
            let distance = (value - wanted[k]) / error.hypot(errors[k]);
            total += distance * distance;
            println!(
                "| {} | {} | {value:.4} ({error:.4}) | {:.4} ({:.4}) | {distance:+.1} | {:+.2} ({:.2}) | {chi:.1} |",
                TIMES[time],
                NAMES[k],
                wanted[k],
                errors[k],
                slope / value,
                slope_error / value.abs()
            );
        }
    }
    println!("\nSum of the squared distances: {total:.1} of 18 (not independent).\n");
}
