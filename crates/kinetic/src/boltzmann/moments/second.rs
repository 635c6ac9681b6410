//! The exact second moments of Maxwell molecules.

use nalgebra::DMatrix;
use omd_flow::ode::{GaussCollocation, Ode};
use omd_flow::{
    Advance, AffineFlow, Description, Matrix3, Monitor, Observables, Pace, StateError, StateReader, StateWriter, Stop,
};

/// `dP/dt = -tr(L) P - L P - P L^T - (lambda n / Kn) (P - (tr P/3) I)`, exact for Maxwell molecules at every Kn.
///
/// | symbol | code | dimension |
/// |---|---|---|
/// | `P/n` | `temperature_tensor` | energy |
/// | `lambda` | `relaxation_rate`: `C/2` for isotropic scattering | volume/time |
/// | `Kn` | `knudsen` | 1 |
///
/// The unknown is `S = F (P/n) F^T`, constant in free flight: `dS/dt = -(lambda n / Kn) (S - (tr(P/n)/3) F F^T)`.
/// Between collisions nothing is integrated, so strong deformation costs no accuracy.
///
/// # Accuracy
/// `1e-13` relative per step, Gauss collocation of order 8, A-stable for small Kn.
/// # References
/// \[Galkin1958\], \[Truesdell1956\]; eq. (6) of \[JamesQiWang\] with `B` independent of the speed.
#[derive(Clone, Debug)]
pub struct MaxwellMoments {
    equation: Equation,
    solver: GaussCollocation,
    time: f64,
    /// `F (P/n) F^T`: xx yy zz xy xz yz.
    momentum_flux: [f64; 6],
    step: f64,
}

#[derive(Clone, Debug)]
struct Equation {
    flow: AffineFlow,
    density: f64,
    /// `lambda / Kn`.
    rate: f64,
}

const PAIRS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)];

impl Equation {
    /// Collision frequency `lambda n / Kn`, the coefficients of `tr(P/n)/3` in the unknowns, and `F F^T`.
    fn parts(&self, time: f64) -> (f64, [f64; 6], [f64; 6]) {
        let frequency = self.rate * self.density / self.flow.volume_ratio(time);
        let inverse = self.flow.inverse_deformation(time);
        let deformation = self.flow.deformation(time);
        let metric = inverse.transpose() * inverse;
        let stretch = deformation * deformation.transpose();
        let trace = PAIRS.map(|(i, j)| metric[(i, j)] * if i == j { 1.0 } else { 2.0 } / 3.0);
        (frequency, trace, PAIRS.map(|(i, j)| stretch[(i, j)]))
    }
}

impl Ode for Equation {
    fn dimension(&self) -> usize {
        6
    }
    fn rate(&self, time: f64, state: &[f64], rate: &mut [f64]) {
        let (frequency, trace, stretch) = self.parts(time);
        let temperature: f64 = trace.iter().zip(state).map(|(c, s)| c * s).sum();
        for k in 0..6 {
            rate[k] = -frequency * (state[k] - temperature * stretch[k]);
        }
    }
    fn jacobian(&self, time: f64, _state: &[f64], jacobian: &mut DMatrix<f64>) {
        let (frequency, trace, stretch) = self.parts(time);
        for i in 0..6 {
            for j in 0..6 {
                let identity = if i == j { 1.0 } else { 0.0 };
                jacobian[(i, j)] = -frequency * (identity - stretch[i] * trace[j]);
            }
        }
    }
}

impl MaxwellMoments {
    /// Starts at t = 0 with `P/n = temperature_tensor` (an energy). `relaxation_rate` is `lambda` at Kn = 1.
    #[must_use]
    pub fn new(
        flow: AffineFlow,
        density: f64,
        temperature_tensor: &Matrix3<f64>,
        relaxation_rate: f64,
        knudsen: f64,
    ) -> Self {
        let rate = relaxation_rate / knudsen;
        let fastest = (rate * density).max(flow.velocity_gradient_at_zero().norm());
        Self {
            equation: Equation { flow, density, rate },
            solver: GaussCollocation::new(1e-13),
            time: 0.0,
            momentum_flux: omd_flow::symmetric_components(temperature_tensor),
            step: if fastest > 0.0 { 0.05 / fastest } else { f64::MAX },
        }
    }
}

impl Description for MaxwellMoments {
    fn name(&self) -> &'static str {
        "moments"
    }
    fn time(&self) -> f64 {
        self.time
    }
    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        let mut step = self.step;
        let accepted = |time| monitor.at(time) == Pace::Continue;
        let result =
            self.solver.advance(&self.equation, &mut self.time, &mut self.momentum_flux, &mut step, until, accepted);
        self.step = step;
        result.map_err(|error| Stop { time: self.time, reason: error.to_string() })?;
        Ok(if self.time < until { Advance::Paused } else { Advance::Arrived })
    }
    fn observe(&mut self) -> Observables {
        let flow = &self.equation.flow;
        let density = self.equation.density / flow.volume_ratio(self.time);
        let mut flux = Matrix3::zeros();
        for (value, (i, j)) in self.momentum_flux.iter().zip(PAIRS) {
            (flux[(i, j)], flux[(j, i)]) = (*value, *value);
        }
        let inverse = flow.inverse_deformation(self.time);
        let tensor = inverse * flux * inverse.transpose();
        Observables {
            time: self.time,
            density,
            temperature: tensor.trace() / 3.0,
            pressure: tensor * density,
            heat_flux: None,
            extra: Vec::new(),
        }
    }
    fn save(&self, state: &mut StateWriter) {
        state.f64(self.time);
        state.f64(self.step);
        state.f64_slice(&self.momentum_flux);
    }
    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.time = state.f64()?;
        self.step = state.f64()?;
        self.momentum_flux = state
            .f64_vec()?
            .try_into()
            .map_err(|_| StateError::Mismatch("six second moments were expected".to_owned()))?;
        Ok(())
    }
}
