//! Self-similar profiles of Maxwell molecules under a constant velocity gradient `L`.
//!
//! Eq. (46) of \[JamesQiWang\], for the distribution `f = g/n` of one particle:
//!
//! $$-\beta\,\nabla\cdot(wG) - \nabla\cdot(LwG) = \nu\,Q(G,G),\qquad f(t,w) = e^{-3\beta t}\,G(w e^{-\beta t}).$$
//!
//! | symbol | code | shape | dimension |
//! |---|---|---|---|
//! | `L` | `gradient` | 3x3, any | 1/time |
//! | `lambda n/Kn` | `relaxation`, of the stress | scalar > 0 | 1/time |
//! | `beta` | [`SecondMoments::growth`] | scalar | 1/time |
//! | `P/p` | [`SecondMoments::tensor`], trace 3 | 3x3 | 1 |
//! | `s_c` | [`TailExponent`], `G ~ abs(w)^(-3-s_c)` | scalar > 2 | 1 |
//!
//! # What `L` with a trace means
//! For `tr L != 0` the density of (6) changes and no profile of it is stationary. The divergence form above conserves
//! mass with a constant collision rate. It is exact for every flow with `A^2 = (tr A) A`: there
//! `L = A/(1 + t tr A)` and `n = n0/(1 + t tr A)` fall together, so that in the time `s = ln(1 + t tr A)/tr A` both are
//! constant. These are simple shear (`s = t`) and planar shear ([`is_exact_for`]). Any other constant `L` belongs to the
//! motion `F = exp(Lt)`, which is no affine flow `I + tA`.
//!
//! # How
//! * [`second`]: `beta` and `P` from one monotone scalar equation; they exist for every `L`.
//! * [`sphere`]: the operator on test functions `|w|^s phi(w/|w|)` that carries moments of order `s`, integer or not,
//!   in real spherical harmonics. [`tail`]: its growth rate and the order `s_c` from which moments diverge.
//! * [`moments`]: the moments of the profile below `s_c`, exactly, order by order.
//! * [`existence`]: the smallness of `L` in Theorem 3.1, in numbers.
//! * [`fourier`]: the profile itself, by its characteristic function on a grid, without noise.
//! * [`particles`]: the profile itself, by particles.
//!
//! # References
//! \[JamesNotaVelazquez2019\], \[BobylevNotaVelazquez2020\], \[GarzoSantos2003\] for simple shear.

pub mod deflection;
pub mod existence;
pub mod fourier;
mod harmonics;
pub mod moments;
pub mod particles;
pub mod second;
pub mod sphere;
pub mod tail;

pub use deflection::DeflectionLaw;
pub use second::{SecondMoments, second_moments};
pub use tail::{Problem, TailExponent};

use fourier::HIGHEST_DEGREE;
use omd_flow::Matrix3;

/// Why there is no profile to compute.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SelfSimilarError {
    /// `L` has an entry that is NaN or infinite.
    #[error("the velocity gradient has an entry that is not finite")]
    NotFinite,
    /// Without collisions nothing selects a profile.
    #[error(
        "the relaxation rate of the stress must be positive and finite, not {0}: without collisions free flight keeps the memory of its start"
    )]
    Relaxation(f64),
    /// An angular law that does not scatter.
    #[error("the angular law has the {name} {value}, which must be positive and finite")]
    Angular {
        /// Which number.
        name: &'static str,
        /// As given.
        value: f64,
    },
    /// The classical scattering behind an angular law failed.
    #[error(transparent)]
    Scattering(#[from] omd_interaction::ScatteringError),
    /// A linear system of the tail operator is singular.
    #[error("the growth rate of order {0} could not be computed: a block of the operator is singular")]
    Singular(f64),
    /// Harmonics out of range.
    #[error("the degree of the harmonics must be even and from 4 to {HIGHEST_DEGREE}, not {0}")]
    Degree(usize),
    /// The iteration for the profile does not settle.
    #[error(
        "the profile is not resolved by harmonics up to degree {degree}: the last step of the iteration still changed it by {change:.1e}"
    )]
    NoFixedPoint {
        /// Of the last step.
        change: f64,
        /// Of the harmonics.
        degree: usize,
    },
    /// The particles cannot be started.
    #[error(transparent)]
    Start(#[from] omd_flow::GaussianError),
}

/// Whether the affine flow of `A` has (46) with `L = A` as an exact reduction: `A^2 = (tr A) A`.
#[must_use]
pub fn is_exact_for(gradient: &Matrix3<f64>) -> bool {
    let norm = gradient.norm();
    (gradient * gradient - gradient * gradient.trace()).norm() <= 1e-12 * norm * norm
}
