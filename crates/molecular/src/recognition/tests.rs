//! Structures whose groups are known.

use super::*;
use crate::start::{Crystal, CubicLattice, Honeycomb, Nanotube};
use crate::{GroupElement, ObjectiveGroup, rotation_about};
use omd_flow::{Matrix3, Philox, Vector3};
use std::f64::consts::TAU;

fn at(x: f64, y: f64, z: f64) -> Vector3<f64> {
    Vector3::new(x, y, z)
}

fn alike(positions: Vec<Vector3<f64>>) -> AtomSet {
    AtomSet { species: vec![0; positions.len()], positions, periods: Vec::new() }
}

fn looked_at(atoms: &AtomSet) -> Recognition {
    recognise(atoms, &RecognitionSettings::default()).unwrap()
}

/// Turned and moved, so that nothing lies along an axis by luck; every coordinate off by up to `noise`.
fn moved(mut atoms: AtomSet, noise: f64, seed: u64) -> AtomSet {
    let rotation = rotation_about(&at(0.3, -0.7, 0.2).normalize(), 1.1);
    let mut random = Philox::new(seed, 0);
    for x in &mut atoms.positions {
        let shake = Vector3::from_fn(|_, _| noise * (2.0 * random.uniform() - 1.0));
        *x = rotation * *x + at(4.0, -2.5, 7.1) + shake;
    }
    atoms.periods.iter_mut().for_each(|edge| *edge = rotation * *edge);
    atoms
}

/// The images of the molecule under the group that omd makes of the generators are the judged atoms, each once, and
/// nothing else is near them.
fn comes_back(atoms: &AtomSet, found: &Recognition, reach: f64) {
    assert_eq!(found.verdict, Verdict::Objective, "{found:?}");
    let group = ObjectiveGroup::generated(&found.generators).unwrap();
    assert_eq!(group.dimension(), found.dimension);
    let middle = found.molecule[0].0;
    let near: Vec<usize> =
        (0..atoms.positions.len()).filter(|atom| (atoms.positions[*atom] - middle).norm() < reach).collect();
    let mut hits = vec![0usize; atoms.positions.len()];
    let mut images = 0;
    for (place, species) in &found.molecule {
        for label in group.within(0.0, place, reach + 2.0 * (place - middle).norm() + 0.1) {
            let image = group.element(&label).position(0.0, place);
            if (image - middle).norm() > reach - 3.0 * found.tolerance {
                continue;
            }
            images += 1;
            let fits = |atom: &&usize| {
                atoms.species[**atom] == *species && (atoms.positions[**atom] - image).norm() <= 1.01 * found.tolerance
            };
            let atom = near.iter().find(fits).unwrap_or_else(|| panic!("no atom at {image}"));
            hits[*atom] += 1;
        }
    }
    assert!(hits.iter().all(|count| *count <= 1), "an atom twice");
    let inner = near.iter().filter(|atom| (atoms.positions[**atom] - middle).norm() < reach - 6.0 * found.tolerance);
    assert!(inner.clone().all(|atom| hits[*atom] == 1), "an atom is missed");
    assert!(images > found.molecule.len(), "images were looked at");
}

/// All images of the molecule within `reach` of `centre`.
fn block(generators: &[GroupElement], molecule: &[(Vector3<f64>, usize)], reach: f64) -> AtomSet {
    let group = ObjectiveGroup::generated(generators).unwrap();
    let mut atoms = AtomSet::default();
    for (place, species) in molecule {
        for label in group.within(0.0, place, reach + 2.0 * place.norm()) {
            let image = group.element(&label).position(0.0, place);
            if image.norm() <= reach {
                atoms.positions.push(image);
                atoms.species.push(*species);
            }
        }
    }
    atoms
}

/// The vertices of a truncated icosahedron: the even permutations of these with all signs.
fn fullerene() -> AtomSet {
    let golden = 0.5 * (1.0 + 5f64.sqrt());
    let seeds = [[0.0, 1.0, 3.0 * golden], [1.0, 2.0 + golden, 2.0 * golden], [golden, 2.0, golden * golden * golden]];
    let mut positions: Vec<Vector3<f64>> = Vec::new();
    for seed in seeds {
        for turn in 0..3 {
            for signs in 0..8 {
                let entry = |k: usize| if signs >> k & 1 == 1 { -seed[(k + turn) % 3] } else { seed[(k + turn) % 3] };
                let place = at(entry(0), entry(1), entry(2));
                if !positions.iter().any(|x| (x - place).norm() < 1e-9) {
                    positions.push(place);
                }
            }
        }
    }
    alike(positions)
}

