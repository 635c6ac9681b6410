//! Atoms: the work that their images do on them against their energy.

use super::levels::tensor;
use super::{Residuals, drift, extra};
use crate::arrows::experiments::{Gas, bare, drawn_atoms, flow, full_flow, reduced_flow, start};
use crate::arrows::mean_field_limit::{cloud_of, weighted_atoms};
use crate::arrows::molecular_symmetry;
use crate::arrows::molecular_symmetry::{Block, Kind, atoms, objective};
use crate::experiment::{Engine, Interaction, Scheme, StepControl};
use crate::statistics::greater;
use crate::verify::{Interrupt, Settings, TaskError};
use omd_flow::{AffineFlow, Description, Matrix3, Observables, Vector3};

/// Time steps of atoms, and of the cloud.
pub(super) const STEPS: [f64; 4] = [0.004, 0.002, 0.001, 0.0005];
pub(super) const CLOUD_STEPS: [f64; 4] = [0.1, 0.05, 0.025, 0.0125];
/// Of the atoms with steps: no longer than their trajectories are those of shorter steps.
pub(super) const SHORT: f64 = 0.4;
/// Of the atoms without.
pub(super) const LONG: f64 = 10.0;
pub(super) const CLOUD_END: f64 = 1.0;
pub(super) const ATOMS: usize = 500;
/// Of weight 1/N.
pub(super) const PARTICLES: usize = 256;
pub(super) const DENSITY: f64 = 0.05;
pub(super) const TOLERANCE: f64 = 1e-10;
/// Each of an atom's about five encounters takes some twenty steps, each with an error of [`TOLERANCE`] thermal speeds at most.
pub(super) const ENCOUNTERS: f64 = 100.0 * TOLERANCE;

/// `n sigma^3` of the gas that goes by encounters: the long cutoff of Lennard-Jones wants a dilute one.
pub(super) fn density_of_encounters(gas: Gas) -> f64 {
    if gas == Gas::LennardJones { 0.1 * DENSITY } else { DENSITY }
}

/// The residuals of atoms, whose ledger has the work that images do: the largest of some times up to `end`.
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
        found.energy = greater(found.energy, (extra(&row, "energy_balance") / kinetic).abs());
        let mass = row.density * flow.deformation(time).determinant() / begin.density - 1.0;
        found.mass = greater(found.mass, mass.abs());
        found.momentum = greater(found.momentum, drift(&row).norm() / row.temperature.sqrt());
    }
    Ok(found)
}

/// A gas of atoms with `sigma` = 1, not isotropic at the start.
fn gas(
    settings: &Settings,
    gradient: Matrix3<f64>,
    [density, end]: [f64; 2],
    interaction: Interaction,
    engine: Option<Engine>,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let mut experiment = bare(flow(gradient)?, interaction, 1.0, end);
    experiment.state.number_density = density;
    experiment.state.temperature_tensor = tensor();
    experiment.molecular = Some(drawn_atoms(settings, ATOMS, engine, 0));
    let mut atoms = start(&experiment, "molecular", 0)?;
    ledger(&experiment.flow, atoms.as_mut(), end, interrupt)
}

pub(super) fn event_driven(
    settings: &Settings,
    gradient: Matrix3<f64>,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    gas(settings, gradient, [DENSITY, LONG], Gas::HardSpheres.of_length(1.0, true), None, interrupt)
}

pub(super) fn lennard_jones(
    settings: &Settings,
    gradient: Matrix3<f64>,
    step: f64,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let engine = Engine::TimeStepped(Scheme { time_step: step, control: StepControl::Fixed });
    let interaction = Gas::LennardJones.of_length(1.0, true);
    gas(settings, gradient, [DENSITY, SHORT], interaction, Some(engine), interrupt)
}

pub(super) fn by_encounters(
    settings: &Settings,
    kind: Gas,
    gradient: Matrix3<f64>,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let engine = Engine::Encounters { tolerance: TOLERANCE };
    let density = density_of_encounters(kind);
    gas(settings, gradient, [density, LONG], kind.of_length(1.0, true), Some(engine), interrupt)
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
    let flow = flow(full_flow())?;
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
    let flow = flow(full_flow())?;
    let mut atoms = objective(reduced_flow(settings, &flow)?, &atoms(settings.seed, 0)?, step)?;
    ledger(&flow, &mut atoms, SHORT, interrupt)
}

/// Atoms of weight 1/N under a smooth potential, and all their images.
pub(super) fn weighted(
    settings: &Settings,
    gradient: Matrix3<f64>,
    step: f64,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let flow = flow(gradient)?;
    let (mut atoms, _) = weighted_atoms(settings, &flow, PARTICLES, 0, step)?;
    ledger(&flow, &mut atoms, SHORT, interrupt)
}

/// A cloud of weight 1/N: `<v>` and the energy in the laboratory; its mass is that of its particles.
pub(super) fn cloud(
    settings: &Settings,
    gradient: Matrix3<f64>,
    step: f64,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let flow = flow(gradient)?;
    let mut cloud = cloud_of(settings, &reduced_flow(settings, &flow)?, PARTICLES, 0, step)?;
    let velocity = |row: &Observables| {
        let mean = Vector3::from(["mean_x", "mean_y", "mean_z"].map(|name| extra(row, name)));
        drift(row) + flow.velocity_gradient(row.time) * mean
    };
    let begin = cloud.observe();
    let mut found = Residuals::default();
    for k in 1..=10 {
        interrupt.advance(&mut cloud, CLOUD_END * f64::from(k) / 10.0)?;
        let row = cloud.observe();
        found.energy = greater(found.energy, extra(&row, "energy_balance").abs());
        found.momentum = greater(found.momentum, (velocity(&row) - velocity(&begin)).norm() / begin.temperature.sqrt());
    }
    Ok(found)
}
