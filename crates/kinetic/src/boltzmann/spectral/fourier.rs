//! Discrete Fourier transforms of cubes of `N^3` points, one axis after the other.
//!
//! A field lies as `[x3][x2][x1]`, a spectrum as `[k1][k2][k3]`, the last index contiguous, both in the order of the
//! discrete transform (0, 1, ..., -2, -1): two transpositions inside planes that stay in the cache are all that is
//! moved. Only modes in the ball `|k| < N/2` are used, and a field may be wanted in a ball only: lines outside are
//! neither transformed nor moved.

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::ops::Range;
use std::sync::Arc;

pub(super) type C64 = Complex<f64>;
const ZERO: C64 = C64 { re: 0.0, im: 0.0 };
/// Planes of the cube lie `N^2` and this apart: at a power of two their lines would compete for the same places of the
/// cache.
const PAD: usize = 8;

/// The points whose distance from the middle, squared and in steps of the grid, is at most this; none with an index `N/2`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Ball(usize);

/// The plan of a cube.
#[derive(Clone)]
pub(super) struct Cube {
    pub(super) n: usize,
    to_field: Arc<dyn Fft<f64>>,
    to_spectrum: Arc<dyn Fft<f64>>,
    /// Modes that exist.
    modes: Ball,
    /// All points.
    pub(super) whole: Ball,
    /// Whole square roots, at most the largest index.
    roots: Arc<[usize]>,
}

/// Memory for one transform.
pub(super) struct Workspace {
    cube: Vec<C64>,
    plane: Vec<C64>,
    turned: Vec<C64>,
    opposite: Vec<C64>,
    scratch: Vec<C64>,
    /// A spectrum that a caller may keep here.
    pub(super) spectrum: Vec<C64>,
}

impl Cube {
    pub(super) fn new(n: usize) -> Self {
        let mut planner = FftPlanner::new();
        let largest = n / 2 - 1;
        let whole = 3 * largest * largest;
        Self {
            n,
            to_field: planner.plan_fft_inverse(n),
            to_spectrum: planner.plan_fft_forward(n),
            modes: Ball((n / 2).pow(2) - 1),
            whole: Ball(whole),
            roots: (0..=whole).map(|square| square.isqrt().min(largest)).collect(),
        }
    }
    /// The points with `c^2 < square`, none if that is not positive.
    pub(super) fn ball(&self, square: f64) -> Option<Ball> {
        let limit = (square * (0.5 * self.n as f64).powi(2)).ceil() - 1.0;
        (limit >= 0.0).then(|| Ball((limit as usize).min(self.whole.0)))
    }
    /// The largest magnitude of an index on a row this far (squared) from the middle; `None` outside the ball.
    fn reach(&self, ball: Ball, square: usize) -> Option<usize> {
        Some(self.roots[ball.0.checked_sub(square)?])
    }
    pub(super) fn workspace(&self) -> Workspace {
        let square = self.n * self.n;
        let scratch = [&self.to_field, &self.to_spectrum]
            .map(|plan| plan.get_inplace_scratch_len().max(plan.get_outofplace_scratch_len()));
        Workspace {
            cube: vec![ZERO; self.n * self.stride()],
            plane: vec![ZERO; square],
            turned: vec![ZERO; square],
            opposite: vec![ZERO; square],
            scratch: vec![ZERO; scratch[0].max(scratch[1])],
            spectrum: Vec::new(),
        }
    }
    fn stride(&self) -> usize {
        self.n * self.n + PAD
    }
    /// The wave number of an index.
    pub(super) fn wave_number(&self, index: usize) -> i32 {
        if 2 * index < self.n { index as i32 } else { index as i32 - self.n as i32 }
    }
    /// The index of the opposite wave number or of the mirrored point.
    pub(super) fn opposite(&self, index: usize) -> usize {
        if index == 0 { 0 } else { self.n - index }
    }
    fn square(&self, index: usize) -> usize {
        self.wave_number(index).pow(2) as usize
    }
    /// The largest wave number along the last axis of row `(k1, k2)`, given by indices; `None` outside the ball.
    pub(super) fn row_reach(&self, k1: usize, k2: usize) -> Option<usize> {
        self.reach(self.modes, self.square(k1) + self.square(k2))
    }
    /// The largest wave number of any row of plane `k1`.
    fn plane_reach(&self, k1: usize) -> Option<usize> {
        self.reach(self.modes, self.square(k1))
    }
    /// The largest index of a point of the ball along the row `(x2, x3)`.
    pub(super) fn points_reach(&self, ball: Ball, x2: usize, x3: usize) -> Option<usize> {
        self.reach(ball, self.square(x2) + self.square(x3))
    }
    /// The two ranges of indices whose magnitude is at most `reach`.
    pub(super) fn ranges(&self, reach: usize) -> [Range<usize>; 2] {
        [0..reach + 1, self.n - reach..self.n]
    }