#[test]
fn a_fullerene_is_one_orbit_of_the_rotations_of_the_icosahedron() {
    for noise in [0.0, 5e-3] {
        let atoms = moved(fullerene(), noise, 1);
        assert_eq!(atoms.positions.len(), 60);
        let found = looked_at(&atoms);
        assert_eq!((found.point_group.as_str(), found.order, found.orbits), ("I_h", Some(120), 1));
        assert_eq!((found.molecule.len(), found.extent), (1, Extent::Finite));
        assert_eq!(ObjectiveGroup::generated(&found.generators).unwrap().index(), 60);
        assert!(found.generators.iter().all(|g| g.rotation.determinant() > 0.0));
        comes_back(&atoms, &found, 30.0);
    }
}

#[test]
fn a_dodecahedron_is_one_kind_of_atom_and_two_to_be_made_of() {
    let golden = 0.5 * (1.0 + 5f64.sqrt());
    let mut positions = Vec::new();
    for [a, b] in [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]] {
        positions.extend([at(a, b, 1.0), at(a, b, -1.0)]);
        let (short, long) = (a / golden, b * golden);
        positions.extend([at(0.0, short, long), at(short, long, 0.0), at(long, 0.0, short)]);
    }
    let atoms = moved(alike(positions), 1e-3, 22);
    let found = looked_at(&atoms);
    assert_eq!((found.point_group.as_str(), found.order, found.orbits), ("I_h", Some(120), 1));
    assert_eq!((found.molecule_size, found.molecule.len()), (1, 2));
    comes_back(&atoms, &found, 30.0);
}

#[test]
fn of_isometries_that_do_not_hold_together_fewer_are_taken() {
    // A square stretched into a rectangle whose fourfold axis is within the tolerance of pairs, not of the whole.
    let found = |stretch: f64| {
        let corner = |x: f64, y: f64| at(x * (1.0 + stretch), y * (1.0 - stretch), 0.0);
        let square = alike(vec![corner(1.0, 1.0), corner(-1.0, 1.0), corner(-1.0, -1.0), corner(1.0, -1.0)]);
        let settings = RecognitionSettings { tolerance: Some(0.1), cutoff: None };
        recognise(&moved(square, 0.0, 0), &settings).unwrap()
    };
    assert_eq!(found(0.03).point_group, "D_4h");
    let rectangle = found(0.08);
    assert_eq!((rectangle.point_group.as_str(), rectangle.verdict), ("D_2h", Verdict::Objective));
}

#[test]
fn rings_have_the_groups_of_their_polygons() {
    for n in [3i64, 4, 5, 12, 37] {
        let ring = |radius: f64, phase: f64, height: f64| {
            (0..n).map(move |k| {
                let (sine, cosine) = (TAU * (k as f64 + phase) / n as f64).sin_cos();
                at(radius * cosine, radius * sine, height)
            })
        };
        let radius = n as f64 / 3.0;
        let flat = moved(alike(ring(radius, 0.0, 0.0).collect()), 1e-3, 2);
        let prism = moved(alike(ring(radius, 0.0, 1.1).chain(ring(radius, 0.0, -1.1)).collect()), 1e-3, 3);
        let twisted = moved(alike(ring(radius, 0.1, 1.3).chain(ring(radius, -0.1, -1.3)).collect()), 0.0, 4);
        let crown = moved(alike(ring(radius, 0.25, 0.8).chain(ring(radius, -0.25, -0.8)).collect()), 0.0, 5);
        let mut two = alike(ring(radius, 0.0, 0.3).chain(ring(1.7 * radius, 0.2, -0.4)).collect());
        two.species = (0..2 * n).map(|k| usize::from(k >= n)).collect();
        let expected = [
            (flat, format!("D_{n}h"), 4 * n, 1),
            (prism, if n == 4 { String::new() } else { format!("D_{n}h") }, 4 * n, 1),
            (twisted, format!("D_{n}"), 2 * n, 1),
            (crown, format!("D_{n}d"), 4 * n, 1),
            (moved(two, 0.0, 6), format!("C_{n}"), n, 2),
        ];
        for (atoms, symbol, order, size) in expected {
            let found = looked_at(&atoms);
            if !symbol.is_empty() {
                assert_eq!((&found.point_group, found.order), (&symbol, Some(order as usize)), "n = {n}");
            }
            assert_eq!(found.molecule.len(), size, "{symbol}");
            comes_back(&atoms, &found, 3.0 * n as f64 + 9.0);
        }
    }
}

