//! One interaction at three levels: the pair potential that moves atoms, the classical scattering of that same
//! potential, and the collision kernel made of it. Nothing is fitted in between.
//!
//! Invariant: knows no atoms, no distribution and no flow; internal units, `k_B = 1`.

mod cluster;
mod compound;
mod embedded;
mod kernel;
#[cfg(feature = "kim")]
mod kim;
mod mixture;
mod potential;
mod quadrature;
pub mod scattering;
mod site;
mod stillinger_weber;
mod tersoff;

pub use cluster::{Cluster, ClusterFailure, ClusterPotential, NeighbourRange, NeighbourRows};
pub use compound::Compound;
pub use embedded::{EmbeddedAtom, EmbeddedError, EmbeddedInterval, EmbeddedPair, EmbeddedTables};
pub use kernel::{CollisionKernel, KernelAccuracy, KernelError, PotentialKernel};
#[cfg(feature = "kim")]
pub use kim::{KimError, KimModel, KimUnits};
pub use mixture::{Mixing, PairMixture};
pub use potential::{
    Coulomb, Gaussian, Harmonic, HarmonicBond, InversePower, LennardJones, Morse, PairForm, PairPotential, SmoothForm,
    SoftMorse, Truncation, Yukawa,
};
pub use scattering::{CrossSections, EnergyShell, Scattering, ScatteringError};
pub use site::{Neighbour, SitePotential};
pub use stillinger_weber::StillingerWeber;
pub use tersoff::Tersoff;
