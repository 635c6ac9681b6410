//! Steps of equal length that end on the times asked for.

use crate::{Scheme, StepControl};
use omd_flow::{StateError, StateReader, StateWriter};

/// Steps of a leg under thermal control.
const THERMAL_STEPS: u64 = 16;
/// Steps over which thermal control averages the temperature.
const MEMORY: f64 = 200.0;
/// Thermal control leaves the step alone until it is this far, relatively, from what the temperature asks for.
const TOLERANCE: f64 = 0.03;
/// A temperature this many times its mean is a surge that cannot wait for the mean.
const SURGE: f64 = 1.5;

/// The step that keeps `dt sqrt(T/T0)` constant, changed seldom and never with the fluctuations of the temperature.
///
/// Velocity Verlet conserves an energy that differs from the true one by `dt^2` times a quantity that fluctuates with
/// the collisions under way, and so does the temperature. A step that follows the temperature of the moment correlates
/// the two, and every change of step then leaks energy with the same sign.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ThermalStep {
    /// The temperature at the start, energy.
    start: f64,
    /// The temperature, averaged over the last steps, energy.
    mean: f64,
    /// `dt / dt0` in force.
    factor: f64,
}

impl ThermalStep {
    pub(crate) fn new(temperature: f64) -> Self {
        Self { start: temperature, mean: temperature, factor: 1.0 }
    }

    /// Takes note of the temperature after a step.
    pub(crate) fn note(&mut self, temperature: f64) {
        if temperature > SURGE * self.mean {
            self.mean = temperature;
        } else {
            self.mean += (temperature - self.mean) / MEMORY;
        }
    }

    /// `dt / dt0` for the next leg.
    fn choose(&mut self) -> f64 {
        let ratio = self.start / self.mean;
        let wanted = if ratio > 0.0 && ratio.is_finite() { ratio.sqrt() } else { 1.0 };
        if (wanted / self.factor - 1.0).abs() > TOLERANCE {
            self.factor = wanted;
        }
        self.factor
    }

    pub(crate) fn save(&self, state: &mut StateWriter) {
        [self.start, self.mean, self.factor].into_iter().for_each(|x| state.f64(x));
    }

    pub(crate) fn restore(state: &mut StateReader<'_>) -> Result<Self, StateError> {
        Ok(Self { start: state.f64()?, mean: state.f64()?, factor: state.f64()? })
    }
}

/// A number of equal steps from one time to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Leg {
    begin: f64,
    end: f64,
    pub(crate) time_step: f64,
    pub(crate) steps: u64,
    pub(crate) done: u64,
}

impl Leg {
    /// The next steps from `begin` towards `until`: all of them, or a few where the step follows the temperature.
    pub(crate) fn towards(begin: f64, until: f64, scheme: &Scheme, thermal: &mut ThermalStep) -> Self {
        let wanted = match scheme.control {
            StepControl::Fixed => scheme.time_step,
            StepControl::Thermal => scheme.time_step * thermal.choose(),
        };
        // A relative margin: an interval that is a whole number of steps up to rounding keeps that number.
        let count = (((until - begin) / wanted) * (1.0 - 1e-12)).ceil().max(1.0);
        let time_step = (until - begin) / count;
        let whole = count as u64;
        if scheme.control == StepControl::Fixed || whole <= THERMAL_STEPS {
            return Self { begin, end: until, time_step, steps: whole, done: 0 };
        }
        let end = begin + THERMAL_STEPS as f64 * time_step;
        Self { begin, end, time_step, steps: THERMAL_STEPS, done: 0 }
    }

    /// The time after `done` steps; the last one ends on `end` to the bit.
    pub(crate) fn time_after(&self, done: u64) -> f64 {
        if done == self.steps { self.end } else { self.begin + done as f64 * self.time_step }
    }

    /// What is left once `done` steps are taken.
    pub(crate) fn after(self, done: u64) -> Option<Self> {
        (done < self.steps).then_some(Self { done, ..self })
    }

    pub(crate) fn save(leg: Option<Self>, state: &mut StateWriter) {
        state.u64(u64::from(leg.is_some()));
        if let Some(leg) = leg {
            [leg.begin, leg.end, leg.time_step].into_iter().for_each(|x| state.f64(x));
            [leg.steps, leg.done].into_iter().for_each(|x| state.u64(x));
        }
    }

    pub(crate) fn restore(state: &mut StateReader<'_>) -> Result<Option<Self>, StateError> {
        if state.u64()? == 0 {
            return Ok(None);
        }
        let (begin, end, time_step) = (state.f64()?, state.f64()?, state.f64()?);
        Ok(Some(Self { begin, end, time_step, steps: state.u64()?, done: state.u64()? }))
    }
}
