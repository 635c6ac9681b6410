//! The moments of the profile, exactly, order by order, as long as they are finite.
//!
//! In scaled velocities the moments of order `k` obey `(A_k - k beta) M_k = -(products of lower orders)`: a linear system
//! an order, with the equations of [`MaxwellHierarchy`]. They are finite, and this is their value, while the growth rate of
//! every order up to `k` is below `k beta`; beyond, the solution would not even be positive. Odd moments vanish: the
//! profile is even.

use super::tail::Problem;
use super::{SelfSimilarError, second_moments};
use crate::boltzmann::MaxwellHierarchy;
use nalgebra::DVector;

/// The moments of a profile with `theta = 1`, `tr <c c^T> = 3`.
#[derive(Clone, Debug)]
pub struct ProfileMoments {
    hierarchy: MaxwellHierarchy,
    values: Vec<f64>,
    /// The highest even order whose moments are finite, as far as asked for.
    pub highest: usize,
    /// `(k, mu_k - k beta)` of the even orders that were looked at, 1/time; the last one is positive if it diverges.
    pub excess: Vec<(usize, f64)>,
}

impl ProfileMoments {
    /// Moments up to the even order `order` or the last finite one.
    ///
    /// # Errors
    /// [`SelfSimilarError`].
    pub fn new(problem: &Problem, order: usize) -> Result<Self, SelfSimilarError> {
        let order = order.max(2) / 2 * 2;
        let second = second_moments(&problem.gradient, problem.relaxation())?;
        let hierarchy = MaxwellHierarchy::new(order, &problem.law.moments(order));
        // A Gaussian of the same tensor has the right orders 0 to 2; higher ones are replaced one after the other.
        let mut values = hierarchy.gaussian(&second.tensor);
        let mut rate = vec![0.0; values.len()];
        let (mut highest, mut excess) = (2, Vec::new());
        for k in (4..=order).step_by(2) {
            let range = hierarchy.modes().block(k);
            let mut block = hierarchy.block(k, &problem.gradient, problem.density);
            let growth = block.complex_eigenvalues().iter().map(|z| z.re).fold(f64::NEG_INFINITY, f64::max);
            let scaled = k as f64 * second.growth;
            excess.push((k, growth - scaled));
            if growth >= scaled {
                break;
            }
            values[range.clone()].fill(0.0);
            hierarchy.rate(&problem.gradient, problem.density, &values, &mut rate);
            let right = -DVector::from_column_slice(&rate[range.clone()]);
            (0..range.len()).for_each(|i| block[(i, i)] -= scaled);
            let solution = block.lu().solve(&right).ok_or(SelfSimilarError::Singular(k as f64))?;
            values[range].copy_from_slice(solution.as_slice());
            highest = k;
        }
        Ok(Self { hierarchy, values, highest, excess })
    }

    /// `<c_x^a c_y^b c_z^c>`; `None` where it is not finite or beyond the order asked for.
    #[must_use]
    pub fn monomial(&self, powers: [usize; 3]) -> Option<f64> {
        let order: usize = powers.iter().sum();
        if order % 2 == 1 {
            return Some(0.0);
        }
        (order <= self.highest).then(|| self.hierarchy.monomial(powers, &self.values))
    }

    /// `<|c|^order>` of an even order.
    #[must_use]
    pub fn radial(&self, order: usize) -> Option<f64> {
        let half = order / 2;
        let mut sum = 0.0;
        for a in 0..=half {
            for b in 0..=half - a {
                let c = half - a - b;
                let weight = multinomial(a, b, c);
                sum += weight * self.monomial([2 * a, 2 * b, 2 * c])?;
            }
        }
        Some(sum)
    }

    /// All monomials of an order, `c_x` first: powers and value.
    #[must_use]
    pub fn monomials(&self, order: usize) -> Vec<([usize; 3], f64)> {
        let mut all = Vec::new();
        for a in (0..=order).rev() {
            for b in (0..=order - a).rev() {
                let powers = [a, b, order - a - b];
                all.extend(self.monomial(powers).map(|value| (powers, value)));
            }
        }
        all
    }
}

fn multinomial(a: usize, b: usize, c: usize) -> f64 {
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    factorial(a + b + c) / (factorial(a) * factorial(b) * factorial(c))
}
