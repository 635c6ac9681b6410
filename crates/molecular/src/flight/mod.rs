//! Atoms that fly straight until they meet: what the engines from event to event share.
//!
//! Between events every atom and every image flies straight in the inertial frame: `x_i + v_i t`, and the image under `nu`
//! `x_j + F(t) E nu + v_j t` with `F(t) E nu = E nu + t A E nu`, linear as well. So two of them are at a given distance at the
//! root of a quadratic for any `A`.
//!
//! # Windows
//! Time is cut into windows in which no atom has to be followed from cell to cell. At a window's start `t0` the lattice is
//! reduced, the atoms are wrapped and sorted into cells of the reduced lattice; all contacts of their lines within the
//! window go into a queue; events are taken from it in order, and the atoms of each look for the contacts of their new
//! lines. At its end all atoms are at one time, and nothing but their positions and velocities is kept: that is what a
//! checkpoint holds.
//!
//! # No contact is missed
//! Pull positions back to the window's start, `y = F(tau)^-1 x` with `F(tau) = I + tau L(t0)`: there the lattice is at rest. A
//! line `x = X + V tau` is `y = X + tau F^-1 p` with the constant `p = V - L(t0) X`, so `dy/dtau = F^-2 p`, and with `kappa` a bound
//! of `|F(tau)^-1|` over the window (`1/(1 - h |L|)`; `h |L|` is at most 0.1):
//!
//! * an atom moves by at most `kappa^2 |p| (tau2 - tau1)`, the sum over its lines is its *way*;
//! * atoms in contact, at the distance `d`, are at most `kappa d` apart.
//!
//! So two atoms that touch in the window are, at its start, at most `kappa d` plus both ways apart. The cells are as
//! wide as `kappa d` and the ways of two slow atoms (1.75 root mean square speeds), and those look into the cells around
//! their own. The few fast ones look as far as `kappa d`, their own way and the largest of all ways. After an event
//! its atoms look from where they are, as far as `kappa d`, what is left of their way and the largest of all ways up to then:
//! an atom is looked for where it was at the start, and it is not farther from there than its way. A way that becomes
//! the largest does so in an event whose atoms then look around with it themselves; every later search knows it. Rounding
//! can move a contact across a window's end; it is found in the next one, there at a distance less than `d` by rounding.
//!
//! There is no nearest-image convention: cells are looked up as images, as many of them as the reach needs.

mod block;
mod ledger;
mod observe;
mod queue;
mod search;
mod spheres;
mod state;
mod window;

use crate::TranslationGroup;
use crate::parallel::each;
use fearless_simd::{Level, dispatch};
pub(crate) use ledger::Ledger;
pub(crate) use observe::{Sums, push_drift};
use omd_flow::{AffineFlow, Matrix3, Vector3};
pub(crate) use queue::Contact;
use queue::Queue;
use search::Cells;
pub(crate) use search::{Line, Search};
pub(crate) use spheres::{PADDING, Spheres};
use std::ops::Range;
use window::{Pace, cheapest_width};
pub(crate) use window::{Window, delay_to_contact};

/// Rows of cells that one thread searches at a time, in atoms.
const CHUNK: usize = 4096;

/// The atoms at one time, and what is rebuilt in every window.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) flow: AffineFlow,
    pub(crate) mass: f64,
    /// The distance at which two atoms meet.
    pub(crate) reach: f64,
    pub(crate) level: Level,
    pub(crate) group: TranslationGroup,
    pub(crate) time: f64,
    pub(crate) spheres: Spheres,
    /// Unwrapped position = position + `F(t) E n`, by atom.
    pub(crate) wraps: Vec<Vector3<i64>>,
    pub(crate) ledger: Ledger,
    /// Root mean square and largest peculiar speed at the end of the last window.
    pub(crate) speed: f64,
    pub(crate) fastest: f64,
    pub(crate) windows: u64,
    /// The cheapest width of a cell, and the density it is for, both in units of `reach`.
    cheapest: (f64, f64),
    spare: Spheres,
    places: Vec<u32>,
    pub(crate) cells: Cells,
    pub(crate) queue: Queue,
    /// How often the atom of each slot has changed its way; only whether it changed counts.
    pub(crate) stamps: Vec<u32>,
    /// Bound of how far, pulled back to the window's start, each atom gets in it.
    pub(crate) ways: Vec<f64>,
    chunks: Vec<(Range<usize>, Vec<Contact>)>,
}

