//! How fast two solutions of the mean-field equation can part: the constants of its well-posedness theorem.

use nalgebra::Matrix2;
use omd_flow::AffineFlow;
use omd_interaction::SmoothForm;

/// The constants of Hypotheses 2.1 and 2.3 of \[JamesQiWang\] on `[0, T]` for solutions supported in a ball of radius R of
/// phase space, and the bounds of Theorem 2.5 on `W1(g_t, h_t) / W1(g_0, h_0)`.
///
/// Norms are Euclidean on `(x, w)`, so the numbers belong to a choice of units of length and time. With `l` the norm of
/// `L(t)` and `k` the Lipschitz constant of `grad U / m` on the ball of radius 2R (differences of positions):
///
/// | symbol | code | value |
/// |---|---|---|
/// | `C_xi`, growth of `xi = w + L x` | `transport_growth` | `max(1, l)` |
/// | `L_xi` | `transport_lipschitz` | `sqrt(1 + l^2)`, the norm of `(L, I)` |
/// | `C_H`, size of `H = -grad U * rho / m - L w` | `force_bound` | `sup abs(U')/m + l R` |
/// | `L_H`, of `g -> H\[g\]` in `W1` | `force_lipschitz` | `k` (Lemma A.11) |
/// | `L_P`, of `(xi, H)` in `(x, w)` | `characteristic_lipschitz` | norm of `((l, 1), (k, l))` |
/// | `L = max(L_P, L_H)` | `lipschitz` | |
///
/// `k` depends on R, hence on T, unless `grad U` is globally Lipschitz, as the smooth forms are: then it is that global
/// constant once 2R passes the place of largest curvature.
#[derive(Clone, Debug)]
pub struct Stability {
    flow: AffineFlow,
    /// `k`, at R.
    slope: f64,
    /// `sup |U'|/m` within 2R.
    force: f64,
    radius: f64,
    until: f64,
    /// Largest `l` on `[0, T]`.
    gradient: f64,
}

/// Places in time at which the norm of `L` is taken; it is smooth, and analytic before `t*`.
const PLACES: usize = 1024;

impl Stability {
    /// On `[0, until]`, `until < t*`, for supports in the ball of `radius`.
    #[must_use]
    pub fn new(flow: &AffineFlow, form: &SmoothForm, mass: f64, radius: f64, until: f64) -> Self {
        let gradient = (0..=PLACES).map(|k| norm(flow, until * k as f64 / PLACES as f64)).fold(0.0, f64::max);
        Self {
            flow: flow.clone(),
            slope: form.lipschitz_constant(2.0 * radius) / mass,
            force: form.largest_force(2.0 * radius) / mass,
            radius,
            until,
            gradient,
        }
    }

    /// `C_xi`.
    #[must_use]
    pub fn transport_growth(&self) -> f64 {
        self.gradient.max(1.0)
    }
    /// `L_xi`.
    #[must_use]
    pub fn transport_lipschitz(&self) -> f64 {
        self.gradient.hypot(1.0)
    }
    /// `C_H`.
    #[must_use]
    pub fn force_bound(&self) -> f64 {
        self.force + self.gradient * self.radius
    }
    /// `L_H`.
    #[must_use]
    pub fn force_lipschitz(&self) -> f64 {
        self.slope
    }
    /// `L_P`.
    #[must_use]
    pub fn characteristic_lipschitz(&self) -> f64 {
        characteristic(self.gradient, self.slope)
    }
    /// `L`.
    #[must_use]
    pub fn lipschitz(&self) -> f64 {
        self.characteristic_lipschitz().max(self.slope)
    }

    /// `exp(2 t L)`, the bound as the theorem states it.
    #[must_use]
    pub fn theorem_bound(&self, time: f64) -> f64 {
        (2.0 * time * self.lipschitz()).exp()
    }

    /// `exp(int_0^t (L_P(s) + L_H) ds)`: what the proof gives before it takes maxima, `L_P(s)` with the norm of `L(s)`.
    #[must_use]
    pub fn integrated_bound(&self, time: f64) -> f64 {
        self.integrated(time, characteristic)
    }

