//! Drawn starts: a Gaussian sample whose mean is zero and whose covariance is exact.

use crate::Philox;
use nalgebra::{Cholesky, Matrix3, Vector3};

/// Why a start cannot be drawn.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GaussianError {
    /// Fewer than four vectors never have a covariance of full rank about their own mean.
    #[error("{0} velocities cannot have an exact mean and covariance; 4 or more can")]
    TooFew(usize),
    /// The wanted covariance has an eigenvalue that is not positive.
    #[error("the temperature tensor is not positive definite: its smallest eigenvalue is {0}")]
    NotPositiveDefinite(f64),
}

/// `count` peculiar velocities with zero mean and sample covariance `(1/N) sum w w^T = covariance` exactly.
///
/// `covariance` is `P / (n m)`, velocity squared.
///
/// # Errors
/// [`GaussianError`] when no such sample exists.
pub fn draw_velocities(
    count: usize,
    covariance: &Matrix3<f64>,
    random: &mut Philox,
) -> Result<Vec<Vector3<f64>>, GaussianError> {
    if count < 4 {
        return Err(GaussianError::TooFew(count));
    }
    let wanted = Cholesky::new(*covariance)
        .ok_or_else(|| GaussianError::NotPositiveDefinite(covariance.symmetric_eigenvalues().min()))?;
    let mut sample: Vec<Vector3<f64>> =
        (0..count).map(|_| Vector3::new(random.normal(), random.normal(), random.normal())).collect();
    // Twice: the second pass removes the rounding of the first.
    for _ in 0..2 {
        let mean = sample.iter().sum::<Vector3<f64>>() / count as f64;
        sample.iter_mut().for_each(|w| *w -= mean);
        let found = sample.iter().map(|w| w * w.transpose()).sum::<Matrix3<f64>>() / count as f64;
        let found = Cholesky::new(found).ok_or(GaussianError::TooFew(count))?;
        let inverse = found.l().try_inverse().ok_or(GaussianError::TooFew(count))?;
        let map = wanted.l() * inverse;
        sample.iter_mut().for_each(|w| *w = map * *w);
    }
    Ok(sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_covariance_are_exact() {
        let covariance = Matrix3::new(2.0, 0.3, -0.1, 0.3, 1.0, 0.2, -0.1, 0.2, 0.7);
        for count in [4, 5, 1000] {
            let sample = draw_velocities(count, &covariance, &mut Philox::new(3, 1)).unwrap();
            let mean = sample.iter().sum::<Vector3<f64>>() / count as f64;
            let found = sample.iter().map(|w| w * w.transpose()).sum::<Matrix3<f64>>() / count as f64;
            assert!(mean.norm() < 1e-15 && (found - covariance).norm() < 1e-14, "{mean} {found}");
        }
    }

    #[test]
    fn an_impossible_start_is_refused() {
        let rng = &mut Philox::new(0, 0);
        assert_eq!(draw_velocities(3, &Matrix3::identity(), rng), Err(GaussianError::TooFew(3)));
        let indefinite = Matrix3::from_diagonal(&Vector3::new(1.0, 1.0, -0.5));
        assert_eq!(draw_velocities(9, &indefinite, rng), Err(GaussianError::NotPositiveDefinite(-0.5)));
    }
}
