//! What elements are called when the atoms they are between are replaced by images of theirs.

use super::axial::Axial;
use super::crystal::Crystal;
use super::{Form, GroupElement, Label, ObjectiveGroup};
use omd_flow::{Matrix3, Vector3};

/// The inverse of a unimodular matrix.
pub(crate) fn unimodular_inverse(matrix: &Matrix3<i64>) -> Matrix3<i128> {
    let [a, b, c] = [0, 1, 2].map(|k| Vector3::from(matrix.column(k)).map(i128::from));
    let rows = [b.cross(&c), c.cross(&a), a.cross(&b)];
    let sign = a.dot(&rows[0]);
    Matrix3::from_rows(&rows.map(|row| row.transpose())) * sign
}

impl ObjectiveGroup {
    /// The name, in the basis in use, of `t^-first g t^second`, where `g` has the name `label`; that name and the powers of
    /// the translations or of the screw are in the basis of the start.
    ///
    /// It is the element between atoms at `t^-first x` and `t^-second y` where `g` is the one between `x` and `y`.
    /// The translations are a normal subgroup: `g t^n = t^(M n) g` with an integer matrix `M`, so nothing is rounded.
    pub(crate) fn carried(&self, label: &Label, first: [i64; 3], second: [i64; 3]) -> Label {
        let powers = match &self.form {
            Form::Axial(axial) => return axial.carried(label, first[0], second[0]),
            Form::Crystal(crystal) => {
                Vector3::from(label.powers) - Vector3::from(first) + crystal.conjugate(label, second)
            }
        };
        let in_use = unimodular_inverse(&self.unimodular()) * powers.map(i128::from);
        Label { powers: in_use.map(|n| n as i64).into(), ..*label }
    }

    /// A name in the basis in use as one in the basis of the start.
    pub(crate) fn of_start(&self, label: &Label) -> Label {
        Label { powers: self.reference_powers(label.powers), ..*label }
    }

    /// The name of the inverse at t = 0, found by its image of `position`; both names in the basis of the start.
    pub(crate) fn inverse_name(&self, label: &Label, position: &Vector3<f64>) -> Label {
        let inverse = self.element(&self.carried(label, [0; 3], [0; 3])).inverse();
        let image = inverse.position(0.0, position);
        let away = (image - position).norm();
        let apart = |label: &Label| {
            let GroupElement { rotation, offset, .. } = self.element(label);
            (rotation - inverse.rotation).norm() * (1.0 + away) + (rotation * position + offset - image).norm()
        };
        let near = self.within(0.0, position, away * (1.0 + 1e-6) + 1e-9);
        let found = near.into_iter().min_by(|a, b| apart(a).total_cmp(&apart(b)));
        self.of_start(&found.unwrap_or(Label::IDENTITY))
    }
}

impl Crystal {
    /// `M n` of the coset of `label`, in the basis of the start.
    fn conjugate(&self, label: &Label, powers: [i64; 3]) -> Vector3<i64> {
        if label.coset == 0 {
            return Vector3::from(powers);
        }
        let reference = self.lattice().reference();
        let inverse = reference.try_inverse().unwrap_or_else(Matrix3::identity);
        let turned = (inverse * self.cosets[label.coset].rotation * reference).map(|x| x.round() as i64);
        let counts = turned * Vector3::from(powers);
        Vector3::from_fn(|k, _| if k < self.rank { counts[k] } else { 0 })
    }
}

