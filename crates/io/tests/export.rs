//! The files of `omd export lammps`, and what it refuses. `validation/lammps/export.py` lets LAMMPS run them.

use omd_flow::{AffineFlow, Structure};
use omd_hierarchy::experiment::AtomStart;
use omd_hierarchy::{PreparedAtoms, atoms_at_start, plans, prepared_atoms};
use omd_io::{LammpsExport, ResolvedInput, ResolvedKey, Units, parse_structure, resolve_input};
use std::fs;
use std::path::Path;

const SHEAR: &str = "[[0, 0.5, 0], [0, 0, 0], [0, 0, 0]]";
/// Real eigenvalues, oblique to all axes: `Q diag(0.2, -0.1, 0.1) Q^T` with the rational `Q` of a quaternion.
const OBLIQUE: &str = "[[0.0222222222222222, -0.1022222222222222, -0.0488888888888889], \
                       [-0.1022222222222222, -0.0057777777777778, -0.0071111111111111], \
                       [-0.0488888888888889, -0.0071111111111111, 0.1835555555555556]]";
const LENNARD_JONES: &str = "kind = \"lennard-jones\"\nepsilon = 1.0\nsigma = 1.0\ncutoff = 2.5\n";

fn input(gradient: &str, interaction: &str, molecular: &str) -> String {
    format!(
        "title = \"a test\"\nunits = \"lj\"\nflow = {{ velocity-gradient = {gradient} }}\n\
         state = {{ number-density = 0.5, temperature = 1.5 }}\ntime = {{ end = 1.0, samples = 4 }}\n\
         molecular = {{ {molecular} }}\n[interaction]\n{interaction}"
    )
}

fn resolved(text: &str) -> ResolvedInput {
    resolve_input(Path::new("tests/good/export.toml"), text).unwrap_or_else(|error| panic!("{error}"))
}

/// The exported files and the atoms in them, and whether the cube was turned.
fn exported(text: &str) -> (tempfile::TempDir, Structure, bool) {
    let input = resolved(text);
    let export = LammpsExport::new(&input).unwrap_or_else(|error| panic!("{error}"));
    let (experiment, turned) = export.experiment();
    let plans = plans(&experiment).unwrap();
    let PreparedAtoms { structure: start, bonds } = prepared_atoms(&plans).unwrap().unwrap();
    export.check_bonds(&bonds).unwrap();
    let folder = tempfile::tempdir().unwrap();
    export.write(folder.path(), &start, &bonds, &export.frame(&start).unwrap()).unwrap();
    (folder, start, turned)
}

fn script(folder: &tempfile::TempDir) -> String {
    fs::read_to_string(folder.path().join("in.lammps")).unwrap()
}

const ATOMS: &str = "atoms = 108, time-step = 0.003, positions = \"fcc\"";

/// The whole script of a simple case; the numbers in it can be checked by eye: 84 steps of 0.25/84, edge 6 (216 = 108/0.5).
#[test]
fn a_shear_of_a_cube_has_this_script() {
    let (folder, _, turned) = exported(&input(SHEAR, LENNARD_JONES, ATOMS));
    assert!(!turned);
    let text = script(&folder);
    let expected = Path::new("tests/good/in.lammps");
    if std::env::var_os("OMD_WRITE_EXPECTED").is_some() {
        fs::write(expected, &text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(expected).unwrap());
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["in.lammps", "start.data", "start.extxyz"]);
}

