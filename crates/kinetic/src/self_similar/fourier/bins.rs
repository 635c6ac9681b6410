//! From the characteristic function back to distributions of velocities, in bins.

use super::FourierProfile;
use crate::quadrature::legendre_rule;
use omd_flow::Vector3;
use std::f64::consts::PI;

/// Gauss nodes of a panel of wave numbers, and its width: functions of velocities up to some tens are resolved.
const NODES: usize = 12;
const PANEL: f64 = 0.2;
/// From this share of the last wave number on, `phi` is let down to zero smoothly. What large wave numbers hold is how sharp
/// the profile is at `c = 0`; cut off sharply, they would ring at all velocities.
const TAPER: f64 = 0.37;

impl FourierProfile {
    /// The mean density of one component of `c` in every bin between successive `edges`.
    #[must_use]
    pub fn marginal(&self, axis: usize, edges: &[f64]) -> Vec<f64> {
        let unit = Vector3::ith(axis, 1.0);
        let rule = self.rule(&self.ray(&unit));
        let bin = |pair: &[f64]| {
            let sum: f64 = rule.iter().map(|(r, phi)| phi * ((r * pair[1]).sin() - (r * pair[0]).sin()) / r).sum();
            sum / (PI * (pair[1] - pair[0]))
        };
        edges.windows(2).map(bin).collect()
    }
    /// The mean density of `|c|` in every bin between successive `edges`.
    #[must_use]
    pub fn radial(&self, edges: &[f64]) -> Vec<f64> {
        let rule = self.rule(&self.average());
        // P(|c| < v) = (2/pi) int phi (sin rv - rv cos rv)/r dr; the small difference without cancelling.
        let below = |x: f64| {
            if x < 0.1 { x.powi(3) * (1.0 / 3.0 - x * x * (1.0 / 30.0 - x * x / 840.0)) } else { x.sin() - x * x.cos() }
        };
        let cumulative: Vec<f64> =
            edges.iter().map(|v| 2.0 / PI * rule.iter().map(|(r, phi)| phi * below(r * v) / r).sum::<f64>()).collect();
        edges.windows(2).zip(cumulative.windows(2)).map(|(e, p)| (p[1] - p[0]) / (e[1] - e[0])).collect()
    }
    /// Wave numbers with `phi` times the weight of a rule.
    fn rule(&self, line: &[f64]) -> Vec<(f64, f64)> {
        let last = self.radii.last();
        let panels = (last / PANEL).ceil();
        let width = last / panels;
        let gauss = legendre_rule(NODES);
        let mut rule = Vec::new();
        for panel in 0..panels as usize {
            for (x, w) in &gauss {
                let r = width * (panel as f64 + 0.5 * (1.0 + x));
                let phi = 1.0 + self.radii.interpolate(line, -1.0, r);
                rule.push((r, 0.5 * width * w * phi * taper(r / last)));
            }
        }
        rule
    }
}

/// Infinitely smooth from 1 below [`TAPER`] to 0 at 1.
fn taper(share: f64) -> f64 {
    let x = (share - TAPER) / (1.0 - TAPER);
    if x <= 0.0 {
        1.0
    } else if x >= 1.0 {
        0.0
    } else {
        ((1.0 / (1.0 - x) - 1.0 / x).exp() + 1.0).recip()
    }
}
