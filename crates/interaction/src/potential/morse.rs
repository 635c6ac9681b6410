//! Morse.

use super::{PairForm, SmoothForm};

/// `U = epsilon (exp(-2 alpha (r - r0)) - 2 exp(-alpha (r - r0)))`, finite at the origin: two atoms pass through each
/// other above `epsilon (exp(2 alpha r0) - 2 exp(alpha r0))`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Morse {
    /// Well depth, energy.
    pub epsilon: f64,
    /// Inverse width of the well, 1/length.
    pub alpha: f64,
    /// Distance of the minimum, length.
    pub equilibrium: f64,
}

impl PairForm for Morse {
    fn energy(&self, distance: f64) -> f64 {
        self.energy_and_derivative(distance).0
    }
    fn derivative(&self, distance: f64) -> f64 {
        self.energy_and_derivative(distance).1
    }
    fn energy_and_derivative(&self, distance: f64) -> (f64, f64) {
        let decay = (-self.alpha * (distance - self.equilibrium)).exp();
        (self.epsilon * decay * (decay - 2.0), -2.0 * self.epsilon * self.alpha * decay * (decay - 1.0))
    }
    fn as_morse(&self) -> Option<Morse> {
        Some(*self)
    }
    fn length(&self) -> f64 {
        self.equilibrium + 1.0 / self.alpha
    }
}

/// A Morse potential of `rho = sqrt(r^2 + softening^2)`: unlike in [`Morse`], the force goes to zero at the origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftMorse {
    /// The potential as a function of `rho`.
    pub morse: Morse,
    /// Length.
    pub softening: f64,
}

impl PairForm for SoftMorse {
    fn energy(&self, distance: f64) -> f64 {
        self.morse.energy(distance.hypot(self.softening))
    }
    fn derivative(&self, distance: f64) -> f64 {
        let soft = distance.hypot(self.softening);
        self.morse.derivative(soft) * distance / soft
    }
    fn length(&self) -> f64 {
        self.morse.length()
    }
    fn as_smooth(&self) -> Option<SmoothForm> {
        Some(SmoothForm::Morse(*self))
    }
}
