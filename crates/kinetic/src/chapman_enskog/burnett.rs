//! The Burnett stress of a homogeneous flow.
//!
//! To second order in the velocity gradient `L` the stress of a gas whose density and temperature are uniform is
//!
//! $$P = nT\,I - 2\mu D + \frac{\mu^2}{nT}\Bigl(\omega_1\,\mathrm{tr}(L)\,D
//!       + \omega_2\bigl(\dot D - 2\langle L^T D\rangle\bigr) + \omega_6\langle D D\rangle\Bigr)$$
//!
//! with `<.>` the symmetric traceless part and $\dot D = -\langle L L\rangle$, as `dL/dt = -L^2`. In simple shear of
//! rate `K` the first normal stress difference is $P_{xx} - P_{yy} = \omega_2\mu^2K^2/(nT)$, the second
//! $P_{yy} - P_{zz} = (\omega_6/4 - \omega_2)\mu^2K^2/(nT)$. The other Burnett coefficients belong to gradients of
//! temperature and pressure.
//!
//! # Derivation
//! Write $c = w/\sqrt{2T/m}$ and $g_1 = -\frac{2}{n}\sqrt{5/2}\,M\,\mathcal A(c^2)\langle cc\rangle{:}D$ with
//! $\mathcal A = \sum_p a_p s_p$, $a = M^{-1}e_0$ (`brackets`), so that $\mu = Ta_0$. As the linearised operator is
//! symmetric, the second order stress is $-2T\sqrt{5/2}\int\mathcal A\langle cc\rangle\sigma$, where
//! $\sigma$ is the source of the second order, $\dot g_1 - (Lw)\cdot\nabla g_1 - Q(g_1, g_1)$, over $nM$:
//!
//! * $\omega_2 = 2|a|^2/a_0^2$,
//! * $\omega_1 = \frac53\omega_2 - \frac43\,a\cdot T\,(da/dT)/a_0^2$, which is $\frac23(\frac72 - s)\,\omega_2$
//!   where $\mu\sim T^s$,
//! * $\omega_6 = \bigl(\frac{32}{21}I + 20\sqrt{5/2}\,\kappa\bigr)/a_0^2$ with
//!   $I = \frac12\int\mathcal A^2(c^6 + \frac72c^4)\,\pi^{-3/2}e^{-c^2}dc$ and the trilinear $\kappa$ of the collision
//!   operator, $\int\mathcal A\langle cc\rangle\,Q(M\mathcal A\langle cc\rangle{:}D, M\mathcal A\langle cc\rangle{:}D)
//!   = n^2\kappa\langle DD\rangle$, an integral like the brackets'.
//!
//! For Maxwell molecules $\omega_1 = 10/3$, $\omega_2 = 2$, $\omega_6 = 8$ with any scattering.
//!
//! # References
//! \[ChapmanCowling1970\], chapter 15, in whose notation $\omega_1$, $\omega_2$, $\omega_6$ multiply the same tensors.

use super::brackets::{Brackets, Kind, MAX_ORDER, laguerre_rule, sonine};
use super::integrals::Integrals;
use super::{Coefficient, Transport, TransportError, positive, standing};
use crate::legendre::associated_legendre;
use crate::quadrature::legendre_rule;
use nalgebra::{DMatrix, DVector};
use omd_interaction::scattering::LEGENDRE_ORDERS;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The Burnett coefficients that a homogeneous flow excites; pure numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burnett {
    /// Of `tr(L) D`.
    pub omega_1: Coefficient,
    /// Of `dD/dt - 2 <L^T D>`.
    pub omega_2: Coefficient,
    /// Of `<D D>`.
    pub omega_6: Coefficient,
}

impl Burnett {
    /// `(P_xx - P_yy) nT / (mu K)^2` in simple shear of rate K: `omega_2`.
    #[must_use]
    pub fn first_normal_stress(&self) -> f64 {
        self.omega_2.value
    }

    /// `(P_yy - P_zz) nT / (mu K)^2` in simple shear of rate K: `omega_6/4 - omega_2`.
    #[must_use]
    pub fn second_normal_stress(&self) -> f64 {
        0.25 * self.omega_6.value - self.omega_2.value
    }
}

/// Step in `ln T` of the derivative.
const STEP: f64 = 0.02;