    /// The same with the one-sided constant of the characteristics, the largest eigenvalue of the symmetric part of
    /// their Jacobian, `l + (1 + k)/2` at most: Gronwall's inequality needs no more.
    #[must_use]
    pub fn one_sided_bound(&self, time: f64) -> f64 {
        self.integrated(time, |gradient, slope| gradient + 0.5 * (1.0 + slope))
    }

    /// The last time and radius the constants hold for.
    #[must_use]
    pub fn domain(&self) -> (f64, f64) {
        (self.until, self.radius)
    }

    /// By the trapezoid rule; the integrand is smooth but for kinks.
    fn integrated(&self, time: f64, of: impl Fn(f64, f64) -> f64) -> f64 {
        let value = |k: usize| of(norm(&self.flow, time * k as f64 / PLACES as f64), self.slope);
        let inner: f64 = (1..PLACES).map(value).sum();
        let mean = (inner + 0.5 * (value(0) + value(PLACES))) / PLACES as f64;
        (time * (mean + self.slope)).exp()
    }
}

/// The Euclidean norm of `L(t)`.
fn norm(flow: &AffineFlow, time: f64) -> f64 {
    flow.velocity_gradient(time).singular_values().max()
}

/// The norm of `((l, 1), (k, l))`, a bound of that of the Jacobian `((L, I), (-Hess, -L))` by its blocks.
fn characteristic(gradient: f64, slope: f64) -> f64 {
    Matrix2::new(gradient, 1.0, slope, gradient).singular_values().max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::Matrix3;
    use omd_interaction::{Gaussian, Harmonic};

    #[test]
    fn constants_by_hand() {
        let flow = AffineFlow::new(Matrix3::new(0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).unwrap();
        let form = SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.5 });
        let found = Stability::new(&flow, &form, 2.0, 3.0, 1.0);
        // Simple shear: L is constant with norm K; U'' (0) = epsilon/sigma^2, largest force epsilon/sigma e^(-1/2).
        assert!((found.transport_growth() - 1.0).abs() < 1e-15 && (found.force_lipschitz() - 8.0).abs() < 1e-12);
        assert!((found.transport_lipschitz() - 1.25f64.sqrt()).abs() < 1e-15);
        assert!((found.force_bound() - (4.0 * (-0.5f64).exp() + 1.5)).abs() < 1e-12);
        // M = ((1/2, 1), (8, 1/2)): M^T M = ((64.25, 4.5), (4.5, 1.25)).
        let square = 0.5 * (65.5 + (63.0f64 * 63.0 + 4.0 * 20.25).sqrt());
        assert!((found.characteristic_lipschitz() - square.sqrt()).abs() < 1e-12);
        assert!((found.theorem_bound(0.3).ln() - 0.6 * square.sqrt()).abs() < 1e-12);
        assert!((found.integrated_bound(0.3).ln() - 0.3 * (square.sqrt() + 8.0)).abs() < 1e-12);
        assert!((found.one_sided_bound(0.3).ln() - 0.3 * (0.5 + 4.5 + 8.0)).abs() < 1e-12);
    }

    #[test]
    fn bounds_are_ordered_and_depend_on_the_support_as_the_potential_says() {
        let flow = AffineFlow::new(Matrix3::new(0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15)).unwrap();
        let form = SmoothForm::Harmonic(Harmonic { stiffness: 2.0 });
        let [near, far] = [1.0, 10.0].map(|radius| Stability::new(&flow, &form, 1.0, radius, 2.0));
        assert_eq!(near.lipschitz(), far.lipschitz());
        assert!(near.force_bound() < far.force_bound());
        for t in [0.5, 1.0, 2.0] {
            assert!(near.one_sided_bound(t) <= near.integrated_bound(t) * (1.0 + 1e-12));
            assert!(near.integrated_bound(t) <= near.theorem_bound(t) * (1.0 + 1e-12));
        }
    }
}
