//! Sums across lanes where the portable operations cost too many shuffles.

use fearless_simd::{Level, Simd, f64x4, prelude::*};

/// `[sum x, sum y, sum z, any]` over four lanes.
#[inline(always)]
pub(super) fn row_of_sums<S: Simd>(simd: S, [x, y, z]: [f64x4<S>; 3]) -> f64x4<S> {
    #[cfg(target_arch = "x86_64")]
    {
        // The level of a token is a constant, so this match leaves one arm.
        match simd.level() {
            Level::Avx512(token) => {
                return f64x4::from_slice(simd, &in_lane_avx512(token, lanes(x), lanes(y), lanes(z)));
            }
            Level::Avx2(token) => {
                return f64x4::from_slice(simd, &in_lane_avx2(token, lanes(x), lanes(y), lanes(z)));
            }
            _ => {}
        }
    }
    let zero = f64x4::splat(simd, 0.0);
    let xy = x.unzip_low(y) + x.unzip_high(y);
    let z0 = z.unzip_low(zero) + z.unzip_high(zero);
    xy.unzip_low(z0) + xy.unzip_high(z0)
}

/// In registers: the optimiser sees through the array.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn lanes<S: Simd>(value: f64x4<S>) -> [f64; 4] {
    let mut lanes = [0.0; 4];
    value.store_slice(&mut lanes);
    lanes
}

/// Horizontal sums within 128 bits, then one exchange of halves.
#[cfg(target_arch = "x86_64")]
macro_rules! in_lane {
    ($name:ident, $token:ident, $level:ident) => {
        fearless_simd::kernel!(
            #[inline(always)]
            fn $name($token: $level, x: [f64; 4], y: [f64; 4], z: [f64; 4]) -> [f64; 4] {
                use core::arch::x86_64::*;
                let (x, y): (f64x4<_>, f64x4<_>) = (f64x4::from_slice($token, &x), f64x4::from_slice($token, &y));
                let z: f64x4<_> = f64x4::from_slice($token, &z);
                let (x, y, z): (__m256d, __m256d, __m256d) = (x.into(), y.into(), z.into());
                // [x01 y01 x23 y23] and [z01 z01 z23 z23].
                let xy = _mm256_hadd_pd(x, y);
                let zz = _mm256_add_pd(z, _mm256_shuffle_pd::<0b0101>(z, z));
                let near = _mm256_blend_pd::<0b1100>(xy, zz);
                let far = _mm256_permute2f128_pd::<0x21>(xy, zz);
                let row: f64x4<_> = _mm256_add_pd(near, far).simd_into($token);
                lanes(row)
            }
        );
    };
}
#[cfg(target_arch = "x86_64")]
in_lane!(in_lane_avx512, avx512, Avx512);
#[cfg(target_arch = "x86_64")]
in_lane!(in_lane_avx2, avx2, Avx2);
