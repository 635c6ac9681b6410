//! Honeycombs: flat ones, and rolled up into tubes.

use crate::{GroupElement, Nanotube};
use omd_flow::Vector3;
use std::f64::consts::TAU;

/// A layer of atoms and the two translations that repeat it.
#[derive(Clone, Debug, PartialEq)]
pub struct Honeycomb {
    /// In the plane z = 0, cell by cell.
    pub positions: Vec<Vector3<f64>>,
    /// Translations in the plane, the first along x.
    pub edges: [Vector3<f64>; 2],
}

impl Honeycomb {
    /// `cells` copies along each edge of the cell whose edges are the rows of `orientation` over the lattice vectors
    /// `a_1`, `a_2` of the honeycomb, 60 degrees apart and `sqrt(3)` bonds long: `[[1, 0], [-1, 2]]` is the cell of four
    /// atoms with right angles, zigzag rows along x. `None` where the rows are not independent, or left-handed.
    #[must_use]
    pub fn new(bond: f64, orientation: [[i64; 2]; 2], cells: [usize; 2]) -> Option<Self> {
        let fractions = fractions(orientation)?;
        let edge = bond * 3f64.sqrt();
        // Lengths and the angle from the integers, so that right angles are exact.
        let [first, second] = orientation.map(|row| row.map(i128::from));
        let twice = |a: [i128; 2], b: [i128; 2]| 2 * a[0] * b[0] + 2 * a[1] * b[1] + a[0] * b[1] + a[1] * b[0];
        let length = (twice(first, first) as f64 / 2.0).sqrt();
        let volume = (first[0] * second[1] - first[1] * second[0]) as f64;
        let along = twice(first, second) as f64 / (2.0 * length);
        let first = Vector3::new(length, 0.0, 0.0) * edge;
        let second = Vector3::new(along, volume * 0.75f64.sqrt() / length, 0.0) * edge;
        let mut positions = Vec::with_capacity(fractions.len() * cells[0] * cells[1]);
        for i in 0..cells[0] {
            for j in 0..cells[1] {
                let place = |f: &[f64; 2]| first * (i as f64 + f[0]) + second * (j as f64 + f[1]);
                positions.extend(fractions.iter().map(place));
            }
        }
        Some(Self { positions, edges: [first * cells[0] as f64, second * cells[1] as f64] })
    }
}

/// The places of the atoms in the cell of `orientation`, as fractions of its edges in `[0, 1)`; in integers.
fn fractions(orientation: [[i64; 2]; 2]) -> Option<Vec<[f64; 2]>> {
    let [a, b] = orientation.map(|row| row.map(i128::from));
    let volume = a[0] * b[1] - a[1] * b[0];
    if volume <= 0 {
        return None;
    }
    let bounds = [0, 1].map(|k| (a[k].min(0) + b[k].min(0), a[k].max(0) + b[k].max(0)));
    let mut found = Vec::new();
    for i in bounds[0].0..=bounds[0].1 {
        for j in bounds[1].0..=bounds[1].1 {
            // Two atoms: at the corner and at a third of both lattice vectors.
            for third in [0, 1] {
                let place = [3 * i + third, 3 * j + third];
                let parts = [place[0] * b[1] - place[1] * b[0], a[0] * place[1] - a[1] * place[0]];
                if parts.iter().all(|part| (0..3 * volume).contains(part)) {
                    found.push(parts.map(|part| part as f64 / (3 * volume) as f64));
                }
            }
        }
    }
    Some(found)
}

/// The atoms of so many periods of a tube, and the translation that repeats them.
#[derive(Clone, Debug, PartialEq)]
pub struct NanotubePeriod {
    /// One period after the other.
    pub positions: Vec<Vector3<f64>>,
    /// Along z.
    pub translation: GroupElement,
}

