//! Discrete Fourier transforms of cubes of `N^3` points, one axis after the other.
//!
//! A field lies as `[x3][x2][x1]`, a spectrum as `[k1][k2][k3]`, the last index contiguous, both in the order of the
//! discrete transform (0, 1, ..., -2, -1): two transpositions inside planes that stay in the cache are all that is
//! moved. Only modes in the ball `|k| < N/2` are used: whatever lies outside is zero and skipped.

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::sync::Arc;

pub(super) type C64 = Complex<f64>;

/// The plan of a cube.
#[derive(Clone)]
pub(super) struct Cube {
    pub(super) n: usize,
    to_field: Arc<dyn Fft<f64>>,
    to_spectrum: Arc<dyn Fft<f64>>,
    /// `reach[m]`: the largest `k` with `k^2 + m < (N/2)^2`, `None` where there is none.
    reach: Vec<Option<usize>>,
}

/// Memory for one transform.
pub(super) struct Workspace {
    cube: Vec<C64>,
    plane: Vec<C64>,
    turned: Vec<C64>,
    opposite: Vec<C64>,
    scratch: Vec<C64>,
}

impl Cube {
    pub(super) fn new(n: usize) -> Self {
        let mut planner = FftPlanner::new();
        let limit = (n / 2) * (n / 2);
        let reach = (0..=limit).map(|m| (0..n / 2).rev().find(|k| k * k + m < limit)).collect();
        Self { n, to_field: planner.plan_fft_inverse(n), to_spectrum: planner.plan_fft_forward(n), reach }
    }
    pub(super) fn workspace(&self) -> Workspace {
        let (square, zero) = (self.n * self.n, C64::new(0.0, 0.0));
        let scratch = [&self.to_field, &self.to_spectrum]
            .map(|plan| plan.get_inplace_scratch_len().max(plan.get_outofplace_scratch_len()));
        Workspace {
            cube: vec![zero; self.n * square],
            plane: vec![zero; square],
            turned: vec![zero; square],
            opposite: vec![zero; square],
            scratch: vec![zero; scratch[0].max(scratch[1])],
        }
    }
    /// The wave number of an index.
    pub(super) fn wave_number(&self, index: usize) -> i32 {
        if 2 * index < self.n { index as i32 } else { index as i32 - self.n as i32 }
    }
    /// The index of the opposite wave number or of the mirrored point.
    pub(super) fn opposite(&self, index: usize) -> usize {
        if index == 0 { 0 } else { self.n - index }
    }
    /// The largest wave number along the last axis of row `(k1, k2)`, given by indices; `None` outside the ball.
    pub(super) fn row_reach(&self, k1: usize, k2: usize) -> Option<usize> {
        let square = |index: usize| self.wave_number(index).pow(2) as usize;
        self.reach.get(square(k1) + square(k2)).copied().flatten()
    }
    /// The largest wave number of any row of plane `k1`.
    fn plane_reach(&self, k1: usize) -> Option<usize> {
        self.reach.get(self.wave_number(k1).pow(2) as usize).copied().flatten()
    }

    /// Sums a spectrum over its modes: `fill(k1, k2, reach, row)` gives row `(k1, k2)`, of which the entries with
    /// `|k3| <= reach` count; `take(x3, slab)` gets each slab `[x2][x1]` of the field, two mirrored ones at a time:
    /// `take(x3, slab, -x3, mirrored slab)`, the same twice where `x3 = -x3`.
    pub(super) fn synthesize(
        &self,
        work: &mut Workspace,
        mut fill: impl FnMut(usize, usize, usize, &mut [C64]),
        mut take: impl FnMut(usize, &[C64], &[C64]),
    ) {
        let n = self.n;
        let zero = C64::new(0.0, 0.0);
        for k1 in 0..n {
            let Some(reach) = self.plane_reach(k1) else { continue };
            for k2 in 0..n {
                let row = &mut work.plane[k2 * n..(k2 + 1) * n];
                match self.row_reach(k1, k2) {
                    Some(reach) => {
                        fill(k1, k2, reach, row);
                        row[reach + 1..n - reach].fill(zero);
                    }
                    None => row.fill(zero),
                }
            }
            let (low, high) = work.plane.split_at_mut((n - reach) * n);
            self.to_field.process_with_scratch(&mut low[..(reach + 1) * n], &mut work.scratch);
            if reach > 0 {
                self.to_field.process_with_scratch(high, &mut work.scratch);
            }
            transpose(&work.plane, n, &mut work.turned, n);
            let target = &mut work.cube[k1 * n * n..(k1 + 1) * n * n];
            self.to_field.process_outofplace_with_scratch(&mut work.turned, target, &mut work.scratch);
        }
        for x3 in 0..=n / 2 {
            let mirrored = self.opposite(x3);
            Self::column(&self.to_field, &work.cube, n, x3, &mut work.turned, &mut work.plane, &mut work.scratch);
            if mirrored == x3 {
                take(x3, &work.plane, &work.plane);
            } else {
                Self::column(
                    &self.to_field,
                    &work.cube,
                    n,
                    mirrored,
                    &mut work.turned,
                    &mut work.opposite,
                    &mut work.scratch,
                );
                take(x3, &work.plane, &work.opposite);
            }
        }
    }

