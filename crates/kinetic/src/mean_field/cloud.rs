//! Clouds of particles in phase space, and how they are drawn.

use super::forces::ordered_sum;
use nalgebra::{Cholesky, Matrix3, Matrix6, Vector3, Vector6};
use omd_flow::Philox;

/// The law of positions or velocities, each coordinate with standard deviation 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Normal.
    Gaussian,
    /// Uniform in a ball, of radius `sqrt 5`.
    Ball,
    /// Uniform in a cube, of half edge `sqrt 3`.
    Cube,
}

impl Profile {
    fn draw(self, random: &mut Philox) -> Vector3<f64> {
        let mut uniform = || 2.0 * random.uniform() - 1.0;
        match self {
            Self::Cube => Vector3::from_fn(|_, _| uniform()) * 3f64.sqrt(),
            Self::Ball => loop {
                let x = Vector3::from_fn(|_, _| uniform());
                if x.norm_squared() <= 1.0 {
                    return x * 5f64.sqrt();
                }
            },
            Self::Gaussian => Vector3::from_fn(|_, _| random.normal()),
        }
    }
}

/// A start that is drawn.
#[derive(Clone, Debug)]
pub struct CloudParameters {
    /// How many.
    pub particles: usize,
    /// Of positions.
    pub positions: Profile,
    /// Standard deviation of each coordinate of the position, length.
    pub width: f64,
    /// Of peculiar velocities.
    pub velocities: Profile,
    /// `P/(n m)`, velocity squared.
    pub covariance: Matrix3<f64>,
    /// Whether mean and covariance of all six coordinates are made exact, or left to chance.
    pub exact: bool,
}

/// Why a cloud cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum CloudError {
    /// Fewer than seven points never have a covariance of full rank about their own mean.
    #[error("{0} particles cannot have an exact mean and covariance in position and velocity; 7 or more can")]
    TooFew(usize),
    /// The wanted covariance has an eigenvalue that is not positive.
    #[error("the temperature tensor is not positive definite")]
    NotPositiveDefinite,
}

/// Positions and peculiar velocities at t = 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// `x`, length.
    pub positions: Vec<Vector3<f64>>,
    /// `w`, velocity.
    pub velocities: Vec<Vector3<f64>>,
}

impl Cloud {
    /// Draws positions and velocities, independent of each other.
    ///
    /// # Errors
    /// [`CloudError`].
    pub fn drawn(parameters: &CloudParameters, random: &mut Philox) -> Result<Self, CloudError> {
        let count = parameters.particles;
        let map = Cholesky::new(parameters.covariance).ok_or(CloudError::NotPositiveDefinite)?.l();
        let mut sample: Vec<Vector6<f64>> = (0..count)
            .map(|_| {
                let (x, w) = (parameters.positions.draw(random), parameters.velocities.draw(random));
                Vector6::new(x.x, x.y, x.z, w.x, w.y, w.z)
            })
            .collect();
        if parameters.exact {
            whiten(&mut sample).ok_or(CloudError::TooFew(count))?;
        }
        Ok(Self {
            positions: sample.iter().map(|z| z.fixed_rows::<3>(0) * parameters.width).collect(),
            velocities: sample.iter().map(|z| map * z.fixed_rows::<3>(3)).collect(),
        })
    }

    /// Twelve points, `mean +- sqrt(6) L e_k` with `L L^T = covariance`, the nodes of a quadrature: their mean and
    /// covariance are those given, to rounding. `None` where the covariance is not positive definite.
    #[must_use]
    pub fn quadrature(mean: &Vector6<f64>, covariance: &Matrix6<f64>) -> Option<Self> {
        let root = Cholesky::new(*covariance)?.l() * 6f64.sqrt();
        let nodes: Vec<Vector6<f64>> = root.column_iter().flat_map(|column| [mean + column, mean - column]).collect();
        Some(Self {
            positions: nodes.iter().map(|z| z.fixed_rows::<3>(0).into_owned()).collect(),
            velocities: nodes.iter().map(|z| z.fixed_rows::<3>(3).into_owned()).collect(),
        })
    }
}

/// Mean zero and covariance one, exactly.
fn whiten(sample: &mut [Vector6<f64>]) -> Option<()> {
    let count = sample.len() as f64;
    if sample.len() < 7 {
        return None;
    }
    // Twice: the second pass removes the rounding of the first.
    for _ in 0..2 {
        let mean = sample.iter().sum::<Vector6<f64>>() / count;
        sample.iter_mut().for_each(|z| *z -= mean);
        let found = sample.iter().map(|z| z * z.transpose()).sum::<Matrix6<f64>>() / count;
        let inverse = Cholesky::new(found)?.l().try_inverse()?;
        sample.iter_mut().for_each(|z| *z = inverse * *z);
    }
    Some(())
}

