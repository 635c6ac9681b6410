//! Several elements from the files of a user to the forces, against LAMMPS.
//!
//! `validation/lammps/potentials.py --reference` made `tests/compounds`: the atoms, and what LAMMPS (29 Sep 2021) found for
//! them: energy, the pressure xx yy zz xy xz yz without the motion of the atoms, and the force on each. Cells are smaller than
//! the cutoff: atoms feel several images of one neighbour, and of themselves.

use omd_flow::{Description, Dimension, Vector3};
use omd_hierarchy::experiment::{AtomStart, Engine, GroupElement, Interaction, ObjectiveGroup};
use omd_io::{Quantity, ResolvedInput, read_input};
use omd_molecular::{GroupModel, GroupMolecular, force_field};
use std::path::Path;
use std::process::Command;

fn numbers(line: &str) -> Vec<f64> {
    line.split_whitespace().map(|word| word.parse().unwrap()).collect()
}

/// The input of a file of parameters in one of the workspace's folders, and the table of what LAMMPS found.
fn case(kind: &str, elements: &str, shelf: &str, file: &str) -> (ResolvedInput, Vec<Vec<f64>>) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let folder = tempfile::tempdir().unwrap();
    let parameters = here.join("../../..").join(shelf).join(file);
    let (parameters, atoms) = (parameters.display(), here.join("compounds").join(format!("{file}.data")));
    let text = format!(
        "units = \"metal\"\nflow = {{ velocity-gradient = [[0, 0, 0], [0, 0, 0], [0, 0, 0]] }}\nstate = {{ temperature = 1 }}\n\
         time = {{ end = 1, samples = 1 }}\nmolecular = {{ structure = '{}', time-step = 0.001 }}\n\
         interaction = {{ kind = \"{kind}\", parameters = '{parameters}', elements = [{elements}] }}\n",
        atoms.display()
    );
    let path = folder.path().join("input.toml");
    std::fs::write(&path, text).unwrap();
    let table = std::fs::read_to_string(here.join("compounds").join(format!("{file}.lammps"))).unwrap();
    (read_input(&path).unwrap(), table.lines().map(numbers).collect())
}

#[test]
fn energy_pressure_and_forces_are_those_of_lammps() {
    let good = "crates/io/tests/good";
    for (kind, elements, shelf, file) in [
        ("eam", "\"Ni\", \"Cu\"", good, "CuNi.eam.alloy"),
        ("eam", "\"Ni\", \"Cu\"", good, "CuNi.eam.fs"),
        ("tersoff", "\"Si\", \"C\"", good, "SiC.tersoff"),
        ("stillinger-weber", "\"Ga\", \"N\"", "examples", "GaN.sw"),
    ] {
        let (input, table) = case(kind, elements, shelf, file);
        let (experiment, units) = (&input.experiment, &input.units);
        let Some(Interaction::ManyBody(potential)) = &experiment.interaction else { panic!() };
        let settings = experiment.molecular.as_ref().unwrap();
        let (AtomStart::Given { cell, positions, .. }, Some(Engine::TimeStepped(scheme))) =
            (&settings.start, settings.engine)
        else {
            panic!()
        };
        let edges: Vec<_> = cell.column_iter().map(|edge| GroupElement::translation(edge.into())).collect();
        let group = ObjectiveGroup::new(&experiment.flow, &edges).unwrap();
        let species = settings.species.clone().unwrap();
        assert!(species.counts(positions.len()).iter().all(|count| *count > 0), "{file}");
        let model = GroupModel { group, field: force_field(potential.clone()), species, cell: None };
        let rest = vec![Vector3::zeros(); positions.len()];
        let mut molecular = GroupMolecular::new(&model, scheme, positions, &rest).unwrap();

        let energy = units.to_style(Dimension::Energy, molecular.potential_energy());
        assert!((energy / table[0][0] - 1.0).abs() < 1e-12, "{file}: {energy} {}", table[0][0]);
        let pressure = molecular.observe().pressure.map(|p| units.to_style(Dimension::Pressure, p));
        let largest = table[0][1..].iter().fold(0.0, |most: f64, p| most.max(p.abs()));
        for ((i, j), expected) in [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)].into_iter().zip(&table[0][1..]) {
            let off = (pressure[(i, j)] - expected).abs() / largest;
            assert!(off < 1e-12, "{file} {i}{j}: {} {expected}", pressure[(i, j)]);
        }
        let size = table[1..].iter().map(|f| Vector3::from_row_slice(f).norm()).fold(0.0, f64::max);
        let unit = units.factor(Quantity::Of(Dimension::Force));
        for (atom, (force, expected)) in molecular.forces().iter().zip(&table[1..]).enumerate() {
            let off = (force / unit - Vector3::from_row_slice(expected)).norm() / size;
            assert!(off < 1e-12, "{file}, atom {atom}: {force} is off by {off:e}");
        }
    }
}

