//! Where each description ceases to hold: a map for argon over shear rate and density.
//!
//! Each description is compared with the next finer one: Navier-Stokes with the Boltzmann equation, which know only the
//! ratio of the shear rate to the collision rate `nu = p/mu`; the Boltzmann equation with objective molecular dynamics,
//! where the density comes in. The deviation is that of the shear stress at the end of a run of five relaxation times.

use super::experiments::{bare, flow, start};
use crate::experiment::{
    AtomStart, DrawnPositions, DsmcSettings, Engine, Experiment, GalerkinSettings, Interaction, LatticeChoice,
    MolecularSettings, Observation, Scheme, StepControl, Viscosity,
};
use crate::statistics::mean_and_error;
use crate::verify::{
    Arrow, Claim, Curve, Finding, Interrupt, Map, Plot, Settings, Study, Table, Task, TaskError, student_quantile,
};
use crate::viscosity;
use omd_flow::Matrix3;
use omd_interaction::{LennardJones, PairPotential, Truncation};
use std::sync::Arc;

/// Argon at 300 K in Lennard-Jones units: epsilon/k_B = 119.8 K \[Rahman1964\].
const TEMPERATURE: f64 = 300.0 / 119.8;
const CUTOFF: f64 = 3.0;
/// Up to this `n sigma^3` atoms move from encounter to encounter: the same trajectories at a fraction of the cost.
const DILUTE: f64 = 0.003;
/// Relaxation times `mu/p` of the start: what is left of the start itself is e^-5.
const RELAXATIONS: f64 = 5.0;
/// A deviation that chance gives less often than this is one.
const SURE: f64 = 1e-3;
/// Up to this ratio of rates the Galerkin expansion solves the Boltzmann equation without noise, which would hide the small
/// deviations there; beyond, the gas is too far from equilibrium for it.
const NEAR_EQUILIBRIUM: f64 = 0.2;
const ORDER: usize = 8;
/// From this ratio on the stress of some thousand atoms stands clear of its noise.
const CLEAR: f64 = 0.5;
/// A description holds where it is off by less.
const TOLERABLE: f64 = 0.05;

pub(super) fn studies(settings: &Settings) -> Vec<Study> {
    vec![map(*settings)]
}

fn interaction() -> Interaction {
    let form = Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 });
    Interaction::Potential(PairPotential::new(form, Some(CUTOFF), Truncation::ShiftedForce))
}

/// Shear at `ratio` times the collision rate of the gas at `density`.
fn experiment(density: f64, ratio: f64) -> Result<Experiment, TaskError> {
    let mut unit = bare(flow(Matrix3::zeros())?, interaction(), 1.0, 1.0);
    unit.state.temperature_tensor = Matrix3::identity() * TEMPERATURE;
    unit.state.number_density = density;
    let relaxation = viscosity(&unit, TEMPERATURE)? / (density * TEMPERATURE);
    let rate = ratio / relaxation;
    unit.flow = flow(Matrix3::new(0.0, rate, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))?;
    unit.schedule.end = RELAXATIONS * relaxation;
    Ok(unit)
}

/// `-P_xy/(n T_0)` at the end.
fn stress(experiment: &Experiment, name: &str, replica: usize, interrupt: Interrupt<'_>) -> Result<f64, TaskError> {
    let mut description = start(experiment, name, replica)?;
    // The collisional stress of a sample is an instant's: a mean over the last twentieth of the run is less noisy.
    let samples = 10;
    let mut sum = 0.0;
    for k in 1..=samples {
        let time = experiment.schedule.end * (0.95 + 0.05 * f64::from(k) / f64::from(samples));
        interrupt.advance(description.as_mut(), time)?;
        let row = description.observe();
        sum -= row.pressure[(0, 1)] / (row.density * TEMPERATURE);
    }
    Ok(sum / f64::from(samples))
}

