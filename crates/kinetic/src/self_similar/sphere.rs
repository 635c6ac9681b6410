//! The operator that carries moments of order `s`, integer or not, on the sphere.
//!
//! A molecule much faster than the others meets them as if at rest, so that on test functions
//! `f(w) = |w|^s phi(w/|w|)`
//!
//! $$(A_s f)(w) = -(Lw)\cdot\nabla f + \frac{n}{\mathrm{Kn}}\int B\,[f(w') + f(w_*') - f(w)]\,d\sigma,\quad w_* = 0,$$
//!
//! with `|w'| = |w| cos(chi/2)` and `|w_*'| = |w| sin(chi/2)`, at right angles. `A_s` generates a positive semigroup:
//! its dominant eigenvalue `mu(s)` is real, with a positive `phi`, and convex in `s`. Moments of order `s` of (6) grow
//! as `exp(mu(s) t)` unless those of `G` do, as `exp(s beta t)`: they are finite in `G` where `mu(s) < s beta`. At
//! `s = 2` both sides agree.
//!
//! In spherical harmonics collisions are diagonal,
//! `Lambda_l(s) = int B [cos^s P_l(cos) + sin^s P_l(sin) - 1] dsigma` at the half angle, and the drift is
//! `-sum_ij L_ij n_j E_i`, where `E_i`, the gradient of `|w|^s Y_l`, is multiplication by `n_i` with the part of degree
//! `l + 1` times `s - l` and that of degree `l - 1` times `s + l + 1`. For even integer `s` the coupling from `l = s`
//! upwards vanishes: polynomials of degree `s` are an invariant block, and their moments close.

use super::harmonics::{product, values};
use super::{DeflectionLaw, SelfSimilarError};
use nalgebra::{DMatrix, DVector, LU};
use omd_flow::{Matrix3, Vector3};

/// `A_s` on harmonics of one parity up to a degree: block tridiagonal in `l`.
#[derive(Clone, Debug)]
pub struct SphereOperator {
    law: DeflectionLaw,
    /// `n/Kn`, 1/volume.
    density: f64,
    blocks: Vec<Block>,
}

/// Everything of one degree; matrices are `constant + s linear`.
#[derive(Clone, Debug)]
struct Block {
    degree: usize,
    orders: Vec<i64>,
    /// From this degree to itself.
    own: Affine,
    /// From this degree to the next, and back.
    up: Affine,
    down: Affine,
}

#[derive(Clone, Debug)]
struct Affine {
    constant: DMatrix<f64>,
    linear: DMatrix<f64>,
}

impl Affine {
    fn zeros(rows: usize, columns: usize) -> Self {
        Self { constant: DMatrix::zeros(rows, columns), linear: DMatrix::zeros(rows, columns) }
    }
    fn at(&self, order: f64) -> DMatrix<f64> {
        &self.constant + &self.linear * order
    }
}

/// Column `(l, m)` of the drift: `(l', m', constant, linear)`.
fn drift(gradient: &Matrix3<f64>, l: usize, m: i64) -> Vec<(usize, i64, f64, f64)> {
    let mut column: Vec<(usize, i64, f64, f64)> = Vec::new();
    for i in 0..3 {
        for (l1, m1, c1) in product(i, l, m) {
            let constant = if l1 > l { -(l as f64) } else { l as f64 + 1.0 };
            for j in 0..3 {
                if gradient[(i, j)] == 0.0 {
                    continue;
                }
                for (l2, m2, c2) in product(j, l1, m1) {
                    let value = -gradient[(i, j)] * c1 * c2;
                    match column.iter_mut().find(|term| (term.0, term.1) == (l2, m2)) {
                        Some(term) => {
                            term.2 += value * constant;
                            term.3 += value;
                        }
                        None => column.push((l2, m2, value * constant, value)),
                    }
                }
            }
        }
    }
    let largest = gradient.amax();
    column.retain(|term| term.2.abs() + term.3.abs() > 1e-14 * largest);
    column
}

