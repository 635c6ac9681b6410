//! The homo-energetic Boltzmann equation (6)/(52), solved in several ways.

pub mod burnett;
pub mod dsmc;
pub mod galerkin;
pub mod moments;
pub mod spatial;
pub mod spectral;

pub use dsmc::{Dsmc, DsmcError, DsmcParameters, HistogramSettings, Observation};
pub use galerkin::{Galerkin, GalerkinParameters};
pub use moments::{AngularLaw, MaxwellHierarchy, MaxwellMomentHierarchy, MaxwellMoments};
pub use spatial::{Spatial, SpatialParameters};
pub use spectral::{Spectral, SpectralParameters};
