//! Studies that take minutes; what they found is published in `validation/`.
//!
//! Invariant: no other crate depends on this one.

pub mod finite_density;
pub mod molecular_runs;
pub mod strain;

use omd_flow::Observables;

/// A column that the description has of its own.
///
/// # Panics
/// Where the row has no such column.
#[must_use]
pub fn column(row: &Observables, name: &str) -> f64 {
    row.column(name).unwrap_or_else(|| panic!("no column {name}"))
}
