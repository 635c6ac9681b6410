//! Transport cross sections `Q^(l)(E)`.

use super::{EnergyShell, ScatteringError};
use crate::quadrature::{Estimate, Tolerance, integrate};
use std::f64::consts::PI;

/// Legendre orders `1..=LEGENDRE_ORDERS` of [`CrossSections`].
pub const LEGENDRE_ORDERS: usize = 16;

/// Relative tolerances of the error estimate, which is itself tens of times too large: transport coefficients lean on
/// the low orders.
const RELATIVE: [f64; LEGENDRE_ORDERS] =
    [3e-9, 3e-9, 1e-8, 1e-8, 3e-8, 3e-8, 1e-7, 1e-7, 1e-7, 1e-7, 3e-7, 3e-7, 3e-7, 3e-7, 3e-7, 3e-7];
/// Most panels.
const PANELS: usize = 4000;
/// Distances from an orbiting impact parameter are resolved down to `exp(-DEPTH)` of the width beside them.
const DEPTH: f64 = 23.0;

/// The cross sections of one energy, area, for Legendre orders `l = 1..=16`:
/// `Q_l = 2 pi int (1 - P_l(cos chi)) b db`.
///
/// These are what the linearised collision operator is made of; [`Self::power`] gives the classical
/// `Q^(l) = 2 pi int (1 - cos^l chi) b db`, a combination of them with positive coefficients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossSections {
    /// `Q_l` at index `l - 1`.
    pub legendre: [f64; LEGENDRE_ORDERS],
    /// The estimated error of the worst order relative to its value.
    pub error: f64,
}

impl CrossSections {
    /// `Q^(l) = 2 pi int (1 - cos^l chi) b db`, area; `l` from 1 to [`LEGENDRE_ORDERS`].
    ///
    /// # Panics
    /// For other `l`.
    #[must_use]
    pub fn power(&self, l: usize) -> f64 {
        assert!((1..=LEGENDRE_ORDERS).contains(&l), "cross sections have orders 1 to {LEGENDRE_ORDERS}, not {l}");
        let coefficients = power_in_legendre(l);
        (1..=l).map(|k| coefficients[k] * self.legendre[k - 1]).sum()
    }
    /// `Q^(1)`, of momentum transfer and diffusion.
    #[must_use]
    pub fn momentum(&self) -> f64 {
        self.legendre[0]
    }
    /// `Q^(2)`, of viscosity.
    #[must_use]
    pub fn viscosity(&self) -> f64 {
        self.legendre[1] * (2.0 / 3.0)
    }
}

/// The coefficients of `x^l = sum_k c_k P_k(x)`, by `x P_k = ((k+1) P_{k+1} + k P_{k-1})/(2k+1)`.
fn power_in_legendre(l: usize) -> [f64; LEGENDRE_ORDERS + 1] {
    let mut c = [0.0; LEGENDRE_ORDERS + 1];
    c[0] = 1.0;
    for _ in 0..l {
        let mut next = [0.0; LEGENDRE_ORDERS + 1];
        for k in 0..=l {
            let w = c[k] / (2 * k + 1) as f64;
            if k < LEGENDRE_ORDERS {
                next[k + 1] += (k + 1) as f64 * w;
            }
            if k > 0 {
                next[k - 1] += k as f64 * w;
            }
        }
        c = next;
    }
    c
}

/// `1 - P_l(cos chi)` for `l = 1..=LEGENDRE_ORDERS`, without cancellation at small angles:
/// with `h_l = 1 - P_l` and `y = 1 - cos chi`, `(l+1) h_{l+1} = (2l+1) (h_l (1 - y) + y) - l h_{l-1}`.
fn legendre_losses(chi: f64) -> [f64; LEGENDRE_ORDERS] {
    let half = (0.5 * chi).sin();
    let y = 2.0 * half * half;
    let mut losses = [0.0; LEGENDRE_ORDERS];
    let (mut before, mut now) = (0.0, y);
    for l in 1..=LEGENDRE_ORDERS {
        losses[l - 1] = now;
        let n = l as f64;
        let next = ((2.0 * n + 1.0) * (now * (1.0 - y) + y) - n * before) / (n + 1.0);
        (before, now) = (now, next);
    }
    losses
}

/// A stretch of impact parameters over `y` in `[0, 1]`.
#[derive(Clone, Copy, Debug)]
enum Piece {
    /// `b = from + width y`.
    Even { from: f64, width: f64 },
    /// `b = mark + width exp(-DEPTH y)`: a diverging or sharp angle at `mark`; the width may be negative.
    Towards { mark: f64, width: f64 },
    /// `b = from exp(end y)`: the tail.
    Tail { from: f64, end: f64 },
}

impl Piece {
    /// `(b, |db/dy|)`.
    fn impact(&self, y: f64) -> (f64, f64) {
        match *self {
            Self::Even { from, width } => (from + width * y, width),
            Self::Towards { mark, width } => {
                let distance = width * (-DEPTH * y).exp();
                (mark + distance, DEPTH * distance.abs())
            }
            Self::Tail { from, end } => {
                let b = from * (end * y).exp();
                (b, end * b)
            }
        }
    }
    fn panels(&self) -> usize {
        match self {
            Self::Even { .. } => 2,
            Self::Towards { .. } => 10,
            Self::Tail { end, .. } => end.ceil() as usize,
        }
    }
}

