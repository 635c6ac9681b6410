//! Newton's equations of the atoms of one cluster, step by step.

use super::tableau::{ERROR_FIFTH, ERROR_THIRD, MATRIX, NODES, STAGES, WEIGHTS};
use crate::flight::Window;
use crate::force::ForceField;
use omd_flow::{Matrix3, Vector3};

/// A pair within the cutoff: atom `first` of a cluster and atom `second` translated by `image`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edge {
    pub(super) first: usize,
    pub(super) second: usize,
    /// Counts of the window's edges.
    pub(super) image: [i16; 3],
    /// The translation at the window's start and its velocity.
    pub(super) origin: Vector3<f64>,
    pub(super) drift: Vector3<f64>,
}

impl Edge {
    pub(super) fn new(window: &Window, first: usize, second: usize, image: [i16; 3]) -> Self {
        let (origin, drift) = window.translation(image);
        Self { first, second, image, origin, drift }
    }

    /// Separation and relative velocity at `time` in a state of `atoms` atoms.
    #[inline(always)]
    pub(super) fn relative(&self, time: f64, state: &[f64]) -> (Vector3<f64>, Vector3<f64>) {
        let (x, v) = state.split_at(state.len() / 2);
        let difference = |array: &[f64], k: usize| array[3 * self.first + k] - array[3 * self.second + k];
        let separation = Vector3::from_fn(|k, _| difference(x, k) - self.origin[k] - self.drift[k] * time);
        (separation, Vector3::from_fn(|k, _| difference(v, k) - self.drift[k]))
    }
}

/// The right-hand side, and how well it is solved.
pub(super) struct Motion<'a> {
    pub(super) field: &'a ForceField,
    pub(super) window: &'a Window,
    pub(super) mass: f64,
    /// Errors of a step that are allowed, length and velocity.
    pub(super) tolerances: [f64; 2],
}

/// Room for one step.
#[derive(Clone, Debug, Default)]
pub(super) struct Step {
    /// Derivatives at the stages, one after the other.
    rates: Vec<f64>,
    state: Vec<f64>,
    powers: [f64; STAGES],
    /// State at the end.
    pub(super) end: Vec<f64>,
    /// Work of the step, energy.
    pub(super) work: f64,
}

impl Motion<'_> {
    /// The accelerations of `state` (positions, then velocities) at `time` by the pairs `edges` alone, wherever they
    /// are: their forces go on smoothly beyond the cutoff. The power `-V P : L` of the atoms and pairs.
    pub(super) fn accelerate(&self, edges: &[Edge], time: f64, state: &[f64], accelerations: &mut [f64]) -> f64 {
        accelerations.fill(0.0);
        let gradient = self.gradient(time);
        let mut virial = Matrix3::zeros();
        for edge in edges {
            let (separation, _) = edge.relative(time, state);
            let strength = self.field.smooth_force_over_distance(separation.norm_squared());
            for k in 0..3 {
                let acceleration = separation[k] * (strength / self.mass);
                accelerations[3 * edge.first + k] += acceleration;
                accelerations[3 * edge.second + k] -= acceleration;
            }
            if gradient.is_some() {
                virial += separation * separation.transpose() * strength;
            }
        }
        let Some(gradient) = gradient else { return 0.0 };
        let (x, v) = state.split_at(state.len() / 2);
        for (x, v) in x.chunks_exact(3).zip(v.chunks_exact(3)) {
            let w = Vector3::from_column_slice(v) - gradient * Vector3::from_column_slice(x);
            virial += w * w.transpose() * self.mass;
        }
        -virial.component_mul(&gradient).sum()
    }

    /// `L`, where there is a flow.
    fn gradient(&self, time: f64) -> Option<Matrix3<f64>> {
        let flows = self.window.gradient != Matrix3::zeros();
        flows.then(|| self.window.gradient * self.window.inverse_deformation(time).0)
    }

    /// One step of `size` from `state` at `time` with these `accelerations`; its error over what is allowed.
    pub(super) fn step(
        &self,
        edges: &[Edge],
        time: f64,
        state: &[f64],
        accelerations: &[f64],
        size: f64,
        step: &mut Step,
    ) -> f64 {
        let (count, half) = (state.len(), state.len() / 2);
        step.rates.resize(STAGES * count, 0.0);
        step.state.resize(count, 0.0);
        step.end.resize(count, 0.0);
        for stage in 0..STAGES {
            let (known, rest) = step.rates.split_at_mut(stage * count);
            let rate = &mut rest[..count];
            step.state.copy_from_slice(state);
            add(&mut step.state, known, MATRIX[stage], size);
            rate[..half].copy_from_slice(&step.state[half..]);
            if stage == 0 && self.window.gradient == Matrix3::zeros() {
                rate[half..].copy_from_slice(accelerations);
            } else {
                let at = time + NODES[stage] * size;
                step.powers[stage] = self.accelerate(edges, at, &step.state, &mut rate[half..]);
            }
        }
        step.end.copy_from_slice(state);
        add(&mut step.end, &step.rates, &WEIGHTS, size);
        step.work = size * WEIGHTS.iter().zip(&step.powers).map(|(weight, power)| weight * power).sum::<f64>();
        let mut squares = [0.0; 2];
        for (square, weights) in squares.iter_mut().zip([&ERROR_FIFTH, &ERROR_THIRD]) {
            step.state.fill(0.0);
            add(&mut step.state, &step.rates, weights, 1.0);
            let relative = |(k, error): (usize, &f64)| error / self.tolerances[usize::from(k >= half)];
            *square = step.state.iter().enumerate().map(relative).map(|x| x * x).sum();
        }
        let [fifth, third] = squares;
        // As the authors combine the two; no error at all is no error.
        let scale = ((fifth + 0.01 * third) * count as f64).sqrt();
        if scale == 0.0 { 0.0 } else { size.abs() * fifth / scale }
    }
}

/// Adds `size` times the weighted rates.
#[inline(always)]
fn add(state: &mut [f64], rates: &[f64], weights: &[f64], size: f64) {
    for (rate, &weight) in rates.chunks_exact(state.len()).zip(weights) {
        if weight != 0.0 {
            let factor = size * weight;
            for (value, rate) in state.iter_mut().zip(rate) {
                *value += factor * rate;
            }
        }
    }
}
