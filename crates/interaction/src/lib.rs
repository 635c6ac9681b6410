//! One interaction at three levels: the pair potential that moves atoms, the classical scattering of that same
//! potential, and the collision kernel made of it. Nothing is fitted in between.
//!
//! Invariant: knows no atoms, no distribution and no flow; internal units, `k_B = 1`.

mod embedded;
mod kernel;
mod potential;
mod quadrature;
pub mod scattering;
mod site;
mod stillinger_weber;
mod tersoff;

pub use embedded::{EmbeddedAtom, EmbeddedError, EmbeddedPair, EmbeddedTables};
pub use kernel::{CollisionKernel, KernelAccuracy, KernelError, PotentialKernel};
pub use potential::{
    Coulomb, Gaussian, Harmonic, HarmonicBond, InversePower, LennardJones, Morse, PairForm, PairPotential, SmoothForm,
    SoftMorse, Truncation, Yukawa,
};
pub use scattering::{CrossSections, EnergyShell, Scattering, ScatteringError};
pub use site::SitePotential;
pub use stillinger_weber::StillingerWeber;
pub use tersoff::Tersoff;
