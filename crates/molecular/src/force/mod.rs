//! Forces on the simulated atoms from all atoms and images within the cutoff.

mod kernel;
mod law;

pub(crate) use kernel::{ChunkSums, Surroundings, energy_of_chunk, forces_of_chunk};
pub(crate) use law::{ForceField, PairLaw};
