//! Million collisions per second on one thread, from 1e4 to 1e7 particles: `collision_rate [most particles] [shear]`.
//!
//! Seconds are those of the processor where the system tells them, so that waiting for a turn does not count; a busy
//! neighbour's share of the caches still does.
#![allow(clippy::print_stdout, reason = "prints its table")]

use omd_flow::{AffineFlow, Description, Free, Matrix3};
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::{Dsmc, DsmcParameters};
use std::time::Instant;

/// Seconds this thread has run; seconds of the clock where the system does not say.
fn seconds(start: &Instant) -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(|| start.elapsed().as_secs_f64(), |nanoseconds| 1e-9 * nanoseconds)
}

/// Collisions per second and accepted share, best of three intervals, under shear at K/nu of about 0.1.
fn measure(kernel: &CollisionKernel, particles: usize, shear: f64) -> (f64, f64) {
    let mut gradient = Matrix3::zeros();
    gradient[(0, 1)] = shear;
    let mut dsmc = Dsmc::new(DsmcParameters {
        flow: AffineFlow::new(gradient).expect("finite"),
        kernel: kernel.clone(),
        knudsen: 1.0,
        number_density: 1.0,
        mass: 1.0,
        covariance: Matrix3::identity(),
        particles,
        seed: 1,
        replica: 0,
    })
    .expect("a valid gas");
    // About 5 collisions per particle to warm up, then at least 10 million per interval.
    let mut time = 1.0;
    dsmc.advance(time, &mut Free).expect("runs");
    let per_time = dsmc.collisions().max(1) as f64 / time;
    let interval = (1e7f64).max(particles as f64) / per_time;
    let mut best = (0.0f64, 0.0);
    let clock = Instant::now();
    for _ in 0..3 {
        let (collisions, candidates, start) = (dsmc.collisions(), dsmc.candidates(), seconds(&clock));
        time += interval;
        dsmc.advance(time, &mut Free).expect("runs");
        let collided = (dsmc.collisions() - collisions) as f64;
        let rate = collided / (seconds(&clock) - start);
        if rate > best.0 {
            best = (rate, collided / (dsmc.candidates() - candidates) as f64);
        }
    }
    best
}

fn main() {
    let most: f64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1e7);
    let shear: f64 = std::env::args().nth(2).and_then(|text| text.parse().ok()).unwrap_or(0.1);
    let kernels = [
        ("hard spheres", CollisionKernel::hard_sphere(0.75)),
        ("Maxwell", CollisionKernel::VariableHardSphere { rate: 4.0, exponent: 0.0 }),
        ("VHS 0.38", CollisionKernel::VariableHardSphere { rate: 3.0, exponent: 0.38 }),
    ];
    println!("| particles | {} |", kernels.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" | "));
    println!("|---|---|---|---|");
    for particles in [10_000, 100_000, 1_000_000, 10_000_000] {
        if particles as f64 > most {
            break;
        }
        print!("| {particles} |");
        for (_, kernel) in &kernels {
            let (rate, acceptance) = measure(kernel, particles, shear);
            print!(" {:.1} ({:.0} %) |", rate / 1e6, 100.0 * acceptance);
        }
        println!();
    }
}
