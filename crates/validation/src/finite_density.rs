//! What a gas of finite density does that the Boltzmann equation does not, from measured energies and no fitted number.
//!
//! Atoms obey `d/dt (sum m w^2/2 + U) = -V (P_k + P_v) : L`, `P_k` the kinetic and `P_v` the virial part of the pressure
//! tensor. The Boltzmann equation is what is left without `U` and `P_v`. Per atom they take
//! `S(t) = (U(t) - U(0))/N + int_0^t (V/N) P_v : L dt` out of the kinetic energy, which vanishes with the density.

use omd_flow::{AffineFlow, Matrix3};
use omd_interaction::PairPotential;
use std::f64::consts::PI;

/// Runge-Kutta steps between two samples.
const STEPS: usize = 8;

/// `(n/2) int U(r) g(r) 4 pi r^2 dr`, the potential energy of one atom of a homogeneous gas of density `density` with
/// pair correlation `correlation`, which takes `(r, U(r))`.
///
/// # Accuracy
/// 1e-6 for a correlation without jumps, 1e-3 with one: midpoint rule.
#[must_use]
pub fn pair_energy(potential: &PairPotential, density: f64, correlation: impl Fn(f64, f64) -> f64) -> f64 {
    let cutoff = potential.cutoff().unwrap_or(20.0 * potential.form().length());
    let count = 20_000;
    let width = cutoff / f64::from(count);
    let term = |k: i32| {
        let r = (f64::from(k) + 0.5) * width;
        let energy = potential.energy(r);
        let weight = correlation(r, energy);
        if weight == 0.0 { 0.0 } else { energy * weight * r * r }
    };
    2.0 * PI * density * width * (0..count).map(term).sum::<f64>()
}

/// One measured row: `(V/N) P_v : L` and `U/N` at a time.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    /// When.
    pub time: f64,
    /// `U/N`.
    pub potential: f64,
    /// `(V/N) P_v : L`.
    pub virial_power: f64,
}

/// `S` at each row: the energy per atom that `U` and the virial stress took from the motion so far. Trapezoidal rule.
#[must_use]
pub fn energy_taken(rows: &[Exchange]) -> Vec<f64> {
    let mut work = 0.0;
    let mut taken = vec![0.0; rows.len()];
    for k in 1..rows.len() {
        let (a, b) = (&rows[k - 1], &rows[k]);
        work += 0.5 * (b.time - a.time) * (a.virial_power + b.virial_power);
        taken[k] = b.potential - rows[0].potential + work;
    }
    taken
}

/// How the second moments of a Boltzmann gas answer when energy is taken from it.
///
/// With `H = P_k/n` and `T = tr H/3`: `dH/dt = -L H - H L^T - (n T/mu(T)) (H - T I) - (2/3) (dS/dt) I`, the second moments of
/// Maxwell molecules with the relaxation rate of the gas. Only the difference between the solution with `S` and the one
/// without is used: a small correction, for which this closure is good enough.
///
/// | symbol | code | dimension |
/// |---|---|---|
/// | $H$ | `Matrix3` | energy |
/// | $\mu$ | `viscosity` | pressure x time |
/// | $S$ | `taken` | energy |
pub struct Response<'a> {
    /// The flow.
    pub flow: &'a AffineFlow,
    /// `n` at t = 0.
    pub density: f64,
    /// `H` at t = 0.
    pub start: Matrix3<f64>,
    /// `mu(T)`.
    pub viscosity: &'a (dyn Fn(f64) -> f64 + Sync),
}

impl Response<'_> {
    /// `H` with `S` less `H` without at each of `times` (the first is 0).
    #[must_use]
    pub fn change(&self, times: &[f64], taken: &[f64]) -> Vec<Matrix3<f64>> {
        let plain = self.solve(times, &vec![0.0; times.len()]);
        self.solve(times, taken).into_iter().zip(plain).map(|(with, without)| with - without).collect()
    }

    /// `H` at each of `times`, `S` linear in between.
    #[must_use]
    pub fn solve(&self, times: &[f64], taken: &[f64]) -> Vec<Matrix3<f64>> {
        let mut state = self.start;
        let mut rows = vec![state];
        for k in 1..times.len() {
            let interval = times[k] - times[k - 1];
            let loss = (taken[k] - taken[k - 1]) / interval * (2.0 / 3.0);
            let h = interval / STEPS as f64;
            for step in 0..STEPS {
                let t = times[k - 1] + step as f64 * h;
                let k1 = self.rate(t, &state, loss);
                let k2 = self.rate(t + 0.5 * h, &(state + k1 * (0.5 * h)), loss);
                let k3 = self.rate(t + 0.5 * h, &(state + k2 * (0.5 * h)), loss);
                let k4 = self.rate(t + h, &(state + k3 * h), loss);
                state += (k1 + (k2 + k3) * 2.0 + k4) * (h / 6.0);
            }
            rows.push(state);
        }
        rows
    }

    fn rate(&self, time: f64, state: &Matrix3<f64>, loss: f64) -> Matrix3<f64> {
        let gradient = self.flow.velocity_gradient(time);
        let temperature = state.trace() / 3.0;
        let density = self.density / self.flow.volume_ratio(time);
        let relaxation = density * temperature / (self.viscosity)(temperature);
        let isotropic = Matrix3::identity();
        -(gradient * state + state * gradient.transpose())
            - (state - isotropic * temperature) * relaxation
            - isotropic * loss
    }
}

