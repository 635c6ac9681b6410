//! Structure files: extended XYZ as ASE and OVITO read and write it, and LAMMPS data files.

mod comment;
mod data;
mod read;
mod reader;
mod write;

pub use data::{FileBondLaw, FileBonds, write_data};
pub use read::{
    FileMass, Structure, Velocities, parse_free_structure, parse_periodic_structure, parse_structure,
    read_periodic_structure,
};
pub(crate) use write::write_rows;
pub use write::{Frame, write_final_structure, write_frame, write_places};
