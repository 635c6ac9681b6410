//! Bonds between atoms: each with one image of another, and with that one for good.

use crate::MolecularError;
use crate::start::close_pairs;
use omd_flow::{Matrix3, Vector3};
use omd_interaction::PairForm;
use std::collections::HashMap;
use std::sync::Arc;

/// A bond of atom `first` with the image of atom `second` at `x_second + E image`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    /// The one.
    pub first: usize,
    /// The other.
    pub second: usize,
    /// Counts over the edges of the cell.
    pub image: Vector3<i64>,
}

/// All bonds of a system.
#[derive(Clone, Debug)]
pub struct Bonds {
    /// Their energy as a function of length.
    pub form: Arc<dyn PairForm>,
    /// Whether the pair potential leaves bonded pairs alone.
    pub excluded: bool,
    /// Which atoms.
    pub list: Vec<Bond>,
}

impl Bonds {
    /// A bond for every pair nearer than `within`, images included.
    #[must_use]
    pub fn of_near(
        form: Arc<dyn PairForm>,
        excluded: bool,
        cell: &Matrix3<f64>,
        positions: &[Vector3<f64>],
        within: f64,
    ) -> Self {
        let inverse = cell.try_inverse().unwrap_or_else(Matrix3::identity);
        let bond = |pair: crate::start::ClosePair| {
            // r = x_first - x_second - E image
            let image = inverse * (positions[pair.first] - positions[pair.second] - pair.separation);
            Bond { first: pair.first, second: pair.second, image: image.map(|n| n.round() as i64) }
        };
        Self { form, excluded, list: close_pairs(cell, positions, within).into_iter().map(bond).collect() }
    }

    /// The same bonds where atom k is reported `shifts[k]` edges from where it was.
    #[must_use]
    pub fn shifted(&self, shifts: &[Vector3<i64>]) -> Self {
        let shifted = |bond: &Bond| Bond { image: bond.image + shifts[bond.first] - shifts[bond.second], ..*bond };
        Self { list: self.list.iter().map(shifted).collect(), ..self.clone() }
    }

    /// Refuses bonds of atoms that are not there, or of an atom with itself.
    pub(crate) fn check(&self, count: usize) -> Result<(), MolecularError> {
        for bond in &self.list {
            if bond.first >= count || bond.second >= count {
                let last = bond.first.max(bond.second) + 1;
                return Err(MolecularError::Atoms(format!("a bond names atom {last} of {count}")));
            }
            if bond.first == bond.second {
                let atom = bond.first + 1;
                return Err(MolecularError::Atoms(format!("atom {atom} is bonded to itself or its own image")));
            }
        }
        Ok(())
    }

    /// The bonds of every pair of atoms, the smaller number first.
    pub(crate) fn by_pair(&self) -> HashMap<[usize; 2], Vec<Bond>> {
        let mut found: HashMap<[usize; 2], Vec<Bond>> = HashMap::new();
        for bond in &self.list {
            found.entry([bond.first.min(bond.second), bond.first.max(bond.second)]).or_default().push(*bond);
        }
        found
    }
}

/// Atoms joined by bonds, each with the counts of edges from its unwrapped place to the one next to the first of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Molecules {
    /// `members[starts[k]..starts[k + 1]]` are those of molecule k: atom, counts.
    members: Vec<(usize, Vector3<i64>)>,
    starts: Vec<usize>,
    /// Whether all are of two atoms.
    pub(crate) diatomic: bool,
}

impl Molecules {
    /// The molecules of `count` atoms whose unwrapped places `bonds` names; `None` where one is joined to its own image.
    pub(crate) fn new(count: usize, bonds: &Bonds) -> Option<Self> {
        let mut neighbours: Vec<Vec<(usize, Vector3<i64>)>> = vec![Vec::new(); count];
        for bond in &bonds.list {
            neighbours[bond.first].push((bond.second, bond.image));
            neighbours[bond.second].push((bond.first, -bond.image));
        }
        let mut found: Vec<Option<Vector3<i64>>> = vec![None; count];
        let mut molecules = Self { members: Vec::with_capacity(count), starts: vec![0], diatomic: true };
        for first in 0..count {
            if found[first].is_some() {
                continue;
            }
            let begin = molecules.members.len();
            found[first] = Some(Vector3::zeros());
            molecules.members.push((first, Vector3::zeros()));
            let mut next = begin;
            while next < molecules.members.len() {
                let (atom, counts) = molecules.members[next];
                next += 1;
                for (other, image) in &neighbours[atom] {
                    let there = counts + image;
                    match found[*other] {
                        None => {
                            found[*other] = Some(there);
                            molecules.members.push((*other, there));
                        }
                        Some(known) if known != there => return None,
                        Some(_) => {}
                    }
                }
            }
            molecules.diatomic &= next - begin == 2;
            molecules.starts.push(next);
        }
        Some(molecules)
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The members of every molecule.
    pub(crate) fn each(&self) -> impl Iterator<Item = &[(usize, Vector3<i64>)]> {
        self.starts.windows(2).map(|range| &self.members[range[0]..range[1]])
    }
}
