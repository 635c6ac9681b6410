//! Work balance, determinism, checkpoints, stops, step control.

use crate::fixtures::{cube, extra, fixed, flow, lennard_jones, model, residual, shaken};
use crate::pause::PauseAfter;
use omd_flow::{Advance, Description, Free, Matrix3, StateReader, StateWriter, Vector3};
use omd_interaction::{PairPotential, Truncation};
use omd_molecular::{Atoms, Molecular, MolecularError, Scheme, StepControl};

const FULL: [f64; 9] = [0.2, -0.15, 0.1, 0.4, -0.3, 0.25, 0.15, 0.2, 0.1];

fn liquid(count: usize, time_step: f64, control: StepControl) -> Molecular {
    let atoms = shaken(cube(1.06 * count as f64), [count; 3], 0.02, 1.2, 6);
    let model = model(flow(FULL), lennard_jones(2.0, Truncation::ShiftedForce));
    Molecular::new(&model, Scheme { time_step, control }, &atoms).unwrap()
}

#[test]
fn the_work_residual_falls_with_the_square_of_the_step() {
    let residuals = [4e-3, 2e-3, 1e-3, 5e-4].map(|time_step| {
        let mut molecular = liquid(6, time_step, StepControl::Fixed);
        molecular.advance(0.4, &mut Free).unwrap();
        residual(&mut molecular).abs()
    });
    let slopes: Vec<f64> = residuals.windows(2).map(|pair| (pair[0] / pair[1]).log2()).collect();
    let overall = (residuals[0] / residuals[3]).log2() / 3.0;
    assert!((overall - 2.0).abs() < 0.2, "{slopes:?} {residuals:?}");
    assert!(residuals[3] < 1e-4 * 216.0, "{residuals:?}");
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let states = [1, 2, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            // 17,576 atoms: two parts.
            let mut molecular = liquid(26, 2e-3, StepControl::Fixed);
            molecular.advance(0.03, &mut Free).unwrap();
            let row = molecular.observe();
            let mut state = StateWriter::new();
            molecular.save(&mut state);
            (state.into_bytes(), row)
        })
    });
    assert!(states[0] == states[1] && states[0] == states[2]);
}

/// A gas, whose atoms cross the faces of the cell and change their order between lists.
#[test]
fn atoms_that_cross_the_cell_do_so_alike_on_any_number_of_threads() {
    let start = shaken(cube(2.7 * 20.0), [20; 3], 0.5, 2.0, 8);
    let model = model(flow(FULL), lennard_jones(2.5, Truncation::ShiftedForce));
    let states = [1, 2, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut molecular = Molecular::new(&model, fixed(5e-3), &start).unwrap();
            molecular.advance(1.0, &mut Free).unwrap();
            let mut state = StateWriter::new();
            molecular.save(&mut state);
            (state.into_bytes(), molecular.list_builds(), molecular.atoms())
        })
    });
    let (_, builds, end) = &states[0];
    let inverse = start.cell.try_inverse().unwrap();
    let outside = |x: &&Vector3<f64>| (inverse * *x).iter().any(|c| !(0.0..1.0).contains(c));
    assert!(*builds > 5 && end.positions.iter().filter(outside).count() > 500, "{builds}");
    assert!(states[0] == states[1] && states[0] == states[2]);
}

#[test]
fn steps_that_share_a_pass_over_memory_have_the_bits_of_single_ones() {
    // A step that is known to be followed by another one does half of that, too; the last one of an interval does not. Times
    // are exact in binary.
    let (step, steps) = (1.0 / 256.0, 30);
    let [mut whole, mut single] = [(); 2].map(|()| liquid(8, step, StepControl::Fixed));
    whole.advance(f64::from(steps) * step, &mut Free).unwrap();
    for k in 1..=steps {
        single.advance(f64::from(k) * step, &mut Free).unwrap();
    }
    assert!(whole.list_builds() > 2, "also over new lists");
    assert_eq!((whole.steps(), whole.list_builds()), (single.steps(), single.list_builds()));
    assert_eq!(whole.observe(), single.observe());
    assert_eq!(whole.atoms(), single.atoms());
}

#[test]
fn a_paused_saved_and_restored_run_has_the_bits_of_an_uninterrupted_one() {
    for control in [StepControl::Fixed, StepControl::Thermal] {
        let fresh = || liquid(8, 1e-3, control);
        let mut whole = fresh();
        let mut rows = Vec::new();
        for sample in [0.15, 0.3] {
            whole.advance(sample, &mut Free).unwrap();
            rows.push(whole.observe());
        }
        let mut first = fresh();
        assert_eq!(first.advance(0.15, &mut PauseAfter(2)), Ok(Advance::Paused));
        assert!(first.time() > 0.0 && first.time() < 0.15);
        let mut state = StateWriter::new();
        first.save(&mut state);
        let bytes = state.into_bytes();
        let mut second = fresh();
        let mut reader = StateReader::new(&bytes);
        second.restore(&mut reader).unwrap();
        reader.finish().unwrap();
        let mut again = Vec::new();
        for sample in [0.15, 0.3] {
            second.advance(sample, &mut Free).unwrap();
            again.push(second.observe());
        }
        assert_eq!(rows, again);
        assert_eq!(whole.atoms(), second.atoms());
        let mut short = StateReader::new(&bytes[..bytes.len() - 9]);
        assert!(fresh().restore(&mut short).is_err() || short.finish().is_err());
    }
}

