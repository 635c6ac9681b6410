//! The frame in which a flow and a cell are what LAMMPS can do: both upper triangular.

use omd_flow::{Matrix3, Vector3, lattice};

/// What is left below a diagonal counts as zero below this, relatively.
const NEGLIGIBLE: f64 = 1e-9;
/// Edges of the new cell are combinations of the reduced ones with integers up to this.
const REACH: i64 = 3;

/// A rotation to a frame in which `A` and the edges of a cell are upper triangular.
///
/// With `x' = Q^T x` the flow is `A' = Q^T A Q` and the edges are the columns of `Q^T E U`, `U` unimodular. Both are upper
/// triangular when the first edge is an eigenvector of `A` and the first two span a plane that `A` keeps; then
/// `F'(t) E'` is upper triangular at every time. A real Schur form of `A` is the case of a cell that may be chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TriangularFrame {
    /// `Q`, a proper rotation: `x = Q x'`.
    pub rotation: Matrix3<f64>,
    /// `Q^T A Q`, zero below the diagonal.
    pub gradient: Matrix3<f64>,
    /// `Q^T E U`, zero below the diagonal, which is positive.
    pub cell: Matrix3<f64>,
}

impl TriangularFrame {
    /// The frame of the flow `gradient` and of a cell with the lattice of `cell` (edges as columns); of several the one
    /// with the shortest edges, then the one turned least. `None` where the lattice has no edge or no plane that stays.
    #[must_use]
    pub fn of_lattice(gradient: &Matrix3<f64>, cell: &Matrix3<f64>) -> Option<Self> {
        if let Some(frame) = Self::made(gradient, cell).filter(|frame| frame.rotation == Matrix3::identity()) {
            return Some(frame);
        }
        let basis = lattice::reduce(cell).basis;
        let size = basis.norm_squared();
        let mut best: Option<(f64, Self)> = None;
        for edges in flags(gradient, &basis) {
            let Some(frame) = Self::made(gradient, &edges) else { continue };
            // Equal lengths up to rounding are decided by the angle.
            let cost = edges.norm_squared() / size - 1e-6 * frame.rotation.trace();
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, frame));
            }
        }
        best.map(|(_, frame)| frame)
    }

    /// A cube of this edge in a real Schur frame of `gradient`; `None` where it has complex eigenvalues.
    #[must_use]
    pub fn of_cube(gradient: &Matrix3<f64>, edge: f64) -> Option<Self> {
        Self::made(gradient, &(schur(gradient)? * edge))
    }

    /// `Q` and `Q^T E` by orthogonalising the edges; `None` where the flow is not upper triangular then.
    fn made(gradient: &Matrix3<f64>, edges: &Matrix3<f64>) -> Option<Self> {
        let rotation = orthogonalised(edges)?;
        let turned = rotation.tr_mul(gradient) * rotation;
        let gradient = upper_triangle(&turned, gradient.norm())?;
        let cell = upper_triangle(&rotation.tr_mul(edges), edges.norm())?;
        Some(Self { rotation, gradient, cell })
    }
}

/// The largest entry below the diagonal.
fn below_diagonal(matrix: &Matrix3<f64>) -> f64 {
    [(1, 0), (2, 0), (2, 1)].into_iter().map(|place| matrix[place].abs()).fold(0.0, f64::max)
}

/// The matrix without what is below its diagonal; `None` where that is not negligible beside `scale`.
fn upper_triangle(matrix: &Matrix3<f64>, scale: f64) -> Option<Matrix3<f64>> {
    (below_diagonal(matrix) <= NEGLIGIBLE * scale).then(|| matrix.upper_triangle())
}

/// The right-handed orthonormal axes of Gram and Schmidt; `None` for edges that are not right-handed.
fn orthogonalised(edges: &Matrix3<f64>) -> Option<Matrix3<f64>> {
    let [a, b, _] = columns(edges);
    let first = a.normalize();
    let second = (b - first * first.dot(&b)).normalize();
    let axes = Matrix3::from_columns(&[first, second, first.cross(&second)]);
    // Axes that are those of the coordinates to the last bit stay so.
    (edges.determinant() > 0.0).then(|| axes.map(|x| if x.abs() < f64::EPSILON { 0.0 } else { x }))
}

fn columns(matrix: &Matrix3<f64>) -> [Vector3<f64>; 3] {
    [0, 1, 2].map(|k| matrix.column(k).into())
}

