//! Upper bounds of the speeds in every block, one byte each, and the weights they give.

use super::epoch::Epoch;
use super::fast::FastBlocks;
use super::frame::Frame;
use super::law::Law;
use super::particles::{Block, Lane, WIDTH, added, largest};
use omd_flow::{AffineFlow, StateError, StateReader, StateWriter};

/// The class that the fastest block gets in a sweep; the rest is headroom.
const TOP: f64 = 230.0;
/// One in so many blocks may be in the list of the fast ones.
const FEW: u64 = 100;
/// What 32 random bits are below: a block of this weight is always accepted as the first one.
pub(super) const FULL: u64 = 1 << 32;

/// Speed classes: `|w(t)| <= class_i * unit` for the particles of block i up to the end of the epoch.
///
/// | symbol | code | dimension |
/// |---|---|---|
/// | `b_i` | `class[i] * unit` | velocity |
/// | `h(b) = quantum * weight[class]` | `quantum`, `weight` | volume/time |
/// | `sum_i h(b_i) / quantum` | `total` | 1 |
///
/// The weights are integers, rounded up: the sum stays exact however often it is updated.
#[derive(Clone, Debug)]
pub(super) struct SpeedBounds {
    pub(super) class: Vec<u8>,
    pub(super) unit: f64,
    /// The largest class that has a weight.
    pub(super) limit: u32,
    /// The last class whose weight is [`FULL`] or less; those above are at most twice as heavy.
    pub(super) cap: u32,
    /// The blocks above `cap`.
    pub(super) fast: FastBlocks,
    /// No block is above this class.
    pub(super) highest: u32,
    pub(super) weight: Box<[u64; 256]>,
    /// `quantum * weight`, volume/time.
    pub(super) part: Box<[f64; 256]>,
    pub(super) quantum: f64,
    pub(super) total: u64,
    pub(super) epoch: Epoch,
    /// Where the majorant is tightest, velocity.
    pub(super) pair_bound: f64,
    /// No speed is above this until the end of the epoch; zero where that is not known.
    pub(super) ceiling: f64,
}

impl SpeedBounds {
    pub(super) fn new<L: Law>(law: &L, blocks: usize) -> Self {
        let mut class = Vec::with_capacity(blocks);
        class.resize(if L::BOUNDED { blocks } else { 0 }, 0);
        let mut bounds = Self {
            class,
            unit: 0.0,
            limit: 0,
            cap: 0,
            fast: FastBlocks::default(),
            highest: 0,
            weight: Box::new([FULL; 256]),
            part: Box::new([law.majorant(1.0).0; 256]),
            quantum: law.majorant(1.0).0 / FULL as f64,
            total: blocks as u64 * FULL,
            epoch: Epoch::ENDLESS,
            pair_bound: 0.0,
            ceiling: 0.0,
        };
        if L::BOUNDED {
            bounds.epoch.end = f64::NEG_INFINITY;
        }
        bounds
    }

    /// The weights from `unit`, `limit` and `pair_bound`.
    pub(super) fn tabulate<L: Law>(&mut self, law: &L) {
        if !L::BOUNDED {
            return;
        }
        let (alpha, beta) = law.majorant(self.pair_bound);
        let value = |class: u32| alpha + beta * f64::from(class) * self.unit;
        let full = value(self.cap);
        self.quantum = full * (1.0 + 1e-14) / FULL as f64;
        for class in 0..=self.limit {
            self.weight[class as usize] = ((value(class) / full * FULL as f64).ceil() as u64).min(2 * FULL);
            self.part[class as usize] = self.quantum * self.weight[class as usize] as f64;
        }
    }

    /// Measures all speeds at `time` and starts a new epoch. `rate` estimates the rate of meetings.
    ///
    /// Returns false when a speed is not finite.
    #[must_use]
    #[inline(always)]
    pub(super) fn sweep<L: Law>(&mut self, law: &L, flow: &AffineFlow, blocks: &[Block], time: f64, rate: f64) -> bool {
        self.epoch = Epoch::plan(flow, time, rate, blocks.len());
        let growth = self.epoch.remaining_growth(time);
        let frame = Frame::new(flow, time);
        if self.ceiling == 0.0 {
            self.ceiling = fastest(&frame, blocks);
        }
        let mut histogram = [0; 256];
        // A second sweep only where the known ceiling wasted half of the classes.
        for _ in 0..2 {
            self.unit = self.ceiling * growth / TOP;
            if !(self.unit.is_finite() && self.unit > 0.0) {
                return false;
            }
            match classify(&frame, blocks, growth / self.unit, &mut self.class) {
                Some(counts) => histogram = counts,
                None => return false,
            }
            let highest = histogram.iter().rposition(|&count| count > 0).unwrap_or(0);
            self.highest = highest as u32;
            self.ceiling = highest as f64 * self.unit;
            if highest >= 115 {
                break;
            }
            self.ceiling /= growth;
        }
        self.ceiling = f64::from(self.highest) * self.unit;
        self.limit = (self.highest + self.highest / 10 + 1).min(255);
        let sum: u64 = histogram.iter().enumerate().map(|(class, count)| class as u64 * count).sum();
        self.cap = self.cap_of(&histogram);
        self.fast.collect(&self.class, self.cap);
        self.pair_bound = 2.0 * self.unit * sum as f64 / blocks.len() as f64;
        self.tabulate(law);
        self.total = histogram.iter().zip(self.weight.iter()).map(|(count, weight)| count * weight).sum();
        true
    }

