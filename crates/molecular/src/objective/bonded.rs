//! Bonds among the images of a group.

use super::engine::Engine;
use super::forces::Evaluation;
use super::images::{End, Ends, Images};
use crate::bonds::{Bond, Bonds, nearest};
use crate::{Label, MolecularError, ObjectiveGroup};
use omd_flow::Vector3;
use omd_interaction::PairForm;
use std::sync::Arc;

/// Bonds of atoms with images that a group makes; an image is the name of its element in the group's basis at the start.
///
/// An atom may be bonded with its own image: with it and the group all bonds of a chain are there.
pub type GroupBonds = Bonds<Label>;

impl Bonds<Label> {
    /// A bond for every pair nearer than `within` at t = 0, images included, those of the atom itself among them.
    ///
    /// # Errors
    /// [`MolecularError::Crowded`]: more images than can be looked at.
    pub fn of_near_images(
        form: Arc<dyn PairForm>,
        excluded: bool,
        group: &ObjectiveGroup,
        positions: &[Vector3<f64>],
        within: f64,
    ) -> Result<Self, MolecularError> {
        let folded = Folded::new(group, positions);
        if positions.is_empty() || Engine::is_crowded(group, within, 0.0, &folded.positions) {
            return Err(MolecularError::Crowded);
        }
        let mut images = Images::default();
        images.build(group, 0.0, &folded.positions, &vec![0; positions.len()], within, &Ends::default());
        let mut list = Vec::new();
        for (first, second, label) in images.pairs() {
            let image = folded.name(first, second, &label);
            // Every bond is met from both of its ends; that from an atom to itself by an element and by its inverse.
            let kept = match first.cmp(&second) {
                std::cmp::Ordering::Less => true,
                std::cmp::Ordering::Greater => false,
                std::cmp::Ordering::Equal => image <= group.inverse_name(&image, &positions[first]),
            };
            if kept {
                list.push(Bond { first, second, image });
            }
        }
        Ok(Self { form, excluded, list })
    }

    /// A bond for each of `pairs`: of its first atom with the image of the second that is nearest to it at t = 0.
    ///
    /// # Errors
    /// [`MolecularError::Atoms`]: no such atoms, an atom with itself, or two images that are equally near.
    pub fn of_pairs_among_images(
        form: Arc<dyn PairForm>,
        excluded: bool,
        group: &ObjectiveGroup,
        positions: &[Vector3<f64>],
        pairs: &[[usize; 2]],
    ) -> Result<Self, MolecularError> {
        let own = |[first, second]: &[usize; 2]| Bond { first: *first, second: *second, image: Label::IDENTITY };
        let mut bonds = Self { form, excluded, list: pairs.iter().map(own).collect() };
        bonds.check(positions.len())?;
        let folded = Folded::new(group, positions);
        let apart = |bond: &Bond<Label>| (folded.positions[bond.first] - folded.positions[bond.second]).norm();
        let farthest = bonds.list.iter().map(apart).fold(0.0, f64::max);
        if Engine::is_crowded(group, 2.0 * farthest, 0.0, &folded.positions) {
            return Err(MolecularError::Crowded);
        }
        for bond in &mut bonds.list {
            let (x, y) = (folded.positions[bond.first], folded.positions[bond.second]);
            // The image that is the atom itself is so far; a nearer one is moved by no more than twice that.
            let labels = group.within(0.0, &y, 2.0 * (x - y).norm() * (1.0 + 1e-9));
            let near = labels.into_iter().map(|label| ((group.element(&label).position(0.0, &y) - x).norm(), label));
            let label = nearest(near, bond)?;
            bond.image = folded.name(bond.first, bond.second, &label);
        }
        Ok(bonds)
    }

    /// Refuses bonds of atoms that are not there, or of an atom with itself.
    fn check(&self, count: usize) -> Result<(), MolecularError> {
        self.check_atoms(count)?;
        match self.list.iter().find(|bond| bond.first == bond.second && bond.image == Label::IDENTITY) {
            Some(bond) => Err(MolecularError::Atoms(format!("atom {} is bonded to itself", bond.first + 1))),
            None => Ok(()),
        }
    }
}

