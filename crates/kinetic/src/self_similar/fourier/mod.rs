//! The profile without noise: its characteristic function on a grid.
//!
//! In scaled velocities the characteristic function `phi(k) = <exp(-i k.c)>` of the profile of (46) obeys
//!
//! $$\nu\varphi + (M^Tk)\cdot\nabla\varphi = \frac{n}{\mathrm{Kn}}\int B\,\varphi(k_+)\,\varphi(k_-)\,d\sigma,\qquad
//! M = L + \beta,\quad \nu = \frac{n}{\mathrm{Kn}}\int B\,d\sigma,$$
//!
//! by Bobylev's identity (`gain.rs`). The left side is solved along its characteristics (`flight.rs`), and the fixed point
//! of the two steps is found by iteration from the Gaussian with the profile's stress, accelerated by Anderson's mixing.
//!
//! A Hermite expansion of `G` has no limit: its tail `|w|^(-3-s_c)` leaves moments up to the order `s_c` only. The
//! characteristic function is bounded and continuous whatever the tail; that shows as a term `|k|^s_c` at the origin,
//! where the grid is logarithmic.
//!
//! # Accuracy
//! Spherical harmonics up to a degree, steps `1/degree` of `ln |k|`, `2 degree/3` deflection angles: everything is refined
//! together, and [`FourierProfile::solve`] is to be run at two degrees. Where the flow is
//! strong (`nu` not large beside `beta`) the harmonics do not resolve the profile near `c = 0`, and the change between two
//! degrees understates that: it meets the particles at shear rates up to about `lambda`, not at ten times that
//! (`validation/self-similar`).
//! # Cost
//! An iteration grows about as `degree^6`; a shear at degree 24 takes about 20 of them.
//! # References
//! \[Bobylev1988\], \[BobylevNotaVelazquez2020\].

mod bins;
mod flight;
mod gain;
mod radii;

use super::sphere::reached;
use super::tail::Problem;
use super::{SelfSimilarError, second_moments};
use crate::boltzmann::burnett::gaunt;
use flight::Flight;
use gain::{Gain, Mode};
use nalgebra::{DMatrix, DVector};
use omd_flow::{Matrix3, Vector3};
use radii::Radii;
use std::f64::consts::PI;

/// The highest degree: a full set of harmonics has 561 then.
pub const HIGHEST_DEGREE: usize = 32;
/// Velocities up to which the quadrature over wave numbers resolves their waves, in units of `theta^(1/2)`.
pub const LARGEST_VELOCITY: f64 = 40.0;
/// The first wave number: below it `1 - phi` is its second moments to 1e-6, and its
/// fourth ones to less.
const SMALLEST: f64 = 3e-3;
/// At a third of the last wave number a Gaussian of the profile's smallest temperature is `exp` of minus this. The profile
/// falls slower: molecules that have not collided for a time `t` are squeezed as `exp(-beta t)` while their share falls as
/// `exp(-nu t)`, which leaves `|k|^(-nu/beta)` in a narrow cone.
const DECAY: f64 = 26.0;
/// The fixed point is met where a step changes `phi` by less than this of `1 - exp(-k^2/2)`.
const TOLERANCE: f64 = 1e-9;
const STEPS: usize = 120;
/// Earlier steps that Anderson's mixing keeps.
const MEMORY: usize = 6;

/// The characteristic function of a profile with `theta = 1`.
#[derive(Clone, Debug)]
pub struct FourierProfile {
    modes: Vec<Mode>,
    radii: Radii,
    /// `phi - 1` in harmonics: a row each.
    psi: Vec<f64>,
    /// Of the harmonics.
    pub degree: usize,
    /// Steps that were taken.
    pub steps: usize,
    /// What the last one changed, relative to `1 - exp(-k^2/2)`.
    pub change: f64,
}

/// Rows of `psi = -1` far out: `Y_00 = (4 pi)^-1/2`.
fn far() -> f64 {
    -(4.0 * PI).sqrt()
}

/// Harmonics that the flow and the collisions couple to the constant.
fn harmonics(gradient: &Matrix3<f64>, degree: usize) -> Vec<Mode> {
    let list = |sets: Vec<(usize, Vec<i64>)>| -> Vec<Mode> {
        sets.into_iter().flat_map(|(l, orders)| orders.into_iter().map(move |m| (l, m))).collect()
    };
    let found = list(reached(&gradient.transpose(), degree));
    // The functions that share a symmetry of the flow are closed under products, what the drift reaches may not be.
    let low = degree.min(8);
    let closed = (0..=low / 2).step_by(2).all(|left| {
        (0..=low / 2).step_by(2).all(|right| {
            (0..=low).step_by(2).all(|out| {
                gaunt([left, right, out]).iter().all(|entry| {
                    let has = |l: usize, place: usize| found.contains(&(l, place as i64 - l as i64));
                    let [a, b, c] = entry.places;
                    !(has(left, a) && has(right, b)) || has(out, c)
                })
            })
        })
    });
    if closed {
        return found;
    }
    list((0..=degree).step_by(2).map(|l| (l, (-(l as i64)..=l as i64).collect())).collect())
}

