//! The mean field as a description of the experiment.

use super::cloud::{Cloud, PhaseMoments};
use super::forces::{ForceField, ForceMethod, Forces, ordered_sum};
use super::symplectic::Order;
use nalgebra::{Matrix3, Vector3};
use omd_flow::{
    Advance, AffineFlow, Description, Dimension, Monitor, Observables, Pace, StateError, StateReader, StateWriter,
    Stop, symmetric_components,
};
use omd_interaction::SmoothForm;
use rayon::prelude::*;

/// What the model is made of, internal units.
#[derive(Clone, Debug)]
pub struct MeanFieldParameters {
    /// The flow.
    pub flow: AffineFlow,
    /// `U`.
    pub form: SmoothForm,
    /// Mass of a particle.
    pub mass: f64,
    /// Number density that the cloud stands for at t = 0.
    pub number_density: f64,
    /// Upper bound of the step; shortened evenly to end on samples.
    pub time_step: f64,
    /// Of the step.
    pub order: Order,
    /// Of the forces.
    pub method: ForceMethod,
}

/// N particles of weight 1/N under (14), whose empirical measure solves (15).
///
/// Eq. (14) of \[JamesQiWang\] with a mass: `dx/dt = w + L x`, `m dw/dt = -(1/N) sum grad U(x_i - x_j) - m L w`. As
/// printed: yes. With `v = w + L x` it is Newton's equation `dx/dt = v`, `m dv/dt = -(1/N) sum grad U` for every `A`,
/// since `dL/dt + L^2 = 0`: the flow acts through the start and through what is observed. The state is `(x, v)`; a flight
/// at constant `v` is the exact motion under the drift, `w(t2) = F(t2)^-1 F(t1) w(t1)`.
///
/// # Accuracy
/// Symplectic steps of order 2, 4 or 6; the force as [`ForceMethod`] says.
/// # Preserves
/// `<v>` to the error of the force; with direct sums to rounding. The energy `m <v^2>/2 + U` up to an oscillation of the
/// order of the step.
#[derive(Clone, Debug)]
pub struct MeanField {
    parameters: MeanFieldParameters,
    field: ForceField,
    positions: Vec<Vector3<f64>>,
    lab_velocities: Vec<Vector3<f64>>,
    time: f64,
    interval: Interval,
    /// At `positions`; recomputed after a restore.
    forces: Option<Forces>,
    /// `sqrt(det)` of the covariance of positions at t = 0.
    volume: f64,
    energy_at_zero: f64,
    energy_scale: f64,
    momentum_at_zero: Vector3<f64>,
    worst_energy: f64,
    worst_momentum: f64,
    steps: u64,
    force_error: f64,
}

/// Equal steps between two samples.
#[derive(Clone, Copy, Debug, Default)]
struct Interval {
    start: f64,
    steps: u64,
    done: u64,
}

/// A start that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeanFieldError {
    /// Positions or velocities are missing, unequal in number or not finite.
    #[error("a cloud needs as many finite positions as velocities, two at least")]
    Cloud,
}

/// Particles whose force is compared with the direct sum at the start.
const CHECKED: usize = 256;

impl MeanField {
    /// Starts `cloud` at t = 0.
    ///
    /// # Errors
    /// [`MeanFieldError::Cloud`].
    pub fn new(parameters: MeanFieldParameters, cloud: Cloud) -> Result<Self, MeanFieldError> {
        let Cloud { positions, velocities } = cloud;
        let field = ForceField::new(parameters.form, parameters.method, &positions);
        if positions.len() != velocities.len() || positions.len() < 2 {
            return Err(MeanFieldError::Cloud);
        }
        let forces = field.evaluate(&positions).ok_or(MeanFieldError::Cloud)?;
        let force_error = field.measured_error(&positions, CHECKED).ok_or(MeanFieldError::Cloud)?;
        let moments = PhaseMoments::of(&positions, &velocities);
        let lab = |(x, w): (&Vector3<f64>, &Vector3<f64>)| parameters.flow.lab_from_peculiar(0.0, x, w);
        let lab_velocities: Vec<_> = positions.iter().zip(&velocities).map(lab).collect();
        let mut start = Self {
            parameters,
            field,
            positions,
            lab_velocities,
            time: 0.0,
            interval: Interval::default(),
            forces: None,
            volume: moments.block(0, 0).determinant().sqrt(),
            energy_at_zero: 0.0,
            energy_scale: 0.0,
            momentum_at_zero: Vector3::zeros(),
            worst_energy: 0.0,
            worst_momentum: 0.0,
            steps: 0,
            force_error,
        };
        let kinetic = start.kinetic_energy();
        start.energy_at_zero = kinetic + forces.energy;
        start.energy_scale = kinetic + forces.energy.abs();
        start.momentum_at_zero = start.mean_velocity();
        start.forces = Some(forces);
        if start.energy_scale.is_finite() { Ok(start) } else { Err(MeanFieldError::Cloud) }
    }

