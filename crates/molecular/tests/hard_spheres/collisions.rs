//! Which spheres collide and when, against brute force over all pairs and images.

use crate::brute_force::BruteForce;
use crate::spheres::{FLOWS, drawn, end, model};
use omd_flow::{Description, Free, Matrix3, Vector3};
use omd_molecular::{Atoms, Collision, HardSphereModel, HardSpheres, LatticeChoice};

/// Runs the spheres and brute force beside each other; brute force starts anew from the spheres' own state at the
/// beginning of every one of `parts`, before chaos has made two sequences of one. The number of collisions.
fn same_collisions(model: &HardSphereModel, atoms: &Atoms, part: f64, parts: usize, what: &str) -> usize {
    let mut spheres = HardSpheres::new(model, atoms).unwrap();
    spheres.record_collisions();
    let mut count = 0;
    for index in 0..parts {
        let until = part * (index + 1) as f64;
        let mut all = BruteForce::new(model, spheres.structure().unwrap(), until);
        spheres.advance(until, &mut Free).unwrap();
        let found = spheres.take_collisions();
        for (number, collision) in found.iter().enumerate() {
            let wanted = all.step().unwrap_or_else(|| panic!("{what}: {collision:?} is none"));
            assert_eq!(wanted.spheres, collision.spheres, "{what}, {number} of part {index}: {wanted:?} {collision:?}");
            assert!((wanted.time - collision.time).abs() < 1e-8, "{what}: {wanted:?} {collision:?}");
        }
        let missed = all.step();
        assert!(missed.is_none(), "{what}: {missed:?} was missed");
        count += found.len();
    }
    count
}

#[test]
fn every_flow_has_the_collisions_of_brute_force() {
    let mut collisions = 0;
    for (name, rows) in FLOWS {
        for (count, packing, longest, parts) in [(120, 0.25, 2.0, 25), (60, 0.02, 4.0, 25)] {
            let model = model(rows);
            let part = end(&model, longest) / parts as f64;
            let atoms = drawn(&model, count, packing, &LatticeChoice::Cubic, 5);
            collisions += same_collisions(&model, &atoms, part, parts, name);
        }
    }
    assert!(collisions > 3000, "{collisions} collisions");
}

/// Cells narrower than the reach of the search: several images of one neighbour, and of the sphere itself, are near.
#[test]
fn few_spheres_in_skewed_and_flat_cells_have_the_collisions_of_brute_force() {
    let cells = [
        Matrix3::new(1.9, 0.7, 0.2, 0.0, 1.7, 0.5, 0.0, 0.0, 2.1),
        Matrix3::new(1.3, 0.1, 0.3, 0.2, 1.4, 0.1, 0.1, 0.4, 9.0),
        Matrix3::new(1.25, 5.0, -3.75, 0.0, 6.0, 7.0, 0.0, 0.0, 1.6),
    ];
    let mut collisions = 0;
    for (name, rows) in FLOWS {
        for (index, cell) in cells.iter().enumerate() {
            let model = model(rows);
            let density = 4.0 / cell.determinant();
            let packing = density * std::f64::consts::PI / 6.0;
            let atoms = drawn(&model, 4, packing, &LatticeChoice::Edges(*cell), index as u64);
            // Until the lattice closes, or the strain is 1.
            let closes = (1..=100).map(|k| 0.01 * f64::from(k)).find(|&t| {
                omd_flow::lattice::shortest_vector(&(model.flow.deformation(t) * cell)) < 1.02 * model.diameter
            });
            let part = closes.map_or(0.04, |time| 0.04 * time);
            collisions += same_collisions(&model, &atoms, part, 24, &format!("{name}, cell {index}"));
        }
    }
    assert!(collisions > 100, "{collisions} collisions");
}

/// A mixture of a few very fast spheres and slow ones: the fast ones are looked for beyond the cells around.
#[test]
fn fast_spheres_among_slow_ones_have_the_collisions_of_brute_force() {
    let mut collisions = 0;
    for (name, rows) in FLOWS {
        let model = model(rows);
        let mut atoms = drawn(&model, 150, 0.05, &LatticeChoice::Cubic, 9);
        for (k, w) in atoms.peculiar.iter_mut().enumerate() {
            *w *= if k % 30 == 0 { 12.0 } else { 0.3 };
        }
        collisions += same_collisions(&model, &atoms, 0.06, 16, name);
    }
    assert!(collisions > 400, "{collisions} collisions");
}

/// Collisions without their times, to a number that is the same before chaos.
fn pairs(collisions: &[Collision], count: usize) -> Vec<[usize; 2]> {
    collisions.iter().take(count).map(|collision| collision.spheres).collect()
}

