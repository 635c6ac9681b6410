//! Studies that take minutes; what they found is published in `validation/`.
//!
//! Invariant: no other crate depends on this one.

pub mod finite_density;
pub mod molecular_runs;
pub mod strain;
