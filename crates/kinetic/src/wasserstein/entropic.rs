//! Entropic transport: Sinkhorn's iteration, turned into proven bounds from both sides.

use super::distance;
use crate::arithmetic::{exponential, is_fused};
use fearless_simd::{Level, dispatch};
use rayon::prelude::*;

/// `lower <= W1 <= upper`, whatever the iteration has reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bracket {
    /// The value of a feasible solution of the dual problem.
    pub lower: f64,
    /// The cost of a transport.
    pub upper: f64,
}

/// Rows that one thread works on at a time.
const ROWS: usize = 64;

/// Brackets `W1` between two clouds, of any two numbers of points of equal weight each.
///
/// Sinkhorn's iteration \[Cuturi2013\] at temperatures that fall by factors of two from the size of the clouds to
/// `temperature`, a length, with `sweeps` sweeps each. The potentials it ends with give the lower bound after a
/// c-transform; the plan, rounded to exact marginals \[AltschulerWeedRigollet2017\], the upper one. The bracket is about
/// `temperature` wide once the sweeps have converged; it holds even when they have not.
///
/// `None` where a cloud is empty, a coordinate not finite or `temperature` not positive.
///
/// # Cost
/// Two exponentials a pair, sweep and temperature; no matrix is stored.
#[must_use]
pub fn entropic<const D: usize>(a: &[[f64; D]], b: &[[f64; D]], temperature: f64, sweeps: usize) -> Option<Bracket> {
    let finite = |points: &[[f64; D]]| !points.is_empty() && points.iter().flatten().all(|x| x.is_finite());
    if !(finite(a) && finite(b) && temperature > 0.0 && temperature.is_finite()) {
        return None;
    }
    let simd = Level::new();
    let mut size = temperature;
    for point in a.iter().chain(b) {
        size = size.max(distance(point, &a[0]));
    }
    let (mut f, mut g) = (vec![0.0; a.len()], vec![0.0; b.len()]);
    let mut hot = size;
    loop {
        hot = (0.5 * hot).max(temperature);
        for _ in 0..sweeps.max(1) {
            f = soft_minimum(simd, a, b, &g, hot);
            g = soft_minimum(simd, b, a, &f, hot);
        }
        if hot <= temperature {
            break;
        }
    }
    Some(Bracket { lower: dual(a, b, &f), upper: rounded(simd, a, b, &f, &g, temperature) })
}

/// `-t ln((1/m) sum_j exp((g_j - |a_i - b_j|)/t))` for every i.
fn soft_minimum<const D: usize>(simd: Level, a: &[[f64; D]], b: &[[f64; D]], g: &[f64], t: f64) -> Vec<f64> {
    let mut values = vec![0.0; a.len()];
    values.par_chunks_mut(ROWS).zip(a.par_chunks(ROWS)).for_each(|(values, a)| {
        let mut row = vec![0.0; b.len()];
        for (value, a) in values.iter_mut().zip(a) {
            for ((entry, b), g) in row.iter_mut().zip(b).zip(g) {
                *entry = (g - distance(a, b)) / t;
            }
            let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            *value = -t * (most + (sum_of_exponentials(simd, &row, most) / b.len() as f64).ln());
        }
    });
    values
}

/// `sum exp(x - most)`, eight partial sums.
fn sum_of_exponentials(simd: Level, values: &[f64], most: f64) -> f64 {
    #[inline(always)]
    fn sum<const FUSED: bool>(values: &[f64], most: f64) -> f64 {
        let mut sums = [0.0; 8];
        let (blocks, rest) = values.as_chunks::<8>();
        for block in blocks {
            for lane in 0..8 {
                sums[lane] += exponential::<FUSED>(block[lane] - most);
            }
        }
        sums.iter().sum::<f64>() + rest.iter().map(|x| exponential::<FUSED>(x - most)).sum::<f64>()
    }
    if is_fused(simd) {
        dispatch!(simd, _simd => sum::<true>(values, most))
    } else {
        dispatch!(simd, _simd => sum::<false>(values, most))
    }
}

/// The dual value of `f` after two c-transforms: `g_j = min_i |a_i - b_j| - f_i` makes it feasible, then
/// `f_i = min_j |a_i - b_j| - g_j` raises it.
fn dual<const D: usize>(a: &[[f64; D]], b: &[[f64; D]], f: &[f64]) -> f64 {
    fn transform<const D: usize>(a: &[[f64; D]], b: &[[f64; D]], g: &[f64]) -> Vec<f64> {
        a.par_iter().map(|a| b.iter().zip(g).map(|(b, g)| distance(a, b) - g).fold(f64::INFINITY, f64::min)).collect()
    }
    let g = transform(b, a, f);
    let f = transform(a, b, &g);
    f.iter().sum::<f64>() / a.len() as f64 + g.iter().sum::<f64>() / b.len() as f64
}

/// The cost of the plan `exp((f_i + g_j - c_ij)/t)/(n m)` after its rows, then its columns are cut to at most their
/// share, and what is missing is filled in as a product.
fn rounded<const D: usize>(simd: Level, a: &[[f64; D]], b: &[[f64; D]], f: &[f64], g: &[f64], t: f64) -> f64 {
    let (n, m) = (a.len() as f64, b.len() as f64);
    // Sums of the rows of the plan are (1/n) exp((f_i - f~_i)/t) with f~ the soft minimum: cutting replaces f by the
    // smaller of the two; the same for columns with the rows so cut.
    let smaller = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x.min(*y)).collect::<Vec<f64>>();
    let f = smaller(f, &soft_minimum(simd, a, b, g, t));
    let g = smaller(g, &soft_minimum(simd, b, a, &f, t));
    let missing = |x: &[f64], full: &[f64], count: f64| {
        x.iter().zip(full).map(|(x, full)| (1.0 - ((x - full) / t).exp()).max(0.0) / count).collect::<Vec<f64>>()
    };
    let rows = missing(&f, &soft_minimum(simd, a, b, &g, t), n);
    let columns = missing(&g, &soft_minimum(simd, b, a, &f, t), m);
    let total: f64 = rows.iter().sum();
    let share = if total > 0.0 { 1.0 / total } else { 0.0 };
    let costs: Vec<f64> = (0..a.len())
        .into_par_iter()
        .map(|i| {
            let row = b.iter().zip(&g).zip(&columns);
            let fill = rows[i] * share;
            row.map(|((b, g), column)| {
                let cost = distance(&a[i], b);
                cost * (exponential::<false>((f[i] + g - cost) / t) / (n * m) + fill * column)
            })
            .sum()
        })
        .collect();
    costs.iter().sum()
}
