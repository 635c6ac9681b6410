//! Where each description ceases to hold: a map for argon over shear rate and density.
//!
//! Each description is compared with the next finer one: Navier-Stokes with the Boltzmann equation, which know only the
//! ratio of the shear rate to the collision rate `nu = p/mu`; the Boltzmann equation with objective molecular dynamics,
//! where the density comes in. The deviation is that of the shear stress at the end of a run of five relaxation times.
//!
//! Of Navier-Stokes it is the heating besides. The stress of a gas lags behind its flow by a relaxation time, that of
//! Navier-Stokes does not: in a weak shear it heats for five of them where the gas heats for four. With the dissipation as
//! printed, three quarters, it would heat less than the gas.

mod judgement;

use super::experiments::{bare, drawn_atoms, flow, kinetic_knudsen, reduced_flow, shear, start};
use super::printed::Printed;
use crate::experiment::{
    DsmcSettings, Engine, Experiment, GalerkinSettings, Interaction, Observation, Scheme, StepControl, Viscosity,
};
use crate::transport::viscosity_law;
use crate::verify::{Arrow, Fault, Interrupt, Settings, Study, Task, TaskError};
use crate::viscosity;
use judgement::judge;
use omd_flow::Matrix3;
use omd_hydro::ViscosityLaw;
use omd_interaction::{LennardJones, PairPotential, Truncation};
use std::sync::{Arc, OnceLock};

/// Argon at 300 K in Lennard-Jones units: epsilon/k_B = 119.8 K \[Rahman1964\].
const TEMPERATURE: f64 = 300.0 / 119.8;
const CUTOFF: f64 = 3.0;
/// Up to this `n sigma^3` atoms move from encounter to encounter: the same trajectories at a fraction of the cost.
const DILUTE: f64 = 0.003;
/// Relaxation times `mu/p` of the start: what is left of the start itself is e^-5.
const RELAXATIONS: f64 = 5.0;
/// Up to this ratio of rates the Galerkin expansion solves the Boltzmann equation without noise, which would hide the small
/// deviations there; beyond, the gas is too far from equilibrium for it.
const NEAR_EQUILIBRIUM: f64 = 0.2;
const ORDER: usize = 8;
/// `n sigma^3` of the coarser descriptions, which know the ratio of the rates alone.
const ANY_DENSITY: f64 = 0.01;

/// How large a map is.
struct Extent {
    ratios: Vec<f64>,
    densities: Vec<f64>,
    atoms: usize,
    replicas: usize,
    /// Of a run of the direct simulation.
    particles: usize,
}

pub(super) fn studies(settings: &Settings) -> Vec<Study> {
    let extent = Extent {
        ratios: settings.choose(vec![0.1, 0.5, 2.0], vec![0.03, 0.1, 0.2, 0.5, 1.0, 2.0]),
        densities: settings.choose(vec![0.003, 0.03, 0.2], vec![0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.4]),
        atoms: settings.choose(1000, 8000),
        replicas: settings.choose(6, 4),
        particles: settings.choose(50_000, 500_000),
    };
    vec![map(*settings, extent)]
}

fn interaction() -> Interaction {
    let form = Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 });
    Interaction::Potential(PairPotential::new(form, Some(CUTOFF), Truncation::ShiftedForce))
}

/// Viscosity of the dilute gas at the start. Every task needs it, and most take less time than its collision integrals.
fn viscosity_at_start() -> Result<f64, TaskError> {
    static KNOWN: OnceLock<f64> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(*known);
    }
    let found = viscosity(&bare(flow(Matrix3::zeros())?, interaction(), 1.0, 1.0), TEMPERATURE)?;
    Ok(*KNOWN.get_or_init(|| found))
}

/// Shear at `ratio` times the collision rate of the gas at `density`.
fn experiment(density: f64, ratio: f64) -> Result<Experiment, TaskError> {
    let relaxation = viscosity_at_start()? / (density * TEMPERATURE);
    let rate = ratio / relaxation;
    let sheared = flow(shear(rate))?;
    let mut experiment = bare(sheared, interaction(), 1.0, RELAXATIONS * relaxation);
    experiment.state.temperature_tensor = Matrix3::identity() * TEMPERATURE;
    experiment.state.number_density = density;
    Ok(experiment)
}

/// `-P_xy/(n T_0)` and `T/T_0` at the end.
fn sheared(
    experiment: &Experiment,
    name: &str,
    replica: usize,
    interrupt: Interrupt<'_>,
) -> Result<[f64; 2], TaskError> {
    let mut description = start(experiment, name, replica)?;
    // The collisional stress of a sample is an instant's: a mean over the last twentieth of the run is less noisy.
    let samples = 10;
    let (mut stress, mut temperature) = (0.0, 0.0);
    for k in 1..=samples {
        let time = experiment.schedule.end * (0.95 + 0.05 * f64::from(k) / f64::from(samples));
        interrupt.advance(description.as_mut(), time)?;
        let row = description.observe();
        stress -= row.pressure[(0, 1)] / (row.density * TEMPERATURE);
        temperature = row.temperature / TEMPERATURE;
    }
    Ok([stress / f64::from(samples), temperature])
}

/// The stress and the temperature of Navier-Stokes.
fn continuum(settings: &Settings, ratio: f64, interrupt: Interrupt<'_>) -> Result<Vec<f64>, TaskError> {
    let mut experiment = experiment(ANY_DENSITY, ratio)?;
    if settings.has(Fault::PrintedDissipation) {
        return as_printed(&experiment);
    }
    experiment.navier_stokes = Some(Viscosity::ChapmanEnskog);
    Ok(sheared(&experiment, "navier-stokes", 0, interrupt)?.to_vec())
}

