//! Thermostats: what they keep, the heat they count, their order, and that images feel what atoms feel.

use crate::fixtures::{cube, extra, fixed, flow, lennard_jones, model, shaken};
use omd_flow::{Advance, Description, Free, Matrix3, Monitor, Pace, Philox, StateReader, StateWriter, Vector3};
use omd_interaction::Truncation;
use omd_molecular::{
    Atoms, GroupElement, GroupModel, GroupMolecular, Molecular, ObjectiveGroup, Prepared, Species, Thermostat,
    ThermostatKind, force_field,
};
use std::sync::Arc;

const FULL: [f64; 9] = [0.2, -0.15, 0.1, 0.4, -0.3, 0.25, 0.15, 0.2, 0.1];
const SHEAR: [f64; 9] = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
const GAUSSIAN: ThermostatKind = ThermostatKind::Gaussian;
const NOSE_HOOVER: ThermostatKind = ThermostatKind::NoseHoover { relaxation_time: 0.1 };
const LANGEVIN: ThermostatKind = ThermostatKind::Langevin { relaxation_time: 0.2 };

fn at(temperature: f64, kind: ThermostatKind) -> Thermostat {
    Thermostat { kind, temperature }
}

fn liquid(rows: [f64; 9], time_step: f64, thermostat: Thermostat) -> Molecular {
    let atoms = shaken(cube(1.06 * 6.0), [6; 3], 0.02, 1.2, 6);
    let model = model(flow(rows), lennard_jones(2.0, Truncation::ShiftedForce));
    Molecular::new(&model, fixed(time_step), &atoms).unwrap().thermostatted(thermostat, Philox::new(4, 7))
}

#[test]
fn the_gaussian_thermostat_keeps_the_kinetic_energy_in_any_flow() {
    for rows in [FULL, SHEAR] {
        let mut molecular = liquid(rows, 2e-3, at(1.2, GAUSSIAN));
        for time in [0.1, 0.4] {
            molecular.advance(time, &mut Free).unwrap();
            let row = molecular.observe();
            assert!((row.temperature - 1.2).abs() < 1e-13, "{}", row.temperature);
            assert!(extra(&row, "thermostat_heat").abs() > 1.0, "it has something to do");
        }
    }
}

/// The heat is counted, and steps of second order leave a residual and an error of the trajectory of second order.
#[test]
fn thermostatted_steps_are_of_second_order() {
    for kind in [GAUSSIAN, NOSE_HOOVER] {
        let runs = [4e-3, 2e-3, 1e-3, 5e-4].map(|time_step| {
            let mut molecular = liquid(FULL, time_step, at(0.9, kind));
            molecular.advance(0.2, &mut Free).unwrap();
            (extra(&molecular.observe(), "energy_balance").abs(), molecular.atoms().positions)
        });
        let slope = (runs[0].0 / runs[3].0).log2() / 3.0;
        assert!((slope - 2.0).abs() < 0.25, "{kind:?}: {slope} {:?}", runs.each_ref().map(|run| run.0));
        let apart = |a: &[Vector3<f64>], b: &[Vector3<f64>]| -> f64 {
            a.iter().zip(b).map(|(x, y)| (x - y).norm_squared()).sum::<f64>().sqrt()
        };
        let errors = [0, 1, 2].map(|k| apart(&runs[k].1, &runs[k + 1].1));
        let slope = (errors[0] / errors[2]).log2() / 2.0;
        assert!((slope - 2.0).abs() < 0.15, "{kind:?}: {slope} {errors:?}");
    }
}

/// A cell and two of them side by side are one system: the friction is the same for an atom and its image.
#[test]
fn images_feel_the_same_friction() {
    let model = model(flow(SHEAR), lennard_jones(2.0, Truncation::ShiftedForce));
    let one = shaken(cube(4.3), [4; 3], 0.05, 1.1, 3);
    let shift = Vector3::new(0.0, 4.3, 0.0);
    let two = Atoms {
        cell: Matrix3::from_diagonal(&Vector3::new(4.3, 8.6, 4.3)),
        positions: one.positions.iter().copied().chain(one.positions.iter().map(|x| x + shift)).collect(),
        shifts: vec![Vector3::zeros(); 128],
        peculiar: one.peculiar.iter().chain(&one.peculiar).copied().collect(),
    };
    for kind in [GAUSSIAN, NOSE_HOOVER] {
        let ends = [&one, &two].map(|atoms| {
            let molecular = Molecular::new(&model, fixed(2e-3), atoms).unwrap();
            let mut molecular = molecular.thermostatted(at(0.8, kind), Philox::new(0, 0));
            molecular.advance(0.3, &mut Free).unwrap();
            molecular.atoms().positions
        });
        let worst = ends[0].iter().zip(&ends[1]).map(|(x, y)| (x - y).norm()).fold(0.0, f64::max);
        assert!(worst < 1e-10, "{kind:?}: {worst}");
    }
}

