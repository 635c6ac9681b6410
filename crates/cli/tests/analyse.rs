//! `omd analyse`: what it says of structures whose group is known, and that omd makes the structure of what it writes.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

type Atom = (String, [f64; 3]);

fn omd(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_omd")).current_dir(folder).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn write(path: &Path, head: &str, atoms: &[Atom]) {
    let mut text = format!("{}\n{head} Properties=species:S:1:pos:R:3\n", atoms.len());
    for (label, [x, y, z]) in atoms {
        writeln!(text, "{label} {x:.9} {y:.9} {z:.9}").unwrap();
    }
    std::fs::write(path, text).unwrap();
}

/// The first frame of extended XYZ.
fn read(path: &Path) -> Vec<Atom> {
    let text = std::fs::read_to_string(path).unwrap();
    let count: usize = text.lines().next().unwrap().parse().unwrap();
    let atom = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words[0].to_owned(), [1, 2, 3].map(|k| words[k].parse().unwrap()))
    };
    text.lines().skip(2).take(count).map(atom).collect()
}

fn distance(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt()
}

/// Turned about an oblique axis and moved.
fn moved(atoms: Vec<Atom>) -> Vec<Atom> {
    let place = |[x, y, z]: [f64; 3]| {
        // Two turns, about z and about x.
        let (s, c) = 0.7f64.sin_cos();
        let [x, y] = [c * x - s * y, s * x + c * y];
        let (s, c) = 1.1f64.sin_cos();
        [x + 3.0, c * y - s * z - 2.0, s * y + c * z + 5.0]
    };
    atoms.into_iter().map(|(label, x)| (label, place(x))).collect()
}

/// A piece of the (6, 4) nanotube, by its formula: the honeycomb of bond 1.42 rolled up along (6, 4).
fn nanotube() -> Vec<Atom> {
    let (n, m, edge): (f64, f64, f64) = (6.0, 4.0, 1.42 * 3f64.sqrt());
    let length = (n * n + n * m + m * m).sqrt();
    let radius = edge * length / std::f64::consts::TAU;
    let mut atoms = Vec::new();
    for (i, j) in (-60..60).flat_map(|i| (-60..60).map(move |j| (f64::from(i), f64::from(j)))) {
        for third in [0.0, 1.0 / 3.0] {
            let (a, b) = (i + third, j + third);
            let around = (a * (n + 0.5 * m) + b * (0.5 * n + m)) / (length * length);
            let along = edge * 0.75f64.sqrt() * (a * m - b * n) / length;
            if (-1e-9..1.0 - 1e-9).contains(&around) && along.abs() < 15.0 {
                let (sine, cosine) = (std::f64::consts::TAU * around).sin_cos();
                atoms.push(("C".to_owned(), [radius * cosine, radius * sine, along]));
            }
        }
    }
    moved(atoms)
}

/// A block of 5 x 5 x 5 cubic cells, these places in each.
fn block(edge: f64, places: &[(&str, [f64; 3])]) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for cell in 0..125 {
        let corner = [cell / 25, cell / 5 % 5, cell % 5].map(f64::from);
        for (label, place) in places {
            atoms.push(((*label).to_owned(), [0, 1, 2].map(|k| edge * (corner[k] + place[k]))));
        }
    }
    moved(atoms)
}

fn faces(shift: f64) -> [[f64; 3]; 4] {
    let s = shift;
    [[s, s, s], [s, s + 0.5, s + 0.5], [s + 0.5, s, s + 0.5], [s + 0.5, s + 0.5, s]]
}

fn ring(count: usize) -> Vec<Atom> {
    let angle = |k: usize| std::f64::consts::TAU * k as f64 / count as f64;
    let at = |k: usize, height: f64| [3.0 * angle(k).cos(), 3.0 * angle(k).sin(), height];
    moved((0..count).flat_map(|k| [("B".to_owned(), at(k, 0.8)), ("B".to_owned(), at(k, -0.8))]).collect())
}

/// An input with the group as `omd analyse` wrote it, and the images at t = 0 of a run of it.
fn images(folder: &Path, reach: f64) -> Vec<Atom> {
    let out = folder.join("found");
    // At rest: what is drawn does not move images at t = 0.
    let molecule = read(&out.join("molecule.extxyz"));
    let mut text = format!("{}\nProperties=species:S:1:pos:R:3:velo:R:3\n", molecule.len());
    for (label, [x, y, z]) in &molecule {
        writeln!(text, "{label} {x:.17e} {y:.17e} {z:.17e} 0 0 0").unwrap();
    }
    std::fs::write(out.join("resting.extxyz"), text).unwrap();
    let group = std::fs::read_to_string(out.join("group.toml")).unwrap();
    let input = format!(
        r#"units = "real"
flow = {{ velocity-gradient = [[0, 0, 0], [0, 0, 0], [0, 0, 0]] }}
state = {{ temperature = 1e-6, mass = 12.0 }}
interaction = {{ kind = "lennard-jones", epsilon = 0.01, sigma = 1.0, cutoff = 2.5 }}
time = {{ end = 0.001, samples = 1 }}
[molecular]
structure = "resting.extxyz"
time-step = 0.001
[molecular.trajectory]
every = 1
format = "extxyz"
radius = {reach}
{group}"#
    );
    std::fs::write(out.join("input.toml"), input).unwrap();
    said(&omd(&out, &["run", "input.toml"]));
    read(&out.join("results/input/molecular.trajectory.extxyz"))
}

