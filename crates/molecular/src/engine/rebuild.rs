//! Lists made anew, when atoms have moved too far for the last one: basis, order, neighbours.

use super::{Engine, get, put};
use crate::force::{ChunkSums, ForcePart, localise};
use crate::neighbours::{Arrangement, CHUNK, LANES, PADDING, STRIDE};
use crate::parallel::each;
use omd_flow::{Matrix3, Vector3};

/// Chunks of one part at least: a smaller part shares too much of its surroundings with the others.
const CHUNKS_OF_PART: usize = 15;
/// Parts at most.
const MOST_PARTS: usize = 64;

impl Engine {
    /// Reduces the basis, brings atoms back into the cell, sorts them and lists their neighbours at the present time.
    ///
    /// Replacing an atom by its own image changes nothing: `x -= F E nu`, `v -= A E nu`, `n += nu`.
    pub(super) fn rebuild(&mut self) {
        self.group.reduce(self.time);
        let edges = self.group.edges(self.time);
        let density = self.len() as f64 / edges.determinant().abs();
        let gradient = self.model.flow.velocity_gradient(self.time);
        self.reach = self.policy.reach(density, self.time_step, gradient);
        self.list_time = self.time;
        let inverse = edges.try_inverse().unwrap_or_else(Matrix3::identity);
        let (ids, positions, velocities) = self.bring_back(&edges, &inverse);
        let arrangement = Arrangement::new(edges, inverse, &positions, &ids);
        self.take_order(&arrangement, &ids, &positions, &velocities);
        self.anchors.clone_from(&self.positions);
        self.build_list(&arrangement);
        self.rebuilds += 1;
    }

    /// The atoms in the order of their slots, in the cell: ids, positions, lab velocities; the wraps count what that took.
    fn bring_back(
        &mut self,
        edges: &Matrix3<f64>,
        inverse: &Matrix3<f64>,
    ) -> (Vec<u32>, Vec<Vector3<f64>>, Vec<Vector3<f64>>) {
        let rates = self.group.edge_rates();
        let ids: Vec<u32> = self.ids.iter().copied().filter(|id| *id != PADDING).collect();
        let mut positions = vec![Vector3::zeros(); ids.len()];
        let mut velocities = positions.clone();
        let mut rest = (positions.as_mut_slice(), velocities.as_mut_slice());
        let mut chunks = Vec::new();
        for (index, slots) in self.ids.chunks(CHUNK * LANES).enumerate() {
            let count = slots.iter().filter(|id| **id != PADDING).count();
            let (own, others) = rest.0.split_at_mut(count);
            let (moving, more) = rest.1.split_at_mut(count);
            rest = (others, more);
            chunks.push((index * CHUNK * LANES, slots, own, moving, Vec::new()));
        }
        each(&mut chunks, |(first, slots, positions, velocities, crossed)| {
            let occupied = slots.iter().enumerate().filter(|(_, id)| **id != PADDING);
            for (((k, &id), position), velocity) in occupied.zip(positions.iter_mut()).zip(velocities.iter_mut()) {
                (*position, *velocity) = (get(&self.positions, *first + k), get(&self.velocities, *first + k));
                let label = (inverse * *position).map(f64::floor);
                // A place that is no number does not come here: the step has stopped the run for it.
                if label != Vector3::zeros() && label.iter().all(|x| x.is_finite()) {
                    *position -= edges * label;
                    *velocity -= rates * label;
                    crossed.push((id, label.map(|x| x as i64)));
                }
            }
        });
        let crossed: Vec<_> = chunks.into_iter().flat_map(|chunk| chunk.4).collect();
        for (id, label) in crossed {
            self.wraps[id as usize] += self.group.reference_counts(label);
        }
        (ids, positions, velocities)
    }

    /// The list of the atoms in their slots, and the parts that work on it.
    pub(super) fn build_list(&mut self, arrangement: &Arrangement) {
        self.list.build(arrangement, &self.positions, &self.reach, self.level);
        let count = (self.list.chunks.len() / CHUNKS_OF_PART).clamp(1, MOST_PARTS);
        self.parts.resize_with(count, ForcePart::default);
        let lists = &self.list.chunks;
        let mut parts: Vec<_> = self.parts.iter_mut().enumerate().collect();
        each(&mut parts, |(index, part)| {
            let [begin, end] = [*index, *index + 1].map(|k| k * lists.len() / count);
            part.assign(begin..end, lists);
        });
        let bonds = self.place_bonds();
        let masked = self.bonded.as_mut().map_or(&mut [][..], |bonded| &mut bonded.exclusions.entries);
        localise(&self.parts, &mut self.list.chunks, masked);
        self.parts.extend(bonds);
        self.contributors.resize_with(self.list.chunks.len(), Vec::new);
        self.contributors.iter_mut().for_each(Vec::clear);
        for (index, part) in self.parts.iter().enumerate() {
            for (touched, &chunk) in part.touched.iter().enumerate() {
                self.contributors[chunk as usize].push([index as u32, touched as u32]);
            }
        }
    }

    /// Fills the slots in the order of `arrangement`.
    pub(super) fn take_order(
        &mut self,
        arrangement: &Arrangement,
        ids: &[u32],
        positions: &[Vector3<f64>],
        velocities: &[Vector3<f64>],
    ) {
        let clusters = arrangement.clusters.len();
        self.counts.clear();
        self.counts.extend(arrangement.clusters.iter().map(|bounds| bounds.count));
        for array in [&mut self.positions, &mut self.velocities, &mut self.forces] {
            array.resize(clusters * STRIDE, 0.0);
        }
        self.ids.resize(clusters * LANES, PADDING);
        let (size, slots) = (CHUNK * STRIDE, CHUNK * LANES);
        let arrays = self.positions.chunks_mut(size).zip(self.velocities.chunks_mut(size));
        let arrays = arrays.zip(self.forces.chunks_mut(size)).zip(self.ids.chunks_mut(slots));
        let mut chunks: Vec<_> = arrays.zip(arrangement.order.chunks(slots)).collect();
        each(&mut chunks, |((((places, moving), forces), own), order)| {
            forces.fill(0.0);
            for (slot, (id, &source)) in own.iter_mut().zip(*order).enumerate() {
                let is_padding = source == PADDING;
                let source = source as usize;
                let (place, velocity) = if is_padding {
                    (Vector3::zeros(), Vector3::zeros())
                } else {
                    (positions[source], velocities[source])
                };
                *id = if is_padding { PADDING } else { ids[source] };
                put(places, slot, &place);
                put(moving, slot, &velocity);
            }
        });
        self.chunk_sums.clear();
        self.chunk_sums.resize(clusters.div_ceil(CHUNK), ChunkSums::default());
    }
}
