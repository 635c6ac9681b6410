//! For each cluster the atoms and images near it.

use super::arrangement::{Arrangement, Bounds, Column};
use super::{CHUNK, LANES, STRIDE, offset};
use fearless_simd::{Level, Simd, dispatch, f64x4, prelude::*};
use omd_flow::{Matrix3, Vector3};
use rayon::prelude::*;

/// Which pairs a list must hold.
///
/// Between rebuilds `r(t) = M r0 + d_i - d_j` with `M = I + s L0`, `s = t - t0`: images move with the flow, and `d` is
/// an atom's displacement beyond it. A pair can come within the cutoff while `s <= horizon` and `2 |d| <= skin` only if
/// `min_s |M r0| <= cutoff + skin`; and `|M r0|^2 >= r0^2 + 2 s r0.L0 r0` bounds that from below.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// `cutoff + skin`, length.
    pub(crate) radius: f64,
    /// For how long the list serves, time.
    pub(crate) horizon: f64,
    /// `L(t0)`, 1/time.
    pub(crate) gradient: Matrix3<f64>,
}

impl Reach {
    /// The fastest relative approach by the flow: minus the least eigenvalue of the symmetric part, or zero.
    pub(crate) fn approach_rate(gradient: &Matrix3<f64>) -> f64 {
        let symmetric = (gradient + gradient.transpose()) * 0.5;
        (-symmetric.symmetric_eigenvalues().min()).max(0.0)
    }

    /// No pair farther apart than this at `t0` belongs to the list, length.
    pub(crate) fn farthest(&self) -> f64 {
        self.radius / (1.0 - 2.0 * self.horizon * Self::approach_rate(&self.gradient)).sqrt()
    }
}

/// Entries of one cluster that share one lattice translation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    /// The lattice vector `nu` of the entries' images.
    pub(crate) label: [i32; 3],
    /// One past the last entry, in the chunk.
    pub(crate) end: u32,
}

/// The lists of consecutive clusters.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChunkList {
    /// [`offset`]s of neighbours.
    pub(crate) entries: Vec<u32>,
    pub(crate) segments: Vec<Segment>,
    /// For each cluster one past its last segment.
    pub(crate) ends: Vec<u32>,
}

/// Full lists: every pair appears from both sides, so forces are written once and by one thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct NeighbourList {
    pub(crate) chunks: Vec<ChunkList>,
}

impl NeighbourList {
    /// Builds the list of all pairs in `reach`; `positions` are in slots.
    pub(crate) fn build(&mut self, arrangement: &Arrangement, positions: &[f64], reach: &Reach, level: Level) {
        let chunks = arrangement.clusters.len().div_ceil(CHUNK);
        self.chunks.resize_with(chunks, ChunkList::default);
        let search = Search::new(arrangement, positions, reach);
        self.chunks.par_iter_mut().enumerate().for_each(|(index, chunk)| {
            let first = index * CHUNK;
            let last = (first + CHUNK).min(arrangement.clusters.len());
            dispatch!(level, simd => search.fill(simd, chunk, first..last));
        });
    }

    /// Calls `visit(cluster, slot, label)` for every entry.
    pub(crate) fn for_each_entry(&self, mut visit: impl FnMut(usize, usize, Vector3<i32>)) {
        for (index, chunk) in self.chunks.iter().enumerate() {
            let (mut entry, mut segment) = (0, 0);
            for (cluster, &end) in chunk.ends.iter().enumerate() {
                for part in &chunk.segments[segment..end as usize] {
                    for &place in &chunk.entries[entry..part.end as usize] {
                        let place = place as usize;
                        let slot = place / STRIDE * LANES + place % STRIDE;
                        visit(index * CHUNK + cluster, slot, Vector3::from(part.label));
                    }
                    entry = part.end as usize;
                }
                segment = end as usize;
            }
        }
    }

    /// Entries over all clusters.
    pub(crate) fn entries(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.entries.len()).sum()
    }
}

/// What the search of one build shares.
struct Search<'a> {
    arrangement: &'a Arrangement,
    positions: &'a [f64],
    radius_squared: f64,
    /// `2 horizon L0`, and whether it is not zero.
    twice_approach: Option<Matrix3<f64>>,
    farthest: f64,
    /// How far the fractions reach.
    fraction_reach: [f64; 2],
    /// Edges in the frame.
    edges: Matrix3<f64>,
    /// Heights of all atoms.
    heights: [f64; 2],
}