/// A window about to be gone through.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) window: Window,
    /// The time at its end.
    pub(crate) end: f64,
    /// The largest of all ways.
    pub(crate) farthest: f64,
}

/// Why no window can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shut {
    /// A lattice vector is as short as the distance at which atoms meet.
    Closed,
    /// Time has no digits left for a window this short.
    TooShort,
    /// A number is not finite.
    Lost,
}

impl Flight {
    pub(crate) fn new(
        flow: &AffineFlow,
        mass: f64,
        reach: f64,
        cell: Matrix3<f64>,
        positions: &[Vector3<f64>],
        velocities: &[Vector3<f64>],
        wraps: Vec<Vector3<i64>>,
    ) -> Self {
        let count = positions.len();
        let mut flight = Self {
            flow: flow.clone(),
            mass,
            reach,
            level: Level::new(),
            group: TranslationGroup::new(flow, cell),
            time: 0.0,
            spheres: Spheres::new(positions, velocities, (0..count as u32).collect()),
            wraps,
            ledger: Ledger::default(),
            speed: 0.0,
            fastest: 0.0,
            windows: 0,
            cheapest: (0.0, 0.0),
            spare: Spheres::default(),
            places: Vec::new(),
            cells: Cells::default(),
            queue: Queue::default(),
            stamps: vec![0; count],
            ways: vec![0.0; count],
            chunks: Vec::new(),
        };
        flight.measure_speeds();
        flight.ledger = Ledger::new(flight.kinetic_sum());
        flight
    }

    pub(crate) fn len(&self) -> usize {
        self.spheres.len()
    }

    pub(crate) fn volume(&self) -> f64 {
        self.group.reference().determinant().abs() * self.flow.volume_ratio(self.time)
    }