impl Transport {
    /// The Burnett coefficients at a temperature (an energy), the order raised as for [`Self::coefficient`].
    ///
    /// # Accuracy
    /// The derivative by temperature in `omega_1` is a difference of fourth order where the cross sections are no power
    /// of the energy, good to about 1e-7.
    /// # Errors
    /// [`TransportError`].
    pub fn burnett(&self, temperature: f64) -> Result<Burnett, TransportError> {
        let orders = self.burnett_orders(temperature)?;
        let of = |which: usize| standing(&orders.iter().map(|row| row[which]).collect::<Vec<_>>());
        Ok(Burnett { omega_1: of(0)?, omega_2: of(1)?, omega_6: of(2)? })
    }

    /// `[omega_1, omega_2, omega_6]` at every Sonine order from 1 to [`super::MAX_ORDER`].
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn burnett_orders(&self, temperature: f64) -> Result<Vec<[f64; 3]>, TransportError> {
        let temperature = positive("temperature", temperature)?;
        let solutions = self.solutions(temperature)?;
        let slopes = self.slopes(temperature, &solutions)?;
        let kappa = trilinear(&self.integrals, &solutions, temperature)?;
        let row = |n: usize| {
            let a = &solutions[n];
            let first = a[0] * a[0];
            let omega_2 = 2.0 * a.norm_squared() / first;
            let omega_1 = (5.0 * omega_2 - 4.0 * a.dot(&slopes[n]) / first) / 3.0;
            let sixth = 0.75 * mean_square_speed(a) + 2.625 * a.norm_squared();
            let omega_6 = (32.0 / 21.0 * sixth + 20.0 * 2.5f64.sqrt() * kappa[n]) / first;
            [omega_1, omega_2, omega_6]
        };
        Ok((0..MAX_ORDER).map(row).collect())
    }

    /// `a sqrt(T/m) = M^-1 e_0` in the leading blocks of every size.
    fn solutions(&self, temperature: f64) -> Result<Vec<DVector<f64>>, TransportError> {
        let matrix = Brackets::of(Kind::Viscosity).matrix(&self.integrals.moments(temperature)?);
        (1..=MAX_ORDER)
            .map(|n| super::column_of_inverse(&matrix, n).ok_or(TransportError::NotConverged { change: f64::INFINITY }))
            .collect()
    }

    /// `T da/dT`, in the same units as the solutions.
    fn slopes(&self, temperature: f64, solutions: &[DVector<f64>]) -> Result<Vec<DVector<f64>>, TransportError> {
        if let Some(power) = self.power() {
            return Ok(solutions.iter().map(|a| a * (power - 0.5)).collect());
        }
        let at = |steps: f64| self.solutions(temperature * f64::exp(STEP * steps));
        let [far_below, below, above, far_above] = [at(-2.0)?, at(-1.0)?, at(1.0)?, at(2.0)?];
        let slope = |n: usize| {
            let difference = (&above[n] - &below[n]) * 8.0 - (&far_above[n] - &far_below[n]);
            // The factor sqrt(T/m) of the solutions has a slope of its own.
            difference / (12.0 * STEP) - &solutions[n] * 0.5
        };
        Ok((0..MAX_ORDER).map(slope).collect())
    }
}

/// `sum_pq a_p a_q <p| c^2 |q>` between the orthonormal Sonine polynomials of rank 2.
fn mean_square_speed(a: &DVector<f64>) -> f64 {
    let mut sum = 0.0;
    for (p, x) in a.iter().enumerate() {
        let order = p as f64;
        sum += (2.0 * order + 3.5) * x * x;
        if let Some(next) = a.get(p + 1) {
            sum -= 2.0 * ((order + 1.0) * (order + 3.5)).sqrt() * x * next;
        }
    }
    sum
}

