//! Who sees whom, and through what.

use super::octree::Octree;
use super::separation::Separation;
use rayon::prelude::*;

/// What a cube takes from others, each list in a fixed order.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources {
    /// Cubes of the same level: nodes to nodes.
    pub(super) nodes_to_nodes: Vec<u32>,
    /// Leaves of coarser levels: their points to the nodes here.
    pub(super) points_to_nodes: Vec<u32>,
    /// For a leaf, cubes of finer levels: their nodes to the points here.
    pub(super) nodes_to_points: Vec<u32>,
    /// For a leaf: points to points.
    pub(super) points_to_points: Vec<u32>,
    /// Undecided here, passed to the children.
    passed: Vec<u32>,
}

/// The lists of every cube.
pub(super) fn lists(tree: &Octree, separation: &Separation) -> Vec<Sources> {
    let mut all: Vec<Sources> = Vec::with_capacity(tree.cubes.len());
    for level in &tree.levels {
        let found: Vec<Sources> = level
            .clone()
            .into_par_iter()
            .map(|target| {
                let cube = &tree.cubes[target];
                if cube.level == 0 {
                    return sources(tree, separation, target, &[0]);
                }
                let mut candidates = Vec::new();
                for &source in &all[cube.parent as usize].passed {
                    expand(tree, source, &mut candidates);
                }
                sources(tree, separation, target, &candidates)
            })
            .collect();
        all.extend(found);
    }
    all
}

/// The children of a cube, or a leaf itself.
fn expand(tree: &Octree, source: u32, out: &mut Vec<u32>) {
    let cube = &tree.cubes[source as usize];
    if cube.is_leaf() {
        out.push(source);
    } else {
        out.extend(cube.children.clone().map(|child| child as u32));
    }
}

fn sources(tree: &Octree, separation: &Separation, target: usize, candidates: &[u32]) -> Sources {
    let cube = &tree.cubes[target];
    let half = tree.half_at(cube.level);
    let mut lists = Sources::default();
    let mut stack: Vec<u32> = candidates.iter().rev().copied().collect();
    while let Some(source) = stack.pop() {
        let other = &tree.cubes[source as usize];
        let other_half = tree.half_at(other.level);
        let (mut square, mut gap_square) = (0.0, 0.0);
        for axis in 0..3 {
            let apart = (cube.centre[axis] - other.centre[axis]).abs();
            square += apart * apart;
            let gap = (apart - half - other_half).max(0.0);
            gap_square += gap * gap;
        }
        if gap_square >= separation.negligible_from * separation.negligible_from {
            continue;
        }
        if separation.accepts(square.sqrt(), half.max(other_half)) {
            if other.level == cube.level {
                lists.nodes_to_nodes.push(source);
            } else if other.level < cube.level {
                lists.points_to_nodes.push(source);
            } else {
                lists.nodes_to_points.push(source);
            }
        } else if !cube.is_leaf() {
            lists.passed.push(source);
        } else if other.is_leaf() {
            lists.points_to_points.push(source);
        } else {
            stack.extend(other.children.clone().rev().map(|child| child as u32));
        }
    }
    lists
}
