//! The loops over neighbour lists.

use super::PairLaw;
use super::rows::{row_of_sums, transpose};
use crate::neighbours::{CHUNK, Centre, ChunkList, Exclusions, LANES, MaskedEntry, STRIDE, translation};
use fearless_simd::{Simd, f64x4, prelude::*};
use omd_flow::{Matrix3, Vector3};

/// What the forces of every part are made from.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// Positions in slots.
    pub(crate) positions: &'a [f64],
    /// Atoms of each cluster.
    pub(crate) counts: &'a [u8],
    /// Present edges, columns.
    pub(crate) edges: Matrix3<f64>,
    /// `rc^2`.
    pub(crate) cutoff_squared: f64,
    /// Pairs that do not act; looked at by the loops that are told so.
    pub(crate) exclusions: Option<&'a Exclusions>,
}

/// The pairs (row, column) of the six components xx yy zz xy xz yz.
pub(crate) const COMPONENTS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)];

/// Forces that the pairs listed for some consecutive clusters exert, on those clusters and on the ones that follow.
///
/// Each part has its own array, so parts run on any thread; the arrays are added up in the order of the parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForcePart {
    /// The first cluster, and the clusters whose lists it works on.
    pub(crate) first: usize,
    pub(crate) own: usize,
    /// Clusters its pairs touch, from the first on and around the end.
    pub(crate) touched: usize,
    /// `x y z` and one unused number for each slot of the touched clusters, force.
    pub(crate) forces: Vec<f64>,
    /// `sum_s s G_s`, `G_s` the force that its atoms feel from images translated by `s`; xx yy zz xy xz yz, energy.
    pub(crate) shifted: [f64; 6],
}

/// Numbers of one slot in the forces of a part.
pub(crate) const ROW: usize = 4;

impl ForcePart {
    /// Computes the forces; `lists` are those of its own clusters.
    #[inline(always)]
    pub(crate) fn fill<S: Simd, P: PairLaw, const EXCLUDING: bool>(
        &mut self,
        simd: S,
        law: &P,
        around: &Surroundings<'_>,
        lists: &[ChunkList],
    ) {
        let zero = f64x4::splat(simd, 0.0);
        self.shifted = [0.0; 6];
        let target = Target { first: (LANES * self.first) as u32, total: (LANES * around.counts.len()) as u32 };
        let mut cleared = 0;
        for (index, list) in lists.iter().enumerate() {
            // Just ahead of its use, so that it is in the cache.
            let reached = (index * CHUNK + list.span).min(self.touched) * LANES * ROW;
            self.forces[cleared..reached.max(cleared)].fill(0.0);
            cleared = reached.max(cleared);
            let (mut entry, mut segment) = (0, 0);
            for (member, &end) in list.ends.iter().enumerate() {
                let cluster = self.first + index * CHUNK + member;
                let mut force = own_forces::<S, P, EXCLUDING>(simd, law, around, cluster);
                while segment < end as usize {
                    let part = &list.segments[segment];
                    let shift = translation(&around.edges, part.label);
                    let entries = &list.entries[entry..part.end as usize];
                    let felt = segment_forces(simd, law, around, cluster, &shift, entries, target, &mut self.forces);
                    if part.label != [0; 3] {
                        add_shifted(&mut self.shifted, &shift, &felt);
                    }
                    force = [force[0] + felt[0], force[1] + felt[1], force[2] + felt[2]];
                    entry = part.end as usize;
                    segment += 1;
                }
                let place = (cluster - self.first) * LANES * ROW;
                add_rows(&force, zero, &mut self.forces[place..place + LANES * ROW]);
            }
            if EXCLUDING && let Some(exclusions) = around.exclusions {
                for entry in &exclusions.entries[self.first / CHUNK + index] {
                    let shift = translation(&around.edges, entry.label);
                    let force = masked_forces(simd, law, around, entry, &shift, target, &mut self.forces);
                    add_shifted(&mut self.shifted, &shift, &force);
                    let place = (entry.cluster - self.first) * LANES * ROW;
                    add_rows(&force, zero, &mut self.forces[place..place + LANES * ROW]);
                }
            }
        }
    }
}

/// Where forces on a slot go in the array of a part.
#[derive(Clone, Copy)]
struct Target {
    first: u32,
    total: u32,
}

impl Target {
    /// Slots are counted from the first one and around the end; both branches of the wrapping difference at once.
    #[inline(always)]
    fn place(self, slot: u32) -> usize {
        let ahead = slot.wrapping_sub(self.first);
        ROW * ahead.min(ahead.wrapping_add(self.total)) as usize
    }
}

