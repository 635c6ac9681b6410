//! The particles, their bounds and the loop over candidate collisions.

use super::batch::{AHEAD, Batch, CAPACITY, Stream};
use super::bounds::{FULL, SpeedBounds};
use super::frame::Frame;
use super::law::Law;
use super::particles::Particle;
use super::wave::{Setting, WIDTH, Wave, ask};
use fearless_simd::{Level, dispatch};
use omd_flow::AffineFlow;

/// A raised bound is at work at once through a part of the majorant set aside for it, this share per candidate and
/// particle; when it is used up the batch ends early.
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
    pub(super) particles: Vec<Particle>,
    pub(super) bounds: SpeedBounds,
    pub(super) stream: Stream,
    pub(super) counters: Counters,
    /// The most candidates of a batch.
    pub(super) batch_size: usize,
    batch: Box<Batch>,
    pub(super) wave: Box<Wave>,
    changes: Box<Changes>,
    level: Level,
}

/// How one batch is limited.
struct Plan {
    frame: Frame,
    span: f64,
    count: usize,
    /// Candidates per time, `J_min` included.
    rate: f64,
    /// `J_min` of the span.
    volume: f64,
    /// Part words below this belong to the reserve.
    reserve: u32,
    /// The weight of the reserve.
    reserve_weight: f64,
}

/// What the collisions of a batch do to the bounds.
///
/// A lower class waits for the end of the batch, whose candidates were drawn with the old one. A higher class is in
/// force at once; what it adds to the weight is drawn through the reserve.
#[derive(Clone, Debug)]
struct Changes {
    /// Particle and class, to be set when the batch ends; later entries win.
    classes: [(u32, u32); 2 * CAPACITY],
    /// The weight that each entry has added already.
    added: [u64; 2 * CAPACITY],
    count: usize,
    added_weight: u64,
    highest: u32,
    /// Whether a speed has no class.
    overflow: bool,
    /// Not finite where a velocity is not.
    sum_of_speeds: f64,
}

impl Changes {
    fn new() -> Self {
        Self {
            classes: [(0, 0); 2 * CAPACITY],
            added: [0; 2 * CAPACITY],
            count: 0,
            added_weight: 0,
            highest: 0,
            overflow: false,
            sum_of_speeds: 0.0,
        }
    }

    fn clear(&mut self) {
        (self.count, self.added_weight, self.highest, self.overflow) = (0, 0, 0, false);
        self.sum_of_speeds = 0.0;
    }

    /// Notes the class of a particle that has collided.
    #[inline(always)]
    fn note(&mut self, bounds: &mut SpeedBounds, particle: u32, class: u32) {
        if class > bounds.limit {
            self.overflow = true;
            return;
        }
        let count = self.count % (2 * CAPACITY);
        let present = &mut bounds.class[particle as usize];
        let higher = class.max(u32::from(*present));
        let added = bounds.weight[higher as usize & 255] - bounds.weight[usize::from(*present)];
        *present = higher as u8;
        self.classes[count] = (particle, class);
        self.added[count] = added;
        self.count = count + 1;
        self.added_weight += added;
        self.highest = self.highest.max(class);
    }

    /// The particle of the reserve that a part word points at, if any.
    #[cold]
    fn raised_particle(&self, part: u32, plan: &Plan) -> Option<u32> {
        let mut target = (f64::from(part) + 0.5) / f64::from(plan.reserve) * plan.reserve_weight;
        if target >= self.added_weight as f64 {
            return None;
        }
        for (&(particle, _), &added) in self.classes.iter().zip(&self.added) {
            target -= added as f64;
            if target < 0.0 {
                return Some(particle);
            }
        }
        None
    }

