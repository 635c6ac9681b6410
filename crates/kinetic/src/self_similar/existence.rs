//! The smallness of `L` in Theorem 3.1, in numbers.
//!
//! The theorem (\[JamesQiWang\], from \[JamesNotaVelazquez2019\]) asks for `||L|| <= k0 b` with "a sufficiently small
//! `k0`". It leaves open the norm, the number `k0` and, since `b` is a function, the number `b`. What can be said:
//!
//! * On `|w|^s` with `s > 2` the drift grows at most at the rate `-s rho`, `rho` the smallest eigenvalue of
//!   `(L + L^T)/2`, and collisions take away `Lambda_s = (n/Kn) int B (1 - cos^s - sin^s)(chi/2) dsigma > 0`. Scaled
//!   moments of order `s` therefore stay bounded, and with them the set of distributions in which the profile is found as a
//!   fixed point, if `s (-rho - beta) < Lambda_s` for one `s > 2` ([`Smallness::margin`]).
//! * As `beta >= -` the largest eigenvalue, this holds whenever the spectral norm of `(L + L^T)/2` is below
//!   `sup_s Lambda_s/(2 s)`: that is an explicit `k0` ([`Smallness::constant`]); `lambda/12` already suffices (`s = 4`).
//! * Both are sufficient only. Sharp is the growth rate itself: moments of some order above 2 are finite, and a profile
//!   of finite energy exists, where `mu(s) - s beta` falls at `s = 2` ([`super::TailExponent::slope_at_two`]).

use super::tail::Problem;
use super::{SelfSimilarError, second_moments};

/// The conditions on `L`, all in 1/time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smallness {
    /// The spectral norm of `(L + L^T)/2`.
    pub strain: f64,
    /// The Frobenius norm of `L`.
    pub norm: f64,
    /// `sup_s Lambda_s/(2 s)`: what the spectral norm of the strain rate may not exceed in the explicit condition.
    pub constant: f64,
    /// The largest `Lambda_s/s - (-rho - beta)` over `s > 2`: positive where the condition with the computed `beta` holds.
    pub margin: f64,
    /// The order at which it is largest.
    pub best_order: f64,
}

impl Smallness {
    /// The explicit condition holds.
    #[must_use]
    pub fn explicit(&self) -> bool {
        self.strain <= self.constant
    }

    /// The condition with the computed `beta` holds.
    #[must_use]
    pub fn computed(&self) -> bool {
        self.margin > 0.0
    }
}

/// The conditions of a problem.
///
/// # Errors
/// Those of [`second_moments`].
pub fn smallness(problem: &Problem) -> Result<Smallness, SelfSimilarError> {
    let moments = second_moments(&problem.gradient, problem.relaxation())?;
    let symmetric = 0.5 * (problem.gradient + problem.gradient.transpose());
    let rates = symmetric.symmetric_eigenvalues();
    let per_order = |s: f64| problem.density * problem.law.isotropic_loss(s) / s;
    // Lambda_s/s rises from zero at 2 and falls like 1/s: a fine geometric grid finds its one maximum.
    let mut best = (0.0, 2.0);
    let mut order = 2.05;
    while order < 400.0 {
        let value = per_order(order);
        if value > best.0 {
            best = (value, order);
        }
        order *= 1.01;
    }
    Ok(Smallness {
        strain: rates.amax(),
        norm: problem.gradient.norm(),
        constant: 0.5 * best.0,
        margin: best.0 + rates.min() + moments.growth,
        best_order: best.1,
    })
}
