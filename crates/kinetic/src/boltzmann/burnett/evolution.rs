//! Moments in velocities scaled with the temperature of the gas: the equations and their solution in time.

use super::ladder::Drift;
use super::modes::Modes;
use super::quadratic::Quadratic;
use nalgebra::Matrix3;
use omd_flow::extrapolation::{Extrapolation, Rate};
use omd_flow::{Advance, AffineFlow, Monitor, Pace, StateError, StateReader, StateWriter, Stop};

/// The strengths of the collisional couplings, volume/time, as a function of the temperature.
pub(crate) trait Strengths: Send {
    /// A factor and the strengths at `T/m` of the gas.
    fn at(&mut self, temperature: f64) -> (f64, &[f64]);
}

/// `da/dt = drift(L + (theta'/2 theta) I) a + (n/Kn) Q(a, a)` for the averages `a_k` of polynomials of
/// `xi = w/sqrt(s theta)`, and `theta' = -(2/3) s theta L:<xi xi>`.
///
/// Following the temperature adds the term with `theta'` to the velocity gradient and nothing else: stretching all
/// velocities is a flow. `a_000 = 1` and the trace of the second moments are constant.
pub(crate) struct Equations {
    pub(crate) flow: AffineFlow,
    /// At t = 0.
    pub(crate) density: f64,
    pub(crate) knudsen: f64,
    pub(crate) modes: Modes,
    pub(crate) drift: Drift,
    pub(crate) quadratic: Quadratic,
    pub(crate) strengths: Box<dyn Strengths>,
    /// `s`.
    pub(crate) ratio: f64,
    /// Whether the coefficients are those of Burnett functions; otherwise plain moments.
    pub(crate) burnett: bool,
}

impl Equations {
    /// `<xi xi>`.
    pub(crate) fn second(&self, coefficients: &[f64]) -> Matrix3<f64> {
        let mut second = second_moments(&self.modes, coefficients);
        if self.burnett {
            second += Matrix3::identity();
        }
        second
    }
    /// `n/Kn`.
    fn frequency(&self, time: f64) -> f64 {
        self.density / (self.flow.volume_ratio(time) * self.knudsen)
    }
    /// A first step.
    fn trial(&mut self, temperature: f64) -> f64 {
        let frequency = self.frequency(0.0);
        let (factor, strengths) = self.strengths.at(temperature);
        let fastest = factor * frequency * strengths.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        let fastest = fastest.max(self.flow.velocity_gradient_at_zero().norm());
        if fastest > 0.0 { 0.1 / fastest } else { f64::MAX }
    }
}

/// The moments of the second degree by `e_02m` and `e_100`, without what Burnett functions subtract.
fn second_moments(modes: &Modes, coefficients: &[f64]) -> Matrix3<f64> {
    let at = |n, l, m| modes.place(n, l, m).map_or(0.0, |place| coefficients[place]);
    // e_02m: xy, yz, (2zz - xx - yy)/sqrt(12), xz, (xx - yy)/2; e_100: (xx + yy + zz)/sqrt(6).
    let (xy, yz, axial, xz, plane) = (at(0, 2, -2), at(0, 2, -1), at(0, 2, 0), at(0, 2, 1), at(0, 2, 2));
    let third = at(1, 0, 0) * 6.0f64.sqrt() / 3.0;
    let along = axial * 12.0f64.sqrt() / 3.0;
    let (xx, yy) = (third - 0.5 * along + plane, third - 0.5 * along - plane);
    Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, third + along)
}

impl Rate for Equations {
    fn dimension(&self) -> usize {
        1 + self.modes.size()
    }
    fn rate(&mut self, time: f64, state: &[f64], rate: &mut [f64]) {
        let coefficients = &state[1..];
        let gradient = self.flow.velocity_gradient(time);
        let stretch = -self.ratio / 3.0 * gradient.dot(&self.second(coefficients));
        let frequency = self.frequency(time);
        let (factor, strengths) = self.strengths.at(state[0].exp());
        let (temperature, rates) = rate.split_at_mut(1);
        rates.fill(0.0);
        self.drift.add(&(gradient + Matrix3::identity() * stretch), coefficients, rates);
        self.quadratic.add(strengths, factor * frequency, coefficients, rates);
        temperature[0] = 2.0 * stretch;
        // Exact by construction; rounding must not make them wander.
        rates[0] = 0.0;
        if let Some(trace) = self.modes.place(1, 0, 0) {
            rates[trace] = 0.0;
        }
    }
    fn error(&self, state: &[f64], difference: &[f64]) -> f64 {
        let norm = |part: &[f64]| part.iter().map(|x| x * x).sum::<f64>().sqrt();
        let block = |order| {
            let range = self.modes.block(order);
            norm(&difference[1..][range.clone()]) / norm(&state[1..][range]).max(1.0)
        };
        (1..=self.modes.order()).map(block).fold(difference[0].abs(), f64::max)
    }
}

/// The equations and where their solution is.
pub(crate) struct Evolution {
    pub(crate) equations: Equations,
    solver: Extrapolation,
    pub(crate) time: f64,
    /// The logarithm of `theta = T/m`, then the coefficients.
    state: Vec<f64>,
    step: f64,
}

impl Evolution {
    pub(crate) fn new(mut equations: Equations, temperature: f64, coefficients: &[f64], tolerance: f64) -> Self {
        let step = equations.trial(temperature);
        let state = std::iter::once(temperature.ln()).chain(coefficients.iter().copied()).collect();
        Self { equations, solver: Extrapolation::new(tolerance), time: 0.0, state, step }
    }
    /// `theta = T/m`.
    pub(crate) fn temperature(&self) -> f64 {
        self.state[0].exp()
    }
    pub(crate) fn coefficients(&self) -> &[f64] {
        &self.state[1..]
    }
    pub(crate) fn density(&self) -> f64 {
        self.equations.density / self.equations.flow.volume_ratio(self.time)
    }
    pub(crate) fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        let mut step = self.step;
        let accepted = |time| monitor.at(time) == Pace::Continue;
        let Self { equations, solver, time, state, .. } = self;
        let result = solver.advance(equations, time, state, &mut step, until, accepted);
        self.step = step;
        result.map_err(|error| Stop { time: self.time, reason: error.to_string() })?;
        Ok(if self.time < until { Advance::Paused } else { Advance::Arrived })
    }
    pub(crate) fn save(&self, state: &mut StateWriter) {
        state.f64(self.time);
        state.f64(self.step);
        state.f64_slice(&self.state);
    }
    pub(crate) fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.time = state.f64()?;
        self.step = state.f64()?;
        let values = state.f64_vec()?;
        if values.len() != self.state.len() {
            let (found, wanted) = (values.len(), self.state.len());
            return Err(StateError::Mismatch(format!("{found} moments instead of {wanted}")));
        }
        self.state = values;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::ladder::Ladder;
    use super::*;

    #[test]
    fn second_moments_are_the_covariance() {
        let s = Matrix3::new(1.3, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 0.9);
        let ladder = Ladder::new(2);
        assert!((second_moments(ladder.modes(), &ladder.gaussian(&s)) - s).norm() < 1e-14);
    }
}
