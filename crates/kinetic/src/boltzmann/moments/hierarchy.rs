//! The closed equations for all moments of Maxwell molecules up to an order.

use super::angular::{AngularLaw, legendre};
use crate::boltzmann::burnett::{AxialAverage, Coupling, Drift, Ladder, Modes, Quadratic, Shell, couples};
use crate::quadrature::legendre_rule;
use nalgebra::{DMatrix, Matrix3};
use std::f64::consts::PI;

/// `dM/dt = drift(L) M + (n/Kn) Q(M, M)` for the moments `M_k = <e_k(w)>` of all homogeneous polynomials up to an
/// order: exact, closed and triangular.
///
/// The generating function $G(z) = \langle e^{z\cdot w}\rangle = \sum_k M_k e_k(z)$ obeys Bobylev's equation
/// $$\partial_t G + (L^Tz)\cdot\nabla G = \frac n{Kn}\int b(\hat z\cdot\sigma)\,[G(z_+)G(z_-) - G(0)G(z)]\,d\sigma,\qquad
/// z_\pm = \tfrac12(z \pm |z|\sigma),$$
/// and the product of a term of degree `i` and one of degree `j` is of degree `i + j`. Its coefficient for three ranks
/// follows from $z$ along one axis: $z_\pm$ make the angles $\chi/2$ and $(\pi - \chi)/2$ with it and
/// $|z_+| = |z|\cos\frac\chi2$, $|z_-| = |z|\sin\frac\chi2$.
///
/// Moments are per atom (`M_0 = 1`) and in the units of velocity to their order. `frequency` is `n/Kn`.
/// # References
/// \[Bobylev1975\]; Ikenberry, Truesdell, J. Rational Mech. Anal. 5 (1956) 1: the same moments, in Cartesian form.
#[derive(Clone, Debug)]
pub struct MaxwellHierarchy {
    pub(super) ladder: Ladder,
    pub(super) drift: Drift,
    pub(super) quadratic: Quadratic,
    pub(super) strengths: Vec<f64>,
    /// `nu_nl` of every shell: what the linear part does in the highest order.
    rates: Vec<f64>,
}

impl MaxwellHierarchy {
    /// All moments up to the order of the law, or to a lower `order`.
    #[must_use]
    pub fn new(order: usize, law: &AngularLaw) -> Self {
        let ladder = Ladder::new(order.min(law.order()));
        let modes = ladder.modes();
        let drift = Drift::homogeneous(&ladder, modes);
        let (couplings, strengths) = strengths(modes, law);
        let quadratic = Quadratic::new(&couplings);
        // In (n/Kn) Q the order k itself stands beside M_0 only.
        let linear = |shell: &Shell| {
            let beside = |c: &Coupling| c.left.order() == 0 && c.out == *shell && c.right == *shell;
            let place = couplings.iter().position(beside);
            place.map_or(0.0, |place| -strengths[place] / (4.0 * PI).sqrt())
        };
        let rates = modes.shells().iter().map(linear).collect();
        Self { drift, quadratic, strengths, rates, ladder }
    }
    /// The places of the moments.
    #[must_use]
    pub fn modes(&self) -> &Modes {
        self.ladder.modes()
    }
    /// `nu_nl`, volume/time: without flow and other moments, `dM_nlm/dt = -(n/Kn) nu_nl M_nlm`.
    #[must_use]
    pub fn relaxation_rate(&self, n: usize, l: usize) -> Option<f64> {
        self.modes().shells().iter().position(|shell| (shell.n, shell.l) == (n, l)).map(|place| self.rates[place])
    }
    /// The linear block of one order at unit `M_0`, 1/time: `dM_k/dt = block M_k + lower orders`.
    ///
    /// The eigenvalue of largest real part is the growth rate of the order; where it exceeds `k` times the growth rate
    /// `beta` of velocities, the moments of that order of a self-similar profile are infinite. Rows and columns are
    /// `modes().block(order)`.
    #[must_use]
    pub fn block(&self, order: usize, gradient: &Matrix3<f64>, frequency: f64) -> DMatrix<f64> {
        let range = self.modes().block(order);
        let mut block = DMatrix::zeros(range.len(), range.len());
        for (row, column, value) in self.drift.elements(gradient) {
            if range.contains(&row) {
                block[(row - range.start, column - range.start)] += value;
            }
        }
        for (shell, rate) in self.modes().shells().iter().zip(&self.rates) {
            if shell.order() == order {
                shell.range().for_each(|k| block[(k - range.start, k - range.start)] -= frequency * rate);
            }
        }
        block
    }
    /// The growth rate of an order, 1/time: the largest real part of an eigenvalue of its block.
    #[must_use]
    pub fn growth_rate(&self, order: usize, gradient: &Matrix3<f64>, frequency: f64) -> f64 {
        let eigenvalues = self.block(order, gradient, frequency).complex_eigenvalues();
        eigenvalues.iter().map(|z| z.re).fold(f64::NEG_INFINITY, f64::max)
    }
    /// Sets `rate` to `dM/dt`, all orders.
    pub fn rate(&self, gradient: &Matrix3<f64>, frequency: f64, moments: &[f64], rate: &mut [f64]) {
        rate.fill(0.0);
        self.drift.add(gradient, moments, rate);
        self.quadratic.add(&self.strengths, frequency, moments, rate);
    }
    /// The moments of a centred Gaussian with this covariance, velocity squared.
    #[must_use]
    pub fn gaussian(&self, covariance: &Matrix3<f64>) -> Vec<f64> {
        self.ladder.gaussian(covariance)
    }
    /// `<w_x^a w_y^b w_z^c>`.
    ///
    /// # Panics
    /// When the powers add up to more than the order.
    #[must_use]
    pub fn monomial(&self, powers: [usize; 3], moments: &[f64]) -> f64 {
        let (order, most) = (powers.iter().sum::<usize>(), self.modes().order());
        assert!(order <= most, "these are moments up to order {most}, not {order}");
        self.ladder.monomial(powers).iter().zip(moments).map(|(a, b)| a * b).sum()
    }
}

