//! Dynamics under groups: against all copies moved one by one, against independent numbers, against the engine of
//! translations, and against the derivatives of the energy.

use crate::explicit::{Explicit, all_elements};
use crate::fixtures::{cube, extra, fixed, flow, lennard_jones, shaken};
use omd_flow::{
    Advance, AffineFlow, Description, Free, Matrix3, Monitor, Pace, Philox, StateReader, StateWriter, Vector3,
};
use omd_interaction::{
    EmbeddedAtom, EmbeddedTables, Gaussian, Neighbour, PairPotential, SitePotential, StillingerWeber, Tersoff,
    Truncation,
};
use omd_molecular::{
    GroupElement, GroupModel, GroupMolecular, Molecular, ObjectiveGroup, Sites, Species, force_field, rotation_about,
};
use std::f64::consts::TAU;
use std::sync::Arc;

fn at(x: f64, y: f64, z: f64) -> Vector3<f64> {
    Vector3::new(x, y, z)
}

pub(crate) fn still() -> AffineFlow {
    flow([0.0; 9])
}

/// So weak at its cutoff that differences see nothing of it.
pub(crate) fn soft() -> PairPotential {
    PairPotential::new(Arc::new(Gaussian { epsilon: 2.3, sigma: 0.32 }), Some(2.0), Truncation::ShiftedForce)
}

/// Bodies beyond pairs: `E_i = sqrt(rho) + rho^2/10 + sum_{j<k} s_j s_k cos`, `rho = sum s`, `s = (1 - r^2/c^2)^5`.
#[derive(Debug)]
struct ManyBodies;

const CUTOFF: f64 = 1.9;

impl SitePotential for ManyBodies {
    fn cutoff(&self) -> f64 {
        CUTOFF
    }

    fn energy(&self, _kind: u8, neighbours: &[Neighbour], gradients: &mut [Vector3<f64>]) -> f64 {
        let smooth = |r: &Vector3<f64>| {
            let rest = 1.0 - r.norm_squared() / (CUTOFF * CUTOFF);
            (rest.powi(5), r * (-10.0 * rest.powi(4) / (CUTOFF * CUTOFF)))
        };
        let neighbours: Vec<Vector3<f64>> = neighbours.iter().map(|near| near.place).collect();
        let weights: Vec<_> = neighbours.iter().map(smooth).collect();
        let rho: f64 = weights.iter().map(|w| w.0).sum::<f64>() + 0.1;
        let mut energy = rho.sqrt() + rho * rho / 10.0;
        for (gradient, weight) in gradients.iter_mut().zip(&weights) {
            *gradient = weight.1 * (0.5 / rho.sqrt() + 0.2 * rho);
        }
        for j in 0..neighbours.len() {
            for k in 0..j {
                let (a, b) = (neighbours[j].normalize(), neighbours[k].normalize());
                let cosine = a.dot(&b);
                energy += weights[j].0 * weights[k].0 * cosine;
                let across = weights[j].0 * weights[k].0;
                gradients[j] +=
                    weights[j].1 * weights[k].0 * cosine + (b - a * cosine) * (across / neighbours[j].norm());
                gradients[k] +=
                    weights[k].1 * weights[j].0 * cosine + (a - b * cosine) * (across / neighbours[k].norm());
            }
        }
        energy
    }
}

pub(crate) fn model(group: ObjectiveGroup, potential: Arc<dyn SitePotential>) -> GroupModel {
    GroupModel { group, field: force_field(potential), species: Species::one(1.0), cell: None }
}

