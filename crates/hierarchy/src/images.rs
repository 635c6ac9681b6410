//! How near the atoms of a run will be to their own images.

use crate::Plan;
use crate::experiment::{Experiment, Interaction};
use omd_flow::lattice;

/// Times looked at.
const TIMES: u32 = 1000;

/// The smallest image distance of a run where it is below twice the cutoff, or the diameter of hard spheres.
///
/// Below the cutoff an atom meets its own images, below twice the cutoff it may feel two images of one neighbour. Both
/// are exact for the infinite system that is simulated; that system then has no other freedom than so few atoms give it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearImages {
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

/// The nearest images of the `molecular` plan of an experiment; `None` where there are no atoms or their images stay
/// farther than twice the cutoff.
#[must_use]
pub fn near_images(experiment: &Experiment, plans: &[Plan]) -> Option<NearImages> {
    let (cutoff, hard) = match experiment.interaction.as_ref()? {
        Interaction::Potential(potential) => (potential.cutoff()?, false),
        Interaction::HardSphere { diameter } => (*diameter, true),
        Interaction::KernelOnly { .. } | Interaction::SoftKernel { .. } => return None,
    };
    let plan = plans.iter().find(|plan| plan.name == "molecular")?;
    let cell = plan.look(|description| description.structure())??.cell;
    let mut near = NearImages { distance: f64::INFINITY, time: 0.0, cutoff, hard, meets_from: None };
    for k in 0..=TIMES {
        let time = experiment.schedule.end * f64::from(k) / f64::from(TIMES);
        let distance = lattice::shortest_vector(&(experiment.flow.deformation(time) * cell));
        if distance < near.distance {
            (near.distance, near.time) = (distance, time);
        }
        if distance < cutoff && near.meets_from.is_none() {
            near.meets_from = Some(time);
        }
    }
    (near.distance < 2.0 * cutoff).then_some(near)
}
