//! The energy of the simulated atoms as a function of all positions, those of their images included.

use super::embedded::{EmbeddedAtoms, Workspace};
use super::images::Images;
use crate::parallel::each;
use omd_flow::{Matrix3, Vector3};
use omd_interaction::SitePotential;
use std::fmt::Debug;
use std::sync::Arc;

/// Atoms whose sites are evaluated together.
const CHUNK: usize = 64;

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
    /// The entries of `neighbours` sorted by whom they name: those of position `p` are `naming[p]..naming[p + 1]` of
    /// `entries`.
    pub naming: &'a [u32],
    /// See `naming`.
    pub entries: &'a [u32],
    /// Which simulated atom is at each position, or has its image there.
    pub sources: &'a [u32],
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
    /// Workspace: one gradient for each entry of the list.
    gradients: Vec<Vector3<f64>>,
    /// Workspace of embedded atoms.
    pub(super) embedded: Workspace,
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
    fn core(&self, energy: f64) -> f64;
}

/// A potential that is a sum over sites.
#[derive(Clone, Debug)]
pub struct Sites(pub Arc<dyn SitePotential>);

/// The force field of a potential, in the form that is fastest for it.
#[must_use]
pub fn force_field(potential: Arc<dyn SitePotential>) -> Arc<dyn ForceField> {
    match potential.as_embedded_atom() {
        Some(atom) => Arc::new(EmbeddedAtoms::new(atom.clone())),
        None => Arc::new(Sites(potential)),
    }
}

/// The atoms of one chunk.
struct Part<'a> {
    first: usize,
    gradients: &'a mut [Vector3<f64>],
    energy: f64,
    jumps: f64,
    virial: Matrix3<f64>,
}

impl ForceField for Sites {
    fn reach(&self) -> f64 {
        self.0.cutoff()
    }

    fn core(&self, energy: f64) -> f64 {
        self.0.core(energy)
    }

    fn evaluate(&self, around: &Neighbourhood<'_>, evaluation: &mut Evaluation) {
        let mut gradients = std::mem::take(&mut evaluation.gradients);
        gradients.clear();
        gradients.resize(around.neighbours.len(), Vector3::zeros());
        let mut parts = split(around, &mut gradients);
        each(&mut parts, |part| self.fill(around, part));
        evaluation.energy = parts.iter().map(|part| part.energy).sum();
        evaluation.continuous_energy = evaluation.energy - parts.iter().map(|part| part.jumps).sum::<f64>();
        evaluation.virial = parts.iter().map(|part| part.virial).sum();
        drop(parts);
        evaluation.forces.resize(around.positions.len(), Vector3::zeros());
        let mut chunks: Vec<_> = evaluation.forces.chunks_mut(4 * CHUNK).enumerate().collect();
        each(&mut chunks, |(index, forces)| {
            for (k, force) in forces.iter_mut().enumerate() {
                *force = gather(around, &gradients, *index * 4 * CHUNK + k);
            }
        });
        evaluation.gradients = gradients;
    }
}

/// Fixed chunks of contributing atoms, each with the gradients of its rows.
fn split<'a>(around: &Neighbourhood<'_>, mut gradients: &'a mut [Vector3<f64>]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    for first in (0..around.contributing).step_by(CHUNK) {
        let end = (first + CHUNK).min(around.contributing);
        let (own, rest) = gradients.split_at_mut((around.starts[end] - around.starts[first]) as usize);
        gradients = rest;
        parts.push(Part { first, gradients: own, energy: 0.0, jumps: 0.0, virial: Matrix3::zeros() });
    }
    parts
}

/// The force on one position from the gradients of all sites: an order of the sum that no thread changes.
fn gather(around: &Neighbourhood<'_>, gradients: &[Vector3<f64>], position: usize) -> Vector3<f64> {
    let mut force = Vector3::zeros();
    if position < around.contributing {
        let row = around.starts[position] as usize..around.starts[position + 1] as usize;
        gradients[row].iter().for_each(|gradient| force += gradient);
    }
    let named = around.naming[position] as usize..around.naming[position + 1] as usize;
    around.entries[named].iter().for_each(|&entry| force -= gradients[entry as usize]);
    force
}

impl Sites {
    fn fill(&self, around: &Neighbourhood<'_>, part: &mut Part<'_>) {
        let squared = self.0.cutoff().powi(2);
        let (mut near, mut slopes, mut places) = (Vec::new(), Vec::new(), Vec::new());
        let end = (part.first + CHUNK).min(around.contributing);
        let base = around.starts[part.first] as usize;
        for atom in part.first..end {
            let row = around.starts[atom] as usize..around.starts[atom + 1] as usize;
            near.clear();
            places.clear();
            let x = around.positions[atom];
            for entry in row {
                let r = around.positions[around.neighbours[entry] as usize] - x;
                if r.norm_squared() < squared {
                    near.push(r);
                    places.push(entry - base);
                }
            }
            slopes.clear();
            slopes.resize(near.len(), Vector3::zeros());
            part.energy += self.0.energy(&near, &mut slopes);
            part.jumps += self.0.jump() * near.len() as f64;
            for ((r, slope), &place) in near.iter().zip(&slopes).zip(&places) {
                part.virial -= slope * r.transpose();
                part.gradients[place] = *slope;
            }
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
    let mut chunks: Vec<_> = forces.chunks_mut(4 * CHUNK).enumerate().collect();
    each(&mut chunks, |(index, forces)| {
        for (k, force) in forces.iter_mut().enumerate() {
            let atom = *index * 4 * CHUNK + k;
            *force = evaluation.forces[atom];
            for (element, image) in images.of_atom(atom) {
                *force += element.force_on_source(&evaluation.forces[image]);
            }
        }
    });
}
