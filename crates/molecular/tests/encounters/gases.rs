//! What the tests share: flows, gases, columns.

use omd_flow::{AffineFlow, Matrix3, Observables, Philox, Structure};
use omd_interaction::{LennardJones, PairPotential, Truncation};
use omd_molecular::{Atoms, DrawnPositions, Encounters, LatticeChoice, Model, Molecular, Scheme, StepControl};
use std::sync::Arc;

/// Flows of every kind, shear rates of the order of the collision rate.
pub(crate) const FLOWS: [(&str, [f64; 9]); 6] = [
    ("rest", [0.0; 9]),
    ("shear", [0.0, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    ("combined orthogonal shear", [0.0, 0.2, 0.1, 0.0, 0.0, 0.3, 0.0, 0.0, 0.0]),
    ("rotation", [0.0, -0.2, 0.0, 0.2, 0.0, 0.0, 0.0, 0.0, 0.0]),
    ("compression", [-0.03, 0.0, 0.0, 0.0, -0.02, 0.0, 0.0, 0.0, -0.04]),
    ("full", [0.1, -0.15, 0.1, 0.2, -0.1, 0.25, 0.15, 0.1, 0.1]),
];

/// Lennard-Jones atoms with this truncation at 2.5 sigma.
pub(crate) fn model(rows: [f64; 9], truncation: Truncation) -> Model {
    let flow = AffineFlow::new(Matrix3::from_row_slice(&rows)).unwrap();
    let form = Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 });
    Model { flow, potential: PairPotential::new(form, Some(2.5), truncation), mass: 1.0 }
}

/// A time by which a good part of what the flow ever does has happened, at most `longest`.
pub(crate) fn end(model: &Model, longest: f64) -> f64 {
    model.flow.singular_time().map_or(longest, |singular| longest.min(0.5 * singular))
}

/// Drawn atoms at T = 2.
pub(crate) fn drawn(model: &Model, count: usize, density: f64, lattice: &LatticeChoice, seed: u64) -> Atoms {
    let covariance = Matrix3::identity() * (2.0 / model.mass);
    let random = &mut Philox::new(seed, 0);
    Atoms::drawn(model, count, density, DrawnPositions::Random, lattice, &covariance, 1.0, random).unwrap()
}

pub(crate) fn extra(row: &Observables, name: &str) -> f64 {
    row.column(name).unwrap_or_else(|| panic!("no column {name}"))
}

pub(crate) fn encounters(model: &Model, atoms: &Atoms) -> Encounters {
    Encounters::new(model, 1e-10, atoms).unwrap()
}

pub(crate) fn stepped(model: &Model, atoms: &Atoms, time_step: f64) -> Molecular {
    Molecular::new(model, Scheme { time_step, control: StepControl::Fixed }, atoms).unwrap()
}

/// The largest distance of an atom from where the other structure has it.
pub(crate) fn distance(one: &Structure, other: &Structure) -> f64 {
    one.positions.iter().zip(&other.positions).map(|(x, y)| (x - y).norm()).fold(0.0, f64::max)
}
