//! What every level of description shares: the affine flow, its lattices, the table of observables and the
//! [`Description`] trait.
//!
//! Invariant: nothing here knows an interaction, an atom or a distribution. Everything is in one consistent set of
//! units with `k_B = 1`: a temperature is an energy.

mod affine;
mod classification;
mod description;
pub mod extrapolation;
mod gaussian;
mod histogram;
pub mod lattice;
mod observables;
pub mod ode;
mod random;
mod state;
mod step_control;

pub use affine::{AffineFlow, FlowError};
pub use classification::{FlowClass, LongTimeForm};
pub use description::{Advance, Description, Free, Monitor, Pace, Stop, Structure};
pub use gaussian::{GaussianError, draw_velocities, draw_velocities_among_images, with_covariance, with_trace};
pub use histogram::VelocityHistogram;
pub use nalgebra::{Matrix3, Vector3};
pub use observables::{Dimension, Extra, Observables, symmetric_components};
pub use random::Philox;
pub use state::{StateError, StateReader, StateWriter};
