//! Lattices in three dimensions and their reduction.

use nalgebra::{Matrix3, Vector3};

/// A Minkowski-reduced basis of a lattice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reduced {
    /// The reduced edges, columns, shortest first.
    pub basis: Matrix3<f64>,
    /// `U`, unimodular: `basis = given * U`.
    pub unimodular: Matrix3<i64>,
}

/// Reduces the lattice spanned by the columns of `basis`.
///
/// Greedy reduction (\[Semaev2001\]; \[NguyenStehle2009\]): sort by length, then take from the longest the lattice
/// vector of the other two closest to it; repeated until nothing gets shorter. In three dimensions the result is
/// Minkowski-reduced: each column is a shortest vector that completes the ones before it.
///
/// # Cost
/// A logarithmic number of rounds in the tilt.
#[must_use]
pub fn reduce(basis: &Matrix3<f64>) -> Reduced {
    let mut edges: [Vector3<f64>; 3] = [basis.column(0).into(), basis.column(1).into(), basis.column(2).into()];
    let mut rows: [Vector3<i64>; 3] = [Vector3::x(), Vector3::y(), Vector3::z()];
    loop {
        reduce_pair_until_stable(&mut edges, &mut rows);
        let [a, b, c] = edges;
        let (i, j) = nearest(&a, &b, &c);
        let shorter = c - a * i as f64 - b * j as f64;
        // A relative margin keeps rounding from cycling among equally long vectors.
        if shorter.norm_squared() < c.norm_squared() * (1.0 - 1e-12) {
            edges[2] = shorter;
            rows[2] = rows[2] - rows[0] * i - rows[1] * j;
        } else {
            break;
        }
    }
    Reduced { basis: Matrix3::from_columns(&edges), unimodular: Matrix3::from_columns(&rows) }
}

/// The length of the shortest vector of the lattice spanned by the columns of `basis`.
#[must_use]
pub fn shortest_vector(basis: &Matrix3<f64>) -> f64 {
    reduce(basis).basis.column(0).norm()
}

/// Sorts the edges by length and Gauss-reduces the two shortest.
fn reduce_pair_until_stable(edges: &mut [Vector3<f64>; 3], rows: &mut [Vector3<i64>; 3]) {
    loop {
        let mut order = [0, 1, 2];
        order.sort_by(|&i, &j| edges[i].norm_squared().total_cmp(&edges[j].norm_squared()));
        *edges = order.map(|i| edges[i]);
        *rows = order.map(|i| rows[i]);
        let multiple = (edges[0].dot(&edges[1]) / edges[0].norm_squared()).round();
        let shorter = edges[1] - edges[0] * multiple;
        if multiple == 0.0 || shorter.norm_squared() >= edges[1].norm_squared() * (1.0 - 1e-12) {
            return;
        }
        edges[1] = shorter;
        rows[1] -= rows[0] * multiple as i64;
    }
}

/// Integers `(i, j)` such that `i a + j b` is the lattice vector of the reduced pair `(a, b)` closest to `c`.
fn nearest(a: &Vector3<f64>, b: &Vector3<f64>, c: &Vector3<f64>) -> (i64, i64) {
    let (aa, bb, ab) = (a.norm_squared(), b.norm_squared(), a.dot(b));
    let determinant = aa * bb - ab * ab;
    let (ca, cb) = (c.dot(a), c.dot(b));
    let (x, y) = ((ca * bb - cb * ab) / determinant, (cb * aa - ca * ab) / determinant);
    let (x0, y0) = (x.round(), y.round());
    let mut best = (x0 as i64, y0 as i64);
    let mut least = f64::INFINITY;
    for i in -1..=1 {
        for j in -1..=1 {
            let (p, q) = (x0 + f64::from(i), y0 + f64::from(j));
            let distance = (c - a * p - b * q).norm_squared();
            if distance < least {
                (least, best) = (distance, (p as i64, q as i64));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The shortest vector and the set of vectors within `radius` by enumeration.
    fn enumerate(basis: &Matrix3<f64>, radius: f64, range: i32) -> Vec<Vector3<f64>> {
        let mut found = Vec::new();
        for i in -range..=range {
            for j in -range..=range {
                for k in -range..=range {
                    let v = basis * Vector3::new(f64::from(i), f64::from(j), f64::from(k));
                    if v.norm() <= radius && (i, j, k) != (0, 0, 0) {
                        found.push(v);
                    }
                }
            }
        }
        found
    }

    proptest! {
        #[test]
        fn reduction_keeps_the_lattice_and_finds_its_shortest_vector(
            entries in prop::array::uniform9(-1.0..1.0f64), tilt in prop::array::uniform3(-6..=6i32),
        ) {
            let cell = Matrix3::from_row_slice(&entries);
            prop_assume!(cell.determinant().abs() > 0.05);
            let [p, q, r] = tilt.map(f64::from);
            let skewed = cell * Matrix3::new(1.0, p, q, 0.0, 1.0, r, 0.0, 0.0, 1.0);
            let reduced = reduce(&skewed);
            let u = reduced.unimodular.map(|x| x as f64);
            prop_assert!((u.determinant().abs() - 1.0).abs() < 1e-9);
            prop_assert!((skewed * u - reduced.basis).norm() < 1e-10);
            let shortest = reduced.basis.column(0).norm();
            let all = enumerate(&reduced.basis, 1.2 * shortest, 4);
            let least = all.iter().map(|v| v.norm()).fold(f64::INFINITY, f64::min);
            prop_assert!((least - shortest).abs() < 1e-10);
            // Minkowski: no combination of the first two shortens the third.
            let c = reduced.basis.column(2);
            for i in -2..=2 {
                for j in -2..=2 {
                    let other = c - reduced.basis.column(0) * f64::from(i) - reduced.basis.column(1) * f64::from(j);
                    prop_assert!(other.norm() > c.norm() * (1.0 - 1e-9));
                }
            }
        }
    }

    #[test]
    fn a_strain_of_a_million_reduces_to_the_cube() {
        let reduced = reduce(&Matrix3::new(1.0, 1e6, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0));
        assert!((reduced.basis.abs() - Matrix3::identity()).norm() < 1e-9 || shortest_vector(&reduced.basis) == 1.0);
        assert_eq!(reduced.basis.determinant().abs(), 1.0);
    }
}
