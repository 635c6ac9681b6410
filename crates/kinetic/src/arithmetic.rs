//! Elementary functions in arithmetic that compilers turn into vector instructions.

use fearless_simd::Level;

/// Whether this machine has a fused multiply-add in the registers that `fearless_simd::dispatch` picks.
pub(crate) fn is_fused(level: Level) -> bool {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    return matches!(level, Level::Avx2(_) | Level::Avx512(_));
    #[cfg(target_arch = "aarch64")]
    return matches!(level, Level::Neon(_));
    #[allow(unreachable_code, reason = "other machines have no vector registers that fuse")]
    {
        let _ = level;
        false
    }
}

/// `a b + c`.
#[inline(always)]
pub(crate) fn multiply_add<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// `exp(x)` to two units in the last place, zero below -708; arguments above 700 are not for it.
///
/// `x = k ln 2 + r` with `abs(r) <= ln 2 / 2`, a Taylor polynomial of degree 13 in `r` (remainder below 5e-18), `k` added
/// to the exponent's bits.
#[inline(always)]
pub(crate) fn exponential<const FUSED: bool>(x: f64) -> f64 {
    /// Adding it leaves the nearest integer in the low bits of the sum.
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    /// `ln 2` in two parts: products of the first with integers of 11 bits are exact.
    const LN2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
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
pub(crate) fn inverse_root<const FUSED: bool>(x: f64) -> f64 {
    let mad = multiply_add::<FUSED>;
    let guess = f64::from_bits(0x5FE6_EB50_C7B5_37A9_u64.wrapping_sub(x.to_bits() >> 1));
    let e = mad(-x * guess, guess, 1.0);
    let series = mad(mad(mad(mad(35.0 / 128.0, e, 5.0 / 16.0), e, 3.0 / 8.0), e, 0.5), e, 0.0);
    let better = mad(guess, series, guess);
    let e = mad(-x * better, better, 1.0);
    mad(better * e, mad(3.0 / 8.0, e, 0.5), better)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
