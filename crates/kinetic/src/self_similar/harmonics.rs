//! Real spherical harmonics: products with the coordinates, and values.
//!
//! Orthonormal on the sphere, `m > 0` with `cos m phi`, `m < 0` with `sin |m| phi`, without the phase `(-1)^m`.

use crate::legendre::associated_legendre_at;
use omd_flow::Vector3;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// A term of a product: degree, order, coefficient.
pub(super) type Term = (usize, i64, f64);

/// `n_axis Y_lm` as a sum of harmonics of degrees `l + 1` and `l - 1`.
pub(super) fn product(axis: usize, l: usize, m: i64) -> Vec<Term> {
    let mut terms = Vec::with_capacity(4);
    let mut push = |degree: Option<usize>, order: i64, coefficient: f64| {
        if let Some(degree) = degree
            && order.unsigned_abs() as usize <= degree
            && coefficient != 0.0
        {
            terms.push((degree, order, coefficient));
        }
    };
    let (below, above) = (l.checked_sub(1), Some(l + 1));
    if axis == 2 {
        push(above, m, vertical(l + 1, m));
        push(below, m, if l > 0 { vertical(l, m) } else { 0.0 });
        return terms;
    }
    for (order, angular) in azimuthal(axis, m) {
        let (from, to) = (m.abs(), order.abs());
        let (up, down) = if to > from { raise(l, from) } else { lower(l, from) };
        push(above, order, angular * up);
        push(below, order, angular * down);
    }
    terms
}

/// `z`: the coefficient between degrees `l` and `l - 1`.
fn vertical(l: usize, m: i64) -> f64 {
    let (l, m) = (l as f64, m as f64);
    ((l * l - m * m) / (4.0 * l * l - 1.0)).sqrt()
}

/// `sin(theta) P_l^m` in `P_(l+1)^(m+1)` and `P_(l-1)^(m+1)`, normalised, `m >= 0`.
fn raise(l: usize, m: i64) -> (f64, f64) {
    let (l, m) = (l as f64, m as f64);
    let up = ((l + m + 1.0) * (l + m + 2.0) / ((2.0 * l + 1.0) * (2.0 * l + 3.0))).sqrt();
    let down = -((l - m) * (l - m - 1.0) / ((2.0 * l - 1.0) * (2.0 * l + 1.0))).abs().sqrt();
    (up, down)
}

/// `sin(theta) P_l^m` in `P_(l+1)^(m-1)` and `P_(l-1)^(m-1)`, `m >= 1`.
fn lower(l: usize, m: i64) -> (f64, f64) {
    let (l, m) = (l as f64, m as f64);
    let up = -((l - m + 1.0) * (l - m + 2.0) / ((2.0 * l + 1.0) * (2.0 * l + 3.0))).sqrt();
    let down = ((l + m) * (l + m - 1.0) / ((2.0 * l - 1.0) * (2.0 * l + 1.0))).sqrt();
    (up, down)
}

/// `cos phi` (axis 0) or `sin phi` (axis 1) times the azimuthal function of order `m`.
fn azimuthal(axis: usize, m: i64) -> Vec<(i64, f64)> {
    // The function of order zero is normalised with another factor.
    let zero = |order: i64, coefficient: f64| if order == 0 { coefficient / FRAC_1_SQRT_2 } else { coefficient };
    match (axis, m) {
        (0, 0) => vec![(1, FRAC_1_SQRT_2)],
        (0, m) if m > 0 => vec![(m + 1, 0.5), (m - 1, zero(m - 1, 0.5))],
        (0, -1) => vec![(-2, 0.5)],
        (0, m) => vec![(m - 1, 0.5), (m + 1, 0.5)],
        (_, 0) => vec![(-1, FRAC_1_SQRT_2)],
        (_, 1) => vec![(-2, 0.5)],
        (_, m) if m > 0 => vec![(-m - 1, 0.5), (-(m - 1), -0.5)],
        // sin phi sin |m| phi = (cos (|m|-1) phi - cos (|m|+1) phi)/2.
        (_, m) => vec![(-m - 1, zero(-m - 1, 0.5)), (-m + 1, -0.5)],
    }
}

/// `Y_lm(direction)` for all `l <= degree`; index `l^2 + l + m`.
pub(super) fn values(degree: usize, direction: &Vector3<f64>) -> Vec<f64> {
    let mut values = vec![0.0; (degree + 1) * (degree + 1)];
    let (z, phi) = (direction.z, direction.y.atan2(direction.x));
    let sine = direction.x.hypot(direction.y);
    for m in 0..=degree {
        let (sin, cos) = (m as f64 * phi).sin_cos();
        let factor = if m == 0 { 1.0 / (2.0 * PI).sqrt() } else { 1.0 / PI.sqrt() };
        let legendre = associated_legendre_at(degree, m, z, sine);
        for (l, p) in legendre.iter().enumerate().skip(m) {
            let centre = l * l + l;
            values[centre + m] = factor * p * cos;
            if m > 0 {
                values[centre - m] = factor * p * sin;
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_with_coordinates_hold_pointwise() {
        let direction = Vector3::new(0.3, -0.8, 0.45).normalize();
        let y = values(9, &direction);
        let at = |l: usize, m: i64| y[((l * l + l) as i64 + m) as usize];
        for axis in 0..3 {
            for l in 0..=8usize {
                for m in -(l as i64)..=l as i64 {
                    let sum: f64 = product(axis, l, m).iter().map(|&(l, m, c)| c * at(l, m)).sum();
                    let wanted = direction[axis] * at(l, m);
                    assert!((sum - wanted).abs() < 1e-14, "axis {axis}, l {l}, m {m}: {sum} {wanted}");
                }
            }
        }
    }

    #[test]
    fn low_harmonics_have_their_closed_forms() {
        let n = Vector3::new(-0.2, 0.5, 0.7).normalize();
        let y = values(2, &n);
        let first = (3.0 / (4.0 * PI)).sqrt();
        assert!((y[0] - 0.5 / PI.sqrt()).abs() < 1e-15);
        assert!((y[1] - first * n.y).abs() < 1e-15);
        assert!((y[2] - first * n.z).abs() < 1e-15);
        assert!((y[3] - first * n.x).abs() < 1e-15);
        assert!((y[8] - (15.0 / (16.0 * PI)).sqrt() * (n.x * n.x - n.y * n.y)).abs() < 1e-15);
    }
}
