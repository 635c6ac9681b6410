//! The share of the forces that one thread computes at a time.

use super::kernel::{load, store};
use super::rows::transpose;
use crate::neighbours::{CHUNK, ChunkList, LANES, MaskedEntry, STRIDE};
use crate::parallel::each;
use fearless_simd::{Simd, f64x4, prelude::*};
use std::ops::Range;
use std::sync::Mutex;

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

/// Lines that no part has in use: each thread takes the ones last given back.
#[derive(Debug, Default)]
pub(crate) struct Workspace(Mutex<Vec<Vec<Line>>>);

impl Clone for Workspace {
    /// Without the lines: they hold nothing.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Workspace {
    /// Lines that hold nothing of use.
    pub(crate) fn take(&self) -> Vec<Line> {
        self.0.lock().ok().and_then(|mut free| free.pop()).unwrap_or_default()
    }

    /// For the next one who takes.
    pub(crate) fn give_back(&self, lines: Vec<Line>) {
        if let Ok(mut free) = self.0.lock() {
            free.push(lines);
        }
    }
}

/// Forces that the pairs listed for some consecutive chunks exert, on those and on the ones near them.
///
/// Each part has forces of its own for all that it touches, so parts run on any thread; they are added up in the order of
/// the parts. While it is filled, a touched chunk has a bay of lines from the first list that has its atoms to the last one:
/// the lines in use stay in the cache however large the system.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForcePart {
    /// The chunks whose lists it works on.
    pub(crate) own: Range<usize>,
    /// The chunks its pairs touch, in the order of the first touch.
    pub(crate) touched: Vec<u32>,
    /// The bay of each of these.
    bays: Vec<u32>,
    /// For each own chunk, how many of these it and those before it touch.
    opened: Vec<u32>,
    /// Which of these no later own chunk touches, own chunk by own chunk, and for each own chunk how many up to it.
    closing: Vec<u32>,
    closed: Vec<u32>,
    /// For each own chunk, the bay of itself.
    home: Vec<u32>,
    /// Bays in all.
    room: usize,
    /// Forces on the clusters of the touched chunks, component by component.
    pub(crate) forces: Vec<f64>,
    /// `sum_s s G_s`, `G_s` the force that its atoms feel from images translated by `s`; xx yy zz xy xz yz, energy.
    pub(crate) shifted: [f64; 6],
}

impl ForcePart {
    /// Gives it the chunks `own`; `lists` are those of all chunks.
    pub(crate) fn assign(&mut self, own: Range<usize>, lists: &[ChunkList]) {
        self.own = own.clone();
        for numbers in [&mut self.touched, &mut self.bays, &mut self.opened, &mut self.closing] {
            numbers.clear();
        }
        self.closed.clear();
        self.home.clear();
        let mut last = vec![0; lists.len()];
        for chunk in own.clone() {
            lists[chunk].touched.iter().for_each(|&other| last[other as usize] = chunk);
        }
        let mut index = vec![u32::MAX; lists.len()];
        let (mut free, mut room) = (Vec::new(), 0);
        for chunk in own {
            for &other in &lists[chunk].touched {
                if index[other as usize] == u32::MAX {
                    index[other as usize] = self.touched.len() as u32;
                    self.touched.push(other);
                    self.bays.push(free.pop().unwrap_or_else(|| {
                        room += 1;
                        room - 1
                    }));
                }
            }
            self.home.push(self.bays[index[chunk] as usize]);
            self.opened.push(self.touched.len() as u32);
            for &other in lists[chunk].touched.iter().filter(|&&other| last[other as usize] == chunk) {
                self.closing.push(index[other as usize]);
                free.push(self.bays[index[other as usize] as usize]);
            }
            self.closed.push(self.closing.len() as u32);
        }
        self.room = room as usize;
        self.forces.resize(self.touched.len() * CHUNK * STRIDE, 0.0);
    }

    /// A part without lists that touches all of so many chunks, in their order.
    pub(crate) fn of_everything(chunks: usize) -> Self {
        let forces = vec![0.0; chunks * CHUNK * STRIDE];
        Self { touched: (0..chunks as u32).collect(), forces, ..Self::default() }
    }

    /// Lines enough for its bays.
    pub(crate) fn make_room(&self, lines: &mut Vec<Line>) {
        if lines.len() < self.room * SLOTS {
            lines.resize(self.room * SLOTS, Line::default());
        }
    }

    /// The line of the first slot of own chunk `index`.
    pub(crate) fn first_line(&self, index: usize) -> usize {
        self.home[index] as usize * SLOTS
    }

    /// The forces on one cluster of a touched chunk.
    #[inline(always)]
    pub(crate) fn of_cluster(&self, touched: u32, member: usize) -> &[f64] {
        let first = (touched as usize * CHUNK + member) * STRIDE;
        &self.forces[first..first + STRIDE]
    }

    /// Fills the bays of what own chunk `index` is the first to touch: positions, and no forces.
    #[inline(always)]
    pub(crate) fn open<S: Simd>(&self, simd: S, index: usize, positions: &[f64], lines: &mut [Line]) {
        let before = if index == 0 { 0 } else { self.opened[index - 1] };
        let zero = f64x4::splat(simd, 0.0);
        for touched in before as usize..self.opened[index] as usize {
            let first = self.touched[touched] as usize * CHUNK * STRIDE;
            let last = (first + CHUNK * STRIDE).min(positions.len());
            let bay = &mut lines[self.bays[touched] as usize * SLOTS..][..SLOTS];
            for (lines, block) in bay.chunks_exact_mut(LANES).zip(positions[first..last].chunks_exact(STRIDE)) {
                let [x, y, z] = load(simd, block);
                let places = transpose(simd, [x, y, z, zero]);
                for (line, place) in lines.iter_mut().zip(places) {
                    place.store_slice(&mut line.place);
                    zero.store_slice(&mut line.force);
                }
            }
        }
    }

    /// Takes the forces from the bays of what own chunk `index` is the last to touch; those beyond the last cluster of all are what
    /// the lines held before.
    #[inline(always)]
    pub(crate) fn close<S: Simd>(&mut self, simd: S, index: usize, lines: &[Line]) {
        let before = if index == 0 { 0 } else { self.closed[index - 1] };
        for &touched in &self.closing[before as usize..self.closed[index] as usize] {
            let bay = &lines[self.bays[touched as usize] as usize * SLOTS..][..SLOTS];
            let forces = &mut self.forces[touched as usize * CHUNK * STRIDE..][..CHUNK * STRIDE];
            for (block, lines) in forces.chunks_exact_mut(STRIDE).zip(bay.chunks_exact(LANES)) {
                let mut rows = [f64x4::splat(simd, 0.0); LANES];
                for k in 0..LANES {
                    rows[k] = f64x4::from_slice(simd, &lines[k].force);
                }
                let [x, y, z, _] = transpose(simd, rows);
                store(&[x, y, z], block);
            }
        }
    }
}

/// Makes the entries of all lists, and of what was taken out of each where something was, lines in the bays of their part.
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
        for (&bay, &chunk) in part.bays.iter().zip(&part.touched) {
            shift[chunk as usize] = bay.wrapping_sub(chunk).wrapping_mul(SLOTS as u32);
        }
        let localise = |slot: &mut u32| *slot = slot.wrapping_add(shift[*slot as usize / SLOTS]);
        own.iter_mut().for_each(|list| list.entries.iter_mut().for_each(localise));
        own_masked.iter_mut().flatten().for_each(|entry| localise(&mut entry.slot));
    });
}
