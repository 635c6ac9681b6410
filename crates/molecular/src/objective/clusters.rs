//! Force fields that see many atoms at once: parts of the simulated atoms, each among all others and all images.

use super::forces::{CHUNK, Evaluation, ForceField, MOST_PARTS, Neighbourhood, PART};
use super::images::search;
use crate::parallel::each;
use omd_flow::{Matrix3, Vector3};
use omd_interaction::{Cluster, ClusterFailure, ClusterPotential, NeighbourRange, NeighbourRows};
use std::ops::Range;
use std::sync::Arc;

/// A potential of clusters. The simulated atoms contribute to the energy, images do not, and what acts on images is
/// given back.
#[derive(Clone, Debug)]
pub struct Clusters(pub Arc<dyn ClusterPotential>);

/// A part of the simulated atoms; kept from one evaluation to the next for its room.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    atoms: Range<usize>,
    /// For each range of the potential, empty where the list is of all atoms.
    rows: Vec<NeighbourRows>,
    /// On all positions.
    forces: Vec<Vector3<f64>>,
    energy: Option<Result<f64, ClusterFailure>>,
}

impl ForceField for Clusters {
    fn reach(&self) -> f64 {
        self.0.reach().max(self.0.cutoff())
    }

    fn core(&self, energy: f64, kinds: [u8; 2]) -> f64 {
        self.0.core(energy, kinds)
    }

    fn evaluate(&self, around: &Neighbourhood<'_>, evaluation: &mut Evaluation) {
        let ranges = self.0.ranges();
        let of_all: Vec<NeighbourRows> = ranges.iter().map(|range| rows_of_all(range, around.positions)).collect();
        let count = (around.contributing / PART).clamp(1, MOST_PARTS);
        let bound = |k: usize| k * around.contributing / count;
        let mut parts = std::mem::take(&mut evaluation.clusters);
        parts.resize_with(count, Part::default);
        for (k, part) in parts.iter_mut().enumerate() {
            part.atoms = bound(k)..bound(k + 1);
        }
        each(&mut parts, |part| self.fill(around, &of_all, part));
        evaluation.failure = parts.iter().find_map(|part| match &part.energy {
            Some(Err(failure)) => Some(failure.to_string()),
            _ => None,
        });
        let energies = parts.iter().map(|part| match part.energy {
            Some(Ok(energy)) => energy,
            _ => f64::NAN,
        });
        evaluation.energy = energies.sum();
        evaluation.continuous_energy = evaluation.energy;
        evaluation.forces.resize(around.positions.len(), Vector3::zeros());
        // The forces have no sum: about any place the virial is the same, and here the least is lost in rounding.
        let centre = around.positions[..around.contributing].iter().sum::<Vector3<f64>>() / around.contributing as f64;
        let chunks = evaluation.forces.chunks_mut(CHUNK).zip(around.positions.chunks(CHUNK)).enumerate();
        let mut chunks: Vec<_> = chunks.map(|(index, (f, x))| (index * CHUNK, f, x, Matrix3::zeros())).collect();
        each(&mut chunks, |(first, forces, positions, virial)| {
            for (k, (force, x)) in forces.iter_mut().zip(positions.iter()).enumerate() {
                *force = parts.iter().map(|part| part.forces[*first + k]).sum();
                *virial += *force * (x - centre).transpose();
            }
        });
        evaluation.virial = chunks.iter().map(|(.., virial)| virial).sum();
        drop(chunks);
        evaluation.clusters = parts;
    }
}

impl Clusters {
    fn fill(&self, around: &Neighbourhood<'_>, of_all: &[NeighbourRows], part: &mut Part) {
        let ranges = self.0.ranges();
        part.rows.resize_with(ranges.len(), NeighbourRows::default);
        for (range, rows) in ranges.iter().zip(&mut part.rows).filter(|(range, _)| !range.of_all) {
            rows.begin(part.atoms.start);
            // At the cutoff itself the potential decides.
            let squared = range.cutoff * range.cutoff;
            for atom in part.atoms.clone() {
                let x = around.positions[atom];
                let row = &around.neighbours[around.starts[atom] as usize..around.starts[atom + 1] as usize];
                let near = |&p: &u32| (around.positions[p as usize] - x).norm_squared() <= squared;
                rows.push(row.iter().copied().filter(near));
            }
        }
        let lists = ranges.iter().zip(part.rows.iter().zip(of_all));
        let rows: Vec<&NeighbourRows> =
            lists.map(|(range, (of_part, of_all))| if range.of_all { of_all } else { of_part }).collect();
        part.forces.clear();
        part.forces.resize(around.positions.len(), Vector3::zeros());
        let Neighbourhood { positions, kinds, .. } = *around;
        let cluster = Cluster { positions, kinds, contributing: part.atoms.clone(), rows: &rows };
        part.energy = Some(self.0.evaluate(&cluster, &mut part.forces));
    }
}

/// The lists of simulated atoms and images alike, where the potential asks for them.
///
/// Images of images are there: positions are all that are within the reach of a simulated atom.
fn rows_of_all(range: &NeighbourRange, positions: &[Vector3<f64>]) -> NeighbourRows {
    let mut rows = NeighbourRows::default();
    if range.of_all {
        let (low, high) = positions.iter().fold((positions[0], positions[0]), |(a, b), x| (a.inf(x), b.sup(x)));
        // Never flat.
        let margin = Vector3::repeat(range.cutoff * (1.0 + 1e-12));
        let found = search(positions, positions.len(), margin.x, low - margin, high + margin);
        found.iter().flatten().for_each(|row| rows.push(row.iter().copied()));
    }
    rows
}
