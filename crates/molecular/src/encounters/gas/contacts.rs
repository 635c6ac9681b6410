//! Who meets whom next: lines and curves that come within the cutoff of each other.

use super::{FREE, Gas};
use crate::encounters::curve::{Curve, first_contact, restrict, straight};
use crate::encounters::motion::Edge;
use crate::flight::{Contact, Line, Search, Window, delay_to_contact};
use fearless_simd::dispatch;
use omd_flow::Vector3;

impl Gas {
    /// All that the atom of `slot`, at `x` now, meets on its line or its curve.
    pub(super) fn look_around(&mut self, window: &Window, now: f64, slot: u32, x: &Vector3<f64>, farthest: f64) {
        let (inverse, _) = window.inverse_deformation(now);
        let place = inverse * x;
        let own = slot as usize;
        let (owner, _) = self.owners[own];
        let (x, v) = (self.flight.spheres.position(own), self.flight.spheres.velocity(own));
        let line = Line { x: x.into(), v: v.into() };
        let until = if owner == FREE { window.length } else { self.clusters[owner as usize].end() };
        let distance = window.diameter + self.deviations[own];
        let way = window.distance(until - now, self.gone[own][2]);
        let (cells, spheres, stamps) = (&self.flight.cells, &self.flight.spheres, &self.flight.stamps[..]);
        let search = Search::<true> { window, cells, spheres, stamps, deviations: &self.deviations, now, farthest };
        let (level, found) = (self.flight.level, &mut self.found);
        found.clear();
        dispatch!(level, simd => search.near(simd, &line, distance, until, &place, way, |other, image| {
            if other != own {
                found.push((other as u32, image));
            }
        }));
        let found = std::mem::take(&mut self.found);
        for &(other, image) in &found {
            if let Some(time) = self.contact(window, now, [slot, other], image) {
                let stamps = [slot, other].map(|slot| self.flight.stamps[slot as usize]);
                self.flight.queue.push(Contact { time, first: slot, second: other, stamps, image });
            }
        }
        self.found = found;
    }

    /// When two atoms, the second translated by `image`, reach the cutoff from outside, as long as both keep to what
    /// they are doing.
    fn contact(&mut self, window: &Window, now: f64, pair: [u32; 2], image: [i16; 3]) -> Option<f64> {
        let owners = pair.map(|slot| self.owners[slot as usize].0);
        let edge = Edge::new(window, 0, 1, image);
        let squared = window.diameter * window.diameter;
        if owners == [FREE; 2] {
            let [x, y] = pair.map(|slot| self.flight.spheres.position(slot as usize));
            let [v, w] = pair.map(|slot| self.flight.spheres.velocity(slot as usize));
            let velocity = v - w - edge.drift;
            let separation = x - y - edge.origin + velocity * now;
            let delay = delay_to_contact(&separation, &velocity, squared)?;
            return Some(now + delay).filter(|&time| time <= window.length);
        }
        if owners[0] == owners[1] && self.is_held(owners[0], pair, image) {
            return None;
        }
        let ends = |owner: u32| if owner == FREE { window.length } else { self.clusters[owner as usize].end() };
        let limit = ends(owners[0]).min(ends(owners[1]));
        let mut time = now;
        loop {
            let pieces = pair.map(|slot| self.piece(window, slot, time));
            let end = limit.min(pieces[0].0[1]).min(pieces[1].0[1]);
            let curves = pieces.map(|([begin, stop], curve)| {
                let scale = (stop - begin).recip();
                if scale.is_finite() { restrict(&curve, (time - begin) * scale, (end - begin) * scale) } else { curve }
            });
            let translation = straight(&(edge.origin + edge.drift * time), &(edge.origin + edge.drift * end));
            let separation: Curve = std::array::from_fn(|k| curves[0][k] - curves[1][k] - translation[k]);
            if let Some(place) = first_contact(&separation, window.diameter) {
                return Some(self.refine(window, &edge, pair, now, limit, time + place * (end - time)));
            }
            if end >= limit || end <= time {
                return None;
            }
            time = end;
        }
    }

    /// Whether the pair is within the cutoff already.
    fn is_held(&self, owner: u32, pair: [u32; 2], image: [i16; 3]) -> bool {
        let cluster = &self.clusters[owner as usize];
        cluster.edges.iter().any(|edge| {
            let slots = [edge.first, edge.second].map(|atom| cluster.slots[atom]);
            (slots == pair && edge.image == image)
                || (slots == [pair[1], pair[0]] && edge.image == image.map(std::ops::Neg::neg))
        })
    }

    /// From when to when an atom keeps to which curve at `time`.
    fn piece(&self, window: &Window, slot: u32, time: f64) -> ([f64; 2], Curve) {
        let (owner, atom) = self.owners[slot as usize];
        if owner != FREE {
            return self.clusters[owner as usize].piece(atom as usize, time);
        }
        let x = self.flight.spheres.position(slot as usize);
        let end = x + self.flight.spheres.velocity(slot as usize) * window.length;
        ([0.0, window.length], straight(&x, &end))
    }

    /// Newton's iteration for the time of a contact that interpolated curves have given.
    fn refine(&mut self, window: &Window, edge: &Edge, pair: [u32; 2], now: f64, limit: f64, guess: f64) -> f64 {
        let mut time = guess;
        for _ in 0..4 {
            let [first, second] = pair.map(|slot| self.state(window, slot, time));
            let velocity = first[1] - second[1] - edge.drift;
            let separation = first[0] - second[0] - edge.origin - edge.drift * time;
            let slope = 2.0 * separation.dot(&velocity);
            let change = (separation.norm_squared() - window.diameter * window.diameter) / slope;
            // A pair that only touches has no better time.
            if slope >= 0.0 || change.abs() > 1e-3 * (limit - now) {
                break;
            }
            time = (time - change).clamp(now, limit);
            if change.abs() < 1e-14 * limit {
                break;
            }
        }
        time
    }

    /// Position and velocity of an atom at `time`.
    fn state(&mut self, window: &Window, slot: u32, time: f64) -> [Vector3<f64>; 2] {
        let (owner, atom) = self.owners[slot as usize];
        if owner == FREE {
            let v = self.flight.spheres.velocity(slot as usize);
            return [self.flight.spheres.position(slot as usize) + v * time, v];
        }
        let motion = Self::motion(&self.field, &self.flight, window, self.tolerance);
        self.clusters[owner as usize].state_at(&motion, time, &mut self.step);
        let (x, v) = self.step.end.split_at(self.step.end.len() / 2);
        [x, v].map(|array| Vector3::from_column_slice(&array[3 * atom as usize..3 * atom as usize + 3]))
    }
}
