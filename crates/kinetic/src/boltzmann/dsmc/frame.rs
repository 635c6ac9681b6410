//! The flow near one time, in the form the collision loop evaluates: exact polynomials about the window's start.

use omd_flow::{AffineFlow, Matrix3};

/// Three components and a zero: one half of a cache line, one vector register.
pub(in crate::boltzmann) type Lanes = [f64; 4];
/// A matrix by columns.
type Columns = [Lanes; 3];

/// `F`, `adj F` and `J` about `start`, exact for any time: `F` is linear, `adj F` quadratic, `J` cubic.
///
/// | symbol | code | dimension |
/// |---|---|---|
/// | `F(start + tau) = F0 + tau A` | `deformation` | 1 |
/// | `adj F = a0 + tau a1 + tau^2 a2`, `F^-1 = adj F / J` | `adjugate` | 1 |
/// | `J` | `volume` | 1 |
#[derive(Clone, Debug)]
pub(in crate::boltzmann) struct Frame {
    deformation: [Columns; 2],
    adjugate: [Columns; 3],
    volume: [f64; 4],
}

fn columns(matrix: &Matrix3<f64>) -> Columns {
    [0, 1, 2].map(|c| [matrix[(0, c)], matrix[(1, c)], matrix[(2, c)], 0.0])
}

#[inline(always)]
pub(in crate::boltzmann) fn apply(matrix: &Columns, vector: &Lanes) -> Lanes {
    let mut image = [0.0; 4];
    for r in 0..4 {
        image[r] = matrix[0][r] * vector[0] + matrix[1][r] * vector[1] + matrix[2][r] * vector[2];
    }
    image
}

impl Frame {
    pub(in crate::boltzmann) fn new(flow: &AffineFlow, start: f64) -> Self {
        let a = flow.velocity_gradient_at_zero();
        let trace = a.trace();
        let second = 0.5 * (trace * trace - (a * a).trace());
        let adjugate_of_a = a * a - a * trace + Matrix3::identity() * second;
        let identity = Matrix3::identity();
        let adjugate = identity * (1.0 + start * trace) - a * start + adjugate_of_a * (start * start);
        let slope = identity * trace - a + adjugate_of_a * (2.0 * start);
        let [_, c2, c3] = flow.volume_coefficients();
        Self {
            deformation: [columns(&flow.deformation(start)), columns(&a)],
            adjugate: [columns(&adjugate), columns(&slope), columns(&adjugate_of_a)],
            volume: [flow.volume_ratio(start), flow.volume_ratio_rate(start), c2 + 3.0 * c3 * start, c3],
        }
    }

    /// `F(start + tau)` by columns.
    #[inline(always)]
    pub(in crate::boltzmann) fn deformation(&self, tau: f64) -> Columns {
        let [zeroth, first] = &self.deformation;
        let mut sum = *zeroth;
        for c in 0..3 {
            for r in 0..4 {
                sum[c][r] += tau * first[c][r];
            }
        }
        sum
    }

    /// `adj F(start + tau)` by columns.
    #[inline(always)]
    pub(in crate::boltzmann) fn adjugate(&self, tau: f64) -> Columns {
        let [zeroth, first, second] = &self.adjugate;
        let mut sum = *zeroth;
        for c in 0..3 {
            for r in 0..4 {
                sum[c][r] += tau * (first[c][r] + tau * second[c][r]);
            }
        }
        sum
    }

    /// `J(start + tau)`.
    #[inline(always)]
    pub(in crate::boltzmann) fn volume(&self, tau: f64) -> f64 {
        let [j0, j1, j2, j3] = self.volume;
        j0 + tau * (j1 + tau * (j2 + tau * j3))
    }

    /// The smallest `J` on `[start, start + span]`: at an end or where the derivative vanishes.
    pub(in crate::boltzmann) fn smallest_volume(&self, span: f64) -> f64 {
        let [_, j1, j2, j3] = self.volume;
        let mut smallest = self.volume(0.0).min(self.volume(span));
        // j1 + 2 j2 tau + 3 j3 tau^2 = 0.
        let discriminant = j2 * j2 - 3.0 * j3 * j1;
        if discriminant >= 0.0 {
            let q = -(j2 + discriminant.sqrt().copysign(j2));
            for tau in [j1 / q, q / (3.0 * j3)] {
                if tau > 0.0 && tau < span {
                    smallest = smallest.min(self.volume(tau));
                }
            }
        }
        smallest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_the_flow() {
        let flow = AffineFlow::new(Matrix3::new(0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15)).unwrap();
        let frame = Frame::new(&flow, 1.7);
        for tau in [0.0, 0.3, 2.0] {
            let (f, inverse) = (flow.deformation(1.7 + tau), flow.inverse_deformation(1.7 + tau));
            let volume = frame.volume(tau);
            assert!((volume - flow.volume_ratio(1.7 + tau)).abs() < 1e-14 * volume);
            for c in 0..3 {
                for r in 0..3 {
                    assert!((frame.deformation(tau)[c][r] - f[(r, c)]).abs() < 1e-14);
                    assert!((frame.adjugate(tau)[c][r] / volume - inverse[(r, c)]).abs() < 1e-14);
                }
            }
        }
    }

    #[test]
    fn the_smallest_volume_is_found_between_the_ends() {
        // J = 1 - t + t^2/2 has its minimum 1/2 at t = 1.
        let flow = AffineFlow::new(Matrix3::new(-0.5, 0.5, 0.0, -0.5, -0.5, 0.0, 0.0, 0.0, 0.0)).unwrap();
        assert!((Frame::new(&flow, 0.2).smallest_volume(3.0) - 0.5).abs() < 1e-15);
        assert!((Frame::new(&flow, 0.0).smallest_volume(0.5) - 0.625).abs() < 1e-15);
        let nilpotent = AffineFlow::new(Matrix3::new(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).unwrap();
        assert_eq!(Frame::new(&nilpotent, 3.0).smallest_volume(10.0), 1.0);
    }
}
