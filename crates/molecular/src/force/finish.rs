//! Adding up the parts' forces, and what is done with them in the same pass over memory.

use super::drift::{Drift, Farthest};
use super::kernel::{COMPONENTS, load, store, sum};
use super::part::ForcePart;
use crate::neighbours::STRIDE;
use fearless_simd::{Simd, f64x4, prelude::*};
use omd_flow::Matrix3;

/// Sums over atoms; six components are xx yy zz xy xz yz.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ChunkSums {
    /// `sum w w^T`, velocity squared, after the half kick.
    pub(crate) kinetic: [f64; 6],
    /// `sum w`.
    pub(crate) drift: [f64; 3],
    /// `(1/2) sum_k sum_j r f = sum_k x_k f_k - sum_s s G_s`, energy.
    ///
    /// One chunk's share is `sum_k x_k f_k`; the rest comes from the parts.
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

/// What the last pass of a step needs besides forces.
#[derive(Clone, Copy)]
pub(crate) struct Finish<'a> {
    /// All parts, in order.
    pub(crate) parts: &'a [ForcePart],
    /// For each chunk the parts that touch it, in order, and which of their touched chunks it is.
    pub(crate) contributors: &'a [Vec<[u32; 2]>],
    /// `L(t)`.
    pub(crate) gradient: Matrix3<f64>,
    /// `dt/(2m)`: the half kick that follows the forces; 0 for none.
    pub(crate) half_kick: f64,
    /// The first half of the next step, where that is known to come.
    pub(crate) next: Option<Drift>,
}

/// One chunk of the arrays.
pub(crate) struct FinishedChunk<'a> {
    /// Which one it is.
    pub(crate) index: usize,
    pub(crate) positions: &'a mut [f64],
    pub(crate) velocities: &'a mut [f64],
    pub(crate) forces: &'a mut [f64],
    pub(crate) anchors: &'a [f64],
}

/// Forces, the half kick and the sums of a chunk; then the first half of the next step, and the largest squared displacement
/// beyond the flow after it.
///
/// Forces that are used up by the next step are not stored.
#[inline(always)]
pub(crate) fn finish_chunk<S: Simd>(simd: S, finish: &Finish<'_>, chunk: &mut FinishedChunk<'_>) -> (ChunkSums, f64) {
    let zero = f64x4::splat(simd, 0.0);
    let mut sums = LaneSums { kinetic: [zero; 6], drift: [zero; 3], virial: [zero; 6] };
    let mut farthest = Farthest::new(simd);
    let moving = chunk.positions.chunks_exact_mut(STRIDE).zip(chunk.velocities.chunks_exact_mut(STRIDE));
    let others = chunk.forces.chunks_exact_mut(STRIDE).zip(chunk.anchors.chunks_exact(STRIDE));
    for (member, ((position, velocity), (force, anchor))) in moving.zip(others).enumerate() {
        let total = total_force(simd, finish, chunk.index, member);
        let place = load(simd, position);
        let kicked = sums.add_cluster(simd, finish, &place, &total, load(simd, velocity));
        if let Some(drift) = &finish.next {
            let ([moved, moving], squared) = drift.cluster(simd, [place, kicked], &total, &load(simd, anchor));
            store(&moved, position);
            store(&moving, velocity);
            farthest.note(squared);
        } else {
            store(&total, force);
            store(&kicked, velocity);
        }
    }
    (sums.reduce(), farthest.squared())
}

/// The sum over parts for one cluster of a chunk, as lanes.
#[inline(always)]
fn total_force<S: Simd>(simd: S, finish: &Finish<'_>, chunk: usize, member: usize) -> [f64x4<S>; 3] {
    let mut total = [f64x4::splat(simd, 0.0); 3];
    for &[part, touched] in &finish.contributors[chunk] {
        let [x, y, z] = load(simd, finish.parts[part as usize].of_cluster(touched, member));
        total = [total[0] + x, total[1] + y, total[2] + z];
    }
    total
}

/// [`ChunkSums`] with four lanes each.
struct LaneSums<S: Simd> {
    kinetic: [f64x4<S>; 6],
    drift: [f64x4<S>; 3],
    virial: [f64x4<S>; 6],
}

impl<S: Simd> LaneSums<S> {
    /// The velocity of a cluster after the half kick, and its part of the sums.
    #[inline(always)]
    fn add_cluster(
        &mut self,
        simd: S,
        finish: &Finish<'_>,
        position: &[f64x4<S>; 3],
        force: &[f64x4<S>; 3],
        mut velocity: [f64x4<S>; 3],
    ) -> [f64x4<S>; 3] {
        let kick = f64x4::splat(simd, finish.half_kick);
        for k in 0..3 {
            velocity[k] = force[k].mul_add(kick, velocity[k]);
        }
        let mut peculiar = velocity;
        for k in 0..3 {
            for j in 0..3 {
                peculiar[k] = position[j].mul_add(f64x4::splat(simd, -finish.gradient[(k, j)]), peculiar[k]);
            }
        }
        for k in 0..6 {
            let (i, j) = COMPONENTS[k];
            self.kinetic[k] = peculiar[i].mul_add(peculiar[j], self.kinetic[k]);
            self.virial[k] = position[i].mul_add(force[j], self.virial[k]);
        }
        for k in 0..3 {
            self.drift[k] += peculiar[k];
        }
        velocity
    }

    #[inline(always)]
    fn reduce(self) -> ChunkSums {
        let mut sums = ChunkSums::default();
        for k in 0..6 {
            sums.kinetic[k] = sum(self.kinetic[k]);
            sums.virial[k] = sum(self.virial[k]);
        }
        for k in 0..3 {
            sums.drift[k] = sum(self.drift[k]);
        }
        sums
    }
}
