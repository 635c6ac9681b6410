//! The affine flow: everything that follows from the matrix `A` alone.

use nalgebra::{Matrix3, Vector3};

/// Why a matrix is not a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// An entry is NaN or infinite.
    #[error("the velocity gradient has an entry that is not finite")]
    NotFinite,
}

/// The affine flow of one constant matrix `A`: `F = I + tA`, `L = A F^-1`, `J = det F`.
///
/// Eqs. (5), (9), (10) of \[JamesQiWang\]; (9) as printed carries a stray `x`.
///
/// | symbol | code | shape | dimension |
/// |---|---|---|---|
/// | `A` | [`Self::velocity_gradient_at_zero`] | 3x3 | 1/time |
/// | `F(t)` | [`Self::deformation`] | 3x3 | 1 |
/// | `L(t)` | [`Self::velocity_gradient`] | 3x3 | 1/time |
/// | `J(t)` | [`Self::volume_ratio`] | scalar | 1 |
/// | `t*` | [`Self::singular_time`] | scalar | time |
///
/// # Valid when
/// `t < t*`; every map below divides by `J(t)`.
#[derive(Clone, Debug, PartialEq)]
pub struct AffineFlow {
    gradient: Matrix3<f64>,
    /// `J(t) = 1 + c1 t + c2 t^2 + c3 t^3`.
    coefficients: [f64; 3],
    singular_time: Option<f64>,
}

impl AffineFlow {
    /// The flow of `A` (rows as in the input file), 1/time.
    ///
    /// Invariants of `A` below `16 eps |A|^k` count as zero: a rotated nilpotent matrix stays volume-preserving.
    ///
    /// # Errors
    /// [`FlowError::NotFinite`].
    pub fn new(gradient: Matrix3<f64>) -> Result<Self, FlowError> {
        if !gradient.iter().all(|x| x.is_finite()) {
            return Err(FlowError::NotFinite);
        }
        let norm = gradient.norm();
        let trace = gradient.trace();
        let second = 0.5 * (trace * trace - (gradient * gradient).trace());
        let raw = [trace, second, gradient.determinant()];
        let mut coefficients = [0.0; 3];
        for (k, value) in raw.into_iter().enumerate() {
            let rounding = 16.0 * f64::EPSILON * norm.powi(k as i32 + 1);
            coefficients[k] = if value.abs() > rounding { value } else { 0.0 };
        }
        let singular_time = singular_time(&gradient, &coefficients);
        Ok(Self { gradient, coefficients, singular_time })
    }

    /// No flow, `A = 0`.
    #[must_use]
    pub fn at_rest() -> Self {
        Self { gradient: Matrix3::zeros(), coefficients: [0.0; 3], singular_time: None }
    }

    /// `A`, 1/time.
    #[must_use]
    pub fn velocity_gradient_at_zero(&self) -> Matrix3<f64> {
        self.gradient
    }

    /// The coefficients of `J(t) = 1 + c1 t + c2 t^2 + c3 t^3`.
    #[must_use]
    pub fn volume_coefficients(&self) -> [f64; 3] {
        self.coefficients
    }

    /// `F(t) = I + tA`.
    #[must_use]
    pub fn deformation(&self, time: f64) -> Matrix3<f64> {
        Matrix3::identity() + self.gradient * time
    }

    /// `F(t)^-1`, from the adjugate and `J`.
    #[must_use]
    pub fn inverse_deformation(&self, time: f64) -> Matrix3<f64> {
        if self.is_near_singular(time)
            && let Some(inverse) = self.deformation(time).try_inverse()
        {
            return inverse;
        }
        // adj(I + tA) = (1 + t tr A) I - t A + t^2 adj A, with adj A = A^2 - (tr A) A + c2 I (Cayley-Hamilton).
        let a = &self.gradient;
        let trace = a.trace();
        let second = 0.5 * (trace * trace - (a * a).trace());
        let adjugate_of_a = a * a - a * trace + Matrix3::identity() * second;
        let adjugate = Matrix3::identity() * (1.0 + time * trace) - a * time + adjugate_of_a * (time * time);
        adjugate / self.volume_ratio(time)
    }

    /// `L(t) = A F(t)^-1`, 1/time; `dL/dt + L^2 = 0`.
    #[must_use]
    pub fn velocity_gradient(&self, time: f64) -> Matrix3<f64> {
        let inverse = self.inverse_deformation(time);
        if time * self.gradient.norm() < 1.0 {
            return self.gradient * inverse;
        }
        // The same, I = F^-1 + t A F^-1: late, where L ~ 1/t is small beside A, its digits are those of F^-1.
        (Matrix3::identity() - inverse) / time
    }

    /// `J(t) = det F(t)`.
    #[must_use]
    pub fn volume_ratio(&self, time: f64) -> f64 {
        if self.is_near_singular(time) {
            return self.deformation(time).determinant();
        }
        let [c1, c2, c3] = self.coefficients;
        1.0 + time * (c1 + time * (c2 + time * c3))
    }

    /// Towards `t*` the terms of the polynomials cancel, up to all digits where several eigenvalues meet; the entries of
    /// `F` do not.
    fn is_near_singular(&self, time: f64) -> bool {
        self.singular_time.is_some_and(|end| time > 0.5 * end)
    }