/// `kappa (T/m)` for every order.
fn trilinear(
    integrals: &Integrals,
    solutions: &[DVector<f64>],
    temperature: f64,
) -> Result<[f64; MAX_ORDER], TransportError> {
    // The integrand is a polynomial of degree 3 (MAX_ORDER + 1) in G^2.
    let centre = laguerre_rule(3 * MAX_ORDER / 2 + 3, 0.5);
    let angle: Vec<_> =
        legendre_rule(2 * MAX_ORDER + 4).into_iter().map(|(mu, w)| (mu, w, even_legendre(mu))).collect();
    let coefficients = DMatrix::from_fn(MAX_ORDER, MAX_ORDER, |n, p| solutions[n].get(p).copied().unwrap_or(0.0));
    let mut sums = [0.0; MAX_ORDER];
    integrals.average(temperature, |x, weight, cross| {
        for (y, y_weight) in &centre {
            for (sum, by_order) in sums.iter_mut().zip(at_speeds(x, *y, &angle, &coefficients)) {
                let lost: f64 = by_order.iter().enumerate().map(|(l, term)| cross.legendre[2 * l + 1] * term).sum();
                *sum -= weight * x * y_weight * lost;
            }
        }
    })?;
    // 12/35 from the sum over a basis of tensors, 4/pi and 1/2 as for the brackets.
    Ok(sums.map(|sum| sum * 12.0 / 35.0 * 2.0 / PI))
}

/// Even orders 2, 4, ...: odd ones vanish, as the two particles of a pair are alike.
const EVEN: usize = LEGENDRE_ORDERS / 2;
/// `p_lm` at `[m][l/2 - 1]`.
type EvenLegendre = [[f64; EVEN]; 3];

fn even_legendre(mu: f64) -> EvenLegendre {
    [0, 1, 2].map(|m| {
        let all = associated_legendre(LEGENDRE_ORDERS, m, mu);
        std::array::from_fn(|l| all[2 * l + 2])
    })
}

/// `sum_m a^{lm} b^{lm}` for every order and even `l` at `g^2 = x`, `G^2 = y`: `a` the coefficients of
/// `A(c^2) <cc>` of both particles, `b` those of `A(c^2) A(c_1^2) <<cc><c_1 c_1>>`.
fn at_speeds(
    x: f64,
    y: f64,
    angle: &[(f64, f64, EvenLegendre)],
    coefficients: &DMatrix<f64>,
) -> [[f64; EVEN]; MAX_ORDER] {
    let (g, big) = (x.sqrt(), y.sqrt());
    let mut test = [[[0.0; EVEN]; 3]; MAX_ORDER];
    let mut source = [[[0.0; EVEN]; 3]; MAX_ORDER];
    for (mu, weight, legendre) in angle {
        let across = FRAC_1_SQRT_2 * g * (1.0 - mu * mu).sqrt();
        let pair = [[FRAC_1_SQRT_2 * (big + g * mu), across], [FRAC_1_SQRT_2 * (big - g * mu), -across]];
        let squares = pair.map(|[along, across]| along * along + across * across);
        let functions = squares.map(|square| {
            let mut s = [0.0; MAX_ORDER];
            sonine(&mut s, square, 2.5, 2.5f64.sqrt().recip());
            coefficients * DVector::from_column_slice(&s)
        });
        let product = pair[0][0] * pair[1][0] + pair[0][1] * pair[1][1];
        for m in 0..3 {
            let [first, second] = pair.map(|c| component(m, c, c));
            let both = product * component(m, pair[0], pair[1]) - (squares[1] * first + squares[0] * second) / 3.0;
            for n in 0..MAX_ORDER {
                let [one, other] = [functions[0][n], functions[1][n]];
                let (t, s) = (weight * (one * first + other * second), weight * one * other * both);
                for (l, p) in legendre[m].iter().enumerate() {
                    test[n][m][l] += t * p;
                    source[n][m][l] += s * p;
                }
            }
        }
    }
    std::array::from_fn(|n| std::array::from_fn(|l| (0..3).map(|m| test[n][m][l] * source[n][m][l]).sum()))
}

/// The component of order `m` about the axis of the unit-normalised symmetric traceless part of `v w`, `(along, across)`
/// each in one plane, without `cos(m phi)`.
fn component(m: usize, v: [f64; 2], w: [f64; 2]) -> f64 {
    match m {
        0 => 1.5f64.sqrt() * (v[0] * w[0] - (v[0] * w[0] + v[1] * w[1]) / 3.0),
        1 => FRAC_1_SQRT_2 * (v[0] * w[1] + v[1] * w[0]),
        _ => FRAC_1_SQRT_2 * v[1] * w[1],
    }
}