impl FourierProfile {
    /// The profile of a problem with harmonics up to `degree`, even, 4 to [`HIGHEST_DEGREE`].
    ///
    /// # Errors
    /// [`SelfSimilarError::Degree`]; [`SelfSimilarError::NoFixedPoint`] where the iteration does not settle; those of
    /// [`second_moments`].
    pub fn solve(problem: &Problem, degree: usize) -> Result<Self, SelfSimilarError> {
        if !(4..=HIGHEST_DEGREE).contains(&degree) || degree % 2 == 1 {
            return Err(SelfSimilarError::Degree(degree));
        }
        let second = second_moments(&problem.gradient, problem.relaxation())?;
        let coldest = second.tensor.symmetric_eigenvalues().min();
        let (first, step) = (SMALLEST.ln(), 1.0 / degree as f64);
        let last = ((2.0 * DECAY / coldest).sqrt() * (2.0 + degree as f64 / 24.0)).ln();
        let radii = Radii { first, step, count: ((last - first) / step).ceil() as usize + 1 };
        let modes = harmonics(&problem.gradient, degree);
        let gain = Gain::new(&problem.law, &modes, 2 * degree / 3);
        let rate = problem.density * gain.total_rate();
        let drift = problem.gradient + Matrix3::identity() * second.growth;
        let flight = Flight::new(&drift, rate, &modes);
        let start = flight.project(&radii, |unit, ray| {
            let spread = unit.dot(&(second.tensor * unit));
            ray.iter_mut().enumerate().for_each(|(i, value)| *value = (-0.5 * spread * radii.at(i).powi(2)).exp_m1());
        });
        let map = |psi: &[f64]| {
            let mut gamma = gain.apply(&radii, psi, far());
            gamma.iter_mut().for_each(|value| *value *= problem.density);
            with_unit_temperature(&radii, &flight.solve(&radii, &gamma))
        };
        let weights: Vec<f64> = (0..radii.count).map(|i| -(-0.5 * radii.at(i).powi(2)).exp_m1().recip()).collect();
        let (psi, steps, change) = fixed_point(start, &weights, map);
        if change.is_nan() || change > 1e3 * TOLERANCE {
            return Err(SelfSimilarError::NoFixedPoint { change, degree });
        }
        Ok(Self { modes, radii, psi, degree, steps, change })
    }
    /// `phi(k)`, real as the profile is even.
    #[must_use]
    pub fn characteristic(&self, k: &Vector3<f64>) -> f64 {
        let r = k.norm();
        if r == 0.0 {
            return 1.0;
        }
        let line = self.ray(&(k / r));
        1.0 + self.radii.interpolate(&line, -1.0, r)
    }
    /// `phi - 1` on the radii in a direction.
    fn ray(&self, unit: &Vector3<f64>) -> Vec<f64> {
        let harmonics = super::harmonics::values(self.degree, unit);
        let mut line = vec![0.0; self.radii.count];
        for (row, (l, m)) in self.psi.chunks_exact(self.radii.count).zip(&self.modes) {
            let factor = harmonics[((l * l + l) as i64 + m) as usize];
            line.iter_mut().zip(row).for_each(|(line, value)| *line += factor * value);
        }
        line
    }
    /// The mean of `phi - 1` over all directions, on the radii.
    fn average(&self) -> Vec<f64> {
        self.psi[..self.radii.count].iter().map(|value| -value / far()).collect()
    }
}

/// The same function of velocities scaled to `theta = 1`: nothing in the equation but the exact `beta` knows the scale, so
/// that it would wander with the errors of the grid.
fn with_unit_temperature(radii: &Radii, psi: &[f64]) -> Vec<f64> {
    let wanted = 0.5 * radii.at(0).powi(2) * far();
    let stretch = 0.5 * (wanted / radii.leading(psi)[0]).ln();
    let mut scaled = vec![0.0; psi.len()];
    let rows = psi.chunks_exact(radii.count).zip(scaled.chunks_exact_mut(radii.count));
    for (row, (values, out)) in rows.enumerate() {
        radii.add_stretched(values, if row == 0 { far() } else { 0.0 }, stretch, 1.0, out);
    }
    scaled
}

/// Iterates `map` with Anderson's mixing until a step changes little: the point, the steps, the last change.
///
/// A column of the rows counts with its weight.
fn fixed_point(start: Vec<f64>, weights: &[f64], map: impl Fn(&[f64]) -> Vec<f64>) -> (Vec<f64>, usize, f64) {
    let columns = weights.len();
    let mut point = start;
    // Differences of residuals and of images between successive steps.
    let mut history: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    let mut before: Option<(Vec<f64>, Vec<f64>)> = None;
    let mut change = f64::INFINITY;
    for step in 1..=STEPS {
        let image = map(&point);
        let residual: Vec<f64> =
            image.iter().zip(&point).enumerate().map(|(i, (a, b))| weights[i % columns] * (a - b)).collect();
        change = residual.iter().fold(0.0, |a: f64, b| if b.is_finite() { a.max(b.abs()) } else { f64::INFINITY });
        if change < TOLERANCE || !change.is_finite() {
            return (image, step, change);
        }
        if let Some((last_residual, last_image)) = before.take() {
            let difference = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
            history.push((difference(&residual, &last_residual), difference(&image, &last_image)));
            if history.len() > MEMORY {
                history.remove(0);
            }
        }
        point = image.clone();
        let size = history.len();
        let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        let mut normal = DMatrix::from_fn(size, size, |i, j| dot(&history[i].0, &history[j].0));
        let right = DVector::from_fn(size, |i, _| dot(&history[i].0, &residual));
        (0..size).for_each(|i| normal[(i, i)] *= 1.0 + 1e-12);
        if size > 0
            && let Some(solution) = normal.cholesky().map(|factor| factor.solve(&right))
        {
            for (share, (_, images)) in solution.iter().zip(&history) {
                point.iter_mut().zip(images).for_each(|(point, image)| *point -= share * image);
            }
        }
        before = Some((residual, image));
    }
    (point, STEPS, change)
}

#[cfg(test)]
mod tests;
