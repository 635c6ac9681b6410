//! Coulomb and Yukawa, softened at the origin.

use super::{PairForm, SmoothForm};

/// `U = strength / rho`, `rho = sqrt(r^2 + softening^2)` \[Plummer1911\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coulomb {
    /// Energy times length; negative: the pair attracts.
    pub strength: f64,
    /// Length.
    pub softening: f64,
}

impl PairForm for Coulomb {
    fn energy(&self, distance: f64) -> f64 {
        self.strength / distance.hypot(self.softening)
    }
    fn derivative(&self, distance: f64) -> f64 {
        -self.strength * distance / distance.hypot(self.softening).powi(3)
    }
    fn length(&self) -> f64 {
        self.softening
    }
    fn as_smooth(&self) -> Option<SmoothForm> {
        Some(SmoothForm::Coulomb(*self))
    }
}

/// `U = strength exp(-rho/screening) / rho`, `rho = sqrt(r^2 + softening^2)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Yukawa {
    /// Energy times length; negative: the pair attracts.
    pub strength: f64,
    /// Screening length.
    pub screening: f64,
    /// Length.
    pub softening: f64,
}

impl PairForm for Yukawa {
    fn energy(&self, distance: f64) -> f64 {
        self.energy_and_derivative(distance).0
    }
    fn derivative(&self, distance: f64) -> f64 {
        self.energy_and_derivative(distance).1
    }
    fn energy_and_derivative(&self, distance: f64) -> (f64, f64) {
        let soft = distance.hypot(self.softening);
        let energy = self.strength * (-soft / self.screening).exp() / soft;
        (energy, -energy * (1.0 / soft + 1.0 / self.screening) * distance / soft)
    }
    fn length(&self) -> f64 {
        self.screening
    }
    fn as_smooth(&self) -> Option<SmoothForm> {
        Some(SmoothForm::Yukawa(*self))
    }
}
