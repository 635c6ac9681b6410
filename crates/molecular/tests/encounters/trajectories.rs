//! The same trajectories as time steps, to the order of the steps.

use crate::gases::{FLOWS, distance, drawn, encounters, extra, model, stepped};
use omd_flow::{Description, Free, Matrix3, Vector3};
use omd_interaction::Truncation;
use omd_molecular::{Atoms, LatticeChoice, Model};

/// Distances of time steps from encounters at `end`, four resolutions; the observed orders.
fn orders(model: &Model, atoms: &Atoms, end: f64, coarsest: f64) -> (Vec<f64>, Vec<f64>) {
    let mut exact = encounters(model, atoms);
    exact.advance(end, &mut Free).unwrap();
    let exact = exact.structure().unwrap();
    let errors: Vec<f64> = (0..4)
        .map(|k| {
            let mut steps = stepped(model, atoms, coarsest * 0.5f64.powi(k));
            steps.advance(end, &mut Free).unwrap();
            distance(&steps.atoms(), &exact)
        })
        .collect();
    let orders = errors.windows(2).map(|pair| (pair[0] / pair[1]).log2()).collect();
    (errors, orders)
}

#[test]
fn time_steps_tend_to_the_encounters_with_their_order() {
    for (name, rows) in FLOWS {
        let model = model(rows, Truncation::ShiftedForce);
        let atoms = drawn(&model, 100, 0.01, &LatticeChoice::Cubic, 3);
        let (errors, orders) = orders(&model, &atoms, 3.0, 0.002);
        assert!(errors[0] > 1e-3, "{name}: the encounters are there: {errors:?}");
        assert!(orders.iter().all(|order| (order - 2.0).abs() < 0.1), "{name}: {errors:?} {orders:?}");
    }
}

#[test]
fn clusters_of_many_atoms_are_followed() {
    let model = model(FLOWS[1].1, Truncation::ShiftedForce);
    let atoms = drawn(&model, 60, 0.03, &LatticeChoice::Cubic, 5);
    let mut gas = encounters(&model, &atoms);
    gas.advance(1.5, &mut Free).unwrap();
    assert!(gas.largest_cluster() > 15, "{}", gas.largest_cluster());
    let (errors, orders) = orders(&model, &atoms, 1.5, 0.001);
    assert!(orders.iter().all(|order| (order - 2.0).abs() < 0.1), "{errors:?} {orders:?}");
}

/// Three atoms that meet near one point, at a corner of the cell: six of its images take part.
#[test]
fn three_atoms_meet_across_the_borders_of_the_cell() {
    for (name, rows) in FLOWS {
        let model = model(rows, Truncation::ShiftedForce);
        let cell = Matrix3::new(20.0, 3.0, -1.0, 0.0, 18.0, 2.0, 0.0, 0.0, 19.0);
        let (edges, directions) = (cell.transpose(), [[1.0, 0.1, 0.0], [-0.6, 0.7, 0.2], [-0.4, -0.8, -0.1]]);
        let positions: Vec<Vector3<f64>> = directions.iter().map(|d| 4.0 * Vector3::from(*d)).collect();
        let mut peculiar: Vec<Vector3<f64>> = positions.iter().map(|x| -1.5 * x).collect();
        peculiar.iter_mut().for_each(|w| w.z += 0.02);
        // Each as another image.
        let images = [[0.0, 0.0, 0.0], [1.0, 0.0, 2.0], [0.0, -1.0, 1.0]].map(|n| edges * Vector3::from(n));
        let positions = positions.iter().zip(images).map(|(x, image)| x + image).collect();
        let atoms = Atoms { cell: edges, positions, shifts: vec![Vector3::zeros(); 3], peculiar };
        let mut gas = encounters(&model, &atoms);
        gas.advance(1.0, &mut Free).unwrap();
        assert_eq!(gas.largest_cluster(), 3, "{name}");
        let (errors, orders) = orders(&model, &atoms, 1.0, 0.002);
        assert!(errors[0] > 1e-5, "{name}: {errors:?}");
        assert!(orders.iter().all(|order| (order - 2.0).abs() < 0.1), "{name}: {errors:?} {orders:?}");
    }
}

/// A cell smaller than the cutoff: atoms feel several images of one neighbour, and their own.
#[test]
fn several_images_of_a_neighbour_and_an_atoms_own_are_felt() {
    for (name, rows) in FLOWS {
        let model = model(rows, Truncation::ShiftedForce);
        let edges = LatticeChoice::Edges(Matrix3::new(2.3, 0.2, 0.0, 0.0, 4.0, 0.3, 0.0, 0.0, 3.6));
        let atoms = drawn(&model, 4, 4.0 / (2.3 * 4.0 * 3.6), &edges, 2);
        let mut gas = encounters(&model, &atoms);
        let mut steps = stepped(&model, &atoms, 2.5e-4);
        for time in [0.0, 0.5] {
            gas.advance(time, &mut Free).unwrap();
            steps.advance(time, &mut Free).unwrap();
            let [a, b] = [gas.observe(), steps.observe()];
            assert!((a.pressure - b.pressure).norm() < 1e-4 * a.pressure.norm(), "{name}: {a:?} {b:?}");
            let [u, v] = [&a, &b].map(|row| extra(row, "potential_energy"));
            assert!((u - v).abs() < 1e-4, "{name}: {u} {v}");
            assert!(extra(&a, "energy_balance").abs() < 1e-4, "{name}: {a:?}");
        }
        let (errors, orders) = orders(&model, &atoms, 0.5, 0.001);
        assert!(orders.iter().all(|order| (order - 2.0).abs() < 0.1), "{name}: {errors:?} {orders:?}");
    }
}

/// At a cutoff where the force jumps time steps are of the first order; encounters end there exactly.
#[test]
fn a_force_that_jumps_at_the_cutoff_costs_no_accuracy() {
    for truncation in [Truncation::Truncated, Truncation::Shifted] {
        let model = model(FLOWS[1].1, truncation);
        let atoms = drawn(&model, 100, 0.01, &LatticeChoice::Cubic, 3);
        let ends = [1e-7, 1e-9, 1e-11, 1e-13].map(|tolerance| {
            let mut gas = omd_molecular::Encounters::new(&model, tolerance, &atoms).unwrap();
            gas.advance(3.0, &mut Free).unwrap();
            (gas.structure().unwrap(), extra(&gas.observe(), "energy_balance"))
        });
        for (k, (end, balance)) in ends[..3].iter().enumerate() {
            let error = distance(end, &ends[3].0);
            let bound = 1e-4 * 1e-2f64.powi(k as i32);
            assert!(error < bound && balance.abs() < bound, "{truncation:?}: {k}, {error:e} {balance:e}");
        }
        let mut steps = stepped(&model, &atoms, 1e-4);
        steps.advance(3.0, &mut Free).unwrap();
        assert!(distance(&steps.atoms(), &ends[3].0) < 1e-3);
    }
}