/// The harmonics of even degree up to `degree` that the drift couples to the constant: degrees with their orders, rising.
pub(super) fn reached(gradient: &Matrix3<f64>, degree: usize) -> Vec<(usize, Vec<i64>)> {
    let mut reached: Vec<Vec<i64>> = vec![Vec::new(); degree / 2 + 1];
    let mut open = vec![(0usize, 0i64)];
    while let Some((l, m)) = open.pop() {
        if l > degree || reached[l / 2].contains(&m) {
            continue;
        }
        reached[l / 2].push(m);
        open.extend(drift(gradient, l, m).iter().map(|term| (term.0, term.1)));
    }
    let orders = reached.into_iter().enumerate().map(|(k, mut orders)| {
        orders.sort_unstable();
        (2 * k, orders)
    });
    orders.filter(|(_, orders)| !orders.is_empty()).collect()
}

impl SphereOperator {
    /// On harmonics of even degree up to `degree` that the drift couples to the constant: symmetries of `L` shorten the
    /// blocks. The dominant eigenfunction is among them, since its mean is positive.
    #[must_use]
    pub fn even(gradient: &Matrix3<f64>, law: &DeflectionLaw, density: f64, degree: usize) -> Self {
        Self::build(gradient, law, density, &reached(gradient, degree))
    }

    /// On all harmonics of the degrees `order, order - 2, ...`: the homogeneous polynomials of an integer order.
    #[must_use]
    pub fn polynomials(gradient: &Matrix3<f64>, law: &DeflectionLaw, density: f64, order: usize) -> Self {
        let degrees = (order % 2..=order).step_by(2);
        let orders: Vec<_> = degrees.map(|l| (l, (-(l as i64)..=l as i64).collect())).collect();
        Self::build(gradient, law, density, &orders)
    }

    fn build(gradient: &Matrix3<f64>, law: &DeflectionLaw, density: f64, orders: &[(usize, Vec<i64>)]) -> Self {
        let position = |degree: usize, order: i64| -> Option<(usize, usize)> {
            let k = orders.iter().position(|(l, _)| *l == degree)?;
            Some((k, orders[k].1.binary_search(&order).ok()?))
        };
        let size = |k: usize| orders.get(k).map_or(0, |(_, orders)| orders.len());
        let mut blocks: Vec<Block> = (0..orders.len())
            .map(|k| Block {
                degree: orders[k].0,
                orders: orders[k].1.clone(),
                own: Affine::zeros(size(k), size(k)),
                up: Affine::zeros(size(k + 1), size(k)),
                down: Affine::zeros(size(k), size(k + 1)),
            })
            .collect();
        for k in 0..orders.len() {
            for (column, &m) in orders[k].1.iter().enumerate() {
                for (l2, m2, constant, linear) in drift(gradient, orders[k].0, m) {
                    let Some((k2, row)) = position(l2, m2) else { continue };
                    let target = match k2.cmp(&k) {
                        std::cmp::Ordering::Equal => &mut blocks[k].own,
                        std::cmp::Ordering::Greater => &mut blocks[k].up,
                        std::cmp::Ordering::Less => &mut blocks[k2].down,
                    };
                    target.constant[(row, column)] += constant;
                    target.linear[(row, column)] += linear;
                }
            }
        }
        Self { law: law.clone(), density, blocks }
    }

    /// How many harmonics.
    #[must_use]
    pub fn size(&self) -> usize {
        self.blocks.iter().map(|block| block.orders.len()).sum()
    }

    /// Operations of one elimination.
    #[must_use]
    pub(super) fn cost(&self) -> f64 {
        self.blocks.iter().map(|block| (block.orders.len() as f64).powi(3) * 14.0 / 3.0).sum()
    }

    /// `(n/Kn) Lambda_l(s)` for the degrees of the blocks, 1/time.
    #[must_use]
    pub fn collision_rates(&self, order: f64) -> Vec<f64> {
        let highest = self.blocks.last().map_or(0, |block| block.degree);
        let mut sums = vec![0.0; highest + 1];
        for node in self.law.nodes() {
            let (cosine, sine) = (node.half_cosine, node.half_sine);
            // Grazing collisions have large weights and change little: what they change is computed as a difference.
            let lost = (0.5 * order * (-sine * sine).ln_1p()).exp_m1();
            let passed = sine.powf(order);
            let short = -sine * sine / (1.0 + cosine);
            // P_l(cos) - 1 and P_l(sin).
            let (mut d, mut p) = ([0.0, short], [1.0, sine]);
            for (l, sum) in sums.iter_mut().enumerate() {
                *sum += node.weight * (lost * (1.0 + d[0]) + d[0] + passed * p[0]);
                let l = l as f64;
                let odd = 2.0 * l + 3.0;
                d = [d[1], (odd * (cosine * d[1] + short) - (l + 1.0) * d[0]) / (l + 2.0)];
                p = [p[1], (odd * sine * p[1] - (l + 1.0) * p[0]) / (l + 2.0)];
            }
        }
        self.blocks.iter().map(|block| self.density * sums[block.degree]).collect()
    }

