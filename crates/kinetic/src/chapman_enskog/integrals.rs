//! Integrals of the cross sections over the energies of colliding pairs.

use super::brackets::{LAGUERRE, laguerre_rule, sonine};
use super::{TransportError, positive};
use crate::quadrature::legendre_rule;
use omd_interaction::scattering::LEGENDRE_ORDERS;
use omd_interaction::{CollisionKernel, CrossSections, PairPotential, Scattering, ScatteringError};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// `int x exp(-x) L_k(x) Q_l(Tx) dx` at `[l-1][k]`, `L_k` orthonormal under `x exp(-x)`.
pub(super) type Moments = [[f64; LAGUERRE]; LEGENDRE_ORDERS];

/// Energies that matter at temperature `T`, as multiples of it: the weights outside are below 1e-11.
const RANGE: (f64, f64) = (2e-4, 140.0);
/// Gauss nodes of a panel, or of a part of one that is split.
const NODES: usize = 12;
/// A panel that holds a critical energy is split at these relative distances from it.
const SPLITS: [f64; 7] = [-0.2, -0.04, -0.008, 0.0, 0.008, 0.04, 0.2];

/// One energy with its weight `dE` and cross sections.
#[derive(Clone, Copy, Debug)]
struct Node {
    energy: f64,
    weight: f64,
    cross: CrossSections,
}

/// The cross sections of a gas.
#[derive(Debug)]
pub(crate) enum Integrals {
    /// `Q_l(E) = scale[l] E^-power`.
    Power { scale: CrossSections, power: f64 },
    /// Sampled on panels of one octave of energy each, computed when first needed.
    Sampled(Sampled),
}

/// The cross sections of a potential.
#[derive(Debug)]
pub(crate) struct Sampled {
    scattering: Scattering,
    /// Panel `k` holds the energies from `unit 2^k` to `unit 2^(k+1)`.
    unit: f64,
    panels: Mutex<BTreeMap<i32, Arc<Vec<Node>>>>,
}

impl Integrals {
    /// Of a collision kernel; one from a potential is taken by its exact scattering, not by its table.
    pub(crate) fn kernel(kernel: &CollisionKernel, mass: f64) -> Result<Self, TransportError> {
        if let CollisionKernel::VariableSoftSphere { alpha, .. } = kernel {
            positive("scattering exponent", *alpha)?;
        }
        match kernel {
            CollisionKernel::VariableHardSphere { rate, exponent }
            | CollisionKernel::VariableSoftSphere { rate, exponent, .. } => {
                let mean = |l| kernel.mean_legendre(l).unwrap_or(f64::NAN);
                Self::power_law(positive("rate", *rate)?, *exponent, mass, mean)
            }
            CollisionKernel::Potential(kernel) => Self::potential(kernel.potential()),
        }
    }
    /// `|u| Q_l = C |u|^gamma (1 - <P_l>)`, `|u| = 2 sqrt(E/m)`, with the means of the Legendre polynomials of the
    /// deflection's cosine.
    fn power_law(
        rate: f64,
        exponent: f64,
        mass: f64,
        mean_legendre: impl Fn(usize) -> f64,
    ) -> Result<Self, TransportError> {
        if !(exponent.is_finite() && exponent > -3.0) {
            return Err(TransportError::Exponent(exponent));
        }
        let at_unit_energy = rate * (2.0 / mass.sqrt()).powf(exponent - 1.0);
        let legendre = std::array::from_fn(|index| at_unit_energy * (1.0 - mean_legendre(index + 1)));
        let scale = CrossSections { legendre, error: 0.0 };
        Ok(Self::Power { scale, power: 0.5 * (1.0 - exponent) })
    }
    pub(crate) fn potential(potential: &PairPotential) -> Result<Self, TransportError> {
        let scattering = Scattering::new(potential)?;
        if let (Some(form), None) = (potential.form().as_inverse_power(), potential.cutoff())
            && form.epsilon > 0.0
        {
            let power = 2.0 / form.exponent;
            let mut scale = scattering.at_energy(form.epsilon)?.cross_sections()?;
            scale.legendre.iter_mut().for_each(|q| *q *= form.epsilon.powf(power));
            return Ok(Self::Power { scale, power });
        }
        let critical = scattering.critical_energies().first().copied();
        let length = potential.cutoff().map_or(potential.form().length(), |rc| potential.form().length().min(0.9 * rc));
        let unit = critical.unwrap_or_else(|| potential.energy(length).abs());
        if !(unit > 0.0 && unit.is_finite()) {
            return Err(ScatteringError::Potential(length).into());
        }
        Ok(Self::Sampled(Sampled { scattering, unit, panels: Mutex::default() }))
    }
    pub(crate) fn power(&self) -> Option<f64> {
        match self {
            Self::Power { power, .. } => Some(*power),
            Self::Sampled(_) => None,
        }
    }
    /// All moments at a temperature.
    pub(super) fn moments(&self, temperature: f64) -> Result<Moments, ScatteringError> {
        let mut moments = [[0.0; LAGUERRE]; LEGENDRE_ORDERS];
        let mut basis = [0.0; LAGUERRE];
        self.average(temperature, |x, weight, cross| {
            sonine(&mut basis, x, 1.0, 1.0);
            for (row, q) in moments.iter_mut().zip(cross.legendre) {
                row.iter_mut().zip(basis).for_each(|(m, b)| *m += weight * x * q * b);
            }
        })?;
        Ok(moments)
    }
    /// `int x^(s+1) exp(-x) Q^(l)(Tx) dx` with the classical `Q^(l)`.
    pub(super) fn power_integral(&self, l: usize, s: u32, temperature: f64) -> Result<f64, ScatteringError> {
        let mut sum = 0.0;
        self.average(temperature, |x, weight, cross| sum += weight * x.powi(s as i32 + 1) * cross.power(l))?;
        Ok(sum)
    }
    /// Calls `add(x, weight, Q(Tx))` so that the weighted sum of `f` is `int exp(-x) f(x) dx`.
    pub(crate) fn average(
        &self,
        temperature: f64,
        mut add: impl FnMut(f64, f64, &CrossSections),
    ) -> Result<(), ScatteringError> {
        match self {
            Self::Power { scale, power } => {
                // x^(1 - power) exp(-x) into the rule: exact for polynomials times x.
                let size = temperature.powf(-power);
                let scaled = CrossSections { legendre: scale.legendre.map(|q| q * size), error: scale.error };
                for (x, weight) in laguerre_rule(LAGUERRE, 1.0 - power) {
                    add(x, weight / x, &scaled);
                }
            }
            Self::Sampled(sampled) => {
                for panel in sampled.panels(RANGE.0 * temperature, RANGE.1 * temperature)? {
                    for node in panel.iter() {
                        let x = node.energy / temperature;
                        add(x, node.weight / temperature * (-x).exp(), &node.cross);
                    }
                }
            }
        }
        Ok(())
    }
}

