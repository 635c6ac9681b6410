//! The profile by particles: Maxwell molecules under a constant `L`, in scaled velocities.
//!
//! The particles obey `dw/dt = -(L + beta) w` between collisions, exactly: a particle carries
//! `p = exp((L + beta)(t - t_m)) w`, with `t_m` the middle of an interval of the flow, and is touched when it collides and
//! when the interval ends. Pairs collide at the rate `nu/N`, as in the direct simulation without a time step
//! ([`crate::boltzmann::dsmc`], also for the count of pairs); within an interval `exp` is a Taylor polynomial to
//! rounding. There is no time step: the errors are the finite number of particles, and noise.
//!
//! Maxwell collisions do not know the scale of velocities, so the sample may be rescaled at will. It is scaled to
//! `theta = 1` at the end of every interval, which removes the random walk of its temperature.

mod evolution;
mod histogram;

pub use histogram::{Histogram, ProfileSample};

use super::tail::Problem;
use super::{SelfSimilarError, second_moments};
use evolution::Evolution;
use omd_flow::{Matrix3, Philox, draw_velocities};
use rayon::prelude::*;

/// What to simulate and how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProfileSettings {
    /// Particles of one replica.
    pub particles: usize,
    /// Independent runs, for standard errors.
    pub replicas: usize,
    /// Replica r draws from stream r.
    pub seed: u64,
    /// Time before the first sample, in relaxation times of the stress towards the profile (one over the gap).
    pub relaxation: f64,
    /// Samples of one replica.
    pub samples: usize,
    /// Time between samples, in mean relaxation times `1/(lambda n/Kn)`.
    pub interval: f64,
}

impl Default for ProfileSettings {
    fn default() -> Self {
        Self { particles: 100_000, replicas: 16, seed: 1, relaxation: 12.0, samples: 40, interval: 1.0 }
    }
}

/// Runs all replicas; `progress(finished)` is called after each.
///
/// # Errors
/// [`SelfSimilarError`].
pub fn profile(
    problem: &Problem,
    settings: &ProfileSettings,
    progress: &(dyn Fn() + Sync),
) -> Result<Vec<ProfileSample>, SelfSimilarError> {
    let second = second_moments(&problem.gradient, problem.relaxation())?;
    let drift = problem.gradient + Matrix3::identity() * second.growth;
    let relaxation_time = problem.relaxation().recip();
    (0..settings.replicas as u64)
        .into_par_iter()
        .map(|replica| {
            let mut random = Philox::new(settings.seed, replica);
            // The profile's own stress from the start: only higher moments have to relax.
            let start = draw_velocities(settings.particles, &second.tensor, &mut random)?;
            let rate = problem.density * problem.law.total_rate();
            let mut gas = Evolution::new(&start, drift, &problem.law, rate, random);
            gas.advance(settings.relaxation / second.gap);
            let mut sample = ProfileSample::default();
            for _ in 0..settings.samples {
                gas.advance(settings.interval * relaxation_time);
                sample.add(gas.velocities());
            }
            progress();
            Ok(sample)
        })
        .collect()
}
