//! For each cluster the atoms and images near it.

use super::arrangement::{Arrangement, Bounds, Column};
use super::{CHUNK, LANES, STRIDE, translation};
use crate::parallel::each;
use fearless_simd::{Level, Simd, dispatch, f64x4, prelude::*};
use omd_flow::{Matrix3, Vector3};

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

    /// xx yy zz and twice xy xz yz of `I + horizon (L0 + L0^T)`.
    fn approached(&self) -> [f64; 6] {
        let q = Matrix3::identity() + (self.gradient + self.gradient.transpose()) * self.horizon;
        [q[(0, 0)], q[(1, 1)], q[(2, 2)], 2.0 * q[(0, 1)], 2.0 * q[(0, 2)], 2.0 * q[(1, 2)]]
    }

    /// Whether the list must hold a pair that was at `r0`; of those on the edge, where rounding decides, none.
    pub(crate) fn lists(&self, r0: &Vector3<f64>) -> bool {
        let [xx, yy, zz, xy, xz, yz] = self.approached();
        let (x, y, z) = (r0.x, r0.y, r0.z);
        let approached = x * (xx * x + xy * y + xz * z) + y * (yy * y + yz * z) + zz * z * z;
        approached.min(r0.norm_squared()) < self.radius * self.radius * (1.0 - 1e-9)
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
    /// Slots of neighbours; once there are parts, lines of the part (see `crate::force::ForcePart`).
    pub(crate) entries: Vec<u32>,
    /// Entries in use while the list is made.
    used: usize,
    pub(crate) segments: Vec<Segment>,
    /// For each cluster one past its last segment.
    pub(crate) ends: Vec<u32>,
    /// Itself and the chunks of its neighbours, in order.
    pub(crate) touched: Vec<u32>,
}

