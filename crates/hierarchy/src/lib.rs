//! The experiment: one flow, one interaction, one initial state; builds its descriptions and drives them.
//!
//! Invariant: reads and writes no file; internal units, `k_B = 1`.

pub mod experiment;
pub mod progress;
