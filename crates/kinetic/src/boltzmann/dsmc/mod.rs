//! Direct simulation without a time step: the N-particle process whose limit is the homo-energetic Boltzmann equation.
//!
//! Eq. (52) of \[JamesQiWang\], `dg/dt - (L w).grad g = (1/Kn) Q(g, g)`, for any `A`. A particle carries
//! `p = F(t) w`, constant between collisions: the drift costs nothing and has no error. Pairs collide at the rate
//!
//! ```text
//! (n0 / (Kn J(t) N)) B(|F^-1(t) (p_i - p_j)|),    B(|u|) = int B(|u|, cos chi) dsigma,
//! ```
//!
//! simulated by thinning a majorant; `F`, `F^-1` and `J` are evaluated at the candidate's own time. There is no
//! discretisation: the only errors are the finite number of particles and rounding.
//!
//! # The number of pairs: N, not N - 1
//! The start has zero mean `w`, exactly, and keeps it. Then `sum_(i<j) u u^T = N sum_i w w^T`, and the second moments
//! of Maxwell molecules under the rate above obey their exact equation (`lambda = C/2`, docs/notation.md) for **every** N. With
//! `N - 1` they would relax `1 + 1/(N - 1)` times too fast. For hard spheres averaging over the microcanonical
//! ensemble gives a relaxation rate of the stress wrong by `-0.08/N` (with `N - 1`: `+0.92/N`). The price is a
//! collision count that is low by `1/N` for Maxwell molecules: the share of a particle with itself.
//!
//! Measured in shear, K = 1, t = 3, N = 20 to 640 (the study `dsmc` of the validation crate), as `N (found - limit)`: Maxwell
//! theta -0.03(3), Pxy 0.03(4); hard spheres (theta 2.42, Pxy -1.10) theta -0.13(2), Pxy 0.21(3).
//!
//! # Blocks meet, not particles
//! Particles stand in blocks of eight (`particles`), and two blocks meet at a time: lane `l` of one with lane `l` of the
//! other, eight candidates at once, in vector registers and without a gather (`meeting`). After every meeting the lanes
//! of one of the two blocks are exchanged, `l -> l ^ r` with a uniform `r` that nobody looks at before the next meeting.
//!
//! **Every pair has the same rate, exactly, at every N.** Say that block b stands turned by `c_b`, and that the `c_b` are
//! independent and uniform, given everything that has happened. A meeting of b and b' tells `c_b ^ c_b'` alone, and then
//! one of the two is drawn again: they are independent and uniform once more. So each particle of b meets each of
//! b' in one of eight meetings. Pairs within a block have meetings of their own. The equations for the mean of one
//! particle, and with them the exactness above, are those of single pairs.
//!
//! **What it costs.** Eight pairs have their candidates at the same time, so that the number of collisions varies more,
//! and what collisions change on average (the stress, not the temperature) is noisier. Variances over 6000 replicas
//! of 2000 particles in shear, over those of single pairs (`validation/dsmc`): K/nu = 0.1: 0.99 to 1.03(3); K/nu = 1: `Pxy` 1.25(3),
//! `T` 1.15(3) for hard spheres, 1.39(4) and 1.34(4) for Maxwell molecules. Standard errors over replicas have it in them.
//!
//! # How a meeting is found
//! 1. Every block has an upper bound of its speeds in one byte, valid for a whole epoch of the flow (`epoch`,
//!    `bounds`); the law bounds `B <= h(b_i) + h(b_j)` (`law`).
//! 2. Meetings of a batch are drawn in vector registers from a counter-based generator (`random`, `batch`): the
//!    first block with weight `h(b_i)` by rejection on the bytes (the few fast ones, which would spoil it, stand in a
//!    list for their excess, `fast`), the second uniformly, exponential waiting times.
//! 3. They happen in order: a pair collides with probability `B / (h(b_i) + h(b_j))` times the variation of `1/J`. A
//!    bound that rises during a batch acts at once, through a reserved part of the majorant; one that falls waits for
//!    the end of the batch (`changes`).
//!
//! # What a collision costs
//! Of the eight pairs of a meeting 3.4 collide (42 %) where they are hard spheres: the bound is that of the fastest of
//! eight. Single pairs, with a bound for each particle, collide in 68 %, but each took two gathers and two
//! scatters; the blocks are 2.3 times faster in the caches and 2.6 times at 1e6 particles
//! (31 and 28 for 13.9 and 10.8 million a second). Blocks of 4 and 16, tried before
//! the vectors were explicit, were slower by two fifths and a sixth. Memory: a meeting touches six cache lines, 112 bytes a collision where single
//! pairs took 315, so that 1e6 particles (24 MB) lose 10 % against 1e4 and 1e7 a third.

