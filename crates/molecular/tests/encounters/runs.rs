//! Laws, pauses, checkpoints, threads, stops, refusals.

use crate::gases::{FLOWS, distance, drawn, encounters, end, extra, model};
use crate::pause::PauseAfter;
use omd_flow::{Advance, Description, Free, Matrix3, StateReader, StateWriter, Vector3};
use omd_interaction::Truncation;
use omd_molecular::{Atoms, Encounters, LatticeChoice, MolecularError};

#[test]
fn the_work_balance_holds_to_the_tolerance() {
    for (name, rows) in FLOWS {
        let model = model(rows, Truncation::Shifted);
        let atoms = drawn(&model, 400, 0.005, &LatticeChoice::Cubic, 4);
        for tolerance in [1e-6, 1e-8, 1e-10] {
            let mut gas = Encounters::new(&model, tolerance, &atoms).unwrap();
            gas.advance(end(&model, 8.0), &mut Free).unwrap();
            assert!(gas.encounters() > 100, "{name}: {}", gas.encounters());
            let row = gas.observe();
            let residual = extra(&row, "energy_balance").abs() / (600.0 * row.temperature);
            // A step that is off by the tolerance in the velocity of an atom at twice the root mean square speed.
            let bound = 4.0 * tolerance * gas.steps() as f64 / 400.0;
            assert!(residual < bound, "{name}: {residual:e} at {tolerance:e}, bound {bound:e}");
        }
    }
}

/// Peculiar momentum obeys `d/dt sum m w = -L sum m w`: zero stays zero.
#[test]
fn momentum_stays_zero() {
    let model = model(FLOWS[5].1, Truncation::ShiftedForce);
    let atoms = drawn(&model, 500, 0.01, &LatticeChoice::Cubic, 4);
    let mut gas = encounters(&model, &atoms);
    gas.advance(5.0, &mut Free).unwrap();
    let row = gas.observe();
    for name in ["drift_x", "drift_y", "drift_z"] {
        assert!(extra(&row, name).abs() < 1e-11, "{name}");
    }
}

/// Another choice of images, of the origin and of the cell's basis is the same gas.
#[test]
fn the_choice_of_the_cell_does_not_matter() {
    let model = model(FLOWS[1].1, Truncation::ShiftedForce);
    let atoms = drawn(&model, 200, 0.01, &LatticeChoice::Cubic, 6);
    let unimodular = Matrix3::new(1.0, 2.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, 1.0);
    let shift = Vector3::new(3.0, -7.0, 5.0);
    let other = Atoms {
        cell: atoms.cell * unimodular,
        positions: atoms.positions.iter().map(|x| x + shift).collect(),
        ..atoms.clone()
    };
    // The same peculiar velocities about another origin: lab velocities differ by A shift.
    let ends = [&atoms, &other].map(|atoms| {
        let mut gas = encounters(&model, atoms);
        gas.advance(2.0, &mut Free).unwrap();
        gas.structure().unwrap()
    });
    let moved = model.flow.deformation(2.0) * shift;
    for (a, b) in ends[0].positions.iter().zip(&ends[1].positions) {
        assert!((a + moved - b).norm() < 1e-6, "{a} {b}");
    }
}

