//! The homogeneous mean field, solved exactly.

use omd_flow::{
    Advance, AffineFlow, Description, Dimension, Matrix3, Monitor, Observables, StateError, StateReader, StateWriter,
    Stop, Vector3,
};

/// Eq. (16) of \[JamesQiWang\]: `dg/dt - (L w).grad_w g = 0`, solved by `g(t, w) = g0(F(t) w)`. As printed: yes.
///
/// The force of a homogeneous system vanishes by symmetry. For a Gaussian start of covariance `C0` the distribution stays
/// Gaussian with `C(t) = F^-1 C0 F^-T` and density `n0/J`.
///
/// # Accuracy
/// Round-off: no differential equation is integrated.
#[derive(Clone, Debug)]
pub struct FreeFlight {
    flow: AffineFlow,
    density: f64,
    mass: f64,
    covariance: Matrix3<f64>,
    time: f64,
}

impl FreeFlight {
    /// Starts at t = 0 with number density `density` and covariance `P/(n m)` of a Gaussian.
    #[must_use]
    pub fn new(flow: AffineFlow, density: f64, mass: f64, covariance: Matrix3<f64>) -> Self {
        Self { flow, density, mass, covariance, time: 0.0 }
    }

    /// `g(t, w)`, number per volume and velocity^3; zero where the start's covariance has no inverse.
    #[must_use]
    pub fn distribution(&self, velocity: &Vector3<f64>) -> f64 {
        let Some(inverse) = self.covariance.try_inverse() else { return 0.0 };
        let momentum = self.flow.lagrangian_from_peculiar(self.time, velocity);
        let norm = ((2.0 * std::f64::consts::PI).powi(3) * self.covariance.determinant()).sqrt();
        self.density / norm * (-0.5 * momentum.dot(&(inverse * momentum))).exp()
    }
}

impl Description for FreeFlight {
    fn name(&self) -> &'static str {
        "free-flight"
    }
    fn time(&self) -> f64 {
        self.time
    }
    fn advance(&mut self, until: f64, _monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        if let Some(singular) = self.flow.singular_time().filter(|&t| until >= t) {
            let reason = format!("the flow exists before t* = {singular} only; {until} was asked for");
            return Err(Stop { time: self.time, reason });
        }
        self.time = until;
        Ok(Advance::Arrived)
    }
    fn observe(&mut self) -> Observables {
        let density = self.density / self.flow.volume_ratio(self.time);
        let inverse = self.flow.inverse_deformation(self.time);
        let covariance = inverse * self.covariance * inverse.transpose();
        let mut row = Observables {
            time: self.time,
            density,
            temperature: self.mass * covariance.trace() / 3.0,
            pressure: covariance * (density * self.mass),
            heat_flux: Some(Vector3::zeros()),
            extra: Vec::new(),
        };
        // Of a Gaussian: <|w|^4> = (tr C)^2 + 2 tr C^2.
        let fourth = covariance.trace().powi(2) + 2.0 * (covariance * covariance).trace();
        row.push("fourth_moment", fourth, Dimension::VelocityToTheFourth);
        row
    }
    fn save(&self, state: &mut StateWriter) {
        state.f64(self.time);
    }
    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.time = state.f64()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::{Free, Philox, draw_velocities};

    fn flow() -> AffineFlow {
        AffineFlow::new(Matrix3::new(0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15)).unwrap()
    }

    #[test]
    fn moments_are_those_of_particles_in_free_flight() {
        let covariance = Matrix3::new(2.0, 0.3, -0.1, 0.3, 1.0, 0.2, -0.1, 0.2, 0.7);
        let mut exact = FreeFlight::new(flow(), 0.7, 1.3, covariance);
        exact.advance(1.7, &mut Free).unwrap();
        let row = exact.observe();
        // A drawn sample has the covariance exactly, so its images have it as well.
        let start = draw_velocities(4000, &covariance, &mut Philox::new(4, 0)).unwrap();
        let flight = flow().free_flight(0.0, 1.7);
        let found =
            start.iter().map(|w| flight * w * w.transpose() * flight.transpose()).sum::<Matrix3<f64>>() / 4000.0;
        let density = 0.7 / (Matrix3::identity() + flow().velocity_gradient_at_zero() * 1.7).lu().determinant();
        assert!((row.pressure - found * (1.3 * density)).norm() < 1e-13);
        assert!((row.density / density - 1.0).abs() < 1e-14);
        assert!((row.temperature - row.pressure.trace() / (3.0 * density)).abs() < 1e-14);
        let fourth = start.iter().map(|w| (flight * w).norm_squared().powi(2)).sum::<f64>() / 4000.0;
        let spread = start.iter().map(|w| ((flight * w).norm_squared().powi(2) - fourth).powi(2)).sum::<f64>();
        let z = (row.extra[0].value - fourth) / (spread.sqrt() / 4000.0);
        assert!(z.abs() < 4.0, "{z}");
    }

    #[test]
    fn the_distribution_solves_the_equation() {
        let covariance = Matrix3::new(2.0, 0.3, -0.1, 0.3, 1.0, 0.2, -0.1, 0.2, 0.7);
        let at = |time: f64, w: Vector3<f64>| {
            let mut exact = FreeFlight::new(flow(), 0.7, 1.0, covariance);
            exact.advance(time, &mut Free).unwrap();
            exact.distribution(&w)
        };
        let (t, w, h) = (0.8, Vector3::new(0.4, -0.7, 1.1), 1e-4);
        let rate = (at(t + h, w) - at(t - h, w)) / (2.0 * h);
        let drift = flow().velocity_gradient(t) * w;
        let along = (at(t, w + drift * h) - at(t, w - drift * h)) / (2.0 * h);
        assert!((rate - along).abs() < 1e-7 * rate.abs().max(at(t, w)), "{rate} {along}");
        assert!(rate.abs() > 1e-4);
    }
}
