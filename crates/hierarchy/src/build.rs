//! Builds the descriptions of an experiment.
//!
//! One interaction feeds all of them: its potential moves the atoms, the scattering of that potential is the collision
//! kernel, the Chapman-Enskog viscosity of that kernel is the transport law.

use crate::experiment::{Experiment, Interaction, Preparation, Viscosity};
use crate::{BuildError, Plan};
use omd_flow::{Description, Matrix3};
use omd_hydro::{Euler, NavierStokes, ViscosityLaw, prepared_temperature_tensor};
use omd_kinetic::boltzmann::MaxwellMoments;
use std::sync::Arc;

/// The plans of every description the experiment asks for, cheap ones first.
///
/// # Errors
/// [`BuildError`]: whatever keeps a description from starting, before anything has run.
pub fn plans(experiment: &Experiment) -> Result<Vec<Plan>, BuildError> {
    let start = Start::new(experiment)?;
    let mut plans = Vec::new();
    plans.extend(euler(experiment)?);
    plans.extend(navier_stokes(experiment)?);
    plans.extend(moments(experiment, &start)?);
    plans.extend(dsmc(experiment, &start)?);
    plans.extend(molecular(experiment, &start)?);
    Ok(plans)
}

/// What the particle and kinetic descriptions start from.
struct Start {
    /// `P/n` with the preparation applied, an energy.
    temperature_tensor: Matrix3<f64>,
}

impl Start {
    fn new(experiment: &Experiment) -> Result<Self, BuildError> {
        let state = &experiment.state;
        let temperature_tensor = match state.preparation {
            Preparation::Equilibrium => state.temperature_tensor,
            Preparation::NavierStokes => {
                let temperature = state.temperature();
                let viscosity = chapman_enskog(experiment)?(temperature);
                prepared_temperature_tensor(
                    &experiment.flow,
                    state.number_density,
                    temperature,
                    viscosity,
                    experiment.knudsen,
                )
                .map_err(|limit| {
                    BuildError::new(
                        "state.preparation",
                        format!(
                            "the Chapman-Enskog stress of this flow is too large for a Gaussian start: its covariance \
                             is positive definite only for Kn below {limit:.6} (here Kn = {})",
                            experiment.knudsen
                        ),
                    )
                })?
            }
        };
        Ok(Self { temperature_tensor })
    }
}
