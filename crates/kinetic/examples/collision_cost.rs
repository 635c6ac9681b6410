//! Cost and error of one evaluation of `Q(g, g)` on the exact BKW solution, one thread.
//!
//! `collision_cost [modes] [half width] [shells] [degree] [any]`
#![allow(clippy::print_stdout, reason = "prints its table")]

use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::spectral::{Collision, Parity, Quadrature, SpectralKernel};
use std::f64::consts::PI;
use std::time::Instant;

/// `g` and `dg/dt` of BKW at time `t`, `K = 1 - exp(-t/6)`, rate 1.
fn bkw(square: f64, t: f64) -> (f64, f64) {
    let k = 1.0 - (-t / 6.0).exp();
    let rate = (-t / 6.0).exp() / 6.0;
    let c = (-square / (2.0 * k)).exp() / (2.0 * (2.0 * PI * k).powf(1.5));
    let g = c * ((5.0 * k - 3.0) / k + (1.0 - k) / (k * k) * square);
    let slope = (-3.0 / (2.0 * k) + square / (2.0 * k * k)) * g + c * (3.0 / (k * k) + (k - 2.0) / k.powi(3) * square);
    (g, slope * rate)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default: f64| arguments.get(i).and_then(|a| a.parse().ok()).unwrap_or(default);
    let whole = |i: usize| arguments.get(i).and_then(|a| a.parse::<usize>().ok());
    let modes = whole(0).unwrap_or(32);
    let width = number(1, 1.25 * (0.5 * PI * modes as f64).sqrt());
    let mut quadrature = Quadrature::for_modes(modes);
    if let (Some(shells), Some(degree)) = (whole(2), whole(3)) {
        quadrature.degrees = vec![degree; shells];
    }
    let parity = if arguments.iter().any(|a| a == "any") { Parity::Any } else { Parity::Even };
    let maxwell = CollisionKernel::VariableHardSphere { rate: 1.0, exponent: 0.0 };
    let kernel = SpectralKernel::of_kernel(&maxwell, 1.0).expect("valid");
    let mut collision = Collision::new(modes, kernel, parity, quadrature).expect("valid");
    let axis: Vec<f64> = (0..modes)
        .map(|j| 2.0 * width / modes as f64 * if 2 * j < modes { j as f64 } else { j as f64 - modes as f64 })
        .collect();
    let mut fields = (Vec::new(), Vec::new());
    for z in &axis {
        for y in &axis {
            for x in &axis {
                let (g, slope) = bkw(x * x + y * y + z * z, 6.5);
                fields.0.push(g);
                fields.1.push(slope);
            }
        }
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    pool.install(|| {
        let mut times = Vec::new();
        let mut result = Vec::new();
        for _ in 0..6 {
            let start = Instant::now();
            result = collision.evaluate(&fields.0, &(nalgebra::Matrix3::identity() * width)).expect("finite");
            times.push(start.elapsed().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        let largest = result.iter().zip(&fields.1).map(|(q, e)| (q - e).abs()).fold(0.0, f64::max);
        let square: f64 = result.iter().zip(&fields.1).map(|(q, e)| (q - e).powi(2)).sum();
        let cell = (2.0 * width / modes as f64).powi(3);
        println!(
            "modes {modes}, half width {width:.2}, {parity:?}, {} shells: {} points, Linf {largest:.2e}, L2 {:.2e}, {:.2} ms (median {:.2})",
            collision.quadrature().shells(),
            collision.points(),
            (square * cell).sqrt(),
            1e3 * times[0],
            1e3 * times[times.len() / 2]
        );
    });
}
