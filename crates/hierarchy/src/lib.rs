//! The experiment: one flow, one interaction, one initial state; builds its descriptions and drives them.
//!
//! Invariant: reads and writes no file; internal units, `k_B = 1`.

mod atoms;
mod build;
mod drive;
pub mod experiment;
mod images;
mod plan;
pub mod progress;
mod transport;

pub use build::plans;
pub use drive::{DriveError, Hooks, Outcome, drive, fresh_progress};
pub use images::{NearImages, near_images};
pub use plan::{BuildError, Plan};
pub use transport::{collision_kernel, transport, viscosity};
