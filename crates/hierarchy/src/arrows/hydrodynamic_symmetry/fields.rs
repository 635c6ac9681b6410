//! The reduced solution as fields of space and time, and how well they satisfy the full equations.

use super::super::printed::Printed;
use crate::verify::{Fault, Settings, TaskError};
use num_dual::{DualNum, HyperDual64};
use omd_flow::{AffineFlow, Description, Free, Matrix3};
use omd_hydro::{NavierStokes, ViscosityLaw};

/// Chebyshev nodes of the temperature over the run.
pub(super) const NODES: usize = 33;

/// `rho(t)`, `u = L(t) x`, `theta(t)`; m = 1, `rho(0) = theta(0) = 1`.
pub(super) struct ReducedFields {
    pub(super) gradient: Matrix3<f64>,
    /// That of the density and the temperature; the same unless a fault is planted.
    reduced: Matrix3<f64>,
    pub(super) viscosity: ViscosityLaw,
    pub(super) knudsen: f64,
    end: f64,
    /// Chebyshev coefficients of the temperature on `[0, end]`; none for Euler, which is closed.
    temperature: Vec<f64>,
}

impl ReducedFields {
    pub(super) fn new(
        settings: &Settings,
        gradient: Matrix3<f64>,
        reduced: &AffineFlow,
        viscosity: ViscosityLaw,
        knudsen: f64,
        end: f64,
    ) -> Result<Self, TaskError> {
        let mut fields = Self {
            gradient,
            reduced: reduced.velocity_gradient_at_zero(),
            viscosity: viscosity.clone(),
            knudsen,
            end,
            temperature: Vec::new(),
        };
        if knudsen > 0.0 {
            let mut equation = NavierStokes::new(reduced.clone(), 1.0, 1.0, knudsen, viscosity.clone());
            let mut printed = Printed::new(reduced.clone(), knudsen, viscosity);
            let angle = |k: usize| std::f64::consts::PI * (k as f64 + 0.5) / NODES as f64;
            let mut values = vec![0.0; NODES];
            // The nodes fall with k; time rises.
            for k in (0..NODES).rev() {
                let time = 0.5 * end * (1.0 + angle(k).cos());
                values[k] = if settings.has(Fault::PrintedDissipation) {
                    printed.temperature(time).map_err(TaskError::failed)?
                } else {
                    equation.advance(time, &mut Free)?;
                    equation.observe().temperature
                };
            }
            fields.temperature = (0..NODES)
                .map(|j| {
                    let sum: f64 = (0..NODES).map(|k| values[k] * (j as f64 * angle(k)).cos()).sum();
                    sum * if j == 0 { 1.0 } else { 2.0 } / NODES as f64
                })
                .collect();
        }
        Ok(fields)
    }

    /// `(rho, u, theta)` at a point.
    pub(super) fn at<D: DualNum<Primitive = f64> + Copy>(&self, time: D, place: [D; 3]) -> [D; 5] {
        let (velocity, _) = transported(&self.gradient, time, &place);
        let (_, volume) = transported(&self.reduced, time, &place);
        let temperature = if self.temperature.is_empty() { volume.powf(-2.0 / 3.0) } else { self.clenshaw(time) };
        let [u, v, w] = velocity;
        [volume.recip(), u, v, w, temperature]
    }

    fn clenshaw<D: DualNum<Primitive = f64> + Copy>(&self, time: D) -> D {
        let x = time * (2.0 / self.end) - 1.0;
        let (mut above, mut now) = (D::from(0.0), D::from(0.0));
        for &coefficient in self.temperature[1..].iter().rev() {
            (above, now) = (now, x * now * 2.0 - above + coefficient);
        }
        x * now - above + self.temperature[0]
    }

