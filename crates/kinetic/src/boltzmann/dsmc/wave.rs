//! A few candidates decided together: loads one by one, arithmetic in vector registers.

use super::batch::Batch;
use super::bounds::{SpeedBounds, class_of};
use super::frame::Frame;
use super::law::Law;
use super::particles::{Particle, prefetch};

/// Candidates of a wave; their particles fit the first-level cache.
pub(super) const WIDTH: usize = 64;
type Lane = [f64; WIDTH];

/// The arithmetic of up to [`WIDTH`] candidates, as arrays.
///
/// | symbol | code | dimension |
/// |---|---|---|
/// | `p_i - p_j`, `p_i + p_j` | `difference`, `sum` | velocity |
/// | `h(b_i) + h(b_j)` | `majorant` | volume/time |
/// | `u = F^-1 (p_i - p_j)`, `abs(u)` | `relative`, `speed` | velocity |
/// | `W = F^-1 (p_i + p_j) / 2` | `centre` | velocity |
/// | `u'`, `F u'` | `after`, `kick` | velocity |
#[derive(Clone, Debug)]
pub(super) struct Wave {
    difference: [Lane; 3],
    sum: [Lane; 3],
    majorant: Lane,
    relative: [Lane; 3],
    pub(super) speed: Lane,
    centre: [Lane; 3],
    after: [Lane; 3],
    kick: [Lane; 3],
    /// Positive where the candidate is a collision.
    pub(super) margin: Lane,
    /// Speed classes after the collision; at least 256 where there is none.
    pub(super) class: [[u32; WIDTH]; 2],
    /// Whether the candidate may meet a particle that an earlier one of the wave has changed.
    pub(super) dependent: [bool; WIDTH],
    /// Candidates to be looked at one by one: collisions and dependent ones, in order.
    pub(super) chosen: [u8; WIDTH],
    /// `met[index % FILTER]` is `stamp` where a particle of the present wave may be meant.
    met: [u8; Self::FILTER],
    stamp: u8,
    /// Decides every candidate alone, for a test.
    #[cfg(test)]
    pub(super) one_by_one: bool,
}

/// What is the same for all candidates of a batch.
#[derive(Clone, Debug)]
pub(super) struct Setting<'a> {
    pub(super) frame: &'a Frame,
    /// The smallest `J` of the span.
    pub(super) volume: f64,
    /// Classes per velocity, growth up to the end of the epoch included.
    pub(super) scale: f64,
    /// Part words below this belong to the reserve.
    pub(super) reserve: u32,
}

impl Wave {
    const FILTER: usize = 8192;

    pub(super) fn new() -> Self {
        const ZERO: Lane = [0.0; WIDTH];
        Self {
            difference: [ZERO; 3],
            sum: [ZERO; 3],
            majorant: ZERO,
            relative: [ZERO; 3],
            speed: ZERO,
            centre: [ZERO; 3],
            after: [ZERO; 3],
            kick: [ZERO; 3],
            margin: ZERO,
            class: [[0; WIDTH]; 2],
            dependent: [false; WIDTH],
            chosen: [0; WIDTH],
            met: [0; Self::FILTER],
            stamp: 0,
            #[cfg(test)]
            one_by_one: false,
        }
    }

