//! Bonds: forces by differences and by brute force, across images, through strain; the work balance; what a bond does alone.

use crate::fixtures::{cube, extra, fixed, flow, lennard_jones, model, residual};
use omd_flow::{
    Advance, Description, Free, Matrix3, Monitor, Pace, Philox, StateReader, StateWriter, Vector3, lattice,
};
use omd_interaction::{HarmonicBond, Morse, PairForm, PairPotential, Truncation};
use omd_molecular::{Atoms, Bond, Bonds, Molecular, MolecularError};
use std::f64::consts::TAU;
use std::sync::Arc;

const FULL: [f64; 9] = [0.2, -0.15, 0.1, 0.4, -0.3, 0.25, 0.15, 0.2, 0.1];
const SQUEEZE: [f64; 9] = [-0.5, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
const LENGTH: f64 = 0.33;

fn stiff() -> Arc<dyn PairForm> {
    Arc::new(HarmonicBond { stiffness: 3000.0, length: LENGTH })
}

/// Two-site molecules on a lattice, turned at random; the cell is `skew` times a box. Atoms are wrapped into the cell, so
/// that bonds cross its faces.
fn molecules(skew: Matrix3<f64>, per_edge: [usize; 3], spacing: f64, seed: u64) -> Atoms {
    let mut random = Philox::new(seed, 0);
    let cell = skew * Matrix3::from_diagonal(&Vector3::from(per_edge).map(|n| spacing * n as f64));
    let inverse = cell.try_inverse().unwrap();
    let mut positions = Vec::new();
    for i in 0..per_edge[0] {
        for j in 0..per_edge[1] {
            for k in 0..per_edge[2] {
                let site = Vector3::new(i as f64, j as f64, k as f64)
                    .component_div(&Vector3::from(per_edge).map(|n| n as f64));
                let direction = Vector3::from_fn(|_, _| random.normal()).normalize();
                for sign in [-0.5, 0.5] {
                    let x = cell * site + direction * (sign * LENGTH * (1.0 + 0.02 * random.normal()));
                    positions.push(x - cell * (inverse * x).map(f64::floor));
                }
            }
        }
    }
    let shifts = vec![Vector3::zeros(); positions.len()];
    Atoms::given(cell, positions, shifts, None, &Matrix3::identity(), &mut random).unwrap()
}

fn bonds_of(atoms: &Atoms, excluded: bool) -> Bonds {
    let bonds = Bonds::of_near(stiff(), excluded, &atoms.cell, &atoms.positions, 1.3 * LENGTH);
    assert_eq!(2 * bonds.list.len(), atoms.positions.len(), "every molecule has its bond");
    bonds
}

/// Energy and forces of pairs and bonds by sums over all images, from unwrapped positions and the bonds between those.
fn direct(
    potential: &PairPotential,
    bonds: &Bonds,
    cell: &Matrix3<f64>,
    positions: &[Vector3<f64>],
) -> (f64, Vec<Vector3<f64>>, Matrix3<f64>) {
    let edges = lattice::reduce(cell).basis;
    let inverse = edges.try_inverse().unwrap();
    let cutoff = potential.cutoff().unwrap();
    let reach = [0, 1, 2].map(|k| (cutoff * inverse.row(k).norm() + 0.5).ceil() as i64);
    let (mut energy, mut forces, mut virial) = (0.0, vec![Vector3::zeros(); positions.len()], Matrix3::zeros());
    let mut add = |a: usize, b: usize, r: Vector3<f64>, u: f64, slope: f64| {
        let force = -slope * r.normalize();
        energy += 0.5 * u;
        forces[a] += force;
        virial += r * force.transpose() * 0.5;
        let _ = b;
    };
    let bonded: Vec<_> = bonds
        .list
        .iter()
        .map(|bond| {
            let r = positions[bond.first] - positions[bond.second] - cell * bond.image.map(|n| n as f64);
            (bond.first, bond.second, r)
        })
        .collect();
    for (a, x) in positions.iter().enumerate() {
        for (b, y) in positions.iter().enumerate() {
            let nearest = x - y - edges * (inverse * (x - y)).map(f64::round);
            for i in -reach[0]..=reach[0] {
                for j in -reach[1]..=reach[1] {
                    for k in -reach[2]..=reach[2] {
                        let r = nearest - edges * Vector3::new(i as f64, j as f64, k as f64);
                        if r.norm() >= cutoff || (a == b && (i, j, k) == (0, 0, 0)) {
                            continue;
                        }
                        let is_bond = bonded.iter().any(|(first, second, bond)| {
                            (*first == a && *second == b && (r - bond).norm() < 1e-9)
                                || (*first == b && *second == a && (r + bond).norm() < 1e-9)
                        });
                        if !(bonds.excluded && is_bond) {
                            add(a, b, r, potential.energy(r.norm()), potential.derivative(r.norm()));
                        }
                    }
                }
            }
        }
    }
    for (first, second, r) in bonded {
        let (u, slope) = bonds.form.energy_and_derivative(r.norm());
        add(first, second, r, u, slope);
        add(second, first, -r, u, slope);
    }
    (energy, forces, virial)
}

#[test]
fn bonded_forces_agree_with_brute_force_through_strain() {
    let mut random = Philox::new(12, 0);
    for case in 0..5 {
        let skew = Matrix3::from_fn(|i, j| if i == j { 1.0 } else { 0.6 * (random.uniform() - 0.5) });
        // From cells smaller than the cutoff, where the same pair is met in several images, to larger ones.
        let per_edge = [[1, 2, 2], [2, 2, 2], [2, 3, 3], [4, 4, 4], [2, 2, 7]][case];
        let atoms = molecules(skew, per_edge, 1.5, case as u64);
        let potential = lennard_jones([2.5, 2.2, 1.9, 2.5, 2.0][case], Truncation::ShiftedForce);
        // With the pair's own repulsion on top, a bond of this length would be torn apart.
        let excluded = true;
        let bonds = bonds_of(&atoms, excluded);
        let model = model(flow([FULL, SQUEEZE, FULL, FULL, SQUEEZE][case]), potential.clone());
        let mut molecular = Molecular::with_bonds(&model, fixed(0.001), &atoms, Some(&bonds)).unwrap();
        for step in 0..=20 {
            molecular.advance(0.03 * f64::from(step), &mut Free).unwrap();
            let end = molecular.atoms();
            let (energy, forces, virial) = direct(&potential, &bonds, &end.cell.unwrap(), &end.positions);
            let size = forces.iter().map(Vector3::norm).fold(1.0, f64::max);
            let found = molecular.forces();
            let worst = found.iter().zip(&forces).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
            assert!(worst < 1e-11 * size, "case {case}, step {step}: {worst:e} of {size}");
            let row = molecular.observe();
            let potential_energy = extra(&row, "potential_energy");
            assert!((potential_energy - energy).abs() < 1e-10 * (1.0 + energy.abs()), "{potential_energy} {energy}");
            let volume = end.cell.unwrap().determinant().abs();
            let whole = (row.pressure[(0, 1)] - extra(&row, "kinetic_pxy")) * volume;
            assert!((whole - virial[(0, 1)]).abs() < 1e-10 * virial.norm(), "{whole} {virial}");
        }
    }
}

#[test]
fn the_force_is_minus_the_gradient_with_and_without_the_pair_force() {
    let potential = lennard_jones(1.9, Truncation::ShiftedForce);
    let mut atoms = molecules(Matrix3::new(1.0, 0.2, 0.1, 0.0, 1.1, 0.2, 0.1, 0.0, 1.0), [2, 2, 2], 1.5, 5);
    // Long bonds, so that the pair force on top of them is not all there is.
    let near = bonds_of(&atoms, true);
    for pair in 0..8 {
        let image = atoms.cell * near.list[pair].image.map(|n| n as f64);
        let middle = (atoms.positions[2 * pair] + atoms.positions[2 * pair + 1] + image) * 0.5;
        let half = (atoms.positions[2 * pair] - middle).normalize() * 0.45;
        atoms.positions[2 * pair] = middle + half;
        atoms.positions[2 * pair + 1] = middle - half - image;
    }
    for (excluded, form) in [(true, stiff()), (false, Arc::new(Morse { epsilon: 50.0, alpha: 2.0, equilibrium: 0.9 }))]
    {
        let bonds = Bonds { form, excluded, ..bonds_before(&atoms) };
        let build = |atoms: &Atoms| {
            let model = model(flow([0.0; 9]), potential.clone());
            Molecular::with_bonds(&model, fixed(0.001), atoms, Some(&bonds)).unwrap()
        };
        let forces = build(&atoms).forces();
        let energy = |atom: usize, axis: usize, by: f64| {
            let mut moved = atoms.clone();
            moved.positions[atom][axis] += by;
            extra(&build(&moved).observe(), "potential_energy")
        };
        for (atom, axis) in [(0, 0), (3, 1), (8, 2), (15, 0)] {
            let h = 1e-5;
            let slope = (energy(atom, axis, h) - energy(atom, axis, -h)) / (2.0 * h);
            let scale = 1.0 + forces[atom].norm();
            assert!((forces[atom][axis] + slope).abs() < 1e-6 * scale, "{excluded}: {} {slope}", forces[atom][axis]);
        }
    }
}

/// Neighbours at 0.9 of each other.
fn bonds_before(atoms: &Atoms) -> Bonds {
    let bonds = Bonds::of_near(stiff(), true, &atoms.cell, &atoms.positions, 0.93);
    let own = bonds.list.into_iter().filter(|bond| bond.first / 2 == bond.second / 2).collect::<Vec<_>>();
    assert_eq!(own.len(), 8);
    Bonds { list: own, form: bonds.form, excluded: true }
}

#[test]
fn the_work_balance_of_molecules_is_of_second_order() {
    let residuals = [2e-3, 1e-3, 5e-4, 2.5e-4].map(|time_step| {
        let atoms = molecules(Matrix3::identity(), [5; 3], 1.3, 2);
        let model = model(flow(FULL), lennard_jones(2.0, Truncation::ShiftedForce));
        let bonds = bonds_of(&atoms, true);
        let mut molecular = Molecular::with_bonds(&model, fixed(time_step), &atoms, Some(&bonds)).unwrap();
        molecular.advance(0.2, &mut Free).unwrap();
        let row = molecular.observe();
        let [t, r, v] =
            ["translational", "rotational", "vibrational"].map(|name| extra(&row, &format!("{name}_temperature")));
        assert!(((3.0 * t + 2.0 * r + v) / 6.0 - row.temperature).abs() < 1e-12, "{t} {r} {v} {}", row.temperature);
        residual(&mut molecular).abs()
    });
    let slope = (residuals[0] / residuals[3]).log2() / 3.0;
    assert!((slope - 2.0).abs() < 0.25, "{slope} {residuals:?}");
}

#[test]
fn a_bond_alone_swings_at_its_frequency() {
    // r'' = -(2/m) k (r - r0): from rest at 1.1 r0 back there after a period.
    let positions = vec![Vector3::new(0.1, 0.2, 0.3), Vector3::new(0.1, 0.2 + 1.1 * LENGTH - 9.0, 0.3)];
    let atoms =
        Atoms { cell: cube(9.0), shifts: vec![Vector3::zeros(); 2], peculiar: vec![Vector3::zeros(); 2], positions };
    let bonds = bonds_of(&atoms, true);
    assert_eq!(bonds.list, [Bond { first: 0, second: 1, image: Vector3::new(0, 1, 0) }]);
    let model = model(flow([0.0; 9]), lennard_jones(2.5, Truncation::ShiftedForce));
    let period = TAU / (2.0 * 3000.0f64).sqrt();
    let length = |time: f64, steps: f64| {
        let mut molecular = Molecular::with_bonds(&model, fixed(period / steps), &atoms, Some(&bonds)).unwrap();
        molecular.advance(time, &mut Free).unwrap();
        let x = molecular.atoms().positions;
        ((x[0] - x[1]) - Vector3::new(0.0, 9.0, 0.0)).norm()
    };
    assert!((length(period, 2000.0) / LENGTH - 1.1).abs() < 1e-8);
    assert!((length(0.5 * period, 2000.0) / LENGTH - 0.9).abs() < 1e-6);
    assert!((length(0.25 * period, 2000.0) / LENGTH - 1.0).abs() < 1e-6);
}

/// Pauses at its first question after `skip` ones.
struct PauseAfter(usize);

impl Monitor for PauseAfter {
    fn at(&mut self, _: f64) -> Pace {
        self.0 = self.0.wrapping_sub(1);
        if self.0 == 0 { Pace::Pause } else { Pace::Continue }
    }
}

#[test]
fn bonded_runs_have_the_same_bits_paused_and_on_any_number_of_threads() {
    let fresh = || {
        // 16,000 atoms: two parts of the force loop, and that of the bonds.
        let atoms = molecules(Matrix3::identity(), [20; 3], 1.3, 2);
        let model = model(flow(FULL), lennard_jones(2.0, Truncation::ShiftedForce));
        let bonds = bonds_of(&atoms, true);
        Molecular::with_bonds(&model, fixed(1e-3), &atoms, Some(&bonds)).unwrap()
    };
    let runs = [1, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut molecular = fresh();
            molecular.advance(0.06, &mut Free).unwrap();
            (molecular.observe(), molecular.atoms())
        })
    });
    assert_eq!(runs[0], runs[1]);
    let mut first = fresh();
    assert_eq!(first.advance(0.06, &mut PauseAfter(6)), Ok(Advance::Paused));
    let mut state = StateWriter::new();
    first.save(&mut state);
    let bytes = state.into_bytes();
    let mut second = fresh();
    let mut reader = StateReader::new(&bytes);
    second.restore(&mut reader).unwrap();
    reader.finish().unwrap();
    second.advance(0.06, &mut Free).unwrap();
    assert_eq!(runs[0], (second.observe(), second.atoms()));
}

#[test]
fn bonds_of_no_atoms_are_refused_and_bonded_atoms_may_be_near() {
    let atoms = molecules(Matrix3::identity(), [3; 3], 1.5, 2);
    let model = model(flow([0.0; 9]), lennard_jones(2.0, Truncation::ShiftedForce));
    let start = |bonds: &Bonds| Molecular::with_bonds(&model, fixed(1e-3), &atoms, Some(bonds)).map(|_| ());
    let good = bonds_of(&atoms, true);
    assert_eq!(start(&good), Ok(()));
    let kept = Bonds { excluded: false, ..good.clone() };
    assert!(matches!(start(&kept), Err(MolecularError::Overlap { .. })), "the pair force is on");
    for (first, second) in [(0, 54), (7, 7)] {
        let list = vec![Bond { first, second, image: Vector3::zeros() }];
        assert!(matches!(start(&Bonds { list, ..good.clone() }), Err(MolecularError::Atoms(_))));
    }
}
