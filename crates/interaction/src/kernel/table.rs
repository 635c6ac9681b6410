//! `1 - cos chi` over energy and impact parameter as bicubic patches.
//!
//! The energy axis is cut into cells. Each cell has an *anchor*: a cubic in `E` for the value of `u = (b/rc)^2` about
//! which the angle is sharp (the orbiting impact parameter where there is one). On either side of it the coordinate
//! is the relative distance `y` from the anchor, cut into octaves and these into patches, so that the logarithmic
//! divergence is resolved down to `2^-OCTAVES`. In these coordinates neighbouring energies look alike.
//! Looking up is arithmetic and four loads: the leading bits of `E` and of `y` are the indices.

/// Octaves of the distance from the anchor.
pub(super) const OCTAVES: u32 = 22;
/// Index bins per octave of distance: 2^5, the finest patches.
pub(super) const DISTANCE_BITS: u32 = 5;
/// Index bins per octave of energy: 2^4.
const ENERGY_BITS: u32 = 4;
/// Index bins of one side of one cell.
pub(super) const BINS: usize = (OCTAVES as usize) << DISTANCE_BITS;
const LOWEST_DISTANCE_KEY: u64 = ((1023 - OCTAVES) as u64) << DISTANCE_BITS;

/// A polynomial in the local coordinates `s` (energy) and `t` (distance), both in `[-1, 1]`:
/// `sum_ij c[j][i] s^i t^j`.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Patch(pub(super) [[f32; 4]; 4]);

/// Where a patch is on its side: centre and inverse half width in `y`; dyadic, exact in `f32`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) centre: f32,
    pub(super) inverse_half: f32,
}

/// A range of energies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) upper: f64,
    pub(super) middle: f64,
    pub(super) inverse_half: f64,
    /// The anchor as a cubic in the local energy.
    pub(super) anchor: [f64; 4],
    /// The first patch of this cell.
    pub(super) patches: u32,
}

impl Cell {
    pub(super) fn new(lower: f64, upper: f64) -> Self {
        let (middle, half) = (0.5 * (lower + upper), 0.5 * (upper - lower));
        Self { upper, middle, inverse_half: 1.0 / half, anchor: [0.0; 4], patches: 0 }
    }
    #[inline]
    pub(super) fn anchor_at(&self, s: f64) -> f64 {
        let a = &self.anchor;
        a[0] + s * (a[1] + s * (a[2] + s * a[3]))
    }
}

/// The table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    lower: f64,
    /// Key of the first energy bin.
    first_key: u64,
    /// For each energy bin the cell at its lower end.
    first_cell: Vec<u16>,
    cells: Vec<Cell>,
    /// For each cell, side and distance bin the patch, counted from the cell's first.
    index: Vec<u16>,
    patches: Vec<Patch>,
    spans: Vec<Span>,
}

fn energy_key(energy: f64) -> u64 {
    energy.to_bits() >> (52 - ENERGY_BITS)
}

impl Table {
    pub(super) fn new(lower: f64) -> Self {
        Self {
            lower,
            first_key: energy_key(lower),
            first_cell: Vec::new(),
            cells: Vec::new(),
            index: Vec::new(),
            patches: Vec::new(),
            spans: Vec::new(),
        }
    }
    /// Appends a cell that begins where the last one ended; `sides` are the patches below and above the anchor with
    /// the bins each one fills.
    pub(super) fn push(&mut self, mut cell: Cell, sides: [Vec<(Patch, Span, std::ops::Range<usize>)>; 2]) {
        cell.patches = self.patches.len() as u32;
        for side in sides {
            let start = self.index.len();
            self.index.resize(start + BINS, 0);
            for (patch, span, bins) in side {
                let id = (self.patches.len() - cell.patches as usize) as u16;
                self.index[start + bins.start..start + bins.end].fill(id);
                self.patches.push(patch);
                self.spans.push(span);
            }
        }
        self.cells.push(cell);
    }
    /// Builds the index over energies once all cells are there.
    pub(super) fn finish(&mut self) {
        let last = self.energies().1;
        let mut cell = 0;
        for key in self.first_key..energy_key(last) + u64::from(energy_key(last) == self.first_key) {
            let bin_start = f64::from_bits(key << (52 - ENERGY_BITS)).max(self.lower);
            while cell + 1 < self.cells.len() && self.cells[cell].upper <= bin_start {
                cell += 1;
            }
            self.first_cell.push(cell as u16);
        }
    }
    pub(super) fn energies(&self) -> (f64, f64) {
        (self.lower, self.cells.last().map_or(self.lower, |c| c.upper))
    }
    pub(super) fn size(&self) -> usize {
        std::mem::size_of_val(&*self.first_cell)
            + std::mem::size_of_val(&*self.cells)
            + std::mem::size_of_val(&*self.index)
            + std::mem::size_of_val(&*self.patches)
            + std::mem::size_of_val(&*self.spans)
    }
    /// `1 - cos chi` at `E` and `u = (b/rc)^2`; `None` outside the tabulated energies.
    #[inline]
    pub(super) fn loss(&self, energy: f64, u: f64) -> Option<f64> {
        let bin = energy_key(energy).wrapping_sub(self.first_key) as usize;
        let mut number = *self.first_cell.get(bin)? as usize;
        if energy < self.lower {
            return None;
        }
        // Most bins lie in one cell or two: the first step without a branch to mispredict.
        number += usize::from(energy >= self.cells[number].upper);
        while energy >= self.cells[number].upper {
            number += 1;
        }
        let cell = &self.cells[number];
        let s = (energy - cell.middle) * cell.inverse_half;
        let anchor = cell.anchor_at(s);
        let below = u < anchor;
        let distance = (u - anchor).abs() / if below { anchor } else { 1.0 - anchor };
        let key = (distance.to_bits() >> (52 - DISTANCE_BITS)).saturating_sub(LOWEST_DISTANCE_KEY);
        let bin = (key as usize).min(BINS - 1);
        let side = 2 * number + usize::from(!below);
        let patch = cell.patches as usize + self.index[side * BINS + bin] as usize;
        let span = self.spans[patch];
        let t = ((distance as f32 - span.centre) * span.inverse_half).max(-1.0);
        let c = &self.patches[patch].0;
        let s = s as f32;
        let mut row = c[3];
        for j in (0..3).rev() {
            for i in 0..4 {
                row[i] = row[i] * t + c[j][i];
            }
        }
        let loss = row[0] + s * (row[1] + s * (row[2] + s * row[3]));
        Some(f64::from(loss.clamp(0.0, 2.0)))
    }
}
