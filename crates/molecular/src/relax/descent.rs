//! Limited-memory BFGS.

use omd_flow::{StateError, StateReader, StateWriter};

/// An energy over a space of many coordinates, all of them lengths.
pub(super) trait Landscape {
    /// The energy at `place`; its gradient goes into `gradient`.
    fn energy(&mut self, place: &[f64], gradient: &mut [f64]) -> f64;
    /// No coordinate moves farther in a step.
    fn longest_step(&self) -> f64;

    /// Writes what later energies depend on besides the place.
    fn save(&self, _state: &mut StateWriter) {}

    /// Restores what [`Self::save`] wrote.
    fn restore(&mut self, _state: &mut StateReader<'_>) -> Result<(), StateError> {
        Ok(())
    }
}

/// How a descent ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Descent {
    pub(super) energy: f64,
    /// The largest component of the gradient.
    pub(super) largest_force: f64,
    pub(super) evaluations: u64,
    pub(super) converged: bool,
}

/// Steps that the inverse Hessian is made of.
const MEMORY: usize = 12;
/// Evaluations before giving up.
const MOST: u64 = 100_000;
/// Tries of one line search.
const TRIES: usize = 20;
/// Of the slope, what a step has to gain (Armijo).
const GAIN: f64 = 1e-4;
/// Energies differ by rounding when by less than this part.
const ROUNDING: f64 = 1e-13;

/// A step and the change of the gradient over it.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    curvature: f64,
}

/// A descent under way.
pub(super) struct Search {
    pub(super) place: Vec<f64>,
    gradient: Vec<f64>,
    energy: f64,
    pairs: Vec<Pair>,
    evaluations: u64,
    /// Workspace: the place tried, and the gradient there.
    there: Vec<f64>,
    next: Vec<f64>,
}

impl Search {
    pub(super) fn new(landscape: &mut impl Landscape, place: Vec<f64>) -> Self {
        let mut gradient = vec![0.0; place.len()];
        let energy = landscape.energy(&place, &mut gradient);
        let (there, next) = (place.clone(), gradient.clone());
        Self { place, gradient, energy, pairs: Vec::new(), evaluations: 1, there, next }
    }

    /// A step downhill; how it ended, if no component of the gradient is above `tolerance` or there is no way down.
    ///
    /// Two-loop recursion and backtracking (\[NocedalWright2006\], algorithms 7.4 and 3.1). Where energies differ by
    /// rounding alone the slope along the step decides.
    pub(super) fn iterate(&mut self, landscape: &mut impl Landscape, tolerance: f64) -> Option<Descent> {
        let largest_force = self.gradient.iter().fold(0.0, |most: f64, g| most.max(g.abs()));
        let end = |search: &Self| Descent {
            energy: search.energy,
            largest_force,
            evaluations: search.evaluations,
            converged: largest_force <= tolerance,
        };
        // Not a number is no end to strive for.
        if largest_force <= tolerance || !self.energy.is_finite() || self.evaluations >= MOST {
            return Some(end(self));
        }
        let mut direction = downhill(&self.gradient, &self.pairs);
        let mut slope = dot(&direction, &self.gradient);
        if slope >= 0.0 || slope.is_nan() {
            self.pairs.clear();
            direction = self.gradient.iter().map(|g| -g).collect();
            slope = -dot(&self.gradient, &self.gradient);
        }
        if self.search_line(landscape, &direction, slope) {
            return None;
        }
        if self.pairs.is_empty() {
            return Some(end(self));
        }
        self.pairs.clear();
        None
    }

    pub(super) fn save(&self, state: &mut StateWriter) {
        state.f64_slice(&self.place);
        state.f64_slice(&self.gradient);
        state.f64(self.energy);
        state.u64(self.evaluations);
        state.u64(self.pairs.len() as u64);
        for Pair { step, change, curvature } in &self.pairs {
            state.f64_slice(step);
            state.f64_slice(change);
            state.f64(*curvature);
        }
    }

