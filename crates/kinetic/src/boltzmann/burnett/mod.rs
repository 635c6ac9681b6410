//! Burnett functions: Sonine polynomials times solid harmonics, orthonormal under a Gaussian.
//!
//! Everything is built on one set of orthonormal homogeneous polynomials of $z\in\mathbb R^3$,
//! $$e_{nlm}(z) = c_{nl}\,|z|^{2n}\,\mathcal Y_{lm}(z),\qquad e^{z\cdot\xi} = \sum_k e_k(z)\,e_k(\xi),$$
//! real solid harmonics $\mathcal Y_{lm}$, orthonormal under $\langle p,q\rangle = p(\partial)q$. The Burnett functions
//! are $\psi_k = e^{-\Delta/2}e_k$, with $e^{z\cdot\xi - z^2/2} = \sum_k e_k(z)\,\psi_k(\xi)$, orthonormal under the standard
//! Gaussian. So the moments $\langle e_k\rangle$ and the Burnett coefficients $\langle\psi_k\rangle$ of a distribution are
//! the Taylor coefficients of its generating function without and with the factor $e^{-z^2/2}$: with $z = -ik$, of its
//! Fourier transform.
//!
//! | symbol | code | dimension |
//! |---|---|---|
//! | $(n, l)$, degree $2n + l$ | `Shell` | |
//! | $\xi = w/\sqrt{\vartheta}$ | | 1 |
//! | $\langle e_k\rangle$, $\langle\psi_k\rangle$ | `coefficients` | 1 |
//!
//! # References
//! Burnett, Proc. Lond. Math. Soc. 39 (1935) 385; Bargmann, Commun. Pure Appl. Math. 14 (1961) 187.

mod axial;
mod evolution;
mod gaunt;
mod ladder;
mod modes;
mod observe;
mod quadratic;

pub(crate) use axial::AxialAverage;
pub(crate) use evolution::{Equations, Evolution, Strengths};
pub(crate) use gaunt::{Gaunt, axial, couples, gaunt};
pub(crate) use ladder::{Drift, Ladder, moments_of_burnett};
pub use modes::{Modes, Shell};
pub(crate) use observe::Observer;
pub(crate) use quadratic::{Coupling, Quadratic};
