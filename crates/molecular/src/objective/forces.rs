//! The energy of the simulated atoms as a function of all positions, those of their images included.

use super::clusters::Part as ClusterPart;
use super::embedded::{EmbeddedAtoms, Place, Workspace};
use super::images::Images;
use super::pairs::Pairs;
use crate::parallel::each;
use omd_flow::{Matrix3, Vector3};
use omd_interaction::{Neighbour, SitePotential};
use std::fmt::Debug;
use std::sync::Arc;

/// Atoms of one part at least, and parts at most: fixed, so that sums have one order on any number of threads.
pub(super) const PART: usize = 512;
pub(super) const MOST_PARTS: usize = 8;
/// Forces that are added up together.
pub(super) const CHUNK: usize = 256;

/// Positions of the simulated atoms and of the images that matter to them, and who is near whom.
#[derive(Clone, Copy, Debug)]
pub struct Neighbourhood<'a> {
    /// The simulated atoms first: they alone contribute to the energy.
    pub positions: &'a [Vector3<f64>],
    /// How many they are.
    pub contributing: usize,
    /// Row `i` of the list is `starts[i]..starts[i + 1]`, one row for every simulated atom.
    pub starts: &'a [u32],
    /// Indices into `positions`: full lists, everything that may be within reach of an atom, and some more.
    pub neighbours: &'a [u32],
    /// Which simulated atom is at each position, or has its image there.
    pub sources: &'a [u32],
    /// Of which element what is at each position is.
    pub kinds: &'a [u8],
}

/// What a force field says of a neighbourhood.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// Minus the gradient of the energy by each position, images included; or, where the field has carried back what
    /// acts on images, the forces on the simulated atoms alone.
    pub forces: Vec<Vector3<f64>>,
    /// The energy of the simulated atoms.
    pub energy: f64,
    /// The same without the jump that a plain truncation makes, which forces do not see.
    pub continuous_energy: f64,
    /// `sum f y^T` over all positions, energy.
    pub virial: Matrix3<f64>,
    /// Workspace: the forces of each part of the atoms.
    parts: Vec<Vec<Vector3<f64>>>,
    /// Why there is no energy, where a field has none; the energy is not a number then.
    pub failure: Option<String>,
    /// Workspace of embedded atoms.
    pub(super) embedded: Workspace,
    /// Workspace of pairs.
    pub(super) places: Vec<Place>,
    /// Workspace of clusters.
    pub(super) clusters: Vec<ClusterPart>,
}

/// A force field for any group: an energy of the contributing atoms that depends on all positions.
///
/// Forces on images are given back and the engine carries them to the simulated atoms through `Q^T`, or the field has
/// done so itself: see [`Evaluation::forces`].
pub trait ForceField: Debug + Send + Sync {
    /// Positions farther than this from every contributing atom do not matter.
    fn reach(&self) -> f64;

    /// Fills `evaluation`.
    fn evaluate(&self, around: &Neighbourhood<'_>, evaluation: &mut Evaluation);

    /// As [`SitePotential::core`].
    fn core(&self, energy: f64, kinds: [u8; 2]) -> f64;

    /// The same field with the forces on images given back, where this one does not.
    fn with_forces_on_images(&self) -> Option<Arc<dyn ForceField>> {
        None
    }
}

/// A potential that is a sum over sites.
#[derive(Clone, Debug)]
pub struct Sites(pub Arc<dyn SitePotential>);

/// The force field of a potential, in the form that is fastest for it.
#[must_use]
pub fn force_field(potential: Arc<dyn SitePotential>) -> Arc<dyn ForceField> {
    if let Some(atom) = potential.as_embedded_atom() {
        return Arc::new(EmbeddedAtoms::new(atom.clone()));
    }
    match Pairs::new(&potential) {
        Some(pairs) => Arc::new(pairs),
        None => Arc::new(Sites(potential)),
    }
}

/// A part of the contributing atoms.
struct Part<'a> {
    atoms: std::ops::Range<usize>,
    /// On all positions, from these atoms' sites.
    forces: &'a mut Vec<Vector3<f64>>,
    energy: f64,
    jumps: f64,
    virial: Matrix3<f64>,
}