    /// The last axis of slab `x3`: `[x2][x1]` into `out`.
    fn column(
        plan: &Arc<dyn Fft<f64>>,
        cube: &[C64],
        n: usize,
        x3: usize,
        turned: &mut [C64],
        out: &mut [C64],
        scratch: &mut [C64],
    ) {
        transpose(&cube[x3 * n..], n * n, turned, n);
        // The Nyquist plane is outside the ball and never written.
        turned.iter_mut().skip(n / 2).step_by(n).for_each(|x| *x = C64::new(0.0, 0.0));
        plan.process_outofplace_with_scratch(turned, out, scratch);
    }

    /// The spectrum `sum_x (first + i second) exp(-i k.x)` of two real fields, rows in the ball only, over `N^3`.
    pub(super) fn analyze(&self, work: &mut Workspace, first: &[f64], second: Option<&[f64]>, out: &mut [C64]) {
        let n = self.n;
        let scale = 1.0 / (n * n * n) as f64;
        for x3 in 0..n {
            let slab = x3 * n * n..(x3 + 1) * n * n;
            match second {
                Some(second) => {
                    for (z, (a, b)) in work.plane.iter_mut().zip(first[slab.clone()].iter().zip(&second[slab])) {
                        *z = C64::new(a * scale, b * scale);
                    }
                }
                None => work.plane.iter_mut().zip(&first[slab]).for_each(|(z, a)| *z = C64::new(a * scale, 0.0)),
            }
            self.to_spectrum.process_with_scratch(&mut work.plane, &mut work.scratch);
            // [x2][k1] into [k1][x3][x2].
            transpose_out(&work.plane, n, &mut work.cube[x3 * n..], n * n);
        }
        for k1 in 0..n {
            let plane = &mut work.cube[k1 * n * n..(k1 + 1) * n * n];
            let target = &mut out[k1 * n * n..(k1 + 1) * n * n];
            let Some(reach) = self.plane_reach(k1) else {
                target.fill(C64::new(0.0, 0.0));
                continue;
            };
            self.to_spectrum.process_with_scratch(plane, &mut work.scratch);
            transpose(plane, n, target, n);
            let (low, high) = target.split_at_mut((n - reach) * n);
            let (rows, outside) = low.split_at_mut((reach + 1) * n);
            outside.fill(C64::new(0.0, 0.0));
            self.to_spectrum.process_with_scratch(rows, &mut work.scratch);
            if reach > 0 {
                self.to_spectrum.process_with_scratch(high, &mut work.scratch);
            }
            for k2 in 0..n {
                let row = &mut target[k2 * n..(k2 + 1) * n];
                match self.row_reach(k1, k2) {
                    Some(reach) => row[reach + 1..n - reach].fill(C64::new(0.0, 0.0)),
                    None => row.fill(C64::new(0.0, 0.0)),
                }
            }
        }
    }
}

/// Side of the tiles of a transposition.
const TILE: usize = 8;

/// `to[j][i] = from[i][j]` for an `n x n` matrix; rows of `from` lie `stride` apart.
fn transpose(from: &[C64], stride: usize, to: &mut [C64], n: usize) {
    for i in (0..n).step_by(TILE) {
        for j in (0..n).step_by(TILE) {
            for b in j..(j + TILE).min(n) {
                let row = &mut to[b * n + i..b * n + (i + TILE).min(n)];
                for (a, x) in row.iter_mut().enumerate() {
                    *x = from[(i + a) * stride + b];
                }
            }
        }
    }
}

/// `to[j][i] = from[i][j]`; rows of `to` lie `stride` apart.
fn transpose_out(from: &[C64], n: usize, to: &mut [C64], stride: usize) {
    for i in (0..n).step_by(TILE) {
        for j in (0..n).step_by(TILE) {
            for b in j..(j + TILE).min(n) {
                let row = &mut to[b * stride + i..b * stride + (i + TILE).min(n)];
                for (a, x) in row.iter_mut().enumerate() {
                    *x = from[(i + a) * n + b];
                }
            }
        }
    }
}
