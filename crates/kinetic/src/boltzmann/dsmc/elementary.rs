//! Logarithm, power and circle functions without branches and tables, so that loops over them vectorise.
//!
//! Only `+ - * / sqrt` and integer operations are used: the bits are the same on every instruction set.

/// `2^52`: a sum with it rounds to an integer and leaves that integer in the low bits.
const ROUND: f64 = 4_503_599_627_370_496.0;
/// `2^52 + 2^51`: the same for numbers of both signs.
const ROUND_SIGNED: f64 = 6_755_399_441_055_744.0;

/// `ln x` for a normal, positive `x`; error below `4e-16 max(1, abs(ln x))`.
#[inline(always)]
pub(in crate::boltzmann) fn logarithm(x: f64) -> f64 {
    // x = 2^e m with m in [sqrt(1/2), sqrt 2): shift the exponent boundary from 1 to sqrt(1/2).
    const SQRT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    let shifted = x.to_bits().wrapping_sub(SQRT_HALF).wrapping_add(1023 << 52);
    let exponent = f64::from_bits((shifted >> 52) | ROUND.to_bits()) - (ROUND + 1023.0);
    let mantissa = f64::from_bits((shifted & ((1 << 52) - 1)).wrapping_add(SQRT_HALF));
    let f = (mantissa - 1.0) / (mantissa + 1.0);
    let s = f * f;
    let mut series = 1.0 / 23.0;
    for k in (1..11).rev() {
        series = series * s + 1.0 / (2 * k + 1) as f64;
    }
    exponent * std::f64::consts::LN_2 + 2.0 * (f + f * s * series)
}

/// `exp x` for `|x| < 700`.
#[inline(always)]
pub(in crate::boltzmann) fn exponential(x: f64) -> f64 {
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let rounded = x * std::f64::consts::LOG2_E + ROUND_SIGNED;
    let n = rounded - ROUND_SIGNED;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let mut series = 1.0;
    for k in (1..14).rev() {
        series = 1.0 + series * r / f64::from(k);
    }
    let power = rounded.to_bits().wrapping_add(1023) << 52;
    series * f64::from_bits(power)
}

/// `x^exponent` for `x >= 0`; zero and subnormal `x` give a number below `1e-308^exponent`.
#[inline(always)]
pub(in crate::boltzmann) fn power(x: f64, exponent: f64) -> f64 {
    exponential(exponent * logarithm(x.max(f64::MIN_POSITIVE)))
}

/// `(cos 2 pi x, sin 2 pi x)` for `x` in `[0, 1]`; the squares sum to 1 to rounding.
#[inline(always)]
pub(in crate::boltzmann) fn circle(x: f64) -> (f64, f64) {
    let rounded = 4.0 * x + ROUND;
    let quadrant = rounded.to_bits();
    let angle = (x - 0.25 * (rounded - ROUND)) * std::f64::consts::TAU;
    let s = angle * angle;
    let (mut sine, mut cosine) = (1.0, 1.0);
    for k in (1..8).rev() {
        sine = 1.0 - sine * s * (1.0 / ((2 * k) * (2 * k + 1)) as f64);
        cosine = 1.0 - cosine * s * (1.0 / ((2 * k + 1) * (2 * k + 2)) as f64);
    }
    let sine = angle * sine;
    let cosine = 1.0 - 0.5 * s * cosine;
    let swap = 0u64.wrapping_sub(quadrant & 1);
    let (a, b) = (cosine.to_bits(), sine.to_bits());
    let exchanged = (a ^ b) & swap;
    // Quadrants 1 and 2 have a negative cosine, 2 and 3 a negative sine.
    let cosine_sign = ((quadrant + 1) & 2) << 62;
    let sine_sign = (quadrant & 2) << 62;
    (f64::from_bits(a ^ exchanged ^ cosine_sign), f64::from_bits(b ^ exchanged ^ sine_sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_match_the_standard_library() {
        for k in 1..100_000 {
            let x = f64::from(k) / 1e5;
            let (c, s) = circle(x);
            assert!((c - (std::f64::consts::TAU * x).cos()).abs() < 1.2e-15, "cos {x}");
            assert!((s - (std::f64::consts::TAU * x).sin()).abs() < 1.2e-15, "sin {x}");
            assert!((c * c + s * s - 1.0).abs() < 5e-16);
            for y in [x, 1e-9 * x, 1e5 * x] {
                assert!((logarithm(y) - y.ln()).abs() <= 4e-16 * y.ln().abs().max(1.0), "ln {y}");
                assert!((power(y, 0.38) / y.powf(0.38) - 1.0).abs() < 3e-15, "pow {y}");
            }
            let z = 1400.0 * (x - 0.5);
            assert!((exponential(z) / z.exp() - 1.0).abs() < 1e-15, "exp {z}");
        }
        assert_eq!(circle(0.0), (1.0, 0.0));
        assert!(power(0.0, 0.5) < 1e-150);
    }
}
