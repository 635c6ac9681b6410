//! The groups against words in their generators, formed one product after the other.

use super::*;
use omd_flow::Philox;
use std::f64::consts::TAU;

fn still() -> AffineFlow {
    AffineFlow::new(Matrix3::zeros()).unwrap()
}

fn flow(rows: [f64; 9]) -> AffineFlow {
    AffineFlow::new(Matrix3::from_row_slice(&rows)).unwrap()
}

fn at(x: f64, y: f64, z: f64) -> Vector3<f64> {
    Vector3::new(x, y, z)
}

/// Groups of every kind, with the flows that move them.
fn zoo() -> Vec<(&'static str, AffineFlow, Vec<GroupElement>)> {
    let tilted = at(0.3, -0.5, 0.8);
    let point = at(0.7, 0.2, -0.4);
    let along = |rate: f64| {
        let n = tilted.normalize();
        AffineFlow::new(n * n.transpose() * rate).unwrap()
    };
    let half = |direction: Vector3<f64>, offset: Vector3<f64>| {
        GroupElement::about(&Vector3::zeros(), rotation_about(&direction.normalize(), TAU / 2.0), &offset)
    };
    let quarter = GroupElement::screw(&Vector3::zeros(), &Vector3::z(), TAU / 4.0, 0.5);
    let inversion = GroupElement::about(&point, -Matrix3::identity(), &Vector3::zeros());
    vec![
        ("helix", along(0.4), vec![GroupElement::screw(&point, &tilted, 1.0, 0.9)]),
        ("ring", still(), vec![GroupElement::screw(&point, &tilted, TAU / 7.0, 0.0)]),
        (
            "dihedral ring",
            still(),
            vec![
                GroupElement::screw(&point, &Vector3::z(), TAU / 5.0, 0.0),
                GroupElement::about(&point, rotation_about(&Vector3::x(), TAU / 2.0), &Vector3::zeros()),
            ],
        ),
        // Pitches 5 and 3 times a common one, and what they have in common is a rotation of order 4.
        (
            "nanotube",
            along(-0.1),
            vec![
                GroupElement::screw(&point, &tilted, 0.7 * 5.0 + TAU / 4.0, 5.0 * 0.31),
                GroupElement::screw(&point, &tilted, 0.7 * 3.0, 3.0 * 0.31),
            ],
        ),
        ("helix with a mirror", along(0.2), {
            let n = tilted.normalize();
            let mirror = GroupElement::about(&point, rotation_about(&n, TAU / 2.0) * -1.0, &(n * 0.4));
            vec![GroupElement::screw(&point, &tilted, 0.0, 1.3), mirror]
        }),
        ("infinite dihedral", flow([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3]), {
            vec![half(Vector3::x(), Vector3::zeros()), half(at(0.6, 0.8, 0.0), at(0.0, 0.0, 0.9))]
        }),
        ("rod that stretches", along(0.3), vec![GroupElement::translation(tilted.normalize() * 1.7)]),
        (
            "layer that tilts",
            {
                // A = A P with P onto the plane of the translations.
                let (e, f) = (at(1.1, 0.1, 0.0), at(0.3, 1.4, 0.0));
                assert!(e.z == 0.0 && f.z == 0.0);
                flow([0.1, 0.4, 0.0, -0.2, 0.05, 0.0, 0.3, -0.1, 0.0])
            },
            vec![GroupElement::translation(at(1.1, 0.1, 0.0)), GroupElement::translation(at(0.3, 1.4, 0.0))],
        ),
        (
            "translations under any A",
            flow([0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15]),
            vec![
                GroupElement::translation(at(2.0, 0.1, 0.0)),
                GroupElement::translation(at(0.3, 1.7, 0.2)),
                GroupElement::translation(at(0.0, -0.4, 1.9)),
            ],
        ),
        (
            "space group P4_2 under a uniaxial A",
            flow([0.1, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, -0.2]),
            vec![quarter, GroupElement::translation(at(1.2, 0.0, 0.0))],
        ),
        (
            "P-1 under any A",
            flow([0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15]),
            vec![
                inversion,
                GroupElement::translation(at(2.0, 0.1, 0.0)),
                GroupElement::translation(at(0.3, 1.7, 0.2)),
                GroupElement::translation(at(0.0, -0.4, 1.9)),
            ],
        ),
        (
            "a lattice from more vectors than it needs",
            flow([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            [[2.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [0.5, 1.5, 0.25]]
                .map(|v| GroupElement::translation(Vector3::from(v)))
                .to_vec(),
        ),
        (
            "the tetrahedron's rotations",
            still(),
            vec![
                half(Vector3::z(), Vector3::zeros()),
                GroupElement::screw(&Vector3::zeros(), &at(1.0, 1.0, 1.0), TAU / 3.0, 0.0),
            ],
        ),
        (
            "layer p2 with axes off the origin",
            flow([0.1, 0.4, 0.0, -0.2, 0.05, 0.0, 0.0, 0.0, 0.0]),
            vec![
                half(Vector3::z(), at(0.5, 0.3, 0.0)),
                half(Vector3::z(), at(2.0, 0.0, 0.0)),
                half(Vector3::z(), at(0.3, 1.8, 0.0)),
            ],
        ),
    ]
}

/// All words of up to `length` generators and inverses.
fn words(generators: &[GroupElement], length: usize) -> Vec<GroupElement> {
    let letters: Vec<_> = generators.iter().flat_map(|g| [*g, g.inverse()]).collect();
    let mut all = vec![GroupElement::identity()];
    let mut last = all.clone();
    for _ in 0..length {
        let next: Vec<_> = last.iter().flat_map(|w| letters.iter().map(|g| w.compose(g))).collect();
        all.extend(&next);
        last = next;
        last.sort_by(|a, b| a.offset.x.total_cmp(&b.offset.x));
        last.dedup_by(|a, b| distance(a, b) < 1e-9);
    }
    all
}

fn distance(a: &GroupElement, b: &GroupElement) -> f64 {
    (a.rotation - b.rotation).norm() + (a.offset - b.offset).norm() + (a.rate - b.rate).norm()
}

#[test]
fn every_word_is_an_element_and_images_are_all_found() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap_or_else(|error| panic!("{name}: {error}"));
        let moved: Vec<_> = generators.iter().map(|g| g.moved_by(&flow)).collect();
        for time in [0.0, 0.8] {
            let (centre, reach) = (at(0.4, -0.3, 0.2), 3.0);
            let labels = group.within(time, &centre, reach);
            let elements: Vec<_> = labels.iter().map(|label| group.element(label)).collect();
            for (k, a) in elements.iter().enumerate() {
                let twice = elements[..k].iter().any(|b| distance(a, b) < 1e-6);
                assert!(!twice, "{name}: {:?} is named twice", labels[k]);
            }
            let mut near = 0;
            for word in words(&moved, [8, 8, 6, 4, 3][generators.len().min(4)]) {
                if (word.position(time, &centre) - centre).norm() < reach {
                    let found = elements.iter().any(|element| distance(&word, element) < 1e-7);
                    assert!(found, "{name}, t = {time}: {word:?} is missing");
                    near += 1;
                }
            }
            assert!(near > 4 && labels.contains(&Label::IDENTITY), "{name}");
        }
    }
}

#[test]
fn the_group_law_holds_for_names_at_every_time() {
    // Products of named elements are named: c_gh = c_g + Q_g c_h for both parts.
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        let radius = if group.dimension() == 3 { 1.5 } else { 2.5 };
        let near = group.within(0.0, &Vector3::zeros(), radius);
        let far = group.within(0.0, &Vector3::zeros(), 2.0 * radius + 0.1);
        let elements: Vec<_> = far.iter().map(|label| group.element(label)).collect();
        for g in near.iter().map(|label| group.element(label)) {
            for h in near.iter().map(|label| group.element(label)) {
                for product in [g.compose(&h), g.compose(&h.inverse())] {
                    assert!(elements.iter().any(|e| distance(e, &product) < 1e-9), "{name}: {product:?}");
                }
            }
        }
    }
}

