//! How far neighbouring descriptions are apart, in per cent and in standard errors.

use crate::curves::{self, heading};
use crate::descriptions::{DESCRIPTIONS, Level};
use crate::plot::{Curve, Panel, Scale};
use crate::results::{COMPONENTS, Results, mean_pressure, pressure};
use crate::table::{Column, Table};
use crate::units::Quantity;

/// The deviation of one description from another in one quantity, over time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deviation {
    /// `temperature` or `xx` and so on.
    pub(crate) quantity: &'static str,
    pub(crate) time: Vec<f64>,
    /// `(a - b)` over the reference.
    pub(crate) share: Vec<f64>,
    /// Standard errors of the two, combined in squares, over the same reference; empty where neither has any.
    pub(crate) error: Vec<f64>,
}

/// A pair of descriptions with its deviations.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pair {
    /// Places in [`DESCRIPTIONS`]: the finer level first.
    pub(crate) finer: usize,
    pub(crate) coarser: usize,
    /// The root mean square that noise alone gives, see [`expected_noise`].
    pub(crate) expected: f64,
    pub(crate) deviations: Vec<Deviation>,
}

impl Deviation {
    /// The largest relative deviation and its time.
    pub(crate) fn largest(&self) -> (f64, f64) {
        let finite = self.share.iter().zip(&self.time).filter(|(share, _)| share.is_finite());
        finite.fold((0.0, 0.0), |best, (share, time)| if share.abs() > best.0 { (share.abs(), *time) } else { best })
    }

    /// The root mean square over the samples in combined standard errors; samples without noise (the drawn start is
    /// exact) do not count.
    pub(crate) fn root_mean_square(&self) -> Option<f64> {
        let noisy = self.share.iter().zip(&self.error).filter(|(share, error)| **error > ROUNDING && share.is_finite());
        let squares: Vec<f64> = noisy.map(|(share, error)| (share / error).powi(2)).collect();
        (!squares.is_empty()).then(|| (squares.iter().sum::<f64>() / squares.len() as f64).sqrt())
    }
}

/// Relative errors below this are the rounding of a start that is drawn exactly.
const ROUNDING: f64 = 1e-12;

impl Pair {
    /// `molecular – dsmc`.
    pub(crate) fn name(&self) -> String {
        format!("{} – {}", DESCRIPTIONS[self.finer].name, DESCRIPTIONS[self.coarser].name)
    }

    /// The deviation in one quantity.
    pub(crate) fn of(&self, quantity: &str) -> Option<&Deviation> {
        self.deviations.iter().find(|deviation| deviation.quantity == quantity)
    }

    /// The largest deviation of the components of the pressure.
    pub(crate) fn largest_pressure(&self) -> f64 {
        let components = self.deviations.iter().filter(|deviation| deviation.quantity != "temperature");
        components.map(|deviation| deviation.largest().0).fold(0.0, f64::max)
    }

    /// The root mean square over all quantities, in combined standard errors.
    pub(crate) fn root_mean_square(&self) -> Option<f64> {
        let each: Vec<f64> = self.deviations.iter().filter_map(Deviation::root_mean_square).collect();
        (!each.is_empty()).then(|| (each.iter().map(|z| z * z).sum::<f64>() / each.len() as f64).sqrt())
    }
}

/// The pairs of adjacent levels: atoms with each kinetic description, kinetic ones with each other and with
/// Navier–Stokes, Navier–Stokes with Euler. A level that is absent is stepped over.
pub(crate) fn pairs(results: &Results) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (index, a) in results.tables.iter().enumerate() {
        for b in &results.tables[index + 1..] {
            if adjacent(results, a, b) {
                pairs.push(compare(results, a, b));
            }
        }
    }
    pairs.retain(|pair| !pair.deviations.is_empty());
    pairs
}

fn adjacent(results: &Results, a: &Table, b: &Table) -> bool {
    let level = |table: &Table| DESCRIPTIONS[table.description].level;
    let has = |name: &str| results.tables.iter().any(|table| DESCRIPTIONS[table.description].name == name);
    let has_meso = results.tables.iter().any(|table| level(table) == Level::Meso);
    let to_euler = DESCRIPTIONS[b.description].name == "euler";
    match (level(a), level(b)) {
        (Level::Micro, Level::Meso) | (Level::Meso, Level::Meso) | (Level::Macro, Level::Macro) => true,
        (Level::Micro, Level::Macro) if has_meso => false,
        (Level::Micro | Level::Meso, Level::Macro) => !to_euler || !has("navier-stokes"),
        _ => false,
    }
}

fn compare(results: &Results, a: &Table, b: &Table) -> Pair {
    let mut deviations = Vec::new();
    let temperature = b.values("temperature").map(<[f64]>::to_vec).unwrap_or_default();
    if let (Some(of_a), Some(of_b)) = (a.column("temperature"), b.column("temperature")) {
        deviations.push(deviation("temperature", [a, b], [of_a, of_b], &temperature));
    }
    let reference = mean_pressure(b);
    for component in COMPONENTS.into_iter().filter(|component| results.is_active(component)) {
        if let (Some(of_a), Some(of_b)) = (pressure(a, component), pressure(b, component)) {
            deviations.push(deviation(component, [a, b], [of_a, of_b], &reference));
        }
    }
    deviations.retain(|deviation| !deviation.time.is_empty());
    Pair { finer: a.description, coarser: b.description, expected: expected_noise(results, [a, b]), deviations }
}

