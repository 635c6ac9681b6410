//! Gaussian: a soft, finite core.

use super::{PairForm, SmoothForm};

/// `U = epsilon exp(-r^2 / (2 sigma^2))`, finite at the origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussian {
    /// Energy at the origin; negative: a well.
    pub epsilon: f64,
    /// Width, length.
    pub sigma: f64,
}

impl PairForm for Gaussian {
    fn energy(&self, distance: f64) -> f64 {
        self.energy_and_derivative(distance).0
    }
    fn derivative(&self, distance: f64) -> f64 {
        self.energy_and_derivative(distance).1
    }
    fn energy_and_derivative(&self, distance: f64) -> (f64, f64) {
        let scaled = distance / self.sigma;
        let energy = self.epsilon * (-0.5 * scaled * scaled).exp();
        (energy, -energy * scaled / self.sigma)
    }
    fn length(&self) -> f64 {
        self.sigma
    }
    fn as_smooth(&self) -> Option<SmoothForm> {
        Some(SmoothForm::Gaussian(*self))
    }
}
