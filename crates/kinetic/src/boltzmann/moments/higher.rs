//! The moments of Maxwell molecules to any order, as a description of the experiment.

use super::angular::AngularLaw;
use super::hierarchy::MaxwellHierarchy;
use crate::boltzmann::burnett::{Equations, Evolution, Modes, Observer, Strengths};
use nalgebra::Matrix3;
use omd_flow::{Advance, AffineFlow, Description, Monitor, Observables, StateError, StateReader, StateWriter, Stop};

/// A gas of Maxwell molecules at t = 0.
#[derive(Clone, Debug)]
pub struct HierarchyParameters {
    /// The flow.
    pub flow: AffineFlow,
    /// At t = 0.
    pub number_density: f64,
    /// Of an atom.
    pub mass: f64,
    /// `Kn`.
    pub knudsen: f64,
    /// The scattering.
    pub law: AngularLaw,
    /// The highest order.
    pub order: usize,
}

/// All moments of Maxwell molecules up to an order, exact for every flow and every Kn.
///
/// They are integrated in velocities scaled with the temperature, `<e_k(w/sqrt(T/m))>`, beside the logarithm of the
/// temperature: nothing overflows where the gas heats without end.
///
/// # Accuracy
/// `1e-12` a step relative to the moments of the same order.
/// # Cost
/// A step of order 8: 43 evaluations of about 10 us for a Gaussian start; explicit, so steps are at most about
/// `9 Kn/(nu n)` long.
pub struct MaxwellMomentHierarchy {
    evolution: Evolution,
    mass: f64,
}

/// Maxwell molecules: no temperature.
struct Constant(Vec<f64>);

impl Strengths for Constant {
    fn at(&mut self, _: f64) -> (f64, &[f64]) {
        (1.0, &self.0)
    }
}

impl MaxwellMomentHierarchy {
    /// A Gaussian start with `P/n = temperature_tensor`, an energy.
    #[must_use]
    pub fn new(parameters: &HierarchyParameters, temperature_tensor: &Matrix3<f64>) -> Self {
        let hierarchy = MaxwellHierarchy::new(parameters.order, &parameters.law);
        let temperature = temperature_tensor.trace() / 3.0;
        let moments = hierarchy.gaussian(&(temperature_tensor / temperature));
        Self::assemble(parameters, hierarchy, temperature / parameters.mass, &moments)
    }
    /// Any start: the moments `<e_k(w)>` of [`MaxwellHierarchy`], with `<w> = 0` and `M_0 = 1`.
    #[must_use]
    pub fn from_moments(parameters: &HierarchyParameters, moments: &[f64]) -> Self {
        let hierarchy = MaxwellHierarchy::new(parameters.order, &parameters.law);
        let modes = hierarchy.modes();
        // e_100 = |w|^2/sqrt(6).
        let square = modes.place(1, 0, 0).map_or(1.0, |place| 6.0f64.sqrt() * moments[place]);
        let temperature = square / 3.0;
        let mut scaled = moments[..modes.size()].to_vec();
        for shell in modes.shells() {
            let factor = temperature.powf(-0.5 * shell.order() as f64);
            shell.range().for_each(|k| scaled[k] *= factor);
        }
        Self::assemble(parameters, hierarchy, temperature, &scaled)
    }
    fn assemble(
        parameters: &HierarchyParameters,
        hierarchy: MaxwellHierarchy,
        temperature: f64,
        scaled: &[f64],
    ) -> Self {
        let equations = Equations {
            flow: parameters.flow.clone(),
            density: parameters.number_density,
            knudsen: parameters.knudsen,
            modes: hierarchy.modes().clone(),
            drift: hierarchy.drift,
            quadratic: hierarchy.quadratic,
            strengths: Box::new(Constant(hierarchy.strengths)),
            ratio: 1.0,
            burnett: false,
        };
        Self { evolution: Evolution::new(equations, temperature, scaled, 1e-12), mass: parameters.mass }
    }
    /// The places of [`Self::moments`].
    #[must_use]
    pub fn modes(&self) -> &Modes {
        &self.evolution.equations.modes
    }
    /// `<e_k(w)>` at the present time, velocity to the order.
    #[must_use]
    pub fn moments(&self) -> Vec<f64> {
        let mut moments = self.evolution.coefficients().to_vec();
        for shell in self.modes().shells() {
            let factor = self.evolution.temperature().powf(0.5 * shell.order() as f64);
            shell.range().for_each(|k| moments[k] *= factor);
        }
        moments
    }
}

impl Description for MaxwellMomentHierarchy {
    fn name(&self) -> &'static str {
        "moments"
    }
    fn time(&self) -> f64 {
        self.evolution.time
    }
    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        self.evolution.advance(until, monitor)
    }
    fn observe(&mut self) -> Observables {
        let evolution = &self.evolution;
        let temperature = evolution.temperature();
        Observer {
            modes: &evolution.equations.modes,
            moments: evolution.coefficients(),
            second: evolution.equations.second(evolution.coefficients()),
            scale: temperature,
            temperature,
            density: evolution.density(),
            mass: self.mass,
            time: evolution.time,
        }
        .row()
    }
    fn save(&self, state: &mut StateWriter) {
        self.evolution.save(state);
    }
    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.evolution.restore(state)
    }
}
