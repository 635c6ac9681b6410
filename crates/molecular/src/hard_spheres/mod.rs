//! Hard spheres under any `A`, event-driven: no time step, collisions at their exact times.
//!
//! The method is that of \[AlderWainwright1959\]; what is new is that the lattice moves.
//!
//! Between collisions every sphere and every image flies straight in the inertial frame: `x_i + v_i t`, and the image
//! under `nu` `x_j + F(t) E nu + v_j t` with `F(t) E nu = E nu + t A E nu`, linear as well. So the contact of two of them is
//! the root of a quadratic for any `A`, and a run is a sequence of such roots.
//!
//! # Windows
//! Time is cut into windows in which no sphere has to be followed from cell to cell. At a window's start `t0` the lattice
//! is reduced, the spheres are wrapped and sorted into cells of the reduced lattice; all contacts of their lines within
//! the window go into a queue; collisions are taken from it in order, and the two spheres of each look for the contacts
//! of their new lines. At its end all spheres are at one time, and nothing but their positions and velocities is kept:
//! that is what a checkpoint holds.
//!
//! # No collision is missed
//! Pull positions back to the window's start, `y = F(tau)^-1 x` with `F(tau) = I + tau L(t0)`: there the lattice is at rest. A
//! line `x = X + V tau` is `y = X + tau F^-1 p` with the constant `p = V - L(t0) X`, so `dy/dtau = F^-2 p`, and with `kappa` a bound
//! of `|F(tau)^-1|` over the window (`1/(1 - h |L|)`; `h |L|` is at most 0.1):
//!
//! * a sphere moves by at most `kappa^2 |p| (tau2 - tau1)`, the sum over its lines is its *way*;
//! * spheres in contact are at most `kappa d` apart.
//!
//! So two spheres that touch in the window are, at its start, at most `kappa d` plus both ways apart. The cells are as
//! wide as `kappa d` and the ways of two slow spheres (1.75 root mean square speeds), and those look into the cells around
//! their own. The few fast ones look as far as `kappa d`, their own way and the largest of all ways. After a collision
//! both look from where they are, as far as `kappa d`, what is left of their way and the largest of all ways up to then:
//! a sphere is looked for where it was at the start, and it is not farther from there than its way. A way that becomes
//! the largest does so in a collision whose sphere then looks around with it itself; every later search knows it. Rounding
//! can move a contact across a window's end; it is found in the next one, there at a distance less than the diameter by
//! rounding and still approaching, and takes place at once.
//!
//! There is no nearest-image convention: cells are looked up as images, as many of them as the reach needs. The images of a
//! sphere itself move with the lattice alone; when the shortest lattice vector has shrunk to the diameter, hard spheres
//! cease to exist and the run stops at that time.
//!
//! # Cost
//! A window costs a sort and half of 27 cells of pair tests for each sphere, a collision 2 x 27 cells, four tests at a
//! time. The width of the cells, and with it the window's length, is the one whose cost is least at the density
//! ([`window::cheapest_width`]): about three spheres a cell in a dilute gas, where almost all of the time goes into finding
//! that nobody meets; about 1.5 diameters in a dense one. Memory: 150 bytes a sphere.

mod description;
mod gas;
mod ledger;
mod observe;
mod queue;
mod search;
mod spheres;
mod window;

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
        self.gas.ledger.collisions
    }

    /// Windows so far.
    #[must_use]
    pub fn windows(&self) -> u64 {
        self.gas.windows
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
