//! Ordinary differential equations of many unknowns that are not stiff: explicit extrapolation with controlled error.

use crate::ode::OdeError;
use crate::step_control::StepControl;

/// A system `dy/dt = f(t, y)` that needs no Jacobian.
pub trait Rate {
    /// Number of unknowns.
    fn dimension(&self) -> usize;
    /// `f(t, y)`.
    fn rate(&mut self, time: f64, state: &[f64], rate: &mut [f64]);
    /// The size of `difference`, an error of `state`, as the tolerance is meant: relative to what matters.
    fn error(&self, state: &[f64], difference: &[f64]) -> f64;
}

/// Columns of the extrapolation: order 12, 43 evaluations a step.
const COLUMNS: usize = 6;

/// The smoothed midpoint rule with 2, 4, ..., 12 substeps, extrapolated to order 12 in the step; the last two columns
/// differ by an error of order 10, which is controlled. The rule is stable for `step * rate` up to about 9 on the
/// negative axis: for stiff systems of few unknowns there is [`crate::ode::GaussCollocation`].
///
/// # References
/// Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section II.9 (Gragg, Bulirsch, Stoer).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extrapolation {
    tolerance: f64,
}

impl Extrapolation {
    /// `tolerance` bounds [`Rate::error`] of a step.
    #[must_use]
    pub fn new(tolerance: f64) -> Self {
        Self { tolerance }
    }

    /// Moves `state` from `*time` towards `until` and calls `accepted(time)` after every accepted step; stops early,
    /// without loss, when that answers `false`. `step` is the first trial step and holds the next one on return:
    /// time, state and step together continue to the same bits.
    ///
    /// # Errors
    /// [`OdeError::StepTooSmall`].
    pub fn advance(
        &self,
        system: &mut impl Rate,
        time: &mut f64,
        state: &mut [f64],
        step: &mut f64,
        until: f64,
        accepted: impl FnMut(f64) -> bool,
    ) -> Result<(), OdeError> {
        let control = StepControl { tolerance: self.tolerance, order: (2 * COLUMNS - 1) as u32, growth: 3.0 };
        let attempt = |time: f64, state: &[f64], step| extrapolate(system, time, state, step);
        control.advance(attempt, time, state, step, until, accepted)
    }
}

/// The error of the last but one column, and the last one.
fn extrapolate(system: &mut impl Rate, time: f64, state: &[f64], step: f64) -> (f64, Vec<f64>) {
    let n = system.dimension();
    let mut first = vec![0.0; n];
    system.rate(time, state, &mut first);
    let mut row: Vec<Vec<f64>> = Vec::with_capacity(COLUMNS);
    let mut difference = vec![f64::INFINITY; n];
    for j in 0..COLUMNS {
        let mut value = midpoint(system, time, state, &first, step, 2 * (j + 1));
        // Aitken and Neville: row[k] holds column k of the row above.
        for (k, above) in row.iter_mut().enumerate() {
            let ratio = (j + 1) as f64 / (j - k) as f64;
            let weight = 1.0 / (ratio * ratio - 1.0);
            for i in 0..n {
                let change = value[i] - above[i];
                above[i] = value[i];
                value[i] += change * weight;
                difference[i] = change * weight;
            }
        }
        row.push(value);
    }
    let end = row.pop().unwrap_or_default();
    let error = system.error(&end, &difference);
    (if error.is_finite() && end.iter().all(|x| x.is_finite()) { error } else { f64::INFINITY }, end)
}

/// Gragg's smoothed midpoint rule with `substeps` substeps.
fn midpoint(system: &mut impl Rate, time: f64, state: &[f64], first: &[f64], step: f64, substeps: usize) -> Vec<f64> {
    let h = step / substeps as f64;
    let mut before = state.to_vec();
    let mut now: Vec<f64> = state.iter().zip(first).map(|(y, f)| y + h * f).collect();
    let mut rate = vec![0.0; state.len()];
    for k in 1..substeps {
        system.rate(time + k as f64 * h, &now, &mut rate);
        for i in 0..now.len() {
            let next = before[i] + 2.0 * h * rate[i];
            before[i] = now[i];
            now[i] = next;
        }
    }
    system.rate(time + step, &now, &mut rate);
    for i in 0..now.len() {
        now[i] = 0.5 * (now[i] + before[i] + h * rate[i]);
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A turning vector that decays, and `y' = y^2`.
    struct Mixed;
    impl Rate for Mixed {
        fn dimension(&self) -> usize {
            3
        }
        fn rate(&mut self, t: f64, y: &[f64], rate: &mut [f64]) {
            rate[0] = -0.3 * y[0] - t.cos() * y[1];
            rate[1] = -0.3 * y[1] + t.cos() * y[0];
            rate[2] = y[2] * y[2];
        }
        fn error(&self, state: &[f64], difference: &[f64]) -> f64 {
            difference.iter().zip(state).map(|(d, y)| (d / y.abs().max(1.0)).abs()).fold(0.0, f64::max)
        }
    }

    #[test]
    fn one_step_is_of_order_twelve() {
        let error = |steps: usize| {
            let h = 1.0 / steps as f64;
            let mut y = vec![1.0, 0.0, 0.1];
            for k in 0..steps {
                y = extrapolate(&mut Mixed, k as f64 * h, &y, h).1;
            }
            (y[1] - (-0.3f64).exp() * 1.0f64.sin().sin()).abs()
        };
        let slope = (error(1) / error(2)).log2();
        assert!((11.0..13.5).contains(&slope), "{slope}");
    }

    #[test]
    fn the_tolerance_is_met_and_pauses_change_no_bit() {
        let solver = Extrapolation::new(1e-13);
        let (mut t, mut y, mut h) = (0.0, [1.0, 0.0, 0.1], 1e-3);
        solver.advance(&mut Mixed, &mut t, &mut y, &mut h, 9.5, |_| true).unwrap();
        let exact = [(-0.3f64 * 9.5).exp() * 9.5f64.sin().cos(), (-0.3f64 * 9.5).exp() * 9.5f64.sin().sin(), 2.0];
        for (found, wanted) in y.iter().zip(exact) {
            assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
        }
        let (mut t, mut z, mut h) = (0.0, [1.0, 0.0, 0.1], 1e-3);
        while t < 9.5 {
            solver.advance(&mut Mixed, &mut t, &mut z, &mut h, 9.5, |_| false).unwrap();
        }
        assert_eq!(y, z);
        assert!(solver.advance(&mut Mixed, &mut t, &mut z, &mut h, 10.1, |_| true).is_err());
    }
}
