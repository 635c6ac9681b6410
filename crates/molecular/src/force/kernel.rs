//! The loops over neighbour lists.

use super::PairLaw;
use crate::neighbours::{Centre, ChunkList, LANES, STRIDE};
use fearless_simd::{Simd, f64x4, prelude::*};
use omd_flow::{Matrix3, Vector3};

/// What the forces of every chunk are made from.
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
    /// `L(t)`.
    pub(crate) gradient: Matrix3<f64>,
    /// `dt/(2m)`: the half kick that follows the forces; 0 for none.
    pub(crate) half_kick: f64,
}

/// Sums over the atoms of one chunk; six components are xx yy zz xy xz yz.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ChunkSums {
    /// `sum w w^T`, velocity squared, after the half kick.
    pub(crate) kinetic: [f64; 6],
    /// `sum w`.
    pub(crate) drift: [f64; 3],
    /// `(1/2) sum_k sum_j r f`, energy. One chunk's share is meaningful only in the sum over chunks:
    /// `sum_k x_k f_k - (1/2) sum_s s G_s`, `G_s` the force that atoms feel from images translated by `s`.
    pub(crate) virial: [f64; 6],
}

impl ChunkSums {
    /// Adds another chunk's sums; the caller keeps the order of chunks.
    pub(crate) fn add(&mut self, other: &Self) {
        for k in 0..6 {
            self.kinetic[k] += other.kinetic[k];
            self.virial[k] += other.virial[k];
        }
        for k in 0..3 {
            self.drift[k] += other.drift[k];
        }
    }
}

/// The pairs (row, column) of the six components.
const COMPONENTS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)];

/// Forces on the clusters of one chunk, the half kick that follows, and the sums over them.
///
/// `forces` and `velocities` are the chunk's own part, `first` its first cluster.
#[inline(always)]
pub(crate) fn forces_of_chunk<S: Simd, P: PairLaw>(
    simd: S,
    law: &P,
    around: &Surroundings<'_>,
    list: &ChunkList,
    first: usize,
    forces: &mut [f64],
    velocities: &mut [f64],
) -> ChunkSums {
    let zero = f64x4::splat(simd, 0.0);
    let mut sums = LaneSums { kinetic: [zero; 6], drift: [zero; 3], virial: [zero; 6] };
    let (mut entry, mut segment) = (0, 0);
    for (index, &end) in list.ends.iter().enumerate() {
        let cluster = first + index;
        let mut force = own_forces(simd, law, around, cluster);
        while segment < end as usize {
            let part = &list.segments[segment];
            let shift = around.edges * Vector3::from(part.label).map(f64::from);
            let entries = &list.entries[entry..part.end as usize];
            let felt = segment_forces(simd, law, around, cluster, &shift, entries);
            if part.label != [0; 3] {
                sums.subtract_half(simd, &shift, &felt);
            }
            force = [0, 1, 2].map(|k| force[k] + felt[k]);
            entry = part.end as usize;
            segment += 1;
        }
        let range = index * STRIDE..(index + 1) * STRIDE;
        let position = load(simd, &around.positions[cluster * STRIDE..(cluster + 1) * STRIDE]);
        store(&force, &mut forces[range.clone()]);
        sums.finish(simd, around, &position, &force, &mut velocities[range]);
    }
    sums.reduce()
}

/// Forces of one image of the surroundings on a cluster.
#[inline(always)]
fn segment_forces<S: Simd, P: PairLaw>(
    simd: S,
    law: &P,
    around: &Surroundings<'_>,
    cluster: usize,
    shift: &Vector3<f64>,
    entries: &[u32],
) -> [f64x4<S>; 3] {
    let zero = f64x4::splat(simd, 0.0);
    let centre = Centre::load(simd, around.positions, cluster, around.counts[cluster], shift);
    let cutoff_squared = f64x4::splat(simd, around.cutoff_squared);
    let mut force = [zero; 3];
    for &entry in entries {
        let [x, y, z] = centre.from_entry(simd, around.positions, entry);
        let squared = z.mul_add(z, y.mul_add(y, x * x));
        let inside = squared.simd_lt(cutoff_squared);
        let strength = inside.select(law.force_over_distance(simd, squared), zero);
        force = [strength.mul_add(x, force[0]), strength.mul_add(y, force[1]), strength.mul_add(z, force[2])];
    }
    force
}

/// Forces among the four atoms of a cluster: a pair of an atom with itself is left out.
#[inline(always)]
fn own_forces<S: Simd, P: PairLaw>(simd: S, law: &P, around: &Surroundings<'_>, cluster: usize) -> [f64x4<S>; 3] {
    let zero = f64x4::splat(simd, 0.0);
    let count = around.counts[cluster];
    let centre = Centre::load(simd, around.positions, cluster, count, &Vector3::zeros());
    let lanes = f64x4::from_slice(simd, &[0.0, 1.0, 2.0, 3.0]);
    let mut force = [zero; 3];
    for lane in 0..count {
        let entry = (cluster * STRIDE) as u32 + u32::from(lane);
        let [x, y, z] = centre.from_entry(simd, around.positions, entry);
        let itself = lanes.simd_eq(f64x4::splat(simd, f64::from(lane)));
        let squared = itself.select(f64x4::splat(simd, 1e60), z.mul_add(z, y.mul_add(y, x * x)));
        let inside = squared.simd_lt(f64x4::splat(simd, around.cutoff_squared));
        let strength = inside.select(law.force_over_distance(simd, squared), zero);
        force = [strength.mul_add(x, force[0]), strength.mul_add(y, force[1]), strength.mul_add(z, force[2])];
    }
    force
}