/// Forces between a cluster and one image of its surroundings: returned for the cluster, subtracted for the others.
#[inline(always)]
fn segment_forces<S: Simd, P: PairLaw>(
    simd: S,
    law: &P,
    around: &Surroundings<'_>,
    cluster: usize,
    shift: &Vector3<f64>,
    entries: &[u32],
    target: Target,
    forces: &mut [f64],
) -> [f64x4<S>; 3] {
    let zero = f64x4::splat(simd, 0.0);
    let centre = Centre::load(simd, around.positions, cluster, around.counts[cluster], shift);
    let cutoff_squared = f64x4::splat(simd, around.cutoff_squared);
    let ready = law.ready(simd);
    let mut force = [zero; 3];
    for &slot in entries {
        let [x, y, z] = centre.separation(simd, around.positions, slot);
        let squared = z.mul_add(z, y.mul_add(y, x * x));
        let inside = squared.simd_lt(cutoff_squared);
        let strength = inside.select(law.force_over_distance(simd, &ready, squared), zero);
        let felt = [strength * x, strength * y, strength * z];
        force = [force[0] + felt[0], force[1] + felt[1], force[2] + felt[2]];
        // Four lanes of x, y and z become one row of sums.
        let row = row_of_sums(simd, felt);
        let place = target.place(slot);
        let room = &mut forces[place..place + ROW];
        (f64x4::from_slice(simd, room) - row).store_slice(room);
    }
    force
}

/// Forces between an image and those of a cluster that an exclusion leaves: one entry, as [`segment_forces`].
#[inline(always)]
fn masked_forces<S: Simd, P: PairLaw>(
    simd: S,
    law: &P,
    around: &Surroundings<'_>,
    entry: &MaskedEntry,
    shift: &Vector3<f64>,
    target: Target,
    forces: &mut [f64],
) -> [f64x4<S>; 3] {
    let ([x, y, z], squared) = masked_separation(simd, around, entry, shift);
    let inside = squared.simd_lt(f64x4::splat(simd, around.cutoff_squared));
    let zero = f64x4::splat(simd, 0.0);
    let strength = inside.select(law.force_over_distance(simd, &law.ready(simd), squared), zero);
    let felt = [strength * x, strength * y, strength * z];
    let row = row_of_sums(simd, felt);
    let place = target.place(entry.slot);
    let room = &mut forces[place..place + ROW];
    (f64x4::from_slice(simd, room) - row).store_slice(room);
    felt
}

/// Separations of an entry and their squares; what does not act is put beyond every cutoff.
#[inline(always)]
fn masked_separation<S: Simd>(
    simd: S,
    around: &Surroundings<'_>,
    entry: &MaskedEntry,
    shift: &Vector3<f64>,
) -> ([f64x4<S>; 3], f64x4<S>) {
    let centre = Centre::load(simd, around.positions, entry.cluster, around.counts[entry.cluster], shift);
    let [x, y, z] = centre.separation(simd, around.positions, entry.slot);
    let squared = z.mul_add(z, y.mul_add(y, x * x));
    let acts = f64x4::from_slice(simd, &entry.acts).simd_gt(f64x4::splat(simd, 0.5));
    ([x, y, z], acts.select(squared, f64x4::splat(simd, 1e60)))
}

/// Adds four lanes of x, y and z to four rows.
#[inline(always)]
fn add_rows<S: Simd>(force: &[f64x4<S>; 3], zero: f64x4<S>, rows: &mut [f64]) {
    let [x, y, z] = *force;
    let four = transpose(zero.token(), [x, y, z, zero]);
    for k in 0..LANES {
        let row = &mut rows[k * ROW..(k + 1) * ROW];
        (f64x4::from_slice(zero.token(), row) + four[k]).store_slice(row);
    }
}

/// Forces among the four atoms of a cluster: a pair of an atom with itself is left out.
#[inline(always)]
fn own_forces<S: Simd, P: PairLaw, const EXCLUDING: bool>(
    simd: S,
    law: &P,
    around: &Surroundings<'_>,
    cluster: usize,
) -> [f64x4<S>; 3] {
    let zero = f64x4::splat(simd, 0.0);
    let count = around.counts[cluster];
    let centre = Centre::load(simd, around.positions, cluster, count, &Vector3::zeros());
    let ready = law.ready(simd);
    let mut force = [zero; 3];
    for lane in 0..count {
        let [x, y, z, squared] = own_separation::<S, EXCLUDING>(simd, &centre, around, cluster, lane);
        let inside = squared.simd_lt(f64x4::splat(simd, around.cutoff_squared));
        let strength = inside.select(law.force_over_distance(simd, &ready, squared), zero);
        force = [strength.mul_add(x, force[0]), strength.mul_add(y, force[1]), strength.mul_add(z, force[2])];
    }
    force
}

