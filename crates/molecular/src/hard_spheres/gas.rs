//! The spheres from collision to collision.

use super::{Collision, HardSphereModel};
use crate::flight::{Contact, Flight, Opened, Search, Shut, Window};
use fearless_simd::{Simd, dispatch};
use omd_flow::{Matrix3, Vector3};

/// Collisions over spheres after which a window ends early, so that a run can be interrupted.
const MOST_COLLISIONS: u64 = 16;
/// Collisions of a sphere in the time in which it would fly a diameter, of spheres that jam: their gaps are about a
/// ten thousandth of the diameter.
const JAMMED: f64 = 1e4;

/// The spheres.
#[derive(Clone, Debug)]
pub(super) struct Gas {
    pub(super) flight: Flight,
    pub(super) diameter: f64,
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
        let (flow, diameter) = (&model.flow, model.diameter);
        let flight = Flight::new(flow, model.mass, diameter, cell, positions, velocities, wraps);
        Self { flight, diameter, record: None }
    }

    /// One window, at most to `until`.
    pub(super) fn window(&mut self, until: f64) -> Ended {
        let Opened { mut window, mut end, farthest } = match self.flight.open::<false>(until) {
            Ok(opened) => opened,
            Err(Shut::Closed) => return Ended::Closed,
            Err(Shut::TooShort) => return Ended::Jammed,
            Err(Shut::Lost) => return Ended::Lost,
        };
        let level = self.flight.level;
        let mut jammed = false;
        if let Some(time) = dispatch!(level, simd => self.collide_all(simd, &window, farthest)) {
            window.length = time;
            window.closes = None;
            end = window.start + time;
            jammed = (2 * MOST_COLLISIONS) as f64 * self.diameter > JAMMED * self.flight.speed * time;
        }
        self.flight.close(&window, end);
        match window.closes {
            Some(_) => Ended::Closed,
            None if jammed => Ended::Jammed,
            None => Ended::Open,
        }
    }

    /// Every collision of the window in order of time; the time, where there were so many that it ends early.
    #[inline(always)]
    fn collide_all<S: Simd>(&mut self, simd: S, window: &Window, mut farthest: f64) -> Option<f64> {
        let most = self.flight.ledger.collisions + MOST_COLLISIONS * self.flight.len() as u64;
        while let Some(contact) = self.flight.queue.pop() {
            let pair = [contact.first as usize, contact.second as usize];
            if [self.flight.stamps[pair[0]], self.flight.stamps[pair[1]]] != contact.stamps {
                continue;
            }
            let now = contact.time;
            let (inverse, volume_ratio) = window.inverse_deformation(now);
            if !self.collide(window, &contact, &inverse, volume_ratio) {
                continue;
            }
            farthest = farthest.max(self.flight.ways[pair[0]]).max(self.flight.ways[pair[1]]);
            for slot in pair {
                let place = inverse * (self.flight.spheres.position(slot) + self.flight.spheres.velocity(slot) * now);
                let momentum = self.flight.spheres.peculiar(slot, &window.gradient).norm();
                let way = window.distance(window.length - now, momentum);
                let (cells, spheres, stamps) = (&self.flight.cells, &self.flight.spheres, &self.flight.stamps[..]);
                let search = Search::<false> { window, cells, spheres, stamps, deviations: &[], now, farthest };
                let queue = &mut self.flight.queue;
                search.around(simd, slot, &place, way, |contact| queue.push(contact));
            }
            if self.flight.ledger.collisions >= most {
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
        let velocities = [self.flight.spheres.velocity(pair[0]), self.flight.spheres.velocity(pair[1])];
        let first = self.flight.spheres.position(pair[0]) + velocities[0] * now;
        let second = self.flight.spheres.position(pair[1]) + velocities[1] * now;
        let separation = first - second - translation - drift * now;
        let distance = separation.norm();
        let along = separation / distance;
        let speed = (velocities[0] - velocities[1] - drift).dot(&along);
        if speed.is_nan() || speed >= 0.0 {
            return false;
        }
        let mass = self.flight.mass;
        let gradient = window.gradient * inverse;
        let change = along * speed;
        let peculiar = [velocities[0] - gradient * first, velocities[1] - gradient * second];
        let momenta = [
            self.flight.spheres.peculiar(pair[0], &window.gradient),
            self.flight.spheres.peculiar(pair[1], &window.gradient),
        ];
        for (slot, change) in pair.into_iter().zip([-change, change]) {
            let velocity = self.flight.spheres.velocity(slot) + change;
            self.flight.spheres.set_velocity(slot, &velocity);
            // The new line passes the same point now.
            let start = self.flight.spheres.position(slot) - change * now;
            self.flight.spheres.set_position(slot, &start);
            self.flight.stamps[slot] = self.flight.stamps[slot].wrapping_add(1);
        }
        let ledger = &mut self.flight.ledger;
        let impulse = -mass * speed;
        let virial = along * along.transpose() * (impulse * distance);
        ledger.work -= virial.dot(&gradient);
        ledger.gained += impulse * (along.dot(&(peculiar[0] - peculiar[1])) - speed);
        ledger.impulses += virial / (window.volume * volume_ratio);
        ledger.collisions += 1;
        for (slot, before) in pair.into_iter().zip(momenta) {
            let after = self.flight.spheres.peculiar(slot, &window.gradient);
            ledger.moment += (after * after.transpose() - before * before.transpose()) * mass;
            let faster = window.distance(window.length - now, after.norm() - before.norm());
            self.flight.ways[slot] += faster;
        }
        if let Some(record) = &mut self.record {
            let [first, second] = pair.map(|slot| self.flight.spheres.ids[slot] as usize);
            record.push(Collision { time: window.start + now, spheres: [first.min(second), first.max(second)] });
        }
        true
    }
}