mod batch;
mod bounds;
mod changes;
mod description;
pub(super) mod elementary;
mod entropy;
mod epoch;
mod fast;
pub(super) mod frame;
mod gas;
pub(super) mod law;
mod meeting;
mod observe;
mod particles;
pub(super) mod random;
#[cfg(test)]
mod tests;

use batch::Stream;
use gas::Gas;
pub(super) use law::Deflected;
use law::{HardSphere, Maxwell, Power, Soft};
use omd_flow::{AffineFlow, GaussianError, Matrix3, Philox, Vector3, draw_velocities};
use omd_interaction::CollisionKernel;
use particles::Particles;

/// One homo-energetic gas.
#[derive(Clone, Debug)]
pub struct DsmcParameters {
    /// The flow.
    pub flow: AffineFlow,
    /// The collision kernel at Kn = 1.
    pub kernel: CollisionKernel,
    /// `Kn`; divides the rate of collisions once.
    pub knudsen: f64,
    /// `n0`, 1/volume.
    pub number_density: f64,
    /// Mass of a particle.
    pub mass: f64,
    /// `P / (n m)` at t = 0, velocity squared.
    pub covariance: Matrix3<f64>,
    /// How many particles, 4 to `2^31`.
    pub particles: usize,
    /// The seed of all replicas.
    pub seed: u64,
    /// Replica r draws from stream r.
    pub replica: u64,
}

/// What is observed beside the moments that every row has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Observation {
    /// Every central moment of order 3 to 6, over that power of `sqrt(T/m)`: columns `standardised_moment_xxx` to `..._zzzzzz`.
    pub all_moments: bool,
    /// An estimate of `-int (g/n) ln(g/M) dw`: column `entropy`.
    pub entropy: bool,
    /// Histograms of the velocity.
    pub histogram: Option<HistogramSettings>,
}

/// Which histograms of the velocity are taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistogramSettings {
    /// Every so many samples.
    pub every: usize,
    /// Cells along an axis and in `|w|`.
    pub bins: usize,
    /// Where the cells end, in `sqrt(T/m)` of the time.
    pub range: f64,
}

/// Why a gas cannot be simulated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DsmcError {
    /// The start cannot be drawn.
    #[error(transparent)]
    Start(#[from] GaussianError),
    /// A parameter that must be positive and finite is not.
    #[error("the {0} must be positive and finite, not {1}")]
    NotPositive(&'static str, f64),
    /// The rate of a kernel has no linear bound.
    #[error("particles can be simulated for kernels |u|^gamma with gamma from 0 to 1, not {0}")]
    Exponent(f64),
    /// Indices are 32 bits, and fewer than four particles have no exact start.
    #[error("the number of particles must be from 4 to 2^31, not {0}")]
    Particles(usize),
    /// A velocity that was given is NaN or infinite.
    #[error("velocity {0} is not finite")]
    Velocity(usize),
}

/// The law of a kernel, chosen once.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scattering {
    Maxwell(Maxwell),
    HardSphere(HardSphere),
    Power(Power),
    SoftMaxwell(Deflected<Maxwell, Soft>),
    SoftPower(Deflected<Power, Soft>),
    /// Cross-section independent of the speed, deflection angles of the kernel.
    Potential(HardSphere),
}

/// Direct simulation of one gas: see the [module](self).
///
/// # Valid when
/// `t < t*`; there it stops with the reason.
/// # Preserves
/// Momentum and energy in every collision, to rounding.
/// # Accuracy
/// No time step; `O(1/N)` bias, `O(N^-1/2)` noise.
/// # Cost
/// Per collision; 24 bytes per particle.
#[derive(Clone, Debug)]
pub struct Dsmc {
    kernel: CollisionKernel,
    scattering: Scattering,
    gas: Gas,
    number_density: f64,
    mass: f64,
    observation: Observation,
}

/// Runs `$body` with `$law` the monomorphic law of the scattering of a kernel.
macro_rules! with_law {
    ($scattering:expr, $kernel:expr, $law:ident => $body:expr) => {
        match $scattering {
            Scattering::Maxwell($law) => $body,
            Scattering::HardSphere($law) => $body,
            Scattering::Power($law) => $body,
            Scattering::SoftMaxwell($law) => $body,
            Scattering::SoftPower($law) => $body,
            Scattering::Potential(total) => {
                let $law = Deflected { total, deflection: $kernel };
                $body
            }
        }
    };
}
pub(super) use with_law;

impl Dsmc {
    /// A gas with a Gaussian start whose mean is zero and whose covariance is exact.
    ///
    /// # Errors
    /// [`DsmcError`].
    pub fn new(parameters: DsmcParameters) -> Result<Self, DsmcError> {
        check_count(parameters.particles)?;
        let mut random = Philox::new(parameters.seed, parameters.replica);
        let velocities = draw_velocities(parameters.particles, &parameters.covariance, &mut random)?;
        let [_, _, block, _] = random.position();
        Self::build(parameters, &velocities, block, None)
    }

