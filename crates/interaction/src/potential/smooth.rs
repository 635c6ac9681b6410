//! Potentials whose force is Lipschitz continuous everywhere: what a mean-field limit asks for.

use super::{Coulomb, Gaussian, Harmonic, PairForm, SoftMorse, Yukawa};

/// A potential with `grad U` Lipschitz continuous, by name: vector loops have a path for each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SmoothForm {
    /// `stiffness r^2 / 2`.
    Harmonic(Harmonic),
    /// `epsilon exp(-r^2 / (2 sigma^2))`.
    Gaussian(Gaussian),
    /// A Morse potential of the softened distance.
    Morse(SoftMorse),
    /// Screened and softened.
    Yukawa(Yukawa),
    /// Softened.
    Coulomb(Coulomb),
}

impl SmoothForm {
    /// The form as any other.
    #[must_use]
    pub fn as_pair_form(&self) -> &dyn PairForm {
        match self {
            Self::Harmonic(form) => form,
            Self::Gaussian(form) => form,
            Self::Morse(form) => form,
            Self::Yukawa(form) => form,
            Self::Coulomb(form) => form,
        }
    }

    /// The two eigenvalues of the Hessian of `U(|x|)` at distance `r`: `U''` along the distance, `U'/r` across it.
    ///
    /// With `U = u(rho)`, `rho^2 = r^2 + d^2`: `U'/r = u'/rho` and `U'' = u'' r^2/rho^2 + u' d^2/rho^3`.
    #[must_use]
    pub fn curvatures(&self, distance: f64) -> [f64; 2] {
        let softened = |softening: f64, first: f64, second: f64| {
            let soft = distance.hypot(softening);
            let (along, across) = (distance / soft, softening / soft);
            [second * along * along + first * across * across / soft, first / soft]
        };
        match self {
            Self::Harmonic(form) => [form.stiffness; 2],
            Self::Gaussian(form) => {
                let scaled = distance / form.sigma;
                let across = -form.energy(distance) / (form.sigma * form.sigma);
                [across * (1.0 - scaled * scaled), across]
            }
            Self::Morse(SoftMorse { morse, softening }) => {
                let decay = (-morse.alpha * (distance.hypot(*softening) - morse.equilibrium)).exp();
                let strength = 2.0 * morse.epsilon * morse.alpha * decay;
                softened(*softening, -strength * (decay - 1.0), strength * morse.alpha * (2.0 * decay - 1.0))
            }
            Self::Yukawa(form) => {
                let soft = distance.hypot(form.softening);
                let (energy, inverse) = (form.energy(distance), 1.0 / soft + 1.0 / form.screening);
                softened(form.softening, -energy * inverse, energy * (inverse * inverse + 1.0 / (soft * soft)))
            }
            Self::Coulomb(form) => {
                let (energy, soft) = (form.energy(distance), distance.hypot(form.softening));
                softened(form.softening, -energy / soft, 2.0 * energy / (soft * soft))
            }
        }
    }

    /// The largest force of a pair at most `radius` apart, `sup |U'|`.
    #[must_use]
    pub fn largest_force(&self, radius: f64) -> f64 {
        self.largest(radius, |r| self.as_pair_form().derivative(r).abs())
    }

    /// The Lipschitz constant of `grad U` on the ball of `radius`: the largest curvature in size.
    #[must_use]
    pub fn lipschitz_constant(&self, radius: f64) -> f64 {
        self.largest(radius, |r| self.curvatures(r).into_iter().fold(0.0, |most, c| c.abs().max(most)))
    }

    /// A length over which the potential changes: none of its features is much narrower.
    #[must_use]
    pub fn feature(&self) -> f64 {
        match self {
            Self::Harmonic(_) => f64::INFINITY,
            Self::Gaussian(form) => form.sigma,
            Self::Morse(form) => form.softening.min(1.0 / form.morse.alpha),
            Self::Yukawa(form) => form.softening.min(form.screening),
            Self::Coulomb(form) => form.softening,
        }
    }

    /// The maximum of `value` over `[0, radius]`: from points a sixteenth of a feature apart near the origin and in
    /// geometric steps beyond, refined around the best.
    fn largest(&self, radius: f64, value: impl Fn(f64) -> f64) -> f64 {
        let mut best = (0.0, value(0.0));
        let consider = |best: &mut (f64, f64), r: f64| {
            let found = value(r);
            if found > best.1 {
                *best = (r, found);
            }
        };
        let mut step = radius.min(self.feature()) / 16.0;
        let mut r = step;
        while r < radius {
            consider(&mut best, r);
            step = step.max(r / 64.0);
            r += step;
        }
        consider(&mut best, radius);
        let mut width = step.max(best.0 / 32.0);
        for _ in 0..60 {
            let at = best.0;
            consider(&mut best, (at - width).max(0.0));
            consider(&mut best, (at + width).min(radius));
            width *= 0.7;
        }
        best.1
    }
}
