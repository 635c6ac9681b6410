//! The moments and the Galerkin method: one body for Maxwell molecules under every class of flow, and hard spheres
//! against direct simulation.

use nalgebra::Matrix3;
use omd_flow::{AffineFlow, Description, FlowClass, Free, Observables, symmetric_components};
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::galerkin::{Closure, Gas};
use omd_kinetic::boltzmann::moments::HierarchyParameters;
use omd_kinetic::boltzmann::{AngularLaw, Galerkin, GalerkinParameters, MaxwellMomentHierarchy, MaxwellMoments};
use serde_json::Value;

/// A flow of every class.
fn flows() -> Vec<(FlowClass, AffineFlow)> {
    let m = Matrix3::new;
    [
        (FlowClass::Rest, Matrix3::zeros()),
        (FlowClass::SimpleShear, m(0.0, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
        (FlowClass::HomogeneousDilatation, m(1.0, 0.3, 0.1, 0.0, 2.0, 0.4, 0.0, 0.2, 1.0)),
        (FlowClass::CylindricalDilatation, m(0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
        (FlowClass::CylindricalDilatationAndShear, m(1.0, 0.0, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)),
        (FlowClass::PlanarShear, m(0.0, 0.0, 0.0, 0.0, 0.0, 0.6, 0.0, 0.0, 1.5)),
        (FlowClass::SimpleShearWithDecayingPlanarDilatation, m(0.0, 0.8, 0.3, 0.0, 0.0, 0.0, 0.0, 0.4, 1.2)),
        (FlowClass::CombinedOrthogonalShear, m(0.0, 0.8, 0.3, 0.0, 0.0, -0.5, 0.0, 0.0, 0.0)),
        (FlowClass::Singular, m(-0.2, 0.1, 0.0, 0.0, -0.1, 0.3, 0.0, 0.0, 0.1)),
    ]
    .map(|(class, matrix)| (class, AffineFlow::new(matrix).unwrap()))
    .into()
}

const KNUDSEN: [f64; 3] = [0.1, 1.0, 10.0];
const TIMES: [f64; 3] = [0.5, 2.0, 4.0];

/// The conformance body: `build` makes a description of Maxwell molecules of `rate = 1`, `n = m = 1`, that starts with
/// this `P/n`; it must meet the exact second moments at every time.
fn conforms(build: impl Fn(&AffineFlow, f64, &Matrix3<f64>) -> Box<dyn Description>, bound: f64) {
    let start = Matrix3::new(1.3, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 0.9);
    for (class, flow) in flows() {
        assert_eq!(flow.classify().class, class);
        for knudsen in KNUDSEN {
            let mut exact = MaxwellMoments::new(flow.clone(), 1.0, &start, 0.5, knudsen);
            let mut tested = build(&flow, knudsen, &start);
            for time in TIMES {
                exact.advance(time, &mut Free).unwrap();
                tested.advance(time, &mut Free).unwrap();
                let (exact, tested) = (exact.observe(), tested.observe());
                let scale = exact.temperature * exact.density;
                let components = |row: &Observables| symmetric_components(&row.pressure);
                for (a, b) in components(&tested).into_iter().zip(components(&exact)) {
                    assert!((a - b).abs() < bound * scale, "{class:?} Kn {knudsen} t {time}: {a} {b}");
                }
            }
        }
    }
}

fn galerkin(flow: &AffineFlow, knudsen: f64, closure: Closure) -> GalerkinParameters {
    GalerkinParameters {
        flow: flow.clone(),
        number_density: 1.0,
        mass: 1.0,
        knudsen,
        gas: Gas::Kernel(CollisionKernel::VariableHardSphere { rate: 1.0, exponent: 0.0 }),
        closure,
        basis_temperature: 1.0,
    }
}

fn hierarchy(flow: &AffineFlow, knudsen: f64, order: usize) -> HierarchyParameters {
    let law = AngularLaw::isotropic(1.0, order);
    HierarchyParameters { flow: flow.clone(), number_density: 1.0, mass: 1.0, knudsen, law, order }
}

#[test]
fn moments_conform_under_every_class_of_flow() {
    conforms(|flow, knudsen, start| Box::new(MaxwellMomentHierarchy::new(&hierarchy(flow, knudsen, 4), start)), 1e-10);
}

#[test]
fn galerkin_conforms_under_every_class_of_flow() {
    for closure in [Closure::Order(4), Closure::Grad13] {
        conforms(
            |flow, knudsen, start| Box::new(Galerkin::new(&galerkin(flow, knudsen, closure), start).unwrap()),
            1e-9,
        );
    }
}

#[test]
fn galerkin_has_the_exact_fourth_moments_under_every_class_of_flow() {
    let start = Matrix3::new(1.3, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 0.9);
    for (class, flow) in flows() {
        let mut exact = MaxwellMomentHierarchy::new(&hierarchy(&flow, 1.0, 4), &start);
        let mut tested = Galerkin::new(&galerkin(&flow, 1.0, Closure::Order(4)), &start).unwrap();
        for time in TIMES {
            exact.advance(time, &mut Free).unwrap();
            tested.advance(time, &mut Free).unwrap();
            let (exact, tested) = (exact.observe(), tested.observe());
            assert!(exact.extra.len() >= 17);
            for (a, b) in tested.extra.iter().zip(&exact.extra) {
                let scale = if b.name.starts_with("reduced") { 1.0 } else { exact.temperature.powi(2) };
                assert!(a.name == b.name && (a.value - b.value).abs() < 1e-8 * scale, "{class:?} {time}: {a:?} {b:?}");
            }
        }
    }
}

#[test]
fn hard_spheres_in_shear_against_direct_simulation() {
    let text = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/hard_sphere_shear.json");
    let reference: Value = serde_json::from_str(&std::fs::read_to_string(text).unwrap()).unwrap();
    let rows = |name: &str| -> Vec<Vec<f64>> {
        let floats = |row: &Value| row.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
        reference[name].as_array().unwrap().iter().map(floats).collect()
    };
    let (mean, errors) = (rows("mean"), rows("se"));
    let shear = reference["K"].as_f64().unwrap();
    let flow = AffineFlow::new(Matrix3::new(0.0, shear, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).unwrap();
    let mut parameters = galerkin(&flow, 1.0, Closure::Order(6));
    let rate = 4.0 * std::f64::consts::PI * reference["C"].as_f64().unwrap();
    parameters.gas = Gas::Kernel(CollisionKernel::VariableHardSphere { rate, exponent: 1.0 });
    let mut gas = Galerkin::new(&parameters, &Matrix3::identity()).unwrap();
    // Four replicas: relative errors are pooled over the times, as each has three degrees of freedom only.
    let relative = |c: usize| {
        let squares = mean.iter().zip(&errors).map(|(row, error)| (error[c] / row[c]).powi(2));
        (squares.sum::<f64>() / mean.len() as f64).sqrt()
    };
    let mut squares = [0.0; 5];
    for row in &mean {
        gas.advance(row[0], &mut Free).unwrap();
        let seen = gas.observe();
        let p = seen.density * seen.temperature;
        let fourth = seen.column("reduced_moment_4").unwrap();
        let found = [seen.temperature, seen.pressure[(0, 1)] / p, seen.pressure[(0, 0)] / p, seen.pressure[(1, 1)] / p];
        for (k, (value, column)) in found.into_iter().chain([fourth]).zip([1, 2, 3, 4, 6]).enumerate() {
            squares[k] += ((value / row[column] - 1.0) / relative(column)).powi(2) / mean.len() as f64;
        }
    }
    // Mean squares in units of the variance; the samples of one run are correlated, so there are fewer than they are
    // many. With 8 independent ones a mean square of 2.9 has a probability of 0.3 %.
    for (name, square) in ["T", "Pxy/p", "Pxx/p", "Pyy/p", "fourth"].into_iter().zip(squares) {
        assert!(square < 2.9, "{name}: {square}");
    }
}
