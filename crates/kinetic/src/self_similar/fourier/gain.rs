//! The collisions of characteristic functions.
//!
//! Bobylev's identity for Maxwell molecules: the transform of `Q(f, f)` is
//! `int B [phi(k_+) phi(k_-) - phi(k)] dsigma` with `k_+- = (k +- |k| sigma)/2`, of lengths `|k| cos(chi/2)` and
//! `|k| sin(chi/2)`: a product of values, where (6) has a fivefold integral. \[Bobylev1988\].
//!
//! In harmonics the average over the azimuth about `k` couples three ranks by one number an angle ([`AxialAverage`]), and
//! what is left of the lengths are two shifts of `ln |k|`.

use super::radii::Radii;
use crate::boltzmann::burnett::{AxialAverage, Gaunt, couples, gaunt};
use crate::self_similar::DeflectionLaw;
use nalgebra::DMatrix;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Columns done at once.
const CHUNK: usize = 32;

/// A harmonic: degree and order.
pub(super) type Mode = (usize, i64);

/// One angle with its weight, volume/time.
#[derive(Clone, Copy, Debug)]
struct Angle {
    weight: f64,
    cosine: f64,
    sine: f64,
}

/// `(left, right)` and what their product adds to: output, place of the strength, integral of three harmonics.
struct Pair {
    left: usize,
    right: usize,
    outputs: Vec<(usize, usize, f64)>,
}

/// `psi -> int B [psi(k_+) + psi(k_-) + psi(k_+) psi(k_-)] dsigma`, the collisions of `phi = 1 + psi` with the loss left
/// out.
pub(super) struct Gain {
    angles: Vec<Angle>,
    pairs: Vec<Pair>,
    /// Of every triple of ranks at every angle.
    strengths: Vec<Vec<f64>>,
    /// `P_l(cos), P_l(sin)` of every angle by degree.
    legendre: Vec<Vec<[f64; 2]>>,
    modes: Vec<Mode>,
}

/// Gauss nodes in `sin^2(chi/2)` for `B sin^2 cos^2`: where the deflection vanishes or only swaps the two molecules nothing
/// happens, so that grazing collisions, however frequent, need no node of their own.
fn angles(law: &DeflectionLaw, count: usize) -> Vec<Angle> {
    let places: Vec<f64> = law.nodes().iter().map(|node| node.half_sine * node.half_sine).collect();
    let masses: Vec<f64> =
        law.nodes().iter().map(|node| node.weight * (node.half_sine * node.half_cosine).powi(2)).collect();
    let total: f64 = masses.iter().sum();
    let inner = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).zip(&masses).map(|((a, b), m)| a * b * m).sum() };
    // Stieltjes's procedure; every polynomial is made orthogonal to all before it once more.
    let mut polynomials = vec![vec![total.sqrt().recip(); places.len()]];
    let mut jacobi = DMatrix::zeros(count, count);
    for k in 0..count {
        let mut next: Vec<f64> = polynomials[k].iter().zip(&places).map(|(p, s)| p * s).collect();
        jacobi[(k, k)] = inner(&next, &polynomials[k]);
        for _ in 0..2 {
            for p in &polynomials {
                let share = inner(&next, p);
                next.iter_mut().zip(p).for_each(|(n, p)| *n -= share * p);
            }
        }
        let norm = inner(&next, &next).sqrt();
        if k + 1 < count {
            (jacobi[(k, k + 1)], jacobi[(k + 1, k)]) = (norm, norm);
            next.iter_mut().for_each(|n| *n /= norm);
            polynomials.push(next);
        }
    }
    let eigen = jacobi.symmetric_eigen();
    (0..count)
        .map(|k| {
            let square: f64 = eigen.eigenvalues[k];
            let weight = total * eigen.eigenvectors[(0, k)].powi(2) / (square * (1.0 - square));
            Angle { weight, cosine: (1.0 - square).sqrt(), sine: square.sqrt() }
        })
        .collect()
}

