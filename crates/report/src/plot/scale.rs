//! Axes: ranges, ticks and their labels.

use super::label::Label;

/// A tick and its label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) label: Label,
}

/// A linear or logarithmic axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    log: bool,
    low: f64,
    high: f64,
    pub(crate) ticks: Vec<Tick>,
    /// The power of ten taken out of the labels.
    pub(crate) exponent: Option<i32>,
}

impl Axis {
    /// A linear axis over exactly `[low, high]` with about `count` intervals.
    pub(crate) fn linear(low: f64, high: f64, count: usize) -> Self {
        let (low, high) = widened(low, high);
        let step = step(low, high, count);
        let largest = low.abs().max(high.abs());
        let power = exponent(largest);
        let taken_out = if (-2..5).contains(&power) { 0 } else { power };
        let unit = 10f64.powi(taken_out);
        let decimals = (taken_out - exponent(step)).max(0) as usize;
        let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
        let ticks = (first..=last).map(|k| {
            let value = k as f64 * step;
            Tick { value, label: Label::plain(&format!("{:.decimals$}", value / unit).replace('-', "−")) }
        });
        Self { log: false, low, high, ticks: ticks.collect(), exponent: (taken_out != 0).then_some(taken_out) }
    }

    /// A logarithmic axis that covers the positive range `[low, high]`.
    pub(crate) fn logarithmic(low: f64, high: f64) -> Self {
        let (first, last) = (exponent(low), exponent(high) + 1);
        // At most six decades are labelled; where there are fewer than three, 3 and 30 and so on are labelled too, and
        // more where these give hardly a tick.
        let decades = (first..=last).filter(|&power| (low..=high).contains(&10f64.powi(power))).count();
        let stride = decades.div_ceil(6).max(1) as i32;
        // Either all labels are powers or none is.
        let plain = low >= 1e-3 && high < 2e5;
        let labelled = |mantissas: &[f64]| {
            let mut ticks = Vec::new();
            for power in (first..=last).filter(|power| power.rem_euclid(stride) == 0) {
                for mantissa in mantissas {
                    let value = mantissa * 10f64.powi(power);
                    if value >= low * (1.0 - 1e-9) && value <= high * (1.0 + 1e-9) {
                        ticks.push(Tick { value, label: power_label(*mantissa, power, plain) });
                    }
                }
            }
            ticks
        };
        if decades >= 3 {
            return Self { log: true, low, high, ticks: labelled(&[1.0]), exponent: None };
        }
        let denser: [(&[f64], usize); 3] =
            [(&[1.0, 3.0], 3), (&[1.0, 2.0, 5.0], 2), (&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], 2)];
        for (mantissas, enough) in denser {
            let ticks = labelled(mantissas);
            if ticks.len() >= enough {
                return Self { log: true, low, high, ticks, exponent: None };
            }
        }
        // So narrow that the ticks of a linear axis are as good.
        let Self { ticks, exponent, .. } = Self::linear(low, high, 4);
        Self { log: true, low, high, ticks, exponent }
    }

    /// Where a value lies, 0 at the low and 1 at the high end; `None` where it has no place on the axis.
    pub(crate) fn fraction(&self, value: f64) -> Option<f64> {
        let fraction = if self.log {
            if value <= 0.0 {
                return None;
            }
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        fraction.is_finite().then_some(fraction)
    }

    /// The low end.
    pub(crate) fn low(&self) -> f64 {
        self.low
    }
}

/// A range that is not empty: relative widths below 1e-5 are rounding and are not blown up.
fn widened(low: f64, high: f64) -> (f64, f64) {
    let largest = low.abs().max(high.abs());
    if largest == 0.0 {
        return (-1.0, 1.0);
    }
    if high - low > 1e-5 * largest {
        return (low, high);
    }
    let (middle, half) = (0.5 * (low + high), 0.05 * largest);
    (middle - half, middle + half)
}

/// The step that gives about `count` intervals; a smaller one where fewer than three ticks would fall into the range.
fn step(low: f64, high: f64, count: usize) -> f64 {
    let raw = (high - low) / count as f64;
    let ticks = |step: f64| (high / step + 1e-9).floor() - (low / step - 1e-9).ceil() + 1.0;
    let wide = nice_step(raw);
    if ticks(wide) >= 3.0 { wide } else { nice_step(0.4 * wide) }
}

/// 1, 2 or 5 times a power of ten, at least `raw`.
fn nice_step(raw: f64) -> f64 {
    let power = 10f64.powi(exponent(raw));
    [1.0, 2.0, 5.0, 10.0]
        .map(|m| m * power)
        .into_iter()
        .find(|&step| step >= raw * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// The decimal exponent of a positive number, exact at powers of ten.
fn exponent(value: f64) -> i32 {
    let guess = value.log10().floor() as i32;
    if value >= 10f64.powi(guess + 1) * (1.0 - 1e-12) { guess + 1 } else { guess }
}

fn power_label(mantissa: f64, power: i32, plain: bool) -> Label {
    if plain {
        let decimals = (-power).max(0) as usize;
        Label::plain(&format!("{:.decimals$}", mantissa * 10f64.powi(power)))
    } else if mantissa == 1.0 {
        Label::parse(&format!("10^{{{power}}}"))
    } else {
        Label::parse(&format!("{mantissa}×10^{{{power}}}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks.iter().map(|tick| tick.label.html()).collect()
    }

    #[test]
    fn linear_ticks_are_round_and_share_their_decimals() {
        assert_eq!(labels(&Axis::linear(0.0, 1.0, 5)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&Axis::linear(-0.31, 0.02, 4)), ["−0.3", "−0.2", "−0.1", "0.0"]);
    }

    #[test]
    fn large_numbers_share_a_power_of_ten() {
        let axis = Axis::linear(0.0, 2.4e25, 4);
        assert_eq!(axis.exponent, Some(25));
        assert_eq!(labels(&axis), ["0", "1", "2"]);
    }

    #[test]
    fn a_constant_up_to_rounding_is_drawn_flat() {
        let axis = Axis::linear(0.05, 0.05 + 1e-16, 4);
        assert!((axis.fraction(0.05).unwrap() - 0.5).abs() < 1e-6);
        assert!(axis.ticks.len() >= 3);
    }

    #[test]
    fn logarithmic_ticks_are_decades() {
        assert_eq!(labels(&Axis::logarithmic(0.5, 2e4)), ["1", "10", "100", "1000", "10000"]);
        assert_eq!(labels(&Axis::logarithmic(0.02, 2.0)), ["0.03", "0.1", "0.3", "1"]);
        assert_eq!(labels(&Axis::logarithmic(1.0, 1e9)).len(), 5);
        assert_eq!(labels(&Axis::logarithmic(0.04, 0.13)), ["0.05", "0.1"]);
        assert_eq!(labels(&Axis::logarithmic(0.021, 0.045)), ["0.03", "0.04"]);
        assert!(labels(&Axis::logarithmic(1.1, 1.3)).len() >= 3);
        assert_eq!(Axis::logarithmic(1.0, 100.0).fraction(10.0), Some(0.5));
        assert_eq!(Axis::logarithmic(1.0, 100.0).fraction(0.0), None);
    }
}