#[test]
fn molecules_of_chemistry() {
    let atoms = |places: &[(usize, [f64; 3])]| AtomSet {
        positions: places.iter().map(|(_, x)| Vector3::from(*x)).collect(),
        species: places.iter().map(|(species, _)| *species).collect(),
        periods: Vec::new(),
    };
    let s = 1.09 / 3f64.sqrt();
    let methane = atoms(&[(0, [0.0; 3]), (1, [s, s, s]), (1, [s, -s, -s]), (1, [-s, s, -s]), (1, [-s, -s, s])]);
    let water = atoms(&[(0, [0.0; 3]), (1, [0.757, 0.586, 0.0]), (1, [-0.757, 0.586, 0.0])]);
    let nitrogen = atoms(&[(0, [0.0, 0.0, 0.55]), (0, [0.0, 0.0, -0.55])]);
    let carbon_dioxide = atoms(&[(0, [0.0; 3]), (1, [0.0, 0.0, 1.16]), (1, [0.0, 0.0, -1.16])]);
    let peroxide =
        atoms(&[(0, [0.73, 0.0, 0.0]), (0, [-0.73, 0.0, 0.0]), (1, [0.9, 0.8, 0.45]), (1, [-0.9, -0.8, 0.45])]);
    let octahedron: Vec<(usize, [f64; 3])> = (0..6)
        .map(|k| {
            let mut place = [0.0; 3];
            place[k / 2] = if k % 2 == 0 { 1.5 } else { -1.5 };
            (0, place)
        })
        .collect();
    let cases = [
        (methane, "T_d", 5, Verdict::Trivial),
        (water, "C_2v", 3, Verdict::Trivial),
        (nitrogen, "D_inf h", 1, Verdict::Objective),
        (carbon_dioxide, "D_inf h", 3, Verdict::Trivial),
        (peroxide, "C_2", 2, Verdict::Objective),
        (atoms(&octahedron), "O_h", 1, Verdict::Objective),
        (atoms(&[(0, [1.0, 2.0, 3.0])]), "K_h", 1, Verdict::Trivial),
    ];
    for (structure, symbol, size, verdict) in cases {
        let found = looked_at(&moved(structure, 0.0, 0));
        assert_eq!((found.point_group.as_str(), found.molecule.len(), found.verdict), (symbol, size, verdict));
    }
}

#[test]
fn a_piece_of_a_nanotube_is_one_atom_two_screws_and_half_turns_across() {
    for (n, m, noise) in [(6, 4, 0.0), (6, 4, 8e-3), (7, 1, 0.0), (5, 5, 0.0), (5, 5, 8e-3), (9, 0, 0.0), (4, 2, 5e-3)]
    {
        let tube = Nanotube::new(n, m, 1.42).unwrap();
        let molecule = tube.positions.map(|x| (x, 0));
        let atoms = moved(block(&tube.generators, &molecule, 16.0), noise, 7);
        let found = looked_at(&atoms);
        assert!(matches!(found.extent, Extent::Piece { judged } if judged > atoms.positions.len() / 2));
        assert_eq!((found.dimension, found.orbits, found.molecule.len()), (1, 1, 1), "({n}, {m})");
        let axis = found.axis.unwrap();
        let turns = (1..=n.max(1)).filter(|d| n % d == 0 && m % d == 0).max().unwrap() as usize;
        assert_eq!(axis.order, turns, "({n}, {m})");
        // Atoms to the length: two on each plane-lattice point, 2 pi R over the area of its cell.
        let area = 1.42 * 1.42 * 3.0 * 3f64.sqrt() / 2.0;
        let [angle, pitch] = axis.screw.unwrap();
        let expected = area * turns as f64 / (TAU * tube.radius);
        assert!((pitch / expected - 1.0).abs() < 1e-3 + noise, "{pitch} {expected}");
        let mirrors = found.cosets.iter().any(|coset| coset.rotation.determinant() < 0.0);
        assert_eq!(mirrors, n == m || m == 0, "chirality of ({n}, {m})");
        assert!(found.generators.iter().any(|g| (g.rotation * axis.direction).dot(&axis.direction) < 0.0));
        assert!(found.generators.len() <= 3);
        assert!(angle.abs() <= TAU);
        comes_back(&atoms, &found, 9.0);
    }
}

