//! Pauses, checkpoints, threads, stops, refusals.

use crate::pause::PauseAfter;
use crate::spheres::{FLOWS, drawn, extra, model};
use omd_flow::{Advance, Description, Free, Matrix3, StateReader, StateWriter, Vector3};
use omd_molecular::{Atoms, DrawnPositions, HardSpheres, LatticeChoice, MolecularError};

#[test]
fn a_paused_saved_and_restored_run_has_the_bits_of_an_uninterrupted_one() {
    for (name, rows) in FLOWS {
        let model = model(rows);
        let atoms = drawn(&model, 3000, 0.1, &LatticeChoice::Cubic, 8);
        let fresh = || HardSpheres::new(&model, &atoms).unwrap();
        let mut whole = fresh();
        let mut rows = vec![whole.observe()];
        for sample in [0.4, 2.0] {
            whole.advance(sample, &mut Free).unwrap();
            rows.push(whole.observe());
        }
        let mut first = fresh();
        let mut again = vec![first.observe()];
        first.advance(0.4, &mut Free).unwrap();
        again.push(first.observe());
        assert_eq!(first.advance(2.0, &mut PauseAfter(1)), Ok(Advance::Paused), "{name}");
        assert!(first.time() > 0.4 && first.time() < 2.0);
        let mut state = StateWriter::new();
        first.save(&mut state);
        let bytes = state.into_bytes();
        let mut second = fresh();
        let mut reader = StateReader::new(&bytes);
        second.restore(&mut reader).unwrap();
        reader.finish().unwrap();
        second.advance(2.0, &mut Free).unwrap();
        again.push(second.observe());
        assert_eq!(rows, again, "{name}");
        assert_eq!(whole.structure(), second.structure(), "{name}");
        assert_eq!(whole.facts(), second.facts(), "{name}");
        let mut short = StateReader::new(&bytes[..bytes.len() - 9]);
        assert!(fresh().restore(&mut short).is_err() || short.finish().is_err());
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let model = model(FLOWS[1].1);
    let atoms = drawn(&model, 20_000, 0.02, &LatticeChoice::Cubic, 8);
    let states = [1, 2, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut spheres = HardSpheres::new(&model, &atoms).unwrap();
            spheres.advance(1.0, &mut Free).unwrap();
            let mut state = StateWriter::new();
            spheres.save(&mut state);
            state.into_bytes()
        })
    });
    assert!(states[0] == states[1] && states[0] == states[2]);
}

#[test]
fn it_stops_when_a_lattice_vector_has_shrunk_to_the_diameter() {
    // The edge along x is 4 (1 - 0.25 t): 1 at t = 3.
    let model = model([-0.25, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 0.1]);
    let mut atoms =
        drawn(&model, 5, 0.03, &LatticeChoice::Edges(Matrix3::from_diagonal(&Vector3::new(4.0, 5.0, 5.0))), 1);
    atoms.peculiar.iter_mut().for_each(|w| *w *= 3.0);
    let mut spheres = HardSpheres::new(&model, &atoms).unwrap();
    let stop = spheres.advance(3.5, &mut Free).unwrap_err();
    assert!((stop.time - 3.0).abs() < 1e-12, "{stop}");
    assert!(stop.reason.starts_with("the shortest lattice vector has reached the diameter 1"), "{stop}");
    assert!(spheres.collisions() > 0);
    let again = spheres.advance(3.5, &mut Free).unwrap_err();
    assert_eq!(stop, again);
}

#[test]
fn a_gas_that_is_compressed_to_a_jam_stops_with_the_reason() {
    let model = model([-0.5, 0.0, 0.0, 0.0, -0.5, 0.0, 0.0, 0.0, -0.5]);
    let atoms = drawn(&model, 16, 0.2, &LatticeChoice::Cubic, 1);
    let mut spheres = HardSpheres::new(&model, &atoms).unwrap();
    let stop = spheres.advance(1.9, &mut Free).unwrap_err();
    assert!(stop.reason.contains("jam"), "{stop}");
}

