//! Harmonic: the force grows without bound, its slope is constant.

use super::{PairForm, SmoothForm};

/// `U = stiffness r^2 / 2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Harmonic {
    /// Energy per area; negative: the pair repels.
    pub stiffness: f64,
}

impl PairForm for Harmonic {
    fn energy(&self, distance: f64) -> f64 {
        0.5 * self.stiffness * distance * distance
    }
    fn derivative(&self, distance: f64) -> f64 {
        self.stiffness * distance
    }
    fn as_smooth(&self) -> Option<SmoothForm> {
        Some(SmoothForm::Harmonic(*self))
    }
}
