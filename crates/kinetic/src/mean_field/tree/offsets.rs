//! From nodes to nodes of equal cubes: one matrix a shape of offset, 48 offsets share it.

use super::chebyshev::Chebyshev;
use super::lists::Sources;
use super::octree::Octree;
use crate::mean_field::law::PairLaw;
use crate::mean_field::sum::{Points, energies};
use fearless_simd::Level;
use nalgebra::DMatrix;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::Range;

/// Targets whose sources are worked on together.
const TARGETS: usize = 64;
/// Columns of one product.
const COLUMNS: usize = 256;

/// An offset in edges with falling, positive coordinates.
type Shape = [i32; 3];

/// The symmetries of the cube as permutations of nodes.
#[derive(Clone, Debug)]
pub(super) struct Symmetries {
    permutations: Vec<Vec<u32>>,
}

impl Symmetries {
    pub(super) fn new(n: usize) -> Self {
        let permutations = (0..48)
            .map(|symmetry| {
                let (axes, signs) = (AXES[symmetry / 8], symmetry % 8);
                (0..n * n * n)
                    .map(|node| {
                        let at = [node / (n * n), node / n % n, node % n];
                        let image = [0, 1, 2].map(|k| {
                            let index = at[axes[k]];
                            if signs >> k & 1 == 1 { n - 1 - index } else { index }
                        });
                        ((image[0] * n + image[1]) * n + image[2]) as u32
                    })
                    .collect()
            })
            .collect();
        Self { permutations }
    }
}

const AXES: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// The shape of an offset and the symmetry that takes the offset there.
fn shape(offset: [i32; 3]) -> (Shape, usize) {
    let mut best = 0;
    for (index, axes) in AXES.iter().enumerate() {
        let size = |k: usize| offset[axes[k]].abs();
        if size(0) >= size(1) && size(1) >= size(2) {
            best = index;
            break;
        }
    }
    let image = [0, 1, 2].map(|k| offset[AXES[best][k]]);
    let signs = (0..3).filter(|&k| image[k] < 0).map(|k| 1 << k).sum::<usize>();
    (image.map(i32::abs), best * 8 + signs)
}

/// One pair of cubes.
struct Meeting {
    shape: usize,
    symmetry: usize,
    target: usize,
    source: usize,
}

/// Adds to `local`, the values at the nodes of the cubes of a level, what other cubes of the level do.
pub(super) fn add_nodes_to_nodes(
    simd: Level,
    law: &impl PairLaw,
    tree: &Octree,
    level: &Range<usize>,
    rule: &Chebyshev,
    symmetries: &Symmetries,
    lists: &[Sources],
    weights: &[f64],
    local: &mut [f64],
) {
    let count = rule.count();
    let offset = |target: usize, source: usize| {
        let (from, to) = (&tree.cubes[source].place, &tree.cubes[target].place);
        [0, 1, 2].map(|axis| from[axis] - to[axis])
    };
    let shapes: BTreeSet<Shape> = level
        .clone()
        .into_par_iter()
        .fold(BTreeSet::new, |mut set, target| {
            for &source in &lists[target].nodes_to_nodes {
                set.insert(shape(offset(target, source as usize)).0);
            }
            set
        })
        .reduce(BTreeSet::new, |a, b| a.into_iter().chain(b).collect());
    if shapes.is_empty() {
        return;
    }
    let shapes: Vec<Shape> = shapes.into_iter().collect();
    let half = tree.half_at(tree.cubes[level.start].level);
    let matrices: Vec<DMatrix<f64>> = shapes.par_iter().map(|shape| matrix(simd, law, rule, half, *shape)).collect();
    local[level.start * count..level.end * count].par_chunks_mut(TARGETS * count).enumerate().for_each(
        |(chunk, local)| {
            let first = level.start + chunk * TARGETS;
            let mut meetings = Vec::new();
            for target in first..first + local.len() / count {
                for &source in &lists[target].nodes_to_nodes {
                    let (shape, symmetry) = shape(offset(target, source as usize));
                    let shape = shapes.binary_search(&shape).unwrap_or_default();
                    meetings.push(Meeting { shape, symmetry, target: target - first, source: source as usize });
                }
            }
            meetings.sort_by_key(|meeting| meeting.shape);
            for run in meetings.chunk_by(|a, b| a.shape == b.shape) {
                for block in run.chunks(COLUMNS) {
                    product(&matrices[block[0].shape], block, symmetries, weights, local);
                }
            }
        },
    );
}

