//! How long speed bounds are kept, and how much speeds may grow meanwhile.

use omd_flow::{AffineFlow, Matrix3};

/// A time until which bounds hold, and the growth rate of free flight up to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Epoch {
    pub(super) end: f64,
    /// `|w(t2)| <= exp(growth (t2 - t1)) |w(t1)|` in free flight for `t1 <= t2 <= end`, 1/time.
    pub(super) growth: f64,
}

/// What one block of a bound sweep costs in units of one meeting of two blocks.
const SWEEP_COST: f64 = 0.06;
/// Meetings per block after which bounds are renewed even in a gas at rest.
const LONGEST: f64 = 16.0;

impl Epoch {
    /// Without bounds there is nothing to renew.
    pub(super) const ENDLESS: Self = Self { end: f64::INFINITY, growth: 0.0 };

    /// The epoch from `time` on in which the meetings wasted by loose bounds cost as much as the sweep.
    ///
    /// `rate` is the present rate of meetings, 1/time. In free flight `d|w|/dt = -w.D w/|w| <= -min eig(D) |w|`, `D`
    /// the symmetric part of `L`.
    pub(super) fn plan(flow: &AffineFlow, time: f64, rate: f64, blocks: usize) -> Self {
        let blocks = blocks as f64;
        let gradient = flow.velocity_gradient(time);
        let norm = gradient.norm();
        let strain = stretching(&gradient);
        let loosening = strain.0.abs().max(strain.1.abs());
        let mut span = LONGEST * blocks / rate;
        if norm > 0.0 {
            span = span.min(0.5 / norm);
            while 0.5 * rate * span * (loosening * span).exp_m1() > SWEEP_COST * blocks {
                span *= 0.5;
            }
        }
        let growth = if norm > 0.0 { largest_growth(flow, time, span) } else { 0.0 };
        Self { end: time + span, growth }
    }

    /// The factor by which a speed may grow from `time` to the end, rounding included.
    pub(super) fn remaining_growth(&self, time: f64) -> f64 {
        let exponent = if self.growth > 0.0 { self.growth * (self.end - time).max(0.0) } else { 0.0 };
        exponent.exp() * (1.0 + 1e-10)
    }
}

/// The smallest and the largest eigenvalue of the symmetric part.
fn stretching(gradient: &Matrix3<f64>) -> (f64, f64) {
    let eigenvalues = ((gradient + gradient.transpose()) * 0.5).symmetric_eigenvalues();
    (eigenvalues.min(), eigenvalues.max())
}

/// An upper bound of `-min eig(D)` on `[time, time + span]`, for `span |L(time)| <= 1/2`.
///
/// On each of four pieces the value at its middle and the Lipschitz bound `|dL/dt| = |L^2|`, where
/// `L(t + tau)^2 = L^2 (I + tau L)^-2`.
fn largest_growth(flow: &AffineFlow, time: f64, span: f64) -> f64 {
    let half = span / 8.0;
    let mut growth: f64 = 0.0;
    for piece in 0..4 {
        let gradient = flow.velocity_gradient(time + half * f64::from(2 * piece + 1));
        let change = half * (gradient * gradient).norm() / (1.0 - half * gradient.norm()).powi(2);
        growth = growth.max(change - stretching(&gradient).0);
    }
    growth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_flight_stays_below_the_growth() {
        let flows = [
            Matrix3::new(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            Matrix3::new(-0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            Matrix3::new(0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15),
            Matrix3::new(0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        ];
        for a in flows {
            let flow = AffineFlow::new(a).unwrap();
            for start in [0.0, 1.9] {
                for rate in [1.0, 1e4] {
                    let epoch = Epoch::plan(&flow, start, rate, 100);
                    assert!(epoch.end > start && epoch.end.is_finite());
                    for k in 0..20 {
                        let t = start + (epoch.end - start) * f64::from(k) / 20.0;
                        let factor = flow.free_flight(t, epoch.end).singular_values().max();
                        assert!(factor <= epoch.remaining_growth(t), "{factor} {epoch:?}");
                    }
                }
            }
        }
    }
}
