//! The gain for isotropic scattering: products of shifted copies, summed over the points of the quadrature.

use super::collision::{Collision, Frame, Parity, Source, Task, Waves};
use super::fourier::{C64, Workspace};
use super::sphere::Direction;
use crate::arithmetic::{is_fused, multiply_add};
use fearless_simd::{Level, dispatch};
use nalgebra::{Matrix3, Vector3};
use rayon::prelude::*;
use std::f64::consts::PI;
use std::ops::Range;

/// Tasks whose results are kept at once: bounds the memory, not the numbers.
const GROUP: usize = 16;
const ZERO: C64 = C64 { re: 0.0, im: 0.0 };

/// `exp(i k y)` along each axis, real and imaginary parts apart along the third.
struct Phases {
    first: Vec<C64>,
    second: Vec<C64>,
    third: [Vec<f64>; 2],
}

impl Collision {
    /// The spectrum of the gain for isotropic scattering: its real and imaginary part on the half `k1 >= 0`, the latter
    /// absent for even distributions.
    pub(super) fn isotropic_gain(&self, h: &[f64], source: &Source, frame: &Frame, tasks: &[Task]) -> Vec<Vec<f64>> {
        let n = self.cube.n;
        let mut shells: Vec<Vec<f64>> = vec![self.kept_square(h)];
        for group in tasks.chunks(GROUP) {
            let sums: Vec<Vec<f64>> = group.par_iter().map(|task| self.sum_of_products(source, frame, task)).collect();
            for (task, sum) in group.iter().zip(sums) {
                if shells.len() <= task.shell {
                    shells.push(self.field(h.len()));
                }
                shells[task.shell].iter_mut().zip(&sum).for_each(|(a, b)| *a += b);
                self.give_back([sum]);
            }
        }
        if self.parity == Parity::Even {
            shells[1..].par_iter_mut().for_each(|shell| self.mirror(shell));
        }
        let pairs: Vec<&[Vec<f64>]> = shells.chunks(2).collect();
        let spectra: Vec<Vec<Vec<f64>>> = pairs.par_iter().flat_map(|pair| self.half_spectra(pair)).collect();
        self.give_back(shells);
        let waves = Waves::new(&self.cube, &frame.map);
        let level = Level::new();
        let mut gain: Vec<Vec<f64>> = spectra[0].iter().map(|part| self.field(part.len())).collect();
        let mut planes: Vec<Vec<&mut [f64]>> = (0..n / 2).map(|_| Vec::new()).collect();
        for part in &mut gain {
            part.chunks_mut(n * n).zip(&mut planes).for_each(|(plane, planes)| planes.push(plane));
        }
        planes.into_par_iter().enumerate().for_each(|(k1, mut parts)| {
            let mut sines = Sines::new(n);
            for k2 in (0..n).filter(|&k2| self.cube.row_reach(k1, k2).is_some()) {
                sines.start(&waves, 0.5 * frame.shells.spacing, k1, k2);
                let row = (k1 * n + k2) * n..(k1 * n + k2 + 1) * n;
                for (shell, (spectrum, weight)) in spectra.iter().zip(&frame.shells.total).enumerate() {
                    for (part, from) in parts.iter_mut().zip(spectrum) {
                        sines.add(level, *weight, &from[row.clone()], &mut part[k2 * n..(k2 + 1) * n]);
                    }
                    sines.next(level, shell);
                }
            }
        });
        self.give_back(spectra.into_iter().flatten());
        gain
    }

    /// `h^2` where products are kept: what pairs at rest relative to each other leave.
    pub(super) fn kept_square(&self, h: &[f64]) -> Vec<f64> {
        let n = self.cube.n;
        let mut square = self.field(h.len());
        for row in 0..n * n {
            let Some(reach) = self.cube.points_reach(self.kept, row % n, row / n) else { continue };
            for range in self.cube.ranges(reach) {
                for x1 in range {
                    square[row * n + x1] = h[row * n + x1].powi(2);
                }
            }
        }
        square
    }

