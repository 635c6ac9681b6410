//! The particles, their bounds and the loop over meetings of two blocks.

use super::batch::{AHEAD, Batch, CAPACITY, Numbers, Stream};
use super::bounds::{FULL, SpeedBounds};
use super::changes::Changes;
use super::frame::Frame;
use super::law::Law;
use super::meeting::{Setting, meet};
use super::particles::{Particles, WIDTH, turned};
use super::random::LANES;
use fearless_simd::{Level, Simd, dispatch, f64x8, prelude::*};
use omd_flow::AffineFlow;

/// A raised bound is at work at once through a part of the majorant set aside for it, this share per meeting and
/// block; when it is used up the batch ends early.
const RESERVE: f64 = 0.5;

/// Counters of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    pub(super) candidates: u64,
    pub(super) collisions: u64,
    pub(super) sweeps: u64,
    pub(super) batches: u64,
}

/// A non-finite number appeared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotFinite;

/// The state of the N-particle process and what its batches need.
#[derive(Clone, Debug)]
pub(super) struct Gas {
    pub(super) flow: AffineFlow,
    /// `n0 / Kn`, 1/volume.
    pub(super) density: f64,
    pub(super) time: f64,
    pub(super) particles: Particles,
    pub(super) bounds: SpeedBounds,
    pub(super) stream: Stream,
    pub(super) counters: Counters,
    /// The most meetings of a batch.
    pub(super) batch_size: usize,
    batch: Box<Batch>,
    changes: Box<Changes>,
    level: Level,
}

/// How one batch is limited.
struct Plan {
    frame: Frame,
    span: f64,
    count: usize,
    /// Meetings per time, `J_min` included.
    rate: f64,
    /// `J_min` of the span.
    volume: f64,
    /// Part words below this belong to the reserve.
    reserve: u32,
    /// The weight of the reserve.
    reserve_weight: f64,
}

impl Gas {
    pub(super) fn new<L: Law>(
        law: &L,
        flow: AffineFlow,
        density: f64,
        particles: Particles,
        stream: Stream,
        batch_size: Option<usize>,
    ) -> Self {
        let blocks = particles.blocks.len();
        let mut gas = Self {
            flow,
            density,
            time: 0.0,
            bounds: SpeedBounds::new(law, blocks),
            particles,
            stream,
            counters: Counters::default(),
            batch_size: batch_size.unwrap_or(blocks / 8).clamp(4, CAPACITY),
            batch: Box::new(Batch::new()),
            changes: Box::new(Changes::new()),
            level: Level::new(),
        };
        gas.turn_blocks();
        gas
    }

    /// Exchanges the lanes of every full block at random: which lane a particle is in is known to nobody then, as after
    /// every meeting.
    fn turn_blocks(&mut self) {
        let full = self.particles.len() / WIDTH;
        let mut turns: Vec<u32> = Vec::with_capacity(full + 4 * LANES);
        while turns.len() < full {
            turns.extend(self.stream.words().as_flattened());
        }
        for (block, turn) in self.particles.blocks[..full].iter_mut().zip(turns) {
            *block = block.turned(turn as usize);
        }
    }

    /// Moves on by one batch of meetings at most, not beyond `until`.
    pub(super) fn advance<L: Law>(&mut self, law: &L, until: f64) -> Result<(), NotFinite> {
        let level = self.level;
        dispatch!(level, simd => self.advance_here(simd, law, until))
    }

    #[inline(always)]
    fn advance_here<S: Simd, L: Law>(&mut self, simd: S, law: &L, until: f64) -> Result<(), NotFinite> {
        if L::BOUNDED && self.time >= self.bounds.epoch.end {
            self.sweep(law)?;
        }
        let plan = self.plan::<L>(until);
        self.batch.fill::<L>(&mut self.stream, plan.count, plan.rate, &self.particles.blocks, &self.bounds);
        self.collide(simd, law, &plan, until)
    }

