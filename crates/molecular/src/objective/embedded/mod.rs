//! Embedded atoms (EAM): two passes over the lists, and nothing kept of a pair between them but that it is one.

mod lanes;
#[cfg(test)]
mod tests;

use super::forces::{Evaluation, ForceField, Neighbourhood, Sites};
use crate::parallel::each;
use fearless_simd::{Level, Simd, dispatch, f64x4, mask32x4, prelude::*, u32x4};
use lanes::{Begins, Tables, gather};
pub(super) use lanes::{LANES, Place};
use omd_flow::{Matrix3, Vector3};
use omd_interaction::{EmbeddedAtom, SitePotential};
use std::sync::Arc;

/// Atoms that are evaluated together.
const CHUNK: usize = 64;

/// Embedded atoms. An image is embedded in what its atom is embedded in, so the force on a simulated atom,
///
/// `f_i = sum_j [F'_i(rho_i) rho'_ij(r_ij) + F'_j(rho_j) rho'_ji(r_ij) + phi'_ij(r_ij)] r_ij/|r_ij|`, `r_ij = x_j - x_i`,
/// `rho_ij` what `j` brings to `i`,
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
    /// Of atoms and images, and one beyond every cutoff.
    places: Vec<Place>,
    /// `F'(rho)` of the simulated atoms.
    slopes: Vec<f64>,
    chunks: Vec<Chunk>,
}

/// What the first pass leaves of the atoms of a chunk.
#[derive(Clone, Debug, Default)]
struct Chunk {
    /// Neighbours within the cutoff, row after row; the far place fills the last lanes of a row.
    near: Vec<u32>,
    /// Where the row of each atom ends.
    ends: Vec<u32>,
    energy: f64,
}

/// Atoms of the second pass.
struct Forces<'a> {
    first: usize,
    chunk: &'a Chunk,
    forces: &'a mut [Vector3<f64>],
    energy: f64,
    virial: Matrix3<f64>,
}

impl ForceField for EmbeddedAtoms {
    fn reach(&self) -> f64 {
        self.atom.cutoff()
    }

    fn core(&self, energy: f64, kinds: [u8; 2]) -> f64 {
        SitePotential::core(&self.atom, energy, kinds)
    }

    fn with_forces_on_images(&self) -> Option<Arc<dyn ForceField>> {
        Some(Arc::new(Sites(Arc::new(self.atom.clone()))))
    }

    fn evaluate(&self, around: &Neighbourhood<'_>, evaluation: &mut Evaluation) {
        let several = self.atom.kinds() > 1;
        let Workspace { places, slopes, chunks } = &mut evaluation.embedded;
        Place::fill(places, around.positions);
        slopes.resize(around.contributing, 0.0);
        chunks.resize_with(around.contributing.div_ceil(CHUNK), Chunk::default);
        let parts = chunks.iter_mut().zip(slopes.chunks_mut(CHUNK)).enumerate();
        let mut parts: Vec<_> = parts.map(|(index, (chunk, slopes))| (index * CHUNK, chunk, slopes)).collect();
        each(&mut parts, |(first, chunk, slopes)| {
            if several {
                dispatch!(self.level, simd => self.embed::<_, true>(simd, around, places, *first, chunk, slopes));
            } else {
                dispatch!(self.level, simd => self.embed::<_, false>(simd, around, places, *first, chunk, slopes));
            }
        });
        for (place, &source) in places.iter_mut().zip(around.sources) {
            place.0[3] = slopes[source as usize];
        }
        evaluation.forces.resize(around.contributing, Vector3::zeros());
        let parts = evaluation.forces.chunks_mut(CHUNK).zip(chunks.iter()).enumerate();
        let part = |(index, (forces, chunk))| Forces {
            first: index * CHUNK,
            chunk,
            forces,
            energy: 0.0,
            virial: Matrix3::zeros(),
        };
        let mut parts: Vec<_> = parts.map(part).collect();
        each(&mut parts, |part| {
            if several {
                dispatch!(self.level, simd => self.push::<_, true>(simd, around.kinds, places, part));
            } else {
                dispatch!(self.level, simd => self.push::<_, false>(simd, around.kinds, places, part));
            }
        });
        evaluation.energy = parts.iter().map(|part| part.chunk.energy + part.energy).sum();
        evaluation.continuous_energy = evaluation.energy;
        evaluation.virial = parts.iter().map(|part| part.virial).sum();
    }
}

