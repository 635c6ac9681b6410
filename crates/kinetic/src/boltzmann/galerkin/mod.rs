//! The Boltzmann equation in Burnett functions: a Galerkin method for any kernel, and Grad's closures as its low orders.
//!
//! $g = n\,M_{s\theta}(w)\sum_k a_k\psi_k(w/\sqrt{s\theta})$ about a Maxwellian that follows the temperature of the gas,
//! $\theta = T/m$. Tested with the $\psi_k$, the equation is
//! $$\dot a_k = \text{drift}(L + \tfrac{\dot\theta}{2\theta}I)_{kk'}a_{k'} +
//! \frac{n}{\mathrm{Kn}}\sum_{ij}q_{k;ij}(\theta)\,a_ia_j$$
//! with the full quadratic collision operator. The drift and the moving basis take polynomials to polynomials of the
//! same or a lower degree, so they lose nothing at any order; only collisions know degrees above the order, and for
//! Maxwell molecules not even those: there the method is exact at every order.
//!
//! **The basis temperature.** The expansion converges where $g/M$ is square integrable under $M$: where no part of the
//! gas is hotter, in any direction, than twice the basis. With `s = 1` the temperature is that of the gas and $a_{100}$
//! vanishes; that is best where the flow is slower than the collisions. A fast flow stretches those that have not
//! collided yet beyond any bound while their number falls like `exp(-n int B t)`: there the series is asymptotic, and a
//! larger `s` makes it useful to higher orders (`validation/galerkin`). Drift and tensor hold for any `s`.
//!
//! # References
//! Grad, Commun. Pure Appl. Math. 2 (1949) 331; Kumar, Ann. Phys. 37 (1966) 113; \[GarzoSantos2003\] for shear.

mod circular;
mod relative;
mod tensor;
#[cfg(test)]
mod tests;

use crate::boltzmann::burnett::{Drift, Equations, Evolution, Ladder, Modes, Observer, Quadratic, moments_of_burnett};
use crate::chapman_enskog::{Integrals, TransportError};
use nalgebra::Matrix3;
use omd_flow::{
    Advance, AffineFlow, Description, Dimension, Monitor, Observables, StateError, StateReader, StateWriter, Stop,
};
use omd_interaction::scattering::LEGENDRE_ORDERS;
use omd_interaction::{CollisionKernel, PairPotential};
use relative::KernelStrengths;
use tensor::Tensor;

/// The highest order: ranks up to it need that many cross sections.
pub const MAX_ORDER: usize = LEGENDRE_ORDERS;
/// Error of a step, relative to the Maxwellian.
const TOLERANCE: f64 = 1e-11;

/// What collides.
#[derive(Clone, Debug)]
pub enum Gas {
    /// Power laws with exponents above -3; a kernel from a potential by its exact scattering, not by its table.
    Kernel(CollisionKernel),
    /// A potential, with or without cutoff, by its exact cross sections.
    Potential(PairPotential),
}

/// Which polynomials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closure {
    /// All up to this order, 2 to [`MAX_ORDER`]: the description `galerkin`.
    Order(usize),
    /// Density, velocity, temperature, stress, heat flux; products of stresses are kept.
    Grad13,
    /// All third moments as well.
    Grad20,
    /// And the scalar and rank-two fourth moments.
    Grad26,
}

impl Closure {
    /// The name in the input.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "grad13" => Some(Self::Grad13),
            "grad20" => Some(Self::Grad20),
            "grad26" => Some(Self::Grad26),
            _ => None,
        }
    }
    fn modes(self) -> Modes {
        match self {
            Self::Order(order) => Modes::up_to(order),
            Self::Grad13 => Modes::grad13(),
            Self::Grad20 => Modes::grad20(),
            Self::Grad26 => Modes::grad26(),
        }
    }
}

/// A gas at t = 0 and how it is expanded.
#[derive(Clone, Debug)]
pub struct GalerkinParameters {
    /// The flow.
    pub flow: AffineFlow,
    /// At t = 0.
    pub number_density: f64,
    /// Of an atom.
    pub mass: f64,
    /// `Kn`.
    pub knudsen: f64,
    /// What collides.
    pub gas: Gas,
    /// Which polynomials.
    pub closure: Closure,
    /// `s`: the temperature of the basis over that of the gas.
    pub basis_temperature: f64,
}

/// Why the expansion cannot start.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum GalerkinError {
    /// The order is out of range.
    #[error("the order must be from 2 to {MAX_ORDER}, not {0}")]
    Order(usize),
    /// The start is no square-integrable multiple of the Maxwellian.
    #[error(
        "the start is too anisotropic for the expansion: its hottest direction has {hottest:.4} times the temperature of \
         the gas, which needs a basis-temperature above {:.4}, not {given}", hottest / 2.0
    )]
    Anisotropic {
        /// The largest eigenvalue of `P/n` over `T`.
        hottest: f64,
        /// `s`.
        given: f64,
    },
    /// The kernel has no cross sections.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// The expansion and where it is.
