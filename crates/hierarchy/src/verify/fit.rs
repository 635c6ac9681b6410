//! Orders of convergence and their uncertainties.

use nalgebra::{Matrix3, Vector3};

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

/// The order `p` of `y ~ x^p (1 + c x + ...)` from `(x, ln y, its error)`: `ln y = a + p ln x + c x` where there are points
/// enough to tell `c`, without it elsewhere; the intercept is `a`.
///
/// # Panics
/// As [`line()`].
#[must_use]
pub fn order(points: &[[f64; 3]]) -> Fit {
    if points.len() <= 5 {
        let logarithms: Vec<[f64; 3]> = points.iter().map(|&[x, y, e]| [x.ln(), y, e]).collect();
        return line(&logarithms);
    }
    let terms = |x: f64| Vector3::new(1.0, x.ln(), x);
    let (mut normal, mut right) = (Matrix3::zeros(), Vector3::zeros());
    for &[x, y, e] in points {
        normal += terms(x) * terms(x).transpose() / (e * e);
        right += terms(x) * (y / (e * e));
    }
    let inverse = normal.try_inverse().expect("points apart");
    let found = inverse * right;
    Fit {
        slope: found[1],
        slope_error: inverse[(1, 1)].sqrt(),
        intercept: found[0],
        intercept_error: inverse[(0, 0)].sqrt(),
        chi_square: points.iter().map(|&[x, y, e]| ((y - found.dot(&terms(x))) / e).powi(2)).sum(),
        freedom: points.len() - 3,
    }
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
    assert!(points.len() >= 4, "an extrapolated slope needs four points");
    let local: Vec<f64> =
        points.windows(2).map(|pair| (pair[0][1] / pair[1][1]).ln() / (pair[0][0] / pair[1][0]).ln()).collect();
    // The local slope differs from p by a term linear in h.
    let extrapolated = |k: usize| {
        let ratio = points[k][0] / points[k + 1][0];
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
