//! One interaction at three levels: the pair potential that moves atoms, the classical scattering of that same
//! potential, and the collision kernel made of it. Nothing is fitted in between.
//!
//! Invariant: knows no atoms, no distribution and no flow; internal units, `k_B = 1`.

mod kernel;
mod potential;

pub use kernel::CollisionKernel;
pub use potential::{InversePower, LennardJones, PairForm, PairPotential, Truncation};
