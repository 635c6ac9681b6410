//! A plane wave on the reduced solution by the linearised compressible Navier-Stokes equations.

use nalgebra::{DMatrix, Matrix3, SMatrix, Vector3};
use omd_flow::AffineFlow;
use omd_flow::ode::{GaussCollocation, Ode, OdeError};
use omd_hydro::strain_rate_deviator;

/// Amplitudes in the order density, temperature, velocity x, y, z: real parts, then imaginary parts.
pub(super) type Amplitudes = [f64; 10];
type Matrix5 = SMatrix<f64, 5, 5>;

/// `n = n(t) (1 + a e)`, `T = T(t) (1 + c e)`, `u = L x + b e` with `e = exp(i k(t).x)`, to first order in `a`, `b`, `c`.
///
/// The phase rides with the flow: `dk/dt = -L^T k`, so `k = F^-T k0`. Put into the equations of mass, momentum and
/// energy, with `P = n T I - 2 Kn mu D`, `q = -Kn kappa grad T`, `m = 1`, and `D` also for the deviator of `L`:
///
/// ```text
/// a' = -i k.b
/// b' = -L b - (Kn mu/n) (k^2 b + k (k.b)/3) - i T (a + c) k + i (2 Kn mu' T/n) c D k
/// c' = -(4 Kn mu/(3 n T)) D:L a + [(4 Kn/(3 n)) (mu' - mu/T) D:L - (2/3) Kn kappa k^2/n] c
///      + i (2/(3 n T)) (4 Kn mu D k - n T k).b
/// ```
///
/// and `T' = -(2/3) tr(L) T + (4 Kn mu/(3 n)) D:L` for the gas at large. Here `mu = mu_1 T` and
/// `kappa = (15/4) mu`, those of Maxwell molecules.
pub(super) struct ViscousMode {
    pub(super) flow: AffineFlow,
    pub(super) knudsen: f64,
    /// `mu` at T = 1.
    pub(super) viscosity: f64,
    /// `k0`.
    pub(super) wave: Vector3<f64>,
}

impl ViscousMode {
    /// `T'/T` and the real and the imaginary part of the amplitudes' matrix; density 1 at t = 0.
    fn parts(&self, time: f64, temperature: f64) -> (f64, Matrix5, Matrix5) {
        let gradient = self.flow.velocity_gradient(time);
        let deviator = strain_rate_deviator(&gradient);
        let k = self.flow.inverse_deformation(time).transpose() * self.wave;
        // Kn mu / n.
        let nu = self.knudsen * self.viscosity * temperature * self.flow.volume_ratio(time);
        let heating = 4.0 * nu / (3.0 * temperature) * deviator.dot(&gradient);
        let (stretched, square) = (deviator * k, k.norm_squared());
        let (mut real, mut imaginary) = (Matrix5::zeros(), Matrix5::zeros());
        let friction = (Matrix3::identity() * square + k * k.transpose() / 3.0) * nu;
        real.fixed_view_mut::<3, 3>(2, 2).copy_from(&(-gradient - friction));
        real[(1, 0)] = -heating;
        // mu' - mu/T vanishes.
        real[(1, 1)] = -2.0 / 3.0 * 3.75 * nu * square;
        let couples = (stretched * (4.0 * nu) - k * temperature) * (2.0 / (3.0 * temperature));
        for r in 0..3 {
            imaginary[(0, 2 + r)] = -k[r];
            imaginary[(2 + r, 0)] = -temperature * k[r];
            imaginary[(2 + r, 1)] = -temperature * k[r] + 2.0 * nu * stretched[r];
            imaginary[(1, 2 + r)] = couples[r];
        }
        (heating - 2.0 / 3.0 * gradient.trace(), real, imaginary)
    }

    /// The temperature and the amplitudes at `times`, rising, from T = 1 at t = 0.
    pub(super) fn follow(&self, start: &Amplitudes, times: &[f64]) -> Result<Vec<(f64, Amplitudes)>, OdeError> {
        let mut state = vec![1.0];
        state.extend(start);
        let (mut time, mut step) = (0.0, 1e-3);
        let solver = GaussCollocation::new(1e-10);
        times
            .iter()
            .map(|&until| {
                if until > time {
                    solver.advance(self, &mut time, &mut state, &mut step, until, |_| true)?;
                }
                Ok((state[0], std::array::from_fn(|k| state[k + 1])))
            })
            .collect()
    }
}

impl Ode for ViscousMode {
    fn dimension(&self) -> usize {
        11
    }

    fn rate(&self, time: f64, state: &[f64], rate: &mut [f64]) {
        let (growth, real, imaginary) = self.parts(time, state[0]);
        rate[0] = growth * state[0];
        for i in 0..5 {
            let sum = |matrix: &Matrix5, from: usize| (0..5).map(|j| matrix[(i, j)] * state[from + j]).sum::<f64>();
            rate[1 + i] = sum(&real, 1) - sum(&imaginary, 6);
            rate[6 + i] = sum(&imaginary, 1) + sum(&real, 6);
        }
    }