impl Sampled {
    /// The panels that cover these energies, in order.
    fn panels(&self, from: f64, to: f64) -> Result<Vec<Arc<Vec<Node>>>, ScatteringError> {
        let number = |energy: f64| (energy / self.unit).log2().floor() as i32;
        let wanted = number(from)..=number(to);
        let mut known = self.panels.lock().unwrap_or_else(PoisonError::into_inner);
        let mut missing = Vec::new();
        for k in wanted.clone().filter(|k| !known.contains_key(k)) {
            missing.extend(self.rule(k).into_iter().map(|(energy, weight)| (k, energy, weight)));
        }
        let nodes = missing
            .into_par_iter()
            .map(|(k, energy, weight)| {
                let cross = self.scattering.at_energy(energy)?.cross_sections()?;
                Ok((k, Node { energy, weight, cross }))
            })
            .collect::<Result<Vec<_>, ScatteringError>>()?;
        let mut fresh: BTreeMap<i32, Vec<Node>> = BTreeMap::new();
        for (k, node) in nodes {
            fresh.entry(k).or_default().push(node);
        }
        known.extend(fresh.into_iter().map(|(k, nodes)| (k, Arc::new(nodes))));
        Ok(wanted.filter_map(|k| known.get(&k).cloned()).collect())
    }
    /// Energies and weights `dE` of panel `k`: Gauss in `ln E`, split where the scattering changes its kind.
    fn rule(&self, k: i32) -> Vec<(f64, f64)> {
        let (low, high) = (self.unit * f64::from(k).exp2(), self.unit * f64::from(k + 1).exp2());
        let mut ends = vec![low, high];
        for critical in self.scattering.critical_energies() {
            ends.extend(SPLITS.iter().map(|d| critical * (1.0 + d)).filter(|e| *e > low && *e < high));
        }
        ends.sort_by(f64::total_cmp);
        ends.dedup_by(|a, b| *a - *b < 1e-9 * *b);
        let gauss = legendre_rule(NODES);
        let mut rule = Vec::new();
        for pair in ends.windows(2) {
            let (middle, half) = (0.5 * (pair[1] * pair[0]).ln(), 0.5 * (pair[1] / pair[0]).ln());
            for (node, weight) in &gauss {
                let energy = (middle + half * node).exp();
                rule.push((energy, weight * half * energy));
            }
        }
        rule
    }
}
