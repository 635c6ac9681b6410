//! Pair laws as functions of the squared distance, in arithmetic that compilers turn into vector instructions.

use omd_interaction::{Coulomb, Gaussian, SmoothForm, SoftMorse, Yukawa};

/// A pair law in a loop over pairs.
pub(super) trait PairLaw: Copy + Send + Sync {
    /// `(U, -U'/r)` from `r^2`. `FUSED`: the machine has a fused multiply-add; calling it where there is none is slow.
    fn energy_and_pull<const FUSED: bool>(&self, squared: f64) -> (f64, f64);
}

/// `a b + c`.
#[inline(always)]
pub(super) fn multiply_add<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// `exp(x)` to two units in the last place, zero below -708; arguments above 700 are not for it.
///
/// `x = k ln 2 + r` with `abs(r) <= ln 2 / 2`, a Taylor polynomial of degree 13 in `r` (remainder below 5e-18), `k` added
/// to the exponent's bits.
#[inline(always)]
pub(super) fn exponential<const FUSED: bool>(x: f64) -> f64 {
    /// Adding it leaves the nearest integer in the low bits of the sum.
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    /// `ln 2` in two parts: products of the first with integers of 11 bits are exact.
    const LN2: [f64; 2] = [0.693_147_180_369_123_816_490, 1.908_214_929_270_587_700_02e-10];
    let mad = multiply_add::<FUSED>;
    let bounded = x.max(-708.0);
    let shifted = mad(bounded, std::f64::consts::LOG2_E, ROUNDER);
    let k = shifted - ROUNDER;
    let r = mad(-k, LN2[1], mad(-k, LN2[0], bounded));
    let mut p = 1.0 / 6_227_020_800.0;
    for inverse in [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        p = mad(p, r, inverse);
    }
    let value = f64::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 52));
    if x < -708.0 { 0.0 } else { value }
}

/// `1/sqrt(x)` for positive normal `x`, to two units in the last place: a guess from the exponent's bits (error below
/// 0.035), then one step of order five and one of order three.
#[inline(always)]
pub(super) fn inverse_root<const FUSED: bool>(x: f64) -> f64 {
    let mad = multiply_add::<FUSED>;
    let guess = f64::from_bits(0x5FE6_EB50_C7B5_37A9_u64.wrapping_sub(x.to_bits() >> 1));
    let e = mad(-x * guess, guess, 1.0);
    let series = mad(mad(mad(mad(35.0 / 128.0, e, 5.0 / 16.0), e, 3.0 / 8.0), e, 0.5), e, 0.0);
    let better = mad(guess, series, guess);
    let e = mad(-x * better, better, 1.0);
    mad(better * e, mad(3.0 / 8.0, e, 0.5), better)
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

    #[test]
    fn exponentials_and_roots_are_good_to_the_last_places() {
        for k in 0..20_000 {
            let x = -707.9 + 0.05 * f64::from(k);
            if x < 80.0 {
                for value in [exponential::<true>(x), exponential::<false>(x)] {
                    assert!((value / x.exp() - 1.0).abs() < 5e-16, "exp({x}): {value}");
                }
            }
            let y = (0.03 * f64::from(k) - 300.0).exp();
            for value in [inverse_root::<true>(y), inverse_root::<false>(y)] {
                assert!((value * y.sqrt() - 1.0).abs() < 7e-16, "1/sqrt({y}): {value}");
            }
        }
        assert_eq!((exponential::<true>(0.0), exponential::<true>(-800.0)), (1.0, 0.0));
    }

    #[test]
    fn laws_are_those_of_their_forms() {
        let morse = Morse { epsilon: 1.2, alpha: 2.1, equilibrium: 1.15 };
        let forms = [
            SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.6 }),
            SmoothForm::Morse(SoftMorse { morse, softening: 0.4 }),
            SmoothForm::Yukawa(Yukawa { strength: -1.3, screening: 0.8, softening: 0.3 }),
            SmoothForm::Coulomb(Coulomb { strength: 1.1, softening: 0.25 }),
        ];
        for form in forms {
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
}
