//! What this machine can do at most: arithmetic, the Lennard-Jones pair alone, and memory streams.
#![allow(clippy::print_stdout, reason = "prints one JSON object")]

use fearless_simd::{Level, Simd, dispatch, prelude::*};
use serde_json::json;
use std::hint::black_box;
use std::time::Instant;

/// Repetitions; the best counts, since a floor is asked for.
const ROUNDS: usize = 7;

fn main() {
    let level = Level::new();
    let fused = best(|| dispatch!(level, simd => fused_multiply_adds(simd)));
    let pair = best(|| dispatch!(level, simd => pairs(simd)));
    let (cached, memory) = (best(|| triad(20_000)), best(|| triad(8_000_000)));
    println!(
        "{}",
        json!({
            "gigaflops": 1.0 / fused,
            "pair_nanoseconds": pair,
            "pair_flops": PAIR_FLOPS,
            "cache_gigabytes_per_second": 1.0 / cached,
            "memory_gigabytes_per_second": 1.0 / memory,
        })
    );
}

/// The smallest of a few measurements of nanoseconds per unit of work.
fn best(mut measure: impl FnMut() -> f64) -> f64 {
    (0..ROUNDS).map(|_| measure()).fold(f64::INFINITY, f64::min)
}

/// Nanoseconds per floating-point operation of independent fused multiply-adds at the machine's native width.
#[inline(always)]
fn fused_multiply_adds<S: Simd>(simd: S) -> f64 {
    const CHAINS: usize = 12;
    const STEPS: usize = 2_000_000;
    let factor = S::f64s::splat(simd, black_box(0.999_999));
    let term = S::f64s::splat(simd, black_box(1e-6));
    let mut chains = [S::f64s::splat(simd, black_box(1.0)); CHAINS];
    let clock = Instant::now();
    for _ in 0..STEPS {
        for chain in &mut chains {
            *chain = chain.mul_add(factor, term);
        }
    }
    let elapsed = clock.elapsed();
    for chain in chains {
        black_box(chain.as_slice()[0]);
    }
    1e9 * elapsed.as_secs_f64() / (2 * CHAINS * STEPS * S::f64s::LEN) as f64
}

/// Operations of one pair: 3 differences, 5 for r^2, 1 division, 2 for r^-6, 2 + 2 for the force, 6 to add it, 3 to give it
/// back.
const PAIR_FLOPS: u32 = 24;

/// Nanoseconds per pair of the Lennard-Jones arithmetic, every lane within the cutoff, positions in the first-level
/// cache in the order of use: no list, no image, no lane wasted.
#[inline(always)]
fn pairs<S: Simd>(simd: S) -> f64 {
    const ATOMS: usize = 512;
    const CENTRES: usize = 4;
    const PASSES: usize = 400;
    let coordinates: Vec<f64> = (0..3 * ATOMS).map(|k| 1.0 + 0.5 * ((k * 7919) % 512) as f64 / 512.0).collect();
    let (x, rest) = coordinates.split_at(ATOMS);
    let (y, z) = rest.split_at(ATOMS);
    let (zero, one) = (S::f64s::splat(simd, 0.0), S::f64s::splat(simd, 1.0));
    let (cutoff, repulsion, attraction) =
        (S::f64s::splat(simd, 6.25), S::f64s::splat(simd, 48.0), S::f64s::splat(simd, -24.0));
    let mut sum = [zero; 3 * CENTRES];
    let clock = Instant::now();
    for pass in 0..PASSES {
        let mut centres = [zero; CENTRES];
        for (k, centre) in centres.iter_mut().enumerate() {
            *centre = S::f64s::splat(simd, black_box(0.1 * (k + pass % 2) as f64));
        }
        for block in (0..ATOMS).step_by(S::f64s::LEN) {
            let range = block..block + S::f64s::LEN;
            let px = S::f64s::from_slice(simd, &x[range.clone()]);
            let py = S::f64s::from_slice(simd, &y[range.clone()]);
            let pz = S::f64s::from_slice(simd, &z[range]);
            for k in 0..CENTRES {
                let (dx, dy, dz) = (centres[k] - px, centres[k] - py, centres[k] - pz);
                let squared = dz.mul_add(dz, dy.mul_add(dy, dx * dx));
                let inverse = one / squared;
                let inverse6 = inverse * inverse * inverse;
                let bracket = inverse6.mul_add(repulsion, attraction);
                let strength = squared.simd_lt(cutoff).select(bracket * (inverse6 * inverse), zero);
                sum[3 * k] = strength.mul_add(dx, sum[3 * k]);
                sum[3 * k + 1] = strength.mul_add(dy, sum[3 * k + 1]);
                sum[3 * k + 2] = strength.mul_add(dz, sum[3 * k + 2]);
            }
        }
    }
    let elapsed = clock.elapsed();
    for value in sum {
        black_box(value.as_slice()[0]);
    }
    1e9 * elapsed.as_secs_f64() / (PASSES * ATOMS * CENTRES) as f64
}

/// Nanoseconds per byte of `a = b + s c` over arrays of `length`, two reads and one write counted.
fn triad(length: usize) -> f64 {
    let passes = (40_000_000 / length).max(2);
    let (mut a, b, c) = (vec![0.0; length], vec![1.0; length], vec![2.0; length]);
    let clock = Instant::now();
    for pass in 0..passes {
        let factor = black_box(pass as f64);
        for ((a, b), c) in a.iter_mut().zip(&b).zip(&c) {
            *a = b + factor * c;
        }
        black_box(&mut a);
    }
    1e9 * clock.elapsed().as_secs_f64() / (passes * length * 24) as f64
}