/// One group of every kind, its flow and its generators.
pub(crate) fn zoo() -> Vec<(&'static str, AffineFlow, Vec<GroupElement>)> {
    let (axis, point) = (at(0.3, -0.5, 0.8).normalize(), at(0.7, 0.2, -0.4));
    let along = |rate: f64| AffineFlow::new(axis * axis.transpose() * rate).unwrap();
    let full = || flow([0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15]);
    let turn = |direction: Vector3<f64>, angle: f64, offset: Vector3<f64>| {
        GroupElement::about(&Vector3::zeros(), rotation_about(&direction, angle), &offset)
    };
    let translations = |rows: &[[f64; 3]]| -> Vec<_> {
        rows.iter().map(|row| GroupElement::translation(Vector3::from(*row))).collect()
    };
    let mut inverted = translations(&[[2.0, 0.1, 0.0], [0.3, 1.7, 0.2], [0.0, -0.4, 1.9]]);
    inverted.push(GroupElement::about(&point, -Matrix3::identity(), &Vector3::zeros()));
    vec![
        ("helix", along(0.4), vec![GroupElement::screw(&point, &axis, 1.0, 0.9)]),
        ("ring", still(), vec![GroupElement::screw(&point, &axis, TAU / 7.0, 0.0)]),
        (
            "dihedral",
            still(),
            vec![turn(Vector3::z(), TAU / 5.0, Vector3::zeros()), turn(Vector3::x(), TAU / 2.0, Vector3::zeros())],
        ),
        (
            "nanotube",
            along(-0.2),
            vec![
                GroupElement::screw(&point, &axis, 0.7 * 5.0 + TAU / 4.0, 5.0 * 0.31),
                GroupElement::screw(&point, &axis, 0.7 * 3.0, 3.0 * 0.31),
            ],
        ),
        (
            "infinite dihedral",
            flow([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3]),
            vec![
                turn(Vector3::x(), TAU / 2.0, Vector3::zeros()),
                turn(at(0.6, 0.8, 0.0), TAU / 2.0, at(0.0, 0.0, 0.9)),
            ],
        ),
        (
            "layer that tilts",
            flow([0.1, 0.4, 0.0, -0.2, 0.05, 0.0, 0.3, -0.1, 0.0]),
            translations(&[[1.1, 0.1, 0.0], [0.3, 1.4, 0.0]]),
        ),
        ("translations", full(), translations(&[[2.0, 0.1, 0.0], [0.3, 1.7, 0.2], [0.0, -0.4, 1.9]])),
        ("P-1", full(), inverted),
        (
            "P4_2",
            flow([0.1, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, -0.2]),
            vec![
                GroupElement::screw(&Vector3::zeros(), &Vector3::z(), TAU / 4.0, 1.0),
                GroupElement::translation(at(2.4, 0.0, 0.0)),
            ],
        ),
        (
            "tetrahedron",
            still(),
            vec![
                turn(Vector3::z(), TAU / 2.0, Vector3::zeros()),
                turn(at(1.0, 1.0, 1.0).normalize(), TAU / 3.0, Vector3::zeros()),
            ],
        ),
    ]
}

/// `count` atoms near a place off every axis, and velocities; some are far from the others, and outside any cell.
pub(crate) fn gas(count: usize, seed: u64) -> (Vec<Vector3<f64>>, Vec<Vector3<f64>>) {
    let mut random = Philox::new(seed, 0);
    let places = (0..count).map(|_| at(0.9, 0.4, 0.3) + Vector3::from_fn(|_, _| 2.4 * (random.uniform() - 0.5)));
    let places = places.collect();
    (places, (0..count).map(|_| Vector3::from_fn(|_, _| 0.7 * random.normal())).collect())
}

#[test]
fn all_copies_of_a_finite_group_move_as_images() {
    for (name, flow, generators) in zoo().into_iter().filter(|(_, flow, _)| flow.volume_ratio(1.0) == 1.0) {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        if group.dimension() > 0 {
            continue;
        }
        let (positions, velocities) = gas(9, 3);
        let elements = all_elements(&group);
        let mut explicit = Explicit::new(&elements, &positions, &velocities, soft(), None);
        let molecular = GroupMolecular::new(&model(group, Arc::new(soft())), fixed(0.004), &positions, &velocities);
        let mut molecular = molecular.unwrap();
        for _ in 0..600 {
            explicit.step(0.004);
        }
        molecular.advance(2.4, &mut Free).unwrap();
        let found = molecular.atoms();
        assert_eq!(molecular.steps(), 600);
        assert!(molecular.list_builds() > 3, "{name}: lists are made anew");
        let moved = positions.iter().zip(&found.positions).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
        assert!(moved > 1.0, "{name}: {moved}");
        explicit.check(&elements, &molecular, name);
    }
}

/// Position, velocity at the start; position, velocity and force at t = 0.5; by atom.
fn reference(text: &str) -> Vec<[Vector3<f64>; 5]> {
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        let numbers: Vec<f64> = line.split(',').map(|word| word.parse().unwrap()).collect();
        [0, 3, 6, 9, 12].map(|k| Vector3::from_row_slice(&numbers[k..k + 3]))
    })
    .collect()
}