/// What LAMMPS reads and what omd would read are the same atoms under the same flow, in two frames.
#[test]
fn both_starts_are_the_same_atoms() {
    for (gradient, turns) in [(SHEAR, false), ("[[0, 0, 0], [0.25, 0, 0.5], [0, 0, 0]]", false), (OBLIQUE, true)] {
        let (folder, start, turned) = exported(&input(gradient, LENNARD_JONES, ATOMS));
        assert_eq!(turned, turns, "{gradient}");
        let units = Units::new(omd_io::UnitStyle::Lj);
        let flow = resolved(&input(gradient, LENNARD_JONES, ATOMS)).experiment.flow;
        let peculiar = |name: &str, flow: &AffineFlow| {
            let text = fs::read_to_string(folder.path().join(name)).unwrap();
            match parse_structure(name, &text).unwrap().start(flow, &units) {
                AtomStart::Given { peculiar: Some(peculiar), cell, .. } => (peculiar, cell),
                _ => panic!(),
            }
        };
        let (ours, cell) = peculiar("start.extxyz", &flow);
        let text = script(&folder);
        let rate = |name: &str| -> f64 {
            let line = text.lines().find_map(|line| line.strip_prefix(&format!("variable A{name} equal "))).unwrap();
            line.parse().unwrap()
        };
        let [xx, yy, zz, xy, xz, yz] = ["xx", "yy", "zz", "xy", "xz", "yz"].map(rate);
        let theirs = AffineFlow::new(omd_flow::Matrix3::new(xx, xy, xz, 0.0, yy, yz, 0.0, 0.0, zz)).unwrap();
        let (turned, triangular) = peculiar("start.data", &theirs);
        // Rotations keep products: of velocities, and the lattice's volume.
        assert!((cell.determinant() / triangular.determinant() - 1.0).abs() < 1e-12);
        for k in 1..108 {
            assert!((ours[k].dot(&ours[k - 1]) - turned[k].dot(&turned[k - 1])).abs() < 1e-12, "{gradient}");
        }
        // The invariants of A.
        for time in [0.5, 2.0] {
            assert!((flow.volume_ratio(time) - theirs.volume_ratio(time)).abs() < 1e-12);
        }
        assert_eq!(start.positions.len(), 108);
    }
}

#[test]
fn potentials_have_their_styles() {
    let own = |kind: &str, expected: &str| {
        let (folder, ..) = exported(&input(SHEAR, kind, ATOMS));
        let text = script(&folder);
        assert!(text.contains(expected), "{kind}\n{text}");
        assert!(!folder.path().join("pair.table").exists());
    };
    let two = "pair_coeff 1 1 1.0000000000000000e0 1.0000000000000000e0\n";
    own(
        &format!("{LENNARD_JONES}truncation = \"shifted-force\"\n"),
        &format!("pair_style lj/smooth/linear 2.5000000000000000e0\n{two}mass"),
    );
    own(
        &format!("{LENNARD_JONES}truncation = \"shifted\"\n"),
        &format!("pair_style lj/cut 2.5000000000000000e0\n{two}pair_modify shift yes\n"),
    );
    own(
        &format!("{LENNARD_JONES}truncation = \"truncated\"\n"),
        &format!("pair_style lj/cut 2.5000000000000000e0\n{two}pair_modify shift no\n"),
    );
    own(
        "kind = \"wca\"\nepsilon = 1\nsigma = 1\n",
        &format!("pair_style lj/cut 1.1224620483093730e0\n{two}pair_modify shift yes\n"),
    );
    let morse = "kind = \"morse\"\nepsilon = 1.0\nalpha = 5\nequilibrium-distance = 1.5\ncutoff = 2.5\n";
    let three = "pair_coeff 1 1 1.0000000000000000e0 5.0000000000000000e0 1.5000000000000000e0\n";
    own(
        &format!("{morse}truncation = \"shifted-force\"\n"),
        &format!("pair_style morse/smooth/linear 2.5000000000000000e0\n{three}"),
    );
    own(
        &format!("{morse}truncation = \"shifted\"\n"),
        &format!("pair_style morse 2.5000000000000000e0\n{three}pair_modify shift yes\n"),
    );
}