/// `c_nl` of `e_nlm = c_nl |z|^2n Y_lm`.
fn norm(shell: &Shell) -> f64 {
    let down = |k: usize| (1..=k).rev().step_by(2).map(|k| k as f64).product::<f64>();
    (4.0 * PI / (down(2 * shell.n) * down(2 * shell.n + 2 * shell.l + 1))).sqrt()
}

/// All couplings and their strengths, volume/time; a pair of different shells stands for both of its orders.
fn strengths(modes: &Modes, law: &AngularLaw) -> (Vec<Coupling>, Vec<f64>) {
    let (mut couplings, mut strengths) = (Vec::new(), Vec::new());
    // Polynomials in cos chi of degree up to the order, times a Legendre polynomial.
    let rule = legendre_rule(modes.order() + 1);
    let halves: Vec<(f64, f64)> = rule.iter().map(|(c, _)| ((0.5 + 0.5 * c).sqrt(), (0.5 - 0.5 * c).sqrt())).collect();
    let polynomials: Vec<Vec<f64>> = rule.iter().map(|(c, _)| legendre(modes.order(), *c)).collect();
    let shells = modes.shells();
    for (place, left) in shells.iter().enumerate() {
        for right in &shells[place..] {
            let order = left.order() + right.order();
            for out in shells.iter().filter(|s| s.order() == order && couples([s.l, left.l, right.l])) {
                let axial = AxialProduct::new(out, left, right);
                let gain = |k: usize| {
                    let (cosine, sine) = halves[k];
                    let there = axial.at(cosine, sine);
                    if left == right { there } else { there + axial.at(sine, cosine) }
                };
                let loss = if left.order() == 0 { (4.0 * PI).sqrt() } else { 0.0 };
                let mut coefficients = vec![0.0; order + 1];
                for (k, (_, weight)) in rule.iter().enumerate() {
                    let value = gain(k) - loss;
                    for (l, coefficient) in coefficients.iter_mut().enumerate() {
                        *coefficient += (l as f64 + 0.5) * weight * value * polynomials[k][l];
                    }
                }
                couplings.push(Coupling { out: *out, left: *left, right: *right });
                strengths.push(law.average(&coefficients));
            }
        }
    }
    (couplings, strengths)
}

/// The part of rank `l` of `e_left(z_+) e_right(z_-)`, averaged over the azimuth, for `z` along the polar axis.
struct AxialProduct {
    orders: [i32; 2],
    scale: f64,
    average: AxialAverage,
}

impl AxialProduct {
    fn new(out: &Shell, left: &Shell, right: &Shell) -> Self {
        Self {
            orders: [left.order() as i32, right.order() as i32],
            scale: norm(left) * norm(right) / norm(out),
            average: AxialAverage::new([left.l, right.l, out.l]),
        }
    }
    /// For `z_+` of length and cosine `first`, `z_-` of length and cosine `second`.
    fn at(&self, first: f64, second: f64) -> f64 {
        let [left, right] = self.orders;
        self.scale * self.average.at(first, second) * first.powi(left) * second.powi(right)
    }
}
