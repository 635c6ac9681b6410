//! The densities of a profile from its particles and from its characteristic function, bin by bin.

use super::Found;
use omd_kinetic::self_similar::fourier::{FourierProfile, LARGEST_VELOCITY};
use omd_kinetic::self_similar::particles::{Histogram, ProfileSample};
use omd_report::Series;

/// Bins in which this many particles were seen, in all, are compared.
const MANY: u64 = 1000;

/// A density by both methods.
pub(super) struct Density {
    /// Of the files.
    pub(super) name: &'static str,
    /// Its variable.
    pub(super) variable: &'static str,
    /// With standard errors; empty without particles.
    pub(super) particles: Series,
    /// With the change from the coarser resolution; empty where there is none.
    pub(super) fourier: Series,
    /// Sum of squares in standard errors, bins, and the largest speed or component among them.
    pub(super) comparison: Option<(f64, usize, f64)>,
}

/// Mean and standard error over replicas.
pub(super) fn estimate(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count * (count - 1.0));
    (mean, variance.sqrt())
}

/// Of `|c|` and of the three components.
pub(super) fn densities(found: &Found) -> [Density; 4] {
    let of = |which: usize| -> Density {
        let (name, variable) =
            [("radial", "speed"), ("marginal-x", "cx"), ("marginal-y", "cy"), ("marginal-z", "cz")][which];
        let histogram = |sample: &'_ ProfileSample| -> Histogram {
            if which == 0 { sample.radial.clone() } else { sample.marginal[which - 1].clone() }
        };
        let edges = histogram(&ProfileSample::default()).edges;
        let solved = |profile: &FourierProfile| {
            if which == 0 { profile.radial(&edges) } else { profile.marginal(which - 1, &edges) }
        };
        let smooth = match &found.fourier {
            Some(Ok([fine, coarse])) => {
                let (fine, coarse) = (solved(fine), solved(coarse));
                let change: Vec<f64> = fine.iter().zip(&coarse).map(|(a, b)| (a - b).abs()).collect();
                let resolved = edges.iter().filter(|edge| **edge <= LARGEST_VELOCITY).count().saturating_sub(1);
                let known = known(&fine[..resolved], &change[..resolved]);
                Some((fine, change, known))
            }
            _ => None,
        };
        let histograms: Vec<Histogram> = found.replicas.iter().map(histogram).collect();
        let mut density =
            Density { name, variable, particles: Series::default(), fourier: Series::default(), comparison: None };
        let (mut square, mut bins, mut reach) = (0.0, 0, 0.0f64);
        for k in 0..edges.len() - 1 {
            let middle = if which == 0 { (edges[k] * edges[k + 1]).sqrt() } else { 0.5 * (edges[k] + edges[k + 1]) };
            let push = |series: &mut Series, y: f64, error: f64| {
                series.x.push(middle);
                series.y.push(y);
                series.error.push(error);
            };
            let exact =
                smooth.as_ref().filter(|(.., known)| known.contains(&k)).map(|(fine, change, _)| (fine[k], change[k]));
            if let Some((value, change)) = exact {
                push(&mut density.fourier, value, change);
            }
            if histograms.is_empty() {
                continue;
            }
            let values: Vec<f64> = histograms.iter().map(|histogram| histogram.density(k)).collect();
            let (mean, error) = estimate(&values);
            if mean > 0.0 {
                push(&mut density.particles, mean, error);
            }
            let seen: u64 = histograms.iter().map(|histogram| histogram.counts[k]).sum();
            if let Some((value, change)) = exact.filter(|_| seen >= MANY && error > 0.0) {
                square += (mean - value).powi(2) / (error * error + change * change);
                bins += 1;
                reach = reach.max(middle.abs());
            }
        }
        density.comparison = (bins > 0).then_some((square, bins, reach));
        density
    };
    [0, 1, 2, 3].map(of)
}

/// The bins around the largest density in which it is more than three times its change.
fn known(values: &[f64], change: &[f64]) -> std::ops::Range<usize> {
    let peak = (0..values.len()).max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0);
    let lost = |k: &usize| values[*k] <= 3.0 * change[*k];
    let first = (0..=peak).rev().find(lost).map_or(0, |k| k + 1);
    first..(peak..values.len()).find(lost).unwrap_or(values.len())
}

/// How far the two agree, on the terminal.
pub(super) fn print(found: &Found, densities: &[Density; 4]) {
    match &found.fourier {
        None => {}
        Some(Err(error)) => println!("  characteristic function       {error}"),
        Some(Ok([fine, coarse])) => {
            println!("  characteristic function       degree {}, errors from degree {}", fine.degree, coarse.degree);
            for density in densities {
                let worst = density.fourier.error.iter().copied().fold(0.0, f64::max);
                let end = density.fourier.x.last().copied().unwrap_or(0.0);
                let agreement = density.comparison.map_or(String::new(), |(square, bins, reach)| {
                    format!("; particles: chi^2 {square:.1} of {bins} bins up to {reach:.1}")
                });
                println!("    {:<10}  known up to {end:.1}, errors below {worst:.1e}{agreement}", density.name);
            }
        }
    }
}
