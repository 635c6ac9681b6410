//! Derivatives and products by a coordinate of the orthonormal polynomials.

use super::gaunt::gaunt;
use super::modes::Modes;
use nalgebra::Matrix3;
use std::f64::consts::PI;

/// `axis`: 0, 1, 2.
#[derive(Clone, Copy, Debug)]
struct Step {
    place: usize,
    axis: usize,
    value: f64,
}

/// How `d/dz_i` and `z_i` act on the polynomials `e_nlm` of all degrees up to an order.
///
/// With $e_{nlm} = c_{nl}|z|^{2n}\mathcal Y_{lm}$, $c_{nl}^2 = 4\pi/((2n)!!\,(2n+2l+1)!!)$, and
/// $\gamma = \sqrt{4\pi/3}\int Y_{1i}Y_{lm}Y_{l'm'}$:
/// $$\partial_i e_{nlm} = \sqrt{2n}\sum\gamma\,e_{n-1,l+1,m'} + \sqrt{2n+2l+1}\sum\gamma\,e_{n,l-1,m'}$$
/// since $\partial_i\mathcal Y_{lm} = (2l+1)\sum\gamma\,\mathcal Y_{l-1,m'}$. Multiplication is the transpose.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    modes: Modes,
    lower: Vec<Vec<Step>>,
    raise: Vec<Vec<Step>>,
}

impl Ladder {
    pub(crate) fn new(order: usize) -> Self {
        /// Of `Y_1m`: y, z, x.
        const AXES: [usize; 3] = [1, 2, 0];
        let modes = Modes::up_to(order);
        let (mut lower, mut raise) = (vec![Vec::new(); modes.size()], vec![Vec::new(); modes.size()]);
        for shell in modes.shells() {
            let (n, l) = (shell.n as f64, shell.l as f64);
            let down = (shell.l > 0).then(|| (shell.n, shell.l.wrapping_sub(1), (2.0 * n + 2.0 * l + 1.0).sqrt()));
            let up = (shell.n > 0).then(|| (shell.n.wrapping_sub(1), shell.l + 1, (2.0 * n).sqrt()));
            for (n, l, factor) in down.into_iter().chain(up) {
                let Some(target) = modes.shell(n, l) else { continue };
                for entry in gaunt([1, shell.l, l]) {
                    let [axis, from, to] = entry.places;
                    let value = factor * (4.0 * PI / 3.0).sqrt() * entry.value;
                    let (from, to, axis) = (shell.offset + from, target.offset + to, AXES[axis]);
                    lower[from].push(Step { place: to, axis, value });
                    raise[to].push(Step { place: from, axis, value });
                }
            }
        }
        Self { modes, lower, raise }
    }
    pub(crate) fn modes(&self) -> &Modes {
        &self.modes
    }
    /// `sum_i vector_i z_i p` for a polynomial `p` by its coefficients; what exceeds the order is dropped.
    pub(crate) fn multiply(&self, coefficients: &[f64], vector: [f64; 3]) -> Vec<f64> {
        let mut product = vec![0.0; coefficients.len()];
        for (value, steps) in coefficients.iter().zip(&self.raise) {
            for step in steps {
                product[step.place] += value * vector[step.axis] * step.value;
            }
        }
        product
    }
    /// `x^a y^b z^c`.
    pub(crate) fn monomial(&self, powers: [usize; 3]) -> Vec<f64> {
        let mut p = vec![0.0; self.modes.size()];
        p[0] = 1.0;
        for axis in 0..3 {
            let unit = std::array::from_fn(|i| if i == axis { 1.0 } else { 0.0 });
            for _ in 0..powers[axis] {
                p = self.multiply(&p, unit);
            }
        }
        p
    }
    /// The coefficients of `exp(z.S z/2)`: moments of a Gaussian of covariance `S`.
    pub(crate) fn gaussian(&self, covariance: &Matrix3<f64>) -> Vec<f64> {
        // z.grad of it is z.S z times it: degree by degree.
        let mut all = vec![0.0; self.modes.size()];
        all[0] = 1.0;
        for order in (2..=self.modes.order()).step_by(2) {
            let mut below = vec![0.0; all.len()];
            let from = self.modes.block(order - 2);
            below[from.clone()].copy_from_slice(&all[from]);
            let to = self.modes.block(order);
            for i in 0..3 {
                let unit = std::array::from_fn(|k| if k == i { 1.0 / order as f64 } else { 0.0 });
                let row = std::array::from_fn(|j| covariance[(i, j)]);
                let term = self.multiply(&self.multiply(&below, row), unit);
                to.clone().for_each(|k| all[k] += term[k]);
            }
        }
        all
    }
}

/// What the affine flow does to coefficients `a_k = <p_k>`: `da_k/dt = -sum_ij L_ij <w_j dp_k/dw_i>`, all nine matrices.
#[derive(Clone, Debug)]
pub(crate) struct Drift {
    entries: Vec<(usize, usize, [f64; 9])>,
}