    /// Without the slopes in the temperature of the gas, which are small beside `k`.
    fn jacobian(&self, time: f64, state: &[f64], jacobian: &mut DMatrix<f64>) {
        let (growth, real, imaginary) = self.parts(time, state[0]);
        jacobian.fill(0.0);
        jacobian[(0, 0)] = growth;
        jacobian.view_mut((1, 1), (5, 5)).copy_from(&real);
        jacobian.view_mut((6, 6), (5, 5)).copy_from(&real);
        jacobian.view_mut((6, 1), (5, 5)).copy_from(&imaginary);
        jacobian.view_mut((1, 6), (5, 5)).copy_from(&(-imaginary));
    }
}

/// The size of a wave, `(|a|^2 + |b|^2/T + (3/2) |c|^2)^(1/2)`: what it takes from the entropy, to second order.
pub(super) fn size(temperature: f64, amplitudes: &Amplitudes) -> f64 {
    let weights = [1.0, 1.5, 1.0 / temperature, 1.0 / temperature, 1.0 / temperature];
    amplitudes.iter().enumerate().map(|(k, z)| weights[k % 5] * z * z).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::Philox;

    /// The nonlinear equations at one point by central differences of the fields in space and time.
    ///
    /// Fields `n, u, T` are those of the wave with small amplitudes; the residuals of mass, momentum and energy have
    /// to be of second order in them.
    fn residuals(mode: &ViscousMode, scale: f64) -> f64 {
        let start: Amplitudes = [0.3, -0.2, 0.5, 0.1, -0.4, 0.2, 0.6, -0.1, 0.3, 0.2].map(|x| x * scale);
        let (time, h) = (0.4, 1e-3);
        let times = [0.0, time - h, time, time + h];
        let states = mode.follow(&start, &times).unwrap();
        let fields = |which: usize, x: &Vector3<f64>| {
            let (t, (temperature, z)) = (times[which], states[which]);
            let k = mode.flow.inverse_deformation(t).transpose() * mode.wave;
            let (sine, cosine) = k.dot(x).sin_cos();
            let wave = |j: usize| z[j] * cosine - z[j + 5] * sine;
            let u = mode.flow.velocity_gradient(t) * x + Vector3::new(wave(2), wave(3), wave(4));
            (((1.0 + wave(0)) / mode.flow.volume_ratio(t)), u, temperature * (1.0 + wave(1)))
        };
        let axis = |r: usize| Vector3::from_fn(|i, _| if i == r { h } else { 0.0 });
        let velocity_slopes = |x: &Vector3<f64>| {
            let columns = [0, 1, 2].map(|r| (fields(2, &(x + axis(r))).1 - fields(2, &(x - axis(r))).1) / (2.0 * h));
            Matrix3::from_columns(&columns)
        };
        // Pressure tensor and heat flux at a point.
        let fluxes = |x: &Vector3<f64>| {
            let (n, _, temperature) = fields(2, x);
            let mu = mode.knudsen * mode.viscosity * temperature;
            let pressure =
                Matrix3::identity() * (n * temperature) - strain_rate_deviator(&velocity_slopes(x)) * (2.0 * mu);
            let slope =
                Vector3::from_fn(|r, _| (fields(2, &(x + axis(r))).2 - fields(2, &(x - axis(r))).2) / (2.0 * h));
            (pressure, slope * (-3.75 * mu))
        };
        let x = Vector3::new(0.31, -0.12, 0.23);
        let (n, u, temperature) = fields(2, &x);
        let slopes = velocity_slopes(&x);
        let rate = |of: &dyn Fn(usize) -> f64| (of(3) - of(1)) / (2.0 * h);
        let slope = |of: &dyn Fn(&Vector3<f64>) -> f64, r: usize| (of(&(x + axis(r))) - of(&(x - axis(r)))) / (2.0 * h);
        let (mut mass, mut energy) = (rate(&|w| fields(w, &x).0), 1.5 * n * rate(&|w| fields(w, &x).2));
        for r in 0..3 {
            mass += slope(&|x| fields(2, x).0 * fields(2, x).1[r], r);
            energy += 1.5 * n * u[r] * slope(&|x| fields(2, x).2, r) + slope(&|x| fluxes(x).1[r], r);
        }
        energy += fluxes(&x).0.dot(&slopes);
        let mut square = mass * mass + energy * energy / (temperature * temperature);
        for i in 0..3 {
            let mut momentum = n * rate(&|w| fields(w, &x).1[i]);
            for r in 0..3 {
                momentum += n * u[r] * slopes[(i, r)] + slope(&|x| fluxes(x).0[(i, r)], r);
            }
            square += momentum * momentum;
        }
        square.sqrt()
    }

    #[test]
    fn the_mode_solves_the_equations_to_first_order() {
        let mut random = Philox::new(4, 0);
        for _ in 0..3 {
            let gradient = Matrix3::from_fn(|_, _| 0.8 * random.uniform() - 0.3);
            let flow = AffineFlow::new(gradient).unwrap();
            let mode = ViscousMode { flow, knudsen: 0.05, viscosity: 2.0, wave: Vector3::new(1.5, -1.0, 2.0) };
            // Of second order in the amplitudes, down to the error of the differences.
            let floor = residuals(&mode, 0.0);
            let [large, small] = [3e-2, 3e-3].map(|scale| residuals(&mode, scale));
            assert!(floor < 1e-6 && small < 0.012 * large + 2e-6, "{floor} {small} {large}");
            assert!(small / 3e-3 < 0.02, "{small}");
        }
    }
}
