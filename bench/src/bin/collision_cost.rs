//! Evaluations of the collision operator on the grid and with the directions that the solver takes for the distribution, one thread: their
//! times, their errors against exact results, and the bare transforms they are made of.
#![allow(clippy::print_stdout, reason = "prints one JSON object")]

use clap::Parser;
use omd_flow::Matrix3;
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::spectral::{Collision, Parity, Quadrature, SpectralKernel, SpectralParameters};
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;
use serde_json::json;
use std::error::Error;
use std::f64::consts::PI;
use std::time::Instant;

/// One measurement.
#[derive(Parser)]
struct Arguments {
    /// Points along an axis.
    modes: usize,
    /// Timed evaluations; the fastest counts.
    #[arg(long, default_value_t = 5)]
    repeats: usize,
    /// One spherical rule of this degree on all shells in place of the solver's, as fsm.py has: 5 is its twelve directions,
    /// enough for isotropic distributions alone.
    #[arg(long)]
    degree: Option<usize>,
}

/// `P/n` of the anisotropic Gaussian.
const COVARIANCE: Matrix3<f64> = Matrix3::new(1.3, 0.1, 0.0, 0.1, 1.0, -0.05, 0.0, -0.05, 0.7);
/// `K` of the BKW solution.
const BKW: f64 = 0.661_5;

/// BKW and its rate of change for Maxwell molecules of rate 1.
fn bkw(square: f64) -> (f64, f64) {
    let k = BKW;
    let c = (-square / (2.0 * k)).exp() / (2.0 * (2.0 * PI * k).powf(1.5));
    let g = c * ((5.0 * k - 3.0) / k + (1.0 - k) / (k * k) * square);
    let slope = (-1.5 / k + square / (2.0 * k * k)) * g + c * (3.0 / (k * k) + (k - 2.0) / k.powi(3) * square);
    (g, slope * (1.0 - k) / 6.0)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let n = arguments.modes;
    let maxwell = CollisionKernel::VariableHardSphere { rate: 1.0, exponent: 0.0 };
    let kernel = SpectralKernel::of_kernel(&maxwell, 1.0)?;
    let mut quadrature = Quadrature::for_modes(n);
    if let Some(degree) = arguments.degree {
        quadrature.degrees.fill(degree);
    }
    let mut collision = Collision::new(n, kernel, Parity::Even, quadrature.clone())?;
    // The grid follows the fourth moment, that of a Gaussian times K (2 - K) here.
    let half_width = Quadrature::half_width(n) * (BKW * (2.0 - BKW)).sqrt();
    let points = points(n, half_width);
    let g: Vec<f64> = points.iter().map(|w| bkw(w.norm_squared()).0).collect();
    let (found, seconds) = timed(&mut collision, &g, half_width, &arguments)?;
    let (transforms, directions) = (collision.transforms(), collision.points());
    let cell = (2.0 * half_width / n as f64).powi(3);
    let errors = found.iter().zip(&points).map(|(q, w)| (q - bkw(w.norm_squared()).1).abs());
    let largest = errors.clone().fold(0.0, f64::max);
    let mean_square = (errors.map(|e| e * e).sum::<f64>() * cell).sqrt();
    collision = Collision::new(n, SpectralKernel::of_kernel(&maxwell, 1.0)?, Parity::Even, quadrature)?;
    let (stress, stress_seconds) = stress_error(&mut collision, &arguments)?;
    println!(
        "{}",
        json!({
            "seconds": seconds,
            "bkw_largest": largest,
            "bkw_mean_square": mean_square,
            "transforms": transforms,
            "directions": directions,
            "stress": stress,
            "stress_seconds": stress_seconds,
            "stress_transforms": collision.transforms(),
            "stress_directions": collision.points(),
            "transform_seconds": transform_seconds(n, arguments.repeats),
            "shells": collision.quadrature().shells(),
        })
    );
    Ok(())
}

/// `Q` on a cube of this half width with the directions that the solver would take for `g`, or those asked for, and the time of the
/// fastest evaluation.
fn timed(
    collision: &mut Collision,
    g: &[f64],
    half_width: f64,
    arguments: &Arguments,
) -> Result<(Vec<f64>, f64), Box<dyn Error>> {
    let map = Matrix3::identity() * half_width;
    if arguments.degree.is_none() {
        collision.economise_for(g, &map, SpectralParameters::tolerance_of(arguments.modes))?;
    }
    let mut found = collision.evaluate(g, &map)?;
    let mut seconds = f64::INFINITY;
    for _ in 0..arguments.repeats {
        let start = Instant::now();
        found = collision.evaluate(g, &map)?;
        seconds = seconds.min(start.elapsed().as_secs_f64());
    }
    Ok((found, seconds))
}

/// The stress of a Gaussian relaxes at half the rate: the largest error of a component, and the time of an evaluation.
fn stress_error(collision: &mut Collision, arguments: &Arguments) -> Result<(f64, f64), Box<dyn Error>> {
    let n = collision.modes();
    let half_width = Quadrature::half_width(n);
    let points = points(n, half_width);
    let inverse = COVARIANCE.try_inverse().ok_or("singular")?;
    let scale = 1.0 / ((2.0 * PI).powi(3) * COVARIANCE.determinant()).sqrt();
    let g: Vec<f64> = points.iter().map(|w| scale * (-0.5 * w.dot(&(inverse * w))).exp()).collect();
    let (found, seconds) = timed(collision, &g, half_width, arguments)?;
    let cell = (2.0 * half_width / n as f64).powi(3);
    let rate: Matrix3<f64> = found.iter().zip(&points).map(|(q, w)| w * w.transpose() * (q * cell)).sum();
    let deviator = |m: &Matrix3<f64>| m - Matrix3::identity() * (m.trace() / 3.0);
    Ok(((deviator(&rate) + 0.5 * deviator(&COVARIANCE)).amax(), seconds))
}

/// The grid in the order of the discrete transform.
fn points(n: usize, half_width: f64) -> Vec<nalgebra::Vector3<f64>> {
    let axis: Vec<f64> =
        (0..n).map(|j| 2.0 * half_width / n as f64 * if 2 * j < n { j as f64 } else { j as f64 - n as f64 }).collect();
    let point = |index: usize| [axis[index % n], axis[index / n % n], axis[index / n / n]].into();
    (0..n * n * n).map(point).collect()
}

/// All lines of one complex transform of the cube, contiguous and in place: no transform of it can be faster by this
/// library.
fn transform_seconds(n: usize, repeats: usize) -> f64 {
    let plan = FftPlanner::<f64>::new().plan_fft_inverse(n);
    let mut scratch = vec![Complex::default(); plan.get_inplace_scratch_len()];
    let mut cube = vec![Complex::new(1.0, 0.5); n * n * n];
    let mut seconds = f64::INFINITY;
    for _ in 0..10 * repeats {
        cube.fill(Complex::new(1.0, 0.5));
        let start = Instant::now();
        (0..3).for_each(|_| plan.process_with_scratch(&mut cube, &mut scratch));
        seconds = seconds.min(start.elapsed().as_secs_f64());
    }
    seconds
}
