//! A finite piece of an infinite structure: which translations or screws it has away from its ends.

use super::kernel::{Cylinder, Kernel, Lattice};
use super::motion::{Followed, Freedom, Track, of_frames};
use super::places::{Places, centroid};
use super::surroundings::Surroundings;
use crate::group::GroupElement;
use omd_flow::{Matrix3, Vector3};

/// So many atoms like the first, nearest first, are tried as its images by a screw.
const TRIED: usize = 60;
/// And so many as its images by a translation.
const SHIFTED: usize = 4000;

/// A structure and what is known of it.
pub(super) struct Piece<'a> {
    pub(super) points: &'a [Vector3<f64>],
    pub(super) species: &'a [usize],
    pub(super) places: &'a Places,
    pub(super) around: &'a Surroundings,
    pub(super) tolerance: f64,
}

impl Piece<'_> {
    /// Whether the sample has everything at `place`.
    pub(super) fn knows(&self, place: &Vector3<f64>) -> bool {
        self.around.knows(self.points, place, 2.0 * self.tolerance)
    }

    /// An atom in the middle of the commonest class, and the others of its class, nearest first.
    fn seed(&self) -> Option<(usize, Vec<usize>)> {
        let class = (0..self.around.members.len()).max_by_key(|&k| (self.around.members[k], std::cmp::Reverse(k)))?;
        let mut alike: Vec<usize> =
            (0..self.points.len()).filter(|atom| self.around.class[*atom] == Some(class)).collect();
        let middle = centroid(&alike.iter().map(|atom| self.points[*atom]).collect::<Vec<_>>());
        let far = |from: &Vector3<f64>, atom: usize| (self.points[atom] - from).norm();
        let seed = alike.iter().copied().min_by(|a, b| far(&middle, *a).total_cmp(&far(&middle, *b)))?;
        alike.retain(|atom| *atom != seed);
        let here = self.points[seed];
        alike.sort_by(|a, b| far(&here, *a).total_cmp(&far(&here, *b)));
        (!alike.is_empty()).then_some((seed, alike))
    }

    /// Atoms from the middle outwards.
    pub(super) fn outwards(&self) -> Vec<usize> {
        let middle = self.seed().map_or_else(|| centroid(self.points), |(seed, _)| self.points[seed]);
        let mut order: Vec<usize> = (0..self.points.len()).collect();
        let far = |atom: &usize| (self.points[*atom] - middle).norm_squared();
        order.sort_by(|a, b| far(a).total_cmp(&far(b)));
        order
    }

    /// The translations, or the shortest screw, that carry the piece onto itself wherever it is known; a fraction
    /// `allowed` of the atoms may say otherwise.
    pub(super) fn kernel(&self, allowed: f64) -> Option<Kernel> {
        let (seed, alike) = self.seed()?;
        let order = self.outwards();
        let track = Track {
            points: self.points,
            species: self.species,
            places: self.places,
            order: &order,
            tolerance: self.tolerance,
            first: 1 + self.around.neighbours[seed].len(),
            allowed,
        };
        let lattice = self.translations(&track, seed, &alike);
        if let Some(lattice) = lattice.as_ref().filter(|lattice| lattice.rank > 1) {
            return Some(Kernel::Lattice(lattice.clone()));
        }
        let screws = self.screws(&track, seed, &alike);
        let along = lattice.map(|lattice| lattice.basis.column(0).into());
        about_axis(&screws, along).map(Kernel::Axis)
    }

    fn translations(&self, track: &Track<'_>, seed: usize, alike: &[usize]) -> Option<Lattice> {
        let mut lattice: Option<Lattice> = None;
        for &other in alike.iter().take(SHIFTED) {
            let apart = self.points[other] - self.points[seed];
            // Nearest first: whatever is not in the lattice so far, and not along it, adds a dimension.
            let new = |lattice: &Lattice| {
                let fractions = lattice.fractions(&apart);
                let beyond = (lattice.rank..3).map(|k| fractions[k] * fractions[k]).sum::<f64>().sqrt();
                !lattice.contains(&apart, 4.0 * self.tolerance) && beyond > 0.05 * apart.norm()
            };
            if !lattice.as_ref().is_none_or(new) {
                continue;
            }
            let guess = GroupElement::translation(apart);
            if let Some(found) = track.follow(guess, Freedom::Shift, &|place| self.knows(place)) {
                let mut vectors = lattice.map_or_else(Vec::new, |lattice| lattice.vectors());
                vectors.push(found.element.offset);
                lattice = Some(Lattice::new(&vectors));
                if vectors.len() == 3 {
                    break;
                }
            }
        }
        lattice
    }

    /// Proper motions of the seed onto atoms near it, found from three atoms each.
    fn screws(&self, track: &Track<'_>, seed: usize, alike: &[usize]) -> Vec<GroupElement> {
        let Some([a, b]) = self.frame(seed) else { return Vec::new() };
        let here = self.points[seed];
        let from = [here, self.points[a], self.points[b]];
        let slack = 4.0 * self.tolerance;
        let mut found = Vec::new();
        for &other in alike.iter().take(TRIED) {
            let there = self.points[other];
            let like = |model: usize| {
                let distance = (self.points[model] - here).norm();
                self.around.neighbours[other].iter().map(|index| *index as usize).filter(move |&index| {
                    self.species[index] == self.species[model]
                        && ((self.points[index] - there).norm() - distance).abs() <= slack
                })
            };
            let width = (self.points[a] - self.points[b]).norm();
            let frames = like(a).flat_map(|i| like(b).map(move |j| [i, j]));
            for [i, j] in frames.filter(|[i, j]| i != j) {
                if ((self.points[i] - self.points[j]).norm() - width).abs() > slack {
                    continue;
                }
                let guess = of_frames(&from, &[there, self.points[i], self.points[j]], true);
                let followed = track.follow(guess, Freedom::Rigid, &|place| self.knows(place));
                found.extend(followed.map(|Followed { element, .. }| element));
            }
        }
        let least = 0.05 * self.around.cutoff;
        found.retain(|element| rise(element).is_some_and(|rise| rise.norm() > least));
        found
    }

    /// Two neighbours that make a wide triangle with an atom.
    fn frame(&self, atom: usize) -> Option<[usize; 2]> {
        let here = self.points[atom];
        let neighbours: Vec<usize> = self.around.neighbours[atom].iter().map(|index| *index as usize).collect();
        let area = |i: usize, j: usize| (self.points[i] - here).cross(&(self.points[j] - here)).norm();
        let pairs = neighbours.iter().flat_map(|&i| neighbours.iter().map(move |&j| [i, j])).filter(|[i, j]| i < j);
        let best = pairs.max_by(|a, b| area(a[0], a[1]).total_cmp(&area(b[0], b[1])))?;
        (area(best[0], best[1]) > (6.0 * self.tolerance).powi(2)).then_some(best)
    }
}

