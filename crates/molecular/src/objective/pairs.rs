//! Pair potentials: one pass over full lists, four neighbours at a time.

#[cfg(test)]
mod tests;
mod wells;

use super::embedded::{Centre, LANES, Place, sum};
use super::forces::{Evaluation, ForceField, Neighbourhood, Sites};
use crate::force::{ForceField as Law, PairLaw};
use crate::parallel::each;
use fearless_simd::{Level, Simd, dispatch, f64x4, mask64x4, prelude::*};
use omd_flow::{Matrix3, Vector3};
use omd_interaction::{PairPotential, SitePotential};
use std::sync::Arc;
use wells::LennardJonesWells;

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
    potential: Arc<dyn SitePotential>,
    laws: Laws,
    level: Level,
}

/// The potential prepared for the loop.
#[derive(Clone, Debug)]
enum Laws {
    /// Of one element.
    One(PairPotential, Law),
    /// Of several, truncated or shifted; WCA is one of these.
    Several(LennardJonesWells<false>),
    /// Of several, with a shifted force.
    SeveralShiftedForce(LennardJonesWells<true>),
}

impl Pairs {
    /// `None` for a potential that is no sum over pairs, without a cutoff, or of several elements with a form that has no loop:
    /// what four pairs of four laws would take one by one is near to what sites take.
    pub(super) fn new(potential: &Arc<dyn SitePotential>) -> Option<Self> {
        let laws = if let Some(pair) = potential.as_pair_potential() {
            Laws::One(pair.clone(), Law::new(pair).ok()?)
        } else {
            let mixture = potential.as_pair_mixture()?;
            match LennardJonesWells::new(mixture) {
                Some(wells) => Laws::Several(wells),
                None => Laws::SeveralShiftedForce(LennardJonesWells::new(mixture)?),
            }
        };
        Some(Self { potential: potential.clone(), laws, level: Level::new() })
    }
}

/// What acts between an atom and others, four at a time.
trait Acts: Sync {
    /// Constants in vectors, made once for a loop.
    type Ready<S: Simd>: Copy;

    /// Puts the constants into vectors.
    fn ready<S: Simd>(&self, simd: S) -> Self::Ready<S>;

    /// On an atom of this kind beside others at distances of these squares; the far place may be one of them.
    fn on<S: Simd>(
        &self,
        simd: S,
        ready: &Self::Ready<S>,
        kind: u8,
        others: [&Place; LANES],
        squared: f64x4<S>,
    ) -> Four<S>;
}

/// What four neighbours do.
struct Four<S: Simd> {
    /// Who is within the cutoff; of the others nothing below counts.
    inside: mask64x4<S>,
    /// `U(r)`.
    energy: f64x4<S>,
    /// `-U'(r)/r`.
    strength: f64x4<S>,
    /// As [`PairPotential::jump`].
    jump: f64x4<S>,
}

/// One law for all.
struct Alike<'a, P> {
    law: &'a P,
    cutoff: f64,
    jump: f64,
}

impl<P: PairLaw> Acts for Alike<'_, P> {
    type Ready<S: Simd> = (P::Ready<S>, f64x4<S>, f64x4<S>);

    #[inline(always)]
    fn ready<S: Simd>(&self, simd: S) -> Self::Ready<S> {
        (self.law.ready(simd), f64x4::splat(simd, self.cutoff * self.cutoff), f64x4::splat(simd, self.jump))
    }

    #[inline(always)]
    fn on<S: Simd>(
        &self,
        simd: S,
        (ready, cutoff, jump): &Self::Ready<S>,
        _kind: u8,
        _others: [&Place; LANES],
        squared: f64x4<S>,
    ) -> Four<S> {
        let energy = self.law.energy(simd, squared);
        let strength = self.law.force_over_distance(simd, ready, squared);
        Four { inside: squared.simd_lt(*cutoff), energy, strength, jump: *jump }
    }
}

/// Atoms that are evaluated together, and what is found of them.
struct Part<'a> {
    first: usize,
    forces: &'a mut [Vector3<f64>],
    energy: f64,
    /// What of the energy are jumps at cutoffs.
    jumps: f64,
    virial: Matrix3<f64>,
}

impl ForceField for Pairs {
    fn reach(&self) -> f64 {
        self.potential.cutoff()
    }

    fn core(&self, energy: f64, kinds: [u8; 2]) -> f64 {
        self.potential.core(energy, kinds)
    }

    fn with_forces_on_images(&self) -> Option<Arc<dyn ForceField>> {
        Some(Arc::new(Sites(self.potential.clone())))
    }

