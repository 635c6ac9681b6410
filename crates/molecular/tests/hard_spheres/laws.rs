//! Energy, work, momentum.

use crate::spheres::{FLOWS, drawn, end, extra, model};
use omd_flow::{Description, Free, Matrix3, Vector3};
use omd_molecular::{HardSpheres, LatticeChoice};
use std::f64::consts::PI;

#[test]
fn energy_at_rest_is_constant() {
    let model = model([0.0; 9]);
    let atoms = drawn(&model, 300, 0.3, &LatticeChoice::Cubic, 1);
    let mut spheres = HardSpheres::new(&model, &atoms).unwrap();
    let before = spheres.observe();
    spheres.advance(200.0, &mut Free).unwrap();
    let after = spheres.observe();
    assert!(spheres.collisions() > 200_000, "{}", spheres.collisions());
    assert!((after.temperature - before.temperature).abs() < 1e-12, "{:e}", after.temperature - before.temperature);
    assert!(extra(&after, "energy_balance").abs() < 1e-12 * 450.0);
    for name in ["drift_x", "drift_y", "drift_z"] {
        assert!(extra(&after, name).abs() < 1e-13, "{name}");
    }
}

#[test]
fn the_work_of_the_impulses_is_the_energy_gained() {
    for (name, rows) in FLOWS {
        let model = model(rows);
        let atoms = drawn(&model, 300, 0.15, &LatticeChoice::Cubic, 2);
        let mut spheres = HardSpheres::new(&model, &atoms).unwrap();
        for sample in 1..=8 {
            spheres.advance(end(&model, 4.0) * f64::from(sample) / 8.0, &mut Free).unwrap();
            let row = spheres.observe();
            let energy = 450.0 * row.temperature.max(1.0);
            let residual = extra(&row, "energy_balance") / energy;
            assert!(residual.abs() < 1e-11, "{name}, {sample}: {residual:e} of the energy");
            let drift = Vector3::from(["drift_x", "drift_y", "drift_z"].map(|name| extra(&row, name)));
            assert!(drift.norm() < 1e-11, "{name}: {drift}");
        }
        assert!(spheres.collisions() > 300, "{name}: {}", spheres.collisions());
    }
}

/// The energy that the pressure in the table takes is the energy gained, to the noise of sampling the kinetic part: the
/// collisional part is an average over the interval, and its work is exact where `L` is constant.
#[test]
fn the_pressure_of_the_table_does_the_work() {
    let rate = 0.2;
    let model = model([0.0, rate, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let atoms = drawn(&model, 400, 0.3, &LatticeChoice::Cubic, 4);
    let volume = atoms.cell.determinant();
    let mut spheres = HardSpheres::new(&model, &atoms).unwrap();
    let mut last = spheres.observe();
    assert!((last.pressure[(0, 1)] - extra(&last, "kinetic_pxy")).abs() < 1e-15, "no collision yet");
    let (start, step, mut kinetic_work, mut collisional_work) = (last.temperature, 0.005, 0.0, 0.0);
    for sample in 1..=400 {
        spheres.advance(step * f64::from(sample), &mut Free).unwrap();
        let row = spheres.observe();
        kinetic_work -= 0.5 * (extra(&last, "kinetic_pxy") + extra(&row, "kinetic_pxy")) * volume * rate * step;
        collisional_work -= (row.pressure[(0, 1)] - extra(&row, "kinetic_pxy")) * volume * rate * step;
        last = row;
    }
    let gained = 600.0 * (last.temperature - start);
    assert!(collisional_work > 0.2 * gained, "collisions carry much of the stress: {collisional_work} {gained}");
    let error = (kinetic_work + collisional_work - gained).abs();
    // The trapezoid sees half of the kinetic stress that a collision changes within an interval.
    assert!(error < 0.01 * gained, "{kinetic_work} + {collisional_work} is not {gained}");
}

/// In the inertial frame, image velocity included, a pair keeps its energy and momentum; positions are continuous.
#[test]
fn free_spheres_fly_straight_through_any_number_of_windows() {
    for (name, rows) in FLOWS {
        let model = model(rows);
        // So dilute that nothing happens in the time of the test.
        let atoms = drawn(&model, 50, 1e-9, &LatticeChoice::Cubic, 7);
        let mut spheres = HardSpheres::new(&model, &atoms).unwrap();
        let start = spheres.structure().unwrap();
        // A window strains by a tenth; where L grows they get short.
        let end = end(&model, 60.0);
        spheres.advance(end, &mut Free).unwrap();
        assert_eq!(spheres.collisions(), 0);
        let after = spheres.structure().unwrap();
        let inverse: Matrix3<f64> = model.flow.inverse_deformation(end);
        for (k, (x, v)) in start.positions.iter().zip(&start.lab_velocities).enumerate() {
            let wanted = x + v * end;
            let error = (inverse * (after.positions[k] - wanted)).norm() / (inverse * wanted).norm();
            assert!(error < 1e-9, "{name}: {error:e}");
            assert!((after.lab_velocities[k] - v).norm() < 1e-9 * (1.0 + v.norm()), "{name}");
        }
    }
}

/// `g(d)` by the virial series to the tenth coefficient \[ClisbyMcCoy2006\].
fn contact_value(packing: f64) -> f64 {
    const REDUCED: [f64; 9] =
        [1.0, 0.625, 0.286_949_5, 0.110_252, 0.038_881_98, 0.013_023_54, 0.004_183_2, 0.001_309_4, 0.000_403_5];
    REDUCED.iter().rev().fold(0.0, |sum, b| sum * 4.0 * packing + b)
}

/// The collision rate `4 sqrt(pi T/m) n d^2 g(d)` of Enskog and the pressure `Z = 1 + 4 eta g(d)`, with what N spheres of no
/// momentum and fixed energy have less: `1 - 0.42/N` of the rate, a pair in N of the pressure.
#[test]
fn collisions_at_rest_have_enskogs_rate_and_the_pressure_of_the_virial_series() {
    const SPHERES: usize = 2048;
    for packing in [0.01, 0.14] {
        let model = model([0.0; 9]);
        let (density, contact) = (packing * 6.0 / PI, contact_value(packing));
        let rate = 4.0 * PI.sqrt() * density * contact * (1.0 - 0.417 / SPHERES as f64);
        let excess = 4.0 * packing * contact * (1.0 - 1.0 / SPHERES as f64);
        let runs: Vec<[f64; 2]> = (0..8)
            .map(|seed| {
                let atoms = drawn(&model, SPHERES, packing, &LatticeChoice::Cubic, seed);
                let mut spheres = HardSpheres::new(&model, &atoms).unwrap();
                spheres.advance(8.0 / rate, &mut Free).unwrap();
                let before = spheres.observe();
                spheres.advance(30.0 / rate, &mut Free).unwrap();
                let after = spheres.observe();
                let count = |row| extra(row, "collisions_per_particle");
                let found = (count(&after) - count(&before)) / (after.time - before.time);
                [found / rate, (after.pressure.trace() / (3.0 * density * after.temperature) - 1.0) / excess]
            })
            .collect();
        for (k, what) in ["rate", "pressure"].iter().enumerate() {
            let mean = runs.iter().map(|run| run[k]).sum::<f64>() / 8.0;
            let error = (runs.iter().map(|run| (run[k] - mean).powi(2)).sum::<f64>() / 56.0).sqrt();
            assert!((mean - 1.0).abs() < 4.0 * error && error < 4e-3, "{what} at {packing}: {mean} +- {error}");
        }
    }
}
