//! The atoms: hard spheres from collision to collision, WCA from encounter to encounter, Lennard-Jones step by step.

use super::{Case, TIMES, collisions, sampled};
use crate::arrows::experiments::{Gas, bare, drawn_atoms, flow, start};
use crate::experiment::{Engine, Experiment, Interaction, Scheme, StepControl};
use crate::verify::{Interrupt, Settings, TaskError};

/// Atoms in the cell at `n sigma^3 = 0.05`: 6 mean free paths along an edge.
const ATOMS: f64 = 1000.0;
/// Time steps per `sigma (m/k_B T)^(1/2)`.
const STEP: f64 = 0.004;
/// Of a step of an encounter, in cutoffs and root mean square speeds. Until orbits part the temperature is off by 4e-8; of the
/// encounters one in 1e4 is not counted at `n sigma^3 = 0.1`, of three atoms in a cluster, and fewer below.
const TOLERANCE: f64 = 1e-7;

pub(super) fn atoms_at(density: f64) -> usize {
    (ATOMS * (0.05 / density).powi(2)).round() as usize
}

/// About how many a replica takes.
pub(super) fn seconds(gas: Gas, density: f64) -> f64 {
    let each = match gas {
        Gas::LennardJones => 1e-5 / density,
        Gas::Wca => 5e-5,
        Gas::HardSpheres | Gas::Maxwell => 2e-5,
    };
    each * atoms_at(density) as f64
}

/// `sigma` at unit density with the viscosity of the gas: `n sigma^2` everywhere.
fn length(gas: Gas) -> Result<f64, TaskError> {
    Ok(match gas.interaction_with_cutoff()? {
        Interaction::HardSphere { diameter } => diameter,
        Interaction::Potential(potential) => potential.form().length(),
        _ => return Err(TaskError::failed("no atoms")),
    })
}

/// What is compared, of one replica of the atoms.
pub(super) fn molecules(
    settings: &Settings,
    case: Case,
    density: f64,
    replica: usize,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    // n sigma^2 = length^2 at unit density.
    let fixed = length(case.gas)?.powi(2);
    let sigma = density / fixed;
    let engine = match case.gas {
        Gas::Wca => Some(Engine::Encounters { tolerance: TOLERANCE }),
        // Most atoms are within the cutoff of others: encounters would cost more than time steps.
        Gas::LennardJones => {
            Some(Engine::TimeStepped(Scheme { time_step: STEP * sigma, control: StepControl::Thermal }))
        }
        Gas::HardSpheres | Gas::Maxwell => None,
    };
    let interaction = case.gas.of_length(sigma, true);
    let mut experiment: Experiment = bare(flow(case.gradient())?, interaction, 1.0, TIMES[2]);
    experiment.state.number_density = fixed / (sigma * sigma);
    experiment.state.temperature_tensor = case.tensor();
    experiment.molecular = Some(drawn_atoms(settings, atoms_at(density), engine, replica));
    let mut atoms = start(&experiment, "molecular", replica)?;
    sampled(|time| {
        interrupt.advance(atoms.as_mut(), time)?;
        let moved = atoms.structure().ok_or_else(|| TaskError::failed("no atoms"))?;
        let gradient = experiment.flow.velocity_gradient(time);
        let peculiar = moved.positions.iter().zip(&moved.lab_velocities).map(|(x, v)| v - gradient * x);
        Ok((collisions(atoms.as_mut()), peculiar.collect()))
    })
}
