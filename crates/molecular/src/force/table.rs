//! Forces of any potential from a table.

use omd_interaction::PairPotential;

/// Polynomials of degree 5 in `r^2`.
const TERMS: usize = 6;
/// Intervals of one factor of two in `r^2`, as a power of two, and factors of two below the cutoff.
const FINENESS: u32 = 6;
const OCTAVES: u64 = 8;
/// Mantissa bits within an interval.
const BITS: u32 = 52 - FINENESS;
/// Relative to the largest value of an interval; where the polynomial misses by more, the potential itself is asked.
const TOLERANCE: f64 = 2e-11;

/// `-U'(r)/r` as a function of `r^2`, inside the cutoff.
///
/// The intervals are read off the bits of `r^2`: 64 for every factor of two, so that steep cores are as well resolved as
/// tails. Each holds the polynomial through six Chebyshev points.
///
/// # Accuracy
/// `2e-11` of the interval's largest value, checked when it is built; test `the_table_keeps_its_accuracy`.
#[derive(Clone, Debug)]
pub(super) struct ForceTable {
    potential: PairPotential,
    cutoff_squared: f64,
    /// The first interval's leading bits.
    first: u64,
    /// Not a number where the potential itself is to be asked.
    polynomials: Vec<[f64; TERMS]>,
}

impl ForceTable {
    pub(super) fn new(potential: &PairPotential, cutoff: f64) -> Self {
        let cutoff_squared = cutoff * cutoff;
        let last = cutoff_squared.to_bits() >> BITS;
        let first = last.saturating_sub(OCTAVES << FINENESS);
        let mut table = Self { potential: potential.clone(), cutoff_squared, first, polynomials: Vec::new() };
        table.polynomials = (first..=last).map(|leading| table.polynomial(leading)).collect();
        table
    }

    /// `-U'(r)/r` at `squared = r^2`, zero at and beyond the cutoff.
    #[inline(always)]
    pub(super) fn value(&self, squared: f64) -> f64 {
        if squared >= self.cutoff_squared {
            return 0.0;
        }
        let bits = squared.to_bits();
        match self.polynomials.get((bits >> BITS).wrapping_sub(self.first) as usize) {
            Some(polynomial) if !polynomial[0].is_nan() => evaluate(polynomial, place(bits)),
            _ => self.exact(squared),
        }
    }

    /// From the potential; smooth across the cutoff.
    fn exact(&self, squared: f64) -> f64 {
        let (distance, (_, slope)) = (squared.sqrt(), self.potential.shift_and_slope());
        (slope - self.potential.form().derivative(distance)) / distance
    }

    fn polynomial(&self, leading: u64) -> [f64; TERMS] {
        let begin = f64::from_bits(leading << BITS);
        let width = f64::from_bits((leading + 1) << BITS) - begin;
        let at = |t: f64| self.exact(begin + 0.5 * (t + 1.0) * width);
        let nodes: [f64; TERMS] =
            std::array::from_fn(|k| (std::f64::consts::PI * (k as f64 + 0.5) / TERMS as f64).cos());
        let polynomial = interpolate(&nodes, nodes.map(at));
        let size = at(-1.0).abs().max(at(1.0).abs());
        let fits = (0..=16)
            .map(|k| f64::from(k) / 8.0 - 1.0)
            .all(|t| (evaluate(&polynomial, t) - at(t)).abs() <= TOLERANCE * size);
        if fits { polynomial } else { [f64::NAN; TERMS] }
    }
}

/// Where in its interval a number lies, in `[-1, 1)`.
#[inline(always)]
fn place(bits: u64) -> f64 {
    let within = (bits & ((1 << BITS) - 1)) << FINENESS;
    // A number in [1, 2) whose mantissa is the part below the leading bits.
    2.0 * f64::from_bits((1023 << 52) | within) - 3.0
}

#[inline(always)]
fn evaluate(polynomial: &[f64; TERMS], t: f64) -> f64 {
    let [a, b, c, d, e, f] = *polynomial;
    a + t * (b + t * (c + t * (d + t * (e + t * f))))
}

/// Newton's divided differences, expanded into powers.
fn interpolate(nodes: &[f64; TERMS], mut values: [f64; TERMS]) -> [f64; TERMS] {
    for order in 1..TERMS {
        for k in (order..TERMS).rev() {
            values[k] = (values[k] - values[k - 1]) / (nodes[k] - nodes[k - order]);
        }
    }
    let mut powers = [0.0; TERMS];
    for k in (0..TERMS).rev() {
        for power in (1..TERMS).rev() {
            powers[power] = powers[power - 1] - nodes[k] * powers[power];
        }
        powers[0] = values[k] - nodes[k] * powers[0];
    }
    powers
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_interaction::{InversePower, Truncation};
    use std::sync::Arc;

    #[test]
    fn the_table_keeps_its_accuracy() {
        for exponent in [1.0, 4.0, 12.0, 60.0] {
            let form = Arc::new(InversePower { epsilon: 1.0, sigma: 1.0, exponent });
            let potential = PairPotential::new(form, Some(2.5), Truncation::ShiftedForce);
            let table = ForceTable::new(&potential, 2.5);
            for k in 1..20_000 {
                let distance = 1.25e-4 * f64::from(k);
                let exact = -potential.derivative(distance) / distance;
                let error = (table.value(distance * distance) - exact).abs();
                // Near the cutoff a shifted force goes to zero: relative to the unshifted one.
                let size = exact.abs().max(potential.shift_and_slope().1.abs() / distance);
                assert!(error < 1e-10 * size, "exponent {exponent}, r = {distance}: {error:e} of {exact:e}");
            }
            assert_eq!(table.value(6.25), 0.0);
            let asked = table.polynomials.iter().filter(|polynomial| polynomial[0].is_nan()).count();
            assert!(exponent > 12.0 || asked == 0, "exponent {exponent}: {asked} intervals without a polynomial");
        }
    }
}
