//! Few atoms with forces of short range, from encounter to encounter: free flight is exact, and what is integrated are
//! the encounters.
//!
//! In a dilute gas an atom is beyond the cutoff of all others most of the time, and flies straight in the inertial frame
//! as its images do ([`crate::flight`], where the windows of time and the cells are those of hard spheres). The events are
//!
//! * a pair reaches the cutoff from outside: it, and the clusters that its atoms belong to, become one *cluster*;
//! * a pair reaches the cutoff from inside: the cluster falls into what the pairs left hold together.
//!
//! A cluster is the atoms that pairs within the cutoff connect, two in most encounters. From one event to the next its pairs are
//! the same, so forces are smooth whatever the truncation does at the cutoff: the explicit Runge-Kutta method of order 8
//! of Dormand and Prince follows them with controlled error, and the event at its end is found to rounding. Images are
//! translations with their own linear motion, and a pair is two atoms and an image: an atom may be in a cluster with several
//! images of one neighbour. Its own images pull an atom nowhere (they come in opposite pairs).
//!
//! # No encounter is missed
//! A cluster is followed to its end at once. Others look for its atoms as for straight lines, the chords of their curves, widened
//! by what the curves deviate; those they find are compared as the curves they are: polynomials of degree 5 between steps, in Bernstein's form, whose hull bounds
//! where they can be; Newton's iteration on the steps themselves gives the time. An atom that reaches a member of a cluster
//! before its end cuts it short there. The bounds of [`crate::flight`] hold with the momenta on the curves.
//!
//! At a window's end clusters are cut, and found again as the pairs that are within the cutoff at the start of the next. So a
//! checkpoint holds positions and velocities, nothing else.
//!
//! # Cost
//! An encounter of two atoms costs about 20 steps of 12 forces each; the windows cost what they cost hard spheres of the
//! diameter of the cutoff. Where the mean number of neighbours within the cutoff comes near 2.7, clusters percolate
//! \[LorenzZiff2001\]; it refuses to start there, and stops where it comes to that.

mod cluster;
mod curve;
mod description;
mod gas;
mod motion;
mod observe;
mod parts;
mod tableau;

use crate::{Atoms, Model, MolecularError};
use gas::Gas;
use omd_flow::{Vector3, lattice};

/// The mean number of neighbours of overlapping spheres in three dimensions at which an infinite cluster appears
/// \[LorenzZiff2001\]: `8 x 0.341889`.
const PERCOLATION: f64 = 2.735_112;

/// Objective molecular dynamics under the translation group (10) of \[JamesQiWang\], for any `A`, of a dilute gas with forces
/// of finite range.
///
/// # Valid when
/// `t < t*`; clusters of atoms within the cutoff of one another have at most 256 members.
/// # Preserves
/// The work balance `d/dt (sum m w^2/2 + U) = -V P : L` to the tolerance; zero peculiar momentum; the bits on any number of
/// threads, through pauses and checkpoints.
/// # Accuracy
/// `tolerance`, the error that one step of an encounter may make, in cutoffs and root mean square speeds.
/// # Cost
/// `O(1)` an encounter and `O(N)` a window; serial but for the search at a window's start.
#[derive(Clone, Debug)]
pub struct Encounters {
    gas: Gas,
    shortest_image: f64,
    /// Potential energy at the start, without jump at the cutoff.
    potential_at_start: f64,
}

impl Encounters {
    /// Places the atoms at t = 0.
    ///
    /// # Errors
    /// [`MolecularError`], overlapping atoms among them, and more neighbours within the cutoff than a dilute gas has.
    pub fn new(model: &Model, tolerance: f64, atoms: &Atoms) -> Result<Self, MolecularError> {
        for (name, value) in [("mass", model.mass), ("tolerance", tolerance)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(MolecularError::NotPositive(name, value));
            }
        }
        atoms.check()?;
        crate::start::refuse_overlaps(model, atoms, None)?;
        let gradient = model.flow.velocity_gradient_at_zero();
        let velocities: Vec<Vector3<f64>> =
            atoms.peculiar.iter().zip(&atoms.positions).map(|(w, x)| w + gradient * x).collect();
        let gas = Gas::new(model, tolerance, atoms.cell, &atoms.positions, &velocities, atoms.shifts.clone())?;
        let mut encounters =
            Self { gas, shortest_image: lattice::shortest_vector(&atoms.cell), potential_at_start: 0.0 };
        let neighbours = encounters.neighbours();
        if neighbours >= PERCOLATION && encounters.gas.flight.len() > gas::MOST_MEMBERS {
            return Err(MolecularError::Percolates { neighbours });
        }
        encounters.potential_at_start = encounters.interaction(model).continuous;
        Ok(encounters)
    }

    /// Atoms of a uniform gas within the cutoff of one, on average.
    fn neighbours(&self) -> f64 {
        let flight = &self.gas.flight;
        let density = flight.len() as f64 / flight.volume();
        4.0 / 3.0 * std::f64::consts::PI * flight.reach.powi(3) * density
    }

    /// How often a pair has come within the cutoff.
    #[must_use]
    pub fn encounters(&self) -> u64 {
        self.gas.flight.ledger.collisions
    }

    /// Windows so far.
    #[must_use]
    pub fn windows(&self) -> u64 {
        self.gas.flight.windows
    }

    /// Steps taken in clusters, rejected ones among them.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.gas.steps
    }

    /// Atoms of the largest cluster so far.
    #[must_use]
    pub fn largest_cluster(&self) -> u64 {
        self.gas.largest
    }
}
