//! Hard spheres under any `A`, event-driven: no time step, collisions at their exact times.
//!
//! The method is that of \[AlderWainwright1959\]; what is new is that the lattice moves.
//!
//! [`crate::flight`] has the windows of time and the cells: between collisions everything flies straight, so a run is a
//! sequence of roots of quadratics. Rounding can move a contact across a window's end; it is found in the next one, there at a
//! distance less than the diameter by rounding and still approaching, and takes place at once.
//!
//! The images of a sphere itself move with the lattice alone; when the shortest lattice vector has shrunk to the diameter, hard
//! spheres cease to exist and the run stops at that time.
//!
//! # Cost
//! A window costs a sort and half of 27 cells of pair tests for each sphere, a collision 2 x 27 cells, four tests at a
//! time. The width of the cells, and with it the window's length, is the one whose cost is least at the density
//! (`cheapest_width` there): about three spheres a cell in a dilute gas, where almost all of the time goes into finding
//! that nobody meets; about 1.5 diameters in a dense one. Memory: 150 bytes a sphere.

mod description;
mod gas;
mod observe;

use crate::{Atoms, MolecularError};
use gas::Gas;
use omd_flow::{AffineFlow, Vector3, lattice};

/// The equations: one flow, spheres of one diameter and mass.
#[derive(Clone, Debug)]
pub struct HardSphereModel {
    /// The flow `A`; the images follow it.
    pub flow: AffineFlow,
    /// Diameter of a sphere.
    pub diameter: f64,
    /// Mass of a sphere.
    pub mass: f64,
}

/// One collision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Collision {
    /// When.
    pub time: f64,
    /// The two spheres, in the order given at the start, the smaller number first.
    pub spheres: [usize; 2],
}

/// Objective molecular dynamics of hard spheres under the translation group (10) of \[JamesQiWang\], for any `A`.
///
/// # Valid when
/// `t < t*`, and every lattice vector is longer than the diameter; it stops with the reason where it is not.
/// # Preserves
/// The energy in the inertial frame of every pair at its collision, to rounding; the work balance integrated over the
/// impulses; zero peculiar momentum; the bits on any number of threads, through pauses and checkpoints.
/// # Accuracy
/// Rounding: there is no time step.
/// # Cost
/// `O(1)` a collision and `O(N)` a window; serial but for the search at a window's start.
#[derive(Clone, Debug)]
pub struct HardSpheres {
    gas: Gas,
    shortest_image: f64,
    /// A lattice vector is as short as the diameter.
    closed: bool,
}

impl HardSpheres {
    /// Places the spheres at t = 0.
    ///
    /// # Errors
    /// [`MolecularError`], overlapping spheres among them, images included; spheres in contact may overlap by rounding,
    /// 1e-9 of the diameter.
    pub fn new(model: &HardSphereModel, atoms: &Atoms) -> Result<Self, MolecularError> {
        for (name, value) in [("mass", model.mass), ("diameter", model.diameter)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(MolecularError::NotPositive(name, value));
            }
        }
        atoms.check()?;
        crate::start::refuse_contacts(model.diameter, atoms)?;
        let gradient = model.flow.velocity_gradient_at_zero();
        let velocities: Vec<Vector3<f64>> =
            atoms.peculiar.iter().zip(&atoms.positions).map(|(w, x)| w + gradient * x).collect();
        let gas = Gas::new(model, atoms.cell, &atoms.positions, &velocities, atoms.shifts.clone());
        Ok(Self { gas, shortest_image: lattice::shortest_vector(&atoms.cell), closed: false })
    }

    /// Collisions so far; each one moves two spheres.
    #[must_use]
    pub fn collisions(&self) -> u64 {
        self.gas.flight.ledger.collisions
    }

    /// Windows so far.
    #[must_use]
    pub fn windows(&self) -> u64 {
        self.gas.flight.windows
    }

    /// Begins to keep every collision; [`Self::take_collisions`] gives them away.
    pub fn record_collisions(&mut self) {
        self.gas.record.get_or_insert_default();
    }

    /// The collisions since the last call, in order of time; none where they are not kept.
    #[must_use]
    pub fn take_collisions(&mut self) -> Vec<Collision> {
        self.gas.record.as_mut().map(std::mem::take).unwrap_or_default()
    }
}
