//! A batch of meetings of two blocks: every random number of it, drawn in advance in vector registers.

use super::bounds::{FULL, SpeedBounds};
use super::elementary::{circle, logarithm};
use super::law::Law;
use super::particles::{Block, Lane, WIDTH, prefetch, prefetch_block};
use super::random::{LANES, index_and_fraction, middle, philox_blocks};

/// The most meetings of one batch.
pub(super) const CAPACITY: usize = 128;
/// Meetings whose memory is on its way while one is being decided.
pub(super) const AHEAD: usize = 12;
/// Meetings drawn together: one block of random words for each pair.
const TOGETHER: usize = LANES / WIDTH;
const ROOM: usize = CAPACITY + 4 * LANES;

/// The random numbers of the pairs of one meeting.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(super) struct Numbers {
    /// The pair collides when `B` is above `threshold` times its majorant.
    pub(super) threshold: Lane,
    /// A uniform unit vector; for laws that are not isotropic `(cos phi, sin phi, uniform number)`.
    pub(super) direction: [Lane; 3],
}

impl Numbers {
    /// The same, where only the first `count` lanes may collide.
    pub(super) fn of_lanes(&self, count: usize) -> Self {
        let mut some = *self;
        some.threshold[count..].fill(f64::INFINITY);
        some
    }

    /// The same, where only one lane may collide.
    pub(super) fn of_lane(&self, lane: usize) -> Self {
        let mut one = self.of_lanes(0);
        one.threshold[lane] = self.threshold[lane];
        one
    }
}

/// Meetings `k = 0 .. count` in the order of their times.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    pub(super) count: usize,
    /// Time after the batch's start.
    pub(super) delay: [f64; ROOM],
    /// The block drawn with the weights of the speed bounds.
    pub(super) first: [u32; ROOM],
    /// Uniform; the number of blocks stands for `first` itself, which so has twice the weight of any other one: a pair of
    /// two blocks is drawn in two orders, a pair within a block in one.
    pub(super) second: [u32; ROOM],
    /// A uniform number below [`WIDTH`]: how lanes are exchanged.
    pub(super) turn: [u32; ROOM],
    /// A uniform 32-bit word: says which part of the majorant the meeting belongs to.
    pub(super) part: [u32; ROOM],
    pub(super) numbers: [Numbers; ROOM],
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
    pub(super) fn words(&mut self) -> [[u32; LANES]; 4] {
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
            turn: [0; ROOM],
            part: [0; ROOM],
            numbers: [Numbers { threshold: [0.0; WIDTH], direction: [[0.0; WIDTH]; 3] }; ROOM],
        }
    }

    /// Draws `count` meetings that arrive at `rate` (1/time).
    #[inline(always)]
    pub(super) fn fill<L: Law>(
        &mut self,
        stream: &mut Stream,
        count: usize,
        rate: f64,
        blocks: &[Block],
        bounds: &SpeedBounds,
    ) {
        self.count = count;
        self.draw_first::<L>(stream, blocks.len() as u32, bounds);
        self.draw_pairs::<L>(stream, blocks, bounds);
        self.draw_times(1.0 / rate);
    }

    /// Blocks with weight `weight[class]`, by rejection from uniform ones.
    #[inline(always)]
    fn draw_first<L: Law>(&mut self, stream: &mut Stream, blocks: u32, bounds: &SpeedBounds) {
        // Block numbers, then places in the list of the fast ones.
        let fast = &bounds.fast.blocks[..];
        let slots = blocks + fast.len() as u32;
        let mut found = 0;
        while found < self.count {
            let words = stream.words();
            for half in [0, 1] {
                let (mut index, mut fraction) = ([0; LANES], [0; LANES]);
                for l in 0..LANES {
                    (index[l], fraction[l]) = index_and_fraction(words[2 * half][l], words[2 * half + 1][l], slots);
                }
                if L::BOUNDED {
                    for l in 0..LANES {
                        let (mut block, mut threshold) = (index[l], u64::from(fraction[l]));
                        if block >= blocks {
                            block = fast[(block - blocks) as usize];
                            threshold += FULL;
                        }
                        self.first[found] = block;
                        let weight = bounds.weight[usize::from(bounds.class[block as usize])];
                        found += usize::from(threshold < weight);
                    }
                } else {
                    self.first[found..found + LANES].copy_from_slice(&index);
                    found += LANES;
                }
            }
        }
    }

    /// Second blocks and the numbers of the pairs; asks for the memory of the first `AHEAD` meetings.
    #[inline(always)]
    fn draw_pairs<L: Law>(&mut self, stream: &mut Stream, blocks: &[Block], bounds: &SpeedBounds) {
        for start in (0..self.count).step_by(TOGETHER) {
            let words = stream.words();
            for (meeting, k) in (start..start + TOGETHER).enumerate() {
                let from = meeting * WIDTH;
                let fraction;
                (self.second[k], fraction) =
                    index_and_fraction(words[3][from], words[3][from + 1], blocks.len() as u32 + 1);
                self.turn[k] = fraction >> (u32::BITS - WIDTH.trailing_zeros());
                self.part[k] = words[3][from + 2];
                self.delay[k] = middle(words[3][from + 3]);
                if k < AHEAD {
                    self.ask::<L>(k, blocks, bounds);
                }
            }
            // Local arrays of fixed length: the loops become vector instructions.
            let mut threshold = [0.0; LANES];
            let mut direction = [[0.0; LANES]; 3];
            for l in 0..LANES {
                threshold[l] = middle(words[0][l]);
                let (x, y) = circle(middle(words[1][l]));
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
            for (meeting, numbers) in self.numbers[start..start + TOGETHER].iter_mut().enumerate() {
                let lanes = meeting * WIDTH..(meeting + 1) * WIDTH;
                numbers.threshold.copy_from_slice(&threshold[lanes.clone()]);
                for r in 0..3 {
                    numbers.direction[r].copy_from_slice(&direction[r][lanes.clone()]);
                }
            }
        }
    }

    /// Exponential waiting times of the given mean from the uniform numbers in their places.
    #[inline(always)]
    fn draw_times(&mut self, mean: f64) {
        let mut sum = 0.0;
        for start in (0..self.count).step_by(LANES) {
            let delay = &mut self.delay[start..start + LANES];
            for wait in delay.iter_mut() {
                // Places behind the last meeting hold what was there.
                *wait = -mean * logarithm(if *wait > 0.0 { *wait } else { 1.0 });
            }
            for wait in delay.iter_mut() {
                sum += *wait;
                *wait = sum;
            }
        }
    }

    /// Asks for the memory of meeting `k`.
    #[inline(always)]
    pub(super) fn ask<L: Law>(&self, k: usize, blocks: &[Block], bounds: &SpeedBounds) {
        prefetch_block(blocks, self.first[k] as usize);
        prefetch_block(blocks, self.second[k] as usize);
        if L::BOUNDED {
            prefetch(&bounds.class, self.second[k] as usize);
        }
    }
}