    /// Sets the classes when the batch ends.
    fn apply(&self, bounds: &mut SpeedBounds) {
        let mut total = bounds.total + self.added_weight;
        for &(particle, class) in &self.classes[..self.count] {
            let present = &mut bounds.class[particle as usize];
            total -= bounds.weight[usize::from(*present)];
            total += bounds.weight[class as usize & 255];
            *present = class as u8;
            if class > bounds.cap {
                bounds.fast.insert(particle);
            }
        }
        bounds.fast.clean(&bounds.class, bounds.cap);
        bounds.total = total;
        bounds.highest = bounds.highest.max(self.highest);
        bounds.ceiling = if self.overflow { 0.0 } else { f64::from(bounds.highest) * bounds.unit };
        if self.overflow {
            bounds.epoch.end = f64::NEG_INFINITY;
        }
    }
}

impl Gas {
    pub(super) fn new<L: Law>(
        law: &L,
        flow: AffineFlow,
        density: f64,
        particles: Vec<Particle>,
        stream: Stream,
        batch_size: Option<usize>,
    ) -> Self {
        let count = particles.len();
        Self {
            flow,
            density,
            time: 0.0,
            bounds: SpeedBounds::new(law, count),
            particles,
            stream,
            counters: Counters::default(),
            batch_size: batch_size.unwrap_or(count / 64).clamp(4, CAPACITY),
            batch: Box::new(Batch::new()),
            wave: Box::new(Wave::new()),
            changes: Box::new(Changes::new()),
            level: Level::new(),
        }
    }

    /// Moves on by one batch of candidates at most, not beyond `until`.
    pub(super) fn advance<L: Law>(&mut self, law: &L, until: f64) -> Result<(), NotFinite> {
        let level = self.level;
        dispatch!(level, _simd => self.advance_here(law, until))
    }

    #[inline(always)]
    fn advance_here<L: Law>(&mut self, law: &L, until: f64) -> Result<(), NotFinite> {
        if L::BOUNDED && self.time >= self.bounds.epoch.end {
            self.sweep(law)?;
        }
        let plan = self.plan(until);
        self.batch.fill::<L>(&mut self.stream, plan.count, plan.rate, &self.particles, &self.bounds);
        self.collide(law, &plan, until)
    }

    #[inline(always)]
    fn sweep<L: Law>(&mut self, law: &L) -> Result<(), NotFinite> {
        let particles = self.particles.len() as f64;
        let density = self.density / self.flow.volume_ratio(self.time);
        // Before the first sweep nothing is known; its epoch is planned for particles at the fastest one's speed.
        let rate = if self.counters.sweeps == 0 {
            let speed = fastest_at_start(&self.particles);
            density * particles * law.rate(2.0 * speed)
        } else {
            density * self.bounds.quantum * self.bounds.total as f64
        };
        self.counters.sweeps += 1;
        if self.bounds.sweep(law, &self.flow, &self.particles, self.time, rate) { Ok(()) } else { Err(NotFinite) }
    }

    /// Chooses the span of a batch, the number of its candidates and their rate.
    fn plan(&self, until: f64) -> Plan {
        let frame = Frame::new(&self.flow, self.time);
        let particles = self.particles.len() as f64;
        let share = (RESERVE * self.batch_size as f64 / particles).clamp(1.0 / 4096.0, 0.25);
        let reserve = (share * FULL as f64) as u32;
        let total = self.bounds.total as f64 / (1.0 - f64::from(reserve) / FULL as f64);
        let rate_at = |volume: f64| self.density / volume * self.bounds.quantum * total;
        let norm = self.flow.velocity_gradient(self.time).norm();
        let longest = if norm > 0.0 { 0.5 / norm } else { f64::INFINITY };
        let wanted = self.batch_size as f64;
        let span = (until - self.time)
            .min(self.bounds.epoch.end - self.time)
            .min(longest)
            .min((wanted + 6.0 * wanted.sqrt()) / rate_at(frame.volume(0.0)));
        // Rounding must not put a volume of the span below its smallest.
        let volume = frame.smallest_volume(span) * (1.0 - 1e-13);
        let rate = rate_at(volume);
        let expected = rate * span;
        let count = (expected + 6.0 * expected.sqrt() + 8.0).min(wanted) as usize;
        let reserve_weight = total - self.bounds.total as f64;
        Plan { frame, span, count, rate, volume, reserve, reserve_weight }
    }

