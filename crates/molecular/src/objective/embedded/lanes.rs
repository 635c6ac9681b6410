//! The tables of embedded atoms for four neighbours at a time.

use crate::force::transpose;
use fearless_simd::{Simd, f64x4, prelude::*};
use omd_flow::Vector3;
use omd_interaction::{EmbeddedAtom, EmbeddedInterval};

/// Neighbours that are evaluated together.
pub(in crate::objective) const LANES: usize = 4;

/// Adding it leaves a whole number in the low bits.
const WHOLE: f64 = (1u64 << 52) as f64;

/// Where an atom or an image is, and `F'(rho)` there, or of which kind it is: one load for each neighbour.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(32))]
pub(in crate::objective) struct Place(pub(super) [f64; LANES]);

impl Place {
    /// Beyond every cutoff, and its square a number.
    const FAR: Self = Self([1e30, 1e30, 1e30, 0.0]);

    /// One for each position and one beyond every cutoff.
    pub(in crate::objective) fn fill(places: &mut Vec<Self>, positions: &[Vector3<f64>]) {
        places.clear();
        places.extend(positions.iter().map(|x| Self([x.x, x.y, x.z, 0.0])));
        places.push(Self::FAR);
    }

    /// Says of which kind what is there is; where nothing is said, and far away, it is of the first.
    pub(in crate::objective) fn label(&mut self, kind: u8) {
        self.0[3] = f64::from_bits(kind.into());
    }

    /// Of which kind it is, where the last number says that.
    #[inline(always)]
    pub(in crate::objective) fn kind(&self) -> u8 {
        self.0[3].to_bits() as u8
    }
}

/// `x`, `y`, `z` and `F'(rho)` of four places.
#[inline(always)]
pub(super) fn gather<S: Simd>(simd: S, places: &[Place], four: [u32; LANES]) -> [f64x4<S>; 4] {
    let row = |k: usize| f64x4::from_slice(simd, &places[four[k] as usize].0);
    transpose(simd, [row(0), row(1), row(2), row(3)])
}

/// What four neighbours bring, as [`EmbeddedAtom::pair`] has it for one.
pub(super) struct Pairs<S: Simd> {
    /// `d rho/dr`.
    pub(super) density_slope: f64x4<S>,
    /// `phi`.
    pub(super) energy: f64x4<S>,
    /// `d phi/dr`.
    pub(super) slope: f64x4<S>,
}

/// Where the tables of four pairs of elements begin.
pub(super) type Begins = [u32; LANES];

/// The tables of the distance.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    intervals: &'a [EmbeddedInterval],
    per_step: f64,
    kinds: u32,
    /// Intervals of one pair of elements.
    count: u32,
}

impl<'a> Tables<'a> {
    pub(super) fn new(atom: &'a EmbeddedAtom) -> Self {
        let (intervals, per_step) = atom.intervals();
        let kinds = atom.kinds();
        Self { intervals, per_step, kinds: kinds as u32, count: (intervals.len() / (kinds * kinds)) as u32 }
    }

    /// The tables of an atom of one kind beside those of four, and of each of them beside the atom.
    #[inline(always)]
    pub(super) fn begins(&self, kind: u8, four: [u8; LANES]) -> [Begins; 2] {
        let (kind, four) = (u32::from(kind), four.map(u32::from));
        [
            four.map(|other| (kind * self.kinds + other) * self.count),
            four.map(|other| (other * self.kinds + kind) * self.count),
        ]
    }

