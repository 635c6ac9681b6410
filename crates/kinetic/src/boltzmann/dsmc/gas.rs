//! The particles, their bounds and the loop over candidate collisions.

use super::batch::{Batch, CAPACITY, Stream};
use super::bounds::{FULL, SpeedBounds};
use super::frame::{Frame, Lanes, apply};
use super::law::Law;
use super::particles::{Particle, prefetch};
use fearless_simd::{Level, dispatch};
use omd_flow::AffineFlow;

/// Candidates whose memory is on its way while one is being decided.
const AHEAD: usize = 24;
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
    /// Bounds to be set when the batch ends: particle, class. Later entries win.
    changed: Vec<(u32, u32)>,
    /// Weights added during the batch: particle, weight.
    raised: Vec<(u32, u64)>,
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

/// The bound of one particle and whether it still fits the table.
enum Bound {
    Kept,
    Overflow(f64),
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
            changed: Vec::with_capacity(2 * CAPACITY),
            raised: Vec::with_capacity(2 * CAPACITY),
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
        self.batch.fill::<L>(&mut self.stream, plan.count, plan.rate, self.particles.len() as u32, &self.bounds);
        self.collide(law, &plan, until)
    }

    #[inline(always)]
    fn sweep<L: Law>(&mut self, law: &L) -> Result<(), NotFinite> {
        let particles = self.particles.len() as f64;
        let density = self.density / self.flow.volume_ratio(self.time);
        // Before the first sweep nothing is known; its epoch is planned for particles at the fastest one's speed.
        let rate = if self.bounds.ceiling == 0.0 {
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

    /// Decides the candidates of the batch in the order of their times.
    #[inline(always)]
    fn collide<L: Law>(&mut self, law: &L, plan: &Plan, until: f64) -> Result<(), NotFinite> {
        let count = self.batch.count;
        let growth = self.bounds.epoch.remaining_growth(self.time);
        let scale = growth / self.bounds.unit;
        let mut raised_weight = 0.0;
        let mut sum_of_speeds = 0.0;
        let mut end = None;
        let mut overflow = None;
        self.changed.clear();
        self.raised.clear();
        for k in 0..count.min(AHEAD) {
            self.ask::<L>(k);
        }
        for k in 0..count {
            if k + AHEAD < count {
                self.ask::<L>(k + AHEAD);
            }
            let delay = self.batch.delay[k];
            if delay > plan.span {
                end = Some(plan.span);
                break;
            }
            self.counters.candidates += 1;
            let mut first = self.batch.first[k] as usize;
            let second = self.batch.second[k] as usize;
            if self.batch.part[k] < plan.reserve {
                match raised_particle(&self.raised, self.batch.part[k], plan) {
                    Some(index) => first = index,
                    None => continue,
                }
            }
            if first == second {
                continue;
            }
            let (p, q) = (self.particles[first].momentum, self.particles[second].momentum);
            let volume = plan.frame.volume(delay);
            let adjugate = plan.frame.adjugate(delay);
            let difference = [p[0] - q[0], p[1] - q[1], p[2] - q[2], 0.0];
            let u = apply(&adjugate, &difference).map(|x| x / volume);
            let speed = (u[0] * u[0] + u[1] * u[1] + u[2] * u[2]).sqrt();
            let weight = if L::BOUNDED { self.weight_of(first) + self.weight_of(second) } else { 2 * FULL };
            let majorant = self.bounds.quantum * weight as f64;
            let rate = law.rate(speed);
            debug_assert!(rate <= majorant * (1.0 + 1e-9), "rate {rate} above its majorant {majorant}");
            if rate * plan.volume <= self.batch.threshold[k] * majorant * volume {
                continue;
            }
            sum_of_speeds += speed;
            let after = self.scattered(law, k, &u, speed);
            let half = apply(&plan.frame.deformation(delay), &after);
            let mut sum = [0.0; 4];
            let (mut new_p, mut new_q) = ([0.0; 4], [0.0; 4]);
            for r in 0..4 {
                sum[r] = p[r] + q[r];
                new_p[r] = 0.5 * (sum[r] + half[r]);
                new_q[r] = 0.5 * (sum[r] - half[r]);
            }
            self.particles[first].momentum = new_p;
            self.particles[second].momentum = new_q;
            self.counters.collisions += 1;
            if L::BOUNDED {
                let centre = apply(&adjugate, &sum).map(|x| 0.5 * x / volume);
                let mut squares = [0.0; 2];
                for r in 0..3 {
                    squares[0] += (centre[r] + 0.5 * after[r]) * (centre[r] + 0.5 * after[r]);
                    squares[1] += (centre[r] - 0.5 * after[r]) * (centre[r] - 0.5 * after[r]);
                }
                for (index, square) in [(first, squares[0]), (second, squares[1])] {
                    if let Bound::Overflow(speed) = self.set_bound(index, square.sqrt() * scale, &mut raised_weight) {
                        overflow = Some(overflow.unwrap_or(0.0f64).max(speed));
                    }
                }
                if overflow.is_some() || raised_weight > plan.reserve_weight {
                    end = Some(delay);
                    break;
                }
            }
        }
        self.finish(plan, until, end.unwrap_or(self.batch.delay[count - 1]), overflow);
        if sum_of_speeds.is_finite() { Ok(()) } else { Err(NotFinite) }
    }

    /// Asks for the memory of candidate `k`.
    #[inline(always)]
    fn ask<L: Law>(&self, k: usize) {
        let (first, second) = (self.batch.first[k] as usize, self.batch.second[k] as usize);
        prefetch(&self.particles, first);
        prefetch(&self.particles, second);
        if L::BOUNDED {
            prefetch(&self.bounds.class, second);
        }
    }

    #[inline(always)]
    fn weight_of(&self, particle: usize) -> u64 {
        self.bounds.weight[usize::from(self.bounds.class[particle])]
    }

    /// The relative velocity after the collision.
    #[inline(always)]
    fn scattered<L: Law>(&self, law: &L, k: usize, u: &Lanes, speed: f64) -> Lanes {
        let direction = [0, 1, 2].map(|r| self.batch.direction[r][k]);
        if L::ISOTROPIC {
            return [speed * direction[0], speed * direction[1], speed * direction[2], 0.0];
        }
        let cosine = law.deflection_cosine(speed, direction[2]);
        let sine = ((1.0 - cosine) * (1.0 + cosine)).max(0.0).sqrt();
        // Two unit vectors across u, the first from the axis that u is least along.
        let e = [u[0] / speed, u[1] / speed, u[2] / speed];
        let axis = if e[0].abs() < 0.6 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
        let cross = |a: [f64; 3], b: [f64; 3]| {
            [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
        };
        let across = cross(e, axis);
        let length = (across[0] * across[0] + across[1] * across[1] + across[2] * across[2]).sqrt();
        let across = across.map(|x| x / length);
        let other = cross(e, across);
        let mut after = [0.0; 4];
        for r in 0..3 {
            after[r] = speed * (cosine * e[r] + sine * (direction[0] * across[r] + direction[1] * other[r]));
        }
        after
    }

    /// Notes the class of a particle that has collided; `scaled` is its speed bound in classes.
    ///
    /// A lower class waits for the end of the batch, whose candidates were drawn with the old one. A higher class is
    /// in force at once; what it adds to the weight is drawn through the reserve.
    #[inline(always)]
    fn set_bound(&mut self, particle: usize, scaled: f64, raised_weight: &mut f64) -> Bound {
        if !(scaled < f64::from(self.bounds.limit)) {
            return Bound::Overflow(scaled * self.bounds.unit);
        }
        let class = scaled as i32 as u32 + 1;
        let present = u32::from(self.bounds.class[particle]);
        self.changed.push((particle as u32, class));
        if class > present {
            let added = self.bounds.weight[class as usize] - self.bounds.weight[present as usize];
            self.bounds.class[particle] = class as u8;
            self.bounds.total += added;
            self.bounds.highest = self.bounds.highest.max(class);
            self.raised.push((particle as u32, added));
            *raised_weight += added as f64;
        }
        Bound::Kept
    }

    /// Ends the batch `delay` after its start.
    #[inline(always)]
    fn finish(&mut self, plan: &Plan, until: f64, delay: f64, overflow: Option<f64>) {
        let bounds = &mut self.bounds;
        for &(particle, class) in &self.changed {
            let present = &mut bounds.class[particle as usize];
            bounds.total -= bounds.weight[usize::from(*present)];
            bounds.total += bounds.weight[class as usize];
            *present = class as u8;
        }
        bounds.ceiling = f64::from(bounds.highest) * bounds.unit;
        let start = self.time;
        self.time += delay;
        if delay >= plan.span {
            // To the bit, so that the caller sees it arrive.
            let ends = [until, bounds.epoch.end];
            if let Some(exact) = ends.into_iter().find(|t| t - start <= plan.span) {
                self.time = exact;
            }
        }
        if let Some(speed) = overflow {
            bounds.ceiling = bounds.ceiling.max(speed);
            bounds.epoch.end = f64::NEG_INFINITY;
        }
        self.counters.batches += 1;
    }
}

/// The particle of the reserve that a part word points at, if any.
#[cold]
fn raised_particle(raised: &[(u32, u64)], part: u32, plan: &Plan) -> Option<usize> {
    let mut target = (f64::from(part) + 0.5) / f64::from(plan.reserve) * plan.reserve_weight;
    for &(particle, weight) in raised {
        target -= weight as f64;
        if target < 0.0 {
            return Some(particle as usize);
        }
    }
    None
}

/// The largest `|p|`, which is `|w|` at t = 0.
fn fastest_at_start(particles: &[Particle]) -> f64 {
    let square = |p: &Particle| p.momentum.iter().map(|x| x * x).sum::<f64>();
    particles.iter().map(square).fold(0.0, f64::max).sqrt()
}
