//! Classical scattering of two atoms: deflection angle and cross sections of any [`PairPotential`].
//!
//! Two atoms of mass `m` and relative speed `|u|` have the energy `E = m u^2/4` of relative motion (reduced mass
//! `m/2`). At impact parameter `b` the deflection angle is
//!
//! $$\chi = \pi - 2b\int_{r_m}^\infty \frac{dr}{r^2\sqrt{F}},\qquad F = 1 - \frac{U(r)}{E} - \frac{b^2}{r^2},$$
//!
//! with `r_m` the outermost root of `F`. Negative angles are net attraction; orbiting goes to minus infinity.
//!
//! # References
//! Hirschfelder, Curtiss, Bird, Molecular Theory of Gases and Liquids (1954), section 1.5 and 8.3.

mod cross_section;
mod landscape;
mod shell;

use crate::potential::{PairForm, PairPotential, Truncation};
pub use cross_section::{CrossSections, LEGENDRE_ORDERS};
use landscape::Landscape;
pub use shell::EnergyShell;

/// Why a scattering problem has no answer.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum ScatteringError {
    /// Not a positive number.
    #[error("the energy of relative motion must be positive and finite, not {0}")]
    Energy(f64),
    /// Not a number from zero.
    #[error("the impact parameter must be finite and not negative, not {0}")]
    Impact(f64),
    /// `chi = -infinity`.
    #[error("at energy {energy} the pair orbits forever at impact parameter {impact}")]
    Orbiting {
        /// Of relative motion.
        energy: f64,
        /// Where the angle diverges.
        impact: f64,
    },
    /// An attraction that no centrifugal barrier stops.
    #[error("at energy {energy} and impact parameter {impact} the pair falls into the centre")]
    FallsToCentre {
        /// Of relative motion.
        energy: f64,
        /// Impact parameter.
        impact: f64,
    },
    /// The quadrature did not meet its tolerance.
    #[error("the deflection angle at energy {energy} and impact parameter {impact} is only known to {error:e}")]
    NotConverged {
        /// Of relative motion.
        energy: f64,
        /// Impact parameter.
        impact: f64,
        /// The estimated error, radians.
        error: f64,
    },
    /// Infinite, or out of reach of the quadrature.
    #[error(
        "the cross sections at energy {energy} did not converge (relative error {error:e}); they are infinite when the potential falls off like 1/r or slower and has no cutoff"
    )]
    CrossSection {
        /// Of relative motion.
        energy: f64,
        /// The estimated relative error.
        error: f64,
    },
    /// The potential is not a number somewhere it is needed.
    #[error("the potential is not a finite number at distance {0}")]
    Potential(f64),
}

/// The scattering of one potential: what does not depend on the energy is computed once.
#[derive(Clone, Debug)]
pub struct Scattering {
    potential: PairPotential,
    /// Subtracted inside the cutoff; unlike the potential's own for [`Truncation::Truncated`], whose jump is not seen.
    shift: f64,
    slope: f64,
    landscape: Landscape,
}

impl Scattering {
    /// Looks the potential over once. A `truncated` one scatters as the `shifted` one: neither force nor scattering
    /// sees the energy jump.
    ///
    /// # Errors
    /// [`ScatteringError::Potential`].
    pub fn new(potential: &PairPotential) -> Result<Self, ScatteringError> {
        let (mut shift, slope) = potential.shift_and_slope();
        if let (Some(rc), Truncation::Truncated) = (potential.cutoff(), potential.truncation()) {
            shift = potential.form().energy(rc);
        }
        let mut scattering = Self { potential: potential.clone(), shift, slope, landscape: Landscape::default() };
        scattering.landscape = Landscape::of(&scattering)?;
        Ok(scattering)
    }
    /// The potential.
    #[must_use]
    pub fn potential(&self) -> &PairPotential {
        &self.potential
    }
    /// Energies at which the number of circular orbits changes, falling: below the largest positive one some impact
    /// parameter orbits. Empty for repulsion.
    #[must_use]
    pub fn critical_energies(&self) -> &[f64] {
        self.landscape.critical_energies()
    }
    /// All that belongs to one energy of relative motion, for many impact parameters.
    ///
    /// # Errors
    /// [`ScatteringError::Energy`].
    pub fn at_energy(&self, energy: f64) -> Result<EnergyShell<'_>, ScatteringError> {
        EnergyShell::new(self, energy)
    }
    /// The deflection angle at impact parameter `impact` and relative speed `speed` of two atoms of mass `mass`.
    ///
    /// # Errors
    /// Those of [`EnergyShell::deflection`].
    pub fn deflection(&self, impact: f64, speed: f64, mass: f64) -> Result<f64, ScatteringError> {
        self.at_energy(0.25 * mass * speed * speed)?.deflection(impact)
    }
    /// `(U, dU/dr)` inside the cutoff, continuous up to it.
    #[inline]
    fn energy_and_derivative(&self, distance: f64) -> (f64, f64) {
        let (energy, derivative) = self.potential.form().energy_and_derivative(distance);
        match self.potential.cutoff() {
            Some(rc) => (energy - self.shift - self.slope * (distance - rc), derivative - self.slope),
            None => (energy, derivative),
        }
    }
    /// The energy at the origin of a finite core: above it head-on atoms pass through each other.
    pub(crate) fn core_energy(&self) -> Option<f64> {
        Some(self.energy_and_derivative(0.0).0).filter(|u| u.is_finite())
    }
    fn form(&self) -> &dyn PairForm {
        self.potential.form()
    }
}

#[cfg(test)]
mod tests;
