//! The drift of characteristic functions, along its characteristics.

use super::gain::Mode;
use super::radii::Radii;
use crate::quadrature::legendre_rule;
use crate::self_similar::harmonics::values;
use omd_flow::{Matrix3, Vector3};
use rayon::prelude::*;
use std::f64::consts::PI;

/// Gauss nodes of the first stretch of time.
const NODES: usize = 8;
/// Exponents of the loss after which nothing is left.
const LONG: f64 = 32.0;

/// Solves `nu psi + (M^T k).grad psi = gamma`: `psi(k) = int_0^inf exp(-nu s) gamma(exp(-M^T s) k) ds`.
///
/// The integral to a short time `S` is done by Gauss's rule and doubled by
/// `I_2S(k) = I_S(k) + exp(-nu S) I_S(exp(-M^T S) k)`. A linear map takes a ray to a ray: in `ln |k|` it is a shift, the same
/// at all wave numbers of a direction.
pub(super) struct Flight {
    rate: f64,
    first: f64,
    /// `exp(-M^T s)` with `s` and the weight of the rule.
    nodes: Vec<(Matrix3<f64>, f64, f64)>,
    doublings: Vec<Matrix3<f64>>,
    directions: Vec<Direction>,
    places: Vec<usize>,
    degree: usize,
}

struct Direction {
    unit: Vector3<f64>,
    weight: f64,
    /// Of every mode.
    harmonics: Vec<f64>,
}

impl Flight {
    /// `drift` is `M`.
    pub(super) fn new(drift: &Matrix3<f64>, rate: f64, modes: &[Mode]) -> Self {
        let degree = modes.iter().map(|mode| mode.0).max().unwrap_or(0);
        let places: Vec<usize> = modes.iter().map(|(l, m)| ((l * l + l) as i64 + m) as usize).collect();
        let first = (0.25 / drift.norm()).min(1.0 / rate);
        let back = |s: f64| (-drift.transpose() * s).exp();
        let nodes = legendre_rule(NODES)
            .into_iter()
            .map(|(x, w)| {
                let s = 0.5 * first * (1.0 + x);
                (back(s), s, 0.5 * first * w)
            })
            .collect();
        let mut doublings = Vec::new();
        let mut time = first;
        while rate * time < LONG {
            doublings.push(back(time));
            time *= 2.0;
        }
        let mut directions = Vec::new();
        // Even functions: one half of the sphere. Products of two harmonics are integrated exactly.
        let turns = 2 * degree + 2;
        for (z, w) in legendre_rule(degree + 2).into_iter().filter(|(z, _)| *z > 0.0) {
            let sine = (1.0 - z * z).sqrt();
            for k in 0..turns {
                let (sin, cos) = (2.0 * PI * (k as f64 + 0.25) / turns as f64).sin_cos();
                let unit = Vector3::new(sine * cos, sine * sin, z);
                let all = values(degree, &unit);
                let harmonics = places.iter().map(|&place| all[place]).collect();
                directions.push(Direction { unit, weight: 2.0 * w * 2.0 * PI / turns as f64, harmonics });
            }
        }
        Self { rate, first, nodes, doublings, directions, places, degree }
    }
    /// Rows of the modes of a function given on the directions and radii.
    pub(super) fn project(&self, radii: &Radii, on_ray: impl Fn(&Vector3<f64>, &mut [f64]) + Sync) -> Vec<f64> {
        let count = radii.count;
        let rays: Vec<Vec<f64>> = self
            .directions
            .par_iter()
            .map(|direction| {
                let mut ray = vec![0.0; count];
                on_ray(&direction.unit, &mut ray);
                ray
            })
            .collect();
        let mut rows = vec![0.0; self.places.len() * count];
        rows.par_chunks_exact_mut(count).enumerate().for_each(|(row, out)| {
            for (direction, ray) in self.directions.iter().zip(&rays) {
                let factor = direction.weight * direction.harmonics[row];
                out.iter_mut().zip(ray).for_each(|(out, value)| *out += factor * value);
            }
        });
        rows
    }
    /// Adds `scale f(map k)` on a ray.
    fn add(
        &self,
        radii: &Radii,
        (rows, far): (&[f64], f64),
        map: &Matrix3<f64>,
        unit: &Vector3<f64>,
        scale: f64,
        out: &mut [f64],
    ) {
        let image = map * unit;
        let length = image.norm();
        let harmonics = values(self.degree, &(image / length));
        let mut line = vec![0.0; radii.count];
        for (row, &place) in rows.chunks_exact(radii.count).zip(&self.places) {
            let factor = harmonics[place];
            line.iter_mut().zip(row).for_each(|(line, value)| *line += factor * value);
        }
        radii.add_stretched(&line, far, length.ln(), scale, out);
    }
    /// The solution; `gamma` tends to `-nu` at large wave numbers.
    pub(super) fn solve(&self, radii: &Radii, gamma: &[f64]) -> Vec<f64> {
        let mut sum = self.project(radii, |unit, ray| {
            for (map, s, weight) in &self.nodes {
                self.add(radii, (gamma, -self.rate), map, unit, weight * (-self.rate * s).exp(), ray);
            }
        });
        let mut time = self.first;
        for map in &self.doublings {
            let decay = (-self.rate * time).exp();
            let more = self.project(radii, |unit, ray| self.add(radii, (&sum, decay - 1.0), map, unit, decay, ray));
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            time *= 2.0;
        }
        sum
    }
}