#[test]
fn ring_and_helix_agree_with_an_independent_program() {
    let stretch = flow([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3 / 0.9]);
    let ring = GroupElement::screw(&Vector3::zeros(), &Vector3::z(), TAU / 7.0, 0.0);
    let helix = GroupElement::screw(&Vector3::zeros(), &Vector3::z(), 1.0, 0.9);
    for (flow, generator, text) in
        [(still(), ring, include_str!("data/omd_ring.csv")), (stretch, helix, include_str!("data/omd_helix.csv"))]
    {
        let rows = reference(text);
        let group = ObjectiveGroup::new(&flow, &[generator]).unwrap();
        let positions: Vec<_> = rows.iter().map(|row| row[0]).collect();
        let peculiar: Vec<_> = rows.iter().map(|row| flow.peculiar_from_lab(0.0, &row[0], &row[1])).collect();
        let model = model(group, Arc::new(lennard_jones(2.5, Truncation::Shifted)));
        let mut molecular = GroupMolecular::new(&model, fixed(1e-3), &positions, &peculiar).unwrap();
        molecular.advance(0.5, &mut Free).unwrap();
        let (found, forces) = (molecular.atoms(), molecular.forces());
        assert_eq!(molecular.steps(), 500);
        for (k, [_, _, x, v, f]) in rows.iter().enumerate() {
            assert!((found.positions[k] - x).norm() < 1e-11, "{k}: {}", found.positions[k] - x);
            assert!((found.lab_velocities[k] - v).norm() < 1e-11, "{k}");
            assert!((forces[k] - f).norm() < 1e-10, "{k}");
        }
    }
}

/// Both engines, from `per_edge` shaken atoms in `cell`, at all times; how often the general one made its lists.
fn both_engines(
    rows: [f64; 9],
    truncation: Truncation,
    cell: Matrix3<f64>,
    per_edge: [usize; 3],
    times: &[f64],
) -> u64 {
    let flow = flow(rows);
    let atoms = shaken(cell, per_edge, 0.1, 1.0, 11);
    let potential = lennard_jones(2.0, truncation);
    let fast = crate::fixtures::model(flow.clone(), potential.clone());
    let mut fast = Molecular::new(&fast, fixed(0.002), &atoms).unwrap();
    let edges: Vec<_> = cell.column_iter().map(|edge| GroupElement::translation(edge.into())).collect();
    let group = ObjectiveGroup::new(&flow, &edges).unwrap();
    let general = GroupModel { cell: Some((flow, cell)), ..model(group, Arc::new(potential)) };
    let mut general = GroupMolecular::new(&general, fixed(0.002), &atoms.positions, &atoms.peculiar).unwrap();
    for &time in times {
        fast.advance(time, &mut Free).unwrap();
        general.advance(time, &mut Free).unwrap();
        let (a, b) = (fast.atoms(), general.atoms());
        let far =
            |x: &[Vector3<f64>], y: &[Vector3<f64>]| x.iter().zip(y).map(|(x, y)| (x - y).norm()).fold(0.0, f64::max);
        assert!(far(&a.positions, &b.positions) < 1e-10, "{}", far(&a.positions, &b.positions));
        assert!(far(&a.lab_velocities, &b.lab_velocities) < 1e-9);
        let size = fast.forces().iter().map(Vector3::norm).fold(1.0, f64::max);
        assert!(far(&fast.forces(), &general.forces()) < 1e-10 * size);
        let (a, b) = (fast.observe(), general.observe());
        assert!((a.density - b.density).abs() < 1e-13 && (a.temperature - b.temperature).abs() < 1e-10);
        assert!((a.pressure - b.pressure).norm() < 1e-9, "{}", a.pressure - b.pressure);
        assert!((a.heat_flux.unwrap() - b.heat_flux.unwrap()).norm() < 1e-10);
        for column in &a.extra {
            let (here, there) = (column.value, extra(&b, &column.name));
            assert!((here - there).abs() < 1e-8 * (1.0 + here.abs()), "{}: {here} {there}", column.name);
        }
        assert_eq!(a.extra.len(), b.extra.len());
    }
    general.list_builds()
}

const FULL: [f64; 9] = [0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15];

