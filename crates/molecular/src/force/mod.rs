//! Forces on the simulated atoms from all atoms and images within the cutoff.

mod finish;
mod kernel;
mod law;
mod part;
mod rows;
mod table;

pub(crate) use finish::{ChunkSums, Finish, finish_chunk};
pub(crate) use kernel::{COMPONENTS, Surroundings, energy_of_part};
pub(crate) use law::{ForceField, PairLaw};
pub(crate) use part::{ForcePart, Workspace, localise};
#[cfg(test)]
pub(crate) use rows::levels;
pub(crate) use rows::transpose;
