//! The growth rate and the stress of the profile: one monotone scalar equation.

use super::SelfSimilarError;
use nalgebra::{Matrix6, Vector6};
use omd_flow::{Matrix3, symmetric_components};

const PAIRS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)];

/// The second moments of the profile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecondMoments {
    /// `beta`, 1/time: velocities grow as `exp(beta t)`, the temperature as `exp(2 beta t)`.
    pub growth: f64,
    /// `P/p`, trace 3, positive definite.
    pub tensor: Matrix3<f64>,
    /// By how much the next eigenvalue's real part lies below `2 beta`, 1/time: the rate at which `P/p` of any start
    /// approaches the profile's.
    pub gap: f64,
}

/// Solves `2 beta P = -L P - P L^T - lambda (P - (tr P/3) I)` for its dominant eigenvalue.
///
/// `P = (lambda tr P/3) X(z)`, `z = 2 beta + lambda`, with `z X + L X + X L^T = I`, that is
/// `X = int_0^inf exp(-zt) exp(-Lt) exp(-L^T t) dt`; hence `(lambda/3) tr X(z) = 1`. For
/// `z > z0 = -2 min Re spec(L)` the left side falls strictly from infinity to zero and `X` is positive definite: there
/// is exactly one such solution, for **every** `L` and `lambda > 0`. It is the dominant eigenvalue, real and simple,
/// because `exp(t T)` of the operator `T` on the right maps non-zero positive semidefinite tensors to definite ones
/// (Krein and Rutman). A complex or degenerate dominant eigenvalue does not occur.
///
/// # Accuracy
/// A few units in the last place of the largest term of `P:L`: `beta = -P:L/tr P`, evaluated last, does not cancel for
/// weak shear.
/// # Errors
/// [`SelfSimilarError::NotFinite`], [`SelfSimilarError::Relaxation`].
pub fn second_moments(gradient: &Matrix3<f64>, relaxation: f64) -> Result<SecondMoments, SelfSimilarError> {
    if !gradient.iter().all(|x| x.is_finite()) {
        return Err(SelfSimilarError::NotFinite);
    }
    if !(relaxation > 0.0 && relaxation.is_finite()) {
        return Err(SelfSimilarError::Relaxation(relaxation));
    }
    let operator = lyapunov(gradient);
    let identity = Vector6::new(1.0, 1.0, 1.0, 0.0, 0.0, 0.0);
    let solve = |z: f64, right: &Vector6<f64>| (operator + Matrix6::identity() * z).lu().solve(right);
    // -2 max <= 2 beta <= -2 min over the eigenvalues of the symmetric part.
    let rates = (0.5 * (gradient + gradient.transpose())).symmetric_eigenvalues();
    let free = gradient.complex_eigenvalues().iter().map(|e| -2.0 * e.re).fold(f64::NEG_INFINITY, f64::max);
    let (mut low, mut high) = (free.max(relaxation - 2.0 * rates.max()), relaxation - 2.0 * rates.min());
    let mut z = high;
    for _ in 0..200 {
        let Some(x) = solve(z, &identity) else {
            low = z;
            z = 0.5 * (low + high);
            continue;
        };
        let value = relaxation / 3.0 * (x[0] + x[1] + x[2]);
        if value >= 1.0 || value <= 0.0 {
            low = low.max(z);
        } else {
            high = high.min(z);
        }
        // Newton's method on 1/value, which is linear in z for L = 0.
        let slope = solve(z, &x).map_or(f64::NAN, |y| -relaxation / 3.0 * (y[0] + y[1] + y[2]));
        let newton = z - value * (value - 1.0) / slope;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        let change = (next - z).abs();
        z = next;
        if change <= 4.0 * f64::EPSILON * z.abs().max(relaxation) {
            break;
        }
    }
    let x = solve(z, &identity).unwrap_or(identity);
    let trace = (x[0] + x[1] + x[2]) / 3.0;
    let mut tensor = Matrix3::zeros();
    for (k, (i, j)) in PAIRS.into_iter().enumerate() {
        tensor[(i, j)] = x[k] / trace;
        tensor[(j, i)] = tensor[(i, j)];
    }
    let growth = -tensor.dot(gradient) / 3.0;
    Ok(SecondMoments { growth, tensor, gap: gap(&operator, relaxation, growth) })
}

/// `X -> L X + X L^T` on the six components.
fn lyapunov(gradient: &Matrix3<f64>) -> Matrix6<f64> {
    let mut operator = Matrix6::zeros();
    for (column, (i, j)) in PAIRS.into_iter().enumerate() {
        let mut basis = Matrix3::zeros();
        (basis[(i, j)], basis[(j, i)]) = (1.0, 1.0);
        let image = gradient * basis + basis * gradient.transpose();
        operator.set_column(column, &Vector6::from(symmetric_components(&image)));
    }
    operator
}

/// `2 beta` minus the second largest real part of the spectrum.
fn gap(lyapunov: &Matrix6<f64>, relaxation: f64, growth: f64) -> f64 {
    let mut operator = -lyapunov - Matrix6::identity() * relaxation;
    for i in 0..3 {
        for j in 0..3 {
            operator[(i, j)] += relaxation / 3.0;
        }
    }
    let eigenvalues = operator.complex_eigenvalues();
    let nearest = (0..6).min_by(|&i, &j| {
        let distance = |k: usize| (eigenvalues[k].re - 2.0 * growth).hypot(eigenvalues[k].im);
        distance(i).total_cmp(&distance(j))
    });
    let others = (0..6).filter(|&k| Some(k) != nearest).map(|k| eigenvalues[k].re);
    2.0 * growth - others.fold(f64::NEG_INFINITY, f64::max)
}

/// The closed growth rate `beta` of simple shear of rate `K`:
/// `beta = (2/3) lambda sinh^2[(1/6) arccosh(1 + 9 (K/lambda)^2)]`. \[GarzoSantos2003\], section 2.
#[must_use]
pub fn simple_shear_growth(shear: f64, relaxation: f64) -> f64 {
    let a = shear / relaxation;
    // arccosh(1 + x) = 2 asinh sqrt(x/2) keeps its digits for weak shear.
    let half = (3.0 * a.abs() / std::f64::consts::SQRT_2).asinh() / 3.0;
    2.0 / 3.0 * relaxation * half.sinh().powi(2)
}