#[test]
fn another_basis_and_other_images_give_the_same_collisions() {
    for (name, rows) in FLOWS {
        let model = model(rows);
        let atoms = drawn(&model, 200, 0.2, &LatticeChoice::Cubic, 3);
        let until = 0.25;
        let run = |atoms: &Atoms| {
            let mut spheres = HardSpheres::new(&model, atoms).unwrap();
            spheres.record_collisions();
            spheres.advance(until, &mut Free).unwrap();
            spheres.take_collisions()
        };
        let plain = run(&atoms);
        assert!(plain.len() > 100, "{name}: {}", plain.len());
        let unimodular = Matrix3::new(1.0, 3.0, -2.0, 0.0, 1.0, 4.0, 0.0, 0.0, 1.0);
        let other_basis = Atoms { cell: atoms.cell * unimodular, ..atoms.clone() };
        let mut other_images = atoms.clone();
        for (k, x) in other_images.positions.iter_mut().enumerate() {
            *x += atoms.cell * Vector3::new((k % 5) as f64 - 2.0, (k % 3) as f64, (k % 7) as f64 - 3.0);
        }
        for (what, changed) in [("basis", other_basis), ("images", other_images)] {
            let found = run(&changed);
            assert_eq!(pairs(&found, 400), pairs(&plain, 400), "{name}, {what}");
            let worst = found.iter().zip(&plain).map(|(a, b)| (a.time - b.time).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-7, "{name}, {what}: {worst}");
        }
    }
}

/// Many short windows find the collisions of few long ones: in boxes of many cells, with a few spheres that are faster
/// than the cells are made for, and with many that are just slow enough for them.
#[test]
fn collisions_do_not_depend_on_the_windows() {
    let mut collisions = 0;
    for (name, rows) in FLOWS {
        for (every, fast, slow) in [(20, 6.0, 0.6), (3, 2.0, 0.01)] {
            let model = model(rows);
            let mut atoms = drawn(&model, 2400, 0.02, &LatticeChoice::Cubic, 11);
            for (k, w) in atoms.peculiar.iter_mut().enumerate() {
                *w = w.normalize() * if k % every == 0 { fast } else { slow };
            }
            let run = |parts: usize| {
                let mut spheres = HardSpheres::new(&model, &atoms).unwrap();
                spheres.record_collisions();
                for part in 1..=parts {
                    spheres.advance(1.6 * part as f64 / parts as f64, &mut Free).unwrap();
                }
                (spheres.windows(), spheres.take_collisions())
            };
            let ((few, long), (many, short)) = (run(1), run(64));
            assert!(many > 2 * few, "{name}: {few} {many}");
            collisions += long.len();
            assert_eq!(pairs(&long, 10_000), pairs(&short, 10_000), "{name}, every {every}");
            let worst = long.iter().zip(&short).map(|(a, b)| (a.time - b.time).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-8, "{name}, every {every}: {worst}");
        }
    }
    assert!(collisions > 2000, "{collisions} collisions");
}

/// Two spheres that meet along x above a layer of others, from every distance and every place in the cells: a fast one
/// and one at rest, and two that are as fast as the cells around are made for (a third of the layer flies along with them).
#[test]
fn no_meeting_is_missed_wherever_it_begins() {
    const EDGE: f64 = 15.6;
    let model = model([0.0; 9]);
    let layer: Vec<Vector3<f64>> =
        (0..144).map(|k| Vector3::new(f64::from(k % 12), f64::from(k / 12), 0.0) * (EDGE / 12.0)).collect();
    for (flying, speeds) in [(1000, [1.0, 0.0]), (3, [1.0, -1.0])] {
        for step in 0..60 {
            let separation = 1.2 + 0.11 * f64::from(step);
            for place in 0..24 {
                let x = EDGE * f64::from(place) / 24.0;
                let pair = [x, x + separation].map(|x| Vector3::new(x, 5.0, 0.5 * EDGE));
                let mut atoms = drawn(&model, 146, 0.02, &LatticeChoice::Edges(Matrix3::identity() * EDGE), 1);
                atoms.positions = layer.iter().copied().chain(pair).collect();
                let lift = (0..144).map(|k| if k % flying == 1 { Vector3::z() } else { Vector3::zeros() });
                atoms.peculiar = lift.chain(speeds.map(|speed| Vector3::x() * speed)).collect();
                let wanted = (separation - 1.0) / (speeds[0] - speeds[1]);
                let mut spheres = HardSpheres::new(&model, &atoms).unwrap();
                spheres.record_collisions();
                spheres.advance(wanted + 0.2, &mut Free).unwrap();
                let found = spheres.take_collisions();
                let what = format!("{separation} from {x}: {found:?}");
                assert!(found.len() == 1 && found[0].spheres == [144, 145], "{what}");
                assert!((found[0].time - wanted).abs() < 1e-12, "{what}, not {wanted}");
            }
        }
    }
}
