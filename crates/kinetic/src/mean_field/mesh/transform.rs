//! Convolution on a mesh by fast Fourier transforms, planes and lines shared among threads.

use rayon::prelude::*;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::fmt::{Debug, Formatter};
use std::sync::Arc;

/// Planes read together, so that a line of the cache is read once.
const PLANES: usize = 8;

/// The smallest number of 2, 3 and 5 factors that is even and at least `least`.
pub(super) fn good_size(least: usize) -> usize {
    (least.max(2)..)
        .find(|&n| {
            let mut rest = n;
            for factor in [2, 3, 5] {
                while rest % factor == 0 {
                    rest /= factor;
                }
            }
            rest == 1 && n % 2 == 0
        })
        .unwrap_or(least)
}

/// The transforms of one size.
#[derive(Clone)]
pub(super) struct Transform {
    pub(super) size: [usize; 3],
    x: [Arc<dyn Fft<f64>>; 2],
    y: [Arc<dyn Fft<f64>>; 2],
    forward: Arc<dyn RealToComplex<f64>>,
    backward: Arc<dyn ComplexToReal<f64>>,
}

impl Debug for Transform {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Transform {:?}", self.size)
    }
}

impl Transform {
    pub(super) fn new(size: [usize; 3]) -> Self {
        let (mut complex, mut real) = (FftPlanner::new(), RealFftPlanner::new());
        Self {
            size,
            x: [complex.plan_fft_forward(size[0]), complex.plan_fft_inverse(size[0])],
            y: [complex.plan_fft_forward(size[1]), complex.plan_fft_inverse(size[1])],
            forward: real.plan_fft_forward(size[2]),
            backward: real.plan_fft_inverse(size[2]),
        }
    }

    /// Numbers in a line of frequencies along z.
    fn depth(&self) -> usize {
        self.size[2] / 2 + 1
    }

    /// The transform of values on the first `occupied` points a dimension, zeros elsewhere: `[y][z][x]`.
    pub(super) fn forward(&self, values: &[f64], occupied: [usize; 3]) -> Vec<Complex<f64>> {
        let ([nx, ny, nz], depth) = (self.size, self.depth());
        let zero = Complex::new(0.0, 0.0);
        // Planes x, of lines y in the order [z][y].
        let mut planes = vec![zero; occupied[0] * ny * depth];
        planes.par_chunks_mut(ny * depth).enumerate().for_each(|(x, plane)| {
            let (mut line, mut spectrum) = (vec![0.0; nz], vec![zero; depth]);
            let mut scratch = self.forward.make_scratch_vec();
            for y in 0..occupied[1] {
                line[..occupied[2]].copy_from_slice(&values[(x * occupied[1] + y) * occupied[2]..][..occupied[2]]);
                line[occupied[2]..].fill(0.0);
                // Lengths fit by construction.
                let done = self.forward.process_with_scratch(&mut line, &mut spectrum, &mut scratch);
                debug_assert!(done.is_ok());
                for (z, value) in spectrum.iter().enumerate() {
                    plane[z * ny + y] = *value;
                }
            }
            self.y[0].process(plane);
        });
        let mut lines = vec![zero; ny * depth * nx];
        lines.par_chunks_mut(depth * nx).enumerate().for_each(|(y, lines)| {
            for z in 0..depth {
                for x in 0..occupied[0] {
                    lines[z * nx + x] = planes[(x * depth + z) * ny + y];
                }
            }
            self.x[0].process(lines);
        });
        lines
    }

    /// Back from `[y][z][x]` to the first `occupied` points a dimension; unnormalised.
    pub(super) fn backward(&self, mut lines: Vec<Complex<f64>>, occupied: [usize; 3]) -> Vec<f64> {
        let ([nx, ny, nz], depth) = (self.size, self.depth());
        lines.par_chunks_mut(depth * nx).for_each(|lines| self.x[1].process(lines));
        let mut values = vec![0.0; occupied.iter().product()];
        let plane_size = occupied[1] * occupied[2];
        values.par_chunks_mut(PLANES * plane_size).enumerate().for_each(|(block, values)| {
            let (first, count) = (block * PLANES, values.len() / plane_size);
            let zero = Complex::new(0.0, 0.0);
            let mut planes = vec![zero; count * depth * ny];
            for y in 0..ny {
                for z in 0..depth {
                    let line = &lines[(y * depth + z) * nx + first..][..count];
                    for (k, value) in line.iter().enumerate() {
                        planes[(k * depth + z) * ny + y] = *value;
                    }
                }
            }
            self.y[1].process(&mut planes);
            let (mut line, mut spectrum) = (vec![0.0; nz], vec![zero; depth]);
            let mut scratch = self.backward.make_scratch_vec();
            for (k, plane) in values.chunks_mut(plane_size).enumerate() {
                for (y, row) in plane.chunks_mut(occupied[2]).enumerate() {
                    for (z, value) in spectrum.iter_mut().enumerate() {
                        *value = planes[(k * depth + z) * ny + y];
                    }
                    // The ends of the spectrum of a real line are real.
                    spectrum[0].im = 0.0;
                    spectrum[depth - 1].im = 0.0;
                    let done = self.backward.process_with_scratch(&mut spectrum, &mut line, &mut scratch);
                    debug_assert!(done.is_ok());
                    row.copy_from_slice(&line[..row.len()]);
                }
            }
        });
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::Philox;

    #[test]
    fn sizes_are_products_of_small_primes() {
        assert_eq!([2, 11, 13, 97, 127, 243].map(good_size), [2, 12, 16, 100, 128, 250]);
    }

    #[test]
    fn convolutions_are_those_of_the_definition() {
        let (size, occupied) = ([12, 10, 8], [5, 4, 3]);
        let mut random = Philox::new(2, 0);
        let values: Vec<f64> = (0..60).map(|_| random.normal()).collect();
        let kernel: Vec<f64> = (0..960).map(|_| random.normal()).collect();
        let transform = Transform::new(size);
        let spectrum = transform.forward(&kernel, size);
        let product: Vec<_> =
            transform.forward(&values, occupied).iter().zip(&spectrum).map(|(a, b)| a * b / 960.0).collect();
        let found = transform.backward(product, occupied);
        for (k, found) in found.iter().enumerate() {
            let at = [k / 12, k / 3 % 4, k % 3];
            let mut wanted = 0.0;
            for (j, value) in values.iter().enumerate() {
                let from = [j / 12, j / 3 % 4, j % 3];
                let [x, y, z] = [0, 1, 2].map(|axis| (at[axis] + size[axis] - from[axis]) % size[axis]);
                wanted += value * kernel[(x * 10 + y) * 8 + z];
            }
            assert!((found - wanted).abs() < 1e-12, "{k}: {found} {wanted}");
        }
    }
}
