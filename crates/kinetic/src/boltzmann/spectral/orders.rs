//! The gain for scattering with Legendre orders: every product goes through its own factor in Fourier space.

use super::collision::{Collision, Frame, Parity, Source, Task, Waves};
use super::kernel::ORDERS;
use crate::arithmetic::{is_fused, multiply_add};
use fearless_simd::{Level, dispatch};
use nalgebra::Vector3;
use rayon::prelude::*;

/// Tasks whose results are kept at once: bounds the memory, not the numbers.
const GROUP: usize = 16;

/// `P_l(x)` for `l = 0, 2, ..., 8` as polynomials in `x^2`: coefficients by rising power.
const LEGENDRE: [[f64; ORDERS]; ORDERS] = [
    [1.0, 0.0, 0.0, 0.0, 0.0],
    [-0.5, 1.5, 0.0, 0.0, 0.0],
    [0.375, -3.75, 4.375, 0.0, 0.0],
    [-0.3125, 6.5625, -19.6875, 14.4375, 0.0],
    [0.273_437_5, -9.843_75, 54.140_625, -93.843_75, 50.273_437_5],
];

impl Collision {
    /// The spectrum of the gain, as [`Collision::isotropic_gain`] gives it.
    pub(super) fn general_gain(
        &self,
        h: &[f64],
        source: &Source,
        frame: &Frame,
        orders: &[[f64; ORDERS]],
        tasks: &[Task],
    ) -> Vec<Vec<f64>> {
        let waves = Waves::new(&self.cube, &frame.map);
        let squares = [self.kept_square(h)];
        let mut gain = self.half_spectra(&squares).swap_remove(0);
        self.give_back(squares);
        // At rest relative to each other all orders but 0 vanish.
        gain.iter_mut().flatten().for_each(|x| *x *= orders[0][0]);
        for group in tasks.chunks(GROUP) {
            let mut shells: Vec<usize> = group.iter().map(|task| task.shell).collect();
            shells.dedup();
            let factors: Vec<Vec<f64>> = shells
                .par_iter()
                .map(|&shell| self.factors(0.5 * frame.shells.spacing * shell as f64, &orders[shell], &waves))
                .collect();
            let parts: Vec<Vec<Vec<f64>>> = group
                .par_iter()
                .map(|task| {
                    let place = shells.iter().position(|&shell| shell == task.shell).unwrap_or(0);
                    self.filtered_products(source, frame, task, &factors[place])
                })
                .collect();
            for task in parts {
                for (gain, part) in gain.iter_mut().zip(&task) {
                    gain.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
                }
                self.give_back(task);
            }
            self.give_back(factors);
        }
        gain
    }

    /// What multiplies the powers of `(sigma.xi/|xi|)^2` in the factor of a product whose half relative velocity is
    /// `radius`: `[k1][k2][power][k3]` on the half `k1 >= 0`.
    fn factors(&self, radius: f64, orders: &[f64; ORDERS], waves: &Waves<'_>) -> Vec<f64> {
        let n = self.cube.n;
        let mut factors = self.field(n / 2 * n * n * ORDERS);
        for k1 in 0..n / 2 {
            for (k2, k3) in self.modes_of_plane(k1) {
                let bessel = even_bessel(radius * waves.at(k1, k2, k3).norm());
                let start = (k1 * n + k2) * ORDERS * n + k3;
                for power in 0..ORDERS {
                    factors[start + power * n] =
                        (power..ORDERS).map(|i| orders[i] * bessel[i] * LEGENDRE[i][power]).sum();
                }
            }
        }
        factors
    }

    fn filtered_products(&self, source: &Source, frame: &Frame, task: &Task, factors: &[f64]) -> Vec<Vec<f64>> {
        let n = self.cube.n;
        let size = source.modes.len();
        let level = Level::new();
        let waves = Waves::new(&self.cube, &frame.map);
        let mut fields = vec![self.field(size), self.field(size)];
        let components = if self.parity == Parity::Even { 1 } else { 2 };
        let mut sum: Vec<Vec<f64>> = (0..components).map(|_| self.field(n / 2 * n * n)).collect();
        let mut work = self.workspace();
        for pair in task.points.chunks(2) {
            fields.iter_mut().for_each(|field| field.fill(0.0));
            let [first, second] = &mut fields[..] else { continue };
            self.products(&mut work, source, frame, task.shell, pair, |range, a, b| {
                first[range.clone()].iter_mut().zip(a).for_each(|(sum, a)| *sum += a);
                second[range].iter_mut().zip(b).for_each(|(sum, b)| *sum += b);
            });
            if self.parity == Parity::Even {
                fields.iter_mut().for_each(|field| self.mirror(field));
            }
            let spectra = self.half_spectra(&fields);
            for (point, spectrum) in pair.iter().zip(&spectra) {
                let mut squares = vec![0.0; n];
                for k1 in 0..n / 2 {
                    for k2 in (0..n).filter(|&k2| self.cube.row_reach(k1, k2).is_some()) {
                        waves.squared_cosines(&point.unit, k1, k2, &mut squares);
                        let row = (k1 * n + k2) * n..(k1 * n + k2 + 1) * n;
                        let factors = &factors[row.start * ORDERS..row.end * ORDERS];
                        for (sum, part) in sum.iter_mut().zip(spectrum) {
                            filtered(level, point.weight, &squares, factors, &part[row.clone()], &mut sum[row.clone()]);
                        }
                    }
                }
            }
            self.give_back(spectra.into_iter().flatten());
        }
        self.put_back(work);
        self.give_back(fields);
        sum
    }
}

