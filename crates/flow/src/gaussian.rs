//! Drawn starts: a Gaussian sample whose mean is zero and whose covariance is exact.

use crate::Philox;
use nalgebra::{Cholesky, Matrix3, Vector3};

/// Why a start cannot be drawn.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GaussianError {
    /// A vector alone is its own mean.
    #[error("{0} velocities have no spread about their own mean; 2 or more have")]
    TooFew(usize),
    /// The wanted covariance has an eigenvalue that is not positive.
    #[error("the temperature tensor is not positive definite: its smallest eigenvalue is {0}")]
    NotPositiveDefinite(f64),
}

/// `count` peculiar velocities with zero mean and sample covariance `(1/N) sum w w^T = covariance` exactly.
///
/// `covariance` is `P / (n m)`, velocity squared. Fewer than four vectors never have a covariance of full rank about their
/// mean: of theirs only the trace is exact.
///
/// # Errors
/// [`GaussianError`] when no such sample exists.
pub fn draw_velocities(
    count: usize,
    covariance: &Matrix3<f64>,
    random: &mut Philox,
) -> Result<Vec<Vector3<f64>>, GaussianError> {
    draw_velocities_among_images(count, covariance, &Matrix3::identity(), random)
}

/// As [`draw_velocities`] where each atom has images turned by rotations whose mean is the projector `mean_rotation`: of
/// fewer than four velocities only the part of the mean that no rotation turns is removed.
///
/// # Errors
/// [`GaussianError`] when no such sample exists.
pub fn draw_velocities_among_images(
    count: usize,
    covariance: &Matrix3<f64>,
    mean_rotation: &Matrix3<f64>,
    random: &mut Philox,
) -> Result<Vec<Vector3<f64>>, GaussianError> {
    let mut sample: Vec<Vector3<f64>> =
        (0..count).map(|_| Vector3::new(random.normal(), random.normal(), random.normal())).collect();
    if count < 4 {
        let wanted = factor(covariance)?;
        sample.iter_mut().for_each(|w| *w = wanted.l() * *w);
        return with_trace(sample, covariance.trace(), mean_rotation);
    }
    with_covariance(sample, covariance)
}

/// The sample moved and stretched to zero mean and exactly this covariance: what a Gaussian sample needs least of.
///
/// # Errors
/// [`GaussianError`] when the covariance is not positive definite, or that of the sample has no full rank.
pub fn with_covariance(
    mut sample: Vec<Vector3<f64>>,
    covariance: &Matrix3<f64>,
) -> Result<Vec<Vector3<f64>>, GaussianError> {
    let count = sample.len();
    let wanted = factor(covariance)?;
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

fn factor(covariance: &Matrix3<f64>) -> Result<Cholesky<f64, nalgebra::Const<3>>, GaussianError> {
    let refused = || GaussianError::NotPositiveDefinite(covariance.symmetric_eigenvalues().min());
    Cholesky::new(*covariance).ok_or_else(refused)
}

/// The sample without the part of its mean that `mean_rotation` projects on, stretched to `(1/N) sum w^2 = trace`.
///
/// # Errors
/// [`GaussianError::TooFew`] where nothing is left of it.
pub fn with_trace(
    mut sample: Vec<Vector3<f64>>,
    trace: f64,
    mean_rotation: &Matrix3<f64>,
) -> Result<Vec<Vector3<f64>>, GaussianError> {
    let count = sample.len();
    let square = |sample: &[Vector3<f64>]| sample.iter().map(Vector3::norm_squared).sum::<f64>();
    let before = square(&sample);
    let mean = mean_rotation * sample.iter().sum::<Vector3<f64>>() / count.max(1) as f64;
    sample.iter_mut().for_each(|w| *w -= mean);
    let left = square(&sample);
    if left <= 1e-12 * before {
        return Err(GaussianError::TooFew(count));
    }
    let scale = (trace * count as f64 / left).sqrt();
    sample.iter_mut().for_each(|w| *w *= scale);
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
    fn few_velocities_have_the_exact_temperature_and_no_drift() {
        let covariance = Matrix3::new(2.0, 0.3, -0.1, 0.3, 1.0, 0.2, -0.1, 0.2, 0.7);
        for count in [2, 3] {
            let sample = draw_velocities(count, &covariance, &mut Philox::new(3, 1)).unwrap();
            let mean = sample.iter().sum::<Vector3<f64>>() / count as f64;
            let trace = sample.iter().map(Vector3::norm_squared).sum::<f64>() / count as f64;
            assert!(mean.norm() < 1e-15 && (trace - covariance.trace()).abs() < 1e-14, "{mean} {trace}");
        }
        // Rotations about z turn all but the third component away.
        let turned = Matrix3::from_diagonal(&Vector3::z());
        let alone = draw_velocities_among_images(1, &covariance, &turned, &mut Philox::new(3, 1)).unwrap()[0];
        assert!(alone.z == 0.0 && (alone.norm_squared() - covariance.trace()).abs() < 1e-14, "{alone}");
    }

    #[test]
    fn an_impossible_start_is_refused() {
        let rng = &mut Philox::new(0, 0);
        assert_eq!(draw_velocities(1, &Matrix3::identity(), rng), Err(GaussianError::TooFew(1)));
        let indefinite = Matrix3::from_diagonal(&Vector3::new(1.0, 1.0, -0.5));
        assert_eq!(draw_velocities(9, &indefinite, rng), Err(GaussianError::NotPositiveDefinite(-0.5)));
    }
}
