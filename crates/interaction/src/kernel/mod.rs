//! Collision kernels `B(|u|, cos chi)`.

mod accuracy;
mod build;
mod potential;
mod table;

use crate::potential::PairPotential;
use crate::scattering::ScatteringError;
pub use accuracy::KernelAccuracy;
pub use potential::PotentialKernel;
use std::sync::Arc;

/// Why a kernel cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum KernelError {
    /// `int B dsigma` would be infinite.
    #[error("a collision kernel from a potential needs a cutoff: without one every pair collides at any distance")]
    NeedsCutoff,
    /// Not a positive number.
    #[error("the {name} of a collision kernel must be positive and finite, not {value}")]
    NotPositive {
        /// Of what.
        name: &'static str,
        /// As given.
        value: f64,
    },
    /// The potential does not scatter.
    #[error(transparent)]
    Scattering(#[from] ScatteringError),
}

/// The collision kernel of the Boltzmann equation.
#[derive(Clone, Debug)]
pub enum CollisionKernel {
    /// `B = C |u|^gamma / (4 pi)`: Maxwell (`gamma = 0`), hard spheres (`gamma = 1`, `C = pi d^2`), VHS between.
    VariableHardSphere {
        /// `C`, volume/time x velocity^-gamma.
        rate: f64,
        /// `gamma`.
        exponent: f64,
    },
    /// `B dsigma = |u| b db dphi` with the classical deflection angle of a potential with a cutoff, tabulated.
    Potential(Arc<PotentialKernel>),
}

impl CollisionKernel {
    /// Hard spheres of diameter `d`.
    #[must_use]
    pub fn hard_sphere(diameter: f64) -> Self {
        Self::VariableHardSphere { rate: std::f64::consts::PI * diameter * diameter, exponent: 1.0 }
    }
    /// The scattering of a potential with a cutoff between atoms of this mass, tabulated for temperatures around
    /// `temperature` (an energy; see [`PotentialKernel::new`]) and exact elsewhere.
    ///
    /// # Errors
    /// [`KernelError`]: no cutoff, a number that is not positive, a potential that does not scatter.
    pub fn from_potential(potential: &PairPotential, mass: f64, temperature: f64) -> Result<Self, KernelError> {
        Ok(Self::Potential(Arc::new(PotentialKernel::new(potential, mass, temperature)?)))
    }
    /// `int B dsigma` at relative speed `|u|`, volume/time: `C |u|^gamma`, or `pi rc^2 |u|` for a potential.
    #[must_use]
    pub fn total_rate(&self, speed: f64) -> f64 {
        match self {
            Self::VariableHardSphere { rate, exponent } => rate * speed.powf(*exponent),
            Self::Potential(kernel) => kernel.cross_section() * speed,
        }
    }
    /// The power of `|u|` in [`Self::total_rate`]: a majorant over speeds up to some `|u|` is the rate at that speed
    /// when this is not negative.
    #[must_use]
    pub fn rate_exponent(&self) -> f64 {
        match self {
            Self::VariableHardSphere { exponent, .. } => *exponent,
            Self::Potential(_) => 1.0,
        }
    }
    /// The cosine of the deflection angle for relative speed `|u|` and a uniform number in `[0, 1)`, distributed as
    /// `B(|u|, cos chi)`. For a potential the number is `(b/rc)^2`.
    #[must_use]
    #[inline]
    pub fn deflection_cosine(&self, speed: f64, uniform: f64) -> f64 {
        match self {
            Self::VariableHardSphere { .. } => 1.0 - 2.0 * uniform,
            Self::Potential(kernel) => kernel.deflection_cosine(speed, uniform),
        }
    }
}

#[cfg(test)]
mod tests;