/// Half lists: every pair of clusters appears once, in the list of the one that comes first.
///
/// Rows of columns are in the order of the unbounded lattice, image rows included; within a row the order is that of the
/// columns, whichever image of one is meant. So neighbours of a cluster are in its own row and the next ones.
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
        let mut chunks: Vec<_> = self.chunks.iter_mut().enumerate().collect();
        each(&mut chunks, |(index, chunk)| {
            let first = *index * CHUNK;
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
                    for &slot in &chunk.entries[entry..part.end as usize] {
                        visit(index * CHUNK + cluster, slot as usize, Vector3::from(part.label));
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
    /// The components of `Q` for [`MovingNear`], where there is a flow.
    approached: Option<[f64; 6]>,
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
            approached: moving.then(|| reach.approached()),
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
        chunk.used = 0;
        chunk.segments.clear();
        chunk.ends.clear();
        let itself = clusters.start / CHUNK;
        match self.approached {
            Some(approached) => {
                let near = MovingNear { radius_squared: self.radius_squared, approached };
                for cluster in clusters {
                    self.cluster(simd, &near, chunk, cluster);
                }
            }
            None => {
                let near = StillNear { radius_squared: self.radius_squared };
                for cluster in clusters {
                    self.cluster(simd, &near, chunk, cluster);
                }
            }
        }
        chunk.entries.truncate(chunk.used);
        let mut touches = vec![false; self.arrangement.clusters.len().div_ceil(CHUNK)];
        touches[itself] = true;
        chunk.entries.iter().for_each(|&slot| touches[slot as usize / (CHUNK * LANES)] = true);
        chunk.touched.clear();
        chunk.touched.extend((0u32..).zip(touches).filter(|(_, touches)| *touches).map(|(other, _)| other));
    }

    /// The list of one cluster: over lattice translations, then over the columns they bring near.
    #[inline(always)]
    fn cluster<S: Simd>(&self, simd: S, near: &impl Near, chunk: &mut ChunkList, cluster: usize) {
        let bounds = &self.arrangement.clusters[cluster];
        let ranges = [0, 1].map(|k| {
            let columns = self.arrangement.grid.shape[k] as f64;
            let low = (bounds.fraction_low[k] - self.fraction_reach[k]) * columns;
            let high = (bounds.fraction_high[k] + self.fraction_reach[k]) * columns;
            [low.floor() as i64, high.floor() as i64]
        });
        let shape = self.arrangement.grid.shape.map(|n| n as i64);
        let home = self.arrangement.grid.column(bounds.column as usize);
        for first in 0..=ranges[0][1].div_euclid(shape[0]) {
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
                    let columns = [inside(0, first), inside(1, second)];
                    let block = Block { columns, home, shift, label };
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
        let begin = chunk.used;
        let translation = translation(&self.arrangement.edges, block.label);
        let centre = Centre::load(simd, self.positions, cluster, bounds.count, &translation);
        let [first, second, third] = block.label;
        for i in block.columns[0].clone() {
            if first == 0 && i < block.home[0] {
                continue;
            }
            let same_row = first == 0 && i == block.home[0];
            for j in block.columns[1].clone() {
                if same_row && j < block.home[1] {
                    continue;
                }
                let column = &self.arrangement.columns[self.arrangement.grid.place(i, j)];
                let mut slots = self.window(bounds, column, &block.shift);
                if same_row && j == block.home[1] {
                    // The cluster's own images count once, by the sign of their label; its four atoms are treated apart.
                    let beyond = usize::from((second, third) <= (0, 0));
                    slots.start = slots.start.max(LANES * (cluster + beyond));
                }
                near.collect(simd, &centre, self.positions, slots, chunk);
            }
        }
        if chunk.used > begin {
            chunk.segments.push(Segment { label: block.label, end: chunk.used as u32 });
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
        if room < 0.0 || column.count == 0 {
            return 0..0;
        }
        let reach = room.sqrt();
        let (low, high) = (bounds.low.z - reach - shift.z, bounds.high.z + reach - shift.z);
        if low > column.high.z || high < column.low.z {
            return 0..0;
        }
        self.arrangement.window(column, low, high)
    }
}

/// One image of the cell as one cluster sees it.
struct Block {
    columns: [std::ops::Range<usize>; 2],
    /// The column of the cluster itself.
    home: [usize; 2],
    /// In the frame.
    shift: Vector3<f64>,
    label: [i32; 3],
}

/// The positions of a cluster minus a translation, a vector of lanes for each component.
#[derive(Clone, Copy)]
pub(crate) struct Centre<S: Simd>(pub(crate) [f64x4<S>; 3]);

impl<S: Simd> Centre<S> {
    /// Padding lanes are put beyond every cutoff, of each other, too.
    #[inline(always)]
    pub(crate) fn load(simd: S, positions: &[f64], cluster: usize, count: u8, shift: &Vector3<f64>) -> Self {
        let block = &positions[cluster * STRIDE..(cluster + 1) * STRIDE];
        let lanes = f64x4::from_slice(simd, &[0.0, 1.0, 2.0, 3.0]);
        let real = lanes.simd_lt(f64x4::splat(simd, f64::from(count)));
        let far = f64x4::from_slice(simd, &[1e30, 2e30, 3e30, 4e30]);
        let mut centre = [far; 3];
        for k in 0..3 {
            let value = f64x4::from_slice(simd, &block[k * LANES..(k + 1) * LANES]) - f64x4::splat(simd, shift[k]);
            centre[k] = real.select(value, far);
        }
        Self(centre)
    }

    /// The vectors from `place` to the four.
    #[inline(always)]
    pub(crate) fn separation(&self, simd: S, place: &[f64; 4]) -> [f64x4<S>; 3] {
        [
            self.0[0] - f64x4::splat(simd, place[0]),
            self.0[1] - f64x4::splat(simd, place[1]),
            self.0[2] - f64x4::splat(simd, place[2]),
        ]
    }

    /// The vectors from the atom in `slot` to the four.
    #[inline(always)]
    pub(crate) fn separation_of(&self, simd: S, positions: &[f64], slot: usize) -> [f64x4<S>; 3] {
        let (blocks, _) = positions.as_chunks::<STRIDE>();
        let (block, lane) = (&blocks[slot / LANES], slot % LANES);
        self.separation(simd, &[block[lane], block[lane + LANES], block[lane + 2 * LANES], 0.0])
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
        chunk: &mut ChunkList,
    ) {
        if slots.is_empty() {
            return;
        }
        let begin = chunk.used;
        if chunk.entries.len() < begin + slots.len() {
            chunk.entries.resize(2 * (begin + slots.len()), 0);
        }
        let room = &mut chunk.entries[begin..begin + slots.len()];
        let mut used = 0;
        for slot in slots {
            let excess = self.excess(simd, centre.separation_of(simd, positions, slot));
            room[used] = slot as u32;
            used += usize::from(excess.simd_lt(f64x4::splat(simd, 0.0)).any_true());
        }
        chunk.used += used;
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

/// Under flow: `min(r0^2, r0.Q r0) < radius^2` with `Q = I + horizon (L0 + L0^T)`.
struct MovingNear {
    radius_squared: f64,
    /// xx yy zz and twice xy xz yz of `Q`.
    approached: [f64; 6],
}

impl Near for MovingNear {
    #[inline(always)]
    fn excess<S: Simd>(&self, simd: S, [x, y, z]: [f64x4<S>; 3]) -> f64x4<S> {
        // Written out: a closure would be compiled without the vector instructions of its surroundings.
        let q = &self.approached;
        let outside = f64x4::splat(simd, -self.radius_squared);
        let still = z.mul_add(z, y.mul_add(y, x.mul_add(x, outside)));
        let by_x = y.mul_add(f64x4::splat(simd, q[3]), x * f64x4::splat(simd, q[0]));
        let by_x = z.mul_add(f64x4::splat(simd, q[4]), by_x);
        let by_y = z.mul_add(f64x4::splat(simd, q[5]), y * f64x4::splat(simd, q[1]));
        let by_z = z * f64x4::splat(simd, q[2]);
        still.min(z.mul_add(by_z, y.mul_add(by_y, x.mul_add(by_x, outside))))
    }
}