#[test]
fn handedness_is_seen() {
    // A helix of one atom has half turns across; of a chiral trio of unlike atoms nothing but the screw.
    let screw = GroupElement::screw(&at(0.4, 0.2, 0.0), &Vector3::z(), 1.234, 0.8);
    let single = moved(block(&[screw], &[(at(2.0, 0.0, 0.0), 0)], 25.0), 0.0, 8);
    let found = looked_at(&single);
    assert_eq!((found.dimension, found.molecule.len(), found.cosets.len()), (1, 1, 2));
    let [angle, pitch] = found.axis.unwrap().screw.unwrap();
    assert!((angle - 1.234).abs() < 1e-9 && (pitch - 0.8).abs() < 1e-9, "{angle} {pitch}");
    comes_back(&single, &found, 15.0);
    let mut mirrored = single.clone();
    mirrored.positions.iter_mut().for_each(|x| x.x = -x.x);
    let [angle, _] = looked_at(&mirrored).axis.unwrap().screw.unwrap();
    assert!((angle + 1.234).abs() < 1e-9, "the twin turns the other way: {angle}");
}

#[test]
fn a_helix_of_unlike_dimers() {
    let screw = GroupElement::screw(&Vector3::zeros(), &at(0.1, 0.2, 1.0), 0.7, 1.1);
    let molecule = [(at(3.0, 0.0, 0.0), 0), (at(3.2, 0.9, 0.4), 1)];
    for noise in [0.0, 6e-3] {
        let atoms = moved(block(&[screw], &molecule, 30.0), noise, 9);
        let found = looked_at(&atoms);
        assert_eq!((found.dimension, found.molecule.len(), found.generators.len()), (1, 2, 1));
        let apart = (found.molecule[0].0 - found.molecule[1].0).norm();
        let bond = (molecule[0].0 - molecule[1].0).norm();
        assert!((apart - bond).abs() < 4.0 * noise + 1e-9, "the atoms of a molecule belong together: {apart}");
        let [angle, pitch] = found.axis.unwrap().screw.unwrap();
        assert!(
            (angle - 0.7).abs() < 1e-9 + noise / 10.0 && (pitch - 1.1).abs() < 1e-9 + noise / 10.0,
            "{angle} {pitch}"
        );
        comes_back(&atoms, &found, 20.0);
    }
}

/// A ball of a crystal.
fn ball(lattice: CubicLattice, constant: f64, reach: f64) -> AtomSet {
    let cell = Crystal::new(lattice, constant, &Matrix3::identity(), [1; 3]).unwrap();
    let edges = [0, 1, 2].map(|k| GroupElement::translation(cell.cell.column(k).into()));
    let molecule: Vec<_> = cell.positions.iter().map(|x| (*x, 0)).collect();
    block(&edges, &molecule, reach)
}

#[test]
fn pieces_of_cubic_crystals() {
    let cases = [
        (CubicLattice::Simple, 1.0, 1.0),
        (CubicLattice::BodyCentred, 1.2, 2.0),
        (CubicLattice::FaceCentred, 1.5, 4.0),
        (CubicLattice::Diamond, 2.3, 8.0),
    ];
    for (lattice, constant, count) in cases {
        for noise in [0.0, 4e-3] {
            let atoms = moved(ball(lattice, constant, 5.3), noise, 10);
            let found = looked_at(&atoms);
            assert_eq!((found.dimension, found.point_group.as_str(), found.orbits), (3, "O_h", 1), "{lattice:?}");
            assert_eq!(found.molecule.len(), 1, "{lattice:?}");
            let [a, b, c] = [0, 1, 2].map(|k| found.translations[k]);
            let volume = a.cross(&b).dot(&c).abs();
            let primitive = if lattice == CubicLattice::Diamond { 2.0 } else { 1.0 };
            assert!((volume / constant.powi(3) * count / primitive - 1.0).abs() < 1e-9 + noise, "{lattice:?} {volume}");
            // Diamond has no point that all rotations keep: some of them are glides or screws.
            assert_eq!(found.generators.iter().any(|g| g.rotation != Matrix3::identity()), primitive == 2.0);
            comes_back(&atoms, &found, 3.5);
        }
    }
}