#[test]
fn translations_move_as_in_the_engine_of_translations() {
    let shear = [0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    for (rows, truncation) in [(FULL, Truncation::ShiftedForce), (shear, Truncation::Truncated)] {
        let cell = (cube(6.0) + Matrix3::new(0.0, 0.4, -0.3, 0.2, 0.0, 0.1, 0.0, -0.5, 0.0)) * 2.2;
        assert!(both_engines(rows, truncation, cell, [11, 11, 11], &[0.0, 0.3, 0.8]) > 5);
    }
}

#[test]
fn a_long_cell_of_several_stripes_and_parts_moves_as_in_the_general_engine() {
    // Two stripes of four columns and two parts: 15 chunks of 128 clusters each, and some more.
    let cell =
        Matrix3::from_diagonal(&at(13.2, 13.2, 132.0)) + Matrix3::new(0.0, 0.4, 2.3, 0.2, 0.0, 5.1, 0.0, -0.5, 0.0);
    both_engines(FULL, Truncation::ShiftedForce, cell, [12, 12, 120], &[0.0, 0.03]);
}

/// Tables so fine that differences see nothing of the jumps of second derivatives between them.
fn embedded() -> EmbeddedAtom {
    let (count, step) = (4001, CUTOFF / 4000.0);
    let table = |f: &dyn Fn(f64) -> f64| (0..count).map(|m| f(f64::from(m) * step)).collect::<Vec<_>>();
    let fade = |r: f64| (1.0 - r * r / (CUTOFF * CUTOFF)).powi(4);
    let tables = EmbeddedTables {
        density_step: 20.0 / 4000.0,
        embedding: (0..count).map(|m| -(f64::from(m) * 20.0 / 4000.0 + 0.3).sqrt()).collect(),
        distance_step: step,
        density: table(&|r| (-1.5 * r).exp() * fade(r)),
        pair: table(&|r| (-2.5 * r).exp() * r * fade(r)),
        cutoff: CUTOFF,
    };
    EmbeddedAtom::new(&tables).unwrap()
}

/// Mild enough for atoms that are very near.
fn bending() -> StillingerWeber {
    StillingerWeber {
        epsilon: 1.3,
        sigma: 0.6,
        a: 3.0,
        lambda: 2.0,
        gamma: 1.2,
        cosine: -1.0 / 3.0,
        amplitude: 1.5,
        repulsion: 0.7,
        p: 1.0,
        q: 0.0,
        cutoff: 1.8,
    }
}

/// No distance of the gas is so near to where the slope of its cutoff has a kink that differences would see it.
fn bonds() -> Tersoff {
    Tersoff {
        exponent: 1,
        gamma: 0.8,
        lambda_3: 0.4,
        c: 2.0,
        d: 1.1,
        cosine: -0.4,
        n: 0.8,
        beta: 0.6,
        lambda_2: 1.1,
        attraction: 2.0,
        middle: 1.4,
        half_width: 0.4,
        lambda_1: 1.9,
        repulsion: 3.0,
    }
}

fn potentials() -> [(&'static str, Arc<dyn SitePotential>); 4] {
    [
        ("pairs", Arc::new(soft())),
        ("many bodies", Arc::new(ManyBodies)),
        ("embedded atoms", Arc::new(embedded())),
        ("Stillinger-Weber", Arc::new(bending())),
    ]
}

#[test]
fn embedded_atoms_in_two_passes_are_sums_over_sites() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        let (positions, velocities) = gas(7, 9);
        let [passes, sites] = [force_field(Arc::new(embedded())), Arc::new(Sites(Arc::new(embedded())))].map(|field| {
            let model = GroupModel { group: group.clone(), field, species: Species::one(1.0), cell: None };
            GroupMolecular::new(&model, fixed(1e-3), &positions, &velocities).unwrap()
        });
        let size = sites.forces().iter().map(Vector3::norm).fold(1.0, f64::max);
        assert!((passes.potential_energy() - sites.potential_energy()).abs() < 1e-12 * size, "{name}");
        for (pass, site) in passes.forces().iter().zip(sites.forces()) {
            assert!((pass - site).norm() < 1e-12 * size, "{name}: {pass} {site}");
        }
        // The work of the images has the virial in it.
        let mut runs = [passes, sites];
        for run in &mut runs {
            run.advance(0.05, &mut Free).unwrap();
        }
        let balances = runs.each_mut().map(|run| extra(&run.observe(), "energy_balance"));
        assert!((balances[0] - balances[1]).abs() < 1e-11 * size, "{name}: {balances:?}");
    }
}

