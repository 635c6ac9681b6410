//! Reduced hydrodynamics of one flow: Euler and Navier-Stokes as ordinary differential equations of the temperature.
//!
//! Invariant: knows no kernel and no potential; the transport law comes in as a value. Internal units, `k_B = 1`.

mod euler;
mod navier_stokes;

pub use euler::Euler;
pub use navier_stokes::{NavierStokes, ViscosityLaw, prepared_temperature_tensor, strain_rate_deviator};
