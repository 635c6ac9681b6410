//! What a study found.

use super::fit::{Power, Slopes, chi_square_tail, student_tail};
use crate::statistics::mean_and_error;
use serde::{Deserialize, Serialize};

/// Whether a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The measurement agrees with the claim.
    Holds,
    /// It is too coarse to tell.
    Undecided,
    /// It contradicts the claim.
    Fails,
}

/// The worst of several verdicts; [`Verdict::Undecided`] of none.
#[must_use]
pub fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    verdicts.into_iter().max().unwrap_or(Verdict::Undecided)
}

/// What theory says, what was measured, and whether they agree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// In words.
    pub text: String,
    /// What theory says, as text.
    pub expected: String,
    /// What was measured.
    pub value: f64,
    /// Its standard error, or its uncertainty where nothing is random.
    pub error: Option<f64>,
    /// Probability of so large a deviation by chance, where that decides.
    pub probability: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
}

/// A deviation that chance gives less often than this refutes a claim.
const SIGNIFICANT: f64 = 1e-3;
/// Deviations of this many standard errors or uncertainties refute a claim: 1e-3, two-sided, of a normal law.
const DEVIATIONS: f64 = 3.29;
/// With a larger uncertainty the next whole order is not told from this one.
const ORDERS_APART: f64 = 1.0 / DEVIATIONS;

/// Whether a deviation is too large; one that is no number is.
fn deviates(deviation: f64, error: f64) -> bool {
    deviation.is_nan() || error.is_nan() || deviation > DEVIATIONS * error
}

/// An order as text: digits that no measurement sees are left out.
fn order(expected: f64) -> String {
    format!("{}", (1e4 * expected).round() / 1e4)
}

impl Claim {
    /// An order of convergence that is deterministic: the limit of the local slopes, within its uncertainty.
    #[must_use]
    pub fn order(text: impl Into<String>, slopes: &Slopes, expected: f64) -> Self {
        let deviation = (slopes.limit - expected).abs();
        let verdict = match () {
            () if deviates(deviation, slopes.uncertainty) => Verdict::Fails,
            () if slopes.uncertainty > ORDERS_APART => Verdict::Undecided,
            () => Verdict::Holds,
        };
        Self::new(text, order(expected), slopes.limit, Some(slopes.uncertainty), None, verdict)
    }

    /// As [`Self::order`], where more is as good.
    #[must_use]
    pub fn order_at_least(text: impl Into<String>, slopes: &Slopes, expected: f64) -> Self {
        let missing = if slopes.limit > expected { 0.0 } else { expected - slopes.limit };
        let verdict = match () {
            () if deviates(missing, slopes.uncertainty) => Verdict::Fails,
            () if slopes.uncertainty > ORDERS_APART => Verdict::Undecided,
            () => Verdict::Holds,
        };
        Self::new(text, format!("at least {expected}"), slopes.limit, Some(slopes.uncertainty), None, verdict)
    }

    /// An order of convergence fitted to numbers with standard errors; the fit itself has to be as good as noise allows.
    #[must_use]
    pub fn fitted_order(text: impl Into<String>, fit: &Power, expected: f64) -> Self {
        let deviation = (fit.order - expected).abs();
        // With two points there is no deviation from the law.
        let fits = if fit.freedom > 0 { chi_square_tail(fit.chi_square, fit.freedom) } else { 1.0 };
        let is_bad = fits <= SIGNIFICANT;
        let verdict = match () {
            () if deviates(deviation, fit.error) || is_bad => Verdict::Fails,
            () if fit.error > ORDERS_APART => Verdict::Undecided,
            () => Verdict::Holds,
        };
        Self::new(text, order(expected), fit.order, Some(fit.error), is_bad.then_some(fits), verdict)
    }

    /// A number with a standard error that should not be above `limit`.
    #[must_use]
    pub fn at_most(text: impl Into<String>, value: f64, error: f64, limit: f64, resolution: f64) -> Self {
        let excess = if value < limit { 0.0 } else { value - limit };
        let verdict = match () {
            () if deviates(excess, error) => Verdict::Fails,
            () if error > resolution => Verdict::Undecided,
            () => Verdict::Holds,
        };
        Self::new(text, format!("at most {limit}"), value, Some(error), None, verdict)
    }

