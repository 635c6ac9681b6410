//! What the tests share: flows, starts, columns.

use omd_flow::{AffineFlow, Matrix3, Observables, Philox};
use omd_molecular::{Atoms, DrawnPositions, HardSphereModel, LatticeChoice};
use std::f64::consts::PI;

/// Flows of every kind, shear rates of the order of the collision rate.
pub(crate) const FLOWS: [(&str, [f64; 9]); 7] = [
    ("rest", [0.0; 9]),
    ("shear", [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    ("combined orthogonal shear", [0.0, 1.0, 0.5, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]),
    ("rotation", [0.0, -0.5, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0]),
    ("dilatation", [0.2, 0.0, 0.0, 0.0, 0.3, 0.0, 0.0, 0.0, 0.25]),
    ("compression", [-0.06, 0.0, 0.0, 0.0, -0.02, 0.0, 0.0, 0.0, -0.04]),
    ("full", [0.2, -0.15, 0.1, 0.4, -0.3, 0.25, 0.15, 0.2, 0.1]),
];

pub(crate) fn model(rows: [f64; 9]) -> HardSphereModel {
    let flow = AffineFlow::new(Matrix3::from_row_slice(&rows)).unwrap();
    HardSphereModel { flow, diameter: 1.0, mass: 1.0 }
}

/// A time by which a good part of what the flow ever does has happened, at most `longest`.
pub(crate) fn end(model: &HardSphereModel, longest: f64) -> f64 {
    model.flow.singular_time().map_or(longest, |singular| longest.min(0.5 * singular))
}

/// Drawn spheres at T = 1 in the cell `lattice`.
pub(crate) fn drawn(model: &HardSphereModel, count: usize, packing: f64, lattice: &LatticeChoice, seed: u64) -> Atoms {
    let density = packing * 6.0 / PI / model.diameter.powi(3);
    let covariance = Matrix3::identity() / model.mass;
    let positions = DrawnPositions::Random;
    let random = &mut Philox::new(seed, 0);
    Atoms::drawn_spheres(model, count, density, positions, lattice, &covariance, 1.0, random).unwrap()
}

pub(crate) fn extra(row: &Observables, name: &str) -> f64 {
    row.column(name).unwrap_or_else(|| panic!("no column {name}"))
}
