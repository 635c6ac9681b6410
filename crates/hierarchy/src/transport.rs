//! The kinetic and macroscopic ends of an interaction: its collision kernel and the transport coefficients of that
//! kernel.

use crate::BuildError;
use crate::experiment::{Experiment, Interaction, Viscosity};
use omd_hydro::ViscosityLaw;
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::spectral::{SpectralError, SpectralKernel};
use omd_kinetic::chapman_enskog::{Property, Transport, TransportLaw};
use std::sync::Arc;

/// The collision kernel of the interaction, at Kn = 1.
///
/// # Errors
/// [`BuildError`] where there is no interaction or it has no kernel.
pub fn collision_kernel(experiment: &Experiment) -> Result<CollisionKernel, BuildError> {
    let state = &experiment.state;
    match interaction(experiment)? {
        Interaction::Potential(potential) => {
            CollisionKernel::from_potential(potential, state.mass, state.temperature())
                .map_err(|error| BuildError::new("interaction", "cutoff", error))
        }
        Interaction::Mixture(_) => Err(several_elements()),
        Interaction::ManyBody(_) | Interaction::Cluster(_) => Err(many_bodies()),
        Interaction::HardSphere { diameter } => Ok(CollisionKernel::hard_sphere(*diameter)),
        Interaction::KernelOnly { rate, exponent } => {
            Ok(CollisionKernel::VariableHardSphere { rate: *rate, exponent: *exponent })
        }
        Interaction::SoftKernel { rate, exponent, alpha } => {
            Ok(CollisionKernel::VariableSoftSphere { rate: *rate, exponent: *exponent, alpha: *alpha })
        }
    }
}

/// The collision kernel of the interaction on a grid, at Kn = 1; a potential needs no cutoff for it.
pub(crate) fn spectral_kernel(experiment: &Experiment) -> Result<SpectralKernel, BuildError> {
    let mass = experiment.state.mass;
    match interaction(experiment)? {
        Interaction::Mixture(_) => return Err(several_elements()),
        Interaction::ManyBody(_) | Interaction::Cluster(_) => return Err(many_bodies()),
        Interaction::Potential(potential) => SpectralKernel::of_potential(potential, mass),
        Interaction::HardSphere { .. } | Interaction::KernelOnly { .. } | Interaction::SoftKernel { .. } => {
            SpectralKernel::of_kernel(&collision_kernel(experiment)?, mass)
        }
    }
    .map_err(|error| match error {
        SpectralError::Exponent(_) => BuildError::new("interaction", "exponent", error),
        _ => BuildError::new("interaction", "kind", error),
    })
}

/// The Chapman-Enskog coefficients of the interaction; a potential needs no cutoff for them.
///
/// # Errors
/// [`BuildError`] where there is no interaction.
pub fn transport(experiment: &Experiment) -> Result<Transport, BuildError> {
    let mass = experiment.state.mass;
    match interaction(experiment)? {
        Interaction::Mixture(_) => return Err(several_elements()),
        Interaction::ManyBody(_) | Interaction::Cluster(_) => return Err(many_bodies()),
        Interaction::Potential(potential) => Transport::of_potential(potential, mass),
        Interaction::HardSphere { .. } | Interaction::KernelOnly { .. } | Interaction::SoftKernel { .. } => {
            Transport::of_kernel(&collision_kernel(experiment)?, mass)
        }
    }
    .map_err(|error| BuildError::new("interaction", "kind", error))
}

fn many_bodies() -> BuildError {
    BuildError::new("interaction", "kind", "bodies beyond pairs have no collision kernel")
}

fn several_elements() -> BuildError {
    BuildError::new("interaction", "elements", "collision kernels are those of atoms of one element")
}

fn interaction(experiment: &Experiment) -> Result<&Interaction, BuildError> {
    experiment.interaction.as_ref().ok_or_else(|| BuildError::new("interaction", "kind", "is missing"))
}

/// The viscosity law that `[navier-stokes]` names, for Kn = 1; Chapman-Enskog where nothing is named.
pub(crate) fn viscosity_law(experiment: &Experiment) -> Result<ViscosityLaw, BuildError> {
    match &experiment.navier_stokes {
        Some(Viscosity::Constant(value)) => {
            let value = *value;
            Ok(Arc::new(move |_| value))
        }
        Some(Viscosity::Table(points)) => Ok(tabulated(points.clone())),
        Some(Viscosity::ChapmanEnskog) | None => {
            let law = TransportLaw::new(transport(experiment)?, Property::Viscosity);
            let law = law.map_err(|error| BuildError::new("navier-stokes", "viscosity", error))?;
            law.value(experiment.state.temperature())
                .map_err(|error| BuildError::new("navier-stokes", "viscosity", error))?;
            Ok(law.into_function())
        }
    }
}

/// The viscosity (Kn = 1) that the experiment's Navier-Stokes description has at `temperature` (an energy).
///
/// # Errors
/// [`BuildError`] where the interaction has none.
pub fn viscosity(experiment: &Experiment, temperature: f64) -> Result<f64, BuildError> {
    Ok(viscosity_law(experiment)?(temperature))
}

/// Linear in (log T, log mu) between the points of a table, a power law beyond its ends.
fn tabulated(points: Vec<(f64, f64)>) -> ViscosityLaw {
    let logs: Vec<(f64, f64)> = points.into_iter().map(|(t, mu)| (t.ln(), mu.ln())).collect();
    Arc::new(move |temperature| {
        let x = temperature.ln();
        if logs.len() == 1 {
            return logs[0].1.exp();
        }
        let upper = logs.partition_point(|point| point.0 < x).clamp(1, logs.len() - 1);
        let ((x0, y0), (x1, y1)) = (logs[upper - 1], logs[upper]);
        (y0 + (y1 - y0) * (x - x0) / (x1 - x0)).exp()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_keeps_its_points_and_power_laws() {
        let law = tabulated(vec![(1.0, 2.0), (4.0, 4.0), (9.0, 6.0)]);
        for temperature in [0.25, 1.0, 2.0, 4.0, 7.0, 9.0, 100.0f64] {
            assert!((law(temperature) / (2.0 * temperature.sqrt()) - 1.0).abs() < 1e-14);
        }
        assert!((tabulated(vec![(1.0, 2.0)])(7.0) - 2.0).abs() < 1e-15);
    }
}
