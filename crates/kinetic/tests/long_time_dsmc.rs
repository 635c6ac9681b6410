//! Laws of long times on solutions of the Boltzmann equation of hard spheres, `gamma = 1`, by direct simulation.

use omd_flow::{AffineFlow, Description, Free, Matrix3};
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::{Dsmc, DsmcParameters};
use omd_kinetic::long_time::{Course, Regime, long_time};
use std::f64::consts::PI;

/// `p/mu` of hard spheres of diameter 1, with the Chapman-Enskog viscosity of all orders.
fn relaxation(density: f64, theta: f64) -> f64 {
    density * 16.0 / 5.0 * (PI * theta).sqrt() / 1.016_034
}

fn flow(rows: [f64; 9]) -> AffineFlow {
    AffineFlow::new(Matrix3::from_row_slice(&rows)).unwrap()
}

/// `lambda` at the times, a row a replica; `start` is `lambda` at t = 0.
fn rates(flow: &AffineFlow, start: f64, times: &[f64], particles: usize) -> Vec<Vec<f64>> {
    let density = start / relaxation(1.0, 1.0);
    (0..6)
        .map(|replica| {
            let mut gas = Dsmc::new(DsmcParameters {
                flow: flow.clone(),
                kernel: CollisionKernel::hard_sphere(1.0),
                knudsen: 1.0,
                number_density: density,
                mass: 1.0,
                covariance: Matrix3::identity(),
                particles,
                seed: 77,
                replica,
            })
            .unwrap();
            let at = |time: &f64| {
                gas.advance(*time, &mut Free).unwrap();
                let row = gas.observe();
                relaxation(row.density, row.temperature)
            };
            times.iter().map(at).collect()
        })
        .collect()
}

fn estimate(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|x| (x - mean).powi(2)).sum::<f64>() / (count * (count - 1.0));
    (mean, variance.sqrt())
}

/// Heating sets the rate: `lambda` rises as the law says, whatever the start. What is left is of the order of the Burnett
/// terms, `(|L|/lambda)^2`.
#[test]
fn shear_heats_hard_spheres_into_hydrodynamics() {
    let cases: [(&str, [f64; 9], f64, [f64; 2]); 3] = [
        ("simple shear", [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 1.0, [20.0, 40.0]),
        ("decaying dilatation", [0.0, 1.0, 0.2, 0.0, 0.0, 0.0, 0.0, 0.3, 1.0], 2.0, [40.0, 80.0]),
        ("combined orthogonal", [0.0, 1.0, 0.3, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0], 2.0, [6.0, 8.0]),
    ];
    for (name, rows, start, times) in cases {
        let flow = flow(rows);
        let outcome = long_time(&flow.classify(), 1.0)[0];
        assert_eq!(outcome.regime, Regime::CollisionDominated);
        let (coefficient, power) = outcome.rate.unwrap();
        let found = rates(&flow, start, &times, 4000);
        // From one time to the other: the start's share of lambda drops out.
        let rise = coefficient * (times[1].powf(power) - times[0].powf(power));
        let (value, error) = estimate(found.iter().map(|row| (row[1] - row[0]) / rise));
        let (late, _) = estimate(found.iter().map(|row| row[0]));
        let burnett = (flow.velocity_gradient(times[0]).norm() / late).powi(2);
        assert!(error < 0.02 && (value - 1.0).abs() < 4.0 * error + burnett, "{name}: {value} +- {error}, {burnett}");
    }
}

/// Planar shear with K = 3: hard spheres keep their temperature, where `lambda t` is about `K^2 - 1`; from both sides.
#[test]
fn hard_spheres_balance_in_strong_planar_shear() {
    let strong = flow([0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 1.0]);
    let (balance, _) = long_time(&strong.classify(), 1.0)[0].rate.unwrap();
    let times = [1e4, 1e6];
    for start in [0.3 * balance, 3.0 * balance] {
        let found = rates(&strong, start, &times, 4000);
        let (early, _) = estimate(found.iter().map(|row| row[0] * times[0]));
        let (late, error) = estimate(found.iter().map(|row| row[1] * times[1]));
        assert!((late - balance).abs() < 0.5 * (early - balance).abs(), "from {start}: {early}, {late}");
        assert!((late - balance) * (start - balance) > 0.0 && error < 0.01 * balance, "{late} +- {error}");
        // Molecules whose rate knows the temperature alone are close: 1 % was found.
        let model = Course::new(strong.clone(), 1.0, start).at(&times).unwrap()[1];
        assert!((late / (model.rate * times[1]) - 1.0).abs() < 0.03, "{late} +- {error}, model {model:?}");
    }
}

/// Planar shear with K = 1/2 and homogeneous dilatation: the rate falls, in the second case for good.
#[test]
fn hard_spheres_stop_colliding_in_expansions() {
    let weak = flow([0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 1.0]);
    let times = [1e2, 1e4, 1e6];
    let found = rates(&weak, 3.0, &times, 2000);
    let x = |k: usize| estimate(found.iter().map(|row| row[k] * times[k])).0;
    // 1/x is linear in ln t.
    let (first, second) = (1.0 / x(1) - 1.0 / x(0), 1.0 / x(2) - 1.0 / x(1));
    assert!(first > 0.0 && (second / first - 1.0).abs() < 0.3, "{first} {second}");
    let dilatation = flow([1.0, 0.3, 0.0, 0.0, 0.7, 0.0, 0.0, 0.2, 0.9]);
    let outcome = long_time(&dilatation.classify(), 1.0)[0];
    let times = [1e2, 1e4];
    let found = rates(&dilatation, 3.0, &times, 2000);
    let slope = |row: &Vec<f64>| {
        let ratio = |k: usize| row[k] / dilatation.velocity_gradient(times[k]).norm();
        (ratio(1) / ratio(0)).ln() / (times[1] / times[0]).ln()
    };
    let (power, error) = estimate(found.iter().map(slope));
    assert!((power - outcome.ratio_power.unwrap()).abs() < 0.02, "{power} +- {error}");
}
