//! A batch of candidate pairs: every random number of it, drawn in advance in vector registers.

use super::bounds::{FULL, SpeedBounds};
use super::elementary::{circle, logarithm};
use super::law::Law;
use super::particles::{Particle, prefetch};
use super::random::{LANES, index_and_fraction, middle, philox_blocks};
use super::wave::ask;

/// The most candidates of one batch.
pub(super) const CAPACITY: usize = 512;
/// Candidates whose memory is on its way while one is being decided.
pub(super) const AHEAD: usize = 96;
/// Attempts to find first partners that are made together.
const ATTEMPTS: usize = 128;
/// So many bounds do not fit the second-level cache beside everything else.
const FAR: u32 = 500_000;
const ROOM: usize = CAPACITY + 4 * LANES;

/// Candidates `k = 0 .. count` in the order of their times.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    pub(super) count: usize,
    /// Time after the batch's start.
    pub(super) delay: [f64; ROOM],
    /// Drawn with the weights of the speed bounds.
    pub(super) first: [u32; ROOM],
    /// Drawn uniformly from all particles; equal to `first` for no pair at all.
    pub(super) second: [u32; ROOM],
    /// The candidate is a collision when `B` is above `threshold` times its majorant.
    pub(super) threshold: [f64; ROOM],
    /// A uniform 32-bit word: says which part of the majorant the candidate belongs to.
    pub(super) part: [u32; ROOM],
    /// A uniform unit vector; for laws that are not isotropic `(cos phi, sin phi, uniform number)`.
    pub(super) direction: [[f64; ROOM]; 3],
}

/// The counter-based stream the batches draw from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stream {
    pub(super) seed: u64,
    pub(super) stream: u64,
    /// The next block.
    pub(super) block: u64,
}

impl Stream {
    #[inline(always)]
    fn words(&mut self) -> [[u32; LANES]; 4] {
        let words = philox_blocks(self.seed, self.stream, self.block);
        self.block += LANES as u64;
        words
    }
}

impl Batch {
    pub(super) fn new() -> Self {
        Self {
            count: 0,
            delay: [0.0; ROOM],
            first: [0; ROOM],
            second: [0; ROOM],
            threshold: [0.0; ROOM],
            part: [0; ROOM],
            direction: [[0.0; ROOM]; 3],
        }
    }

    /// Draws `count` candidates that arrive at `rate` (1/time), and asks for the memory of the first `AHEAD` of them.
    #[inline(always)]
    pub(super) fn fill<L: Law>(
        &mut self,
        stream: &mut Stream,
        count: usize,
        rate: f64,
        particles: &[Particle],
        bounds: &SpeedBounds,
    ) {
        self.count = count;
        self.draw_first::<L>(stream, particles.len() as u32, bounds);
        self.draw_pairs::<L>(stream, particles.len() as u32);
        self.draw_times::<L>(stream, 1.0 / rate, particles, bounds);
    }

    /// Partners with weight `weight[class]`, by rejection from uniform ones.
    #[inline(always)]
    fn draw_first<L: Law>(&mut self, stream: &mut Stream, particles: u32, bounds: &SpeedBounds) {
        // Particle numbers, then places in the list of the fast ones.
        let fast = &bounds.fast.particles[..];
        let slots = particles + fast.len() as u32;
        let (mut index, mut fraction) = ([0; ATTEMPTS], [0; ATTEMPTS]);
        // Bounds that are far away are asked for, those of many attempts together.
        let far = particles >= FAR;
        let together = if far { ATTEMPTS } else { 2 * LANES };
        let mut found = 0;
        while found < self.count {
            let made = (self.count - found).clamp(1, together).next_multiple_of(2 * LANES);
            for start in (0..made).step_by(2 * LANES) {
                let words = stream.words();
                for half in [0, 1] {
                    let from = start + half * LANES;
                    for l in 0..LANES {
                        (index[from + l], fraction[from + l]) =
                            index_and_fraction(words[2 * half][l], words[2 * half + 1][l], slots);
                    }
                    if L::BOUNDED && far {
                        for l in 0..LANES {
                            prefetch(&bounds.class, index[from + l] as usize);
                        }
                    }
                }
            }
            if L::BOUNDED {
                for k in 0..made {
                    let (mut particle, mut threshold) = (index[k], u64::from(fraction[k]));
                    if particle >= particles {
                        particle = fast[(particle - particles) as usize];
                        threshold += FULL;
                    }
                    self.first[found] = particle;
                    let weight = bounds.weight[usize::from(bounds.class[particle as usize])];
                    found += usize::from(threshold < weight);
                }
            } else {
                self.first[found..found + made].copy_from_slice(&index[..made]);
                found += made;
            }
        }
    }

    /// Second partners, acceptance thresholds and directions: one block each.
    #[inline(always)]
    fn draw_pairs<L: Law>(&mut self, stream: &mut Stream, particles: u32) {
        for start in (0..self.count).step_by(LANES) {
            let words = stream.words();
            // Local arrays of fixed length: the loops become vector instructions.
            let mut index = [0; LANES];
            let mut threshold = [0.0; LANES];
            let mut direction = [[0.0; LANES]; 3];
            for l in 0..LANES {
                let fraction;
                (index[l], fraction) = index_and_fraction(words[0][l], words[1][l], particles);
                threshold[l] = middle(fraction);
            }
            for l in 0..LANES {
                let (x, y) = circle(middle(words[3][l]));
                let uniform = middle(words[2][l]);
                if L::ISOTROPIC {
                    let z = 1.0 - 2.0 * uniform;
                    let radius = ((1.0 - z) * (1.0 + z)).sqrt();
                    direction[0][l] = radius * x;
                    direction[1][l] = radius * y;
                    direction[2][l] = z;
                } else {
                    direction[0][l] = x;
                    direction[1][l] = y;
                    direction[2][l] = uniform;
                }
            }
            self.second[start..start + LANES].copy_from_slice(&index);
            self.threshold[start..start + LANES].copy_from_slice(&threshold);
            for r in 0..3 {
                self.direction[r][start..start + LANES].copy_from_slice(&direction[r]);
            }
        }
    }

    /// Exponential waiting times of the given mean, and the part of the majorant: half a block each.
    ///
    /// The first candidates are asked for a few at a time in between: all at once they would wait for each other.
    #[inline(always)]
    fn draw_times<L: Law>(&mut self, stream: &mut Stream, mean: f64, particles: &[Particle], bounds: &SpeedBounds) {
        let mut sum = 0.0;
        let mut asked = 0..AHEAD.min(self.count);
        let each = asked.len().div_ceil(self.count.div_ceil(2 * LANES).max(1));
        for start in (0..self.count).step_by(2 * LANES) {
            for k in asked.by_ref().take(each) {
                ask::<L>(self, k, particles, bounds);
            }
            let words = stream.words();
            for half in [0, 1] {
                let from = start + half * LANES;
                let mut wait = [0.0; LANES];
                for l in 0..LANES {
                    wait[l] = -mean * logarithm(middle(words[2 * half][l]));
                }
                for l in 0..LANES {
                    sum += wait[l];
                    self.delay[from + l] = sum;
                }
                self.part[from..from + LANES].copy_from_slice(&words[2 * half + 1]);
            }
        }
    }
}
