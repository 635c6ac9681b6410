//! One interaction at three levels: the pair potential that moves atoms, the classical scattering of that same
//! potential, and the collision kernel made of it. Nothing is fitted in between.
//!
//! Invariant: knows no atoms, no distribution and no flow; internal units, `k_B = 1`.

mod kernel;
mod potential;
mod quadrature;
pub mod scattering;
mod site;
mod tersoff;

pub use kernel::{CollisionKernel, KernelAccuracy, KernelError, PotentialKernel};
pub use potential::{
    Coulomb, Gaussian, Harmonic, InversePower, LennardJones, Morse, PairForm, PairPotential, SmoothForm, SoftMorse,
    Truncation, Yukawa,
};
pub use scattering::{CrossSections, EnergyShell, Scattering, ScatteringError};
pub use site::SitePotential;
pub use tersoff::Tersoff;