const ALLOY: &str = r#"units = "metal"
flow = { velocity-gradient = [[0, 0.5, 0], [0, 0, 0], [0, 0, 0]] }
state = { temperature = 300, masses = [63.55, 58.69] }
time = { end = 0.02, samples = 2 }
[interaction]
kind = "eam"
parameters = "PARAMETERS"
elements = ["Cu", "Ni"]
[molecular]
time-step = 0.001
trajectory = { every = 1, format = "lammps-dump" }
[molecular.build]
kind = "crystal"
lattice = "l1_2"
lattice-constant = 3.55
cells = [3, 3, 3]
elements = ["Ni", "Cu"]
"#;

const MIXTURE: &str = r#"units = "lj"
flow = { velocity-gradient = [[0, 0.5, 0], [0, 0, 0], [0, 0, 0]] }
state = { temperature = 1.0, masses = [1.0, 0.5] }
time = { end = 0.02, samples = 2 }
[interaction]
kind = "lennard-jones"
elements = ["A", "B"]
truncation = "shifted"
pairs = [
    { elements = ["A", "A"], epsilon = 1.0, sigma = 1.0, cutoff = 2.5 },
    { elements = ["B", "A"], epsilon = 1.5, sigma = 0.8, cutoff = 2.0 },
    { elements = ["B", "B"], epsilon = 0.5, sigma = 0.88, cutoff = 2.2 },
]
[molecular]
time-step = 0.002
trajectory = { every = 1, format = "lammps-dump" }
[molecular.build]
kind = "crystal"
lattice = "fcc"
lattice-constant = 1.4938
cells = [5, 5, 5]
composition = { A = 4, B = 1 }
"#;

fn omd(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_omd")).current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn elements_are_seen_in_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let parameters = Path::new(env!("CARGO_MANIFEST_DIR")).join("../io/tests/good/CuNi.eam.alloy");
    let text = ALLOY.replace("PARAMETERS", &parameters.display().to_string());
    std::fs::write(folder.path().join("alloy.toml"), text).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();

    let said = omd(folder.path(), &["check", "alloy.toml"]);
    for line in ["  Cu              27 atoms of mass 63.550000\n", "  Ni              81 atoms of mass 58.690000\n"] {
        assert!(said.contains(line), "{said}");
    }
    omd(folder.path(), &["run", "alloy.toml", "--out", "one", "--threads", "1", "--quiet"]);
    omd(folder.path(), &["run", "alloy.toml", "--out", "two", "--threads", "2", "--quiet"]);
    for name in ["molecular.csv", "molecular.final.extxyz", "molecular.trajectory.lammpsdump"] {
        assert_eq!(read(&format!("one/{name}")), read(&format!("two/{name}")), "{name}");
    }
    // The second element stands first in the crystal; types are in the order of the input.
    let structure = read("one/molecular.final.extxyz");
    let labels: Vec<&str> = structure.lines().skip(2).map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!((labels[0], labels[1], labels.iter().filter(|label| **label == "Cu").count()), ("Cu", "Ni", 27));
    let dump = read("one/molecular.trajectory.lammpsdump");
    assert!(dump.contains("\n1 1 Cu ") && dump.contains("\n2 2 Ni "), "{dump}");

    omd(folder.path(), &["export", "lammps", "alloy.toml", "--out", "lammps", "--quiet"]);
    let (script, data) = (read("lammps/in.lammps"), read("lammps/start.data"));
    for words in [
        "pair_style eam/alloy\npair_coeff * * CuNi.eam.alloy Cu Ni\nmass 1 6.3549999999999997e1\nmass 2 5.8689999999999998e1\n",
        "variable px atom mass/5.9905000000000001e1*v_wx\n",
        "compute D all reduce ave v_px v_py v_pz\n",
    ] {
        assert!(script.contains(words), "{script}");
    }
    assert!(data.contains("\n108 atoms\n2 atom types\n"), "{data}");
    assert!(data.contains("\nMasses\n\n1 6.3549999999999997e1 # Cu\n2 5.8689999999999998e1 # Ni\n"), "{data}");
    // What was written is read again: by its labels, with its masses.
    let again = read("alloy.toml").replace(", masses = [63.55, 58.69]", "");
    let (before, _) = again.split_once("[molecular.build]").unwrap();
    let again = before.replace("[molecular]\n", "[molecular]\nstructure = \"lammps/start.data\"\n");
    std::fs::write(folder.path().join("again.toml"), again).unwrap();
    let said = omd(folder.path(), &["check", "again.toml"]);
    assert!(said.contains("  Cu              27 atoms of mass 63.550000\n"), "{said}");
    assert!(said.contains("masses = [63.55, 58.69]    # default"), "{said}");
}

