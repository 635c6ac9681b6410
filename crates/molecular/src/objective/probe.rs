//! Energy and forces of atoms and images that do not move.

use super::bonded::Joined;
use super::engine::Engine;
use super::forces::{Evaluation, ForceField, mapped_back};
use super::images::{Ends, Images};
use crate::{GroupBonds, MolecularError, ObjectiveGroup, Species};
use omd_flow::{Matrix3, Vector3};
use std::sync::Arc;

/// Atoms under a group at t = 0, looked at in one place after another.
pub(crate) struct Probe {
    field: Arc<dyn ForceField>,
    group: ObjectiveGroup,
    images: Images,
    evaluation: Evaluation,
    positions: Vec<Vector3<f64>>,
    forces: Vec<Vector3<f64>>,
    kinds: Vec<u8>,
    joined: Option<Joined>,
}

impl Probe {
    pub(crate) fn new(
        group: ObjectiveGroup,
        field: Arc<dyn ForceField>,
        species: &Species,
        positions: &[Vector3<f64>],
        bonds: Option<&GroupBonds>,
    ) -> Result<Self, MolecularError> {
        if positions.is_empty() || Engine::is_crowded(&group, field.reach(), 0.0, positions) {
            return Err(MolecularError::Crowded);
        }
        let joined = bonds.map(|bonds| Joined::new(bonds, &group, positions, 0.0)).transpose()?;
        // Twist and strain need the forces on images.
        let field = field.with_forces_on_images().unwrap_or(field);
        Ok(Self {
            field,
            group,
            images: Images::default(),
            evaluation: Evaluation::default(),
            positions: Vec::new(),
            forces: Vec::new(),
            kinds: species.kinds(positions.len())?,
            joined,
        })
    }

    /// The energy with the atoms at `positions`; `None` where they have none, or too many images.
    pub(crate) fn place(&mut self, group: ObjectiveGroup, positions: Vec<Vector3<f64>>) -> Option<f64> {
        let finite = positions.iter().all(|x| x.iter().all(|x| x.abs() < 1e100));
        if !finite || Engine::is_crowded(&group, self.field.reach(), 0.0, &positions) {
            return None;
        }
        self.group = group;
        self.positions = positions;
        // Atoms are not folded: they are where the names of the bonds count from.
        let ends = |joined: &Joined| joined.ends(&self.group, &vec![[0; 3]; self.positions.len()]);
        let ends = self.joined.as_ref().map_or_else(Ends::default, ends);
        self.images.build(&self.group, 0.0, &self.positions, &self.kinds, self.field.reach(), &ends);
        self.field.evaluate(&self.images.neighbourhood(), &mut self.evaluation);
        if let Some(joined) = &self.joined {
            joined.add(&self.images, &mut self.evaluation);
        }
        if self.evaluation.failure.is_some() {
            return None;
        }
        mapped_back(&self.images, &self.evaluation, &mut self.forces);
        Some(self.evaluation.continuous_energy)
    }

    pub(crate) fn positions(&self) -> &[Vector3<f64>] {
        &self.positions
    }

    pub(crate) fn forces(&self) -> &[Vector3<f64>] {
        &self.forces
    }

    /// The slopes of the energy by the stretch and by the twist, the atoms going along.
    pub(crate) fn by_deformation(&self, stretch: &Matrix3<f64>, twist: f64) -> (Matrix3<f64>, f64) {
        let around = self.images.neighbourhood();
        let (mut by_stretch, mut by_twist) = (0.0, 0.0);
        for (position, force) in around.positions.iter().zip(&self.evaluation.forces) {
            let Some(moved) = self.group.along_axis(twist, position) else {
                let inverse = stretch.try_inverse().unwrap_or_else(Matrix3::identity);
                return (-self.evaluation.virial * inverse.transpose(), 0.0);
            };
            by_stretch -= force.dot(&moved[0]);
            by_twist -= force.dot(&moved[1]);
        }
        let direction = self.group.direction(0.0).unwrap_or_else(Vector3::z);
        let along = direction * direction.transpose();
        let stretched = direction.dot(&(stretch * direction));
        (along * (by_stretch / stretched), if self.group.may_twist() { by_twist } else { 0.0 })
    }
}
