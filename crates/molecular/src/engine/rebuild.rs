//! New basis, new order, new list.

use super::{Engine, get, put};
use crate::force::{ChunkSums, ForcePart, ROW};
use crate::neighbours::{Arrangement, CHUNK, LANES, PADDING, STRIDE};
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
        let rates = self.group.edge_rates();
        let (mut ids, mut positions, mut velocities) = (Vec::new(), Vec::new(), Vec::new());
        for (slot, id) in self.ids.clone().into_iter().enumerate().filter(|(_, id)| *id != PADDING) {
            let mut position = get(&self.positions, slot);
            let mut velocity = get(&self.velocities, slot);
            let label = (inverse * position).map(f64::floor);
            if label != Vector3::zeros() && label.iter().all(|x| x.is_finite()) {
                position -= edges * label;
                velocity -= rates * label;
                self.wraps[id as usize] += self.group.reference_counts(label.map(|x| x as i64));
            }
            ids.push(id);
            positions.push(position);
            velocities.push(velocity);
        }
        let arrangement = Arrangement::new(edges, inverse, &positions, &ids);
        self.take_order(&arrangement, &ids, &positions, &velocities);
        self.anchors.clone_from(&self.positions);
        self.build_list(&arrangement);
        self.rebuilds += 1;
    }

    /// The list of the atoms in their slots, and the parts that work on it.
    pub(super) fn build_list(&mut self, arrangement: &Arrangement) {
        self.list.build(arrangement, &self.positions, &self.reach, self.level);
        let chunks = &self.list.chunks;
        let clusters = self.counts.len();
        let count = (chunks.len() / CHUNKS_OF_PART).clamp(1, MOST_PARTS);
        self.parts.resize_with(count, ForcePart::default);
        for (index, part) in self.parts.iter_mut().enumerate() {
            let [begin, end] = [index, index + 1].map(|k| k * chunks.len() / count);
            part.first = begin * CHUNK;
            part.own = (end * CHUNK).min(clusters) - part.first;
            let reach = (begin..end).map(|chunk| chunk * CHUNK - part.first + chunks[chunk].span).max();
            part.touched = reach.unwrap_or(0).min(clusters);
            part.forces.resize(part.touched * LANES * ROW, 0.0);
        }
        self.place_bonds();
    }

    /// Fills the slots in the order of `arrangement`.
    pub(super) fn take_order(
        &mut self,
        arrangement: &Arrangement,
        ids: &[u32],
        positions: &[Vector3<f64>],
        velocities: &[Vector3<f64>],
    ) {
        let slots = arrangement.order.len();
        let clusters = slots / LANES;
        self.counts.clear();
        self.counts.extend(arrangement.clusters.iter().map(|bounds| bounds.count));
        for array in [&mut self.positions, &mut self.velocities, &mut self.forces] {
            array.clear();
            array.resize(clusters * STRIDE, 0.0);
        }
        self.ids.clear();
        for (slot, &source) in arrangement.order.iter().enumerate() {
            if source == PADDING {
                self.ids.push(PADDING);
            } else {
                self.ids.push(ids[source as usize]);
                put(&mut self.positions, slot, &positions[source as usize]);
                put(&mut self.velocities, slot, &velocities[source as usize]);
            }
        }
        self.chunk_sums.clear();
        self.chunk_sums.resize(clusters.div_ceil(CHUNK), ChunkSums::default());
    }
}
