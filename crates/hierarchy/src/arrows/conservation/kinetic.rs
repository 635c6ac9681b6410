//! Descriptions with a distribution or a fluid: the stress integrated over time against the energy.

use super::{Residuals, drift};
use crate::arrows::experiments::{Gas, bare, flow, kinetic_knudsen, reduced_flow, start};
use crate::arrows::kinetic_symmetry;
use crate::arrows::printed::Printed;
use crate::experiment::{DsmcSettings, GalerkinSettings, MomentsSettings, Observation, Viscosity};
use crate::statistics::greater;
use crate::transport::{collision_kernel, viscosity_law};
use crate::verify::{Fault, Interrupt, Settings, TaskError};
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

/// A solution of the Boltzmann equation, or what is solved without a closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kinetic {
    /// Exact moments of Maxwell molecules, Burnett functions for the others.
    Deterministic,
    /// Particles.
    Simulation,
    /// Particles with positions, under the flow as it is.
    InSpace,
    /// No collisions, eq. (16).
    FreeFlight,
    /// No stress.
    Euler,
}

impl Kinetic {
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
            Self::FreeFlight | Self::Euler => nodes,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Deterministic => "kinetic, without noise",
            Self::Simulation => "DSMC",
            Self::InSpace => "DSMC in space",
            Self::FreeFlight => "free flight",
            Self::Euler => "Euler",
        }
    }
}

/// `(time, weight)` on `[0, END]`, in order.
fn nodes() -> Vec<(f64, f64)> {
    let root = (6.0f64 / 5.0).sqrt();
    let place = |sign: f64| (3.0 / 7.0 + sign * 2.0 / 7.0 * root).sqrt();
    let weight = |sign: f64| (18.0 - sign * 30.0f64.sqrt()) / 72.0;
    let four = [
        (-place(1.0), weight(1.0)),
        (-place(-1.0), weight(-1.0)),
        (place(-1.0), weight(-1.0)),
        (place(1.0), weight(1.0)),
    ];
    let width = END / PANELS as f64;
    let panel = |k: usize| four.map(|(x, w)| (width * (k as f64 + 0.5 * (1.0 + x)), width * w));
    (0..PANELS).flat_map(panel).collect()
}

/// The residuals under `flow` of what has density, temperature and pressure; m = 1, no potential energy.
fn sampled(
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
    sampled(flow, |time| {
        interrupt.advance(description.as_mut(), time)?;
        Ok(description.observe())
    })
}

/// A start that is not isotropic, so that energy is exchanged from the start on.
pub(super) fn tensor() -> Matrix3<f64> {
    Matrix3::new(1.4, 0.2, 0.0, 0.2, 0.8, -0.1, 0.0, -0.1, 0.8)
}

pub(super) fn kinetic(
    settings: &Settings,
    gas: Gas,
    what: Kinetic,
    gradient: Matrix3<f64>,
    replica: usize,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let given = flow(gradient)?;
    let reduced = reduced_flow(settings, &given)?;
    let mut experiment = bare(reduced, gas.interaction()?, kinetic_knudsen(settings, KNUDSEN), END);
    experiment.state.temperature_tensor = tensor();
    let name = match what {
        Kinetic::Deterministic if gas == Gas::Maxwell => {
            experiment.moments = Some(MomentsSettings::Exact { order: 2 });
            "moments"
        }
        Kinetic::Deterministic => {
            experiment.galerkin = Some(GalerkinSettings { order: ORDER, basis_temperature: 1.0 });
            "galerkin"
        }
        Kinetic::FreeFlight => {
            experiment.free_flight = true;
            "free-flight"
        }
        Kinetic::Euler => {
            experiment.euler = true;
            experiment.state.temperature_tensor = Matrix3::identity();
            "euler"
        }
        Kinetic::Simulation => {
            experiment.interaction = Some(gas.interaction_with_cutoff()?);
            let (replicas, observation) = (replica + 1, Observation::default());
            experiment.dsmc = Some(DsmcSettings { particles: PARTICLES, replicas, seed: settings.seed, observation });
            "dsmc"
        }
        Kinetic::InSpace => {
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

/// Navier-Stokes; with the planted fault its temperature follows (20) as printed.
pub(super) fn viscous(
    settings: &Settings,
    gas: Gas,
    gradient: Matrix3<f64>,
    interrupt: Interrupt<'_>,
) -> Result<Residuals, TaskError> {
    let given = flow(gradient)?;
    let mut experiment = bare(reduced_flow(settings, &given)?, gas.interaction()?, KNUDSEN, END);
    if !settings.has(Fault::PrintedDissipation) {
        experiment.navier_stokes = Some(Viscosity::ChapmanEnskog);
        return follow(&given, start(&experiment, "navier-stokes", 0)?, interrupt);
    }
    let viscosity = viscosity_law(&experiment)?;
    let mut printed = Printed::new(given.clone(), KNUDSEN, viscosity.clone());
    sampled(&given, |time| {
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
