//! Bonds.

use super::PairForm;

/// `U(r) = stiffness (r - length)^2/2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HarmonicBond {
    /// Energy/length^2.
    pub stiffness: f64,
    /// Where it rests.
    pub length: f64,
}

impl PairForm for HarmonicBond {
    fn energy(&self, distance: f64) -> f64 {
        0.5 * self.stiffness * (distance - self.length).powi(2)
    }

    fn derivative(&self, distance: f64) -> f64 {
        self.stiffness * (distance - self.length)
    }

    fn length(&self) -> f64 {
        self.length
    }
}
