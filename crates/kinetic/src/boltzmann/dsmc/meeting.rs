//! Two blocks of particles meet, lane by lane: one candidate collision a lane, in vector registers.

use super::batch::Numbers;
use super::bounds::class_of;
use super::frame::Frame;
use super::law::{Law, deflected};
use super::particles::{Block, WIDTH};
use fearless_simd::{Simd, f64x8, mask64x8, prelude::*};

/// What is the same for all candidates of a batch.
#[derive(Clone, Debug)]
pub(super) struct Setting<'a> {
    pub(super) frame: &'a Frame,
    /// The smallest `J` of the span.
    pub(super) volume: f64,
    /// Classes per velocity, growth up to the end of the epoch included.
    pub(super) scale: f64,
}

/// What has become of two blocks.
#[derive(Clone, Copy)]
pub(super) struct Outcome<S: Simd> {
    /// Of the first and of the second block.
    pub(super) momenta: [[f64x8<S>; 3]; 2],
    /// Their new speed classes.
    pub(super) class: [u32; 2],
    /// Bit `l`: whether lane `l` collided.
    pub(super) collided: u64,
    /// Relative speeds before; not finite where a velocity is not.
    pub(super) speed: f64x8<S>,
}

/// Lane `l` of the first block meets lane `l` of the second one `delay` after the frame's start.
///
/// | symbol | code | dimension |
/// |---|---|---|
/// | `p_i - p_j`, `p_i + p_j` | `difference`, `sum` | velocity |
/// | `h(b_i) + h(b_j)` | `majorant` | volume/time |
/// | `u = F^-1 (p_i - p_j)`, `abs(u)` | `relative`, `speed` | velocity |
/// | `W = F^-1 (p_i + p_j) / 2` | `centre` | velocity |
/// | `u'`, `F u'` | `after`, `kick` | velocity |
///
/// Products and sums are rounded one by one: the bits are the same with and without fused instructions.
#[inline(always)]
pub(super) fn meet<S: Simd, L: Law>(
    simd: S,
    law: &L,
    blocks: [&Block; 2],
    numbers: &Numbers,
    delay: f64,
    majorant: f64,
    setting: &Setting<'_>,
) -> Outcome<S> {
    let (p, q) = (blocks[0].load(simd), blocks[1].load(simd));
    let difference = [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
    let sum = [p[0] + q[0], p[1] + q[1], p[2] + q[2]];
    let adjugate = setting.frame.adjugate(delay);
    let volume = setting.frame.volume(delay);
    let inverse = 1.0 / volume;
    let relative = scaled(simd, &product(simd, &adjugate, &difference), inverse);
    let speed = squared(&relative).sqrt();
    let rate = law.rates(simd, speed) * f64x8::splat(simd, setting.volume);
    let threshold = f64x8::load_array_ref(simd, &numbers.threshold);
    let collides = rate.simd_gt(threshold * f64x8::splat(simd, majorant * volume));
    let after = scattered(simd, law, &relative, speed, collides, numbers);
    let kick = product(simd, &setting.frame.deformation(delay), &after);
    // What does not collide keeps its bits.
    let half = f64x8::splat(simd, 0.5);
    let plus = [
        collides.select((sum[0] + kick[0]) * half, p[0]),
        collides.select((sum[1] + kick[1]) * half, p[1]),
        collides.select((sum[2] + kick[2]) * half, p[2]),
    ];
    let minus = [
        collides.select((sum[0] - kick[0]) * half, q[0]),
        collides.select((sum[1] - kick[1]) * half, q[1]),
        collides.select((sum[2] - kick[2]) * half, q[2]),
    ];
    let mut class = [0; 2];
    if L::BOUNDED {
        let centre = scaled(simd, &product(simd, &adjugate, &sum), 0.5 * inverse);
        let after = scaled(simd, &after, 0.5);
        let up = squared(&[centre[0] + after[0], centre[1] + after[1], centre[2] + after[2]]);
        let down = squared(&[centre[0] - after[0], centre[1] - after[1], centre[2] - after[2]]);
        class[0] = class_of(up.reduce_max().sqrt() * setting.scale);
        class[1] = class_of(down.reduce_max().sqrt() * setting.scale);
    }
    Outcome { momenta: [plus, minus], class, collided: collides.to_bitmask(), speed }
}

/// A matrix by columns times the vectors of a block.
#[inline(always)]
fn product<S: Simd>(simd: S, columns: &[[f64; 4]; 3], v: &[f64x8<S>; 3]) -> [f64x8<S>; 3] {
    let mut rows = *v;
    for r in 0..3 {
        rows[r] = v[0] * f64x8::splat(simd, columns[0][r])
            + v[1] * f64x8::splat(simd, columns[1][r])
            + v[2] * f64x8::splat(simd, columns[2][r]);
    }
    rows
}

#[inline(always)]
fn scaled<S: Simd>(simd: S, v: &[f64x8<S>; 3], factor: f64) -> [f64x8<S>; 3] {
    let factor = f64x8::splat(simd, factor);
    [v[0] * factor, v[1] * factor, v[2] * factor]
}

#[inline(always)]
fn squared<S: Simd>(v: &[f64x8<S>; 3]) -> f64x8<S> {
    v[0] * v[0] + v[1] * v[1] + v[2] * v[2]
}

/// `u'` where there is a collision, `u` elsewhere.
#[inline(always)]
fn scattered<S: Simd, L: Law>(
    simd: S,
    law: &L,
    relative: &[f64x8<S>; 3],
    speed: f64x8<S>,
    collides: mask64x8<S>,
    numbers: &Numbers,
) -> [f64x8<S>; 3] {
    let mut after = *relative;
    if L::ISOTROPIC {
        for r in 0..3 {
            let direction = f64x8::load_array_ref(simd, &numbers.direction[r]);
            after[r] = collides.select(direction * speed, relative[r]);
        }
    } else {
        // A pair that is not scattered may be at rest; its angle is not looked up.
        let bits = collides.to_bitmask();
        for l in 0..WIDTH {
            if bits >> l & 1 == 1 {
                let u = [relative[0][l], relative[1][l], relative[2][l]];
                let [x, y, z] = &numbers.direction;
                let scattered = deflected(law, &u, speed[l], &[x[l], y[l], z[l]]);
                for r in 0..3 {
                    after[r][l] = scattered[r];
                }
            }
        }
    }
    after
}