#[test]
fn overlapping_spheres_are_named() {
    let model = model([0.0; 9]);
    let mut atoms = drawn(&model, 60, 0.1, &LatticeChoice::Cubic, 1);
    // The second of the pair on the other side of the cell.
    atoms.positions[40] = atoms.positions[6] + Vector3::new(0.9, 0.0, atoms.cell[(2, 2)]);
    let found = HardSpheres::new(&model, &atoms).unwrap_err();
    assert!(matches!(found, MolecularError::Spheres { first: 7, second: 41, .. }), "{found}");
    assert!(found.to_string().starts_with("spheres 7 and 41 overlap: their distance is 0.9"), "{found}");
    let thin = Atoms { cell: Matrix3::from_diagonal(&Vector3::new(50.0, 50.0, 0.9)), ..atoms };
    let found = HardSpheres::new(&model, &thin).unwrap_err();
    assert!(matches!(found, MolecularError::Spheres { first: 1, second: 1, .. }), "{found}");
    assert!(found.to_string().contains("its own image"), "{found}");
}

#[test]
fn spheres_that_do_not_fit_are_refused() {
    let model = model([0.0; 9]);
    let draw = |packing: f64, positions| {
        let density = packing * 6.0 / std::f64::consts::PI;
        let random = &mut omd_flow::Philox::new(1, 0);
        let covariance = Matrix3::identity();
        let drawn =
            Atoms::drawn_spheres(&model, 108, density, positions, &LatticeChoice::Cubic, &covariance, 1.0, random);
        drawn.and_then(|atoms| HardSpheres::new(&model, &atoms))
    };
    let found = draw(0.72, DrawnPositions::Random).unwrap_err();
    assert!(matches!(found, MolecularError::TooPacked { .. }), "{found}");
    assert!(draw(0.72, DrawnPositions::Fcc).is_ok());
    assert!(matches!(draw(0.75, DrawnPositions::Fcc), Err(MolecularError::Spheres { .. })));
    let flat = omd_molecular::HardSphereModel { diameter: 0.0, ..model.clone() };
    let atoms = drawn(&model, 8, 0.1, &LatticeChoice::Cubic, 1);
    assert!(matches!(HardSpheres::new(&flat, &atoms), Err(MolecularError::NotPositive("diameter", _))));
}

#[test]
fn observables_follow_their_definitions() {
    let model = model(FLOWS[6].1);
    let atoms = drawn(&model, 125, 0.2, &LatticeChoice::Cubic, 3);
    let mut spheres = HardSpheres::new(&model, &atoms).unwrap();
    spheres.advance(0.3, &mut Free).unwrap();
    let (row, end) = (spheres.observe(), spheres.structure().unwrap());
    let w: Vec<Vector3<f64>> =
        end.positions.iter().zip(&end.lab_velocities).map(|(x, v)| model.flow.peculiar_from_lab(0.3, x, v)).collect();
    let mean = w.iter().sum::<Vector3<f64>>() / 125.0;
    let volume = end.cell.unwrap().determinant();
    let kinetic = w.iter().map(|w| (w - mean) * (w - mean).transpose()).sum::<Matrix3<f64>>() / volume;
    let heat = w.iter().map(|w| (w - mean) * (w - mean).norm_squared()).sum::<Vector3<f64>>() * (0.5 / volume);
    let fourth = w.iter().map(|w| (w - mean).norm_squared().powi(2)).sum::<f64>() / 125.0;
    assert!((row.density * volume - 125.0).abs() < 1e-10);
    assert!((row.temperature - kinetic.trace() * volume / 375.0).abs() < 1e-12);
    assert!((extra(&row, "kinetic_pxz") - kinetic[(0, 2)]).abs() < 1e-12);
    assert!((row.heat_flux.unwrap() - heat).norm() < 1e-11);
    assert!((extra(&row, "fourth_moment") - fourth).abs() < 1e-10);
    assert_eq!(extra(&row, "collisions_per_particle"), 2.0 * spheres.collisions() as f64 / 125.0);
    let names: Vec<&str> = row.extra.iter().map(|extra| extra.name.as_ref()).collect();
    let expected = "kinetic_pxx kinetic_pyy kinetic_pzz kinetic_pxy kinetic_pxz kinetic_pyz energy_balance \
                    fourth_moment collisions_per_particle drift_x drift_y drift_z";
    assert_eq!(names.join(" "), expected);
}
