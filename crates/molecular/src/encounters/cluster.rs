//! Atoms within the cutoff of one another, followed until the first pair leaves it.

use super::curve::{Curve, hermite, straight};
use super::motion::{Edge, Motion, Step};
use crate::flight::Line;
use omd_flow::Vector3;

/// The most a step may grow and shrink at once, and a margin.
const GROWTH: [f64; 2] = [0.2, 6.0];
const SAFETY: f64 = 0.9;
/// The first step, in cutoffs at the pair's relative speed, where no earlier step tells better.
const FIRST_STEP: f64 = 0.1;

/// No atom of a cluster came to its end: a step has become too short for the digits of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stuck;

/// Atoms held together by the pairs within the cutoff, and their curves up to the time at which the first pair leaves it.
///
/// Times are since the window's start; the state at a time is all positions, then all velocities.
#[derive(Clone, Debug, Default)]
pub(super) struct Cluster {
    pub(super) slots: Vec<u32>,
    pub(super) edges: Vec<Edge>,
    /// Between steps.
    times: Vec<f64>,
    states: Vec<f64>,
    accelerations: Vec<f64>,
    /// Work so far, energy.
    work: Vec<f64>,
    /// Bounds of the momenta `p` on the way.
    pub(super) momenta: Vec<f64>,
    /// The pair that leaves at the end, if one does.
    pub(super) leaving: Option<usize>,
    /// The next step to try.
    pub(super) size: f64,
}

impl Cluster {
    /// Makes these atoms, in this state at `time`, a cluster; `size` is the step to begin with, zero where none is known.
    pub(super) fn begin(&mut self, slots: &[u32], edges: &[Edge], time: f64, state: &[f64], size: f64) {
        self.slots.clear();
        self.slots.extend_from_slice(slots);
        self.edges.clear();
        self.edges.extend_from_slice(edges);
        self.times.clear();
        self.times.push(time);
        self.states.clear();
        self.states.extend_from_slice(state);
        self.accelerations.clear();
        self.work.clear();
        self.work.push(0.0);
        self.leaving = None;
        self.size = size;
    }

    /// Numbers in a state.
    fn width(&self) -> usize {
        6 * self.slots.len()
    }

    pub(super) fn start(&self) -> f64 {
        self.times[0]
    }

    pub(super) fn end(&self) -> f64 {
        self.times[self.times.len() - 1]
    }

    fn node(&self, k: usize) -> &[f64] {
        &self.states[k * self.width()..(k + 1) * self.width()]
    }

    /// The state at the start and at the end.
    pub(super) fn ends(&self) -> [&[f64]; 2] {
        [self.node(0), self.node(self.times.len() - 1)]
    }

    /// Follows the atoms until the first pair leaves, at most to `limit`; the number of steps.
    pub(super) fn follow(&mut self, motion: &Motion<'_>, limit: f64, step: &mut Step) -> Result<u64, Stuck> {
        let (width, reach) = (self.width(), motion.window.diameter);
        let half = width / 2;
        self.accelerations.resize(half, 0.0);
        motion.accelerate(&self.edges, self.times[0], &self.states, &mut self.accelerations);
        self.bound_momenta(motion);
        if self.size <= 0.0 {
            let speed = |edge: &Edge| edge.relative(self.times[0], &self.states).1.norm();
            let fastest = self.edges.iter().map(speed).fold(0.0, f64::max);
            self.size = if fastest > 0.0 { FIRST_STEP * reach / fastest } else { limit - self.times[0] };
        }
        // A pair that only touches the cutoff leaves where it came.
        let touches = |edge: &Edge| {
            let (r, u) = edge.relative(self.times[0], &self.states);
            r.norm_squared() >= reach * reach && r.dot(&u) >= 0.0
        };
        self.leaving = self.edges.iter().position(touches);
        let mut steps = 0;
        while self.leaving.is_none() && self.end() < limit {
            let last = self.times.len() - 1;
            let time = self.times[last];
            let is_last = time + self.size * (1.0 + 1e-9) >= limit;
            let size = if is_last { limit - time } else { self.size };
            let (state, accelerations) = (self.node(last), &self.accelerations[last * half..(last + 1) * half]);
            let error = motion.step(&self.edges, time, state, accelerations, size, step);
            steps += 1;
            let factor = SAFETY * error.max(1e-16).powf(-0.125);
            if error <= 1.0 {
                let next = size * factor.clamp(GROWTH[0], GROWTH[1]);
                self.size = if is_last { next.max(self.size) } else { next };
                self.push(motion, if is_last { limit } else { time + size }, step);
                self.find_leaving(motion, step);
            } else {
                self.size = size * if factor.is_finite() { factor.clamp(0.1, SAFETY) } else { 0.1 };
                let least = (4.0 * f64::EPSILON * time).max(f64::MIN_POSITIVE);
                if self.size.is_nan() || self.size <= least {
                    return Err(Stuck);
                }
            }
        }
        Ok(steps)
    }

