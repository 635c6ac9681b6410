//! What is to be solved, and on what grid.

use super::SpectralKernel;
use nalgebra::Matrix3;
use omd_flow::AffineFlow;

/// One homo-energetic gas on a grid.
#[derive(Clone, Debug)]
pub struct SpectralParameters {
    /// The flow.
    pub flow: AffineFlow,
    /// The collision kernel at Kn = 1.
    pub kernel: SpectralKernel,
    /// `Kn`; divides the rate of collisions once.
    pub knudsen: f64,
    /// `n0`, 1/volume.
    pub number_density: f64,
    /// Mass of an atom.
    pub mass: f64,
    /// `P / (n m)` of the Gaussian start, velocity squared.
    pub covariance: Matrix3<f64>,
    /// Points along each axis of velocity: even, 8 to 512.
    pub modes: usize,
    /// Error of a step in time relative to `g`, in the norm of L2.
    pub tolerance: f64,
}

impl SpectralParameters {
    /// The tolerance in time that belongs to `modes`: below what the grid leaves.
    #[must_use]
    pub fn tolerance_of(modes: usize) -> f64 {
        (1e-3 * (-0.2 * modes as f64).exp()).max(1e-9)
    }
}
