//! Arrow (3): data that are homogeneous but for `L(t) x` stay so, and perturbations of them.
//!
//! The full Boltzmann equation is solved by particles with positions in a periodic cell that moves with the flow. Four
//! questions: whether `f(t, x, v) = g(t, v - L x)` with the solution `g` of the reduced equation; what becomes of a
//! wave when Kn is small, against the linearised Navier-Stokes equations, and when there are no collisions, exactly; how
//! large the errors of time steps and cells are.

mod homogeneous;
mod mode;
mod splitting;
mod waves;

use crate::verify::{Settings, Study, TaskError};
use omd_flow::{AffineFlow, Matrix3};
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::SpatialParameters;

/// `C` of the Maxwell molecules: their viscosity is `2 T`, as that of every gas of the studies.
const RATE: f64 = 1.0;
/// `lambda n` at Kn = 1 and n = 1, the relaxation rate of their stress.
const RELAXATION: f64 = 0.5 * RATE;

pub(super) fn studies(settings: &Settings) -> Vec<Study> {
    vec![homogeneous::study(*settings), waves::viscous(*settings), waves::free(*settings), splitting::study(*settings)]
}

fn maxwell() -> CollisionKernel {
    CollisionKernel::VariableHardSphere { rate: RATE, exponent: 0.0 }
}

/// Maxwell molecules of unit mass, density and temperature in the unit cube, without waves, one cell, one step.
pub(super) fn unit_gas(
    settings: &Settings,
    flow: &AffineFlow,
    knudsen: f64,
    particles: usize,
    replica: u64,
) -> SpatialParameters {
    SpatialParameters {
        flow: flow.clone(),
        kernel: maxwell(),
        knudsen,
        number_density: 1.0,
        mass: 1.0,
        covariance: Matrix3::identity(),
        cell: Matrix3::identity(),
        divisions: [1; 3],
        particles,
        time_step: f64::MAX,
        wave: None,
        seed: settings.seed,
        // Streams of this arrow alone.
        replica: (3 << 24) | replica,
    }
}

/// A description cannot start.
fn failed(error: impl std::fmt::Display) -> TaskError {
    TaskError::failed(error)
}

#[cfg(test)]
mod tests {
    use super::super::test_support::judged;
    use crate::verify::{Fault, Verdict};

    #[test]
    fn the_reduction_holds_and_planted_faults_turn_the_arrow_red() {
        assert_eq!(judged("homogeneous-in-space", None), Verdict::Holds);
        for fault in [Fault::CollisionRate, Fault::FlowSign] {
            assert_eq!(judged("homogeneous-in-space", Some(fault)), Verdict::Fails, "{fault:?}");
        }
        assert_eq!(judged("waves-without-collisions", None), Verdict::Holds);
        assert_eq!(judged("waves-without-collisions", Some(Fault::FlowSign)), Verdict::Fails);
    }
}
