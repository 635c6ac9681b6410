//! The spheres from window to window, and from collision to collision inside one.

use super::ledger::Ledger;
use super::queue::{Contact, Queue};
use super::search::{Cells, Search};
use super::spheres::Spheres;
use super::window::{Pace, Window, cheapest_width};
use super::{Collision, HardSphereModel};
use crate::TranslationGroup;
use crate::parallel::each;
use fearless_simd::{Level, Simd, dispatch};
use omd_flow::{Matrix3, Vector3};
use std::ops::Range;

/// Rows of cells that one thread searches at a time, in spheres.
const CHUNK: usize = 4096;
/// Collisions over spheres after which a window ends early, so that a run can be interrupted.
const MOST_COLLISIONS: u64 = 16;
/// Collisions of a sphere in the time in which it would fly a diameter, of spheres that jam: their gaps are about a
/// ten thousandth of the diameter.
const JAMMED: f64 = 1e4;

/// The state, and what is rebuilt in every window.
#[derive(Clone, Debug)]
pub(super) struct Gas {
    pub(super) model: HardSphereModel,
    level: Level,
    pub(super) group: TranslationGroup,
    pub(super) time: f64,
    pub(super) spheres: Spheres,
    /// Unwrapped position = position + `F(t) E n`, by sphere.
    pub(super) wraps: Vec<Vector3<i64>>,
    pub(super) ledger: Ledger,
    /// Root mean square and largest peculiar speed at the end of the last window.
    pub(super) speed: f64,
    pub(super) fastest: f64,
    pub(super) windows: u64,
    /// The cheapest width of a cell, and the density it is for, both in diameters.
    cheapest: (f64, f64),
    spare: Spheres,
    places: Vec<u32>,
    cells: Cells,
    queue: Queue,
    /// How often the sphere of each slot has collided; only whether it changed counts.
    stamps: Vec<u32>,
    /// Bound of how far, pulled back to the window's start, each sphere gets in it.
    ways: Vec<f64>,
    chunks: Vec<(Range<usize>, Vec<Contact>)>,
    pub(super) record: Option<Vec<Collision>>,
}

/// How a window ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// As planned.
    Open,
    /// A lattice vector is as short as the diameter.
    Closed,
    /// The spheres have no room left to move in.
    Jammed,
    /// A number is not finite.
    Lost,
}

impl Gas {
    pub(super) fn new(
        model: &HardSphereModel,
        cell: Matrix3<f64>,
        positions: &[Vector3<f64>],
        velocities: &[Vector3<f64>],
        wraps: Vec<Vector3<i64>>,
    ) -> Self {
        let count = positions.len();
        let mut gas = Self {
            model: model.clone(),
            level: Level::new(),
            group: TranslationGroup::new(&model.flow, cell),
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
            record: None,
        };
        gas.measure_speeds();
        gas.ledger = Ledger::new(gas.kinetic_sum());
        gas
    }

    pub(super) fn len(&self) -> usize {
        self.spheres.len()
    }

    pub(super) fn volume(&self) -> f64 {
        self.group.reference().determinant().abs() * self.model.flow.volume_ratio(self.time)
    }

