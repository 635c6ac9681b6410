//! LAMMPS data files: atoms in a cell whose edges are upper triangular, or in a general triclinic one.

mod bonds;
mod header;
mod read;
mod write;

pub use bonds::{FileBondLaw, FileBonds};
pub(super) use read::{is_data, parse_data};
pub use write::write_data;
