//! Sums over the atoms that every engine's row begins with.

use super::Flight;
use crate::molecular::{DRIFT, KINETIC};
use omd_flow::{Dimension, Matrix3, Observables, Vector3, symmetric_components};

/// The beginning of a row, and what goes into it further on.
pub(crate) struct Sums {
    pub(crate) row: Observables,
    /// The mean of `|w|^4`, `w` about its mean.
    pub(crate) fourth: f64,
    /// The mean of `w`.
    pub(crate) drift: Vector3<f64>,
}

impl Flight {
    /// `P = sum m w w^T / V + interaction`, `q = 1/2 sum m |w|^2 w / V`, `w` about its mean.
    pub(crate) fn sums(&self, interaction: &Matrix3<f64>) -> Sums {
        let (count, volume) = (self.len() as f64, self.volume());
        let drift = self.peculiar_velocities().sum::<Vector3<f64>>() / count;
        let kinetic = (self.kinetic_sum() - drift * drift.transpose() * (self.mass * count)) / volume;
        let (mut heat, mut fourth) = (Vector3::zeros(), 0.0);
        for velocity in self.peculiar_velocities() {
            let w = velocity - drift;
            let squared = w.norm_squared();
            heat += w * squared;
            fourth += squared * squared;
        }
        let mut row = Observables {
            time: self.time,
            density: count / volume,
            temperature: kinetic.trace() * volume / (3.0 * count),
            pressure: kinetic + interaction,
            heat_flux: Some(heat * (0.5 * self.mass / volume)),
            extra: Vec::new(),
        };
        for (name, value) in KINETIC.into_iter().zip(symmetric_components(&kinetic)) {
            row.push(name, value, Dimension::Pressure);
        }
        Sums { row, fourth: fourth / count, drift }
    }
}

/// The last columns of a row.
pub(crate) fn push_drift(row: &mut Observables, drift: &Vector3<f64>) {
    for (name, value) in DRIFT.into_iter().zip(drift.iter()) {
        row.push(name, *value, Dimension::Velocity);
    }
}