impl NanotubePeriod {
    /// `periods` of the tube `(n, m)` that [`Nanotube::new`] makes of two atoms and two screws: the same atoms, all of
    /// them, under a translation alone. `None` as there.
    ///
    /// The period is the shortest lattice vector normal to `C = n a_1 + m a_2`: `T = ((2m + n) a_1 - (2n + m) a_2)/d`,
    /// `d` the greatest common divisor of the two numbers.
    #[must_use]
    pub fn new(n: u32, m: u32, bond: f64, periods: usize) -> Option<Self> {
        let Nanotube { radius, .. } = Nanotube::new(n, m, bond)?;
        let [n, m] = [i64::from(n), i64::from(m)];
        let divisor = gcd(2 * m + n, 2 * n + m);
        // The tube's a_2 is at -60 degrees of a_1, so that pitches along T are positive; then T and C are right-handed.
        let period = [(2 * m + n) / divisor, -(2 * n + m) / divisor];
        let fractions = fractions([period, [n, m]])?;
        let [i, j] = period.map(|x| x as f64);
        let length = bond * 3f64.sqrt() * (i * i + i * j + j * j).sqrt();
        let mut positions = Vec::with_capacity(fractions.len() * periods);
        for copy in 0..periods {
            positions.extend(fractions.iter().map(|[along, around]| {
                let (sine, cosine) = (TAU * around).sin_cos();
                Vector3::new(radius * cosine, radius * sine, length * (copy as f64 + along))
            }));
        }
        let translation = GroupElement::translation(Vector3::new(0.0, 0.0, length * periods as f64));
        Some(Self { positions, translation })
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Label;
    use crate::ObjectiveGroup;
    use omd_flow::{AffineFlow, Matrix3};

    fn still() -> AffineFlow {
        AffineFlow::new(Matrix3::zeros()).unwrap()
    }

    /// Distances from an atom to all others and images, those up to `reach`, sorted.
    fn distances(generators: &[GroupElement], positions: &[Vector3<f64>], atom: usize, reach: f64) -> Vec<f64> {
        let group = ObjectiveGroup::new(&still(), generators).unwrap();
        let centre = positions[atom];
        let mut found = Vec::new();
        for x in positions {
            for label in group.within(0.0, &centre, reach + 2.0 * (x - centre).norm()) {
                let distance = (group.element(&label).position(0.0, x) - centre).norm();
                if distance <= reach && distance > 1e-9 {
                    found.push(distance);
                }
            }
        }
        assert!(group.within(0.0, &centre, 0.1).contains(&Label::IDENTITY));
        found.sort_by(f64::total_cmp);
        found
    }

    #[test]
    fn every_atom_of_graphene_has_its_three_shells() {
        for (rows, cells, count) in
            [([[1, 0], [0, 1]], [1, 1], 2), ([[1, 0], [-1, 2]], [3, 2], 24), ([[2, 1], [-1, 3]], [1, 2], 28)]
        {
            let layer = Honeycomb::new(1.42, rows, cells).unwrap();
            assert_eq!(layer.positions.len(), count, "{rows:?}");
            let translations = layer.edges.map(GroupElement::translation);
            for atom in 0..count {
                let found = distances(&translations, &layer.positions, atom, 1.42 * 2.01);
                assert_eq!(found.len(), 12, "{rows:?}");
                let expected = [(0..3, 1.42), (3..9, 1.42 * 3f64.sqrt()), (9..12, 2.84)];
                for (shell, distance) in expected {
                    assert!(found[shell].iter().all(|d| (d - distance).abs() < 1e-12), "{rows:?} {found:?}");
                }
            }
        }
        let layer = Honeycomb::new(1.0, [[1, 0], [-1, 2]], [1, 1]).unwrap();
        assert_eq!((layer.edges[0].y, layer.edges[1].x), (0.0, 0.0), "right angles are exact");
        assert!(Honeycomb::new(1.0, [[0, 1], [1, 0]], [1, 1]).is_none());
    }

    #[test]
    fn the_atoms_of_a_period_are_those_of_the_screws() {
        for (n, m, count) in [(5, 5, 20), (10, 0, 40), (4, 1, 28), (6, 4, 152), (0, 7, 28)] {
            let tube = NanotubePeriod::new(n, m, 1.42, 1).unwrap();
            assert_eq!(tube.positions.len(), count, "({n}, {m})");
            let screws = Nanotube::new(n, m, 1.42).unwrap();
            let group = ObjectiveGroup::product(&still(), &screws.generators).unwrap();
            let reach = tube.translation.offset.z;
            // The same handedness: every atom of the period is an image of one of the two.
            for x in &tube.positions {
                let nearest = screws.positions.iter().flat_map(|y| {
                    let labels = group.within(0.0, y, reach + 4.0 * screws.radius);
                    labels
                        .into_iter()
                        .map(|label| (group.element(&label).position(0.0, y) - x).norm())
                        .collect::<Vec<_>>()
                });
                assert!(nearest.fold(f64::INFINITY, f64::min) < 1e-10, "({n}, {m}) {x}");
            }
            let pair =
                |generators: &[GroupElement], positions: &[Vector3<f64>]| distances(generators, positions, 0, 3.0);
            let (all, two) = (pair(&[tube.translation], &tube.positions), pair(&screws.generators, &screws.positions));
            assert_eq!(all.len(), two.len(), "({n}, {m})");
            assert!(all.iter().zip(&two).all(|(a, b)| (a - b).abs() < 1e-10), "({n}, {m}) {all:?} {two:?}");
            let three = NanotubePeriod::new(n, m, 1.42, 3).unwrap();
            assert_eq!(three.positions.len(), 3 * count);
            assert!((three.translation.offset.z / reach - 3.0).abs() < 1e-14);
        }
        assert!(NanotubePeriod::new(0, 0, 1.0, 1).is_none());
    }
}
