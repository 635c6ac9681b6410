//! Two blocks of particles meet, lane by lane: one candidate collision a lane, in vector registers.

use super::batch::Numbers;
use super::bounds::class_of;
use super::frame::Frame;
use super::law::{Law, deflected};
use super::particles::{Block, Lane, WIDTH, added, largest};

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
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) blocks: [Block; 2],
    /// Their new speed classes.
    pub(super) class: [u32; 2],
    pub(super) collisions: u32,
    /// Not finite where a velocity is not.
    pub(super) sum_of_speeds: f64,
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
#[inline(always)]
pub(super) fn meet<L: Law>(
    law: &L,
    blocks: [&Block; 2],
    numbers: &Numbers,
    delay: f64,
    majorant: f64,
    setting: &Setting<'_>,
) -> Outcome {
    let [p, q] = blocks.map(|block| &block.momentum);
    let adjugate = setting.frame.adjugate(delay);
    let volume = setting.frame.volume(delay);
    let inverse = 1.0 / volume;
    let half = 0.5 * inverse;
    let [mut difference, mut sum, mut relative, mut centre] = [[[0.0; WIDTH]; 3]; 4];
    for r in 0..3 {
        for l in 0..WIDTH {
            difference[r][l] = p[r][l] - q[r][l];
            sum[r][l] = p[r][l] + q[r][l];
        }
    }
    let mut square = [0.0; WIDTH];
    for r in 0..3 {
        let [a, b, c] = [adjugate[0][r], adjugate[1][r], adjugate[2][r]];
        for l in 0..WIDTH {
            let u = (a * difference[0][l] + b * difference[1][l] + c * difference[2][l]) * inverse;
            relative[r][l] = u;
            square[l] += u * u;
        }
        if L::BOUNDED {
            for l in 0..WIDTH {
                centre[r][l] = (a * sum[0][l] + b * sum[1][l] + c * sum[2][l]) * half;
            }
        }
    }
    let most = majorant * volume;
    let (mut speed, mut collides) = ([0.0; WIDTH], [false; WIDTH]);
    for l in 0..WIDTH {
        speed[l] = f64::sqrt(square[l]);
        let rate = law.rate(speed[l]) * setting.volume;
        debug_assert!(numbers.threshold[l] > 1.0 || rate <= most * (1.0 + 1e-9), "a rate is above its majorant");
        collides[l] = rate > numbers.threshold[l] * most;
    }
    let after = scattered(law, &relative, &speed, &collides, numbers);
    let deformation = setting.frame.deformation(delay);
    let mut outcome = Outcome { blocks: [Block::default(); 2], class: [0; 2], collisions: 0, sum_of_speeds: 0.0 };
    let [plus, minus] = &mut outcome.blocks;
    for r in 0..3 {
        let [a, b, c] = [deformation[0][r], deformation[1][r], deformation[2][r]];
        for l in 0..WIDTH {
            let kick = a * after[0][l] + b * after[1][l] + c * after[2][l];
            // What does not collide keeps its bits.
            plus.momentum[r][l] = if collides[l] { 0.5 * (sum[r][l] + kick) } else { p[r][l] };
            minus.momentum[r][l] = if collides[l] { 0.5 * (sum[r][l] - kick) } else { q[r][l] };
        }
    }
    if L::BOUNDED {
        let mut squares = [[0.0; WIDTH]; 2];
        for r in 0..3 {
            for l in 0..WIDTH {
                let (x, y) = (centre[r][l] + 0.5 * after[r][l], centre[r][l] - 0.5 * after[r][l]);
                squares[0][l] += x * x;
                squares[1][l] += y * y;
            }
        }
        outcome.class = squares.map(|square| class_of(largest(square).sqrt() * setting.scale));
    }
    outcome.collisions = collides.iter().map(|&collides| u32::from(collides)).sum();
    outcome.sum_of_speeds = added(speed);
    outcome
}

/// `u'` where there is a collision, `u` elsewhere.
#[inline(always)]
fn scattered<L: Law>(
    law: &L,
    relative: &[Lane; 3],
    speed: &Lane,
    collides: &[bool; WIDTH],
    numbers: &Numbers,
) -> [Lane; 3] {
    let mut after = *relative;
    if L::ISOTROPIC {
        for r in 0..3 {
            for l in 0..WIDTH {
                let scattered = speed[l] * numbers.direction[r][l];
                after[r][l] = if collides[l] { scattered } else { relative[r][l] };
            }
        }
    } else {
        // A pair that is not scattered may be at rest; its angle is not looked up.
        for l in (0..WIDTH).filter(|&l| collides[l]) {
            let [u, direction] = [relative, &numbers.direction].map(|x| x.each_ref().map(|x| x[l]));
            let scattered = deflected(law, &u, speed[l], &direction);
            for r in 0..3 {
                after[r][l] = scattered[r];
            }
        }
    }
    after
}
