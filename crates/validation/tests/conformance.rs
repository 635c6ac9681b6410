//! One body that every solver of the Boltzmann equation passes: Maxwell molecules, whose second moments are known
//! exactly, under every class of flow, from an anisotropic start, built from an input file as a user builds them.

use nalgebra::DVector;
use omd_flow::{AffineFlow, Description, FlowClass, Free, Matrix3, Observables, symmetric_components};
use omd_hierarchy::plans;
use omd_hierarchy::statistics::Sample;
use omd_kinetic::boltzmann::MaxwellMoments;
use std::path::Path;

/// A flow of each class, and how long.
const FLOWS: [(FlowClass, [[f64; 3]; 3], f64); 10] = [
    (FlowClass::Rest, [[0.0; 3]; 3], 2.0),
    (FlowClass::Singular, [[-0.3, 0.0, 0.0], [0.0; 3], [0.0; 3]], 1.5),
    (FlowClass::HomogeneousDilatation, [[0.5, 0.2, 0.0], [-0.1, 0.3, 0.1], [0.0, 0.1, 0.2]], 2.0),
    (FlowClass::CylindricalDilatation, [[0.4, 0.0, 0.0], [0.0, 0.4, 0.0], [0.0; 3]], 2.0),
    (FlowClass::CylindricalDilatation, [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0; 3]], 2.0),
    (FlowClass::CylindricalDilatationAndShear, [[0.4, 0.0, 0.5], [0.0, 0.4, 0.0], [0.0; 3]], 2.0),
    (FlowClass::PlanarShear, [[0.0, 0.0, 0.5], [0.0; 3], [0.0, 0.0, 0.4]], 2.0),
    (FlowClass::SimpleShear, [[0.0, 1.0, 0.0], [0.0; 3], [0.0; 3]], 2.0),
    (FlowClass::SimpleShearWithDecayingPlanarDilatation, [[0.0, 0.5, 0.3], [0.0, 0.0, 0.2], [0.0, 0.0, 0.4]], 2.0),
    (FlowClass::CombinedOrthogonalShear, [[0.0, 0.6, 0.5], [0.0, 0.0, 0.6], [0.0; 3]], 2.0),
];
/// `P/n` at t = 0.
const START: [[f64; 3]; 3] = [[1.3, 0.2, -0.1], [0.2, 0.9, 0.1], [-0.1, 0.1, 0.8]];
const DENSITY: f64 = 0.8;
const RATE: f64 = 1.5;
const KNUDSEN: f64 = 0.7;

fn matrix(rows: &[[f64; 3]; 3]) -> Matrix3<f64> {
    Matrix3::from_fn(|i, j| rows[i][j])
}

/// The rows of every replica at the middle and at the end.
fn run(table: &str, gradient: &[[f64; 3]; 3], end: f64) -> Vec<Vec<Observables>> {
    let text = format!(
        "units = \"lj\"\n[flow]\nvelocity-gradient = {gradient:?}\n[state]\nnumber-density = {DENSITY}\n\
         temperature-tensor = {START:?}\n[interaction]\nkind = \"maxwell\"\nrate = {RATE}\n[scaling]\nknudsen = {KNUDSEN}\n\
         [time]\nend = {end}\nsamples = 2\n{table}\n"
    );
    let input = omd_io::resolve_input(Path::new("conformance.toml"), &text).unwrap_or_else(|error| panic!("{error}"));
    let schedule = &input.experiment.schedule;
    let plans = plans(&input.experiment).unwrap();
    assert_eq!(plans.len(), 1, "one description at a time");
    (0..plans[0].replicas)
        .map(|replica| {
            let mut description = plans[0].start(replica).unwrap();
            (0..=2)
                .map(|sample| {
                    description.advance(schedule.time(sample), &mut Free).unwrap();
                    description.observe()
                })
                .collect()
        })
        .collect()
}

fn exact(gradient: &[[f64; 3]; 3], time: f64) -> Observables {
    let flow = AffineFlow::new(matrix(gradient)).unwrap();
    let mut moments = MaxwellMoments::new(flow, DENSITY, &matrix(&START), 0.5 * RATE, KNUDSEN);
    moments.advance(time, &mut Free).unwrap();
    moments.observe()
}

