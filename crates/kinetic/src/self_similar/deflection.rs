//! How Maxwell molecules deflect: any angular law, as a quadrature over the deflection angle.

use super::SelfSimilarError;
use crate::boltzmann::AngularLaw;
use crate::quadrature::legendre_rule_on;
use omd_interaction::{InversePower, PairPotential, Scattering, ScatteringError, Truncation};
use std::f64::consts::{FRAC_PI_2, PI};
use std::sync::Arc;

/// Nodes of the quadrature: spherical harmonics up to a few hundred vary on `[0, pi/2]` no faster than it resolves.
const NODES: usize = 640;
/// Entries of the table that deflections are drawn from.
const TABLE: usize = 1 << 14;

/// One node: what is deflected by `chi`, `int B dsigma = sum of weights`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deflection {
    /// Volume/time.
    pub weight: f64,
    /// `cos(chi/2)`: the share of `|u|` along which `w'` leaves when `w_*` is at rest.
    pub half_cosine: f64,
    /// `sin(chi/2)`.
    pub half_sine: f64,
}

/// An angular law `B = B(cos chi)`, independent of the relative speed.
#[derive(Clone, Debug)]
pub struct DeflectionLaw {
    nodes: Vec<Deflection>,
    /// `cos chi` at equidistant values of the cumulative distribution.
    table: Vec<f64>,
    isotropic: bool,
}

impl DeflectionLaw {
    /// Isotropic scattering, `B = rate/(4 pi)`.
    ///
    /// # Errors
    /// [`SelfSimilarError::Angular`].
    pub fn isotropic(rate: f64) -> Result<Self, SelfSimilarError> {
        let mut law = Self::from_density(rate, |_| 0.25 / PI)?;
        law.isotropic = true;
        Ok(law)
    }

    /// `B = rate b(cos chi)` with a smooth `b >= 0`, normalised here to `int b dsigma = 1`.
    ///
    /// # Errors
    /// [`SelfSimilarError::Angular`].
    pub fn from_density(rate: f64, density: impl Fn(f64) -> f64) -> Result<Self, SelfSimilarError> {
        // dsigma = 4 pi sin cos d(chi/2), times two: sin chi dchi = 4 sin cos d(chi/2).
        let measure = |half: f64| 8.0 * PI * half.sin() * half.cos() * density((2.0 * half).cos());
        Self::from_half_angles(rate, measure)
    }

    /// The soft-sphere law `cos chi = 2 U^(1/alpha) - 1` with `U` uniform in `[0, 1)`; `alpha = 1` is isotropic.
    /// \[KouraMatsumoto1991\].
    ///
    /// # Errors
    /// [`SelfSimilarError::Angular`].
    pub fn soft_sphere(rate: f64, alpha: f64) -> Result<Self, SelfSimilarError> {
        positive("exponent", alpha)?;
        // U = cos^(2 alpha)(chi/2).
        let mut law =
            Self::from_half_angles(rate, |half| 2.0 * alpha * half.cos().powf(2.0 * alpha - 1.0) * half.sin())?;
        law.isotropic = alpha == 1.0;
        Ok(law)
    }

    /// Apse directions `omega` (`v' = v - (u.omega) omega`) uniform on the sphere, which is not isotropic scattering:
    /// `sin(chi/2)` is uniform.
    ///
    /// # Errors
    /// [`SelfSimilarError::Angular`].
    pub fn uniform_apse(rate: f64) -> Result<Self, SelfSimilarError> {
        Self::from_half_angles(rate, f64::cos)
    }

    /// The true Maxwell molecule, `U = energy (length/r)^4` between atoms of mass `mass`, by classical scattering.
    ///
    /// `|u| b db` does not depend on the speed in the scaled impact parameter `b (m u^2/(4 energy))^(1/4)/length`. The
    /// total rate is infinite; impact parameters beyond `reach` in that unit are left out, which lowers the relaxation
    /// rate by a share of order `reach^-6`.
    ///
    /// # Errors
    /// [`SelfSimilarError::Angular`], [`SelfSimilarError::Scattering`].
    pub fn inverse_fourth_power(energy: f64, length: f64, mass: f64, reach: f64) -> Result<Self, SelfSimilarError> {
        for (name, value) in [("energy", energy), ("length", length), ("mass", mass), ("reach", reach)] {
            positive(name, value)?;
        }
        let form = InversePower { epsilon: energy, sigma: length, exponent: 4.0 };
        let scattering = Scattering::new(&PairPotential::new(Arc::new(form), None, Truncation::Truncated))?;
        // Any speed will do: the one whose energy is the potential's own.
        let shell = scattering.at_energy(energy)?;
        let speed = 2.0 * (energy / mass).sqrt();
        let half_angle = |impact: f64| -> Result<f64, ScatteringError> { Ok(0.5 * shell.deflection(impact * length)?) };
        // b = x/(1 - x): deflections are analytic in 1/b.
        let mut nodes = Vec::with_capacity(NODES);
        for (x, w) in legendre_rule_on(NODES, 0.0, reach / (1.0 + reach)) {
            let impact = x / (1.0 - x);
            let stretch = (1.0 - x).powi(-2);
            let (half_sine, half_cosine) = half_angle(impact)?.sin_cos();
            let weight = 2.0 * PI * speed * length * length * impact * stretch * w;
            nodes.push(Deflection { weight, half_cosine, half_sine });
        }
        let mut table = Vec::with_capacity(TABLE + 1);
        for k in 0..=TABLE {
            // U = (b/reach)^2.
            let impact = reach * (k as f64 / TABLE as f64).sqrt();
            table.push((2.0 * half_angle(impact)?).cos());
        }
        Ok(Self { nodes, table, isotropic: false })
    }

