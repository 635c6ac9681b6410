//! Ordinary differential equations of few unknowns: Gauss collocation of order eight with controlled error.

pub use crate::step_control::OdeError;
use crate::step_control::StepControl;
use nalgebra::{DMatrix, DVector, Matrix4, Vector4};

/// A system `dy/dt = f(t, y)` with its Jacobian.
pub trait Ode {
    /// Number of unknowns.
    fn dimension(&self) -> usize;
    /// `f(t, y)`.
    fn rate(&self, time: f64, state: &[f64], rate: &mut [f64]);
    /// `df/dy`; an approximate one slows the iteration but does not change its result.
    fn jacobian(&self, time: f64, state: &[f64], jacobian: &mut DMatrix<f64>);
}

const STAGES: usize = 4;

/// The four-stage Gauss method: order 8, A-stable, symmetric (\[HairerNorsettWanner1993\], section II.7).
///
/// Stiff relaxation (small Kn) and smooth drift are one case for it. Each step is compared with two halves; the
/// difference over `2^4 - 1` bounds the error of the halves, which are kept, also where stiffness leaves only the
/// stage order 4.
#[derive(Clone, Debug)]
pub struct GaussCollocation {
    nodes: [f64; STAGES],
    /// Of the stages' increments, `b^T A^-1`.
    weights: [f64; STAGES],
    matrix: [[f64; STAGES]; STAGES],
    tolerance: f64,
}

/// Nodes and weights of Gauss's quadrature on [0, 1], exact for polynomials to degree 7: the zeros of the Legendre polynomial P4
/// in closed form.
#[must_use]
pub fn gauss_rule() -> ([f64; STAGES], [f64; STAGES]) {
    let root = (6.0f64 / 5.0).sqrt();
    let inner = (3.0 / 7.0 - 2.0 / 7.0 * root).sqrt();
    let outer = (3.0 / 7.0 + 2.0 / 7.0 * root).sqrt();
    let nodes = [-outer, -inner, inner, outer].map(|x| 0.5 * (1.0 + x));
    (nodes, std::array::from_fn(|j| integral(&lagrange(&nodes, j), 1.0)))
}

impl GaussCollocation {
    /// `tolerance` bounds the error of a step relative to the norm of the state.
    #[must_use]
    pub fn new(tolerance: f64) -> Self {
        let (nodes, weights) = gauss_rule();
        let mut matrix = [[0.0; STAGES]; STAGES];
        for j in 0..STAGES {
            let polynomial = lagrange(&nodes, j);
            for i in 0..STAGES {
                matrix[i][j] = integral(&polynomial, nodes[i]);
            }
        }
        // b^T A^-1: the end of the step from its stages.
        let stage_matrix = Matrix4::from_fn(|i, j| matrix[i][j]);
        let transposed = stage_matrix.transpose().lu().solve(&Vector4::from(weights));
        let weights = transposed.map_or(weights, |d| d.into());
        Self { nodes, weights, matrix, tolerance }
    }

    /// Moves `state` from `*time` towards `until` and calls `accepted(time)` after every accepted step; stops early,
    /// without loss, when that answers `false`. `step` is the first trial step and holds the next one on return:
    /// time, state and step together continue to the same bits.
    ///
    /// # Errors
    /// [`OdeError::StepTooSmall`].
    pub fn advance(
        &self,
        ode: &impl Ode,
        time: &mut f64,
        state: &mut [f64],
        step: &mut f64,
        until: f64,
        accepted: impl FnMut(f64) -> bool,
    ) -> Result<(), OdeError> {
        let control = StepControl { tolerance: self.tolerance, order: 9, growth: 4.0 };
        let attempt = |time: f64, state: &[f64], step| self.compare(ode, time, state, step);
        control.advance(attempt, time, state, step, until, accepted)
    }

