//! Arrow (7) in its cheapest form: Euler and Navier-Stokes against the exact moments of Maxwell molecules as Kn falls.

use omd_flow::{AffineFlow, Description, Free, Matrix3};
use omd_hydro::{Euler, NavierStokes, prepared_temperature_tensor};
use omd_kinetic::boltzmann::MaxwellMoments;
use std::sync::Arc;

const KNUDSEN: [f64; 4] = [0.0125, 0.00625, 0.003125, 0.0015625];

fn full() -> AffineFlow {
    AffineFlow::new(Matrix3::new(0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15)).unwrap()
}

fn shear() -> AffineFlow {
    AffineFlow::new(Matrix3::new(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).unwrap()
}

/// Largest temperature errors of (Euler, Navier-Stokes) at 200 times up to t = 2; `lambda = 1/2`, `mu = 2 T`.
fn errors(flow: &AffineFlow, knudsen: f64, prepared: bool) -> (f64, f64) {
    let start =
        if prepared { prepared_temperature_tensor(flow, 1.0, 1.0, 2.0, knudsen).unwrap() } else { Matrix3::identity() };
    let mut exact = MaxwellMoments::new(flow.clone(), 1.0, &start, 0.5, knudsen);
    let mut euler = Euler::new(flow.clone(), 1.0, 1.0);
    let mut viscous = NavierStokes::new(flow.clone(), 1.0, 1.0, knudsen, Arc::new(|temperature| 2.0 * temperature));
    let mut worst = (0.0f64, 0.0f64);
    for sample in 1..=200 {
        let time = 0.01 * f64::from(sample);
        let temperature = |description: &mut dyn Description| {
            description.advance(time, &mut Free).unwrap();
            description.observe().temperature
        };
        let wanted = temperature(&mut exact);
        worst.0 = worst.0.max((temperature(&mut euler) - wanted).abs());
        worst.1 = worst.1.max((temperature(&mut viscous) - wanted).abs());
    }
    worst
}

/// Pairwise slopes and the least-squares slope in log-log.
fn slopes(errors: &[f64]) -> (Vec<f64>, f64) {
    let pairwise: Vec<f64> = errors.windows(2).map(|pair| (pair[0] / pair[1]).log2()).collect();
    let n = errors.len() as f64;
    let points: Vec<(f64, f64)> = KNUDSEN.iter().zip(errors).map(|(k, e)| (k.ln(), e.ln())).collect();
    let (mx, my) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let overall = points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum::<f64>()
        / points.iter().map(|p| (p.0 - mx).powi(2)).sum::<f64>();
    (pairwise, overall)
}

#[test]
fn navier_stokes_is_of_second_order_and_euler_of_first() {
    let (euler, viscous): (Vec<_>, Vec<_>) = KNUDSEN.iter().map(|&k| errors(&full(), k, true)).unzip();
    let (pairwise, overall) = slopes(&viscous);
    assert!((1.9..2.1).contains(&overall), "{overall}");
    assert!(pairwise.windows(2).all(|pair| (pair[1] - 2.0).abs() < (pair[0] - 2.0).abs()), "{pairwise:?}");
    let (_, overall) = slopes(&euler);
    assert!((overall - 1.0).abs() < 0.02, "{overall}");
    // navier_stokes_orders.json, full3x3, prepared, Kn = 0.0125 (sup over 201 times, 1e-8).
    assert!((viscous[0] / 4.531210612179759e-5 - 1.0).abs() < 1e-4, "{}", viscous[0]);
}

#[test]
fn unprepared_data_keep_the_order_in_the_temperature() {
    let (_, viscous): (Vec<f64>, Vec<f64>) = KNUDSEN.iter().map(|&k| errors(&full(), k, false)).unzip();
    let (_, overall) = slopes(&viscous);
    assert!((1.95..2.05).contains(&overall), "{overall}");
}

#[test]
fn prepared_simple_shear_is_of_third_order() {
    // The Burnett shear stress of Maxwell molecules vanishes in simple shear.
    let (_, viscous): (Vec<f64>, Vec<f64>) = KNUDSEN.iter().map(|&k| errors(&shear(), k, true)).unzip();
    let (_, overall) = slopes(&viscous);
    assert!((overall - 3.0).abs() < 0.05, "{overall}");
}
