//! Forces through a mesh: particles are spread by B-splines, the mesh is convolved with the potential by fast Fourier transforms,
//! and the force is the exact gradient of the splines that are read back. What the mesh is too coarse for is taken out of the
//! potential first (`near`) and summed over pairs within a few cells (`columns`).
//!
//! The convolution is that of free space: the mesh is padded until no particle meets an image of another within reach of
//! the potential. Spacing and cells are found by comparison with direct sums (`search`).

mod columns;
mod near;
mod search;
mod spline;
mod transform;

use super::law::PairLaw;
use super::sum::{Field, PointSlice, Points, energies};
use columns::Columns;
use fearless_simd::Level;
use near::Split;
use rayon::prelude::*;
use rustfft::num_complex::Complex;
use spline::{correction, splines};
use std::sync::{Arc, Mutex, PoisonError};
use transform::{Transform, good_size};

/// Planes that one thread spreads to at a time; at least the order of the splines.
const SLAB: usize = 16;
/// Points of a padded mesh at most: two GB of working memory.
pub(super) const MOST_POINTS: usize = 1 << 26;
/// Cells over which the sampled potential is bent to fit the padded mesh.
const BEND: usize = 12;

/// The scheme for one law and tolerance.
#[derive(Clone, Debug)]
pub(super) struct Mesh {
    order: usize,
    spacing: f64,
    /// Cells over which pairs are summed; none where the potential itself is smooth enough.
    near: usize,
    /// Two points this far apart exert no force to speak of; infinite for a long range.
    reach: f64,
    simd: Level,
    /// The transform of the potential for the last size of mesh; made again from nothing but the size.
    kept: Arc<Mutex<Option<Arc<Kernel>>>>,
}

#[derive(Debug)]
struct Kernel {
    transform: Transform,
    /// `[y][z][x]`, the normalisation of the transforms included.
    spectrum: Vec<f64>,
    inner: [usize; 3],
}

/// Points on a mesh around them.
struct Placed<'a> {
    points: &'a Points,
    /// The cell of every point and its place in `points`, cells rising.
    sorted: Vec<(u64, u32)>,
    /// Points of the mesh, of the padded mesh, and its lowest coordinates.
    inner: [usize; 3],
    padded: [usize; 3],
    low: [f64; 3],
}

impl Mesh {
    /// The one of this spacing and reach whose pairs are summed within so many cells.
    pub(super) fn with(&self, spacing: f64, reach: f64, near: usize) -> Self {
        Self { spacing, reach, near, kept: Arc::default(), ..self.clone() }
    }

    /// Spacing, reach, and cells over which pairs are summed: with the potential and the tolerance all that a mesh is.
    pub(super) fn choice(&self) -> (f64, f64, usize) {
        (self.spacing, self.reach, self.near)
    }

    /// In words.
    pub(super) fn description(&self) -> String {
        let near = match self.near {
            0 => String::new(),
            near => format!(", pairs within {near} cells"),
        };
        format!("mesh of spacing {:.3e} (internal units), splines of order {}{near}", self.spacing, self.order)
    }

    /// Points of the mesh, points of the padded mesh, lowest coordinates; `None` where a coordinate is not finite, or there would be
    /// more than a million points along an axis.
    fn size(&self, points: &Points) -> Option<([usize; 3], [usize; 3], [f64; 3])> {
        let (mut inner, mut padded, mut low) = ([0; 3], [0; 3], [0.0; 3]);
        for (axis, [least, most]) in points.bounds()?.into_iter().enumerate() {
            let cells = (most - least) / self.spacing;
            if cells > 1e6 {
                return None;
            }
            // In steps of eight, so that the size seldom changes.
            inner[axis] = (cells as usize + self.order + 1).next_multiple_of(8);
            let reach = (self.reach / self.spacing).ceil();
            let pad = if reach < inner[axis] as f64 { reach as usize } else { inner[axis] };
            padded[axis] = good_size(inner[axis] + pad + BEND);
            low[axis] = 0.5 * (least + most - self.spacing * (inner[axis] - self.order) as f64);
        }
        Some((inner, padded, low))
    }