impl<'a> Search<'a> {
    fn new(arrangement: &'a Arrangement, positions: &'a [f64], reach: &Reach) -> Self {
        let farthest = reach.farthest();
        let occupied = || arrangement.columns.iter().filter(|column| column.count > 0);
        let moving = reach.gradient != Matrix3::zeros();
        Self {
            arrangement,
            positions,
            radius_squared: reach.radius * reach.radius,
            twice_approach: moving.then(|| reach.gradient * (2.0 * reach.horizon)),
            farthest,
            fraction_reach: [0, 1].map(|k| farthest * arrangement.inverse.row(k).norm()),
            edges: arrangement.frame * arrangement.edges,
            heights: [
                occupied().map(|column| column.low.z).fold(f64::INFINITY, f64::min),
                occupied().map(|column| column.high.z).fold(f64::NEG_INFINITY, f64::max),
            ],
        }
    }

    #[inline(always)]
    fn fill<S: Simd>(&self, simd: S, chunk: &mut ChunkList, clusters: std::ops::Range<usize>) {
        chunk.entries.clear();
        chunk.segments.clear();
        chunk.ends.clear();
        match &self.twice_approach {
            Some(approach) => {
                let near = MovingNear { radius_squared: self.radius_squared, approach: *approach };
                clusters.for_each(|cluster| self.cluster(simd, &near, chunk, cluster));
            }
            None => {
                let near = StillNear { radius_squared: self.radius_squared };
                clusters.for_each(|cluster| self.cluster(simd, &near, chunk, cluster));
            }
        }
    }

    /// The list of one cluster: over lattice translations, then over the columns they bring near.
    #[inline(always)]
    fn cluster<S: Simd>(&self, simd: S, near: &impl Near, chunk: &mut ChunkList, cluster: usize) {
        let bounds = &self.arrangement.clusters[cluster];
        let ranges = [0, 1].map(|k| {
            let columns = self.arrangement.shape[k] as f64;
            let low = (bounds.fraction_low[k] - self.fraction_reach[k]) * columns;
            let high = (bounds.fraction_high[k] + self.fraction_reach[k]) * columns;
            [low.floor() as i64, high.floor() as i64]
        });
        let shape = self.arrangement.shape.map(|n| n as i64);
        for first in ranges[0][0].div_euclid(shape[0])..=ranges[0][1].div_euclid(shape[0]) {
            for second in ranges[1][0].div_euclid(shape[1])..=ranges[1][1].div_euclid(shape[1]) {
                let inside = |k: usize, label: i64| {
                    let low = (ranges[k][0] - label * shape[k]).max(0);
                    let high = (ranges[k][1] - label * shape[k]).min(shape[k] - 1);
                    low as usize..high as usize + 1
                };
                let shift = self.edges.column(0) * first as f64 + self.edges.column(1) * second as f64;
                let height = self.edges[(2, 2)];
                let lowest = ((bounds.low.z - self.farthest - shift.z - self.heights[1]) / height).ceil() as i64;
                let highest = ((bounds.high.z + self.farthest - shift.z - self.heights[0]) / height).floor() as i64;
                for third in lowest..=highest {
                    let shift = shift + self.edges.column(2) * third as f64;
                    let label = [first as i32, second as i32, third as i32];
                    let block = Block { columns: [inside(0, first), inside(1, second)], shift, label };
                    self.block(simd, near, chunk, cluster, bounds, &block);
                }
            }
        }
        chunk.ends.push(chunk.segments.len() as u32);
    }

    /// The entries of one cluster from one image of the cell.
    #[inline(always)]
    fn block<S: Simd>(
        &self,
        simd: S,
        near: &impl Near,
        chunk: &mut ChunkList,
        cluster: usize,
        bounds: &Bounds,
        block: &Block,
    ) {
        let begin = chunk.entries.len();
        let translation = self.arrangement.edges * Vector3::from(block.label).map(f64::from);
        let centre = Centre::load(simd, self.positions, cluster, bounds.count, &translation);
        let own = LANES * cluster..LANES * cluster + LANES;
        for i in block.columns[0].clone() {
            for j in block.columns[1].clone() {
                let column = &self.arrangement.columns[i * self.arrangement.shape[1] + j];
                let slots = self.window(bounds, column, &block.shift);
                if block.label == [0; 3] && slots.start < own.end && own.start < slots.end {
                    // A cluster's own four are treated apart: there the pair of an atom with itself is left out.
                    near.collect(simd, &centre, self.positions, slots.start..own.start, &mut chunk.entries);
                    near.collect(simd, &centre, self.positions, own.end..slots.end, &mut chunk.entries);
                } else {
                    near.collect(simd, &centre, self.positions, slots, &mut chunk.entries);
                }
            }
        }
        if chunk.entries.len() > begin {
            chunk.segments.push(Segment { label: block.label, end: chunk.entries.len() as u32 });
        }
    }