impl EmbeddedAtoms {
    /// Finds who is near, the densities, and what they are worth; `SEVERAL` where there is more than one element.
    #[inline(always)]
    fn embed<S: Simd, const SEVERAL: bool>(
        &self,
        simd: S,
        around: &Neighbourhood<'_>,
        places: &[Place],
        first: usize,
        chunk: &mut Chunk,
        slopes: &mut [f64],
    ) {
        let (squared, tables) = (self.atom.cutoff() * self.atom.cutoff(), Tables::new(&self.atom));
        let (cutoff, far) = (f64x4::splat(simd, squared), places.len() as u32 - 1);
        let mut squares = Vec::new();
        let mut used = 0;
        chunk.energy = 0.0;
        chunk.ends.clear();
        for (k, slope) in slopes.iter_mut().enumerate() {
            let atom = first + k;
            let row = &around.neighbours[around.starts[atom] as usize..around.starts[atom + 1] as usize];
            let room = row.len() + LANES;
            if squares.len() < room {
                squares.resize(room, 0.0);
            }
            if chunk.near.len() < used + room {
                chunk.near.resize(2 * (used + room), 0);
            }
            let mut within = Within { near: &mut chunk.near[used..used + room], squares: &mut squares, count: 0 };
            let centre = Centre::new(simd, &places[atom]);
            let fours = row.chunks_exact(LANES);
            let mut last = [far; LANES];
            last.iter_mut().zip(fours.remainder()).for_each(|(lane, &position)| *lane = position);
            for four in fours {
                within.take(simd, &centre, places, [four[0], four[1], four[2], four[3]], cutoff);
            }
            // Even if none is left: to ask costs more.
            within.take(simd, &centre, places, last, cutoff);
            let end = within.fill(far);
            let mut density = f64x4::splat(simd, 0.0);
            let rows = squares[..end].chunks_exact(LANES).zip(chunk.near[used..used + end].chunks_exact(LANES));
            for (four, near) in rows {
                let square = f64x4::from_slice(simd, four);
                let [own, _] = begins::<SEVERAL>(&tables, around.kinds, atom, near);
                let found = tables.density(simd, square.sqrt(), own);
                density += square.simd_lt(cutoff).select(found, f64x4::splat(simd, 0.0));
            }
            let (energy, own) = self.atom.embedding(if SEVERAL { around.kinds[atom] } else { 0 }, sum(density));
            chunk.energy += energy;
            *slope = own;
            used += end;
            chunk.ends.push(used as u32);
        }
    }

    #[inline(always)]
    fn push<S: Simd, const SEVERAL: bool>(&self, simd: S, kinds: &[u8], places: &[Place], part: &mut Forces<'_>) {
        let (tables, zero) = (Tables::new(&self.atom), f64x4::splat(simd, 0.0));
        let cutoff = f64x4::splat(simd, self.atom.cutoff() * self.atom.cutoff());
        let (mut energy, mut virial, mut begin) = (zero, [zero; 6], 0);
        let mut groups = Vec::new();
        for (k, (out, &end)) in part.forces.iter_mut().zip(&part.chunk.ends).enumerate() {
            let atom = part.first + k;
            let centre = Centre::new(simd, &places[atom]);
            let row = &part.chunk.near[begin..end as usize];
            if groups.len() < row.len() / LANES {
                groups.resize(row.len() / LANES, Group::default());
            }
            let groups = &mut groups[..row.len() / LANES];
            // In a loop of their own: with what follows there would be too few at a time to hide how long they take.
            for (four, group) in row.chunks_exact(LANES).zip(groups.iter_mut()) {
                let (r, square, slope) = centre.separation(simd, places, [four[0], four[1], four[2], four[3]]);
                let distance = square.sqrt();
                // Zero for the far place: it brings nothing.
                let inverse = square.simd_lt(cutoff).select(f64x4::splat(simd, 1.0) / distance, zero);
                group.store([r[0], r[1], r[2], slope, distance, inverse]);
            }
            let mut force = [zero; 3];
            for (group, four) in groups.iter().zip(row.chunks_exact(LANES)) {
                let [x, y, z, slope, distance, inverse] = group.load(simd);
                let r = [x, y, z];
                let [own, theirs] = begins::<SEVERAL>(&tables, kinds, atom, four);
                let pairs = tables.pairs(simd, distance, inverse, own);
                energy += pairs.energy;
                let (by_density, half) = (pairs.density_slope * inverse, pairs.slope * (inverse * 0.5));
                let by_theirs =
                    if SEVERAL { tables.density_slope(simd, distance, theirs) * inverse } else { by_density };
                // What the force and the site's virial have before the separation.
                let share = centre.slope.mul_add(by_density, half);
                let whole = slope.mul_add(by_theirs, share + half);
                let site = [share * r[0], share * r[1], share * r[2]];
                for k in 0..3 {
                    force[k] = whole.mul_add(r[k], force[k]);
                    virial[k] = site[k].mul_add(r[k], virial[k]);
                }
                virial[3] = site[0].mul_add(r[1], virial[3]);
                virial[4] = site[0].mul_add(r[2], virial[4]);
                virial[5] = site[1].mul_add(r[2], virial[5]);
            }
            begin = end as usize;
            *out = Vector3::new(sum(force[0]), sum(force[1]), sum(force[2]));
        }
        part.energy = 0.5 * sum(energy);
        let [xx, yy, zz, xy, xz, yz] = virial.map(sum);
        part.virial = -Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz);
    }
}

