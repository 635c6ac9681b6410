//! The spectral solver as a description of the experiment.

use super::collision::{Collision, Frame, Parity};
use super::conserve::{Conserved, conserve};
use super::grid::{Grid, Moments};
use super::kernel::Shells;
use super::quadrature::Quadrature;
use super::regrid::{reachable_map, regrid};
use super::{SpectralError, SpectralParameters, step};
use nalgebra::{Matrix3, Vector3};
use omd_flow::{
    Advance, AffineFlow, Description, Dimension, Monitor, Observables, Pace, StateError, StateReader, StateWriter, Stop,
};
use std::f64::consts::PI;

/// How much of the anisotropy of `<w w^T>` the grid has.
const ANISOTROPY: f64 = 0.85;
/// Bounds of the factor for tails: noise there must not widen the grid without end.
const TAIL: (f64, f64) = (0.75, 1.25);
/// How far a principal stretch of the grid may be from what `g` wants.
const SKEW: f64 = 0.1;
/// Longest step, as a strain.
const STRAIN: f64 = 0.15;

/// Gradients this isotropic do not shear.
const ROUNDING: f64 = 1e-13;
/// Steps after which the directions are looked at again, if the grid stays.
const TRUSTED: u64 = 8;

/// The homo-energetic Boltzmann equation on a moving grid of velocities: see the [module](super).
///
/// # Valid when
/// `t < t*`; there it stops with the reason.
/// # Preserves
/// Mass and momentum to rounding; energy in collisions to rounding, its work to the tolerance in time.
/// # Accuracy
/// Spectral in the modes; order 5 in time with controlled error.
/// # Cost
/// Seven evaluations of [`Collision`] a step.
pub struct Spectral {
    flow: AffineFlow,
    rate: f64,
    number_density: f64,
    mass: f64,
    tolerance: f64,
    /// With the directions it takes at present.
    pub(super) collision: Collision,
    shells: Shells,
    radius: f64,
    /// Longest principal axis over the shortest of the grid that `g` wanted when it was last chosen: what the quadrature is
    /// for.
    stretch: f64,
    time: f64,
    step: f64,
    grid: Grid,
    /// The density in `c`, mass 1.
    h: Vec<f64>,
    counters: Counters,
}

/// Corrections that add up to more than this say that the grid does not hold the distribution.
const COARSE: f64 = 1e-2;

#[derive(Clone, Copy, Debug, Default)]
struct Counters {
    steps: u64,
    refused: u64,
    grids: u64,
    /// What the corrections added up to: mass, energy over `3 n T / 2`.
    mass: f64,
    energy: f64,
}

impl Spectral {
    /// A Gaussian at t = 0.
    ///
    /// # Errors
    /// [`SpectralError`].
    pub fn new(parameters: SpectralParameters) -> Result<Self, SpectralError> {
        let (two_pi, covariance) = (2.0 * PI, parameters.covariance);
        let inverse = covariance.try_inverse().unwrap_or_else(Matrix3::identity);
        let scale = 1.0 / (two_pi.powi(3) * covariance.determinant()).sqrt();
        Self::with_distribution(parameters, |w| scale * (-0.5 * w.dot(&(inverse * w))).exp())
    }

