//! One isometry in words: its axis, its angle, what it keeps.

use crate::group::{GroupElement, axis_of};
use omd_flow::{Matrix3, Vector3};
use std::f64::consts::PI;

/// Angles below this, in radian, are rounding.
const ROUNDING: f64 = 1e-9;

/// An isometry as `x -> point + M R (x - point) + translation`: `R` a rotation, `M` a reflection or nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IsometryForm {
    /// The axis of the rotation, a unit vector; the normal of the reflection. Its largest component is positive.
    pub axis: Vector3<f64>,
    /// Radian, from -pi to pi.
    pub angle: f64,
    /// Whether there is a reflection in the plane normal to the axis.
    pub reflects: bool,
    /// A point that rotation and reflection keep: the nearest to the origin.
    pub point: Vector3<f64>,
    /// Along what they keep: the axis of a screw, the plane of a glide.
    pub translation: Vector3<f64>,
}

impl IsometryForm {
    /// The form of an element at t = 0.
    #[must_use]
    pub fn of(element: &GroupElement) -> Self {
        let reflects = element.rotation.determinant() < 0.0;
        let proper = if reflects { -element.rotation } else { element.rotation };
        let axis = axis_of(&proper).map(|axis| axis * axis[axis.iamax()].signum());
        let angle = axis.map_or(0.0, |axis| {
            let across = axis.cross(&Matrix3::identity().column(axis.iamin())).normalize();
            let turned = proper * across;
            axis.cross(&across).dot(&turned).atan2(across.dot(&turned))
        });
        let axis = axis.unwrap_or_else(Vector3::z);
        // -R(a) is the reflection along a after half a turn more.
        let angle = if reflects { angle - PI } else { angle };
        let angle = if angle <= -PI + ROUNDING { angle + 2.0 * PI } else { angle };
        let angle = if angle.abs() < ROUNDING { 0.0 } else { angle };
        // The part of the offset that the linear part moves is a point; the rest is a translation.
        let off = Matrix3::identity() - element.rotation;
        let kept = kept(&element.rotation, &axis, reflects);
        let translation = kept * element.offset;
        let moved = element.offset - translation;
        let point = (off + kept).try_inverse().map_or_else(Vector3::zeros, |inverse| inverse * moved);
        Self { axis, angle, reflects, point, translation }
    }

    /// The rotation and the reflection in one matrix.
    #[must_use]
    pub fn element(&self) -> GroupElement {
        let rotation = crate::rotation_about(&self.axis, self.angle);
        let mirror = Matrix3::identity() - self.axis * self.axis.transpose() * 2.0;
        let linear = if self.reflects { mirror * rotation } else { rotation };
        GroupElement::about(&self.point, linear, &self.translation)
    }

    /// Whether it moves along what it keeps by more than `length`.
    #[must_use]
    pub fn advances(&self, length: f64) -> bool {
        self.translation.norm() > length
    }
}

/// The projector onto the vectors that a rotation or reflection keeps.
fn kept(rotation: &Matrix3<f64>, axis: &Vector3<f64>, reflects: bool) -> Matrix3<f64> {
    let along = axis * axis.transpose();
    let rest = (rotation - Matrix3::identity()) * (Matrix3::identity() - along);
    match (reflects, rest.norm() < 1e-9) {
        (false, true) => Matrix3::identity(),
        (false, false) => along,
        (true, true) => Matrix3::identity() - along,
        (true, false) => Matrix3::zeros(),
    }
}
