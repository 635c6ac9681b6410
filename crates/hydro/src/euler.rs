//! The reduced Euler equations, solved exactly.

use omd_flow::{
    Advance, AffineFlow, Description, Matrix3, Monitor, Observables, StateError, StateReader, StateWriter, Stop,
};

/// Eq. (19) of \[JamesQiWang\]: `n = n0 / J`, `T = T0 J^(-2/3)`. As printed: yes.
///
/// # Accuracy
/// Round-off: no differential equation is integrated.
#[derive(Clone, Debug)]
pub struct Euler {
    flow: AffineFlow,
    density: f64,
    temperature: f64,
    time: f64,
}

impl Euler {
    /// Starts at t = 0 with number density `density` and temperature `temperature` (an energy).
    #[must_use]
    pub fn new(flow: AffineFlow, density: f64, temperature: f64) -> Self {
        Self { flow, density, temperature, time: 0.0 }
    }
}

impl Description for Euler {
    fn name(&self) -> &'static str {
        "euler"
    }
    fn time(&self) -> f64 {
        self.time
    }
    fn advance(&mut self, until: f64, _monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        self.time = until;
        Ok(Advance::Arrived)
    }
    fn observe(&mut self) -> Observables {
        let ratio = self.flow.volume_ratio(self.time);
        let density = self.density / ratio;
        let temperature = self.temperature / ratio.cbrt().powi(2);
        Observables {
            time: self.time,
            density,
            temperature,
            pressure: Matrix3::identity() * (density * temperature),
            heat_flux: None,
            extra: Vec::new(),
        }
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
    use omd_flow::Free;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn density_and_temperature_follow_the_volume(rows in prop::array::uniform9(-1.0..1.0f64), s in 0.0..0.9f64) {
            let a = Matrix3::from_row_slice(&rows);
            let flow = AffineFlow::new(a).unwrap();
            let t = s * flow.singular_time().unwrap_or(5.0).min(5.0);
            let mut euler = Euler::new(flow, 0.3, 1.7);
            euler.advance(t, &mut Free).unwrap();
            let row = euler.observe();
            // The oracle is the determinant by elimination, not the polynomial the flow uses.
            let j = (Matrix3::identity() + a * t).lu().determinant();
            // Conditioning: the determinant loses |F|^3/J digits in either way of taking it.
            let bound = 1e-12f64.max(16.0 * f64::EPSILON * (Matrix3::identity() + a * t).norm().powi(3) / j);
            prop_assert!((row.density * j / 0.3 - 1.0).abs() < bound);
            prop_assert!((row.temperature * j.powf(2.0 / 3.0) / 1.7 - 1.0).abs() < bound);
        }
    }
}
