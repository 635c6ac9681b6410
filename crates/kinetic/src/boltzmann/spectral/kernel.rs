//! What the collision operator needs of a kernel: its rate, and for scattering that is not isotropic its Legendre
//! orders.

use super::SpectralError;
use crate::quadrature::legendre_rule_on;
use omd_interaction::{CollisionKernel, PairPotential, Scattering, ScatteringError};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::f64::consts::PI;

/// Even Legendre orders of a kernel that are resolved: 0, 2, ..., 8. All higher ones relax at the rate of order 10.
pub(super) const ORDERS: usize = 5;
/// Chebyshev nodes per octave of energy.
const NODES: usize = 8;
/// Octaves of energy below the largest that are resolved; slower pairs have 1e-6 of the weight.
const OCTAVES: i32 = 10;

/// A collision kernel as the spectral operator sees it.
///
/// Only even orders matter, because the two particles after a collision are alike. With `Q_l = 2 pi int (1 - P_l) b db`
/// the kernel enters through `|u| Q_l` alone: total cross sections cancel between gain and loss, so a potential needs
/// no cutoff here. Orders above 8 get the rate of order 10, where the cross sections have come close to their limit.
#[derive(Clone, Debug)]
pub struct SpectralKernel {
    law: Law,
}

#[derive(Clone, Debug)]
enum Law {
    /// `|u| Q_l = C |u|^gamma relaxation_l`, `l = 2, 4, ..., 10`; no relaxation rates where all are 1: scattering that is
    /// isotropic.
    Power {
        rate: f64,
        exponent: f64,
        relaxation: Option<[f64; ORDERS]>,
    },
    Potential {
        scattering: Box<Scattering>,
        mass: f64,
        octaves: BTreeMap<i32, Octave>,
    },
}

/// `Q_2, Q_4, ..., Q_10` at the Chebyshev nodes of one octave of energy, rising.
type Octave = [[f64; ORDERS]; NODES];

/// The radial quadrature: shells of relative speed at `rho_j = j R / n`, `j = 0..n`, and their weights.
///
/// The integrands are smooth, even in `rho` and have fallen to nothing at `R`: cosine series of period `4R`. The
/// weights integrate every cosine up to order `2n` exactly against `4 pi rho^2 r(rho)`, whatever the rate `r` does, cut
/// off smoothly between `R` and `2R`: an edge there would make the weights remember it.
#[derive(Clone, Debug)]
pub(super) struct Shells {
    pub(super) spacing: f64,
    /// With the rate that all orders above the resolved ones have.
    pub(super) total: Vec<f64>,
    /// With `(2 l + 1)` times the rate of order `l = 0, 2, ...` that gain keeps of it; none for isotropic scattering,
    /// whose order 0 is `total`.
    pub(super) orders: Option<Vec<[f64; ORDERS]>>,
}

impl Shells {
    /// Collisions per time of an atom at rest in a Gaussian of this variance and density 1, coarsely: the weights against its density.
    pub(super) fn rate(&self, theta: f64) -> f64 {
        let fastest: f64 = self.total.iter().map(|w| w.abs()).sum();
        let density = |j: usize| (-(j as f64 * self.spacing).powi(2) / (4.0 * theta)).exp();
        let sum: f64 = self.total.iter().enumerate().map(|(j, w)| w * density(j)).sum();
        sum.abs().min(fastest) / (4.0 * std::f64::consts::PI * theta).powf(1.5)
    }
}

impl SpectralKernel {
    /// Of a collision kernel; a tabulated one is taken by its exact scattering.
    ///
    /// # Errors
    /// [`SpectralError::Exponent`].
    pub fn of_kernel(kernel: &CollisionKernel, mass: f64) -> Result<Self, SpectralError> {
        let (rate, exponent) = match kernel {
            CollisionKernel::VariableHardSphere { rate, exponent }
            | CollisionKernel::VariableSoftSphere { rate, exponent, .. } => (*rate, *exponent),
            CollisionKernel::Potential(kernel) => return Self::of_potential(kernel.potential(), mass),
        };
        if !(rate > 0.0 && rate.is_finite()) {
            return Err(SpectralError::NotPositive("rate of the kernel", rate));
        }
        // Softer ones are square integrable only over shells that a grid does not resolve.
        if !(exponent > -2.0 && exponent <= 2.0) {
            return Err(SpectralError::Exponent(exponent));
        }
        let relaxation: [f64; ORDERS] =
            std::array::from_fn(|i| 1.0 - kernel.mean_legendre(2 * (i + 1)).unwrap_or_default());
        let relaxation = relaxation.iter().any(|&rate| rate != 1.0).then_some(relaxation);
        Ok(Self { law: Law::Power { rate, exponent, relaxation } })
    }
    /// Of the scattering of a potential, with or without cutoff, between atoms of this mass.
    ///
    /// # Errors
    /// [`SpectralError`].
    pub fn of_potential(potential: &PairPotential, mass: f64) -> Result<Self, SpectralError> {
        if !(mass > 0.0 && mass.is_finite()) {
            return Err(SpectralError::NotPositive("mass", mass));
        }
        let scattering = Box::new(Scattering::new(potential)?);
        Ok(Self { law: Law::Potential { scattering, mass, octaves: BTreeMap::new() } })
    }

