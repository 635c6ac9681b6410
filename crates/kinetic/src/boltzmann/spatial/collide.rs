//! The collisions of one cell during one step: a Poisson process of candidates under a majorant that follows the cell.

use super::Particle;
use crate::boltzmann::dsmc::elementary::{circle, logarithm};
use crate::boltzmann::dsmc::frame::{Frame, apply};
use crate::boltzmann::dsmc::law::{Law, deflected};
use crate::boltzmann::dsmc::random::{index_and_fraction, middle};
use omd_flow::{AffineFlow, Matrix3, Philox};

/// A part of a step within which speeds change by a quarter at most.
#[derive(Clone, Debug)]
pub(super) struct Window {
    frame: Frame,
    span: f64,
    /// The smallest `J`.
    volume: f64,
    /// `F^-1` in the middle.
    inverse: [[f64; 3]; 3],
    /// No speed is above this times its value in the middle.
    growth: f64,
}

/// The parts of a step, in order.
pub(super) fn windows(flow: &AffineFlow, start: f64, end: f64) -> Vec<Window> {
    /// Of the time times the norm of `L` in the middle.
    const MOST: f64 = 0.4;
    let mut windows = Vec::new();
    let mut from = start;
    while from < end {
        let mut to = end;
        let (middle, norm) = loop {
            let middle = 0.5 * (from + to);
            let norm = flow.velocity_gradient(middle).norm();
            if (to - from) * norm <= MOST || middle <= from {
                break (middle, norm);
            }
            to = middle;
        };
        let inverse: Matrix3<f64> = flow.inverse_deformation(middle);
        let frame = Frame::new(flow, from);
        windows.push(Window {
            span: to - from,
            volume: frame.smallest_volume(to - from),
            frame,
            inverse: std::array::from_fn(|r| std::array::from_fn(|c| inverse[(r, c)])),
            // F(m + tau)^-1 F(m) = (I + tau L(m))^-1, and a little for rounding.
            growth: (1.0 + 1e-9) / (1.0 - 0.5 * (to - from) * norm),
        });
        from = to;
    }
    windows
}

/// Where a cell draws its random numbers: the step is the upper half of the block number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub(super) seed: u64,
    pub(super) stream: u64,
    pub(super) block: u64,
}

impl Source {
    #[inline(always)]
    fn words(&mut self) -> [u32; 4] {
        let words = Philox::block(self.seed, self.stream, self.block);
        self.block += 1;
        words
    }
}

/// The two largest speeds of a cell.
#[derive(Clone, Copy, Debug, Default)]
struct Fastest([f64; 2]);

impl Fastest {
    #[inline(always)]
    fn meet(&mut self, speed: f64) {
        let [first, second] = self.0;
        self.0 = [first.max(speed), second.max(first.min(speed))];
    }
}

/// About the mean momentum of the particles, at any time of the window; and that mean.
fn fastest(particles: &[Particle], window: &Window) -> (Fastest, [f64; 3]) {
    let mut mean = [0.0; 3];
    for particle in particles {
        for r in 0..3 {
            mean[r] += particle.momentum[r];
        }
    }
    let mean = mean.map(|sum| sum / particles.len() as f64);
    let mut fastest = Fastest::default();
    for particle in particles {
        fastest.meet(window.speed(&particle.momentum, &mean));
    }
    (fastest, mean)
}

impl Window {
    /// A bound of `|F^-1 (p - mean)|` in the window.
    #[inline(always)]
    fn speed(&self, momentum: &[f64; 3], mean: &[f64; 3]) -> f64 {
        let d: [f64; 3] = std::array::from_fn(|r| momentum[r] - mean[r]);
        let square: f64 = self.inverse.iter().map(|row| (row[0] * d[0] + row[1] * d[1] + row[2] * d[2]).powi(2)).sum();
        square.sqrt() * self.growth
    }

    /// Lets the particles of a cell collide; candidates and collisions.
    ///
    /// `rate` is `n0 M / (Kn N)`, 1/volume: pairs collide at `rate B / J`.
    pub(super) fn collide<L: Law>(
        &self,
        law: &L,
        rate: f64,
        particles: &mut [Particle],
        source: &mut Source,
    ) -> [u64; 2] {
        let count = particles.len();
        let mut counts = [0; 2];
        if count < 2 {
            return counts;
        }
        let (mut fastest, mean) = if L::BOUNDED { fastest(particles, self) } else { Default::default() };
        let bound = |fastest: &Fastest| law.rate(fastest.0[0] + fastest.0[1]);
        let pairs = 0.5 * count as f64 * (count as f64 - 1.0);
        let candidate_rate = rate * pairs / self.volume;
        let mut majorant = bound(&fastest);
        let mut delay = 0.0;
        loop {
            let words = source.words();
            delay -= logarithm(middle(words[3])) / (candidate_rate * majorant);
            // Also where nothing moves: the rate is zero and the delay infinite.
            if delay.is_nan() || delay >= self.span {
                return counts;
            }
            counts[0] += 1;
            // Both partners are uniform but for parts of `count / 2^32`.
            let (first, fraction) = index_and_fraction(words[0], words[1], count as u32);
            let second = ((u64::from(words[2]) * (count as u64 - 1)) >> 32) as u32;
            let second = if second >= first { second + 1 } else { second };
            let (first, second) = (first as usize, second as usize);
            let (p, q) = (particles[first].momentum, particles[second].momentum);
            let difference = [p[0] - q[0], p[1] - q[1], p[2] - q[2], 0.0];
            let volume = self.frame.volume(delay);
            let relative = apply(&self.frame.adjugate(delay), &difference).map(|x| x / volume);
            let speed = (relative[0] * relative[0] + relative[1] * relative[1] + relative[2] * relative[2]).sqrt();
            let value = law.rate(speed);
            debug_assert!(value <= majorant * (1.0 + 1e-12), "a rate {value} is above its majorant {majorant}");
            if middle(fraction) * majorant * volume >= value * self.volume {
                continue;
            }
            counts[1] += 1;
            let after = scattered(law, &relative, speed, source.words());
            let kick = apply(&self.frame.deformation(delay), &after);
            for r in 0..3 {
                let sum = p[r] + q[r];
                particles[first].momentum[r] = 0.5 * (sum + kick[r]);
                particles[second].momentum[r] = 0.5 * (sum - kick[r]);
            }
            if L::BOUNDED {
                fastest.meet(self.speed(&particles[first].momentum, &mean));
                fastest.meet(self.speed(&particles[second].momentum, &mean));
                majorant = bound(&fastest);
            }
        }
    }
}

/// The relative velocity after a collision.
#[inline(always)]
fn scattered<L: Law>(law: &L, relative: &[f64; 4], speed: f64, words: [u32; 4]) -> [f64; 4] {
    let (cos_phi, sin_phi) = circle(middle(words[0]));
    if L::ISOTROPIC {
        let cosine = 2.0 * middle(words[1]) - 1.0;
        let sine = ((1.0 - cosine) * (1.0 + cosine)).sqrt();
        return [speed * sine * cos_phi, speed * sine * sin_phi, speed * cosine, 0.0];
    }
    let [x, y, z, _] = *relative;
    let [x, y, z] = deflected(law, &[x, y, z], speed, &[cos_phi, sin_phi, middle(words[1])]);
    [x, y, z, 0.0]
}