#[test]
fn both_engines_move_thermostatted_atoms_alike() {
    let potential = lennard_jones(2.0, Truncation::ShiftedForce);
    let atoms = shaken(cube(4.3), [4; 3], 0.05, 1.1, 3);
    let edges: Vec<_> = (0..3).map(|k| GroupElement::translation(atoms.cell.column(k).into())).collect();
    let general = GroupModel {
        group: ObjectiveGroup::new(&flow(FULL), &edges).unwrap(),
        field: force_field(Arc::new(potential.clone())),
        species: Species::one(1.0),
        cell: None,
    };
    for kind in [GAUSSIAN, NOSE_HOOVER, LANGEVIN] {
        let fast = Molecular::new(&model(flow(FULL), potential.clone()), fixed(2e-3), &atoms).unwrap();
        let mut fast = fast.thermostatted(at(0.8, kind), Philox::new(5, 5));
        let slow = GroupMolecular::new(&general, fixed(2e-3), &atoms.positions, &atoms.peculiar).unwrap();
        let mut slow = slow.thermostatted(at(0.8, kind), Philox::new(5, 5));
        fast.advance(0.2, &mut Free).unwrap();
        slow.advance(0.2, &mut Free).unwrap();
        let (a, b) = (fast.atoms().positions, slow.atoms().positions);
        let worst = a.iter().zip(&b).map(|(x, y)| (x - y).norm()).fold(0.0, f64::max);
        assert!(worst < 1e-10, "{kind:?}: {worst}");
        for name in ["energy_balance", "thermostat_heat", "thermostat_friction"] {
            let [x, y] = [extra(&fast.observe(), name), extra(&slow.observe(), name)];
            assert!((x - y).abs() < 1e-8 * (1.0 + x.abs()), "{kind:?} {name}: {x} {y}");
        }
    }
}

/// Mean and variance of the kinetic temperature in equilibrium: `T` and `2 T^2/(3N)`.
#[test]
fn langevin_and_nose_hoover_sample_the_canonical_kinetic_energy() {
    for kind in [LANGEVIN, NOSE_HOOVER] {
        let mut molecular = liquid([0.0; 9], 4e-3, at(1.2, kind));
        molecular.advance(4.0, &mut Free).unwrap();
        // Blocks much longer than a relaxation time are independent.
        let (blocks, per_block) = (40, 25);
        let mut means = Vec::new();
        let mut squares = Vec::new();
        for block in 0..blocks {
            let values: Vec<f64> = (1..=per_block)
                .map(|k| {
                    molecular.advance(4.0 + 0.08 * f64::from(block * per_block + k), &mut Free).unwrap();
                    molecular.observe().temperature / 1.2 - 1.0
                })
                .collect();
            means.push(values.iter().sum::<f64>() / f64::from(per_block));
            squares.push(values.iter().map(|x| x * x).sum::<f64>() / f64::from(per_block));
        }
        let estimate = |values: &[f64]| {
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            let error = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count * (count - 1.0))).sqrt();
            (mean, error)
        };
        // Zero momentum, kept by Nose and Hoover's equations, leaves 3N - 3 degrees of freedom to share the energy of 3N.
        let free = if kind == LANGEVIN { 3.0 * 216.0 } else { 3.0 * 215.0 };
        for ((mean, error), expected) in [(estimate(&means), 0.0), (estimate(&squares), 2.0 / free)] {
            assert!((mean - expected).abs() < 4.0 * error, "{kind:?}: {mean} +- {error}, not {expected}");
            assert!(error < 0.35 * 2.0 / free || expected == 0.0 && error < 4e-3, "{kind:?}: {error}");
        }
    }
}

/// Pauses at its first question after `skip` ones.
struct PauseAfter(usize);

impl Monitor for PauseAfter {
    fn at(&mut self, _: f64) -> Pace {
        self.0 = self.0.wrapping_sub(1);
        if self.0 == 0 { Pace::Pause } else { Pace::Continue }
    }
}

/// 512 atoms: a question every 39 steps.
fn prepared() -> Box<dyn Description> {
    let atoms = shaken(cube(8.6), [8; 3], 0.05, 1.1, 3);
    let rest = model(flow([0.0; 9]), lennard_jones(2.0, Truncation::ShiftedForce));
    let before = Molecular::new(&rest, fixed(2e-3), &atoms).unwrap();
    let before = before.thermostatted(at(0.8, LANGEVIN), Philox::new(5, 5));
    let cell = atoms.cell;
    let hand_over = move |positions: &[Vector3<f64>], velocities: &[Vector3<f64>]| {
        let shifts = vec![Vector3::zeros(); positions.len()];
        let atoms = Atoms { cell, positions: positions.to_vec(), shifts, peculiar: velocities.to_vec() };
        let model = model(flow(FULL), lennard_jones(2.0, Truncation::ShiftedForce));
        let molecular = Molecular::new(&model, fixed(2e-3), &atoms)?;
        Ok(Box::new(molecular.thermostatted(at(0.8, NOSE_HOOVER), Philox::new(0, 0))) as Box<dyn Description>)
    };
    Box::new(Prepared::new(Box::new(before), 0.2, Box::new(hand_over)))
}

#[test]
fn a_prepared_run_goes_on_to_the_bit_from_before_and_after_its_beginning() {
    let times = [0.0, 0.15, 0.3];
    let mut whole = prepared();
    let rows = times.map(|time| {
        whole.advance(time, &mut Free).unwrap();
        whole.observe()
    });
    assert_eq!(rows[0].time, 0.0);
    assert!((rows[0].temperature / 0.8 - 1.0).abs() < 0.15 && extra(&rows[0], "thermostat_heat") == 0.0);
    for questions in [1, 2, 3, 4, 5] {
        let mut first = prepared();
        let mut monitor = PauseAfter(questions);
        let paused = times.iter().position(|time| first.advance(*time, &mut monitor) == Ok(Advance::Paused));
        let paused = paused.unwrap_or_else(|| panic!("{questions} questions"));
        assert_eq!(paused == 0, questions <= 2, "both stages are met");
        let mut state = StateWriter::new();
        first.save(&mut state);
        let bytes = state.into_bytes();
        let mut second = prepared();
        let mut reader = StateReader::new(&bytes);
        second.restore(&mut reader).unwrap();
        reader.finish().unwrap();
        for (time, row) in times.iter().zip(&rows).skip(paused) {
            second.advance(*time, &mut Free).unwrap();
            assert_eq!(second.observe(), *row, "{questions} questions, t = {time}");
        }
        assert_eq!(whole.structure(), second.structure());
    }
}