    /// The shells up to relative speed `radius`.
    ///
    /// # Errors
    /// Those of the cross sections.
    pub(super) fn shells(&mut self, radius: f64, count: usize) -> Result<Shells, ScatteringError> {
        let spacing = radius / count as f64;
        match &mut self.law {
            Law::Power { rate, exponent, relaxation } => {
                // rho = R t^p: a power that Gauss nodes see as smooth.
                let power = (8.0 / (*exponent + 3.0)).ceil();
                let scale = 4.0 * PI * *rate * radius.powf(*exponent + 3.0) * power;
                let nodes: Vec<(f64, [f64; 1])> = legendre_rule_on(64 + 16 * count, 0.0, 2f64.powf(1.0 / power))
                    .into_iter()
                    .map(|(t, w)| {
                        let x = t.powf(power);
                        (x, [w * scale * window(x) * t.powf(power * (*exponent + 3.0) - 1.0)])
                    })
                    .collect();
                let weights: Vec<f64> = cosine_weights(&nodes, count).into_iter().map(|[w]| w).collect();
                let Some(relaxation) = relaxation else { return Ok(Shells { spacing, total: weights, orders: None }) };
                let (kept, high) = (kept(relaxation), relaxation[ORDERS - 1]);
                let orders = weights.iter().map(|w| kept.map(|share| w * share)).collect();
                Ok(Shells { spacing, total: weights.iter().map(|w| w * high).collect(), orders: Some(orders) })
            }
            Law::Potential { scattering, mass, octaves } => {
                let energy = |fraction: f64| 0.25 * *mass * (radius * fraction).powi(2);
                prepare(scattering, octaves, energy(1.0))?;
                let mut nodes = Vec::with_capacity(8 * count);
                for panel in 0..2 * count {
                    let ends = [panel, panel + 1].map(|k| k as f64 / count as f64);
                    for (x, w) in legendre_rule_on(8, ends[0], ends[1]) {
                        let q = interpolate(octaves, energy(x.min(1.0)), energy(1.0));
                        let high = q[ORDERS - 1];
                        let kept = kept(&q);
                        let measure = w * window(x) * 4.0 * PI * radius.powi(4) * x.powi(3);
                        let mut values = [measure * high; ORDERS + 1];
                        (0..ORDERS).for_each(|i| values[i + 1] = measure * kept[i]);
                        nodes.push((x, values));
                    }
                }
                let weights = cosine_weights(&nodes, count);
                let total = weights.iter().map(|w| w[0]).collect();
                let orders = weights.iter().map(|w| std::array::from_fn(|i| w[i + 1])).collect();
                Ok(Shells { spacing, total, orders: Some(orders) })
            }
        }
    }
}

/// `(2 l + 1)` times what gain keeps of the orders `l = 0, 2, ..., 8` where the orders 2, 4, ..., 10 relax with these
/// rates, order 0 not at all and all others as order 10.
fn kept(rates: &[f64; ORDERS]) -> [f64; ORDERS] {
    std::array::from_fn(|i| {
        let rate = if i == 0 { 0.0 } else { rates[i - 1] };
        (4 * i + 1) as f64 * (rates[ORDERS - 1] - rate)
    })
}

/// 1 up to 1, 0 from 2 on, smooth between.
fn window(x: f64) -> f64 {
    let rise = |t: f64| if t > 0.0 { (-1.0 / t).exp() } else { 0.0 };
    rise(2.0 - x) / (rise(2.0 - x) + rise(x - 1.0))
}

/// Weights at `j/n`, `j = 0..n`, such that every cosine `cos(m pi x/2)`, `m <= 2n`, is integrated as by the `nodes`
/// `(x, weights)` if its values from `x = 1` on count as zero.
fn cosine_weights<const M: usize>(nodes: &[(f64, [f64; M])], count: usize) -> Vec<[f64; M]> {
    let period = 2 * count;
    let half = |m: usize| if m == 0 || m == period { 0.5 } else { 1.0 };
    let moments: Vec<[f64; M]> = (0..=period)
        .map(|m| {
            let mut sum = [0.0; M];
            for (x, weights) in nodes {
                let cosine = (m as f64 * 0.5 * PI * x).cos();
                (0..M).for_each(|i| sum[i] += weights[i] * cosine);
            }
            sum
        })
        .collect();
    (0..count)
        .map(|j| {
            let mut weight = [0.0; M];
            for (m, moment) in moments.iter().enumerate() {
                let cosine = ((m * j) as f64 * PI / period as f64).cos();
                let factor = 2.0 / period as f64 * half(j) * half(m) * cosine;
                (0..M).for_each(|i| weight[i] += factor * moment[i]);
            }
            weight
        })
        .collect()
}

