//! Transport coefficients of a dilute gas by the Chapman-Enskog method: viscosity, thermal conductivity,
//! self-diffusion and the normal stresses of second order ([`Burnett`]) of any collision kernel or potential, in Sonine
//! expansions carried until they stand still.
//!
//! The kernel enters through the cross sections `Q_l(E) = 2 pi int (1 - P_l(cos chi)) b db` alone, since the
//! linearised collision operator is diagonal in the Legendre order of the relative velocity (`brackets.rs`). Nothing is
//! fitted: a potential gives `Q_l(E)` by classical scattering. Cutoffs are not needed here.
//!
//! | coefficient | dimension | first order, hard spheres |
//! |---|---|---|
//! | viscosity $\mu$, stress $-2\mu D$ | pressure x time | $\frac{5}{16 d^2}\sqrt{mT/\pi}$ |
//! | thermal conductivity $\kappa$, $q = -\kappa\nabla T$ | 1/(length x time), $k_B = 1$ | $\frac{75}{64 d^2}\sqrt{T/(\pi m)}$ |
//! | self-diffusion $nD$ | 1/(length x time) | $\frac{3}{8 d^2}\sqrt{T/(\pi m)}$ |
//!
//! # References
//! Chapman, Cowling, The Mathematical Theory of Non-Uniform Gases (1970), chapters 7 to 10; Hirschfelder, Curtiss,
//! Bird, Molecular Theory of Gases and Liquids (1954), chapter 8. Eq. (70) of the paper is this viscosity.

mod brackets;
mod burnett;
mod integrals;
mod law;

pub(crate) use brackets::sonine;
use brackets::{Brackets, Kind};
pub use burnett::Burnett;
pub(crate) use integrals::Integrals;
pub use law::{Law, TransportLaw};
use nalgebra::{DMatrix, DVector};
use omd_interaction::{CollisionKernel, PairPotential, ScatteringError};

/// The highest Sonine order.
pub const MAX_ORDER: usize = brackets::MAX_ORDER;
/// Orders are raised until two successive ones change the coefficient by less than this, relatively.
const STANDSTILL: f64 = 1e-7;
/// A larger change at [`MAX_ORDER`] is an error.
const TOLERABLE: f64 = 1e-6;

/// A transport coefficient and how far the Sonine expansion was carried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficient {
    /// In internal units.
    pub value: f64,
    /// Terms of the expansion.
    pub order: usize,
    /// Relative change by the last term.
    pub change: f64,
}

/// Which coefficient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// `mu`.
    Viscosity,
    /// `kappa`, with `k_B = 1`.
    ThermalConductivity,
    /// `n D`: number density times the self-diffusion coefficient.
    SelfDiffusion,
}

/// Why there is no coefficient.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum TransportError {
    /// Not a positive number.
    #[error("the {name} of a transport coefficient must be positive and finite, not {value}")]
    NotPositive {
        /// Of what.
        name: &'static str,
        /// As given.
        value: f64,
    },
    /// The collision rate grows or falls too fast with the relative speed.
    #[error("B ~ |u|^{0} has no transport coefficients: the exponent must be above -3")]
    Exponent(f64),
    /// The scattering of the potential.
    #[error(transparent)]
    Scattering(#[from] ScatteringError),
    /// The expansion did not stand still.
    #[error("the Sonine expansion still changes by {change:e} at order {MAX_ORDER}")]
    NotConverged {
        /// Relative change by the last term.
        change: f64,
    },
}

fn positive(name: &'static str, value: f64) -> Result<f64, TransportError> {
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err(TransportError::NotPositive { name, value }) }
}

/// The transport coefficients of one gas: cross sections are computed when first needed and kept.
#[derive(Debug)]
pub struct Transport {
    mass: f64,
    integrals: Integrals,
}