    #[inline(always)]
    fn sweep<L: Law>(&mut self, law: &L) -> Result<(), NotFinite> {
        // Before the first sweep nothing is known; its epoch is planned for particles at the fastest one's speed.
        let rate = if self.counters.sweeps == 0 {
            let volume = self.flow.volume_ratio(self.time);
            self.density / volume * self.ways() * law.rate(2.0 * fastest_at_start(&self.particles))
        } else {
            self.meeting_rate(self.flow.volume_ratio(self.time), self.bounds.total as f64)
        };
        self.counters.sweeps += 1;
        if self.bounds.sweep(law, &self.flow, &self.particles.blocks, self.time, rate) {
            Ok(())
        } else {
            Err(NotFinite)
        }
    }

    /// Ways to choose the second block and the exchange of lanes, over the number of particles.
    fn ways(&self) -> f64 {
        ((self.particles.blocks.len() + 1) * WIDTH) as f64 / self.particles.len() as f64
    }

    /// Meetings per time at `J = volume` for a sum of weights `total`.
    fn meeting_rate(&self, volume: f64, total: f64) -> f64 {
        self.density / volume * self.ways() * self.bounds.quantum * total
    }

    /// Chooses the span of a batch, the number of its meetings and their rate.
    fn plan<L: Law>(&self, until: f64) -> Plan {
        let frame = Frame::new(&self.flow, self.time);
        let blocks = self.particles.blocks.len() as f64;
        let share = (RESERVE * self.batch_size as f64 / blocks).clamp(1.0 / 4096.0, 0.25);
        let reserve = if L::BOUNDED { (share * FULL as f64) as u32 } else { 0 };
        let total = self.bounds.total as f64 / (1.0 - f64::from(reserve) / FULL as f64);
        let norm = self.flow.velocity_gradient(self.time).norm();
        let longest = if norm > 0.0 { 0.5 / norm } else { f64::INFINITY };
        let wanted = self.batch_size as f64;
        let span = (until - self.time)
            .min(self.bounds.epoch.end - self.time)
            .min(longest)
            .min((wanted + 6.0 * wanted.sqrt()) / self.meeting_rate(frame.volume(0.0), total));
        // Rounding must not put a volume of the span below its smallest.
        let volume = frame.smallest_volume(span) * (1.0 - 1e-13);
        let rate = self.meeting_rate(volume, total);
        let expected = rate * span;
        let count = (expected + 6.0 * expected.sqrt() + 8.0).min(wanted) as usize;
        let reserve_weight = total - self.bounds.total as f64;
        Plan { frame, span, count, rate, volume, reserve, reserve_weight }
    }

