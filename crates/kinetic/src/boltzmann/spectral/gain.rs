//! The gain: products of shifted copies, summed over the points of the quadrature.

use super::collision::{Collision, Frame, Parity, Task, Waves, sinc_multiples};
use super::fourier::{C64, Workspace};
use super::kernel::ORDERS;
use super::sphere::Direction;
use nalgebra::{Matrix3, Vector3};
use rayon::prelude::*;
use std::f64::consts::PI;

/// Tasks whose results are kept at once: bounds the memory, not the numbers.
const GROUP: usize = 16;
/// Products `g(v + x) g(v - x)` are kept for `|c| < KEPT` of the middle `v = map c`. Beyond there are hardly any, but
/// near `|c| = 1` stand those of each atom with the periodic image of the other.
const KEPT: f64 = 0.7;
const ZERO: C64 = C64 { re: 0.0, im: 0.0 };

impl Collision {
    /// The spectrum of the gain for isotropic scattering, and the factors of the loss rate.
    pub(super) fn isotropic_gain(
        &self,
        h: &[f64],
        spectrum: &[C64],
        frame: &Frame,
        tasks: &[Task],
    ) -> (Vec<C64>, Vec<f64>) {
        let n = self.cube.n;
        let mut rate = vec![frame.shells.total[0]; h.len()];
        let mut shells: Vec<Vec<f64>> = vec![h.iter().map(|x| x * x).collect()];
        for group in tasks.chunks(GROUP) {
            let sums: Vec<(Vec<f64>, Vec<f64>)> =
                group.par_iter().map(|task| self.sum_of_products(spectrum, frame, task)).collect();
            for (task, (sum, loss)) in group.iter().zip(sums) {
                rate.iter_mut().zip(&loss).for_each(|(a, b)| *a += b);
                match shells.get_mut(task.shell) {
                    Some(shell) => shell.iter_mut().zip(&sum).for_each(|(a, b)| *a += b),
                    None => shells.push(sum),
                }
            }
        }
        if self.parity == Parity::Even {
            shells[1..].par_iter_mut().for_each(|shell| self.mirror(shell));
        }
        let pairs: Vec<&[Vec<f64>]> = shells.chunks(2).collect();
        let transformed: Vec<Vec<C64>> =
            pairs.par_iter().map(|pair| self.transformed(&pair[0], pair.get(1).map(Vec::as_slice))).collect();
        let waves = Waves::new(&self.cube, &frame.map);
        let mut gain = vec![ZERO; h.len()];
        gain.par_chunks_mut(n * n).enumerate().for_each(|(k1, plane)| {
            let mut factors = vec![0.0; shells.len() + 1];
            for (k2, k3) in self.modes_of_plane(k1) {
                sinc_multiples(0.5 * frame.shells.spacing * waves.at(k1, k2, k3).norm(), &mut factors);
                let (index, mirrored) = self.indices(k1, k2, k3);
                let mut sum = ZERO;
                for (pair, z) in transformed.iter().enumerate() {
                    let weight = |j: usize| frame.shells.total.get(j).map_or(0.0, |w| w * factors[j]);
                    let [first, second] = parts(z[index], z[mirrored]);
                    sum += first * weight(2 * pair) + second * weight(2 * pair + 1);
                }
                plane[k2 * n + k3] = sum;
            }
        });
        (gain, rate)
    }

    /// The same for scattering with Legendre orders: every product goes through its own factor.
    pub(super) fn general_gain(
        &self,
        h: &[f64],
        spectrum: &[C64],
        frame: &Frame,
        orders: &[[f64; ORDERS]],
        tasks: &[Task],
    ) -> (Vec<C64>, Vec<f64>) {
        let waves = Waves::new(&self.cube, &frame.map);
        let square: Vec<f64> = h.iter().map(|x| x * x).collect();
        let mut gain = self.transformed(&square, None);
        // At rest relative to each other all orders but 0 vanish.
        gain.iter_mut().for_each(|z| *z *= orders[0][0]);
        let mut rate = vec![frame.shells.total[0]; h.len()];
        for group in tasks.chunks(GROUP) {
            let parts: Vec<(Vec<C64>, Vec<f64>)> = group
                .par_iter()
                .map(|task| self.filtered_products(spectrum, frame, &orders[task.shell], task, &waves))
                .collect();
            for (part, loss) in parts {
                gain.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
                rate.iter_mut().zip(&loss).for_each(|(a, b)| *a += b);
            }
        }
        (gain, rate)
    }

