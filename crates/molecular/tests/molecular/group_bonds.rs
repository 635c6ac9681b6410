//! Bonds among the images of a group: against all copies moved one by one, against the engine of translations, and against
//! the derivatives of the energy.

use crate::explicit::{Explicit, all_elements};
use crate::fixtures::{extra, fixed, lennard_jones};
use crate::groups::{gas, model, soft, still, straight_and_broken, zoo};
use omd_flow::{AffineFlow, Description, Free, Matrix3, Philox, Vector3};
use omd_interaction::{Gaussian, HarmonicBond, Morse, PairForm, PairPotential, Truncation};
use omd_molecular::{
    Bond, GroupBonds, GroupElement, GroupModel, GroupMolecular, Label, Molecular, MolecularError, ObjectiveGroup,
    Species, force_field, rotation_about,
};
use std::f64::consts::TAU;
use std::sync::Arc;

const LENGTH: f64 = 1.1;

fn laws() -> [(bool, Arc<dyn PairForm>); 2] {
    [
        (true, Arc::new(HarmonicBond { stiffness: 60.0, length: LENGTH })),
        (false, Arc::new(Morse { epsilon: 30.0, alpha: 1.5, equilibrium: LENGTH })),
    ]
}

/// Bonds of whoever is near, images included.
fn near(
    law: &(bool, Arc<dyn PairForm>),
    group: &ObjectiveGroup,
    positions: &[Vector3<f64>],
    within: f64,
) -> GroupBonds {
    GroupBonds::of_near_images(law.1.clone(), law.0, group, positions, within).unwrap()
}

/// The fifth of a ring: three atoms on it, the third bonded to the image of the first, and a pair above them.
fn ring_of_chains() -> Vec<Vector3<f64>> {
    let on_circle = |degrees: f64, radius: f64, z: f64| {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        Vector3::new(radius * cosine, radius * sine, z)
    };
    vec![
        on_circle(0.0, 2.7, 0.55),
        on_circle(24.0, 2.7, 0.6),
        on_circle(48.0, 2.7, 0.65),
        on_circle(30.0, 2.2, 2.1),
        on_circle(34.0, 3.3, 2.2),
    ]
}

#[test]
fn all_copies_of_bonded_atoms_move_as_images() {
    let turn = |axis: Vector3<f64>, angle: f64| {
        GroupElement::about(&Vector3::zeros(), rotation_about(&axis, angle), &Vector3::zeros())
    };
    let cyclic = vec![turn(Vector3::z(), TAU / 5.0)];
    // The twofold axis joins the first atom with its own image below.
    let dihedral = vec![cyclic[0], turn(Vector3::x(), TAU / 2.0)];
    for (name, generators, of_chain) in [("cyclic", cyclic, 4), ("dihedral", dihedral, 5)] {
        let group = ObjectiveGroup::new(&still(), &generators).unwrap();
        for law in laws() {
            let positions = ring_of_chains();
            let mut random = Philox::new(4, 0);
            let velocities: Vec<_> = positions.iter().map(|_| Vector3::from_fn(|_, _| 0.4 * random.normal())).collect();
            let bonds = near(&law, &group, &positions, 1.15);
            assert_eq!(bonds.list.len(), of_chain, "{name}: {:?}", bonds.list);
            let across = bonds.list.iter().filter(|bond| bond.image != Label::IDENTITY).count();
            assert_eq!(across, of_chain - 3, "{name}: bonds cross into an image");
            let potential = lennard_jones(2.0, Truncation::ShiftedForce);
            let elements = all_elements(&group);
            let joined = Some((&group, &bonds));
            let mut explicit = Explicit::new(&elements, &positions, &velocities, potential.clone(), joined);
            let model = model(group.clone(), Arc::new(potential));
            let started = GroupMolecular::with_bonds(&model, fixed(0.002), &positions, &velocities, Some(&bonds));
            let mut molecular = started.unwrap();
            (0..500).for_each(|_| explicit.step(0.002));
            molecular.advance(1.0, &mut Free).unwrap();
            assert_eq!(molecular.steps(), 500);
            assert!(molecular.list_builds() > 1, "{name}: lists are made anew");
            let end = molecular.atoms().positions;
            let moved = positions.iter().zip(&end).map(|(a, b)| (a - b).norm());
            assert!(moved.fold(0.0, f64::max) > 0.3, "{name}");
            explicit.check(&elements, &molecular, name);
        }
    }
}