    /// Peculiar velocities in slot order.
    pub(crate) fn peculiar_velocities(&self) -> impl Iterator<Item = Vector3<f64>> + '_ {
        let gradient = self.flow.velocity_gradient(self.time);
        (0..self.len()).map(move |slot| self.spheres.peculiar(slot, &gradient))
    }

    /// `sum m w w^T` about zero.
    pub(crate) fn kinetic_sum(&self) -> Matrix3<f64> {
        self.peculiar_velocities().fold(Matrix3::zeros(), |sum, w| sum + w * w.transpose()) * self.mass
    }

    fn measure_speeds(&mut self) {
        let (mut sum, mut largest) = (0.0, 0.0f64);
        for squared in self.peculiar_velocities().map(|w| w.norm_squared()) {
            sum += squared;
            largest = largest.max(squared);
        }
        self.speed = (sum / self.len() as f64).sqrt();
        self.fastest = largest.sqrt();
    }

    /// Begins a window, at most to `until`; `closes` says whether it has to end where a lattice vector is as short as
    /// the distance at which atoms meet. `SOFT` atoms may be nearer than that, and those that are meet at once.
    pub(crate) fn open<const SOFT: bool>(&mut self, until: f64) -> Result<Opened, Shut> {
        self.group.reduce(self.time);
        let density = self.len() as f64 / self.volume() * self.reach.powi(3);
        if self.cheapest.1 != density {
            self.cheapest = (cheapest_width(density), density);
        }
        let pace = Pace { until, width: self.cheapest.0 * self.reach, speed: self.speed, fastest: self.fastest };
        let mut window = Window::new(&self.flow, &self.group, self.time, self.reach, self.len(), !SOFT, &pace);
        let planned = window.closes.is_none() && window.start + window.length >= until * (1.0 - 1e-15);
        let end = if planned { until } else { window.start + window.length };
        if !self.speed.is_finite() {
            return Err(Shut::Lost);
        }
        // A window may have no length where the lattice closes, or where time has no digits left.
        if end <= self.time {
            return Err(if window.closes.is_some() { Shut::Closed } else { Shut::TooShort });
        }
        // The lines end where the next window's begin, to the bit.
        window.length = end - window.start;
        self.wrap(&window);
        self.cells.sort(&window, &mut self.spheres, &mut self.spare, &mut self.places);
        let farthest = self.bound_ways(&window);
        self.find_first::<SOFT>(&window, farthest);
        Ok(Opened { window, end, farthest })
    }

    /// Ends a window at time `end`: all atoms fly to it.
    pub(crate) fn close(&mut self, window: &Window, end: f64) {
        self.spheres.fly(window.length);
        let (inverse, _) = window.inverse_deformation(window.length);
        self.ledger.moment = inverse * self.ledger.moment * inverse.transpose();
        self.time = end;
        self.windows += 1;
        self.measure_speeds();
    }

    /// Replaces atoms outside the cell by their images inside.
    fn wrap(&mut self, window: &Window) {
        for slot in 0..self.len() {
            let place = self.spheres.position(slot);
            let label = (window.inverse * place).map(f64::floor);
            if label != Vector3::zeros() {
                self.spheres.set_position(slot, &(place - window.edges * label));
                let velocity = self.spheres.velocity(slot) - window.rates * label;
                self.spheres.set_velocity(slot, &velocity);
                let id = self.spheres.ids[slot] as usize;
                self.wraps[id] += self.group.reference_counts(label.map(|x| x as i64));
            }
        }
    }

    /// Bounds every atom's way; the largest.
    fn bound_ways(&mut self, window: &Window) -> f64 {
        let mut farthest = 0.0f64;
        for slot in 0..self.len() {
            let momentum = self.spheres.peculiar(slot, &window.gradient).norm();
            self.ways[slot] = window.distance(window.length, momentum);
            farthest = farthest.max(self.ways[slot]);
        }
        farthest
    }

    /// All contacts of the lines the atoms start the window on.
    fn find_first<const SOFT: bool>(&mut self, window: &Window, farthest: f64) {
        let rows = self.cells.rows();
        let size = (rows * CHUNK / self.len()).clamp(1, rows);
        self.chunks.resize_with(rows.div_ceil(size), Default::default);
        for (index, (range, found)) in self.chunks.iter_mut().enumerate() {
            *range = index * size..((index + 1) * size).min(rows);
            found.clear();
        }
        let (cells, spheres, stamps) = (&self.cells, &self.spheres, &self.stamps[..]);
        let search = Search::<SOFT> { window, cells, spheres, stamps, deviations: &[], now: 0.0, farthest };
        let (level, ways) = (self.level, &self.ways[..]);
        each(&mut self.chunks, |(range, found)| {
            dispatch!(level, simd => search.rows(simd, range.clone(), ways, found));
        });
        self.queue.restart(window.length, self.chunks.iter().map(|(_, found)| found.len()).sum());
        for contact in self.chunks.iter().flat_map(|(_, found)| found) {
            self.queue.push(*contact);
        }
    }

    /// Positions by atom, inside the cell of the last window or near it.
    pub(crate) fn wrapped_positions(&self) -> Vec<Vector3<f64>> {
        self.by_atom(|slot, _| self.spheres.position(slot))
    }

    /// Positions by atom, continuous from the start: `x + F(t) E n`.
    fn unwrapped_positions(&self) -> Vec<Vector3<f64>> {
        self.by_atom(|slot, id| {
            self.spheres.position(slot) + self.group.reference_translation(self.time, &self.wraps[id])
        })
    }

    /// Lab velocities of the unwrapped atoms: `v + A E n`.
    fn unwrapped_velocities(&self) -> Vec<Vector3<f64>> {
        self.by_atom(|slot, id| self.spheres.velocity(slot) + self.group.reference_velocity(&self.wraps[id]))
    }

    fn by_atom(&self, value: impl Fn(usize, usize) -> Vector3<f64>) -> Vec<Vector3<f64>> {
        let mut result = vec![Vector3::zeros(); self.len()];
        for (slot, &id) in self.spheres.ids.iter().enumerate() {
            result[id as usize] = value(slot, id as usize);
        }
        result
    }
}
