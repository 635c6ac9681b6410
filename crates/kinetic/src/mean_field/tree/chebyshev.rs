//! Interpolation at Chebyshev nodes of the first kind, in one dimension and in cubes.

/// Interpolation with `n` nodes on `[-1, 1]`.
///
/// | symbol | code | shape |
/// |---|---|---|
/// | nodes `t_k = cos((2k + 1) pi / (2n))` | `nodes` | `[n]` |
/// | `S_k(x) = sum_m c_mk T_m(x)`, 1 at `t_k` and 0 at the other nodes | `coefficients`, row m | `[n * n]` |
#[derive(Clone, Debug)]
pub(super) struct Chebyshev {
    pub(super) nodes: Vec<f64>,
    coefficients: Vec<f64>,
    /// `to_child[s][k * n + j] = S_k` at the place of node j of the lower (s = 0) or upper half.
    to_child: [Vec<f64>; 2],
}

/// The most nodes a dimension may have.
pub(super) const MOST_NODES: usize = 16;

/// Values of all `S_k` at a point.
pub(super) type Basis = [f64; MOST_NODES];

impl Chebyshev {
    pub(super) fn new(n: usize) -> Self {
        let angle = |k: usize| (2 * k + 1) as f64 * std::f64::consts::PI / (2 * n) as f64;
        let nodes: Vec<f64> = (0..n).map(|k| angle(k).cos()).collect();
        let mut coefficients = vec![0.0; n * n];
        for m in 0..n {
            for k in 0..n {
                coefficients[m * n + k] = if m == 0 { 1.0 } else { 2.0 * (m as f64 * angle(k)).cos() } / n as f64;
            }
        }
        let mut rule = Self { nodes, coefficients, to_child: [Vec::new(), Vec::new()] };
        for (side, shift) in [-0.5, 0.5].into_iter().enumerate() {
            let mut matrix = vec![0.0; n * n];
            for j in 0..n {
                let values = rule.values(0.5 * rule.nodes[j] + shift);
                for k in 0..n {
                    matrix[k * n + j] = values[k];
                }
            }
            rule.to_child[side] = matrix;
        }
        rule
    }

    /// Nodes in one dimension.
    pub(super) fn order(&self) -> usize {
        self.nodes.len()
    }

    /// Nodes of a cube.
    pub(super) fn count(&self) -> usize {
        self.order().pow(3)
    }

    /// `S_k(x)`.
    #[inline(always)]
    pub(super) fn values(&self, x: f64) -> Basis {
        self.values_and_slopes(x).0
    }

    /// `S_k(x)` and `S_k'(x)`.
    #[inline(always)]
    pub(super) fn values_and_slopes(&self, x: f64) -> (Basis, Basis) {
        let n = self.order();
        let (mut values, mut slopes) = ([0.0; MOST_NODES], [0.0; MOST_NODES]);
        // T_m' = m U_{m-1}; both by their recurrence.
        let (mut t, mut t_before) = (1.0, x);
        let (mut u, mut u_before) = (0.0, -1.0);
        for m in 0..n {
            let slope = m as f64 * u;
            let row = &self.coefficients[m * n..(m + 1) * n];
            for k in 0..n {
                values[k] += row[k] * t;
                slopes[k] += row[k] * slope;
            }
            (t, t_before) = (2.0 * x * t - t_before, t);
            (u, u_before) = (2.0 * x * u - u_before, u);
        }
        (values, slopes)
    }

    /// Adds the weights of a child's nodes to those of its parent; `octant` has a bit a dimension.
    pub(super) fn gather_child(&self, octant: usize, child: &[f64], parent: &mut [f64]) {
        let n = self.order();
        let sides = [octant & 1, octant >> 1 & 1, octant >> 2 & 1].map(|side| &self.to_child[side]);
        let (mut one, mut two) = (vec![0.0; child.len()], vec![0.0; child.len()]);
        for (axis, (matrix, stride)) in sides.into_iter().zip([n * n, n, 1]).enumerate() {
            let (from, to): (&[f64], &mut [f64]) = match axis {
                0 => (child, &mut one),
                1 => (&one, &mut two),
                _ => (&two, &mut *parent),
            };
            along(n, stride, from, to, |k, j| matrix[k * n + j]);
        }
    }

    /// Adds the values of a parent's polynomial at the nodes of a child.
    pub(super) fn spread_to_child(&self, octant: usize, parent: &[f64], child: &mut [f64]) {
        let n = self.order();
        let sides = [octant & 1, octant >> 1 & 1, octant >> 2 & 1].map(|side| &self.to_child[side]);
        let (mut one, mut two) = (vec![0.0; parent.len()], vec![0.0; parent.len()]);
        for (axis, (matrix, stride)) in sides.into_iter().zip([n * n, n, 1]).enumerate() {
            let (from, to): (&[f64], &mut [f64]) = match axis {
                0 => (parent, &mut one),
                1 => (&one, &mut two),
                _ => (&two, &mut *child),
            };
            along(n, stride, from, to, |k, j| matrix[j * n + k]);
        }
    }

