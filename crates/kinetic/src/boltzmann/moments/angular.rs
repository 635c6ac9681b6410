//! The scattering law of Maxwell molecules.

use crate::chapman_enskog::{Integrals, TransportError};
use crate::quadrature::legendre_rule;
use omd_interaction::{CollisionKernel, PairPotential};
use std::f64::consts::PI;

/// `B = b(cos chi)`, independent of the relative speed, as far as moments see it: by
/// $\nu_l = \int b\,(1 - P_l(\cos\chi))\,d\sigma$, volume/time.
///
/// That is finite also for laws without a cutoff, whose total rate is infinite: the true Maxwell molecule with
/// `U ~ r^-4`. The relaxation rate of the stress is $\lambda = \nu_2/2$.
#[derive(Clone, Debug, PartialEq)]
pub struct AngularLaw {
    losses: Vec<f64>,
}

impl AngularLaw {
    /// From `nu_0 = 0, nu_1, nu_2, ...`; moments of order `k` need `nu_1` to `nu_k`.
    #[must_use]
    pub fn new(losses: Vec<f64>) -> Self {
        Self { losses }
    }
    /// Isotropic scattering, `int b dsigma = rate`: `nu_l = rate`.
    #[must_use]
    pub fn isotropic(rate: f64, order: usize) -> Self {
        Self::new((0..=order).map(|l| if l == 0 { 0.0 } else { rate }).collect())
    }
    /// Of a kernel with `B = C b(cos chi)`: `maxwell`, or a soft sphere of exponent 0; `None` for other kernels.
    #[must_use]
    pub fn of_kernel(kernel: &CollisionKernel, order: usize) -> Option<Self> {
        let (CollisionKernel::VariableHardSphere { rate, exponent: 0.0 }
        | CollisionKernel::VariableSoftSphere { rate, exponent: 0.0, .. }) = kernel
        else {
            return None;
        };
        (0..=order).map(|l| Some(rate * (1.0 - kernel.mean_legendre(l)?))).collect::<Option<_>>().map(Self::new)
    }
    /// From `b` as a function of `s = sin(chi/2)`, a product of `s^(-1-epsilon)`, `epsilon < 1`, and a smooth function
    /// if need be: `nu_l = 8 pi int b (1 - P_l(1 - 2 s^2)) s ds`, 64 Gauss nodes on `[0, 1]`.
    #[must_use]
    pub fn from_density(order: usize, density: impl Fn(f64) -> f64) -> Self {
        let mut losses = vec![0.0; order + 1];
        for (node, weight) in legendre_rule(64) {
            let s = 0.5 * (1.0 + node);
            let legendre = legendre(order, 1.0 - 2.0 * s * s);
            for (loss, p) in losses.iter_mut().zip(legendre).skip(1) {
                *loss += 0.5 * weight * 8.0 * PI * density(s) * (1.0 - p) * s;
            }
        }
        Self { losses }
    }
    /// The true Maxwell molecule: a repulsive `U ~ r^-4` without cutoff, orders up to 16. `None` for other potentials.
    ///
    /// # Errors
    /// [`TransportError`] where the potential does not scatter.
    pub fn of_potential(potential: &PairPotential, mass: f64) -> Result<Option<Self>, TransportError> {
        let fourth = potential.form().as_inverse_power().is_some_and(|form| form.exponent == 4.0);
        if !fourth || potential.cutoff().is_some() {
            return Ok(None);
        }
        let Integrals::Power { scale, .. } = Integrals::potential(potential)? else { return Ok(None) };
        // |u| Q_l(E) with |u| = 2 sqrt(E/m) and Q_l ~ E^-1/2.
        let losses = scale.legendre.iter().map(|q| 2.0 * q / mass.sqrt());
        Ok(Some(Self::new(std::iter::once(0.0).chain(losses).collect())))
    }
    /// The highest order of moments that this law serves.
    #[must_use]
    pub fn order(&self) -> usize {
        self.losses.len().saturating_sub(1)
    }
    /// `nu_l`.
    #[must_use]
    pub fn losses(&self) -> &[f64] {
        &self.losses
    }
    /// `lambda = (3/4) int b (1 - cos^2 chi) dsigma`, the relaxation rate of the stress at unit density.
    #[must_use]
    pub fn relaxation_rate(&self) -> f64 {
        0.5 * self.losses.get(2).copied().unwrap_or(0.0)
    }
    /// `int b q dsigma` of a polynomial with `q(1) = 0`, given by its coefficients in Legendre polynomials.
    pub(super) fn average(&self, legendre: &[f64]) -> f64 {
        // q = sum q_l (P_l - 1) as the q_l add up to nothing.
        -legendre.iter().zip(&self.losses).map(|(q, nu)| q * nu).sum::<f64>()
    }
}

/// `P_0 .. P_order` at `x`.
pub(super) fn legendre(order: usize, x: f64) -> Vec<f64> {
    let mut p = vec![1.0, x];
    for l in 1..order {
        let l_ = l as f64;
        p.push(((2.0 * l_ + 1.0) * x * p[l] - l_ * p[l - 1]) / (l_ + 1.0));
    }
    p.truncate(order + 1);
    p
}
