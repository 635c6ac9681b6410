//! Pair laws as functions of the squared distance, in arithmetic that compilers turn into vector instructions.

use crate::arithmetic::{exponential, inverse_root};
use omd_interaction::{Coulomb, Gaussian, SmoothForm, SoftMorse, Yukawa};

/// A pair law in a loop over pairs.
pub(super) trait PairLaw: Copy + Send + Sync {
    /// `(U, -U'/r)` from `r^2`. `FUSED`: the machine has a fused multiply-add; calling it where there is none is slow.
    fn energy_and_pull<const FUSED: bool>(&self, squared: f64) -> (f64, f64);

    /// The Taylor coefficients of `U` in `r^2` about `squared`.
    fn series(&self, squared: f64) -> Series;
}

/// Terms of a Taylor series.
pub(super) const TERMS: usize = 10;

/// Coefficients of a Taylor series, the constant first.
pub(super) type Series = [f64; TERMS];

/// Of `(base + h)^power`.
fn binomial(base: f64, power: f64) -> Series {
    let mut term = base.powf(power);
    std::array::from_fn(|k| {
        let here = term;
        term *= (power - k as f64) / ((k + 1) as f64 * base);
        here
    })
}

/// Of the exponential of a series.
fn exponential_of(series: &Series) -> Series {
    let mut found = [series[0].exp(); TERMS];
    for k in 1..TERMS {
        // From y' = f' y.
        found[k] = (1..=k).map(|j| j as f64 * series[j] * found[k - j]).sum::<f64>() / k as f64;
    }
    found
}

fn product(a: &Series, b: &Series) -> Series {
    std::array::from_fn(|k| (0..=k).map(|j| a[j] * b[k - j]).sum())
}

#[derive(Clone, Copy, Debug)]
pub(super) struct GaussianLaw {
    epsilon: f64,
    rate: f64,
}

impl PairLaw for GaussianLaw {
    #[inline(always)]
    fn energy_and_pull<const FUSED: bool>(&self, squared: f64) -> (f64, f64) {
        let energy = self.epsilon * exponential::<FUSED>(-self.rate * squared);
        (energy, 2.0 * self.rate * energy)
    }

