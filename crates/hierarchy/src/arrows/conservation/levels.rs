//! Descriptions with a distribution or a fluid: the stress integrated over time against the energy.

use super::{Residuals, drift};
use crate::arrows::experiments::{Gas, bare, flow, kinetic_knudsen, reduced_flow, start, without_noise};
use crate::arrows::kinetic_symmetry;
use crate::arrows::printed::Printed;
use crate::experiment::{DsmcSettings, Observation, Viscosity};
use crate::statistics::greater;
use crate::transport::{collision_kernel, viscosity_law};
use crate::verify::{Fault, Interrupt, Settings, TaskError};
use omd_flow::ode::gauss_rule;
use omd_flow::{AffineFlow, Description, Matrix3, Observables};
use omd_hydro::strain_rate_deviator;
use omd_kinetic::boltzmann::{Spatial, SpatialParameters};

const END: f64 = 1.0;
/// Panels of the quadrature, each with Gauss's four nodes: below 1e-13 where rates are below ten.
const PANELS: usize = 32;
const KNUDSEN: f64 = 0.2;
const PARTICLES: usize = 10_000;
/// Cells along an edge and the step of the simulation in space: the stress is sampled at the ends of steps, with an error of
/// their square.
const CELLS: usize = 4;
const STEP_IN_SPACE: f64 = 0.01;
/// Of the Galerkin expansion.
const ORDER: usize = 6;

/// A level of description without atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Exact moments of Maxwell molecules, Burnett functions for the others.
    Deterministic,
    /// Particles.
    Simulation,
    /// Particles with positions, under the flow as it is.
    InSpace,
    /// No collisions, eq. (16).
    FreeFlight,
    /// The fluid without a stress.
    Euler,
    /// The fluid with Chapman and Enskog's.
    NavierStokes,
}

impl Level {
    pub(super) fn is_random(self) -> bool {
        matches!(self, Self::Simulation | Self::InSpace)
    }

    /// What decides its numbers.
    pub(super) fn input(self) -> String {
        let nodes = format!("Kn = {KNUDSEN}, t = {END}, P:L by Gauss's rule with {PANELS} panels of four nodes");
        match self {
            Self::Deterministic => format!("{nodes}, moments of order 2 or Burnett functions of order {ORDER}"),
            Self::Simulation => format!("{nodes}, {PARTICLES} particles"),
            Self::InSpace => format!("{nodes}, {PARTICLES} particles, {CELLS}^3 cells, steps of {STEP_IN_SPACE}"),
            Self::FreeFlight | Self::Euler | Self::NavierStokes => nodes,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Deterministic => "kinetic, without noise",
            Self::Simulation => "DSMC",
            Self::InSpace => "DSMC in space",
            Self::FreeFlight => "free flight",
            Self::Euler => "Euler",
            Self::NavierStokes => "Navier-Stokes",
        }
    }
}

/// `(time, weight)` on `[0, END]`, in order.
fn nodes() -> Vec<(f64, f64)> {
    let (nodes, weights) = gauss_rule();
    let width = END / PANELS as f64;
    let panel = |k: usize| std::array::from_fn::<_, 4, _>(|i| (width * (k as f64 + nodes[i]), width * weights[i]));
    (0..PANELS).flat_map(panel).collect()
}

/// The residuals under `flow` of what has density, temperature and pressure; m = 1, no potential energy.
fn residuals(
    flow: &AffineFlow,
    mut at: impl FnMut(f64) -> Result<Observables, TaskError>,
) -> Result<Residuals, TaskError> {
    let begin = at(0.0)?;
    let (mut found, mut work) = (Residuals::default(), 0.0);
    let mut look = |time: f64, row: &Observables| {
        let speed = begin.temperature.sqrt();
        found.mass =
            greater(found.mass, (row.density * flow.deformation(time).determinant() / begin.density - 1.0).abs());
        found.momentum = greater(found.momentum, (drift(row) / speed).norm());
    };
    for (time, weight) in nodes() {
        let row = at(time)?;
        look(time, &row);
        work += weight * row.pressure.component_mul(&flow.velocity_gradient(time)).sum() / row.density;
    }
    let end = at(END)?;
    look(END, &end);
    let energy = 1.5 * begin.temperature;
    found.energy = (1.5 * end.temperature + work) / energy - 1.0;
    Ok(found)
}