/// The tables of an atom beside four others, and of each of them beside it; the far place is of the first kind.
#[inline(always)]
fn begins<const SEVERAL: bool>(tables: &Tables<'_>, kinds: &[u8], atom: usize, four: &[u32]) -> [Begins; 2] {
    if !SEVERAL {
        return [[0; LANES]; 2];
    }
    let kind = |k: usize| kinds.get(four[k] as usize).copied().unwrap_or(0);
    tables.begins(kinds[atom], [kind(0), kind(1), kind(2), kind(3)])
}

/// The neighbours of one atom within the cutoff as they are found.
struct Within<'a> {
    near: &'a mut [u32],
    squares: &'a mut [f64],
    count: usize,
}

impl Within<'_> {
    /// Everyone is written, who is too far is written over: no branch that nobody can foresee.
    #[inline(always)]
    fn take<S: Simd>(&mut self, simd: S, centre: &Centre<S>, places: &[Place], four: [u32; LANES], cutoff: f64x4<S>) {
        let (_, square, _) = centre.separation(simd, places, four);
        let inside = square.simd_lt(cutoff);
        let bits = inside.to_bitmask();
        let room = self.count..self.count + LANES;
        square.compress(inside).store_slice(&mut self.squares[room.clone()]);
        let four = u32x4::from_slice(simd, &four).compress(mask32x4::from_bitmask(simd, bits));
        four.store_slice(&mut self.near[room]);
        self.count += bits.count_ones() as usize;
    }

    /// Fills the last lanes; how many there are then.
    #[inline(always)]
    fn fill(&mut self, far: u32) -> usize {
        let end = self.count.next_multiple_of(LANES);
        self.near[self.count..end].fill(far);
        self.squares[self.count..end].fill(1e60);
        end
    }
}

/// Four neighbours: separations, `F'(rho)`, distances, and one over them.
#[derive(Clone, Copy, Default)]
#[repr(C, align(32))]
struct Group([[f64; LANES]; 6]);

impl Group {
    #[inline(always)]
    fn store<S: Simd>(&mut self, lanes: [f64x4<S>; 6]) {
        for k in 0..6 {
            lanes[k].store_slice(&mut self.0[k]);
        }
    }

    #[inline(always)]
    fn load<S: Simd>(&self, simd: S) -> [f64x4<S>; 6] {
        let mut lanes = [f64x4::splat(simd, 0.0); 6];
        for k in 0..6 {
            lanes[k] = f64x4::from_slice(simd, &self.0[k]);
        }
        lanes
    }
}

/// An atom in all lanes.
pub(super) struct Centre<S: Simd> {
    position: [f64x4<S>; 3],
    /// `F'(rho)`.
    slope: f64x4<S>,
}

impl<S: Simd> Centre<S> {
    #[inline(always)]
    pub(super) fn new(simd: S, Place([x, y, z, slope]): &Place) -> Self {
        let position = [f64x4::splat(simd, *x), f64x4::splat(simd, *y), f64x4::splat(simd, *z)];
        Self { position, slope: f64x4::splat(simd, *slope) }
    }

    /// The vectors to four places, their squares, and `F'(rho)` there.
    #[inline(always)]
    pub(super) fn separation(
        &self,
        simd: S,
        places: &[Place],
        four: [u32; LANES],
    ) -> ([f64x4<S>; 3], f64x4<S>, f64x4<S>) {
        let [x, y, z, slope] = gather(simd, places, four);
        let [x, y, z] = [x - self.position[0], y - self.position[1], z - self.position[2]];
        ([x, y, z], z.mul_add(z, y.mul_add(y, x * x)), slope)
    }
}

#[inline(always)]
pub(super) fn sum<S: Simd>(lanes: f64x4<S>) -> f64 {
    let mut four = [0.0; LANES];
    lanes.store_slice(&mut four);
    (four[0] + four[1]) + (four[2] + four[3])
}
