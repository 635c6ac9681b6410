//! The profile by particles against its exact moments.

use nalgebra::{Matrix3, Vector3};
use omd_flow::symmetric_components;
use omd_kinetic::self_similar::particles::{ProfileSettings, profile};
use omd_kinetic::self_similar::{DeflectionLaw, Problem, second_moments};

/// Mean and standard error over replicas.
fn estimate(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|x| (x - mean).powi(2)).sum::<f64>() / (count * (count - 1.0));
    (mean, variance.sqrt())
}

/// Stationary stress of a shear, a traceless gradient with complex eigenvalues and one with a trace, three laws.
#[test]
fn particles_keep_the_exact_stress() {
    let cases = [
        (Matrix3::new(0.0, 0.4, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), DeflectionLaw::isotropic(1.0).unwrap()),
        (
            Matrix3::new(0.2, 0.5, -0.1, -0.4, -0.3, 0.3, 0.1, 0.0, 0.1),
            DeflectionLaw::inverse_fourth_power(1.0, 1.0, 1.0, 1.2).unwrap(),
        ),
        (Matrix3::new(0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 0.0, 0.0, 0.2), DeflectionLaw::uniform_apse(2.0).unwrap()),
    ];
    for (gradient, law) in cases {
        let problem = Problem { gradient, law, density: 0.8 };
        let exact = symmetric_components(&second_moments(&gradient, problem.relaxation()).unwrap().tensor);
        let settings = ProfileSettings {
            particles: 4000,
            replicas: 24,
            samples: 20,
            seed: 11,
            relaxation: 5.0,
            ..ProfileSettings::default()
        };
        let found = profile(&problem, &settings, &|| ()).unwrap();
        let mut square = 0.0;
        for k in 0..5 {
            // The trace is fixed: zz says nothing beyond xx and yy.
            let k = if k < 2 { k } else { k + 1 };
            let (mean, error) = estimate(found.iter().map(|sample| sample.tensor()[k]));
            assert!(error < 0.006, "component {k}: {mean} +- {error}");
            square += ((mean - exact[k]) / error).powi(2);
        }
        // Chi-square with 5 degrees of freedom is above 25 with a probability of 1e-4.
        assert!(square < 25.0, "chi-square {square}");
    }
}

/// The same replicas whatever the number of threads.
#[test]
fn samples_do_not_depend_on_threads() {
    let gradient = Matrix3::from_diagonal(&Vector3::new(0.3, 0.0, -0.3));
    let problem = Problem { gradient, law: DeflectionLaw::isotropic(1.0).unwrap(), density: 1.0 };
    let settings = ProfileSettings { particles: 500, replicas: 5, samples: 3, ..ProfileSettings::default() };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| profile(&problem, &settings, &|| ()).unwrap())
    };
    assert_eq!(run(1), run(3));
}

/// The tail falls as its exponent says.
#[test]
fn the_tail_has_its_exponent() {
    let gradient = Matrix3::new(0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    let problem = Problem { gradient, law: DeflectionLaw::isotropic(1.0).unwrap(), density: 1.0 };
    let exact = problem.tail_exponent(20.0, 1e-4).unwrap().order.unwrap();
    let settings =
        ProfileSettings { particles: 20_000, replicas: 16, samples: 20, seed: 5, ..ProfileSettings::default() };
    let found = profile(&problem, &settings, &|| ()).unwrap();
    let slope = |from: usize, to: usize| estimate(found.iter().map(|sample| sample.tail_slope(from, to)));
    // From |c| = 8 to 22: nearer in the power has not set in.
    let ((near, near_error), (far, far_error)) = (slope(48, 56), slope(56, 68));
    assert!(far_error < 0.1 && (far - exact).abs() < 4.0 * far_error, "{far} +- {far_error}, exact {exact}");
    assert!((near - exact).abs() > 6.0 * near_error, "{near} +- {near_error}");
}