    /// `sum_j U` (itself included) and `-sum_j grad U` at every point; `None` where a coordinate is not finite or the
    /// mesh would have too many points.
    pub(super) fn fields(&self, law: &impl PairLaw, points: &Points) -> Option<Vec<Field>> {
        let (inner, padded, low) = self.size(points)?;
        if padded.iter().product::<usize>() > MOST_POINTS {
            return None;
        }
        let placed = Placed { points, sorted: self.sorted(points, inner, &low), inner, padded, low };
        let found = match (self.near, self.order) {
            (0, _) => self.far(law, &placed),
            // As many derivatives as the splines of that order make use of.
            (_, 6) => self.split::<6>(law, &placed),
            (_, 8) => self.split::<7>(law, &placed),
            (_, 10) => self.split::<9>(law, &placed),
            _ => self.split::<10>(law, &placed),
        };
        let mut fields = vec![[0.0; 4]; found.len()];
        placed.sorted.iter().zip(found).for_each(|(&(_, k), field)| fields[k as usize] = field);
        Some(fields)
    }

    /// What the mesh says of a law's smooth part and the pairs of the rest, in the order of the cells.
    fn split<const TERMS: usize>(&self, law: &impl PairLaw, placed: &Placed<'_>) -> Vec<Field> {
        let split = Split::<_, TERMS>::new(*law, self.near as f64 * self.spacing);
        let mut found = self.far(&split.smooth(), placed);
        let columns = Columns::new(placed.points, &placed.sorted, placed.inner, self.near);
        columns.add_fields(self.simd, &split.near(), &mut found);
        found
    }

    /// What the mesh says of a smooth law, in the order of the cells.
    fn far(&self, law: &impl PairLaw, placed: &Placed<'_>) -> Vec<Field> {
        let Placed { points, sorted, inner, padded, low } = placed;
        let kernel = self.kernel(law, *inner, *padded);
        let charges = self.spread(points, sorted, *inner, low);
        let mut spectrum = kernel.transform.forward(&charges, *inner);
        spectrum.par_iter_mut().zip(&kernel.spectrum).for_each(|(value, factor)| *value *= factor);
        let potential = kernel.transform.backward(spectrum, *inner);
        let all = points.slice(0..sorted.len());
        sorted.par_iter().map(|&(_, k)| self.read(&potential, all, k as usize, *inner, low)).collect()
    }

    /// First mesh point that the splines of a coordinate reach, and the place in its cell.
    #[inline(always)]
    fn cell(&self, value: f64, low: f64, inner: usize) -> (usize, f64) {
        let scaled = (value - low) / self.spacing;
        let cell = (scaled.max(0.0) as usize).min(inner - self.order);
        (cell, scaled - cell as f64)
    }

    /// Particles in the order of their cells.
    fn sorted(&self, points: &Points, inner: [usize; 3], low: &[f64; 3]) -> Vec<(u64, u32)> {
        let mut keys: Vec<(u64, u32)> = (0..points.coordinates[0].len())
            .into_par_iter()
            .map(|k| {
                let [x, y, z] = [0, 1, 2].map(|axis| self.cell(points.coordinates[axis][k], low[axis], inner[axis]).0);
                (((x * inner[1] + y) * inner[2] + z) as u64, k as u32)
            })
            .collect();
        keys.par_sort_unstable();
        keys
    }

    /// Every particle's splines on the mesh: slabs of even number at once, then those of odd number.
    fn spread(&self, points: &Points, sorted: &[(u64, u32)], inner: [usize; 3], low: &[f64; 3]) -> Vec<f64> {
        let plane = inner[1] * inner[2];
        let mut charges = vec![0.0; inner[0] * plane];
        let slab_start = |slab: usize| sorted.partition_point(|key| (key.0 as usize) < slab * SLAB * plane);
        for parity in [0, 1] {
            let from = (parity * SLAB * plane).min(charges.len());
            charges[from..].par_chunks_mut(2 * SLAB * plane).enumerate().for_each(|(pair, charges)| {
                let slab = 2 * pair + parity;
                for &(_, k) in &sorted[slab_start(slab)..slab_start(slab + 1)] {
                    let at = [0, 1, 2].map(|axis| {
                        let (cell, place) = self.cell(points.coordinates[axis][k as usize], low[axis], inner[axis]);
                        (cell, splines(self.order, place).0)
                    });
                    for i in 0..self.order {
                        let x = at[0].0 + i - slab * SLAB;
                        for j in 0..self.order {
                            let weight = at[0].1[i] * at[1].1[j];
                            let row = &mut charges[x * plane + (at[1].0 + j) * inner[2] + at[2].0..][..self.order];
                            row.iter_mut().zip(&at[2].1).for_each(|(charge, spline)| *charge += weight * spline);
                        }
                    }
                }
            });
        }
        charges
    }

