//! Potentials that see many atoms at once.

use nalgebra::Vector3;
use std::fmt::Debug;
use std::ops::Range;

/// Distances at which a pair alone is looked at on the way from the cutoff inwards.
const PLACES: usize = 100;

/// The energy of some atoms as a function of where they and the atoms around them are.
///
/// What is no sum over sites that this program could evaluate one by one, a model of another library for instance, is of
/// this form. The atoms around do not contribute energy of their own, but feel forces.
pub trait ClusterPotential: Debug + Send + Sync {
    /// What it is called where it comes from.
    fn name(&self) -> &str;

    /// The chemical symbols of the atoms, kind by kind.
    fn elements(&self) -> &[String];

    /// The units it computes in, for people.
    fn units(&self) -> String;

    /// Atoms farther than this from every contributing atom do not matter, length.
    fn reach(&self) -> f64;

    /// The lists of neighbours that it asks for, one at least.
    fn ranges(&self) -> &[NeighbourRange];

    /// The energy of the contributing atoms; writes minus its gradient by every position into `forces`, which is as long
    /// as `positions`.
    ///
    /// # Errors
    /// [`ClusterFailure`]: it has no energy there.
    fn evaluate(&self, cluster: &Cluster<'_>, forces: &mut [Vector3<f64>]) -> Result<f64, ClusterFailure>;

    /// Atoms farther apart than this are no neighbours, length.
    fn cutoff(&self) -> f64 {
        self.ranges().iter().map(|range| range.cutoff).fold(0.0, f64::max)
    }

    /// The energy of a pair of these kinds alone less that of two atoms alone.
    ///
    /// # Errors
    /// [`ClusterFailure`].
    fn pair(&self, kinds: [u8; 2], distance: f64) -> Result<f64, ClusterFailure> {
        Ok(dimer(self, kinds, distance, 0..2)? - apart(self, kinds)?)
    }

    /// As [`SitePotential::core`](crate::SitePotential::core).
    fn core(&self, energy: f64, kinds: [u8; 2]) -> f64 {
        let Ok(apart) = apart(self, kinds) else { return 0.0 };
        // What has no energy, or none that is a number, is above all others.
        let below = |distance: f64| dimer(self, kinds, distance, 0..2).is_ok_and(|pair| pair - apart <= energy);
        let step = self.cutoff() / PLACES as f64;
        let places = (1..PLACES).rev().map(|k| k as f64 * step);
        let Some(inside) = places.into_iter().find(|&distance| !below(distance)) else { return 0.0 };
        let (mut low, mut high) = (inside, inside + step);
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if below(middle) { high = middle } else { low = middle }
        }
        high
    }
}

/// One kind of list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeighbourRange {
    /// All atoms nearer than this are in the list, length.
    pub cutoff: f64,
    /// Whether lists are asked for of all atoms, not only of those that contribute.
    pub of_all: bool,
}

/// Atoms, and who is near whom.
#[derive(Clone, Debug)]
pub struct Cluster<'a> {
    /// All atoms.
    pub positions: &'a [Vector3<f64>],
    /// Of which of the potential's elements each is, from 0.
    pub kinds: &'a [u8],
    /// Which of them have energy.
    pub contributing: Range<usize>,
    /// For each of [`ClusterPotential::ranges`] the neighbours within its cutoff.
    pub rows: &'a [&'a NeighbourRows],
}

/// The neighbours of atoms that stand in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NeighbourRows {
    first: usize,
    /// The row of atom `first + k` is `neighbours[ends[k - 1]..ends[k]]`.
    ends: Vec<usize>,
    /// As the libraries of others count atoms.
    neighbours: Vec<i32>,
}

impl NeighbourRows {
    /// Forgets all rows; the next one is that of atom `first`.
    pub fn begin(&mut self, first: usize) {
        self.first = first;
        self.ends.clear();
        self.neighbours.clear();
    }

