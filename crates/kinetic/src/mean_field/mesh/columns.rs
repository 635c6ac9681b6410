//! Sums over the pairs that a mesh leaves: points in the order of their cells, column after column.

use crate::mean_field::law::PairLaw;
use crate::mean_field::sum::{Field, Points, add_fields};
use fearless_simd::Level;
use rayon::prelude::*;
use std::ops::Range;

/// Targets whose sources are looked for at once; those of a block in vector registers.
const TARGETS: usize = 8;

/// Points by cells of a mesh.
pub(super) struct Columns {
    sorted: Points,
    /// Where every cell begins, `[x][y][z]`, and the end.
    starts: Vec<u32>,
    /// Cells an axis.
    inner: [usize; 3],
    /// Cells that a pair may be apart.
    near: usize,
}

impl Columns {
    /// `order` holds the cell and the place in `points` of every point, cells rising.
    pub(super) fn new(points: &Points, order: &[(u64, u32)], inner: [usize; 3], near: usize) -> Self {
        let gathered = |k: usize| order.iter().map(|&(_, place)| points.coordinates[k][place as usize]).collect();
        let mut starts = vec![0; inner.iter().product::<usize>() + 1];
        order.iter().for_each(|&(cell, _)| starts[cell as usize + 1] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { sorted: Points { coordinates: [0, 1, 2].map(gathered) }, starts, inner, near }
    }

    /// Adds to every point's field, in their order here, what the points within reach do to it.
    pub(super) fn add_fields(&self, simd: Level, law: &impl PairLaw, fields: &mut [Field]) {
        let [nx, ny, nz] = self.inner;
        let column = |k: usize| self.starts[k * nz] as usize..self.starts[(k + 1) * nz] as usize;
        let mut rest = fields;
        let mut parts = Vec::with_capacity(nx * ny);
        for k in 0..nx * ny {
            let (part, others) = rest.split_at_mut(column(k).len());
            parts.push((k, part));
            rest = others;
        }
        let most = self.starts.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0) as usize;
        let ones = vec![1.0; (most * nz).min(self.sorted.coordinates[0].len())];
        parts.into_par_iter().filter(|(_, part)| !part.is_empty()).for_each(|(k, part)| {
            let first = column(k).start;
            for (block, fields) in part.chunks_mut(TARGETS).enumerate() {
                let targets = first + block * TARGETS..first + block * TARGETS + fields.len();
                let cells = self.depth(k, targets.start)..self.depth(k, targets.end - 1) + 1;
                for sources in self.sources([k / ny, k % ny], cells) {
                    let weights = &ones[..sources.len()];
                    let (targets, sources) = (self.sorted.slice(targets.clone()), self.sorted.slice(sources));
                    add_fields(simd, law, targets, sources, weights, fields);
                }
            }
        });
    }

    /// The cell along z of a point of a column.
    fn depth(&self, column: usize, point: usize) -> usize {
        let starts = &self.starts[column * self.inner[2]..=(column + 1) * self.inner[2]];
        starts.partition_point(|&start| start as usize <= point) - 1
    }

    /// Runs of points that may be within reach of points in these cells of a column.
    fn sources(&self, at: [usize; 2], cells: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
        let [nx, ny, nz] = self.inner;
        let near = self.near;
        let along = move |centre: usize, count: usize| centre.saturating_sub(near)..(centre + near + 1).min(count);
        along(at[0], nx).flat_map(move |x| along(at[1], ny).map(move |y| [x, y])).filter_map(move |[x, y]| {
            // Points in cells n apart are more than n - 1 cells apart.
            let gap = |a: usize, b: usize| a.abs_diff(b).saturating_sub(1).pow(2);
            let left = (near * near).checked_sub(gap(x, at[0]) + gap(y, at[1]))?;
            let deep = (left.isqrt() + 1).min(near);
            let row = (x * ny + y) * nz;
            let (low, high) = (cells.start.saturating_sub(deep), (cells.end + deep).min(nz));
            let run = self.starts[row + low] as usize..self.starts[row + high] as usize;
            (!run.is_empty()).then_some(run)
        })
    }
}