#[test]
fn a_periodic_supercell_has_the_group_of_its_crystal() {
    let rows = Matrix3::new(1, 1, 0, -1, 1, 0, 0, 0, 2);
    let cell = Crystal::new(CubicLattice::Diamond, 3.57, &rows, [2, 1, 1]).unwrap();
    let periods = (0..3).map(|k| cell.cell.column(k).into()).collect();
    let atoms = moved(AtomSet { periods, ..alike(cell.positions) }, 3e-3, 11);
    let found = looked_at(&atoms);
    assert_eq!((found.extent, found.point_group.as_str(), found.cosets.len()), (Extent::Periodic, "O_h", 48));
    assert_eq!((found.orbits, found.molecule.len()), (1, 1));
    let group = ObjectiveGroup::generated(&found.generators).unwrap();
    assert!((group.content(0.0).unwrap() - 3.57f64.powi(3) / 8.0).abs() < 1e-2);
}

#[test]
fn close_packing_needs_a_screw_or_a_glide() {
    let edges = [at(1.0, 0.0, 0.0), at(-0.5, 0.75f64.sqrt(), 0.0), at(0.0, 0.0, (8.0f64 / 3.0).sqrt())];
    let second = edges[0] * (2.0 / 3.0) + edges[1] * (1.0 / 3.0) + edges[2] * 0.5;
    let translations = edges.map(GroupElement::translation);
    let atoms = moved(block(&translations, &[(Vector3::zeros(), 0), (second, 0)], 4.6), 2e-3, 12);
    let found = looked_at(&atoms);
    assert_eq!((found.dimension, found.point_group.as_str(), found.orbits, found.molecule.len()), (3, "D_6h", 1, 1));
    comes_back(&atoms, &found, 2.8);
}

#[test]
fn rock_salt_is_a_molecule_of_two() {
    let cell = Crystal::new(CubicLattice::Simple, 2.8, &Matrix3::identity(), [6; 3]).unwrap();
    let parity = |x: &Vector3<f64>| x.map(|c| (c / 2.8).round() as i64).sum().rem_euclid(2) as usize;
    let species = cell.positions.iter().map(parity).collect();
    let atoms = moved(AtomSet { species, positions: cell.positions, periods: Vec::new() }, 0.0, 13);
    let found = looked_at(&atoms);
    assert_eq!((found.dimension, found.orbits, found.molecule.len()), (3, 2, 2));
    assert_ne!(found.molecule[0].1, found.molecule[1].1);
    comes_back(&atoms, &found, 7.0);
}

#[test]
fn a_layer_of_graphene() {
    let layer = Honeycomb::new(1.42, [[1, 0], [0, 1]], [1, 1]).unwrap();
    let generators = layer.edges.map(GroupElement::translation);
    let molecule: Vec<_> = layer.positions.iter().map(|x| (*x, 0)).collect();
    let atoms = moved(block(&generators, &molecule, 14.0), 5e-3, 14);
    let found = looked_at(&atoms);
    assert_eq!((found.dimension, found.point_group.as_str(), found.orbits, found.molecule.len()), (2, "D_6h", 1, 1));
    comes_back(&atoms, &found, 8.0);
    let periodic = AtomSet { periods: layer.edges.to_vec(), ..alike(layer.positions.clone()) };
    assert_eq!(looked_at(&periodic).molecule.len(), 1);
    assert_eq!(looked_at(&periodic).dimension, 2);
}

#[test]
fn a_periodic_tube_has_its_screws() {
    let tube = crate::start::NanotubePeriod::new(6, 3, 1.42, 1).unwrap();
    let atoms = AtomSet { periods: vec![tube.translation.offset], ..alike(tube.positions) };
    let found = looked_at(&moved(atoms, 4e-3, 15));
    assert_eq!((found.dimension, found.molecule.len(), found.axis.unwrap().order), (1, 1, 3));
    assert_eq!(found.cosets.len(), 2, "half turns, no mirrors");
}