impl Drift {
    /// For the homogeneous polynomials `p_k = e_k`: `z_j d_i` keeps the degree.
    pub(crate) fn homogeneous(ladder: &Ladder, modes: &Modes) -> Self {
        Self::new(ladder, modes, false)
    }
    /// For Burnett functions: `z_j d_i + d_j d_i`, as `w_j = a_j^+ + a_j` and `d_i = a_i` in terms of ladders.
    pub(crate) fn burnett(ladder: &Ladder, modes: &Modes) -> Self {
        Self::new(ladder, modes, true)
    }
    fn new(ladder: &Ladder, modes: &Modes, descends: bool) -> Self {
        let full = ladder.modes();
        // From places among all polynomials to places among those kept.
        let mut kept = vec![None; full.size()];
        for shell in modes.shells() {
            if let Some(all) = full.shell(shell.n, shell.l) {
                all.range().zip(shell.range()).for_each(|(from, to)| kept[from] = Some(to));
            }
        }
        let mut entries = Vec::new();
        for (place, row) in kept.iter().enumerate().filter_map(|(k, row)| row.map(|row| (k, row))) {
            let mut weights = std::collections::BTreeMap::<usize, [f64; 9]>::new();
            for first in &ladder.lower[place] {
                let down = if descends { &ladder.lower[first.place][..] } else { &[] };
                for second in ladder.raise[first.place].iter().chain(down) {
                    if let Some(column) = kept[second.place] {
                        weights.entry(column).or_insert([0.0; 9])[3 * first.axis + second.axis] -=
                            first.value * second.value;
                    }
                }
            }
            let significant = weights.into_iter().filter(|(_, w)| w.iter().any(|x| x.abs() > 1e-14));
            entries.extend(significant.map(|(column, weights)| (row, column, weights)));
        }
        Self { entries }
    }
    /// Matrix elements `(row, column, value)` for one velocity gradient.
    pub(crate) fn elements(&self, gradient: &Matrix3<f64>) -> impl Iterator<Item = (usize, usize, f64)> {
        let l: [f64; 9] = std::array::from_fn(|k| gradient[(k / 3, k % 3)]);
        self.entries.iter().map(move |(row, column, weights)| {
            let value = weights.iter().zip(l).map(|(w, l)| w * l).sum::<f64>();
            (*row, *column, value)
        })
    }
    /// Adds the rate of change of `coefficients`.
    pub(crate) fn add(&self, gradient: &Matrix3<f64>, coefficients: &[f64], rate: &mut [f64]) {
        for (row, column, value) in self.elements(gradient) {
            rate[row] += value * coefficients[column];
        }
    }
}

/// Moments `<e_k(xi)>` of the homogeneous polynomials from coefficients `<psi_k(xi)>`: `e_k = exp(lap/2) psi_k`.
pub(crate) fn moments_of_burnett(modes: &Modes, coefficients: &[f64]) -> Vec<f64> {
    let mut moments = vec![0.0; coefficients.len()];
    for shell in modes.shells() {
        let (mut n, mut weight) = (shell.n, 1.0);
        while let Some(below) = modes.shell(n, shell.l) {
            for (to, from) in shell.range().zip(below.range()) {
                moments[to] += weight * coefficients[from];
            }
            if n == 0 {
                break;
            }
            // lap e_n = sqrt(2n (2n + 2l + 1)) e_{n-1}; the powers of 1/2 over their factorial.
            let j = (shell.n - n + 1) as f64;
            weight *= ((2 * n * (2 * n + 2 * shell.l + 1)) as f64).sqrt() / (2.0 * j);
            n -= 1;
        }
    }
    moments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_a_gaussian_are_isserlis_sums() {
        let s = Matrix3::new(1.3, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 0.9);
        let ladder = Ladder::new(6);
        let moments = ladder.gaussian(&s);
        let of = |powers| ladder.monomial(powers).iter().zip(&moments).map(|(a, b)| a * b).sum::<f64>();
        assert!((of([1, 1, 0]) - 0.4).abs() < 1e-15);
        assert!((of([3, 1, 0]) - 3.0 * 1.3 * 0.4).abs() < 1e-14);
        assert!((of([2, 2, 0]) - (1.3 * 0.8 + 2.0 * 0.16)).abs() < 1e-14);
        assert!((of([2, 1, 1]) - (1.3 * 0.1 - 2.0 * 0.4 * 0.2)).abs() < 1e-14);
        assert!((of([0, 0, 6]) - 15.0 * 0.9f64.powi(3)).abs() < 1e-13);
    }

    #[test]
    fn burnett_functions_are_those_of_the_shifted_covariance() {
        // exp(z.(S - I) z/2) generates <psi_k> of a Gaussian with covariance S.
        let s = Matrix3::new(1.3, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 0.9);
        let ladder = Ladder::new(8);
        let burnett = ladder.gaussian(&(s - Matrix3::identity()));
        for (found, wanted) in moments_of_burnett(ladder.modes(), &burnett).iter().zip(ladder.gaussian(&s)) {
            assert!((found - wanted).abs() < 1e-13);
        }
    }

    #[test]
    fn drift_moves_gaussians_along_their_covariance() {
        let s = Matrix3::new(1.3, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 0.9);
        let l = Matrix3::new(0.3, 1.1, -0.4, 0.2, -0.5, 0.6, -0.7, 0.1, 0.25);
        let slope = -(l * s + s * l.transpose());
        let ladder = Ladder::new(6);
        for (drift, shift) in [
            (Drift::homogeneous(&ladder, ladder.modes()), Matrix3::zeros()),
            (Drift::burnett(&ladder, ladder.modes()), Matrix3::identity()),
        ] {
            let at = |s: Matrix3<f64>| ladder.gaussian(&(s - shift));
            let mut rate = vec![0.0; ladder.modes().size()];
            drift.add(&l, &at(s), &mut rate);
            let h = 1e-4;
            let (ahead, behind) = (at(s + slope * h), at(s - slope * h));
            for k in 0..rate.len() {
                let wanted = (ahead[k] - behind[k]) / (2.0 * h);
                assert!((rate[k] - wanted).abs() < 1e-6 * (1.0 + wanted.abs()), "{k}: {} {wanted}", rate[k]);
            }
        }
    }
}