/// The octave of an energy, and the position in it from -1 to 1 in the logarithm.
fn position(energy: f64) -> (i32, f64) {
    let octave = energy.log2().floor();
    (octave as i32, 2.0 * (energy.log2() - octave) - 1.0)
}

fn chebyshev(k: usize) -> f64 {
    -((2 * k + 1) as f64 * PI / (2 * NODES) as f64).cos()
}

/// Computes the octaves up to `energy` that are missing.
fn prepare(scattering: &Scattering, octaves: &mut BTreeMap<i32, Octave>, energy: f64) -> Result<(), ScatteringError> {
    let highest = position(energy).0;
    let missing: Vec<i32> = (highest - OCTAVES..=highest).filter(|k| !octaves.contains_key(k)).collect();
    let wanted: Vec<(i32, usize)> = missing.iter().flat_map(|&k| (0..NODES).map(move |i| (k, i))).collect();
    let found = wanted
        .into_par_iter()
        .map(|(octave, i)| {
            let energy = (f64::from(octave) + 0.5 * (1.0 + chebyshev(i))).exp2();
            let legendre = scattering.at_energy(energy)?.cross_sections()?.legendre;
            Ok(std::array::from_fn(|i| legendre[2 * i + 1]))
        })
        .collect::<Result<Vec<[f64; ORDERS]>, ScatteringError>>()?;
    for (octave, values) in missing.into_iter().zip(found.chunks_exact(NODES)) {
        octaves.insert(octave, std::array::from_fn(|i| values[i]));
    }
    Ok(())
}

/// `Q_2, Q_4, ...` at an energy, by the Chebyshev nodes of its octave; constant below the lowest octave.
fn interpolate(octaves: &BTreeMap<i32, Octave>, energy: f64, highest: f64) -> [f64; ORDERS] {
    let lowest = f64::from(position(highest).0 - OCTAVES).exp2();
    let (octave, x) = position(energy.max(lowest));
    let Some(values) = octaves.get(&octave) else { return [0.0; ORDERS] };
    let (mut sum, mut norm) = ([0.0; ORDERS], 0.0);
    for (k, value) in values.iter().enumerate() {
        let distance = x - chebyshev(k);
        if distance == 0.0 {
            return *value;
        }
        let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
        let weight = sign * (1.0 - chebyshev(k).powi(2)).sqrt() / distance;
        norm += weight;
        (0..ORDERS).for_each(|i| sum[i] += weight * value[i]);
    }
    sum.map(|s| s / norm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_interaction::{InversePower, Truncation};
    use std::sync::Arc;

    #[test]
    fn the_weights_integrate_gaussians_against_every_rate() {
        // 4 pi int rho^(2 + gamma) exp(-rho^2/4) drho = 2 pi 2^(3 + gamma) Gamma((3 + gamma)/2), per unit of rate.
        for (exponent, exact) in
            [(0.0, 44.546_623_974_653_66), (1.0, 100.530_964_914_873_38), (2.0, 267.279_743_847_922)]
        {
            let mut kernel =
                SpectralKernel::of_kernel(&CollisionKernel::VariableHardSphere { rate: 1.0, exponent }, 1.0).unwrap();
            let error = |count: usize| {
                let shells = kernel.clone().shells(10.0, count).unwrap();
                let sum: f64 = shells
                    .total
                    .iter()
                    .enumerate()
                    .map(|(j, w)| w * (-(j as f64 * shells.spacing).powi(2) / 4.0).exp())
                    .sum();
                (sum / exact - 1.0).abs()
            };
            // Spectral: the square of the error for twice the shells, tails beyond the radius aside.
            let errors = [error(6), error(9), error(12)];
            assert!(
                errors[2] < 1e-7 && errors[1] < 0.05 * errors[0] && errors[2] < 0.05 * errors[1],
                "{exponent}: {errors:?}"
            );
            assert!(kernel.shells(10.0, 3).unwrap().total.len() == 3);
        }
    }

    #[test]
    fn cross_sections_between_the_nodes() {
        // An inverse power has Q ~ E^(-2/a).
        let potential = PairPotential::new(
            Arc::new(InversePower { epsilon: 1.0, sigma: 1.0, exponent: 8.0 }),
            None,
            Truncation::Truncated,
        );
        let kernel = SpectralKernel::of_potential(&potential, 1.0).unwrap();
        let Law::Potential { scattering, mut octaves, .. } = kernel.law else { panic!() };
        prepare(&scattering, &mut octaves, 3.0).unwrap();
        let wanted = scattering.at_energy(0.777).unwrap().cross_sections().unwrap().legendre;
        let found = interpolate(&octaves, 0.777, 3.0);
        for i in 0..ORDERS {
            assert!((found[i] / wanted[2 * i + 1] - 1.0).abs() < 1e-8);
        }
    }
}
