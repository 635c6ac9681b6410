//! Rotation-invariant quadratic forms of Burnett coefficients.

use super::gaunt::{Gaunt, gaunt};
use super::modes::Shell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// `rate_{out,m} += strength sum_{m1 m2} int Y_{l m} Y_{l1 m1} Y_{l2 m2} a_{left,m1} a_{right,m2}`.
///
/// A form that knows no direction couples three ranks by one number: the integral of three harmonics is the only
/// invariant of three ranks and even parity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coupling {
    pub(crate) out: Shell,
    pub(crate) left: Shell,
    pub(crate) right: Shell,
}

/// A pair of shells with one rank of their product.
#[derive(Clone, Debug)]
struct Pair {
    left: usize,
    right: usize,
    rank: usize,
    integrals: Arc<[Gaunt]>,
    /// Offset and the place of the strength.
    outputs: Vec<(usize, usize)>,
}

/// All couplings, products formed once for every pair.
#[derive(Clone, Debug)]
pub(crate) struct Quadratic {
    pairs: Vec<Pair>,
    /// Shells that occur, as ranges of coefficients.
    size: usize,
}

impl Quadratic {
    /// Strengths are given in the order of `couplings`.
    pub(crate) fn new(couplings: &[Coupling]) -> Self {
        let mut integrals = BTreeMap::<[usize; 3], Arc<[Gaunt]>>::new();
        let mut pairs = BTreeMap::<[usize; 3], Pair>::new();
        for (place, coupling) in couplings.iter().enumerate() {
            let Coupling { out, left, right } = *coupling;
            let ranks = [left.l, right.l, out.l];
            let table = integrals.entry(ranks).or_insert_with(|| gaunt(ranks).into());
            let pair = pairs.entry([left.offset, right.offset, out.l]).or_insert_with(|| Pair {
                left: left.offset,
                right: right.offset,
                rank: out.l,
                integrals: Arc::clone(table),
                outputs: Vec::new(),
            });
            pair.outputs.push((out.offset, place));
        }
        let size = couplings.iter().map(|c| c.out.range().end.max(c.right.range().end)).max().unwrap_or(0);
        Self { pairs: pairs.into_values().collect(), size }
    }
    /// Adds `scale` times the form to `rate`.
    pub(crate) fn add(&self, strengths: &[f64], scale: f64, coefficients: &[f64], rate: &mut [f64]) {
        // A start without odd moments keeps none: half of the coefficients are zero to the bit.
        let alive: Vec<bool> = coefficients[..self.size].iter().map(|x| *x != 0.0).collect();
        let mut product = [0.0; 64];
        for pair in &self.pairs {
            let product = &mut product[..2 * pair.rank + 1];
            product.fill(0.0);
            let mut any = false;
            for entry in pair.integrals.iter() {
                let [a, b, c] = entry.places;
                let (a, b) = (pair.left + a, pair.right + b);
                if alive[a] && alive[b] {
                    product[c] += entry.value * coefficients[a] * coefficients[b];
                    any = true;
                }
            }
            if any {
                for (offset, place) in &pair.outputs {
                    let strength = scale * strengths[*place];
                    let out = &mut rate[*offset..*offset + product.len()];
                    out.iter_mut().zip(product.iter()).for_each(|(r, p)| *r += strength * p);
                }
            }
        }
    }
}