///
/// # Accuracy
/// In time `1e-11` a step; in the order, see `validation/galerkin`. The column `truncation` is the norm of the
/// coefficients of the two highest degrees, relative to the Maxwellian.
/// # Cost
/// 43 evaluations a step, explicit. Order 8, 12, 16: about 0.02, 0.2, 1.5 ms each for a start without odd moments.
pub struct Galerkin {
    evolution: Evolution,
    name: &'static str,
    mass: f64,
    ratio: f64,
    couplings: usize,
}

impl Galerkin {
    /// A Gaussian start with `P/n = temperature_tensor`, an energy.
    ///
    /// # Errors
    /// [`GalerkinError`].
    pub fn new(parameters: &GalerkinParameters, temperature_tensor: &Matrix3<f64>) -> Result<Self, GalerkinError> {
        let GalerkinParameters { mass, basis_temperature: ratio, .. } = *parameters;
        let name = match parameters.closure {
            Closure::Order(order) if !(2..=MAX_ORDER).contains(&order) => return Err(GalerkinError::Order(order)),
            Closure::Order(_) => "galerkin",
            _ => "moments",
        };
        let integrals = match &parameters.gas {
            Gas::Kernel(kernel) => Integrals::kernel(kernel, mass)?,
            Gas::Potential(potential) => Integrals::potential(potential)?,
        };
        let energy = temperature_tensor.trace() / 3.0;
        let scaled = temperature_tensor / energy;
        let hottest = scaled.symmetric_eigenvalues().max();
        // Maxwell molecules need no convergence, closures claim none.
        if name == "galerkin" && integrals.power() != Some(0.5) && hottest >= 2.0 * ratio {
            return Err(GalerkinError::Anisotropic { hottest, given: ratio });
        }
        let modes = parameters.closure.modes();
        let tensor = Tensor::new(&modes);
        let quadratic = Quadratic::new(&tensor.couplings);
        let couplings = tensor.couplings.len();
        let temperature = energy / mass;
        let strengths =
            KernelStrengths::new(integrals, tensor, mass, ratio, temperature).map_err(TransportError::from)?;
        let ladder = Ladder::new(modes.order());
        let all = ladder.gaussian(&(scaled / ratio - Matrix3::identity()));
        let mut coefficients = vec![0.0; modes.size()];
        for shell in modes.shells() {
            if let Some(from) = ladder.modes().shell(shell.n, shell.l) {
                coefficients[shell.range()].copy_from_slice(&all[from.range()]);
            }
        }
        let equations = Equations {
            flow: parameters.flow.clone(),
            density: parameters.number_density,
            knudsen: parameters.knudsen,
            drift: Drift::burnett(&ladder, &modes),
            modes,
            quadratic,
            strengths: Box::new(strengths),
            ratio,
            burnett: true,
        };
        let evolution = Evolution::new(equations, temperature, &coefficients, TOLERANCE);
        Ok(Self { evolution, name, mass, ratio, couplings })
    }
    /// The places of [`Self::coefficients`].
    #[must_use]
    pub fn modes(&self) -> &Modes {
        &self.evolution.equations.modes
    }
    /// `a_k = <psi_k(w/sqrt(s T/m))>`.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        self.evolution.coefficients()
    }
    /// The norm of the coefficients of the two highest degrees.
    #[must_use]
    pub fn truncation(&self) -> f64 {
        let modes = self.modes();
        let blocks = [modes.block(modes.order() - 1), modes.block(modes.order())];
        blocks.into_iter().flatten().map(|k| self.coefficients()[k].powi(2)).sum::<f64>().sqrt()
    }
}

impl Description for Galerkin {
    fn name(&self) -> &'static str {
        self.name
    }
    fn time(&self) -> f64 {
        self.evolution.time
    }
    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        let advanced = self.evolution.advance(until, monitor);
        advanced.map_err(|stop| Stop {
            reason: format!(
                "{}; the coefficients of the highest order are {:.1e} of the Maxwellian: the expansion may not converge \
                 for this flow at this order and basis temperature",
                stop.reason,
                self.truncation()
            ),
            ..stop
        })
    }
    fn observe(&mut self) -> Observables {
        let evolution = &self.evolution;
        let modes = &evolution.equations.modes;
        let temperature = evolution.temperature();
        let mut row = Observer {
            modes,
            moments: &moments_of_burnett(modes, evolution.coefficients()),
            second: evolution.equations.second(evolution.coefficients()),
            scale: self.ratio * temperature,
            temperature,
            density: evolution.density(),
            mass: self.mass,
            time: evolution.time,
        }
        .row();
        row.push("truncation", self.truncation(), Dimension::None);
        row
    }
    fn save(&self, state: &mut StateWriter) {
        self.evolution.save(state);
    }
    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.evolution.restore(state)
    }
    fn facts(&self) -> Vec<(&'static str, String)> {
        vec![
            ("burnett functions", self.modes().size().to_string()),
            ("collisional couplings", self.couplings.to_string()),
        ]
    }
}