    pub(super) fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        let coordinates = self.place.len();
        let fitting = |values: Vec<f64>| {
            let message = || format!("{} coordinates of atoms to be relaxed, not {coordinates}", values.len());
            if values.len() == coordinates { Ok(values) } else { Err(StateError::Mismatch(message())) }
        };
        self.place = fitting(state.f64_vec()?)?;
        self.gradient = fitting(state.f64_vec()?)?;
        self.energy = state.f64()?;
        self.evaluations = state.u64()?;
        self.pairs.clear();
        for _ in 0..state.u64()? {
            let (step, change) = (fitting(state.f64_vec()?)?, fitting(state.f64_vec()?)?);
            self.pairs.push(Pair { step, change, curvature: state.f64()? });
        }
        Ok(())
    }

    /// A step along `direction`, shortened until it gains enough; false where none does.
    fn search_line(&mut self, landscape: &mut impl Landscape, direction: &[f64], slope: f64) -> bool {
        let longest = direction.iter().fold(0.0, |most: f64, d| most.max(d.abs()));
        // Without memory a force says nothing of a length: a tenth of the longest step.
        let fresh = self.pairs.is_empty();
        let most = if fresh { 0.1 * landscape.longest_step() } else { landscape.longest_step() };
        let mut length = if fresh { most / longest } else { (most / longest).min(1.0) };
        for _ in 0..TRIES {
            let moved = self.there.iter_mut().zip(self.place.iter().zip(direction));
            moved.for_each(|(there, (x, d))| *there = x + length * d);
            let found = landscape.energy(&self.there, &mut self.next);
            self.evaluations += 1;
            let gains = found <= self.energy + GAIN * length * slope;
            let level = (found - self.energy).abs() <= ROUNDING * self.energy.abs()
                && dot(direction, &self.next) <= -0.8 * slope;
            if gains || level {
                let step: Vec<f64> = direction.iter().map(|d| length * d).collect();
                self.take(step, found);
                return true;
            }
            // The minimum of the parabola through what is known, within bounds.
            let bend = found - self.energy - length * slope;
            let shorter = if bend > 0.0 { -slope * length * length / (2.0 * bend) } else { 0.5 * length };
            length = if shorter.is_finite() { shorter.clamp(0.1 * length, 0.5 * length) } else { 0.1 * length };
        }
        false
    }

    /// Goes to the place tried, and remembers the step.
    fn take(&mut self, step: Vec<f64>, energy: f64) {
        let change: Vec<f64> = self.next.iter().zip(&self.gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&step, &change);
        if curvature > 1e-12 * dot(&change, &change).sqrt() * dot(&step, &step).sqrt() {
            if self.pairs.len() == MEMORY {
                self.pairs.remove(0);
            }
            self.pairs.push(Pair { step, change, curvature });
        }
        std::mem::swap(&mut self.place, &mut self.there);
        std::mem::swap(&mut self.gradient, &mut self.next);
        self.energy = energy;
    }
}

/// `-H g`, `H` the inverse Hessian that the pairs make.
fn downhill(gradient: &[f64], pairs: &[Pair]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut weights = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let weight = dot(&pair.step, &direction) / pair.curvature;
        add(&mut direction, -weight, &pair.change);
        weights.push(weight);
    }
    if let Some(last) = pairs.last() {
        let scale = last.curvature / dot(&last.change, &last.change);
        direction.iter_mut().for_each(|d| *d *= scale);
    }
    for (pair, weight) in pairs.iter().zip(weights.iter().rev()) {
        let other = dot(&pair.change, &direction) / pair.curvature;
        add(&mut direction, weight - other, &pair.step);
    }
    direction
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn add(a: &mut [f64], factor: f64, b: &[f64]) {
    a.iter_mut().zip(b).for_each(|(x, y)| *x += factor * y);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley in many dimensions.
    struct Valley;

    impl Landscape for Valley {
        fn energy(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
            gradient.fill(0.0);
            let mut energy = 0.0;
            for k in 0..x.len() - 1 {
                let (a, b) = (x[k + 1] - x[k] * x[k], 1.0 - x[k]);
                energy += 100.0 * a * a + b * b;
                gradient[k] += -400.0 * a * x[k] - 2.0 * b;
                gradient[k + 1] += 200.0 * a;
            }
            energy
        }

        fn longest_step(&self) -> f64 {
            0.5
        }
    }

    #[test]
    fn the_bottom_of_a_curved_valley_is_found() {
        let place: Vec<f64> = (0..30).map(|k| if k % 2 == 0 { -1.2 } else { 1.0 }).collect();
        let mut search = Search::new(&mut Valley, place);
        let descent = (0..1000).find_map(|_| search.iterate(&mut Valley, 1e-10)).unwrap();
        let place = search.place;
        assert!(descent.converged && descent.evaluations < 1000, "{descent:?}");
        assert!(place.iter().all(|x| (x - 1.0).abs() < 1e-9), "{place:?}");
    }
}
