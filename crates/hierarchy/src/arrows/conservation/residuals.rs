//! Residuals of (50), description by description.

use crate::arrows::experiments::{Gas, bare, drawn_atoms, flow, kinetic_knudsen, reduced_flow, start};
use crate::arrows::mean_field_limit::{cloud_of, weighted_atoms};
use crate::arrows::molecular_symmetry::{Block, Kind, atoms, objective};
use crate::arrows::printed::Printed;
use crate::arrows::{kinetic_symmetry, molecular_symmetry};
use crate::experiment::{
    DsmcSettings, Engine, Experiment, GalerkinSettings, Interaction, MomentsSettings, Observation, Scheme, StepControl,
    Viscosity,
};
use crate::statistics::greater;
use crate::transport::{collision_kernel, viscosity_law};
use crate::verify::{Fault, Interrupt, Settings, TaskError};
use omd_flow::{AffineFlow, Description, Matrix3, Observables, Vector3};
use omd_hydro::strain_rate_deviator;
use omd_kinetic::boltzmann::{Spatial, SpatialParameters};

pub(super) use crate::arrows::molecular_symmetry::KINDS;

const END: f64 = 1.0;
/// Time steps of atoms, and of the cloud.
pub(super) const STEPS: [f64; 4] = [0.004, 0.002, 0.001, 0.0005];
pub(super) const CLOUD_STEPS: [f64; 4] = [0.1, 0.05, 0.025, 0.0125];
/// Of the atoms with steps: no longer than their trajectories are those of shorter steps.
const SHORT: f64 = 0.4;
/// Panels of the quadrature, each with Gauss's four nodes: below 1e-13 where rates are below ten.
const PANELS: usize = 32;
const KNUDSEN: f64 = 0.2;
const PARTICLES: usize = 20_000;
/// Cells along an edge and the step of the simulation in space: the stress is sampled at the ends of steps, with an error of
/// their square.
const CELLS: usize = 4;
const STEP_IN_SPACE: f64 = 0.01;
/// Of the Galerkin expansion.
const ORDER: usize = 6;
const ATOMS: usize = 500;
const DENSITY: f64 = 0.05;
const TOLERANCE: f64 = 1e-10;
/// Encounters take some twenty steps, each with an error of [`TOLERANCE`] at most, and an atom has a few of them.
pub(super) const ENCOUNTERS: f64 = 100.0 * TOLERANCE;

pub(super) fn input() -> String {
    format!(
        "t = {END}; gases of viscosity 2, m = n = T = 1, Kn = {KNUDSEN}: {PARTICLES} particles, in space in {CELLS}^3 cells with steps of {STEP_IN_SPACE}, Galerkin of order {ORDER}, exact moments of Maxwell molecules; {PANELS} panels of Gauss's rule with four nodes for the integral of P:L; {ATOMS} hard spheres, Lennard-Jones (epsilon = 1/2, cutoff 3) or WCA atoms at n sigma^3 = {DENSITY}, Lennard-Jones by encounters at a tenth of that, tolerance {TOLERANCE:e}; time steps {STEPS:?} to t = {SHORT}, of clouds {CLOUD_STEPS:?}"
    )
}

/// What is left of the three laws; zero where there is none of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Residuals {
    /// `rho det F/rho(0) - 1`, the largest.
    pub(super) mass: f64,
    /// The mean of `w` over the thermal speed, and `dL/dt + L^2`, the larger.
    pub(super) momentum: f64,
    /// Of `e(t) - e(0) + int P:L/rho dt` over `e(0)`.
    pub(super) energy: f64,
}

/// A solution of the Boltzmann equation, or what is solved without a closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kinetic {
    /// Exact moments of Maxwell molecules, Burnett functions for the others.
    Deterministic,
    /// Particles.
    Simulation,
    /// Particles with positions, under the flow as it is.
    InSpace,
    /// No collisions, eq. (16).
    FreeFlight,
    Euler,
}

impl Kinetic {
    pub(super) fn is_random(self) -> bool {
        matches!(self, Self::Simulation | Self::InSpace)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Deterministic => "kinetic, without noise",
            Self::Simulation => "DSMC",
            Self::InSpace => "DSMC in space",
            Self::FreeFlight => "free flight",
            Self::Euler => "Euler",
        }
    }
}

