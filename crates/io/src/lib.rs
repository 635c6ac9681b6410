//! The edge of the program: the input file becomes one resolved experiment, and what a run leaves becomes files.
//!
//! Invariant: knows no dynamics; everything that leaves or enters is in the input's units, everything handed on inside
//! is in internal ones. No text that a user can write makes it panic.

mod checkpoint;
mod diagnostic;
mod export;
mod files;
mod histogram;
mod input;
mod manifest;
mod output;
mod structure;
mod table;
mod trajectory;
mod units;
mod verification;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use diagnostic::{Diagnostic, InputError, Location};
pub use export::{LAMMPS_DATA, LAMMPS_INPUT, LAMMPS_START, LAMMPS_TABLE, LammpsExport, TriangularFrame};
pub use files::{FileError, write_atomically};
pub use histogram::histogram_tables;
pub use input::{ResolvedInput, ResolvedKey, StructureFile, read_input, reference, resolve_input};
pub use manifest::{DescriptionRecord, Host, InputRecord, MANIFEST, Manifest, ResolvedNumbers, timestamp};
pub use output::{
    CHECKPOINT, FINAL_STRUCTURE, OutputError, OutputLock, REPORT, histogram_names, lock_output, prepare_folder,
    prepare_output, table_name,
};
pub use structure::{
    FileBondLaw, FileBonds, FileMass, Frame, Structure, Velocities, parse_free_structure, parse_periodic_structure,
    parse_structure, read_periodic_structure, write_data, write_final_structure, write_frame, write_places,
};
pub use table::{Table, TableError};
pub use trajectory::{TrajectoryWriter, View, discard_appended, encode_frame, finish_trajectory, trajectory_name};
pub use units::{Quantity, UnitStyle, Units};
pub use verification::{
    StudyRecord, TaskStore, VERIFICATION, VERIFICATION_TABLE, VerificationError, VerificationRecord,
};
