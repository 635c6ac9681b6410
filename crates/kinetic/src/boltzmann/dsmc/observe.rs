//! Moments of the particles, summed in blocks: the same bits on every machine, rounding independent of N.

use super::particles::Particle;
use nalgebra::{Matrix3, Vector3};

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
}

impl Moments {
    /// Of `w = inverse p`.
    pub(super) fn of(particles: &[Particle], inverse: &Matrix3<f64>) -> Self {
        let count = particles.len() as f64;
        let momentum = paired(particles, &|p| [p.momentum[0], p.momentum[1], p.momentum[2]]).map(|x| x / count);
        let m: [[f64; 3]; 3] = std::array::from_fn(|r| std::array::from_fn(|c| inverse[(r, c)]));
        let sums = paired(particles, &|p| {
            let d = [p.momentum[0] - momentum[0], p.momentum[1] - momentum[1], p.momentum[2] - momentum[2]];
            let [x, y, z] = m.map(|row| row[0] * d[0] + row[1] * d[1] + row[2] * d[2]);
            let square = x * x + y * y + z * z;
            [x * x, y * y, z * z, x * y, x * z, y * z, square * x, square * y, square * z, square * square]
        });
        let [xx, yy, zz, xy, xz, yz, qx, qy, qz, fourth] = sums.map(|x| x / count);
        Self {
            mean: inverse * Vector3::from(momentum),
            covariance: Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz),
            third: Vector3::new(qx, qy, qz),
            fourth,
        }
    }
}

/// `sum_i terms(particle_i)`, blocks by recursion.
fn paired<const M: usize>(particles: &[Particle], terms: &impl Fn(&Particle) -> [f64; M]) -> [f64; M] {
    let mut sum = [0.0; M];
    if particles.len() <= BLOCK {
        for particle in particles {
            let term = terms(particle);
            for k in 0..M {
                sum[k] += term[k];
            }
        }
        return sum;
    }
    let blocks = particles.len().div_ceil(BLOCK);
    let (left, right) = particles.split_at(blocks / 2 * BLOCK);
    let (left, right) = (paired(left, terms), paired(right, terms));
    for k in 0..M {
        sum[k] = left[k] + right[k];
    }
    sum
}