#[test]
fn thermal_steps_shrink_as_the_gas_heats() {
    let atoms = shaken(cube(18.0), [8; 3], 0.5, 1.0, 2);
    let shear = flow([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let model = model(shear, PairPotential::wca(1.0, 1.0));
    let steps = |control| {
        let mut molecular = Molecular::new(&model, Scheme { time_step: 0.002, control }, &atoms).unwrap();
        molecular.advance(4.0, &mut Free).unwrap();
        (molecular.steps() as f64, molecular.observe().temperature)
    };
    let (plain, _) = steps(StepControl::Fixed);
    let (thermal, temperature) = steps(StepControl::Thermal);
    assert_eq!(plain, 2000.0);
    let bounds = [1.1, temperature.sqrt()].map(|factor| factor * plain);
    assert!(temperature > 2.0 && thermal > bounds[0] && thermal < bounds[1], "{thermal} {temperature}");
}

/// A step that follows the temperature of the moment takes energy from the gas at every change, the more the fewer atoms:
/// 8e-4 of the kinetic energy here.
#[test]
fn thermal_steps_do_not_leak_energy() {
    let atoms = shaken(cube(6.0), [4; 3], 0.3, 2.0, 5);
    let model = model(flow([0.0; 9]), PairPotential::wca(1.0, 1.0));
    let scheme = Scheme { time_step: 0.0015, control: StepControl::Thermal };
    let mut molecular = Molecular::new(&model, scheme, &atoms).unwrap();
    molecular.advance(100.0, &mut Free).unwrap();
    let row = molecular.observe();
    let residual = extra(&row, "energy_balance") / (1.5 * 64.0 * row.temperature);
    assert!(residual.abs() < 2e-4, "{residual:e} of the kinetic energy at T = {}", row.temperature);
}

#[test]
fn observables_follow_their_definitions() {
    let mut molecular = liquid(5, 1e-3, StepControl::Fixed);
    molecular.advance(0.05, &mut Free).unwrap();
    let (row, end) = (molecular.observe(), molecular.atoms());
    let flow = flow(FULL);
    let w: Vec<Vector3<f64>> =
        end.positions.iter().zip(&end.lab_velocities).map(|(x, v)| flow.peculiar_from_lab(0.05, x, v)).collect();
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
    assert!((extra(&row, "drift_y") - mean.y).abs() < 1e-14);
    let names: Vec<&str> = row.extra.iter().map(|extra| extra.name.as_ref()).collect();
    let expected = "kinetic_pxx kinetic_pyy kinetic_pzz kinetic_pxy kinetic_pxz kinetic_pyz potential_energy \
                    energy_balance fourth_moment drift_x drift_y drift_z";
    assert_eq!(names.join(" "), expected);
}

#[test]
fn overlapping_atoms_are_named() {
    let mut atoms = shaken(cube(5.0), [4; 3], 0.1, 1.0, 1);
    let model = model(flow([0.0; 9]), lennard_jones(2.0, Truncation::Shifted));
    // The second of the pair on the other side of the cell.
    atoms.positions[40] = atoms.positions[6] + Vector3::new(0.1, 0.0, 5.0);
    let found = Molecular::new(&model, fixed(0.001), &atoms).unwrap_err();
    assert!(matches!(found, MolecularError::Overlap { first: 7, second: 41, .. }), "{found}");
    assert!(found.to_string().starts_with("atoms 7 and 41 overlap at distance 0.1"), "{found}");
    let thin = Atoms {
        cell: Matrix3::from_diagonal(&Vector3::new(5.0, 5.0, 0.1)),
        ..shaken(cube(5.0), [4, 4, 1], 0.1, 1.0, 1)
    };
    let found = Molecular::new(&model, fixed(0.001), &thin).unwrap_err();
    assert!(matches!(found, MolecularError::Overlap { first: 1, second: 1, .. }), "{found}");
}

#[test]
fn a_step_that_is_too_long_stops_with_the_reason() {
    let atoms = shaken(cube(5.0), [4; 3], 0.1, 1.0, 1);
    let model = model(flow([0.0; 9]), lennard_jones(2.0, Truncation::Shifted));
    let mut molecular = Molecular::new(&model, fixed(1e80), &atoms).unwrap();
    let stop = (0..200).find_map(|k| molecular.advance(1e80 * f64::from(k), &mut Free).err());
    let stop = stop.expect("it stops");
    assert!(stop.reason.contains("no longer finite"), "{stop}");
}

#[test]
fn a_run_whose_balance_is_lost_stops_and_says_so() {
    // One pair that came too close has thrown its energy around before it is no longer finite: so many atoms are looked
    // at every other step.
    let mut molecular = liquid(20, 0.01, StepControl::Fixed);
    let stop = molecular.advance(20.0, &mut Free).unwrap_err();
    assert!(stop.reason.starts_with("the work balance is off by more than the energy there is"), "{}", stop.reason);
    assert!(stop.reason.ends_with("hint: a smaller time-step"), "{}", stop.reason);
    assert!(stop.time < 20.0);
}
