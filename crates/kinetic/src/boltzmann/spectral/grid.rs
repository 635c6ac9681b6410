//! The moving grid of velocities and the moments of a density on it.

use nalgebra::{Matrix3, Vector3};

/// `w = map c`, `c = 2 j / N` for `j = -N/2 .. N/2`, stored in the order of the discrete transform, `c1` fastest.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub(super) n: usize,
    pub(super) map: Matrix3<f64>,
}

/// Moments of a density `h` with `int h dc = 1`, in `w`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    pub(super) mass: f64,
    /// `<w w^T>`.
    pub(super) second: Matrix3<f64>,
    /// `<|w|^2 w>`.
    pub(super) third: Vector3<f64>,
    /// `<|w|^4>`.
    pub(super) fourth: f64,
    /// `<|w|^6>`.
    pub(super) sixth: f64,
    /// `-<ln(g/M)>`, `M` the Maxwellian of the same mass and temperature; where `g > 0`.
    pub(super) entropy: f64,
}

impl Grid {
    /// `c` of an index.
    pub(super) fn coordinate(n: usize, index: usize) -> f64 {
        let signed = if 2 * index < n { index as f64 } else { index as f64 - n as f64 };
        2.0 * signed / n as f64
    }
    /// Sets to zero what lies on `c = -1` in slab `c3`: those points have no mirror image, and odd moments would notice.
    pub(super) fn clear_edge(n: usize, c3: usize, slab: &mut [f64]) {
        if 2 * c3 == n {
            slab.fill(0.0);
        }
        slab[n / 2 * n..(n / 2 + 1) * n].fill(0.0);
        slab.iter_mut().skip(n / 2).step_by(n).for_each(|x| *x = 0.0);
    }
    /// Volume of a cell in `c`.
    pub(super) fn cell(&self) -> f64 {
        (2.0 / self.n as f64).powi(3)
    }
    /// Calls `at(index, w)` for every point, in the order of storage.
    pub(super) fn points(&self, mut at: impl FnMut(usize, Vector3<f64>)) {
        let n = self.n;
        let axis: Vec<f64> = (0..n).map(|index| Self::coordinate(n, index)).collect();
        let mut index = 0;
        for &c3 in &axis {
            for &c2 in &axis {
                let start = self.map.column(2) * c3 + self.map.column(1) * c2;
                for &c1 in &axis {
                    at(index, start + self.map.column(0) * c1);
                    index += 1;
                }
            }
        }
    }
    /// `g(w)` as a density in `c`.
    pub(super) fn sampled(&self, distribution: impl Fn(&Vector3<f64>) -> f64) -> Vec<f64> {
        let scale = self.map.determinant().abs();
        let mut h = vec![0.0; self.n.pow(3)];
        self.points(|index, w| h[index] = scale * distribution(&w));
        let n = self.n;
        h.chunks_exact_mut(n * n).enumerate().for_each(|(c3, slab)| Self::clear_edge(n, c3, slab));
        h
    }
    /// All moments; the first pass gives the temperature that the entropy is relative to.
    pub(super) fn moments(&self, h: &[f64]) -> Moments {
        let mut sums = [0.0; 15];
        let n = self.n;
        // Sums over rows, then over rows of sums: rounding that does not grow with N^3.
        let mut row = [0.0; 15];
        self.points(|index, w| {
            let value = h[index];
            let square = w.norm_squared();
            let [x, y, z] = [w.x, w.y, w.z];
            let basis = [
                1.0,
                x,
                y,
                z,
                x * x,
                y * y,
                z * z,
                x * y,
                x * z,
                y * z,
                square * x,
                square * y,
                square * z,
                square * square,
                square * square * square,
            ];
            (0..15).for_each(|k| row[k] += value * basis[k]);
            if index % n == n - 1 {
                (0..15).for_each(|k| sums[k] += row[k]);
                row = [0.0; 15];
            }
        });
        let [mass, _, _, _, xx, yy, zz, xy, xz, yz, qx, qy, qz, fourth, sixth] = sums.map(|s| s * self.cell());
        let second = Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz) / mass;
        let third = Vector3::new(qx, qy, qz) / mass;
        let theta = second.trace() / 3.0;
        let entropy = self.entropy(h, mass, theta);
        Moments { mass, second, third, fourth: fourth / mass, sixth: sixth / mass, entropy }
    }
    fn entropy(&self, h: &[f64], mass: f64, theta: f64) -> f64 {
        let scale = self.map.determinant().abs() / (2.0 * std::f64::consts::PI * theta).powf(1.5);
        let constant = scale.ln() + mass.ln();
        let (n, mut sum, mut row) = (self.n, 0.0, 0.0);
        self.points(|index, w| {
            if h[index] > 0.0 {
                row -= h[index] * (h[index].ln() - constant + 0.5 * w.norm_squared() / theta);
            }
            if index % n == n - 1 {
                sum += row;
                row = 0.0;
            }
        });
        sum * self.cell() / mass
    }
    /// The Maxwellian of mass 1 and `theta = T/m` as a density in `c`; products of three tables, one for each pair of axes.
    pub(super) fn maxwellian(&self, theta: f64) -> Vec<f64> {
        let n = self.n;
        let metric = self.map.transpose() * self.map / theta;
        let scale = self.map.determinant().abs() / (2.0 * std::f64::consts::PI * theta).powf(1.5);
        let axis: Vec<f64> = (0..n).map(|index| Self::coordinate(n, index)).collect();
        let table = |i: usize, j: usize| -> Vec<f64> {
            let exponent =
                |a: f64, b: f64| 0.25 * (metric[(i, i)] * a * a + metric[(j, j)] * b * b) + metric[(i, j)] * a * b;
            axis.iter().flat_map(|&a| axis.iter().map(move |&b| (-exponent(a, b)).exp())).collect()
        };
        let (first, second, third) = (table(2, 1), table(2, 0), table(1, 0));
        let mut field = Vec::with_capacity(n * n * n);
        for c3 in 0..n {
            for c2 in 0..n {
                let start = scale * first[c3 * n + c2];
                let rows = second[c3 * n..(c3 + 1) * n].iter().zip(&third[c2 * n..(c2 + 1) * n]);
                field.extend(rows.map(|(a, b)| start * a * b));
            }
        }
        field
    }
}
