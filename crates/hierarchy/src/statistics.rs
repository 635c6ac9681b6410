//! Comparisons in standard errors: correlated numbers of independent replicas against each other or against exact ones.

use nalgebra::{DMatrix, DVector};

/// The mean of one vector of numbers per replica and the covariance of that mean.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Over replicas.
    pub mean: DVector<f64>,
    /// Of the mean.
    pub covariance: DMatrix<f64>,
    /// How many vectors.
    pub replicas: usize,
}

/// How two means differ.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    /// Hotelling's `T^2`; about the number of components when only noise is there.
    pub square: f64,
    /// How many components.
    pub components: usize,
    /// The probability of a larger one by noise alone.
    pub probability: f64,
}

impl Sample {
    /// `rows[r]` is the vector of replica r.
    ///
    /// # Panics
    /// Without two rows of equal length.
    #[must_use]
    pub fn of(rows: &[Vec<f64>]) -> Self {
        assert!(rows.len() > 1, "a covariance needs two replicas");
        let (count, width) = (rows.len() as f64, rows[0].len());
        let mean = rows.iter().fold(DVector::zeros(width), |sum, row| sum + DVector::from_column_slice(row)) / count;
        let covariance = rows.iter().fold(DMatrix::zeros(width, width), |sum, row| {
            let deviation = DVector::from_column_slice(row) - &mean;
            sum + &deviation * deviation.transpose()
        }) / (count * (count - 1.0));
        Self { mean, covariance, replicas: rows.len() }
    }

    /// The standard error of component `k`.
    #[must_use]
    pub fn error(&self, k: usize) -> f64 {
        self.covariance[(k, k)].sqrt()
    }

    /// Hotelling's test against exact numbers, or against a mean whose covariance is `noise` times this one's.
    ///
    /// # Panics
    /// With fewer replicas than components: the covariance has no inverse then.
    #[must_use]
    pub fn against(&self, wanted: &DVector<f64>, noise: f64) -> Verdict {
        self.verdict(&(&self.mean - wanted), &(&self.covariance * (1.0 + noise)), self.replicas as f64 - 1.0)
    }

    /// Hotelling's test between two samples with covariances of their own, with the degrees of freedom of Krishnamoorthy and Yu
    /// (2004; recalled), Welch and Satterthwaite's for one component: between the smaller of the two and their sum.
    ///
    /// # Panics
    /// As [`Self::against`].
    #[must_use]
    pub fn against_sample(&self, other: &Self) -> Verdict {
        let covariance = &self.covariance + &other.covariance;
        let inverse = covariance.clone().cholesky().expect("a positive definite covariance").inverse();
        let width = self.mean.len() as f64;
        let share = |sample: &Self| {
            let part = &sample.covariance * &inverse;
            ((&part * &part).trace() + part.trace().powi(2)) / (sample.replicas as f64 - 1.0)
        };
        let freedom = (width + width * width) / (share(self) + share(other));
        self.verdict(&(&self.mean - &other.mean), &covariance, freedom)
    }

    fn verdict(&self, difference: &DVector<f64>, covariance: &DMatrix<f64>, freedom: f64) -> Verdict {
        let width = difference.len() as f64;
        assert!(freedom >= width, "more replicas than components are needed");
        let solved = covariance.clone().cholesky().expect("a positive definite covariance").solve(difference);
        let square = difference.dot(&solved);
        let f = square * (freedom - width + 1.0) / (width * freedom);
        Verdict { square, components: difference.len(), probability: f_tail(f, width, freedom - width + 1.0) }
    }
}

/// The greater of two numbers; no number where one of them is none, so that nothing can hold then.
#[must_use]
pub fn greater(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

/// The lesser of two numbers; no number where one of them is none.
#[must_use]
pub fn lesser(a: f64, b: f64) -> f64 {
    -greater(-a, -b)
}

/// The mean of independent numbers and its standard error; NaN of fewer than two.
#[must_use]
pub fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let square: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (mean, (square / (count * (count - 1.0))).sqrt())
}

/// The probability that F with (a, b) degrees of freedom is above `f`.
#[must_use]
pub fn f_tail(f: f64, a: f64, b: f64) -> f64 {
    puruspe::betai(0.5 * b, 0.5 * a, b / (b + a * f))
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::Philox;

    #[test]
    fn no_number_is_neither_lost_nor_passed_over() {
        let numbers = [1.0, f64::NAN, 3.0, 2.0];
        assert!(numbers.into_iter().fold(0.0, greater).is_nan() && numbers.into_iter().fold(9.0, lesser).is_nan());
        assert_eq!((greater(1.0, 2.0), lesser(1.0, 2.0)), (2.0, 1.0));
    }

    #[test]
    fn quantiles_of_the_f_distribution() {
        // Tables: F(0.05; 4, 10) = 3.478, F(0.01; 2, 20) = 5.849.
        assert!((f_tail(3.478, 4.0, 10.0) - 0.05).abs() < 1e-4);
        assert!((f_tail(5.849, 2.0, 20.0) - 0.01).abs() < 1e-4);
    }

    #[test]
    fn probabilities_are_uniform_where_two_samples_differ_in_size_and_spread() {
        let mut random = Philox::new(6, 0);
        let mut rows = |count: usize, spread: f64| {
            let rows: Vec<Vec<f64>> = (0..count).map(|_| (0..3).map(|_| spread * random.normal()).collect()).collect();
            Sample::of(&rows)
        };
        let probabilities: Vec<f64> =
            (0..2000).map(|_| rows(6, 2.0).against_sample(&rows(60, 1.0)).probability).collect();
        let below = |limit: f64| probabilities.iter().filter(|&&p| p < limit).count() as f64 / 2000.0;
        // The approximation is good to a few hundredths here.
        assert!((below(0.5) - 0.5).abs() < 4.0 * (0.25f64 / 2000.0).sqrt() + 0.03, "{}", below(0.5));
        assert!((below(0.05) - 0.05).abs() < 4.0 * (0.05f64 * 0.95 / 2000.0).sqrt() + 0.01, "{}", below(0.05));
    }

    #[test]
    fn probabilities_are_uniform_for_noise_and_vanish_for_a_shift() {
        let mut random = Philox::new(5, 0);
        let mut draw = |shift: f64| {
            let rows: Vec<Vec<f64>> = (0..12)
                .map(|_| {
                    let common = random.normal();
                    (0..3).map(|_| common + random.normal() + shift).collect()
                })
                .collect();
            Sample::of(&rows).against(&DVector::zeros(3), 0.0).probability
        };
        let mean = (0..400).map(|_| draw(0.0)).sum::<f64>() / 400.0;
        // Uniform on [0, 1]: mean 1/2, standard error (12 x 400)^-1/2.
        assert!((mean - 0.5).abs() < 4.0 / 4800f64.sqrt(), "{mean}");
        assert!(draw(4.0) < 1e-3);
    }
}
