//! Real spherical harmonics and the integrals of three of them.

use crate::legendre::associated_legendre;
use crate::quadrature::legendre_rule;
use std::f64::consts::PI;

/// `int Y_{l1 m1} Y_{l2 m2} Y_{l3 m3} dsigma`; the places are `l + m`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gaunt {
    pub(crate) places: [usize; 3],
    pub(crate) value: f64,
}

/// `Y_lm` at a direction, `m = -l..=l`: `p_l|m|` times `1/sqrt(2 pi)` or `cos(m phi)/sqrt(pi)`, `sin(|m| phi)/sqrt(pi)`.
#[cfg(test)]
pub(crate) fn harmonics(l: usize, direction: [f64; 3]) -> Vec<f64> {
    let [x, y, z] = direction;
    let azimuth = y.atan2(x);
    (-(l as isize)..=l as isize)
        .map(|m| {
            let angle = m.unsigned_abs() as f64 * azimuth;
            let turn = match m {
                0 => (2.0 * PI).sqrt().recip(),
                1.. => angle.cos() / PI.sqrt(),
                _ => angle.sin() / PI.sqrt(),
            };
            associated_legendre(l, m.unsigned_abs(), z)[l] * turn
        })
        .collect()
}

/// `int f_a f_b f_c dphi` of `1/sqrt(2 pi)`, `cos(m phi)/sqrt(pi)` for `m > 0` and `sin(|m| phi)/sqrt(pi)` for `m < 0`.
fn azimuthal(m: [isize; 3]) -> f64 {
    let norm: f64 = m.iter().map(|&m| if m == 0 { (2.0 * PI).sqrt().recip() } else { PI.sqrt().recip() }).product();
    let [a, b, c] = m.map(isize::abs);
    let zero = |s: isize| i32::from(s == 0);
    let sines: Vec<usize> = (0..3).filter(|&k| m[k] < 0).collect();
    let count = match sines[..] {
        [] => zero(a + b + c) + zero(a + b - c) + zero(a - b + c) + zero(a - b - c),
        [first, second] => {
            let (a, b) = (m[first].abs(), m[second].abs());
            let c = m[3 - first - second].abs();
            zero(a - b + c) + zero(a - b - c) - zero(a + b + c) - zero(a + b - c)
        }
        _ => 0,
    };
    norm * 0.5 * PI * f64::from(count)
}

/// Whether three ranks couple: a triangle of even perimeter.
pub(crate) fn couples(l: [usize; 3]) -> bool {
    let sum = l[0] + l[1] + l[2];
    sum.is_multiple_of(2) && l.iter().all(|&l| 2 * l <= sum)
}

/// All integrals of these ranks that do not vanish. Exact but for rounding.
pub(crate) fn gaunt(l: [usize; 3]) -> Vec<Gaunt> {
    if !couples(l) {
        return Vec::new();
    }
    let rule = legendre_rule((l[0] + l[1] + l[2]) / 2 + 1);
    // p[k][|m|] at the nodes.
    let tables: Vec<Vec<Vec<f64>>> = l
        .iter()
        .map(|&l| (0..=l).map(|m| rule.iter().map(|(mu, _)| associated_legendre(l, m, *mu)[l]).collect()).collect())
        .collect();
    let signed = |l: usize| -(l as isize)..=l as isize;
    let mut entries = Vec::new();
    for m1 in signed(l[0]) {
        for m2 in signed(l[1]) {
            let (sum, difference) = (m1.abs() + m2.abs(), (m1.abs() - m2.abs()).abs());
            let mut third = vec![sum, -sum, difference, -difference];
            third.sort_unstable();
            third.dedup();
            for m3 in third.into_iter().filter(|m3| m3.unsigned_abs() <= l[2]) {
                let m = [m1, m2, m3];
                let turn = azimuthal(m);
                if turn != 0.0 {
                    let of = |k: usize| &tables[k][m[k].unsigned_abs()];
                    let polar: f64 = (0..rule.len()).map(|i| rule[i].1 * of(0)[i] * of(1)[i] * of(2)[i]).sum();
                    let places = std::array::from_fn(|k| l[k].wrapping_add_signed(m[k]));
                    entries.push(Gaunt { places, value: turn * polar });
                }
            }
        }
    }
    entries
}

/// The integral with all `m = 0`.
pub(crate) fn axial(l: [usize; 3]) -> f64 {
    gaunt(l).iter().find(|entry| entry.places == l).map_or(0.0, |entry| entry.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_harmonics_are_expanded_by_them() {
        let direction = [0.48, -0.6, 0.64];
        for (l1, l2) in [(1, 1), (2, 1), (3, 2), (4, 4)] {
            let (first, second) = (harmonics(l1, direction), harmonics(l2, direction));
            let mut sums = vec![vec![0.0; 2 * l2 + 1]; 2 * l1 + 1];
            for l3 in 0..=l1 + l2 {
                let third = harmonics(l3, direction);
                for Gaunt { places: [a, b, c], value } in gaunt([l1, l2, l3]) {
                    sums[a][b] += value * third[c];
                }
            }
            for a in 0..2 * l1 + 1 {
                for b in 0..2 * l2 + 1 {
                    assert!((sums[a][b] - first[a] * second[b]).abs() < 1e-14, "{l1} {l2} {a} {b}");
                }
            }
        }
    }
}
