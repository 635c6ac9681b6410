//! Products of two harmonics whose directions keep their angles to a third.

use super::gaunt::gaunt;
use crate::legendre::associated_legendre;
use std::f64::consts::PI;

/// The coefficient of `sum_M Gaunt(m1, m2, M) Y_LM(n)` in `Y_l1m1(e_+) Y_l2m2(e_-)`, averaged over the azimuth about `n`,
/// for `e_+` and `e_-` on opposite sides of `n` in one plane with it.
pub(crate) struct AxialAverage {
    left: usize,
    right: usize,
    /// Of `m = 0, 1, ...`, both signs taken together.
    weights: Vec<f64>,
}

impl AxialAverage {
    /// Of the ranks left, right and of the product; they have to couple.
    pub(crate) fn new([left, right, out]: [usize; 3]) -> Self {
        let mut weights = vec![0.0; left.min(right) + 1];
        let mut square = 0.0;
        for entry in gaunt([left, right, out]).iter().filter(|entry| entry.places[2] == out) {
            let m = entry.places[0].abs_diff(left);
            // cos(m phi) cos(m (phi + pi)) or sines, on average, with the norms of the harmonics: 1/(2 pi).
            weights[m] += entry.value * if m % 2 == 0 { 0.5 } else { -0.5 } / PI;
            square += entry.value * entry.value;
        }
        // The harmonic of the result at the pole.
        let pole = ((2 * out + 1) as f64 / (4.0 * PI)).sqrt();
        weights.iter_mut().for_each(|w| *w /= pole * square);
        Self { left, right, weights }
    }
    /// For the cosines `first` of `e_+` and `second` of `e_-` with the axis.
    pub(crate) fn at(&self, first: f64, second: f64) -> f64 {
        let (left, right) = (self.left, self.right);
        let angular = |(m, weight): (usize, &f64)| {
            weight * associated_legendre(left, m, first)[left] * associated_legendre(right, m, second)[right]
        };
        self.weights.iter().enumerate().map(angular).sum()
    }
}
