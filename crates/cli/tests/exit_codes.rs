//! What a user reads and what a shell sees when something is wrong.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const GAS: &str = r#"units = "lj"
[flow]
velocity-gradient = [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
[state]
number-density = 0.1
temperature = 1.0
[interaction]
kind = "wca"
epsilon = 1.0
sigma = 1.0
[time]
end = 0.1
samples = 2
[molecular]
atoms = 32
time-step = 0.005
"#;

fn omd(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_omd")).current_dir(folder).args(arguments).output().unwrap()
}

/// Runs `text` as `input.toml` and compares what is said on standard error to the letter.
fn refused(text: &str, code: i32, message: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("input.toml"), text).unwrap();
    let output = omd(folder.path(), &["run", "input.toml", "--quiet"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr).trim_end(), message.trim_end());
    assert_eq!(output.status.code(), Some(code));
    if code == 2 {
        assert!(!folder.path().join("results").exists(), "an input that is refused leaves nothing behind");
    }
}

/// A finished run to spoil.
fn finished() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("input.toml"), GAS).unwrap();
    let output = omd(folder.path(), &["run", "input.toml"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let results = folder.path().join("results/input");
    (folder, results)
}

fn resume_says(folder: &Path, expected: &str) {
    let output = omd(folder, &["resume", "results/input"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(expected), "{said}");
}

#[test]
fn overlapping_atoms_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let atoms = "4\nLattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3\n\
                 Ar 1 1 1\nAr 3 3 3\nAr 3 1 4\nAr 1 1 1.01\n";
    std::fs::write(folder.path().join("atoms.extxyz"), atoms).unwrap();
    let text = GAS.replace("atoms = 32", "structure = \"atoms.extxyz\"").replace("number-density = 0.1\n", "");
    std::fs::write(folder.path().join("input.toml"), text).unwrap();
    let output = omd(folder.path(), &["run", "input.toml"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    let expected = "error: `structure` in [molecular]: atoms 1 and 4 overlap at distance 0.01";
    assert!(
        said.starts_with(expected) && said.contains("their energy is above 1e6 k_B T\n  --> input.toml:14:13"),
        "{said}"
    );
}

#[test]
fn a_start_that_cannot_carry_its_stress_says_how_small_kn_must_be() {
    let text = GAS
        .replace("temperature = 1.0", "temperature = 1.0\npreparation = \"navier-stokes\"")
        .replace("kind = \"wca\"\nepsilon = 1.0\nsigma = 1.0", "kind = \"maxwell\"\nrate = 1.0")
        .replace("[molecular]\natoms = 32\ntime-step = 0.005\n", "[moments]\n");
    // mu = 2 T: P/n = 1 - 2 Kn mu D/n is positive definite for Kn < n T / (mu K) = 0.05.
    refused(
        &text,
        2,
        "error: `preparation` in [state]: the Chapman-Enskog stress of this flow leaves no positive definite covariance at \
         Kn = 1; it does for Kn below 0.050000\n --> input.toml:7:15\n  |\n7 | preparation = \"navier-stokes\"\n  |               \
         ^^^^^^^^^^^^^^^",
    );
}

#[test]
fn what_the_physics_stops_exits_with_three() {
    let text = GAS
        .replace("time-step = 0.005", "time-step = 0.05")
        .replace("number-density = 0.1", "number-density = 0.8")
        .replace("end = 0.1", "end = 50.0")
        .replace("temperature = 1.0", "temperature = 100.0");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("input.toml"), text.replace("atoms = 32", "atoms = 32\npositions = \"fcc\""))
        .unwrap();
    let output = omd(folder.path(), &["run", "input.toml", "--quiet"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.starts_with("error: molecular (replica 0) stopped after t = "), "{said}");
    assert!(folder.path().join("results/input/molecular.csv").exists(), "what was computed is kept");
}

/// `GAS` with hard spheres in it.
fn spheres() -> String {
    GAS.replace("kind = \"wca\"\nepsilon = 1.0\nsigma = 1.0", "kind = \"hard-sphere\"\ndiameter = 1.0")
        .replace("time-step = 0.005\n", "")
}

#[test]
fn hard_spheres_stop_with_three_where_a_lattice_vector_is_a_diameter() {
    // The edge of 32 spheres at density 0.1 is 6.84; compressed along x it is 1 at t = 0.854.
    let text = spheres().replace("end = 0.1", "end = 0.95").replace(
        "[[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]",
        "[[-1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]]",
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("input.toml"), text).unwrap();
    let output = omd(folder.path(), &["run", "input.toml", "--quiet"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("the shortest lattice vector has reached the diameter 1"), "{said}");
    assert!(folder.path().join("results/input/molecular.csv").exists(), "what was computed is kept");
}

#[test]
fn hard_spheres_that_overlap_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let atoms = "4\nLattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3\n\
                 Ar 0.25 1 1\nAr 3 1 1\nAr 1 3 1\nAr 4.5 1 1\n";
    std::fs::write(folder.path().join("atoms.extxyz"), atoms).unwrap();
    let text = spheres()
        .replace("atoms = 32", "structure = \"atoms.extxyz\"")
        .replace("number-density = 0.1", "number-density = 0.032");
    std::fs::write(folder.path().join("input.toml"), text).unwrap();
    let output = omd(folder.path(), &["run", "input.toml"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("spheres 1 and 4 overlap: their distance is 0.75, the diameter 1"), "{said}");
    assert!(said.contains("input.toml:14:13"), "{said}");
}

#[test]
fn a_directory_with_results_is_refused_without_force() {
    let (folder, _) = finished();
    let again = omd(folder.path(), &["run", "input.toml"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is not empty"));
    assert!(omd(folder.path(), &["run", "input.toml", "--force"]).status.success());
}

#[test]
fn checkpoints_that_do_not_fit_are_refused() {
    let (folder, results) = finished();
    let path = results.join("checkpoint.omd");
    let whole = std::fs::read(&path).unwrap();
    assert!(omd(folder.path(), &["resume", "results/input"]).status.success());

    let whole_again = std::fs::read(&path).unwrap();
    assert_eq!(whole, whole_again, "resuming what is done changes nothing");
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    resume_says(folder.path(), "is truncated");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    std::fs::write(&path, flipped).unwrap();
    resume_says(folder.path(), "is damaged: its checksum does not match");
    std::fs::write(&path, "not one").unwrap();
    resume_says(folder.path(), "is not a checkpoint of omd");
    std::fs::write(&path, &whole).unwrap();
    std::fs::write(folder.path().join("input.toml"), GAS.replace("end = 0.1", "end = 0.2")).unwrap();
    resume_says(folder.path(), "is not the one the run began with");
    std::fs::remove_file(&path).unwrap();
    resume_says(folder.path(), "error: results/input holds no run to go on with: no checkpoint.omd is there");
}

#[test]
fn a_self_similar_profile_is_done_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    // So dense that the shear is as slow as the relaxation: a stronger one needs more degrees than a test has time for.
    let maxwell = GAS
        .replace("number-density = 0.1", "number-density = 1.0")
        .replace("kind = \"wca\"\nepsilon = 1.0\nsigma = 1.0", "kind = \"maxwell\"\nrate = 2.0")
        .replace("[molecular]\natoms = 32\ntime-step = 0.005\n", "[moments]\n");
    std::fs::write(folder.path().join("maxwell.toml"), maxwell).unwrap();
    std::fs::write(folder.path().join("wca.toml"), GAS).unwrap();
    let short =
        ["self-similar", "maxwell.toml", "--particles", "200", "--replicas", "2", "--order", "4", "--degree", "6"];
    let done = omd(folder.path(), &short);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let results = folder.path().join("results/maxwell-self-similar");
    for name in [
        "summary.csv",
        "moments.csv",
        "growth.csv",
        "radial.csv",
        "marginal-x.csv",
        "radial-fourier.csv",
        "profile.svg",
    ] {
        assert!(results.join(name).exists(), "{name}");
    }
    let refusals: [(&[&str], &str); 6] = [
        (&short, "is not empty"),
        (&["self-similar", "wca.toml"], "this potential is not of Maxwell type"),
        (&["self-similar", "missing.toml"], "missing.toml"),
        (&["self-similar", "maxwell.toml", "--force", "--velocity-gradient", "0,1,0"], "has 3 numbers"),
        (&["self-similar", "maxwell.toml", "--force", "--replicas", "1"], "--replicas"),
        (&["self-similar", "maxwell.toml", "--force", "--degree", "7"], "an even number from 6"),
    ];
    for (arguments, message) in refusals {
        let refused = omd(folder.path(), arguments);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(message), "{arguments:?}: {said}");
    }
}

#[test]
fn every_example_and_template_is_a_valid_input() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut checked = 0;
    for entry in std::fs::read_dir(&examples).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let output = omd(&examples, &["check", path.to_str().unwrap()]);
            assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
            checked += 1;
        }
    }
    assert!(checked >= 4);
    let folder = tempfile::tempdir().unwrap();
    for template in ["argon", "reduced", "maxwell"] {
        let name = format!("{template}.toml");
        assert!(omd(folder.path(), &["new", &name, "--template", template]).status.success());
        assert!(omd(folder.path(), &["check", &name]).status.success());
        assert_eq!(omd(folder.path(), &["new", &name]).status.code(), Some(2), "an existing file is left alone");
    }
}

#[test]
fn what_cannot_be_exported_leaves_nothing_behind() {
    let complex = GAS.replace("[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]", "[-1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]");
    let oblique = GAS
        .replace(
            "[[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]",
            "[[0.1, 0.2, 0.3], [0.2, 0.4, 0.5], [0.3, 0.5, 0.6]]",
        )
        .replace("number-density = 0.1\n", "number-density = 0.064\n")
        .replace("atoms = 32\n", "atoms = 32\nlattice = [[5, 0, 0], [0, 10, 0], [0, 0, 10]]\n");
    for (text, message) in [
        (complex, "error: `velocity-gradient` in [flow]: the eigenvalues 0.000000 +- 1.000000 i of A are complex"),
        (oblique, "error: `lattice` in [molecular]: LAMMPS's cells are upper triangular"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("input.toml"), text).unwrap();
        let output = omd(folder.path(), &["export", "lammps", "input.toml"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with(message), "{said}");
        assert_eq!(output.status.code(), Some(2));
        assert!(!folder.path().join("results").exists());
    }
}

#[test]
fn an_export_goes_where_it_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("input.toml"), GAS).unwrap();
    let export = |arguments: &[&str]| omd(folder.path(), &[&["export", "lammps", "input.toml"], arguments].concat());
    assert!(export(&[]).status.success());
    let names = ["in.lammps", "start.data", "start.extxyz"];
    assert!(names.iter().all(|name| folder.path().join("results/input-lammps").join(name).exists()));
    assert_eq!(export(&[]).status.code(), Some(2), "the directory is not empty");
    assert!(export(&["--force"]).status.success() && export(&["--out", "other"]).status.success());
}