    /// The relative error of two half steps and their result.
    fn compare(&self, ode: &impl Ode, time: f64, state: &[f64], step: f64) -> (f64, Vec<f64>) {
        let whole = self.step(ode, time, state, step);
        let half = self.step(ode, time, state, 0.5 * step);
        let halves = half.and_then(|middle| self.step(ode, time + 0.5 * step, &middle, 0.5 * step));
        let (Some(whole), Some(halves)) = (whole, halves) else { return (f64::INFINITY, Vec::new()) };
        let difference = norm(whole.iter().zip(&halves).map(|(a, b)| a - b));
        let size = norm(halves.iter().copied());
        let error = difference / (15.0 * size);
        (if error.is_nan() { f64::INFINITY } else { error }, halves)
    }

    /// One collocation step by simplified Newton iteration; `None` when it does not converge.
    fn step(&self, ode: &impl Ode, time: f64, state: &[f64], step: f64) -> Option<Vec<f64>> {
        let n = ode.dimension();
        let mut jacobian = DMatrix::zeros(n, n);
        let mut system = DMatrix::identity(STAGES * n, STAGES * n);
        for j in 0..STAGES {
            ode.jacobian(time + self.nodes[j] * step, state, &mut jacobian);
            for i in 0..STAGES {
                let mut block = system.view_mut((i * n, j * n), (n, n));
                block -= &jacobian * (step * self.matrix[i][j]);
            }
        }
        let factors = system.lu();
        let mut stages = DVector::zeros(STAGES * n);
        for j in 0..STAGES {
            stages.rows_mut(j * n, n).copy_from_slice(state);
        }
        let mut rates = vec![vec![0.0; n]; STAGES];
        let mut previous = f64::INFINITY;
        for _ in 0..30 {
            for j in 0..STAGES {
                ode.rate(time + self.nodes[j] * step, stages.rows(j * n, n).as_slice(), &mut rates[j]);
            }
            let mut residual = DVector::zeros(STAGES * n);
            for i in 0..STAGES {
                for k in 0..n {
                    let sum: f64 = (0..STAGES).map(|j| self.matrix[i][j] * rates[j][k]).sum();
                    residual[i * n + k] = state[k] + step * sum - stages[i * n + k];
                }
            }
            let change = factors.solve(&residual)?;
            stages += &change;
            let relative = norm(change.iter().copied()) / norm(stages.iter().copied());
            if !relative.is_finite() {
                return None;
            }
            if relative < 1e-15 || (relative < 1e-13 && relative >= previous) {
                // Through the stages rather than their rates: a stiff rate would multiply their rounding.
                let mut end = state.to_vec();
                for j in 0..STAGES {
                    for k in 0..n {
                        end[k] += self.weights[j] * (stages[j * n + k] - state[k]);
                    }
                }
                return Some(end);
            }
            previous = relative;
        }
        None
    }
}

/// The Euclidean norm; of numbers beyond 1e150 too, whose squares are none.
fn norm(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    let scale = if largest > 1e150 { largest } else { 1.0 };
    scale * values.map(|x| (x / scale).powi(2)).sum::<f64>().sqrt()
}

/// Coefficients (rising powers) of the Lagrange polynomial that is 1 at node `j`.
fn lagrange(nodes: &[f64; STAGES], j: usize) -> [f64; STAGES] {
    let mut polynomial = [0.0; STAGES];
    polynomial[0] = 1.0;
    for (degree, k) in (0..STAGES).filter(|&k| k != j).enumerate() {
        let scale = 1.0 / (nodes[j] - nodes[k]);
        for power in (0..=degree).rev() {
            polynomial[power + 1] += polynomial[power] * scale;
            polynomial[power] *= -nodes[k] * scale;
        }
    }
    polynomial
}

