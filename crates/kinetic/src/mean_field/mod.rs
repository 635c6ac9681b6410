//! Mean field: particles of weight 1/N under a smooth potential (14), whose empirical measure solves (15), and the
//! homogeneous case (16).

mod cloud;
mod description;
mod forces;
mod free_flight;
mod law;
mod mesh;
mod stability;
mod sum;
mod symplectic;
mod tree;

pub use cloud::{Cloud, CloudError, CloudParameters, PhaseMoments, Profile};
pub use description::{MeanField, MeanFieldError, MeanFieldParameters};
pub use forces::{ForceField, ForceMethod, Forces};
pub use free_flight::FreeFlight;
pub use stability::Stability;
pub use symplectic::Order;
