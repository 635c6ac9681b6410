//! Structures that end: every isometry of a finite set of atoms keeps its centroid.

use super::axial;
use super::kernel::{Cylinder, Kernel};
use super::motion::{Freedom, Track, of_frames, orthogonal};
use super::places::{Places, centroid};
use super::quotient::{Coset, Quotient};
use super::sites::folded;
use crate::group::{GroupElement, axis_of};
use omd_flow::{Matrix3, Vector3};

/// A finite set of atoms.
pub(super) struct Cluster<'a> {
    pub(super) points: &'a [Vector3<f64>],
    pub(super) species: &'a [usize],
    pub(super) places: &'a Places,
    pub(super) tolerance: f64,
}

/// An isometry as it was found, and the atom each atom goes to.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) element: GroupElement,
    pub(super) image: Vec<Option<usize>>,
}

/// How a cluster lies about its centroid.
enum Shape {
    Atom,
    Line(Vector3<f64>),
    /// Two atoms that make a triangle with the centroid.
    Wide([usize; 2]),
}

impl Cluster<'_> {
    /// The whole group.
    pub(super) fn quotient(&self) -> Quotient {
        let centre = centroid(self.points);
        let order = self.outwards(&centre);
        let axial = |direction: Vector3<f64>, count: i64| {
            let cylinder = Cylinder::new(centre, direction, None, count);
            axial::quotient(self.points, self.species, &order, cylinder, self.tolerance, false)
        };
        match self.shape(&centre, false) {
            Shape::Atom => axial(Vector3::z(), 1),
            Shape::Line(direction) => axial(direction, 1),
            Shape::Wide(frame) => {
                let found = self.found(&centre, &order, frame, 0.0);
                match main_axis(&found) {
                    Some((direction, count)) => axial(direction, count),
                    None => self.polyhedral(&centre, &found),
                }
            }
        }
    }

    /// Isometries that a fraction `allowed` of the atoms may contradict.
    pub(super) fn nearly(&self, allowed: f64) -> Vec<Found> {
        let centre = centroid(self.points);
        match self.shape(&centre, true) {
            Shape::Wide(frame) => self.found(&centre, &self.outwards(&centre), frame, allowed),
            _ => Vec::new(),
        }
    }

    fn outwards(&self, centre: &Vector3<f64>) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.points.len()).collect();
        let far = |atom: &usize| (self.points[*atom] - centre).norm_squared();
        order.sort_by(|a, b| far(a).total_cmp(&far(b)));
        order
    }

    /// How many atoms of its species are as far from the centre as each atom.
    fn shells(&self, centre: &Vector3<f64>) -> Vec<usize> {
        let radius: Vec<f64> = self.points.iter().map(|x| (x - centre).norm()).collect();
        let mut sorted: Vec<(usize, f64)> = self.species.iter().copied().zip(radius.iter().copied()).collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let below = |species: usize, bound: f64| sorted.partition_point(|entry| *entry < (species, bound));
        let slack = 2.0 * self.tolerance;
        self.species.iter().zip(&radius).map(|(k, r)| below(*k, r + slack) - below(*k, r - slack)).collect()
    }

    /// The frame is of atoms that few others are like, or of many, where some atoms may be out of their places.
    fn shape(&self, centre: &Vector3<f64>, common: bool) -> Shape {
        let shells = self.shells(centre);
        let from: Vec<Vector3<f64>> = self.points.iter().map(|x| x - centre).collect();
        let farthest = from.iter().map(Vector3::norm).fold(0.0, f64::max);
        if farthest <= 3.0 * self.tolerance {
            return Shape::Atom;
        }
        let rank = |atom: &usize| if common { usize::MAX - shells[*atom] } else { shells[*atom] };
        let best = |fits: &dyn Fn(usize) -> bool| (0..from.len()).filter(|atom| fits(*atom)).min_by_key(rank);
        let far = (0.3 * farthest).max(3.0 * self.tolerance);
        let Some(first) = best(&|atom| from[atom].norm() > far) else { return Shape::Atom };
        let direction = from[first].normalize();
        let wide = |part: f64| best(&|atom| direction.cross(&from[atom]).norm() > part);
        match wide(far).or_else(|| wide(3.0 * self.tolerance)) {
            Some(second) => Shape::Wide([first, second]),
            None => Shape::Line(direction),
        }
    }

    fn found(&self, centre: &Vector3<f64>, order: &[usize], [first, second]: [usize; 2], allowed: f64) -> Vec<Found> {
        let slack = 4.0 * self.tolerance;
        let track = Track {
            points: self.points,
            species: self.species,
            places: self.places,
            order,
            tolerance: self.tolerance,
            first: 0,
            allowed,
        };
        let frame = [*centre, self.points[first], self.points[second]];
        let like = |model: usize| -> Vec<usize> {
            let radius = (self.points[model] - centre).norm();
            let alike = |atom: &usize| {
                self.species[*atom] == self.species[model]
                    && ((self.points[*atom] - centre).norm() - radius).abs() <= slack
            };
            (0..self.points.len()).filter(alike).collect()
        };
        let (firsts, seconds) = (like(first), like(second));
        let width = (frame[1] - frame[2]).norm();
        let mut found = Vec::new();
        for &a in &firsts {
            for &b in &seconds {
                if a == b || ((self.points[a] - self.points[b]).norm() - width).abs() > slack {
                    continue;
                }
                for proper in [true, false] {
                    let guess = of_frames(&frame, &[*centre, self.points[a], self.points[b]], proper);
                    let followed = track.follow(guess, Freedom::Rigid, &|_| true);
                    found.extend(followed.map(|followed| Found { element: followed.element, image: followed.image }));
                }
            }
        }
        let identity = |found: &Found| (found.element.rotation - Matrix3::identity()).norm() > 0.01;
        found.sort_by_key(identity);
        found
    }

    /// The group of a Platonic solid, or a subgroup without an axis that all elements keep.
    fn polyhedral(&self, centre: &Vector3<f64>, found: &[Found]) -> Quotient {
        let rotations: Vec<Matrix3<f64>> = found.iter().map(|found| found.element.rotation).collect();
        let mut kernel = Kernel::Point;
        let order: Vec<usize> = (0..self.points.len()).collect();
        let sites = folded(self.points, self.species, &order, &mut kernel, 0.0, false);
        let mut quotient = Quotient::of_kernel(kernel, sites);
        let exact = averaged(rotations);
        quotient.cosets = (exact.into_iter().zip(found))
            .map(|(rotation, found)| Coset {
                element: GroupElement::about(centre, rotation, &Vector3::zeros()),
                map: found.image.iter().enumerate().map(|(atom, image)| image.unwrap_or(atom)).collect(),
            })
            .collect();
        if let Some(first) = quotient.cosets.first_mut() {
            first.element = GroupElement::identity();
        }
        quotient.symmetrise();
        quotient
    }
}

