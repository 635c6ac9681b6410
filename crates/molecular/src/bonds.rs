//! Bonds between atoms: each with one image of another, and with that one for good.

use crate::MolecularError;
use crate::start::close_pairs;
use omd_flow::{Matrix3, Vector3, lattice};
use omd_interaction::PairForm;
use std::collections::HashMap;
use std::sync::Arc;

/// A bond of atom `first` with an image of atom `second`.
///
/// Where the images are those of a cell, `image` counts its edges and the image is at `x_second + E image`. Where they are
/// those of a group, `image` is the [`Label`](crate::Label) of the element that makes it, see [`GroupBonds`](crate::GroupBonds).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond<Image = Vector3<i64>> {
    /// The one.
    pub first: usize,
    /// The other.
    pub second: usize,
    /// Which image of the other.
    pub image: Image,
}

/// All bonds of a system.
#[derive(Clone, Debug)]
pub struct Bonds<Image = Vector3<i64>> {
    /// Their energy as a function of length.
    pub form: Arc<dyn PairForm>,
    /// Whether the pair potential leaves bonded pairs alone.
    pub excluded: bool,
    /// Which atoms.
    pub list: Vec<Bond<Image>>,
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

    /// A bond for each of `pairs`: of its first atom with the image of the second that is nearest to it in `cell`.
    ///
    /// # Errors
    /// [`MolecularError::Atoms`]: no such atoms, an atom with itself, or two images that are equally near.
    pub fn of_pairs(
        form: Arc<dyn PairForm>,
        excluded: bool,
        cell: &Matrix3<f64>,
        positions: &[Vector3<f64>],
        pairs: &[[usize; 2]],
    ) -> Result<Self, MolecularError> {
        let zero = |[first, second]: &[usize; 2]| Bond { first: *first, second: *second, image: Vector3::zeros() };
        let mut bonds = Self { form, excluded, list: pairs.iter().map(zero).collect() };
        bonds.check(positions.len())?;
        let edges = lattice::reduce(cell).basis;
        let [inverse, of_cell] = [&edges, cell].map(|edges| edges.try_inverse().unwrap_or_else(Matrix3::identity));
        for bond in &mut bonds.list {
            let apart = positions[bond.first] - positions[bond.second];
            let about = (inverse * apart).map(f64::round);
            // Of a reduced basis the nearest is one of these.
            let near =
                (0..125).map(|k| edges * (about + Vector3::new(k / 25 - 2, k / 5 % 5 - 2, k % 5 - 2).map(f64::from)));
            let image = nearest(near.map(|image| ((apart - image).norm(), image)), bond)?;
            bond.image = (of_cell * image).map(|n| n.round() as i64);
        }
        Ok(bonds)
    }

    /// The same bonds where atom k is reported `shifts[k]` edges from where it was.
    #[must_use]
    pub fn shifted(&self, shifts: &[Vector3<i64>]) -> Self {
        let shifted = |bond: &Bond| Bond { image: bond.image + shifts[bond.first] - shifts[bond.second], ..*bond };
        Self { list: self.list.iter().map(shifted).collect(), ..self.clone() }
    }

    /// Refuses bonds of atoms that are not there, or of an atom with itself.
    pub(crate) fn check(&self, count: usize) -> Result<(), MolecularError> {
        self.check_atoms(count)?;
        for bond in &self.list {
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

impl<Image> Bonds<Image> {
    /// Who is bonded with whom, or with images of whom.
    pub(crate) fn pairs(&self) -> Vec<[usize; 2]> {
        self.list.iter().map(|bond| [bond.first, bond.second]).collect()
    }

    /// Refuses bonds of atoms that are not there.
    pub(crate) fn check_atoms(&self, count: usize) -> Result<(), MolecularError> {
        match self.list.iter().map(|bond| bond.first.max(bond.second) + 1).find(|last| *last > count) {
            Some(last) => Err(MolecularError::Atoms(format!("a bond names atom {last} of {count}"))),
            None => Ok(()),
        }
    }
}

/// The image of the smallest distance; an error where another one is as near, so that nothing says which is meant.
pub(crate) fn nearest<Image, Other>(
    images: impl Iterator<Item = (f64, Image)>,
    bond: &Bond<Other>,
) -> Result<Image, MolecularError> {
    /// Distances that differ by this part of them are the same up to rounding.
    const SAME: f64 = 1e-9;
    let mut images: Vec<(f64, Image)> = images.collect();
    images.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let twice = images.len() > 1 && images[1].0 <= images[0].0 * (1.0 + SAME);
    let (first, second) = (bond.first + 1, bond.second + 1);
    let message = match images.into_iter().next() {
        Some((_, image)) if !twice => return Ok(image),
        Some((distance, _)) => {
            format!("atom {first} is bonded to atom {second}, two images of which are equally near, at {distance}")
        }
        None => format!("atom {first} is bonded to atom {second}, which has no image near it"),
    };
    Err(MolecularError::Atoms(message))
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
