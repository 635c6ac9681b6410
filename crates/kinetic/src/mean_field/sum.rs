//! Sums over pairs as they stand: a block of targets in vector registers, one source after the other.

use super::law::PairLaw;
use crate::arithmetic::{is_fused, multiply_add};
use fearless_simd::{Level, dispatch};

/// Targets of a block.
const BLOCK: usize = 8;
/// Targets worked on by one thread at a time.
pub(super) const CHUNK: usize = 512;

/// Points as one array a coordinate.
#[derive(Clone, Debug, Default)]
pub(super) struct Points {
    pub(super) coordinates: [Vec<f64>; 3],
}

impl Points {
    pub(super) fn slice(&self, range: std::ops::Range<usize>) -> PointSlice<'_> {
        let [x, y, z] = &self.coordinates;
        PointSlice { coordinates: [&x[range.clone()], &y[range.clone()], &z[range]] }
    }

    /// Lowest and highest value of every coordinate; `None` where one is not finite.
    pub(super) fn bounds(&self) -> Option<[[f64; 2]; 3]> {
        let [x, y, z] = self.coordinates.each_ref().map(|some| {
            some.iter().try_fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &x| {
                x.is_finite().then_some([low.min(x), high.max(x)])
            })
        });
        Some([x?, y?, z?])
    }

    /// `most` of them or fewer, spread evenly over the list.
    pub(super) fn thinned(&self, most: usize) -> Self {
        let step = self.coordinates[0].len().div_ceil(most).max(1);
        Self { coordinates: self.coordinates.each_ref().map(|some| some.iter().step_by(step).copied().collect()) }
    }
}

/// Some of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct PointSlice<'a> {
    pub(super) coordinates: [&'a [f64]; 3],
}

impl PointSlice<'_> {
    pub(super) fn len(&self) -> usize {
        self.coordinates[0].len()
    }
}

/// `sum q U` and `-sum q grad U` at a target: energy, then force.
pub(super) type Field = [f64; 4];

/// Adds to `fields` what the `sources` of weight `weights` do to each of `targets`.
///
/// A target that is among the sources adds `U(0)` to its energy and nothing to its force.
pub(super) fn add_fields(
    level: Level,
    law: &impl PairLaw,
    targets: PointSlice<'_>,
    sources: PointSlice<'_>,
    weights: &[f64],
    fields: &mut [Field],
) {
    if is_fused(level) {
        dispatch!(level, _simd => blocks::<true>(law, targets, sources, weights, fields));
    } else {
        dispatch!(level, _simd => blocks::<false>(law, targets, sources, weights, fields));
    }
}

#[inline(always)]
fn blocks<const FUSED: bool>(
    law: &impl PairLaw,
    targets: PointSlice<'_>,
    sources: PointSlice<'_>,
    weights: &[f64],
    fields: &mut [Field],
) {
    let [xs, ys, zs] = targets.coordinates;
    let blocks = xs.chunks(BLOCK).zip(ys.chunks(BLOCK)).zip(zs.chunks(BLOCK)).zip(fields.chunks_mut(BLOCK));
    for (((x, y), z), fields) in blocks {
        let at = [padded(x), padded(y), padded(z)];
        let sums = block::<FUSED>(law, &at, sources, weights);
        for (lane, field) in fields.iter_mut().enumerate() {
            for (component, sum) in field.iter_mut().zip(&sums) {
                *component += sum[lane];
            }
        }
    }
}

/// A block whose missing lanes repeat the first.
#[inline(always)]
fn padded(values: &[f64]) -> [f64; BLOCK] {
    let mut block = [values[0]; BLOCK];
    block[..values.len()].copy_from_slice(values);
    block
}

#[inline(always)]
fn block<const FUSED: bool>(
    law: &impl PairLaw,
    at: &[[f64; BLOCK]; 3],
    sources: PointSlice<'_>,
    weights: &[f64],
) -> [[f64; BLOCK]; 4] {
    let [xs, ys, zs] = sources.coordinates;
    let mut sums = [[0.0; BLOCK]; 4];
    let count = xs.len().min(ys.len()).min(zs.len()).min(weights.len());
    for j in 0..count {
        let (x, y, z, weight) = (xs[j], ys[j], zs[j], weights[j]);
        for l in 0..BLOCK {
            let (dx, dy, dz) = (at[0][l] - x, at[1][l] - y, at[2][l] - z);
            let squared = multiply_add::<FUSED>(dx, dx, multiply_add::<FUSED>(dy, dy, dz * dz));
            let (energy, pull) = law.energy_and_pull::<FUSED>(squared);
            let pull = weight * pull;
            sums[0][l] = multiply_add::<FUSED>(weight, energy, sums[0][l]);
            sums[1][l] = multiply_add::<FUSED>(pull, dx, sums[1][l]);
            sums[2][l] = multiply_add::<FUSED>(pull, dy, sums[2][l]);
            sums[3][l] = multiply_add::<FUSED>(pull, dz, sums[3][l]);
        }
    }
    sums
}

/// `energies[k] = U(source k)` as seen from `at`.
pub(super) fn energies(level: Level, law: &impl PairLaw, at: [f64; 3], sources: PointSlice<'_>, energies: &mut [f64]) {
    #[inline(always)]
    fn fill<const FUSED: bool>(law: &impl PairLaw, at: [f64; 3], sources: PointSlice<'_>, energies: &mut [f64]) {
        let [xs, ys, zs] = sources.coordinates;
        for (((energy, x), y), z) in energies.iter_mut().zip(xs).zip(ys).zip(zs) {
            let (dx, dy, dz) = (at[0] - x, at[1] - y, at[2] - z);
            let squared = multiply_add::<FUSED>(dx, dx, multiply_add::<FUSED>(dy, dy, dz * dz));
            *energy = law.energy_and_pull::<FUSED>(squared).0;
        }
    }
    if is_fused(level) {
        dispatch!(level, _simd => fill::<true>(law, at, sources, energies));
    } else {
        dispatch!(level, _simd => fill::<false>(law, at, sources, energies));
    }
}