/// `(time, weight)` on `[0, END]`, in order.
fn nodes() -> Vec<(f64, f64)> {
    let root = (6.0f64 / 5.0).sqrt();
    let place = |sign: f64| (3.0 / 7.0 + sign * 2.0 / 7.0 * root).sqrt();
    let weight = |sign: f64| (18.0 - sign * 30.0f64.sqrt()) / 72.0;
    let four = [
        (-place(1.0), weight(1.0)),
        (-place(-1.0), weight(-1.0)),
        (place(-1.0), weight(-1.0)),
        (place(1.0), weight(1.0)),
    ];
    let width = END / PANELS as f64;
    let panel = |k: usize| four.map(|(x, w)| (width * (k as f64 + 0.5 * (1.0 + x)), width * w));
    (0..PANELS).flat_map(panel).collect()
}

/// A column that a description may have.
fn extra(row: &Observables, name: &str) -> Option<f64> {
    row.extra.iter().find(|extra| extra.name == name).map(|extra| extra.value)
}

/// The mean peculiar velocity; zero where it is by construction.
fn drift(row: &Observables) -> Vector3<f64> {
    Vector3::from(["drift_x", "drift_y", "drift_z"].map(|name| extra(row, name).unwrap_or(0.0)))
}

/// `|dL/dt + L^2|` by central differences of order 8, over the size of `L^2` or of one.
fn acceleration(flow: &AffineFlow, time: f64) -> f64 {
    let (step, weights) = (0.01, [4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0]);
    let difference = |k: usize| {
        let shift = step * (k + 1) as f64;
        (flow.velocity_gradient(time + shift) - flow.velocity_gradient(time - shift)) * (weights[k] / step)
    };
    let square = flow.velocity_gradient(time) * flow.velocity_gradient(time);
    ((0..4).map(difference).sum::<Matrix3<f64>>() + square).norm() / square.norm().max(1.0)
}

/// The residuals under `flow` of what has density, temperature and pressure; m = 1, no potential energy.
fn sampled(
    flow: &AffineFlow,
    mut at: impl FnMut(f64) -> Result<Observables, TaskError>,
) -> Result<Residuals, TaskError> {
    let begin = at(0.0)?;
    let (mut found, mut work) = (Residuals::default(), 0.0);
    let mut look = |time: f64, row: &Observables| {
        let speed = begin.temperature.sqrt();
        found.mass =
            greater(found.mass, (row.density * flow.deformation(time).determinant() / begin.density - 1.0).abs());
        found.momentum = greater(found.momentum, (drift(row) / speed).norm().max(acceleration(flow, time)));
    };
    for (time, weight) in nodes() {
        let row = at(time)?;
        look(time, &row);
        work += weight * row.pressure.component_mul(&flow.velocity_gradient(time)).sum() / row.density;
    }
    let end = at(END)?;
    look(END, &end);
    let energy = 1.5 * begin.temperature;
    found.energy = (1.5 * end.temperature + work) / energy - 1.0;
    Ok(found)
}

fn follow(
    flow: &AffineFlow,
    mut description: Box<dyn Description>,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    sampled(flow, |time| {
        interrupt.advance(description.as_mut(), time)?;
        Ok(description.observe())
    })
}

/// A start that is not isotropic, so that energy is exchanged from the start on.
fn tensor() -> Matrix3<f64> {
    Matrix3::new(1.4, 0.2, 0.0, 0.2, 0.8, -0.1, 0.0, -0.1, 0.8)
}

pub(super) fn kinetic(
    settings: &Settings,
    gas: Gas,
    what: Kinetic,
    gradient: Matrix3<f64>,
    replica: usize,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let given = flow(gradient)?;
    let reduced = reduced_flow(settings, &given)?;
    let mut experiment = bare(reduced, gas.interaction()?, kinetic_knudsen(settings, KNUDSEN), END);
    experiment.state.temperature_tensor = tensor();
    let name = match what {
        Kinetic::Deterministic if gas == Gas::Maxwell => {
            experiment.moments = Some(MomentsSettings::Exact { order: 2 });
            "moments"
        }
        Kinetic::Deterministic => {
            experiment.galerkin = Some(GalerkinSettings { order: ORDER, basis_temperature: 1.0 });
            "galerkin"
        }
        Kinetic::FreeFlight => {
            experiment.free_flight = true;
            "free-flight"
        }
        Kinetic::Euler => {
            experiment.euler = true;
            experiment.state.temperature_tensor = Matrix3::identity();
            "euler"
        }
        Kinetic::Simulation => {
            experiment.interaction = Some(gas.interaction_with_cutoff()?);
            let (replicas, observation) = (replica + 1, Observation::default());
            experiment.dsmc = Some(DsmcSettings { particles: PARTICLES, replicas, seed: settings.seed, observation });
            "dsmc"
        }
        Kinetic::InSpace => {
            let parameters = SpatialParameters {
                kernel: collision_kernel(&experiment)?,
                covariance: tensor(),
                divisions: [CELLS; 3],
                time_step: STEP_IN_SPACE,
                ..kinetic_symmetry::unit_gas(
                    settings,
                    &given,
                    experiment.knudsen,
                    PARTICLES,
                    (1 << 20) | replica as u64,
                )
            };
            let gas = Spatial::new(parameters).map_err(TaskError::failed)?;
            return follow(&given, Box::new(gas), interrupt);
        }
    };
    follow(&given, start(&experiment, name, replica)?, interrupt)
}

