//! What the numbers say, in a line each.

use crate::descriptions::DESCRIPTIONS;
use crate::deviation::Pair;
use crate::format::{number, percent};
use crate::results::Results;

/// How far apart two descriptions are, next to their noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// Within the noise: a root mean square of at most 1.5 times what noise alone gives.
    Within,
    /// Between 1.5 and 2.5.
    Marginal,
    /// Beyond 2.5.
    Beyond,
    /// Neither has standard errors.
    Exact,
}

impl Agreement {
    /// Judges a root mean square in combined standard errors next to what noise alone gives.
    pub(crate) fn of(root_mean_square: Option<f64>, expected: f64) -> Self {
        match root_mean_square.map(|z| z / expected) {
            None => Self::Exact,
            Some(z) if z <= 1.5 => Self::Within,
            Some(z) if z <= 2.5 => Self::Marginal,
            Some(_) => Self::Beyond,
        }
    }

    /// The class of a table cell.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Marginal => "marginal",
            Self::Beyond => "beyond",
            Self::Exact => "exact",
        }
    }
}

/// The verdicts on the pairs, on the density and on early ends, and the warnings of the run.
pub(crate) fn verdicts(results: &Results, pairs: &[Pair]) -> Vec<(Agreement, String)> {
    let mut lines: Vec<(Agreement, String)> = pairs.iter().map(pair).collect();
    lines.extend(density(results));
    lines.extend(early_ends(results));
    lines.extend(results.manifest.warnings().into_iter().map(|text| (Agreement::Marginal, format!("warning: {text}"))));
    lines
}

fn pair(pair: &Pair) -> (Agreement, String) {
    let temperature = pair.of("temperature").map_or(0.0, |deviation| deviation.largest().0);
    let sizes = format!(
        "{}: at most {} in temperature, {} of p in the pressure components",
        pair.name(),
        percent(temperature),
        percent(pair.largest_pressure())
    );
    let noise = pair.root_mean_square();
    let agreement = Agreement::of(noise, pair.expected);
    let words = match agreement {
        Agreement::Within => "within the noise",
        Agreement::Marginal => "at the edge of the noise",
        Agreement::Beyond => "beyond the noise",
        Agreement::Exact => return (agreement, sizes),
    };
    let rms = noise.map_or_else(String::new, |z| number(z, 2));
    let expected = number(pair.expected, 2);
    (agreement, format!("{sizes}; root mean square {rms} combined standard errors ({expected} expected), {words}"))
}

/// `n J(t) = n0` is exact at every level.
fn density(results: &Results) -> Option<(Agreement, String)> {
    let flow = results.flow.as_ref()?;
    let mut largest: f64 = 0.0;
    for table in &results.tables {
        let density = table.values("density")?;
        let start = density.first()? * flow.volume_ratio(*table.time().first()?);
        for (n, &time) in density.iter().zip(table.time()) {
            largest = largest.max((n * flow.volume_ratio(time) / start - 1.0).abs());
        }
    }
    let agreement = if largest < 1e-9 { Agreement::Within } else { Agreement::Beyond };
    let size = if largest > 0.0 { format!("to {}", number(largest, 2)) } else { "exactly".to_owned() };
    Some((agreement, format!("density: every description follows n₀/J(t) {size}")))
}

fn early_ends(results: &Results) -> Vec<(Agreement, String)> {
    let end = results.end();
    let mut lines = Vec::new();
    for table in results.tables.iter().filter(|table| table.end() < end * (1.0 - 1e-9)) {
        let name = DESCRIPTIONS[table.description].name;
        let why = results.manifest.run(name).stopped.map_or_else(String::new, |why| format!(": {why}"));
        lines.push((Agreement::Beyond, format!("{name} ended at t = {}{why}", number(table.end(), 4))));
    }
    lines
}
