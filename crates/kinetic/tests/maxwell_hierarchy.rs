//! The moments of Maxwell molecules of all orders against independent programs and closed solutions.

use nalgebra::Matrix3;
use omd_flow::{AffineFlow, Description, Free, Observables};
use omd_interaction::{InversePower, PairPotential, Truncation};
use omd_kinetic::boltzmann::moments::HierarchyParameters;
use omd_kinetic::boltzmann::{AngularLaw, MaxwellHierarchy, MaxwellMomentHierarchy};
use serde_json::Value;
use std::sync::Arc;

fn reference(name: &str) -> Value {
    let path = format!("{}/tests/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn shear(rate: f64) -> Matrix3<f64> {
    Matrix3::new(0.0, rate, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
}

fn parameters(gradient: Matrix3<f64>, law: AngularLaw, order: usize) -> HierarchyParameters {
    let flow = AffineFlow::new(gradient).unwrap();
    HierarchyParameters { flow, number_density: 1.0, mass: 1.0, knudsen: 1.0, law, order }
}

fn extra(row: &Observables, name: &str) -> f64 {
    row.column(name).unwrap()
}

#[test]
fn fourth_moments_in_shear_to_1e_9() {
    let reference = reference("maxwell_fourth_moments");
    let mut compared = 0;
    for rate in ["1.0", "2.0", "5.0"] {
        let series = &reference[rate];
        let gradient = shear(rate.parse().unwrap());
        let parameters = parameters(gradient, AngularLaw::isotropic(1.0, 4), 4);
        let mut gas = MaxwellMomentHierarchy::new(&parameters, &Matrix3::identity());
        let rows = series["theta, <w4>/15 theta^2, <x2y2>/theta^2, <x3y>/theta^2"].as_array().unwrap();
        for (time, row) in numbers(&series["t"]).into_iter().zip(rows) {
            gas.advance(time, &mut Free).unwrap();
            let seen = gas.observe();
            let square = seen.temperature * seen.temperature;
            let reduced = |name| extra(&seen, name) / square;
            let found =
                [seen.temperature, extra(&seen, "reduced_moment_4"), reduced("moment_xxyy"), reduced("moment_xxxy")];
            for (found, wanted) in found.into_iter().zip(numbers(row)) {
                let bound = 1e-9 * wanted.abs().max(1.0);
                assert!((found - wanted).abs() < bound, "K {rate} t {time}: {found} {wanted}");
                compared += 1;
            }
            assert!((reduced("fourth_moment") / 15.0 - found[1]).abs() < 1e-13 * found[1]);
        }
    }
    assert_eq!(compared, 4 * (8 + 8 + 7));
}

#[test]
fn the_bkw_solution_to_the_sixteenth_moment() {
    // [Bobylev1975], [KrookWu1977]: <w^2k>/(2k+1)!! = K^k + k (1 - K) K^(k-1), K = 1 - 0.4 exp(-t/6).
    let order = 16;
    let parameters = parameters(Matrix3::zeros(), AngularLaw::isotropic(1.0, order), order);
    let hierarchy = MaxwellHierarchy::new(order, &parameters.law);
    let reduced = |k: usize, time: f64| {
        let width = 1.0 - 0.4 * (-time / 6.0).exp();
        width.powi(k as i32) + k as f64 * (1.0 - width) * width.powi(k as i32 - 1)
    };
    let mut start = vec![0.0; hierarchy.modes().size()];
    for k in 0..=order / 2 {
        // e_k00 = |w|^2k/sqrt((2k+1)!).
        let (mut odd, mut all) = (1.0, 1.0);
        (1..=k).for_each(|j| odd *= (2 * j + 1) as f64);
        (1..=2 * k + 1).for_each(|j| all *= j as f64);
        start[hierarchy.modes().place(k, 0, 0).unwrap()] = reduced(k, 0.0) * odd / all.sqrt();
    }
    let mut gas = MaxwellMomentHierarchy::from_moments(&parameters, &start);
    for time in [0.0, 0.5, 1.0, 5.0, 10.0] {
        gas.advance(time, &mut Free).unwrap();
        let row = gas.observe();
        for k in 2..=order / 2 {
            let found = extra(&row, &format!("reduced_moment_{}", 2 * k));
            assert!((found - reduced(k, time)).abs() < 1e-10, "k {k} t {time}: {found} {}", reduced(k, time));
        }
        // Values of an independent program, t = 1: M4/15, M6/105, M8/945.
        if time == 1.0 {
            for (name, wanted) in [
                ("reduced_moment_4", 0.8853549903081936),
                ("reduced_moment_6", 0.7337008953677981),
                ("reduced_moment_8", 0.5832432048803274),
            ] {
                assert!((extra(&row, name) - wanted).abs() < 1e-11, "{name}");
            }
        }
    }
}

/// The shear rate, in units of `lambda`, above which moments of an order grow faster than velocities to that order.
fn critical_shear(hierarchy: &MaxwellHierarchy, relaxation: f64, order: usize) -> f64 {
    let excess = |rate: f64| {
        let gradient = shear(rate * relaxation);
        hierarchy.growth_rate(order, &gradient, 1.0) - 0.5 * order as f64 * hierarchy.growth_rate(2, &gradient, 1.0)
    };
    let (mut low, mut high) = (0.02, 20.0);
    while high - low > 1e-8 {
        let middle = 0.5 * (low + high);
        if excess(middle) < 0.0 { low = middle } else { high = middle }
    }
    low
}

#[test]
fn moments_diverge_at_the_critical_shear_rates() {
    let reference = reference("maxwell_critical_shear");
    let highest = 12;
    let fourth = InversePower { epsilon: 1.5, sigma: 0.8, exponent: 4.0 };
    let fourth = PairPotential::new(Arc::new(fourth), None, Truncation::Shifted);
    let laws = [
        ("isotropic (sigma-rep const)", AngularLaw::isotropic(1.0, highest)),
        ("omega-rep const b", AngularLaw::from_density(highest, |s| 1.0 / s)),
        ("r^-4 potential (true Maxwell)", AngularLaw::of_potential(&fourth, 2.0).unwrap().unwrap()),
    ];
    for (name, law) in laws {
        let hierarchy = MaxwellHierarchy::new(highest, &law);
        for order in [4, 5, 6, 8, 10, 12] {
            let wanted = reference[name]["a_c"][order.to_string()].as_f64().unwrap();
            let found = critical_shear(&hierarchy, law.relaxation_rate(), order);
            assert!((found / wanted - 1.0).abs() < 1e-4, "{name} k {order}: {found} {wanted}");
        }
    }
}