impl Axial {
    /// `screw^(p - first) turn^q h screw^second`: `h` takes the screw to its inverse where it turns the axis round, and to
    /// the screw of the other hand, which differs by turns, where it exchanges left and right.
    fn carried(&self, label: &Label, first: i64, second: i64) -> Label {
        let rotation = self.cosets[label.coset].rotation;
        let forward = self.direction().dot(&(rotation * self.direction())) > 0.0;
        let along = if forward { second } else { -second };
        let turns = if rotation.determinant() > 0.0 { 0 } else { self.handed_turns() * along };
        let [power, turn, _] = label.powers;
        Label { powers: [power - first + along, (turn - turns).rem_euclid(self.order()), 0], ..*label }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rotation_about;
    use omd_flow::AffineFlow;
    use std::f64::consts::TAU;

    fn checked(group: &ObjectiveGroup, x: &Vector3<f64>) {
        let labels = group.within(0.0, x, 4.0);
        assert!(labels.len() > 8);
        let translation = |powers: [i64; 3]| group.element(&group.carried(&Label { powers, coset: 0 }, [0; 3], [0; 3]));
        let steps: &[[i64; 3]] = match group.dimension() {
            0 => &[[0, 0, 0]],
            1 => &[[0, 0, 0], [3, 0, 0], [-2, 0, 0]],
            2 => &[[0, 0, 0], [2, -1, 0], [-3, 2, 0]],
            _ => &[[0, 0, 0], [2, -1, 3], [-3, 1, 0]],
        };
        for label in labels {
            let element = group.element(&label);
            let name = group.of_start(&label);
            let inverse = group.element(&group.carried(&group.inverse_name(&name, x), [0; 3], [0; 3]));
            let back = element.compose(&inverse);
            assert!((back.rotation - Matrix3::identity()).norm() + back.offset.norm() < 1e-12, "{label:?}");
            for first in steps {
                for second in steps {
                    let expected = translation(*first).inverse().compose(&element).compose(&translation(*second));
                    let found = group.element(&group.carried(&name, *first, *second));
                    let off = (found.rotation - expected.rotation).norm() + (found.offset - expected.offset).norm();
                    assert!(off < 1e-11, "{label:?} {first:?} {second:?}: {off:e}");
                }
            }
        }
    }

    #[test]
    fn names_of_carried_elements_and_inverses_are_theirs() {
        let still = AffineFlow::at_rest();
        let x = Vector3::new(0.9, 0.4, 0.3);
        let (axis, point) = (Vector3::new(0.3, -0.5, 0.8).normalize(), Vector3::new(0.7, 0.2, -0.4));
        let across = axis.cross(&Vector3::x()).normalize();
        let twofold = GroupElement::about(&point, rotation_about(&across, TAU / 2.0), &Vector3::zeros());
        let mirror = |normal: Vector3<f64>| {
            GroupElement::about(&point, Matrix3::identity() - normal * normal.transpose() * 2.0, &Vector3::zeros())
        };
        let screw = |turn: f64| GroupElement::screw(&point, &axis, TAU * turn, 0.6);
        let lists = [
            vec![screw(0.159)],
            vec![GroupElement::screw(&point, &axis, TAU / 9.0, 0.0), twofold],
            vec![screw(0.159), GroupElement::screw(&point, &axis, TAU / 3.0, 0.0), twofold],
            // Half the angle between turns: the mirror of the screw is another one.
            vec![screw(1.0 / 12.0), GroupElement::screw(&point, &axis, TAU / 6.0, 0.0), mirror(across)],
            vec![screw(1.0 / 12.0), GroupElement::screw(&point, &axis, TAU / 6.0, 0.0), mirror(axis)],
        ];
        for generators in lists {
            checked(&ObjectiveGroup::new(&still, &generators).unwrap(), &x);
        }
        // A skewed basis, so that that in use is another one; with an inversion, and a fourfold screw.
        let edges =
            [[2.0, 0.1, 0.0], [4.3, 1.7, 0.2], [6.0, 3.0, 1.9]].map(|row| GroupElement::translation(row.into()));
        let inversion = GroupElement::about(&point, -Matrix3::identity(), &Vector3::zeros());
        checked(&ObjectiveGroup::new(&still, &[&edges[..], &[inversion]].concat()).unwrap(), &x);
        checked(&ObjectiveGroup::new(&still, &[&edges[..2], &[inversion]].concat()).unwrap(), &x);
        let fourfold = GroupElement::screw(&Vector3::zeros(), &Vector3::z(), TAU / 4.0, 0.5);
        let square = GroupElement::translation(Vector3::new(1.2, 0.0, 0.0));
        checked(&ObjectiveGroup::new(&still, &[fourfold, square]).unwrap(), &x);
    }
}