/// Mean and covariance in phase space, and the moments of `w` about its mean.
#[derive(Clone, Debug)]
pub struct PhaseMoments {
    /// Of `(x, w)`.
    pub mean: Vector6<f64>,
    /// Of `(x, w)`.
    pub covariance: Matrix6<f64>,
    /// `<|c|^2 c>`, `c = w - <w>`.
    pub third: Vector3<f64>,
    /// `<|c|^4>`.
    pub fourth: f64,
}

impl PhaseMoments {
    /// Of particles of equal weight.
    #[must_use]
    pub fn of(positions: &[Vector3<f64>], velocities: &[Vector3<f64>]) -> Self {
        type Place = (Vector3<f64>, Vector3<f64>);
        let all: Vec<Place> = positions.iter().copied().zip(velocities.iter().copied()).collect();
        let count = all.len() as f64;
        let mean_of = |term: &(dyn Fn(&Place) -> f64 + Sync)| ordered_sum(&all, term) / count;
        let component = |z: &Place, k: usize| if k < 3 { z.0[k] } else { z.1[k - 3] };
        let mean = Vector6::from_fn(|k, _| mean_of(&|z| component(z, k)));
        let mut covariance = Matrix6::zeros();
        for i in 0..6 {
            for j in 0..=i {
                let value = mean_of(&|z| (component(z, i) - mean[i]) * (component(z, j) - mean[j]));
                (covariance[(i, j)], covariance[(j, i)]) = (value, value);
            }
        }
        let drift: Vector3<f64> = mean.fixed_rows::<3>(3).into_owned();
        let third = Vector3::from_fn(|k, _| {
            mean_of(&|z| {
                let c = z.1 - drift;
                c.norm_squared() * c[k]
            })
        });
        let fourth = mean_of(&|z| (z.1 - drift).norm_squared().powi(2));
        Self { mean, covariance, third, fourth }
    }

    /// The block (position or velocity) of the covariance.
    pub(super) fn block(&self, row: usize, column: usize) -> Matrix3<f64> {
        self.covariance.fixed_view::<3, 3>(3 * row, 3 * column).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_clouds_have_the_moments_asked_for() {
        let covariance = Matrix3::new(2.0, 0.3, -0.1, 0.3, 1.0, 0.2, -0.1, 0.2, 0.7);
        for (positions, velocities) in
            [(Profile::Gaussian, Profile::Ball), (Profile::Ball, Profile::Cube), (Profile::Cube, Profile::Gaussian)]
        {
            let parameters =
                CloudParameters { particles: 20_000, positions, width: 1.5, velocities, covariance, exact: true };
            let cloud = Cloud::drawn(&parameters, &mut Philox::new(1, 2)).unwrap();
            let moments = PhaseMoments::of(&cloud.positions, &cloud.velocities);
            let mut wanted = Matrix6::identity() * 2.25;
            wanted.fixed_view_mut::<3, 3>(3, 3).copy_from(&covariance);
            assert!(moments.mean.norm() < 1e-14 && (moments.covariance - wanted).norm() < 1e-12);
            let chance = CloudParameters { exact: false, ..parameters };
            let cloud = Cloud::drawn(&chance, &mut Philox::new(1, 2)).unwrap();
            let found = PhaseMoments::of(&cloud.positions, &cloud.velocities).covariance;
            // Of a variance: (kurtosis - 1)/N, at most 2/N here.
            let worst = (found - wanted).abs().max();
            assert!(worst < 5.0 * 2.25 * (2.0 / 20_000f64).sqrt() && worst > 1e-4, "{worst}");
            let reach = cloud.positions.iter().map(|x| x.norm()).fold(0.0, f64::max);
            match positions {
                Profile::Ball => assert!((0.98..=1.0).contains(&(reach / (1.5 * 5f64.sqrt())))),
                Profile::Cube => assert!((0.9..=1.0).contains(&(reach / 4.5))),
                Profile::Gaussian => assert!(reach > 4.5),
            }
        }
        let few = CloudParameters {
            particles: 6,
            positions: Profile::Cube,
            width: 1.0,
            velocities: Profile::Cube,
            covariance,
            exact: true,
        };
        assert_eq!(Cloud::drawn(&few, &mut Philox::new(0, 0)), Err(CloudError::TooFew(6)));
    }

    #[test]
    fn quadrature_nodes_have_the_moments_given() {
        let mean = Vector6::new(0.3, -0.2, 0.1, 0.05, 0.1, -0.15);
        let covariance = Matrix6::from_fn(|i, j| if i == j { 1.0 + i as f64 } else { 0.1 });
        let cloud = Cloud::quadrature(&mean, &covariance).unwrap();
        let moments = PhaseMoments::of(&cloud.positions, &cloud.velocities);
        assert!((moments.mean - mean).norm() < 1e-15 && (moments.covariance - covariance).norm() < 1e-13);
    }
}
