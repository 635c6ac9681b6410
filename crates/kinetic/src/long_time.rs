//! Which term wins at long times: collisions, the flow, or neither.
//!
//! A kernel of homogeneity `gamma` collides at the rate `n theta^(gamma/2)`; the flow turns velocities at the rate
//! `|L|`. Their ratio decides \[JamesNotaVelazquez2019\]: collision-dominated where it grows without bound (the gas is close to a
//! Maxwellian, hydrodynamics holds), hyperbolic-dominated where it falls to zero, balanced where it tends to a number.
//!
//! The rate is written `lambda`, the relaxation rate `p/mu` of the stress, with its density: `lambda ~ n theta^(gamma/2)`.
//!
//! # Where `L` is constant or grows: the gas heats itself
//! `d ln theta/dt = (2/3) |L|^2/lambda` when collisions win. With simple shear of rate K, `lambda = (gamma/3) K^2 t` for
//! `gamma > 0`, whatever the start; with decaying dilatation, `n ~ 1/t`, `lambda = gamma K2^2 t/(6 + gamma)`; in
//! combined orthogonal shear `lambda = (gamma/9) (K1 K3)^2 t^3`. For `gamma < 0` heating slows the collisions down and
//! the flow wins. `gamma = 0` is balanced in simple shear only: `n/|L|` falls in the other two, where collisions go on
//! all the same and `ln theta` grows as `t^(2/3)` and `t^(5/3)` (`beta ~ lambda^(1/3) |L|^(2/3)`, the strong-shear limit).
//!
//! # Where `L ~ M/t`: one number decides
//! In the time `ln t` the flow is constant: `M`, a projector. With `x = lambda t` and `beta(x)` the growth rate of
//! Maxwell molecules under `M` at the relaxation rate `x` ([`crate::self_similar::second_moments`]),
//!
//! ```text
//! d ln x/d ln t = 1 - tr M + gamma beta(x),
//! ```
//!
//! exact as far as its fixed points go for a rate that depends on the temperature alone. Collisions win if it is positive
//! up to infinity, where `beta = -tr M/3`: `gamma < -2` (homogeneous), `-3/2` (cylindrical), `0` (planar). Two things
//! are not seen from these critical values. A start with weak collisions may freeze although they would win from a
//! strong one: `x` has a threshold. And with enough shear in `M`, `beta` is positive for some `x`: in planar shear
//! with `K > 1` and `gamma > 0` viscous heating and expansion balance at `x = K^2 - 1`, the temperature tends to a
//! constant and neither term wins.
//!
//! # Hyperbolic-dominated and frozen
//! `frozen` says that `int lambda dt` is finite: most molecules never collide again, and the distribution ends in a shape
//! that remembers its start. Exponents of hyperbolic-dominated flows are those of such molecules. The mean energy may
//! grow faster, through the few that did collide: for `gamma > -3` in simple shear, `-5/2` in combined orthogonal shear
//! and `-2` with decaying dilatation.

mod course;

pub use course::{Course, Point};

use crate::self_similar::second_moments;
use omd_flow::{FlowClass, LongTimeForm, Matrix3};

/// Which term of the equation wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// Collisions.
    CollisionDominated,
    /// Neither.
    Balanced,
    /// The flow.
    HyperbolicDominated,
}

impl Regime {
    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CollisionDominated => "collision-dominated",
            Self::Balanced => "balanced",
            Self::HyperbolicDominated => "hyperbolic-dominated",
        }
    }
}

/// How the temperature of an outcome behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TemperatureLaw {
    /// `theta ~ t^power`.
    Power(f64),
    /// `ln theta ~ t^power`.
    Exponential(f64),
    /// `theta ~ (ln t)^power`.
    Logarithm(f64),
    /// Not a law that all kernels of this homogeneity share.
    Unknown,
}

/// What becomes of some of the starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Holds for starts with `lambda t` above this number, once `L ~ M/t`; zero where no threshold is known.
    pub above: f64,
    /// Who wins.
    pub regime: Regime,
    /// `lambda/|L| ~ t^power`; `None` where it is no power of time.
    pub ratio_power: Option<f64>,
    /// `lambda` itself, `coefficient t^power`, where it does not depend on the start.
    pub rate: Option<(f64, f64)>,
    /// Of `theta`.
    pub temperature: TemperatureLaw,
    /// `int lambda dt` is finite.
    pub frozen: bool,
}

impl Outcome {
    fn new(regime: Regime, ratio_power: Option<f64>, temperature: TemperatureLaw) -> Self {
        Self { above: 0.0, regime, ratio_power, rate: None, temperature, frozen: false }
    }
    fn frozen(mut self, frozen: bool) -> Self {
        self.frozen = frozen;
        self
    }
    fn rate(mut self, coefficient: f64, power: f64) -> Self {
        self.rate = Some((coefficient, power));
        self
    }
}

use Regime::{Balanced, CollisionDominated, HyperbolicDominated};
use TemperatureLaw::{Exponential, Logarithm, Power, Unknown};

