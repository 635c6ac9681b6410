//! Quadrature of even functions on the unit sphere: Lebedev's rules, one point of every antipodal pair.
//!
//! # References
//! \[Lebedev1976\].

mod rules;

use nalgebra::Vector3;
use rules::Orbit::{self, Diagonal, Edges, Faces, General, Plane, Vertices};
use rules::RULES;

/// The highest degree there is.
pub(super) const HIGHEST_DEGREE: usize = RULES[RULES.len() - 1].0;

/// A direction and its weight; the weights of a half rule sum to one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Direction {
    pub(super) unit: Vector3<f64>,
    pub(super) weight: f64,
}

/// The smallest rule exact for even polynomials up to `degree`, at most the largest there is; one point of each
/// antipodal pair.
pub(super) fn half_sphere(degree: usize) -> Vec<Direction> {
    let orbits = RULES.iter().find(|rule| rule.0 >= degree).unwrap_or(&RULES[RULES.len() - 1]).1;
    let mut directions = Vec::new();
    for orbit in orbits {
        let (weight, point) = representative(*orbit);
        let mut images: Vec<Vector3<f64>> = Vec::new();
        for order in [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 0, 2]] {
            for signs in 0..8u32 {
                let sign = |k: usize| if signs >> k & 1 == 0 { 1.0 } else { -1.0 };
                let image = Vector3::from_fn(|k, _| sign(k) * point[order[k]]);
                let first = image.iter().rev().copied().find(|x| *x != 0.0).unwrap_or(0.0);
                if first > 0.0 && !images.contains(&image) {
                    images.push(image);
                }
            }
        }
        directions.extend(images.into_iter().map(|unit| Direction { unit, weight: 2.0 * weight }));
    }
    directions
}

/// The weight of an orbit and one of its points.
fn representative(orbit: Orbit) -> (f64, Vector3<f64>) {
    match orbit {
        Vertices(weight) => (weight, Vector3::new(1.0, 0.0, 0.0)),
        Edges(weight) => (weight, Vector3::new(0.5f64.sqrt(), 0.5f64.sqrt(), 0.0)),
        Faces(weight) => (weight, Vector3::repeat((1.0f64 / 3.0).sqrt())),
        Diagonal(weight, l) => (weight, Vector3::new(l, l, (1.0 - 2.0 * l * l).sqrt())),
        Plane(weight, p) => (weight, Vector3::new(p, (1.0 - p * p).sqrt(), 0.0)),
        General(weight, r, s) => (weight, Vector3::new(r, s, (1.0 - r * r - s * s).sqrt())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of `x^a y^b z^c` over the sphere, all powers even: `(a-1)!! (b-1)!! (c-1)!! / (a+b+c+1)!!`.
    fn mean(powers: [usize; 3]) -> f64 {
        let double = |n: usize| (1..=n).rev().step_by(2).map(|k| k as f64).product::<f64>();
        let upper: f64 = powers.iter().map(|&a| double(a.saturating_sub(1))).product();
        upper / double(powers.iter().sum::<usize>() + 1)
    }

    #[test]
    fn every_rule_is_exact_to_its_degree_and_the_small_ones_not_beyond() {
        let counts = [3, 7, 13, 19, 25, 43, 55, 73, 97, 151, 217, 295, 385];
        for ((degree, _), count) in RULES.iter().zip(counts) {
            let rule = half_sphere(*degree);
            assert_eq!(rule.len(), count);
            let worst = |total: usize| {
                let mut worst = 0.0f64;
                for a in (0..=total).step_by(2) {
                    for b in (0..=total - a).step_by(2) {
                        let powers = [a, b, total - a - b];
                        let sum: f64 = rule
                            .iter()
                            .map(|d| d.weight * (0..3).map(|k| d.unit[k].powi(powers[k] as i32)).product::<f64>())
                            .sum();
                        worst = worst.max((sum - mean(powers)).abs());
                    }
                }
                worst
            };
            // Rounding of the sums.
            let rounding = 1e-15 + 1e-17 * count as f64;
            for total in (0..*degree).step_by(2) {
                assert!(worst(total) < rounding, "degree {degree}, powers of {total}: {:e}", worst(total));
            }
            // The means of the next powers themselves come close to rounding.
            assert!(*degree > 23 || worst(degree + 1) > 1e-10, "degree {degree}");
        }
    }

    #[test]
    fn no_two_directions_are_antipodal() {
        for (degree, _) in RULES {
            let rule = half_sphere(degree);
            for (i, a) in rule.iter().enumerate() {
                assert!(rule[..i].iter().all(|b| a.unit.dot(&b.unit).abs() < 1.0 - 1e-6));
            }
        }
    }
}
