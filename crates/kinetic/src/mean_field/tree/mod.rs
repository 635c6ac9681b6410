//! Forces without sums over all pairs: cubes of an octree see each other through Chebyshev nodes.
//!
//! The potential between two cubes is interpolated at the nodes of both \[FongDarve2009\]; nothing else of it is used,
//! so one code serves every smooth form. Where the form does not change within a cube, as below a softening length,
//! even neighbours and the cube itself are seen through nodes, and no sum over pairs is left.

mod chebyshev;
mod lists;
mod octree;
mod offsets;
mod separation;

use super::forces::{Pairs, Sample};
use super::law::PairLaw;
use super::sum::{Field, PointSlice, Points, add_fields};
use chebyshev::{Chebyshev, MOST_NODES};
use fearless_simd::Level;
use lists::{Sources, lists};
use octree::{Cube, Octree};
use offsets::{Symmetries, add_nodes_to_nodes, node_points};
use rayon::prelude::*;
use separation::{Allowance, Separation};

/// What the bound on a pair at its worst place may be over what the whole force may be wrong by, tried in this order: most pairs are
/// not at their worst places, and their errors partly cancel.
const MARGINS: [f64; 10] = [3000.0, 1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1];
/// Part of the tolerance that a sample's errors may take: the worst particle of all is hardly in the sample.
const SAFETY: f64 = 0.25;
/// Points among which numbers of nodes are tried.
const TRIED: usize = 8192;
/// Nodes along an edge, at least.
const FEWEST_NODES: usize = 3;
/// The most points of a leaf over the nodes of a cube.
const CROWDS: [usize; 3] = [1, 2, 4];
/// A multiplication of a product of matrices, in pairs of points.
const PRODUCT: f64 = 0.1;

/// The scheme for one law, bound of error and scale of force.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    rule: Chebyshev,
    symmetries: Symmetries,
    separation: Separation,
    crowd: usize,
    simd: Level,
    /// At the points it was made for, about in pairs of a direct sum.
    work: f64,
}

impl Tree {
    /// The scheme with forces wrong by no more than `tolerance` times their root mean square at these points, by the measure of a
    /// sample of them; of the numbers of nodes that reach it the one with the least work. `feature` is a length over which
    /// the potential changes.
    ///
    /// `None` where a coordinate is not finite.
    pub(super) fn new(
        law: &impl PairLaw,
        tolerance: f64,
        pairs: &Pairs,
        feature: f64,
        points: &Points,
        simd: Level,
    ) -> Option<Self> {
        let few = points.thinned(TRIED);
        let sample = Sample::of(simd, law, &few);
        let digits = (-tolerance.log10()).ceil() as usize;
        let with = |order: usize, margin: f64, crowd: Option<usize>| {
            let rule = Chebyshev::new(order);
            let allowance = Allowance { bound: margin * tolerance * pairs.force, pairs };
            let separation = Separation::new(law, &rule, allowance, feature);
            let crowd = crowd.unwrap_or(rule.count());
            Self { symmetries: Symmetries::new(order), rule, separation, crowd, simd, work: f64::NAN }
        };
        let is_good = |tree: &Self, sample: &Sample, points: &Points| {
            Some(sample.error(&tree.fields(law, points)?) <= SAFETY * tolerance)
        };
        let orders = (digits.max(FEWEST_NODES + 1) - 1..=digits.max(FEWEST_NODES) + 2).filter(|&n| n <= MOST_NODES);
        let mut best: Option<(f64, usize, usize, usize)> = None;
        for order in orders {
            // The first margin that is good; the last one is taken as it is.
            let (mut from, mut to) = (0, MARGINS.len() - 1);
            while from < to {
                let middle = (from + to) / 2;
                if is_good(&with(order, MARGINS[middle], None), &sample, &few)? {
                    to = middle;
                } else {
                    from = middle + 1;
                }
            }
            let tree = with(order, MARGINS[from], None);
            for crowd in CROWDS.map(|times| times * tree.crowd) {
                let work = Self { crowd, ..tree.clone() }.work_at(points)?;
                if best.is_none_or(|(least, ..)| work < least) {
                    best = Some((work, order, from, crowd));
                }
            }
        }
        let (work, order, first, crowd) = best?;
        // What is good for a part of the points is nearly always good for all of them.
        let sample = Sample::of(simd, law, points);
        for &margin in &MARGINS[first..MARGINS.len() - 1] {
            let tree = with(order, margin, Some(crowd));
            if is_good(&tree, &sample, points)? {
                return Some(Self { work, ..tree });
            }
        }
        Some(Self { work, ..with(order, MARGINS[MARGINS.len() - 1], Some(crowd)) })
    }

    /// About how many pairs a direct sum would do meanwhile, at the points it was made for.
    pub(super) fn work(&self) -> f64 {
        self.work
    }

    /// Nodes of a cube.
    pub(super) fn nodes(&self) -> usize {
        self.rule.count()
    }

    fn work_at(&self, points: &Points) -> Option<f64> {
        let tree = Octree::new(points, self.crowd, self.separation.smallest())?;
        let count = self.rule.count() as f64;
        let of = |(cube, sources): (&Cube, &Sources)| {
            let points = |list: &[u32]| list.iter().map(|&k| tree.cubes[k as usize].points.len() as f64).sum::<f64>();
            let here = cube.points.len() as f64;
            PRODUCT * count * count * sources.nodes_to_nodes.len() as f64
                + count * points(&sources.points_to_nodes)
                + here * (count * sources.nodes_to_points.len() as f64 + points(&sources.points_to_points))
        };
        Some(tree.cubes.iter().zip(&lists(&tree, &self.separation)).map(of).sum())
    }