    fn filtered_products(
        &self,
        spectrum: &[C64],
        frame: &Frame,
        orders: &[f64; ORDERS],
        task: &Task,
        waves: &Waves<'_>,
    ) -> (Vec<C64>, Vec<f64>) {
        let n = self.cube.n;
        let mut loss = vec![0.0; spectrum.len()];
        let mut work = self.workspace();
        let mut transformed = Vec::new();
        for pair in task.points.chunks(2) {
            let mut fields = [vec![0.0; spectrum.len()], vec![0.0; spectrum.len()]];
            let [first, second] = &mut fields;
            self.products(&mut work, spectrum, frame, task, pair, &mut loss, |index, a, b| {
                first[index] += a;
                second[index] += b;
            });
            if self.parity == Parity::Even {
                fields.iter_mut().for_each(|field| self.mirror(field));
            }
            let mut out = vec![ZERO; spectrum.len()];
            self.cube.analyze(&mut work, &fields[0], Some(&fields[1]), &mut out);
            transformed.push(out);
        }
        self.put_back(work);
        let mut sum = vec![ZERO; spectrum.len()];
        let radius = 0.5 * frame.shells.spacing * task.shell as f64;
        for k1 in 0..n {
            for (k2, k3) in self.modes_of_plane(k1) {
                let wave = waves.at(k1, k2, k3);
                let size = wave.norm();
                let radial = even_bessel(radius * size);
                let towards = if size > 0.0 { wave / size } else { wave };
                let (index, mirrored) = self.indices(k1, k2, k3);
                for (pair, z) in task.points.chunks(2).zip(&transformed) {
                    for (point, part) in pair.iter().zip(parts(z[index], z[mirrored])) {
                        let legendre = even_legendre(point.unit.dot(&towards));
                        let factor: f64 = (0..ORDERS).map(|i| orders[i] * radial[i] * legendre[i]).sum();
                        sum[index] += part * (point.weight * factor);
                    }
                }
            }
        }
        (sum, loss)
    }

    /// `sum_sigma weight g(v + x) g(v - x)` over the points of a task; of even fields the slabs up to `N/2` only.
    fn sum_of_products(&self, spectrum: &[C64], frame: &Frame, task: &Task) -> (Vec<f64>, Vec<f64>) {
        let mut sum = vec![0.0; spectrum.len()];
        let mut loss = vec![0.0; spectrum.len()];
        let mut work = self.workspace();
        for pair in task.points.chunks(2) {
            let weights = [pair[0].weight, pair.get(1).map_or(0.0, |point| point.weight)];
            self.products(&mut work, spectrum, frame, task, pair, &mut loss, |index, a, b| {
                sum[index] += weights[0] * a + weights[1] * b;
            });
        }
        self.put_back(work);
        (sum, loss)
    }