    /// The whole matrix of `A_s`.
    #[must_use]
    pub fn matrix(&self, order: f64) -> DMatrix<f64> {
        let rates = self.collision_rates(order);
        let mut matrix = DMatrix::zeros(self.size(), self.size());
        let mut offset = 0;
        for (k, block) in self.blocks.iter().enumerate() {
            let size = block.orders.len();
            let mut own = matrix.view_mut((offset, offset), (size, size));
            own.copy_from(&block.own.at(order));
            (0..size).for_each(|i| own[(i, i)] += rates[k]);
            let next = block.up.constant.nrows();
            matrix.view_mut((offset + size, offset), (next, size)).copy_from(&block.up.at(order));
            matrix.view_mut((offset, offset + size), (size, next)).copy_from(&block.down.at(order));
            offset += size;
        }
        matrix
    }

    /// The dominant eigenvalue by a dense solver: for polynomials, whose block is small.
    #[must_use]
    pub fn dominant_eigenvalue(&self, order: f64) -> f64 {
        self.matrix(order).complex_eigenvalues().iter().map(|e| e.re).fold(f64::NEG_INFINITY, f64::max)
    }

    /// The dominant eigenvalue `mu(s)`, 1/time, by inverse iteration from `start`, which becomes its eigenfunction.
    ///
    /// `shift` has to lie above `mu(s)`, or nearer to it than to any other eigenvalue. No eigenvalue is nearer to a
    /// number above the dominant one.
    ///
    /// # Errors
    /// [`SelfSimilarError::Singular`].
    pub fn dominant(&self, order: f64, shift: f64, start: &mut Eigenfunction) -> Result<f64, SelfSimilarError> {
        let rates = self.collision_rates(order);
        let (mut shift, mut last) = (shift, f64::INFINITY);
        for _ in 0..40 {
            let factors = self.factors(order, &rates, shift)?;
            let (mut estimate, mut before) = (last, f64::INFINITY);
            for _ in 0..4 {
                before = estimate;
                let image = factors.solve(&start.parts);
                let product =
                    |a: &[DVector<f64>], b: &[DVector<f64>]| -> f64 { a.iter().zip(b).map(|(a, b)| a.dot(b)).sum() };
                let gain = product(&start.parts, &image) / product(&start.parts, &start.parts);
                estimate = shift + 1.0 / gain;
                let norm = product(&image, &image).sqrt();
                // The constant part keeps its sign.
                let scale = (1.0 / norm).copysign(image[0][0]);
                start.parts = image.into_iter().map(|part| part * scale).collect();
            }
            let scale = estimate.abs().max(rates[0].abs()).max(f64::MIN_POSITIVE);
            let change = (estimate - before).abs();
            if (estimate - last).abs() <= 4e-15 * scale {
                return Ok(estimate);
            }
            last = estimate;
            shift = estimate + (4.0 * change).max(1e-9 * scale);
        }
        Ok(last)
    }

    /// `A_s - shift`, eliminated from the highest degree down.
    fn factors(&self, order: f64, rates: &[f64], shift: f64) -> Result<Factors, SelfSimilarError> {
        let count = self.blocks.len();
        let mut factors = Factors { pivots: Vec::with_capacity(count), ups: Vec::new(), downs: Vec::new() };
        let mut carried: Option<DMatrix<f64>> = None;
        for (k, block) in self.blocks.iter().enumerate().rev() {
            let mut pivot = block.own.at(order);
            (0..pivot.nrows()).for_each(|i| pivot[(i, i)] += rates[k] - shift);
            if let Some(carried) = carried.take() {
                pivot -= carried;
            }
            let pivot = LU::new(pivot);
            if k > 0 {
                let below = &self.blocks[k - 1];
                let up = pivot.solve(&below.up.at(order)).ok_or(SelfSimilarError::Singular(order))?;
                let down = below.down.at(order);
                carried = Some(&down * &up);
                factors.ups.push(up);
                factors.downs.push(down);
            }
            factors.pivots.push(pivot);
        }
        Ok(factors)
    }