/// The translation along its axis that a proper motion has; the whole of it where nothing turns.
fn rise(element: &GroupElement) -> Option<Vector3<f64>> {
    let skew = element.rotation - element.rotation.transpose();
    if skew.norm() < 0.01 && element.rotation.trace() > 2.9 {
        return Some(element.offset);
    }
    let axis = crate::group::axis_of(&element.rotation)?;
    Some(axis * axis.dot(&element.offset))
}

/// The axis that all `screws` share, in the mean square, and the shortest of them; `along` is a translation.
fn about_axis(screws: &[GroupElement], along: Option<Vector3<f64>>) -> Option<Cylinder> {
    let shortest = |element: &&GroupElement| rise(element).map_or(f64::INFINITY, |rise| rise.norm());
    let best = screws.iter().min_by(|a, b| shortest(a).total_cmp(&shortest(b)));
    let translation = along.map(GroupElement::translation);
    let best = match (best, &translation) {
        (Some(best), Some(translation)) if translation.offset.norm() < 0.99 * shortest(&best) => *translation,
        (Some(best), _) => *best,
        (None, Some(translation)) => *translation,
        (None, None) => return None,
    };
    let upwards = rise(&best)?.normalize();
    let mut spread = Matrix3::zeros();
    let mut turned = 0.0f64;
    for screw in
        screws.iter().filter(|screw| rise(screw).is_some_and(|rise| rise.cross(&upwards).norm() < 0.1 * rise.norm()))
    {
        let off = screw.rotation - Matrix3::identity();
        spread += off.transpose() * off;
        turned = turned.max(off.norm());
    }
    if turned < 0.05 {
        // Nothing turns: the axis goes through the middle, which is found later.
        return Some(Cylinder::new(Vector3::zeros(), upwards, Some([0.0, rise(&best)?.norm()]), 1));
    }
    let eigen = spread.symmetric_eigen();
    let direction: Vector3<f64> = eigen.eigenvectors.column(eigen.eigenvalues.imin()).into();
    let direction = direction * direction.dot(&upwards).signum();
    // (I - Q) p = c across the axis, for all of them.
    let across = Matrix3::identity() - direction * direction.transpose();
    let (mut left, mut right) = (direction * direction.transpose() * turned, Vector3::zeros());
    for screw in
        screws.iter().filter(|screw| rise(screw).is_some_and(|rise| rise.cross(&upwards).norm() < 0.1 * rise.norm()))
    {
        let off = (Matrix3::identity() - screw.rotation) * across;
        left += off.transpose() * off;
        right += off.transpose() * (across * screw.offset);
    }
    let origin = left.try_inverse()? * right;
    let probe = Cylinder::new(origin, direction, None, 1);
    let place = origin + direction.cross(&Matrix3::identity().column(direction.iamin())).normalize();
    let [from, to] = [place, best.position(0.0, &place)].map(|x| probe.polar(&x));
    Some(Cylinder::new(origin, direction, Some([to.angle - from.angle, to.height - from.height]), 1))
}
