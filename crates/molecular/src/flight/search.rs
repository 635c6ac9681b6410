//! Who may touch whom: cells at the window's start, and the exact contact of two straight lines.

use super::block::Block;
use super::queue::Contact;
use super::spheres::Spheres;
use super::window::{Window, delay_to_contact};
use fearless_simd::{Simd, f64x4, prelude::*};
use omd_flow::Vector3;
use std::ops::Range;

const LANES: usize = 4;

/// The spheres of every cell: slots are sorted by cell, x fastest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells {
    counts: [i64; 3],
    /// First slot of each cell, and the end of the last.
    starts: Vec<u32>,
}

/// A row of slots whose spheres are to be taken as images.
#[derive(Clone, Copy, Debug)]
struct Segment {
    begin: usize,
    end: usize,
    image: [i16; 3],
}

/// Cell and image of an index that may lie outside.
#[inline(always)]
fn wrap(index: i64, count: i64) -> (i64, i16) {
    if (0..count).contains(&index) { (index, 0) } else { (index.rem_euclid(count), index.div_euclid(count) as i16) }
}

impl Cells {
    /// Sorts the spheres into the cells of `window`; `spare` and `places` are room.
    pub(crate) fn sort(&mut self, window: &Window, spheres: &mut Spheres, spare: &mut Spheres, places: &mut Vec<u32>) {
        self.counts = window.cells.map(|count| count as i64);
        let [nx, ny, nz] = window.cells;
        self.starts.clear();
        self.starts.resize(nx * ny * nz + 1, 0);
        places.clear();
        places.reserve(spheres.len());
        // Rows times positions give fractions of the edges, times counts cells.
        let rows = [0, 1, 2].map(|k| window.inverse.row(k) * window.cells[k] as f64);
        for slot in 0..spheres.len() {
            let x = spheres.position(slot);
            let cell = [0, 1, 2].map(|k| {
                let place = (rows[k][0] * x.x + rows[k][1] * x.y + rows[k][2] * x.z) as usize;
                place.min(window.cells[k] - 1)
            });
            let cell = (cell[2] * ny + cell[1]) * nx + cell[0];
            places.push(cell as u32);
            self.starts[cell + 1] += 1;
        }
        for cell in 1..self.starts.len() {
            self.starts[cell] += self.starts[cell - 1];
        }
        // The start of each cell runs ahead while it is filled, and is then that of the next one.
        for place in places.iter_mut() {
            let next = &mut self.starts[*place as usize];
            *place = *next;
            *next += 1;
        }
        let total = self.starts.len() - 1;
        self.starts.copy_within(0..total, 1);
        self.starts[0] = 0;
        spheres.reorder(places, spare);
    }

    /// Rows of cells: the units of the search.
    pub(crate) fn rows(&self) -> usize {
        (self.counts[1] * self.counts[2]) as usize
    }

    /// The segments of the cells `x` of the row `(y, z)`; indices outside mean images.
    #[inline(always)]
    fn row(&self, x: [i64; 2], y: i64, z: i64, mut visit: impl FnMut(Segment)) {
        let [nx, ny, nz] = self.counts;
        let ((y, image_y), (z, image_z)) = (wrap(y, ny), wrap(z, nz));
        let first = (z * ny + y) * nx;
        let mut left = x[0];
        while left <= x[1] {
            let (inside, image_x) = wrap(left, nx);
            let right = x[1].min(left + nx - 1 - inside);
            let begin = self.starts[(first + inside) as usize] as usize;
            let end = self.starts[(first + inside + right - left + 1) as usize] as usize;
            if begin < end {
                visit(Segment { begin, end, image: [image_x, image_y, image_z] });
            }
            left = right + 1;
        }
    }
}

/// A straight line from the window's start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) x: [f64; 3],
    pub(crate) v: [f64; 3],
}

/// The search for contacts in the rest of a window.
///
/// Hard spheres meet where they approach; `SOFT` atoms that are nearer than the distance at which they meet at the
/// window's start meet there whether they approach or not.
#[derive(Clone, Copy)]
pub(crate) struct Search<'a, const SOFT: bool> {
    pub(crate) window: &'a Window,
    pub(crate) cells: &'a Cells,
    pub(crate) spheres: &'a Spheres,
    pub(crate) stamps: &'a [u32],
    /// How far at most the `SOFT` atom of each slot is from its line at present; empty where all are on theirs.
    pub(crate) deviations: &'a [f64],
    /// The present, since the window's start.
    pub(crate) now: f64,
    /// Bound of how far, pulled back to the start, any sphere gets in the window.
    pub(crate) farthest: f64,
}