    /// The constant function 1, where [`Self::dominant`] may start.
    #[must_use]
    pub fn constant(&self) -> Eigenfunction {
        let orders: Vec<(usize, Vec<i64>)> = self.blocks.iter().map(|b| (b.degree, b.orders.clone())).collect();
        let mut parts: Vec<DVector<f64>> = orders.iter().map(|(_, orders)| DVector::zeros(orders.len())).collect();
        if let Some(first) = parts.first_mut() {
            first[0] = 1.0;
        }
        Eigenfunction { orders, parts }
    }

    /// A function of a coarser operator of the same flow, on this one's harmonics.
    #[must_use]
    pub fn refined(&self, coarse: &Eigenfunction) -> Eigenfunction {
        let mut fine = self.constant();
        for (part, old) in fine.parts.iter_mut().zip(&coarse.parts) {
            if part.len() == old.len() {
                part.copy_from(old);
            }
        }
        fine
    }
}

/// A block factorisation; entries from the highest degree down.
struct Factors {
    pivots: Vec<LU<f64, nalgebra::Dyn, nalgebra::Dyn>>,
    /// `pivot^-1 x` the coupling from the next lower degree.
    ups: Vec<DMatrix<f64>>,
    /// The coupling from each degree to the next lower one.
    downs: Vec<DMatrix<f64>>,
}

impl Factors {
    /// Solves for a right side by rising degree; a pivot that is singular to the last bit is an eigenvalue found: its
    /// system is solved for a shift one rounding away.
    fn solve(&self, right: &[DVector<f64>]) -> Vec<DVector<f64>> {
        let count = right.len();
        let invert = |pivot: &LU<f64, nalgebra::Dyn, nalgebra::Dyn>, b: &DVector<f64>| {
            pivot.solve(b).unwrap_or_else(|| b * (1.0 / f64::EPSILON))
        };
        let mut reduced: Vec<DVector<f64>> = Vec::with_capacity(count);
        for k in 0..count {
            let mut b = right[count - 1 - k].clone();
            if k > 0 {
                b -= &self.downs[k - 1] * &reduced[k - 1];
            }
            reduced.push(invert(&self.pivots[k], &b));
        }
        let mut solution = vec![reduced[count - 1].clone()];
        for k in (0..count - 1).rev() {
            let next = &reduced[k] - &self.ups[k] * &solution[solution.len() - 1];
            solution.push(next);
        }
        solution
    }
}

/// A function on the sphere.
#[derive(Clone, Debug)]
pub struct Eigenfunction {
    orders: Vec<(usize, Vec<i64>)>,
    parts: Vec<DVector<f64>>,
}

impl Eigenfunction {
    /// Its value at a direction.
    #[must_use]
    pub fn at(&self, direction: &Vector3<f64>) -> f64 {
        let highest = self.orders.last().map_or(0, |(l, _)| *l);
        let y = values(highest, direction);
        let mut sum = 0.0;
        for ((l, orders), part) in self.orders.iter().zip(&self.parts) {
            for (m, coefficient) in orders.iter().zip(part.iter()) {
                sum += coefficient * y[((l * l + l) as i64 + m) as usize];
            }
        }
        sum
    }

    /// The smallest and the largest value over about `count` directions spread evenly over the sphere.
    #[must_use]
    pub fn range(&self, count: usize) -> (f64, f64) {
        let golden = std::f64::consts::PI * (3.0 - 5f64.sqrt());
        let mut range = (f64::INFINITY, f64::NEG_INFINITY);
        for k in 0..count {
            let z = 1.0 - (2 * k + 1) as f64 / count as f64;
            let (sine, angle) = ((1.0 - z * z).sqrt(), golden * k as f64);
            let value = self.at(&Vector3::new(sine * angle.cos(), sine * angle.sin(), z));
            range = (range.0.min(value), range.1.max(value));
        }
        range
    }
}
