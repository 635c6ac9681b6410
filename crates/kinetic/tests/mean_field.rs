//! The mean-field description against independent programs, exact equations and itself.

use nalgebra::{Matrix6, Vector6};
use omd_flow::{
    Advance, AffineFlow, Description, Free, Matrix3, Monitor, Pace, Philox, StateReader, StateWriter, Vector3,
};
use omd_interaction::{Coulomb, Gaussian, Harmonic, SmoothForm};
use omd_kinetic::mean_field::{
    Cloud, CloudParameters, ForceMethod, FreeFlight, MeanField, MeanFieldParameters, Order, Profile,
};
use serde_json::Value;

fn full_flow() -> AffineFlow {
    AffineFlow::new(Matrix3::new(0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15)).unwrap()
}

fn parameters(form: SmoothForm, time_step: f64, order: Order, method: ForceMethod) -> MeanFieldParameters {
    MeanFieldParameters { flow: full_flow(), form, mass: 1.0, number_density: 1.0, time_step, order, method }
}

fn drawn(particles: usize, seed: u64, exact: bool) -> Cloud {
    let start = CloudParameters {
        particles,
        positions: Profile::Ball,
        width: 0.8,
        velocities: Profile::Gaussian,
        covariance: Matrix3::new(0.5, 0.1, 0.0, 0.1, 0.4, 0.0, 0.0, 0.0, 0.3),
        exact,
    };
    Cloud::drawn(&start, &mut Philox::new(seed, 0)).unwrap()
}

/// Mean and covariance of (x, w) in a harmonic potential from a Gaussian under the full matrix: `mean_field_harmonic.json`,
/// computed independently from the closed linear equations with mpmath, 11 digits.
fn reference() -> Value {
    serde_json::from_str(include_str!("data/mean_field_harmonic.json")).unwrap()
}

fn vector(value: &Value) -> Vector6<f64> {
    Vector6::from_fn(|k, _| value[k].as_f64().unwrap())
}

fn matrix(value: &Value) -> Matrix6<f64> {
    Matrix6::from_fn(|i, j| value[i][j].as_f64().unwrap())
}

#[test]
fn twelve_nodes_carry_the_harmonic_covariance_exactly() {
    let reference = reference();
    let cloud = Cloud::quadrature(&vector(&reference["mean0"]), &matrix(&reference["S0(x,w)"])).unwrap();
    let form = SmoothForm::Harmonic(Harmonic { stiffness: reference["k"].as_f64().unwrap() });
    let mut run = MeanField::new(parameters(form, 0.02, Order::Six, ForceMethod::Direct), cloud).unwrap();
    for row in reference["series"].as_array().unwrap() {
        run.advance(row["t"].as_f64().unwrap(), &mut Free).unwrap();
        let moments = run.moments();
        let covariance = (moments.covariance - matrix(&row["Sigma(x,w)"])).abs().max();
        let mean = (moments.mean - vector(&row["mean"])).abs().max();
        assert!(covariance < 1e-10 && mean < 1e-10, "t = {}: {covariance:e} {mean:e}", row["t"]);
    }
}

/// Positions and velocities of `mean_field_trajectories.json` at the start or the end.
fn trajectories(key: &str) -> Vec<Vector6<f64>> {
    let all: Value = serde_json::from_str(include_str!("data/mean_field_trajectories.json")).unwrap();
    all[key].as_array().unwrap().iter().map(vector).collect()
}

#[test]
fn trajectories_agree_with_an_independent_program() {
    let start = trajectories("start");
    let form = SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.5 });
    for method in [ForceMethod::Direct, ForceMethod::Tree { tolerance: 1e-10 }, ForceMethod::Mesh { tolerance: 1e-10 }]
    {
        let cloud = Cloud {
            positions: start.iter().map(|z| z.fixed_rows::<3>(0).into_owned()).collect(),
            velocities: start.iter().map(|z| z.fixed_rows::<3>(3).into_owned()).collect(),
        };
        let mut run = MeanField::new(parameters(form, 0.02, Order::Six, method), cloud).unwrap();
        run.advance(1.0, &mut Free).unwrap();
        let found = run.positions().iter().zip(run.peculiar_velocities());
        for ((x, w), wanted) in found.zip(trajectories("end")) {
            let z = Vector6::new(x.x, x.y, x.z, w.x, w.y, w.z);
            assert!((z - wanted).abs().max() < 1e-9, "{method:?}: {z} {wanted}");
        }
    }
}

#[test]
fn steps_converge_with_their_order() {
    let form = SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.5 });
    let end = |order, step| {
        let mut run = MeanField::new(parameters(form, step, order, ForceMethod::Direct), drawn(60, 3, true)).unwrap();
        run.advance(1.0, &mut Free).unwrap();
        run.peculiar_velocities()
    };
    let exact = end(Order::Six, 0.005);
    let error =
        |order, step| end(order, step).iter().zip(&exact).map(|(a, b)| (a - b).norm_squared()).sum::<f64>().sqrt();
    for (order, coarse) in [(Order::Two, 0.05), (Order::Four, 0.2), (Order::Six, 0.2)] {
        let errors: Vec<f64> = (0..4).map(|k| error(order, coarse / f64::from(1 << k))).collect();
        let slope = (errors[1] / errors[3]).log2() / 2.0;
        let wanted = f64::from(order.number());
        assert!((slope - wanted).abs() < 0.5, "{order:?}: slope {slope} from {errors:?}");
    }
}