    #[inline(always)]
    fn read(&self, potential: &[f64], points: PointSlice<'_>, k: usize, inner: [usize; 3], low: &[f64; 3]) -> Field {
        let at = [0, 1, 2].map(|axis| {
            let (cell, place) = self.cell(points.coordinates[axis][k], low[axis], inner[axis]);
            (cell, splines(self.order, place))
        });
        let [(x0, (a, da)), (y0, (b, db)), (z0, (c, dc))] = at;
        let mut sums = [0.0; 4];
        for i in 0..self.order {
            let mut plane = [0.0; 3];
            for j in 0..self.order {
                let row = &potential[((x0 + i) * inner[1] + y0 + j) * inner[2] + z0..][..self.order];
                let (mut line, mut slope) = (0.0, 0.0);
                for (l, value) in row.iter().enumerate() {
                    line += value * c[l];
                    slope += value * dc[l];
                }
                plane[0] += b[j] * line;
                plane[1] += db[j] * line;
                plane[2] += b[j] * slope;
            }
            sums[0] += a[i] * plane[0];
            sums[1] -= da[i] * plane[0];
            sums[2] -= a[i] * plane[1];
            sums[3] -= a[i] * plane[2];
        }
        [sums[0], sums[1] / self.spacing, sums[2] / self.spacing, sums[3] / self.spacing]
    }

    /// The transform of the potential on the padded mesh, the one kept if it is of this size.
    fn kernel(&self, law: &impl PairLaw, inner: [usize; 3], size: [usize; 3]) -> Arc<Kernel> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kernel) = kept.as_ref().filter(|kernel| kernel.transform.size == size && kernel.inner == inner) {
            return kernel.clone();
        }
        let transform = Transform::new(size);
        let distances = [0, 1, 2].map(|axis| bent_distances(size[axis], inner[axis], self.spacing));
        let (ny, nz) = (size[1], size[2]);
        let mut values = vec![0.0; size.iter().product()];
        values.par_chunks_mut(ny * nz).enumerate().for_each(|(x, plane)| {
            for (y, row) in plane.chunks_mut(nz).enumerate() {
                let (across, aside) = (vec![distances[0][x]; nz], vec![distances[1][y]; nz]);
                let line = PointSlice { coordinates: [&across, &aside, &distances[2]] };
                energies(self.simd, law, [0.0; 3], line, row);
            }
        });
        let spectrum: Vec<Complex<f64>> = transform.forward(&values, size);
        let factors = [0, 1, 2].map(|axis| correction(self.order, size[axis]));
        let (depth, nx) = (nz / 2 + 1, size[0]);
        let scale = 1.0 / size.iter().product::<usize>() as f64;
        let spectrum = spectrum
            .par_iter()
            .enumerate()
            .map(|(k, value)| {
                let (x, z, y) = (k % nx, k / nx % depth, k / (nx * depth));
                value.re * factors[0][x] * factors[1][y] * factors[2][z] * scale
            })
            .collect();
        let kernel = Arc::new(Kernel { transform, spectrum, inner });
        *kept = Some(kernel.clone());
        kernel
    }
}

/// The distance in one coordinate of every mesh point from the first, around the end: true up to the size of the inner
/// mesh or as far as the padding allows, then bent smoothly so that the middle is flat.
fn bent_distances(size: usize, inner: usize, spacing: f64) -> Vec<f64> {
    let middle = 0.5 * size as f64;
    let straight = (inner as f64).min(middle - 0.5 * BEND as f64).max(0.0);
    let width = middle - straight;
    (0..size)
        .map(|k| {
            let cells = (k as f64).min((size - k) as f64);
            let u = ((cells - straight) / width).clamp(0.0, 1.0);
            // Its slope 1 - S(u), S the smooth step with four vanishing derivatives at both ends.
            let risen = u.powi(6) * (21.0 - u * (60.0 - u * (67.5 - u * (35.0 - 7.0 * u))));
            spacing * if cells <= straight { cells } else { straight + width * (u - risen) }
        })
        .collect()
}