fn follow(
    flow: &AffineFlow,
    mut description: Box<dyn Description>,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    residuals(flow, |time| {
        interrupt.advance(description.as_mut(), time)?;
        Ok(description.observe())
    })
}

/// A start that is not isotropic, so that energy is exchanged from the start on.
pub(super) fn tensor() -> Matrix3<f64> {
    Matrix3::new(1.4, 0.2, 0.0, 0.2, 0.8, -0.1, 0.0, -0.1, 0.8)
}

pub(super) fn level(
    settings: &Settings,
    gas: Gas,
    level: Level,
    gradient: Matrix3<f64>,
    replica: usize,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let given = flow(gradient)?;
    let reduced = reduced_flow(settings, &given)?;
    let mut experiment = bare(reduced, gas.interaction()?, kinetic_knudsen(settings, KNUDSEN), END);
    experiment.state.temperature_tensor = tensor();
    let name = match level {
        Level::Deterministic => without_noise(&mut experiment, gas, ORDER),
        Level::FreeFlight => {
            experiment.free_flight = true;
            "free-flight"
        }
        Level::Euler => {
            experiment.euler = true;
            experiment.state.temperature_tensor = Matrix3::identity();
            "euler"
        }
        Level::NavierStokes => {
            if settings.has(Fault::PrintedDissipation) {
                return as_printed(&given, gas);
            }
            experiment.navier_stokes = Some(Viscosity::ChapmanEnskog);
            experiment.state.temperature_tensor = Matrix3::identity();
            // What is planted in the collisions is planted in the kinetic levels.
            experiment.knudsen = KNUDSEN;
            "navier-stokes"
        }
        Level::Simulation => {
            experiment.interaction = Some(gas.interaction_with_cutoff()?);
            let (replicas, observation) = (replica + 1, Observation::default());
            experiment.dsmc = Some(DsmcSettings { particles: PARTICLES, replicas, seed: settings.seed, observation });
            "dsmc"
        }
        Level::InSpace => {
            let parameters = SpatialParameters {
                kernel: collision_kernel(&experiment)?,
                covariance: tensor(),
                divisions: [CELLS; 3],
                time_step: STEP_IN_SPACE,
                ..kinetic_symmetry::unit_gas(
                    settings,
                    &given,
                    experiment.knudsen,
                    PARTICLES,
                    (3 << 20) | replica as u64,
                )
            };
            let gas = Spatial::new(parameters).map_err(TaskError::failed)?;
            return follow(&given, Box::new(gas), interrupt);
        }
    };
    follow(&given, start(&experiment, name, replica)?, interrupt)
}

/// Navier-Stokes with a temperature that follows (20) as printed.
fn as_printed(given: &AffineFlow, gas: Gas) -> Result<Residuals, TaskError> {
    let viscosity = viscosity_law(&bare(given.clone(), gas.interaction()?, KNUDSEN, END))?;
    let mut printed = Printed::new(given.clone(), KNUDSEN, viscosity.clone());
    residuals(given, |time| {
        let (temperature, density) =
            (printed.temperature(time).map_err(TaskError::failed)?, 1.0 / given.volume_ratio(time));
        let strain = strain_rate_deviator(&given.velocity_gradient(time));
        let pressure =
            Matrix3::identity() * (density * temperature) - strain * (2.0 * KNUDSEN * viscosity(temperature));
        Ok(Observables { time, density, temperature, pressure, heat_flux: None, extra: Vec::new() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quadrature_is_exact_to_degree_seven() {
        let of = |degree: i32| nodes().iter().map(|(t, w)| w * t.powi(degree)).sum::<f64>();
        for degree in 0..8 {
            assert!((of(degree) * f64::from(degree + 1) - 1.0).abs() < 1e-14, "{degree}");
        }
        assert!(nodes().is_sorted_by(|a, b| a.0 < b.0));
    }
}
