//! The running work balance.

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

    /// Energy gained less work done, energy.
    pub(crate) fn residual(&self, energy: f64) -> f64 {
        energy - self.energy_at_start - self.work
    }
}