/// Each image is an atom of the structure and each atom near the molecule an image, once.
fn reproduces(folder: &Path, atoms: &[Atom], reach: f64, tolerance: f64) {
    let images = images(folder, reach);
    let near = |x: &[f64; 3], label: &str, of: &[Atom]| {
        of.iter().filter(|(other, y)| other == label && distance(x, y) < tolerance).count()
    };
    let middle = [0, 1, 2].map(|k| images.iter().map(|(_, x)| x[k]).sum::<f64>() / images.len() as f64);
    assert!(images.len() > 5);
    for (label, x) in &images {
        assert_eq!(near(x, label, atoms), 1, "image at {x:?}");
    }
    let inner = atoms.iter().filter(|(_, x)| distance(x, &middle) < 0.5 * reach);
    let mut seen = 0;
    for (label, x) in inner {
        assert_eq!(near(x, label, &images), 1, "atom at {x:?}");
        seen += 1;
    }
    assert!(seen > 3 || images.len() == atoms.len());
}

#[test]
fn omd_makes_the_structure_of_the_molecule_and_the_group() {
    let fcc = faces(0.0).map(|x| ("Al", x));
    let rock_salt: Vec<_> =
        faces(0.0).map(|x| ("Na", x)).into_iter().chain(faces(0.0).map(|[x, y, z]| ("Cl", [x + 0.5, y, z]))).collect();
    let diamond: Vec<_> = faces(0.0).into_iter().chain(faces(0.25)).map(|x| ("Si", x)).collect();
    let helix: Vec<Atom> = (0..80)
        .flat_map(|k| {
            let (angle, height) = (0.7 * f64::from(k), 1.1 * f64::from(k));
            let at = |radius: f64, angle: f64, height: f64| [radius * angle.cos(), radius * angle.sin(), height];
            [("N".to_owned(), at(3.0, angle, height)), ("O".to_owned(), at(3.4, angle + 0.3, height + 0.4))]
        })
        .collect();
    let cases = [
        ("tube", nanotube(), 8.0, "kind = \"generators\"", "molecule           1 atom (1 C)"),
        ("fcc", block(4.05, &fcc), 6.0, "kind = \"translation\"", "space group of point group O_h"),
        ("salt", block(5.64, &rock_salt), 8.0, "kind = \"translation\"", "molecule           2 atoms (1 Na, 1 Cl)"),
        ("diamond", block(5.43, &diamond), 7.0, "kind = \"generators\"", "molecule           1 atom (1 Si)"),
        ("helix", moved(helix), 15.0, "kind = \"helical\"", "molecule           2 atoms (1 N, 1 O)"),
        ("ring", ring(12), 40.0, "kind = \"dihedral\"", "point group D_12h, order 48"),
    ];
    for (name, atoms, reach, kind, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("structure.extxyz"), "", &atoms);
        let text = said(&omd(folder.path(), &["analyse", "structure.extxyz", "--out", "found"]));
        assert!(text.contains(expected) && text.contains(kind), "{name}: {text}");
        assert!(text.contains("an objective molecular structure"), "{name}: {text}");
        reproduces(folder.path(), &atoms, reach, 1e-5);
    }
}

#[test]
fn the_report_reads_well() {
    let folder = tempfile::tempdir().unwrap();
    let square: Vec<Atom> =
        [[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]].map(|[x, y]| ("H".to_owned(), [x, y, 2.0])).into();
    write(&folder.path().join("square.xyz"), "", &square);
    let expected = "square.xyz
  atoms              4 H
  extent             these atoms and no others
  verdict            an objective molecular structure: 4 molecules, each of 1 atom
  molecule           1 atom (1 H)
  all isometries     point group D_4h, order 16; all atoms are equivalent
  axis               along (0, 0, 1) through (0, 0, 2)
  turns              order 4
  generators         1  rotation 90 degrees about (0, 0, 1) through (0, 0, 0)
  largest misfit     0.0e0 (atom 4); tolerance 0.04

[molecular.group]
kind = \"cyclic\"
axis = [0.0, 0.0, 1.0]
point = [0.0, 0.0, 0.0]
order = 4
";
    let text = said(&omd(folder.path(), &["analyse", "square.xyz"]));
    let without =
        |text: &str| text.lines().filter(|line| !line.contains("largest misfit")).collect::<Vec<_>>().join("\n");
    assert_eq!(without(&text), without(expected), "{text}");
    assert!(said(&omd(folder.path(), &["analyse", "square.xyz", "--quiet"])).is_empty());
}