/// Atoms in the region that the group repeats, and how they got there.
struct Folded<'a> {
    group: &'a ObjectiveGroup,
    positions: Vec<Vector3<f64>>,
    /// In the basis of the start.
    powers: Vec<[i64; 3]>,
}

impl<'a> Folded<'a> {
    fn new(group: &'a ObjectiveGroup, positions: &[Vector3<f64>]) -> Self {
        let mut folded = Self { group, positions: Vec::new(), powers: Vec::new() };
        for x in positions {
            let powers = group.fold(0.0, x);
            folded.positions.push(group.element(&Label { powers, coset: 0 }).position(0.0, x));
            folded.powers.push(group.reference_powers(powers));
        }
        folded
    }

    /// What an element between folded atoms is called between the atoms as they were given.
    fn name(&self, first: usize, second: usize, label: &Label) -> Label {
        let label = self.group.of_start(label);
        self.group.of_start(&self.group.carried(&label, self.powers[first], self.powers[second]))
    }
}

/// Bonds as the engine has them: each from both of its ends, which share its energy.
#[derive(Clone, Debug)]
pub(crate) struct Joined {
    bonds: GroupBonds,
    /// Images count from the places of the start.
    ends: Vec<End>,
}

impl Joined {
    /// `bonds` of atoms at `positions` at t = 0; `least` is the length of the shortest.
    pub(crate) fn new(
        bonds: &GroupBonds,
        group: &ObjectiveGroup,
        positions: &[Vector3<f64>],
        least: f64,
    ) -> Result<Self, MolecularError> {
        bonds.check(positions.len())?;
        let mut ends = Vec::new();
        for Bond { first, second, image } in &bonds.list {
            let place = group.element(&group.carried(image, [0; 3], [0; 3])).position(0.0, &positions[*second]);
            let distance = (place - positions[*first]).norm();
            if distance < least {
                return Err(if first == second {
                    MolecularError::OnSymmetryElement(first + 1)
                } else {
                    MolecularError::Overlap { first: first + 1, second: second + 1, distance }
                });
            }
            let back = group.inverse_name(image, &positions[*first]);
            ends.push(End { first: *first as u32, second: *second as u32, image: *image });
            // An element that is its own inverse joins an atom with its image by one bond for the two of them.
            if first != second || back != *image {
                ends.push(End { first: *second as u32, second: *first as u32, image: back });
            }
        }
        Ok(Self { bonds: bonds.clone(), ends })
    }

    pub(super) fn bonds(&self) -> &GroupBonds {
        &self.bonds
    }

    /// The ends among atoms that `folds` powers, of the basis of the start, carry back to where they are continuous.
    pub(super) fn ends(&self, group: &ObjectiveGroup, folds: &[[i64; 3]]) -> Ends {
        let place = |end: &End| {
            let [first, second] = [end.first, end.second].map(|atom| folds[atom as usize]);
            End { image: group.carried(&end.image, first, second), ..*end }
        };
        Ends { list: self.ends.iter().map(place).collect(), excluded: self.bonds.excluded }
    }

    /// Adds energy, virial and forces, on images too, to what a field has found.
    pub(super) fn add(&self, images: &Images, evaluation: &mut Evaluation) {
        let positions = images.neighbourhood().positions;
        // Of a field that needs no forces on images there are none: those of bonds are carried back alone.
        evaluation.forces.resize(positions.len(), Vector3::zeros());
        let mut energy = 0.0;
        for [atom, other] in images.joined().map(|end| end.map(|position| position as usize)) {
            let r = positions[other] - positions[atom];
            let distance = r.norm();
            let (of_bond, slope) = self.bonds.form.energy_and_derivative(distance);
            energy += 0.5 * of_bond;
            let slope = r * (0.5 * slope / distance);
            evaluation.virial -= slope * r.transpose();
            evaluation.forces[other] -= slope;
            evaluation.forces[atom] += slope;
        }
        evaluation.energy += energy;
        evaluation.continuous_energy += energy;
    }
}