/// The integral of a polynomial from 0 to `upper`.
fn integral(polynomial: &[f64; STAGES], upper: f64) -> f64 {
    polynomial.iter().enumerate().map(|(k, c)| c * upper.powi(k as i32 + 1) / (k as f64 + 1.0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prothero and Robinson: y' = -s (y - cos t) - sin t, y = cos t from y(0) = 1.
    struct Stiff(f64);
    impl Ode for Stiff {
        fn dimension(&self) -> usize {
            1
        }
        fn rate(&self, t: f64, y: &[f64], rate: &mut [f64]) {
            rate[0] = -self.0 * (y[0] - t.cos()) - t.sin();
        }
        fn jacobian(&self, _: f64, _: &[f64], jacobian: &mut DMatrix<f64>) {
            jacobian[(0, 0)] = -self.0;
        }
    }

    /// y' = y^2, y = 1/(1 - t).
    struct BlowUp;
    impl Ode for BlowUp {
        fn dimension(&self) -> usize {
            1
        }
        fn rate(&self, _: f64, y: &[f64], rate: &mut [f64]) {
            rate[0] = y[0] * y[0];
        }
        fn jacobian(&self, _: f64, y: &[f64], jacobian: &mut DMatrix<f64>) {
            jacobian[(0, 0)] = 2.0 * y[0];
        }
    }

    /// y' = 100 y.
    struct Growth;
    impl Ode for Growth {
        fn dimension(&self) -> usize {
            1
        }
        fn rate(&self, _: f64, y: &[f64], rate: &mut [f64]) {
            rate[0] = 100.0 * y[0];
        }
        fn jacobian(&self, _: f64, _: &[f64], jacobian: &mut DMatrix<f64>) {
            jacobian[(0, 0)] = 100.0;
        }
    }

    #[test]
    fn growth_is_followed_to_the_largest_number_and_ends_there() {
        let solver = GaussCollocation::new(1e-13);
        let (mut t, mut y, mut h) = (0.0, [1.0], 1e-3);
        solver.advance(&Growth, &mut t, &mut y, &mut h, 7.0, |_| true).unwrap();
        // Steps of 1e-13 each, some thousands of them.
        assert!((y[0].ln() - 700.0).abs() < 1e-9, "{}", y[0].ln() - 700.0);
        assert!(solver.advance(&Growth, &mut t, &mut y, &mut h, 7.2, |_| true).is_err());
        // The rate is a hundred times the state, and no number first.
        assert!(t > 7.05 && y[0] > 1e306, "{t} {}", y[0]);
    }

    #[test]
    fn one_step_is_of_order_eight() {
        let solver = GaussCollocation::new(1.0);
        let error = |steps: usize| {
            let h = 0.5 / steps as f64;
            let mut y = vec![1.0];
            for k in 0..steps {
                y = solver.step(&BlowUp, k as f64 * h, &y, h).unwrap();
            }
            (y[0] - 2.0f64).abs()
        };
        let slope = (error(1) / error(2)).log2();
        assert!((7.5..9.5).contains(&slope), "{slope}");
    }

    #[test]
    fn stiff_and_nonlinear_problems_meet_the_tolerance() {
        let solver = GaussCollocation::new(1e-13);
        for rate in [0.0, 1.0, 1e3, 1e6] {
            let (mut t, mut y, mut h) = (0.0, [1.0], 1e-3);
            let mut steps = 0.0;
            let counted = |_| {
                steps += 1.0;
                true
            };
            solver.advance(&Stiff(rate), &mut t, &mut y, &mut h, 1.3, counted).unwrap();
            // A symmetric method does not damp: the errors of the steps add up, and no more than that.
            let error = (y[0] - 1.3f64.cos()).abs();
            assert!(error < 1e-13 * steps, "{rate}: {error} after {steps} steps");
        }
        let (mut t, mut y, mut h) = (0.0, [1.0], 1e-3);
        solver.advance(&BlowUp, &mut t, &mut y, &mut h, 0.999, |_| true).unwrap();
        assert!((y[0] / 1000.0 - 1.0).abs() < 1e-8);
        assert!(solver.advance(&BlowUp, &mut t, &mut y, &mut h, 1.1, |_| true).is_err());
    }
}