    /// Residuals of mass, momentum and energy in the full equations, relative to the sum of the sizes of their terms:
    /// `d rho/dt + div(rho u)`, `rho (du/dt + u.grad u) + div P`, `(3/2) rho (d theta/dt + u.grad theta) + P:grad u`, with
    /// `P = rho theta I - 2 Kn mu D`; no heat flows where the temperature is uniform.
    pub(super) fn residuals(&self, time: f64, place: [f64; 3]) -> [f64; 3] {
        let point = [time, place[0], place[1], place[2]];
        // All first and second derivatives along t, x, y, z.
        let mut first = [[0.0; 4]; 5];
        let mut second = [[[0.0; 4]; 4]; 5];
        let mut value = [0.0; 5];
        for a in 0..4 {
            for b in 0..4 {
                let mut dual = point.map(HyperDual64::from_re);
                dual[a].eps1 = 1.0;
                dual[b].eps2 = 1.0;
                for (k, field) in self.at(dual[0], [dual[1], dual[2], dual[3]]).into_iter().enumerate() {
                    value[k] = field.re;
                    first[k][a] = field.eps1;
                    second[k][a][b] = field.eps1eps2;
                }
            }
        }
        let [rho, theta] = [value[0], value[4]];
        let mu = self.knudsen * (self.viscosity)(theta);
        let velocity_gradient = Matrix3::from_fn(|i, j| first[i + 1][j + 1]);
        let divergence = velocity_gradient.trace();
        let deviator = omd_hydro::strain_rate_deviator(&velocity_gradient);
        // The viscosity is uniform where the temperature is; the equations are only asked where it is.
        let uniform = (1..4).map(|j| first[4][j].abs()).sum::<f64>();
        let mass = balance(&[
            first[0][0],
            rho * divergence,
            value[1] * first[0][1],
            value[2] * first[0][2],
            value[3] * first[0][3],
        ]);
        let mut momentum: f64 = uniform;
        for i in 0..3 {
            let mut terms = vec![rho * first[i + 1][0]];
            for j in 0..3 {
                terms.push(rho * value[j + 1] * first[i + 1][j + 1]);
                // -2 mu dD_ij/dx_j, D = (du_i/dx_j + du_j/dx_i)/2 - delta_ij div u/3.
                terms.push(-mu * second[i + 1][j + 1][j + 1]);
                terms.push(-mu * (1.0 - 2.0 / 3.0) * second[j + 1][i + 1][j + 1]);
            }
            terms.push(rho * first[4][i + 1]);
            terms.push(theta * first[0][i + 1]);
            momentum = momentum.max(balance(&terms));
        }
        let mut energy = vec![1.5 * rho * first[4][0], rho * theta * divergence];
        energy.extend((0..3).map(|j| 1.5 * rho * value[j + 1] * first[4][j + 1]));
        energy.extend((0..9).map(|k| -2.0 * mu * deviator[k] * velocity_gradient[k]));
        [mass, momentum, balance(&energy)]
    }
}

/// `|sum| / sum of sizes`.
fn balance(terms: &[f64]) -> f64 {
    let size: f64 = terms.iter().map(|x| x.abs()).sum();
    if size == 0.0 { 0.0 } else { terms.iter().sum::<f64>().abs() / size }
}

/// `A (I + tA)^-1 x` and `det(I + tA)`.
fn transported<D: DualNum<Primitive = f64> + Copy>(gradient: &Matrix3<f64>, time: D, place: &[D; 3]) -> ([D; 3], D) {
    let f = |i: usize, j: usize| time * gradient[(i, j)] + if i == j { 1.0 } else { 0.0 };
    // The element (j, i) of the adjugate: the cofactor of (i, j).
    let cofactor = |i: usize, j: usize| {
        let (a, b) = ((i + 1) % 3, (i + 2) % 3);
        let (c, d) = ((j + 1) % 3, (j + 2) % 3);
        f(a, c) * f(b, d) - f(a, d) * f(b, c)
    };
    let volume = f(0, 0) * cofactor(0, 0) + f(0, 1) * cofactor(0, 1) + f(0, 2) * cofactor(0, 2);
    let label =
        [0, 1, 2].map(|j| (place[0] * cofactor(0, j) + place[1] * cofactor(1, j) + place[2] * cofactor(2, j)) / volume);
    let velocity =
        [0, 1, 2].map(|i| label[0] * gradient[(i, 0)] + label[1] * gradient[(i, 1)] + label[2] * gradient[(i, 2)]);
    (velocity, volume)
}