/// What becomes of a gas whose kernel has the homogeneity `gamma`, by rising thresholds of its start; empty for flows
/// that end at `t*` and for rest.
///
/// # Valid when
/// `gamma > -3`; the kernel scatters.
#[must_use]
pub fn long_time(form: &LongTimeForm, gamma: f64) -> Vec<Outcome> {
    let parameter =
        |name: &str| form.parameters.iter().find(|(known, _)| *known == name).map_or(0.0, |(_, value)| *value);
    match form.class {
        FlowClass::Rest | FlowClass::Singular => Vec::new(),
        FlowClass::HomogeneousDilatation => {
            let power = -2.0 - gamma;
            let regime = match power.total_cmp(&0.0) {
                std::cmp::Ordering::Greater => CollisionDominated,
                std::cmp::Ordering::Equal => Balanced,
                std::cmp::Ordering::Less => HyperbolicDominated,
            };
            vec![Outcome::new(regime, Some(power), Power(-2.0)).frozen(power < 0.0)]
        }
        FlowClass::CylindricalDilatation | FlowClass::CylindricalDilatationAndShear | FlowClass::PlanarShear => {
            decaying(&form.decaying, gamma)
        }
        FlowClass::SimpleShear => {
            let shear = parameter("K");
            vec![if gamma > 0.0 {
                let law = Outcome::new(CollisionDominated, Some(1.0), Power(2.0 / gamma));
                law.rate(gamma / 3.0 * shear * shear, 1.0)
            } else if gamma == 0.0 {
                Outcome::new(Balanced, Some(0.0), Exponential(1.0))
            } else {
                drifting(gamma, 0.0, 2.0, 0.0)
            }]
        }
        FlowClass::SimpleShearWithDecayingPlanarDilatation => {
            let shear = parameter("K2");
            vec![if gamma > 0.0 {
                let law = Outcome::new(CollisionDominated, Some(1.0), Power(4.0 / gamma));
                law.rate(gamma / (6.0 + gamma) * shear * shear, 1.0)
            } else if gamma == 0.0 {
                Outcome::new(HyperbolicDominated, Some(-1.0), Exponential(2.0 / 3.0))
            } else {
                drifting(gamma, -1.0, 2.0, 0.0)
            }]
        }
        FlowClass::CombinedOrthogonalShear => {
            let shear = parameter("K1") * parameter("K3");
            vec![if gamma > 0.0 {
                let law = Outcome::new(CollisionDominated, Some(2.0), Power(6.0 / gamma));
                law.rate(gamma / 9.0 * shear * shear, 3.0)
            } else if gamma == 0.0 {
                Outcome::new(HyperbolicDominated, Some(-1.0), Exponential(5.0 / 3.0))
            } else {
                drifting(gamma, 0.0, 4.0, 1.0)
            }]
        }
    }
}

/// Free flight heats as `t^heat`, the density goes as `t^density`, `|L|` as `t^growth`: the flow wins.
fn drifting(gamma: f64, density: f64, heat: f64, growth: f64) -> Outcome {
    let rate = density + 0.5 * gamma * heat;
    // Where collisions go on they are faster than this and heat more: no power that all kernels share.
    if rate < -1.0 {
        Outcome::new(HyperbolicDominated, Some(rate - growth), Power(heat)).frozen(true)
    } else {
        Outcome::new(HyperbolicDominated, None, Unknown)
    }
}

/// `x = lambda t` is looked at between these.
const SMALLEST: f64 = 1e-4;
const LARGEST: f64 = 1e5;
const STEPS: usize = 900;

/// `beta(x)` under the projector `M`.
fn growth(projector: &Matrix3<f64>, x: f64) -> f64 {
    second_moments(projector, x).map_or(f64::NAN, |moments| moments.growth)
}

/// `L ~ M/t`: the fixed points of `d ln x/d ln t = 1 - tr M + gamma beta(x)`.
fn decaying(projector: &Matrix3<f64>, gamma: f64) -> Vec<Outcome> {
    let trace = projector.trace().round();
    let planar = trace < 1.5;
    if planar && gamma == 0.0 {
        // Maxwell molecules: x is constant, theta ~ t^(2 beta(x)) depends on it.
        return vec![Outcome::new(Balanced, Some(0.0), Unknown)];
    }
    let rate = |x: f64| 1.0 - trace + gamma * growth(projector, x);
    let grid = |k: usize| SMALLEST * (LARGEST / SMALLEST).powf(k as f64 / STEPS as f64);
    let mut outcomes = Vec::new();
    // Below the lowest grid point the sign no longer changes, beta being linear in x there.
    let mut sign = rate(SMALLEST) > 0.0;
    if !sign {
        outcomes.push(if planar {
            Outcome::new(HyperbolicDominated, None, Logarithm(-2.0 / gamma))
        } else {
            Outcome::new(HyperbolicDominated, Some(-1.0), Power(0.0)).frozen(true)
        });
    }
    let mut threshold = 0.0;
    for k in 1..=STEPS {
        if (rate(grid(k)) > 0.0) == sign {
            continue;
        }
        let (mut low, mut high) = (grid(k - 1), grid(k));
        for _ in 0..60 {
            let middle = (low * high).sqrt();
            if (rate(middle) > 0.0) == sign { low = middle } else { high = middle }
        }
        if sign {
            // From growing to falling: an attractor.
            let power = if planar { 0.0 } else { 2.0 / gamma };
            let mut outcome = Outcome::new(Balanced, Some(0.0), Power(power)).rate(low, -1.0);
            outcome.above = threshold;
            outcomes.push(outcome);
        } else {
            threshold = low;
        }
        sign = !sign;
    }
    if sign {
        let mut outcome =
            Outcome::new(CollisionDominated, Some(1.0 - trace - gamma * trace / 3.0), Power(-2.0 * trace / 3.0));
        outcome.above = threshold;
        outcomes.push(outcome);
    }
    outcomes
}

#[cfg(test)]
mod tests;