    /// A number with a standard error, against what it should be; undecided where the error is above `resolution`.
    #[must_use]
    pub fn value(text: impl Into<String>, value: f64, error: f64, expected: f64, resolution: f64) -> Self {
        let verdict = match () {
            () if deviates((value - expected).abs(), error) => Verdict::Fails,
            () if error > resolution => Verdict::Undecided,
            () => Verdict::Holds,
        };
        Self::new(text, format!("{expected:.6}"), value, Some(error), None, verdict)
    }

    /// As [`Self::value`], of an error that is itself known with so many degrees of freedom, by Student's t.
    #[must_use]
    pub fn estimate(
        text: impl Into<String>,
        value: f64,
        error: f64,
        freedom: usize,
        expected: f64,
        resolution: f64,
    ) -> Self {
        let probability = student_tail((value - expected) / error, freedom);
        let verdict = match () {
            () if probability <= SIGNIFICANT || probability.is_nan() => Verdict::Fails,
            () if error > resolution => Verdict::Undecided,
            () => Verdict::Holds,
        };
        Self::new(text, format!("{expected:.6}"), value, Some(error), Some(probability), verdict)
    }

    /// The mean of independent numbers against what it should be, by Student's t; undecided where its standard error is
    /// above `resolution`.
    #[must_use]
    pub fn mean(text: impl Into<String>, values: &[f64], expected: f64, resolution: f64) -> Self {
        let (mean, error) = mean_and_error(values);
        let probability = student_tail((mean - expected) / error, values.len().saturating_sub(1));
        let verdict = match () {
            () if probability <= SIGNIFICANT || probability.is_nan() => Verdict::Fails,
            () if error > resolution => Verdict::Undecided,
            () => Verdict::Holds,
        };
        Self::new(text, format!("{expected:.6}"), mean, Some(error), Some(probability), verdict)
    }

    /// Deviations that are noise only: `chi^2` with so many degrees of freedom.
    #[must_use]
    pub fn noise(text: impl Into<String>, chi_square: f64, freedom: usize) -> Self {
        let probability = chi_square_tail(chi_square, freedom);
        Self::probable(text, chi_square, format!("chi^2 of {freedom}"), probability)
    }

    /// A statistic whose probability is known.
    #[must_use]
    pub fn probable(text: impl Into<String>, value: f64, expected: impl Into<String>, probability: f64) -> Self {
        // Written so that no probability at all fails.
        let verdict = if probability > SIGNIFICANT { Verdict::Holds } else { Verdict::Fails };
        Self::new(text, expected.into(), value, None, Some(probability), verdict)
    }

    /// A number below a bound that was derived.
    #[must_use]
    pub fn below(text: impl Into<String>, value: f64, bound: f64) -> Self {
        let verdict = if value <= bound { Verdict::Holds } else { Verdict::Fails };
        Self::new(text, format!("<= {bound:.3e}"), value, None, None, verdict)
    }

    /// A number above a bound that was derived.
    #[must_use]
    pub fn above(text: impl Into<String>, value: f64, bound: f64) -> Self {
        let verdict = if value >= bound { Verdict::Holds } else { Verdict::Fails };
        Self::new(text, format!(">= {bound:.3e}"), value, None, None, verdict)
    }

    fn new(
        text: impl Into<String>,
        expected: String,
        value: f64,
        error: Option<f64>,
        probability: Option<f64>,
        verdict: Verdict,
    ) -> Self {
        Self { text: text.into(), expected, value, error, probability, verdict }
    }
}

/// Numbers in columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Above it.
    pub caption: String,
    /// Of the columns.
    pub header: Vec<String>,
    /// As text.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Two columns: errors, and the local orders between them.
    pub fn push_orders(&mut self, label: &str, points: &[[f64; 2]], slopes: &Slopes) {
        self.header.extend([label.to_owned(), "order".to_owned()]);
        for (k, row) in self.rows.iter_mut().enumerate() {
            row.push(format!("{:.3e}", points[k][1]));
            row.push(if k == 0 { String::new() } else { format!("{:.3}", slopes.local[k - 1]) });
        }
    }
}