/// The second viscosity virial coefficient of Lennard-Jones atoms in units of `sigma^3`: `mu = mu_0 (1 + B n sigma^3)`, the
/// theory of Rainwater and Friend in the fit of Vogel et al., J. Phys. Chem. Ref. Data 27 (1998) 947.
#[must_use]
pub fn viscosity_virial(reduced_temperature: f64) -> f64 {
    const QUARTERS: [f64; 7] = [-19.572881, 219.73999, -1015.3226, 2471.01251, -3375.1717, 2491.6597, -787.26086];
    let quarter = reduced_temperature.powf(-0.25);
    let head: f64 = QUARTERS.iter().rev().fold(0.0, |sum, b| sum * quarter + b);
    head + 14.085455 * reduced_temperature.powf(-2.5) - 0.34664158 * reduced_temperature.powf(-5.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::{Description, Free};
    use omd_interaction::{InversePower, LennardJones, Truncation};
    use omd_kinetic::boltzmann::MaxwellMoments;
    use std::sync::Arc;

    #[test]
    fn the_energy_of_a_power_law_gas() {
        // U = r^-12, g = exp(-U/T): (n/2) 4 pi int r^-10 exp(-r^-12/T) dr = (2 pi n/12) T^(3/4) Gamma(3/4).
        let form = InversePower { epsilon: 1.0, sigma: 1.0, exponent: 12.0 };
        let potential = PairPotential::new(Arc::new(form), Some(40.0), Truncation::Truncated);
        let energy = pair_energy(&potential, 0.3, |_, u| (-u / 1.7).exp());
        let wanted = 2.0 * PI * 0.3 / 12.0 * 1.7f64.powf(0.75) * 1.225_416_702_465_178;
        assert!((energy / wanted - 1.0).abs() < 1e-5, "{energy} {wanted}");
        let lennard_jones = LennardJones { epsilon: 1.0, sigma: 1.0 };
        let potential = PairPotential::new(Arc::new(lennard_jones), Some(2.5), Truncation::Truncated);
        // No core: 2 pi n int_1^2.5 4 (r^-12 - r^-6) r^2 dr.
        let outside = pair_energy(&potential, 1.0, |r, _| if r < 1.0 { 0.0 } else { 1.0 });
        let integral = 4.0 * ((1.0 - 2.5f64.powi(-9)) / 9.0 - (1.0 - 2.5f64.powi(-3)) / 3.0);
        assert!((outside / (2.0 * PI * integral) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn without_exchange_it_is_the_moment_system_and_with_it_the_energy_is_gone() {
        let gradient = Matrix3::new(-0.1, 0.7, 0.0, 0.0, 0.1, 0.2, 0.3, 0.0, -0.2);
        let flow = AffineFlow::new(gradient).unwrap();
        let (start, times): (Matrix3<f64>, Vec<f64>) =
            (Matrix3::identity() * 1.5, (0..=40).map(|k| 0.05 * f64::from(k)).collect());
        let viscosity = |temperature: f64| temperature / 0.8;
        let response = Response { flow: &flow, density: 1.0, start, viscosity: &viscosity };
        let rows = response.solve(&times, &vec![0.0; times.len()]);
        let mut exact = MaxwellMoments::new(flow.clone(), 1.0, &start, 0.8, 1.0);
        exact.advance(2.0, &mut Free).unwrap();
        let wanted = exact.observe();
        assert!((rows[40] - wanted.pressure / wanted.density).norm() < 1e-8);
        // A sudden loss of 0.3 at rest cools by 0.2.
        let still = AffineFlow::new(Matrix3::zeros()).unwrap();
        let response = Response { flow: &still, density: 1.0, start, viscosity: &viscosity };
        let change = response.change(&[0.0, 1e-3, 1.0], &[0.0, 0.3, 0.3]);
        assert!((change[2] + Matrix3::identity() * 0.2).norm() < 1e-12);
    }

    #[test]
    fn energy_taken_is_the_balance() {
        let rows = [(0.0, 1.0, 0.0), (1.0, 0.4, 2.0), (3.0, 0.5, 4.0)]
            .map(|(time, potential, virial_power)| Exchange { time, potential, virial_power });
        let taken = energy_taken(&rows);
        assert!((taken[1] - 0.4).abs() < 1e-15 && (taken[2] - 6.5).abs() < 1e-14);
    }

    #[test]
    fn the_viscosity_virial_changes_sign_below_unity() {
        // Positive for hot gases, negative for cold ones, small at two and a half.
        assert!(viscosity_virial(0.7) < 0.0);
        assert!((0.0..1.0).contains(&viscosity_virial(2.5)), "{}", viscosity_virial(2.5));
    }
}