impl Transport {
    /// Of a collision kernel. A kernel from a potential is taken by its exact scattering, not by its table.
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn of_kernel(kernel: &CollisionKernel, mass: f64) -> Result<Self, TransportError> {
        let mass = positive("mass", mass)?;
        Ok(Self { mass, integrals: Integrals::kernel(kernel, mass)? })
    }
    /// Of a potential, with or without cutoff.
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn of_potential(potential: &PairPotential, mass: f64) -> Result<Self, TransportError> {
        Ok(Self { mass: positive("mass", mass)?, integrals: Integrals::potential(potential)? })
    }
    /// Of an atom.
    #[must_use]
    pub fn mass(&self) -> f64 {
        self.mass
    }
    /// `s` where the cross sections are `E^-s`: then `mu ~ T^(1/2 + s)`.
    #[must_use]
    pub fn power(&self) -> Option<f64> {
        self.integrals.power()
    }
    /// The viscosity at a temperature (an energy).
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn viscosity(&self, temperature: f64) -> Result<Coefficient, TransportError> {
        self.coefficient(Property::Viscosity, temperature)
    }
    /// The thermal conductivity at a temperature (an energy), with `k_B = 1`.
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn thermal_conductivity(&self, temperature: f64) -> Result<Coefficient, TransportError> {
        self.coefficient(Property::ThermalConductivity, temperature)
    }
    /// Number density times the self-diffusion coefficient at a temperature (an energy).
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn self_diffusion(&self, temperature: f64) -> Result<Coefficient, TransportError> {
        self.coefficient(Property::SelfDiffusion, temperature)
    }
    /// Any coefficient, the order raised until two successive ones change it by less than 1e-7.
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn coefficient(&self, property: Property, temperature: f64) -> Result<Coefficient, TransportError> {
        standing(&self.orders(property, temperature)?)
    }
    /// A coefficient at every Sonine order from 1 to [`MAX_ORDER`].
    ///
    /// With the collision matrix $M$ between orthonormal Sonine polynomials: $\mu = T (M^{-1})_{00}$,
    /// $\kappa = \frac{5T}{2m} (M^{-1})_{11}$, $nD = \frac{T}{m} (M^{-1})_{00}$, for the leading `n x n` blocks.
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn orders(&self, property: Property, temperature: f64) -> Result<Vec<f64>, TransportError> {
        let temperature = positive("temperature", temperature)?;
        let (kind, factor) = match property {
            Property::Viscosity => (Kind::Viscosity, temperature),
            Property::ThermalConductivity => (Kind::Conductivity, 2.5 * temperature / self.mass),
            Property::SelfDiffusion => (Kind::Diffusion, temperature / self.mass),
        };
        let moments = self.integrals.moments(temperature)?;
        let matrix = Brackets::of(kind).matrix(&moments) * (temperature / self.mass).sqrt();
        let mut values = Vec::with_capacity(MAX_ORDER);
        for n in 1..=MAX_ORDER {
            let column = column_of_inverse(&matrix, n).ok_or(TransportError::NotConverged { change: f64::INFINITY })?;
            values.push(factor * column[0]);
        }
        Ok(values)
    }
    /// The collision integral
    /// $\Omega^{(l,s)} = \sqrt{T/(\pi m)}\int_0^\infty e^{-g^2} g^{2s+3} Q^{(l)}(T g^2)\,dg$, volume/time, with the
    /// classical `Q^(l) = 2 pi int (1 - cos^l chi) b db`; `l` from 1 to 16.
    ///
    /// # Errors
    /// [`TransportError`].
    /// # References
    /// Hirschfelder, Curtiss, Bird (1954), eq. (8.2-2), with the reduced mass `m/2`.
    pub fn omega(&self, l: usize, s: u32, temperature: f64) -> Result<f64, TransportError> {
        let temperature = positive("temperature", temperature)?;
        let integral = self.integrals.power_integral(l, s, temperature)?;
        Ok((temperature / (std::f64::consts::PI * self.mass)).sqrt() * 0.5 * integral)
    }
    /// `Omega^(l,s)` relative to hard spheres of diameter `sigma`: `Omega^(l,s)*` of the literature.
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn reduced_omega(&self, l: usize, s: u32, temperature: f64, sigma: f64) -> Result<f64, TransportError> {
        let factorial: f64 = (1..=s + 1).map(f64::from).product();
        let odd = if l % 2 == 1 { 1.0 } else { 1.0 - 1.0 / (1.0 + l as f64) };
        let area = std::f64::consts::PI * sigma * sigma;
        let rigid = (temperature / (std::f64::consts::PI * self.mass)).sqrt() * 0.5 * factorial * odd * area;
        Ok(self.omega(l, s, temperature)? / rigid)
    }
}

/// The value where two successive orders change by less than [`STANDSTILL`].
fn standing(values: &[f64]) -> Result<Coefficient, TransportError> {
    let change = |n: usize| (values[n] / values[n - 1] - 1.0).abs();
    for n in 2..values.len() {
        if change(n) < STANDSTILL && change(n - 1) < STANDSTILL {
            return Ok(Coefficient { value: values[n], order: n + 1, change: change(n) });
        }
    }
    let last = values.len() - 1;
    if change(last) < TOLERABLE {
        Ok(Coefficient { value: values[last], order: last + 1, change: change(last) })
    } else {
        Err(TransportError::NotConverged { change: change(last) })
    }
}

/// The first column of the inverse of the leading `n x n` block.
fn column_of_inverse(matrix: &DMatrix<f64>, n: usize) -> Option<DVector<f64>> {
    let block = matrix.view((0, 0), (n, n)).clone_owned();
    let mut unit = DVector::zeros(n);
    unit[0] = 1.0;
    Some(block.cholesky()?.solve(&unit))
}

/// The viscosity of a kernel at one temperature (an energy); [`Transport`] and [`TransportLaw`] are for more than one.
///
/// # Errors
/// [`TransportError`].
pub fn viscosity(kernel: &CollisionKernel, mass: f64, temperature: f64) -> Result<Coefficient, TransportError> {
    Transport::of_kernel(kernel, mass)?.viscosity(temperature)
}

#[cfg(test)]
mod tests;