impl<const SOFT: bool> Search<'_, SOFT> {
    /// Contacts of every pair of slow spheres whose first sphere is in the given rows, and of every fast sphere there
    /// with any other; `ways` bounds how far each sphere gets.
    #[inline(always)]
    pub(crate) fn rows<S: Simd>(&self, simd: S, rows: Range<usize>, ways: &[f64], found: &mut Vec<Contact>) {
        let [nx, ny, _] = self.cells.counts;
        let [sx, sy, sz] = self.window.span;
        let (mut segments, mut block): (Vec<Segment>, Block) = Default::default();
        for row in rows {
            let (y, z) = (row as i64 % ny, row as i64 / ny);
            for x in 0..nx {
                let cell = row * nx as usize + x as usize;
                let own = self.cells.starts[cell] as usize..self.cells.starts[cell + 1] as usize;
                if own.is_empty() {
                    continue;
                }
                segments.clear();
                // Half of the cells around: each pair of spheres and images once. The first segment begins with this cell.
                self.cells.row([x, x + sx], y, z, |segment| segments.push(segment));
                for dy in 1..=sy {
                    self.cells.row([x - sx, x + sx], y + dy, z, |segment| segments.push(segment));
                }
                for dz in 1..=sz {
                    for dy in -sy..=sy {
                        self.cells.row([x - sx, x + sx], y + dy, z + dz, |segment| segments.push(segment));
                    }
                }
                block.begin(self.window, self.spheres, own.start);
                for segment in &segments {
                    let motion = self.window.translation(segment.image);
                    block.push(self.spheres, segment.begin, segment.end, segment.image, &motion);
                }
                block.finish();
                for slot in own.clone() {
                    block.near::<S, SOFT>(simd, slot - own.start, |other, image| {
                        found.extend(self.contact(slot, other, image));
                    });
                    if ways[slot] > self.window.slow {
                        let place = self.spheres.position(slot);
                        self.around(simd, slot, &place, ways[slot], |contact| found.push(contact));
                    }
                }
            }
        }
    }

    /// Contacts of the sphere in `slot` with any other; it is at `place`, pulled back to the window's start, and gets
    /// `way` from there.
    #[inline(always)]
    pub(crate) fn around<S: Simd>(
        &self,
        simd: S,
        slot: usize,
        place: &Vector3<f64>,
        way: f64,
        mut found: impl FnMut(Contact),
    ) {
        let bounds = self.bounds(place, way);
        for z in bounds[2][0]..=bounds[2][1] {
            for y in bounds[1][0]..=bounds[1][1] {
                self.cells.row(bounds[0], y, z, |segment| self.segment(simd, slot, &segment, &mut found));
            }
        }
    }

    /// The cells that may hold a sphere that one at `place`, pulled back, meets on a way of `way`.
    #[inline(always)]
    fn bounds(&self, place: &Vector3<f64>, way: f64) -> [[i64; 2]; 3] {
        let reach = self.window.contact() + way + self.farthest;
        let fraction = self.window.inverse * place;
        [0, 1, 2].map(|k| {
            let (width, count) = (reach * self.window.slopes[k], self.window.cells[k] as f64);
            [(fraction[k] - width) * count, (fraction[k] + width) * count].map(|bound| bound.floor() as i64)
        })
    }

    /// Slots and images of the spheres that may come as near as `distance` to `line` until `until`.
    ///
    /// `place` and `way` are those of [`Self::around`].
    #[inline(always)]
    pub(crate) fn near<S: Simd>(
        &self,
        simd: S,
        line: &Line,
        distance: f64,
        until: f64,
        place: &Vector3<f64>,
        way: f64,
        mut found: impl FnMut(usize, [i16; 3]),
    ) {
        let bounds = self.bounds(place, way);
        for z in bounds[2][0]..=bounds[2][1] {
            for y in bounds[1][0]..=bounds[1][1] {
                self.cells.row(bounds[0], y, z, |segment| {
                    let line = self.moved(line, segment.image);
                    self.near_line(simd, &line, &segment, distance, until, |slot| found(slot, segment.image));
                });
            }
        }
    }

    /// An image is moved to the sphere, so the sphere the other way.
    #[inline(always)]
    fn moved(&self, line: &Line, image: [i16; 3]) -> Line {
        let mut line = *line;
        if image != [0; 3] {
            let (translation, velocity) = self.window.translation(image);
            for k in 0..3 {
                line.x[k] -= translation[k];
                line.v[k] -= velocity[k];
            }
        }
        line
    }

    /// Contacts of the sphere in `slot` with those of a segment.
    #[inline(always)]
    fn segment<S: Simd>(&self, simd: S, slot: usize, segment: &Segment, mut found: impl FnMut(Contact)) {
        let line = self.moved(&self.line(slot), segment.image);
        self.near_line(simd, &line, segment, self.window.diameter, self.window.length, |other| {
            if let Some(contact) = self.contact(slot, other, segment.image) {
                found(contact);
            }
        });
    }

    #[inline(always)]
    fn line(&self, slot: usize) -> Line {
        Line { x: [0, 1, 2].map(|k| self.spheres.x[k][slot]), v: [0, 1, 2].map(|k| self.spheres.v[k][slot]) }
    }

    /// The contact of the sphere in `slot` with the image of another, if there is one in the window.
    #[inline(always)]
    fn contact(&self, slot: usize, other: usize, image: [i16; 3]) -> Option<Contact> {
        // An image of the sphere itself has the motion of the lattice, which is looked after elsewhere.
        if other == slot {
            return None;
        }
        let line = self.moved(&self.line(slot), image);
        let velocity = Vector3::from_fn(|k, _| line.v[k] - self.spheres.v[k][other]);
        let start = Vector3::from_fn(|k, _| line.x[k] - self.spheres.x[k][other]);
        let squared = self.window.diameter * self.window.diameter;
        let separation = start + velocity * self.now;
        let delay = if SOFT && separation.norm_squared() < squared {
            Some(0.0)
        } else {
            delay_to_contact(&separation, &velocity, squared)
        };
        let time = self.now + delay?;
        let stamps = [self.stamps[slot], self.stamps[other]];
        let contact = Contact { time, first: slot as u32, second: other as u32, stamps, image };
        (time <= self.window.length).then_some(contact)
    }

    /// The slots of a segment whose lines come as near to `line` as `distance` (`d`) and what they deviate by, and until `until` or nearly so;
    /// `SOFT` atoms also where they are as near now.
    ///
    /// With `r`, `u` the separation and relative velocity now, `b = r.u`, `c = r^2 - d^2` and `D = b^2 - u^2 c`: contact is
    /// at `c/(sqrt(D) - b)` where `b < 0 < D`; that is no sooner than `c/(-2b)`.
    #[inline(always)]
    fn near_line<S: Simd>(
        &self,
        simd: S,
        line: &Line,
        segment: &Segment,
        distance: f64,
        until: f64,
        mut found: impl FnMut(usize),
    ) {
        let splat = |value| f64x4::splat(simd, value);
        let x = [splat(line.x[0]), splat(line.x[1]), splat(line.x[2])];
        let v = [splat(line.v[0]), splat(line.v[1]), splat(line.v[2])];
        let now = splat(self.now);
        let (minus_squared, twice_left) = (splat(-distance * distance), splat(2.0 * (until - self.now)));
        let zero = splat(0.0);
        let [x0, x1, x2] = &self.spheres.x;
        let [v0, v1, v2] = &self.spheres.v;
        let mut begin = segment.begin;
        while begin < segment.end {
            let four = begin..begin + LANES;
            let load = |array: &[f64]| f64x4::from_slice(simd, &array[four.clone()]);
            let (u0, u1, u2) = (load(v0) - v[0], load(v1) - v[1], load(v2) - v[2]);
            let r0 = u0.mul_add(now, load(x0) - x[0]);
            let r1 = u1.mul_add(now, load(x1) - x[1]);
            let r2 = u2.mul_add(now, load(x2) - x[2]);
            let approach = r2.mul_add(u2, r1.mul_add(u1, r0 * u0));
            let minus_squared = if SOFT && !self.deviations.is_empty() {
                let reach = load(self.deviations) + distance;
                -(reach * reach)
            } else {
                minus_squared
            };
            let excess = r2.mul_add(r2, r1.mul_add(r1, r0.mul_add(r0, minus_squared)));
            let speed = u2.mul_add(u2, u1.mul_add(u1, u0 * u0));
            let hit = approach.simd_lt(zero)
                & approach.mul_add(twice_left, excess).simd_le(zero)
                & (approach * approach).simd_gt(speed * excess);
            let mut lanes = hit.to_bitmask();
            if SOFT {
                lanes |= excess.simd_lt(zero).to_bitmask();
            }
            while lanes != 0 {
                let slot = begin + lanes.trailing_zeros() as usize;
                if slot < segment.end {
                    found(slot);
                }
                lanes &= lanes - 1;
            }
            begin += LANES;
        }
    }
}