    /// `sum_sigma weight g(v + x) g(v - x)` over the points of a task; of even fields the slabs up to `N/2` only.
    fn sum_of_products(&self, source: &Source, frame: &Frame, task: &Task) -> Vec<f64> {
        let n = self.cube.n;
        let slabs = if self.parity == Parity::Even { n / 2 + 1 } else { n };
        let mut sum = self.field(slabs * n * n);
        let mut work = self.workspace();
        for pair in task.points.chunks(2) {
            let weights = [pair[0].weight, pair.get(1).map_or(0.0, |point| point.weight)];
            self.products(&mut work, source, frame, task.shell, pair, |range, a, b| {
                for ((sum, a), b) in sum[range].iter_mut().zip(a).zip(b) {
                    *sum += weights[0] * a + weights[1] * b;
                }
            });
        }
        self.put_back(work);
        sum
    }

    /// `g(v + x) g(v - x)` for one or two points, stretches of rows at a time: `add(range, first, second)` is to add
    /// them up. Of even fields the slabs up to `N/2` only.
    pub(super) fn products(
        &self,
        work: &mut Workspace,
        source: &Source,
        frame: &Frame,
        shell: usize,
        pair: &[Direction],
        mut add: impl FnMut(Range<usize>, &[f64], &[f64]),
    ) {
        let n = self.cube.n;
        let level = Level::new();
        let ball = self.kept;
        let phases = |point: &Direction| self.phases(frame, shell, &point.unit);
        let (mut first, mut second) = (vec![0.0; n], vec![0.0; n]);
        match self.parity {
            Parity::Any => {
                for (number, point) in pair.iter().enumerate() {
                    let p = phases(point);
                    // g(v + x) + i g(v - x) has the factor p + i conj(p) = (1 + i) (Re p + Im p).
                    let fill = |k1: usize, k2: usize, range: Range<usize>, part: &mut [C64]| {
                        let start = p.first[k1] * p.second[k2];
                        let modes = &source.modes[(k1 * n + k2) * n..(k1 * n + k2 + 1) * n];
                        for (k3, z) in range.zip(part) {
                            let (g, p) = (modes[k3], start * C64::new(p.third[0][k3], p.third[1][k3]));
                            let factor = p.re + p.im;
                            *z = C64::new((g.re - g.im) * factor, (g.re + g.im) * factor);
                        }
                    };
                    self.cube.synthesize(work, ball, fill, |x3, slab, mirrored| {
                        let opposite = self.cube.opposite(x3);
                        let count = if opposite == x3 { 1 } else { 2 };
                        for (x3, slab) in [(x3, slab), (opposite, mirrored)].into_iter().take(count) {
                            for x2 in 0..n {
                                let Some(reach) = self.cube.points_reach(ball, x2, x3) else { continue };
                                let start = (x3 * n + x2) * n;
                                for range in self.cube.ranges(reach) {
                                    let (used, unused) =
                                        if number == 0 { (&mut first, &mut second) } else { (&mut second, &mut first) };
                                    unused[..range.len()].fill(0.0);
                                    let row = &slab[x2 * n..][range.clone()];
                                    used.iter_mut().zip(row).for_each(|(product, z)| *product = z.re * z.im);
                                    let count = range.len();
                                    add(start + range.start..start + range.end, &first[..count], &second[..count]);
                                }
                            }
                        }
                    });
                }
            }
            Parity::Even => {
                let p = phases(&pair[0]);
                let q = phases(pair.last().unwrap_or(&pair[0]));
                let fill = |k1: usize, k2: usize, range: Range<usize>, part: &mut [C64]| {
                    let modes = &source.even[(k1 * n + k2) * n..][range.clone()];
                    let starts = [p.first[k1] * p.second[k2], q.first[k1] * q.second[k2]];
                    let third = [&p.third[0], &p.third[1], &q.third[0], &q.third[1]];
                    shifted(level, modes, starts, third.map(|phases| &phases[range.clone()]), part);
                };
                self.cube.synthesize(work, ball, fill, |x3, slab, mirrored| {
                    for x2 in 0..n {
                        let Some(reach) = self.cube.points_reach(ball, x2, x3) else { continue };
                        let start = (x3 * n + x2) * n;
                        let row = &slab[x2 * n..][..n];
                        let back = &mirrored[self.cube.opposite(x2) * n..][..n];
                        first[0] = row[0].re * back[0].re;
                        second[0] = row[0].im * back[0].im;
                        mirrored_products(&row[1..=reach], &back[n - reach..], &mut first[1..], &mut second[1..]);
                        add(start..start + reach + 1, &first[..=reach], &second[..=reach]);
                        mirrored_products(&row[n - reach..], &back[1..=reach], &mut first, &mut second);
                        add(start + n - reach..start + n, &first[..reach], &second[..reach]);
                    }
                });
            }
        }
    }

