//! The second moments of molecules whose collision rate knows the temperature alone: a solution to check laws of long
//! times on, for any `gamma`.

use nalgebra::DMatrix;
use omd_flow::ode::{GaussCollocation, Ode, OdeError};
use omd_flow::{AffineFlow, Matrix3, symmetric_components};

const PAIRS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)];

/// `B = C theta^(gamma/2) b(cos chi)`: Maxwell molecules at every instant, of homogeneity `gamma`. Their second moments
/// are closed, with `lambda = lambda0 (n/n0) theta^(gamma/2)`.
///
/// The unknowns are `P/p` and `ln theta` over `ln(1 + t/t0)`: neither powers nor exponentials of `t` strain them.
#[derive(Clone, Debug)]
pub struct Course {
    flow: AffineFlow,
    gamma: f64,
    /// `lambda0`: at t = 0 and `theta = 1`, 1/time.
    rate: f64,
    /// `t0`.
    unit: f64,
}

/// The gas at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Time.
    pub time: f64,
    /// `ln theta`, with `theta = 1` at t = 0.
    pub log_temperature: f64,
    /// `lambda`, 1/time.
    pub rate: f64,
    /// `lambda/|L|` (Frobenius norm).
    pub ratio: f64,
    /// `P/p`.
    pub tensor: Matrix3<f64>,
}

impl Course {
    /// A gas at equilibrium with `theta = 1` and the relaxation rate `rate` (1/time) at t = 0.
    #[must_use]
    pub fn new(flow: AffineFlow, gamma: f64, rate: f64) -> Self {
        let unit = 1.0 / (flow.velocity_gradient_at_zero().norm() + f64::MIN_POSITIVE);
        Self { flow, gamma, rate, unit }
    }

    /// The gas at rising times.
    ///
    /// # Errors
    /// [`OdeError`] where it cannot be followed.
    pub fn at(&self, times: &[f64]) -> Result<Vec<Point>, OdeError> {
        let solver = GaussCollocation::new(1e-11);
        let (mut clock, mut step) = (0.0, 1e-3f64.min(0.1 / (self.rate * self.unit)));
        let mut state = [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
        let mut points = Vec::with_capacity(times.len());
        for &time in times {
            let until = (time / self.unit).ln_1p();
            solver.advance(self, &mut clock, &mut state, &mut step, until, |_| true)?;
            let rate = self.relaxation(time, state[6]);
            points.push(Point {
                time,
                log_temperature: state[6],
                rate,
                ratio: rate / self.velocity_gradient(time).norm(),
                tensor: tensor(&state),
            });
        }
        Ok(points)
    }

    /// `L = (I - F^-1)/t` at late times: [`AffineFlow::velocity_gradient`] loses `t |A|` roundings there.
    fn velocity_gradient(&self, time: f64) -> Matrix3<f64> {
        match self.flow.deformation(time).try_inverse().filter(|_| time > self.unit) {
            Some(inverse) => (Matrix3::identity() - inverse) / time,
            None => self.flow.velocity_gradient(time),
        }
    }

    fn relaxation(&self, time: f64, log_temperature: f64) -> f64 {
        self.rate / self.flow.volume_ratio(time) * (0.5 * self.gamma * log_temperature).exp()
    }
}

fn tensor(state: &[f64]) -> Matrix3<f64> {
    let mut tensor = Matrix3::zeros();
    for (value, (i, j)) in state.iter().zip(PAIRS) {
        (tensor[(i, j)], tensor[(j, i)]) = (*value, *value);
    }
    tensor
}

impl Ode for Course {
    fn dimension(&self) -> usize {
        7
    }
    fn rate(&self, clock: f64, state: &[f64], rate: &mut [f64]) {
        let time = self.unit * clock.exp_m1();
        let l = self.velocity_gradient(time);
        let p = tensor(state);
        let relaxation = self.relaxation(time, state[6]);
        let heating = -2.0 / 3.0 * l.dot(&p);
        let change = -l * p - p * l.transpose() - (p - Matrix3::identity()) * relaxation - p * heating;
        let pace = self.unit + time;
        for (k, value) in symmetric_components(&change).into_iter().enumerate() {
            rate[k] = pace * value;
        }
        rate[6] = pace * heating;
    }
    fn jacobian(&self, clock: f64, state: &[f64], jacobian: &mut DMatrix<f64>) {
        let step = 1e-7;
        let (mut up, mut down) = ([0.0; 7], [0.0; 7]);
        for column in 0..7 {
            let mut moved = [0.0; 7];
            moved.copy_from_slice(state);
            moved[column] = state[column] + step;
            self.rate(clock, &moved, &mut up);
            moved[column] = state[column] - step;
            self.rate(clock, &moved, &mut down);
            for row in 0..7 {
                jacobian[(row, column)] = (up[row] - down[row]) / (2.0 * step);
            }
        }
    }
}