    /// Positions in the order of the start.
    #[must_use]
    pub fn positions(&self) -> &[Vector3<f64>] {
        &self.positions
    }

    /// Lab velocities `v = w + L x`.
    #[must_use]
    pub fn lab_velocities(&self) -> &[Vector3<f64>] {
        &self.lab_velocities
    }

    /// `w = v - L x` at the present time.
    #[must_use]
    pub fn peculiar_velocities(&self) -> Vec<Vector3<f64>> {
        let gradient = self.parameters.flow.velocity_gradient(self.time);
        self.positions.par_iter().zip(&self.lab_velocities).map(|(x, v)| v - gradient * x).collect()
    }

    /// Moments of `(x, w)` at the present time.
    #[must_use]
    pub fn moments(&self) -> PhaseMoments {
        PhaseMoments::of(&self.positions, &self.peculiar_velocities())
    }

    fn kinetic_energy(&self) -> f64 {
        let sum = ordered_sum(&self.lab_velocities, |v| v.norm_squared());
        0.5 * self.parameters.mass * sum / self.lab_velocities.len() as f64
    }

    fn mean_velocity(&self) -> Vector3<f64> {
        Vector3::from_fn(|k, _| ordered_sum(&self.lab_velocities, |v| v[k]) / self.lab_velocities.len() as f64)
    }

    /// The forces at the present positions.
    fn forces(&mut self) -> Result<Forces, Stop> {
        if let Some(forces) = self.forces.take() {
            return Ok(forces);
        }
        self.field.follow(&self.positions);
        let lost = || Stop { time: self.time, reason: "a particle position is no longer finite".to_owned() };
        self.field.evaluate(&self.positions).ok_or_else(lost)
    }

    /// One step of length `step`.
    fn step(&mut self, step: f64) -> Result<(), Stop> {
        let (kicks, flights) = self.parameters.order.stages();
        let mut forces = self.forces()?;
        for (stage, kick) in kicks.iter().enumerate() {
            let kick = step * kick / self.parameters.mass;
            self.lab_velocities.par_iter_mut().zip(&forces.forces).for_each(|(v, f)| *v += f * kick);
            let Some(flight) = flights.get(stage).map(|flight| flight * step) else { break };
            self.positions.par_iter_mut().zip(&self.lab_velocities).for_each(|(x, v)| *x += v * flight);
            forces = self.forces()?;
        }
        self.forces = Some(forces);
        self.steps += 1;
        Ok(())
    }
}