    /// The phases for the shift by half the relative velocity of a point.
    fn phases(&self, frame: &Frame, shell: usize, unit: &Vector3<f64>) -> Phases {
        let inverse = frame.map.try_inverse().unwrap_or_else(Matrix3::identity);
        let shift = inverse * unit * (0.5 * frame.shells.spacing * shell as f64 * PI);
        let [first, second, third] = std::array::from_fn(|axis| -> Vec<C64> {
            (0..self.cube.n).map(|k| C64::cis(f64::from(self.cube.wave_number(k)) * shift[axis])).collect()
        });
        let third = [third.iter().map(|z| z.re).collect(), third.iter().map(|z| z.im).collect()];
        Phases { first, second, third }
    }

    /// Completes an even field of which the slabs `0 <= x3 <= N/2` are known.
    pub(super) fn mirror(&self, field: &mut [f64]) {
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

    /// The spectra of one or two kept fields on the half `k1 >= 0`, each as its real and imaginary part, the latter
    /// absent for even fields.
    pub(super) fn half_spectra(&self, fields: &[Vec<f64>]) -> Vec<Vec<Vec<f64>>> {
        let n = self.cube.n;
        let mut work = self.workspace();
        let mut all = std::mem::take(&mut work.spectrum);
        all.resize(n * n * n, ZERO);
        self.cube.analyze(&mut work, self.kept, &fields[0], fields.get(1).map(Vec::as_slice), &mut all);
        let half = &all[..n / 2 * n * n];
        let components = if self.parity == Parity::Even { 1 } else { 2 };
        let mut spectra: Vec<Vec<Vec<f64>>> =
            fields.iter().map(|_| (0..components).map(|_| self.field(half.len())).collect()).collect();
        if self.parity == Parity::Even {
            // Real spectra: they are the parts of the transform.
            for (number, spectrum) in spectra.iter_mut().enumerate() {
                let values = half.iter().map(|z| if number == 0 { z.re } else { z.im });
                spectrum[0].iter_mut().zip(values).for_each(|(to, value)| *to = value);
            }
        } else {
            for k1 in 0..n / 2 {
                for (k2, k3) in self.modes_of_plane(k1) {
                    let (index, mirrored) = self.indices(k1, k2, k3);
                    for (spectrum, part) in spectra.iter_mut().zip(parts(all[index], all[mirrored])) {
                        (spectrum[0][index], spectrum[1][index]) = (part.re, part.im);
                    }
                }
            }
        }
        work.spectrum = all;
        self.put_back(work);
        spectra
    }
    /// The modes `(k2, k3)` of plane `k1` in the ball.
    pub(super) fn modes_of_plane(&self, k1: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let n = self.cube.n;
        (0..n).flat_map(move |k2| {
            let reach = self.cube.row_reach(k1, k2);
            reach.into_iter().flat_map(move |reach| (0..=reach).chain(n - reach..n).map(move |k3| (k2, k3)))
        })
    }
    /// Where a mode and its opposite are.
    pub(super) fn indices(&self, k1: usize, k2: usize, k3: usize) -> (usize, usize) {
        let n = self.cube.n;
        let opposite = |k: usize| self.cube.opposite(k);
        ((k1 * n + k2) * n + k3, (opposite(k1) * n + opposite(k2)) * n + opposite(k3))
    }
}

/// The spectra of two real fields out of that of `first + i second`, at a mode and its opposite.
pub(super) fn parts(at: C64, opposite: C64) -> [C64; 2] {
    let mirrored = opposite.conj();
    let (even, odd) = ((at + mirrored) * 0.5, (at - mirrored) * 0.5);
    [even, C64::new(odd.im, -odd.re)]
}

/// A row of `g (p + i q)` where `p = start exp(i k3 y)`, `q` likewise, for a real spectrum `g`; `phases` are the real and
/// imaginary parts of the exponentials.
fn shifted(level: Level, g: &[f64], starts: [C64; 2], phases: [&[f64]; 4], row: &mut [C64]) {
    #[inline(always)]
    fn row_of<const FUSED: bool>(g: &[f64], starts: [C64; 2], phases: [&[f64]; 4], row: &mut [C64]) {
        let mad = multiply_add::<FUSED>;
        let n = row.len();
        let [a, b] = starts;
        let (g, p_re, p_im, q_re, q_im) = (&g[..n], &phases[0][..n], &phases[1][..n], &phases[2][..n], &phases[3][..n]);
        for k in 0..n {
            let re = mad(a.re, p_re[k], mad(-a.im, p_im[k], mad(-b.re, q_im[k], -b.im * q_re[k])));
            let im = mad(a.re, p_im[k], mad(a.im, p_re[k], mad(b.re, q_re[k], -b.im * q_im[k])));
            row[k] = C64::new(g[k] * re, g[k] * im);
        }
    }
    if is_fused(level) {
        dispatch!(level, _simd => row_of::<true>(g, starts, phases, row));
    } else {
        dispatch!(level, _simd => row_of::<false>(g, starts, phases, row));
    }
}

/// Products of the real parts and of the imaginary parts, the second row backwards.
fn mirrored_products(row: &[C64], back: &[C64], first: &mut [f64], second: &mut [f64]) {
    let products = first.iter_mut().zip(second).zip(row.iter().zip(back.iter().rev()));
    for ((first, second), (a, b)) in products {
        (*first, *second) = (a.re * b.re, a.im * b.im);
    }
}

/// `sin(j a)/(j a)` for a row of modes, `a` their wave number times a length, one `j` after the other.
pub(super) struct Sines {
    inverse: Vec<f64>,
    twice_cosine: Vec<f64>,
    before: Vec<f64>,
    now: Vec<f64>,
    value: Vec<f64>,
}

impl Sines {
    pub(super) fn new(n: usize) -> Self {
        let zeros = || vec![0.0; n];
        Self { inverse: zeros(), twice_cosine: zeros(), before: zeros(), now: zeros(), value: zeros() }
    }
    /// `j = 0` of row `(k1, k2)`.
    pub(super) fn start(&mut self, waves: &Waves<'_>, length: f64, k1: usize, k2: usize) {
        for k3 in 0..self.now.len() {
            // At k = 0 sine and argument are linear in j: the ratio is 1 to the last place.
            let a = (length * waves.at(k1, k2, k3).norm()).max(1e-9);
            let (sine, cosine) = a.sin_cos();
            self.inverse[k3] = 1.0 / a;
            self.twice_cosine[k3] = 2.0 * cosine;
            (self.before[k3], self.now[k3], self.value[k3]) = (0.0, sine, 1.0);
        }
    }
    /// From `j` to `j + 1`.
    pub(super) fn next(&mut self, level: Level, j: usize) {
        #[inline(always)]
        fn step<const FUSED: bool>(sines: &mut Sines, share: f64) {
            let n = sines.now.len();
            let (inverse, cosine) = (&sines.inverse[..n], &sines.twice_cosine[..n]);
            let (before, now, value) = (&mut sines.before[..n], &mut sines.now[..n], &mut sines.value[..n]);
            for k in 0..n {
                value[k] = now[k] * inverse[k] * share;
                let next = multiply_add::<FUSED>(cosine[k], now[k], -before[k]);
                (before[k], now[k]) = (now[k], next);
            }
        }
        let share = 1.0 / (j + 1) as f64;
        if is_fused(level) {
            dispatch!(level, _simd => step::<true>(self, share));
        } else {
            dispatch!(level, _simd => step::<false>(self, share));
        }
    }
    /// Adds `weight` times the present values times `from`.
    pub(super) fn add(&self, level: Level, weight: f64, from: &[f64], to: &mut [f64]) {
        #[inline(always)]
        fn sum<const FUSED: bool>(value: &[f64], weight: f64, from: &[f64], to: &mut [f64]) {
            for ((to, from), value) in to.iter_mut().zip(from).zip(value) {
                *to = multiply_add::<FUSED>(weight * value, *from, *to);
            }
        }
        if is_fused(level) {
            dispatch!(level, _simd => sum::<true>(&self.value, weight, from, to));
        } else {
            dispatch!(level, _simd => sum::<false>(&self.value, weight, from, to));
        }
    }
}