fn cloud(count: usize, seed: u64) -> AtomSet {
    let mut random = Philox::new(seed, 0);
    let edge = (count as f64).cbrt() * 1.6;
    let mut positions: Vec<Vector3<f64>> = Vec::new();
    while positions.len() < count {
        let place = Vector3::from_fn(|_, _| edge * random.uniform());
        if positions.iter().all(|x| (x - place).norm() > 0.8) {
            positions.push(place);
        }
    }
    alike(positions)
}

#[test]
fn a_random_cluster_has_the_identity_only() {
    for count in [2usize, 5, 40, 300] {
        let found = looked_at(&cloud(count, 16));
        if count > 2 {
            assert_eq!((found.verdict, found.point_group.as_str(), found.order), (Verdict::Trivial, "C_1", Some(1)));
            assert_eq!(found.molecule.len(), count);
            assert!(found.generators.is_empty());
        }
    }
    let edge = 40f64.cbrt() * 1.6;
    let periods = vec![at(edge + 1.0, 0.0, 0.0), at(0.0, edge + 1.1, 0.0), at(0.0, 0.3, edge + 1.2)];
    let found = looked_at(&AtomSet { periods, ..cloud(40, 17) });
    assert_eq!((found.verdict, found.molecule.len(), found.point_group.as_str()), (Verdict::Objective, 40, "C_1"));
}

#[test]
fn atoms_out_of_place_are_named() {
    let tube = Nanotube::new(6, 4, 1.42).unwrap();
    let mut atoms = moved(block(&tube.generators, &tube.positions.map(|x| (x, 0)), 16.0), 0.0, 18);
    let middle = atoms.positions.iter().sum::<Vector3<f64>>() / atoms.positions.len() as f64;
    let far = |atom: &usize| ((atoms.positions[*atom] - middle).norm() * 1e6) as i64;
    let inner = (0..atoms.positions.len()).min_by_key(far).unwrap();
    let perfect = atoms.positions[inner];
    atoms.positions[inner] += at(0.2, 0.3, -0.1);
    let found = looked_at(&atoms);
    assert_eq!((found.verdict, &found.failing), (Verdict::Damaged, &vec![inner]), "{found:?}");
    assert_eq!(found.vacant.len(), 1);
    assert!((found.vacant[0] - perfect).norm() < 1e-6);
    let mut cage = moved(fullerene(), 0.0, 19);
    cage.positions[17] *= 1.05;
    let found = looked_at(&cage);
    assert_eq!((found.verdict, &found.failing), (Verdict::Damaged, &vec![17]));
    // Without one atom.
    let mut crystal = moved(ball(CubicLattice::FaceCentred, 1.5, 5.3), 0.0, 20);
    let middle = at(4.0, -2.5, 7.1);
    let hole = crystal.positions.iter().position(|x| (2.0..2.5).contains(&(x - middle).norm())).unwrap();
    crystal.positions.remove(hole);
    crystal.species.pop();
    let found = looked_at(&crystal);
    assert_eq!((found.verdict, found.failing.len(), found.vacant.len()), (Verdict::Damaged, 0, 1));
}

#[test]
fn the_tolerance_decides() {
    let atoms = moved(fullerene(), 0.02, 21);
    let with =
        |tolerance: f64| recognise(&atoms, &RecognitionSettings { tolerance: Some(tolerance), cutoff: None }).unwrap();
    let found = with(0.06);
    assert_eq!((found.verdict, found.point_group.as_str()), (Verdict::Objective, "I_h"));
    assert!(found.misfit > 0.01 && found.misfit <= 0.06, "{}", found.misfit);
    assert_ne!(with(0.5 * found.misfit).verdict, Verdict::Objective);
    assert_ne!(with(0.001).point_group, "I_h");
}

