//! Starts: homogeneous, or with a plane wave on top.

use super::{Particle, SpatialError, SpatialParameters};
use crate::boltzmann::dsmc::DsmcError;
use omd_flow::{Philox, Vector3, draw_velocities};
use std::f64::consts::TAU;

/// A standing wave `cos(2 pi m.s)` of density, mean peculiar velocity and temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaneWave {
    /// `m`: periods along each edge of the cell. In space `k(t) = 2 pi F(t)^-T E^-T m`.
    pub periods: [i32; 3],
    /// Relative amplitude of the density.
    pub density: f64,
    /// Amplitude of the velocity.
    pub velocity: Vector3<f64>,
    /// Relative amplitude of the temperature.
    pub temperature: f64,
}

impl PlaneWave {
    /// `2 pi m.s`.
    pub(super) fn phase(periods: [i32; 3], place: &[f64; 3]) -> f64 {
        TAU * (0..3).map(|r| f64::from(periods[r]) * place[r]).sum::<f64>()
    }
}

/// The stream of the start; those of the cells are below.
const STREAM: u64 = 0xFFFF_FFFF;

pub(super) fn draw(parameters: &SpatialParameters) -> Result<Vec<Particle>, SpatialError> {
    let SpatialParameters { particles, covariance, wave, seed, replica, .. } = parameters;
    if let Some(wave) = wave {
        let allowed = |amplitude: f64, most: f64| {
            // Written so that NaN is refused.
            if amplitude.abs() < most { Ok(()) } else { Err(SpatialError::Amplitude(amplitude)) }
        };
        allowed(wave.density, 1.0)?;
        allowed(wave.temperature, 1.0)?;
        wave.velocity.iter().try_for_each(|&x| allowed(x, f64::MAX))?;
    }
    let mut random = Philox::new(*seed, (replica << 32) | STREAM);
    let velocities = draw_velocities(*particles, covariance, &mut random).map_err(DsmcError::from)?;
    let drawn = velocities.into_iter().map(|velocity| {
        loop {
            let place = [(); 3].map(|()| random.uniform());
            let Some(wave) = wave else {
                return Particle { place, momentum: velocity.into() };
            };
            let cosine = PlaneWave::phase(wave.periods, &place).cos();
            if random.uniform() * (1.0 + wave.density.abs()) < 1.0 + wave.density * cosine {
                let momentum = wave.velocity * cosine + velocity * (1.0 + wave.temperature * cosine).sqrt();
                return Particle { place, momentum: momentum.into() };
            }
        }
    });
    Ok(drawn.collect())
}
