//! The macroscopic end of an interaction: the viscosity of its collision kernel.

use crate::BuildError;
use crate::experiment::{Experiment, Viscosity};
use omd_hydro::ViscosityLaw;
use std::sync::Arc;

/// The viscosity law that `[navier-stokes]` names, for Kn = 1; Chapman-Enskog where nothing is named.
pub(crate) fn viscosity_law(experiment: &Experiment) -> Result<ViscosityLaw, BuildError> {
    match &experiment.navier_stokes {
        Some(Viscosity::Constant(value)) => {
            let value = *value;
            Ok(Arc::new(move |_| value))
        }
        Some(Viscosity::Table(points)) => Ok(tabulated(points.clone())),
        Some(Viscosity::ChapmanEnskog) | None => Err(BuildError::new("navier-stokes", "viscosity", "not yet")),
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
