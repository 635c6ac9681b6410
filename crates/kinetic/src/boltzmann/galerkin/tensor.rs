//! The collision operator between Burnett functions, as far as no kernel is needed.
//!
//! With $X, Y = (\xi \pm \xi_*)/\sqrt2$ a collision turns $Y$ and leaves $X$ and $|Y|$: it multiplies harmonics of rank
//! $l'$ in $\hat Y$ by $P_{l'}(\cos\chi)$. So
//! $$q_{k;ij} = \tfrac12\int MM_*\psi_i\psi_{j*}\int B\,(\psi_k' + \psi_{k*}' - \psi_k - \psi_{k*})\,d\sigma
//!   = -\sum_{A}\sum_{l'\,even} F^{k0}_{A;l'}\,F^{ij}_{A;l'}\;V^{l'}_{n'n''}$$
//! where $F^{ij}_{A;l'}$ are the coefficients of $\psi_i(\xi)\psi_j(\xi_*)$ in $\psi_A(X)\,\psi_{n''l'm'}(Y)$ (Talmi's
//! transformation; the total degree fixes $n''$) and $V$ the losses of the relative motion, the only place of the
//! kernel. All three functions are taken with `m = 0`: that gives the one number that three ranks need.
//!
//! # References
//! Kumar, Ann. Phys. 37 (1966) 113: Talmi coefficients for the Boltzmann collision operator.

use super::circular::{Brackets, Circular};
use crate::boltzmann::burnett::{Coupling, Modes, Shell, axial, couples};
use rayon::prelude::*;

/// A state of the centre of mass, `n_+ - n_- = m >= 0`.
#[derive(Clone, Copy, Debug)]
struct Centre {
    degree: usize,
    m: usize,
    plus: usize,
    minus: usize,
    along: usize,
}

/// `V^l_{n' n''}` in a flat array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Of the polynomials.
    pub(super) order: usize,
}

impl Layout {
    /// The even ranks.
    pub(super) fn ranks(self) -> impl Iterator<Item = usize> {
        (2..=self.order).step_by(2)
    }
    /// Sonine degrees of the test function and of the pair.
    pub(super) fn degrees(self) -> (usize, usize) {
        (self.order / 2, self.order)
    }
    pub(super) fn place(self, l: usize, first: usize, second: usize) -> usize {
        let (rows, columns) = self.degrees();
        ((l / 2 - 1) * rows + first) * columns + second
    }
    pub(super) fn size(self) -> usize {
        let (rows, columns) = self.degrees();
        (self.order / 2) * rows * columns
    }
}

/// Every coupling as a combination of elements of `V`.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    pub(super) layout: Layout,
    pub(super) couplings: Vec<Coupling>,
    /// Where the terms of each coupling end.
    ends: Vec<usize>,
    terms: Vec<(u32, f64)>,
}

/// A coupling with its terms.
type Combination = (Coupling, Vec<(u32, f64)>);

/// What is needed to expand products of two functions.
struct Expansion {
    order: usize,
    centres: Vec<Centre>,
    circular: Circular,
    brackets: Brackets,
}

impl Tensor {
    pub(super) fn new(modes: &Modes) -> Self {
        let order = modes.order();
        let layout = Layout { order };
        let expansion = Expansion::new(order);
        let shells = modes.shells();
        let unity = shells[0];
        // The collisional invariants have no rate.
        let tested = |shell: &&Shell| shell.order() >= 2 && (shell.n, shell.l) != (1, 0);
        let tests: Vec<(Shell, Vec<f64>)> =
            shells.iter().filter(tested).map(|shell| (*shell, expansion.product(shell, &unity))).collect();
        let pairs: Vec<(Shell, Shell)> = shells
            .iter()
            .enumerate()
            .flat_map(|(place, left)| shells[place..].iter().map(move |right| (*left, *right)))
            .collect();
        let parts: Vec<Vec<Combination>> = pairs
            .par_iter()
            .map(|(left, right)| {
                let product = expansion.product(left, right);
                let couple = |(out, test): &(Shell, Vec<f64>)| {
                    let ranks = [out.l, left.l, right.l];
                    let even = (out.order() + left.order() + right.order()).is_multiple_of(2);
                    if !couples(ranks) || !even {
                        return None;
                    }
                    // Both orders of a pair of different shells.
                    let scale = if left == right { -1.0 } else { -2.0 } / axial(ranks);
                    let total = left.order() + right.order();
                    let terms = expansion.contract(layout, out.order(), test, total, &product, scale);
                    Some((Coupling { out: *out, left: *left, right: *right }, terms))
                };
                tests.iter().filter_map(couple).collect()
            })
            .collect();
        let (mut couplings, mut ends, mut terms) = (Vec::new(), Vec::new(), Vec::new());
        for (coupling, mut own) in parts.into_iter().flatten() {
            if !own.is_empty() {
                couplings.push(coupling);
                terms.append(&mut own);
                ends.push(terms.len());
            }
        }
        Self { layout, couplings, ends, terms }
    }
    /// The strengths of all couplings for the losses `V`.
    pub(super) fn strengths(&self, losses: &[f64], strengths: &mut [f64]) {
        let mut start = 0;
        for (strength, &end) in strengths.iter_mut().zip(&self.ends) {
            *strength = self.terms[start..end].iter().map(|(place, factor)| losses[*place as usize] * factor).sum();
            start = end;
        }
    }
}

