//! Bonds in the engine of translations: their forces, and the pairs that the lists leave out for them.

use super::{Engine, get, put};
use crate::bonds::Bonds;
use crate::force::{COMPONENTS, ForcePart};
use crate::group::unimodular_inverse;
use crate::neighbours::{Exclusion, Exclusions, PADDING, translation};
use crate::parallel::each;
use omd_flow::{Matrix3, Vector3};

/// Bonds whose forces are computed together.
const CHUNK: usize = 1024;

/// Bonds, and where their atoms are at present.
#[derive(Clone, Debug)]
pub(crate) struct EngineBonds {
    /// Images count from unwrapped places.
    pub(crate) bonds: Bonds,
    /// Slots of the two, and the image of the second over the edges in use: `r = x_first - x_second - F E U label`.
    placed: Vec<([u32; 2], [i32; 3])>,
    /// Pairs that the lists leave out.
    pub(crate) exclusions: Exclusions,
    forces: Vec<Vector3<f64>>,
}

impl EngineBonds {
    /// `bonds` whose images count from the unwrapped places.
    pub(crate) fn new(bonds: Bonds) -> Self {
        Self { bonds, placed: Vec::new(), exclusions: Exclusions::default(), forces: Vec::new() }
    }
}

impl Engine {
    /// Finds the atoms of the bonds in their new slots, and takes the pairs they exclude out of the list; the part of the bonds,
    /// where there are some.
    pub(super) fn place_bonds(&mut self) -> Option<ForcePart> {
        let mut bonded = self.bonded.take()?;
        let mut slots = vec![0u32; self.len()];
        for (slot, &id) in self.ids.iter().enumerate().filter(|(_, id)| **id != PADDING) {
            slots[id as usize] = slot as u32;
        }
        let inverse = unimodular_inverse(&self.group.unimodular());
        let place = |bond: &crate::bonds::Bond| {
            let counts = bond.image + self.wraps[bond.second] - self.wraps[bond.first];
            let label = (inverse * counts.map(i128::from)).map(|n| n as i32);
            ([slots[bond.first], slots[bond.second]], label.into())
        };
        bonded.placed = bonded.bonds.list.iter().map(place).collect();
        if bonded.bonds.excluded {
            let pairs = bonded.placed.iter().map(|(slots, label)| Exclusion { slots: *slots, label: *label });
            bonded.exclusions = self.list.exclude(self.counts.len(), pairs);
        }
        self.bonded = Some(bonded);
        Some(ForcePart::of_everything(self.list.chunks.len()))
    }

    /// Fills the part of the bonds, the last one.
    pub(super) fn fill_bonds(&mut self) {
        let Some(mut bonded) = self.bonded.take() else { return };
        let edges = self.group.edges(self.time);
        let mut forces = std::mem::take(&mut bonded.forces);
        forces.resize(bonded.placed.len(), Vector3::zeros());
        let mut chunks: Vec<_> = forces.chunks_mut(CHUNK).zip(bonded.placed.chunks(CHUNK)).collect();
        each(&mut chunks, |(forces, placed)| {
            for (force, (slots, label)) in forces.iter_mut().zip(placed.iter()) {
                let r = self.separation(&edges, *slots, *label);
                let distance = r.norm();
                *force = r * (-bonded.bonds.form.derivative(distance) / distance);
            }
        });
        if let Some(part) = self.parts.last_mut() {
            part.forces.fill(0.0);
            part.shifted = [0.0; 6];
            for (force, (slots, label)) in forces.iter().zip(&bonded.placed) {
                let shift = translation(&edges, *label);
                for (slot, force) in [(slots[0], *force), (slots[1], -force)] {
                    let sum = get(&part.forces, slot as usize) + force;
                    put(&mut part.forces, slot as usize, &sum);
                }
                for (k, (i, j)) in COMPONENTS.into_iter().enumerate() {
                    part.shifted[k] += shift[i] * force[j];
                }
            }
        }
        bonded.forces = forces;
        self.bonded = Some(bonded);
    }

    fn separation(&self, edges: &Matrix3<f64>, slots: [u32; 2], label: [i32; 3]) -> Vector3<f64> {
        let [first, second] = slots.map(|slot| get(&self.positions, slot as usize));
        first - second - translation(edges, label)
    }

    /// The energy of all bonds.
    pub(super) fn bond_energy(&self) -> f64 {
        let Some(bonded) = &self.bonded else { return 0.0 };
        let edges = self.group.edges(self.time);
        let energy = |(slots, label): &([u32; 2], [i32; 3])| {
            bonded.bonds.form.energy(self.separation(&edges, *slots, *label).norm())
        };
        bonded.placed.iter().map(energy).sum()
    }
}
