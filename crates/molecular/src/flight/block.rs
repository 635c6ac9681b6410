//! The atoms around one cell, gathered in single precision: who of them can meet whom in the window.
//!
//! In a dilute gas almost all of the time goes into finding that nobody meets. A sieve with wide meshes does that: it
//! may let pass who does not meet, and those are looked at again in double precision.

use super::spheres::Spheres;
use super::window::Window;
use fearless_simd::{Simd, f32x8, prelude::*};
use omd_flow::Vector3;

const LANES: usize = 8;

/// Lines relative to one of them, in units of a length of a few cells and of the window's duration: all numbers are of
/// the order of one, or below four.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    lines: [Vec<f32>; 6],
    members: Vec<(u32, [i16; 3])>,
    origin: [f64; 6],
    per_length: f64,
    duration: f64,
    /// The squared distance of contact.
    squared: f32,
}

/// Bounds of what single precision does to separations and relative velocities below eight: relative to their squares,
/// and absolutely.
const ROUNDING: [f32; 2] = [1e-5, 1e-6];
/// What it does to `(r.u)^2`.
const PRODUCT: [f32; 2] = [1.0 + 1e-4, 2e-8];

impl Block {
    pub(super) fn begin(&mut self, window: &Window, spheres: &Spheres, slot: usize) {
        self.lines.iter_mut().for_each(Vec::clear);
        self.members.clear();
        for k in 0..3 {
            (self.origin[k], self.origin[3 + k]) = (spheres.x[k][slot], spheres.v[k][slot]);
        }
        let extent: f64 =
            (0..3).map(|k| window.edges.column(k).norm() * (window.span[k] + 1) as f64 / window.cells[k] as f64).sum();
        self.per_length = 4.0 / extent;
        self.duration = window.length;
        self.squared = (window.diameter * self.per_length).powi(2) as f32;
    }

    /// The slots `begin..end` as the images `image`, translated so at the start and moving so.
    #[inline(always)]
    pub(super) fn push(
        &mut self,
        spheres: &Spheres,
        begin: usize,
        end: usize,
        image: [i16; 3],
        (translation, drift): &(Vector3<f64>, Vector3<f64>),
    ) {
        let per_velocity = self.per_length * self.duration;
        for k in 0..3 {
            let shift = translation[k] - self.origin[k];
            let places = spheres.x[k][begin..end].iter();
            self.lines[k].extend(places.map(|x| ((x + shift) * self.per_length) as f32));
            let shift = drift[k] - self.origin[3 + k];
            let velocities = spheres.v[k][begin..end].iter();
            self.lines[3 + k].extend(velocities.map(|v| ((v + shift) * per_velocity) as f32));
        }
        self.members.extend((begin..end).map(|slot| (slot as u32, image)));
    }

    /// Ends the block: what lies beyond the last line stands still infinitely far.
    pub(super) fn finish(&mut self) {
        let padded = self.members.len().next_multiple_of(LANES);
        for (k, line) in self.lines.iter_mut().enumerate() {
            line.resize(padded, if k < 3 { 1e9 } else { 0.0 });
        }
    }

    /// Those after member `own` that may come as near to it as a contact within the window.
    ///
    /// With `r`, `u` the separation and relative velocity, `b = r.u` and `c = r^2 - d^2`, contact is at
    /// `c/(sqrt(b^2 - u^2 c) - b)` where `b < 0 < b^2 - u^2 c`, no sooner than `c/(-2b)`; every condition is loosened by what
    /// rounding can do. Those that are nearer already pass as well where they approach, and always if `SOFT`.
    #[inline(always)]
    pub(super) fn near<S: Simd, const SOFT: bool>(&self, simd: S, own: usize, mut found: impl FnMut(usize, [i16; 3])) {
        let splat = |value: f32| f32x8::splat(simd, value);
        let [x0, x1, x2, v0, v1, v2] = &self.lines;
        // One by one: a map over an array is not inlined into vector code.
        let own_line = [splat(x0[own]), splat(x1[own]), splat(x2[own]), splat(v0[own]), splat(v1[own]), splat(v2[own])];
        let (squared, relative, absolute) = (splat(self.squared), splat(ROUNDING[0]), splat(ROUNDING[1]));
        let (wider, least, zero) = (splat(PRODUCT[0]), splat(PRODUCT[1]), splat(0.0));
        let mut begin = (own + 1) / LANES * LANES;
        while begin < x0.len() {
            let load = |array: &[f32]| f32x8::from_slice(simd, &array[begin..begin + LANES]);
            let (r0, r1, r2) = (own_line[0] - load(x0), own_line[1] - load(x1), own_line[2] - load(x2));
            let (u0, u1, u2) = (own_line[3] - load(v0), own_line[4] - load(v1), own_line[5] - load(v2));
            let approach = r2.mul_add(u2, r1.mul_add(u1, r0 * u0));
            let distance = r2.mul_add(r2, r1.mul_add(r1, r0 * r0));
            let speed = u2.mul_add(u2, u1.mul_add(u1, u0 * u0));
            let both = distance + speed;
            let slack = both.mul_add(relative, absolute);
            let excess = distance - squared - slack;
            let hit = approach.simd_le(slack)
                & (approach + approach + excess).simd_le(slack)
                & (approach * approach).mul_add(wider, both * least).simd_gt(speed * excess);
            let hit = if SOFT { hit | excess.simd_lt(zero) } else { hit };
            let mut lanes = hit.to_bitmask();
            while lanes != 0 {
                let index = begin + lanes.trailing_zeros() as usize;
                if index > own && index < self.members.len() {
                    let (slot, image) = self.members[index];
                    found(slot as usize, image);
                }
                lanes &= lanes - 1;
            }
            begin += LANES;
        }
    }
}
