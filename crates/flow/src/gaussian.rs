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
    draw_velocities_among_images(&vec![1.0; count], covariance, &Matrix3::identity(), random)
}

/// As [`draw_velocities`] for atoms of several masses, each with images turned by rotations whose mean is the projector
/// `mean_rotation`: of fewer than four velocities only the part of the mean that no rotation turns is removed.
///
/// `weights` are the masses over the one in `covariance`. The mean is by mass, `sum s w = 0`, and `(1/N) sum s w w^T` is the
/// covariance: each mass has a Maxwellian of the same temperature.
///
/// # Errors
/// [`GaussianError`] when no such sample exists.
pub fn draw_velocities_among_images(
    weights: &[f64],
    covariance: &Matrix3<f64>,
    mean_rotation: &Matrix3<f64>,
    random: &mut Philox,
) -> Result<Vec<Vector3<f64>>, GaussianError> {
    let mut draw = |weight: &f64| Vector3::new(random.normal(), random.normal(), random.normal()) / weight.sqrt();
    let mut sample: Vec<Vector3<f64>> = weights.iter().map(&mut draw).collect();
    if weights.len() < 4 {
        let wanted = factor(covariance)?;
        sample.iter_mut().for_each(|w| *w = wanted.l() * *w);
        return with_trace(sample, weights, covariance.trace(), mean_rotation);
    }
    with_covariance(sample, weights, covariance)
}

/// The sample moved and stretched to zero mean and exactly this covariance, by mass as
/// [`draw_velocities_among_images`] has them: what a Gaussian sample needs least of.
///
/// # Errors
/// [`GaussianError`] when the covariance is not positive definite, or that of the sample has no full rank.
pub fn with_covariance(
    mut sample: Vec<Vector3<f64>>,
    weights: &[f64],
    covariance: &Matrix3<f64>,
) -> Result<Vec<Vector3<f64>>, GaussianError> {
    let (count, weight) = (sample.len(), weights.iter().sum::<f64>());
    let wanted = factor(covariance)?;
    // Twice: the second pass removes the rounding of the first.
    for _ in 0..2 {
        let mean = momentum(&sample, weights) / weight;
        sample.iter_mut().for_each(|w| *w -= mean);
        let squares = sample.iter().zip(weights).map(|(w, weight)| w * *weight * w.transpose());
        let found = squares.sum::<Matrix3<f64>>() / count as f64;
        let found = Cholesky::new(found).ok_or(GaussianError::TooFew(count))?;
        let inverse = found.l().try_inverse().ok_or(GaussianError::TooFew(count))?;
        let map = wanted.l() * inverse;
        sample.iter_mut().for_each(|w| *w = map * *w);
    }
    Ok(sample)
}

fn momentum(sample: &[Vector3<f64>], weights: &[f64]) -> Vector3<f64> {
    sample.iter().zip(weights).map(|(w, weight)| w * *weight).sum()
}

fn factor(covariance: &Matrix3<f64>) -> Result<Cholesky<f64, nalgebra::Const<3>>, GaussianError> {
    let refused = || GaussianError::NotPositiveDefinite(covariance.symmetric_eigenvalues().min());
    Cholesky::new(*covariance).ok_or_else(refused)
}

/// The sample without the part of its mean that `mean_rotation` projects on, stretched to `(1/N) sum s w^2 = trace`; by mass
/// as [`draw_velocities_among_images`] has them.
///
/// # Errors
/// [`GaussianError::TooFew`] where nothing is left of it.
pub fn with_trace(
    mut sample: Vec<Vector3<f64>>,
    weights: &[f64],
    trace: f64,
    mean_rotation: &Matrix3<f64>,
) -> Result<Vec<Vector3<f64>>, GaussianError> {
    let count = sample.len();
    let squared = |(w, weight): (&Vector3<f64>, &f64)| weight * w.norm_squared();
    let square = |sample: &[Vector3<f64>]| sample.iter().zip(weights).map(squared).sum::<f64>();
    let before = square(&sample);
    let mean = mean_rotation * momentum(&sample, weights) / weights.iter().sum::<f64>().max(f64::MIN_POSITIVE);
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
        let alone = draw_velocities_among_images(&[1.0], &covariance, &turned, &mut Philox::new(3, 1)).unwrap()[0];
        assert!(alone.z == 0.0 && (alone.norm_squared() - covariance.trace()).abs() < 1e-14, "{alone}");
    }

    #[test]
    fn every_mass_has_its_maxwellian() {
        let covariance = Matrix3::new(2.0, 0.3, -0.1, 0.3, 1.0, 0.2, -0.1, 0.2, 0.7);
        let count = 40_000;
        let weights: Vec<f64> = (0..count).map(|k| if k % 4 == 0 { 9.0 } else { 1.0 }).collect();
        let turn = Matrix3::identity();
        for weights in [&weights[..], &weights[..6], &weights[..3]] {
            let count = weights.len();
            let sample = draw_velocities_among_images(weights, &covariance, &turn, &mut Philox::new(3, 1)).unwrap();
            let found = |heavy: bool| {
                let part = sample.iter().zip(weights).filter(move |(_, weight)| (**weight > 1.0) == heavy);
                part.map(|(w, weight)| w * *weight * w.transpose())
            };
            let whole = found(true).chain(found(false)).sum::<Matrix3<f64>>() / count as f64;
            let off = if count < 4 { (whole - covariance).trace() } else { (whole - covariance).norm() };
            assert!(momentum(&sample, weights).norm() < 1e-11 && off.abs() < 1e-13, "{count} {off}");
            if count > 6 {
                // m <w w^T> of each mass alone, within five standard errors.
                for (heavy, number) in [(true, 10_000.0_f64), (false, 30_000.0)] {
                    let off = found(heavy).sum::<Matrix3<f64>>() / number - covariance;
                    assert!(off.abs().max() < 5.0 * 2.0 * (2.0 / number).sqrt(), "{off}");
                }
            }
        }
    }

    #[test]
    fn an_impossible_start_is_refused() {
        let rng = &mut Philox::new(0, 0);
        assert_eq!(draw_velocities(1, &Matrix3::identity(), rng), Err(GaussianError::TooFew(1)));
        let indefinite = Matrix3::from_diagonal(&Vector3::new(1.0, 1.0, -0.5));
        assert_eq!(draw_velocities(9, &indefinite, rng), Err(GaussianError::NotPositiveDefinite(-0.5)));
    }
}