    /// `density` of `chi/2` on `[0, pi/2]`, up to a factor.
    fn from_half_angles(rate: f64, density: impl Fn(f64) -> f64) -> Result<Self, SelfSimilarError> {
        positive("rate", rate)?;
        let mut nodes: Vec<Deflection> = legendre_rule_on(NODES, 0.0, FRAC_PI_2)
            .into_iter()
            .map(|(x, w)| {
                let (half_sine, half_cosine) = x.sin_cos();
                Deflection { weight: w * density(x), half_cosine, half_sine }
            })
            .collect();
        let total: f64 = nodes.iter().map(|node| node.weight).sum();
        positive("integral", total)?;
        if let Some(node) = nodes.iter().find(|node| node.weight < 0.0) {
            return Err(SelfSimilarError::Angular { name: "density", value: node.weight });
        }
        nodes.iter_mut().for_each(|node| node.weight *= rate / total);
        Ok(Self { nodes, table: inverse_cumulative(density), isotropic: false })
    }

    /// The quadrature over deflection angles.
    #[must_use]
    pub fn nodes(&self) -> &[Deflection] {
        &self.nodes
    }

    /// Every direction after the collision is equally likely.
    #[must_use]
    pub fn is_isotropic(&self) -> bool {
        self.isotropic
    }

    /// `int B dsigma`, volume/time.
    #[must_use]
    pub fn total_rate(&self) -> f64 {
        self.nodes.iter().map(|node| node.weight).sum()
    }

    /// `lambda = (3/4) int B (1 - cos^2 chi) dsigma`, volume/time: the relaxation rate of the stress at n = 1, Kn = 1.
    #[must_use]
    pub fn relaxation_rate(&self) -> f64 {
        self.nodes.iter().map(|node| 3.0 * node.weight * (node.half_cosine * node.half_sine).powi(2)).sum()
    }

    /// What moments of integer orders up to `order` see of the law.
    #[must_use]
    pub fn moments(&self, order: usize) -> AngularLaw {
        let mut losses = vec![0.0; order + 1];
        for node in &self.nodes {
            // 1 - P_l(cos chi) as a sum of small numbers: grazing collisions weigh much and change little.
            let short = -2.0 * node.half_sine * node.half_sine;
            let cosine = 1.0 + short;
            let mut d = [0.0, short];
            for (l, loss) in losses.iter_mut().enumerate() {
                *loss -= node.weight * d[0];
                let l = l as f64;
                d = [d[1], ((2.0 * l + 3.0) * (cosine * d[1] + short) - (l + 1.0) * d[0]) / (l + 2.0)];
            }
        }
        AngularLaw::new(losses)
    }

    /// `1 - int B (cos^s(chi/2) + sin^s(chi/2)) dsigma/int B dsigma`, times the total rate: the rate at which collisions
    /// with slow molecules take `|w|^order` away, volume/time; positive for orders above 2.
    #[must_use]
    pub fn isotropic_loss(&self, order: f64) -> f64 {
        let kept = |node: &Deflection| node.half_cosine.powf(order) + node.half_sine.powf(order);
        self.nodes.iter().map(|node| node.weight * (1.0 - kept(node))).sum()
    }

    /// `cos chi` for a uniform number in `[0, 1)`.
    #[must_use]
    #[inline]
    pub fn deflection_cosine(&self, uniform: f64) -> f64 {
        if self.isotropic {
            return 1.0 - 2.0 * uniform;
        }
        let x = uniform * TABLE as f64;
        let k = (x as usize).min(TABLE - 1);
        self.table[k] + (x - k as f64) * (self.table[k + 1] - self.table[k])
    }
}

/// `cos chi` at equidistant values of the cumulative distribution of `chi/2`.
fn inverse_cumulative(density: impl Fn(f64) -> f64) -> Vec<f64> {
    let fine = 8 * TABLE;
    let step = FRAC_PI_2 / fine as f64;
    let mut cumulative = Vec::with_capacity(fine + 1);
    cumulative.push(0.0);
    let mut sum = 0.0;
    for k in 0..fine {
        let left = k as f64 * step;
        // Simpson's rule; the ends of the range may be points where a density has no value.
        let mean =
            (density(left.max(1e-300)) + 4.0 * density(left + 0.5 * step) + density((left + step) * (1.0 - 1e-16)))
                / 6.0;
        sum += mean * step;
        cumulative.push(sum);
    }
    let mut table = Vec::with_capacity(TABLE + 1);
    let mut k = 0;
    for entry in 0..=TABLE {
        let wanted = sum * entry as f64 / TABLE as f64;
        while k + 1 < fine && cumulative[k + 1] < wanted {
            k += 1;
        }
        let share = (wanted - cumulative[k]) / (cumulative[k + 1] - cumulative[k]);
        table.push((2.0 * step * (k as f64 + share.clamp(0.0, 1.0))).cos());
    }
    table
}

fn positive(name: &'static str, value: f64) -> Result<(), SelfSimilarError> {
    if value > 0.0 && value.is_finite() { Ok(()) } else { Err(SelfSimilarError::Angular { name, value }) }
}