/// Every row of a table is the potential of the input: the formula, cut and shifted in force.
#[test]
fn other_potentials_are_tables() {
    let (epsilon, sigma, cutoff) = (2.0f64, 0.6f64, 2.5f64);
    let kind = "kind = \"gaussian\"\nepsilon = 2.0\nsigma = 0.6\ncutoff = 2.5\ntruncation = \"shifted-force\"\n";
    let (folder, ..) = exported(&input(SHEAR, kind, ATOMS));
    assert!(
        script(&folder).contains("pair_style table spline 50000\npair_coeff 1 1 pair.table OMD 2.5000000000000000e0\n")
    );
    let text = fs::read_to_string(folder.path().join("pair.table")).unwrap();
    let rows: Vec<Vec<f64>> =
        text.lines().skip(5).map(|line| line.split(' ').map(|word| word.parse().unwrap()).collect()).collect();
    assert_eq!(rows.len(), 50_000);
    let energy = |r: f64| epsilon * (-0.5 * (r / sigma).powi(2)).exp();
    let force = |r: f64| energy(r) * r / (sigma * sigma);
    let spacing = rows[1][1].powi(2) - rows[0][1].powi(2);
    for (k, row) in rows.iter().enumerate() {
        let r = row[1];
        assert_eq!(row[0], (k + 1) as f64);
        assert!((r * r - rows[0][1].powi(2) - k as f64 * spacing).abs() < 1e-11, "even in r^2");
        let shifted = energy(r) - energy(cutoff) + (r - cutoff) * force(cutoff);
        assert!((row[2] - shifted).abs() < 1e-14 && (row[3] - force(r) + force(cutoff)).abs() < 1e-14, "{row:?}");
    }
}

#[test]
fn parameter_files_go_with_the_script() {
    let structure = "structure = \"four.data\", time-step = 0.001";
    for (interaction, file, style) in [
        (
            "kind = \"tersoff\"\nparameters = \"C.tersoff\"\nelement = \"C\"",
            "C.tersoff",
            "tersoff\npair_coeff * * C.tersoff C\n",
        ),
        (
            "kind = \"stillinger-weber\"\nparameters = \"Si.sw\"\nelement = \"Si\"",
            "Si.sw",
            "sw\npair_coeff * * Si.sw Si\n",
        ),
        ("kind = \"eam\"\nparameters = \"Ni.eam\"", "Ni.eam", "eam\npair_coeff 1 1 Ni.eam \n"),
        (
            "kind = \"eam\"\nparameters = \"CuNi.eam.alloy\"\nelement = \"Ni\"",
            "CuNi.eam.alloy",
            "eam/alloy\npair_coeff * * CuNi.eam.alloy Ni\n",
        ),
        (
            "kind = \"eam\"\nparameters = \"CuNi.eam.fs\"\nelement = \"Cu\"",
            "CuNi.eam.fs",
            "eam/fs\npair_coeff * * CuNi.eam.fs Cu\n",
        ),
    ] {
        // The input is in real units; LAMMPS reads these files in metal ones.
        let text = input("[[0, 1e11, 0], [0, 0, 0], [0, 0, 0]]", interaction, structure)
            .replace("lj", "real")
            .replace("number-density = 0.5, temperature = 1.5", "temperature = 300, mass = 1.0")
            .replace("1e11", "1e-4")
            .replace("end = 1.0", "end = 1000.0");
        let (folder, ..) = exported(&text);
        let script = script(&folder);
        assert!(
            script.contains("units metal\n") && script.contains("variable Axy equal 1.0000000000000001e-1\n"),
            "{script}"
        );
        assert!(script.contains(&format!("pair_style {style}")), "{script}");
        let original = fs::read(Path::new("tests/good").join(file)).unwrap();
        assert_eq!(fs::read(folder.path().join(file)).unwrap(), original);
    }
}