#[test]
fn forces_are_minus_the_gradient_of_the_energy_for_every_group() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        // The second derivatives of Tersoff's cutoff jump: no order in the time step to speak of, but forces.
        let bonds: (_, Arc<dyn SitePotential>) = ("Tersoff", Arc::new(bonds()));
        for (what, potential) in potentials().into_iter().chain([bonds]) {
            let (positions, velocities) = gas(5, 4);
            let energy = |positions: &[Vector3<f64>]| {
                let model = model(group.clone(), potential.clone());
                GroupMolecular::new(&model, fixed(1e-3), positions, &velocities).unwrap()
            };
            let forces = energy(&positions).forces();
            for k in 0..positions.len() {
                for axis in 0..3 {
                    let moved = |by: f64| {
                        let mut positions = positions.clone();
                        positions[k][axis] += by;
                        energy(&positions).potential_energy()
                    };
                    // Five points: the error is of fourth order.
                    let h = 4e-4;
                    let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
                    let size = forces.iter().map(Vector3::norm).fold(1.0, f64::max);
                    let off = (forces[k][axis] + slope).abs() / size;
                    assert!(off < 1e-8, "{name}, {what}, atom {k}: {slope} is off by {off:e}");
                }
            }
        }
    }
}

#[test]
fn work_is_balanced_to_second_order_under_every_group() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        for (what, potential) in potentials() {
            let (positions, velocities) = gas(6, 5);
            let residual = |dt: f64| {
                let model = model(group.clone(), potential.clone());
                let mut molecular = GroupMolecular::new(&model, fixed(dt), &positions, &velocities).unwrap();
                let size = molecular.potential_energy().abs();
                molecular.advance(0.6, &mut Free).unwrap();
                (extra(&molecular.observe(), "energy_balance"), size)
            };
            let [coarse, fine] = [0.004, 0.002].map(residual);
            let order = (coarse.0 / fine.0).abs().log2();
            assert!((1.7..2.3).contains(&order), "{name}, {what}: {coarse:?} {fine:?}, order {order}");
            assert!(fine.0.abs() < 2e-3 * fine.1.abs(), "{name}, {what}: {fine:?}");
        }
    }
}

#[test]
fn the_axial_force_is_the_slope_of_the_energy_with_the_length() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        let Some(axis) = group.direction(0.0) else { continue };
        for (what, potential) in potentials() {
            let (positions, _) = gas(5, 6);
            let rest = vec![Vector3::zeros(); 5];
            let stretched = |by: f64| {
                let stretch = Matrix3::identity() + axis * axis.transpose() * by;
                // Q keeps the axis up to its sign, so the stretch of the offsets is that of the group.
                let generators: Vec<_> =
                    generators.iter().map(|g| GroupElement { offset: stretch * g.offset, ..*g }).collect();
                let group = ObjectiveGroup::new(&still(), &generators).unwrap();
                let positions: Vec<_> = positions.iter().map(|x| stretch * x).collect();
                GroupMolecular::new(&model(group, potential.clone()), fixed(1e-3), &positions, &rest).unwrap()
            };
            let energy = |by: f64| stretched(by).potential_energy();
            let h = 1e-3;
            let slope = (8.0 * (energy(h) - energy(-h)) - (energy(2.0 * h) - energy(-2.0 * h))) / (12.0 * h);
            let force = extra(&stretched(0.0).observe(), "axial_force");
            let length = group.content(0.0).unwrap();
            assert!((force - slope / length).abs() < 1e-7 * (1.0 + force.abs()), "{name}, {what}: {force} {slope}");
            assert!(force.abs() > 1e-3, "{name}, {what}: a force worth comparing");
        }
    }
}

#[test]
fn momentum_is_kept_along_what_no_rotation_changes() {
    let (_, flow, generators) = zoo().into_iter().find(|(name, ..)| *name == "ring").unwrap();
    let group = ObjectiveGroup::new(&flow, &generators).unwrap();
    let (positions, velocities) = gas(6, 8);
    let model = model(group, Arc::new(ManyBodies));
    let mut molecular = GroupMolecular::new(&model, fixed(2e-3), &positions, &velocities).unwrap();
    let drift = |row: &omd_flow::Observables| at(extra(row, "drift_x"), extra(row, "drift_y"), extra(row, "drift_z"));
    let before = drift(&molecular.observe());
    molecular.advance(1.0, &mut Free).unwrap();
    let after = molecular.observe();
    assert!((drift(&after) - before).norm() < 1e-13 && before.norm() > 0.05);
    assert!(!after.has_volume() && after.pressure.iter().all(|p| p.is_nan()) && after.heat_flux.is_none());
}

