//! Quadrature of even functions on the unit sphere: Lebedev's rules, one point of every antipodal pair.
//!
//! # References
//! \[Lebedev1976\]; the digits are checked by the test, which integrates every monomial.

use nalgebra::Vector3;

/// One orbit of the octahedral group with the weight of each of its points.
#[derive(Clone, Copy)]
enum Orbit {
    /// `(1, 0, 0)`: 6 points.
    Vertices(f64),
    /// `(1, 1, 0)/sqrt 2`: 12 points.
    Edges(f64),
    /// `(1, 1, 1)/sqrt 3`: 8 points.
    Faces(f64),
    /// `(l, l, m)`, `2 l^2 + m^2 = 1`: 24 points, by `l`.
    Diagonal(f64, f64),
    /// `(p, q, 0)`: 24 points, by `p`.
    Plane(f64, f64),
    /// `(r, s, t)`: 48 points, by `r` and `s`.
    General(f64, f64, f64),
}

use Orbit::{Diagonal, Edges, Faces, General, Plane, Vertices};

/// The rules by rising degree.
const RULES: [(usize, &[Orbit]); 9] = [
    (3, &[Vertices(1.0 / 6.0)]),
    (5, &[Vertices(1.0 / 15.0), Faces(3.0 / 40.0)]),
    (7, &[Vertices(1.0 / 21.0), Edges(4.0 / 105.0), Faces(9.0 / 280.0)]),
    (9, &[Vertices(1.0 / 105.0), Faces(9.0 / 280.0), Plane(1.0 / 35.0, 0.459_700_843_380_983_1)]),
    (
        11,
        &[
            Vertices(4.0 / 315.0),
            Edges(64.0 / 2835.0),
            Faces(27.0 / 1280.0),
            Diagonal(14_641.0 / 725_760.0, 0.301_511_344_577_763_6),
        ],
    ),
    (
        15,
        &[
            Vertices(0.011_544_011_544_011_54),
            Faces(0.011_943_909_085_856_28),
            Diagonal(0.011_110_555_710_603_4, 0.369_602_846_454_150_2),
            Diagonal(0.011_876_501_294_537_14, 0.694_354_006_602_666_4),
            Plane(0.011_812_303_746_904_48, 0.374_243_039_090_341_2),
        ],
    ),
    (
        17,
        &[
            Vertices(0.003_828_270_494_937_162),
            Faces(0.009_793_737_512_487_512),
            Diagonal(0.008_211_737_283_191_111, 0.185_115_635_344_736_2),
            Diagonal(0.009_942_814_891_178_103, 0.690_421_048_382_292_2),
            Diagonal(0.009_595_471_336_070_963, 0.395_689_473_055_941_9),
            Plane(0.009_694_996_361_663_028, 0.478_369_028_812_150_2),
        ],
    ),
    (
        19,
        &[
            Vertices(0.000_599_631_368_862_138_1),
            Edges(0.007_372_999_718_620_756),
            Faces(0.007_210_515_360_144_488),
            Diagonal(0.007_116_355_493_117_555, 0.676_441_040_011_426_4),
            Diagonal(0.006_753_829_486_314_477, 0.417_496_122_796_545_3),
            Diagonal(0.007_574_394_159_054_034, 0.157_467_667_203_908_2),
            General(0.006_991_087_353_303_262, 0.140_355_381_171_318_3, 0.449_332_832_326_955_7),
        ],
    ),
    (
        23,
        &[
            Vertices(0.001_782_340_447_244_611),
            Edges(0.005_716_905_949_977_102),
            Faces(0.005_573_383_178_848_738),
            Diagonal(0.005_608_704_082_587_997, 0.671_297_344_269_522_6),
            Diagonal(0.005_158_237_711_805_383, 0.289_246_562_757_543_9),
            Diagonal(0.005_518_771_467_273_614, 0.444_693_317_871_743_7),
            Diagonal(0.004_106_777_028_169_394, 0.129_933_544_765_006_7),
            Plane(0.005_051_846_064_614_808, 0.345_770_219_761_128_3),
            General(0.005_530_248_916_233_094, 0.159_041_710_538_353, 0.836_036_015_482_458_9),
        ],
    ),
];

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
    fn every_rule_is_exact_to_its_degree_and_not_beyond() {
        let counts = [3, 7, 13, 19, 25, 43, 55, 73, 97];
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
            for total in (0..*degree).step_by(2) {
                assert!(worst(total) < 1e-15, "degree {degree}, powers of {total}: {:e}", worst(total));
            }
            assert!(worst(degree + 1) > 1e-10, "degree {degree}");
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
