//! Moments of the whole gas and of its cells, and the amplitudes of its waves.

use super::{Particle, PlaneWave, Spatial};
use omd_flow::{Dimension, Matrix3, Observables, Vector3};
use rayon::prelude::*;

/// Particles summed one after the other.
const BLOCK: usize = 1 << 13;

/// What the particles of a cell add up to, with their peculiar velocities `w`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CellMoments {
    /// How many.
    pub count: f64,
    /// `sum w`, velocity.
    pub momentum: Vector3<f64>,
    /// `sum w w^T`, velocity squared.
    pub second: Matrix3<f64>,
}

impl CellMoments {
    /// The mean peculiar velocity; NaN where there is no particle.
    #[must_use]
    pub fn velocity(&self) -> Vector3<f64> {
        self.momentum / self.count
    }

    /// `P / (n m)` about the mean velocity, velocity squared; NaN where there is no particle.
    #[must_use]
    pub fn covariance(&self) -> Matrix3<f64> {
        let mean = self.velocity();
        self.second / self.count - mean * mean.transpose()
    }
}

/// Complex amplitudes `z` of a wave `Re(z exp(2 pi i m.s))`, real and imaginary parts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mode {
    /// Of the density, relative.
    pub density: [f64; 2],
    /// Of the mean peculiar velocity to first order, velocity: by components.
    pub velocity: [[f64; 2]; 3],
    /// Of the temperature to first order, relative.
    pub temperature: [f64; 2],
}

/// Sums over all particles in blocks of fixed size: the same bits on any number of threads.
fn sums<const M: usize>(particles: &[Particle], terms: impl Fn(&Particle) -> [f64; M] + Sync) -> [f64; M] {
    let add = |mut sum: [f64; M], term: [f64; M]| {
        for k in 0..M {
            sum[k] += term[k];
        }
        sum
    };
    let blocks: Vec<[f64; M]> =
        particles.par_chunks(BLOCK).map(|block| block.iter().map(&terms).fold([0.0; M], add)).collect();
    blocks.into_iter().fold([0.0; M], add)
}

impl Spatial {
    /// `w` of a particle, by the rows of `F^-1`.
    fn inverse_rows(&self) -> [[f64; 3]; 3] {
        let inverse = self.parameters.flow.inverse_deformation(self.time);
        std::array::from_fn(|r| std::array::from_fn(|c| inverse[(r, c)]))
    }

    /// The moments of every cell at the present time; cells in the order of their indices, the last edge fastest.
    #[must_use]
    pub fn cell_moments(&self) -> Vec<CellMoments> {
        let rows = self.inverse_rows();
        let mut cells = vec![CellMoments::default(); self.cells.count()];
        for particle in &self.particles {
            let w = Vector3::from(velocity(&rows, particle));
            let cell = &mut cells[self.cells.of(&particle.place)];
            cell.count += 1.0;
            cell.momentum += w;
            cell.second += w * w.transpose();
        }
        cells
    }

    /// The number density of a cell with one particle, at the present time.
    #[must_use]
    pub fn density_per_particle(&self) -> f64 {
        let mean = self.parameters.number_density / self.parameters.flow.volume_ratio(self.time);
        mean * self.cells.count() as f64 / self.particles.len() as f64
    }

    /// The amplitudes of the wave with `m = periods`, not all zero, at the present time.
    #[must_use]
    pub fn mode(&self, periods: [i32; 3]) -> Mode {
        let rows = self.inverse_rows();
        let found = sums(&self.particles, |particle| {
            let (sine, cosine) = PlaneWave::phase(periods, &particle.place).sin_cos();
            let [x, y, z] = velocity(&rows, particle);
            let square = x * x + y * y + z * z;
            [
                cosine,
                -sine,
                x * cosine,
                -x * sine,
                y * cosine,
                -y * sine,
                z * cosine,
                -z * sine,
                square * cosine,
                -square * sine,
                square,
            ]
        })
        .map(|sum| sum / self.particles.len() as f64);
        let pair = |k: usize| [2.0 * found[k], 2.0 * found[k + 1]];
        let (density, energy) = (pair(0), pair(8));
        // `|w|^2` is 3 theta (1 + density)(1 + temperature) in the mean.
        let temperature = [0, 1].map(|part| energy[part] / found[10] - density[part]);
        Mode { density, velocity: [pair(2), pair(4), pair(6)], temperature }
    }

    pub(super) fn row(&self) -> Observables {
        let rows = self.inverse_rows();
        let count = self.particles.len() as f64;
        let mean: [f64; 3] = sums(&self.particles, |particle| velocity(&rows, particle)).map(|sum| sum / count);
        let moments = sums(&self.particles, |particle| {
            let w = velocity(&rows, particle);
            let [x, y, z]: [f64; 3] = std::array::from_fn(|r| w[r] - mean[r]);
            let square = x * x + y * y + z * z;
            [x * x, y * y, z * z, x * y, x * z, y * z, square * x, square * y, square * z]
        })
        .map(|sum| sum / count);
        let [xx, yy, zz, xy, xz, yz, qx, qy, qz] = moments;
        let (mass, density) =
            (self.parameters.mass, self.parameters.number_density / self.parameters.flow.volume_ratio(self.time));
        let mut row = Observables {
            time: self.time,
            density,
            temperature: mass * (xx + yy + zz) / 3.0,
            pressure: Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz) * (density * mass),
            heat_flux: Some(Vector3::new(qx, qy, qz) * (0.5 * density * mass)),
            extra: Vec::new(),
        };
        row.push("collisions_per_particle", 2.0 * self.counters.collisions as f64 / count, Dimension::None);
        row.push("drift_x", mean[0], Dimension::Velocity);
        row.push("drift_y", mean[1], Dimension::Velocity);
        row.push("drift_z", mean[2], Dimension::Velocity);
        row
    }
}

#[inline(always)]
fn velocity(rows: &[[f64; 3]; 3], particle: &Particle) -> [f64; 3] {
    let p = particle.momentum;
    rows.map(|row| row[0] * p[0] + row[1] * p[1] + row[2] * p[2])
}
