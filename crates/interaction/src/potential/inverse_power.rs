//! Inverse powers.

use super::PairForm;

/// `U = epsilon (sigma/r)^exponent`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InversePower {
    /// Energy at `sigma`.
    pub epsilon: f64,
    /// Length.
    pub sigma: f64,
    /// The power.
    pub exponent: f64,
}

impl PairForm for InversePower {
    fn energy(&self, distance: f64) -> f64 {
        self.epsilon * (self.sigma / distance).powf(self.exponent)
    }
    fn derivative(&self, distance: f64) -> f64 {
        -self.exponent * self.energy(distance) / distance
    }
    fn energy_and_derivative(&self, distance: f64) -> (f64, f64) {
        let energy = self.energy(distance);
        (energy, -self.exponent * energy / distance)
    }
    fn length(&self) -> f64 {
        self.sigma
    }
    fn as_inverse_power(&self) -> Option<InversePower> {
        Some(*self)
    }
}