#[test]
fn pairs_of_two_elements_are_seen_in_every_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mixture.toml"), MIXTURE).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let said = omd(folder.path(), &["check", "mixture.toml"]);
    let pair = "  A B             epsilon 1.500000e0, sigma 8.000000e-1, cutoff 2.000000e0\n";
    for line in
        ["  A               400 atoms of mass 1.000000\n", "  B               100 atoms of mass 0.500000\n", pair]
    {
        assert!(said.contains(line), "{said}");
    }
    omd(folder.path(), &["run", "mixture.toml", "--out", "one", "--threads", "1", "--quiet"]);
    omd(folder.path(), &["run", "mixture.toml", "--out", "two", "--threads", "2", "--quiet"]);
    for name in ["molecular.csv", "molecular.final.extxyz", "molecular.trajectory.lammpsdump"] {
        assert_eq!(read(&format!("one/{name}")), read(&format!("two/{name}")), "{name}");
    }
    let structure = read("one/molecular.final.extxyz");
    assert_eq!(structure.lines().filter(|line| line.starts_with("B ")).count(), 100);
    omd(folder.path(), &["export", "lammps", "mixture.toml", "--out", "lammps", "--quiet"]);
    let script = read("lammps/in.lammps");
    let pairs = "pair_style lj/cut 2.5000000000000000e0\n\
                 pair_coeff 1 1 1.0000000000000000e0 1.0000000000000000e0 2.5000000000000000e0\n\
                 pair_coeff 1 2 1.5000000000000000e0 8.0000000000000004e-1 2.0000000000000000e0\n\
                 pair_coeff 2 2 5.0000000000000000e-1 8.8000000000000000e-1 2.2000000000000002e0\n\
                 pair_modify shift yes\nmass 1 1.0000000000000000e0\nmass 2 5.0000000000000000e-1\n";
    assert!(script.contains(pairs), "{script}");
    assert!(read("lammps/start.data").contains("\n500 atoms\n2 atom types\n"));
    // A form without a style of LAMMPS's has a table for each pair.
    let soft = MIXTURE.replace("lennard-jones", "gaussian");
    std::fs::write(folder.path().join("soft.toml"), soft).unwrap();
    omd(folder.path(), &["export", "lammps", "soft.toml", "--out", "tables", "--quiet"]);
    let script = read("tables/in.lammps");
    assert!(script.contains("\npair_coeff 1 2 pair-1-2.table OMD 2.0000000000000000e0\n"), "{script}");
    for (name, cutoff) in [("1-1", "2.5"), ("1-2", "2.0"), ("2-2", "2.2")] {
        let table = read(&format!("tables/pair-{name}.table"));
        assert!(table.lines().nth(3).is_some_and(|line| line.contains(&format!(" {cutoff}"))), "{name}");
    }
}

#[test]
fn no_collision_kernel_is_made_of_several_elements() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mixture.toml"), MIXTURE).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_omd"))
        .current_dir(folder.path())
        .args(["transport", "mixture.toml"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("collision kernels are those of atoms of one element"), "{said}");
}