    /// `g(v + x) g(v - x)` for one or two points: `add(index, first, second)` is to add them up. `loss` gets what they
    /// add to the factors of the loss rate, `cos(xi.u) = 2 cos(xi.x)^2 - 1`.
    fn products(
        &self,
        work: &mut Workspace,
        spectrum: &[C64],
        frame: &Frame,
        task: &Task,
        pair: &[Direction],
        loss: &mut [f64],
        mut add: impl FnMut(usize, f64, f64),
    ) {
        let n = self.cube.n;
        let shell = task.shell;
        let total = if task.whole { 0.0 } else { frame.shells.total[shell] };
        let weights = [0, 1].map(|i| pair.get(i).map_or(0.0, |point| point.weight * total));
        let phases = |point: &Direction| self.phases(frame, shell, &point.unit);
        match self.parity {
            Parity::Any => {
                for (number, point) in pair.iter().enumerate() {
                    let [p1, p2, p3] = phases(point);
                    // g(v + x) + i g(v - x) has the factor p + i conj(p) = (1 + i) (Re p + Im p).
                    let fill = |k1: usize, k2: usize, reach: usize, row: &mut [C64]| {
                        let start = p1[k1] * p2[k2];
                        let row_of_modes = (k1 * n + k2) * n..(k1 * n + k2 + 1) * n;
                        let (source, loss) = (&spectrum[row_of_modes.clone()], &mut loss[row_of_modes]);
                        for range in [0..reach + 1, n - reach..n] {
                            let rows = row[range.clone()].iter_mut().zip(&source[range.clone()]);
                            let rows = rows.zip(p3[range.clone()].iter().zip(&mut loss[range]));
                            for ((z, g), (p, loss)) in rows {
                                let p = start * p;
                                *loss += weights[number] * (2.0 * p.re * p.re - 1.0);
                                let factor = p.re + p.im;
                                *z = C64::new((g.re - g.im) * factor, (g.re + g.im) * factor);
                            }
                        }
                    };
                    self.cube.synthesize(work, fill, |x3, slab, mirrored| {
                        let opposite = self.cube.opposite(x3);
                        let count = if opposite == x3 { 1 } else { 2 };
                        for (x3, slab) in [(x3, slab), (opposite, mirrored)].into_iter().take(count) {
                            for x2 in 0..n {
                                let Some(reach) = self.kept(x2, x3) else { continue };
                                let start = (x3 * n + x2) * n;
                                for x1 in (0..=reach).chain(n - reach..n) {
                                    let z = slab[x2 * n + x1];
                                    let (first, second) = if number == 0 { (1.0, 0.0) } else { (0.0, 1.0) };
                                    add(start + x1, first * z.re * z.im, second * z.re * z.im);
                                }
                            }
                        }
                    });
                }
            }
            Parity::Even => {
                let [p1, p2, p3] = phases(&pair[0]);
                let [q1, q2, q3] = phases(pair.last().unwrap_or(&pair[0]));
                let fill = |k1: usize, k2: usize, reach: usize, row: &mut [C64]| {
                    let (p, q) = (p1[k1] * p2[k2], q1[k1] * q2[k2]);
                    let row_of_modes = (k1 * n + k2) * n..(k1 * n + k2 + 1) * n;
                    let (source, loss) = (&spectrum[row_of_modes.clone()], &mut loss[row_of_modes]);
                    for range in [0..reach + 1, n - reach..n] {
                        let rows = row[range.clone()].iter_mut().zip(&source[range.clone()]);
                        let phases = p3[range.clone()].iter().zip(&q3[range.clone()]).zip(&mut loss[range]);
                        for ((z, g), ((p3, q3), loss)) in rows.zip(phases) {
                            let (p, q) = (p * p3, q * q3);
                            *loss += weights[0] * (2.0 * p.re * p.re - 1.0) + weights[1] * (2.0 * q.re * q.re - 1.0);
                            *z = C64::new(g.re * (p.re - q.im), g.re * (p.im + q.re));
                        }
                    }
                };
                self.cube.synthesize(work, fill, |x3, slab, mirrored| {
                    for x2 in 0..n {
                        let Some(reach) = self.kept(x2, x3) else { continue };
                        let start = (x3 * n + x2) * n;
                        let row = &slab[x2 * n..][..n];
                        let back = &mirrored[self.cube.opposite(x2) * n..][..n];
                        add(start, row[0].re * back[0].re, row[0].im * back[0].im);
                        let pairs = row[1..=reach].iter().zip(back[n - reach..].iter().rev());
                        for (x1, (a, b)) in pairs.enumerate() {
                            add(start + 1 + x1, a.re * b.re, a.im * b.im);
                        }
                        let pairs = row[n - reach..].iter().zip(back[1..=reach].iter().rev());
                        for (x1, (a, b)) in pairs.enumerate() {
                            add(start + n - reach + x1, a.re * b.re, a.im * b.im);
                        }
                    }
                });
            }
        }
    }

    /// The largest index along the row `(x2, x3)` at which products are kept; see [`KEPT`].
    fn kept(&self, x2: usize, x3: usize) -> Option<usize> {
        let n = self.cube.n;
        let square = |index: usize| index.min(n - index).pow(2) as f64;
        let left = (0.5 * KEPT * n as f64).powi(2) - square(x2) - square(x3);
        (left >= 0.0).then(|| (left.sqrt() as usize).min(n / 2 - 1))
    }

    /// `exp(i k_i y_i)` along each axis, for the shift by half the relative velocity of a point.
    fn phases(&self, frame: &Frame, shell: usize, unit: &Vector3<f64>) -> [Vec<C64>; 3] {
        let inverse = frame.map.try_inverse().unwrap_or_else(Matrix3::identity);
        let shift = inverse * unit * (0.5 * frame.shells.spacing * shell as f64 * PI);
        std::array::from_fn(|axis| {
            (0..self.cube.n).map(|k| C64::cis(f64::from(self.cube.wave_number(k)) * shift[axis])).collect()
        })
    }

    /// Completes an even field of which the slabs `0 <= x3 <= N/2` are known.
    fn mirror(&self, field: &mut [f64]) {
        let n = self.cube.n;
        let (known, rest) = field.split_at_mut((n / 2 + 1) * n * n);
        for (number, slab) in rest.chunks_exact_mut(n * n).enumerate() {
            let x3 = n - (n / 2 + 1 + number);
            for x2 in 0..n {
                let from = &known[(x3 * n + self.cube.opposite(x2)) * n..][..n];
                let row = &mut slab[x2 * n..(x2 + 1) * n];
                row[0] = from[0];
                row[1..].iter_mut().zip(from[1..].iter().rev()).for_each(|(to, from)| *to = *from);
            }
        }
    }