impl EnergyShell<'_> {
    /// The cross sections of this energy.
    ///
    /// The impact parameters are split where the angle diverges or is sharp; towards those the distance is integrated
    /// in its logarithm, in which the angle is a straight line and `cos chi` a decaying wave. Without a cutoff the
    /// tail is integrated in `log b` until its contribution is below 1e-13.
    ///
    /// # Accuracy
    /// 1e-9 for `l = 1, 2`, falling to 3e-8 at `l = 16`; test `scattering::tests`.
    /// # Errors
    /// [`ScatteringError::CrossSection`] when infinite or not converged, those of [`Self::deflection`].
    pub fn cross_sections(&self) -> Result<CrossSections, ScatteringError> {
        let pieces = self.pieces()?;
        let unit = PI * pieces.last().map_or(1.0, |p| p.impact(0.0).0).powi(2);
        let mut breaks = Vec::new();
        for (i, piece) in pieces.iter().enumerate() {
            let count = piece.panels();
            breaks.extend((0..count).map(|k| i as f64 + k as f64 / count as f64));
        }
        breaks.push(pieces.len() as f64);
        let integrand = |x: f64| {
            let i = (x as usize).min(pieces.len() - 1);
            let (b, measure) = pieces[i].impact(x - i as f64);
            self.loss(b, measure)
        };
        let tolerance = Tolerance { relative: RELATIVE, absolute: 1e-13 * unit, panels: PANELS };
        let Estimate { value, error, .. } = integrate(integrand, &breaks, tolerance)?;
        let worst = (0..LEGENDRE_ORDERS).map(|l| error[l] / value[l]).fold(0.0, f64::max);
        if worst.is_nan() || worst > 1e-6 || !value.iter().all(|q| q.is_finite()) {
            return Err(ScatteringError::CrossSection { energy: self.energy(), error: worst });
        }
        Ok(CrossSections { legendre: value, error: worst })
    }
    /// `[0, cutoff]` or `[0, infinity)` in pieces; the last one is the outermost.
    fn pieces(&self) -> Result<Vec<Piece>, ScatteringError> {
        let rc = self.scattering.potential.cutoff();
        let mut marks = self.orbiting_impacts().to_vec();
        marks.extend(self.sharp_impacts());
        marks.retain(|b| rc.is_none_or(|rc| *b < rc * (1.0 - 1e-12)));
        marks.sort_by(f64::total_cmp);
        marks.dedup_by(|a, b| (*a - *b).abs() < 1e-12 * *b);
        let mut pieces = Vec::new();
        let mut from = 0.0;
        for (i, mark) in marks.iter().copied().enumerate() {
            let width = if i == 0 { mark } else { 0.5 * (mark - from) };
            pieces.push(Piece::Towards { mark, width: -width });
            let next = marks.get(i + 1).copied().or(rc);
            let outward = next.map_or(mark, |next| 0.5 * (next - mark));
            pieces.push(Piece::Towards { mark, width: outward });
            from = mark + if i + 1 < marks.len() { 0.0 } else { outward };
        }
        if marks.is_empty() {
            let scale = self.closest_approach(0.0)?.max(0.5 * self.scattering.form().length());
            let width = rc.map_or(scale, |rc| scale.min(0.5 * rc));
            pieces.push(Piece::Even { from, width });
            from = width;
        }
        pieces.push(match rc {
            Some(rc) => Piece::Even { from, width: rc - from },
            None => Piece::Tail { from, end: self.tail(from)? },
        });
        Ok(pieces)
    }
    /// `ln(b/from)` where `chi^2 b^2` has fallen to nothing; never for `1/r`.
    fn tail(&self, from: f64) -> Result<f64, ScatteringError> {
        let mut end = 2.0;
        while end < 40.0 {
            let b = from * f64::exp(end);
            let chi = self.deflection_within(b, 1e-6, 1e-6)?;
            if chi.abs() < 1e-3 && (chi * b).powi(2) < 1e-14 * from * from {
                return Ok(end);
            }
            end += 1.0;
        }
        Err(ScatteringError::CrossSection { energy: self.energy(), error: f64::INFINITY })
    }
    /// `2 pi b (db/dy) (1 - P_l)`; the angle only as accurately as its weight asks for.
    fn loss(&self, b: f64, measure: f64) -> Result<[f64; LEGENDRE_ORDERS], ScatteringError> {
        let chi = match self.deflection_within(b, 1e-10, 1e-12) {
            Ok(chi) => chi,
            // On the orbit to the last bits: the weight is nothing.
            Err(ScatteringError::Orbiting { .. } | ScatteringError::NotConverged { .. })
                if self.orbiting_impacts().iter().any(|o| (b / o - 1.0).abs() < 1e-8) =>
            {
                0.5 * PI
            }
            Err(error) => return Err(error),
        };
        let weight = 2.0 * PI * b * measure;
        Ok(legendre_losses(chi).map(|loss| weight * loss))
    }
}