#[test]
fn what_lammps_cannot_do_is_refused_in_a_sentence() {
    let refused = |text: &str, place: &str, message: &str| {
        let input = resolved(text);
        let error = LammpsExport::new(&input).unwrap_err().to_string();
        assert!(error.starts_with(&format!("error: {place}: {message}")), "{error}");
        assert!(error.contains("tests/good/export.toml:"), "{error}");
    };
    refused(
        &input("[[0, 1, 0], [-1, 0, 0], [0, 0, 0]]", LENNARD_JONES, ATOMS),
        "`velocity-gradient` in [flow]",
        "the eigenvalues 0.000000 +- 1.000000 i of A are complex",
    );
    refused(
        &input(SHEAR, "kind = \"hard-sphere\"\ndiameter = 1.0\n", "atoms = 108"),
        "`kind` in [interaction]",
        "LAMMPS has no hard spheres",
    );
    refused(
        &input(SHEAR, LENNARD_JONES, "atoms = 108, engine = \"encounters\""),
        "`engine` in [molecular]",
        "LAMMPS moves atoms by time steps",
    );
    refused(
        &input(SHEAR, LENNARD_JONES, &format!("{ATOMS}, time-step-control = \"thermal\"")),
        "`time-step-control` in [molecular]",
        "LAMMPS's step is fixed",
    );
    let ring = "structure = \"ring.extxyz\", time-step = 0.001, group = { kind = \"cyclic\", order = 5 }";
    let ring = input("[[0, 0, 0], [0, 0, 0], [0, 0, 0]]", LENNARD_JONES, ring).replace("number-density = 0.5, ", "");
    refused(&ring, "`group` in [molecular]", "LAMMPS has the images of a cell only");
}

/// Drawn pairs, and molecules of a file across faces and edges of the cell: what is written is read as the same bonds.
#[test]
fn bonds_are_written_as_they_are_read() {
    let of = |law: &str| format!("{LENNARD_JONES}[interaction.bonds]\n{law}\n");
    let harmonic = of("kind = \"harmonic\"\nlength = 0.33\nstiffness = 3000.0");
    let (folder, start, _) = exported(&input(OBLIQUE, &harmonic, ATOMS));
    let text = fs::read_to_string(folder.path().join("start.data")).unwrap();
    let read = parse_structure("start.data", &text).unwrap();
    let pairs = read.bonds.as_ref().unwrap().pairs.clone();
    assert_eq!(pairs, (0..54).map(|k| [2 * k, 2 * k + 1]).collect::<Vec<_>>());
    assert!(pairs.iter().all(|[a, b]| ((start.positions[*a] - start.positions[*b]).norm() - 0.33).abs() < 1e-12));
    let commands = script(&folder);
    assert!(commands.contains("atom_style bond\nbox tilt large\nbond_style harmonic\nspecial_bonds lj 0 1 1\n"));
    assert!(commands.contains("bond_coeff 1 1.5000000000000000e3 3.3"), "{commands}");
    assert!(commands.contains("variable potential_energy equal c_U\n"));

    let morse = of("kind = \"morse\"\nlength = 1.0\nepsilon = 50.0\nalpha = 2.0\npair-force = \"kept\"");
    let chains = "structure = \"chains.data\", time-step = 0.001";
    let text = input(SHEAR, &morse, chains).replace("number-density = 0.5, ", "");
    let (folder, _, _) = exported(&text);
    let given = parse_structure("chains.data", &fs::read_to_string("tests/good/chains.data").unwrap()).unwrap();
    let found = fs::read_to_string(folder.path().join("start.data")).unwrap();
    let read = parse_structure("start.data", &found).unwrap();
    assert_eq!(read.bonds, given.bonds);
    let wide = |[a, b]: &[usize; 2]| (read.positions[*a] - read.positions[*b]).norm() > 3.0;
    assert_eq!(read.bonds.iter().flat_map(|bonds| &bonds.pairs).filter(|pair| wide(pair)).count(), 2);
    assert_eq!(read.images, given.images);
    // The chain, the pair and the single atom are molecules 1, 2 and 3.
    let molecules: Vec<_> = found
        .lines()
        .filter_map(|line| {
            line.split(' ').collect::<Vec<_>>().get(1..)?.first().copied().filter(|_| line.split(' ').count() == 9)
        })
        .collect();
    assert_eq!(molecules, ["1", "2", "1", "1", "2", "3"]);
    let commands = script(&folder);
    assert!(commands.contains("bond_style morse\nspecial_bonds lj 1 1 1\n"));
    // Three bonds, each counted from free atoms.
    assert!(commands.contains("variable potential_energy equal c_U-1.5000000000000000e2\n"), "{commands}");
}

