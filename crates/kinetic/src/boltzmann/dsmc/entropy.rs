//! An estimate of the entropy from the distances of nearest neighbours.

use nalgebra::{Matrix3, Vector3};
use std::f64::consts::PI;

/// The most particles an estimate looks at, spread evenly over all.
pub(super) const MOST: usize = 1 << 17;
/// Which neighbour's distance counts.
pub(super) const NEIGHBOUR: usize = 4;
/// Points of a leaf.
const LEAF: usize = 8;

/// `int (g/n) ln(g/M) dw` with the Maxwellian `M` of the same density, mean and temperature: zero at equilibrium and
/// positive elsewhere.
///
/// In two parts. The Gaussian of the same covariance has `-ln det(P/p)/2` exactly. What is left, the relative entropy
/// to that Gaussian, is estimated after a linear map to unit covariance by Kozachenko and Leonenko:
/// `H = psi(k) - psi(N) - ln(4 pi/3) - 3 <ln r_k> + (3/2) ln(2 pi e)`, `r_k` the distance to the k-th neighbour, k = 4.
///
/// # Accuracy
/// Standard deviation about `0.53 N^-1/2` near equilibrium (`psi'(4) = 0.284`), `N` at most 2^17. The density is not
/// constant out to the neighbours: in the Gaussian the estimate is high or low by a bias of order `(k/N)^(2/3)`, which
/// the test `entropy_of_gaussians_is_known` bounds and which does not average out over replicas.
/// # Cost
/// `O(N log N)`, about 2 us a particle.
/// # References
/// \[KozachenkoLeonenko1987\].
pub(super) fn relative_entropy(velocities: &[Vector3<f64>], mean: &Vector3<f64>, covariance: &Matrix3<f64>) -> f64 {
    let theta = covariance.trace() / 3.0;
    let Some(factor) = covariance.cholesky() else { return f64::NAN };
    let lower = factor.l();
    let determinant = (lower[(0, 0)] * lower[(1, 1)] * lower[(2, 2)]).powi(2) / theta.powi(3);
    let mut points: Vec<[f64; 3]> =
        velocities.iter().map(|w| lower.solve_lower_triangular(&(w - mean)).unwrap_or_default().into()).collect();
    let count = points.len();
    // The selected particles have not quite unit covariance themselves.
    let square = points.iter().flatten().map(|x| x * x).sum::<f64>() / count as f64;
    let axes = Tree::arrange(&mut points);
    let tree = Tree { points: &points, axes: &axes };
    let logarithm: f64 = points.iter().map(|point| 0.5 * tree.neighbour(point).max(f64::MIN_POSITIVE).ln()).sum();
    let entropy = digamma(count) - digamma(NEIGHBOUR) + (4.0 * PI / 3.0).ln() + 3.0 * logarithm / count as f64;
    -0.5 * determinant.ln() - entropy + 1.5 * (2.0 * PI).ln() + 0.5 * square
}

/// `psi(n)` of a whole number.
fn digamma(n: usize) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    if n < 100 {
        return (1..n).map(|k| 1.0 / k as f64).sum::<f64>() - EULER;
    }
    let x = n as f64;
    x.ln() - 0.5 / x - 1.0 / (12.0 * x * x)
}

/// Points in the order of a tree of halves: the middle one of a range divides it along an axis.
struct Tree<'a> {
    points: &'a [[f64; 3]],
    /// The axis that the point in the middle of its range divides.
    axes: &'a [u8],
}