#[test]
fn noise_above_the_tolerance_is_no_piece_of_a_tube() {
    let tube = Nanotube::new(6, 4, 1.42).unwrap();
    let pristine = block(&tube.generators, &tube.positions.map(|x| (x, 0)), 14.0);
    let found = |noise: f64, tolerance: f64| {
        let settings = RecognitionSettings { tolerance: Some(tolerance), cutoff: None };
        recognise(&moved(pristine.clone(), noise, 23), &settings).unwrap()
    };
    assert_eq!((found(0.02, 0.08).verdict, found(0.02, 0.08).molecule.len()), (Verdict::Objective, 1));
    let blurred = found(0.1, 0.03);
    assert!(blurred.verdict != Verdict::Objective, "{:?} of {}", blurred.verdict, blurred.molecule.len());
}

#[test]
fn bad_settings_are_refused() {
    let two = alike(vec![at(0.0, 0.0, 0.0), at(1.0, 0.0, 0.0)]);
    let refused = |atoms: &AtomSet, tolerance: Option<f64>, cutoff: Option<f64>| {
        recognise(atoms, &RecognitionSettings { tolerance, cutoff }).unwrap_err()
    };
    assert_eq!(refused(&AtomSet::default(), None, None), RecognitionError::NoAtoms);
    assert_eq!(refused(&two, Some(0.0), None), RecognitionError::Tolerance(0.0));
    assert_eq!(refused(&two, None, Some(-1.0)), RecognitionError::Cutoff(-1.0));
    let close = RecognitionError::Close { first: 1, second: 2, distance: 1.0, tolerance: 0.3 };
    assert_eq!(refused(&two, Some(0.3), None), close);
    let same = alike(vec![at(0.0, 0.0, 0.0), at(1.0, 0.0, 0.0), at(0.0, 0.0, 0.0)]);
    assert_eq!(refused(&same, None, None), RecognitionError::Coincident { first: 1, second: 3 });
}

/// A number between two others.
fn between(random: &mut Philox, low: f64, high: f64) -> f64 {
    low + (high - low) * random.uniform()
}

/// Places and species.
type Molecule = Vec<(Vector3<f64>, usize)>;

/// Atoms of two species whose images come no nearer to any than 0.9; `None` where chance brought them nearer.
fn sparse(
    generators: &[GroupElement],
    reach: f64,
    random: &mut Philox,
    place: &dyn Fn(&mut Philox) -> Vector3<f64>,
) -> Option<(Molecule, AtomSet)> {
    let size = 1 + random.below(3) as usize;
    let molecule: Vec<_> = (0..size).map(|_| (place(random), random.below(2) as usize)).collect();
    let atoms = block(generators, &molecule, reach);
    let near = |i: usize, j: usize| (atoms.positions[i] - atoms.positions[j]).norm() < 0.9;
    let apart = (0..atoms.positions.len()).all(|i| (0..i).all(|j| !near(i, j)));
    apart.then_some((molecule, atoms))
}

