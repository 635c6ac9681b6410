//! Direct simulation with positions: the Boltzmann equation in a periodic cell whose edges `F(t) E` move with the flow.
//!
//! The full equation `df/dt + v.grad_x f = (1/Kn) Q(f, f)`, before any reduction, for data that are periodic in the
//! sense of (10), (11) of \[JamesQiWang\]: `f(t, x + F E nu, v + A E nu) = f(t, x, v)`. A particle carries its reduced
//! position `s` in `[0, 1)^3`, `x = F(t) E s`, and `p = F(t) w`. Between collisions `v` is constant, hence exactly
//!
//! ```text
//! p(t2) = p(t1),    s(t2) = s(t1) + (t2 - t1) E^-1 F(t2)^-1 F(t1)^-1 p,
//! ```
//!
//! for any `A`: from `x(t2) = x(t1) + (t2 - t1) v`, or from `d/dt (t F^-1) = F^-2`. In this form nothing cancels.
//!
//! # Splitting
//! Half a flight, collisions, half a flight (\[Strang1968\]). Collisions of a step take place in equal cells of `s`, which
//! move with the flow, among particles at rest in `s`: pairs `i < j` of a cell collide at the rate
//!
//! ```text
//! (n0 M / (Kn J(t) N)) B(|F^-1(t) (p_i - p_j)|)
//! ```
//!
//! with `M` cells and `N` particles, each candidate at its own time within the step, where `F`, `F^-1` and `J` are
//! evaluated. A homogeneous gas has no error of the time step at all; a wave has one of second order.
//!
//! # Candidates
//! Exponential waiting times under a majorant of the cell, `B(b_1 + b_2)` with the two largest speeds about the cell's
//! mean; a collision that raises them raises the majorant from then on, which a Poisson process allows. There is no
//! remainder to carry and no bias in the number of collisions.
//!
//! # What the discretisation does to a gas of Maxwell molecules
//! Of first order in the gradient, with the relaxation rate `lambda` of the stress, `theta = T/m`, steps `h` and cells
//! of width `d` along the gradient, the momentum diffuses with
//!
//! ```text
//! nu = theta (h/2) coth(lambda h/2) + lambda d^2/12 (1 - O(lambda d/sqrt theta)):
//! ```
//!
//! the first term is the Green-Kubo sum over steps of a flight each, `sum e^(-lambda h k)`; the second is what partners
//! at a distance exchange, for hard spheres that of \[AlexanderGarciaAlder1998\]. The arrow (3) of `omd verify` measures both.

mod cells;
mod collide;
mod description;
mod flight;
mod observe;
mod start;
#[cfg(test)]
mod tests;

use super::dsmc::{DsmcError, Scattering, scattering_of};
use cells::Cells;
pub use observe::{CellMoments, Mode};
use omd_flow::{AffineFlow, Matrix3, Vector3};
use omd_interaction::CollisionKernel;
pub use start::PlaneWave;

/// One gas in a periodic cell.
#[derive(Clone, Debug)]
pub struct SpatialParameters {
    /// The flow.
    pub flow: AffineFlow,
    /// The collision kernel at Kn = 1.
    pub kernel: CollisionKernel,
    /// `Kn`; divides the rate of collisions once.
    pub knudsen: f64,
    /// `n0`, 1/volume: the mean over the cell at t = 0.
    pub number_density: f64,
    /// Mass of a particle.
    pub mass: f64,
    /// `P / (n m)` at t = 0 where the wave has a node, velocity squared.
    pub covariance: Matrix3<f64>,
    /// `E`: the edges of the periodic cell at t = 0 as columns, length.
    pub cell: Matrix3<f64>,
    /// Collision cells along each edge.
    pub divisions: [usize; 3],
    /// How many particles, 4 to `2^31`.
    pub particles: usize,
    /// Upper bound of the step; shortened evenly to end on samples.
    pub time_step: f64,
    /// A perturbation of the homogeneous start.
    pub wave: Option<PlaneWave>,
    /// The seed of all replicas.
    pub seed: u64,
    /// Replica r, below `2^32`, draws from streams of its own.
    pub replica: u64,
}

