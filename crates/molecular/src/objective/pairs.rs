//! Pair potentials: one pass over full lists, four neighbours at a time.

#[cfg(test)]
mod tests;

use super::embedded::{Centre, LANES, Place, sum};
use super::forces::{Evaluation, ForceField, Neighbourhood, Sites};
use crate::force::{ForceField as Law, PairLaw};
use crate::parallel::each;
use fearless_simd::{Level, Simd, dispatch, f64x4, prelude::*};
use omd_flow::{Matrix3, Vector3};
use omd_interaction::{PairPotential, SitePotential};
use std::sync::Arc;

/// Atoms that are evaluated together.
const CHUNK: usize = 64;

/// A sum over pairs. The force on a simulated atom,
///
/// `f_i = sum_j U'(r_ij) r_ij/|r_ij|`, `r_ij = x_j - x_i`, over all atoms and images,
///
/// is the whole of minus the gradient of the energy of a fundamental domain, so that nothing has to be carried back from
/// images: every pair is met from both sides, which costs less than giving forces back out of order.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    potential: PairPotential,
    law: Law,
    level: Level,
}

impl Pairs {
    /// `None` for a potential without a cutoff.
    pub(super) fn new(potential: &PairPotential) -> Option<Self> {
        let law = Law::new(potential).ok()?;
        Some(Self { potential: potential.clone(), law, level: Level::new() })
    }
}

/// Atoms that are evaluated together, and what is found of them.
struct Part<'a> {
    first: usize,
    forces: &'a mut [Vector3<f64>],
    energy: f64,
    /// Neighbours within the cutoff.
    near: u64,
    virial: Matrix3<f64>,
}

impl ForceField for Pairs {
    fn reach(&self) -> f64 {
        SitePotential::cutoff(&self.potential)
    }

    fn core(&self, energy: f64, kinds: [u8; 2]) -> f64 {
        SitePotential::core(&self.potential, energy, kinds)
    }

    fn with_forces_on_images(&self) -> Option<Arc<dyn ForceField>> {
        Some(Arc::new(Sites(Arc::new(self.potential.clone()))))
    }

    fn evaluate(&self, around: &Neighbourhood<'_>, evaluation: &mut Evaluation) {
        let places = &mut evaluation.places;
        Place::fill(places, around.positions);
        evaluation.forces.resize(around.contributing, Vector3::zeros());
        let parts = evaluation.forces.chunks_mut(CHUNK).enumerate();
        let part =
            |(index, forces)| Part { first: index * CHUNK, forces, energy: 0.0, near: 0, virial: Matrix3::zeros() };
        let mut parts: Vec<_> = parts.map(part).collect();
        each(&mut parts, |part| match &self.law {
            Law::LennardJones(law) => dispatch!(self.level, simd => self.sum(simd, law, around, places, part)),
            Law::LennardJonesShiftedForce(law) => {
                dispatch!(self.level, simd => self.sum(simd, law, around, places, part));
            }
            Law::Any(law) => dispatch!(self.level, simd => self.sum(simd, law, around, places, part)),
        });
        evaluation.energy = parts.iter().map(|part| part.energy).sum();
        let near: u64 = parts.iter().map(|part| part.near).sum();
        evaluation.continuous_energy = evaluation.energy - SitePotential::jump(&self.potential) * near as f64;
        evaluation.virial = parts.iter().map(|part| part.virial).sum();
    }
}

impl Pairs {
    #[inline(always)]
    fn sum<S: Simd, P: PairLaw>(
        &self,
        simd: S,
        law: &P,
        around: &Neighbourhood<'_>,
        places: &[Place],
        part: &mut Part<'_>,
    ) {
        let mut sums = Sums::new(simd, law, self.reach());
        let far = places.len() as u32 - 1;
        for (k, out) in part.forces.iter_mut().enumerate() {
            let atom = part.first + k;
            let row = &around.neighbours[around.starts[atom] as usize..around.starts[atom + 1] as usize];
            let centre = Centre::new(simd, &places[atom]);
            let mut force = [f64x4::splat(simd, 0.0); 3];
            let fours = row.chunks_exact(LANES);
            let mut last = [far; LANES];
            last.iter_mut().zip(fours.remainder()).for_each(|(lane, &position)| *lane = position);
            for four in fours {
                sums.add(simd, law, &centre, places, [four[0], four[1], four[2], four[3]], &mut force);
            }
            // Even if none is left: to ask costs as much as to add nothing.
            sums.add(simd, law, &centre, places, last, &mut force);
            *out = -Vector3::from(force.map(sum));
        }
        // Both atoms of a pair have half of it.
        part.energy = 0.5 * sum(sums.energy);
        part.near = sums.near;
        let [xx, yy, zz, xy, xz, yz] = sums.virial.map(sum);
        part.virial = Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz) * 0.5;
    }
}

/// What is summed over the neighbours of many atoms.
struct Sums<S: Simd, P: PairLaw> {
    ready: P::Ready<S>,
    squared_cutoff: f64x4<S>,
    energy: f64x4<S>,
    virial: [f64x4<S>; 6],
    near: u64,
}

impl<S: Simd, P: PairLaw> Sums<S, P> {
    #[inline(always)]
    fn new(simd: S, law: &P, cutoff: f64) -> Self {
        let zero = f64x4::splat(simd, 0.0);
        let squared_cutoff = f64x4::splat(simd, cutoff * cutoff);
        Self { ready: law.ready(simd), squared_cutoff, energy: zero, virial: [zero; 6], near: 0 }
    }

    /// Four neighbours; `force` is what acts on them.
    #[inline(always)]
    fn add(
        &mut self,
        simd: S,
        law: &P,
        centre: &Centre<S>,
        places: &[Place],
        four: [u32; LANES],
        force: &mut [f64x4<S>; 3],
    ) {
        let zero = f64x4::splat(simd, 0.0);
        let (r, squared, _) = centre.separation(simd, places, four);
        let inside = squared.simd_lt(self.squared_cutoff);
        self.near += u64::from(inside.to_bitmask().count_ones());
        self.energy += inside.select(law.energy(simd, squared), zero);
        let strength = inside.select(law.force_over_distance(simd, &self.ready, squared), zero);
        let felt = [strength * r[0], strength * r[1], strength * r[2]];
        for k in 0..3 {
            force[k] += felt[k];
            self.virial[k] = felt[k].mul_add(r[k], self.virial[k]);
        }
        self.virial[3] = felt[0].mul_add(r[1], self.virial[3]);
        self.virial[4] = felt[0].mul_add(r[2], self.virial[4]);
        self.virial[5] = felt[1].mul_add(r[2], self.virial[5]);
    }
}