/// What the root mean square of pure noise is expected to be: a mean over `R` replicas divided by its own standard
/// error follows Student's law with `R - 1` degrees of freedom, whose variance is `(R - 1)/(R - 3)`.
///
/// The smaller number of replicas counts; three or fewer, where the variance is infinite, are taken as four.
fn expected_noise(results: &Results, tables: [&Table; 2]) -> f64 {
    let noisy = tables.into_iter().filter(|table| table.values("temperature_se").is_some());
    let replicas = noisy.filter_map(|table| results.manifest.run(DESCRIPTIONS[table.description].name).replicas).min();
    replicas.map_or(1.0, |replicas| {
        let replicas = replicas.max(4) as f64;
        ((replicas - 1.0) / (replicas - 3.0)).sqrt()
    })
}

/// At the times of `a` that `b` covers; between samples of `b` its values are interpolated linearly.
fn deviation(quantity: &'static str, tables: [&Table; 2], columns: [Column<'_>; 2], reference: &[f64]) -> Deviation {
    let [of_a, of_b] = columns;
    let mut out = Deviation { quantity, time: Vec::new(), share: Vec::new(), error: Vec::new() };
    let noisy = of_a.errors.is_some() || of_b.errors.is_some();
    for (index, &time) in tables[0].time().iter().enumerate() {
        let Some(place) = Place::of(time, tables[1].time()) else { continue };
        let scale = place.value(reference);
        out.time.push(time);
        out.share.push((of_a.values[index] - place.value(of_b.values)) / scale);
        if noisy {
            let own = of_a.errors.map_or(0.0, |errors| errors[index]);
            let other = of_b.errors.map_or(0.0, |errors| place.value(errors));
            out.error.push(own.hypot(other) / scale.abs());
        }
    }
    out
}

/// A place between two samples.
struct Place {
    left: usize,
    right: usize,
    share: f64,
}

impl Place {
    fn of(time: f64, times: &[f64]) -> Option<Self> {
        let (first, last) = (*times.first()?, *times.last()?);
        let rounding = 1e-9 * last.abs().max(time.abs());
        if time < first - rounding || time > last + rounding {
            return None;
        }
        let right = times.partition_point(|&t| t < time - rounding).min(times.len() - 1);
        if (times[right] - time).abs() <= rounding || right == 0 {
            return Some(Self { left: right, right, share: 0.0 });
        }
        let left = right - 1;
        Some(Self { left, right, share: (time - times[left]) / (times[right] - times[left]) })
    }

    fn value(&self, values: &[f64]) -> f64 {
        if self.left == self.right {
            return values[self.left];
        }
        values[self.left] + self.share * (values[self.right] - values[self.left])
    }
}

/// The symbol of the relative deviation of a quantity.
pub(crate) fn symbol(quantity: &str) -> String {
    if quantity == "temperature" { "Δ*T*/*T*".to_owned() } else { format!("Δ*P_{{{quantity}}}*/*p*") }
}

/// One panel for each quantity of a pair, in per cent.
pub(crate) fn panels(results: &Results, pair: &Pair) -> Vec<Panel> {
    pair.deviations.iter().map(|deviation| panel(results, pair, deviation)).collect()
}

fn panel(results: &Results, pair: &Pair, deviation: &Deviation) -> Panel {
    let mut panel = curves::panel(results, "", "", Quantity::None, Scale::Zero);
    panel.heading = heading("", &symbol(deviation.quantity), "%");
    panel.words = format!("{}, relative deviation of {}", pair.name(), deviation.quantity);
    panel.curves.push(curve(pair, deviation));
    panel
}

/// The deviation in per cent, in the colour of the finer description.
pub(crate) fn curve(pair: &Pair, deviation: &Deviation) -> Curve {
    Curve {
        description: Some(pair.finer),
        title: pair.name(),
        pen: crate::plot::Pen { width: 1.6, dash: &[], ..curves::pen(pair.finer) },
        x: deviation.time.clone(),
        y: deviation.share.iter().map(|share| 100.0 * share).collect(),
        error: deviation.error.iter().map(|error| 100.0 * error).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_exact_on_samples_and_linear_between() {
        let times = [0.0, 1.0, 3.0];
        let values = [10.0, 20.0, 40.0];
        let at = |time: f64| Place::of(time, &times).map(|place| place.value(&values));
        assert_eq!(at(0.0), Some(10.0));
        assert_eq!(at(1.0 + 1e-12), Some(20.0));
        assert_eq!(at(2.0), Some(30.0));
        assert_eq!(at(3.0), Some(40.0));
        assert_eq!(at(3.1), None);
    }

    #[test]
    fn statistics_of_a_deviation() {
        let deviation = Deviation {
            quantity: "xx",
            time: vec![0.0, 1.0, 2.0],
            share: vec![0.0, -0.03, 0.01],
            error: vec![0.0, 0.01, 0.01],
        };
        assert_eq!(deviation.largest(), (0.03, 1.0));
        // Two noisy samples at -3 and 1 standard errors.
        assert!((deviation.root_mean_square().unwrap() - 5f64.sqrt()).abs() < 1e-12);
    }
}