    /// Sums a spectrum over its modes. `fill(k1, k2, range, part)` gives a range of row `(k1, k2)`; `take(x3, slab, mirrored)`
    /// gets the slabs `[x2][x1]` of the field at `x3 >= 0` and at `-x3`. Points outside the ball hold anything.
    pub(super) fn synthesize(
        &self,
        work: &mut Workspace,
        ball: Ball,
        mut fill: impl FnMut(usize, usize, Range<usize>, &mut [C64]),
        mut take: impl FnMut(usize, &[C64], &[C64]),
    ) {
        let n = self.n;
        let Some(slabs) = self.reach(ball, 0) else { return };
        for k1 in 0..n {
            let Some(reach) = self.plane_reach(k1) else { continue };
            let target = &mut work.cube[k1 * self.stride()..][..n * n];
            for k2 in 0..n {
                let row = &mut work.plane[k2 * n..(k2 + 1) * n];
                match self.row_reach(k1, k2) {
                    Some(reach) => {
                        row[reach + 1..n - reach].fill(ZERO);
                        for range in self.ranges(reach).into_iter().filter(|range| !range.is_empty()) {
                            fill(k1, k2, range.clone(), &mut row[range]);
                        }
                    }
                    None => row.fill(ZERO),
                }
            }
            for rows in self.ranges(reach).into_iter().filter(|rows| !rows.is_empty()) {
                let rows = &mut work.plane[rows.start * n..rows.end * n];
                self.to_field.process_with_scratch(rows, &mut work.scratch);
            }
            for slabs in self.ranges(slabs).into_iter().filter(|slabs| !slabs.is_empty()) {
                let count = slabs.len() * n;
                transpose(&work.plane[slabs.start..], n, &mut work.turned[..count], n);
                let target = &mut target[slabs.start * n..slabs.end * n];
                self.to_field.process_outofplace_with_scratch(&mut work.turned[..count], target, &mut work.scratch);
            }
        }
        for x3 in 0..=slabs {
            let Some(reach) = self.reach(ball, x3 * x3) else { continue };
            let mirrored = self.opposite(x3);
            let Workspace { cube, turned, plane, opposite, scratch, .. } = work;
            self.column(cube, x3, reach, turned, plane, scratch);
            if mirrored == x3 {
                take(x3, plane, plane);
            } else {
                self.column(cube, mirrored, reach, turned, opposite, scratch);
                take(x3, plane, opposite);
            }
        }
    }

    /// The last axis of slab `x3`: rows `[x2][x1]` with `|x2| <= reach` into `out`.
    fn column(&self, cube: &[C64], x3: usize, reach: usize, turned: &mut [C64], out: &mut [C64], scratch: &mut [C64]) {
        let n = self.n;
        for rows in self.ranges(reach).into_iter().filter(|rows| !rows.is_empty()) {
            let count = rows.len() * n;
            transpose(&cube[x3 * n + rows.start..], self.stride(), &mut turned[..count], n);
            // The Nyquist plane is outside the ball and never written.
            turned[..count].iter_mut().skip(n / 2).step_by(n).for_each(|x| *x = ZERO);
            let out = &mut out[rows.start * n..rows.end * n];
            self.to_field.process_outofplace_with_scratch(&mut turned[..count], out, scratch);
        }
    }