    fn evaluate(&self, around: &Neighbourhood<'_>, evaluation: &mut Evaluation) {
        match &self.laws {
            Laws::One(pair, law) => {
                let (cutoff, jump) = (self.reach(), pair.jump());
                match law {
                    Law::LennardJones(law) => self.fill(&Alike { law, cutoff, jump }, around, evaluation),
                    Law::LennardJonesShiftedForce(law) => self.fill(&Alike { law, cutoff, jump }, around, evaluation),
                    Law::Any(law) => self.fill(&Alike { law, cutoff, jump }, around, evaluation),
                }
            }
            Laws::Several(wells) => self.fill(wells, around, evaluation),
            Laws::SeveralShiftedForce(wells) => self.fill(wells, around, evaluation),
        }
    }
}

impl Pairs {
    fn fill<A: Acts>(&self, acts: &A, around: &Neighbourhood<'_>, evaluation: &mut Evaluation) {
        let places = &mut evaluation.places;
        Place::fill(places, around.positions);
        if matches!(self.laws, Laws::Several(_) | Laws::SeveralShiftedForce(_)) {
            places.iter_mut().zip(around.kinds).for_each(|(place, &kind)| place.label(kind));
        }
        evaluation.forces.resize(around.contributing, Vector3::zeros());
        let parts = evaluation.forces.chunks_mut(CHUNK).enumerate();
        let part =
            |(index, forces)| Part { first: index * CHUNK, forces, energy: 0.0, jumps: 0.0, virial: Matrix3::zeros() };
        let mut parts: Vec<_> = parts.map(part).collect();
        each(&mut parts, |part| dispatch!(self.level, simd => sum_over(simd, acts, around, places, part)));
        evaluation.energy = parts.iter().map(|part| part.energy).sum();
        evaluation.continuous_energy = evaluation.energy - parts.iter().map(|part| part.jumps).sum::<f64>();
        evaluation.virial = parts.iter().map(|part| part.virial).sum();
    }
}

#[inline(always)]
fn sum_over<S: Simd, A: Acts>(simd: S, acts: &A, around: &Neighbourhood<'_>, places: &[Place], part: &mut Part<'_>) {
    let mut sums = Sums::new(simd, acts);
    let far = places.len() as u32 - 1;
    for (k, out) in part.forces.iter_mut().enumerate() {
        let atom = part.first + k;
        let row = &around.neighbours[around.starts[atom] as usize..around.starts[atom + 1] as usize];
        let (centre, kind) = (Centre::new(simd, &places[atom]), places[atom].kind());
        let mut force = [f64x4::splat(simd, 0.0); 3];
        let fours = row.chunks_exact(LANES);
        let mut last = [far; LANES];
        last.iter_mut().zip(fours.remainder()).for_each(|(lane, &position)| *lane = position);
        for four in fours {
            sums.add(simd, acts, (&centre, kind), places, [four[0], four[1], four[2], four[3]], &mut force);
        }
        // Even if none is left: to ask costs as much as to add nothing.
        sums.add(simd, acts, (&centre, kind), places, last, &mut force);
        *out = -Vector3::from(force.map(sum));
    }
    // Both atoms of a pair have half of it.
    part.energy = 0.5 * sum(sums.energy);
    part.jumps = sum(sums.jumps);
    let [xx, yy, zz, xy, xz, yz] = sums.virial.map(sum);
    part.virial = Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz) * 0.5;
}

/// What is summed over the neighbours of many atoms.
struct Sums<S: Simd, A: Acts> {
    ready: A::Ready<S>,
    energy: f64x4<S>,
    virial: [f64x4<S>; 6],
    jumps: f64x4<S>,
}

impl<S: Simd, A: Acts> Sums<S, A> {
    #[inline(always)]
    fn new(simd: S, acts: &A) -> Self {
        let zero = f64x4::splat(simd, 0.0);
        Self { ready: acts.ready(simd), energy: zero, virial: [zero; 6], jumps: zero }
    }

    /// Four neighbours of the atom at a centre and of a kind; `force` is what acts on them.
    #[inline(always)]
    fn add(
        &mut self,
        simd: S,
        acts: &A,
        (centre, kind): (&Centre<S>, u8),
        places: &[Place],
        four: [u32; LANES],
        force: &mut [f64x4<S>; 3],
    ) {
        let zero = f64x4::splat(simd, 0.0);
        let (r, squared, _) = centre.separation(simd, places, four);
        let others = four.map(|position| &places[position as usize]);
        let Four { inside, energy, strength, jump } = acts.on(simd, &self.ready, kind, others, squared);
        self.jumps += inside.select(jump, zero);
        self.energy += inside.select(energy, zero);
        let strength = inside.select(strength, zero);
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
