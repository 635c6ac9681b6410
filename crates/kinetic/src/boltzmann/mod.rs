//! The homo-energetic Boltzmann equation (6)/(52), solved in several ways.

mod moments;

pub use moments::MaxwellMoments;
