//! Unlimited strain: free atoms against exact integers, and a gas through strain 1000.

pub mod exact;
pub mod free;
pub mod gas;
