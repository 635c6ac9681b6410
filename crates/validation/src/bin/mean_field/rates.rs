//! How the distance between two samples falls with their number.

use omd_flow::Philox;
use omd_kinetic::wasserstein::{entropic, exact, sliced};
use std::time::Instant;

const NUMBERS: [usize; 7] = [64, 128, 256, 512, 1024, 2048, 4096];

fn normal<const D: usize>(count: usize, stream: u64) -> Vec<[f64; D]> {
    let mut random = Philox::new(7, stream);
    (0..count).map(|_| std::array::from_fn(|_| random.normal())).collect()
}

pub(crate) fn tables() {
    println!("## W1 between two samples of N standard normal points, exact\n");
    println!("| d | N | pairs of samples | W1 | standard error | largest duality gap | s a distance |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let slopes = [slope::<3>(), slope::<6>()];
    println!();
    println!("| d | slope of ln W1 over ln N, N = 64 to 2048 | to 4096 | 1/d |");
    println!("| --- | --- | --- | --- |");
    for (d, [(short, short_error), (long, long_error)]) in [3, 6].into_iter().zip(slopes) {
        println!("| {d} | {short:.4}({short_error:.4}) | {long:.4}({long_error:.4}) | -{:.4} |", 1.0 / f64::from(d));
    }
    println!();
    beyond::<3>();
    beyond::<6>();
}

/// The rows of one dimension and the slopes over the first six and all numbers.
fn slope<const D: usize>() -> [(f64, f64); 2] {
    let mut rows = Vec::new();
    for count in NUMBERS {
        let pairs = (4096 / count).clamp(4, 32);
        let mut gap: f64 = 0.0;
        let begun = Instant::now();
        let found: Vec<f64> = (0..pairs as u64)
            .map(|pair| {
                let stream = 1000 * count as u64 + 2 * pair;
                let transport = exact(&normal::<D>(count, stream), &normal::<D>(count, stream + 1)).expect("equal");
                gap = gap.max(transport.gap.abs());
                transport.distance
            })
            .collect();
        let seconds = begun.elapsed().as_secs_f64() / pairs as f64;
        let mean = found.iter().sum::<f64>() / pairs as f64;
        let square = found.iter().map(|w| (w - mean) * (w - mean)).sum::<f64>();
        let error = (square / (pairs as f64 * (pairs as f64 - 1.0))).sqrt();
        println!("| {D} | {count} | {pairs} | {mean:.5} | {error:.5} | {gap:.0e} | {seconds:.3} |");
        rows.push((count as f64, mean, error));
    }
    [fit(&rows[..6]), fit(&rows)]
}

/// Least squares of `ln W1` on `ln N`, weighted by the errors; the error of the slope is theirs, a curve is not told.
fn fit(rows: &[(f64, f64, f64)]) -> (f64, f64) {
    let points: Vec<_> = rows.iter().map(|(n, w, e)| (n.ln(), w.ln(), (w / e).powi(2))).collect();
    let total: f64 = points.iter().map(|p| p.2).sum();
    let centre = points.iter().map(|p| p.0 * p.2).sum::<f64>() / total;
    let spread: f64 = points.iter().map(|p| p.2 * (p.0 - centre).powi(2)).sum();
    let slope = points.iter().map(|p| p.2 * (p.0 - centre) * p.1).sum::<f64>() / spread;
    (slope, spread.sqrt().recip())
}

fn beyond<const D: usize>() {
    if D == 3 {
        println!("## Beyond: brackets by entropic transport, lower bounds by 500 slices\n");
        println!("| d | N | exact | lower | upper | temperature, sweeps | s | sliced lower bound | s |");
        println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    }
    for count in [2048, 8192] {
        let (a, b) = (normal::<D>(count, 1), normal::<D>(count, 2));
        let known = if count <= 4096 { exact(&a, &b).map(|t| format!("{:.5}", t.distance)) } else { None };
        let (temperature, sweeps) = (if D == 3 { 0.03 } else { 0.06 }, 12);
        let begun = Instant::now();
        let bracket = entropic(&a, &b, temperature, sweeps).expect("points");
        let seconds = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let slices = sliced(&a, &b, 500, 1).expect("points");
        println!(
            "| {D} | {count} | {} | {:.5} | {:.5} | {temperature}, {sweeps} | {seconds:.1} | {:.5}({:.5}) | {:.2} |",
            known.unwrap_or_default(),
            bracket.lower,
            bracket.upper,
            slices.lower_bound,
            slices.lower_bound_error,
            begun.elapsed().as_secs_f64()
        );
    }
    if D == 6 {
        println!();
    }
}