/// Potential energy of one chunk's atoms: half of every pair they are in.
#[inline(always)]
pub(crate) fn energy_of_chunk<S: Simd, P: PairLaw>(
    simd: S,
    law: &P,
    around: &Surroundings<'_>,
    list: &ChunkList,
    first: usize,
) -> f64 {
    let zero = f64x4::splat(simd, 0.0);
    let cutoff_squared = f64x4::splat(simd, around.cutoff_squared);
    let lanes = f64x4::from_slice(simd, &[0.0, 1.0, 2.0, 3.0]);
    let mut energy = zero;
    let (mut entry, mut segment) = (0, 0);
    for (index, &end) in list.ends.iter().enumerate() {
        let cluster = first + index;
        let count = around.counts[cluster];
        let centre = Centre::load(simd, around.positions, cluster, count, &Vector3::zeros());
        for lane in 0..count {
            let [x, y, z] = centre.from_entry(simd, around.positions, (cluster * STRIDE) as u32 + u32::from(lane));
            let itself = lanes.simd_eq(f64x4::splat(simd, f64::from(lane)));
            let squared = itself.select(f64x4::splat(simd, 1e60), z.mul_add(z, y.mul_add(y, x * x)));
            energy += squared.simd_lt(cutoff_squared).select(law.energy(simd, squared), zero);
        }
        while segment < end as usize {
            let part = &list.segments[segment];
            let shift = around.edges * Vector3::from(part.label).map(f64::from);
            let centre = Centre::load(simd, around.positions, cluster, count, &shift);
            for &neighbour in &list.entries[entry..part.end as usize] {
                let [x, y, z] = centre.from_entry(simd, around.positions, neighbour);
                let squared = z.mul_add(z, y.mul_add(y, x * x));
                energy += squared.simd_lt(cutoff_squared).select(law.energy(simd, squared), zero);
            }
            entry = part.end as usize;
            segment += 1;
        }
    }
    0.5 * sum(energy)
}

/// [`ChunkSums`] with four lanes each.
struct LaneSums<S: Simd> {
    kinetic: [f64x4<S>; 6],
    drift: [f64x4<S>; 3],
    virial: [f64x4<S>; 6],
}

impl<S: Simd> LaneSums<S> {
    /// `-(1/2) s G` of one segment.
    #[inline(always)]
    fn subtract_half(&mut self, simd: S, shift: &Vector3<f64>, felt: &[f64x4<S>; 3]) {
        for (k, (i, j)) in COMPONENTS.into_iter().enumerate() {
            self.virial[k] = felt[j].mul_add(f64x4::splat(simd, -0.5 * shift[i]), self.virial[k]);
        }
    }

    /// The half kick of a cluster and its part of the sums.
    #[inline(always)]
    fn finish(
        &mut self,
        simd: S,
        around: &Surroundings<'_>,
        position: &[f64x4<S>; 3],
        force: &[f64x4<S>; 3],
        velocities: &mut [f64],
    ) {
        let kick = f64x4::splat(simd, around.half_kick);
        let velocity = load(simd, velocities);
        let velocity = [0, 1, 2].map(|k| force[k].mul_add(kick, velocity[k]));
        store(&velocity, velocities);
        let l = |i, j| f64x4::splat(simd, -around.gradient[(i, j)]);
        let peculiar = [0, 1, 2].map(|k| {
            let [x, y, z] = position;
            z.mul_add(l(k, 2), y.mul_add(l(k, 1), x.mul_add(l(k, 0), velocity[k])))
        });
        for (k, (i, j)) in COMPONENTS.into_iter().enumerate() {
            self.kinetic[k] = peculiar[i].mul_add(peculiar[j], self.kinetic[k]);
            self.virial[k] = position[i].mul_add(force[j], self.virial[k]);
        }
        for k in 0..3 {
            self.drift[k] += peculiar[k];
        }
    }

    #[inline(always)]
    fn reduce(self) -> ChunkSums {
        ChunkSums { kinetic: self.kinetic.map(sum), drift: self.drift.map(sum), virial: self.virial.map(sum) }
    }
}

#[inline(always)]
fn load<S: Simd>(simd: S, block: &[f64]) -> [f64x4<S>; 3] {
    [0, 1, 2].map(|k| f64x4::from_slice(simd, &block[k * LANES..(k + 1) * LANES]))
}

#[inline(always)]
fn store<S: Simd>(value: &[f64x4<S>; 3], block: &mut [f64]) {
    for k in 0..3 {
        value[k].store_slice(&mut block[k * LANES..(k + 1) * LANES]);
    }
}

/// The sum of four lanes, in one order at every level.
#[inline(always)]
fn sum<S: Simd>(value: f64x4<S>) -> f64 {
    let mut lanes = [0.0; 4];
    value.store_slice(&mut lanes);
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
}
