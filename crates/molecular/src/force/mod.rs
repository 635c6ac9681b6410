//! Forces on the simulated atoms from all atoms and images within the cutoff.

mod finish;
mod kernel;
mod law;
mod rows;
mod table;

pub(crate) use finish::{ChunkSums, Finish, finish_chunk};
pub(crate) use kernel::{COMPONENTS, ForcePart, ROW, Surroundings, energy_of_chunk};
pub(crate) use law::{ForceField, PairLaw};
#[cfg(test)]
pub(crate) use rows::levels;
pub(crate) use rows::transpose;