fn map(settings: Settings) -> Study {
    let ratios: Vec<f64> = settings.choose(vec![0.1, 0.5, 2.0], vec![0.03, 0.1, 0.2, 0.5, 1.0, 2.0]);
    let densities: Vec<f64> = settings.choose(vec![0.003, 0.03, 0.2], vec![0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.4]);
    let atoms = settings.choose(1000, 8000);
    let replicas = settings.choose(6, 4);
    let particles = settings.choose(50_000, 500_000);
    let mut tasks = Vec::new();
    for &ratio in &ratios {
        tasks.push(Task::new(format!("Navier-Stokes, {ratio}"), 0.01, move |interrupt| {
            let mut experiment = experiment(0.01, ratio)?;
            experiment.navier_stokes = Some(Viscosity::ChapmanEnskog);
            Ok(vec![stress(&experiment, "navier-stokes", 0, interrupt)?])
        }));
        for replica in 0..kinetic_runs(ratio) {
            let seconds = if ratio <= NEAR_EQUILIBRIUM { 1.0 } else { 2e-6 * particles as f64 };
            tasks.push(Task::new(format!("Boltzmann equation, {ratio}, {replica}"), seconds, move |interrupt| {
                let mut experiment = experiment(0.01, ratio)?;
                if ratio <= NEAR_EQUILIBRIUM {
                    experiment.galerkin = Some(GalerkinSettings { order: ORDER, basis_temperature: 1.0 });
                    return Ok(vec![stress(&experiment, "galerkin", 0, interrupt)?]);
                }
                let (replicas, observation) = (replica + 1, Observation::default());
                experiment.dsmc = Some(DsmcSettings { particles, replicas, seed: settings.seed, observation });
                Ok(vec![stress(&experiment, "dsmc", replica, interrupt)?])
            }));
        }
        for &density in &densities {
            for replica in 0..replicas {
                // A gas that heats takes shorter steps.
                let seconds = 2e-6 * atoms as f64 / density.max(2.0 * DILUTE) * (1.0 + ratio * ratio);
                let name = if density > DILUTE { "atoms" } else { "atoms by encounters" };
                tasks.push(Task::new(format!("{name}, {ratio}, {density}, {replica}"), seconds, move |interrupt| {
                    let mut experiment = experiment(density, ratio)?;
                    experiment.molecular = Some(MolecularSettings {
                        start: AtomStart::Drawn {
                            atoms,
                            positions: DrawnPositions::Random,
                            lattice: LatticeChoice::Cubic,
                        },
                        group: None,
                        engine: Some(if density > DILUTE {
                            Engine::TimeStepped(Scheme { time_step: 0.003, control: StepControl::Thermal })
                        } else {
                            Engine::Encounters { tolerance: 1e-8 }
                        }),
                        replicas: replica + 1,
                        seed: settings.seed,
                        trajectory: None,
                        prepare: None,
                        thermostat: None,
                        bonds: None,
                    });
                    Ok(vec![stress(&experiment, "molecular", replica, interrupt)?])
                }));
            }
        }
    }
    Study {
        arrow: Arrow::Breakdown,
        name: "argon-map",
        title: "Which level argon at 300 K needs, by shear rate and density",
        input: format!(
            "Lennard-Jones, cutoff {CUTOFF} sigma, shifted force, k_B T/epsilon = {TEMPERATURE:.4} at the start; simple shear from equilibrium, K/nu = {ratios:?}, nu = n k_B T/mu of the dilute gas, {RELAXATIONS}/nu; n sigma^3 = {densities:?}, by encounters to {DILUTE}; {replicas} x {atoms} atoms; Boltzmann by Galerkin of order {ORDER} to K/nu = {NEAR_EQUILIBRIUM}, by DSMC of {KINETIC_RUNS} x {particles} beyond; shear stress, mean over the last twentieth"
        ),
        tasks,
        judge: Box::new(move |results| judge(&ratios, &densities, replicas, results)),
    }
}

/// Independent runs of the direct simulation; the expansion is no random one.
const KINETIC_RUNS: usize = 4;

fn kinetic_runs(ratio: f64) -> usize {
    if ratio <= NEAR_EQUILIBRIUM { 1 } else { KINETIC_RUNS }
}

