//! A harmonic potential: mean and covariance obey closed linear equations.

use crate::full_flow;
use nalgebra::{Cholesky, DVector, Matrix6, Vector6};
use omd_flow::{Description, Free, Philox};
use omd_hierarchy::statistics::Sample;
use omd_interaction::{Harmonic, SmoothForm};
use omd_kinetic::mean_field::{Cloud, ForceMethod, MeanField, MeanFieldParameters, Order, PhaseMoments};
use serde_json::Value;

/// Mean and covariance at six times, from an independent program (mpmath, 1e-11).
const REFERENCE: &str = include_str!("../../../../kinetic/tests/data/mean_field_harmonic.json");
const REPLICAS: usize = 128;
const PARTICLES: usize = 2000;

fn vector(value: &Value) -> Vector6<f64> {
    Vector6::from_fn(|k, _| value[k].as_f64().expect("a number"))
}

fn matrix(value: &Value) -> Matrix6<f64> {
    Matrix6::from_fn(|i, j| value[i][j].as_f64().expect("a number"))
}

/// Mean, then the upper triangle of the covariance.
fn numbers(mean: &Vector6<f64>, covariance: &Matrix6<f64>) -> Vec<f64> {
    let triangle = (0..6).flat_map(|i| (i..6).map(move |j| covariance[(i, j)]));
    mean.iter().copied().chain(triangle).collect()
}

fn run(stiffness: f64, cloud: Cloud) -> MeanField {
    let parameters = MeanFieldParameters {
        flow: full_flow(),
        form: SmoothForm::Harmonic(Harmonic { stiffness }),
        mass: 1.0,
        number_density: 1.0,
        time_step: 0.02,
        order: Order::Six,
        method: ForceMethod::Direct,
    };
    MeanField::new(parameters, cloud).expect("a cloud")
}

pub(crate) fn tables() {
    let reference: Value = serde_json::from_str(REFERENCE).expect("JSON");
    let stiffness = reference["k"].as_f64().expect("a number");
    let (mean, covariance) = (vector(&reference["mean0"]), matrix(&reference["S0(x,w)"]));
    let series = reference["series"].as_array().expect("rows");

    println!("## Harmonic potential, k = {stiffness}, full A: mean and covariance of (x, w)\n");
    println!("{REPLICAS} samples of {PARTICLES}; all 27 numbers at once. Twelve quadrature nodes: largest error.\n");
    println!("| t | largest standard error | largest z of 27 | T^2/27 | p-value | twelve nodes: mean | covariance |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let root = Cholesky::new(covariance).expect("positive definite").l();
    let mut runs: Vec<MeanField> = (0..REPLICAS)
        .map(|replica| {
            let mut random = Philox::new(1, replica as u64);
            let points: Vec<Vector6<f64>> =
                (0..PARTICLES).map(|_| mean + root * Vector6::from_fn(|_, _| random.normal())).collect();
            let positions = points.iter().map(|z| z.fixed_rows::<3>(0).into_owned()).collect();
            let velocities = points.iter().map(|z| z.fixed_rows::<3>(3).into_owned()).collect();
            run(stiffness, Cloud { positions, velocities })
        })
        .collect();
    let mut nodes = run(stiffness, Cloud::quadrature(&mean, &covariance).expect("positive definite"));
    for row in series {
        let time = row["t"].as_f64().expect("a number");
        let wanted = DVector::from_vec(numbers(&vector(&row["mean"]), &matrix(&row["Sigma(x,w)"])));
        let rows: Vec<Vec<f64>> = runs
            .iter_mut()
            .map(|run| {
                run.advance(time, &mut Free).expect("no stop");
                let PhaseMoments { mean, covariance, .. } = run.moments();
                // A sample's covariance about its own mean is too small by 1 - 1/N, in expectation exactly.
                numbers(&mean, &(covariance * (PARTICLES as f64 / (PARTICLES as f64 - 1.0))))
            })
            .collect();
        let sample = Sample::of(&rows);
        let errors: Vec<f64> = (0..27).map(|k| sample.error(k)).collect();
        let z = (0..27).map(|k| ((sample.mean[k] - wanted[k]) / errors[k]).abs()).fold(0.0, f64::max);
        let verdict = sample.against(&wanted, 0.0);
        nodes.advance(time, &mut Free).expect("no stop");
        let found = nodes.moments();
        println!(
            "| {time} | {:.1e} | {z:.2} | {:.2} | {:.3} | {:.1e} | {:.1e} |",
            errors.iter().copied().fold(0.0, f64::max),
            verdict.square / 27.0,
            verdict.probability,
            (found.mean - vector(&row["mean"])).abs().max(),
            (found.covariance - matrix(&row["Sigma(x,w)"])).abs().max(),
        );
    }
    println!();
}