#[test]
fn the_velocity_field_goes_over_into_itself() {
    let mut random = Philox::new(7, 0);
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        for time in [0.0, 0.6] {
            let motion = group.motion(time);
            for label in group.within(time, &Vector3::zeros(), 3.0) {
                let element = group.element(&label);
                let x = Vector3::from_fn(|_, _| random.normal());
                let image = motion.velocity(&element.position(time, &x));
                assert!((image - element.velocity(&motion.velocity(&x))).norm() < 1e-12, "{name} {label:?}");
                let image = motion.acceleration(&element.position(time, &x));
                assert!((image - element.rotation * motion.acceleration(&x)).norm() < 1e-12, "{name} {label:?}");
            }
            // Along a path of the field, by differences.
            let (x, dt) = (at(0.3, 0.7, -0.2), 1e-4);
            let before = group.motion(time - dt).velocity(&(x - motion.velocity(&x) * dt));
            let after = group.motion(time + dt).velocity(&(x + motion.velocity(&x) * dt));
            let found = (after - before) / (2.0 * dt);
            assert!((found - motion.acceleration(&x)).norm() < 1e-6, "{name}: {found}");
        }
    }
}

#[test]
fn what_the_groups_are() {
    let expected = [
        ("helix", 1, 1),
        ("ring", 0, 7),
        ("dihedral ring", 0, 10),
        ("nanotube", 1, 4),
        ("helix with a mirror", 1, 2),
        ("infinite dihedral", 1, 2),
        ("rod that stretches", 1, 1),
        ("layer that tilts", 2, 1),
        ("translations under any A", 3, 1),
        ("space group P4_2 under a uniaxial A", 3, 4),
        ("P-1 under any A", 3, 2),
        ("a lattice from more vectors than it needs", 3, 1),
        ("the tetrahedron's rotations", 0, 12),
        ("layer p2 with axes off the origin", 2, 2),
    ];
    for ((name, flow, generators), wanted) in zoo().into_iter().zip(expected) {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        assert_eq!((name, group.dimension(), group.index()), wanted);
        let mean = group.mean_rotation();
        assert!((mean * mean - mean).norm() < 1e-12, "{name}: a projector");
    }
    let content = |name: &str| {
        let (_, flow, generators) = zoo().into_iter().find(|(other, _, _)| *other == name).unwrap();
        ObjectiveGroup::new(&flow, &generators).unwrap().content(2.0)
    };
    assert!((content("nanotube").unwrap() - 0.31 * 0.8 / 4.0).abs() < 1e-13);
    // z -> -z and z -> 0.9 - z one after the other: a pitch of 0.9.
    assert!((content("infinite dihedral").unwrap() - 0.9 * 1.6 / 2.0).abs() < 1e-13);
    // The lattice of [1/2, 1/2, 0], [2, 0, 0], [0, 3, 0], [1/2, 3/2, 1/4], [0, 0, 1] has a cell of 1/8: (0, 1, 1/4)
    // from the difference of two, then 4 of those less the last are (0, 4, 0), which leaves (0, 1, 0) and (0, 0, 1/4).
    assert!((content("a lattice from more vectors than it needs").unwrap() - 0.125).abs() < 1e-12);
    assert_eq!(content("ring"), None);
}