/// A curve of a plot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// In the legend.
    pub label: String,
    /// `(x, y, standard error of y)`; an error of zero is not drawn.
    pub points: Vec<[f64; 3]>,
    /// A line without marks: theory.
    pub is_theory: bool,
}

impl Curve {
    /// Measured points without noise.
    #[must_use]
    pub fn exact(label: impl Into<String>, points: &[[f64; 2]]) -> Self {
        let points = points.iter().map(|&[x, y]| [x, y, 0.0]).collect();
        Self { label: label.into(), points, is_theory: false }
    }
}

/// A picture of a study.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// Above it.
    pub title: String,
    /// Below the axis.
    pub x: String,
    /// Beside the axis.
    pub y: String,
    /// Whether the axes are logarithmic.
    pub logarithmic: [bool; 2],
    /// What is drawn.
    pub curves: Vec<Curve>,
}

/// A quantity over a plane, in colours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Map {
    /// Title and axes; its curves are drawn on top: boundaries as theory, points where something was measured.
    pub plot: Plot,
    /// What the colours show.
    pub value: String,
    /// Whether the scale of the colours is logarithmic.
    pub logarithmic: bool,
    /// Where the columns stand on the horizontal axis, increasing.
    pub columns: Vec<f64>,
    /// Where the rows stand on the vertical axis, increasing.
    pub rows: Vec<f64>,
    /// `[row][column]`; no number where nothing is known.
    pub values: Vec<Vec<f64>>,
}

/// What a study found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Each with its verdict.
    pub claims: Vec<Claim>,
    /// The numbers.
    pub tables: Vec<Table>,
    /// The pictures.
    pub plots: Vec<Plot>,
    /// And the maps.
    #[serde(default)]
    pub maps: Vec<Map>,
}

impl Finding {
    /// The worst verdict of its claims.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        worst(self.claims.iter().map(|claim| claim.verdict))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::richardson;

    #[test]
    fn no_number_holds_no_claim() {
        let nan = f64::NAN;
        let slopes = richardson(&[[8.0, 1.0], [4.0, 0.5], [2.0, nan], [1.0, 0.1]]);
        let fit = Power { order: nan, error: 0.1, chi_square: 1.0, freedom: 1 };
        for claim in [
            Claim::order("", &slopes, 1.0),
            Claim::order_at_least("", &slopes, 1.0),
            Claim::fitted_order("", &fit, 1.0),
            Claim::fitted_order("", &Power { order: 1.0, chi_square: nan, ..fit }, 1.0),
            Claim::value("", nan, 1.0, 0.0, 2.0),
            Claim::at_most("", nan, 1.0, 0.0, 2.0),
            Claim::value("", 0.0, nan, 0.0, 2.0),
            Claim::estimate("", nan, 1.0, 9, 0.0, 2.0),
            Claim::estimate("", 0.0, nan, 9, 0.0, 2.0),
            Claim::mean("", &[1.0, nan, 1.1], 1.0, 1.0),
            Claim::mean("", &[1.0], 1.0, 1.0),
            Claim::noise("", nan, 3),
            Claim::probable("", 1.0, "", nan),
            Claim::below("", nan, 1.0),
            Claim::above("", nan, 1.0),
        ] {
            assert_eq!(claim.verdict, Verdict::Fails, "{claim:?}");
        }
    }

    #[test]
    fn verdicts_follow_the_errors() {
        let verdict = |value, error| Claim::value("", value, error, 1.0, 0.1).verdict;
        assert_eq!(verdict(1.1, 0.05), Verdict::Holds);
        assert_eq!(verdict(1.2, 0.05), Verdict::Fails);
        assert_eq!(verdict(1.2, 0.2), Verdict::Undecided);
        assert_eq!(worst([Verdict::Holds, Verdict::Fails, Verdict::Undecided]), Verdict::Fails);
        assert_eq!(worst([]), Verdict::Undecided);
    }
}
