//! An octree over points: cubes, their points contiguous in the order of a Morton curve.

use crate::mean_field::sum::Points;
use rayon::prelude::*;
use std::ops::Range;

/// Halvings of the root that the order of the points resolves.
const DEEPEST: u32 = 21;

/// A cube that holds points.
#[derive(Clone, Debug)]
pub(super) struct Cube {
    pub(super) centre: [f64; 3],
    /// Its level, 0 for the root.
    pub(super) level: u32,
    /// Integer coordinates at its level.
    pub(super) place: [i32; 3],
    pub(super) parent: u32,
    /// Its place in its parent, a bit a dimension: x is bit 0.
    pub(super) octant: u8,
    /// Points, in sorted order.
    pub(super) points: Range<usize>,
    /// Empty for a leaf.
    pub(super) children: Range<usize>,
}

impl Cube {
    pub(super) fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }
}

/// Cubes level by level.
#[derive(Clone, Debug, Default)]
pub(super) struct Octree {
    pub(super) cubes: Vec<Cube>,
    pub(super) levels: Vec<Range<usize>>,
    /// Half the edge of the root.
    pub(super) half: f64,
    /// `order[k]` is the point at place k.
    pub(super) order: Vec<u32>,
    /// Points in that order.
    pub(super) sorted: Points,
}

impl Octree {
    /// Cubes of more than `crowd` points are halved unless half their edge is at most `smallest`. `None` where a
    /// coordinate is not finite.
    pub(super) fn new(points: &Points, crowd: usize, smallest: f64) -> Option<Self> {
        let mut low = [f64::INFINITY; 3];
        let mut high = [f64::NEG_INFINITY; 3];
        for axis in 0..3 {
            for &x in &points.coordinates[axis] {
                if !x.is_finite() {
                    return None;
                }
                low[axis] = low[axis].min(x);
                high[axis] = high[axis].max(x);
            }
        }
        let centre = [0, 1, 2].map(|axis| 0.5 * (low[axis] + high[axis]));
        let widest = (0..3).map(|axis| high[axis] - low[axis]).fold(0.0, f64::max);
        let half = 0.5 * widest * (1.0 + 1e-12) + f64::MIN_POSITIVE;
        if !half.is_finite() {
            return None;
        }
        let keys = sorted_keys(points, &centre, half);
        let order: Vec<u32> = keys.par_iter().map(|key| key.1).collect();
        let sorted = Points {
            coordinates: [0, 1, 2]
                .map(|axis| order.par_iter().map(|&k| points.coordinates[axis][k as usize]).collect()),
        };
        let root =
            Cube { centre, level: 0, place: [0; 3], parent: 0, octant: 0, points: 0..order.len(), children: 0..0 };
        let mut tree = Self { cubes: vec![root], levels: Vec::new(), half, order, sorted };
        tree.grow(&keys, crowd, smallest);
        Some(tree)
    }

    /// Half the edge of the cubes of a level.
    pub(super) fn half_at(&self, level: u32) -> f64 {
        self.half * 0.5f64.powi(level as i32)
    }

    fn grow(&mut self, keys: &[(u64, u32)], crowd: usize, smallest: f64) {
        let mut level = 0..1;
        for depth in 0..=DEEPEST {
            self.levels.push(level.clone());
            let half = self.half_at(depth);
            if depth == DEEPEST || half <= smallest {
                return;
            }
            for parent in level.clone() {
                let cube = self.cubes[parent].clone();
                if cube.points.len() <= crowd {
                    continue;
                }
                let first = self.cubes.len();
                let shift = 3 * (DEEPEST - 1 - depth);
                let mut rest = cube.points.clone();
                while !rest.is_empty() {
                    let octant = (keys[rest.start].0 >> shift & 7) as usize;
                    let count = keys[rest.clone()].partition_point(|key| (key.0 >> shift & 7) as usize <= octant);
                    let bit = |axis: usize| octant >> axis & 1;
                    self.cubes.push(Cube {
                        centre: [0, 1, 2].map(|axis| cube.centre[axis] + half * (bit(axis) as f64 - 0.5)),
                        level: depth + 1,
                        place: [0, 1, 2].map(|axis| 2 * cube.place[axis] + bit(axis) as i32),
                        parent: parent as u32,
                        octant: octant as u8,
                        points: rest.start..rest.start + count,
                        children: 0..0,
                    });
                    rest.start += count;
                }
                self.cubes[parent].children = first..self.cubes.len();
            }
            let end = self.cubes.len();
            if end == level.end {
                return;
            }
            level = level.end..end;
        }
    }
}

