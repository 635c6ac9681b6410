//! The homo-energetic Boltzmann equation on a grid of velocities, by a fast Fourier spectral method.
//!
//! Eq. (6)/(52) of \[JamesQiWang\], `dg/dt - (L w).grad g = (1/Kn) Q(g, g)`, for any `A`.
//!
//! # The drift has no error but at changes of the grid
//! The grid moves with the flow: `w = map(t) c` with `map(t) = F(t)^-1 F(s) map(s)` and `c` in `[-1, 1)^3` fixed. Then
//! `h(t, c) = det(map) g(t, map c) / n(t)` is constant in free flight, and
//!
//! ```text
//! dh/dt = (n(t)/Kn) Q_map(h, h).
//! ```
//!
//! `Q` on a skewed grid costs what it costs on a cubic one (`collision`). When the grid has become too skewed, too wide or
//! too narrow for `g`, the trigonometric polynomial `h` is evaluated on a new one (`regrid`): exact up to modes and tails
//! that the new grid does not hold, but for the highest modes, which are damped there: 8e-4 of the peak of a Gaussian on 24 modes,
//! 2e-4 on 32, at every change. Mass, momentum and the full pressure tensor are carried over to rounding.
//!
//! # Time
//! Dormand and Prince's pair of orders 5 and 4 with controlled error (`step`). Collisions conserve mass, momentum and energy to
//! rounding: what aliasing and quadrature leave is taken out at every evaluation (`conserve`) and its size reported.
//!
//! # Accuracy
//! Spectral: the study `validation/spectral` has the tables.

mod collision;
mod conserve;
mod description;
mod fourier;
mod gain;
mod grid;
mod kernel;
mod orders;
mod parameters;
mod quadrature;
mod regrid;
mod sphere;
mod step;
#[cfg(test)]
mod tests;

pub use collision::{Collision, Parity};
pub use description::Spectral;
pub use kernel::SpectralKernel;
use omd_interaction::ScatteringError;
pub use parameters::SpectralParameters;
pub use quadrature::Quadrature;

/// Why a gas cannot be put on a grid.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SpectralError {
    /// The grid.
    #[error("the number of modes along an axis must be even and from 8 to 512, not {0}")]
    Modes(usize),
    /// A parameter that must be positive and finite is not.
    #[error("the {0} must be positive and finite, not {1}")]
    NotPositive(&'static str, f64),
    /// The rate of the kernel.
    #[error("the spectral solver takes kernels |u|^gamma with gamma above -2 and up to 2, not {0}")]
    Exponent(f64),
    /// The temperature tensor.
    #[error("the temperature tensor is not positive definite: its smallest eigenvalue is {0}")]
    NotPositiveDefinite(f64),
    /// The scattering of the potential.
    #[error(transparent)]
    Scattering(#[from] ScatteringError),
}
