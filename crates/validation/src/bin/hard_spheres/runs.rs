//! Starts and statistics that the parts share; diameter, mass and temperature are 1.

use omd_flow::{AffineFlow, Matrix3, Philox};
use omd_molecular::{Atoms, DrawnPositions, HardSphereModel, HardSpheres, LatticeChoice};
use rayon::prelude::*;
use std::f64::consts::PI;

/// Spheres of packing fraction `packing` in the shear `u_x = rate y`.
pub(crate) fn start(count: usize, packing: f64, rate: f64, seed: u64) -> HardSpheres {
    let mut gradient = Matrix3::zeros();
    gradient[(0, 1)] = rate;
    let model = HardSphereModel { flow: AffineFlow::new(gradient).expect("finite"), diameter: 1.0, mass: 1.0 };
    let positions = if packing > 0.15 { DrawnPositions::Fcc } else { DrawnPositions::Random };
    let (density, lattice) = (packing * 6.0 / PI, LatticeChoice::Cubic);
    let random = &mut Philox::new(seed, 0);
    let atoms = Atoms::drawn_spheres(&model, count, density, positions, &lattice, &Matrix3::identity(), 1.0, random);
    HardSpheres::new(&model, &atoms.expect("a start")).expect("a start")
}

/// `value(replica)` of all replicas, on all threads.
pub(crate) fn replicas<T: Send>(count: usize, value: impl Fn(u64) -> T + Sync + Send) -> Vec<T> {
    (0..count as u64).into_par_iter().map(value).collect()
}

/// Mean and standard error.
pub(crate) fn mean(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count * (count - 1.0))).sqrt())
}

/// Contact values of the pair correlation and the compressibility `Z = 1 + 4 eta g(d)` at packing fraction `eta`.
pub(crate) mod state {
    /// \[CarnahanStarling1969\].
    pub(crate) fn carnahan_starling(eta: f64) -> f64 {
        (1.0 + eta + eta * eta - eta.powi(3)) / (1.0 - eta).powi(3)
    }

    /// Kolafa's equation (recalled from the literature): Carnahan and Starling's with one term more.
    pub(crate) fn kolafa(eta: f64) -> f64 {
        (1.0 + eta + eta * eta - 2.0 / 3.0 * eta.powi(3) * (1.0 + eta)) / (1.0 - eta).powi(3)
    }

    /// The virial series to the tenth coefficient, \[ClisbyMcCoy2006\].
    pub(crate) fn virial(eta: f64) -> f64 {
        const REDUCED: [f64; 10] = [
            1.0,
            1.0,
            0.625,
            0.286_949_5,
            0.110_252,
            0.038_881_98,
            0.013_023_54,
            0.004_183_2,
            0.001_309_4,
            0.000_403_5,
        ];
        REDUCED.iter().rev().fold(0.0, |sum, b| sum * 4.0 * eta + b)
    }

    /// `g(d)`.
    pub(crate) fn contact(compressibility: f64, eta: f64) -> f64 {
        (compressibility - 1.0) / (4.0 * eta)
    }
}
