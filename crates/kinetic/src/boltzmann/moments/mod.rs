//! The exact moments of Maxwell molecules: of second order in six numbers, or of any order.

mod angular;
mod hierarchy;
mod higher;
mod second;
#[cfg(test)]
mod tests;

pub use angular::AngularLaw;
pub use hierarchy::MaxwellHierarchy;
pub use higher::{HierarchyParameters, MaxwellMomentHierarchy};
pub use second::MaxwellMoments;