    /// Any even distribution `g(w)/n` at t = 0; its second moments are set to the covariance given.
    ///
    /// # Errors
    /// [`SpectralError`].
    pub fn with_distribution(
        parameters: SpectralParameters,
        distribution: impl Fn(&Vector3<f64>) -> f64,
    ) -> Result<Self, SpectralError> {
        let SpectralParameters { flow, kernel, knudsen, number_density, mass, covariance, modes, tolerance } =
            parameters;
        let positive =
            [("Knudsen number", knudsen), ("number density", number_density), ("mass", mass), ("tolerance", tolerance)];
        for (name, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                return Err(SpectralError::NotPositive(name, value));
            }
        }
        let least = covariance.symmetric_eigenvalues().min();
        if !(least > 0.0 && covariance.iter().all(|x| x.is_finite())) {
            return Err(SpectralError::NotPositiveDefinite(least));
        }
        let mut collision = Collision::new(modes, kernel, Parity::Even, Quadrature::for_modes(modes))?;
        // The grid of a Gaussian, then that of the distribution itself.
        let theta = covariance.trace() / 3.0;
        let mut fourth = gaussian_fourth(&covariance);
        let mut grid = Grid { n: modes, map: Matrix3::identity() };
        let mut h = Vec::new();
        for _ in 0..2 {
            let metric = wanted_metric(modes, &covariance, fourth);
            grid.map = reachable_map(&Matrix3::identity(), &metric).unwrap_or_else(Matrix3::identity);
            h = grid.sampled(&distribution);
            fourth = grid.moments(&h).fourth;
        }
        let metric = grid.map * grid.map.transpose();
        let (radius, stretch) = (collision.radius(&metric), stretch(&metric));
        collision.refine(Quadrature::for_grid(modes, stretch));
        let shells = collision.shells(radius)?;
        let mut gas = Self {
            rate: number_density / knudsen,
            number_density,
            mass,
            tolerance,
            collision,
            shells,
            radius,
            stretch,
            time: 0.0,
            step: STRAIN / flow.velocity_gradient_at_zero().norm().max(1e-300),
            flow,
            grid,
            h,
            counters: Counters::default(),
        };
        let wanted = Conserved { mass: 1.0, momentum: Vector3::zeros(), second: covariance };
        super::conserve::restore(&gas.grid, &mut gas.h, theta, &wanted);
        gas.step = gas.step.min(gas.first_step());
        gas.economise();
        Ok(gas)
    }

    /// No more directions than the gas asks for at present: near equilibrium few, since products are nearly isotropic. A flow that
    /// shears makes them anisotropic again before the next look, and takes all.
    fn economise(&mut self) {
        let most = Quadrature::for_grid(self.grid.n, self.stretch);
        let gradient = self.flow.velocity_gradient_at_zero();
        let deviator = gradient - Matrix3::identity() * (gradient.trace() / 3.0);
        if deviator.amax() > ROUNDING * gradient.amax() {
            self.collision.refine(most);
            return;
        }
        let frame = Frame { map: self.grid.map, shells: self.shells.clone() };
        self.collision.economise(&self.h, &frame, &most, self.tolerance);
    }

    /// A tenth of the time a fast atom flies freely.
    fn first_step(&self) -> f64 {
        let theta = Conserved::of(&self.grid, &self.h).second.trace() / 3.0;
        let rate = self.rate * self.shells.rate(theta);
        0.1 / rate.max(1e-300)
    }

    /// Moments of `g` at the present time, per atom, in peculiar velocities.
    fn moments(&self) -> Moments {
        self.grid.moments(&self.h)
    }
    /// `<|w|^6>`.
    #[must_use]
    pub fn sixth_moment(&self) -> f64 {
        self.moments().sixth
    }
    /// `g(w)/n` on the grid: peculiar velocities and values.
    #[must_use]
    pub fn distribution(&self) -> Vec<([f64; 3], f64)> {
        let scale = 1.0 / self.grid.map.determinant().abs();
        let mut values = Vec::with_capacity(self.h.len());
        self.grid.points(|index, w| values.push((w.into(), scale * self.h[index])));
        values
    }

    /// One trial step; the new density, its error, and the corrections at its end.
    fn attempt(&mut self, size: f64) -> (Vec<f64>, f64, (f64, f64)) {
        let (mut mass, mut energy) = (0.0, 0.0);
        let Self { flow, collision, shells, grid, rate, time, h, .. } = self;
        let (new, error) = step::step(h, size, |stage, state, out| {
            let at = *time + step::TIMES[stage] * size;
            let map = flow.free_flight(*time, at) * grid.map;
            let moved = Grid { n: grid.n, map };
            let frame = Frame { map, shells: shells.clone() };
            collision.apply(state, &frame, out);
            let present = Conserved::of(&moved, state);
            let theta = present.second.trace() / (3.0 * present.mass);
            let found = conserve(&moved, out, theta);
            let factor = *rate / flow.volume_ratio(at);
            out.iter_mut().for_each(|x| *x *= factor);
            (mass, energy) = (found.0.abs() * factor * size, found.1.abs() * factor * size);
        });
        (new, error, (mass, energy))
    }

    /// Moves to a new grid when the present one is too far from what `g` wants.
    fn follow(&mut self) -> Result<(), SpectralError> {
        let moments = self.moments();
        let wanted = wanted_metric(self.grid.n, &moments.second, moments.fourth);
        let inverse = self.grid.map.try_inverse().unwrap_or_else(Matrix3::identity);
        let stretches = (inverse * wanted * inverse.transpose()).symmetric_eigenvalues();
        if stretches.iter().all(|s| ((1.0 - SKEW).powi(2)..(1.0 + SKEW).powi(2)).contains(s)) {
            if self.counters.steps.is_multiple_of(TRUSTED) {
                self.economise();
            }
            return Ok(());
        }
        // Cubic half a step or half the allowed skew from now, so that the skew goes from one side to the other.
        let gradient = self.flow.velocity_gradient(self.time).norm();
        let ahead = (0.5 * self.step).max(0.5 * SKEW / gradient.max(1e-300)).min(0.5 * STRAIN / gradient.max(1e-300));
        let ahead = if ahead.is_finite() { ahead } else { 0.0 };
        let later =
            self.flow.singular_time().map_or(self.time + ahead, |end| (self.time + ahead).min(0.5 * (self.time + end)));
        let back = self.flow.free_flight(later, self.time);
        let metric = back * wanted * back.transpose();
        if let Some(map) = reachable_map(&self.grid.map, &metric) {
            regrid(&self.collision, &mut self.grid, &mut self.h, map, moments.second.trace() / 3.0);
            self.radius = self.collision.radius(&metric);
            self.stretch = stretch(&wanted);
            self.shells = self.collision.shells(self.radius)?;
            self.counters.grids += 1;
            self.economise();
        }
        Ok(())
    }
}