    /// The spectrum `sum_x (first + i second) exp(-i k.x)` of two real fields that vanish outside `ball`, over `N^3`, zero
    /// outside the ball of modes. If the ball is the whole, the planes with an index `N/2` count as well.
    pub(super) fn analyze(
        &self,
        work: &mut Workspace,
        ball: Ball,
        first: &[f64],
        second: Option<&[f64]>,
        out: &mut [C64],
    ) {
        let n = self.n;
        let scale = 1.0 / (n * n * n) as f64;
        let stride = self.stride();
        let all = ball == self.whole;
        for x3 in 0..n {
            let reach = if all { Some(n / 2 - 1) } else { self.reach(ball, self.square(x3)) };
            let Some(reach) = reach else {
                for k1 in 0..n {
                    work.cube[k1 * stride + x3 * n..][..n].fill(ZERO);
                }
                continue;
            };
            let slab = x3 * n * n..(x3 + 1) * n * n;
            match second {
                Some(second) => {
                    for (z, (a, b)) in work.plane.iter_mut().zip(first[slab.clone()].iter().zip(&second[slab])) {
                        *z = C64::new(a * scale, b * scale);
                    }
                }
                None => work.plane.iter_mut().zip(&first[slab]).for_each(|(z, a)| *z = C64::new(a * scale, 0.0)),
            }
            let rows = if all { [0..n, n..n] } else { self.ranges(reach) };
            for rows in rows.into_iter().filter(|rows| !rows.is_empty()) {
                let rows = &mut work.plane[rows.start * n..rows.end * n];
                self.to_spectrum.process_with_scratch(rows, &mut work.scratch);
            }
            // [x2][k1] into [k1][x3][x2].
            transpose_out(&work.plane, n, &mut work.cube[x3 * n..], stride);
        }
        for k1 in 0..n {
            let plane = &mut work.cube[k1 * stride..][..n * n];
            let target = &mut out[k1 * n * n..(k1 + 1) * n * n];
            let Some(reach) = self.plane_reach(k1) else {
                target.fill(ZERO);
                continue;
            };
            self.to_spectrum.process_with_scratch(plane, &mut work.scratch);
            transpose(plane, n, target, n);
            for k2 in 0..n {
                if self.row_reach(k1, k2).is_none() {
                    target[k2 * n..(k2 + 1) * n].fill(ZERO);
                }
            }
            for rows in self.ranges(reach).into_iter().filter(|rows| !rows.is_empty()) {
                let rows = &mut target[rows.start * n..rows.end * n];
                self.to_spectrum.process_with_scratch(rows, &mut work.scratch);
            }
            for k2 in 0..n {
                if let Some(reach) = self.row_reach(k1, k2) {
                    target[k2 * n..(k2 + 1) * n][reach + 1..n - reach].fill(ZERO);
                }
            }
        }
    }
}

/// Side of the tiles of a transposition: four numbers are a line of the cache.
const TILE: usize = 4;

/// `to[j][i] = from[i][j]`, rows of `to` of length `n`; rows of `from` lie `stride` apart.
fn transpose(from: &[C64], stride: usize, to: &mut [C64], n: usize) {
    let columns = to.len() / n;
    tiles(from, stride, to, n, n, columns);
}

/// `to[j][i] = from[i][j]` of an `n x n` matrix; rows of `to` lie `stride` apart.
fn transpose_out(from: &[C64], n: usize, to: &mut [C64], stride: usize) {
    tiles(from, n, to, stride, n, n);
}

/// `to[j][i] = from[i][j]`, `i < rows`, `j < columns`.
fn tiles(from: &[C64], from_stride: usize, to: &mut [C64], to_stride: usize, rows: usize, columns: usize) {
    for i in (0..rows).step_by(TILE) {
        for j in (0..columns).step_by(TILE) {
            if i + TILE <= rows && j + TILE <= columns {
                let mut tile = [[ZERO; TILE]; TILE];
                for (a, row) in tile.iter_mut().enumerate() {
                    *row =
                        *from[(i + a) * from_stride + j..].first_chunk().expect("inside: i and j are in whole tiles");
                }
                for b in 0..TILE {
                    let row = &mut to[(j + b) * to_stride + i..][..TILE];
                    for (a, value) in row.iter_mut().enumerate() {
                        *value = tile[a][b];
                    }
                }
            } else {
                for b in j..(j + TILE).min(columns) {
                    for a in i..(i + TILE).min(rows) {
                        to[b * to_stride + a] = from[a * from_stride + b];
                    }
                }
            }
        }
    }
}
