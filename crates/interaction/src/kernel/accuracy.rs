//! The measured error of a tabulated kernel.

use super::table::Table;
use crate::scattering::{Scattering, ScatteringError};

/// Energies and impact parameters of the comparison.
const ENERGIES: usize = 60;
const IMPACTS: usize = 400;

/// How far the table is from the exact scattering, measured at 60 energies that are no nodes, evenly spread in the
/// logarithm over the whole range, with 400 impact parameters each, evenly spread in `b`. Worst energy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KernelAccuracy {
    /// Largest `|delta cos chi|`.
    pub largest_cosine: f64,
    /// Root mean square of `delta cos chi` over `b^2`.
    pub rms_cosine: f64,
    /// Relative error of `Q^(1)`, momentum transfer.
    pub momentum: f64,
    /// Relative error of `Q^(2)`, viscosity.
    pub viscosity: f64,
    /// The same, averaged (root mean square) over the energies.
    pub mean_momentum: f64,
    /// The same, averaged (root mean square) over the energies.
    pub mean_viscosity: f64,
}

impl KernelAccuracy {
    pub(super) fn measure(scattering: &Scattering, cutoff: f64, table: &Table) -> Result<Self, ScatteringError> {
        let (low, high) = table.energies();
        let mut worst = [0.0f64; 4];
        let mut sums = [0.0; 2];
        for i in 0..ENERGIES {
            let energy = low * (high / low).powf((i as f64 + 0.381_966) / ENERGIES as f64);
            let shell = scattering.at_energy(energy)?;
            let (mut largest, mut square, mut losses, mut errors) = (0.0f64, 0.0, [0.0; 2], [0.0; 2]);
            for k in 0..IMPACTS {
                let b = (k as f64 + 0.5) / IMPACTS as f64;
                let (u, weight) = (b * b, 2.0 * b / IMPACTS as f64);
                let exact = match shell.deflection_within(cutoff * b, 1e-9, 1e-10) {
                    Ok(chi) => 2.0 * (0.5 * chi).sin().powi(2),
                    Err(ScatteringError::Orbiting { .. }) => continue,
                    Err(error) => return Err(error),
                };
                let tabulated = table.loss(energy, u).unwrap_or(exact);
                let error = tabulated - exact;
                largest = largest.max(error.abs());
                square += weight * error * error;
                losses[0] += weight * exact;
                losses[1] += weight * exact * (2.0 - exact);
                errors[0] += weight * error;
                errors[1] += weight * error * (2.0 - exact - tabulated);
            }
            let relative: [f64; 2] = std::array::from_fn(|l| (errors[l] / losses[l]).abs());
            let found = [largest, square.sqrt(), relative[0], relative[1]];
            for (w, f) in worst.iter_mut().zip(found) {
                *w = w.max(f);
            }
            (0..2).for_each(|l| sums[l] += relative[l] * relative[l]);
        }
        let mean = |l: usize| f64::sqrt(sums[l] / ENERGIES as f64);
        Ok(Self {
            largest_cosine: worst[0],
            rms_cosine: worst[1],
            momentum: worst[2],
            viscosity: worst[3],
            mean_momentum: mean(0),
            mean_viscosity: mean(1),
        })
    }
}
