//! The tail exponent of the profile: a root of a growth-rate equation, not a fit.

use super::sphere::{Eigenfunction, SphereOperator};
use super::{DeflectionLaw, SelfSimilarError, second_moments};
use omd_flow::Matrix3;

/// Degrees of harmonics: doubled from here as long as it pays.
const FIRST_DEGREE: usize = 32;
/// The finest resolution, for flows of high symmetry whose blocks are short.
const LAST_DEGREE: usize = 1024;
/// Operations of one elimination that are still worth it.
const LARGEST_COST: f64 = 2e9;

/// The order `s_c` from which on moments of the profile diverge: `G ~ |w|^(-3-s_c)`.
#[derive(Clone, Debug, PartialEq)]
pub struct TailExponent {
    /// `s_c`; `None` where every moment up to [`Self::searched`] is finite.
    pub order: Option<f64>,
    /// How far `order` may be off, from its change with the resolution.
    pub uncertainty: f64,
    /// Orders up to this one were searched.
    pub searched: f64,
    /// `(degree, s_c)` at each resolution.
    pub resolutions: Vec<(usize, f64)>,
    /// Smallest over largest value of the eigenfunction at the root: positive for the dominant one, up to the error of
    /// the resolution.
    pub positivity: f64,
    /// `d(mu(s) - s beta)/ds` at `s = 2`, 1/time. Negative: moments of some order above 2 are finite, and with them the
    /// profile of finite energy exists.
    pub slope_at_two: f64,
}

/// The profile's problem: `L`, the angular law and `n/Kn`.
#[derive(Clone, Debug)]
pub struct Problem {
    /// `L`, 1/time.
    pub gradient: Matrix3<f64>,
    /// The angular law.
    pub law: DeflectionLaw,
    /// `n/Kn`, 1/volume.
    pub density: f64,
}

impl Problem {
    /// `lambda n/Kn`, 1/time.
    #[must_use]
    pub fn relaxation(&self) -> f64 {
        self.density * self.law.relaxation_rate()
    }

    /// `beta`, 1/time.
    ///
    /// # Errors
    /// [`SelfSimilarError`].
    pub fn growth(&self) -> Result<f64, SelfSimilarError> {
        Ok(second_moments(&self.gradient, self.relaxation())?.growth)
    }

    /// `A_s` on even harmonics up to `degree`.
    #[must_use]
    pub fn operator(&self, degree: usize) -> SphereOperator {
        SphereOperator::even(&self.gradient, &self.law, self.density, degree)
    }

    /// `mu(s)`, 1/time, on harmonics up to `degree`.
    ///
    /// # Errors
    /// [`SelfSimilarError::Singular`].
    pub fn growth_rate(&self, order: f64, degree: usize) -> Result<f64, SelfSimilarError> {
        let operator = self.operator(degree);
        let mut start = operator.constant();
        operator.dominant(order, self.bound(order), &mut start)
    }

    /// A number above `mu(s)`: free flight at the fastest rate, and the collisions of a constant.
    fn bound(&self, order: f64) -> f64 {
        let fastest = -(0.5 * (self.gradient + self.gradient.transpose())).symmetric_eigenvalues().min();
        let loss = self.density * self.law.isotropic_loss(order);
        order * fastest - loss + 1e-6 * (self.gradient.norm() + self.relaxation())
    }

    /// The growth rate of polynomial moments of integer order, 1/time: exact.
    #[must_use]
    pub fn polynomial_growth_rate(&self, order: usize) -> f64 {
        SphereOperator::polynomials(&self.gradient, &self.law, self.density, order).dominant_eigenvalue(order as f64)
    }

    /// `s_c`, searched up to order `highest`, on harmonics whose number doubles until `s_c` changes by less than
    /// `tolerance` or becomes too dear.
    ///
    /// # Errors
    /// [`SelfSimilarError`].
    pub fn tail_exponent(&self, highest: f64, tolerance: f64) -> Result<TailExponent, SelfSimilarError> {
        let growth = self.growth()?;
        let mut found = TailExponent {
            order: None,
            uncertainty: f64::NAN,
            searched: highest,
            resolutions: Vec::new(),
            positivity: f64::NAN,
            slope_at_two: f64::NAN,
        };
        let mut degree = FIRST_DEGREE;
        let mut function: Option<Eigenfunction> = None;
        loop {
            let operator = self.operator(degree);
            let mut start = function.as_ref().map_or_else(|| operator.constant(), |coarse| operator.refined(coarse));
            // mu(s) - s beta, convex, zero at 2: that root is divided out.
            let mut value = |s: f64| Ok((operator.dominant(s, self.bound(s), &mut start)? - s * growth) / (s - 2.0));
            let bracket = bracket(&found, highest.min(degree as f64), &mut value)?;
            if let Some([(low, at_low), (high, at_high)]) = bracket {
                let order = root(low, at_low, high, at_high, 1e-11 * high, &mut value)?;
                let (smallest, largest) = start.range(400);
                found.positivity = smallest / largest;
                found.order = Some(order);
                found.resolutions.push((degree, order));
                found.uncertainty = uncertainty(&found.resolutions);
                function = Some(start);
            }
            let unbounded = found.order.is_none() && degree as f64 >= highest.max(64.0);
            let finest = 2 * degree > LAST_DEGREE || 16.0 * operator.cost() > LARGEST_COST;
            if found.uncertainty < tolerance || unbounded || finest {
                let step = 1e-3;
                found.slope_at_two = (self.growth_rate(2.0 + step, degree)? - (2.0 + step) * growth) / step;
                return Ok(found);
            }
            degree *= 2;
        }
    }
}

