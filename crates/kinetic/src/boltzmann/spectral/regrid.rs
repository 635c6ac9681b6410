//! From one skewed grid to another by evaluating the trigonometric polynomial there.

use super::collision::Collision;
use super::conserve::{Conserved, restore};
use super::fourier::C64;
use super::grid::Grid;
use nalgebra::Matrix3;
use rayon::prelude::*;
use std::f64::consts::PI;

const ZERO: C64 = C64 { re: 0.0, im: 0.0 };

/// What a mode keeps at a change of the grid; `share` is `|k| / (N/2)`.
///
/// Atoms that have not collided are stretched with the flow and become thinner than the grid is fine. Cut sharply at the last
/// modes they ring everywhere between the old points, each change adds to it in the tails, and the steps in time shrink. A
/// low power calms that best and takes most from `g`: with `s^8` the sixth moment of hard spheres at K = 1 is right to
/// 1 %, but every change takes 6e-3 of the peak of a Gaussian on 24 modes; with `s^16` it takes 1.6e-4, and the moment is
/// 4 % off.
fn keep(share: f64) -> f64 {
    (-10.0 * share.powi(12)).exp()
}

/// A map whose grid can be reached from `from` one axis at a time and whose box has the metric `map map^T = metric`:
/// `from^-1 map` is upper triangular.
pub(super) fn reachable_map(from: &Matrix3<f64>, metric: &Matrix3<f64>) -> Option<Matrix3<f64>> {
    let rotation = from.qr().q();
    // An upper triangular root: Cholesky with the axes in the opposite order.
    let flip = Matrix3::new(0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0);
    let turned = flip * rotation.transpose() * metric * rotation * flip;
    let root = flip * nalgebra::Cholesky::new(turned)?.l() * flip;
    Some(rotation * root)
}

/// The density `h` of `grid` on the grid of `map`, with the same mass, momentum and second moments.
///
/// With `old c = M c` and `M` upper triangular the sum over the modes is three sums over one axis each, `3 N^4`
/// multiplications. What lies outside the old grid is zero, not its periodic image.
pub(super) fn regrid(collision: &Collision, grid: &mut Grid, h: &mut [f64], map: Matrix3<f64>, theta: f64) {
    let n = grid.n;
    let kept = Conserved::of(grid, h);
    let ratio = grid.map.try_inverse().unwrap_or_else(Matrix3::identity) * map;
    let mut spectrum = vec![ZERO; h.len()];
    let mut work = collision.workspace();
    collision.cube.analyze(&mut work, collision.cube.whole, h, None, &mut spectrum);
    collision.put_back(work);
    let share = |index: usize| 2.0 * f64::from(collision.cube.wave_number(index)) / n as f64;
    spectrum.par_chunks_mut(n * n).enumerate().for_each(|(k1, plane)| {
        for (index, z) in plane.iter_mut().enumerate() {
            let square = share(k1).powi(2) + share(index / n).powi(2) + share(index % n).powi(2);
            *z *= keep(square.sqrt());
        }
    });
    let wave = |index: usize| PI * f64::from(collision.cube.wave_number(index));
    let point = |index: usize| Grid::coordinate(n, index);
    // [point][mode] of one axis.
    let matrix = |axis: usize| -> Vec<C64> {
        let scale = ratio[(axis, axis)];
        (0..n * n).map(|at| C64::cis(wave(at % n) * scale * point(at / n))).collect()
    };
    let matrices = [matrix(0), matrix(1), matrix(2)];
    // [k1][k2][k3] to [k1][c3][c2].
    let mut partial = vec![ZERO; h.len()];
    partial.par_chunks_mut(n * n).zip(spectrum.par_chunks(n * n)).enumerate().for_each(|(k1, (out, plane))| {
        let mut first = vec![ZERO; n * n];
        for k2 in 0..n {
            let row = &plane[k2 * n..(k2 + 1) * n];
            for c3 in 0..n {
                let phase = C64::cis((wave(k1) * ratio[(0, 2)] + wave(k2) * ratio[(1, 2)]) * point(c3));
                first[c3 * n + k2] = phase * dot(row, &matrices[2][c3 * n..(c3 + 1) * n]);
            }
        }
        for c3 in 0..n {
            for c2 in 0..n {
                let phase = C64::cis(wave(k1) * ratio[(0, 1)] * point(c2));
                let sum = dot(&first[c3 * n..(c3 + 1) * n], &matrices[1][c2 * n..(c2 + 1) * n]);
                out[c3 * n + c2] = phase * sum;
            }
        }
    });
    // To [c3][c2][c1].
    let jacobian = ratio.determinant().abs();
    h.par_chunks_mut(n * n).enumerate().for_each(|(c3, out)| {
        let mut column = vec![ZERO; n];
        for c2 in 0..n {
            column.iter_mut().enumerate().for_each(|(k1, z)| *z = partial[(k1 * n + c3) * n + c2]);
            for c1 in 0..n {
                let old = ratio * nalgebra::Vector3::new(point(c1), point(c2), point(c3));
                let inside = old.iter().all(|c| c.abs() < 1.0);
                let sum = if inside { dot(&column, &matrices[0][c1 * n..(c1 + 1) * n]).re } else { 0.0 };
                out[c2 * n + c1] = jacobian * sum;
            }
        }
        Grid::clear_edge(n, c3, out);
    });
    grid.map = map;
    restore(grid, h, theta, &kept);
}

fn dot(a: &[C64], b: &[C64]) -> C64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
