//! Sliced transport: averages over directions, where transport is sorting.

use omd_flow::Philox;
use rayon::prelude::*;

/// The mean of the one-dimensional distances over random directions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sliced {
    /// The mean over directions.
    pub distance: f64,
    /// Its standard error.
    pub error: f64,
    /// `distance / E|e_1|` with `e` uniform on the sphere: `W1` is this or more, and equal for a translation.
    pub lower_bound: f64,
    /// The standard error of that.
    pub lower_bound_error: f64,
}

/// Over `directions` directions from stream `(seed, 0)`; the clouds may differ in number. `None` where one is empty or
/// there are fewer than two directions.
///
/// Why `lower_bound` is one: a projection shortens no transport by less than `|e.(x - y)|`, and the mean of that over
/// directions is `E|e_1| |x - y|`, `E|e_1| = Gamma(D/2) / (sqrt(pi) Gamma((D+1)/2))`: 1/2 for D = 3, 0.3395 for D = 6.
///
/// # Cost
/// `N log N` a direction, in parallel over directions.
#[must_use]
pub fn sliced<const D: usize>(a: &[[f64; D]], b: &[[f64; D]], directions: usize, seed: u64) -> Option<Sliced> {
    if a.is_empty() || b.is_empty() || directions < 2 {
        return None;
    }
    let mut random = Philox::new(seed, 0);
    let chosen: Vec<[f64; D]> = (0..directions)
        .map(|_| {
            let e: [f64; D] = std::array::from_fn(|_| random.normal());
            let norm = e.iter().map(|x| x * x).sum::<f64>().sqrt();
            e.map(|x| x / norm)
        })
        .collect();
    let found: Vec<f64> = chosen
        .par_iter()
        .map(|e| {
            let sorted = |points: &[[f64; D]]| {
                let mut line: Vec<f64> = points.iter().map(|x| x.iter().zip(e).map(|(x, e)| x * e).sum()).collect();
                line.sort_unstable_by(f64::total_cmp);
                line
            };
            on_a_line(&sorted(a), &sorted(b))
        })
        .collect();
    let count = directions as f64;
    let mean = found.iter().sum::<f64>() / count;
    let variance = found.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (count - 1.0);
    let (error, shortening) = ((variance / count).sqrt(), mean_coordinate(D));
    Some(Sliced { distance: mean, error, lower_bound: mean / shortening, lower_bound_error: error / shortening })
}

/// `integral |F^-1 - G^-1|` of two sorted samples.
fn on_a_line(a: &[f64], b: &[f64]) -> f64 {
    let (n, m) = (a.len(), b.len());
    if n == m {
        return a.iter().zip(b).map(|(x, y)| (x - y).abs()).sum::<f64>() / n as f64;
    }
    // Quantiles change at multiples of m and n out of n m.
    let (mut i, mut j, mut at, mut sum) = (0, 0, 0, 0.0);
    while i < n && j < m {
        let next = ((i + 1) * m).min((j + 1) * n);
        sum += (a[i] - b[j]).abs() * (next - at) as f64;
        at = next;
        i += usize::from(next == (i + 1) * m);
        j += usize::from(next == (j + 1) * n);
    }
    sum / (n as f64 * m as f64)
}

/// `E|e_1|` on the sphere of `dimension` dimensions, by `c_(d+2) = c_d d/(d+1)` from 1 and 2/pi.
pub(super) fn mean_coordinate(dimension: usize) -> f64 {
    let mut d = if dimension % 2 == 1 { 1 } else { 2 };
    let mut mean = if d == 1 { 1.0 } else { std::f64::consts::FRAC_2_PI };
    while d < dimension {
        mean *= d as f64 / (d + 1) as f64;
        d += 2;
    }
    mean
}