/// Navier-Stokes; with the planted fault its temperature follows (20) as printed.
pub(super) fn viscous(
    settings: &Settings,
    gas: Gas,
    gradient: Matrix3<f64>,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let given = flow(gradient)?;
    let mut experiment = bare(reduced_flow(settings, &given)?, gas.interaction()?, KNUDSEN, END);
    if !settings.has(Fault::PrintedDissipation) {
        experiment.navier_stokes = Some(Viscosity::ChapmanEnskog);
        return follow(&given, start(&experiment, "navier-stokes", 0)?, interrupt);
    }
    let viscosity = viscosity_law(&experiment)?;
    let mut printed = Printed::new(given.clone(), KNUDSEN, viscosity.clone());
    sampled(&given, |time| {
        let (temperature, density) =
            (printed.temperature(time).map_err(TaskError::failed)?, 1.0 / given.volume_ratio(time));
        let strain = strain_rate_deviator(&given.velocity_gradient(time));
        let pressure =
            Matrix3::identity() * (density * temperature) - strain * (2.0 * KNUDSEN * viscosity(temperature));
        Ok(Observables { time, density, temperature, pressure, heat_flux: None, extra: Vec::new() })
    })
}

/// The residuals of atoms, whose ledger has the work: the largest of some times up to `end`.
fn ledger(
    flow: &AffineFlow,
    atoms: &mut dyn Description,
    end: f64,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let begin = atoms.observe();
    let count = atoms.structure().ok_or_else(|| TaskError::failed("no atoms"))?.positions.len() as f64;
    let kinetic = 1.5 * begin.temperature * count;
    let mut found = Residuals::default();
    for k in 1..=20 {
        let time = end * f64::from(k) / 20.0;
        interrupt.advance(atoms, time)?;
        let row = atoms.observe();
        let balance = extra(&row, "energy_balance").unwrap_or(f64::NAN);
        found.energy = greater(found.energy, (balance / kinetic).abs());
        if begin.has_volume() {
            let mass = row.density * flow.deformation(time).determinant() / begin.density - 1.0;
            found.mass = greater(found.mass, mass.abs());
        }
        found.momentum = greater(found.momentum, acceleration(flow, time));
    }
    Ok(found)
}

/// As [`ledger`], where the group is one of translations: then the mean of `w` stays zero.
fn of_translations(
    flow: &AffineFlow,
    atoms: &mut dyn Description,
    end: f64,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let found = ledger(flow, atoms, end, interrupt)?;
    let row = atoms.observe();
    let momentum = greater(found.momentum, drift(&row).norm() / row.temperature.sqrt());
    Ok(Residuals { momentum, ..found })
}

/// A gas of atoms at `n sigma^3`, with the viscosity that its kinetic theory has at Kn = 1.
fn gas_of_atoms(
    settings: &Settings,
    gradient: Matrix3<f64>,
    density: f64,
    interaction: Interaction,
    engine: Option<Engine>,
) -> Result<Experiment, TaskError> {
    let mut experiment = bare(flow(gradient)?, interaction, 1.0, END);
    experiment.state.number_density = density;
    experiment.state.temperature_tensor = tensor();
    experiment.molecular = Some(drawn_atoms(settings, ATOMS, engine, 0));
    Ok(experiment)
}

pub(super) fn event_driven(
    settings: &Settings,
    gradient: Matrix3<f64>,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let experiment = gas_of_atoms(settings, gradient, DENSITY, Interaction::HardSphere { diameter: 1.0 }, None)?;
    let mut atoms = start(&experiment, "molecular", 0)?;
    of_translations(&flow(gradient)?, atoms.as_mut(), 10.0 * END, interrupt)
}

pub(super) fn lennard_jones(
    settings: &Settings,
    gradient: Matrix3<f64>,
    step: f64,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let engine = Engine::TimeStepped(Scheme { time_step: step, control: StepControl::Fixed });
    let experiment = gas_of_atoms(settings, gradient, DENSITY, Gas::LennardJones.of_length(1.0, true), Some(engine))?;
    let mut atoms = start(&experiment, "molecular", 0)?;
    of_translations(&flow(gradient)?, atoms.as_mut(), SHORT, interrupt)
}

