//! What following encounters gains over time steps, against the density: `cargo run --release -p omd-validation --bin
//! encounters`.
//!
//! Both engines move the same Lennard-Jones atoms through a tenth of a mean free time. The error is the median, over the
//! atoms that have met others, of the distance of their velocities from those of encounters followed to 1e-12; encounters get the largest tolerance
//! of a power of ten whose error is no larger than that of the time steps. Times are a thread's on its processor.
#![allow(clippy::print_stdout, reason = "the tables are its output")]

use omd_flow::{AffineFlow, Description, Free, Matrix3, Philox, Structure, Vector3};
use omd_interaction::{LennardJones, PairPotential, Truncation};
use omd_molecular::{Atoms, DrawnPositions, Encounters, LatticeChoice, Model, Molecular, Scheme, StepControl};
use omd_validation::molecular_runs::{ThreadClock, kinetic_energy, work_residual};
use std::f64::consts::PI;
use std::sync::Arc;

/// `n sigma^3`, and how many atoms.
const CASES: [(f64, usize); 4] = [(1e-2, 16_000), (1e-3, 16_000), (1e-4, 8000), (1e-5, 2000)];
const TEMPERATURE: f64 = 2.0;
const CUTOFF: f64 = 2.5;
const TIME_STEPS: [f64; 2] = [0.004, 0.002];
/// Mean free times of a run: in a longer one collisions blow up the errors of both until they are as large as the speeds.
const SPAN: f64 = 0.1;
/// Of the encounters that are taken for exact, and of the others, from the coarsest.
const REFERENCE: f64 = 1e-12;
const TOLERANCES: [f64; 8] = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];

/// A run: where the atoms came, the residual of the work balance over the kinetic energy, seconds.
struct Run {
    end: Structure,
    residual: f64,
    seconds: f64,
}

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one thread");
    pool.install(|| {
        println!(
            "Lennard-Jones, shifted force at {CUTOFF} sigma, T = {TEMPERATURE}, at rest; {SPAN} mean free times of spheres of \
             diameter sigma; error: median of |dv| over the thermal speed, of atoms that have met others; CPU seconds on one core\n"
        );
        println!(
            "| n sigma^3 | atoms | time | step | steps | error | residual | s | tolerance | encounters | windows | error | \
             residual | s | times faster |"
        );
        println!("|{}", " --- |".repeat(15));
        for (density, atoms) in CASES {
            case(density, atoms);
        }
    });
}

fn case(density: f64, count: usize) {
    let flow = AffineFlow::new(Matrix3::zeros()).expect("finite");
    let form = Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 });
    let potential = PairPotential::new(form, Some(CUTOFF), Truncation::ShiftedForce);
    let model = Model { flow, potential, mass: 1.0 };
    let covariance = Matrix3::identity() * TEMPERATURE;
    let (positions, lattice, random) = (DrawnPositions::Random, LatticeChoice::Cubic, &mut Philox::new(1, 0));
    let atoms =
        Atoms::drawn(&model, count, density, positions, &lattice, &covariance, 1.0, random).expect("room for all");
    let time = SPAN / (4.0 * (PI * TEMPERATURE).sqrt() * density);
    let follow = |tolerance: f64| {
        let mut gas = Encounters::new(&model, tolerance, &atoms).expect("a dilute start");
        let run = measure(&mut gas, time);
        (run, gas.encounters(), gas.windows())
    };
    let (exact, ..) = follow(REFERENCE);
    for time_step in TIME_STEPS {
        let scheme = Scheme { time_step, control: StepControl::Fixed };
        let mut stepped = Molecular::new(&model, scheme, &atoms).expect("a start");
        let steps = measure(&mut stepped, time);
        let allowed = error(&steps, &exact, &atoms.peculiar);
        for tolerance in TOLERANCES {
            let (run, encounters, windows) = follow(tolerance);
            let found = error(&run, &exact, &atoms.peculiar);
            if found <= allowed {
                println!(
                    "| {density:e} | {count} | {time:.1} | {time_step} | {} | {allowed:.1e} | {:.1e} | {:.2} | {tolerance:e} | \
                     {encounters} | {windows} | {found:.1e} | {:.1e} | {:.3} | {:.1} |",
                    stepped.steps(),
                    steps.residual,
                    steps.seconds,
                    run.residual,
                    run.seconds,
                    steps.seconds / run.seconds
                );
                break;
            }
        }
    }
}

fn measure(description: &mut dyn Description, time: f64) -> Run {
    let clock = ThreadClock::start();
    let begin = clock.seconds();
    description.advance(time, &mut Free).expect("no stop");
    let seconds = clock.seconds() - begin;
    let row = description.observe();
    let end = description.structure().expect("atoms");
    let residual = work_residual(&row).abs() / kinetic_energy(&row, end.positions.len());
    Run { end, residual, seconds }
}

/// The median error of the velocities of the atoms that have met others, in thermal speeds.
fn error(run: &Run, exact: &Run, start: &[Vector3<f64>]) -> f64 {
    let pairs = run.end.lab_velocities.iter().zip(&exact.end.lab_velocities).zip(start);
    let met = pairs.filter(|((_, exact), start)| (*exact - *start).norm() > 1e-6 * TEMPERATURE.sqrt());
    let mut errors: Vec<f64> = met.map(|((v, w), _)| (v - w).norm() / TEMPERATURE.sqrt()).collect();
    errors.sort_by(f64::total_cmp);
    errors[errors.len() / 2]
}
