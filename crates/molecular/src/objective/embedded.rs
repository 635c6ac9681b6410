//! Embedded atoms: two passes over the lists, and nothing kept of a pair between them but that it is one.

use super::forces::{Evaluation, ForceField, Neighbourhood, Sites};
use crate::parallel::each;
use fearless_simd::{Level, Simd, dispatch, f64x4, prelude::*};
use omd_flow::{Matrix3, Vector3};
use omd_interaction::{EmbeddedAtom, SitePotential};
use std::sync::Arc;

/// Atoms that are evaluated together.
const CHUNK: usize = 64;
/// Pairs that are evaluated together.
const LANES: usize = 4;

/// Embedded atoms. An image is embedded in what its atom is embedded in, so the force on a simulated atom,
///
/// `f_i = sum_j [(F'(rho_i) + F'(rho_j)) rho'(r_ij) + phi'(r_ij)] r_ij/|r_ij|`, `r_ij = x_j - x_i`,
///
/// needs no forces on images: it is the whole of minus the gradient of the energy of a fundamental domain.
#[derive(Clone, Debug)]
pub(super) struct EmbeddedAtoms {
    atom: EmbeddedAtom,
    level: Level,
}

impl EmbeddedAtoms {
    pub(super) fn new(atom: EmbeddedAtom) -> Self {
        Self { atom, level: Level::new() }
    }
}

/// Kept from one evaluation to the next for its room.
#[derive(Clone, Debug, Default)]
pub(super) struct Workspace {
    slopes: Vec<f64>,
    near: Vec<u32>,
    counts: Vec<u32>,
}

/// Atoms of the first pass.
struct Embedding<'a> {
    first: usize,
    /// `F'(rho)`.
    slopes: &'a mut [f64],
    /// The rows of these atoms: neighbours within the cutoff first, and how many.
    near: &'a mut [u32],
    counts: &'a mut [u32],
    energy: f64,
}

/// Atoms of the second.
struct Forces<'a> {
    first: usize,
    forces: &'a mut [Vector3<f64>],
    energy: f64,
    virial: Matrix3<f64>,
}

/// What the first pass leaves for the second.
#[derive(Clone, Copy)]
struct Embedded<'a> {
    slopes: &'a [f64],
    near: &'a [u32],
    counts: &'a [u32],
}

impl ForceField for EmbeddedAtoms {
    fn reach(&self) -> f64 {
        self.atom.cutoff()
    }

    fn core(&self, energy: f64) -> f64 {
        SitePotential::core(&self.atom, energy)
    }

    fn with_forces_on_images(&self) -> Option<Arc<dyn ForceField>> {
        Some(Arc::new(Sites(Arc::new(self.atom.clone()))))
    }

    fn evaluate(&self, around: &Neighbourhood<'_>, evaluation: &mut Evaluation) {
        let Workspace { mut slopes, mut near, mut counts } = std::mem::take(&mut evaluation.embedded);
        slopes.resize(around.contributing, 0.0);
        counts.resize(around.contributing, 0);
        near.resize(around.neighbours.len(), 0);
        let (mut parts, mut rest) = (Vec::new(), near.as_mut_slice());
        for (index, (slopes, counts)) in slopes.chunks_mut(CHUNK).zip(counts.chunks_mut(CHUNK)).enumerate() {
            let first = index * CHUNK;
            let (own, others) =
                rest.split_at_mut((around.starts[first + slopes.len()] - around.starts[first]) as usize);
            rest = others;
            parts.push(Embedding { first, slopes, near: own, counts, energy: 0.0 });
        }
        each(&mut parts, |part| dispatch!(self.level, simd => self.embed(simd, around, part)));
        let energy: f64 = parts.iter().map(|part| part.energy).sum();
        drop(parts);
        let embedded = Embedded { slopes: &slopes, near: &near, counts: &counts };
        evaluation.forces.resize(around.contributing, Vector3::zeros());
        let chunks = evaluation.forces.chunks_mut(CHUNK).enumerate();
        let part = |(index, forces)| Forces { first: index * CHUNK, forces, energy: 0.0, virial: Matrix3::zeros() };
        let mut parts: Vec<_> = chunks.map(part).collect();
        each(&mut parts, |part| dispatch!(self.level, simd => self.push(simd, around, embedded, part)));
        evaluation.energy = energy + parts.iter().map(|part| part.energy).sum::<f64>();
        evaluation.continuous_energy = evaluation.energy;
        evaluation.virial = parts.iter().map(|part| part.virial).sum();
        drop(parts);
        evaluation.embedded = Workspace { slopes, near, counts };
    }
}

