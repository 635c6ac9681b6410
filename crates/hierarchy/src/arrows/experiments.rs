//! The experiments that the studies share: a gas of unit mass, density and temperature.

use crate::experiment::{
    AtomStart, DrawnPositions, Engine, Experiment, GalerkinSettings, Interaction, LatticeChoice, MolecularSettings,
    MomentsSettings, Preparation, Schedule, State,
};
use crate::verify::{Fault, Settings, TaskError};
use crate::{plans, viscosity};
use omd_flow::{AffineFlow, Description, Matrix3};
use omd_interaction::{LennardJones, PairPotential, Truncation};
use std::sync::{Arc, OnceLock};

/// What collides; each with the viscosity 2 at the temperature 1 and Kn = 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gas {
    /// `rate = 1`: the stress relaxes with the rate 1/2.
    Maxwell,
    HardSpheres,
    /// `epsilon = 1/2`: at the reduced temperature 2.
    LennardJones,
    /// The repulsion of that alone: Lennard-Jones cut at its minimum and shifted \[WeeksChandlerAndersen1971\].
    Wca,
}

/// Depth of the wells at T = 1.
const EPSILON: f64 = 0.5;
/// Viscosity of every [`Gas`] at T = 1.
pub(crate) const VISCOSITY: f64 = 2.0;

impl Gas {
    /// Those that the arrows of the fluids have.
    pub(crate) const ALL: [Self; 3] = [Self::Maxwell, Self::HardSpheres, Self::LennardJones];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Maxwell => "Maxwell molecules",
            Self::HardSpheres => "hard spheres",
            Self::LennardJones => "Lennard-Jones",
            Self::Wca => "WCA",
        }
    }

    /// The interaction whose length is chosen for the viscosity; Lennard-Jones without cutoff.
    pub(crate) fn interaction(self) -> Result<Interaction, TaskError> {
        self.of_viscosity(false)
    }

    /// The same for particles: Lennard-Jones ends, with its force, at three lengths.
    pub(crate) fn interaction_with_cutoff(self) -> Result<Interaction, TaskError> {
        self.of_viscosity(true)
    }

    fn of_viscosity(self, ends: bool) -> Result<Interaction, TaskError> {
        // Every replica asks for it, and the collision integrals of a potential can take longer than the replica.
        static LENGTHS: [[OnceLock<f64>; 2]; 4] = [const { [const { OnceLock::new() }; 2] }; 4];
        let known = &LENGTHS[self as usize][usize::from(ends)];
        if let Some(&length) = known.get() {
            return Ok(self.of_length(length, ends));
        }
        // The viscosity goes with the inverse square of the length, which Maxwell molecules do not have.
        let unit = bare(flow(Matrix3::zeros())?, self.of_length(1.0, ends), 1.0, 1.0);
        let length = if self == Self::Maxwell { 1.0 } else { (viscosity(&unit, 1.0)? / VISCOSITY).sqrt() };
        Ok(self.of_length(*known.get_or_init(|| length), ends))
    }

    /// The interaction with this `sigma`, or diameter; `ends` as in [`Self::interaction_with_cutoff`].
    pub(crate) fn of_length(self, length: f64, ends: bool) -> Interaction {
        match self {
            Self::Maxwell => Interaction::KernelOnly { rate: 1.0, exponent: 0.0 },
            Self::HardSpheres => Interaction::HardSphere { diameter: length },
            Self::Wca => Interaction::Potential(PairPotential::wca(EPSILON, length)),
            Self::LennardJones => {
                let form = Arc::new(LennardJones { epsilon: EPSILON, sigma: length });
                let truncation = if ends { Truncation::ShiftedForce } else { Truncation::Truncated };
                Interaction::Potential(PairPotential::new(form, ends.then_some(3.0 * length), truncation))
            }
        }
    }
}