    /// Takes the end of a step as the next node.
    fn push(&mut self, motion: &Motion<'_>, time: f64, step: &Step) {
        let done = self.work[self.work.len() - 1];
        self.times.push(time);
        self.states.extend_from_slice(&step.end);
        self.work.push(done + step.work);
        let known = self.accelerations.len();
        self.accelerations.resize(known + self.width() / 2, 0.0);
        motion.accelerate(&self.edges, time, &step.end, &mut self.accelerations[known..]);
        self.bound_momenta(motion);
    }

    fn pop(&mut self) {
        self.times.pop();
        self.work.pop();
        self.states.truncate(self.states.len() - self.width());
        self.accelerations.truncate(self.accelerations.len() - self.width() / 2);
    }

    /// If a pair has left in the last step, ends that step where the first one did.
    fn find_leaving(&mut self, motion: &Motion<'_>, step: &mut Step) {
        let reach = motion.window.diameter;
        let last = self.times.len() - 1;
        let (begin, duration) = (self.times[last - 1], self.times[last] - self.times[last - 1]);
        let mut earliest: Option<(usize, f64)> = None;
        for (index, edge) in self.edges.iter().enumerate() {
            let (r, u) = edge.relative(self.times[last], self.node(last));
            if r.norm_squared() > reach * reach && r.dot(&u) > 0.0 {
                let place = last_root(&self.separation(index, last - 1), reach);
                if earliest.is_none_or(|(_, other)| place < other) {
                    earliest = Some((index, place));
                }
            }
        }
        let Some((index, place)) = earliest else { return };
        self.pop();
        let mut size = duration * place;
        // The interpolated time first, then Newton's; the last correction is too small for another step.
        for _ in 0..4 {
            let (excess, rate) = self.at_end_of_step(motion, index, size, step);
            if rate <= 0.0 {
                size = self.halve(motion, index, [size, duration], step);
                break;
            }
            let change = excess / rate;
            if change.abs() <= 1e-13 * (duration + begin) {
                break;
            }
            size = (size - change).clamp(0.0, duration);
        }
        self.leaving = Some(index);
        self.push(motion, begin + size, step);
    }

    /// Takes a step of `size` from the last node; how far beyond the cutoff a pair is then, squared, and how fast that grows.
    fn at_end_of_step(&self, motion: &Motion<'_>, edge: usize, size: f64, step: &mut Step) -> (f64, f64) {
        let (last, half) = (self.times.len() - 1, self.width() / 2);
        let (begin, accelerations) = (self.times[last], &self.accelerations[last * half..(last + 1) * half]);
        motion.step(&self.edges, begin, self.node(last), accelerations, size, step);
        let (r, u) = self.edges[edge].relative(begin + size, &step.end);
        (r.norm_squared() - motion.window.diameter.powi(2), 2.0 * r.dot(&u))
    }

    /// The step at whose end a pair leaves, between one at whose end it does not and one at whose end it has left.
    ///
    /// A pair that grazes the cutoff while a third atom turns it may be interpolated to leave where it still approaches. Left
    /// there it would be met again at once, for ever.
    fn halve(&self, motion: &Motion<'_>, edge: usize, [mut within, mut beyond]: [f64; 2], step: &mut Step) -> f64 {
        for _ in 0..50 {
            let middle = 0.5 * (within + beyond);
            let (excess, rate) = self.at_end_of_step(motion, edge, middle, step);
            if excess > 0.0 && rate > 0.0 { beyond = middle } else { within = middle }
        }
        self.at_end_of_step(motion, edge, beyond, step);
        beyond
    }

    /// The separation of a pair in the step after node `k`.
    fn separation(&self, edge: usize, k: usize) -> Curve {
        let edge = &self.edges[edge];
        let (first, second) = (self.curve(edge.first, k), self.curve(edge.second, k));
        let at = |time: f64| edge.origin + edge.drift * time;
        let translation = straight(&at(self.times[k]), &at(self.times[k + 1]));
        std::array::from_fn(|j| first[j] - second[j] - translation[j])
    }

    /// The curve of an atom in the step after node `k`.
    fn curve(&self, atom: usize, k: usize) -> Curve {
        let half = self.width() / 2;
        let node = |k: usize| {
            let state = self.node(k);
            let vector = |array: &[f64]| Vector3::from_column_slice(&array[3 * atom..3 * atom + 3]);
            [vector(&state[..half]), vector(&state[half..]), vector(&self.accelerations[k * half..])]
        };
        hermite(self.times[k + 1] - self.times[k], node(k), node(k + 1))
    }

