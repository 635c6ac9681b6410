//! The control of the step size that all adaptive integrators share.

/// Why an integration ended early.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum OdeError {
    /// The step fell below the resolution of time.
    #[error("the solution cannot be followed further: the step in time has shrunk below what numbers resolve")]
    StepTooSmall {
        /// Where.
        time: f64,
        /// The last step.
        step: f64,
    },
}

/// Accepts a step when its error is below the tolerance and chooses the next one from the error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepControl {
    /// Bound of the error that a trial reports.
    pub(crate) tolerance: f64,
    /// That error is of this order in the step.
    pub(crate) order: u32,
    /// The most a step may grow at once.
    pub(crate) growth: f64,
}

impl StepControl {
    /// Moves `state` from `*time` towards `until` by `attempt(time, state, step)`, which gives an error and the state at
    /// the end of the step, and calls `accepted(time)` after every accepted step; stops early, without loss, when that
    /// answers `false`. `step` is the first trial step and holds the next one on return.
    ///
    /// # Errors
    /// [`OdeError::StepTooSmall`].
    pub(crate) fn advance(
        &self,
        mut attempt: impl FnMut(f64, &[f64], f64) -> (f64, Vec<f64>),
        time: &mut f64,
        state: &mut [f64],
        step: &mut f64,
        until: f64,
        mut accepted: impl FnMut(f64) -> bool,
    ) -> Result<(), OdeError> {
        while *time < until {
            // A sliver left over by rounding joins the last step.
            let last = *time + *step * (1.0 + 1e-9) >= until;
            let trial = if last { until - *time } else { *step };
            if trial <= 4.0 * f64::EPSILON * time.abs().max(f64::MIN_POSITIVE) && !last {
                return Err(OdeError::StepTooSmall { time: *time, step: trial });
            }
            let (error, end) = attempt(*time, state, trial);
            let grow = 0.9 * (self.tolerance / error.max(1e-300)).powf(1.0 / f64::from(self.order));
            if error <= self.tolerance {
                *time = if last { until } else { *time + trial };
                state.copy_from_slice(&end);
                // A last step cut short by `until` says nothing against the longer one before it.
                let next = trial * grow.clamp(0.2, self.growth);
                *step = if last { next.max(*step) } else { next };
                if !accepted(*time) {
                    return Ok(());
                }
            } else {
                let factor = if error.is_finite() { grow.clamp(0.1, 0.9) } else { 0.1 };
                *step = trial * factor;
                if *step <= 4.0 * f64::EPSILON * time.abs() || *step < f64::MIN_POSITIVE {
                    return Err(OdeError::StepTooSmall { time: *time, step: *step });
                }
            }
        }
        Ok(())
    }
}
