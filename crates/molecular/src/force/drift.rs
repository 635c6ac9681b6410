//! The first half of a step of velocity Verlet.

use super::kernel::{load, store};
use crate::neighbours::{LANES, STRIDE};
use fearless_simd::{Simd, f64x4, prelude::*};
use omd_flow::Matrix3;

/// Half a kick and the drift, and how far beyond the flow that takes the atoms from their anchors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drift {
    /// `dt/(2m)`.
    pub(crate) kick: f64,
    pub(crate) time_step: f64,
    /// `M`: what is at `X` when the list is built the flow takes to `M X`.
    pub(crate) motion: Matrix3<f64>,
}

impl Drift {
    /// Position and velocity of a cluster, from those before, the force on it and its anchor; the squared displacement beyond the flow.
    #[inline(always)]
    pub(crate) fn cluster<S: Simd>(
        &self,
        simd: S,
        [position, velocity]: [[f64x4<S>; 3]; 2],
        force: &[f64x4<S>; 3],
        anchor: &[f64x4<S>; 3],
    ) -> ([[f64x4<S>; 3]; 2], f64x4<S>) {
        let (kick, step) = (f64x4::splat(simd, self.kick), f64x4::splat(simd, self.time_step));
        let (mut moved, mut moving) = (position, velocity);
        for k in 0..3 {
            moving[k] = force[k].mul_add(kick, velocity[k]);
            moved[k] = moving[k].mul_add(step, position[k]);
        }
        let mut beyond = moved;
        for k in 0..3 {
            for j in 0..3 {
                beyond[k] = anchor[j].mul_add(f64x4::splat(simd, -self.motion[(k, j)]), beyond[k]);
            }
        }
        let squared = beyond[2].mul_add(beyond[2], beyond[1].mul_add(beyond[1], beyond[0] * beyond[0]));
        ([moved, moving], squared)
    }
}

/// The first half of a step for one chunk; the largest squared displacement beyond the flow.
#[inline(always)]
pub(crate) fn drift_chunk<S: Simd>(
    simd: S,
    drift: &Drift,
    positions: &mut [f64],
    velocities: &mut [f64],
    forces: &[f64],
    anchors: &[f64],
) -> f64 {
    let mut farthest = Farthest::new(simd);
    let blocks = positions.chunks_exact_mut(STRIDE).zip(velocities.chunks_exact_mut(STRIDE));
    let constants = forces.chunks_exact(STRIDE).zip(anchors.chunks_exact(STRIDE));
    for ((position, velocity), (force, anchor)) in blocks.zip(constants) {
        let before = [load(simd, position), load(simd, velocity)];
        let ([moved, moving], squared) = drift.cluster(simd, before, &load(simd, force), &load(simd, anchor));
        store(&moved, position);
        store(&moving, velocity);
        farthest.note(squared);
    }
    farthest.squared()
}

/// The largest squares so far.
pub(super) struct Farthest<S: Simd>(f64x4<S>);

impl<S: Simd> Farthest<S> {
    #[inline(always)]
    pub(super) fn new(simd: S) -> Self {
        Self(f64x4::splat(simd, 0.0))
    }

    #[inline(always)]
    pub(super) fn note(&mut self, squared: f64x4<S>) {
        // In this order a lane that is not a number stays so.
        self.0 = self.0.simd_ge(squared).select(self.0, squared);
    }

    #[inline(always)]
    pub(super) fn squared(self) -> f64 {
        let mut lanes = [0.0; LANES];
        self.0.store_slice(&mut lanes);
        lanes.into_iter().fold(0.0, largest)
    }
}

/// The larger of two squares; not a number wins.
pub(crate) fn largest(a: f64, b: f64) -> f64 {
    if a >= b || a.is_nan() { a } else { b }
}
