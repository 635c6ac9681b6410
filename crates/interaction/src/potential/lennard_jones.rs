//! Lennard-Jones.

use super::PairForm;

/// `U = 4 epsilon ((sigma/r)^12 - (sigma/r)^6)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LennardJones {
    /// Well depth, energy.
    pub epsilon: f64,
    /// Zero of the potential, length.
    pub sigma: f64,
}

impl PairForm for LennardJones {
    fn energy(&self, distance: f64) -> f64 {
        let s6 = (self.sigma / distance).powi(6);
        4.0 * self.epsilon * s6 * (s6 - 1.0)
    }
    fn derivative(&self, distance: f64) -> f64 {
        let s6 = (self.sigma / distance).powi(6);
        -24.0 * self.epsilon * s6 * (2.0 * s6 - 1.0) / distance
    }
    fn energy_and_derivative(&self, distance: f64) -> (f64, f64) {
        let inverse = 1.0 / distance;
        let s2 = (self.sigma * inverse) * (self.sigma * inverse);
        let s6 = s2 * s2 * s2;
        let strength = 4.0 * self.epsilon * s6;
        (strength * (s6 - 1.0), -6.0 * strength * (2.0 * s6 - 1.0) * inverse)
    }
    fn length(&self) -> f64 {
        self.sigma
    }
    fn as_lennard_jones(&self) -> Option<LennardJones> {
        Some(*self)
    }
}