    fn series(&self, squared: f64) -> Series {
        let mut exponent = [0.0; TERMS];
        (exponent[0], exponent[1]) = (-self.rate * squared, -self.rate);
        exponential_of(&exponent).map(|term| self.epsilon * term)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct CoulombLaw {
    strength: f64,
    softening_squared: f64,
}

impl PairLaw for CoulombLaw {
    #[inline(always)]
    fn energy_and_pull<const FUSED: bool>(&self, squared: f64) -> (f64, f64) {
        let inverse = inverse_root::<FUSED>(squared + self.softening_squared);
        let energy = self.strength * inverse;
        (energy, energy * inverse * inverse)
    }

    fn series(&self, squared: f64) -> Series {
        binomial(squared + self.softening_squared, -0.5).map(|term| self.strength * term)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct YukawaLaw {
    strength: f64,
    softening_squared: f64,
    decay: f64,
}

impl PairLaw for YukawaLaw {
    #[inline(always)]
    fn energy_and_pull<const FUSED: bool>(&self, squared: f64) -> (f64, f64) {
        let soft_squared = squared + self.softening_squared;
        let inverse = inverse_root::<FUSED>(soft_squared);
        let soft = soft_squared * inverse;
        let energy = self.strength * exponential::<FUSED>(-self.decay * soft) * inverse;
        (energy, energy * inverse * (inverse + self.decay))
    }

    fn series(&self, squared: f64) -> Series {
        let base = squared + self.softening_squared;
        let decay = exponential_of(&binomial(base, 0.5).map(|term| -self.decay * term));
        product(&decay, &binomial(base, -0.5)).map(|term| self.strength * term)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct MorseLaw {
    epsilon: f64,
    alpha: f64,
    equilibrium: f64,
    softening_squared: f64,
}

impl PairLaw for MorseLaw {
    #[inline(always)]
    fn energy_and_pull<const FUSED: bool>(&self, squared: f64) -> (f64, f64) {
        let soft_squared = squared + self.softening_squared;
        let inverse = inverse_root::<FUSED>(soft_squared);
        let soft = soft_squared * inverse;
        let decay = exponential::<FUSED>(-self.alpha * (soft - self.equilibrium));
        let strength = self.epsilon * decay;
        (strength * (decay - 2.0), 2.0 * self.alpha * strength * (decay - 1.0) * inverse)
    }

    fn series(&self, squared: f64) -> Series {
        let mut exponent = binomial(squared + self.softening_squared, 0.5).map(|term| -self.alpha * term);
        exponent[0] += self.alpha * self.equilibrium;
        let (once, twice) = (exponential_of(&exponent), exponential_of(&exponent.map(|term| 2.0 * term)));
        std::array::from_fn(|k| self.epsilon * (twice[k] - 2.0 * once[k]))
    }
}

/// Runs `$body` with `$law` bound to the vector law of a form; `$harmonic` for the one that needs no sum over pairs.
macro_rules! with_law {
    ($form:expr, $law:ident => $body:expr, harmonic => $harmonic:expr) => {
        match $crate::mean_field::law::VectorLaw::of($form) {
            $crate::mean_field::law::VectorLaw::Harmonic => $harmonic,
            $crate::mean_field::law::VectorLaw::Gaussian($law) => $body,
            $crate::mean_field::law::VectorLaw::Morse($law) => $body,
            $crate::mean_field::law::VectorLaw::Yukawa($law) => $body,
            $crate::mean_field::law::VectorLaw::Coulomb($law) => $body,
        }
    };
}
pub(super) use with_law;

/// The laws by form.
#[derive(Clone, Copy, Debug)]
pub(super) enum VectorLaw {
    Harmonic,
    Gaussian(GaussianLaw),
    Morse(MorseLaw),
    Yukawa(YukawaLaw),
    Coulomb(CoulombLaw),
}

impl VectorLaw {
    pub(super) fn of(form: &SmoothForm) -> Self {
        match *form {
            SmoothForm::Harmonic(_) => Self::Harmonic,
            SmoothForm::Gaussian(Gaussian { epsilon, sigma }) => {
                Self::Gaussian(GaussianLaw { epsilon, rate: 0.5 / (sigma * sigma) })
            }
            SmoothForm::Morse(SoftMorse { morse, softening }) => Self::Morse(MorseLaw {
                epsilon: morse.epsilon,
                alpha: morse.alpha,
                equilibrium: morse.equilibrium,
                softening_squared: softening * softening,
            }),
            SmoothForm::Yukawa(Yukawa { strength, screening, softening }) => {
                Self::Yukawa(YukawaLaw { strength, softening_squared: softening * softening, decay: 1.0 / screening })
            }
            SmoothForm::Coulomb(Coulomb { strength, softening }) => {
                Self::Coulomb(CoulombLaw { strength, softening_squared: softening * softening })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_interaction::Morse;

    fn forms() -> [SmoothForm; 4] {
        let morse = Morse { epsilon: 1.2, alpha: 2.1, equilibrium: 1.15 };
        [
            SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.6 }),
            SmoothForm::Morse(SoftMorse { morse, softening: 0.4 }),
            SmoothForm::Yukawa(Yukawa { strength: -1.3, screening: 0.8, softening: 0.3 }),
            SmoothForm::Coulomb(Coulomb { strength: 1.1, softening: 0.25 }),
        ]
    }

    #[test]
    fn laws_are_those_of_their_forms() {
        for form in forms() {
            for k in 1..200 {
                let r = 0.04 * f64::from(k);
                let (energy, pull) =
                    with_law!(&form, law => law.energy_and_pull::<true>(r * r), harmonic => unreachable!());
                let exact = form.as_pair_form().energy_and_derivative(r);
                assert!((energy - exact.0).abs() < 1e-14 * exact.0.abs().max(1e-3), "{form:?} at {r}");
                assert!((pull + exact.1 / r).abs() < 1e-14 * (exact.1 / r).abs().max(1e-3), "{form:?} at {r}");
            }
        }
    }

    #[test]
    fn series_are_those_of_their_forms() {
        for form in forms() {
            let series = with_law!(&form, law => law.series(1.7), harmonic => unreachable!());
            for step in [-0.1, 0.05, 0.1] {
                let sum = series.iter().rev().fold(0.0, |sum, term| sum * step + term);
                let exact = form.as_pair_form().energy(f64::sqrt(1.7 + step));
                // What ten terms leave of a function whose nearest singularity is at -1.7 or farther.
                assert!((sum - exact).abs() < 1e-11 * exact.abs().max(0.1), "{form:?}: {sum} {exact}");
            }
        }
    }
}