    /// The intervals of four distances, and how far into them; past the end, the end.
    #[inline(always)]
    fn find<S: Simd>(&self, simd: S, distances: f64x4<S>, begins: Begins) -> ([&'a EmbeddedInterval; LANES], f64x4<S>) {
        let place = distances * self.per_step;
        let whole = place.floor().min(f64x4::splat(simd, f64::from(self.count - 1)));
        let mut index = [0.0; LANES];
        (whole + WHOLE).store_slice(&mut index);
        let interval = |k: usize| &self.intervals[(index[k].to_bits() as u32 + begins[k]) as usize];
        ([interval(0), interval(1), interval(2), interval(3)], (place - whole).min(f64x4::splat(simd, 1.0)))
    }

    /// `rho`.
    #[inline(always)]
    pub(super) fn density<S: Simd>(&self, simd: S, distances: f64x4<S>, begins: Begins) -> f64x4<S> {
        let ([a, b, c, d], p) = self.find(simd, distances, begins);
        let row = |row: &EmbeddedInterval| f64x4::from_slice(simd, &row.density);
        value(transpose(simd, [row(a), row(b), row(c), row(d)]), p)
    }

    /// `d rho/dr`.
    #[inline(always)]
    pub(super) fn density_slope<S: Simd>(&self, simd: S, distances: f64x4<S>, begins: Begins) -> f64x4<S> {
        let ([a, b, c, d], p) = self.find(simd, distances, begins);
        let row = |row: &EmbeddedInterval| f64x4::from_slice(simd, &row.density);
        slope(transpose(simd, [row(a), row(b), row(c), row(d)]), p) * self.per_step
    }

    /// Slopes and the pair energy; `inverse` is one over the distance.
    #[inline(always)]
    pub(super) fn pairs<S: Simd>(&self, simd: S, distances: f64x4<S>, inverse: f64x4<S>, begins: Begins) -> Pairs<S> {
        let ([a, b, c, d], p) = self.find(simd, distances, begins);
        let row = |row: &EmbeddedInterval| f64x4::from_slice(simd, &row.density);
        let density = transpose(simd, [row(a), row(b), row(c), row(d)]);
        let row = |row: &EmbeddedInterval| f64x4::from_slice(simd, &row.pair);
        let pair = transpose(simd, [row(a), row(b), row(c), row(d)]);
        let energy = value(pair, p) * inverse;
        Pairs {
            density_slope: slope(density, p) * self.per_step,
            energy,
            slope: (slope(pair, p) * self.per_step - energy) * inverse,
        }
    }
}

#[inline(always)]
fn value<S: Simd>([c3, c2, c1, c0]: [f64x4<S>; 4], p: f64x4<S>) -> f64x4<S> {
    c3.mul_add(p, c2).mul_add(p, c1).mul_add(p, c0)
}

#[inline(always)]
fn slope<S: Simd>([c3, c2, c1, _]: [f64x4<S>; 4], p: f64x4<S>) -> f64x4<S> {
    (c3 * 3.0).mul_add(p, c2 + c2).mul_add(p, c1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::force::levels;
    use fearless_simd::dispatch;
    use omd_interaction::EmbeddedTables;

    #[inline(always)]
    fn four<S: Simd>(simd: S, tables: &Tables<'_>, kinds: [u8; LANES], distances: &[f64; LANES]) -> [[f64; LANES]; 5] {
        let distances = f64x4::from_slice(simd, distances);
        let inverse = f64x4::splat(simd, 1.0) / distances;
        let [own, theirs] = tables.begins(1, kinds);
        let Pairs { density_slope, energy, slope } = tables.pairs(simd, distances, inverse, own);
        let back = tables.density_slope(simd, distances, theirs);
        [tables.density(simd, distances, own), density_slope, energy, slope, back].map(|lanes| {
            let mut four = [0.0; LANES];
            lanes.store_slice(&mut four);
            four
        })
    }

    /// From the first interval to past the last one, which a cutoff may be, entries themselves among them.
    #[test]
    fn lanes_are_the_tables_of_one_neighbour() {
        let of = |a: f64, b: f64| EmbeddedTables {
            density_step: 0.5,
            embedding: (0..50).map(|m| -(0.1 * f64::from(m)).sqrt()).collect(),
            distance_step: 0.1,
            density: (0..50).map(|m| (2.0 + a) * (-0.1 * (1.0 + 0.3 * b) * f64::from(m)).exp()).collect(),
            pair: (0..50).map(|m| (10.0 + a + b) * (-0.2 * f64::from(m)).exp() - (0.1 * f64::from(m)).cos()).collect(),
            cutoff: 5.0,
        };
        let atom = EmbeddedAtom::of_elements(&[[of(0.0, 0.0), of(0.0, 1.0)], [of(1.0, 0.0), of(1.0, 1.0)]]).unwrap();
        let tables = Tables::new(&atom);
        let mut past = 0;
        for k in 0..2000 {
            let distances = [0, 1, 2, 3].map(|lane| 0.0025 * f64::from(1 + (k + 517 * lane) % 2000));
            let kinds = [0, 1, 2, 3].map(|lane: i32| u8::from((k >> lane) % 3 == 1));
            past += usize::from(distances[0] > 4.9);
            for level in levels() {
                let found = dispatch!(level, simd => four(simd, &tables, kinds, &distances));
                for (lane, (&distance, kind)) in distances.iter().zip(kinds).enumerate() {
                    let (pair, back) = (atom.pair([1, kind], distance), atom.pair([kind, 1], distance));
                    let density = atom.density([1, kind], distance);
                    let expected = [density, pair.density_slope, pair.energy, pair.slope, back.density_slope];
                    for (found, expected) in found.iter().map(|four| four[lane]).zip(expected) {
                        let scale = expected.abs().max(1.0);
                        assert!(
                            (found - expected).abs() < 2e-14 * scale / distance.min(1.0).powi(2),
                            "{distance} {found} {expected}"
                        );
                    }
                }
            }
        }
        assert_eq!(past, 40);
    }
}
