//! Pair laws as the force loops see them: functions of the squared distance, four pairs at a time.

use super::table::ForceTable;
use crate::MolecularError;
use fearless_simd::{Simd, f64x4, prelude::*};
use omd_interaction::{PairPotential, Truncation};
use std::sync::Arc;

/// What a force loop asks of a pair potential. Lanes at or beyond the cutoff are discarded by the caller, but have to
/// be computed without trapping.
pub(crate) trait PairLaw: Sync {
    /// Constants in vectors, made once for a loop.
    type Ready<S: Simd>: Copy;
    /// Puts the constants into vectors.
    fn ready<S: Simd>(&self, simd: S) -> Self::Ready<S>;
    /// What takes longest of [`Self::force_over_distance`], so that a loop can begin it ahead of its use.
    fn begin<S: Simd>(&self, simd: S, ready: &Self::Ready<S>, squared: f64x4<S>) -> f64x4<S>;
    /// `-U'(r)/r`, force per length, from what was begun.
    fn complete<S: Simd>(&self, ready: &Self::Ready<S>, begun: f64x4<S>) -> f64x4<S>;
    /// `-U'(r)/r`, force per length, from `r^2`.
    #[inline(always)]
    fn force_over_distance<S: Simd>(&self, simd: S, ready: &Self::Ready<S>, squared: f64x4<S>) -> f64x4<S> {
        self.complete(ready, self.begin(simd, ready, squared))
    }
    /// `U(r)` from `r^2`.
    fn energy<S: Simd>(&self, simd: S, squared: f64x4<S>) -> f64x4<S>;
}

/// A potential prepared for the force loops.
#[derive(Clone, Debug)]
pub(crate) enum ForceField {
    /// Lennard-Jones, truncated or shifted; WCA is one of these.
    LennardJones(LennardJonesPair<false>),
    /// Lennard-Jones with a shifted force.
    LennardJonesShiftedForce(LennardJonesPair<true>),
    /// Any other form.
    Any(AnyPair),
}

impl ForceField {
    pub(crate) fn new(potential: &PairPotential) -> Result<Self, MolecularError> {
        let cutoff = potential.cutoff().ok_or(MolecularError::NoCutoff)?;
        if !(cutoff > 0.0 && cutoff.is_finite()) {
            return Err(MolecularError::Cutoff(cutoff));
        }
        let (shift, slope) = potential.shift_and_slope();
        Ok(match potential.form().as_lennard_jones() {
            Some(form) => {
                let s6 = form.sigma.powi(6);
                let [attraction, repulsion] = [4.0 * form.epsilon * s6, 4.0 * form.epsilon * s6 * s6];
                let constant = slope * cutoff - shift;
                if potential.truncation() == Truncation::ShiftedForce {
                    Self::LennardJonesShiftedForce(LennardJonesPair { attraction, repulsion, constant, slope })
                } else {
                    Self::LennardJones(LennardJonesPair { attraction, repulsion, constant, slope })
                }
            }
            None => {
                let table = Arc::new(ForceTable::new(potential, cutoff));
                Self::Any(AnyPair { potential: potential.clone(), table, constant: 0.0 })
            }
        })
    }
}

impl ForceField {
    /// `-U'(r)/r` from `r^2`, one pair at a time; it goes on smoothly beyond the cutoff.
    #[inline(always)]
    pub(crate) fn smooth_force_over_distance(&self, squared: f64) -> f64 {
        match self {
            Self::LennardJones(law) => law.force_over_distance_of(squared),
            Self::LennardJonesShiftedForce(law) => law.force_over_distance_of(squared),
            Self::Any(law) => {
                let (distance, (_, slope)) = (squared.sqrt(), law.potential.shift_and_slope());
                (slope - law.potential.form().derivative(distance)) / distance
            }
        }
    }
}

/// `U = repulsion/r^12 - attraction/r^6 - slope r + constant` inside the cutoff.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LennardJonesPair<const SLOPED: bool> {
    /// `4 epsilon sigma^6`.
    attraction: f64,
    /// `4 epsilon sigma^12`.
    repulsion: f64,
    /// `slope rc - U(rc)`.
    constant: f64,
    /// `U'(rc)` with a shifted force, else 0.
    slope: f64,
}