    /// Forgets which particles were met.
    #[inline(always)]
    pub(super) fn begin(&mut self) {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.met.fill(0);
            self.stamp = 1;
        }
    }

    /// Marks lane `l` when it shares a particle with an earlier one of the wave (a few others too, by a shared byte) or
    /// belongs to the reserve.
    #[inline(always)]
    pub(super) fn mark(&mut self, batch: &Batch, k: usize, l: usize, reserve: u32) {
        let [first, second] = [batch.first[k], batch.second[k]].map(|index| index as usize % Self::FILTER);
        self.dependent[l] =
            (self.met[first] == self.stamp) | (self.met[second] == self.stamp) | (batch.part[k] < reserve);
        #[cfg(test)]
        if self.one_by_one {
            self.dependent[l] = true;
        }
        self.met[first] = self.stamp;
        self.met[second] = self.stamp;
    }

    /// Loads the particles and bounds of lane `l`, candidate `k`.
    #[inline(always)]
    pub(super) fn load<L: Law>(
        &mut self,
        batch: &Batch,
        k: usize,
        l: usize,
        particles: &[Particle],
        bounds: &SpeedBounds,
    ) {
        let (first, second) = (batch.first[k] as usize, batch.second[k] as usize);
        let (p, q) = (&particles[first].momentum, &particles[second].momentum);
        for r in 0..3 {
            self.difference[r][l] = p[r] - q[r];
            self.sum[r][l] = p[r] + q[r];
        }
        let majorant = if L::BOUNDED {
            bounds.part[usize::from(bounds.class[first])] + bounds.part[usize::from(bounds.class[second])]
        } else {
            2.0 * bounds.part[0]
        };
        // A particle is no partner of itself.
        self.majorant[l] = if first == second { f64::INFINITY } else { majorant };
    }

    /// Relative and centre velocities at the candidates' own times, and whether they collide; lanes `lanes`.
    #[inline(always)]
    pub(super) fn decide<L: Law>(
        &mut self,
        law: &L,
        batch: &Batch,
        base: usize,
        lanes: core::ops::Range<usize>,
        setting: &Setting<'_>,
    ) {
        let delay: &Lane = batch.delay[base..base + WIDTH].try_into().expect("a wave");
        let threshold: &Lane = batch.threshold[base..base + WIDTH].try_into().expect("a wave");
        let frame = setting.frame;
        for l in lanes.start..lanes.end.min(WIDTH) {
            let tau = delay[l];
            let adjugate = frame.adjugate(tau);
            let volume = frame.volume(tau);
            let inverse = 1.0 / volume;
            let (d, s) = (self.difference.each_ref().map(|x| x[l]), self.sum.each_ref().map(|x| x[l]));
            let (mut square, half) = (0.0, 0.5 * inverse);
            for r in 0..3 {
                let u = (adjugate[0][r] * d[0] + adjugate[1][r] * d[1] + adjugate[2][r] * d[2]) * inverse;
                self.relative[r][l] = u;
                square += u * u;
                self.centre[r][l] = (adjugate[0][r] * s[0] + adjugate[1][r] * s[1] + adjugate[2][r] * s[2]) * half;
            }
            let speed = f64::sqrt(square);
            self.speed[l] = speed;
            self.margin[l] = law.rate(speed) * setting.volume - threshold[l] * self.majorant[l] * volume;
        }
    }

    /// Relative velocities after the collision, momenta and speeds from them; lanes `lanes`.
    #[inline(always)]
    pub(super) fn scatter<L: Law>(
        &mut self,
        law: &L,
        batch: &Batch,
        base: usize,
        lanes: core::ops::Range<usize>,
        setting: &Setting<'_>,
    ) {
        let lanes = lanes.start..lanes.end.min(WIDTH);
        if L::ISOTROPIC {
            for r in 0..3 {
                let direction: &Lane = batch.direction[r][base..base + WIDTH].try_into().expect("a wave");
                for l in lanes.clone() {
                    self.after[r][l] = self.speed[l] * direction[l];
                }
            }
        } else {
            // A rejected pair may be at rest; its angle is not looked up.
            for l in lanes.clone().filter(|&l| self.margin[l] > 0.0) {
                let relative = self.relative.each_ref().map(|x| x[l]);
                let numbers = batch.direction.each_ref().map(|x| x[base + l]);
                let after = deflected(law, &relative, self.speed[l], &numbers);
                for r in 0..3 {
                    self.after[r][l] = after[r];
                }
            }
        }
        let delay: &Lane = batch.delay[base..base + WIDTH].try_into().expect("a wave");
        for l in lanes {
            let deformation = setting.frame.deformation(delay[l]);
            let a = self.after.each_ref().map(|x| x[l]);
            let mut squares = [0.0; 2];
            for r in 0..3 {
                self.kick[r][l] = deformation[0][r] * a[0] + deformation[1][r] * a[1] + deformation[2][r] * a[2];
                let (plus, minus) = (self.centre[r][l] + 0.5 * a[r], self.centre[r][l] - 0.5 * a[r]);
                squares[0] += plus * plus;
                squares[1] += minus * minus;
            }
            if L::BOUNDED {
                for (class, square) in self.class.iter_mut().zip(squares) {
                    class[l] = class_of(square.sqrt() * setting.scale);
                }
            }
        }
    }

    /// Whether no rate of the first `count` lanes is above its majorant.
    pub(super) fn is_bounded<L: Law>(&self, law: &L, count: usize) -> bool {
        (0..count).all(|l| law.rate(self.speed[l]) <= self.majorant[l] * (1.0 + 1e-9))
    }

    /// Lists the collisions and the dependent candidates among the first `count`; how many.
    #[inline(always)]
    pub(super) fn choose(&mut self, count: usize) -> usize {
        let mut chosen = 0;
        for l in 0..count.min(WIDTH) {
            self.chosen[chosen % WIDTH] = l as u8;
            chosen += usize::from(self.margin[l] > 0.0) | usize::from(self.dependent[l]);
        }
        chosen
    }

    /// Everything for one lane, after the particles it meets have changed, and whether it is a collision.
    #[inline(never)]
    pub(super) fn decide_again<L: Law>(
        &mut self,
        law: &L,
        batch: &Batch,
        base: usize,
        l: usize,
        particles: &[Particle],
        bounds: &SpeedBounds,
        setting: &Setting<'_>,
    ) -> bool {
        self.load::<L>(batch, base + l, l, particles, bounds);
        self.decide(law, batch, base, l..l + 1, setting);
        let collides = self.margin[l] > 0.0;
        if collides {
            self.scatter(law, batch, base, l..l + 1, setting);
        }
        collides
    }

    /// Momenta after the collision of lane `l`.
    #[inline(always)]
    pub(super) fn momenta(&self, l: usize) -> [Particle; 2] {
        let (mut p, mut q) = ([0.0; 4], [0.0; 4]);
        for r in 0..3 {
            p[r] = 0.5 * (self.sum[r][l] + self.kick[r][l]);
            q[r] = 0.5 * (self.sum[r][l] - self.kick[r][l]);
        }
        [Particle { momentum: p }, Particle { momentum: q }]
    }
}

