//! The reduced Navier-Stokes equations in their consistent form.

use nalgebra::DMatrix;
use omd_flow::ode::{GaussCollocation, Ode};
use omd_flow::{
    Advance, AffineFlow, Description, Matrix3, Monitor, Observables, Pace, StateError, StateReader, StateWriter, Stop,
};
use std::sync::Arc;

/// Viscosity (pressure x time, for Kn = 1) as a function of temperature (an energy).
pub type ViscosityLaw = Arc<dyn Fn(f64) -> f64 + Send + Sync>;

/// `D = (L + L^T)/2 - tr(L)/3 I`, 1/time.
#[must_use]
pub fn strain_rate_deviator(velocity_gradient: &Matrix3<f64>) -> Matrix3<f64> {
    let symmetric = (velocity_gradient + velocity_gradient.transpose()) * 0.5;
    symmetric - Matrix3::identity() * (velocity_gradient.trace() / 3.0)
}

/// `P/n` of well-prepared data, `T I - 2 Kn mu D(0) / n`: the Chapman-Enskog stress of the flow at t = 0, an energy.
///
/// It is not positive definite when Kn is too large; the largest usable Kn comes back as the error.
///
/// # Errors
/// The Knudsen number below which the start exists.
pub fn prepared_temperature_tensor(
    flow: &AffineFlow,
    density: f64,
    temperature: f64,
    viscosity: f64,
    knudsen: f64,
) -> Result<Matrix3<f64>, f64> {
    let deviator = strain_rate_deviator(&flow.velocity_gradient_at_zero());
    let stretch = deviator.symmetric_eigenvalues().max();
    let limit = density * temperature / (2.0 * viscosity * stretch);
    if stretch > 0.0 && knudsen >= limit {
        return Err(limit);
    }
    Ok(Matrix3::identity() * temperature - deviator * (2.0 * knudsen * viscosity / density))
}

/// `dT/dt + (2/3) tr(L) T = (4 Kn mu / (3 n)) D:L`, `P = n T I - 2 Kn mu D`.
///
/// Eqs. (20), (69), (72) of \[JamesQiWang\]. As printed: no, the factor `4/(3 n)` (`4/(3 rho)` for `theta`) is
/// missing there; without it the equation is not of second order in Kn (docs/equations.toml).
///
/// Integrated as `y = T J^(2/3)`, in which Euler is constant: `dy/dt = J^(2/3) (4 Kn mu / (3 n)) D:L`.
///
/// # Accuracy
/// `1e-13` relative per step, Gauss collocation of order 8.
#[derive(Clone)]
pub struct NavierStokes {
    equation: Equation,
    solver: GaussCollocation,
    time: f64,
    /// `T J^(2/3)`.
    adiabat: f64,
    step: f64,
}

#[derive(Clone)]
struct Equation {
    flow: AffineFlow,
    density: f64,
    knudsen: f64,
    viscosity: ViscosityLaw,
}

impl Equation {
    fn cooling(&self, time: f64) -> f64 {
        self.flow.volume_ratio(time).cbrt().powi(2)
    }
}

impl Ode for Equation {
    fn dimension(&self) -> usize {
        1
    }
    fn rate(&self, time: f64, state: &[f64], rate: &mut [f64]) {
        let cooling = self.cooling(time);
        let gradient = self.flow.velocity_gradient(time);
        let work = strain_rate_deviator(&gradient).component_mul(&gradient).sum();
        let density = self.density / self.flow.volume_ratio(time);
        rate[0] = cooling * 4.0 * self.knudsen * (self.viscosity)(state[0] / cooling) / (3.0 * density) * work;
    }
    fn jacobian(&self, time: f64, state: &[f64], jacobian: &mut DMatrix<f64>) {
        let mut rate = [0.0];
        let mut above = [0.0];
        let shift = 1e-6 * state[0].abs();
        self.rate(time, state, &mut rate);
        self.rate(time, &[state[0] + shift], &mut above);
        jacobian[(0, 0)] = (above[0] - rate[0]) / shift;
    }
}

impl NavierStokes {
    /// Starts at t = 0 with number density `density` and temperature `temperature` (an energy); `viscosity` is for
    /// Kn = 1 and is multiplied by `knudsen` once.
    #[must_use]
    pub fn new(flow: AffineFlow, density: f64, temperature: f64, knudsen: f64, viscosity: ViscosityLaw) -> Self {
        let rate = flow.velocity_gradient_at_zero().norm();
        Self {
            equation: Equation { flow, density, knudsen, viscosity },
            solver: GaussCollocation::new(1e-13),
            time: 0.0,
            adiabat: temperature,
            step: if rate > 0.0 { 0.05 / rate } else { f64::MAX },
        }
    }
}

