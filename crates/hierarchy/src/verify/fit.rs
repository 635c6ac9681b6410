//! Orders of convergence and their uncertainties.

use nalgebra::{Matrix2, Vector2};

/// A straight line through points with standard errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Its slope.
    pub slope: f64,
    /// Standard error of the slope.
    pub slope_error: f64,
    /// Its value at `x = 0`.
    pub intercept: f64,
    /// Standard error of the intercept.
    pub intercept_error: f64,
    /// The sum of the squared deviations in standard errors.
    pub chi_square: f64,
    /// Points less two.
    pub freedom: usize,
}

/// The least-squares line through `(x, y, standard error of y)`.
///
/// # Panics
/// With fewer than two points, or where all are at one `x`.
#[must_use]
pub fn line(points: &[[f64; 3]]) -> Fit {
    let sum = |f: &dyn Fn(f64, f64) -> f64| points.iter().map(|&[x, y, e]| f(x, y) / (e * e)).sum::<f64>();
    let weight = sum(&|_, _| 1.0);
    let (mean_x, mean_y) = (sum(&|x, _| x) / weight, sum(&|_, y| y) / weight);
    let spread = sum(&|x, _| (x - mean_x) * (x - mean_x));
    assert!(points.len() >= 2 && spread > 0.0, "a line needs two points apart");
    let slope = sum(&|x, y| (x - mean_x) * (y - mean_y)) / spread;
    let intercept = mean_y - slope * mean_x;
    Fit {
        slope,
        slope_error: spread.sqrt().recip(),
        intercept,
        intercept_error: (1.0 / weight + mean_x * mean_x / spread).sqrt(),
        chi_square: sum(&|x, y| (y - intercept - slope * x).powi(2)),
        freedom: points.len() - 2,
    }
}

/// A power law through points with standard errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// Its exponent.
    pub order: f64,
    /// Standard error of the exponent; infinite where the points do not tell it.
    pub error: f64,
    /// The sum of the squared deviations in standard errors.
    pub chi_square: f64,
    /// Points less the numbers that were fitted.
    pub freedom: usize,
}

/// Exponents that are looked for.
const ORDERS: [f64; 2] = [-1.0, 5.0];
/// A correction at the largest `x`, over the leading term.
const LARGEST_CORRECTION: f64 = 2.0;

/// The order `p` of `y = c x^p` through `(x, y, standard error of y)` with `x > 0`, by least squares in `y`, so that a `y` that noise
/// has carried below zero counts as any other.
///
/// With five points and more the law is `y = c x^p (1 + b x^next)`, whether `b` is seen or not: a term too small to be seen moves the
/// order of a plain power by many of the errors that it would have.
///
/// # Panics
/// With fewer than two points.
#[must_use]
pub fn power(points: &[[f64; 3]], next: f64) -> Power {
    assert!(points.len() >= 2, "an order needs two points");
    power_with(points, (points.len() >= 5).then_some(next))
}

fn power_with(points: &[[f64; 3]], next: Option<f64>) -> Power {
    let largest = points.iter().map(|point| point[0]).fold(0.0, f64::max);
    // chi^2 at an exponent, all else at its best.
    let left = |p: f64| {
        let of = |terms: &dyn Fn(f64) -> Vector2<f64>| {
            let (mut normal, mut right, mut sum) = (Matrix2::zeros(), Vector2::zeros(), 0.0);
            for &[x, y, e] in points {
                let terms = terms(x / largest);
                normal += terms * terms.transpose() / (e * e);
                right += terms * (y / (e * e));
                sum += (y / e).powi(2);
            }
            // A column of zeros stands for a term that there is not.
            if normal[(1, 1)] == 0.0 {
                normal[(1, 1)] = 1.0;
            }
            let found = normal.cholesky().map(|cholesky| cholesky.solve(&right));
            found.map_or((Vector2::repeat(f64::NAN), f64::NAN), |found| (found, sum - right.dot(&found)))
        };
        let Some(next) = next else { return of(&|x| Vector2::new(x.powf(p), 0.0)).1 };
        let (found, square) = of(&|x| Vector2::new(x.powf(p), x.powf(p + next)));
        // A correction that is all there is would be the order itself.
        if square.is_nan() || found[1].abs() <= LARGEST_CORRECTION * found[0].abs() {
            return square;
        }
        let at_most = |b: f64| of(&|x| Vector2::new(x.powf(p) * (1.0 + b * x.powf(next)), 0.0)).1;
        at_most(LARGEST_CORRECTION).min(at_most(-LARGEST_CORRECTION))
    };
    let steps = 240;
    let at = |k: usize| ORDERS[0] + (ORDERS[1] - ORDERS[0]) * k as f64 / steps as f64;
    let best = (0..=steps).min_by(|&a, &b| left(at(a)).total_cmp(&left(at(b)))).unwrap_or(0);
    let freedom = points.len().saturating_sub(if next.is_some() { 3 } else { 2 });
    if best == 0 || best == steps {
        let (order, error) = if left(at(best)).is_nan() { (f64::NAN, f64::NAN) } else { (at(best), f64::INFINITY) };
        return Power { order, error, chi_square: left(at(best)), freedom };
    }
    let (mut low, mut high) = (at(best - 1), at(best + 1));
    for _ in 0..60 {
        let [a, b] = [high - 0.618 * (high - low), low + 0.618 * (high - low)];
        if left(a) < left(b) { high = b } else { low = a }
    }
    let order = 0.5 * (low + high);
    // Where chi^2 is larger by one, on the side where that is farther: it need not be a parabola.
    let least = left(order);
    let reach = |end: f64| {
        if left(end) - least < 1.0 {
            return f64::INFINITY;
        }
        let (mut near, mut far) = (order, end);
        for _ in 0..60 {
            let middle = 0.5 * (near + far);
            if left(middle) - least < 1.0 { near = middle } else { far = middle }
        }
        (0.5 * (near + far) - order).abs()
    };
    let error = reach(ORDERS[0]).max(reach(ORDERS[1]));
    Power { order, error, chi_square: left(order), freedom }
}