impl Description for MeanField {
    fn name(&self) -> &'static str {
        "mean-field"
    }

    fn time(&self) -> f64 {
        self.time
    }

    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        if let Some(singular) = self.parameters.flow.singular_time().filter(|&t| until >= t) {
            let reason = format!("the flow exists before t* = {singular} only; {until} was asked for");
            return Err(Stop { time: self.time, reason });
        }
        if until <= self.time {
            return Ok(Advance::Arrived);
        }
        if self.interval.done == self.interval.steps {
            let span = until - self.time;
            // A span that is a whole number of steps but for rounding takes that many.
            let steps = (span / self.parameters.time_step * (1.0 - 1e-12)).ceil().max(1.0);
            self.interval = Interval { start: self.time, steps: steps as u64, done: 0 };
        }
        let Interval { start, steps, .. } = self.interval;
        while self.interval.done < steps {
            self.step((until - start) / steps as f64)?;
            self.interval.done += 1;
            let done = self.interval.done;
            self.time = if done == steps { until } else { start + (until - start) * (done as f64 / steps as f64) };
            if done < steps && monitor.at(self.time) == Pace::Pause {
                return Ok(Advance::Paused);
            }
        }
        Ok(Advance::Arrived)
    }

    fn observe(&mut self) -> Observables {
        let parameters = &self.parameters;
        let (mass, moments) = (parameters.mass, self.moments());
        let [xx, xw, ww] = [(0, 0), (0, 1), (1, 1)].map(|(i, j)| moments.block(i, j));
        let volume = xx.determinant().sqrt() / self.volume;
        let density = parameters.number_density / volume;
        let conditional = xx.try_inverse().map_or_else(Matrix3::zeros, |inverse| ww - xw.transpose() * inverse * xw);
        let kinetic = self.kinetic_energy();
        let momentum = self.mean_velocity();
        let potential = self.forces().map_or(f64::NAN, |forces| {
            let energy = forces.energy;
            self.forces = Some(forces);
            energy
        });
        let balance = (kinetic + potential - self.energy_at_zero) / self.energy_scale;
        self.worst_energy = self.worst_energy.max(balance.abs());
        let speed = (2.0 * self.energy_scale / mass).sqrt();
        self.worst_momentum = self.worst_momentum.max((momentum - self.momentum_at_zero).norm() / speed);
        let mut row = Observables {
            time: self.time,
            density,
            temperature: mass * ww.trace() / 3.0,
            pressure: ww * (density * mass),
            heat_flux: Some(moments.third * (0.5 * density * mass)),
            extra: Vec::new(),
        };
        row.push("local_temperature", mass * conditional.trace() / 3.0, Dimension::Temperature);
        row.push("fourth_moment", moments.fourth, Dimension::VelocityToTheFourth);
        let means = ["mean_x", "mean_y", "mean_z"].into_iter().zip(moments.mean.iter());
        means.for_each(|(name, value)| row.push(name, *value, Dimension::Length));
        let drifts = ["drift_x", "drift_y", "drift_z"].into_iter().zip(moments.mean.iter().skip(3));
        drifts.for_each(|(name, value)| row.push(name, *value, Dimension::Velocity));
        let names = ["cloud_xx", "cloud_yy", "cloud_zz", "cloud_xy", "cloud_xz", "cloud_yz"];
        let spread = names.into_iter().zip(symmetric_components(&xx));
        spread.for_each(|(name, value)| row.push(name, value, Dimension::Area));
        for (i, names) in CORRELATIONS.into_iter().enumerate() {
            names.into_iter().enumerate().for_each(|(j, name)| row.push(name, xw[(i, j)], Dimension::Diffusivity));
        }
        row.push("kinetic_energy", kinetic, Dimension::Energy);
        row.push("potential_energy", potential, Dimension::Energy);
        row.push("energy_balance", balance, Dimension::None);
        row
    }

    fn save(&self, state: &mut StateWriter) {
        state.f64(self.time);
        state.f64(self.interval.start);
        state.u64_slice(&[self.interval.steps, self.interval.done, self.steps]);
        state.f64_slice(&[self.worst_energy, self.worst_momentum]);
        state.vector_slice(&self.positions);
        state.vector_slice(&self.lab_velocities);
        let (lengths, counts) = self.field.followed();
        state.f64_slice(&lengths);
        state.u64_slice(&counts);
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        let wrong = |what: &str| StateError::Mismatch(what.to_owned());
        self.time = state.f64()?;
        let start = state.f64()?;
        let [steps, done, taken] = state.u64_vec()?[..] else { return Err(wrong("three counters were expected")) };
        self.interval = Interval { start, steps, done };
        self.steps = taken;
        let [energy, momentum] = state.f64_vec()?[..] else { return Err(wrong("two balances were expected")) };
        (self.worst_energy, self.worst_momentum) = (energy, momentum);
        let (positions, velocities) = (state.vector_vec()?, state.vector_vec()?);
        if positions.len() != self.positions.len() || velocities.len() != positions.len() {
            return Err(wrong("the number of particles is another"));
        }
        (self.positions, self.lab_velocities) = (positions, velocities);
        self.forces = None;
        let lengths = state.f64_vec()?;
        let counts = state.u64_vec()?.try_into().map_err(|_| wrong("two counts of the mesh were expected"))?;
        if self.field.resume(&lengths, counts) { Ok(()) } else { Err(wrong("the forces have another mesh")) }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let coarse = self.field.tolerance().filter(|&tolerance| self.force_error > tolerance).map(|tolerance| {
            (
                "warning",
                format!(
                    "forces at the start are wrong by {:.1e}, more than the tolerance of {tolerance:e}",
                    self.force_error
                ),
            )
        });
        let facts = [
            ("steps", self.steps.to_string()),
            ("forces", self.field.description()),
            (
                "force error at the start",
                format!(
                    "{:.1e} of the rms force, the largest of {CHECKED} particles against the direct sum; meshes found later keep the \
                     tolerance for the cloud they are found for",
                    self.force_error
                ),
            ),
            (
                "energy balance",
                format!("{:.1e} of the energy at the start, the largest at a sample", self.worst_energy),
            ),
            ("momentum balance", format!("{:.1e} of m sqrt(2 E/m), the largest at a sample", self.worst_momentum)),
        ];
        facts.into_iter().chain(coarse).collect()
    }
}

const CORRELATIONS: [[&str; 3]; 3] = [
    ["cloud_x_wx", "cloud_x_wy", "cloud_x_wz"],
    ["cloud_y_wx", "cloud_y_wy", "cloud_y_wz"],
    ["cloud_z_wx", "cloud_z_wy", "cloud_z_wz"],
];
