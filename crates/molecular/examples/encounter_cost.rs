//! Encounters of Lennard-Jones atoms per second and core: `cargo run --release -p omd-molecular --example encounter_cost
//! [atoms] [n sigma^3] [tolerance] [seconds]`.
#![allow(clippy::print_stdout, reason = "the numbers are its output")]

use omd_flow::{AffineFlow, Description, Matrix3, Monitor, Pace, Philox};
use omd_interaction::{LennardJones, PairPotential, Truncation};
use omd_molecular::{Atoms, DrawnPositions, Encounters, LatticeChoice, Model};
use std::sync::Arc;
use std::time::Instant;

fn main() {
    let numbers: Vec<f64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let number = |k: usize, default: f64| numbers.get(k).copied().unwrap_or(default);
    let (count, density) = (number(0, 10_000.0) as usize, number(1, 1e-3));
    let (tolerance, budget) = (number(2, 1e-8), number(3, 5.0));
    let flow = AffineFlow::new(Matrix3::zeros()).expect("finite");
    let form = Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 });
    let model = Model { flow, potential: PairPotential::new(form, Some(2.5), Truncation::ShiftedForce), mass: 1.0 };
    let random = &mut Philox::new(1, 0);
    let covariance = Matrix3::identity() * 2.0;
    let (positions, lattice) = (DrawnPositions::Random, LatticeChoice::Cubic);
    let start = Atoms::drawn(&model, count, density, positions, &lattice, &covariance, 1.0, random).expect("a start");
    let mut gas = Encounters::new(&model, tolerance, &start).expect("a start");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one thread");
    pool.install(|| {
        let mut watch = Watch { budget, clock: Instant::now() };
        gas.advance(f64::MAX.sqrt(), &mut watch).expect("no stop");
        let time = watch.clock.elapsed().as_secs_f64();
        let (encounters, windows) = (gas.encounters() as f64, gas.windows() as f64);
        println!(
            "{count} atoms, n sigma^3 = {density}: {:.3e} encounters/s, {:.1} us each with {:.1} steps; {:.4} encounters an \
             atom and window; {:.0} ns an atom and window; {:.1} ns an atom and unit of time",
            encounters / time,
            1e6 * time / encounters,
            gas.steps() as f64 / encounters,
            2.0 * encounters / windows / count as f64,
            1e9 * time / windows / count as f64,
            1e9 * time / count as f64 / gas.time(),
        );
    });
}

/// Pauses when the time is used up.
struct Watch {
    budget: f64,
    clock: Instant,
}

impl Monitor for Watch {
    fn at(&mut self, _: f64) -> Pace {
        if self.clock.elapsed().as_secs_f64() > self.budget { Pace::Pause } else { Pace::Continue }
    }
}