#[test]
fn far_powers_keep_their_digits() {
    let group = ObjectiveGroup::new(&still(), &[GroupElement::screw(&at(1.0, 0.0, 0.0), &Vector3::z(), 1.0, 0.9)]);
    let element = group.unwrap().element(&Label { powers: [1000, 0, 0], coset: 0 });
    let angle = 1000.0f64;
    let expected = at(1.0 + angle.cos(), angle.sin(), 900.0);
    assert!((element.position(0.0, &at(2.0, 0.0, 0.0)) - expected).norm() < 1e-12);
}

#[test]
fn what_is_no_group_is_refused_and_the_pair_named() {
    let screw = |angle: f64, pitch: f64| GroupElement::screw(&Vector3::zeros(), &Vector3::z(), angle, pitch);
    let quarter = screw(TAU / 4.0, 0.0);
    let (e, f) = (GroupElement::translation(Vector3::x()), GroupElement::translation(Vector3::y()));
    let up = GroupElement::translation(Vector3::z());
    // A shear along x does not commute with a quarter turn.
    let shear = flow([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let refused = ObjectiveGroup::new(&shear, &[up, e, quarter, f]).unwrap_err();
    assert!(matches!(refused, GroupError::Apart { first: 2 | 3, second: 3 | 4 }), "{refused:?}");
    assert!(ObjectiveGroup::new(&still(), &[up, e, quarter, f]).is_ok());
    // Two pitches without a common measure, a rotation without an order, a lattice of golden ratios.
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    for generators in [
        vec![screw(0.3, 1.0), screw(0.4, golden)],
        vec![screw(0.0, 1.0), screw(1.0, 0.0)],
        vec![e, f, up, GroupElement::translation(at(golden, 0.3, 0.0))],
        vec![e, GroupElement::translation(at(golden, 0.0, 0.0)), f],
    ] {
        let refused = ObjectiveGroup::new(&still(), &generators);
        assert!(matches!(refused, Err(GroupError::NotDiscrete { .. })), "{refused:?}");
    }
    // A fifth turn keeps no lattice.
    let refused = ObjectiveGroup::new(&still(), &[e, f, up, screw(TAU / 5.0, 0.0)]);
    assert!(matches!(refused, Err(GroupError::NotDiscrete { .. })), "{refused:?}");
    let refused = ObjectiveGroup::product(&still(), &[up, e, quarter]).unwrap_err();
    assert!(matches!(refused, GroupError::Commute { first: 2, second: 3, .. }), "{refused:?}");
    let skewed = GroupElement { rotation: Matrix3::identity() * 1.1, ..up };
    assert_eq!(ObjectiveGroup::new(&still(), &[up, skewed]).unwrap_err(), GroupError::NoIsometry(2));
    // A ring has no translations for a flow to act along.
    let refused = ObjectiveGroup::new(&shear, &[quarter]).unwrap_err();
    assert_eq!(refused, GroupError::Flow(Matrix3::zeros()));
    assert!(refused.to_string().ends_with("have to be [[0, 0, 0], [0, 0, 0], [0, 0, 0]]"), "{refused}");
}
