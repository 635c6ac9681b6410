//! One element of an objective group.

use omd_flow::{AffineFlow, Matrix3, Vector3};

/// One element `g = (Q | a t + b)` of an objective group: it maps a solution of Newton's equations to another one.
///
/// Eq. (1) of \[JamesQiWang\]. `Q` is constant, so an image feels the rotated force and accelerates by it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupElement {
    /// `Q`, orthogonal.
    pub rotation: Matrix3<f64>,
    /// `a`, the velocity the image has on top of `Q v`.
    pub rate: Vector3<f64>,
    /// `b`, length.
    pub offset: Vector3<f64>,
}

impl GroupElement {
    /// What changes nothing.
    #[must_use]
    pub fn identity() -> Self {
        Self { rotation: Matrix3::identity(), rate: Vector3::zeros(), offset: Vector3::zeros() }
    }

    /// A translation, at rest.
    #[must_use]
    pub fn translation(offset: Vector3<f64>) -> Self {
        Self { offset, ..Self::identity() }
    }

    /// `x -> point + Q (x - point) + translation`, at rest.
    #[must_use]
    pub fn about(point: &Vector3<f64>, rotation: Matrix3<f64>, translation: &Vector3<f64>) -> Self {
        Self { rotation, rate: Vector3::zeros(), offset: point - rotation * point + translation }
    }

    /// The screw about the axis through `point` along `direction` (of any length): a rotation by `angle` (radian) and
    /// a translation by `pitch` along the axis.
    #[must_use]
    pub fn screw(point: &Vector3<f64>, direction: &Vector3<f64>, angle: f64, pitch: f64) -> Self {
        let along = direction.normalize();
        Self::about(point, rotation_about(&along, angle), &(along * pitch))
    }

    /// The same element as `flow` moves it: `c(t) = F(t) b`, so `a = A b`.
    #[must_use]
    pub fn moved_by(self, flow: &AffineFlow) -> Self {
        Self { rate: flow.velocity_gradient_at_zero() * self.offset, ..self }
    }

    /// `Q x + a t + b`.
    #[must_use]
    pub fn position(&self, time: f64, position: &Vector3<f64>) -> Vector3<f64> {
        self.rotation * position + self.rate * time + self.offset
    }

    /// `Q v + a`.
    #[must_use]
    pub fn velocity(&self, velocity: &Vector3<f64>) -> Vector3<f64> {
        self.rotation * velocity + self.rate
    }

    /// A force on an image as it acts on the simulated atom: `Q^T f`.
    #[must_use]
    pub fn force_on_source(&self, force_on_image: &Vector3<f64>) -> Vector3<f64> {
        self.rotation.tr_mul(force_on_image)
    }

    /// `(Q1 | c1)(Q2 | c2) = (Q1 Q2 | c1 + Q1 c2)`, for `a` and `b` alike: the group law at every time.
    #[must_use]
    pub fn compose(&self, other: &Self) -> Self {
        Self {
            rotation: self.rotation * other.rotation,
            rate: self.rate + self.rotation * other.rate,
            offset: self.offset + self.rotation * other.offset,
        }
    }

    /// `(Q | c)^-1 = (Q^T | -Q^T c)`.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let rotation = self.rotation.transpose();
        Self { rotation, rate: -(rotation * self.rate), offset: -(rotation * self.offset) }
    }
}

/// The rotation by `angle` about the unit vector `axis` (Rodrigues).
#[must_use]
pub fn rotation_about(axis: &Vector3<f64>, angle: f64) -> Matrix3<f64> {
    let (sine, cosine) = angle.sin_cos();
    let along = axis * axis.transpose();
    along + (Matrix3::identity() - along) * cosine + axis.cross_matrix() * sine
}

/// The axis, a unit vector, of the proper one of `Q` and `-Q`; `None` where that is the identity.
pub(crate) fn axis_of(rotation: &Matrix3<f64>) -> Option<Vector3<f64>> {
    let proper = if rotation.determinant() < 0.0 { -rotation } else { *rotation };
    let cosine = 0.5 * (proper.trace() - 1.0);
    let skew =
        Vector3::new(proper[(2, 1)] - proper[(1, 2)], proper[(0, 2)] - proper[(2, 0)], proper[(1, 0)] - proper[(0, 1)]);
    if cosine > 0.5 {
        // Twice the sine; too small to have a direction where Q is the identity.
        return (skew.norm() > 1e-7).then(|| skew.normalize());
    }
    // n n^T (1 - cos) is what the symmetric part is beyond cos I.
    let along = (proper + proper.transpose()) * 0.5 - Matrix3::identity() * cosine;
    let widest = (0..3).max_by(|&i, &j| along[(i, i)].total_cmp(&along[(j, j)])).unwrap_or(0);
    Some(along.column(widest).normalize())
}
