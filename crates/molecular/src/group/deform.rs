//! Groups next to a group: its translations strained, its screws turned farther.
//!
//! The map `T x = R(twist z) S x`, `R` about the axis and `z` the place on it after the stretch `S`, carries images of the
//! group into images of `T g T^-1`. That is a group of isometries when `S` commutes with the rotations, and about an axis
//! for any twist where no reflection keeps the axis.

use super::{Form, GroupElement, ObjectiveGroup, rotation_about};
use omd_flow::{Matrix3, Vector3};

impl ObjectiveGroup {
    /// The direction of the axis and a point on it, at t = 0.
    fn axis(&self) -> Option<(Vector3<f64>, Vector3<f64>)> {
        match &self.form {
            Form::Axial(axial) => Some((axial.direction(), axial.point())),
            Form::Crystal(_) => None,
        }
    }

    /// Whether a twist leaves it a group.
    pub(crate) fn may_twist(&self) -> bool {
        match &self.form {
            Form::Axial(axial) => axial.cosets.iter().all(|h| h.rotation.determinant() > 0.0),
            Form::Crystal(_) => false,
        }
    }

    /// The part of a symmetric tensor that is a strain of the group: along its translations, the same for all copies.
    pub(crate) fn allowed_strain(&self, tensor: &Matrix3<f64>) -> Matrix3<f64> {
        let symmetric = (tensor + tensor.transpose()) * 0.5;
        let along = match &self.form {
            Form::Axial(axial) => axial.direction() * axial.direction().transpose(),
            Form::Crystal(crystal) => {
                let frame = crystal.frame(0.0);
                let mut kept = frame;
                (crystal.rank..3).for_each(|k| kept.column_mut(k).fill(0.0));
                kept * frame.try_inverse().unwrap_or_else(Matrix3::zeros)
            }
        };
        along * self.mean_tensor(&symmetric) * along
    }

    /// `T x`.
    pub(crate) fn deform(&self, stretch: &Matrix3<f64>, twist: f64, position: &Vector3<f64>) -> Vector3<f64> {
        let stretched = stretch * position;
        match self.axis() {
            Some((direction, point)) if twist != 0.0 => {
                let turned = rotation_about(&direction, twist * direction.dot(&stretched));
                point + turned * (stretched - point)
            }
            _ => stretched,
        }
    }

    /// The transpose of the slope of `T` applied to a vector at `position = T x`.
    pub(crate) fn turn_back(
        &self,
        stretch: &Matrix3<f64>,
        twist: f64,
        position: &Vector3<f64>,
        vector: &Vector3<f64>,
    ) -> Vector3<f64> {
        let back = match self.axis() {
            Some((direction, point)) if twist != 0.0 => {
                let turned = rotation_about(&direction, -twist * direction.dot(position)) * vector;
                turned + direction * (twist * vector.dot(&direction.cross(&(position - point))))
            }
            _ => *vector,
        };
        stretch.tr_mul(&back)
    }

    /// By how much `T x` moves, at `position = T x`, as a stretch along the axis grows by itself, and as the twist grows.
    pub(crate) fn along_axis(&self, twist: f64, position: &Vector3<f64>) -> Option<[Vector3<f64>; 2]> {
        let (direction, point) = self.axis()?;
        let place = direction.dot(position);
        let around = direction.cross(&(position - point));
        Some([(direction + around * twist) * place, around * place])
    }