    /// `dJ/dt = J tr L`, 1/time.
    #[must_use]
    pub fn volume_ratio_rate(&self, time: f64) -> f64 {
        let [c1, c2, c3] = self.coefficients;
        c1 + time * (2.0 * c2 + 3.0 * time * c3)
    }

    /// `t*`: the smallest positive root of `J`; the flow exists on `[0, t*)`. `None` when it exists for ever.
    #[must_use]
    pub fn singular_time(&self) -> Option<f64> {
        self.singular_time
    }

    /// `w = v - L(t) x`.
    #[must_use]
    pub fn peculiar_from_lab(&self, time: f64, position: &Vector3<f64>, lab_velocity: &Vector3<f64>) -> Vector3<f64> {
        lab_velocity - self.velocity_gradient(time) * position
    }

    /// `v = w + L(t) x`.
    #[must_use]
    pub fn lab_from_peculiar(&self, time: f64, position: &Vector3<f64>, peculiar: &Vector3<f64>) -> Vector3<f64> {
        peculiar + self.velocity_gradient(time) * position
    }

    /// `p = F(t) w`: constant wherever nothing acts.
    #[must_use]
    pub fn lagrangian_from_peculiar(&self, time: f64, peculiar: &Vector3<f64>) -> Vector3<f64> {
        self.deformation(time) * peculiar
    }

    /// `w = F(t)^-1 p`.
    #[must_use]
    pub fn peculiar_from_lagrangian(&self, time: f64, momentum: &Vector3<f64>) -> Vector3<f64> {
        self.inverse_deformation(time) * momentum
    }

    /// The exact free flight of peculiar velocities, `w(t2) = F(t2)^-1 F(t1) w(t1)`, as a matrix.
    #[must_use]
    pub fn free_flight(&self, from: f64, to: f64) -> Matrix3<f64> {
        self.inverse_deformation(to) * self.deformation(from)
    }

    /// The flow of the same motion with its clock set to zero at `time`: `A' = A F(t)^-1`.
    ///
    /// # Errors
    /// [`FlowError::NotFinite`] at or beyond `t*`.
    pub fn restarted_at(&self, time: f64) -> Result<Self, FlowError> {
        Self::new(self.velocity_gradient(time))
    }
}

/// `t* = -1/lambda` with the least eigenvalue of a symmetric `A`, which is exact also where roots of `J` coincide; else
/// the root of the cubic.
fn singular_time(gradient: &Matrix3<f64>, coefficients: &[f64; 3]) -> Option<f64> {
    let rounding = 16.0 * f64::EPSILON * gradient.norm();
    if (gradient - gradient.transpose()).norm() > rounding {
        return smallest_positive_root(coefficients);
    }
    let least = ((gradient + gradient.transpose()) * 0.5).symmetric_eigenvalues().min();
    (least < -rounding).then(|| -1.0 / least)
}

/// The smallest positive root of `1 + c1 t + c2 t^2 + c3 t^3`; touching roots count.
///
/// Between its critical points a cubic is monotone, so the first piece that changes sign holds the root.
fn smallest_positive_root(c: &[f64; 3]) -> Option<f64> {
    let value = |t: f64| 1.0 + t * (c[0] + t * (c[1] + t * c[2]));
    let size = |t: f64| 1.0 + (c[0] * t).abs() + (c[1] * t * t).abs() + (c[2] * t * t * t).abs();
    let mut edges = critical_points(c);
    edges.retain(|t| t.is_finite() && *t > 0.0);
    edges.sort_by(f64::total_cmp);
    // Cauchy's bound on the reversed polynomial: beyond `last` the sign no longer changes.
    let leading = c.iter().rposition(|&x| x != 0.0)?;
    let last = c[..leading].iter().chain([&1.0]).map(|x| (x / c[leading]).abs()).fold(0.0, f64::max) + 1.0;
    edges.push(last);
    let mut left = 0.0;
    for right in edges {
        if right <= left {
            continue;
        }
        if value(right).abs() <= 8.0 * f64::EPSILON * size(right) {
            return Some(right);
        }
        if value(right) < 0.0 {
            return Some(bisect(value, left, right));
        }
        left = right;
    }
    None
}

/// The roots of `c1 + 2 c2 t + 3 c3 t^2`.
fn critical_points(c: &[f64; 3]) -> Vec<f64> {
    let (a, b, d) = (3.0 * c[2], 2.0 * c[1], c[0]);
    if a == 0.0 {
        return if b == 0.0 { Vec::new() } else { vec![-d / b] };
    }
    let discriminant = b * b - 4.0 * a * d;
    // A triple root of J has a vanishing discriminant up to rounding.
    if discriminant < -16.0 * f64::EPSILON * (b * b + (4.0 * a * d).abs()) {
        return Vec::new();
    }
    let q = -0.5 * (b + discriminant.max(0.0).sqrt().copysign(b));
    if q == 0.0 { vec![0.0] } else { vec![q / a, d / q] }
}

/// The sign change of `value` in `(left, right]`, to the last bit.
fn bisect(value: impl Fn(f64) -> f64, mut left: f64, mut right: f64) -> f64 {
    loop {
        let middle = 0.5 * (left + right);
        if middle <= left || middle >= right {
            return right;
        }
        if value(middle) > 0.0 { left = middle } else { right = middle }
    }
}

#[cfg(test)]
mod tests;
