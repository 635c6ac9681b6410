//! Lists made anew, when atoms have moved too far for the last one: basis, order, neighbours.

use super::{Engine, get, put};
use crate::force::{ChunkSums, ForcePart, localise};
use crate::neighbours::{Arrangement, CHUNK, LANES, PADDING, STRIDE};
use crate::parallel::each;
use fearless_simd::{Simd, dispatch, f64x4, prelude::*};
use omd_flow::{Matrix3, Vector3};

/// Chunks of one part at least where there are parts enough: a smaller part shares too much of its surroundings with the others.
const CHUNKS_OF_PART: usize = 15;
/// So many parts where there are twice as many chunks, for as many threads.
const FEWEST_PARTS: usize = 8;
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
        self.bring_back(&edges, &inverse);
        let ids = std::mem::take(&mut self.ids);
        // Anchors and forces are made anew: their room takes what is sorted.
        let positions = std::mem::replace(&mut self.positions, std::mem::take(&mut self.anchors));
        let velocities = std::mem::replace(&mut self.velocities, std::mem::take(&mut self.forces));
        let arrangement = Arrangement::new(edges, inverse, |slot| get(&positions, slot), &ids);
        self.take_order(&arrangement, &ids, |slot| [get(&positions, slot), get(&velocities, slot)]);
        (self.anchors, self.forces) = (positions, velocities);
        self.anchors.clone_from(&self.positions);
        self.forces.resize(self.positions.len(), 0.0);
        self.build_list(&arrangement);
        self.rebuilds += 1;
    }

    /// Brings the atoms back into the cell; the wraps count what that took.
    fn bring_back(&mut self, edges: &Matrix3<f64>, inverse: &Matrix3<f64>) {
        let (rates, level) = (self.group.edge_rates(), self.level);
        let arrays = self.positions.chunks_mut(CHUNK * STRIDE).zip(self.velocities.chunks_mut(CHUNK * STRIDE));
        let arrays = arrays.zip(self.ids.chunks(CHUNK * LANES));
        let mut chunks: Vec<_> =
            arrays.map(|((positions, velocities), ids)| (positions, velocities, ids, Vec::new())).collect();
        each(&mut chunks, |(positions, velocities, ids, crossed)| {
            let mut outside = Vec::new();
            dispatch!(level, simd => find_outside(simd, positions, inverse, &mut outside));
            for slot in outside.into_iter().flat_map(|cluster| cluster * LANES..(cluster + 1) * LANES) {
                let (position, velocity) = (get(positions, slot), get(velocities, slot));
                let label = (inverse * position).map(f64::floor);
                // A place that is no number does not come here: the step has stopped the run for it.
                if ids[slot] != PADDING && label != Vector3::zeros() && label.iter().all(|x| x.is_finite()) {
                    put(positions, slot, &(position - edges * label));
                    put(velocities, slot, &(velocity - rates * label));
                    crossed.push((ids[slot], label.map(|x| x as i64)));
                }
            }
        });
        let crossed: Vec<_> = chunks.into_iter().flat_map(|chunk| chunk.3).collect();
        for (id, label) in crossed {
            self.wraps[id as usize] += self.group.reference_counts(label);
        }
    }

    /// The list of the atoms in their slots, and the parts that work on it.
    pub(super) fn build_list(&mut self, arrangement: &Arrangement) {
        self.list.build(arrangement, &self.positions, &self.reach, self.level);
        let chunks = self.list.chunks.len();
        let count = (chunks / CHUNKS_OF_PART).clamp(FEWEST_PARTS.min(chunks / 2).max(1), MOST_PARTS);
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

    /// Fills the slots in the order of `arrangement`; `atom` gives position and velocity by the indices of `ids`.
    pub(super) fn take_order(
        &mut self,
        arrangement: &Arrangement,
        ids: &[u32],
        atom: impl Fn(usize) -> [Vector3<f64>; 2] + Sync + Send,
    ) {
        let clusters = arrangement.clusters.len();
        self.counts.clear();
        self.counts.extend(arrangement.clusters.iter().map(|bounds| bounds.count));
        for array in [&mut self.positions, &mut self.velocities] {
            array.resize(clusters * STRIDE, 0.0);
        }
        self.ids.resize(clusters * LANES, PADDING);
        let (size, slots) = (CHUNK * STRIDE, CHUNK * LANES);
        let arrays = self.positions.chunks_mut(size).zip(self.velocities.chunks_mut(size));
        let arrays = arrays.zip(self.ids.chunks_mut(slots));
        let mut chunks: Vec<_> = arrays.zip(arrangement.order.chunks(slots)).collect();
        each(&mut chunks, |(((places, moving), own), order)| {
            for (slot, (id, &source)) in own.iter_mut().zip(*order).enumerate() {
                let filled = source != PADDING;
                let [place, velocity] = if filled { atom(source as usize) } else { [Vector3::zeros(); 2] };
                *id = if filled { ids[source as usize] } else { PADDING };
                put(places, slot, &place);
                put(moving, slot, &velocity);
            }
        });
        self.chunk_sums.clear();
        self.chunk_sums.resize(clusters.div_ceil(CHUNK), ChunkSums::default());
    }
}

/// The clusters that have an atom outside the cell.
#[inline(always)]
fn find_outside<S: Simd>(simd: S, positions: &[f64], inverse: &Matrix3<f64>, outside: &mut Vec<usize>) {
    let [zero, one] = [0.0, 1.0].map(|x| f64x4::splat(simd, x));
    for (cluster, block) in positions.chunks_exact(STRIDE).enumerate() {
        let position = [0, 1, 2].map(|k| f64x4::from_slice(simd, &block[k * LANES..(k + 1) * LANES]));
        let mut inside = zero.simd_eq(zero);
        for k in 0..3 {
            let mut fraction = zero;
            for j in 0..3 {
                fraction = position[j].mul_add(f64x4::splat(simd, inverse[(k, j)]), fraction);
            }
            inside = inside & fraction.simd_ge(zero) & fraction.simd_lt(one);
        }
        if !inside.all_true() {
            outside.push(cluster);
        }
    }
}