/// A run to `until` left alone; one that at every pause it is offered is saved, made anew and restored; how many there were.
pub(crate) fn straight_and_broken(
    fresh: impl Fn() -> GroupMolecular,
    until: f64,
) -> (GroupMolecular, GroupMolecular, usize) {
    let (mut straight, mut broken, mut pauses) = (fresh(), fresh(), 0);
    straight.advance(until, &mut Free).unwrap();
    while broken.advance(until, &mut Restless).unwrap() == Advance::Paused {
        let mut state = StateWriter::new();
        broken.save(&mut state);
        broken = fresh();
        let bytes = state.into_bytes();
        let mut reader = StateReader::new(&bytes);
        broken.restore(&mut reader).unwrap();
        reader.finish().unwrap();
        pauses += 1;
    }
    (straight, broken, pauses)
}

/// Pauses at every opportunity.
struct Restless;

impl Monitor for Restless {
    fn at(&mut self, _time: f64) -> Pace {
        Pace::Pause
    }
}

#[test]
fn a_run_that_is_saved_and_restored_again_and_again_keeps_its_bits() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        // Enough atoms that a pause is asked for every few steps.
        let (positions, velocities) = gas(700, 9);
        let soft =
            PairPotential::new(Arc::new(Gaussian { epsilon: 0.02, sigma: 0.1 }), Some(0.25), Truncation::Shifted);
        let model = model(group, Arc::new(soft));
        let fresh = || GroupMolecular::new(&model, fixed(5e-3), &positions, &velocities).unwrap();
        let (mut straight, mut broken, pauses) = straight_and_broken(fresh, 0.45);
        assert!(pauses > 2, "{name}");
        assert_eq!(straight.atoms(), broken.atoms(), "{name}");
        let [a, b] = [straight.observe(), broken.observe()].map(|row| row.extra);
        assert_eq!(a, b, "{name}");
    }
}

#[test]
fn threads_do_not_change_the_bits() {
    let (_, flow, generators) = zoo().into_iter().find(|(name, ..)| *name == "nanotube").unwrap();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let group = ObjectiveGroup::new(&flow, &generators).unwrap();
            let (positions, velocities) = gas(2100, 10);
            let soft =
                PairPotential::new(Arc::new(Gaussian { epsilon: 0.02, sigma: 0.1 }), Some(0.25), Truncation::Shifted);
            let model = model(group, Arc::new(soft));
            let mut molecular = GroupMolecular::new(&model, fixed(5e-3), &positions, &velocities).unwrap();
            molecular.advance(0.3, &mut Free).unwrap();
            (molecular.atoms(), molecular.observe().extra)
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn translations_far_shorter_than_the_cutoff_are_refused() {
    for (pitch, fits) in [(1e-9, false), (0.9, true)] {
        let screw = GroupElement::screw(&Vector3::zeros(), &Vector3::z(), 1.0, pitch);
        let model = model(ObjectiveGroup::new(&still(), &[screw]).unwrap(), Arc::new(soft()));
        let made = GroupMolecular::new(&model, fixed(1e-3), &[at(1.0, 0.0, 0.0)], &[at(0.0, 0.1, 0.0)]);
        assert_eq!(made.map_err(|error| error.to_string().contains("too many images")).err(), (!fits).then_some(true));
    }
}

#[test]
fn atoms_on_symmetry_elements_are_refused_by_name() {
    let turn = GroupElement::screw(&Vector3::zeros(), &Vector3::z(), TAU / 5.0, 0.0);
    let mirror =
        GroupElement::about(&at(0.0, 0.0, 1.0), Matrix3::from_diagonal(&at(1.0, 1.0, -1.0)), &Vector3::zeros());
    for (generator, place) in [(turn, at(0.0, 0.0, 0.7)), (mirror, at(0.4, 0.3, 1.0))] {
        let group = ObjectiveGroup::new(&still(), &[generator]).unwrap();
        let model = model(group, Arc::new(soft()));
        let rest = [Vector3::zeros(); 2];
        let start = |x| GroupMolecular::new(&model, fixed(1e-3), &[at(0.6, 0.5, 0.2), x], &rest).map(|_| ());
        assert_eq!(start(place), Err(omd_molecular::MolecularError::OnSymmetryElement(2)));
        assert_eq!(start(place + at(0.05, 0.02, 0.04)), Ok(()));
    }
}