impl Description for NavierStokes {
    fn name(&self) -> &'static str {
        "navier-stokes"
    }
    fn time(&self) -> f64 {
        self.time
    }
    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        let mut state = [self.adiabat];
        let mut step = self.step;
        let accepted = |time| monitor.at(time) == Pace::Continue;
        let result = self.solver.advance(&self.equation, &mut self.time, &mut state, &mut step, until, accepted);
        self.adiabat = state[0];
        self.step = step;
        result.map_err(|error| Stop { time: self.time, reason: error.to_string() })?;
        Ok(if self.time < until { Advance::Paused } else { Advance::Arrived })
    }
    fn observe(&mut self) -> Observables {
        let flow = &self.equation.flow;
        let density = self.equation.density / flow.volume_ratio(self.time);
        let temperature = self.adiabat / self.equation.cooling(self.time);
        let viscosity = self.equation.knudsen * (self.equation.viscosity)(temperature);
        let deviator = strain_rate_deviator(&flow.velocity_gradient(self.time));
        let mut row = Observables {
            time: self.time,
            density,
            temperature,
            pressure: Matrix3::identity() * (density * temperature) - deviator * (2.0 * viscosity),
            heat_flux: None,
            extra: Vec::new(),
        };
        row.push("viscosity", viscosity, omd_flow::Dimension::Viscosity);
        row
    }
    fn save(&self, state: &mut StateWriter) {
        state.f64(self.time);
        state.f64(self.adiabat);
        state.f64(self.step);
    }
    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.time = state.f64()?;
        self.adiabat = state.f64()?;
        self.step = state.f64()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::Free;

    fn maxwell() -> ViscosityLaw {
        Arc::new(|temperature| 2.0 * temperature)
    }

    #[test]
    fn simple_shear_of_maxwell_molecules_heats_exponentially() {
        // mu/n = 2 T, D:L = K^2/2: dT/dt = (4/3) Kn K^2 T.
        let flow = AffineFlow::new(Matrix3::new(0.0, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).unwrap();
        let mut gas = NavierStokes::new(flow, 1.0, 1.5, 0.2, maxwell());
        gas.advance(3.0, &mut Free).unwrap();
        let row = gas.observe();
        let wanted = 1.5 * (4.0 / 3.0 * 0.2 * 0.49 * 3.0f64).exp();
        assert!((row.temperature / wanted - 1.0).abs() < 1e-12);
        assert!((row.pressure[(0, 1)] + 0.2 * 2.0 * wanted * 0.7).abs() < 1e-12);
    }

    #[test]
    fn without_viscosity_it_is_euler_up_to_the_singular_time() {
        let flow = AffineFlow::new(Matrix3::new(-0.5, 0.2, 0.0, 0.1, -0.1, 0.3, 0.0, 0.0, 0.2)).unwrap();
        let time = 0.99 * flow.singular_time().unwrap();
        let mut euler = crate::Euler::new(flow.clone(), 1.0, 1.0);
        let mut gas = NavierStokes::new(flow, 1.0, 1.0, 1.0, Arc::new(|_| 0.0));
        euler.advance(time, &mut Free).unwrap();
        gas.advance(time, &mut Free).unwrap();
        assert!((gas.observe().temperature / euler.observe().temperature - 1.0).abs() < 1e-13);
    }

    #[test]
    fn an_impossible_preparation_names_the_largest_knudsen_number() {
        let flow = AffineFlow::new(Matrix3::new(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).unwrap();
        assert_eq!(prepared_temperature_tensor(&flow, 1.0, 1.0, 2.0, 0.6), Err(0.5));
        let tensor = prepared_temperature_tensor(&flow, 1.0, 1.0, 2.0, 0.1).unwrap();
        assert!((tensor[(0, 1)] + 0.2).abs() < 1e-15 && tensor[(0, 0)] == 1.0);
    }

    #[test]
    fn a_saved_run_continues_to_the_same_bits() {
        let flow = AffineFlow::new(Matrix3::new(0.2, 0.4, -0.1, -0.3, 0.1, 0.25, 0.15, -0.2, 0.05)).unwrap();
        let build = || NavierStokes::new(flow.clone(), 1.0, 1.0, 0.3, maxwell());
        let (mut whole, mut first, mut second) = (build(), build(), build());
        struct After(usize);
        impl Monitor for After {
            fn at(&mut self, _: f64) -> Pace {
                self.0 -= 1;
                if self.0 == 0 { Pace::Pause } else { Pace::Continue }
            }
        }
        whole.advance(4.0, &mut Free).unwrap();
        assert_eq!(first.advance(4.0, &mut After(2)), Ok(Advance::Paused));
        let mut writer = StateWriter::new();
        first.save(&mut writer);
        second.restore(&mut StateReader::new(&writer.into_bytes())).unwrap();
        second.advance(4.0, &mut Free).unwrap();
        assert_eq!(second.observe(), whole.observe());
    }
}
