//! Sums across lanes, and exchanges of lanes and rows, where the portable operations cost too many shuffles.

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

/// Columns from rows.
#[inline(always)]
pub(crate) fn transpose<S: Simd>(simd: S, rows: [f64x4<S>; 4]) -> [f64x4<S>; 4] {
    let [a, b, c, d] = rows;
    #[cfg(target_arch = "x86_64")]
    {
        match simd.level() {
            Level::Avx512(token) => {
                let columns = transpose_avx512(token, [lanes(a), lanes(b), lanes(c), lanes(d)]);
                return columns.map(|column| f64x4::from_slice(simd, &column));
            }
            Level::Avx2(token) => {
                let columns = transpose_avx2(token, [lanes(a), lanes(b), lanes(c), lanes(d)]);
                return columns.map(|column| f64x4::from_slice(simd, &column));
            }
            _ => {}
        }
    }
    let (ac, bd) = (a.interleave(c), b.interleave(d));
    let (low, high) = (ac.0.interleave(bd.0), ac.1.interleave(bd.1));
    [low.0, low.1, high.0, high.1]
}

/// Each lane from the next one, the last from the first.
#[inline(always)]
pub(super) fn from_next<S: Simd>(simd: S, value: f64x4<S>) -> f64x4<S> {
    #[cfg(target_arch = "x86_64")]
    {
        match simd.level() {
            Level::Avx512(token) => return f64x4::from_slice(simd, &from_next_avx512(token, lanes(value))),
            Level::Avx2(token) => return f64x4::from_slice(simd, &from_next_avx2(token, lanes(value))),
            _ => {}
        }
    }
    let [a, b, c, d] = lanes(value);
    f64x4::from_slice(simd, &[b, c, d, a])
}

/// In registers: the optimiser sees through the array.
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

/// Pairs within 128 bits, then halves.
#[cfg(target_arch = "x86_64")]
macro_rules! transpose {
    ($name:ident, $token:ident, $level:ident) => {
        fearless_simd::kernel!(
            #[inline(always)]
            fn $name($token: $level, rows: [[f64; 4]; 4]) -> [[f64; 4]; 4] {
                use core::arch::x86_64::*;
                let [a, b, c, d] = rows;
                let (a, b): (f64x4<_>, f64x4<_>) = (f64x4::from_slice($token, &a), f64x4::from_slice($token, &b));
                let (c, d): (f64x4<_>, f64x4<_>) = (f64x4::from_slice($token, &c), f64x4::from_slice($token, &d));
                let (a, b, c, d): (__m256d, __m256d, __m256d, __m256d) = (a.into(), b.into(), c.into(), d.into());
                let (even_ab, odd_ab) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
                let (even_cd, odd_cd) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
                let first: f64x4<_> = _mm256_permute2f128_pd::<0x20>(even_ab, even_cd).simd_into($token);
                let second: f64x4<_> = _mm256_permute2f128_pd::<0x20>(odd_ab, odd_cd).simd_into($token);
                let third: f64x4<_> = _mm256_permute2f128_pd::<0x31>(even_ab, even_cd).simd_into($token);
                let fourth: f64x4<_> = _mm256_permute2f128_pd::<0x31>(odd_ab, odd_cd).simd_into($token);
                [lanes(first), lanes(second), lanes(third), lanes(fourth)]
            }
        );
    };
}

/// One exchange across the register.
#[cfg(target_arch = "x86_64")]
macro_rules! from_next {
    ($name:ident, $token:ident, $level:ident) => {
        fearless_simd::kernel!(
            #[inline(always)]
            fn $name($token: $level, value: [f64; 4]) -> [f64; 4] {
                use core::arch::x86_64::*;
                let value: f64x4<_> = f64x4::from_slice($token, &value);
                let value: __m256d = value.into();
                let rotated: f64x4<_> = _mm256_permute4x64_pd::<0b00_11_10_01>(value).simd_into($token);
                lanes(rotated)
            }
        );
    };
}
#[cfg(target_arch = "x86_64")]
from_next!(from_next_avx512, avx512, Avx512);
#[cfg(target_arch = "x86_64")]
from_next!(from_next_avx2, avx2, Avx2);
#[cfg(target_arch = "x86_64")]
in_lane!(in_lane_avx512, avx512, Avx512);
#[cfg(target_arch = "x86_64")]
in_lane!(in_lane_avx2, avx2, Avx2);
#[cfg(target_arch = "x86_64")]
transpose!(transpose_avx512, avx512, Avx512);
#[cfg(target_arch = "x86_64")]
transpose!(transpose_avx2, avx2, Avx2);

/// All that this machine has a code of its own for here.
#[cfg(test)]
pub(crate) fn levels() -> Vec<Level> {
    let mut levels = vec![Level::new(), Level::baseline()];
    #[cfg(target_arch = "x86_64")]
    levels.extend(Level::new().as_avx2().map(|avx2| avx2.level()));
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use fearless_simd::dispatch;

    #[inline(always)]
    fn transposed<S: Simd>(simd: S, rows: &[[f64; 4]; 4]) -> [[f64; 4]; 4] {
        transpose(simd, rows.map(|row| f64x4::from_slice(simd, &row))).map(|column| {
            let mut lanes = [0.0; 4];
            column.store_slice(&mut lanes);
            lanes
        })
    }

    #[inline(always)]
    fn rotated<S: Simd>(simd: S, value: &[f64; 4]) -> [f64; 4] {
        lanes(from_next(simd, f64x4::from_slice(simd, value)))
    }

    #[test]
    fn lanes_rotate_at_every_level() {
        for level in levels() {
            assert_eq!(dispatch!(level, simd => rotated(simd, &[1.0, 2.0, 3.0, 4.0])), [2.0, 3.0, 4.0, 1.0]);
        }
    }

    #[test]
    fn rows_become_columns_at_every_level() {
        let rows = [0, 1, 2, 3].map(|i| [0, 1, 2, 3].map(|j| f64::from(4 * i + j)));
        let columns = [0, 1, 2, 3].map(|j| [0, 1, 2, 3].map(|i| f64::from(4 * i + j)));
        for level in levels() {
            assert_eq!(dispatch!(level, simd => transposed(simd, &rows)), columns);
        }
    }
}
