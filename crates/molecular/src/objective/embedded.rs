//! Embedded atoms: two passes over the lists, and nothing kept of a pair between them.

use super::forces::{Evaluation, ForceField, Neighbourhood};
use crate::parallel::each;
use fearless_simd::{Level, Simd, dispatch, f64x4, prelude::*};
use omd_flow::{Matrix3, Vector3};
use omd_interaction::{EmbeddedAtom, SitePotential};

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

/// Atoms of the first pass.
struct Embedding<'a> {
    first: usize,
    /// `F'(rho)`.
    slopes: &'a mut [f64],
    energy: f64,
}

/// Atoms of the second.
struct Forces<'a> {
    first: usize,
    forces: &'a mut [Vector3<f64>],
    energy: f64,
    virial: Matrix3<f64>,
}

impl ForceField for EmbeddedAtoms {
    fn reach(&self) -> f64 {
        self.atom.cutoff()
    }

    fn core(&self, energy: f64) -> f64 {
        SitePotential::core(&self.atom, energy)
    }

    fn evaluate(&self, around: &Neighbourhood<'_>, evaluation: &mut Evaluation) {
        let mut slopes = std::mem::take(&mut evaluation.numbers);
        slopes.resize(around.contributing, 0.0);
        let chunks = slopes.chunks_mut(CHUNK).enumerate();
        let mut parts: Vec<_> =
            chunks.map(|(index, slopes)| Embedding { first: index * CHUNK, slopes, energy: 0.0 }).collect();
        each(&mut parts, |part| dispatch!(self.level, simd => self.embed(simd, around, part)));
        let embedded: f64 = parts.iter().map(|part| part.energy).sum();
        drop(parts);
        evaluation.forces.resize(around.contributing, Vector3::zeros());
        let chunks = evaluation.forces.chunks_mut(CHUNK).enumerate();
        let part = |(index, forces)| Forces { first: index * CHUNK, forces, energy: 0.0, virial: Matrix3::zeros() };
        let mut parts: Vec<_> = chunks.map(part).collect();
        each(&mut parts, |part| dispatch!(self.level, simd => self.push(simd, around, &slopes, part)));
        evaluation.energy = embedded + parts.iter().map(|part| part.energy).sum::<f64>();
        evaluation.continuous_energy = evaluation.energy;
        evaluation.virial = parts.iter().map(|part| part.virial).sum();
        drop(parts);
        evaluation.numbers = slopes;
    }
}

impl EmbeddedAtoms {
    #[inline(always)]
    fn embed<S: Simd>(&self, simd: S, around: &Neighbourhood<'_>, part: &mut Embedding<'_>) {
        let mut near = Near::default();
        for (k, out) in part.slopes.iter_mut().enumerate() {
            near.find(simd, around, part.first + k, self.atom.cutoff());
            let mut density = 0.0;
            for &distance in &near.distances[..near.count] {
                density += self.atom.density(distance);
            }
            let (energy, slope) = self.atom.embedding(density);
            part.energy += energy;
            *out = slope;
        }
    }

    #[inline(always)]
    fn push<S: Simd>(&self, simd: S, around: &Neighbourhood<'_>, slopes: &[f64], part: &mut Forces<'_>) {
        let (mut near, zero) = (Near::default(), f64x4::splat(simd, 0.0));
        let mut virial = [zero; 6];
        for (k, out) in part.forces.iter_mut().enumerate() {
            let atom = part.first + k;
            near.find(simd, around, atom, self.atom.cutoff());
            let own = slopes[atom];
            let pairs = near.distances.iter_mut().zip(&mut near.shares).zip(&near.sources);
            for ((distance, share), &source) in pairs.take(near.count) {
                let inverse = 1.0 / *distance;
                let pair = self.atom.pair(*distance);
                part.energy += 0.5 * pair.energy;
                let (by_density, half) = (pair.density_slope * inverse, 0.5 * pair.slope * inverse);
                // What the force and the site's virial have before the separation.
                *share = own * by_density + half;
                *distance = *share + slopes[source as usize] * by_density + half;
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

/// The neighbours of one atom within the cutoff; arrays have room for a whole number of lanes, zeros where no one is.
#[derive(Default)]
struct Near {
    count: usize,
    sources: Vec<u32>,
    x: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    distances: Vec<f64>,
    shares: Vec<f64>,
}

impl Near {
    #[inline(always)]
    fn find<S: Simd>(&mut self, simd: S, around: &Neighbourhood<'_>, atom: usize, cutoff: f64) {
        let row = &around.neighbours[around.starts[atom] as usize..around.starts[atom + 1] as usize];
        let most = row.len().next_multiple_of(LANES);
        if self.x.len() < most {
            self.sources.resize(most, 0);
            for array in [&mut self.x, &mut self.y, &mut self.z, &mut self.distances, &mut self.shares] {
                array.resize(most, 0.0);
            }
        }
        let (centre, squared) = (around.positions[atom], cutoff * cutoff);
        // Everyone is written, who is too far is written over: no branch that nobody can foresee.
        let (mut count, length) = (0, row.len());
        let sources = &mut self.sources[..length];
        let (x, y, z) = (&mut self.x[..length], &mut self.y[..length], &mut self.z[..length]);
        let squares = &mut self.distances[..length];
        for &position in row {
            let r = around.positions[position as usize] - centre;
            let square = r.norm_squared();
            sources[count] = around.sources[position as usize];
            (x[count], y[count], z[count], squares[count]) = (r.x, r.y, r.z, square);
            count += usize::from(square < squared);
        }
        self.count = count;
        let end = count.next_multiple_of(LANES);
        for array in [&mut self.x, &mut self.y, &mut self.z] {
            array[count..end].fill(0.0);
        }
        for place in (0..count).step_by(LANES) {
            let squares = &mut self.distances[place..place + LANES];
            f64x4::from_slice(simd, squares).sqrt().store_slice(squares);
        }
    }
}
