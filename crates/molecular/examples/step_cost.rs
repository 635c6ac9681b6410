//! What a step costs: 32,000 Lennard-Jones atoms, liquid and gas, at rest and under simple shear K = 1, one thread.
//!
//! `cargo run --release -p omd-molecular --example step_cost [liquid|gas] [steps]`
#![allow(clippy::print_stdout, reason = "the figures are its output")]

use omd_flow::{AffineFlow, Description, Free, Matrix3, Philox, Vector3};
use omd_interaction::{LennardJones, PairPotential, Truncation};
use omd_molecular::{Atoms, DrawnPositions, LatticeChoice, Model, Molecular, Scheme, StepControl};
use std::sync::Arc;
use std::time::Instant;

/// Nanoseconds this thread has been on a processor, so that neighbours on a shared machine count less; wall time where
/// the system does not tell.
fn nanoseconds(clock: &Instant) -> f64 {
    let on_processor = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let first = on_processor.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    first.unwrap_or(clock.elapsed().as_nanos() as f64)
}

const ATOMS: usize = 32_000;
const TIME_STEP: f64 = 0.005;

fn model(shear_rate: f64) -> Model {
    let mut gradient = Matrix3::zeros();
    gradient[(0, 1)] = shear_rate;
    let form = Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 });
    let potential = PairPotential::new(form, Some(2.5), Truncation::Shifted);
    Model { flow: AffineFlow::new(gradient).expect("finite"), potential, mass: 1.0 }
}

/// Atoms after `steps` steps at rest from a face-centred cubic start.
fn melted(density: f64, temperature: f64, steps: usize) -> Atoms {
    let model = model(0.0);
    let covariance = Matrix3::identity() * temperature;
    let lattice = LatticeChoice::Cubic;
    let random = &mut Philox::new(1, 0);
    let start = Atoms::drawn(&model, ATOMS, density, DrawnPositions::Fcc, &lattice, &covariance, 1.0, random);
    let start = start.expect("a start");
    let scheme = Scheme { time_step: TIME_STEP, control: StepControl::Fixed };
    let mut molecular = Molecular::new(&model, scheme, &start).expect("a start");
    molecular.advance(steps as f64 * TIME_STEP, &mut Free).expect("finite");
    let end = molecular.atoms();
    Atoms {
        cell: end.cell.expect("atoms in a cell"),
        positions: end.positions,
        shifts: vec![Vector3::zeros(); ATOMS],
        peculiar: end.lab_velocities,
    }
}

fn measure(name: &str, atoms: &Atoms, shear_rate: f64, steps: usize) {
    let scheme = Scheme { time_step: TIME_STEP, control: StepControl::Fixed };
    let mut molecular = Molecular::new(&model(shear_rate), scheme, atoms).expect("a start");
    molecular.advance(40.0 * TIME_STEP, &mut Free).expect("finite");
    let (first_step, first_build) = (molecular.steps(), molecular.list_builds());
    let clock = Instant::now();
    let begin = nanoseconds(&clock);
    molecular.advance((40 + steps) as f64 * TIME_STEP, &mut Free).expect("finite");
    let step = (nanoseconds(&clock) - begin) / (steps * ATOMS) as f64;
    let begin = nanoseconds(&clock);
    (0..20).for_each(|_| molecular.evaluate_forces());
    let force = (nanoseconds(&clock) - begin) / (20 * ATOMS) as f64;
    let taken = molecular.steps() - first_step;
    let builds = molecular.list_builds() - first_build;
    let temperature = molecular.observe().temperature;
    println!(
        "{name:6}  K = {shear_rate}  {step:6.1} ns/atom/step  forces {force:6.1}  steps {taken}  list builds {builds}  \
         listed per cluster {:.1}  T = {temperature:.3}",
        molecular.listed_per_cluster()
    );
}

fn main() {
    let which = std::env::args().nth(1);
    let steps = std::env::args().nth(2).and_then(|word| word.parse().ok()).unwrap_or(200);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one thread");
    pool.install(|| {
        for (name, density, temperature, melt) in [("liquid", 0.8442, 1.44, 300), ("gas", 0.05, 2.0, 100)] {
            if which.as_deref().is_none_or(|word| word == name) {
                let atoms = melted(density, temperature, melt);
                for shear_rate in [0.0, 1.0] {
                    measure(name, &atoms, shear_rate, steps);
                }
            }
        }
    });
}