#[test]
fn without_strength_the_cloud_flies_freely() {
    // The weakest spring that is none: forces of 1e-300 leave every bit of a velocity.
    let form = SmoothForm::Harmonic(Harmonic { stiffness: 1e-300 });
    let mut run = MeanField::new(parameters(form, 0.3, Order::Two, ForceMethod::Direct), drawn(5000, 1, true)).unwrap();
    let covariance = Matrix3::new(0.5, 0.1, 0.0, 0.1, 0.4, 0.0, 0.0, 0.0, 0.3);
    let mut exact = FreeFlight::new(full_flow(), 1.0, 1.0, covariance);
    for time in [0.0, 0.7, 2.5] {
        run.advance(time, &mut Free).unwrap();
        exact.advance(time, &mut Free).unwrap();
        let (found, wanted) = (run.observe(), exact.observe());
        // The covariance of all w is that of the homogeneous solution at any time; the density only where the
        // spread of w does not blow the cloud up, at t = 0.
        let (a, b) = (found.pressure / found.density, wanted.pressure / wanted.density);
        assert!((a - b).norm() < 1e-12, "{time}: {a} {b}");
        assert!(time > 0.0 || (found.density - wanted.density).abs() < 1e-12);
    }
}

#[test]
fn a_cold_cloud_follows_the_volume_of_the_flow() {
    let form = SmoothForm::Harmonic(Harmonic { stiffness: 1e-300 });
    let mut cloud = drawn(1000, 2, true);
    cloud.velocities.iter_mut().for_each(|w| *w = Vector3::zeros());
    let mut run = MeanField::new(parameters(form, 0.3, Order::Two, ForceMethod::Direct), cloud).unwrap();
    run.advance(2.0, &mut Free).unwrap();
    let row = run.observe();
    assert!((row.density * full_flow().volume_ratio(2.0) - 1.0).abs() < 1e-12 && row.temperature < 1e-28);
}

#[test]
fn energy_and_momentum_are_kept() {
    for (form, method) in [
        (SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.5 }), ForceMethod::Direct),
        (SmoothForm::Coulomb(Coulomb { strength: -1.0, softening: 0.2 }), ForceMethod::Tree { tolerance: 1e-6 }),
    ] {
        let mut run = MeanField::new(parameters(form, 0.05, Order::Four, method), drawn(1500, 5, true)).unwrap();
        let before: Vector3<f64> = run.lab_velocities().iter().sum();
        run.advance(1.0, &mut Free).unwrap();
        let row = run.observe();
        let balance = row.column("energy_balance").unwrap();
        let after: Vector3<f64> = run.lab_velocities().iter().sum();
        let (energy, momentum) = if method == ForceMethod::Direct { (1e-6, 1e-14) } else { (1e-5, 1e-6) };
        assert!(balance.abs() < energy, "{form:?}: {balance:e}");
        assert!((after - before).norm() / 1500.0 < momentum, "{form:?}: {after} {before}");
    }
}

#[test]
fn a_pause_and_a_checkpoint_change_no_bit() {
    struct Every(u32);
    impl Monitor for Every {
        fn at(&mut self, _time: f64) -> Pace {
            self.0 += 1;
            if self.0.is_multiple_of(2) { Pace::Pause } else { Pace::Continue }
        }
    }
    let form = SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.5 });
    let make = || {
        let parameters = parameters(form, 0.03, Order::Four, ForceMethod::Tree { tolerance: 1e-3 });
        MeanField::new(parameters, drawn(800, 9, true)).unwrap()
    };
    let (mut whole, mut parts, mut monitor) = (make(), make(), Every(0));
    for until in [0.2, 0.5] {
        whole.advance(until, &mut Free).unwrap();
        whole.observe();
        while parts.advance(until, &mut monitor).unwrap() == Advance::Paused {
            let mut writer = StateWriter::new();
            parts.save(&mut writer);
            let bytes = writer.into_bytes();
            parts = make();
            let mut reader = StateReader::new(&bytes);
            parts.restore(&mut reader).and_then(|()| reader.finish()).unwrap();
        }
        assert_eq!(whole.observe(), parts.observe());
    }
    assert!(whole.positions() == parts.positions() && whole.lab_velocities() == parts.lab_velocities());
    assert_eq!(whole.facts(), parts.facts());
    let mut bytes = StateWriter::new();
    parts.save(&mut bytes);
    let bytes = bytes.into_bytes();
    assert!(make().restore(&mut StateReader::new(&bytes[..bytes.len() - 8])).is_err());
}
