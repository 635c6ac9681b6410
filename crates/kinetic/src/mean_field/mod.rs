//! The mean-field model: (14), (15) and (16).

mod forces;
mod law;
mod sum;
mod tree;

pub use forces::{ForceField, ForceMethod, Forces};