    /// The slots of a shifted column that the boxes do not rule out.
    #[inline(always)]
    fn window(&self, bounds: &Bounds, column: &Column, shift: &Vector3<f64>) -> std::ops::Range<usize> {
        let gap = |k: usize| {
            let above = column.low[k] + shift[k] - bounds.high[k];
            let below = bounds.low[k] - column.high[k] - shift[k];
            above.max(below).max(0.0)
        };
        let room = self.farthest * self.farthest - gap(0) * gap(0) - gap(1) * gap(1);
        if !(room >= 0.0) || column.count == 0 {
            return 0..0;
        }
        let reach = room.sqrt();
        let (low, high) = (bounds.low.z - reach - shift.z, bounds.high.z + reach - shift.z);
        if low > column.high.z || high < column.low.z {
            return 0..0;
        }
        let first = column.first as usize;
        let heights = &self.arrangement.heights[first..first + column.count as usize];
        let begin = heights.partition_point(|&z| z < low);
        let end = begin + heights[begin..].partition_point(|&z| z <= high);
        first + begin..first + end
    }
}

/// One image of the cell as one cluster sees it.
struct Block {
    columns: [std::ops::Range<usize>; 2],
    /// In the frame.
    shift: Vector3<f64>,
    label: [i32; 3],
}

/// The positions of a cluster minus a translation, a vector of lanes for each component.
#[derive(Clone, Copy)]
pub(crate) struct Centre<S: Simd>(pub(crate) [f64x4<S>; 3]);

impl<S: Simd> Centre<S> {
    /// Padding lanes are put beyond every cutoff.
    #[inline(always)]
    pub(crate) fn load(simd: S, positions: &[f64], cluster: usize, count: u8, shift: &Vector3<f64>) -> Self {
        let block = &positions[cluster * STRIDE..(cluster + 1) * STRIDE];
        let lanes = f64x4::from_slice(simd, &[0.0, 1.0, 2.0, 3.0]);
        let real = lanes.simd_lt(f64x4::splat(simd, f64::from(count)));
        let far = f64x4::splat(simd, 1e30);
        Self([0, 1, 2].map(|k| {
            let value = f64x4::from_slice(simd, &block[k * LANES..(k + 1) * LANES]) - f64x4::splat(simd, shift[k]);
            real.select(value, far)
        }))
    }

    /// The vectors from the atom at `entry` to the four.
    #[inline(always)]
    pub(crate) fn from_entry(&self, simd: S, positions: &[f64], entry: u32) -> [f64x4<S>; 3] {
        let place = &positions[entry as usize..entry as usize + 2 * LANES + 1];
        [0, 1, 2].map(|k| self.0[k] - f64x4::splat(simd, place[k * LANES]))
    }
}

/// The test that decides which candidates enter the list.
trait Near {
    /// What must stay below zero.
    fn excess<S: Simd>(&self, simd: S, separation: [f64x4<S>; 3]) -> f64x4<S>;

    /// Appends the atoms among `slots` that are near one of the four.
    #[inline(always)]
    fn collect<S: Simd>(
        &self,
        simd: S,
        centre: &Centre<S>,
        positions: &[f64],
        slots: std::ops::Range<usize>,
        entries: &mut Vec<u32>,
    ) {
        if slots.is_empty() {
            return;
        }
        let begin = entries.len();
        entries.resize(begin + slots.len(), 0);
        let room = &mut entries[begin..];
        let mut used = 0;
        for slot in slots {
            let entry = offset(slot) as u32;
            let excess = self.excess(simd, centre.from_entry(simd, positions, entry));
            room[used] = entry;
            used += usize::from(excess.simd_lt(f64x4::splat(simd, 0.0)).any_true());
        }
        entries.truncate(begin + used);
    }
}

/// At rest: `r0 < radius`.
struct StillNear {
    radius_squared: f64,
}

impl Near for StillNear {
    #[inline(always)]
    fn excess<S: Simd>(&self, simd: S, [x, y, z]: [f64x4<S>; 3]) -> f64x4<S> {
        z.mul_add(z, y.mul_add(y, x.mul_add(x, f64x4::splat(simd, -self.radius_squared))))
    }
}

/// Under flow: `r0^2 + min(0, 2 horizon r0.L0 r0) < radius^2`.
struct MovingNear {
    radius_squared: f64,
    approach: Matrix3<f64>,
}

impl Near for MovingNear {
    #[inline(always)]
    fn excess<S: Simd>(&self, simd: S, [x, y, z]: [f64x4<S>; 3]) -> f64x4<S> {
        let l = |i, j| f64x4::splat(simd, self.approach[(i, j)]);
        let row = |i| z.mul_add(l(i, 2), y.mul_add(l(i, 1), x * l(i, 0)));
        let approach = z.mul_add(row(2), y.mul_add(row(1), x * row(0)));
        let still = z.mul_add(z, y.mul_add(y, x.mul_add(x, f64x4::splat(simd, -self.radius_squared))));
        still + approach.min(f64x4::splat(simd, 0.0))
    }
}