#[test]
fn a_paused_saved_and_restored_run_has_the_bits_of_an_uninterrupted_one() {
    for (name, rows) in FLOWS.into_iter().step_by(2) {
        let model = model(rows, Truncation::ShiftedForce);
        let atoms = drawn(&model, 8000, 0.01, &LatticeChoice::Cubic, 8);
        let mut whole = encounters(&model, &atoms);
        let mut rows = vec![whole.observe()];
        for sample in [0.4, 2.0] {
            whole.advance(sample, &mut Free).unwrap();
            rows.push(whole.observe());
        }
        let mut first = encounters(&model, &atoms);
        let mut again = vec![first.observe()];
        first.advance(0.4, &mut Free).unwrap();
        again.push(first.observe());
        let paused = first.advance(2.0, &mut PauseAfter(1));
        assert_eq!(paused, Ok(Advance::Paused), "{name}");
        assert!(first.time() > 0.4 && first.time() < 2.0);
        let mut state = StateWriter::new();
        first.save(&mut state);
        let bytes = state.into_bytes();
        let mut second = encounters(&model, &atoms);
        let mut reader = StateReader::new(&bytes);
        second.restore(&mut reader).unwrap();
        reader.finish().unwrap();
        second.advance(2.0, &mut Free).unwrap();
        again.push(second.observe());
        assert_eq!(rows, again, "{name}");
        assert_eq!(whole.structure(), second.structure(), "{name}");
        assert_eq!(whole.facts(), second.facts(), "{name}");
        let mut short = StateReader::new(&bytes[..bytes.len() - 9]);
        assert!(encounters(&model, &atoms).restore(&mut short).is_err() || short.finish().is_err());
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let model = model(FLOWS[1].1, Truncation::ShiftedForce);
    let atoms = drawn(&model, 20_000, 0.003, &LatticeChoice::Cubic, 8);
    let states = [1, 2, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut gas = encounters(&model, &atoms);
            gas.advance(1.0, &mut Free).unwrap();
            let mut state = StateWriter::new();
            gas.save(&mut state);
            state.into_bytes()
        })
    });
    assert!(states[0] == states[1] && states[0] == states[2]);
}

#[test]
fn a_gas_whose_clusters_percolate_is_refused() {
    let model = model(FLOWS[0].1, Truncation::ShiftedForce);
    let atoms = drawn(&model, 400, 0.05, &LatticeChoice::Cubic, 1);
    let found = Encounters::new(&model, 1e-9, &atoms).unwrap_err();
    assert!(matches!(found, MolecularError::Percolates { neighbours } if (neighbours - 3.272).abs() < 1e-3), "{found}");
    assert!(found.to_string().contains("engine = \"time-stepped\""), "{found}");
    assert_eq!(Encounters::new(&model, 0.0, &atoms).unwrap_err(), MolecularError::NotPositive("tolerance", 0.0));
}

#[test]
fn a_gas_that_is_compressed_until_its_clusters_percolate_stops_with_the_reason() {
    let model = model([-0.2, 0.0, 0.0, 0.0, -0.2, 0.0, 0.0, 0.0, -0.2], Truncation::ShiftedForce);
    let atoms = drawn(&model, 1500, 0.01, &LatticeChoice::Cubic, 1);
    let mut gas = encounters(&model, &atoms);
    let stop = gas.advance(4.0, &mut Free).unwrap_err();
    assert!(stop.reason.contains("too dense for encounters"), "{stop}");
    assert!(stop.time > 0.5 && stop.time < 3.0, "{stop}");
}

/// A pair that meets head-on at the speed of a hot gas, over a thousand diameters: free flight is exact.
#[test]
fn free_flight_over_long_ways_loses_nothing() {
    let model = model([0.0; 9], Truncation::ShiftedForce);
    let cell = Matrix3::identity() * 4000.0;
    let positions = vec![Vector3::new(100.0, 100.0, 100.0), Vector3::new(2100.0, 100.5, 100.0)];
    let peculiar = vec![Vector3::new(2.0, 0.0, 0.0), Vector3::new(-2.0, 0.0, 0.0)];
    let atoms = Atoms { cell, positions, shifts: vec![Vector3::zeros(); 2], peculiar };
    let mut gas = encounters(&model, &atoms);
    gas.advance(600.0, &mut Free).unwrap();
    assert_eq!(gas.encounters(), 1);
    let there = gas.structure().unwrap();
    // Backwards, from the same places.
    let back = Atoms {
        positions: there.positions.clone(),
        peculiar: there.lab_velocities.iter().map(|v| -v).collect(),
        ..atoms.clone()
    };
    let mut gas = encounters(&model, &back);
    gas.advance(600.0, &mut Free).unwrap();
    let mut home = there;
    home.positions.clone_from(&atoms.positions);
    assert!(distance(&gas.structure().unwrap(), &home) < 1e-6);
}
