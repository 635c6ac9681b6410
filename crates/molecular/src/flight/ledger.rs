//! What collisions add up to: energy, work, impulses.

use omd_flow::{Matrix3, StateError, StateReader, StateWriter};

/// Sums over collisions since the start, and over those since the last sample.
///
/// Between collisions `p = F w` is constant, so the kinetic part of the work `-int V P : L dt` is the change of
/// `(1/2) M : (F F^T)^-1` with `M = sum m p p^T`, exactly; a collision adds to `M` and does the work `-r f : L` of its
/// impulse. What is left of the energy of the spheres is the residual of the work balance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Ledger {
    /// `M` relative to the present time: `sum m w w^T`, carried along with the flow and changed by collisions only.
    pub(crate) moment: Matrix3<f64>,
    /// Change of `sum m w^2/2` in all collisions, energy.
    pub(crate) gained: f64,
    /// Work of all impulses, energy.
    pub(crate) work: f64,
    /// `sum r_i f_j / V` over the collisions since the last sample, pressure x time.
    pub(crate) impulses: Matrix3<f64>,
    /// When they began to be counted.
    pub(crate) since: f64,
    /// Whether a sample was taken at the present time: the next collision belongs to the next one.
    pub(crate) sampled: bool,
    /// Collisions so far.
    pub(crate) collisions: u64,
}

impl Ledger {
    pub(crate) fn new(moment: Matrix3<f64>) -> Self {
        Self { moment, ..Self::default() }
    }

    /// Begins with the next sample's interval where the last one was taken.
    pub(crate) fn go_on(&mut self, time: f64) {
        if self.sampled {
            (self.impulses, self.since, self.sampled) = (Matrix3::zeros(), time, false);
        }
    }

    /// The collisional part of the pressure tensor, averaged from the last sample to `time`; zero where no time has passed.
    pub(crate) fn collisional_pressure(&self, time: f64) -> Matrix3<f64> {
        let duration = time - self.since;
        if duration > 0.0 { self.impulses / duration } else { Matrix3::zeros() }
    }

    /// Energy gained less work done: `energy` is `sum m w^2/2` of the spheres.
    pub(crate) fn residual(&self, energy: f64) -> f64 {
        energy - 0.5 * self.moment.trace() + (self.gained - self.work)
    }

    pub(crate) fn save(&self, state: &mut StateWriter) {
        state.matrix(&self.moment);
        state.f64(self.gained);
        state.f64(self.work);
        state.matrix(&self.impulses);
        state.f64(self.since);
        state.u64(u64::from(self.sampled));
        state.u64(self.collisions);
    }

    pub(crate) fn restore(state: &mut StateReader<'_>) -> Result<Self, StateError> {
        Ok(Self {
            moment: state.matrix()?,
            gained: state.f64()?,
            work: state.f64()?,
            impulses: state.matrix()?,
            since: state.f64()?,
            sampled: state.u64()? != 0,
            collisions: state.u64()?,
        })
    }
}