impl ForceField for Sites {
    fn reach(&self) -> f64 {
        self.0.cutoff()
    }

    fn core(&self, energy: f64, kinds: [u8; 2]) -> f64 {
        self.0.core(energy, kinds)
    }

    fn evaluate(&self, around: &Neighbourhood<'_>, evaluation: &mut Evaluation) {
        let count = (around.contributing / PART).clamp(1, MOST_PARTS);
        evaluation.parts.resize_with(count, Vec::new);
        let bound = |k: usize| k * around.contributing / count;
        let of_part = |(k, forces)| Part {
            atoms: bound(k)..bound(k + 1),
            forces,
            energy: 0.0,
            jumps: 0.0,
            virial: Matrix3::zeros(),
        };
        let mut parts: Vec<Part<'_>> = evaluation.parts.iter_mut().enumerate().map(of_part).collect();
        each(&mut parts, |part| self.fill(around, part));
        evaluation.energy = parts.iter().map(|part| part.energy).sum();
        evaluation.continuous_energy = evaluation.energy - parts.iter().map(|part| part.jumps).sum::<f64>();
        evaluation.virial = parts.iter().map(|part| part.virial).sum();
        drop(parts);
        evaluation.forces.resize(around.positions.len(), Vector3::zeros());
        let parts = &evaluation.parts;
        let mut chunks: Vec<_> = evaluation.forces.chunks_mut(CHUNK).enumerate().collect();
        each(&mut chunks, |(index, forces)| {
            for (k, force) in forces.iter_mut().enumerate() {
                let position = *index * CHUNK + k;
                *force = parts.iter().map(|part| part[position]).sum();
            }
        });
    }
}

impl Sites {
    fn fill(&self, around: &Neighbourhood<'_>, part: &mut Part<'_>) {
        part.forces.clear();
        part.forces.resize(around.positions.len(), Vector3::zeros());
        let squared = self.0.cutoff().powi(2);
        let (mut near, mut slopes, mut who) = (Vec::new(), Vec::new(), Vec::new());
        for atom in part.atoms.clone() {
            near.clear();
            who.clear();
            let x = around.positions[atom];
            for &neighbour in &around.neighbours[around.starts[atom] as usize..around.starts[atom + 1] as usize] {
                let r = around.positions[neighbour as usize] - x;
                if r.norm_squared() < squared {
                    near.push(Neighbour { place: r, kind: around.kinds[neighbour as usize] });
                    who.push(neighbour as usize);
                }
            }
            slopes.clear();
            slopes.resize(near.len(), Vector3::zeros());
            part.energy += self.0.energy(around.kinds[atom], &near, &mut slopes);
            part.jumps += self.0.jumps(around.kinds[atom], &near);
            let mut own = Vector3::zeros();
            for ((near, slope), &neighbour) in near.iter().zip(&slopes).zip(&who) {
                part.virial -= slope * near.place.transpose();
                part.forces[neighbour] -= slope;
                own += slope;
            }
            part.forces[atom] += own;
        }
    }
}

/// Forces on the simulated atoms: their own, and those on their images through `Q^T`.
pub(super) fn mapped_back(images: &Images, evaluation: &Evaluation, forces: &mut Vec<Vector3<f64>>) {
    let count = images.contributing();
    forces.resize(count, Vector3::zeros());
    if evaluation.forces.len() == count {
        forces.copy_from_slice(&evaluation.forces);
        return;
    }
    let mut chunks: Vec<_> = forces.chunks_mut(CHUNK).enumerate().collect();
    each(&mut chunks, |(index, forces)| {
        for (k, force) in forces.iter_mut().enumerate() {
            let atom = *index * CHUNK + k;
            *force = evaluation.forces[atom];
            for (element, image) in images.of_atom(atom) {
                *force += element.force_on_source(&evaluation.forces[image]);
            }
        }
    });
}
