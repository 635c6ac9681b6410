//! Images: sums over the list against brute force, lattice reduction, wrapping, free flight.

use crate::fixtures::{cube, direct, extra, fixed, flow, force_deviation, lennard_jones, model, shaken, zero_shifts};
use omd_flow::{AffineFlow, Description, Free, Matrix3, Philox, Vector3, lattice};
use omd_interaction::{InversePower, PairPotential, Truncation};
use omd_molecular::{Atoms, GroupElement, GroupModel, GroupMolecular, Molecular, ObjectiveGroup, Species, force_field};
use std::sync::Arc;

const FULL: [f64; 9] = [0.2, -0.15, 0.1, 0.4, -0.3, 0.25, 0.15, 0.2, 0.1];
const SHEAR: [f64; 9] = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
const ORTHOGONAL: [f64; 9] = [0.0, 1.0, 0.5, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
const ROTATING: [f64; 9] = [0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
const DILATING: [f64; 9] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];

/// Pressure, energy and forces of `molecular` against sums from the definition.
fn agrees_with_brute_force(molecular: &mut Molecular, potential: &PairPotential) {
    let omd_flow::Structure { positions, cell, .. } = molecular.atoms();
    let cell = cell.unwrap();
    let expected = direct(potential, &cell, &positions);
    let row = molecular.observe();
    let volume = cell.determinant().abs();
    let energy = extra(&row, "potential_energy");
    assert!((energy - expected.energy).abs() < 1e-11 * (1.0 + expected.energy.abs()), "{energy} {}", expected.energy);
    for (i, j, name) in [(0, 0, "kinetic_pxx"), (1, 1, "kinetic_pyy"), (0, 1, "kinetic_pxy"), (1, 2, "kinetic_pyz")] {
        let virial = (row.pressure[(i, j)] - extra(&row, name)) * volume;
        let size = expected.virial.norm().max(1.0);
        assert!((virial - expected.virial[(i, j)]).abs() < 1e-10 * size, "{virial} {}", expected.virial);
    }
    let worst = force_deviation(molecular, potential);
    assert!(worst < 1e-11, "forces deviate by {worst}");
}

#[test]
fn random_triclinic_cells_agree_with_brute_force_at_every_step() {
    let potential = lennard_jones(2.5, Truncation::ShiftedForce);
    let mut random = Philox::new(11, 0);
    for case in 0..6 {
        let skew = Matrix3::from_fn(|i, j| if i == j { 1.0 } else { random.uniform() - 0.5 });
        // From cells much smaller than the cutoff to larger ones.
        let per_edge = [[1, 2, 2], [2, 2, 2], [2, 3, 4], [3, 3, 4], [4, 4, 5], [2, 2, 9]][case];
        let edges = Matrix3::from_diagonal(&Vector3::from(per_edge).map(|n| 1.3 * n as f64));
        let atoms = shaken(skew * edges, per_edge, 0.15, 1.5, case as u64);
        let flow = flow([FULL, SHEAR, ORTHOGONAL, ROTATING, DILATING, FULL][case]);
        let mut molecular = Molecular::new(&model(flow, potential.clone()), fixed(0.004), &atoms).unwrap();
        agrees_with_brute_force(&mut molecular, &potential);
        for step in 1..=12 {
            // Every step is compared: a pair that the list lost would show in a force.
            molecular.advance(0.04 * f64::from(step), &mut Free).unwrap();
            agrees_with_brute_force(&mut molecular, &potential);
        }
    }
}

#[test]
fn the_list_never_misses_a_pair_under_strong_flow() {
    // A long-ranged force that jumps at the cutoff: a missing pair changes it by a fifth.
    let form = Arc::new(InversePower { epsilon: 1.0, sigma: 1.0, exponent: 1.0 });
    let potential = PairPotential::new(form, Some(2.0), Truncation::Truncated);
    for (case, rows) in [SHEAR, ORTHOGONAL, FULL, ROTATING].into_iter().enumerate() {
        let flow = flow(rows.map(|x| 3.0 * x));
        let atoms = shaken(cube(6.0), [4, 4, 4], 1.0, 0.3, 20 + case as u64);
        let mut molecular = Molecular::new(&model(flow, potential.clone()), fixed(0.003), &atoms).unwrap();
        for step in 1..=60 {
            molecular.advance(0.003 * f64::from(step), &mut Free).unwrap();
            let worst = force_deviation(&molecular, &potential);
            assert!(worst < 1e-10, "a pair is missing at step {step}: {worst}");
        }
        assert!(molecular.list_builds() < 50, "the list is not built at every step");
    }
}

#[test]
fn the_force_is_minus_the_gradient_of_the_energy() {
    for truncation in [Truncation::Truncated, Truncation::Shifted, Truncation::ShiftedForce] {
        let potential = lennard_jones(1.9, truncation);
        let atoms = shaken(Matrix3::new(2.4, 0.3, 0.1, 0.0, 2.6, 0.4, 0.2, 0.0, 2.5), [2, 2, 2], 0.1, 1.0, 5);
        let build =
            |atoms: &Atoms| Molecular::new(&model(flow([0.0; 9]), potential.clone()), fixed(0.001), atoms).unwrap();
        let forces = build(&atoms).forces();
        let energy = |atom: usize, axis: usize, by: f64| {
            let mut moved = atoms.clone();
            moved.positions[atom][axis] += by;
            extra(&build(&moved).observe(), "potential_energy")
        };
        for (atom, axis) in [(0, 0), (3, 1), (5, 2)] {
            let h = 1e-5;
            let slope = (energy(atom, axis, h) - energy(atom, axis, -h)) / (2.0 * h);
            let scale = 1.0 + forces[atom].norm();
            assert!((forces[atom][axis] + slope).abs() < 1e-6 * scale, "{} {slope}", forces[atom][axis]);
        }
    }
}

#[test]
fn wrapping_and_change_of_basis_change_nothing() {
    let potential = lennard_jones(2.5, Truncation::Shifted);
    let cell = Matrix3::new(4.6, 0.5, 0.0, 0.0, 4.4, 0.3, 0.2, 0.0, 5.0);
    let plain = shaken(cell, [4, 4, 4], 0.1, 1.0, 8);
    let unimodular = Matrix3::new(1, 3, -2, 0, 1, 4, 0, 0, 1);
    let mut other = plain.clone();
    other.cell = cell * unimodular.map(f64::from);
    let mut random = Philox::new(4, 0);
    for (position, shift) in other.positions.iter_mut().zip(&mut other.shifts) {
        let count = Vector3::from_fn(|_, _| random.below(5) as i64 - 2);
        *position += other.cell * count.map(|x| x as f64);
        *shift = -count;
    }
    let flow = flow(FULL);
    let run = |atoms: &Atoms| {
        let mut molecular = Molecular::new(&model(flow.clone(), potential.clone()), fixed(0.002), atoms).unwrap();
        molecular.advance(0.4, &mut Free).unwrap();
        molecular
    };
    let (mut a, mut b) = (run(&plain), run(&other));
    let (end_a, end_b) = (a.atoms(), b.atoms());
    for k in 0..plain.positions.len() {
        assert!((end_a.positions[k] - end_b.positions[k]).norm() < 1e-8, "{k}");
        assert!((end_a.lab_velocities[k] - end_b.lab_velocities[k]).norm() < 1e-8, "{k}");
    }
    let (row_a, row_b) = (a.observe(), b.observe());
    assert!((row_a.pressure - row_b.pressure).norm() < 1e-8 * row_a.pressure.norm());
}

/// Any triclinic cell in any of its bases, any image of every atom: forces the same to rounding, trajectories to 1e-9, in
/// both engines.
#[test]
fn bases_and_images_of_random_cells_are_the_same_system() {
    let potential = lennard_jones(2.0, Truncation::ShiftedForce);
    let mut random = Philox::new(31, 0);
    for case in 0..5 {
        let skew = Matrix3::from_fn(|i, j| if i == j { 1.0 } else { 1.2 * (random.uniform() - 0.5) });
        let per_edge = [[2, 2, 2], [3, 3, 3], [1, 2, 4], [4, 4, 4], [2, 3, 5]][case];
        let edges = Matrix3::from_diagonal(&Vector3::from(per_edge).map(|n| 1.25 * n as f64));
        let plain = shaken(skew * edges, per_edge, 0.1, 1.0, case as u64);
        let mut unimodular = Matrix3::<i64>::identity();
        for _ in 0..6 {
            let [i, j] = [random.below(3) as usize, random.below(2) as usize];
            let added = unimodular.column((i + 1 + j) % 3) * (random.below(5) as i64 - 2);
            let column = unimodular.column(i) + added;
            unimodular.set_column(i, &column);
        }
        let mut other = plain.clone();
        other.cell = plain.cell * unimodular.map(|n| n as f64);
        for (position, shift) in other.positions.iter_mut().zip(&mut other.shifts) {
            let count = Vector3::from_fn(|_, _| random.below(7) as i64 - 3);
            *position += other.cell * count.map(|x| x as f64);
            *shift = -count;
        }
        let flow = flow([FULL, SHEAR, ORTHOGONAL, ROTATING, DILATING][case]);
        let start = |atoms: &Atoms| {
            let model = model(flow.clone(), potential.clone());
            Molecular::new(&model, fixed(0.002), atoms).unwrap()
        };
        let general = |atoms: &Atoms| {
            let edges: Vec<_> = (0..3).map(|k| GroupElement::translation(atoms.cell.column(k).into())).collect();
            let group = ObjectiveGroup::new(&flow, &edges).unwrap();
            let field = force_field(Arc::new(potential.clone()));
            let model = GroupModel { group, field, species: Species::one(1.0), cell: None };
            GroupMolecular::new(&model, fixed(0.002), &atoms.positions, &atoms.peculiar).unwrap()
        };
        let (mut a, mut b) = (start(&plain), start(&other));
        let (mut c, mut d) = (general(&plain), general(&other));
        let apart =
            |x: &[Vector3<f64>], y: &[Vector3<f64>]| x.iter().zip(y).map(|(x, y)| (x - y).norm()).fold(0.0, f64::max);
        let size = a.forces().iter().map(Vector3::norm).fold(1.0, f64::max);
        for forces in [b.forces(), c.forces(), d.forces()] {
            let worst = apart(&a.forces(), &forces);
            assert!(worst < 1e-12 * size, "case {case}: forces differ by {worst:e} of {size}");
        }
        a.advance(0.1, &mut Free).unwrap();
        b.advance(0.1, &mut Free).unwrap();
        c.advance(0.1, &mut Free).unwrap();
        d.advance(0.1, &mut Free).unwrap();
        let ends = [a.atoms().positions, b.atoms().positions, c.atoms().positions];
        assert!(apart(&ends[0], &ends[1]) < 1e-9 && apart(&ends[0], &ends[2]) < 1e-9, "case {case}");
        // The general engine goes on from the images it was given.
        let counts = other.shifts.iter().map(|shift| flow.deformation(0.1) * other.cell * shift.map(|n| n as f64));
        let back: Vec<_> = d.atoms().positions.iter().zip(counts).map(|(x, shift)| x + shift).collect();
        assert!(apart(&ends[0], &back) < 1e-9, "case {case}");
    }
}

/// Free atoms for `time`: the largest deviation from straight flight relative to the size of the flight, and from the
/// exact peculiar velocity relative to the exact ones.
fn free_flight(flow: &AffineFlow, time: f64, steps: u32) -> (f64, f64, Molecular) {
    let potential = lennard_jones(1e-3, Truncation::Truncated);
    let mut atoms = shaken(cube(8.0), [3, 3, 3], 0.5, 1.0, 3);
    atoms.shifts = zero_shifts(27);
    let mut molecular =
        Molecular::new(&model(flow.clone(), potential), fixed(time / f64::from(steps)), &atoms).unwrap();
    molecular.advance(time, &mut Free).unwrap();
    let end = molecular.atoms();
    let (mut place, mut speed) = (0.0f64, 0.0f64);
    let gradient = flow.velocity_gradient_at_zero();
    for k in 0..27 {
        let velocity = atoms.peculiar[k] + gradient * atoms.positions[k];
        let expected = atoms.positions[k] + velocity * time;
        place = place.max((end.positions[k] - expected).norm() / (1.0 + expected.norm()));
        speed = speed.max((end.lab_velocities[k] - velocity).norm() / (1.0 + velocity.norm()));
    }
    (place, speed, molecular)
}

#[test]
fn free_flight_is_exact_at_any_strain_and_the_lattice_stays_the_same() {
    for (rows, time) in [(SHEAR, 1000.0), (ORTHOGONAL, 1000.0), (ROTATING, 100.0), (DILATING, 99.0)] {
        let flow = flow(rows);
        let (place, speed, molecular) = free_flight(&flow, time, 20_000);
        // Combined orthogonal shear lets w grow as t^2, and rounding with it.
        let most = if rows == ORTHOGONAL { 1e-9 } else { 1e-11 };
        assert!(place < most && speed < most, "{rows:?}: {place:e} {speed:e}");
        // The reduced basis spans the lattice of the unreduced one, and is reduced.
        let group = molecular.group();
        let counts = group.unimodular().map(|x| x as f64);
        assert!((counts.determinant().abs() - 1.0).abs() < 1e-6);
        let edges = group.edges(time);
        let whole = (flow.deformation(time) * group.reference()).try_inverse().unwrap() * edges;
        let size = whole.norm().max(1.0);
        assert!((whole - whole.map(f64::round)).norm() < 1e-9 * size, "{whole}");
        let reduced = lattice::reduce(&edges).basis;
        assert!((0..3).all(|k| edges.column(k).norm() < 1.3 * reduced.column(k).norm()), "{edges} {reduced}");
    }
}