    /// Peculiar velocities in slot order.
    pub(super) fn peculiar_velocities(&self) -> impl Iterator<Item = Vector3<f64>> + '_ {
        let gradient = self.model.flow.velocity_gradient(self.time);
        (0..self.len()).map(move |slot| self.spheres.peculiar(slot, &gradient))
    }

    /// `sum m w w^T` about zero.
    pub(super) fn kinetic_sum(&self) -> Matrix3<f64> {
        self.peculiar_velocities().fold(Matrix3::zeros(), |sum, w| sum + w * w.transpose()) * self.model.mass
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

    /// One window, at most to `until`.
    pub(super) fn window(&mut self, until: f64) -> Ended {
        self.group.reduce(self.time);
        let diameter = self.model.diameter;
        let density = self.len() as f64 / self.volume() * diameter.powi(3);
        if self.cheapest.1 != density {
            self.cheapest = (cheapest_width(density), density);
        }
        let pace = Pace { until, width: self.cheapest.0 * diameter, speed: self.speed, fastest: self.fastest };
        let mut window = Window::new(&self.model.flow, &self.group, self.time, diameter, self.len(), &pace);
        let planned = window.closes.is_none() && window.start + window.length >= until * (1.0 - 1e-15);
        let mut end = if planned { until } else { window.start + window.length };
        if !self.speed.is_finite() {
            return Ended::Lost;
        }
        // A window may have no length where the lattice closes, or where time has no digits left.
        if end <= self.time {
            return if window.closes.is_some() { Ended::Closed } else { Ended::Jammed };
        }
        // The lines end where the next window's begin, to the bit.
        window.length = end - window.start;
        self.wrap(&window);
        self.cells.sort(&window, &mut self.spheres, &mut self.spare, &mut self.places);
        let farthest = self.bound_ways(&window);
        self.find_first(&window, farthest);
        let level = self.level;
        let mut jammed = false;
        if let Some(time) = dispatch!(level, simd => self.collide_all(simd, &window, farthest)) {
            window.length = time;
            window.closes = None;
            end = window.start + time;
            jammed = (2 * MOST_COLLISIONS) as f64 * diameter > JAMMED * self.speed * time;
        }
        self.spheres.fly(window.length);
        let (inverse, _) = window.inverse_deformation(window.length);
        self.ledger.moment = inverse * self.ledger.moment * inverse.transpose();
        self.time = end;
        self.windows += 1;
        self.measure_speeds();
        match window.closes {
            Some(_) => Ended::Closed,
            None if jammed => Ended::Jammed,
            None => Ended::Open,
        }
    }

    /// Replaces spheres outside the cell by their images inside.
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

    /// Bounds every sphere's way; the largest.
    fn bound_ways(&mut self, window: &Window) -> f64 {
        let mut farthest = 0.0f64;
        for slot in 0..self.len() {
            let momentum = self.spheres.peculiar(slot, &window.gradient).norm();
            self.ways[slot] = window.distance(window.length, momentum);
            farthest = farthest.max(self.ways[slot]);
        }
        farthest
    }

    /// All contacts of the lines the spheres start the window on.
    fn find_first(&mut self, window: &Window, farthest: f64) {
        let rows = self.cells.rows();
        let size = (rows * CHUNK / self.len()).clamp(1, rows);
        self.chunks.resize_with(rows.div_ceil(size), Default::default);
        for (index, (range, found)) in self.chunks.iter_mut().enumerate() {
            *range = index * size..((index + 1) * size).min(rows);
            found.clear();
        }
        let (cells, spheres, stamps) = (&self.cells, &self.spheres, &self.stamps[..]);
        let search = Search { window, cells, spheres, stamps, now: 0.0, farthest };
        let (level, ways) = (self.level, &self.ways[..]);
        each(&mut self.chunks, |(range, found)| {
            dispatch!(level, simd => search.rows(simd, range.clone(), ways, found));
        });
        self.queue.restart(window.length, self.chunks.iter().map(|(_, found)| found.len()).sum());
        for contact in self.chunks.iter().flat_map(|(_, found)| found) {
            self.queue.push(*contact);
        }
    }

    /// Every collision of the window in order of time; the time, where there were so many that it ends early.
    #[inline(always)]
    fn collide_all<S: Simd>(&mut self, simd: S, window: &Window, mut farthest: f64) -> Option<f64> {
        let most = self.ledger.collisions + MOST_COLLISIONS * self.len() as u64;
        while let Some(contact) = self.queue.pop() {
            let pair = [contact.first as usize, contact.second as usize];
            if [self.stamps[pair[0]], self.stamps[pair[1]]] != contact.stamps {
                continue;
            }
            let now = contact.time;
            let (inverse, volume_ratio) = window.inverse_deformation(now);
            if !self.collide(window, &contact, &inverse, volume_ratio) {
                continue;
            }
            farthest = farthest.max(self.ways[pair[0]]).max(self.ways[pair[1]]);
            for slot in pair {
                let place = inverse * (self.spheres.position(slot) + self.spheres.velocity(slot) * now);
                let momentum = self.spheres.peculiar(slot, &window.gradient).norm();
                let way = window.distance(window.length - now, momentum);
                let (cells, spheres, stamps) = (&self.cells, &self.spheres, &self.stamps[..]);
                let search = Search { window, cells, spheres, stamps, now, farthest };
                let queue = &mut self.queue;
                search.around(simd, slot, &place, way, |contact| queue.push(contact));
            }
            if self.ledger.collisions >= most {
                return Some(now);
            }
        }
        None
    }

    /// The collision of `contact`: equal masses exchange the components along the line of centres of their inertial
    /// velocities. False where rounding has let a grazing pair miss.
    ///
    /// `inverse` is `F(tau)^-1` relative to the window's start, `volume_ratio` its `det F(tau)`.
    #[inline(always)]
    fn collide(&mut self, window: &Window, contact: &Contact, inverse: &Matrix3<f64>, volume_ratio: f64) -> bool {
        let pair = [contact.first as usize, contact.second as usize];
        let now = contact.time;
        let (translation, drift) = window.translation(contact.image);
        let velocities = [self.spheres.velocity(pair[0]), self.spheres.velocity(pair[1])];
        let first = self.spheres.position(pair[0]) + velocities[0] * now;
        let second = self.spheres.position(pair[1]) + velocities[1] * now;
        let separation = first - second - translation - drift * now;
        let distance = separation.norm();
        let along = separation / distance;
        let speed = (velocities[0] - velocities[1] - drift).dot(&along);
        if speed.is_nan() || speed >= 0.0 {
            return false;
        }
        let mass = self.model.mass;
        let gradient = window.gradient * inverse;
        let change = along * speed;
        let peculiar = [velocities[0] - gradient * first, velocities[1] - gradient * second];
        let momenta =
            [self.spheres.peculiar(pair[0], &window.gradient), self.spheres.peculiar(pair[1], &window.gradient)];
        for (slot, change) in pair.into_iter().zip([-change, change]) {
            let velocity = self.spheres.velocity(slot) + change;
            self.spheres.set_velocity(slot, &velocity);
            // The new line passes the same point now.
            let start = self.spheres.position(slot) - change * now;
            self.spheres.set_position(slot, &start);
            self.stamps[slot] = self.stamps[slot].wrapping_add(1);
        }
        let ledger = &mut self.ledger;
        let impulse = -mass * speed;
        let virial = along * along.transpose() * (impulse * distance);
        ledger.work -= virial.dot(&gradient);
        ledger.gained += impulse * (along.dot(&(peculiar[0] - peculiar[1])) - speed);
        ledger.impulses += virial / (window.volume * volume_ratio);
        ledger.collisions += 1;
        for (slot, before) in pair.into_iter().zip(momenta) {
            let after = self.spheres.peculiar(slot, &window.gradient);
            ledger.moment += (after * after.transpose() - before * before.transpose()) * mass;
            let faster = window.distance(window.length - now, after.norm() - before.norm());
            self.ways[slot] += faster;
        }
        if let Some(record) = &mut self.record {
            let [first, second] = pair.map(|slot| self.spheres.ids[slot] as usize);
            record.push(Collision { time: window.start + now, spheres: [first.min(second), first.max(second)] });
        }
        true
    }

    /// Positions by sphere, continuous from the start: `x + F(t) E n`.
    pub(super) fn unwrapped_positions(&self) -> Vec<Vector3<f64>> {
        self.by_sphere(|slot, id| {
            self.spheres.position(slot) + self.group.reference_translation(self.time, &self.wraps[id])
        })
    }

    /// Lab velocities of the unwrapped spheres: `v + A E n`.
    pub(super) fn unwrapped_velocities(&self) -> Vec<Vector3<f64>> {
        self.by_sphere(|slot, id| self.spheres.velocity(slot) + self.group.reference_velocity(&self.wraps[id]))
    }

    fn by_sphere(&self, value: impl Fn(usize, usize) -> Vector3<f64>) -> Vec<Vector3<f64>> {
        let mut result = vec![Vector3::zeros(); self.len()];
        for (slot, &id) in self.spheres.ids.iter().enumerate() {
            result[id as usize] = value(slot, id as usize);
        }
        result
    }
}