#[test]
fn bonded_forces_are_minus_the_gradient_for_every_group() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        for law in laws() {
            let (positions, velocities) = gas(5, 4);
            let bonds = near(&law, &group, &positions, 1.2);
            assert!(bonds.list.iter().any(|bond| bond.image != Label::IDENTITY), "{name}");
            let build = |positions: &[Vector3<f64>]| {
                let model = model(group.clone(), Arc::new(soft()));
                GroupMolecular::with_bonds(&model, fixed(1e-3), positions, &velocities, Some(&bonds)).unwrap()
            };
            let forces = build(&positions).forces();
            let size = forces.iter().map(Vector3::norm).fold(1.0, f64::max);
            for k in 0..positions.len() {
                for axis in 0..3 {
                    let moved = |by: f64| {
                        let mut positions = positions.clone();
                        positions[k][axis] += by;
                        build(&positions).potential_energy()
                    };
                    let h = 4e-4;
                    let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
                    let off = (forces[k][axis] + slope).abs() / size;
                    assert!(off < 1e-8, "{name}, excluded {}, atom {k}: {slope} is off by {off:e}", law.0);
                }
            }
        }
    }
}

/// `sum U(|x_i - g(t) x_j|)` over the bonds of one copy, from positions continuous from the start.
fn direct(group: &ObjectiveGroup, bonds: &GroupBonds, time: f64, positions: &[Vector3<f64>]) -> f64 {
    let energy = |bond: &Bond<Label>| {
        let element = group.element(&bond.image);
        let twice = element.compose(&element);
        // One bond for two copies.
        let own =
            bond.first == bond.second && (twice.rotation - Matrix3::identity()).norm() + twice.offset.norm() < 1e-9;
        let r = positions[bond.first] - element.position(time, &positions[bond.second]);
        bonds.form.energy(r.norm()) * if own { 0.5 } else { 1.0 }
    };
    bonds.list.iter().map(energy).sum()
}

#[test]
fn bonds_keep_their_images_through_strain_while_atoms_are_folded() {
    // No other forces than those of the bonds.
    let none =
        PairPotential::new(Arc::new(Gaussian { epsilon: 1e-30, sigma: 0.3 }), Some(1.0), Truncation::ShiftedForce);
    // About an axis names do not change with the basis.
    for (name, flow, generators) in zoo().into_iter().take(5) {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        for law in laws() {
            let (positions, mut velocities) = gas(5, 4);
            // Along the axis of some of them, so that atoms leave their region.
            velocities.iter_mut().for_each(|v| *v = *v * 0.5 + Vector3::new(0.5, -0.8, 1.2));
            let bonds = near(&law, &group, &positions, 1.0);
            let model = model(group.clone(), Arc::new(none.clone()));
            let started = GroupMolecular::with_bonds(&model, fixed(1e-3), &positions, &velocities, Some(&bonds));
            let mut molecular = started.unwrap();
            for time in [0.0, 1.0, 2.0] {
                molecular.advance(time, &mut Free).unwrap();
                let (x, forces) = (molecular.atoms().positions, molecular.forces());
                let energy = direct(&group, &bonds, time, &x);
                let off = (molecular.potential_energy() - energy).abs();
                assert!(off < 1e-10 * (1.0 + energy.abs()), "{name} at {time}: {off:e}");
                let size = forces.iter().map(Vector3::norm).fold(1.0, f64::max);
                for k in 0..x.len() {
                    for axis in 0..3 {
                        let moved = |by: f64| {
                            let mut x = x.clone();
                            x[k][axis] += by;
                            direct(&group, &bonds, time, &x)
                        };
                        let h = 4e-4;
                        let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
                        let off = (forces[k][axis] + slope).abs() / size;
                        assert!(off < 1e-8, "{name} at {time}, atom {k}: {slope} is off by {off:e}");
                    }
                }
            }
            assert!(molecular.list_builds() > 3, "{name}");
        }
    }
}

