//! Verdicts, and which claim comes nearest to failing.

use super::record::Claim;
use crate::plot::{Drawing, Paint, Pen, Point};

/// Whether what was measured agrees with a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// It does.
    Holds,
    /// Nothing was measured, or nothing known is said.
    Missing,
    /// It is too coarse to tell.
    Undecided,
    /// It does not.
    Fails,
}

/// The worst of several; [`Verdict::Missing`] of none.
pub(crate) fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    verdicts.into_iter().max().unwrap_or(Verdict::Missing)
}

impl Verdict {
    /// As the record names it.
    pub(crate) fn named(name: Option<&str>) -> Self {
        match name {
            Some("holds") => Self::Holds,
            Some("undecided") => Self::Undecided,
            Some("fails") => Self::Fails,
            _ => Self::Missing,
        }
    }

    /// In the page.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Missing => "not run",
            Self::Undecided => "undecided",
            Self::Fails => "fails",
        }
    }

    /// The class in the page.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            other => other.word(),
        }
    }

    pub(crate) fn paint(self) -> Paint {
        match self {
            Self::Holds => Paint::Holds,
            Self::Missing => Paint::Muted,
            Self::Undecided => Paint::Undecided,
            Self::Fails => Paint::Fails,
        }
    }

    /// The pen of an arrow: verdicts differ in their dashes too.
    pub(crate) fn pen(self) -> Pen {
        let (width, dash): (f64, &'static [f64]) = match self {
            Self::Holds => (2.4, &[]),
            Self::Missing => (1.6, &[1.5, 4.0]),
            Self::Undecided => (2.4, &[9.0, 4.0]),
            Self::Fails => (3.4, &[]),
        };
        Pen { paint: self.paint(), width, dash }
    }

    /// A disc with a tick, a cross, a question mark or a dash.
    pub(crate) fn draw_mark(self, drawing: &mut Drawing, at: Point, radius: f64) {
        let disc = (0..32).map(|k| {
            let angle = core::f64::consts::TAU * f64::from(k) / 32.0;
            (at.0 + radius * angle.cos(), at.1 + radius * angle.sin())
        });
        drawing.area(disc.collect(), self.paint(), 1.0);
        let pen = Pen::solid(Paint::Page, 0.24 * radius);
        let mut stroke = |points: &[Point]| {
            drawing.line(points.iter().map(|p| (at.0 + radius * p.0, at.1 + radius * p.1)).collect(), pen);
        };
        match self {
            Self::Holds => stroke(&[(-0.45, 0.05), (-0.12, 0.4), (0.48, -0.36)]),
            Self::Fails => {
                stroke(&[(-0.4, -0.4), (0.4, 0.4)]);
                stroke(&[(-0.4, 0.4), (0.4, -0.4)]);
            }
            Self::Missing => stroke(&[(-0.45, 0.0), (0.45, 0.0)]),
            Self::Undecided => {
                stroke(&[
                    (-0.28, -0.3),
                    (-0.16, -0.5),
                    (0.1, -0.54),
                    (0.28, -0.36),
                    (0.22, -0.14),
                    (0.0, 0.02),
                    (0.0, 0.22),
                ]);
                stroke(&[(0.0, 0.4), (0.0, 0.62)]);
            }
        }
    }
}

/// So many standard errors refute a claim, and so small a probability.
const DEVIATIONS: f64 = 3.29;
const SIGNIFICANT: f64 = 1e-3;

/// How near a claim comes to being refuted: 0 is as expected, 1 the limit; `None` where the text of what is expected
/// does not say.
fn nearness(claim: &Claim) -> Option<f64> {
    if let Some(probability) = claim.probability {
        return Some(probability.ln() / SIGNIFICANT.ln());
    }
    let expected = claim.expected.as_str();
    let after = |prefix: &str| expected.strip_prefix(prefix)?.trim().parse::<f64>().ok();
    if let Some(bound) = after("<=") {
        return Some(claim.value / bound);
    }
    if let Some(bound) = after(">=") {
        return Some(bound / claim.value);
    }
    let error = claim.error? * DEVIATIONS;
    if let Some(least) = after("at least") {
        return Some((least - claim.value).max(0.0) / error);
    }
    Some((expected.parse::<f64>().ok()? - claim.value).abs() / error)
}

/// The claim with the worst verdict, among these the one nearest to failing, the first of equals.
pub(crate) fn most_telling(claims: &[Claim]) -> Option<&Claim> {
    let key = |claim: &Claim| (claim.verdict, nearness(claim).filter(|x| !x.is_nan()).unwrap_or(-1.0));
    claims.iter().reduce(|best, claim| {
        let (a, b) = (key(best), key(claim));
        if b.0 > a.0 || (b.0 == a.0 && b.1 > a.1) { claim } else { best }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(value: f64, error: Option<f64>, probability: Option<f64>, expected: &str, verdict: Verdict) -> Claim {
        Claim { text: String::new(), expected: expected.to_owned(), value, error, probability, verdict }
    }

    #[test]
    fn nearness_is_one_at_the_limit_of_every_kind() {
        let near = |claim: &Claim, expected: f64| {
            let found = nearness(claim).unwrap();
            assert!((found - expected).abs() < 1e-12, "{claim:?}: {found}");
        };
        let holds = Verdict::Holds;
        near(&claim(2.329, Some(0.1), None, "2", holds), 1.0);
        near(&claim(1.671, Some(0.1), None, "at least 2", holds), 1.0);
        near(&claim(2.9, Some(0.1), None, "at least 2", holds), 0.0);
        near(&claim(3.0, None, Some(1e-3), "chi^2 of 4", holds), 1.0);
        near(&claim(5e-14, None, None, "<= 1.000e-13", holds), 0.5);
        near(&claim(4.0, None, None, ">= 2.000e0", holds), 0.5);
        assert_eq!(nearness(&claim(1.0, Some(0.1), None, "something", holds)), None);
    }

    #[test]
    fn a_failure_tells_most_and_no_claims_tell_nothing() {
        let claims = [
            claim(2.3, Some(0.1), None, "2", Verdict::Holds),
            claim(9.0, Some(0.1), None, "?", Verdict::Fails),
            claim(2.0, Some(0.5), None, "2", Verdict::Undecided),
        ];
        assert_eq!(most_telling(&claims), Some(&claims[1]));
        assert_eq!(most_telling(&claims[..1]), Some(&claims[0]));
        assert_eq!(most_telling(&[]), None);
        assert_eq!(worst([Verdict::Undecided, Verdict::Holds]), Verdict::Undecided);
        assert_eq!(worst([]), Verdict::Missing);
        assert!(
            Verdict::named(Some("sure")) == Verdict::Missing
                && worst([Verdict::Missing, Verdict::Holds]) != Verdict::Holds
        );
    }
}