impl EmbeddedAtoms {
    #[inline(always)]
    fn embed<S: Simd>(&self, simd: S, around: &Neighbourhood<'_>, part: &mut Embedding<'_>) {
        let (squared, base) = (self.atom.cutoff() * self.atom.cutoff(), around.starts[part.first] as usize);
        let mut distances = Vec::new();
        for (k, (out, within)) in part.slopes.iter_mut().zip(part.counts.iter_mut()).enumerate() {
            let (begin, end) = (around.starts[part.first + k] as usize, around.starts[part.first + k + 1] as usize);
            let (row, near) = (&around.neighbours[begin..end], &mut part.near[begin - base..end - base]);
            let room = row.len().next_multiple_of(LANES);
            if distances.len() < room {
                distances.resize(room, 1.0);
            }
            let (centre, squares) = (around.positions[part.first + k], &mut distances[..room]);
            // Everyone is written, who is too far is written over: no branch that nobody can foresee.
            let mut count = 0;
            for &position in row {
                let square = (around.positions[position as usize] - centre).norm_squared();
                (near[count], squares[count]) = (position, square);
                count += usize::from(square < squared);
            }
            for four in squares[..count.next_multiple_of(LANES)].chunks_exact_mut(LANES) {
                f64x4::from_slice(simd, four).sqrt().store_slice(four);
            }
            let mut density = 0.0;
            for &distance in &squares[..count] {
                density += self.atom.density(distance);
            }
            let (energy, slope) = self.atom.embedding(density);
            part.energy += energy;
            *out = slope;
            *within = count as u32;
        }
    }

    #[inline(always)]
    fn push<S: Simd>(&self, simd: S, around: &Neighbourhood<'_>, embedded: Embedded<'_>, part: &mut Forces<'_>) {
        let (mut near, zero) = (Near::default(), f64x4::splat(simd, 0.0));
        let mut virial = [zero; 6];
        for (k, out) in part.forces.iter_mut().enumerate() {
            let atom = part.first + k;
            let begin = around.starts[atom] as usize;
            let row = &embedded.near[begin..begin + embedded.counts[atom] as usize];
            near.find(simd, around, atom, row);
            let own = embedded.slopes[atom];
            let pairs = near.distances.iter_mut().zip(&mut near.shares).zip(row);
            for ((distance, share), &position) in pairs {
                let inverse = 1.0 / *distance;
                let pair = self.atom.pair(*distance);
                part.energy += 0.5 * pair.energy;
                let (by_density, half) = (pair.density_slope * inverse, 0.5 * pair.slope * inverse);
                // What the force and the site's virial have before the separation.
                *share = own * by_density + half;
                let source = around.sources[position as usize] as usize;
                *distance = *share + embedded.slopes[source] * by_density + half;
            }
            let end = near.count.next_multiple_of(LANES);
            near.distances[near.count..end].fill(0.0);
            near.shares[near.count..end].fill(0.0);
            let mut force = [zero; 3];
            for place in (0..near.count).step_by(LANES) {
                let load = |from: &[f64]| f64x4::from_slice(simd, &from[place..place + LANES]);
                let r = [load(&near.x), load(&near.y), load(&near.z)];
                let (whole, share) = (load(&near.distances), load(&near.shares));
                let site = [share * r[0], share * r[1], share * r[2]];
                for k in 0..3 {
                    force[k] = whole.mul_add(r[k], force[k]);
                    virial[k] = site[k].mul_add(r[k], virial[k]);
                }
                virial[3] = site[0].mul_add(r[1], virial[3]);
                virial[4] = site[0].mul_add(r[2], virial[4]);
                virial[5] = site[1].mul_add(r[2], virial[5]);
            }
            *out = Vector3::from(force.map(sum));
        }
        let [xx, yy, zz, xy, xz, yz] = virial.map(sum);
        part.virial = -Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz);
    }
}

#[inline(always)]
fn sum<S: Simd>(lanes: f64x4<S>) -> f64 {
    let mut four = [0.0; LANES];
    lanes.store_slice(&mut four);
    (four[0] + four[1]) + (four[2] + four[3])
}

/// The neighbours of one atom; arrays have room for a whole number of lanes.
#[derive(Default)]
struct Near {
    count: usize,
    x: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    distances: Vec<f64>,
    shares: Vec<f64>,
}

impl Near {
    #[inline(always)]
    fn find<S: Simd>(&mut self, simd: S, around: &Neighbourhood<'_>, atom: usize, row: &[u32]) {
        let (centre, end) = (around.positions[atom], row.len().next_multiple_of(LANES));
        self.count = row.len();
        if self.x.len() < end {
            for array in [&mut self.x, &mut self.y, &mut self.z, &mut self.distances, &mut self.shares] {
                array.resize(end, 0.0);
            }
        }
        let (x, y, z) = (&mut self.x[..end], &mut self.y[..end], &mut self.z[..end]);
        for (k, &position) in row.iter().enumerate() {
            let r = around.positions[position as usize] - centre;
            (x[k], y[k], z[k]) = (r.x, r.y, r.z);
        }
        for array in [&mut *x, &mut *y, &mut *z] {
            array[row.len()..].fill(0.0);
        }
        for place in (0..end).step_by(LANES) {
            let load = |from: &[f64]| f64x4::from_slice(simd, &from[place..place + LANES]);
            let (x, y, z) = (load(x), load(y), load(z));
            z.mul_add(z, y.mul_add(y, x * x)).sqrt().store_slice(&mut self.distances[place..place + LANES]);
        }
    }
}