#[test]
fn prepared_atoms_are_exported_as_they_begin() {
    let folder = tempfile::tempdir().unwrap();
    let prepared = format!("{GAS}[molecular.prepare]\nrelax = \"positions\"\nequilibrate = 0.3\n");
    std::fs::write(folder.path().join("prepared.toml"), prepared).unwrap();
    let exported = GAS
        .replace("atoms = 32", "structure = \"results/prepared-lammps/start.extxyz\"")
        .replace("number-density = 0.1\n", "");
    std::fs::write(folder.path().join("exported.toml"), exported).unwrap();
    std::fs::write(folder.path().join("drawn.toml"), GAS).unwrap();
    assert!(omd(folder.path(), &["export", "lammps", "prepared.toml"]).status.success());
    let last = |name: &str| {
        let output = omd(folder.path(), &["run", &format!("{name}.toml")]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let table = std::fs::read_to_string(folder.path().join("results").join(name).join("molecular.csv")).unwrap();
        let row = table.lines().last().unwrap().to_owned();
        row.split(',').filter_map(|cell| cell.parse().ok()).collect::<Vec<f64>>()
    };
    let [prepared, exported, drawn] = ["prepared", "exported", "drawn"].map(last);
    // The virial's part of the pressures is what the positions say.
    let off = |other: &[f64]| prepared.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert_eq!(prepared.len(), exported.len());
    assert!(off(&exported) < 1e-9 && off(&drawn) > 1e-3, "{} {}", off(&exported), off(&drawn));
}

#[test]
fn a_reader_that_goes_ends_it_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("input.toml"), GAS).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_omd"));
    command.current_dir(folder.path()).args(["check", "--keys"]);
    // Gone before the first word: what is said fits into a pipe.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.stdout(writer).stderr(std::process::Stdio::piped()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(141));
}

#[test]
fn what_is_done_but_not_to_be_trusted_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let text = "units = \"lj\"\n[flow]\nvelocity-gradient = [[0, 3, 0], [0, 0, 0], [0, 0, 0]]\n\
        [state]\nnumber-density = 1\ntemperature = 1\n[interaction]\nkind = \"maxwell\"\nrate = 1\n\
        [time]\nend = 3\nsamples = 3\n[spectral]\nmodes = 16\n[navier-stokes]\n";
    std::fs::write(folder.path().join("input.toml"), text).unwrap();
    let output = omd(folder.path(), &["run", "input.toml"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("warning: spectral: mass or energy had to be restored by "), "{said}");
    // The smallest eigenvalue is p - mu K with mu = 2 p: negative at once.
    assert!(said.contains("warning: navier-stokes: a pressure is negative at t = 0: "), "{said}");
    let hot = text.replace("rate = 1", "rate = 1e-9").replace("maxwell", "hard-sphere").replace("rate", "diameter");
    std::fs::write(folder.path().join("units.toml"), hot.replace("[spectral]\nmodes = 16\n", "")).unwrap();
    let output = omd(folder.path(), &["check", "units.toml"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("times the collision rate: is [flow] velocity-gradient in 1/time"), "{said}");
}
