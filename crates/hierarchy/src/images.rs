//! How near the atoms of a run will be to their own images.

use crate::experiment::{Experiment, Interaction};
use crate::{Plan, atoms_at_start};
use omd_flow::{Matrix3, lattice};
use omd_molecular::image_times;

/// The smallest image distance of a run.
///
/// Below the cutoff an atom meets its own images, below twice the cutoff it may feel two images of one neighbour. Both
/// are exact for the infinite system that is simulated; that system then has no other freedom than so few atoms give it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearImages {
    /// The cell at t = 0, edges as columns.
    pub cell: Matrix3<f64>,
    /// The shortest vector of `F(t) E Z^3` over the run, length.
    pub distance: f64,
    /// When it is reached.
    pub time: f64,
    /// The cutoff, or the diameter of hard spheres; length.
    pub cutoff: f64,
    /// Whether there are hard spheres: below the diameter they cease to exist.
    pub hard: bool,
    /// When it first falls below the cutoff, if it does.
    pub meets_from: Option<f64>,
}

impl NearImages {
    /// Whether an atom may feel two images of one neighbour, or one of its own.
    #[must_use]
    pub fn are_felt(&self) -> bool {
        self.distance < 2.0 * self.cutoff
    }
}

/// The nearest images of the `molecular` plan of an experiment; `None` where there are no atoms in a cell.
#[must_use]
pub fn near_images(experiment: &Experiment, plans: &[Plan]) -> Option<NearImages> {
    let (cutoff, hard) = match experiment.interaction.as_ref()? {
        Interaction::Potential(potential) => (potential.cutoff()?, false),
        Interaction::Mixture(potential) => (potential.cutoff(), false),
        Interaction::ManyBody(potential) => (potential.cutoff(), false),
        Interaction::Cluster(potential) => (potential.cutoff(), false),
        Interaction::HardSphere { diameter } => (*diameter, true),
        Interaction::KernelOnly { .. } | Interaction::SoftKernel { .. } => return None,
    };
    let cell = atoms_at_start(plans)?.cell?;
    let mut near = NearImages { cell, distance: f64::INFINITY, time: 0.0, cutoff, hard, meets_from: None };
    for time in image_times(&experiment.flow, experiment.schedule.end) {
        let distance = lattice::shortest_vector(&(experiment.flow.deformation(time) * cell));
        if distance < near.distance {
            (near.distance, near.time) = (distance, time);
        }
        if distance < cutoff && near.meets_from.is_none() {
            near.meets_from = Some(time);
        }
    }
    Some(near)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{
        AtomStart, DrawnPositions, Engine, LatticeChoice, MolecularSettings, Preparation, Schedule, Scheme, State,
        StepControl,
    };
    use omd_flow::{AffineFlow, Matrix3};
    use omd_interaction::{LennardJones, PairPotential, Truncation};
    use std::sync::Arc;

    /// 512 atoms in a cube of edge 8 with cutoff 2.5.
    fn experiment(gradient: Matrix3<f64>, end: f64) -> Experiment {
        let form = Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 });
        Experiment {
            title: String::new(),
            flow: AffineFlow::new(gradient).unwrap(),
            state: State {
                number_density: 1.0,
                temperature_tensor: Matrix3::identity(),
                mass: 1.0,
                preparation: Preparation::Equilibrium,
            },
            interaction: Some(Interaction::Potential(PairPotential::new(form, Some(2.5), Truncation::ShiftedForce))),
            knudsen: 1.0,
            schedule: Schedule { end, samples: 1 },
            molecular: Some(MolecularSettings {
                start: AtomStart::Drawn {
                    atoms: 512,
                    positions: DrawnPositions::Random,
                    lattice: LatticeChoice::Cubic,
                },
                species: None,
                group: None,
                engine: Some(Engine::TimeStepped(Scheme { time_step: 1e-3, control: StepControl::Fixed })),
                replicas: 1,
                seed: 1,
                trajectory: None,
                prepare: None,
                thermostat: None,
                bonds: None,
            }),
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

    fn near(gradient: Matrix3<f64>, end: f64) -> Option<NearImages> {
        let experiment = experiment(gradient, end);
        near_images(&experiment, &crate::plans(&experiment).unwrap()).filter(NearImages::are_felt)
    }

    #[test]
    fn images_that_stay_away_are_no_news() {
        assert_eq!(near(Matrix3::zeros(), 10.0), None);
        // A simple shear of a cube: the shortest vector is never below the edge times (3/4)^(1/4), whatever the strain.
        assert_eq!(near(Matrix3::new(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), 50.0), None);
    }

    #[test]
    fn dips_between_periods_of_a_long_shear_are_seen() {
        // Shear along the diagonal of two edges: the cube comes back at every strain of 2, and in between, at odd strains, the
        // diagonal across is as short as 8/sqrt(2).
        let shear = Matrix3::new(0.5, -0.5, 0.0, 0.5, -0.5, 0.0, 0.0, 0.0, 0.0);
        let experiment = experiment(shear, 2000.0);
        let found = near_images(&experiment, &crate::plans(&experiment).unwrap()).unwrap();
        let least = 8.0 / 2f64.sqrt();
        assert!(found.distance < 1.01 * least && found.distance > least * (1.0 - 1e-9), "{found:?} {least}");
    }

    #[test]
    fn a_compression_tells_when_atoms_meet_themselves() {
        // The edge along x is 8 (1 - t/10): below 5 at t = 3.75 and below 2.5 at t = 6.875.
        let squeeze = Matrix3::from_diagonal(&[-0.1, 0.0, 0.0].into());
        let found = near(squeeze, 5.0).unwrap();
        assert_eq!((found.time, found.cutoff, found.meets_from), (5.0, 2.5, None));
        assert!((found.distance - 4.0).abs() < 1e-12, "{found:?}");
        let from = near(squeeze, 8.0).unwrap().meets_from.unwrap();
        // To within a step that changes no length by more than 4 %.
        assert!((6.875..7.0).contains(&from), "{from}");
        assert_eq!(near(squeeze, 3.7), None);
    }
}
