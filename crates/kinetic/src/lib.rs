//! Kinetic theory of one flow.
//!
//! Invariant: knows no atoms and no hydrodynamics; a kernel comes in as a value. Internal units, `k_B = 1`.

mod arithmetic;
pub mod boltzmann;
pub mod chapman_enskog;
mod legendre;
pub mod long_time;
pub mod mean_field;
mod quadrature;
pub mod self_similar;
pub mod wasserstein;
