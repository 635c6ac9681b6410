//! What the collision loop needs to know of a kernel, monomorphised.
//!
//! A law bounds its rate by a sum of one number per particle: `B(|u|) <= h(b_i) + h(b_j)` with `h(b) = alpha + beta b`
//! whenever `|u| <= b_i + b_j`. Then the first partner is drawn with weight `h(b_i)`, the second one uniformly, and the
//! memory of the particles is touched by candidates only that are accepted with probability `B / (h(b_i) + h(b_j))`.

use super::elementary::power;
use fearless_simd::{Simd, f64x8, prelude::*};
use omd_interaction::CollisionKernel;

/// A collision law: `B = int B dsigma` at a relative speed, its majorant and its scattering.
pub(in crate::boltzmann) trait Law: Sync {
    /// Whether the majorant depends on speeds; if not, no bounds are kept.
    const BOUNDED: bool;
    /// Whether the direction after a collision is uniform on the sphere.
    const ISOTROPIC: bool;
    /// `int B dsigma`, volume/time.
    fn rate(&self, speed: f64) -> f64;
    /// The rates of a block of pairs.
    #[inline(always)]
    fn rates<S: Simd>(&self, simd: S, speed: f64x8<S>) -> f64x8<S> {
        let mut rates = speed.to_array();
        for rate in &mut rates {
            *rate = self.rate(*rate);
        }
        f64x8::load_array(simd, rates)
    }
    /// `(alpha, beta)` of a majorant that is tightest near `b_i + b_j = pair_bound`.
    fn majorant(&self, pair_bound: f64) -> (f64, f64);
    /// The cosine of the deflection angle; called for laws that are not isotropic only.
    fn deflection_cosine(&self, _speed: f64, uniform: f64) -> f64 {
        1.0 - 2.0 * uniform
    }
}

/// `B = C`.
#[derive(Clone, Copy, Debug)]
pub(in crate::boltzmann) struct Maxwell {
    pub(in crate::boltzmann) rate: f64,
}

impl Law for Maxwell {
    const BOUNDED: bool = false;
    const ISOTROPIC: bool = true;
    #[inline(always)]
    fn rate(&self, _speed: f64) -> f64 {
        self.rate
    }
    fn majorant(&self, _pair_bound: f64) -> (f64, f64) {
        (0.5 * self.rate, 0.0)
    }
}

/// `B = C |u|`.
#[derive(Clone, Copy, Debug)]
pub(in crate::boltzmann) struct HardSphere {
    pub(in crate::boltzmann) rate: f64,
}

impl Law for HardSphere {
    const BOUNDED: bool = true;
    const ISOTROPIC: bool = true;
    #[inline(always)]
    fn rate(&self, speed: f64) -> f64 {
        self.rate * speed
    }
    #[inline(always)]
    fn rates<S: Simd>(&self, simd: S, speed: f64x8<S>) -> f64x8<S> {
        speed * f64x8::splat(simd, self.rate)
    }
    fn majorant(&self, _pair_bound: f64) -> (f64, f64) {
        (0.0, self.rate)
    }
}

/// `B = C |u|^gamma`, `0 < gamma < 1`.
#[derive(Clone, Copy, Debug)]
pub(in crate::boltzmann) struct Power {
    pub(in crate::boltzmann) rate: f64,
    pub(in crate::boltzmann) exponent: f64,
}

impl Law for Power {
    const BOUNDED: bool = true;
    const ISOTROPIC: bool = true;
    #[inline(always)]
    fn rate(&self, speed: f64) -> f64 {
        self.rate * power(speed, self.exponent)
    }
    /// The tangent of the concave `C x^gamma` at `pair_bound`.
    fn majorant(&self, pair_bound: f64) -> (f64, f64) {
        let value = self.rate * pair_bound.powf(self.exponent);
        (0.5 * value * (1.0 - self.exponent), value * self.exponent / pair_bound)
    }
}

/// The rate of `total` with the deflection angles of a kernel.
#[derive(Clone, Copy, Debug)]
pub(in crate::boltzmann) struct Deflected<L, D> {
    pub(in crate::boltzmann) total: L,
    pub(in crate::boltzmann) deflection: D,
}

/// A way to draw the cosine of the deflection angle from a uniform number.
pub(in crate::boltzmann) trait Deflection: Copy + Sync {
    fn cosine(&self, speed: f64, uniform: f64) -> f64;
}

impl Deflection for &CollisionKernel {
    fn cosine(&self, speed: f64, uniform: f64) -> f64 {
        self.deflection_cosine(speed, uniform)
    }
}

/// `2 U^(1/alpha) - 1`, the law of soft spheres.
#[derive(Clone, Copy, Debug)]
pub(in crate::boltzmann) struct Soft {
    /// `1/alpha`.
    pub(in crate::boltzmann) inverse_alpha: f64,
}

impl Deflection for Soft {
    #[inline(always)]
    fn cosine(&self, _speed: f64, uniform: f64) -> f64 {
        2.0 * power(uniform, self.inverse_alpha) - 1.0
    }
}

impl<L: Law, D: Deflection> Law for Deflected<L, D> {
    const BOUNDED: bool = L::BOUNDED;
    const ISOTROPIC: bool = false;
    #[inline(always)]
    fn rate(&self, speed: f64) -> f64 {
        self.total.rate(speed)
    }
    #[inline(always)]
    fn rates<S: Simd>(&self, simd: S, speed: f64x8<S>) -> f64x8<S> {
        self.total.rates(simd, speed)
    }
    fn majorant(&self, pair_bound: f64) -> (f64, f64) {
        self.total.majorant(pair_bound)
    }
    #[inline(always)]
    fn deflection_cosine(&self, speed: f64, uniform: f64) -> f64 {
        self.deflection.cosine(speed, uniform)
    }
}

/// `|u| (cos chi e + sin chi (cos phi a + sin phi b))` with `e = u/|u|` and `numbers = (cos phi, sin phi, uniform)`.
pub(in crate::boltzmann) fn deflected<L: Law>(
    law: &L,
    relative: &[f64; 3],
    speed: f64,
    numbers: &[f64; 3],
) -> [f64; 3] {
    let cosine = law.deflection_cosine(speed, numbers[2]);
    let sine = ((1.0 - cosine) * (1.0 + cosine)).max(0.0).sqrt();
    let e = relative.map(|x| x / speed);
    // Two unit vectors across u, the first one across an axis far from it.
    let axis = if e[0].abs() < 0.6 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
    let cross =
        |a: &[f64; 3], b: &[f64; 3]| [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let across = cross(&e, &axis);
    let length = (across[0] * across[0] + across[1] * across[1] + across[2] * across[2]).sqrt();
    let across = across.map(|x| x / length);
    let other = cross(&e, &across);
    core::array::from_fn(|r| speed * (cosine * e[r] + sine * (numbers[0] * across[r] + numbers[1] * other[r])))
}
