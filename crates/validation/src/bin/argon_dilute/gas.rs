//! The gas, its flows, and their runs.

use omd_flow::{AffineFlow, Free, Matrix3, Observables};
use omd_hierarchy::experiment::{
    AtomStart, DrawnPositions, DsmcSettings, Engine, Experiment, Interaction, LatticeChoice, MolecularSettings,
    Observation, Preparation, Schedule, Scheme, State, StepControl, Viscosity,
};
use omd_hierarchy::statistics::Sample;
use omd_hierarchy::{Plan, plans};
use omd_interaction::{LennardJones, PairPotential, Truncation};
use omd_kinetic::chapman_enskog::{Property, Transport, TransportLaw};
use rayon::prelude::*;
use std::sync::Arc;

use crate::atoms::{tensors, vector};

/// 300 K over 119.8 K.
pub(crate) const TEMPERATURE: f64 = 300.0 / 119.8;
pub(crate) const ATOMS: usize = 4000;
pub(crate) const PARTICLES: usize = 100_000;
/// Rows of a run; the comparison takes three of them.
pub(crate) const SAMPLES: usize = 60;

/// A flow, a start and how long.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    /// `A tau`, rows.
    pub(crate) gradient: [f64; 9],
    pub(crate) preparation: Preparation,
    /// In `tau`.
    pub(crate) end: f64,
}

pub(crate) const SHEAR: Case =
    Case { gradient: [0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], preparation: Preparation::Equilibrium, end: 3.0 };
/// Compression along x, expansion along y, shears and a rotation: no component of the pressure vanishes.
pub(crate) const GENERAL: Case = Case {
    gradient: [-0.3, 0.4, 0.0, 0.0, 0.15, 0.3, 0.2, 0.0, -0.05],
    preparation: Preparation::Equilibrium,
    end: 2.0,
};
pub(crate) const SLOW: Case =
    Case { gradient: [0.0, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], preparation: Preparation::NavierStokes, end: 10.0 };

/// How atoms are run.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    /// `n sigma^3`.
    pub(crate) density: f64,
    /// At the start; it falls as the gas heats.
    pub(crate) time_step: f64,
    pub(crate) replicas: usize,
    pub(crate) seed: u64,
}

pub(crate) fn lennard_jones(cutoff: Option<f64>) -> PairPotential {
    PairPotential::new(Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 }), cutoff, Truncation::ShiftedForce)
}

/// What all runs share.
pub(crate) struct Gas {
    pub(crate) potential: PairPotential,
    pub(crate) viscosity: Arc<dyn Fn(f64) -> f64 + Send + Sync>,
}

impl Gas {
    pub(crate) fn new() -> Self {
        let potential = lennard_jones(Some(2.5));
        let transport = Transport::of_potential(&potential, 1.0).expect("it scatters");
        let law = TransportLaw::prepared(transport, Property::Viscosity, (TEMPERATURE, 2.0 * TEMPERATURE));
        Self { potential, viscosity: law.expect("it has a viscosity").into_function() }
    }

    /// `mu/(n T)` of the start.
    pub(crate) fn collision_time(&self, density: f64) -> f64 {
        (self.viscosity)(TEMPERATURE) / (density * TEMPERATURE)
    }

    pub(crate) fn flow(&self, case: &Case, density: f64) -> AffineFlow {
        let gradient = Matrix3::from_row_slice(&case.gradient) / self.collision_time(density);
        AffineFlow::new(gradient).expect("finite numbers")
    }

    fn experiment(&self, case: &Case, density: f64) -> Experiment {
        Experiment {
            title: String::new(),
            flow: self.flow(case, density),
            state: State {
                number_density: density,
                temperature_tensor: Matrix3::identity() * TEMPERATURE,
                mass: 1.0,
                preparation: case.preparation,
            },
            interaction: Some(Interaction::Potential(self.potential.clone())),
            knudsen: 1.0,
            schedule: Schedule { end: case.end * self.collision_time(density), samples: SAMPLES },
            molecular: None,
            spectral: None,
            dsmc: None,
            mean_field: None,
            free_flight: false,
            moments: None,
            galerkin: None,
            euler: false,
            navier_stokes: None,
        }
    }

    pub(crate) fn atoms(&self, case: &Case, run: &Run) -> Vec<Vec<Observables>> {
        let settings = MolecularSettings {
            start: AtomStart::Drawn { atoms: ATOMS, positions: DrawnPositions::Random, lattice: LatticeChoice::Cubic },
            species: None,
            group: None,
            engine: Some(Engine::TimeStepped(Scheme { time_step: run.time_step, control: StepControl::Thermal })),
            replicas: run.replicas,
            seed: run.seed,
            trajectory: None,
            prepare: None,
            thermostat: None,
            bonds: None,
        };
        rows(&Experiment { molecular: Some(settings), ..self.experiment(case, run.density) })
    }

    /// The density does not matter here: times are in `tau`.
    pub(crate) fn boltzmann(&self, case: &Case, replicas: usize) -> Sample {
        let dsmc =
            Some(DsmcSettings { particles: PARTICLES, replicas, seed: 911, observation: Observation::default() });
        let rows = rows(&Experiment { dsmc, ..self.experiment(case, 1e-3) });
        Sample::of(&rows.iter().map(|replica| vector(&tensors(replica, false))).collect::<Vec<_>>())
    }

    pub(crate) fn navier_stokes(&self, case: &Case) -> f64 {
        let navier_stokes = Some(Viscosity::ChapmanEnskog);
        let rows = rows(&Experiment { navier_stokes, ..self.experiment(case, 1e-3) });
        rows[0][SAMPLES].temperature / TEMPERATURE
    }
}

/// The rows of every replica of the one description of `experiment`.
fn rows(experiment: &Experiment) -> Vec<Vec<Observables>> {
    let plans = plans(experiment).expect("a valid experiment");
    let [plan] = plans.as_slice() else { panic!("one description") };
    let one = |replica| {
        let mut description = Plan::start(plan, replica).expect("a valid start");
        let row = |k| {
            description.advance(experiment.schedule.time(k), &mut Free).expect("the flow exists");
            description.observe()
        };
        (0..=SAMPLES).map(row).collect()
    };
    (0..plan.replicas).into_par_iter().map(one).collect()
}