    /// The group of `T g T^-1`, under the flow that moves this one; `None` where there is no such group.
    #[must_use]
    pub fn deformed(&self, stretch: &Matrix3<f64>, twist: f64) -> Option<Self> {
        if twist != 0.0 && !self.may_twist() {
            return None;
        }
        let gradient = self.motion(0.0).gradient;
        let moved = |element: GroupElement| GroupElement { rate: gradient * element.offset, ..element };
        let form = match &self.form {
            Form::Axial(axial) => {
                let direction = axial.direction();
                let coset = |h: &GroupElement| {
                    let stretched = GroupElement { offset: stretch * h.offset, ..*h };
                    let along = direction.dot(&stretched.offset);
                    let turn = rotation_about(&direction, twist * along);
                    let turn = GroupElement::about(&axial.point(), turn, &Vector3::zeros());
                    // What turns the axis round is turned by as much as it moves along.
                    moved(turn.compose(&stretched))
                };
                let cosets = axial.cosets.iter().map(coset).collect();
                Form::Axial(axial.deformed(direction.dot(&(stretch * direction)), twist, cosets))
            }
            Form::Crystal(crystal) => {
                let cosets =
                    crystal.cosets.iter().map(|h| moved(GroupElement { offset: stretch * h.offset, ..*h })).collect();
                Form::Crystal(Box::new(crystal.deformed(stretch, &gradient, cosets)))
            }
        };
        Some(Self { form })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Label;
    use omd_flow::AffineFlow;
    use std::f64::consts::TAU;

    /// Every element of the deformed group is `T g T^-1`, at a few points.
    fn conjugates(group: &ObjectiveGroup, stretch: &Matrix3<f64>, twist: f64) {
        let other = group.deformed(stretch, twist).unwrap();
        let labels = group.within(0.0, &Vector3::new(0.3, 0.4, 0.1), 6.0);
        assert!(labels.len() > 10);
        for x in [Vector3::new(1.0, 0.2, 0.3), Vector3::new(-0.4, 1.5, -0.8)] {
            for label in &labels {
                let expected = group.deform(stretch, twist, &group.element(label).position(0.0, &x));
                let place = group.deform(stretch, twist, &x);
                let found = other.element(label).position(0.0, &place);
                assert!((found - expected).norm() < 1e-11, "{label:?}: {found} {expected}");
            }
        }
        let h = 1e-6;
        let (x, f) = (Vector3::new(1.0, 0.2, 0.3), Vector3::new(0.7, -0.4, 0.9));
        let place = |x: &Vector3<f64>| group.deform(stretch, twist, x);
        let slope = Vector3::from_fn(|k, _| {
            let step = Vector3::from_fn(|j, _| if j == k { h } else { 0.0 });
            f.dot(&(place(&(x + step)) - place(&(x - step)))) / (2.0 * h)
        });
        let back = group.turn_back(stretch, twist, &place(&x), &f);
        assert!((slope - back).norm() < 1e-8, "{slope} {back}");
    }

    #[test]
    fn deformed_groups_are_conjugates() {
        let still = AffineFlow::at_rest();
        let axis = Vector3::new(0.3, -0.5, 0.8).normalize();
        let point = Vector3::new(0.7, 0.2, -0.4);
        let along = Matrix3::identity() + axis * axis.transpose() * 0.07;
        let helix = [GroupElement::screw(&point, &axis, 1.0, 0.9), GroupElement::screw(&point, &axis, TAU / 3.0, 0.0)];
        conjugates(&ObjectiveGroup::new(&still, &helix).unwrap(), &along, 0.2);
        // With a twofold axis across, which turns the axis round.
        let across = axis.cross(&Vector3::x()).normalize();
        let mut dihedral = helix.to_vec();
        dihedral.push(GroupElement::screw(&point, &across, TAU / 2.0, 0.0));
        conjugates(&ObjectiveGroup::new(&still, &dihedral).unwrap(), &along, 0.2);
        let layer = [[1.1, 0.1, 0.0], [0.3, 1.4, 0.0]].map(|row| GroupElement::translation(row.into()));
        let layer = ObjectiveGroup::new(&still, &layer).unwrap();
        let strain = layer.allowed_strain(&Matrix3::new(0.1, 0.03, 0.2, 0.03, -0.05, 0.1, 0.2, 0.1, 0.4));
        assert!(strain.row(2).norm() < 1e-15 && (strain[(0, 1)] - 0.03).abs() < 1e-15, "{strain}");
        conjugates(&layer, &(Matrix3::identity() + strain), 0.0);
        let mirror =
            GroupElement::about(&point, Matrix3::identity() - across * across.transpose() * 2.0, &Vector3::zeros());
        let mirrored = ObjectiveGroup::new(&still, &[helix[1], mirror, GroupElement::translation(axis)]).unwrap();
        assert!(mirrored.deformed(&along, 0.1).is_none());
        conjugates(&mirrored, &along, 0.0);
        assert_eq!(mirrored.element(&Label::IDENTITY), GroupElement::identity());
    }

    #[test]
    fn a_deformed_group_follows_the_same_flow() {
        let flow = AffineFlow::new(Matrix3::from_diagonal(&Vector3::new(0.0, 0.0, 0.3))).unwrap();
        let screws = crate::Nanotube::new(4, 1, 1.42).unwrap().generators;
        let group = ObjectiveGroup::product(&flow, &screws).unwrap();
        let stretch = Matrix3::from_diagonal(&Vector3::new(1.0, 1.0, 1.05));
        let deformed = group.deformed(&stretch, 0.01).unwrap();
        for time in [0.0, 2.0] {
            let ratio = deformed.content(time).unwrap() / group.content(time).unwrap();
            assert!((ratio - 1.05).abs() < 1e-14, "{ratio}");
            assert!((deformed.motion(time).gradient - group.motion(time).gradient).norm() < 1e-14);
        }
    }
}
