//! The work balance of a sheared Lennard-Jones liquid: `cargo run --release -p omd-validation --bin work_balance`.
#![allow(clippy::print_stdout, reason = "the tables are its output")]

use omd_flow::{AffineFlow, Description, Free, Matrix3, Philox};
use omd_interaction::{LennardJones, PairPotential, Truncation};
use omd_molecular::{Atoms, DrawnPositions, LatticeChoice, Model, Molecular, Scheme, StepControl};
use omd_validation::molecular_runs::{ThreadClock, advance_looking, kinetic_energy, start_from_rest, work_residual};
use std::sync::Arc;

const ATOMS: usize = 4000;
const DENSITY: f64 = 0.8442;
const TEMPERATURE: f64 = 0.722;
const SHEAR_RATE: f64 = 0.1;
const TIME_STEPS: [f64; 4] = [0.004, 0.002, 0.001, 0.0005];
/// Common times of the runs at different steps.
const COMMON: [f64; 2] = [1.0, 10.0];
/// The long run.
const STEPS: u32 = 10_000;
/// Its step.
const TIME_STEP: f64 = 0.002;

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one thread");
    pool.install(|| {
        let clock = ThreadClock::start();
        let begin = clock.seconds();
        let atoms = melted();
        println!(
            "## Work balance: {ATOMS} atoms, n = {DENSITY}, shifted force at 2.5, simple shear K = {SHEAR_RATE}\n"
        );
        order(&atoms);
        long_run("shifted force", Truncation::ShiftedForce, &atoms);
        long_run("shifted", Truncation::Shifted, &atoms);
        println!("{:.0} s on one processor.", clock.seconds() - begin);
    });
}

fn model(truncation: Truncation, shear_rate: f64) -> Model {
    let mut gradient = Matrix3::zeros();
    gradient[(0, 1)] = shear_rate;
    let form = Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 });
    let potential = PairPotential::new(form, Some(2.5), truncation);
    Model { flow: AffineFlow::new(gradient).expect("finite"), potential, mass: 1.0 }
}

fn molecular(model: &Model, time_step: f64, atoms: &Atoms) -> Molecular {
    Molecular::new(model, Scheme { time_step, control: StepControl::Fixed }, atoms).expect("a start")
}

/// A liquid at the temperature wanted: from a face-centred cubic start, at rest, scaled four times on the way.
fn melted() -> Atoms {
    let model = model(Truncation::ShiftedForce, 0.0);
    let covariance = Matrix3::identity() * (2.0 * TEMPERATURE);
    let (positions, cell) = (DrawnPositions::Fcc, LatticeChoice::Cubic);
    let random = &mut Philox::new(1, 0);
    let mut atoms = Atoms::drawn(&model, ATOMS, DENSITY, positions, &cell, &covariance, 1.0, random).expect("a start");
    for _ in 0..4 {
        let mut run = molecular(&model, 0.004, &atoms);
        run.advance(3.0, &mut Free).expect("finite");
        atoms = start_from_rest(run.atoms(), TEMPERATURE);
    }
    atoms
}

/// What looks at the residual saw.
#[derive(Clone, Copy, Default)]
struct Seen {
    looks: usize,
    squares: f64,
    largest: f64,
    /// When the largest was.
    time: f64,
    last: f64,
}

/// Residual in units of the kinetic energy, every `20,000 / atoms = 5` steps times `questions`, until `until`.
fn watch(run: &mut Molecular, until: f64, questions: u64) -> Seen {
    let mut seen = Seen::default();
    let outcome = advance_looking(run, until, questions, |run| {
        let row = run.observe();
        let share = work_residual(&row) / kinetic_energy(&row, ATOMS);
        seen.looks += 1;
        seen.squares += share * share;
        if share.abs() > seen.largest {
            (seen.largest, seen.time) = (share.abs(), row.time);
        }
        seen.last = share;
    });
    outcome.expect("finite");
    seen
}

fn order(atoms: &Atoms) {
    println!("Residual / kinetic energy from one state, looked at every 0.02:\n");
    println!("| up to t | dt | root mean square | largest | at the end |");
    println!("| --- | --- | --- | --- | --- |");
    let model = model(Truncation::ShiftedForce, SHEAR_RATE);
    for until in COMMON {
        let mut logarithms = Vec::new();
        for time_step in TIME_STEPS {
            // A look every 0.02 at every step.
            let seen = watch(&mut molecular(&model, time_step, atoms), until, (0.004 / time_step).round() as u64);
            let mean = (seen.squares / seen.looks as f64).sqrt();
            println!("| {until} | {time_step} | {mean:.3e} | {:.3e} | {:+.3e} |", seen.largest, seen.last);
            logarithms.push([time_step, mean, seen.largest, seen.last.abs()].map(f64::ln));
        }
        let slopes = [1, 2, 3].map(|which| slope(&logarithms, which));
        println!("| {until} | slope | **{:.3}** | {:.3} | {:.3} |", slopes[0], slopes[1], slopes[2]);
    }
    println!();
}

/// Least squares slope of column `which` over column 0.
fn slope(rows: &[[f64; 4]], which: usize) -> f64 {
    let count = rows.len() as f64;
    let [x, y] = [0, which].map(|k| rows.iter().map(|row| row[k]).sum::<f64>() / count);
    let (mut above, mut below) = (0.0, 0.0);
    for row in rows {
        above += (row[0] - x) * (row[which] - y);
        below += (row[0] - x).powi(2);
    }
    above / below
}

fn long_run(name: &str, truncation: Truncation, atoms: &Atoms) {
    let mut run = molecular(&model(truncation, SHEAR_RATE), TIME_STEP, atoms);
    let start = run.observe().temperature;
    let seen = watch(&mut run, f64::from(STEPS) * TIME_STEP, 1);
    println!(
        "{} steps of {TIME_STEP}, {name}: T from {start:.4} to {:.4}; largest |residual| / kinetic energy \
         **{:.2e}** at t = {:.2} ({} looks, one every 5 steps), root mean square {:.2e}, at the end {:+.2e}.\n",
        run.steps(),
        run.observe().temperature,
        seen.largest,
        seen.time,
        seen.looks,
        (seen.squares / seen.looks as f64).sqrt(),
        seen.last,
    );
}