/// Why a gas cannot be simulated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SpatialError {
    /// As for a homogeneous gas.
    #[error(transparent)]
    Gas(#[from] DsmcError),
    /// The edges span no volume.
    #[error("the edges of the periodic cell span no volume")]
    Cell,
    /// No cell, or more than indices of 32 bits count.
    #[error("collision cells along an edge must be 1 to 65535 and fewer than 2^31 in all, not {0:?}")]
    Divisions([usize; 3]),
    /// Streams are counted in 32 bits.
    #[error("replicas are numbered below 2^32, not {0}")]
    Replica(u64),
    /// A density or a temperature would not be positive.
    #[error("amplitudes of a wave must be finite, those of density and temperature below 1, not {0}")]
    Amplitude(f64),
}

/// A particle between collisions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Particle {
    /// `s` in `[0, 1)^3`, dimensionless.
    place: [f64; 3],
    /// `p = F(t) w`, velocity.
    momentum: [f64; 3],
}

/// Direct simulation of one gas in space: see the [module](self).
///
/// # Valid when
/// `t < t*`; there it stops with the reason.
/// # Preserves
/// Momentum and energy in every collision, to rounding; the number of particles.
/// # Accuracy
/// Second order in the time step and in the width of the cells; `O(1/(particles of a cell))` bias; noise.
/// # Cost
/// A flight and a sort per particle and step, three candidates a collision; 96 bytes per particle.
#[derive(Clone, Debug)]
pub struct Spatial {
    parameters: SpatialParameters,
    scattering: Scattering,
    inverse_cell: Matrix3<f64>,
    cells: Cells,
    particles: Vec<Particle>,
    /// Where the next order of the particles is put together.
    other: Vec<Particle>,
    /// The time of the positions; between two steps of one `advance` it is the middle of the last one.
    position_time: f64,
    /// The time up to which collisions are done.
    time: f64,
    /// The steps under way.
    segment: Segment,
    counters: Counters,
}

/// Equal steps from one sample to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Segment {
    start: f64,
    end: f64,
    steps: u64,
    done: u64,
}

/// Counters of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counters {
    candidates: u64,
    collisions: u64,
    steps: u64,
}

impl Spatial {
    /// A gas with places drawn independently, velocities whose mean is zero and whose covariance is exact before the wave
    /// is put on.
    ///
    /// # Errors
    /// [`SpatialError`].
    pub fn new(parameters: SpatialParameters) -> Result<Self, SpatialError> {
        let positive = [
            ("Knudsen number", parameters.knudsen),
            ("number density", parameters.number_density),
            ("mass", parameters.mass),
            ("time step", parameters.time_step),
        ];
        for (name, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                return Err(DsmcError::NotPositive(name, value).into());
            }
        }
        if !(4..=1 << 31).contains(&parameters.particles) {
            return Err(DsmcError::Particles(parameters.particles).into());
        }
        if parameters.replica >> 32 != 0 {
            return Err(SpatialError::Replica(parameters.replica));
        }
        let scattering = scattering_of(&parameters.kernel)?;
        let usable = parameters.cell.iter().all(|x| x.is_finite());
        let inverse_cell = parameters.cell.try_inverse().filter(|_| usable).ok_or(SpatialError::Cell)?;
        let cells = Cells::new(parameters.divisions, parameters.particles)?;
        let particles = start::draw(&parameters)?;
        Ok(Self {
            scattering,
            inverse_cell,
            cells,
            other: particles.clone(),
            particles,
            position_time: 0.0,
            time: 0.0,
            segment: Segment::default(),
            counters: Counters::default(),
            parameters,
        })
    }

    /// How many particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.particles.len()
    }

    /// Collisions so far; each one moves two particles.
    #[must_use]
    pub fn collisions(&self) -> u64 {
        self.counters.collisions
    }

    /// Reduced positions and peculiar velocities `w = F^-1(t) p` at the present time.
    #[must_use]
    pub fn state(&self) -> Vec<(Vector3<f64>, Vector3<f64>)> {
        let inverse = self.parameters.flow.inverse_deformation(self.time);
        self.particles
            .iter()
            .map(|particle| (particle.place.into(), inverse * Vector3::from(particle.momentum)))
            .collect()
    }
}