    /// The row of the next atom. There are fewer than 2^31 atoms.
    pub fn push(&mut self, neighbours: impl Iterator<Item = u32>) {
        self.neighbours.extend(neighbours.map(u32::cast_signed));
        self.ends.push(self.neighbours.len());
    }

    /// The neighbours of `atom`, `None` where it has no row.
    #[must_use]
    pub fn of(&self, atom: usize) -> Option<&[i32]> {
        let index = atom.checked_sub(self.first)?;
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.neighbours.get(start..end)
    }
}

/// Why there is no energy, in the words of who was asked for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ClusterFailure(pub String);

/// The energy of two atoms that know nothing of each other.
fn apart<P: ClusterPotential + ?Sized>(potential: &P, kinds: [u8; 2]) -> Result<f64, ClusterFailure> {
    dimer(potential, kinds, 2.0 * potential.reach().max(potential.cutoff()), 0..2)
}

/// The energy of one or both of two atoms.
pub(crate) fn dimer<P: ClusterPotential + ?Sized>(
    potential: &P,
    kinds: [u8; 2],
    distance: f64,
    contributing: Range<usize>,
) -> Result<f64, ClusterFailure> {
    let positions = [Vector3::zeros(), Vector3::new(0.0, 0.0, distance)];
    let near = |range: &NeighbourRange| {
        let mut rows = NeighbourRows::default();
        for other in [1, 0] {
            rows.push((distance <= range.cutoff).then_some(other).into_iter());
        }
        rows
    };
    let rows: Vec<NeighbourRows> = potential.ranges().iter().map(near).collect();
    let rows: Vec<&NeighbourRows> = rows.iter().collect();
    let cluster = Cluster { positions: &positions, kinds: &kinds, contributing, rows: &rows };
    potential.evaluate(&cluster, &mut [Vector3::zeros(); 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(r - 2)^2` within 2 and -3 for an atom alone; no energy within 0.1.
    #[derive(Debug)]
    struct Spring([NeighbourRange; 1]);

    impl ClusterPotential for Spring {
        fn name(&self) -> &str {
            "spring"
        }

        fn elements(&self) -> &[String] {
            &[]
        }

        fn units(&self) -> String {
            String::new()
        }

        fn reach(&self) -> f64 {
            2.0
        }

        fn ranges(&self) -> &[NeighbourRange] {
            &self.0
        }

        fn evaluate(&self, cluster: &Cluster<'_>, _forces: &mut [Vector3<f64>]) -> Result<f64, ClusterFailure> {
            let mut energy = 0.0;
            for atom in cluster.contributing.clone() {
                energy -= 3.0;
                for &other in cluster.rows[0].of(atom).unwrap() {
                    let distance = (cluster.positions[other as usize] - cluster.positions[atom]).norm();
                    if distance < 0.1 {
                        return Err(ClusterFailure("too near".to_owned()));
                    }
                    energy += 0.5 * (distance - 2.0).powi(2);
                }
            }
            Ok(energy)
        }
    }

    #[test]
    fn a_pair_alone_has_the_energy_of_its_bond() {
        let spring = Spring([NeighbourRange { cutoff: 2.0, of_all: false }]);
        assert!((spring.pair([0, 0], 0.5).unwrap() - 2.25).abs() < 1e-14);
        assert_eq!(spring.pair([0, 0], 3.0), Ok(0.0));
        assert!((spring.core(1.0, [0, 0]) - 1.0).abs() < 1e-10);
        // Higher than any: where there is none.
        assert!((spring.core(1e9, [0, 0]) - 0.1).abs() < 1e-10);
    }

    #[test]
    fn rows_are_those_of_the_atoms_they_were_made_for() {
        let mut rows = NeighbourRows::default();
        rows.begin(3);
        rows.push([1, 7].into_iter());
        rows.push(std::iter::empty());
        rows.push([4].into_iter());
        let none: Option<&[i32]> = None;
        let found: Vec<_> = (2..7).map(|atom| rows.of(atom)).collect();
        assert_eq!(found, [none, Some(&[1, 7]), Some(&[]), Some(&[4]), none]);
    }
}
