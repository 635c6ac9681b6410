//! Which pairs of cubes may see each other through their nodes: decided by measured errors, made once.

use super::chebyshev::Chebyshev;
use crate::mean_field::forces::Pairs;
use crate::mean_field::law::PairLaw;
use rayon::prelude::*;

/// Distances of the table grow by this factor.
const GROWTH: f64 = 1.2;
/// A table that reaches this far in the potential's own lengths, beyond which its last entry holds.
const ENTRIES: usize = 70;
/// Corners and points inside, as seen from the other cube on the positive side of every axis.
const PLACES: [[f64; 3]; 4] = [[1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 0.4, -0.3], [-0.2, 0.9, -0.8]];
const DIRECTIONS: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]];

/// How wrong the force between two particles may be, by their distance.
///
/// A force is a sum over particles of which few are near: those within `r` share `within(r)` of all, and may together be as wrong
/// as the far ones are. One bound for all distances would refuse nodes to neighbours, whose forces are the largest, until
/// next to nothing but sums over pairs is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance<'a> {
    /// Of all pairs together, force.
    pub(super) bound: f64,
    pub(super) pairs: &'a Pairs,
}

impl Allowance<'_> {
    /// Of one pair no farther apart than `distance`.
    fn at(&self, distance: f64) -> f64 {
        self.bound / self.pairs.within(distance)
    }
}

/// For the distance of two centres, the largest half edge of two cubes whose forces through the nodes are wrong by no
/// more than is allowed, at the worst of the places that are tried.
#[derive(Clone, Debug)]
pub(super) struct Separation {
    first: f64,
    /// Entry 0 is for distance 0, entry k + 1 for `first GROWTH^k`.
    allowed: Vec<f64>,
    /// Two points this far apart or farther exert a hundredth of what is allowed at most.
    pub(super) negligible_from: f64,
}

impl Separation {
    /// `feature` is a length over which the potential changes.
    pub(super) fn new(law: &impl PairLaw, rule: &Chebyshev, allowance: Allowance<'_>, feature: f64) -> Self {
        let first = 0.25 * feature;
        let distance = |entry: usize| if entry == 0 { 0.0 } else { first * GROWTH.powi(entry as i32 - 1) };
        let allowed =
            (0..ENTRIES).into_par_iter().map(|k| largest_half(law, rule, allowance, feature, distance(k))).collect();
        let force = |r: f64| law.energy_and_pull::<false>(r * r).1.abs() * r;
        let mut negligible_from = distance(ENTRIES - 1);
        let is_negligible = |r: f64| force(r) <= 0.01 * allowance.at(r);
        if !is_negligible(negligible_from) {
            negligible_from = f64::INFINITY;
        } else {
            while negligible_from > 0.01 * first && is_negligible(negligible_from / 1.01) {
                negligible_from /= 1.01;
            }
        }
        Self { first, allowed, negligible_from }
    }

    /// Whether cubes of half edge `half` or less at this distance may be joined through their nodes.
    pub(super) fn accepts(&self, distance: f64, half: f64) -> bool {
        let last = self.allowed.len() - 1;
        if distance < self.first {
            return half <= self.allowed[0].min(self.allowed[1]);
        }
        let entry = 1 + ((distance / self.first).ln() / GROWTH.ln()) as usize;
        half <= self.allowed[entry.min(last)].min(self.allowed[(entry + 1).min(last)])
    }

    /// Cubes of this half edge or less need not be halved: they see even themselves through their nodes.
    pub(super) fn smallest(&self) -> f64 {
        self.allowed[0]
    }
}

fn largest_half(law: &impl PairLaw, rule: &Chebyshev, allowance: Allowance<'_>, feature: f64, distance: f64) -> f64 {
    let good = |half: f64| {
        let allowed = allowance.at(distance + 2.0 * half);
        DIRECTIONS.iter().all(|direction| error(law, rule, distance, half, direction) <= allowed)
    };
    let (mut low, mut high) = (0.0, 0.02 * (feature + distance));
    while good(high) {
        low = high;
        if high >= feature + distance {
            return high;
        }
        high *= 1.5;
    }
    for _ in 0..6 {
        let middle = 0.5 * (low + high);
        if good(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// The error of the force between two cubes, nodes in the target's plus nodes in the source's.
fn error(law: &impl PairLaw, rule: &Chebyshev, distance: f64, half: f64, direction: &[f64; 3]) -> f64 {
    let n = rule.order();
    let norm = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
    let centre = direction.map(|x| x / norm * distance);
    let pair = |from: [f64; 3]| law.energy_and_pull::<false>(from.iter().map(|x| x * x).sum());
    let node = |k: usize| [rule.nodes[k / (n * n)], rule.nodes[k / n % n], rule.nodes[k % n]];
    let mut worst: f64 = 0.0;
    for place in PLACES {
        let source = [0, 1, 2].map(|axis| centre[axis] - half * place[axis]);
        let mut weights = vec![0.0; rule.count()];
        rule.gather_point(place.map(|x| -x), 1.0, &mut weights);
        let at_nodes: Vec<f64> = (0..rule.count())
            .map(|k| {
                let t = node(k);
                pair([0, 1, 2].map(|axis| half * t[axis] - source[axis])).0
            })
            .collect();
        for target in PLACES {
            let from = [0, 1, 2].map(|axis| half * target[axis] - source[axis]);
            let exact = from.map(|x| pair(from).1 * x);
            let gradient = rule.evaluate(target, &at_nodes);
            let mut through_nodes = [0.0; 3];
            for (k, weight) in weights.iter().enumerate() {
                let t = node(k);
                let from = [0, 1, 2].map(|axis| half * (target[axis] - t[axis]) - centre[axis]);
                let pull = weight * pair(from).1;
                for axis in 0..3 {
                    through_nodes[axis] += pull * from[axis];
                }
            }
            let mut squares = [0.0; 2];
            for axis in 0..3 {
                squares[0] += (-gradient[axis + 1] / half - exact[axis]).powi(2);
                squares[1] += (through_nodes[axis] - exact[axis]).powi(2);
            }
            worst = worst.max(squares[0].sqrt() + squares[1].sqrt());
        }
    }
    worst
}
