//! Moments and histograms of the particles, summed in blocks: the same bits on every machine, rounding independent of N.

use super::particles::Particles;
use nalgebra::{Matrix3, Vector3};
use omd_flow::VelocityHistogram;
use std::ops::Range;

/// Particles summed one after the other; the sums of blocks are added in pairs.
const BLOCK: usize = 1024;

/// Moments of `w` about its mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moments {
    /// `<w>`.
    pub(super) mean: Vector3<f64>,
    /// `<c c^T>`, `c = w - <w>`.
    pub(super) covariance: Matrix3<f64>,
    /// `<|c|^2 c>`.
    pub(super) third: Vector3<f64>,
    /// `<|c|^4>`.
    pub(super) fourth: f64,
    /// `<|c|^6>`.
    pub(super) sixth: f64,
}

/// The particles with the map from `p` to `c = w - <w>`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Observer<'a> {
    particles: &'a Particles,
    mean_momentum: [f64; 3],
    inverse: [[f64; 3]; 3],
}

impl<'a> Observer<'a> {
    /// Of `w = inverse p`.
    pub(super) fn new(particles: &'a Particles, inverse: &Matrix3<f64>) -> Self {
        let count = particles.len() as f64;
        let mean_momentum = paired(particles, 0..particles.len(), &|p| p).map(|x| x / count);
        let inverse = std::array::from_fn(|r| std::array::from_fn(|c| inverse[(r, c)]));
        Self { particles, mean_momentum, inverse }
    }

    /// `c` of a particle.
    #[inline(always)]
    fn peculiar(&self, momentum: [f64; 3]) -> [f64; 3] {
        let d: [f64; 3] = std::array::from_fn(|r| momentum[r] - self.mean_momentum[r]);
        self.inverse.map(|row| row[0] * d[0] + row[1] * d[1] + row[2] * d[2])
    }

    /// The mean of `terms(c)` over the particles.
    fn mean_of<const M: usize>(&self, terms: impl Fn([f64; 3]) -> [f64; M]) -> [f64; M] {
        let count = self.particles.len();
        paired(self.particles, 0..count, &|p| terms(self.peculiar(p))).map(|x| x / count as f64)
    }

    pub(super) fn moments(&self) -> Moments {
        let [xx, yy, zz, xy, xz, yz, qx, qy, qz, fourth, sixth] = self.mean_of(|[x, y, z]| {
            let square = x * x + y * y + z * z;
            let fourth = square * square;
            [x * x, y * y, z * z, x * y, x * z, y * z, square * x, square * y, square * z, fourth, fourth * square]
        });
        let mean: [f64; 3] = self.inverse.map(|row| (0..3).map(|c| row[c] * self.mean_momentum[c]).sum());
        Moments {
            mean: mean.into(),
            covariance: Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz),
            third: Vector3::new(qx, qy, qz),
            fourth,
            sixth,
        }
    }

    /// `<c_x^a c_y^b c_z^c> theta^-((a + b + c)/2)` for the exponents of [`higher_moments`].
    pub(super) fn higher_moments(&self, theta: f64) -> [f64; HIGHER] {
        let (exponents, scale) = (higher_moments(), theta.sqrt().recip());
        self.mean_of(|c| {
            let mut powers = [[1.0; 7]; 3];
            for r in 0..3 {
                for k in 1..7 {
                    powers[r][k] = powers[r][k - 1] * c[r] * scale;
                }
            }
            exponents.map(|[a, b, c]| powers[0][a] * powers[1][b] * powers[2][c])
        })
    }

    /// The histogram of `c/sqrt(theta)` with `bins` cells out to `range`.
    pub(super) fn histogram(&self, time: f64, theta: f64, bins: usize, range: f64) -> VelocityHistogram {
        let mut radial = vec![0u64; bins];
        let mut planes = [(); 3].map(|()| vec![0u64; bins * bins]);
        let scale = theta.sqrt().recip();
        let (per_speed, per_component) = (bins as f64 / range, 0.5 * bins as f64 / range);
        for momentum in self.particles.iter() {
            let c = self.peculiar(momentum).map(|x| x * scale);
            let speed = (c[0] * c[0] + c[1] * c[1] + c[2] * c[2]).sqrt() * per_speed;
            if speed < bins as f64 {
                radial[speed as usize] += 1;
            }
            let cells = c.map(|x| {
                let place = (x + range) * per_component;
                (place >= 0.0 && place < bins as f64).then_some(place as usize)
            });
            for (plane, [first, second]) in planes.iter_mut().zip([[0, 1], [0, 2], [1, 2]]) {
                if let (Some(first), Some(second)) = (cells[first], cells[second]) {
                    plane[first * bins + second] += 1;
                }
            }
        }
        let count = self.particles.len() as f64;
        let shell = |index: usize| {
            let edge = |index: usize| (index as f64 / per_speed).powi(3);
            4.0 / 3.0 * std::f64::consts::PI * (edge(index + 1) - edge(index))
        };
        let area = per_component.powi(-2);
        VelocityHistogram {
            time,
            range,
            radial: radial.iter().enumerate().map(|(index, &n)| n as f64 / (count * shell(index))).collect(),
            planes: planes.map(|plane| plane.iter().map(|&n| n as f64 / (count * area)).collect()),
        }
    }
}