impl Gain {
    pub(super) fn new(law: &DeflectionLaw, modes: &[Mode], count: usize) -> Self {
        let angles = angles(law, count);
        let degree = modes.iter().map(|mode| mode.0).max().unwrap_or(0);
        let index: BTreeMap<Mode, usize> = modes.iter().enumerate().map(|(k, mode)| (*mode, k)).collect();
        let ranks: Vec<usize> = (0..=degree).step_by(2).collect();
        let mut pairs: BTreeMap<(usize, usize), Pair> = BTreeMap::new();
        let mut triples = Vec::new();
        for &left in &ranks {
            for &right in &ranks {
                for &out in ranks.iter().filter(|&&out| couples([left, right, out])) {
                    for Gaunt { places: [a, b, c], value } in gaunt([left, right, out]) {
                        let of = |l: usize, place: usize| index.get(&(l, place as i64 - l as i64)).copied();
                        if let (Some(a), Some(b), Some(c)) = (of(left, a), of(right, b), of(out, c)) {
                            let pair =
                                pairs.entry((a, b)).or_insert_with(|| Pair { left: a, right: b, outputs: Vec::new() });
                            pair.outputs.push((c, triples.len(), value));
                        }
                    }
                    triples.push([left, right, out]);
                }
            }
        }
        let averages: Vec<AxialAverage> = triples.par_iter().map(|triple| AxialAverage::new(*triple)).collect();
        let strengths = angles
            .par_iter()
            .map(|angle| averages.iter().map(|of| angle.weight * of.at(angle.cosine, angle.sine)).collect())
            .collect();
        let legendre = angles
            .iter()
            .map(|angle| {
                let [cosines, sines] = [angle.cosine, angle.sine].map(|x| legendre(degree, x));
                cosines.into_iter().zip(sines).map(|(c, s)| [c, s]).collect()
            })
            .collect();
        Self { angles, pairs: pairs.into_values().collect(), strengths, legendre, modes: modes.to_vec() }
    }
    /// `int B dsigma` of the nodes, volume/time.
    pub(super) fn total_rate(&self) -> f64 {
        self.angles.iter().map(|angle| angle.weight).sum()
    }
    /// Rows of one mode each; `far` is the constant mode of `psi = -1`.
    pub(super) fn apply(&self, radii: &Radii, psi: &[f64], far: f64) -> Vec<f64> {
        let count = radii.count;
        let stretched = |stretch: f64| -> Vec<f64> {
            let mut all = vec![0.0; psi.len()];
            for (row, (values, out)) in psi.chunks_exact(count).zip(all.chunks_exact_mut(count)).enumerate() {
                radii.add_stretched(values, if row == 0 { far } else { 0.0 }, stretch, 1.0, out);
            }
            all
        };
        let shifted: Vec<[Vec<f64>; 2]> =
            self.angles.par_iter().map(|angle| [stretched(angle.cosine.ln()), stretched(angle.sine.ln())]).collect();
        let starts: Vec<usize> = (0..count).step_by(CHUNK).collect();
        let chunks: Vec<Vec<f64>> =
            starts.par_iter().map(|&start| self.columns(&shifted, count, start..count.min(start + CHUNK))).collect();
        let mut out = vec![0.0; psi.len()];
        for (start, chunk) in starts.into_iter().zip(chunks) {
            let width = CHUNK.min(count - start);
            for (row, values) in chunk.chunks_exact(CHUNK).enumerate() {
                out[row * count + start..][..width].copy_from_slice(&values[..width]);
            }
        }
        out
    }
    fn columns(&self, shifted: &[[Vec<f64>; 2]], count: usize, range: std::ops::Range<usize>) -> Vec<f64> {
        let rows = self.modes.len();
        let mut sums = vec![[0.0; CHUNK]; rows];
        let (mut plus, mut minus) = (vec![[0.0; CHUNK]; rows], vec![[0.0; CHUNK]; rows]);
        for (j, [first, second]) in shifted.iter().enumerate() {
            for row in 0..rows {
                plus[row][..range.len()].copy_from_slice(&first[row * count..][range.clone()]);
                minus[row][..range.len()].copy_from_slice(&second[row * count..][range.clone()]);
                let weight = self.angles[j].weight;
                let [c, s] = self.legendre[j][self.modes[row].0].map(|p| weight * p);
                for k in 0..CHUNK {
                    sums[row][k] += c * plus[row][k] + s * minus[row][k];
                }
            }
            let strengths = &self.strengths[j];
            for Pair { left, right, outputs } in &self.pairs {
                let product: [f64; CHUNK] = std::array::from_fn(|k| plus[*left][k] * minus[*right][k]);
                for (out, place, value) in outputs {
                    let factor = strengths[*place] * value;
                    let sum = &mut sums[*out];
                    for k in 0..CHUNK {
                        sum[k] += factor * product[k];
                    }
                }
            }
        }
        sums.into_flattened()
    }
}

/// `P_0 .. P_degree`.
fn legendre(degree: usize, x: f64) -> Vec<f64> {
    let mut p = vec![1.0, x];
    for l in 1..degree {
        let l = l as f64;
        p.push(((2.0 * l + 1.0) * x * p[p.len() - 1] - l * p[p.len() - 2]) / (l + 1.0));
    }
    p.truncate(degree + 1);
    p
}
