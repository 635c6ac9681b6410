//! The losses of the relative motion: where the kernel enters.

use super::tensor::{Layout, Tensor};
use crate::boltzmann::burnett::Strengths;
use crate::chapman_enskog::{Integrals, sonine};
use omd_interaction::ScatteringError;
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
    /// Made anew for every temperature.
    Sampled {
        integrals: Box<Integrals>,
        tensor: Box<Tensor>,
        mass: f64,
        /// Of the temperature of the basis to that of the gas.
        ratio: f64,
        losses: Vec<f64>,
        strengths: Vec<f64>,
    },
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
        let mut elements = vec![0.0; tensor.layout.size()];
        losses(&integrals, mass, ratio * mass * temperature, tensor.layout, &mut elements)?;
        let mut strengths = vec![0.0; tensor.couplings.len()];
        tensor.strengths(&elements, &mut strengths);
        Ok(match integrals.power() {
            Some(power) => Self::Power { strengths, reference: temperature, exponent: 0.5 - power },
            None => Self::Sampled {
                integrals: Box::new(integrals),
                tensor: Box::new(tensor),
                mass,
                ratio,
                losses: elements,
                strengths,
            },
        })
    }
}

impl Strengths for KernelStrengths {
    fn at(&mut self, temperature: f64) -> (f64, &[f64]) {
        match self {
            Self::Power { strengths, reference, exponent } => ((temperature / *reference).powf(*exponent), strengths),
            Self::Sampled { integrals, tensor, mass, ratio, losses: elements, strengths } => {
                let energy = *ratio * *mass * temperature;
                // A trial step may leave the temperatures that exist; what has no strength fails the step.
                let known = energy.is_finite() && losses(integrals, *mass, energy, tensor.layout, elements).is_ok();
                if known {
                    tensor.strengths(elements, strengths);
                } else {
                    strengths.fill(f64::NAN);
                }
                (1.0, strengths)
            }
        }
    }
}