/// The same by (20) as printed, at the end, in the paper's units: the density and the temperature of the start are one.
fn as_printed(experiment: &Experiment) -> Result<Vec<f64>, TaskError> {
    let law = viscosity_law(experiment)?;
    let pressure = experiment.state.number_density * TEMPERATURE;
    let unit: ViscosityLaw = Arc::new(move |temperature| law(TEMPERATURE * temperature) / pressure);
    let end = experiment.schedule.end;
    let mut printed = Printed::new(experiment.flow.clone(), 1.0, unit.clone());
    let temperature = printed.temperature(end).map_err(TaskError::failed)?;
    Ok(vec![unit(temperature) * experiment.flow.velocity_gradient(end)[(0, 1)], temperature])
}

/// The stress and the temperature of the Boltzmann equation, with what is planted in it: both comparisons have it.
fn kinetic(
    settings: &Settings,
    ratio: f64,
    particles: usize,
    replica: usize,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    let mut experiment = experiment(ANY_DENSITY, ratio)?;
    experiment.knudsen = kinetic_knudsen(settings, 1.0);
    experiment.flow = reduced_flow(settings, &experiment.flow)?;
    if ratio <= NEAR_EQUILIBRIUM {
        experiment.galerkin = Some(GalerkinSettings { order: ORDER, basis_temperature: 1.0 });
        return Ok(sheared(&experiment, "galerkin", 0, interrupt)?.to_vec());
    }
    let (replicas, observation) = (replica + 1, Observation::default());
    experiment.dsmc = Some(DsmcSettings { particles, replicas, seed: settings.seed, observation });
    Ok(sheared(&experiment, "dsmc", replica, interrupt)?.to_vec())
}

/// The stress of atoms.
fn molecular(
    settings: &Settings,
    ratio: f64,
    density: f64,
    atoms: usize,
    replica: usize,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    let mut experiment = experiment(density, ratio)?;
    let engine = if density > DILUTE {
        Engine::TimeStepped(Scheme { time_step: 0.003, control: StepControl::Thermal })
    } else {
        Engine::Encounters { tolerance: 1e-8 }
    };
    experiment.molecular = Some(drawn_atoms(settings, atoms, Some(engine), replica));
    Ok(vec![sheared(&experiment, "molecular", replica, interrupt)?[0]])
}

fn map(settings: Settings, extent: Extent) -> Study {
    let Extent { ref ratios, ref densities, atoms, replicas, particles } = extent;
    let mut tasks = Vec::new();
    for &ratio in ratios {
        tasks.push(Task::new(format!("Navier-Stokes with heating, {ratio}"), 0.01, move |interrupt| {
            continuum(&settings, ratio, interrupt)
        }));
        for replica in 0..kinetic_runs(ratio) {
            let seconds = if ratio <= NEAR_EQUILIBRIUM { 1.0 } else { 2e-6 * particles as f64 };
            let name = format!("Boltzmann equation with heating, {ratio}, {replica}");
            tasks.push(Task::new(name, seconds, move |interrupt| {
                kinetic(&settings, ratio, particles, replica, interrupt)
            }));
        }
        for &density in densities {
            for replica in 0..replicas {
                // A gas that heats takes shorter steps.
                let seconds = 2e-6 * atoms as f64 / density.max(2.0 * DILUTE) * (1.0 + ratio * ratio);
                let name = if density > DILUTE { "atoms" } else { "atoms by encounters" };
                tasks.push(Task::new(format!("{name}, {ratio}, {density}, {replica}"), seconds, move |interrupt| {
                    molecular(&settings, ratio, density, atoms, replica, interrupt)
                }));
            }
        }
    }
    Study {
        arrow: Arrow::Breakdown,
        name: "argon-map",
        title: "Which level argon at 300 K needs, by shear rate and density",
        input: format!(
            "Lennard-Jones, cutoff {CUTOFF} sigma, shifted force, k_B T/epsilon = {TEMPERATURE:.4} at the start; simple shear from equilibrium, K/nu = {ratios:?}, nu = n k_B T/mu of the dilute gas, {RELAXATIONS}/nu; n sigma^3 = {densities:?}, by encounters to {DILUTE}; {replicas} x {atoms} atoms; Boltzmann by Galerkin of order {ORDER} to K/nu = {NEAR_EQUILIBRIUM}, by DSMC of {KINETIC_RUNS} x {particles} beyond; shear stress, mean over the last twentieth, and heating, `T/T_0 - 1` at the end"
        ),
        tasks,
        judge: Box::new(move |results| judge(&extent, results)),
    }
}

/// Independent runs of the direct simulation; the expansion is no random one.
const KINETIC_RUNS: usize = 4;

fn kinetic_runs(ratio: f64) -> usize {
    if ratio <= NEAR_EQUILIBRIUM { 1 } else { KINETIC_RUNS }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{assert_red, settings};
    use super::*;

    #[test]
    fn the_map_holds_and_planted_faults_turn_it_red() {
        // An expansion and a simulation, encounters and time steps; a gas dense enough to be told from Boltzmann by few atoms.
        let small = |fault| {
            let extent = Extent {
                ratios: vec![0.1, 0.5],
                densities: vec![0.003, 0.4],
                atoms: 250,
                replicas: 18,
                particles: 10_000,
            };
            map(settings(fault), extent)
        };
        assert_red(small, |task| task.starts_with("atoms"), &Fault::ALL);
    }
}