/// Local orders `ln(e_i/e_(i+1)) / ln(h_i/h_(i+1))` of errors without noise and where they tend.
#[derive(Clone, Debug, PartialEq)]
pub struct Slopes {
    /// Between neighbours, coarse to fine.
    pub local: Vec<f64>,
    /// Extrapolated to `h = 0`.
    pub limit: f64,
    /// The change of the limit when the coarsest point is left out, and no less than a tenth of the last extrapolation.
    pub uncertainty: f64,
}

/// The slopes of `(h, error)`, coarse to fine; `error ~ h^p (1 + c h + ...)`.
///
/// # Panics
/// With fewer than four points.
#[must_use]
pub fn richardson(points: &[[f64; 2]]) -> Slopes {
    extrapolated_slopes(points, 1)
}

/// As [`richardson`] for methods that are symmetric in time: `error ~ h^p (1 + c h^2 + ...)`.
///
/// # Panics
/// With fewer than four points.
#[must_use]
pub fn richardson_even(points: &[[f64; 2]]) -> Slopes {
    extrapolated_slopes(points, 2)
}

fn extrapolated_slopes(points: &[[f64; 2]], correction: i32) -> Slopes {
    assert!(points.len() >= 4, "an extrapolated slope needs four points");
    let local: Vec<f64> =
        points.windows(2).map(|pair| (pair[0][1] / pair[1][1]).ln() / (pair[0][0] / pair[1][0]).ln()).collect();
    // The local slope differs from p by a term in this power of h.
    let extrapolated = |k: usize| {
        let ratio = (points[k][0] / points[k + 1][0]).powi(correction);
        local[k + 1] + (local[k + 1] - local[k]) / (ratio - 1.0)
    };
    let last = local.len() - 2;
    let limit = extrapolated(last);
    let correction = (limit - local[last + 1]).abs();
    let uncertainty = (limit - extrapolated(last - 1)).abs().max(0.1 * correction).max(1e-3);
    Slopes { local, limit, uncertainty }
}

/// The probability that `chi^2` with `freedom` degrees of freedom is above `chi_square`; 0 where that is no number.
#[must_use]
pub fn chi_square_tail(chi_square: f64, freedom: usize) -> f64 {
    if chi_square.is_nan() || chi_square < 0.0 || freedom == 0 {
        return 0.0;
    }
    let freedom = freedom as f64;
    if freedom >= 200.0 {
        // There the crate's incomplete gamma function is a quadrature that gives no number below the mean. The cube root of
        // chi^2 is normal (Wilson and Hilferty): to 5e-5, and to a hundredth of a small tail.
        let variance = 2.0 / (9.0 * freedom);
        let deviation = ((chi_square / freedom).cbrt() - (1.0 - variance)) / variance.sqrt();
        return 0.5 * puruspe::erfc(deviation / std::f64::consts::SQRT_2);
    }
    puruspe::gammq(0.5 * freedom, 0.5 * chi_square)
}

/// The probability that Student's t with `freedom` degrees of freedom is farther from zero than `t`; NaN without any.
#[must_use]
pub fn student_tail(t: f64, freedom: usize) -> f64 {
    let freedom = freedom as f64;
    if t.is_nan() || freedom == 0.0 {
        return f64::NAN;
    }
    puruspe::betai(0.5 * freedom, 0.5, freedom / (freedom + t * t))
}

