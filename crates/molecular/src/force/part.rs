//! The share of the forces that one thread computes at a time.

use super::rows::transpose;
use crate::neighbours::{CHUNK, ChunkList, LANES, MaskedEntry, STRIDE};
use crate::parallel::each;
use fearless_simd::{Simd, f64x4, prelude::*};
use std::ops::Range;

/// Slots of a chunk.
const SLOTS: usize = CHUNK * LANES;

/// A slot as the force loops see it, one line of the cache.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Line {
    /// Position, and one unused number.
    pub(crate) place: [f64; 4],
    /// The force that a part exerts on it, and one unused number.
    pub(crate) force: [f64; 4],
}

/// Forces that the pairs listed for some consecutive chunks exert, on those and on the ones near them.
///
/// Each part has lines of its own for all that it touches, so parts run on any thread; they are added up in the order of
/// the parts. Entries of its lists are places among its lines: neighbours lie in one line each, near each other, however large
/// the system.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForcePart {
    /// The chunks whose lists it works on.
    pub(crate) own: Range<usize>,
    /// The chunks its pairs touch, in the order of the first touch.
    pub(crate) touched: Vec<u32>,
    /// For each of its own chunks, how many of these it and those before it touch.
    reached: Vec<u32>,
    /// For each of its own chunks, which of these it is itself.
    home: Vec<u32>,
    /// Those of the touched chunks.
    pub(crate) lines: Vec<Line>,
    /// `sum_s s G_s`, `G_s` the force that its atoms feel from images translated by `s`; xx yy zz xy xz yz, energy.
    pub(crate) shifted: [f64; 6],
}

impl ForcePart {
    /// Gives it the chunks `own`; `lists` are those of all chunks.
    pub(crate) fn assign(&mut self, own: Range<usize>, lists: &[ChunkList]) {
        self.own = own.clone();
        self.touched.clear();
        self.reached.clear();
        self.home.clear();
        let mut index = vec![u32::MAX; lists.len()];
        for chunk in own {
            for &other in &lists[chunk].touched {
                if index[other as usize] == u32::MAX {
                    index[other as usize] = self.touched.len() as u32;
                    self.touched.push(other);
                }
            }
            self.reached.push(self.touched.len() as u32);
            self.home.push(index[chunk]);
        }
        self.lines.resize(self.touched.len() * SLOTS, Line::default());
    }

    /// A part without lists that touches all of so many chunks, each slot at its own number.
    pub(crate) fn of_everything(chunks: usize) -> Self {
        let lines = vec![Line::default(); chunks * SLOTS];
        Self { touched: (0..chunks as u32).collect(), lines, ..Self::default() }
    }

    /// Which of its touched chunks the own chunk `index` is, as the line of its first slot.
    pub(crate) fn first_line(&self, index: usize) -> usize {
        self.home[index] as usize * SLOTS
    }

    /// The lines that one cluster of a touched chunk has.
    #[inline(always)]
    pub(crate) fn cluster_lines(&self, touched: u32, member: usize) -> &[Line] {
        let first = touched as usize * SLOTS + member * LANES;
        &self.lines[first..first + LANES]
    }

    /// Fills the lines that the own chunk `index` is the first to touch: positions, and no forces.
    ///
    /// Just ahead of their use, so that they are in the cache.
    #[inline(always)]
    pub(crate) fn open<S: Simd>(&mut self, simd: S, index: usize, positions: &[f64]) {
        let before = if index == 0 { 0 } else { self.reached[index - 1] };
        let zero = f64x4::splat(simd, 0.0);
        for touched in before as usize..self.reached[index] as usize {
            let first = self.touched[touched] as usize * CHUNK * STRIDE;
            let last = (first + CHUNK * STRIDE).min(positions.len());
            let lines = self.lines[touched * SLOTS..].chunks_exact_mut(LANES);
            for (lines, block) in lines.zip(positions[first..last].chunks_exact(STRIDE)) {
                let [x, y, z] = [0, LANES, 2 * LANES].map(|k| f64x4::from_slice(simd, &block[k..k + LANES]));
                let places = transpose(simd, [x, y, z, zero]);
                for (line, place) in lines.iter_mut().zip(places) {
                    place.store_slice(&mut line.place);
                    zero.store_slice(&mut line.force);
                }
            }
        }
    }
}

/// Makes the entries of all lists, and of what was taken out of each where something was, places among the lines of their part.
pub(crate) fn localise(parts: &[ForcePart], lists: &mut [ChunkList], masked: &mut [Vec<MaskedEntry>]) {
    let chunks = lists.len();
    let (mut lists, mut masked) = (lists, masked);
    let mut work = Vec::new();
    for part in parts {
        let (own, others) = lists.split_at_mut(part.own.len());
        let (own_masked, other_masked) = masked.split_at_mut(part.own.len().min(masked.len()));
        (lists, masked) = (others, other_masked);
        work.push((part, own, own_masked));
    }
    each(&mut work, |(part, own, own_masked)| {
        // What is added to a slot of a chunk, wrapping.
        let mut shift = vec![0u32; chunks];
        for (touched, &chunk) in part.touched.iter().enumerate() {
            shift[chunk as usize] = (touched as u32).wrapping_sub(chunk).wrapping_mul(SLOTS as u32);
        }
        let slots = own.iter_mut().flat_map(|list| list.entries.iter_mut());
        let masked = own_masked.iter_mut().flatten().map(|entry| &mut entry.slot);
        slots.chain(masked).for_each(|slot| *slot = slot.wrapping_add(shift[*slot as usize / SLOTS]));
    });
}