pub(super) fn by_encounters(
    settings: &Settings,
    gas: Gas,
    gradient: Matrix3<f64>,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let engine = Engine::Encounters { tolerance: TOLERANCE };
    // The long cutoff of Lennard-Jones wants a dilute gas.
    let density = if gas == Gas::LennardJones { 0.1 * DENSITY } else { DENSITY };
    let experiment = gas_of_atoms(settings, gradient, density, gas.of_length(1.0, true), Some(engine))?;
    let mut atoms = start(&experiment, "molecular", 0)?;
    of_translations(&flow(gradient)?, atoms.as_mut(), 10.0 * END, interrupt)
}

/// Atoms under a group with rotations.
pub(super) fn copies(
    settings: &Settings,
    kind: Kind,
    step: f64,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let given = kind.start(settings)?;
    let mut atoms = given.objective(settings, step)?;
    ledger(&given.flow, &mut atoms, SHORT, interrupt)
}

/// Newton's equations of a block without images: energy and momentum of the whole, mass has no law.
pub(super) fn explicit(settings: &Settings, step: f64, interrupt: Interrupt<'_>) -> Result<Residuals, TaskError> {
    let flow = flow(crate::arrows::experiments::full_flow())?;
    let atoms = atoms(settings.seed, 0)?;
    let mut block = Block::new(&flow, &atoms, &molecular_symmetry::potential(), 1);
    let ([energy, kinetic], momentum) = (block.energies(), block.momentum());
    let mut found = Residuals::default();
    let steps = (SHORT / step).round() as usize;
    for k in 1..=steps {
        interrupt.check()?;
        block.step(step);
        if k % (steps / 20) == 0 {
            found.energy = greater(found.energy, ((block.energies()[0] - energy) / kinetic).abs());
            let scale = (2.0 * kinetic * block.len() as f64).sqrt();
            found.momentum = greater(found.momentum, (block.momentum() - momentum).norm() / scale);
        }
    }
    Ok(found)
}

/// The simulated atoms of the block, and their images.
pub(super) fn images(settings: &Settings, step: f64, interrupt: Interrupt<'_>) -> Result<Residuals, TaskError> {
    let flow = flow(crate::arrows::experiments::full_flow())?;
    let mut atoms = objective(reduced_flow(settings, &flow)?, &atoms(settings.seed, 0)?, step)?;
    of_translations(&flow, &mut atoms, SHORT, interrupt)
}

/// Atoms of weight 1/N under a smooth potential, and all their images.
pub(super) fn weighted(
    settings: &Settings,
    gradient: Matrix3<f64>,
    step: f64,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let flow = flow(gradient)?;
    let (mut atoms, _) = weighted_atoms(settings, &flow, 256, 0, step)?;
    of_translations(&flow, &mut atoms, SHORT, interrupt)
}

/// A cloud of weight 1/N: `<v>` and the energy in the laboratory; its mass is that of its particles.
pub(super) fn cloud(
    settings: &Settings,
    gradient: Matrix3<f64>,
    step: f64,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let flow = flow(gradient)?;
    let mut cloud = cloud_of(settings, &reduced_flow(settings, &flow)?, 256, 0, step)?;
    let velocity = |row: &Observables| {
        let mean = Vector3::from(["mean_x", "mean_y", "mean_z"].map(|name| extra(row, name).unwrap_or(f64::NAN)));
        drift(row) + flow.velocity_gradient(row.time) * mean
    };
    let begin = cloud.observe();
    let mut found = Residuals::default();
    for k in 1..=10 {
        interrupt.advance(&mut cloud, END * f64::from(k) / 10.0)?;
        let row = cloud.observe();
        let balance = extra(&row, "energy_balance").unwrap_or(f64::NAN);
        found.energy = greater(found.energy, balance.abs());
        let drifted = (velocity(&row) - velocity(&begin)).norm() / begin.temperature.sqrt();
        found.momentum = greater(found.momentum, greater(drifted, acceleration(&flow, row.time)));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quadrature_is_exact_to_degree_seven() {
        let of = |degree: i32| nodes().iter().map(|(t, w)| w * t.powi(degree)).sum::<f64>();
        for degree in 0..8 {
            assert!((of(degree) * f64::from(degree + 1) - 1.0).abs() < 1e-14, "{degree}");
        }
        assert!(nodes().is_sorted_by(|a, b| a.0 < b.0));
    }
}