#[test]
fn periodic_edges_are_those_of_pbc() {
    let folder = tempfile::tempdir().unwrap();
    let pair = [("Na".to_owned(), [0.1, 0.2, 0.3]), ("Cl".to_owned(), [2.1, 2.2, 2.3])];
    let cell = "Lattice=\"4 0 0 0 4 0 0 0 4\"";
    for (pbc, expected) in [
        ("", "space group of point group O_h"),
        ("pbc=\"T T T\"", "space group of point group O_h"),
        ("pbc=\"T T F\"", "layer group of point group C_4v"),
        (
            "pbc=\"F F T\"",
            "screws and turns about an axis, half turns across it, mirror or glide planes through it, reflections of it",
        ),
        ("pbc=\"F F F\"", "point group C_inf v"),
    ] {
        write(&folder.path().join("cell.xyz"), &format!("{cell} {pbc}"), &pair);
        let text = said(&omd(folder.path(), &["analyse", "cell.xyz"]));
        assert!(text.contains(expected), "{pbc}: {text}");
    }
    write(&folder.path().join("cell.xyz"), cell, &pair);
    let text = said(&omd(folder.path(), &["analyse", "cell.xyz", "--finite"]));
    assert!(text.contains("point group C_inf v") && text.contains("objective only trivially"), "{text}");
}

#[test]
fn atoms_out_of_place_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut atoms = ring(12);
    atoms[6].1[0] += 0.4;
    write(&folder.path().join("ring.xyz"), "", &atoms);
    let text = said(&omd(folder.path(), &["analyse", "ring.xyz"]));
    assert!(text.contains("not an objective molecular structure: 1 atom out of place"), "{text}");
    assert!(text.contains("out of place       atoms 7\n"), "{text}");
    let output = omd(folder.path(), &["analyse", "ring.xyz", "--out", "found"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.path().join("found").exists(), "nothing is left behind");
}

#[test]
fn bad_input_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("two.xyz"), "", &[("H".to_owned(), [0.0; 3]), ("H".to_owned(), [0.0, 0.0, 0.74])]);
    write(&folder.path().join("same.xyz"), "", &[("H".to_owned(), [1.0; 3]), ("H".to_owned(), [1.0; 3])]);
    write(&folder.path().join("pbc.xyz"), "pbc=\"T T T\"", &[("H".to_owned(), [0.0; 3])]);
    write(&folder.path().join("flags.xyz"), "pbc=\"T maybe\"", &[("H".to_owned(), [0.0; 3])]);
    let flat = "Lattice=\"1 0 0 2 0 0 0 0 1\"";
    write(&folder.path().join("flat.xyz"), flat, &[("H".to_owned(), [0.0; 3])]);
    write(&folder.path().join("one.xyz"), "", &[("H".to_owned(), [0.0; 3])]);
    std::fs::write(folder.path().join("none.xyz"), "0\n\n").unwrap();
    std::fs::write(folder.path().join("short.xyz"), "3\n\nH 0 0 0\n").unwrap();
    std::fs::create_dir(folder.path().join("full")).unwrap();
    std::fs::write(folder.path().join("full/notes.txt"), "mine").unwrap();
    let cases: [(&[&str], &str); 12] = [
        (&["missing.xyz"], "error: cannot read the structure file missing.xyz: no such file or directory"),
        (&["none.xyz"], "error: the structure file has no atoms\n --> none.xyz:1:1"),
        (&["short.xyz"], "error: the structure file is truncated: line 1 says 3 atoms, found 1\n --> short.xyz:1:1"),
        (&["two.xyz", "--tolerance", "0"], "error: --tolerance must be a positive number, found 0"),
        (&["two.xyz", "--tolerance", "-0.1"], "error: --tolerance must be a positive number, found -0.1"),
        (&["two.xyz", "--cutoff", "NaN"], "error: --cutoff must be a positive number, found NaN"),
        (
            &["two.xyz", "--tolerance", "0.2"],
            "error: two.xyz: the tolerance 0.2 does not tell atoms apart: atoms 1 and 2 are 0.74 from each other; it has \
             to be below a quarter of that\n  = help: --tolerance X gives another one",
        ),
        (&["same.xyz"], "error: same.xyz: atoms 1 and 2 are at one place"),
        (&["pbc.xyz"], "error: pbc says that the cell repeats, but there is no Lattice\n --> pbc.xyz:2:1"),
        (&["flags.xyz"], "error: pbc must be three of T and F, found \"T maybe\"\n --> flags.xyz:2:1"),
        (&["flat.xyz"], "error: flat.xyz: the translations of the cell are not independent"),
        (&["two.xyz", "--out", "full"], "error: the output directory full is not empty: it holds notes.txt"),
    ];
    for (arguments, message) in cases {
        let output = omd(folder.path(), &[&["analyse"], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with(message), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let output = omd(folder.path(), &["analyse", "one.xyz", "--out", "found"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.starts_with("error: there is no group to write"), "{said}");
    assert_eq!(output.status.code(), Some(2));
}
