//! Lennard-Jones pairs of several elements: the parameters of four neighbours are looked up in the loop.

use super::{Acts, Four, LANES, Place};
use crate::force::transpose;
use fearless_simd::{Simd, f64x4, prelude::*};
use omd_interaction::{PairMixture, SitePotential, Truncation};

/// Lennard-Jones pairs, each with its own numbers; all with a shifted force, or none.
#[derive(Clone, Debug)]
pub(super) struct LennardJonesWells<const SLOPED: bool> {
    kinds: usize,
    /// Row `a` has those of element `a` beside each.
    wells: Vec<Well>,
}

/// `U = repulsion/r^12 - attraction/r^6 - slope r + constant` inside the cutoff, in one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Well {
    /// `[12 repulsion, -6 attraction, constant, square of the cutoff]`.
    row: [f64; LANES],
    /// The slope where it is shifted, or else the jump at the cutoff.
    last: f64,
}

impl<const SLOPED: bool> LennardJonesWells<SLOPED> {
    /// `None` where a pair is another potential.
    pub(super) fn new(mixture: &PairMixture) -> Option<Self> {
        let kinds = mixture.kinds();
        let all = (0..kinds).flat_map(|a| (0..kinds).map(move |b| [a, b]));
        let well = |kinds| {
            let pair = mixture.pair(kinds);
            let (form, cutoff) = (pair.form().as_lennard_jones()?, SitePotential::cutoff(pair));
            let (shift, slope) = pair.shift_and_slope();
            let s6 = form.sigma.powi(6);
            let [attraction, repulsion] = [4.0 * form.epsilon * s6, 4.0 * form.epsilon * s6 * s6];
            let row = [12.0 * repulsion, -6.0 * attraction, slope * cutoff - shift, cutoff * cutoff];
            let sloped = pair.truncation() == Truncation::ShiftedForce;
            (sloped == SLOPED).then_some(Well { row, last: if SLOPED { slope } else { pair.jump() } })
        };
        Some(Self { kinds: kinds.into(), wells: all.map(well).collect::<Option<_>>()? })
    }
}

impl<const SLOPED: bool> Acts for LennardJonesWells<SLOPED> {
    type Ready<S: Simd> = ();

    #[inline(always)]
    fn ready<S: Simd>(&self, _: S) {}

    #[inline(always)]
    fn on<S: Simd>(&self, simd: S, (): &(), kind: u8, others: [&Place; LANES], squared: f64x4<S>) -> Four<S> {
        let beside = &self.wells[usize::from(kind) * self.kinds..][..self.kinds];
        let [a, b, c, d] = others.map(|place| &beside[usize::from(place.kind())]);
        let row = |well: &Well| f64x4::from_slice(simd, &well.row);
        let [repulsion, attraction, constant, cutoff] = transpose(simd, [row(a), row(b), row(c), row(d)]);
        let last = f64x4::from_slice(simd, &[a.last, b.last, c.last, d.last]);
        let inverse = f64x4::splat(simd, 1.0) / squared;
        let inverse6 = inverse * inverse * inverse;
        let force = inverse6.mul_add(repulsion, attraction) * (inverse6 * inverse);
        let bracket = inverse6.mul_add(repulsion * (1.0 / 12.0), attraction * (1.0 / 6.0));
        let energy = bracket.mul_add(inverse6, constant);
        let inside = squared.simd_lt(cutoff);
        if SLOPED {
            let distance = squared.sqrt();
            let (energy, jump) = (energy - distance * last, f64x4::splat(simd, 0.0));
            return Four { inside, energy, strength: last.mul_add(distance * inverse, force), jump };
        }
        Four { inside, energy, strength: force, jump: last }
    }
}