impl<const SLOPED: bool> LennardJonesPair<SLOPED> {
    #[inline(always)]
    fn force_over_distance_of(&self, squared: f64) -> f64 {
        let inverse = 1.0 / squared;
        let inverse6 = inverse * inverse * inverse;
        let force = (12.0 * self.repulsion * inverse6 - 6.0 * self.attraction) * (inverse6 * inverse);
        if SLOPED { force + self.slope * inverse.sqrt() } else { force }
    }

    /// The same forces from an energy that vanishes at the cutoff.
    pub(crate) fn continuous(&self, cutoff: f64) -> Self {
        let s6 = cutoff.powi(-6);
        let jump = (self.repulsion * s6 - self.attraction) * s6 - self.slope * cutoff;
        Self { constant: -jump, ..*self }
    }
}

/// `[1, 12 repulsion, -6 attraction, slope]`.
type ReadyLennardJones<S> = [f64x4<S>; 4];

impl<const SLOPED: bool> PairLaw for LennardJonesPair<SLOPED> {
    type Ready<S: Simd> = ReadyLennardJones<S>;

    #[inline(always)]
    fn ready<S: Simd>(&self, simd: S) -> ReadyLennardJones<S> {
        [
            f64x4::splat(simd, 1.0),
            f64x4::splat(simd, 12.0 * self.repulsion),
            f64x4::splat(simd, -6.0 * self.attraction),
            f64x4::splat(simd, self.slope),
        ]
    }

    #[inline(always)]
    fn begin<S: Simd>(&self, _: S, ready: &ReadyLennardJones<S>, squared: f64x4<S>) -> f64x4<S> {
        ready[0] / squared
    }

    #[inline(always)]
    fn complete<S: Simd>(&self, ready: &ReadyLennardJones<S>, inverse: f64x4<S>) -> f64x4<S> {
        let [_, repulsion, attraction, slope] = *ready;
        let inverse6 = inverse * inverse * inverse;
        let force = inverse6.mul_add(repulsion, attraction) * (inverse6 * inverse);
        if SLOPED { inverse.sqrt().mul_add(slope, force) } else { force }
    }

    #[inline(always)]
    fn energy<S: Simd>(&self, simd: S, squared: f64x4<S>) -> f64x4<S> {
        let inverse = f64x4::splat(simd, 1.0) / squared;
        let inverse6 = inverse * inverse * inverse;
        let bracket = inverse6.mul_add(f64x4::splat(simd, self.repulsion), f64x4::splat(simd, -self.attraction));
        let energy = bracket.mul_add(inverse6, f64x4::splat(simd, self.constant));
        if SLOPED { energy - squared.sqrt() * f64x4::splat(simd, self.slope) } else { energy }
    }
}

/// Any [`PairPotential`], one lane after the other: forces from a table, energies from the potential itself.
#[derive(Clone, Debug)]
pub(crate) struct AnyPair {
    potential: PairPotential,
    table: Arc<ForceTable>,
    /// Added to the energy inside the cutoff.
    constant: f64,
}

impl AnyPair {
    /// The same forces from an energy that vanishes at the cutoff.
    pub(crate) fn continuous(&self) -> Self {
        let (shift, _) = self.potential.shift_and_slope();
        let jump = self.potential.cutoff().map_or(0.0, |rc| self.potential.form().energy(rc) - shift);
        Self { constant: -jump, ..self.clone() }
    }

    #[inline(always)]
    fn lanes<S: Simd>(simd: S, squared: f64x4<S>, value: impl Fn(f64) -> f64) -> f64x4<S> {
        let mut lanes = [0.0; 4];
        squared.store_slice(&mut lanes);
        f64x4::from_slice(simd, &lanes.map(|r2| value(r2.sqrt())))
    }
}

impl PairLaw for AnyPair {
    type Ready<S: Simd> = ();

    #[inline(always)]
    fn ready<S: Simd>(&self, _: S) {}

    #[inline(always)]
    fn begin<S: Simd>(&self, simd: S, (): &(), squared: f64x4<S>) -> f64x4<S> {
        let mut lanes = [0.0; 4];
        squared.store_slice(&mut lanes);
        for lane in &mut lanes {
            *lane = self.table.value(*lane);
        }
        f64x4::from_slice(simd, &lanes)
    }

    #[inline(always)]
    fn complete<S: Simd>(&self, (): &(), begun: f64x4<S>) -> f64x4<S> {
        begun
    }

    #[inline(always)]
    fn energy<S: Simd>(&self, simd: S, squared: f64x4<S>) -> f64x4<S> {
        Self::lanes(simd, squared, |r| self.potential.energy(r) + self.constant)
    }
}
