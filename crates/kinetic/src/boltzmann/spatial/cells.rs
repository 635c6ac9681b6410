//! Equal cells of the unit cube and the order of the particles by cells.

use super::{Particle, SpatialError};
use rayon::prelude::*;
use std::ops::Range;

/// Particles that one task flies, at least.
const CHUNK: usize = 1 << 14;
/// Particles of the cells that one task collides, about.
const BLOCK: usize = 1 << 13;

/// The cells, and where their particles are.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    divisions: [usize; 3],
    /// Particles of a chunk; the work on the ends of runs in all chunks stays below that on the particles.
    chunk: usize,
    /// Cells of a block.
    block: usize,
    chunks: Vec<Chunk>,
    /// Of the first particle of each cell, and the number of particles.
    offsets: Vec<usize>,
}

/// A part of the particles, sorted by numbers.
#[derive(Clone, Debug, Default)]
struct Chunk {
    cell: Vec<u32>,
    /// Particles of the chunk by cells, in their order within a cell.
    sorted: Vec<u32>,
    /// Where the run of each cell ends in `sorted`.
    ends: Vec<u32>,
}

impl Chunk {
    /// Sorts the numbers of the chunk's particles by `cell`.
    fn sort(&mut self, cells: usize) {
        self.ends.clear();
        self.ends.resize(cells + 1, 0);
        for &cell in &self.cell {
            self.ends[cell as usize + 1] += 1;
        }
        for c in 0..cells {
            self.ends[c + 1] += self.ends[c];
        }
        self.sorted.resize(self.cell.len(), 0);
        // `ends[c]` is the start of cell c, and its end when all its particles are placed.
        for (particle, &cell) in self.cell.iter().enumerate() {
            let place = &mut self.ends[cell as usize];
            self.sorted[*place as usize] = particle as u32;
            *place += 1;
        }
    }

    fn run(&self, cell: usize) -> Range<usize> {
        let start = if cell == 0 { 0 } else { self.ends[cell - 1] };
        start as usize..self.ends[cell] as usize
    }
}

impl Cells {
    pub(super) fn new(divisions: [usize; 3], particles: usize) -> Result<Self, SpatialError> {
        let all: usize = divisions.iter().product();
        if divisions.iter().any(|n| !(1..=65_535).contains(n)) || all >= 1 << 31 {
            return Err(SpatialError::Divisions(divisions));
        }
        let block = (BLOCK * all / particles).clamp(1, all);
        Ok(Self { divisions, chunk: CHUNK.max(2 * all), block, chunks: Vec::new(), offsets: vec![0; all + 1] })
    }

    /// How many.
    pub(super) fn count(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The cell of a place in `[0, 1)^3`; the last edge fastest.
    #[inline(always)]
    pub(super) fn of(&self, place: &[f64; 3]) -> usize {
        let [nx, ny, nz] = self.divisions;
        // A place just below 1 may round to the next cell.
        let along = |s: f64, n: usize| ((s * n as f64) as usize).min(n - 1);
        (along(place[0], nx) * ny + along(place[1], ny)) * nz + along(place[2], nz)
    }

    /// Moves the particles by `fly`, puts them into the order of their cells, through `other`, and lets `collide(cell,
    /// particles of the cell)` act on every cell; the sums of what it returns.
    pub(super) fn sweep(
        &mut self,
        particles: &mut Vec<Particle>,
        other: &mut Vec<Particle>,
        fly: impl Fn(&mut Particle) + Sync,
        collide: impl Fn(usize, &mut [Particle]) -> [u64; 2] + Sync,
    ) -> [u64; 2] {
        let cells = self.count();
        let mut chunks = std::mem::take(&mut self.chunks);
        chunks.resize_with(particles.len().div_ceil(self.chunk), Chunk::default);
        particles.par_chunks_mut(self.chunk).zip(&mut chunks).for_each(|(particles, chunk)| {
            chunk.cell.clear();
            chunk.cell.extend(particles.iter_mut().map(|particle| {
                fly(particle);
                self.of(&particle.place) as u32
            }));
            chunk.sort(cells);
        });
        let mut sum = 0;
        for c in 0..cells {
            self.offsets[c] = sum;
            sum += chunks.iter().map(|chunk| chunk.run(c).len()).sum::<usize>();
        }
        self.offsets[cells] = sum;
        self.chunks = chunks;
        let mut rest = &mut other[..];
        let mut blocks = Vec::with_capacity(cells.div_ceil(self.block));
        for first in (0..cells).step_by(self.block) {
            let last = (first + self.block).min(cells);
            let (head, tail) = rest.split_at_mut(self.offsets[last] - self.offsets[first]);
            blocks.push((first..last, head));
            rest = tail;
        }
        let done: Vec<[u64; 2]> =
            blocks.into_par_iter().map(|(cells, target)| self.gather(particles, cells, target, &collide)).collect();
        std::mem::swap(particles, other);
        done.iter().fold([0; 2], |sum, counts| [sum[0] + counts[0], sum[1] + counts[1]])
    }

    /// Copies the particles of some cells to `target` and lets them collide while they are in the nearest cache.
    fn gather(
        &self,
        particles: &[Particle],
        cells: Range<usize>,
        target: &mut [Particle],
        collide: &impl Fn(usize, &mut [Particle]) -> [u64; 2],
    ) -> [u64; 2] {
        let mut counts = [0; 2];
        let mut start = 0;
        for cell in cells {
            let mut end = start;
            for (k, chunk) in self.chunks.iter().enumerate() {
                let source = &particles[k * self.chunk..];
                for &particle in &chunk.sorted[chunk.run(cell)] {
                    target[end] = source[particle as usize];
                    end += 1;
                }
            }
            let [candidates, collisions] = collide(cell, &mut target[start..end]);
            counts = [counts[0] + candidates, counts[1] + collisions];
            start = end;
        }
        counts
    }
}
