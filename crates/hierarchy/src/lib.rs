//! The experiment: one flow, one interaction, one initial state; builds its descriptions and drives them.
//!
//! Invariant: reads and writes no file; internal units, `k_B = 1`.

pub mod arrows;
mod atoms;
mod build;
mod drive;
pub mod experiment;
mod images;
mod plan;
pub mod progress;
pub mod statistics;
mod transport;
pub mod verify;

pub use build::plans;
pub use drive::{DriveError, Hooks, Outcome, drive, fresh_progress};
pub use images::{NearImages, near_images};
pub use plan::{BuildError, Plan, PreparedAtoms, atoms_at_start, prepared_atoms};
pub use transport::{collision_kernel, transport, viscosity};