    /// Decides the candidates of the batch in the order of their times, wave after wave.
    #[inline(always)]
    fn collide<L: Law>(&mut self, law: &L, plan: &Plan, until: f64) -> Result<(), NotFinite> {
        let delay = &self.batch.delay[..self.batch.count];
        let (mut count, mut end) = (delay.len(), delay[delay.len() - 1]);
        if end > plan.span {
            (count, end) = (delay.partition_point(|&delay| delay <= plan.span), plan.span);
        }
        let scale = self.bounds.epoch.remaining_growth(self.time) / self.bounds.unit;
        let setting = Setting { frame: &plan.frame, volume: plan.volume, scale, reserve: plan.reserve };
        self.changes.clear();
        let mut asked = AHEAD.min(count)..count;
        for base in (0..count).step_by(WIDTH) {
            let width = (count - base).min(WIDTH);
            let Self { batch, wave, particles, bounds, .. } = self;
            wave.begin();
            for l in 0..width {
                if asked.start < base + l + AHEAD
                    && let Some(k) = asked.next()
                {
                    ask::<L>(batch, k, particles, bounds);
                }
                wave.mark(batch, base + l, l, setting.reserve);
                wave.load::<L>(batch, base + l, l, particles, bounds);
            }
            let lanes = 0..width.next_multiple_of(8);
            wave.decide(law, batch, base, lanes.clone(), &setting);
            wave.scatter(law, batch, base, lanes, &setting);
            debug_assert!(wave.is_bounded(law, width), "a rate is above its majorant");
            let chosen = wave.choose(width);
            self.counters.candidates += width as u64;
            if let Some(last) = self.carry_out(law, plan, &setting, base, chosen, &mut asked) {
                self.counters.candidates -= (width - 1 - last) as u64;
                end = self.batch.delay[base + last];
                break;
            }
        }
        self.finish(plan, until, end);
        if self.changes.sum_of_speeds.is_finite() { Ok(()) } else { Err(NotFinite) }
    }

    /// Carries out the collisions among the chosen candidates of a wave; the last one's lane when the batch must end.
    #[inline(always)]
    fn carry_out<L: Law>(
        &mut self,
        law: &L,
        plan: &Plan,
        setting: &Setting<'_>,
        base: usize,
        chosen: usize,
        asked: &mut core::ops::Range<usize>,
    ) -> Option<usize> {
        let Self { batch, wave, particles, bounds, counters, changes, .. } = self;
        let reserve_weight = plan.reserve_weight as u64;
        let (mut collisions, mut sum_of_speeds, mut last) = (0, 0.0, None);
        for n in 0..chosen.min(WIDTH) {
            if let Some(k) = asked.next() {
                ask::<L>(batch, k, particles, bounds);
            }
            let l = usize::from(wave.chosen[n]);
            let k = base + l;
            let reserved = batch.part[k] < setting.reserve;
            if wave.dependent[l] {
                if reserved {
                    match changes.raised_particle(batch.part[k], plan) {
                        Some(particle) => batch.first[k] = particle,
                        None => continue,
                    }
                }
                if !wave.decide_again(law, batch, base, l, particles, bounds, setting) {
                    continue;
                }
            }
            let (first, second) = (batch.first[k], batch.second[k]);
            [particles[first as usize], particles[second as usize]] = wave.momenta(l);
            collisions += 1;
            sum_of_speeds += wave.speed[l];
            if L::BOUNDED {
                changes.note(bounds, first, wave.class[0][l]);
                changes.note(bounds, second, wave.class[1][l]);
                // Nobody asked whether later candidates of the wave share the particle that the reserve put in.
                if reserved || changes.overflow || changes.added_weight > reserve_weight {
                    last = Some(l);
                    break;
                }
            }
        }
        counters.collisions += collisions;
        changes.sum_of_speeds += sum_of_speeds;
        last
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

/// The largest `|p|`, which is `|w|` at t = 0.
fn fastest_at_start(particles: &[Particle]) -> f64 {
    let square = |p: &Particle| p.momentum.iter().map(|x| x * x).sum::<f64>();
    particles.iter().map(square).fold(0.0, f64::max).sqrt()
}
