//! Equation (20) as it stands in print.

use nalgebra::DMatrix;
use omd_flow::AffineFlow;
use omd_flow::ode::{GaussCollocation, Ode, OdeError};
use omd_hydro::{ViscosityLaw, strain_rate_deviator};

/// `dT/dt + (2/3) tr(L) T = Kn mu D:L`: (20) as it stands in print, without `4/(3 rho)`; m = 1.
pub(super) struct Printed {
    equation: PrintedEquation,
    solver: GaussCollocation,
    time: f64,
    state: [f64; 1],
    step: f64,
}

struct PrintedEquation {
    flow: AffineFlow,
    knudsen: f64,
    viscosity: ViscosityLaw,
}

impl Printed {
    pub(super) fn new(flow: AffineFlow, knudsen: f64, viscosity: ViscosityLaw) -> Self {
        let equation = PrintedEquation { flow, knudsen, viscosity };
        Self { equation, solver: GaussCollocation::new(1e-13), time: 0.0, state: [1.0], step: 0.05 }
    }

    pub(super) fn temperature(&mut self, time: f64) -> Result<f64, OdeError> {
        let Self { equation, solver, time: now, state, step } = self;
        solver.advance(equation, now, state, step, time, |_| true)?;
        Ok(state[0])
    }
}

impl Ode for PrintedEquation {
    fn dimension(&self) -> usize {
        1
    }
    fn rate(&self, time: f64, state: &[f64], rate: &mut [f64]) {
        let gradient = self.flow.velocity_gradient(time);
        let work = strain_rate_deviator(&gradient).component_mul(&gradient).sum();
        rate[0] = self.knudsen * (self.viscosity)(state[0]) * work - 2.0 / 3.0 * gradient.trace() * state[0];
    }
    fn jacobian(&self, time: f64, _: &[f64], jacobian: &mut DMatrix<f64>) {
        // The viscosity's share is of order Kn: the iteration converges without it.
        jacobian[(0, 0)] = -2.0 / 3.0 * self.flow.velocity_gradient(time).trace();
    }
}