    /// A gas that starts with the given peculiar velocities, whatever `particles` and `covariance` say. The pair
    /// normalisation assumes that their mean is zero.
    ///
    /// # Errors
    /// [`DsmcError`].
    pub fn with_velocities(parameters: DsmcParameters, velocities: &[Vector3<f64>]) -> Result<Self, DsmcError> {
        check_count(velocities.len())?;
        Self::build(parameters, velocities, 0, None)
    }

    fn build(
        parameters: DsmcParameters,
        velocities: &[Vector3<f64>],
        block: u64,
        batch_size: Option<usize>,
    ) -> Result<Self, DsmcError> {
        let DsmcParameters { flow, kernel, knudsen, number_density, mass, seed, replica, .. } = parameters;
        for (name, value) in [("Knudsen number", knudsen), ("number density", number_density), ("mass", mass)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(DsmcError::NotPositive(name, value));
            }
        }
        if let Some(index) = velocities.iter().position(|w| !w.iter().all(|x| x.is_finite())) {
            return Err(DsmcError::Velocity(index));
        }
        let scattering = scattering_of(&kernel)?;
        // F(0) = I: momenta are the peculiar velocities.
        let particles = Particles::new(velocities.iter().map(|w| [w.x, w.y, w.z]));
        let stream = Stream { seed, stream: replica, block };
        let density = number_density / knudsen;
        let gas = with_law!(scattering, &kernel, law => Gas::new(&law, flow, density, particles, stream, batch_size));
        Ok(Self { kernel, scattering, gas, number_density, mass, observation: Observation::default() })
    }

    /// The same gas, with more to observe.
    #[must_use]
    pub fn observing(mut self, observation: Observation) -> Self {
        self.observation = observation;
        self
    }

    /// How many particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.gas.particles.len()
    }

    /// Collisions so far; each one moves two particles.
    #[must_use]
    pub fn collisions(&self) -> u64 {
        self.gas.counters.collisions
    }

    /// Pairs so far that could have collided: eight for every meeting of two blocks, lanes without a particle included.
    #[must_use]
    pub fn candidates(&self) -> u64 {
        self.gas.counters.candidates
    }

    /// The peculiar velocities `w = F^-1(t) p` at the present time.
    #[must_use]
    pub fn peculiar_velocities(&self) -> Vec<Vector3<f64>> {
        self.some_peculiar_velocities(self.particles())
    }

    /// Those of `most` particles at most, spread evenly over all.
    fn some_peculiar_velocities(&self, most: usize) -> Vec<Vector3<f64>> {
        let (inverse, count) = (self.gas.flow.inverse_deformation(self.gas.time), self.particles());
        let taken = most.min(count);
        (0..taken)
            .map(|index| {
                let spread = (index as u128 * count as u128 / taken as u128) as usize;
                inverse * Vector3::from(self.gas.particles.get(spread))
            })
            .collect()
    }
}

fn check_count(particles: usize) -> Result<(), DsmcError> {
    if (4..=1 << 31).contains(&particles) { Ok(()) } else { Err(DsmcError::Particles(particles)) }
}

pub(super) fn scattering_of(kernel: &CollisionKernel) -> Result<Scattering, DsmcError> {
    let positive = |name, value: f64| {
        if value > 0.0 && value.is_finite() { Ok(value) } else { Err(DsmcError::NotPositive(name, value)) }
    };
    let rate_of = |rate, exponent: f64| {
        let rate = positive("rate of the kernel", rate)?;
        if (0.0..=1.0).contains(&exponent) { Ok(rate) } else { Err(DsmcError::Exponent(exponent)) }
    };
    match *kernel {
        CollisionKernel::VariableHardSphere { rate, exponent } => {
            let rate = rate_of(rate, exponent)?;
            if exponent == 0.0 {
                Ok(Scattering::Maxwell(Maxwell { rate }))
            } else if exponent == 1.0 {
                Ok(Scattering::HardSphere(HardSphere { rate }))
            } else {
                Ok(Scattering::Power(Power { rate, exponent }))
            }
        }
        CollisionKernel::VariableSoftSphere { rate, exponent, alpha } => {
            let rate = rate_of(rate, exponent)?;
            let deflection = Soft { inverse_alpha: 1.0 / positive("scattering exponent of the kernel", alpha)? };
            if exponent == 0.0 {
                Ok(Scattering::SoftMaxwell(Deflected { total: Maxwell { rate }, deflection }))
            } else {
                Ok(Scattering::SoftPower(Deflected { total: Power { rate, exponent }, deflection }))
            }
        }
        // The total cross-section of a cut-off potential does not depend on the speed.
        CollisionKernel::Potential(_) => Ok(Scattering::Potential(HardSphere { rate: kernel.total_rate(1.0) })),
    }
}
