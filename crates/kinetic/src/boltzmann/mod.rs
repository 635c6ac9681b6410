//! The homo-energetic Boltzmann equation (6)/(52), solved in several ways.

pub mod dsmc;
mod moments;
pub mod spectral;

pub use dsmc::{Dsmc, DsmcError, DsmcParameters};
pub use moments::MaxwellMoments;
pub use spectral::{Spectral, SpectralParameters};