    /// Adds a point of weight `weight` at `place` (in `[-1, 1]^3`) to the weights of the nodes.
    #[inline(always)]
    pub(super) fn gather_point(&self, place: [f64; 3], weight: f64, nodes: &mut [f64]) {
        let n = self.order();
        let [a, b, c] = place.map(|x| self.values(x));
        for i in 0..n {
            for j in 0..n {
                let factor = weight * a[i] * b[j];
                let row = &mut nodes[(i * n + j) * n..][..n];
                for k in 0..n {
                    row[k] += factor * c[k];
                }
            }
        }
    }

    /// The polynomial with these values at the nodes, and its gradient in the cube's own coordinates, at `place`.
    #[inline(always)]
    pub(super) fn evaluate(&self, place: [f64; 3], nodes: &[f64]) -> [f64; 4] {
        let n = self.order();
        let [(a, da), (b, db), (c, dc)] = place.map(|x| self.values_and_slopes(x));
        let mut sums = [0.0; 4];
        for i in 0..n {
            let mut plane = [0.0; 3];
            for j in 0..n {
                let row = &nodes[(i * n + j) * n..][..n];
                let (mut line, mut slope) = (0.0, 0.0);
                for k in 0..n {
                    line += row[k] * c[k];
                    slope += row[k] * dc[k];
                }
                plane[0] += b[j] * line;
                plane[1] += db[j] * line;
                plane[2] += b[j] * slope;
            }
            sums[0] += a[i] * plane[0];
            sums[1] += da[i] * plane[0];
            sums[2] += a[i] * plane[1];
            sums[3] += a[i] * plane[2];
        }
        sums
    }
}

/// `to[.. k ..] += sum_j matrix(k, j) from[.. j ..]` along the dimension of this stride.
fn along(n: usize, stride: usize, from: &[f64], to: &mut [f64], matrix: impl Fn(usize, usize) -> f64) {
    for block in 0..n * n {
        let start = block / stride * stride * n + block % stride;
        for k in 0..n {
            let sum: f64 = (0..n).map(|j| matrix(k, j) * from[start + j * stride]).sum();
            to[start + k * stride] += sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of degree n - 1 in each coordinate.
    fn polynomial(n: usize, x: [f64; 3]) -> f64 {
        let power = (n - 1) as i32;
        x[0].powi(power) - 2.0 * x[1].powi(power) * x[2] + 3.0 * x[0] * x[2].powi(power) + x[1] - 0.5
    }

    #[test]
    fn polynomials_are_kept_by_every_map() {
        for n in [3, 6, 9] {
            let rule = Chebyshev::new(n);
            let at = |k: usize| [rule.nodes[k / (n * n)], rule.nodes[k / n % n], rule.nodes[k % n]];
            let nodes: Vec<f64> = (0..rule.count()).map(|k| polynomial(n, at(k))).collect();
            let (x, h) = ([0.3, -0.7, 0.9], 1e-5);
            let found = rule.evaluate(x, &nodes);
            assert!((found[0] - polynomial(n, x)).abs() < 1e-13);
            for axis in 0..3 {
                let shifted = |by: f64| {
                    let mut y = x;
                    y[axis] += by;
                    polynomial(n, y)
                };
                assert!((found[axis + 1] - (shifted(h) - shifted(-h)) / (2.0 * h)).abs() < 1e-8);
            }
            for octant in 0..8 {
                let shift = |axis: usize| if octant >> axis & 1 == 1 { 0.5 } else { -0.5 };
                let in_parent = |y: [f64; 3]| [0, 1, 2].map(|axis| 0.5 * y[axis] + shift(axis));
                let mut child = vec![0.0; rule.count()];
                rule.spread_to_child(octant, &nodes, &mut child);
                assert!((rule.evaluate(x, &child)[0] - polynomial(n, in_parent(x))).abs() < 1e-13);
                // Gathering a point in the child and then in the parent is gathering it in the parent.
                let (mut small, mut large, mut direct) =
                    (child.clone(), vec![0.0; nodes.len()], vec![0.0; nodes.len()]);
                small.fill(0.0);
                rule.gather_point(x, 1.7, &mut small);
                rule.gather_child(octant, &small, &mut large);
                rule.gather_point(in_parent(x), 1.7, &mut direct);
                assert!(large.iter().zip(&direct).all(|(a, b)| (a - b).abs() < 1e-13));
            }
        }
    }
}
