//! What blocks of eight particles that meet eight others cost in noise: variances over replicas, beside single pairs.

use super::{gas, power_law, table};
use omd_flow::{Description, Free, Matrix3, Philox, Vector3};
use omd_kinetic::boltzmann::Dsmc;
use rayon::prelude::*;
use std::f64::consts::PI;

const PARTICLES: usize = 2000;
const REPLICAS: u64 = 6000;
/// In 1/nu of the start.
const END: f64 = 3.0;
/// Steps of the simulation by single pairs in 1/nu; drift and collisions are split.
const STEP: f64 = 0.02;

/// Temperature and shear stress at the end.
type Shown = [f64; 2];

fn blocks(exponent: f64, rate: f64, shear: f64, replica: u64) -> Shown {
    let a = [0.0, shear, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let mut dsmc = Dsmc::new(gas(&a, power_law(rate, exponent), 1.0, PARTICLES, replica)).expect("valid");
    dsmc.advance(END, &mut Free).expect("the gas exists");
    let row = dsmc.observe();
    [row.temperature, row.pressure[(0, 1)]]
}

/// Bird's method for one cell: pairs at random, one after the other, taken with probability `(u/u_max)^exponent`.
fn single_pairs(exponent: f64, rate: f64, shear: f64, replica: u64) -> Shown {
    let mut random = Philox::new(77, replica);
    let mut velocities: Vec<Vector3<f64>> =
        omd_flow::draw_velocities(PARTICLES, &Matrix3::identity(), &mut random).expect("positive definite");
    let steps = (END / STEP).round() as usize;
    let mut left = 0.0;
    for _ in 0..steps {
        let drift = |velocities: &mut [Vector3<f64>]| {
            velocities.iter_mut().for_each(|w| w.x -= 0.5 * STEP * shear * w.y);
        };
        drift(&mut velocities);
        let fastest = 2.0 * velocities.iter().map(Vector3::norm_squared).fold(0.0, f64::max).sqrt();
        let majorant = rate * fastest.powf(exponent);
        left += 0.5 * PARTICLES as f64 * majorant * STEP;
        while left > 0.0 {
            // A Poisson process of candidates.
            left += (1.0 - random.uniform()).ln();
            if left <= 0.0 {
                break;
            }
            let mut one = || ((random.uniform() * PARTICLES as f64) as usize).min(PARTICLES - 1);
            let (i, j) = (one(), one());
            let relative = velocities[i] - velocities[j];
            let speed = relative.norm();
            if i == j || random.uniform() * majorant > rate * speed.powf(exponent) {
                continue;
            }
            let (cosine, angle) = (2.0 * random.uniform() - 1.0, 2.0 * PI * random.uniform());
            let sine = (1.0 - cosine * cosine).sqrt();
            let scattered = Vector3::new(sine * angle.cos(), sine * angle.sin(), cosine) * (0.5 * speed);
            let centre = (velocities[i] + velocities[j]) * 0.5;
            velocities[i] = centre + scattered;
            velocities[j] = centre - scattered;
        }
        // The process has no memory: what was left of the last waiting time is drawn anew.
        left = 0.0;
        drift(&mut velocities);
    }
    let second = velocities.iter().map(|w| w * w.transpose()).sum::<Matrix3<f64>>() / PARTICLES as f64;
    [second.trace() / 3.0, second[(0, 1)]]
}

/// Means, their standard errors and variances over replicas.
fn statistics(shown: &[Shown], k: usize) -> [f64; 3] {
    let count = shown.len() as f64;
    let mean = shown.iter().map(|row| row[k]).sum::<f64>() / count;
    let variance = shown.iter().map(|row| (row[k] - mean).powi(2)).sum::<f64>() / (count - 1.0);
    [mean, (variance / count).sqrt(), variance]
}

pub(crate) fn variances(_: usize, _: usize) {
    println!("\n## Noise: variances of blocks over those of single pairs\n");
    println!(
        "{REPLICAS} replicas of {PARTICLES}, shear, t = {END}/nu; z is the difference of the means in standard errors.\n"
    );
    println!(
        "| kernel | K/nu | quantity | single pairs | blocks | z | ratio of variances |\n|---|---|---|---|---|---|---|"
    );
    let constant = table("hard_sphere_shear_K1")["C"].as_f64().expect("a number");
    for (name, exponent, rate) in [("Maxwell", 0.0, 2.0), ("hard spheres", 1.0, 4.0 * PI * constant)] {
        for shear in [0.1, 1.0] {
            let of = |run: fn(f64, f64, f64, u64) -> Shown| -> Vec<Shown> {
                (0..REPLICAS).into_par_iter().map(|replica| run(exponent, rate, shear, replica)).collect()
            };
            let (pairs, blocks) = (of(single_pairs), of(blocks));
            for (k, quantity) in ["T", "Pxy"].into_iter().enumerate() {
                let ([a, a_error, a_variance], [b, b_error, b_variance]) =
                    (statistics(&pairs, k), statistics(&blocks, k));
                let ratio = b_variance / a_variance;
                // Of two variances of nearly normal numbers.
                let error = ratio * (4.0 / REPLICAS as f64).sqrt();
                println!(
                    "| {name} | {shear} | {quantity} | {a:.5}({a_error:.5}) | {b:.5}({b_error:.5}) | {:.2} | {ratio:.3}({error:.3}) |",
                    (b - a) / a_error.hypot(b_error)
                );
            }
        }
    }
}