#[test]
fn random_rods_come_back() {
    let mut random = Philox::new(31, 0);
    let mut seen = 0;
    for _ in 0..400 {
        let axis = Vector3::z();
        let screw = GroupElement::screw(
            &Vector3::zeros(),
            &axis,
            between(&mut random, 0.2, 6.0),
            between(&mut random, 0.4, 1.5),
        );
        let order = 1 + random.below(4);
        let mut generators = vec![screw];
        if order > 1 {
            generators.push(GroupElement::screw(&Vector3::zeros(), &axis, TAU / order as f64, 0.0));
        }
        if random.below(2) == 1 {
            generators.push(GroupElement::screw(&at(0.0, 0.0, 0.3), &Vector3::x(), TAU / 2.0, 0.0));
        }
        let place = |random: &mut Philox| {
            let (sine, cosine) = between(random, 0.0, TAU).sin_cos();
            let radius = between(random, 1.0, 3.5);
            at(radius * cosine, radius * sine, between(random, 0.0, 1.5))
        };
        let Some((molecule, atoms)) = sparse(&generators, 17.0, &mut random, &place) else { continue };
        seen += 1;
        let atoms = moved(atoms, if seen % 2 == 0 { 0.0 } else { 2e-3 }, seen);
        let found = looked_at(&atoms);
        assert_eq!(found.dimension, 1, "{generators:?} {molecule:?}");
        assert!(found.molecule.len() <= molecule.len(), "{generators:?} {molecule:?} {found:?}");
        comes_back(&atoms, &found, 9.0);
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn random_crystals_come_back() {
    let mut random = Philox::new(32, 0);
    let half = |axis: Vector3<f64>, shift: Vector3<f64>| {
        GroupElement::about(&Vector3::zeros(), rotation_about(&axis, TAU / 2.0), &shift)
    };
    let mut seen = [0; 6];
    for round in 0..180 {
        let [a, b, c] = [0; 3].map(|_| between(&mut random, 2.5, 3.8));
        let kind = round % 6;
        let oblique = at(between(&mut random, -0.8, 0.8), between(&mut random, -0.8, 0.8), c);
        // P1, P-1, P2_1, Pc, P2_1 2_1 2_1, P4_1.
        let edges = match kind {
            0 | 1 => [at(a, 0.0, 0.0), at(0.3, b, 0.0), oblique],
            2 | 3 => [at(a, 0.0, 0.0), at(0.4, b, 0.0), at(0.0, 0.0, c)],
            4 => [at(a, 0.0, 0.0), at(0.0, b, 0.0), at(0.0, 0.0, c)],
            _ => [at(a, 0.0, 0.0), at(0.0, a, 0.0), at(0.0, 0.0, 2.0 * c)],
        };
        let mirror = Matrix3::from_diagonal(&at(1.0, 1.0, -1.0));
        let more = match kind {
            0 => vec![],
            1 => vec![GroupElement::about(&Vector3::zeros(), -Matrix3::identity(), &Vector3::zeros())],
            2 => vec![half(Vector3::z(), edges[2] * 0.5)],
            3 => vec![GroupElement::about(&Vector3::zeros(), mirror, &(edges[0] * 0.5))],
            4 => vec![half(Vector3::z(), at(0.5 * a, 0.0, 0.5 * c)), half(Vector3::x(), at(0.5 * a, 0.5 * b, 0.0))],
            _ => vec![GroupElement::screw(&Vector3::zeros(), &Vector3::z(), TAU / 4.0, 0.5 * c)],
        };
        let generators: Vec<_> = edges.map(GroupElement::translation).into_iter().chain(more).collect();
        let place = |random: &mut Philox| Vector3::from_fn(|_, _| between(random, 0.0, 3.0));
        // Translations are seen from atom to atom: the piece has to be some cells long in every direction.
        let reach = if kind == 5 { 12.5 } else { 8.5 };
        let Some((molecule, atoms)) = sparse(&generators, reach, &mut random, &place) else { continue };
        seen[kind] += 1;
        let atoms = moved(atoms, if seen[kind] % 2 == 0 { 0.0 } else { 2e-3 }, round as u64);
        let found = looked_at(&atoms);
        assert_eq!(found.dimension, 3, "{kind} {generators:?} {molecule:?}");
        assert!(found.molecule.len() <= molecule.len(), "{kind} {generators:?} {molecule:?} {found:?}");
        comes_back(&atoms, &found, 4.0);
    }
    assert!(seen.iter().all(|count| *count > 2), "{seen:?}");
}

#[test]
fn forms_are_the_elements_they_describe() {
    let point = at(0.7, 0.2, -0.4);
    let axis = at(0.3, -0.5, 0.8).normalize();
    let mirror = Matrix3::identity() - axis * axis.transpose() * 2.0;
    let across = axis.cross(&Vector3::x());
    let elements = [
        GroupElement::identity(),
        GroupElement::translation(point),
        GroupElement::screw(&point, &axis, 1.0, 0.9),
        GroupElement::screw(&point, &axis, TAU / 2.0, 0.0),
        GroupElement::about(&point, mirror, &Vector3::zeros()),
        GroupElement::about(&point, mirror, &across),
        GroupElement::about(&point, -Matrix3::identity(), &Vector3::zeros()),
        GroupElement::about(&point, mirror * rotation_about(&axis, 0.8), &Vector3::zeros()),
    ];
    let advances = [false, true, true, false, false, true, false, false];
    for (element, advances) in elements.iter().zip(advances) {
        let form = IsometryForm::of(element);
        let back = form.element();
        assert!((back.rotation - element.rotation).norm() < 1e-14, "{form:?}");
        assert!((back.offset - element.offset).norm() < 1e-14, "{form:?}");
        assert_eq!(form.advances(1e-9), advances);
    }
}