    fn transformed(&self, first: &[f64], second: Option<&[f64]>) -> Vec<C64> {
        let mut out = vec![ZERO; first.len()];
        let mut work = self.workspace();
        self.cube.analyze(&mut work, first, second, &mut out);
        self.put_back(work);
        out
    }
    /// The modes `(k2, k3)` of plane `k1` in the ball.
    fn modes_of_plane(&self, k1: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let n = self.cube.n;
        (0..n).flat_map(move |k2| {
            let reach = self.cube.row_reach(k1, k2);
            reach.into_iter().flat_map(move |reach| (0..=reach).chain(n - reach..n).map(move |k3| (k2, k3)))
        })
    }
    /// Where a mode and its opposite are.
    fn indices(&self, k1: usize, k2: usize, k3: usize) -> (usize, usize) {
        let n = self.cube.n;
        let opposite = |k: usize| self.cube.opposite(k);
        ((k1 * n + k2) * n + k3, (opposite(k1) * n + opposite(k2)) * n + opposite(k3))
    }
}

/// The spectra of two real fields out of that of `first + i second`, at a mode and its opposite.
fn parts(at: C64, opposite: C64) -> [C64; 2] {
    let mirrored = opposite.conj();
    let (even, odd) = ((at + mirrored) * 0.5, (at - mirrored) * 0.5);
    [even, C64::new(odd.im, -odd.re)]
}

/// `(-1)^(l/2) j_l(x)` for `l = 0, 2, ...`, by Miller's downward recurrence.
fn even_bessel(x: f64) -> [f64; ORDERS] {
    let mut values = [0.0; ORDERS];
    if x < 1e-4 {
        values[0] = 1.0 - x * x / 6.0;
        values[1] = -x * x / 15.0;
        return values;
    }
    let highest = 2 * ORDERS + 16 + x as usize;
    let (mut above, mut now) = (0.0, 1e-250);
    let mut found = [0.0; 2 * ORDERS];
    for l in (0..highest).rev() {
        (above, now) = (now, (2 * l + 3) as f64 / x * now - above);
        // `now` is proportional to j_l.
        if l < 2 * ORDERS {
            found[l] = now;
        }
        if now.abs() > 1e200 {
            (above, now) = (above * 1e-200, now * 1e-200);
            found.iter_mut().for_each(|f| *f *= 1e-200);
        }
    }
    // By j_0 or j_1, whichever is not near a zero.
    let (sine, cosine) = x.sin_cos();
    let (j0, j1) = (sine / x, (sine / x - cosine) / x);
    let scale = if j0.abs() > j1.abs() { j0 / found[0] } else { j1 / found[1] };
    for (i, value) in values.iter_mut().enumerate() {
        *value = scale * found[2 * i] * if i % 2 == 0 { 1.0 } else { -1.0 };
    }
    values
}

/// `P_l(x)` for `l = 0, 2, ...`.
fn even_legendre(x: f64) -> [f64; ORDERS] {
    let mut values = [1.0; ORDERS];
    let (mut before, mut now) = (1.0, x);
    for l in 2..2 * ORDERS - 1 {
        let next = ((2 * l - 1) as f64 * x * now - (l - 1) as f64 * before) / l as f64;
        (before, now) = (now, next);
        if l % 2 == 0 {
            values[l / 2] = now;
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bessel_and_legendre_have_their_values() {
        // j_2(1), j_8(1), j_4(10), j_8(40): DLMF 10.49, 30 digits.
        for (x, i, value) in [(1.0, 1, 0.062_035_052_011_373_87), (10.0, 2, -0.105_589_285_117_691_93)] {
            let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
            assert!((sign * even_bessel(x)[i] - value).abs() < 1e-15, "{}", even_bessel(x)[i]);
        }
        for x in [1e-5, 0.3, 3.0, 9.42, 57.0] {
            // sum_l (2l + 1) j_l^2 = 1 needs odd orders too; the plane wave along its own direction does not.
            let (j, p) = (even_bessel(x), even_legendre(0.0));
            let sum: f64 = (0..ORDERS).map(|i| (4 * i + 1) as f64 * j[i] * p[i]).sum();
            // exp(i x 0) = 1 = sum (2l+1) i^l j_l(x) P_l(0), orders above 8 missing.
            assert!(x > 3.5 || (sum - 1.0).abs() < 1e-4, "{x}: {sum}");
        }
        assert!((even_legendre(0.5)[2] + 0.289_062_5).abs() < 1e-15);
    }
}