/// Right-handed bases of the lattice of `basis` whose first edge is an eigenvector of `gradient` and whose first two
/// span a plane that it keeps.
fn flags(gradient: &Matrix3<f64>, basis: &Matrix3<f64>) -> Vec<Matrix3<f64>> {
    let limit = NEGLIGIBLE * gradient.norm();
    let range = -REACH..=REACH;
    let all = range.clone().flat_map(|i| range.clone().flat_map(move |j| (-REACH..=REACH).map(move |k| [i, j, k])));
    let combinations: Vec<Vector3<i64>> = all.filter(|n| gcd(n) == 1).map(Vector3::from).collect();
    let place = |n: &Vector3<i64>| basis * n.map(|x| x as f64);
    let keeps_line = |u: &Vector3<f64>| {
        let moved = gradient * u;
        (moved - u * (u.dot(&moved) / u.norm_squared())).norm() <= limit * u.norm()
    };
    let sign = if basis.determinant() > 0.0 { 1 } else { -1 };
    let mut found = Vec::new();
    for first in combinations.iter().filter(|n| keeps_line(&place(n))) {
        let a = place(first);
        for second in &combinations {
            let normal = first.cross(second);
            if gcd(normal.as_ref()) != 1 {
                continue;
            }
            let b = place(second);
            let out = a.cross(&b).normalize();
            if (gradient * b).dot(&out).abs() > limit * b.norm() {
                continue;
            }
            let third = combinations.iter().find(|n| normal.dot(n) == sign);
            if let Some(third) = third {
                found.push(shortened(&Matrix3::from_columns(&[a, b, place(third)])));
            }
        }
    }
    found
}

/// The edges with the first two taken from the later ones as often as makes those short: tilts of at most a half.
fn shortened(edges: &Matrix3<f64>) -> Matrix3<f64> {
    let [a, mut b, mut c] = columns(edges);
    let normal = a.cross(&b);
    b -= a * (a.dot(&b) / a.norm_squared()).round();
    let across = normal.cross(&a);
    c -= b * (across.dot(&c) / across.dot(&b)).round();
    c -= a * (a.dot(&c) / a.norm_squared()).round();
    Matrix3::from_columns(&[a, b, c])
}

fn gcd(numbers: &[i64; 3]) -> i64 {
    numbers.iter().fold(0, |a, b| {
        let (mut a, mut b) = (a, b.abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    })
}

/// A proper rotation `Q` with `Q^T A Q` upper triangular, `None` where there is none: complex eigenvalues.
///
/// Eigenvalues of defective matrices come with errors of a root of the rounding, some of them imaginary; eigenvectors by
/// the least singular value of `A - lambda` do not mind, so what counts is what is left below the diagonal.
fn schur(gradient: &Matrix3<f64>) -> Option<Matrix3<f64>> {
    let found = gradient.complex_eigenvalues().map(|value| value.re);
    let [a, b, c] = [found[0], found[1], found[2]];
    // Multiple eigenvalues are found apart; their means are better.
    let candidates = [a, b, c, 0.5 * (a + b), 0.5 * (b + c), 0.5 * (a + c), gradient.trace() / 3.0];
    let mut best: Option<(f64, Matrix3<f64>)> = None;
    for first in candidates.map(|value| null_vector(&(gradient - Matrix3::identity() * value))) {
        let aside = if first.x.abs() < 0.6 { Vector3::x() } else { Vector3::y() };
        let second = first.cross(&aside).normalize();
        let axes = Matrix3::from_columns(&[first, second, first.cross(&second)]);
        let rest = (axes.tr_mul(gradient) * axes).fixed_view::<2, 2>(1, 1).into_owned();
        let (mean, half) = (0.5 * rest.trace(), 0.5 * (rest[(0, 0)] - rest[(1, 1)]));
        let root = (half * half + rest[(0, 1)] * rest[(1, 0)]).max(0.0).sqrt();
        for value in [mean + root, mean - root, mean] {
            // The first axis is taken already.
            let mut shifted = Matrix3::from_diagonal(&Vector3::new(gradient.norm() + 1.0, -value, -value));
            let mut block = shifted.fixed_view_mut::<2, 2>(1, 1);
            block += rest;
            let across = (axes * null_vector(&shifted)).normalize();
            let rotation = Matrix3::from_columns(&[first, across, first.cross(&across)]);
            let left = below_diagonal(&(rotation.tr_mul(gradient) * rotation));
            if best.is_none_or(|(least, _)| left < least) {
                best = Some((left, rotation));
            }
        }
    }
    best.filter(|(left, _)| *left <= NEGLIGIBLE * gradient.norm()).map(|(_, rotation)| rotation)
}

/// The unit vector that the matrix makes shortest.
fn null_vector(matrix: &Matrix3<f64>) -> Vector3<f64> {
    let decomposed = matrix.svd(false, true);
    let least = decomposed.singular_values.imin();
    decomposed.v_t.map_or_else(Vector3::x, |rows| rows.row(least).transpose())
}

#[cfg(test)]
mod tests;
