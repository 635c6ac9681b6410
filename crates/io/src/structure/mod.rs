//! Structure files: extended XYZ as ASE and OVITO read and write it.

mod comment;
mod read;
mod write;

pub use read::{Structure, Velocities, parse_free_structure, parse_structure};
pub use write::{Frame, TrajectoryWriter, write_final_structure, write_frame};
