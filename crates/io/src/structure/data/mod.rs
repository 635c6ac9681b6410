//! LAMMPS data files: atoms in a cell whose edges are upper triangular, or in a general triclinic one.

mod write;

pub use write::write_data;
