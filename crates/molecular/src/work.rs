//! The running work balance.

use omd_flow::{StateError, StateReader, StateWriter, Stop};

/// `d/dt (sum m w^2/2 + U) = -V P : L`, an identity of the exact dynamics for any flow; the right side is integrated by
/// the trapezoid over the steps.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct WorkBalance {
    /// `sum m w^2/2 + U` at the start, energy.
    pub(crate) energy_at_start: f64,
    /// `-int V P : L dt` so far, energy.
    pub(crate) work: f64,
    /// `-V P : L` at the end of the last step, power.
    pub(crate) power: f64,
}

impl WorkBalance {
    pub(crate) fn new(energy: f64, power: f64) -> Self {
        Self { energy_at_start: energy, work: 0.0, power }
    }

    /// One step of length `time_step` to a state of this power.
    pub(crate) fn advance(&mut self, time_step: f64, power: f64) {
        self.work += 0.5 * time_step * (self.power + power);
        self.power = power;
    }

    /// Three numbers.
    pub(crate) fn save(&self, state: &mut StateWriter) {
        for value in [self.energy_at_start, self.work, self.power] {
            state.f64(value);
        }
    }

    /// What [`Self::save`] wrote.
    pub(crate) fn restore(state: &mut StateReader<'_>) -> Result<Self, StateError> {
        Ok(Self { energy_at_start: state.f64()?, work: state.f64()?, power: state.f64()? })
    }

    /// Energy gained less work done, energy.
    pub(crate) fn residual(&self, energy: f64) -> f64 {
        energy - self.energy_at_start - self.work
    }
}

/// Why a run in steps cannot go on.
pub(crate) fn blown_up(time: f64, steps: u64, what: &str) -> Stop {
    let hint = "atoms came too close for the time step; hint: a smaller time-step";
    Stop { time, reason: format!("{what} after {steps} steps: {hint}") }
}
