//! The losses of the relative motion: where the kernel enters.

use super::tensor::{Layout, Tensor};
use crate::boltzmann::burnett::Strengths;
use crate::chapman_enskog::{Integrals, sonine};
use omd_interaction::ScatteringError;
use std::collections::BTreeMap;
use std::f64::consts::PI;

/// `V^l_{n n'} = <psi_nlm int B (1 - P_l) dsigma psi_n'lm>`, volume/time, at one temperature (an energy) of the basis.
///
/// With the energy `T x` of relative motion, `|u| = 2 sqrt(T x/m)`, and polynomials `s_n` orthonormal under
/// `x^(l+1/2) exp(-x)`: `V = (-1)^(n+n') 2 sqrt(T/m) int x^(l+1) exp(-x) Q_l(Tx) s_n s_n' dx`; the sign is that of
/// Burnett functions, whose leading coefficients are positive.
pub(super) fn losses(
    integrals: &Integrals,
    mass: f64,
    temperature: f64,
    layout: Layout,
    losses: &mut [f64],
) -> Result<(), ScatteringError> {
    losses.fill(0.0);
    let (rows, columns) = layout.degrees();
    let speed = 2.0 * (temperature / mass).sqrt();
    let mut basis = vec![0.0; columns];
    let ranks: Vec<(usize, f64)> = layout.ranks().map(|l| (l, gamma_of_half(l + 1))).collect();
    integrals.average(temperature, |x, weight, cross| {
        for &(l, gamma) in &ranks {
            sonine(&mut basis, x, l as f64 + 0.5, gamma.sqrt().recip());
            basis.iter_mut().skip(1).step_by(2).for_each(|s| *s = -*s);
            let factor = speed * weight * x.powi(l as i32 + 1) * cross.legendre[l - 1];
            for n in 0..rows {
                let place = layout.place(l, n, 0);
                let row = &mut losses[place..place + columns];
                row.iter_mut().zip(&basis).for_each(|(v, s)| *v += factor * basis[n] * s);
            }
        }
    })
}

/// `Gamma(n + 1/2)`.
fn gamma_of_half(n: usize) -> f64 {
    (0..n).map(|k| k as f64 + 0.5).product::<f64>() * PI.sqrt()
}

/// Nodes of one octave of temperature.
const NODES: usize = 14;

/// The strengths of a kernel at any temperature.
pub(super) enum KernelStrengths {
    /// `Q_l ~ E^-s`: all strengths grow alike with the temperature.
    Power {
        /// At `reference`.
        strengths: Vec<f64>,
        /// Of `T/m`.
        reference: f64,
        /// `1/2 - s`.
        exponent: f64,
    },
    /// Interpolated in the logarithm of the temperature.
    Sampled(Box<Sampled>),
}

/// Chebyshev interpolation over octaves of the temperature of the basis, sampled when first needed; the error is below
/// 1e-10 of the largest strength (tested).
pub(super) struct Sampled {
    integrals: Integrals,
    tensor: Tensor,
    mass: f64,
    /// Of the temperature of the basis to that of the gas.
    ratio: f64,
    /// By the binary logarithm of the energy.
    octaves: BTreeMap<i32, Vec<Vec<f64>>>,
    strengths: Vec<f64>,
}

impl Sampled {
    /// The strengths at an energy, from the cross sections.
    fn exact(&self, energy: f64) -> Result<Vec<f64>, ScatteringError> {
        let mut elements = vec![0.0; self.tensor.layout.size()];
        losses(&self.integrals, self.mass, energy, self.tensor.layout, &mut elements)?;
        let mut strengths = vec![0.0; self.tensor.couplings.len()];
        self.tensor.strengths(&elements, &mut strengths);
        Ok(strengths)
    }
    /// Sets the strengths to those at an energy.
    fn interpolate(&mut self, energy: f64) -> Result<(), ScatteringError> {
        let angle = |k: usize| PI * (k as f64 + 0.5) / NODES as f64;
        let logarithm = energy.log2();
        let octave = logarithm.floor();
        if !self.octaves.contains_key(&(octave as i32)) {
            let sample = |k| self.exact((octave + 0.5 * (1.0 + f64::cos(angle(k)))).exp2());
            let samples = (0..NODES).map(sample).collect::<Result<Vec<_>, _>>()?;
            self.octaves.insert(octave as i32, samples);
        }
        // The barycentric formula at the Chebyshev nodes of the first kind.
        let place = 2.0 * (logarithm - octave) - 1.0;
        let mut weights: [f64; NODES] = std::array::from_fn(|k| {
            let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
            let distance = place - angle(k).cos();
            sign * angle(k).sin() / if distance == 0.0 { f64::MIN_POSITIVE } else { distance }
        });
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w /= sum);
        self.strengths.fill(0.0);
        for (weight, sample) in weights.iter().zip(&self.octaves[&(octave as i32)]) {
            self.strengths.iter_mut().zip(sample).for_each(|(s, value)| *s += weight * value);
        }
        Ok(())
    }
}

impl KernelStrengths {
    /// At the temperature of the gas `temperature`, `T/m`.
    pub(super) fn new(
        integrals: Integrals,
        tensor: Tensor,
        mass: f64,
        ratio: f64,
        temperature: f64,
    ) -> Result<Self, ScatteringError> {
        let power = integrals.power();
        let octaves = BTreeMap::new();
        let mut sampled = Sampled { integrals, tensor, mass, ratio, octaves, strengths: Vec::new() };
        let energy = ratio * mass * temperature;
        sampled.strengths = sampled.exact(energy)?;
        Ok(match power {
            Some(power) => Self::Power { strengths: sampled.strengths, reference: temperature, exponent: 0.5 - power },
            None => {
                sampled.interpolate(energy)?;
                Self::Sampled(Box::new(sampled))
            }
        })
    }
}

impl Strengths for KernelStrengths {
    fn at(&mut self, temperature: f64) -> (f64, &[f64]) {
        match self {
            Self::Power { strengths, reference, exponent } => ((temperature / *reference).powf(*exponent), strengths),
            Self::Sampled(sampled) => {
                let energy = sampled.ratio * sampled.mass * temperature;
                // A trial step may leave the temperatures that exist; what has no strength fails the step.
                if !(energy.is_normal() && sampled.interpolate(energy).is_ok()) {
                    sampled.strengths.fill(f64::NAN);
                }
                (1.0, &sampled.strengths)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boltzmann::burnett::Modes;
    use omd_interaction::PairPotential;

    #[test]
    fn interpolated_strengths_are_those_of_the_cross_sections() {
        let integrals = Integrals::potential(&PairPotential::wca(1.0, 1.0)).unwrap();
        let tensor = Tensor::new(&Modes::up_to(6));
        let Ok(KernelStrengths::Sampled(mut sampled)) = KernelStrengths::new(integrals, tensor, 1.0, 1.0, 1.7) else {
            panic!("this potential has no power law");
        };
        for energy in [1.01, 1.7, 1.33, 5.2] {
            sampled.interpolate(energy).unwrap();
            let wanted = sampled.exact(energy).unwrap();
            let largest = wanted.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
            for (found, wanted) in sampled.strengths.iter().zip(&wanted) {
                assert!((found - wanted).abs() < 1e-10 * largest, "{energy}: {found} {wanted} {largest}");
            }
        }
    }
}
