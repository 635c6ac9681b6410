//! Pair potentials and their truncation.
//!
//! A new form is one file here that implements [`PairForm`], one `mod` and one `pub use` line.

use std::fmt::Debug;
use std::sync::Arc;

mod bond;
mod coulomb;
mod gaussian;
mod harmonic;
mod inverse_power;
mod lennard_jones;
mod morse;
mod smooth;

pub use bond::HarmonicBond;
pub use coulomb::{Coulomb, Yukawa};
pub use gaussian::Gaussian;
pub use harmonic::Harmonic;
pub use inverse_power::InversePower;
pub use lennard_jones::LennardJones;
pub use morse::{Morse, SoftMorse};
pub use smooth::SmoothForm;

/// The untruncated energy of a pair as a function of distance. A new potential is one type that implements this.
pub trait PairForm: Debug + Send + Sync {
    /// `U(r)`.
    fn energy(&self, distance: f64) -> f64;
    /// `dU/dr`.
    fn derivative(&self, distance: f64) -> f64;
    /// `(U, dU/dr)`, for loops that need both.
    fn energy_and_derivative(&self, distance: f64) -> (f64, f64) {
        (self.energy(distance), self.derivative(distance))
    }
    /// A length of the order of the range: the search for turning points covers distances from `1e-4` to `1e4` of it.
    fn length(&self) -> f64 {
        1.0
    }
    /// `Some` when this is `4 epsilon ((sigma/r)^12 - (sigma/r)^6)`: force loops have a fast path for it.
    fn as_lennard_jones(&self) -> Option<LennardJones> {
        None
    }
    /// `Some` when this is `epsilon (sigma/r)^exponent`: its cross sections are power laws of the energy.
    fn as_inverse_power(&self) -> Option<InversePower> {
        None
    }
    /// `Some` when this is a Morse potential.
    fn as_morse(&self) -> Option<Morse> {
        None
    }
    /// `Some` when `grad U` is Lipschitz continuous at all distances: a mean field can be made of it.
    fn as_smooth(&self) -> Option<SmoothForm> {
        None
    }
}

/// What happens at the cutoff `rc`. Forces are zero beyond it in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truncation {
    /// The energy jumps by `U(rc)`; forces and scattering do not see the jump.
    Truncated,
    /// `U(r) - U(rc)`.
    Shifted,
    /// `U(r) - U(rc) - (r - rc) U'(rc)`.
    ShiftedForce,
}

/// A pair potential as it acts: form, cutoff, truncation.
#[derive(Clone, Debug)]
pub struct PairPotential {
    form: Arc<dyn PairForm>,
    cutoff: Option<f64>,
    truncation: Truncation,
    /// Subtracted from the energy inside the cutoff.
    shift: f64,
    /// Subtracted from the derivative inside the cutoff.
    slope: f64,
}

impl PairPotential {
    /// `cutoff = None` leaves the potential as it is, for transport coefficients.
    #[must_use]
    pub fn new(form: Arc<dyn PairForm>, cutoff: Option<f64>, truncation: Truncation) -> Self {
        let (mut shift, mut slope) = (0.0, 0.0);
        if let Some(rc) = cutoff {
            if truncation != Truncation::Truncated {
                shift = form.energy(rc);
            }
            if truncation == Truncation::ShiftedForce {
                slope = form.derivative(rc);
            }
        }
        Self { form, cutoff, truncation, shift, slope }
    }
    /// Weeks, Chandler and Andersen: Lennard-Jones cut at its minimum and shifted.
    #[must_use]
    pub fn wca(epsilon: f64, sigma: f64) -> Self {
        let cutoff = 2f64.powf(1.0 / 6.0) * sigma;
        Self::new(Arc::new(LennardJones { epsilon, sigma }), Some(cutoff), Truncation::Shifted)
    }
    /// The untruncated form.
    #[must_use]
    pub fn form(&self) -> &dyn PairForm {
        &*self.form
    }
    /// Where forces end, if they do.
    #[must_use]
    pub fn cutoff(&self) -> Option<f64> {
        self.cutoff
    }
    /// What happens there.
    #[must_use]
    pub fn truncation(&self) -> Truncation {
        self.truncation
    }
    /// Constants subtracted inside the cutoff: `U = form - shift - slope (r - rc)`.
    #[must_use]
    pub fn shift_and_slope(&self) -> (f64, f64) {
        (self.shift, self.slope)
    }
    /// `U(r)`, zero beyond the cutoff.
    #[must_use]
    pub fn energy(&self, distance: f64) -> f64 {
        match self.cutoff {
            Some(rc) if distance >= rc => 0.0,
            Some(rc) => self.form.energy(distance) - self.shift - self.slope * (distance - rc),
            None => self.form.energy(distance),
        }
    }
    /// `dU/dr`, zero beyond the cutoff.
    #[must_use]
    pub fn derivative(&self, distance: f64) -> f64 {
        match self.cutoff {
            Some(rc) if distance >= rc => 0.0,
            _ => self.form.derivative(distance) - self.slope,
        }
    }
    /// Half of what the energy of a pair jumps by where it comes in at the cutoff, the share of one of its atoms: zero, but for
    /// a potential that is cut plainly.
    #[must_use]
    pub fn jump(&self) -> f64 {
        self.cutoff.map_or(0.0, |rc| 0.5 * (self.form.energy(rc) - self.shift))
    }
    /// The largest distance at which the energy is above `energy`, zero if there is none or no cutoff.
    #[must_use]
    pub fn core(&self, energy: f64) -> f64 {
        let Some(cutoff) = self.cutoff else { return 0.0 };
        // From outside inwards: the first crossing is the outermost one.
        let steps = 4096;
        let place = |k: usize| cutoff * (1.0 - k as f64 / f64::from(steps));
        let Some(inside) = (1..steps as usize).find(|&k| self.energy(place(k)) > energy) else { return 0.0 };
        let (mut low, mut high) = (place(inside), place(inside - 1));
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.energy(middle) > energy { low = middle } else { high = middle }
        }
        high
    }
}

#[cfg(test)]
mod tests;