/// Solvers without noise: the largest error of density, temperature and every component of the pressure tensor, over p.
fn deviation(table: &str, gradient: &[[f64; 3]; 3], end: f64) -> f64 {
    let rows = run(table, gradient, end).swap_remove(0);
    let errors = rows.iter().map(|row| {
        let wanted = exact(gradient, row.time);
        let pressure = (row.pressure - wanted.pressure).amax() / (wanted.density * wanted.temperature);
        let temperature = (row.temperature / wanted.temperature - 1.0).abs();
        let density = (row.density / wanted.density - 1.0).abs();
        pressure.max(temperature).max(density)
    });
    errors.collect::<Vec<_>>().into_iter().fold(0.0, f64::max)
}

/// Every flow within `bound`.
fn conforms(table: &str, bound: f64) {
    for (class, gradient, end) in FLOWS {
        let error = deviation(table, &gradient, end);
        assert!(error < bound, "{table}: {error:.2e} of p in {}, bound {bound:e}", class.name());
    }
}

/// Particles: Hotelling's test of the pressure tensors at the middle and at the end, p above 1e-3 over ten flows.
fn conforms_within_errors(table: &str, error: f64) {
    for (class, gradient, end) in FLOWS {
        let replicas = run(table, &gradient, end);
        let wanted: Vec<Observables> = [0.5 * end, end].map(|time| exact(&gradient, time)).into();
        let scaled = |rows: &[Observables]| -> Vec<f64> {
            let over = |row: &Observables, by: &Observables| {
                let [xx, yy, zz, rest @ ..] = symmetric_components(&(row.pressure / (by.density * by.temperature)));
                // At rest the energy is exact, and zz follows from the others.
                let kept = if class == FlowClass::Rest { vec![xx, yy] } else { vec![xx, yy, zz] };
                kept.into_iter().chain(rest)
            };
            rows.iter().zip(&wanted).flat_map(|(row, by)| over(row, by)).collect()
        };
        let sample = Sample::of(&replicas.iter().map(|rows| scaled(&rows[1..])).collect::<Vec<_>>());
        let verdict = sample.against(&DVector::from_vec(scaled(&wanted)), 0.0);
        assert!(verdict.probability > 1e-4, "{table}: {}: {verdict:?}", class.name());
        let largest = (0..sample.mean.len()).map(|k| sample.error(k)).fold(0.0, f64::max);
        assert!(largest < error, "{}: a standard error of {largest:.1e} of p decides nothing", class.name());
    }
}

#[test]
fn every_class_of_flow_is_there() {
    for (class, gradient, _) in FLOWS {
        assert_eq!(AffineFlow::new(matrix(&gradient)).unwrap().classify().class, class);
    }
}

#[test]
fn moments() {
    conforms("[moments]", 1e-10);
}

#[test]
fn dsmc() {
    conforms_within_errors("[dsmc]\nparticles = 20000\nreplicas = 40\nseed = 5", 3e-3);
}

#[test]
fn moments_of_fourth_order() {
    conforms("[moments]\norder = 4", 1e-9);
}

#[test]
fn grads_closure() {
    conforms("[moments]\nclosure = \"grad13\"", 1e-8);
}

#[test]
fn galerkin() {
    conforms("[galerkin]\norder = 4", 1e-8);
}

/// The largest error over all flows falls with the modes. A Gaussian's would fall sixteenfold for eight modes more; the tails
/// that the strongest flow makes are no Gaussian's, and ask for half.
#[test]
fn spectral() {
    let largest = |modes: usize| {
        let table = format!("[spectral]\nmodes = {modes}");
        FLOWS.iter().map(|(_, gradient, end)| deviation(&table, gradient, *end)).fold(0.0, f64::max)
    };
    let errors = [16, 24, 32].map(largest);
    assert!(errors.windows(2).all(|pair| pair[1] < 0.5 * pair[0]), "{errors:?}");
    assert!(errors[2] < 5e-3, "{errors:?}");
}
