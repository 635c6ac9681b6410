//! Placeholder.
pub mod units;