    /// Lets the blocks of the batch meet in the order of their times.
    #[inline(always)]
    fn collide<S: Simd, L: Law>(&mut self, simd: S, law: &L, plan: &Plan, until: f64) -> Result<(), NotFinite> {
        let delay = &self.batch.delay[..self.batch.count];
        let (mut count, mut end) = (delay.len(), delay[delay.len() - 1]);
        if end > plan.span {
            (count, end) = (delay.partition_point(|&delay| delay <= plan.span), plan.span);
        }
        let scale = self.bounds.epoch.remaining_growth(self.time) / self.bounds.unit;
        let setting = Setting { frame: &plan.frame, volume: plan.volume, scale };
        let Self { batch, particles, bounds, changes, counters, .. } = self;
        let partial = particles.len() / WIDTH;
        let mut speeds = f64x8::splat(simd, 0.0);
        changes.clear();
        for k in 0..count {
            if k + AHEAD < count {
                batch.ask::<L>(k + AHEAD, &particles.blocks, bounds);
            }
            let mut first = batch.first[k] as usize;
            if batch.part[k] < plan.reserve {
                match changes.raised_block(batch.part[k], plan.reserve, plan.reserve_weight) {
                    Some(block) => first = block as usize,
                    None => continue,
                }
            }
            let turn = batch.turn[k] as usize;
            // One place more than there are blocks stands for the first one itself.
            let second =
                if batch.second[k] as usize == particles.blocks.len() { first } else { batch.second[k] as usize };
            // The higher one keeps its lanes: the last block may have empty places.
            let (low, high) = (first.min(second), first.max(second));
            let majorant = if L::BOUNDED {
                bounds.part[usize::from(bounds.class[low])] + bounds.part[usize::from(bounds.class[high])]
            } else {
                2.0 * bounds.part[0]
            };
            let (delay, numbers) = (batch.delay[k], &batch.numbers[k]);
            let class = if low == high {
                let (class, collisions) =
                    meet_within(simd, law, particles, low, turn, numbers, delay, majorant, &setting);
                counters.collisions += collisions;
                class
            } else {
                let some;
                let numbers = if high == partial {
                    some = numbers.of_lanes(particles.filled(high));
                    &some
                } else {
                    numbers
                };
                let pair = [&particles.blocks[low], &particles.blocks[high]];
                let outcome = meet(simd, law, pair, numbers, delay, majorant, &setting);
                particles.blocks[low].store(&turned(simd, &outcome.momenta[0], turn));
                particles.blocks[high].store(&outcome.momenta[1]);
                counters.collisions += u64::from(outcome.collided.count_ones());
                speeds += outcome.speed;
                outcome.class
            };
            counters.candidates += WIDTH as u64;
            if L::BOUNDED {
                changes.note(bounds, low as u32, class[0]);
                changes.note(bounds, high as u32, class[1]);
                if changes.overflow || changes.added_weight as f64 > plan.reserve_weight {
                    end = delay;
                    break;
                }
            }
        }
        self.finish(plan, until, end);
        if speeds.reduce_sum().is_finite() { Ok(()) } else { Err(NotFinite) }
    }

    /// Ends the batch `delay` after its start.
    #[inline(always)]
    fn finish(&mut self, plan: &Plan, until: f64, delay: f64) {
        let start = self.time;
        self.time += delay;
        if delay >= plan.span {
            // To the bit, so that the caller sees it arrive.
            let ends = [until, self.bounds.epoch.end];
            if let Some(exact) = ends.into_iter().find(|t| t - start <= plan.span) {
                self.time = exact;
            }
        }
        self.changes.apply(&mut self.bounds);
        self.counters.batches += 1;
    }
}

/// A block meets itself, lane `l` with lane `l ^ turn`, one pair after the other; its class and the number of collisions.
#[cold]
#[inline(never)]
#[expect(clippy::too_many_arguments, reason = "one rare case of the loop above, kept out of its way")]
fn meet_within<S: Simd, L: Law>(
    simd: S,
    law: &L,
    particles: &mut Particles,
    block: usize,
    turn: usize,
    numbers: &Numbers,
    delay: f64,
    majorant: f64,
    setting: &Setting<'_>,
) -> ([u32; 2], u64) {
    let filled = particles.filled(block);
    let own = &mut particles.blocks[block];
    simd.vectorize(
        #[inline(always)]
        || {
            let mut class = meet(simd, law, [own, own], &numbers.of_lanes(0), delay, majorant, setting).class;
            let mut collisions = 0;
            for lane in (0..filled).filter(|&lane| lane < lane ^ turn && lane ^ turn < filled) {
                let pair = [&*own, &own.turned(turn)];
                let outcome = meet(simd, law, pair, &numbers.of_lane(lane), delay, majorant, setting);
                if outcome.collided != 0 {
                    let [first, second] = outcome.momenta;
                    own.set(lane, first.map(|component| component[lane]));
                    own.set(lane ^ turn, second.map(|component| component[lane]));
                    collisions += 1;
                }
                // The two hold the same particles in the lanes that did not collide.
                class = [outcome.class[0].max(outcome.class[1]); 2];
            }
            (class, collisions)
        },
    )
}

/// The largest `|p|`, which is `|w|` at t = 0.
fn fastest_at_start(particles: &Particles) -> f64 {
    let square = |p: [f64; 3]| p.iter().map(|x| x * x).sum::<f64>();
    particles.iter().map(square).fold(0.0, f64::max).sqrt()
}
