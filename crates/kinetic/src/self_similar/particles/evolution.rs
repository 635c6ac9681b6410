//! The N-particle process under a constant linear drift.

use crate::self_similar::DeflectionLaw;
use omd_flow::{Matrix3, Philox, Vector3};
use std::f64::consts::TAU;

/// Half the length of an interval times the norm of the drift.
const REACH: f64 = 0.25;
/// Pairs of terms of `exp`: `REACH^(2 TERMS)/(2 TERMS)!` is below rounding.
const TERMS: usize = 7;

/// Particles between two intervals, at `theta = 1`.
pub(super) struct Evolution<'a> {
    velocities: Vec<Vector3<f64>>,
    law: &'a DeflectionLaw,
    /// Of one particle, 1/time.
    rate: f64,
    random: Philox,
    norm: f64,
    even: [Matrix3<f64>; TERMS],
    odd: [Matrix3<f64>; TERMS],
}

impl<'a> Evolution<'a> {
    pub(super) fn new(
        velocities: &[Vector3<f64>],
        drift: Matrix3<f64>,
        law: &'a DeflectionLaw,
        rate: f64,
        random: Philox,
    ) -> Self {
        let (mut even, mut odd) = ([Matrix3::zeros(); TERMS], [Matrix3::zeros(); TERMS]);
        let mut term = Matrix3::identity();
        for k in 0..TERMS {
            even[k] = term;
            odd[k] = term * drift / (2 * k + 1) as f64;
            term = odd[k] * drift / (2 * k + 2) as f64;
        }
        Self { velocities: velocities.to_vec(), law, rate, random, norm: drift.norm(), even, odd }
    }

    /// `cosh` and `sinh` of `drift x time`; `exp` of plus and minus it are their sum and difference.
    #[inline]
    fn exponential(&self, time: f64) -> (Matrix3<f64>, Matrix3<f64>) {
        let square = time * time;
        let (mut cosh, mut sinh) = (self.even[TERMS - 1], self.odd[TERMS - 1]);
        for k in (0..TERMS - 1).rev() {
            cosh = cosh * square + self.even[k];
            sinh = sinh * square + self.odd[k];
        }
        (cosh, sinh * time)
    }

    /// Velocities with mean zero and `tr <w w^T> = 3`.
    pub(super) fn velocities(&self) -> &[Vector3<f64>] {
        &self.velocities
    }

    /// Moves on by `time`.
    pub(super) fn advance(&mut self, time: f64) {
        // An interval also ends where most particles have collided: the sweep is then cheap beside the collisions.
        let longest = if self.norm > 0.0 { 2.0 * REACH / self.norm } else { f64::INFINITY };
        let count = (time / longest.min(4.0 / self.rate)).ceil().max(1.0);
        for _ in 0..count as u64 {
            self.interval(time / count);
        }
    }

    fn interval(&mut self, length: f64) {
        let half = 0.5 * length;
        let (cosh, sinh) = self.exponential(half);
        // From the beginning of the interval to the momenta of its middle, and from these to its end.
        let leave = cosh - sinh;
        self.velocities.iter_mut().for_each(|w| *w = leave * *w);
        let count = self.velocities.len() as u64;
        // Events of all pairs: rate/N each.
        let frequency = 0.5 * self.rate * (count - 1) as f64;
        let mut time = -half;
        loop {
            time -= (1.0 - self.random.uniform()).ln() / frequency;
            if time >= half {
                break;
            }
            let i = self.random.below(count) as usize;
            let j = self.random.below(count - 1) as usize;
            self.collide(i, if j >= i { j + 1 } else { j }, time);
        }
        self.velocities.iter_mut().for_each(|w| *w = leave * *w);
        self.rescale();
    }

    #[inline]
    fn collide(&mut self, i: usize, j: usize, time: f64) {
        let (cosh, sinh) = self.exponential(time);
        let relative = (cosh - sinh) * (self.velocities[i] - self.velocities[j]);
        let cosine = self.law.deflection_cosine(self.random.uniform());
        let sine = (1.0 - cosine * cosine).max(0.0).sqrt();
        let (sin, cos) = (TAU * self.random.uniform()).sin_cos();
        let turned = if self.law.is_isotropic() {
            relative.norm() * Vector3::new(sine * cos, sine * sin, cosine)
        } else {
            deflected(&relative, cosine, sine * cos, sine * sin)
        };
        let change = (cosh + sinh) * (0.5 * (turned - relative));
        self.velocities[i] += change;
        self.velocities[j] -= change;
    }

    /// Mean zero and `theta = 1`; rounding aside, only the scale changes.
    fn rescale(&mut self) {
        let count = self.velocities.len() as f64;
        let mean = self.velocities.iter().sum::<Vector3<f64>>() / count;
        let energy = self.velocities.iter().map(|w| (w - mean).norm_squared()).sum::<f64>() / (3.0 * count);
        let scale = energy.sqrt().recip();
        self.velocities.iter_mut().for_each(|w| *w = scale * (*w - mean));
    }
}

/// `vector` turned by the angle of `cosine` towards the side directions `(x, y)` at right angles to it.
#[inline]
fn deflected(vector: &Vector3<f64>, cosine: f64, x: f64, y: f64) -> Vector3<f64> {
    let length = vector.norm();
    if length == 0.0 {
        return *vector;
    }
    let n = vector / length;
    // Duff et al.: an orthonormal frame without a branch that cancels.
    let sign = 1f64.copysign(n.z);
    let a = -1.0 / (sign + n.z);
    let b = n.x * n.y * a;
    let first = Vector3::new(1.0 + sign * n.x * n.x * a, sign * b, -sign * n.x);
    let second = Vector3::new(b, sign + n.y * n.y * a, -n.y);
    length * (n * cosine + first * x + second * y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_flight_is_the_exponential() {
        let drift = Matrix3::new(0.3, 0.9, -0.2, 0.1, -0.4, 0.5, 0.0, 0.7, 0.1);
        let law = DeflectionLaw::isotropic(1.0).unwrap();
        let gas = Evolution::new(&[Vector3::x(); 4], drift, &law, 1.0, Philox::new(1, 0));
        let time = REACH / drift.norm();
        let (cosh, sinh) = gas.exponential(time);
        assert!(((cosh - sinh) - (-drift * time).exp()).norm() < 1e-15);
        assert!(((cosh - sinh) * (cosh + sinh) - Matrix3::identity()).norm() < 1e-15);
    }

    #[test]
    fn deflections_keep_the_length_and_have_their_angle() {
        for vector in [Vector3::new(0.2, -1.3, 0.4), Vector3::new(0.0, 0.0, -2.0), Vector3::new(0.0, 0.0, 2.0)] {
            let (x, y) = (0.6 * 0.8, 0.8 * 0.8);
            let turned = deflected(&vector, 0.6, x, y);
            assert!((turned.norm() - vector.norm()).abs() < 1e-14);
            assert!((turned.dot(&vector) - 0.6 * vector.norm_squared()).abs() < 1e-14);
        }
    }
}