/// `map map^T` of the grid for a gas: of the width [`Quadrature::half_width`] says; its shape is between `<w w^T>` and its
/// isotropic part, as what collisions make of it is; wider or narrower, within bounds, as its fourth moment is above or
/// below that of a Gaussian.
fn wanted_metric(modes: usize, second: &Matrix3<f64>, fourth: f64) -> Matrix3<f64> {
    let isotropic = Matrix3::identity() * (second.trace() / 3.0);
    let tail = (fourth / gaussian_fourth(second)).clamp(TAIL.0, TAIL.1);
    (second * ANISOTROPY + isotropic * (1.0 - ANISOTROPY)) * (tail * Quadrature::half_width(modes).powi(2))
}

/// The longest principal axis of a grid of this metric over its shortest.
fn stretch(metric: &Matrix3<f64>) -> f64 {
    let squares = metric.symmetric_eigenvalues();
    (squares.max() / squares.min()).sqrt()
}

/// `<|w|^4>` of a Gaussian.
fn gaussian_fourth(second: &Matrix3<f64>) -> f64 {
    second.trace().powi(2) + 2.0 * (second * second).trace()
}

impl Description for Spectral {
    fn name(&self) -> &'static str {
        "spectral"
    }

    fn time(&self) -> f64 {
        self.time
    }

    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        let stop = |time: f64, reason: String| Err(Stop { time, reason });
        if let Some(singular) = self.flow.singular_time().filter(|&t| until >= t) {
            return stop(self.time, format!("the flow exists before t* = {singular} only; {until} was asked for"));
        }
        while self.time < until {
            let longest = STRAIN / self.flow.velocity_gradient(self.time).norm().max(1e-300);
            let wanted = self.step.min(longest);
            let last = self.time + wanted * (1.0 + 1e-9) >= until;
            let trial = if last { until - self.time } else { wanted };
            if trial <= 16.0 * f64::EPSILON * self.time.abs() && !last {
                return stop(self.time, format!("the step in time has shrunk to {trial:e}"));
            }
            let (new, error, corrections) = self.attempt(trial);
            let grow = 0.9 * (self.tolerance / error.max(1e-300)).powf(0.2);
            if error > self.tolerance || error.is_nan() {
                if !error.is_finite() && self.counters.refused > 60 + self.counters.steps {
                    return stop(self.time, "the distribution is no longer finite".to_owned());
                }
                self.counters.refused += 1;
                self.step = trial * if error.is_finite() { grow.clamp(0.1, 0.9) } else { 0.1 };
                continue;
            }
            self.h = new;
            self.grid.map = self.flow.free_flight(self.time, self.time + trial) * self.grid.map;
            self.time = if last { until } else { self.time + trial };
            let next = trial * grow.clamp(0.2, 4.0);
            self.step = if last { next.max(self.step) } else { next };
            self.counters.steps += 1;
            self.counters.mass += corrections.0;
            self.counters.energy += corrections.1;
            if let Err(error) = self.follow() {
                return stop(self.time, error.to_string());
            }
            if monitor.at(self.time) == Pace::Pause && self.time < until {
                return Ok(Advance::Paused);
            }
        }
        Ok(Advance::Arrived)
    }

    fn observe(&mut self) -> Observables {
        let moments = self.moments();
        let density = self.number_density / self.flow.volume_ratio(self.time);
        let mut row = Observables {
            time: self.time,
            density: density * moments.mass,
            temperature: self.mass * moments.second.trace() / 3.0,
            pressure: moments.second * (density * self.mass),
            heat_flux: Some(moments.third * (0.5 * density * self.mass)),
            extra: Vec::new(),
        };
        row.push("fourth_moment", moments.fourth, Dimension::VelocityToTheFourth);
        row.push("entropy", moments.entropy, Dimension::None);
        row
    }

    fn save(&self, state: &mut StateWriter) {
        state.f64(self.time);
        state.f64(self.step);
        state.f64(self.radius);
        state.f64(self.stretch);
        state.matrix(&self.grid.map);
        let counters = self.counters;
        state.u64_slice(&[counters.steps, counters.refused, counters.grids]);
        state.f64_slice(&[counters.mass, counters.energy]);
        state.f64_slice(&self.h);
        let degrees: Vec<u64> = self.collision.quadrature().degrees.iter().map(|&degree| degree as u64).collect();
        state.u64_slice(&degrees);
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        let mismatch = |what: &str| StateError::Mismatch(what.to_owned());
        self.time = state.f64()?;
        self.step = state.f64()?;
        self.radius = state.f64()?;
        self.stretch = state.f64()?;
        self.grid.map = state.matrix()?;
        let [steps, refused, grids] = state.u64_vec()?[..] else {
            return Err(mismatch("three counters were expected"));
        };
        let [mass, energy] = state.f64_vec()?[..] else { return Err(mismatch("two corrections were expected")) };
        self.counters = Counters { steps, refused, grids, mass, energy };
        let h = state.f64_vec()?;
        if h.len() != self.h.len() {
            return Err(StateError::Mismatch(format!("{} points instead of {}", h.len(), self.h.len())));
        }
        self.h = h;
        let degrees: Vec<usize> = state.u64_vec()?.into_iter().map(|degree| degree as usize).collect();
        let most = Quadrature::for_grid(self.grid.n, self.stretch);
        if degrees.len() != most.degrees.len() || degrees.iter().zip(&most.degrees).any(|(few, most)| few > most) {
            return Err(mismatch("the directions are not of this grid"));
        }
        self.collision.refine(Quadrature { degrees, ..most });
        self.shells = self.collision.shells(self.radius).map_err(|error| StateError::Mismatch(error.to_string()))?;
        Ok(())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let (quadrature, counters) = (self.collision.quadrature(), self.counters);
        let rule = format!(
            "{} shells of relative speed, {} directions on half spheres, up to degree {}",
            quadrature.shells(),
            self.collision.points(),
            quadrature.degrees.iter().max().unwrap_or(&0)
        );
        let corrected = format!("mass {:.1e}, energy {:.1e}, relative", counters.mass, counters.energy);
        let largest = counters.mass.max(counters.energy);
        let coarse = (largest > COARSE).then(|| {
            let text = format!(
                "mass or energy had to be restored by {largest:.1e} in all: the grid is too coarse, take more modes"
            );
            ("warning", text)
        });
        let facts = [
            ("modes", format!("{0} x {0} x {0}", self.grid.n)),
            ("quadrature", rule),
            ("steps", counters.steps.to_string()),
            ("refused steps", counters.refused.to_string()),
            ("grids", counters.grids.to_string()),
            ("conservation corrections", corrected),
        ];
        facts.into_iter().chain(coarse).collect()
    }
}