#[test]
fn bonds_among_translations_are_those_of_the_engine_of_translations() {
    let flow = crate::fixtures::flow([0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15]);
    let cell = crate::fixtures::cube(5.0) + Matrix3::new(0.0, 0.4, -0.3, 0.2, 0.0, 0.1, 0.0, -0.5, 0.0);
    let skewed = cell * Matrix3::new(1.0, 3.0, -2.0, 0.0, 1.0, 5.0, 0.0, 0.0, 1.0);
    for law in laws() {
        let lattice = crate::fixtures::shaken(cell, [3, 3, 3], 0.05, 0.5, 11);
        let atoms = omd_molecular::Atoms { cell: skewed, ..lattice };
        // Every third with its neighbour, one way named, the other way met.
        let pairs: Vec<[usize; 2]> = (0..27).step_by(3).flat_map(|k| [[k, k + 1], [k + 2, k]]).collect();
        let here = omd_molecular::Bonds::of_pairs(law.1.clone(), law.0, &atoms.cell, &atoms.positions, &pairs).unwrap();
        let potential = lennard_jones(2.0, Truncation::ShiftedForce);
        let fast = crate::fixtures::model(flow.clone(), potential.clone());
        let mut fast = Molecular::with_bonds(&fast, fixed(0.002), &atoms, Some(&here)).unwrap();
        let edges: Vec<_> = skewed.column_iter().map(|edge| GroupElement::translation(edge.into())).collect();
        let group = ObjectiveGroup::new(&flow, &edges).unwrap();
        let there = GroupBonds::of_pairs_among_images(law.1.clone(), law.0, &group, &atoms.positions, &pairs).unwrap();
        assert!(here.list.iter().any(|bond| bond.image != Vector3::zeros()));
        let field = force_field(Arc::new(potential));
        let general = GroupModel { group, field, species: Species::one(1.0), cell: Some((flow.clone(), skewed)) };
        let general =
            GroupMolecular::with_bonds(&general, fixed(0.002), &atoms.positions, &atoms.peculiar, Some(&there));
        let mut general = general.unwrap();
        assert_eq!(fast.bonds(), general.bonds());
        for time in [0.0, 0.3, 0.8] {
            fast.advance(time, &mut Free).unwrap();
            general.advance(time, &mut Free).unwrap();
            let far = |x: &[Vector3<f64>], y: &[Vector3<f64>]| {
                x.iter().zip(y).map(|(x, y)| (x - y).norm()).fold(0.0, f64::max)
            };
            let off = far(&fast.atoms().positions, &general.atoms().positions);
            assert!(off < 1e-10, "{off:e}");
            let size = fast.forces().iter().map(Vector3::norm).fold(1.0, f64::max);
            assert!(far(&fast.forces(), &general.forces()) < 1e-10 * size);
            let (a, b) = (fast.observe(), general.observe());
            assert!((a.pressure - b.pressure).norm() < 1e-9, "{}", a.pressure - b.pressure);
            for name in ["potential_energy", "energy_balance", "fourth_moment"] {
                let (a, b) = (extra(&a, name), extra(&b, name));
                assert!((a - b).abs() < 1e-9 * (1.0 + a.abs()), "{name}: {a} {b}");
            }
        }
        assert!(general.list_builds() > 2);
    }
}