#[test]
fn atoms_bonded_with_several_images_are_refused() {
    let interaction =
        format!("{LENNARD_JONES}[interaction.bonds]\nkind = \"harmonic\"\nlength = 1.0\nstiffness = 9.0\n");
    let input = resolved(&input(SHEAR, &interaction, ATOMS));
    let export = LammpsExport::new(&input).unwrap();
    assert!(export.check_bonds(&[[0, 1], [1, 2]]).is_ok());
    let error = export.check_bonds(&[[0, 1], [2, 3], [1, 0]]).unwrap_err().to_string();
    let expected = "error: `bonds` in [interaction]: LAMMPS bonds an atom with the nearest image of another; atom 1 is bonded \
                    with several of atom 2";
    assert!(error.starts_with(expected), "{error}");
}

/// A table that changes the motion and that exports know nothing of is not passed over.
#[test]
fn unknown_tables_are_refused() {
    let mut input = resolved(&input(SHEAR, LENNARD_JONES, ATOMS));
    let key = |section: &str| ResolvedKey {
        section: section.to_owned(),
        key: "kind".to_owned(),
        value: "\"other\"".to_owned(),
        given: true,
    };
    input.keys.push(key("dsmc.histogram"));
    assert!(LammpsExport::new(&input).is_ok());
    input.keys.push(key("molecular.other"));
    let error = LammpsExport::new(&input).unwrap_err().to_string();
    let expected = "error: `other` in [molecular]: `omd export lammps` cannot write what [molecular.other] says";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn a_lattice_that_does_not_stay_triangular_is_refused() {
    let lattice = format!("{ATOMS}, lattice = [[6, 0, 0], [0, 6, 0], [0, 0, 6]]");
    let input = resolved(&input(OBLIQUE, LENNARD_JONES, &lattice));
    let export = LammpsExport::new(&input).unwrap();
    let (experiment, turned) = export.experiment();
    assert!(!turned, "edges that are given stay as they are");
    let start = atoms_at_start(&plans(&experiment).unwrap()).unwrap();
    let error = export.frame(&start).unwrap_err().to_string();
    let expected =
        "error: `lattice` in [molecular]: LAMMPS's cells are upper triangular; under this flow a cell stays so";
    assert!(error.starts_with(expected), "{error}");
}

/// LAMMPS has the models of the KIM API too; they are in electronvolts and angstrom.
#[cfg(feature = "kim")]
#[test]
fn models_of_the_kim_api_are_named() {
    let model = "SW_StillingerWeber_1985_Si__MO_405512056662_005";
    // Femtoseconds in, picoseconds out.
    let text = format!(
        "units = \"real\"\nflow = {{ velocity-gradient = {SHEAR} }}\nstate = {{ temperature = 300, mass = 28.085 }}\n\
         time = {{ end = 8.0, samples = 4 }}\ninteraction = {{ kind = \"kim\", model = \"{model}\" }}\n\
         [molecular]\ntime-step = 2.0\n[molecular.build]\nkind = \"crystal\"\nlattice = \"diamond\"\n\
         lattice-constant = 5.43\ncells = [2, 2, 2]\n"
    );
    let (folder, ..) = exported(&text);
    let text = script(&folder);
    assert!(text.contains(&format!("pair_style kim {model}\npair_coeff * * Si\n")), "{text}");
    assert!(text.contains("units metal\n") && text.contains("timestep 2.0000000000000000e-3\n"), "{text}");
}