/// Adds `weight sum_m factors[m] squares^m part`.
fn filtered(level: Level, weight: f64, squares: &[f64], factors: &[f64], part: &[f64], sum: &mut [f64]) {
    #[inline(always)]
    fn row_of<const FUSED: bool>(weight: f64, squares: &[f64], factors: &[f64], part: &[f64], sum: &mut [f64]) {
        let mad = multiply_add::<FUSED>;
        let n = sum.len();
        let f: [&[f64]; ORDERS] = std::array::from_fn(|m| &factors[m * n..(m + 1) * n]);
        let (squares, part) = (&squares[..n], &part[..n]);
        for k in 0..n {
            let x = squares[k];
            let value = mad(mad(mad(mad(f[4][k], x, f[3][k]), x, f[2][k]), x, f[1][k]), x, f[0][k]);
            sum[k] = mad(weight * value, part[k], sum[k]);
        }
    }
    if is_fused(level) {
        dispatch!(level, _simd => row_of::<true>(weight, squares, factors, part, sum));
    } else {
        dispatch!(level, _simd => row_of::<false>(weight, squares, factors, part, sum));
    }
}

impl Waves<'_> {
    /// `(unit.xi)^2 / xi^2` of a row of modes; 0 at the mode 0.
    fn squared_cosines(&self, unit: &Vector3<f64>, k1: usize, k2: usize, out: &mut [f64]) {
        let n = out.len();
        let (start, step) = (self.at(k1, k2, 0), self.at(0, 0, 1));
        let (along, slope) = (unit.dot(&start), unit.dot(&step));
        let (square, mixed, quadratic) = (start.norm_squared(), 2.0 * start.dot(&step), step.norm_squared());
        for (index, value) in out.iter_mut().enumerate() {
            let k = if 2 * index < n { index as f64 } else { index as f64 - n as f64 };
            let length = (square + k * (mixed + k * quadratic)).max(f64::MIN_POSITIVE);
            *value = (along + k * slope).powi(2) / length;
        }
    }
}

/// `(-1)^(l/2) j_l(x)` for `l = 0, 2, ...`, to 1e-13.
fn even_bessel(x: f64) -> [f64; ORDERS] {
    let mut values = [0.0; ORDERS];
    if x < 3.0 {
        // x^l/(2l+1)!! sum_k (-x^2/2)^k / (k! (2l+3)(2l+5)...(2l+2k+1)).
        let half = -0.5 * x * x;
        let mut start = 1.0;
        for (i, value) in values.iter_mut().enumerate() {
            let l = 2 * i;
            let (mut sum, mut term) = (1.0, 1.0);
            for k in 1..18 {
                term *= half / (k * (2 * l + 2 * k + 1)) as f64;
                sum += term;
            }
            *value = start * sum;
            start *= -x * x / ((2 * l + 3) * (2 * l + 5)) as f64;
        }
        return values;
    }
    let (sine, cosine) = x.sin_cos();
    let inverse = 1.0 / x;
    let (mut before, mut now) = (sine * inverse, (sine * inverse - cosine) * inverse);
    values[0] = before;
    for l in 2..2 * ORDERS - 1 {
        (before, now) = (now, (2 * l - 1) as f64 * inverse * now - before);
        if l % 2 == 0 {
            values[l / 2] = if l % 4 == 0 { now } else { -now };
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bessel_functions_have_their_values_on_both_sides_of_the_seam() {
        // 30 digits of mpmath's spherical Bessel functions.
        let known = [
            (1.0, 1, -0.062_035_052_011_373_86),
            (2.9, 4, 0.000_116_069_969_314_803_1),
            (10.0, 2, -0.105_589_285_117_691_65),
        ];
        for (x, i, value) in known {
            assert!((even_bessel(x)[i] - value).abs() < 1e-13, "{x}: {}", even_bessel(x)[i]);
        }
        let (below, above) = (even_bessel(3.0 - 1e-13), even_bessel(3.0 + 1e-13));
        assert!((0..ORDERS).all(|i| (below[i] - above[i]).abs() < 1e-12), "{below:?} {above:?}");
        for x in [1e-5, 0.3, 3.0] {
            // exp(i x 0) = 1 = sum (2l+1) i^l j_l(x) P_l(0), orders above 8 missing.
            let sum: f64 = (0..ORDERS).map(|i| (4 * i + 1) as f64 * even_bessel(x)[i] * LEGENDRE[i][0]).sum();
            assert!((sum - 1.0).abs() < 1e-4, "{x}: {sum}");
        }
    }

    #[test]
    fn legendre_polynomials_have_their_recurrence() {
        for x in [0.0, 0.3, 0.9, 1.0] {
            let (mut before, mut now) = (1.0, x);
            for l in 2..2 * ORDERS - 1 {
                let next = ((2 * l - 1) as f64 * x * now - (l - 1) as f64 * before) / l as f64;
                (before, now) = (now, next);
                let found: f64 = (0..ORDERS).map(|m| LEGENDRE[l / 2][m] * x.powi(2 * m as i32)).sum();
                assert!(l % 2 == 1 || (found - now).abs() < 1e-13, "P_{l}({x}): {found} {now}");
            }
        }
    }
}
