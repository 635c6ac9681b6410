//! A run that was interrupted or killed and resumed leaves the bytes of one that was not.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const INPUT: &str = r#"
title = "All descriptions, small"
units = "lj"
[flow]
velocity-gradient = [[0.1, 0.5, 0.0], [0.0, -0.05, 0.2], [0.0, 0.0, 0.0]]
[state]
number-density = 0.05
temperature = 2.0
[interaction]
kind = "lennard-jones"
epsilon = 1.0
sigma = 1.0
cutoff = 2.5
truncation = "shifted-force"
[time]
end = 6.0
samples = 12
[run]
checkpoint-minutes = 0.002
[molecular]
atoms = 864
time-step = 0.004
time-step-control = "thermal"
replicas = 2
[molecular.trajectory]
every = 3
[dsmc]
particles = 40000
replicas = 3
[navier-stokes]
[euler]
"#;

const MAXWELL: &str = r#"
units = "lj"
[flow]
velocity-gradient = [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
[state]
number-density = 1.0
temperature = 1.0
[interaction]
kind = "maxwell"
rate = 1.0
[scaling]
knudsen = 0.05
[time]
end = 3.0
samples = 6
[run]
checkpoint-minutes = 0.002
[dsmc]
particles = 60000
replicas = 2
[moments]
[navier-stokes]
[euler]
"#;

/// Hard spheres, and a ring whose images are shown: one implementation writes the frames of all descriptions.
const SPHERES: &str = r#"
units = "lj"
[flow]
velocity-gradient = [[0.0, 1.0, 0.0], [0.0, 0.0, 0.2], [0.0, 0.0, -0.05]]
[state]
number-density = 0.1
temperature = 1.0
[interaction]
kind = "hard-sphere"
diameter = 1.0
[time]
end = 6.0
samples = 30
[run]
checkpoint-minutes = 0.002
[molecular]
atoms = 4000
[molecular.trajectory]
interval = 0.4
format = "lammps-dump"
compression = "gzip"
images = [1, 2, 1]
[euler]
[navier-stokes]
"#;

const RING: &str = r#"
units = "lj"
[flow]
velocity-gradient = [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
[state]
temperature = 0.1
[interaction]
kind = "lennard-jones"
epsilon = 1.0
sigma = 1.0
cutoff = 2.5
truncation = "shifted-force"
[time]
end = 60.0
samples = 60
[run]
checkpoint-minutes = 0.002
[molecular]
structure = "ring.extxyz"
time-step = 0.001
[molecular.group]
kind = "cyclic"
order = 12
[molecular.trajectory]
every = 1
radius = 20
"#;

/// Kob and Andersen's pairs on the places of a crystal, melting.
const MIXTURE: &str = r#"
units = "lj"
flow = { velocity-gradient = [[0.1, 0.5, 0.0], [0.0, -0.05, 0.2], [0.0, 0.0, 0.0]] }
state = { temperature = 2.0, masses = [1.0, 0.7] }
time = { end = 6.0, samples = 12 }
run = { checkpoint-minutes = 0.002 }
[interaction]
kind = "lennard-jones"
elements = ["A", "B"]
pairs = [
    { elements = ["A", "A"], epsilon = 1.0, sigma = 1.0, cutoff = 2.5 },
    { elements = ["A", "B"], epsilon = 1.5, sigma = 0.8, cutoff = 2.0 },
    { elements = ["B", "B"], epsilon = 0.5, sigma = 0.88, cutoff = 2.2 },
]
[molecular]
time-step = 0.004
replicas = 2
trajectory = { every = 3, format = "lammps-dump" }
[molecular.build]
kind = "crystal"
lattice = "fcc"
lattice-constant = 1.4938
cells = [5, 5, 5]
composition = { A = 4, B = 1 }
"#;

const ATOMS: &str = "4\nProperties=species:S:1:pos:R:3\nC 2.2 0 0\nC 2.2 0 1.1\nC 2.2 0 2.2\nO 3.2 0 1.2\n";

fn omd(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_omd"));
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Every table, structure and trajectory of a directory; not what tells of wall time.
fn results(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let results = entries.filter(|path| {
        path.extension()
            .is_some_and(|e| ["csv", "extxyz", "lammpsdump", "gz", "h5md", "frames"].iter().any(|x| e == *x))
    });
    results
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect()
}

fn start(input: &Path, out: &Path, threads: &str) -> Child {
    omd(&["run", input.to_str().unwrap(), "--out", out.to_str().unwrap(), "--threads", threads]).spawn().unwrap()
}

/// Waits until a checkpoint is there, then a little longer; `false` when the run ended first.
fn wait_for_checkpoint(child: &mut Child, out: &Path, longer: Duration) -> bool {
    let begun = Instant::now();
    while !out.join("checkpoint.omd").exists() {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "no checkpoint within a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(longer);
    child.try_wait().unwrap().is_none()
}

fn check(text: &str, signal: &str) {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input.toml");
    std::fs::write(&input, text).unwrap();
    std::fs::write(folder.path().join("ring.extxyz"), ATOMS).unwrap();
    let whole = folder.path().join("whole");
    assert!(start(&input, &whole, "2").wait().unwrap().success());
    let expected = results(&whole);
    assert!(expected.len() >= 3, "{:?}", expected.keys());
    assert_eq!(expected.keys().any(|name| name.contains("trajectory")), text.contains("trajectory"));

    let out = folder.path().join("broken");
    let mut child = start(&input, &out, "1");
    let mut breaks = 0;
    while wait_for_checkpoint(&mut child, &out, Duration::from_millis(40 + 30 * breaks)) && breaks < 4 {
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        let status = child.wait().unwrap();
        // The first signal finds the run at work; a later one may come before `resume` listens.
        if signal == "-INT" && breaks == 0 {
            assert_eq!(status.code(), Some(130));
        }
        breaks += 1;
        let threads = if breaks % 2 == 0 { "1" } else { "2" };
        child = omd(&["resume", out.to_str().unwrap(), "--threads", threads]).spawn().unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(breaks > 0, "the run was over before it could be broken");
    let found = results(&out);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, bytes) in &expected {
        assert!(found[name] == *bytes, "{name} differs after {breaks} breaks");
    }
}

#[test]
fn killed_and_resumed_is_uninterrupted() {
    check(INPUT, "-KILL");
    check(MAXWELL, "-KILL");
    check(SPHERES, "-KILL");
    check(RING, "-KILL");
    check(MIXTURE, "-KILL");
    if cfg!(feature = "hdf5") {
        check(&format!("{RING}format = \"h5md\"\n"), "-KILL");
    }
}

#[test]
fn interrupted_and_resumed_is_uninterrupted() {
    check(INPUT, "-INT");
    check(MAXWELL, "-INT");
}
