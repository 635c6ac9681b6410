//! Forces on the simulated atoms from all atoms and images within the cutoff.

mod drift;
mod finish;
mod kernel;
mod law;
mod part;
mod rows;
mod table;

pub(crate) use drift::{Drift, drift_chunk, largest};
pub(crate) use finish::{ChunkSums, Finish, FinishedChunk, finish_chunk};
pub(crate) use kernel::{COMPONENTS, Surroundings, energy_of_part};
pub(crate) use law::{ForceField, PairLaw};
pub(crate) use part::{ForcePart, Workspace, localise};
#[cfg(test)]
pub(crate) use rows::levels;
pub(crate) use rows::transpose;