/// Moments of order 3 to 6.
pub(super) const HIGHER: usize = 10 + 15 + 21 + 28;

/// Exponents of `c_x`, `c_y`, `c_z`, by order and then falling in x and y.
pub(super) fn higher_moments() -> [[usize; 3]; HIGHER] {
    let mut all = [[0; 3]; HIGHER];
    let mut next = 0;
    for order in 3..=6 {
        for a in (0..=order).rev() {
            for b in (0..=order - a).rev() {
                all[next] = [a, b, order - a - b];
                next += 1;
            }
        }
    }
    all
}

/// `sum_i terms(p_i)` over a range of particles, blocks of [`BLOCK`] by recursion.
fn paired<const M: usize>(
    particles: &Particles,
    range: Range<usize>,
    terms: &impl Fn([f64; 3]) -> [f64; M],
) -> [f64; M] {
    let mut sum = [0.0; M];
    if range.len() <= BLOCK {
        for index in range {
            let term = terms(particles.get(index));
            for k in 0..M {
                sum[k] += term[k];
            }
        }
        return sum;
    }
    let middle = range.start + range.len().div_ceil(BLOCK) / 2 * BLOCK;
    let left = paired(particles, range.start..middle, terms);
    let right = paired(particles, middle..range.end, terms);
    for k in 0..M {
        sum[k] = left[k] + right[k];
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four particles on an axis after a shear by one: `w = F^-1 p`.
    fn four() -> (Particles, Matrix3<f64>) {
        let inverse = Matrix3::new(1.0, -1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0);
        let forward = inverse.try_inverse().unwrap();
        let particles = [[2.0, 0.0, 0.0], [-2.0, 0.0, 0.0], [1.0, 1.0, 0.0], [-1.0, -1.0, 0.0]]
            .map(|w| (forward * Vector3::from(w)).into());
        (Particles::new(particles.into_iter()), inverse)
    }

    #[test]
    fn moments_by_hand() {
        let (particles, inverse) = four();
        let observer = Observer::new(&particles, &inverse);
        let moments = observer.moments();
        assert_eq!(moments.covariance, Matrix3::new(2.5, 0.5, 0.0, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0));
        // |w|^2 = 4, 4, 2, 2.
        assert_eq!((moments.fourth, moments.sixth), (10.0, 36.0));
        let theta = 1.0;
        let higher = observer.higher_moments(theta);
        let of = |wanted: [usize; 3]| higher[higher_moments().iter().position(|e| *e == wanted).unwrap()];
        assert_eq!(
            [of([4, 0, 0]), of([2, 2, 0]), of([3, 1, 0]), of([5, 1, 0]), of([6, 0, 0])],
            [8.5, 0.5, 0.5, 0.5, 32.5]
        );
        assert_eq!(of([3, 0, 0]), 0.0);
        assert_eq!(observer.higher_moments(4.0)[..10], [0.0; 10]);
        let mut unique = higher_moments().to_vec();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), HIGHER);
    }

    #[test]
    fn histograms_by_hand() {
        let (particles, inverse) = four();
        let histogram = Observer::new(&particles, &inverse).histogram(3.0, 1.0, 4, 2.0);
        // |c| = 2 is outside, sqrt 2 in the third cell [1, 1.5).
        let shell = 4.0 / 3.0 * std::f64::consts::PI * (1.5f64.powi(3) - 1.0);
        assert_eq!(histogram.radial, [0.0, 0.0, 0.5 / shell, 0.0]);
        // Cells of width 1: (1, 1) in cell (3, 3), (-1, -1) in (1, 1), (-2, 0) in (0, 2); (2, 0) is outside.
        let mut plane = [0.0; 16];
        for cell in [15, 5, 2] {
            plane[cell] = 0.25;
        }
        assert_eq!(histogram.planes[0], plane);
        assert_eq!([histogram.speed(2), histogram.component(0)], [1.25, -1.5]);
    }
}
