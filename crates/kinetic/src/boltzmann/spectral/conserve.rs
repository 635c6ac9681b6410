//! Given moments, to rounding: a Maxwellian times Hermite polynomials of second degree is added to a field.

use super::grid::Grid;
use nalgebra::{Matrix3, Vector3};

/// Passes of the correction: each removes all but the share of a Maxwellian that the grid does not hold.
const PASSES: usize = 6;

/// Mass, momentum and second moments of a field: sums over the grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Conserved {
    pub(super) mass: f64,
    pub(super) momentum: Vector3<f64>,
    pub(super) second: Matrix3<f64>,
}

impl Conserved {
    pub(super) fn of(grid: &Grid, field: &[f64]) -> Self {
        let n = grid.n;
        let mut sums = [0.0; 10];
        for (number, row) in field.chunks_exact(n).enumerate() {
            // Along a row w moves on a line: three sums over c1 give all ten.
            let mut along = [0.0; 3];
            for (c1, value) in row.iter().enumerate() {
                let c = Grid::coordinate(n, c1);
                along[0] += value;
                along[1] += value * c;
                along[2] += value * c * c;
            }
            let c = [along[0], along[1], along[2]];
            let (c2, c3) = (Grid::coordinate(n, number % n), Grid::coordinate(n, number / n));
            let terms = [
                c[0],
                c[1],
                c[0] * c2,
                c[0] * c3,
                c[2],
                c[0] * c2 * c2,
                c[0] * c3 * c3,
                c[1] * c2,
                c[1] * c3,
                c[0] * c2 * c3,
            ];
            sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
        }
        let [mass, x, y, z, xx, yy, zz, xy, xz, yz] = sums.map(|s| s * grid.cell());
        let second = Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz);
        Self { mass, momentum: grid.map * Vector3::new(x, y, z), second: grid.map * second * grid.map.transpose() }
    }
    fn minus(&self, other: &Self) -> Self {
        Self {
            mass: self.mass - other.mass,
            momentum: self.momentum - other.momentum,
            second: self.second - other.second,
        }
    }
}

/// Takes mass, momentum and energy out of the collision term `field`; returns what was there of mass, and of energy
/// over `3 theta`.
pub(super) fn conserve(grid: &Grid, field: &mut [f64], theta: f64) -> (f64, f64) {
    let maxwellian = grid.maxwellian(theta);
    let mut found = (0.0, 0.0);
    for pass in 0..PASSES {
        let mut excess = Conserved::of(grid, field);
        if pass == 0 {
            found = (excess.mass, excess.second.trace() / (3.0 * theta));
        }
        // The stress belongs to the collisions.
        excess.second = Matrix3::identity() * (excess.second.trace() / 3.0);
        subtract(grid, field, &maxwellian, theta, &excess);
    }
    found
}

/// Gives `field` the `wanted` moments.
pub(super) fn restore(grid: &Grid, field: &mut [f64], theta: f64, wanted: &Conserved) {
    let maxwellian = grid.maxwellian(theta);
    for _ in 0..PASSES {
        let excess = Conserved::of(grid, field).minus(wanted);
        subtract(grid, field, &maxwellian, theta, &excess);
    }
}

/// Subtracts the Maxwellian times the polynomial of second degree that has the moments `excess`:
/// `m + p.w/theta + (S - theta m I):(w w^T - theta I) / (2 theta^2)`.
fn subtract(grid: &Grid, field: &mut [f64], maxwellian: &[f64], theta: f64, excess: &Conserved) {
    let n = grid.n;
    let quadratic = (excess.second - Matrix3::identity() * (theta * excess.mass)) / (2.0 * theta * theta);
    let constant = excess.mass - theta * quadratic.trace();
    let linear = grid.map.transpose() * excess.momentum / theta;
    let q = grid.map.transpose() * quadratic * grid.map;
    let rows = field.chunks_exact_mut(n).zip(maxwellian.chunks_exact(n));
    for (number, (row, maxwellian)) in rows.enumerate() {
        let (c2, c3) = (Grid::coordinate(n, number % n), Grid::coordinate(n, number / n));
        let zeroth = constant
            + linear.y * c2
            + linear.z * c3
            + q[(1, 1)] * c2 * c2
            + q[(2, 2)] * c3 * c3
            + 2.0 * q[(1, 2)] * c2 * c3;
        let first = linear.x + 2.0 * (q[(0, 1)] * c2 + q[(0, 2)] * c3);
        for (c1, (value, m)) in row.iter_mut().zip(maxwellian).enumerate() {
            let c1 = Grid::coordinate(n, c1);
            *value -= m * (zeroth + c1 * (first + c1 * q[(0, 0)]));
        }
    }
}