/// Morton keys with their points; equal keys in the order of the points, so the order is unique.
fn sorted_keys(points: &Points, centre: &[f64; 3], half: f64) -> Vec<(u64, u32)> {
    let cells = f64::from(1u32 << DEEPEST);
    let [x, y, z] = &points.coordinates;
    let mut keys: Vec<(u64, u32)> = (0..x.len() as u32)
        .into_par_iter()
        .map(|k| {
            let cell = |value: f64, axis: usize| {
                let scaled = (value - centre[axis]) / half * 0.5 + 0.5;
                spread((scaled * cells).clamp(0.0, cells - 1.0) as u64)
            };
            let k_ = k as usize;
            (cell(x[k_], 0) | cell(y[k_], 1) << 1 | cell(z[k_], 2) << 2, k)
        })
        .collect();
    keys.par_sort_unstable();
    keys
}

/// 21 bits with two zeros between neighbours.
fn spread(bits: u64) -> u64 {
    let mut x = bits & 0x1F_FFFF;
    x = (x | x << 32) & 0x001F_0000_0000_FFFF;
    x = (x | x << 16) & 0x001F_0000_FF00_00FF;
    x = (x | x << 8) & 0x100F_00F0_0F00_F00F;
    x = (x | x << 4) & 0x10C3_0C30_C30C_30C3;
    (x | x << 2) & 0x1249_2492_4924_9249
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::Philox;

    #[test]
    fn every_point_is_in_its_cubes() {
        let mut random = Philox::new(3, 0);
        let mut coordinate = || (0..5000).map(|_| random.normal().powi(3)).collect::<Vec<f64>>();
        let points = Points { coordinates: [coordinate(), coordinate(), coordinate()] };
        let tree = Octree::new(&points, 20, 0.0).unwrap();
        assert_eq!(tree.levels.iter().map(ExactSizeIterator::len).sum::<usize>(), tree.cubes.len());
        let mut seen = vec![false; 5000];
        for (index, cube) in tree.cubes.iter().enumerate() {
            assert!(!cube.points.is_empty());
            let half = tree.half_at(cube.level) * (1.0 + 1e-9);
            for k in cube.points.clone() {
                for axis in 0..3 {
                    assert!((tree.sorted.coordinates[axis][k] - cube.centre[axis]).abs() <= half);
                }
                if cube.is_leaf() {
                    assert!(!std::mem::replace(&mut seen[tree.order[k] as usize], true));
                }
            }
            assert!(!cube.is_leaf() || cube.points.len() <= 20);
            let inside: usize = cube.children.clone().map(|child| tree.cubes[child].points.len()).sum();
            assert!(cube.is_leaf() || inside == cube.points.len());
            assert!(cube.children.clone().all(|child| tree.cubes[child].parent as usize == index));
        }
        assert!(seen.into_iter().all(|s| s));
    }

    #[test]
    fn coinciding_points_end_at_the_deepest_level() {
        let points = Points { coordinates: [vec![1.0; 50], vec![2.0; 50], vec![0.5; 50]] };
        assert!(Octree::new(&points, 8, 0.0).unwrap().cubes.len() <= DEEPEST as usize + 1);
        let points = Points { coordinates: [vec![1.0, f64::NAN], vec![2.0; 2], vec![0.5; 2]] };
        assert!(Octree::new(&points, 8, 0.0).is_none());
    }
}
