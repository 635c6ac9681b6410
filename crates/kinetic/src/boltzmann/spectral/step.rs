//! Steps in time: the embedded Runge-Kutta pair of orders 5 and 4 of Dormand and Prince.
//!
//! # References
//! \[HairerNorsettWanner1993\], section II.5, table 5.2.

/// Times of the stages.
pub(super) const TIMES: [f64; 7] = [0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];
/// What earlier stages contribute; the last row is the step.
const STAGES: [&[f64]; 7] = [
    &[],
    &[0.2],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19_372.0 / 6561.0, -25_360.0 / 2187.0, 64_448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46_732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18_656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
/// Fifth order minus fourth.
const ERROR: [f64; 7] =
    [71.0 / 57_600.0, 0.0, -71.0 / 16_695.0, 71.0 / 1920.0, -17_253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0];

/// One step from `state` at stage times `TIMES`: `rate(stage, state, out)`. The new state and the norm of the error
/// relative to that of the state.
pub(super) fn step(state: &[f64], size: f64, mut rate: impl FnMut(usize, &[f64], &mut [f64])) -> (Vec<f64>, f64) {
    let mut rates: Vec<Vec<f64>> = Vec::with_capacity(7);
    let mut now = state.to_vec();
    for stage in 0..7 {
        if stage > 0 {
            now.copy_from_slice(state);
            for (weight, rate) in STAGES[stage].iter().zip(&rates) {
                let factor = size * weight;
                now.iter_mut().zip(rate).for_each(|(x, r)| *x += factor * r);
            }
        }
        let mut out = vec![0.0; state.len()];
        rate(stage, &now, &mut out);
        rates.push(out);
    }
    // The last stage stood at the end of the step.
    let (mut error, mut norm) = (0.0, 0.0);
    for (index, x) in now.iter().enumerate() {
        let difference: f64 = ERROR.iter().zip(&rates).map(|(weight, rate)| weight * rate[index]).sum();
        error += (size * difference).powi(2);
        norm += x * x;
    }
    (now, (error / norm).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_of_order_five_and_knows_its_error() {
        // y' = y cos t, y = exp(sin t).
        let run = |steps: usize| {
            let size = 2.0 / steps as f64;
            let (mut y, mut estimates) = (vec![1.0], 0.0);
            for k in 0..steps {
                let start = k as f64 * size;
                let rate = |s: usize, y: &[f64], out: &mut [f64]| out[0] = y[0] * (start + TIMES[s] * size).cos();
                let (next, error) = step(&y, size, rate);
                (y, estimates) = (next, estimates + error);
            }
            ((y[0] - 2f64.sin().exp()).abs(), estimates)
        };
        let errors: Vec<(f64, f64)> = [10, 20, 40, 80].map(run).to_vec();
        for pair in errors.windows(2) {
            let slopes = ((pair[0].0 / pair[1].0).log2(), (pair[0].1 / pair[1].1).log2());
            assert!((4.7..5.6).contains(&slopes.0) && (3.6..4.6).contains(&slopes.1), "{slopes:?}");
        }
    }
}
