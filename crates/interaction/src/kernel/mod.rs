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
    /// `C |u|^gamma` with the deflection `cos chi = 2 U^(1/alpha) - 1` for uniform `U`: soft where `alpha > 1`, a small
    /// angle being likelier than a large one; `alpha = 1` is [`Self::VariableHardSphere`].
    ///
    /// \[KouraMatsumoto1991\]; \[Bird1994\], where `U = (b/d)^2`.
    VariableSoftSphere {
        /// `C`, volume/time x velocity^-gamma.
        rate: f64,
        /// `gamma`.
        exponent: f64,
        /// `alpha`, positive.
        alpha: f64,
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
            Self::VariableHardSphere { rate, exponent } | Self::VariableSoftSphere { rate, exponent, .. } => {
                rate * speed.powf(*exponent)
            }
            Self::Potential(kernel) => kernel.cross_section() * speed,
        }
    }
    /// The power of `|u|` in [`Self::total_rate`]: a majorant over speeds up to some `|u|` is the rate at that speed
    /// when this is not negative.
    #[must_use]
    pub fn rate_exponent(&self) -> f64 {
        match self {
            Self::VariableHardSphere { exponent, .. } | Self::VariableSoftSphere { exponent, .. } => *exponent,
            Self::Potential(_) => 1.0,
        }
    }
    /// The cosine of the deflection angle for relative speed `|u|` and a uniform number in `[0, 1)`, distributed as
    /// `B(|u|, cos chi)`. For a potential the number is `(b/rc)^2`, for soft spheres `(b/d)^2`.
    #[must_use]
    #[inline]
    pub fn deflection_cosine(&self, speed: f64, uniform: f64) -> f64 {
        match self {
            Self::VariableHardSphere { .. } => 1.0 - 2.0 * uniform,
            Self::VariableSoftSphere { alpha, .. } => 2.0 * uniform.powf(1.0 / alpha) - 1.0,
            Self::Potential(kernel) => kernel.deflection_cosine(speed, uniform),
        }
    }
    /// `int b(cos chi) P_l(cos chi) dsigma` for kernels `C |u|^gamma b(cos chi)` with `int b dsigma = 1`; `None` for the
    /// kernel of a potential, whose angles depend on the speed.
    ///
    /// With `y = U^(1/alpha)` it is the integral of `alpha y^(alpha - 1) P_l(2y - 1)` over `[0, 1]`:
    /// `prod_(k = 1..l) (alpha - k)/(alpha + k)`.
    #[must_use]
    pub fn mean_legendre(&self, l: usize) -> Option<f64> {
        let alpha = match self {
            Self::VariableHardSphere { .. } => 1.0,
            Self::VariableSoftSphere { alpha, .. } => *alpha,
            Self::Potential(_) => return None,
        };
        Some((1..=l).map(|k| (alpha - k as f64) / (alpha + k as f64)).product())
    }
    /// `lambda = (3/4) C int b (1 - cos^2 chi) dsigma`, volume/time, the rate at which the stress of Maxwell molecules
    /// (`gamma = 0`) relaxes; `None` for other kernels, whose stress has no rate of its own.
    #[must_use]
    pub fn maxwell_relaxation(&self) -> Option<f64> {
        match self {
            // 1 - cos^2 = (2/3) (1 - P_2).
            Self::VariableHardSphere { rate, exponent: 0.0 } | Self::VariableSoftSphere { rate, exponent: 0.0, .. } => {
                Some(0.5 * rate * (1.0 - self.mean_legendre(2)?))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
