//! Numbers that no one means: most often a value in another unit style.

use omd_hierarchy::experiment::{Experiment, Interaction};

/// Flows that are faster than collisions by more than this leave any gas in free flight.
const FASTEST: f64 = 1e6;
/// Spheres touch at `n d^3 = sqrt(2)`.
const DENSEST: f64 = 3.0;

/// A warning where the flow or the density is beyond anything, by the size of the atoms.
pub(super) fn warning(experiment: &Experiment) -> Option<String> {
    let diameter = match experiment.interaction.as_ref()? {
        Interaction::HardSphere { diameter } => *diameter,
        Interaction::Potential(potential) if experiment.mean_field.is_none() => potential.form().length(),
        _ => return None,
    };
    let state = &experiment.state;
    let density = state.number_density;
    if !(density.is_finite() && diameter > 0.0) {
        return None;
    }
    let filled = density * diameter.powi(3);
    if filled > DENSEST {
        return Some(format!(
            "number-density times the cube of the atoms' length is {filled:.1e}, where touching spheres have 1.4: are both in the same units?"
        ));
    }
    // Of hard spheres of that diameter: 4 sqrt(pi) n d^2 (T/m)^(1/2).
    let collisions =
        4.0 * std::f64::consts::PI.sqrt() * density * diameter.powi(2) * (state.temperature() / state.mass).sqrt();
    let ratio = experiment.flow.velocity_gradient_at_zero().norm() / collisions;
    (ratio > FASTEST).then(|| {
        format!(
            "the velocity gradient is about {ratio:.0e} times the collision rate: is [flow] velocity-gradient in 1/time of the unit style?"
        )
    })
}
