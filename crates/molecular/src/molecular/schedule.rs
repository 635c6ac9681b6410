//! Steps of equal length that end on the times asked for.

use super::Molecular;
use crate::StepControl;
use omd_flow::{StateError, StateReader, StateWriter};

/// Steps of a leg under thermal control.
const THERMAL_STEPS: u64 = 16;

/// A number of equal steps from one time to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Leg {
    begin: f64,
    end: f64,
    pub(super) time_step: f64,
    pub(super) steps: u64,
    pub(super) done: u64,
}

impl Leg {
    /// The time after `done` steps; the last one ends on `end` to the bit.
    pub(super) fn time_after(&self, done: u64) -> f64 {
        if done == self.steps { self.end } else { self.begin + done as f64 * self.time_step }
    }

    /// What is left once `done` steps are taken.
    pub(super) fn after(self, done: u64) -> Option<Self> {
        (done < self.steps).then_some(Self { done, ..self })
    }

    pub(super) fn save(leg: Option<Self>, state: &mut StateWriter) {
        state.u64(u64::from(leg.is_some()));
        if let Some(leg) = leg {
            [leg.begin, leg.end, leg.time_step].into_iter().for_each(|x| state.f64(x));
            [leg.steps, leg.done].into_iter().for_each(|x| state.u64(x));
        }
    }

    pub(super) fn restore(state: &mut StateReader<'_>) -> Result<Option<Self>, StateError> {
        if state.u64()? == 0 {
            return Ok(None);
        }
        let (begin, end, time_step) = (state.f64()?, state.f64()?, state.f64()?);
        Ok(Some(Self { begin, end, time_step, steps: state.u64()?, done: state.u64()? }))
    }
}

impl Molecular {
    /// The next steps towards `until`: all of them, or a few where the step follows the temperature.
    pub(super) fn plan(&self, until: f64) -> Leg {
        let begin = self.engine.time;
        let wanted = match self.scheme.control {
            StepControl::Fixed => self.scheme.time_step,
            StepControl::Thermal => {
                let ratio = self.temperature_at_start / self.temperature();
                let factor = if ratio > 0.0 && ratio.is_finite() { ratio.sqrt() } else { 1.0 };
                self.scheme.time_step * factor
            }
        };
        // A relative margin: an interval that is a whole number of steps up to rounding keeps that number.
        let count = (((until - begin) / wanted) * (1.0 - 1e-12)).ceil().max(1.0);
        let time_step = (until - begin) / count;
        let whole = count as u64;
        if self.scheme.control == StepControl::Fixed || whole <= THERMAL_STEPS {
            return Leg { begin, end: until, time_step, steps: whole, done: 0 };
        }
        let end = begin + THERMAL_STEPS as f64 * time_step;
        Leg { begin, end, time_step, steps: THERMAL_STEPS, done: 0 }
    }
}