/// Asks for the memory of candidate `k`.
#[inline(always)]
pub(super) fn ask<L: Law>(batch: &Batch, k: usize, particles: &[Particle], bounds: &SpeedBounds) {
    let (first, second) = (batch.first[k] as usize, batch.second[k] as usize);
    prefetch(particles, first);
    prefetch(particles, second);
    if L::BOUNDED {
        prefetch(&bounds.class, second);
    }
}

/// `|u| (cos chi e + sin chi (cos phi a + sin phi b))` with `e = u/|u|` and `numbers = (cos phi, sin phi, uniform)`.
pub(in crate::boltzmann) fn deflected<L: Law>(
    law: &L,
    relative: &[f64; 3],
    speed: f64,
    numbers: &[f64; 3],
) -> [f64; 3] {
    let cosine = law.deflection_cosine(speed, numbers[2]);
    let sine = ((1.0 - cosine) * (1.0 + cosine)).max(0.0).sqrt();
    let e = relative.map(|x| x / speed);
    // Two unit vectors across u, the first one across an axis far from it.
    let axis = if e[0].abs() < 0.6 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
    let cross =
        |a: &[f64; 3], b: &[f64; 3]| [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let across = cross(&e, &axis);
    let length = (across[0] * across[0] + across[1] * across[1] + across[2] * across[2]).sqrt();
    let across = across.map(|x| x / length);
    let other = cross(&e, &across);
    core::array::from_fn(|r| speed * (cosine * e[r] + sine * (numbers[0] * across[r] + numbers[1] * other[r])))
}