/// The axis that all elements keep and the order of the rotations about it; `None` where there is no such axis.
fn main_axis(found: &[Found]) -> Option<(Vector3<f64>, i64)> {
    let same = (1.0 / found.len().max(1) as f64).min(0.05);
    let rotations = || found.iter().map(|found| found.element.rotation);
    let mut axes: Vec<(Vector3<f64>, i64)> = Vec::new();
    for axis in rotations().filter(|q| q.determinant() > 0.0).filter_map(|q| axis_of(&q)) {
        match axes.iter_mut().find(|(other, _)| other.cross(&axis).norm() < same) {
            Some((_, count)) => *count += 1,
            None => axes.push((axis, 1)),
        }
    }
    if axes.iter().filter(|(_, count)| *count > 1).count() > 1 {
        return None;
    }
    // Rotoreflections by a quarter turn come before half turns.
    let quarter = rotations().find(|q| q.determinant() < 0.0 && (q.trace() + 1.0).abs() < 0.1);
    let mirror = rotations().find(|q| q.determinant() < 0.0 && axis_of(q).is_some());
    let highest = axes.iter().copied().max_by_key(|(_, count)| *count);
    let (direction, count) = match (highest, quarter, mirror) {
        (Some((_, 1)), Some(quarter), _) => (axis_of(&quarter)?, 1),
        (Some(highest), ..) => highest,
        (None, _, Some(mirror)) => (axis_of(&mirror)?, 0),
        (None, _, None) => (Vector3::z(), 0),
    };
    let mut spread = Matrix3::zeros();
    for rotation in rotations().filter(|q| q.determinant() > 0.0) {
        if axis_of(&rotation).is_some_and(|axis| axis.cross(&direction).norm() < same) {
            let off = rotation - Matrix3::identity();
            spread += off.transpose() * off;
        }
    }
    if spread.norm() < 0.1 * same * same {
        return Some((direction, count + 1));
    }
    let eigen = spread.symmetric_eigen();
    Some((eigen.eigenvectors.column(eigen.eigenvalues.imin()).into(), count + 1))
}

/// Rotations that nearly make a group, brought to a group: each is replaced by the mean of `Q_gh Q_h^T`, which squares
/// the error of the group law.
fn averaged(mut rotations: Vec<Matrix3<f64>>) -> Vec<Matrix3<f64>> {
    let nearest = |rotations: &[Matrix3<f64>], matrix: &Matrix3<f64>| {
        let far = |k: &usize| (rotations[*k] - matrix).norm_squared();
        (0..rotations.len()).min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(0)
    };
    let table: Vec<Vec<usize>> = (rotations.iter())
        .map(|first| rotations.iter().map(|second| nearest(&rotations, &(first * second))).collect())
        .collect();
    for _ in 0..6 {
        rotations = table
            .iter()
            .map(|row| {
                let sum = row.iter().zip(&rotations).map(|(product, q)| rotations[*product] * q.transpose()).sum();
                orthogonal(sum)
            })
            .collect();
    }
    rotations
}