/// How many standard errors of a mean of `freedom + 1` numbers chance exceeds, on either side, with this probability; infinite
/// without freedom.
#[must_use]
pub fn student_quantile(probability: f64, freedom: usize) -> f64 {
    if freedom == 0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while student_tail(high, freedom) > probability {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if student_tail(middle, freedom) > probability { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_back_with_its_errors() {
        // y = 1 + 2 x at x = 0, 1, 2 with unit errors: the textbook's variances are 5/6 and 1/2.
        let fit = line(&[[0.0, 1.0, 1.0], [1.0, 3.0, 1.0], [2.0, 5.0, 1.0]]);
        assert!((fit.slope - 2.0).abs() < 1e-15 && (fit.intercept - 1.0).abs() < 1e-15);
        assert!((fit.slope_error - 0.5f64.sqrt()).abs() < 1e-15);
        assert!((fit.intercept_error - (5.0f64 / 6.0).sqrt()).abs() < 1e-15);
        assert!(fit.chi_square < 1e-28 && fit.freedom == 1);
    }

    #[test]
    fn the_order_of_a_symmetric_method_is_extrapolated_in_the_square_of_the_step() {
        let of = |h: f64| [h, h * h * (1.0 + 10.0 * h * h)];
        let points = [0.1, 0.05, 0.025, 0.0125].map(of);
        let (even, plain) = (richardson_even(&points), richardson(&points));
        assert!((even.limit - 2.0).abs() < 2e-4 && (plain.limit - 2.0).abs() > 5e-3, "{even:?} {plain:?}");
    }

    #[test]
    fn a_power_comes_back_with_its_error() {
        let x = [1.0, 0.5, 0.25, 0.125];
        let fit = power(&x.map(|x: f64| [x, -3.0 * x.powf(1.3), 0.01 * x.powf(1.3)]), 1.0);
        assert!((fit.order - 1.3).abs() < 1e-6 && fit.chi_square < 1e-9 && fit.freedom == 2, "{fit:?}");
        // Relative errors of 1/300: a line through logarithms at 0, 1, 2, 3 times ln 2 has a spread of 5 ln(2)^2.
        let error = 0.01 / 3.0 / (5.0f64.sqrt() * 2f64.ln());
        assert!((fit.error / error - 1.0).abs() < 1e-2, "{fit:?} {error}");
    }

    #[test]
    fn what_is_noise_or_no_number_has_no_order() {
        let noise = power(&[[1.0, 0.1, 1.0], [0.5, -0.3, 1.0], [0.25, 0.2, 1.0]], 1.0);
        assert!(noise.error > 0.5, "{noise:?}");
        assert!(power(&[[1.0, f64::NAN, 1.0], [0.5, 1.0, 1.0]], 1.0).order.is_nan());
    }

    #[test]
    fn the_first_order_is_told_whatever_the_second() {
        // Whether the second is far too small to be seen, all but seen, or plain.
        let mut random = omd_flow::Philox::new(3, 0);
        for b in [0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8] {
            let off = (0..300).filter(|_| {
                let points = [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125].map(|x: f64| {
                    let e = 0.01 * x.sqrt();
                    [x, x * (1.0 + b * x) + e * random.normal(), e]
                });
                let fit = power(&points, 1.0);
                (fit.order - 1.0).abs() > 3.29 * fit.error
            });
            // One in a thousand is meant: more than 3 of 300 once in 4,000 tries.
            assert!(off.count() <= 3, "b = {b}");
        }
    }

    #[test]
    fn the_limit_of_slopes_is_the_leading_order() {
        let points = [0.4, 0.2, 0.1, 0.05, 0.025].map(|h: f64| [h, 3.0 * h * h * (1.0 + 0.7 * h)]);
        let slopes = richardson(&points);
        assert!((slopes.limit - 2.0).abs() < slopes.uncertainty, "{slopes:?}");
        assert!(slopes.uncertainty < 0.02, "{slopes:?}");
    }

    #[test]
    fn quantiles_of_student() {
        // Tables: t(0.001, two-sided; 7) = 5.408, t(0.05; 15) = 2.131.
        assert!((student_tail(5.408, 7) - 1e-3).abs() < 1e-5);
        assert!((student_tail(-2.131, 15) - 0.05).abs() < 1e-4);
        assert!((student_quantile(1e-3, 7) - 5.408).abs() < 1e-3 && (student_quantile(0.05, 1) - 12.706).abs() < 1e-3);
    }

    #[test]
    fn quantiles_of_chi_square() {
        // Tables: chi^2(0.05; 1) = 3.841, chi^2(0.001; 10) = 29.588.
        assert!((chi_square_tail(3.841, 1) - 0.05).abs() < 1e-4);
        assert!((chi_square_tail(29.588, 10) - 1e-3).abs() < 1e-5);
        assert_eq!(chi_square_tail(f64::NAN, 3), 0.0);
        // Computed with SciPy: means and 1, 3 and 4 standard deviations above and below.
        for (freedom, deviation, tail) in [
            (200, 0.0, 0.486_701_2),
            (200, 3.0, 2.750_41e-3),
            (200, -1.0, 0.841_779_0),
            (1000, 4.0, 7.283_3e-5),
            (1000, -3.0, 0.999_127_97),
            (5000, 1.0, 0.158_639_3),
        ] {
            let found =
                chi_square_tail(f64::from(freedom) + deviation * f64::from(2 * freedom).sqrt(), freedom as usize);
            assert!((found - tail).abs() < (0.02f64 * tail).min(5e-5), "{freedom} {deviation}: {found} {tail}");
        }
    }
}