fn product(matrix: &DMatrix<f64>, block: &[Meeting], symmetries: &Symmetries, weights: &[f64], local: &mut [f64]) {
    let count = matrix.nrows();
    let mut columns = DMatrix::zeros(count, block.len());
    for (meeting, mut column) in block.iter().zip(columns.column_iter_mut()) {
        let permutation = &symmetries.permutations[meeting.symmetry];
        let from = &weights[meeting.source * count..][..count];
        let to = column.as_mut_slice();
        for (weight, &place) in from.iter().zip(permutation) {
            to[place as usize] = *weight;
        }
    }
    let values = matrix * columns;
    for (meeting, column) in block.iter().zip(values.column_iter()) {
        let permutation = &symmetries.permutations[meeting.symmetry];
        let to = &mut local[meeting.target * count..][..count];
        let from = column.as_slice();
        for (value, &place) in to.iter_mut().zip(permutation) {
            *value += from[place as usize];
        }
    }
}

/// `U` between the nodes of a cube (rows) and those of its neighbour at `shape` edges (columns).
fn matrix(simd: Level, law: &impl PairLaw, rule: &Chebyshev, half: f64, shape: Shape) -> DMatrix<f64> {
    let shift = shape.map(|edges| 2.0 * half * f64::from(edges));
    let here = node_points(rule, [0.0; 3], half);
    let there = node_points(rule, shift, half);
    let count = rule.count();
    let mut matrix = DMatrix::zeros(count, count);
    for (k, mut column) in matrix.column_iter_mut().enumerate() {
        let at = [0, 1, 2].map(|axis| there.coordinates[axis][k]);
        energies(simd, law, at, here.slice(0..count), column.as_mut_slice());
    }
    matrix
}

/// The nodes of a cube.
pub(super) fn node_points(rule: &Chebyshev, centre: [f64; 3], half: f64) -> Points {
    let n = rule.order();
    let mut points = Points { coordinates: [0, 1, 2].map(|_| Vec::with_capacity(rule.count())) };
    for k in 0..rule.count() {
        for (axis, index) in [k / (n * n), k / n % n, k % n].into_iter().enumerate() {
            points.coordinates[axis].push(centre[axis] + half * rule.nodes[index]);
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_has_the_matrix_of_its_shape() {
        let (n, rule) = (3, Chebyshev::new(3));
        let symmetries = Symmetries::new(n);
        let node = |k: usize| [k / (n * n), k / n % n, k % n].map(|index| rule.nodes[index]);
        let distance = |i: usize, j: usize, offset: [i32; 3]| {
            let (a, b) = (node(i), node(j));
            (0..3).map(|axis| (a[axis] - b[axis] - 2.0 * f64::from(offset[axis])).powi(2)).sum::<f64>()
        };
        for code in 0..343 {
            let offset = [code / 49 - 3, code / 7 % 7 - 3, code % 7 - 3];
            let (shape, symmetry) = shape(offset);
            assert!(shape[0] >= shape[1] && shape[1] >= shape[2] && shape[2] >= 0);
            let map = &symmetries.permutations[symmetry];
            for (i, j) in [(0, 26), (5, 13), (20, 7), (11, 11)] {
                let image = distance(map[i] as usize, map[j] as usize, shape);
                assert!((distance(i, j, offset) - image).abs() < 1e-13, "{offset:?}");
            }
        }
    }
}