/// An experiment of unit mass, density and temperature that runs nothing yet.
pub(crate) fn bare(flow: AffineFlow, interaction: Interaction, knudsen: f64, end: f64) -> Experiment {
    Experiment {
        title: String::new(),
        flow,
        state: State {
            number_density: 1.0,
            temperature_tensor: Matrix3::identity(),
            mass: 1.0,
            preparation: Preparation::Equilibrium,
        },
        interaction: Some(interaction),
        knudsen,
        schedule: Schedule { end, samples: 1 },
        molecular: None,
        dsmc: None,
        spectral: None,
        mean_field: None,
        free_flight: false,
        moments: None,
        galerkin: None,
        euler: false,
        navier_stokes: None,
    }
}

/// Has `experiment` solve the Boltzmann equation of `gas` without noise, and says by which description: exact moments of Maxwell
/// molecules, Burnett functions to `order` for the others.
pub(crate) fn without_noise(experiment: &mut Experiment, gas: Gas, order: usize) -> &'static str {
    if gas == Gas::Maxwell {
        experiment.moments = Some(MomentsSettings::Exact { order: 2 });
        return "moments";
    }
    experiment.galerkin = Some(GalerkinSettings { order, basis_temperature: 1.0 });
    "galerkin"
}

/// Atoms at random places of a cubic cell, replica `replica` of which is run.
pub(crate) fn drawn_atoms(
    settings: &Settings,
    atoms: usize,
    engine: Option<Engine>,
    replica: usize,
) -> MolecularSettings {
    MolecularSettings {
        start: AtomStart::Drawn { atoms, positions: DrawnPositions::Random, lattice: LatticeChoice::Cubic },
        species: None,
        group: None,
        engine,
        replicas: replica + 1,
        seed: settings.seed,
        trajectory: None,
        prepare: None,
        thermostat: None,
        bonds: None,
    }
}

/// Replica `replica` of the description `name`, which the experiment asks for.
pub(crate) fn start(experiment: &Experiment, name: &str, replica: usize) -> Result<Box<dyn Description>, TaskError> {
    let plan = plans(experiment)?.into_iter().find(|plan| plan.name == name);
    let plan = plan.ok_or_else(|| TaskError::Failed(format!("the experiment has no {name}")))?;
    Ok(plan.start(replica)?)
}

/// Kn of the kinetic descriptions: with the planted fault their collisions are 5 % too frequent.
pub(crate) fn kinetic_knudsen(settings: &Settings, knudsen: f64) -> f64 {
    if settings.has(Fault::CollisionRate) { knudsen / 1.05 } else { knudsen }
}

/// The flow of the reduced description of an arrow: with the planted fault its sign is wrong.
pub(crate) fn reduced_flow(settings: &Settings, flow: &AffineFlow) -> Result<AffineFlow, TaskError> {
    if !settings.has(Fault::FlowSign) {
        return Ok(flow.clone());
    }
    AffineFlow::new(-flow.velocity_gradient_at_zero()).map_err(TaskError::failed)
}

/// A flow without symmetry that compresses, stretches, shears and turns.
pub(crate) fn full_flow() -> Matrix3<f64> {
    Matrix3::new(0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15)
}

/// Simple shear, `u_x = rate y`.
pub(crate) fn shear(rate: f64) -> Matrix3<f64> {
    Matrix3::new(0.0, rate, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
}

/// `AffineFlow` of a matrix.
pub(crate) fn flow(gradient: Matrix3<f64>) -> Result<AffineFlow, TaskError> {
    AffineFlow::new(gradient).map_err(TaskError::failed)
}

/// The rows of a matrix as an input file gives them.
pub(crate) fn rows(matrix: &Matrix3<f64>) -> String {
    let row = |i: usize| format!("[{}, {}, {}]", matrix[(i, 0)], matrix[(i, 1)], matrix[(i, 2)]);
    format!("[{}, {}, {}]", row(0), row(1), row(2))
}

/// `count` numbers from `first`, each half of the one before.
pub(crate) fn halves(first: f64, count: i32) -> Vec<f64> {
    (0..count).map(|k| first * 0.5f64.powi(k)).collect()
}