    /// The lowest class with few blocks above it, and no class that is twice as heavy.
    fn cap_of(&self, histogram: &[u64; 256]) -> u32 {
        let most = histogram.iter().sum::<u64>() / FEW;
        let (mut cap, mut above) = (self.limit, 0);
        while 2 * (cap - 1) >= self.limit && above + histogram[cap as usize] <= most {
            above += histogram[cap as usize];
            cap -= 1;
        }
        cap
    }
}

impl SpeedBounds {
    pub(super) fn save(&self, state: &mut StateWriter) {
        state.bytes(&self.class);
        let [limit, cap, highest] = [self.limit, self.cap, self.highest].map(u64::from);
        state.u64_slice(&[limit, cap, highest, self.total, self.fast.most as u64]);
        state.u64_slice(&self.fast.blocks.iter().map(|&block| u64::from(block)).collect::<Vec<_>>());
        state.f64_slice(&[self.unit, self.pair_bound, self.ceiling, self.epoch.end, self.epoch.growth]);
    }

    pub(super) fn restore<L: Law>(&mut self, law: &L, state: &mut StateReader<'_>) -> Result<(), StateError> {
        let mismatch = || StateError::Mismatch("the speed bounds are those of another gas".to_owned());
        let class = state.bytes()?;
        let integers = state.u64_vec()?;
        let fast = state.u64_vec()?;
        let numbers = state.f64_vec()?;
        let ([limit @ 0..256, cap @ 0..256, highest @ 0..256, total, most], [unit, pair_bound, ceiling, end, growth]) =
            (&integers[..], &numbers[..])
        else {
            return Err(mismatch());
        };
        if class.len() != self.class.len() {
            return Err(mismatch());
        }
        self.class.copy_from_slice(class);
        (self.limit, self.cap, self.highest, self.total) = (*limit as u32, *cap as u32, *highest as u32, *total);
        self.fast = FastBlocks::restored(&fast, *most as usize, class.len()).ok_or_else(mismatch)?;
        (self.unit, self.pair_bound, self.ceiling) = (*unit, *pair_bound, *ceiling);
        self.epoch = Epoch { end: *end, growth: *growth };
        if self.unit > 0.0 {
            self.tabulate(law);
        }
        Ok(())
    }
}

/// The integer above a speed in classes, or the one above that; 256 from 255 on and for what is not a number.
#[inline(always)]
pub(super) fn class_of(scaled: f64) -> u32 {
    // A sum with 2^52 is rounded to an integer, which stands in its low bits.
    const ROUND: f64 = 4_503_599_627_370_496.0;
    let bounded = if scaled < 255.0 { scaled } else { 255.0 };
    (bounded + 0.5 + ROUND).to_bits() as u32
}

/// `F^-1` by columns at the frame's start.
#[inline(always)]
fn inverse(frame: &Frame) -> [[f64; 4]; 3] {
    let volume = frame.volume(0.0);
    frame.adjugate(0.0).map(|column| column.map(|x| x / volume))
}

/// `|w|^2` of the particles of a block.
#[inline(always)]
fn squares(inverse: &[[f64; 4]; 3], block: &Block) -> Lane {
    let [x, y, z] = &block.momentum;
    let mut square = [0.0; WIDTH];
    for r in 0..3 {
        for l in 0..WIDTH {
            let w = inverse[0][r] * x[l] + inverse[1][r] * y[l] + inverse[2][r] * z[l];
            square[l] += w * w;
        }
    }
    square
}

/// The largest speed; NaN never wins, the sweep that follows finds it.
#[inline(always)]
fn fastest(frame: &Frame, blocks: &[Block]) -> f64 {
    let inverse = inverse(frame);
    let mut most = [0.0; WIDTH];
    for block in blocks {
        let square = squares(&inverse, block);
        for l in 0..WIDTH {
            most[l] = if square[l] > most[l] { square[l] } else { most[l] };
        }
    }
    largest(most).sqrt()
}

/// `class_of(|w| scale)` of the fastest of every block and how many blocks each class has; `None` when a speed is not
/// finite.
#[inline(always)]
fn classify(frame: &Frame, blocks: &[Block], scale: f64, class: &mut [u8]) -> Option<[u64; 256]> {
    let inverse = inverse(frame);
    let mut counts = [0u64; 256];
    let mut check = [0.0; WIDTH];
    for (block, class) in blocks.iter().zip(class) {
        let square = squares(&inverse, block);
        for l in 0..WIDTH {
            check[l] += square[l];
        }
        *class = class_of(largest(square).sqrt() * scale) as u8;
        counts[usize::from(*class)] += 1;
    }
    added(check).is_finite().then_some(counts)
}