#[test]
fn work_on_bonds_is_balanced_to_second_order_and_the_axial_force_is_a_slope() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        for law in laws() {
            let (positions, velocities) = gas(6, 5);
            let bonds = near(&law, &group, &positions, 1.0);
            let residual = |dt: f64| {
                let model = model(group.clone(), Arc::new(soft()));
                let started = GroupMolecular::with_bonds(&model, fixed(dt), &positions, &velocities, Some(&bonds));
                let mut molecular = started.unwrap();
                molecular.advance(0.4, &mut Free).unwrap();
                extra(&molecular.observe(), "energy_balance")
            };
            let [coarse, fine] = [0.002, 0.001].map(residual);
            let order = (coarse / fine).abs().log2();
            assert!((1.7..2.3).contains(&order), "{name}: {coarse:e} {fine:e}, order {order}");
            let Some(axis) = group.direction(0.0) else { continue };
            let stretched = |by: f64| {
                let stretch = Matrix3::identity() + axis * axis.transpose() * by;
                let generators: Vec<_> =
                    generators.iter().map(|g| GroupElement { offset: stretch * g.offset, ..*g }).collect();
                let group = ObjectiveGroup::new(&AffineFlow::at_rest(), &generators).unwrap();
                let positions: Vec<_> = positions.iter().map(|x| stretch * x).collect();
                let (model, rest) = (model(group, Arc::new(soft())), vec![Vector3::zeros(); 6]);
                GroupMolecular::with_bonds(&model, fixed(1e-3), &positions, &rest, Some(&bonds)).unwrap()
            };
            let energy = |by: f64| stretched(by).potential_energy();
            let h = 1e-3;
            let slope = (8.0 * (energy(h) - energy(-h)) - (energy(2.0 * h) - energy(-2.0 * h))) / (12.0 * h);
            let force = extra(&stretched(0.0).observe(), "axial_force");
            let expected = slope / group.content(0.0).unwrap();
            assert!((force - expected).abs() < 1e-7 * (1.0 + force.abs()), "{name}: {force} {expected}");
        }
    }
}

#[test]
fn bonded_runs_under_groups_keep_their_bits_when_saved_and_restored() {
    for (name, flow, generators) in zoo().into_iter().filter(|(name, ..)| ["helix", "P-1"].contains(name)) {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        let (positions, velocities) = gas(700, 9);
        let form = Arc::new(HarmonicBond { stiffness: 5.0, length: 0.1 });
        let soft =
            PairPotential::new(Arc::new(Gaussian { epsilon: 0.02, sigma: 0.1 }), Some(0.25), Truncation::Shifted);
        let bonds = GroupBonds::of_near_images(form, true, &group, &positions, 0.1).unwrap();
        let model = model(group, Arc::new(soft));
        let fresh = || GroupMolecular::with_bonds(&model, fixed(5e-3), &positions, &velocities, Some(&bonds)).unwrap();
        let (straight, broken, pauses) = straight_and_broken(fresh, 0.3);
        assert!(pauses > 1, "{name}");
        assert_eq!(straight.atoms(), broken.atoms(), "{name}");
    }
}

#[test]
fn bonds_of_nobody_and_of_one_place_are_refused() {
    let generator = GroupElement::screw(&Vector3::zeros(), &Vector3::z(), TAU / 4.0, 0.0);
    let group = ObjectiveGroup::new(&still(), &[generator]).unwrap();
    let positions = [Vector3::new(1.0, 0.0, 0.0), Vector3::new(0.0, 0.0, 0.4)];
    let form: Arc<dyn PairForm> = Arc::new(HarmonicBond { stiffness: 5.0, length: 1.0 });
    let of_pairs =
        |pairs: &[[usize; 2]]| GroupBonds::of_pairs_among_images(form.clone(), true, &group, &positions, pairs);
    // From the axis all four images are equally far.
    for (pairs, message) in [
        ([[0, 2]], "a bond names atom 3 of 2"),
        ([[1, 1]], "atom 2 is bonded to itself"),
        ([[1, 0]], "atom 2 is bonded to atom 1, two images of which are equally near"),
    ] {
        let error = of_pairs(&pairs).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
    let quarter = group.within(0.0, &positions[0], 1.5).into_iter().find(|label| *label != Label::IDENTITY).unwrap();
    let list = vec![Bond { first: 1, second: 1, image: quarter }];
    let bonds = GroupBonds { form: form.clone(), excluded: true, list };
    let model = model(group.clone(), Arc::new(soft()));
    let started =
        GroupMolecular::with_bonds(&model, fixed(1e-3), &positions, &[Vector3::zeros(); 2], Some(&bonds)).map(|_| ());
    assert_eq!(started, Err(MolecularError::OnSymmetryElement(2)));
}