type Point = (f64, f64);

/// Orders between which `mu(s) - s beta` turns positive, with its values over `s - 2`; `None` up to `highest`, and where
/// the resolution is too low for the orders just above 2.
fn bracket(
    found: &TailExponent,
    highest: f64,
    value: &mut impl FnMut(f64) -> Result<f64, SelfSimilarError>,
) -> Result<Option<[Point; 2]>, SelfSimilarError> {
    let mut low = 2.02;
    if let Some(order) = found.order {
        // Around the root of the last resolution.
        let width = if found.uncertainty.is_finite() { 4.0 * found.uncertainty } else { 0.02 * order };
        let width = width.clamp(1e-8 * order, 0.5 * (order - 2.0));
        low = order - width;
        let (at_low, at_high) = (value(low)?, value(order + width)?);
        if at_low < 0.0 && at_high >= 0.0 {
            return Ok(Some([(low, at_low), (order + width, at_high)]));
        }
        if at_low >= 0.0 {
            low = 2.02;
        }
    }
    let mut at_low = value(low)?;
    if at_low >= 0.0 {
        return Ok(None);
    }
    while low < highest {
        let high = (2.0 + 1.35 * (low - 2.0) + 0.1).min(highest);
        let at_high = value(high)?;
        if at_high >= 0.0 {
            return Ok(Some([(low, at_low), (high, at_high)]));
        }
        (low, at_low) = (high, at_high);
    }
    Ok(None)
}

/// The error of the last of a sequence under doubled resolution: its last change, continued as a geometric series where
/// the changes have shown their ratio.
fn uncertainty(sequence: &[(usize, f64)]) -> f64 {
    let Some([before, last]) = sequence.last_chunk::<2>() else { return f64::NAN };
    let change = (last.1 - before.1).abs();
    let ratio = match sequence.last_chunk::<3>() {
        Some([first, _, _]) if first.1 != before.1 => change / (before.1 - first.1).abs(),
        _ => 0.5,
    };
    let ratio = ratio.clamp(0.05, 0.9);
    // Rounding of the elimination stays in any case.
    (change * ratio / (1.0 - ratio)).max(1e-11 * last.1)
}

/// A root between two points of opposite signs: secants that do not lose the bracket (Illinois), to `tolerance`.
fn root(
    mut a: f64,
    mut at_a: f64,
    mut b: f64,
    mut at_b: f64,
    tolerance: f64,
    mut value: impl FnMut(f64) -> Result<f64, SelfSimilarError>,
) -> Result<f64, SelfSimilarError> {
    for _ in 0..100 {
        let c = (a * at_b - b * at_a) / (at_b - at_a);
        let inside = (c - a) * (c - b) < 0.0;
        let c = if inside { c } else { 0.5 * (a + b) };
        let at_c = value(c)?;
        let step = (c - b).abs();
        if at_c * at_b < 0.0 {
            (a, at_a) = (b, at_b);
        } else {
            at_a *= 0.5;
        }
        (b, at_b) = (c, at_c);
        if at_b == 0.0 || step <= tolerance || (b - a).abs() <= tolerance {
            break;
        }
    }
    Ok(b)
}

/// The rate of the flow's multiple `factor` of `direction` at which polynomial moments of `order` start to diverge:
/// `mu = order beta`; `None` below `largest`.
///
/// For odd orders it is the polynomials' own rate, at which odd moments of a start without symmetry outgrow the
/// temperature; moments of `|w|^order` diverge earlier.
///
/// # Errors
/// [`SelfSimilarError`].
pub fn critical_factor(problem: &Problem, order: usize, largest: f64) -> Result<Option<f64>, SelfSimilarError> {
    let excess = |factor: f64| -> Result<f64, SelfSimilarError> {
        let scaled = Problem { gradient: problem.gradient * factor, ..problem.clone() };
        Ok(scaled.polynomial_growth_rate(order) - order as f64 * scaled.growth()?)
    };
    let mut low = 0.05 * problem.relaxation() / problem.gradient.norm();
    let mut at_low = excess(low)?;
    while low < largest {
        let high = (1.3 * low).min(largest);
        let at_high = excess(high)?;
        if at_high >= 0.0 {
            return root(low, at_low, high, at_high, 1e-12 * high, excess).map(Some);
        }
        (low, at_low) = (high, at_high);
    }
    Ok(None)
}