impl Expansion {
    fn new(order: usize) -> Self {
        let mut centres = Vec::new();
        for degree in 0..=order.saturating_sub(2) {
            for m in 0..=degree {
                for minus in 0..=(degree - m) / 2 {
                    centres.push(Centre { degree, m, plus: m + minus, minus, along: degree - m - 2 * minus });
                }
            }
        }
        let circular = Circular::new(2 * order, order);
        Self { order, centres, circular, brackets: Brackets::new(order) }
    }
    /// How many even ranks from 2 up.
    fn ranks(&self) -> usize {
        self.order / 2
    }
    /// `F` of `e_left e_right`, both with `m = 0`: by centre, then by rank 2, 4, ...
    fn product(&self, left: &Shell, right: &Shell) -> Vec<f64> {
        let total = left.order() + right.order();
        let (first, second) = (self.circular.of(left.order(), left.l, 0), self.circular.of(right.order(), right.l, 0));
        let mut values = vec![0.0; self.centres.len() * self.ranks()];
        let mut relative = Vec::new();
        for (centre, values) in self.centres.iter().zip(values.chunks_exact_mut(self.ranks())) {
            let Centre { degree, m, plus, minus, along } = *centre;
            if degree + m.max(2) > total || (total - degree) % 2 == 1 {
                continue;
            }
            let rest = total - degree;
            // |k, k + m, rest - m - 2k> of the relative motion.
            relative.clear();
            relative.resize((rest - m) / 2 + 1, 0.0);
            for (a, x) in first.iter().enumerate() {
                for (b, y) in second.iter().enumerate() {
                    let (one, two) = (left.order() - 2 * a, right.order() - 2 * b);
                    if a + b < plus || one + two < along {
                        continue;
                    }
                    let turn = self.brackets.of(a, b, plus) * self.brackets.of(a, b, minus);
                    relative[a + b - plus] += x * y * turn * self.brackets.of(one, two, along);
                }
            }
            for (value, l) in values.iter_mut().zip((2..=self.order).step_by(2)) {
                if (m..=rest).contains(&l) {
                    *value = self.circular.of(rest, l, m).iter().zip(&relative).map(|(a, b)| a * b).sum();
                }
            }
        }
        values
    }
    /// The terms of one coupling.
    fn contract(
        &self,
        layout: Layout,
        order: usize,
        test: &[f64],
        total: usize,
        product: &[f64],
        scale: f64,
    ) -> Vec<(u32, f64)> {
        let mut sums = vec![0.0; (order + 1) * self.ranks()];
        let ranks = self.ranks();
        for (place, centre) in self.centres.iter().enumerate() {
            let weight = if centre.m == 0 { scale } else { 2.0 * scale };
            if centre.degree + 2 <= order.min(total) {
                for k in 0..ranks {
                    sums[centre.degree * ranks + k] += weight * test[place * ranks + k] * product[place * ranks + k];
                }
            }
        }
        let mut terms = Vec::new();
        for (place, value) in sums.into_iter().enumerate() {
            let (degree, l) = (place / ranks, 2 * (place % ranks) + 2);
            if value.abs() > 1e-15 && degree + l <= order.min(total) {
                let place = layout.place(l, (order - degree - l) / 2, (total - degree - l) / 2);
                terms.push((place as u32, value));
            }
        }
        terms
    }
}