/// Separations from atom `lane` of a cluster and their squares; the atom itself, and what does not act on it, is put beyond
/// every cutoff.
#[inline(always)]
fn own_separation<S: Simd, const EXCLUDING: bool>(
    simd: S,
    centre: &Centre<S>,
    around: &Surroundings<'_>,
    cluster: usize,
    lane: u8,
) -> [f64x4<S>; 4] {
    let lanes = f64x4::from_slice(simd, &[0.0, 1.0, 2.0, 3.0]);
    let [x, y, z] = centre.separation(simd, around.positions, (cluster * LANES) as u32 + u32::from(lane));
    let itself = lanes.simd_eq(f64x4::splat(simd, f64::from(lane)));
    let squared = itself.select(f64x4::splat(simd, 1e60), z.mul_add(z, y.mul_add(y, x * x)));
    if EXCLUDING && let Some(exclusions) = around.exclusions {
        let bits = exclusions.within[cluster][lane as usize];
        let acts = [0, 1, 2, 3].map(|other| f64::from((bits >> other) & 1));
        let excluded = f64x4::from_slice(simd, &acts).simd_gt(f64x4::splat(simd, 0.5));
        return [x, y, z, excluded.select(f64x4::splat(simd, 1e60), squared)];
    }
    [x, y, z, squared]
}

/// `s G_s` of one segment.
#[inline(always)]
fn add_shifted<S: Simd>(shifted: &mut [f64; 6], shift: &Vector3<f64>, felt: &[f64x4<S>; 3]) {
    let total = [sum(felt[0]), sum(felt[1]), sum(felt[2])];
    for k in 0..6 {
        let (i, j) = COMPONENTS[k];
        shifted[k] += shift[i] * total[j];
    }
}

/// Potential energy of the pairs listed for one chunk and of those within its clusters.
#[inline(always)]
pub(crate) fn energy_of_chunk<S: Simd, P: PairLaw, const EXCLUDING: bool>(
    simd: S,
    law: &P,
    around: &Surroundings<'_>,
    list: &ChunkList,
    first: usize,
) -> f64 {
    let zero = f64x4::splat(simd, 0.0);
    let cutoff_squared = f64x4::splat(simd, around.cutoff_squared);
    // Pairs within a cluster are met from both sides.
    let (mut own, mut energy) = (zero, zero);
    let (mut entry, mut segment) = (0, 0);
    for (index, &end) in list.ends.iter().enumerate() {
        let cluster = first + index;
        let count = around.counts[cluster];
        let centre = Centre::load(simd, around.positions, cluster, count, &Vector3::zeros());
        for lane in 0..count {
            let [_, _, _, squared] = own_separation::<S, EXCLUDING>(simd, &centre, around, cluster, lane);
            own += squared.simd_lt(cutoff_squared).select(law.energy(simd, squared), zero);
        }
        while segment < end as usize {
            let part = &list.segments[segment];
            let shift = translation(&around.edges, part.label);
            let centre = Centre::load(simd, around.positions, cluster, count, &shift);
            for &neighbour in &list.entries[entry..part.end as usize] {
                let [x, y, z] = centre.separation(simd, around.positions, neighbour);
                let squared = z.mul_add(z, y.mul_add(y, x * x));
                energy += squared.simd_lt(cutoff_squared).select(law.energy(simd, squared), zero);
            }
            entry = part.end as usize;
            segment += 1;
        }
    }
    if EXCLUDING && let Some(exclusions) = around.exclusions {
        for entry in &exclusions.entries[first / CHUNK] {
            let shift = translation(&around.edges, entry.label);
            let (_, squared) = masked_separation(simd, around, entry, &shift);
            energy += squared.simd_lt(cutoff_squared).select(law.energy(simd, squared), zero);
        }
    }
    0.5 * sum(own) + sum(energy)
}

/// The three vectors of a block of [`STRIDE`] numbers.
#[inline(always)]
pub(crate) fn load<S: Simd>(simd: S, block: &[f64]) -> [f64x4<S>; 3] {
    [
        f64x4::from_slice(simd, &block[..LANES]),
        f64x4::from_slice(simd, &block[LANES..2 * LANES]),
        f64x4::from_slice(simd, &block[2 * LANES..STRIDE]),
    ]
}

/// Stores what [`load`] loads.
#[inline(always)]
pub(crate) fn store<S: Simd>(value: &[f64x4<S>; 3], block: &mut [f64]) {
    for k in 0..3 {
        value[k].store_slice(&mut block[k * LANES..(k + 1) * LANES]);
    }
}

/// The sum of four lanes, in one order at every level.
#[inline(always)]
pub(crate) fn sum<S: Simd>(value: f64x4<S>) -> f64 {
    let mut lanes = [0.0; 4];
    value.store_slice(&mut lanes);
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
}