impl Tree<'_> {
    fn arrange(points: &mut [[f64; 3]]) -> Vec<u8> {
        let mut axes = vec![0; points.len()];
        divide(points, &mut axes);
        axes
    }

    /// The squared distance of the `NEIGHBOUR`-th nearest point, `point` itself being the nearest.
    fn neighbour(&self, point: &[f64; 3]) -> f64 {
        let mut nearest = [f64::INFINITY; NEIGHBOUR + 1];
        self.search(0, self.points.len(), point, &mut nearest);
        nearest[NEIGHBOUR]
    }

    fn search(&self, from: usize, to: usize, point: &[f64; 3], nearest: &mut [f64; NEIGHBOUR + 1]) {
        if to - from <= LEAF {
            self.points[from..to].iter().for_each(|other| insert(nearest, distance(point, other)));
            return;
        }
        let middle = from.midpoint(to);
        let other = &self.points[middle];
        let axis = usize::from(self.axes[middle]);
        let apart = point[axis] - other[axis];
        let (near, far) =
            if apart < 0.0 { ((from, middle), (middle + 1, to)) } else { ((middle + 1, to), (from, middle)) };
        self.search(near.0, near.1, point, nearest);
        insert(nearest, distance(point, other));
        if apart * apart < nearest[NEIGHBOUR] {
            self.search(far.0, far.1, point, nearest);
        }
    }
}

fn divide(points: &mut [[f64; 3]], axes: &mut [u8]) {
    if points.len() <= LEAF {
        return;
    }
    let extent = |axis: usize| {
        let values = || points.iter().map(|point| point[axis]);
        values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min)
    };
    let extents = [0, 1, 2].map(extent);
    let axis = (1..3).fold(0, |widest, axis| if extents[axis] > extents[widest] { axis } else { widest });
    let middle = points.len() / 2;
    points.select_nth_unstable_by(middle, |a, b| a[axis].total_cmp(&b[axis]));
    axes[middle] = axis as u8;
    divide(&mut points[..middle], &mut axes[..middle]);
    divide(&mut points[middle + 1..], &mut axes[middle + 1..]);
}

fn distance(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    (0..3).map(|r| (a[r] - b[r]) * (a[r] - b[r])).sum()
}

fn insert(nearest: &mut [f64; NEIGHBOUR + 1], square: f64) {
    if square < nearest[NEIGHBOUR] {
        let place = nearest.partition_point(|&other| other <= square);
        nearest.copy_within(place..NEIGHBOUR, place + 1);
        nearest[place] = square;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::{Philox, draw_velocities};

    #[test]
    fn neighbours_are_the_nearest() {
        let mut random = Philox::new(3, 0);
        let mut points: Vec<[f64; 3]> = (0..300).map(|_| [(); 3].map(|()| random.normal())).collect();
        let axes = Tree::arrange(&mut points);
        let tree = Tree { points: &points, axes: &axes };
        for point in &points {
            let mut all: Vec<f64> = points.iter().map(|other| distance(point, other)).collect();
            all.sort_by(f64::total_cmp);
            assert_eq!(tree.neighbour(point), all[NEIGHBOUR]);
        }
        assert!((digamma(4) - (11.0 / 6.0 - 0.577_215_664_901_532_9)).abs() < 1e-15);
        assert!(
            (digamma(100) - ((1..100).map(|k| 1.0 / f64::from(k)).sum::<f64>() - 0.577_215_664_901_532_9)).abs() < 1e-9
        );
    }

    #[test]
    fn entropy_of_gaussians_is_known() {
        let covariance: Matrix3<f64> = Matrix3::new(2.0, 0.6, 0.0, 0.6, 1.0, -0.2, 0.0, -0.2, 0.5);
        let theta = covariance.trace() / 3.0;
        let exact = -0.5 * (covariance.determinant() / theta.powi(3)).ln();
        for (count, replicas, bias) in [(1000, 60, 0.05), (10_000, 20, 0.012)] {
            let found: Vec<f64> = (0..replicas)
                .map(|replica| {
                    let velocities = draw_velocities(count, &covariance, &mut Philox::new(8, replica)).unwrap();
                    relative_entropy(&velocities, &Vector3::zeros(), &covariance) - exact
                })
                .collect();
            let n = found.len() as f64;
            let mean = found.iter().sum::<f64>() / n;
            let error = (found.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))).sqrt();
            assert!(mean.abs() < bias + 4.0 * error, "{count}: {mean} {error}");
            // The covariance of the sample is exact: what is left is the noise of the distances.
            let deviation = error * n.sqrt() * (count as f64).sqrt();
            assert!((0.3..0.9).contains(&deviation), "{deviation}");
        }
    }
}
