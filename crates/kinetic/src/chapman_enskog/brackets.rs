//! Matrix elements of the linearised collision operator between Sonine polynomials.
//!
//! With $c = \sqrt{m/2T}\,w$, $c = (G + g)/\sqrt2$, $c_1 = (G - g)/\sqrt2$, energy of relative motion $E = T g^2$,
//! and a test tensor $\psi_p(c) = s_p(c^2)\,\langle c\dots c\rangle$ of rank 1 or 2, `s_p` orthonormal Sonine
//! polynomials, the bracket integral of a simple gas is
//!
//! $$M_{pq} = \tfrac12\pi^{-3}\int dG\,dg\,e^{-G^2-g^2}|u|\sum_l Q_l(E)\sum_m a^{lm}_p(G,g)\,a^{lm}_q(G,g)$$
//!
//! where $a^{lm}_p$ are the coefficients in real spherical harmonics of $\hat g$ (polar axis $\hat G$) of
//! $\psi_p(c) + \psi_p(c_1)$: scattering multiplies the order `l` by $\int P_l(\cos\chi)$. For a tagged particle the
//! sum is $\psi_p(c)$ alone, without the factor 1/2. As $|u|\,g^2dg = \sqrt{T/m}\,x\,dx$ with $x = g^2$,
//!
//! $$M_{pq} = \sqrt{T/m}\sum_l\int_0^\infty x e^{-x} Q_l(Tx) R^l_{pq}(x)\,dx$$
//!
//! with polynomials `R` that know no kernel. They are computed once, by exact Gauss quadrature, as coefficients in
//! orthonormal Laguerre polynomials. Every term is a square: there is no cancellation of alternating sums as in the
//! closed formulae with `Omega^(l,s)`.

use super::integrals::Moments;
use crate::legendre::associated_legendre;
use crate::quadrature::legendre_rule;
use gauss_quad::{FiniteAboveNegOneF64, GaussLaguerre};
use nalgebra::DMatrix;
use omd_interaction::scattering::LEGENDRE_ORDERS;
use std::f64::consts::PI;
use std::num::NonZeroUsize;
use std::sync::LazyLock;

/// The highest order: `l` reaches `MAX_ORDER + 1`, which must not exceed [`LEGENDRE_ORDERS`].
pub(super) const MAX_ORDER: usize = 14;
const _: () = assert!(MAX_ORDER < LEGENDRE_ORDERS);
/// Laguerre coefficients of `R`: its degree is at most `2 MAX_ORDER + 1`.
pub(super) const LAGUERRE: usize = 2 * MAX_ORDER + 2;

/// Which operator on which tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Rank 2, from `s_0`.
    Viscosity,
    /// Rank 1, from `s_1`: `s_0` is the momentum.
    Conductivity,
    /// Rank 1, from `s_0`, one particle tagged.
    Diffusion,
}

/// Coefficients `R[p][q][l-1][k]`.
pub(super) struct Brackets {
    coefficients: Vec<f64>,
}

fn count(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap_or(NonZeroUsize::MIN)
}

/// Nodes and weights for `x^alpha exp(-x)`, `alpha > -1`.
///
/// Eigenvalues leave small nodes and outlying weights with an absolute error only, and the polynomials are large
/// there: the nodes are polished by Newton's method and the weights taken as `1/sum p_k^2`.
pub(super) fn laguerre_rule(nodes: usize, alpha: f64) -> Vec<(f64, f64)> {
    let exponent = FiniteAboveNegOneF64::new(alpha).expect("the caller checked that alpha > -1");
    let rough = GaussLaguerre::new(count(nodes), exponent);
    let total: f64 = rough.weights().sum();
    let mut p = vec![0.0; nodes + 1];
    let polish = |x: &f64| {
        let mut x = *x;
        for _ in 0..3 {
            sonine(&mut p, x, alpha, total.sqrt().recip());
            // x p_n' = n p_n - sqrt(n (n + alpha)) p_{n-1} for polynomials with this sign and norm.
            let n = nodes as f64;
            let slope = (n * p[nodes] - (n * (n + alpha)).sqrt() * p[nodes - 1]) / x;
            x -= p[nodes] / slope;
        }
        sonine(&mut p, x, alpha, total.sqrt().recip());
        (x, p[..nodes].iter().map(|p| p * p).sum::<f64>().recip())
    };
    rough.nodes().map(polish).collect()
}

/// Polynomials `p_0 .. p_{n-1}` orthonormal under `x^alpha exp(-x)` times a constant such that `p_0 = first`.
pub(crate) fn sonine(values: &mut [f64], x: f64, alpha: f64, first: f64) {
    let (mut before, mut now) = (0.0, first);
    for (n, value) in values.iter_mut().enumerate() {
        *value = now;
        let n = n as f64;
        let next = ((2.0 * n + 1.0 + alpha - x) * now - (n * (n + alpha)).sqrt() * before)
            / ((n + 1.0) * (n + 1.0 + alpha)).sqrt();
        (before, now) = (now, next);
    }
}