fn judge(ratios: &[f64], densities: &[f64], replicas: usize, results: &[Vec<f64>]) -> Finding {
    let mut continuum = Vec::new();
    let mut kinetic = vec![Vec::new(); densities.len()];
    // Of the replicas at the highest density, means over the rates whose stress is clear.
    let mut densest = vec![0.0; replicas];
    let mut densest_square = 0.0;
    let mut table = Table {
        caption: "Relative deviations of the shear stress; standard errors in brackets".to_owned(),
        header: ["K/nu".to_owned(), "Navier-Stokes from Boltzmann".to_owned()]
            .into_iter()
            .chain(densities.iter().map(|d| format!("atoms from Boltzmann, n sigma^3 = {d}")))
            .collect(),
        rows: Vec::new(),
    };
    let mut rest = results.iter().map(|numbers| numbers[0]);
    for &ratio in ratios {
        let navier_stokes = rest.next().unwrap_or(f64::NAN);
        let runs: Vec<f64> = rest.by_ref().take(kinetic_runs(ratio)).collect();
        let (boltzmann, kinetic_error) = if runs.len() > 1 { mean_and_error(&runs) } else { (runs[0], 0.0) };
        let kinetic_error = kinetic_error / boltzmann;
        continuum.push((navier_stokes / boltzmann - 1.0).abs());
        let share =
            if ratio < CLEAR { 0.0 } else { 1.0 / ratios.iter().filter(|&&ratio| ratio >= CLEAR).count() as f64 };
        densest_square += (kinetic_error * share).powi(2);
        let mut row = vec![format!("{ratio}"), format!("{:+.4} ({kinetic_error:.4})", navier_stokes / boltzmann - 1.0)];
        for d in 0..densities.len() {
            // Atoms over Boltzmann: a reciprocal of the noisy one would be biased.
            let values: Vec<f64> = rest.by_ref().take(replicas).map(|atoms| atoms / boltzmann - 1.0).collect();
            if d + 1 == densities.len() {
                densest.iter_mut().zip(&values).for_each(|(sum, value)| *sum += value * share);
            }
            let (mean, error) = mean_and_error(&values);
            let error = error.hypot(kinetic_error);
            row.push(format!("{mean:+.4} ({error:.4})"));
            // Where noise hides the boundary nothing is known.
            let is_known = student_quantile(0.05, replicas - 1) * error < TOLERABLE;
            kinetic[d].push(if is_known { mean.abs() } else { f64::NAN });
        }
        table.rows.push(row);
    }
    // The level that is needed errs least of those that are allowed: a map of the coarser deviation shows both.
    let both: Vec<Vec<f64>> = kinetic
        .iter()
        .map(|row| row.iter().zip(&continuum).map(|(a, b)| if a.is_nan() { *a } else { a.max(*b) }).collect())
        .collect();
    let mut boundary = Vec::new();
    if let Some(x) = crossing(ratios, &continuum) {
        boundary.push(Curve {
            label: format!("Navier-Stokes off by {TOLERABLE}"),
            points: vec![[x, densities[0], 0.0], [x, densities[densities.len() - 1], 0.0]],
            is_theory: true,
        });
    }
    let mut points = Vec::new();
    for (c, &ratio) in ratios.iter().enumerate() {
        let column: Vec<f64> = kinetic.iter().map(|row| row[c]).collect();
        points.extend(crossing(densities, &column).map(|y| [ratio, y, 0.0]));
    }
    if points.len() > 1 {
        boundary.push(Curve { label: format!("Boltzmann off by {TOLERABLE}"), points, is_theory: true });
    }
    let map = Map {
        plot: Plot {
            title: "Deviation from the next finer description, the larger of the two".to_owned(),
            x: "shear rate over collision rate".to_owned(),
            y: "n sigma^3".to_owned(),
            logarithmic: [true, true],
            curves: boundary,
        },
        value: "relative deviation of the shear stress".to_owned(),
        logarithmic: true,
        columns: ratios.to_vec(),
        rows: densities.to_vec(),
        values: both,
    };
    let last = ratios.len() - 1;
    let (dense, dense_error) = mean_and_error(&densest);
    Finding {
        claims: vec![
            Claim::below(
                format!("Navier-Stokes is off from Boltzmann at K/nu = {}", ratios[0]),
                continuum[0],
                TOLERABLE,
            ),
            Claim::above(
                format!("Navier-Stokes is off from Boltzmann at K/nu = {}", ratios[last]),
                continuum[last],
                TOLERABLE,
            ),
            Claim::above(
                format!(
                    "Boltzmann is off from atoms at n sigma^3 = {}, mean over K/nu from {CLEAR} on less its {SURE:e} quantile",
                    densities[densities.len() - 1]
                ),
                dense.abs() - student_quantile(SURE, replicas - 1) * dense_error.hypot(densest_square.sqrt()),
                TOLERABLE,
            ),
        ],
        tables: vec![table],
        plots: Vec::new(),
        maps: vec![map],
    }
}

/// Where a deviation that rises first passes [`TOLERABLE`], linear between logarithms.
fn crossing(places: &[f64], deviations: &[f64]) -> Option<f64> {
    let k = deviations.windows(2).position(|pair| pair[0] < TOLERABLE && pair[1] >= TOLERABLE)?;
    let share = (TOLERABLE / deviations[k]).ln() / (deviations[k + 1] / deviations[k]).ln();
    Some((places[k].ln() + share * (places[k + 1] / places[k]).ln()).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_is_between_the_points() {
        let x = crossing(&[0.1, 1.0, 10.0], &[0.0005, 0.005, 0.5]).unwrap();
        assert!((x.log10() - 0.5).abs() < 1e-12, "{x}");
        assert_eq!(crossing(&[0.1, 1.0], &[0.001, 0.01]), None);
    }
}
