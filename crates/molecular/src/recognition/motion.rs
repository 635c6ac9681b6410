//! Rigid motions that carry many atoms onto others.

use super::places::{Places, centroid};
use crate::group::GroupElement;
use nalgebra::{Matrix4, Quaternion, UnitQuaternion};
use omd_flow::{Matrix3, Vector3};

/// An atom and where it goes.
pub(super) type Pair = [Vector3<f64>; 2];

/// The isometry that carries the first of each pair nearest to the second, in the mean square; proper or not as asked.
///
/// Horn's closed form: the largest eigenvector of a symmetric 4x4 matrix is the quaternion; sound for atoms in a plane.
pub(super) fn fitted(pairs: &[Pair], proper: bool) -> GroupElement {
    let handed = if proper { 1.0 } else { -1.0 };
    let [from, to] = [0, 1].map(|k| centroid(&pairs.iter().map(|pair| pair[k]).collect::<Vec<_>>()));
    let mut s = Matrix3::zeros();
    for [x, y] in pairs {
        s += (x - from) * handed * (y - to).transpose();
    }
    let axis = Vector3::new(s[(1, 2)] - s[(2, 1)], s[(2, 0)] - s[(0, 2)], s[(0, 1)] - s[(1, 0)]);
    let mut horn = Matrix4::zeros();
    horn[(0, 0)] = s.trace();
    horn.fixed_view_mut::<1, 3>(0, 1).copy_from(&axis.transpose());
    horn.fixed_view_mut::<3, 1>(1, 0).copy_from(&axis);
    horn.fixed_view_mut::<3, 3>(1, 1).copy_from(&(s + s.transpose() - Matrix3::identity() * s.trace()));
    let eigen = horn.symmetric_eigen();
    let largest = eigen.eigenvectors.column(eigen.eigenvalues.imax());
    let quaternion = Quaternion::new(largest[0], largest[1], largest[2], largest[3]);
    let rotation = UnitQuaternion::from_quaternion(quaternion).to_rotation_matrix().into_inner() * handed;
    GroupElement { rotation, rate: Vector3::zeros(), offset: to - rotation * from }
}

/// The isometry that carries one right-handed or left-handed frame of three points onto another.
pub(super) fn of_frames(from: &[Vector3<f64>; 3], to: &[Vector3<f64>; 3], proper: bool) -> GroupElement {
    let frame = |points: &[Vector3<f64>; 3], handed: f64| {
        let first = (points[1] - points[0]).normalize();
        let third = first.cross(&(points[2] - points[0])).normalize();
        Matrix3::from_columns(&[first, third.cross(&first), third * handed])
    };
    let rotation = frame(to, if proper { 1.0 } else { -1.0 }) * frame(from, 1.0).transpose();
    GroupElement { rotation, rate: Vector3::zeros(), offset: to[0] - rotation * from[0] }
}

/// What may be adjusted to the atoms while a motion is followed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Freedom {
    /// Rotation and translation.
    Rigid,
    /// The translation.
    Shift,
}

/// A motion, and the atom each atom goes to.
#[derive(Clone, Debug)]
pub(super) struct Followed {
    pub(super) element: GroupElement,
    pub(super) image: Vec<Option<usize>>,
}

/// The atoms a motion is tried on.
pub(super) struct Track<'a> {
    pub(super) points: &'a [Vector3<f64>],
    pub(super) species: &'a [usize],
    pub(super) places: &'a Places,
    /// From the middle outwards.
    pub(super) order: &'a [usize],
    pub(super) tolerance: f64,
    /// How many atoms of `order` have to go onto atoms in any case.
    pub(super) first: usize,
    /// The fraction of atoms that may go where no atom is though one should be.
    pub(super) allowed: f64,
}

impl Track<'_> {
    /// Follows `guess` outwards, fitted again and again to the atoms it carries onto atoms, so that its error grows no
    /// faster than the distance; `known` says where an atom has to be if it is anywhere. `None` where it is no symmetry.
    pub(super) fn follow(
        &self,
        guess: GroupElement,
        freedom: Freedom,
        known: &dyn Fn(&Vector3<f64>) -> bool,
    ) -> Option<Followed> {
        // Three atoms make a guess that is worse than what many make of it.
        let mut reach = 4.0 * self.tolerance;
        let proper = guess.rotation.determinant() > 0.0;
        let mut element = guess;
        let mut image = vec![None; self.points.len()];
        let mut hit = vec![false; self.points.len()];
        let mut pairs: Vec<Pair> = Vec::new();
        let (mut missed, mut next) = (0usize, self.first.max(8));
        let too_many = |missed: usize, seen: usize| {
            missed > 0 && (self.allowed == 0.0 || missed as f64 > 2.0 + self.allowed * seen as f64)
        };
        for (count, &atom) in self.order.iter().enumerate() {
            if count == next {
                element = fit(&pairs, freedom, proper, &element);
                reach = 2.0 * self.tolerance;
                next *= 2;
            }
            let place = element.position(0.0, &self.points[atom]);
            match self.places.find(&place, self.species[atom], reach) {
                Some((target, _)) if !hit[target] => {
                    hit[target] = true;
                    image[atom] = Some(target);
                    pairs.push([self.points[atom], self.points[target]]);
                }
                _ if known(&place) => missed += 1,
                _ => {}
            }
            if too_many(missed, count) || (missed > 0 && count < self.first) {
                return None;
            }
        }
        element = fit(&pairs, freedom, proper, &element);
        let back = element.inverse();
        for &atom in self.order.iter().filter(|atom| !hit[**atom]) {
            missed += usize::from(known(&back.position(0.0, &self.points[atom])));
        }
        (!too_many(missed, self.order.len())).then_some(Followed { element, image })
    }
}

fn fit(pairs: &[Pair], freedom: Freedom, proper: bool, before: &GroupElement) -> GroupElement {
    match freedom {
        Freedom::Rigid if pairs.len() >= 4 => fitted(pairs, proper),
        Freedom::Rigid => *before,
        Freedom::Shift => {
            let apart = |[x, y]: &Pair| y - before.rotation * x;
            let mean = pairs.iter().map(apart).sum::<Vector3<f64>>() / pairs.len().max(1) as f64;
            GroupElement { offset: mean, ..*before }
        }
    }
}

/// The nearest orthogonal matrix, by Newton's iteration for the polar factor.
pub(super) fn orthogonal(matrix: Matrix3<f64>) -> Matrix3<f64> {
    let mut q = matrix / matrix.norm() * 3f64.sqrt();
    for _ in 0..30 {
        match q.try_inverse() {
            Some(inverse) => q = (q + inverse.transpose()) * 0.5,
            None => return Matrix3::identity(),
        }
    }
    q
}