impl Kind {
    fn rank(self) -> usize {
        if self == Self::Viscosity { 2 } else { 1 }
    }
    /// The first polynomial used.
    fn first(self) -> usize {
        usize::from(self == Self::Conductivity)
    }
    /// The component of order `m` about `G` of the unit-normalised tensor of `(along, across)`, without `cos(m phi)`.
    fn component(self, m: usize, along: f64, across: f64) -> f64 {
        match (self.rank(), m) {
            (1, 0) => along,
            (1, _) => across,
            (_, 0) => 1.5f64.sqrt() * (2.0 * along * along - across * across) / 3.0,
            (_, 1) => std::f64::consts::SQRT_2 * along * across,
            (_, _) => across * across / std::f64::consts::SQRT_2,
        }
    }
    /// `component` times `s_p(c^2)`, `p = first ..`.
    fn tensor(self, m: usize, along: f64, across: f64) -> [f64; MAX_ORDER] {
        let rank = self.rank() as f64;
        // `s_0` from the norm of the tensor: `<c^2> = 3/2`, `<cc>:<cc> = 5/2` on average.
        let norm = if self.rank() == 2 { 2.5f64 } else { 1.5 };
        let mut s = [0.0; MAX_ORDER + 1];
        sonine(&mut s, along * along + across * across, rank + 0.5, norm.sqrt().recip());
        let component = self.component(m, along, across);
        std::array::from_fn(|p| s[p + self.first()] * component)
    }
}

impl Brackets {
    /// Computed once per kind.
    pub(super) fn of(kind: Kind) -> &'static Self {
        static ALL: [LazyLock<Brackets>; 3] = [
            LazyLock::new(|| Brackets::new(Kind::Viscosity)),
            LazyLock::new(|| Brackets::new(Kind::Conductivity)),
            LazyLock::new(|| Brackets::new(Kind::Diffusion)),
        ];
        &ALL[kind as usize]
    }
    fn new(kind: Kind) -> Self {
        let mut coefficients = vec![0.0; MAX_ORDER * MAX_ORDER * LEGENDRE_ORDERS * LAGUERRE];
        // Degrees: R in x at most 2 MAX_ORDER + 1, times a Laguerre polynomial of degree below LAGUERRE.
        let relative = laguerre_rule(LAGUERRE + 1, 1.0);
        let centre = laguerre_rule(MAX_ORDER + 3, 0.5);
        let angle = legendre_rule(MAX_ORDER + 5);
        let mut basis = [0.0; LAGUERRE];
        for (x, weight) in relative {
            sonine(&mut basis, x, 1.0, 1.0);
            let r = polynomials(kind, x.sqrt(), &centre, &angle);
            for (value, out) in r.iter().zip(coefficients.chunks_exact_mut(LAGUERRE)) {
                for (o, b) in out.iter_mut().zip(basis) {
                    *o += weight * value * b;
                }
            }
        }
        Self { coefficients }
    }
    /// `M / sqrt(T/m)` for the moments of the cross sections.
    pub(super) fn matrix(&self, moments: &Moments) -> DMatrix<f64> {
        let mut matrix = DMatrix::zeros(MAX_ORDER, MAX_ORDER);
        let block = LEGENDRE_ORDERS * LAGUERRE;
        for (pq, r) in self.coefficients.chunks_exact(block).enumerate() {
            matrix[(pq / MAX_ORDER, pq % MAX_ORDER)] =
                r.iter().zip(moments.as_flattened()).map(|(a, b)| a * b).sum::<f64>();
        }
        matrix
    }
}

/// `R^l_pq(g^2)` for all `p, q, l`.
fn polynomials(kind: Kind, g: f64, centre: &[(f64, f64)], angle: &[(f64, f64)]) -> Vec<f64> {
    let mut r = vec![0.0; MAX_ORDER * MAX_ORDER * LEGENDRE_ORDERS];
    // pi^-3, 4 pi of the direction of G, int G^2 exp(-G^2) dG = 1/2 int y^(1/2) exp(-y) dy, 2 pi of the azimuth (m > 0:
    // pi for each of cos and sin), and the factor of the bracket.
    let symmetric = kind != Kind::Diffusion;
    let factor = 4.0 / PI * if symmetric { 0.5 } else { 1.0 };
    for (y, weight) in centre {
        let big = y.sqrt();
        for m in 0..=kind.rank() {
            let mut a = [[0.0; LEGENDRE_ORDERS + 1]; MAX_ORDER];
            for (mu, w) in angle {
                let p_lm = associated_legendre(LEGENDRE_ORDERS, m, *mu);
                let (along, across) = (std::f64::consts::FRAC_1_SQRT_2, g * (1.0 - mu * mu).sqrt());
                let across = across * std::f64::consts::FRAC_1_SQRT_2;
                let mut tensor = kind.tensor(m, along * (big + g * mu), across);
                if symmetric {
                    let other = kind.tensor(m, along * (big - g * mu), -across);
                    tensor.iter_mut().zip(other).for_each(|(t, o)| *t += o);
                }
                for (row, t) in a.iter_mut().zip(tensor) {
                    row.iter_mut().zip(&p_lm).for_each(|(a, p)| *a += w * t * p);
                }
            }
            for p in 0..MAX_ORDER {
                for q in 0..MAX_ORDER {
                    for l in 1..=LEGENDRE_ORDERS {
                        r[(p * MAX_ORDER + q) * LEGENDRE_ORDERS + l - 1] += factor * weight * a[p][l] * a[q][l];
                    }
                }
            }
        }
    }
    r
}