    /// The piece of an atom's curve at `time`: from when to when, and what it is.
    pub(super) fn piece(&self, atom: usize, time: f64) -> ([f64; 2], Curve) {
        if self.times.len() == 1 {
            let at = Vector3::from_column_slice(&self.states[3 * atom..3 * atom + 3]);
            return ([self.times[0]; 2], straight(&at, &at));
        }
        let k = self.step_at(time);
        ([self.times[k], self.times[k + 1]], self.curve(atom, k))
    }

    /// The step that holds `time`.
    fn step_at(&self, time: f64) -> usize {
        let after = self.times.partition_point(|&node| node <= time);
        after.saturating_sub(1).min(self.times.len().saturating_sub(2))
    }

    /// The state at `time` into `step.end`, and the work done by then.
    pub(super) fn state_at(&self, motion: &Motion<'_>, time: f64, step: &mut Step) -> f64 {
        let last = self.times.len() - 1;
        if time >= self.times[last] {
            step.end.clear();
            step.end.extend_from_slice(self.node(last));
            return self.work[last];
        }
        let k = self.step_at(time);
        let accelerations = &self.accelerations[k * self.width() / 2..(k + 1) * self.width() / 2];
        motion.step(&self.edges, self.times[k], self.node(k), accelerations, time - self.times[k], step);
        self.work[k] + step.work
    }

    /// A straight line that an atom stays near to from `time` to the end, and how near.
    pub(super) fn chord(&self, atom: usize, time: f64) -> (Line, f64) {
        let (begin, end) = (self.place(atom, time), self.place(atom, self.end()));
        let duration = self.end() - time;
        let velocity = if duration > 0.0 { (end - begin) / duration } else { Vector3::zeros() };
        let start = begin - velocity * time;
        let mut farthest = 0.0f64;
        for k in self.step_at(time)..self.times.len() - 1 {
            let (from, to) = (self.times[k], self.times[k + 1]);
            let line = straight(&(start + velocity * from), &(start + velocity * to));
            let curve = self.curve(atom, k);
            let distances = curve.iter().zip(&line).map(|(a, b)| (a - b).norm());
            farthest = distances.fold(farthest, f64::max);
        }
        (Line { x: start.into(), v: velocity.into() }, farthest)
    }

    /// Where an atom is, by interpolation.
    fn place(&self, atom: usize, time: f64) -> Vector3<f64> {
        let ([begin, end], curve) = self.piece(atom, time);
        let place = if end > begin { (time - begin) / (end - begin) } else { 0.0 };
        super::curve::restrict(&curve, 0.0, place)[5]
    }

    /// Bounds the momenta over the last step: half of it times the largest acceleration, twice for what lies between.
    fn bound_momenta(&mut self, motion: &Motion<'_>) {
        let (half, last) = (self.width() / 2, self.times.len() - 1);
        let first = last.saturating_sub(1);
        let duration = self.times[last] - self.times[first];
        self.momenta.resize(self.slots.len(), 0.0);
        if last == 0 {
            self.momenta.fill(0.0);
        }
        for atom in 0..self.slots.len() {
            for k in first..=last {
                let state = self.node(k);
                let vector = |array: &[f64]| Vector3::from_column_slice(&array[3 * atom..3 * atom + 3]);
                let (x, v) = (vector(&state[..half]), vector(&state[half..]));
                let change = vector(&self.accelerations[k * half..]).norm() * duration * motion.window.stretch;
                let momentum = motion.window.momentum(self.times[k], &x, &v).norm() + change;
                self.momenta[atom] = self.momenta[atom].max(momentum);
            }
        }
    }
}

/// The last place at which the length of a curve that ends longer than `distance` is `distance`.
///
/// Newton's iteration from the end: the square of the length is convex where the curve is nearly straight. The result
/// need not be exact.
fn last_root(curve: &Curve, distance: f64) -> f64 {
    let mut place = 1.0;
    for _ in 0..20 {
        let part = super::curve::restrict(curve, 0.0, place);
        let (r, rate) = (part[5], (part[5] - part[4]) * (5.0 / place));
        let (excess, slope) = (r.norm_squared() - distance * distance, 2.0 * r.dot(&rate));
        if slope <= 0.0 {
            break;
        }
        let change = excess / slope;
        if change >= place {
            return 0.0;
        }
        place = (place - change).min(1.0);
        if change.abs() < 1e-12 {
            break;
        }
    }
    place
}