    /// `sum_j U` (itself included) and `-sum_j grad U` at every point; `None` where a coordinate is not finite.
    pub(super) fn fields(&self, law: &impl PairLaw, points: &Points) -> Option<Vec<Field>> {
        let tree = Octree::new(points, self.crowd, self.separation.smallest())?;
        let lists = lists(&tree, &self.separation);
        let weights = self.weights(&tree);
        let local = self.local(law, &tree, &lists, &weights);
        let count = self.rule.count();
        let leaves: Vec<usize> = (0..tree.cubes.len()).filter(|&index| tree.cubes[index].is_leaf()).collect();
        let most = leaves.iter().map(|&leaf| tree.cubes[leaf].points.len()).max().unwrap_or(0);
        let ones = vec![1.0; most];
        let found: Vec<(usize, Vec<Field>)> = leaves
            .into_par_iter()
            .map(|leaf| {
                let cube = &tree.cubes[leaf];
                let half = tree.half_at(cube.level);
                let targets = tree.sorted.slice(cube.points.clone());
                let mut fields = self.at_points(cube, half, targets, &local[leaf * count..][..count]);
                for &source in &lists[leaf].nodes_to_points {
                    let other = &tree.cubes[source as usize];
                    let nodes = node_points(&self.rule, other.centre, tree.half_at(other.level));
                    let weights = &weights[source as usize * count..][..count];
                    add_fields(self.simd, law, targets, nodes.slice(0..count), weights, &mut fields);
                }
                for &source in &lists[leaf].points_to_points {
                    let points = tree.cubes[source as usize].points.clone();
                    let weights = &ones[..points.len()];
                    add_fields(self.simd, law, targets, tree.sorted.slice(points), weights, &mut fields);
                }
                (cube.points.start, fields)
            })
            .collect();
        let mut fields = vec![[0.0; 4]; tree.order.len()];
        for (first, part) in found {
            for (place, field) in part.into_iter().enumerate() {
                fields[tree.order[first + place] as usize] = field;
            }
        }
        Some(fields)
    }

    /// Weights of the nodes of every cube, from the leaves up.
    fn weights(&self, tree: &Octree) -> Vec<f64> {
        let count = self.rule.count();
        let mut weights = vec![0.0; tree.cubes.len() * count];
        for level in tree.levels.iter().rev() {
            let (above, below) = weights.split_at_mut(level.end * count);
            above[level.start * count..].par_chunks_mut(count).enumerate().for_each(|(k, nodes)| {
                let cube = &tree.cubes[level.start + k];
                if cube.is_leaf() {
                    let half = tree.half_at(cube.level);
                    for point in cube.points.clone() {
                        let place = self.place(cube, half, |axis| tree.sorted.coordinates[axis][point]);
                        self.rule.gather_point(place, 1.0, nodes);
                    }
                }
                for child in cube.children.clone() {
                    let from = &below[(child - level.end) * count..][..count];
                    self.rule.gather_child(tree.cubes[child].octant as usize, from, nodes);
                }
            });
        }
        weights
    }

    /// Values of the far field at the nodes of every cube, from the root down.
    fn local(&self, law: &impl PairLaw, tree: &Octree, lists: &[Sources], weights: &[f64]) -> Vec<f64> {
        let count = self.rule.count();
        let mut local = vec![0.0; tree.cubes.len() * count];
        for level in &tree.levels {
            let (above, here) = local.split_at_mut(level.start * count);
            here[..level.len() * count].par_chunks_mut(count).enumerate().for_each(|(k, values)| {
                let target = level.start + k;
                let cube = &tree.cubes[target];
                if cube.level > 0 {
                    let parent = &above[cube.parent as usize * count..][..count];
                    self.rule.spread_to_child(cube.octant as usize, parent, values);
                }
                if lists[target].points_to_nodes.is_empty() {
                    return;
                }
                let nodes = node_points(&self.rule, cube.centre, tree.half_at(cube.level));
                let mut fields = vec![[0.0; 4]; count];
                for &source in &lists[target].points_to_nodes {
                    let points = tree.cubes[source as usize].points.clone();
                    let ones = vec![1.0; points.len()];
                    let (targets, sources) = (nodes.slice(0..count), tree.sorted.slice(points));
                    add_fields(self.simd, law, targets, sources, &ones, &mut fields);
                }
                values.iter_mut().zip(&fields).for_each(|(value, field)| *value += field[0]);
            });
            let (rule, symmetries) = (&self.rule, &self.symmetries);
            add_nodes_to_nodes(self.simd, law, tree, level, rule, symmetries, lists, weights, &mut local);
        }
        local
    }

    fn at_points(&self, cube: &Cube, half: f64, targets: PointSlice<'_>, values: &[f64]) -> Vec<Field> {
        (0..targets.len())
            .map(|k| {
                let place = self.place(cube, half, |axis| targets.coordinates[axis][k]);
                let [energy, x, y, z] = self.rule.evaluate(place, values);
                [energy, -x / half, -y / half, -z / half]
            })
            .collect()
    }

    fn place(&self, cube: &Cube, half: f64, coordinate: impl Fn(usize) -> f64) -> [f64; 3] {
        [0, 1, 2].map(|axis| (coordinate(axis) - cube.centre[axis]) / half)
    }
}
