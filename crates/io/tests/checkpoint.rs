//! A checkpoint comes back bit for bit, or says what happened to it.

use omd_flow::{Dimension, Matrix3, Observables, Vector3, VelocityHistogram};
use omd_hierarchy::progress::{ReplicaProgress, RunProgress};
use omd_io::{CHECKPOINT, Checkpoint, CheckpointError, read_input};
use std::fs;
use std::path::Path;

const VERSION: &str = "0.1.0";

fn row(time: f64) -> Observables {
    let pressure = Matrix3::new(1.0, 0.1, 0.2, 0.3, 2.0, 0.4, 0.5, 0.6, 3.0);
    let mut row = Observables { time, density: 0.1, temperature: f64::NAN, pressure, heat_flux: None, extra: vec![] };
    row.push("potential_energy", -0.0, Dimension::Energy);
    row.push("entropy", f64::INFINITY, Dimension::None);
    row
}

fn checkpoint(directory: &Path, input: &str) -> Checkpoint {
    let path = directory.join("four.toml");
    fs::write(&path, input).unwrap();
    fs::write(directory.join("four.extxyz"), include_str!("good/four.extxyz")).unwrap();
    let with_flux = Observables { heat_flux: Some(Vector3::new(1.0, 2.0, 3.0)), extra: vec![], ..row(2.0) };
    let runs = vec![
        RunProgress {
            description: "molecular".to_owned(),
            replicas: vec![
                ReplicaProgress {
                    rows: vec![row(0.0), row(1.0)],
                    state: Some(vec![1, 2, 3]),
                    done: false,
                    stopped: None,
                    ..ReplicaProgress::default()
                },
                ReplicaProgress::default(),
                ReplicaProgress {
                    rows: vec![row(0.0)],
                    state: Some(vec![]),
                    done: true,
                    stopped: Some("hot".to_owned()),
                    facts: vec![("collisions".to_owned(), "12".to_owned())],
                    seconds: 1.5,
                    ..ReplicaProgress::default()
                },
            ],
        },
        RunProgress {
            description: "dsmc".to_owned(),
            replicas: vec![ReplicaProgress {
                rows: vec![with_flux],
                histograms: vec![VelocityHistogram {
                    time: 1.0,
                    range: 4.0,
                    radial: vec![0.25],
                    planes: [vec![-0.0], vec![], vec![f64::NAN]],
                }],
                state: Some(vec![9; 1000]),
                done: true,
                stopped: None,
                ..ReplicaProgress::default()
            }],
        },
        RunProgress { description: "euler".to_owned(), replicas: vec![] },
    ];
    Checkpoint::new(&read_input(&path).unwrap(), VERSION, runs)
}

/// Equality that tells NaN from NaN by its bits: through the text of all numbers.
fn text(checkpoint: &Checkpoint) -> String {
    format!("{checkpoint:?}")
}

const INPUT: &str = include_str!("good/structure.toml");

#[test]
fn everything_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let saved = checkpoint(directory.path(), INPUT);
    saved.write(directory.path()).unwrap();
    let read = Checkpoint::read(directory.path()).unwrap();
    assert_eq!(text(&read), text(&saved));
    assert_eq!(read.runs[0].replicas[0].rows[0].extra[0].value.to_bits(), (-0.0f64).to_bits());
    assert_eq!(read.input, INPUT);
    let resolved = read.resolve(VERSION).unwrap();
    assert_eq!(resolved.experiment.title, "Four atoms");
    // The input file may be gone: the checkpoint holds its text.
    fs::remove_file(directory.path().join("four.toml")).unwrap();
    assert!(read.resolve(VERSION).is_ok());
}

#[test]
fn any_damage_is_met_by_an_error() {
    let directory = tempfile::tempdir().unwrap();
    checkpoint(directory.path(), INPUT).write(directory.path()).unwrap();
    let path = directory.path().join(CHECKPOINT);
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        let error = Checkpoint::parse(&whole[..length], &path).unwrap_err();
        assert!(matches!(error, CheckpointError::Truncated { .. }), "{length}: {error}");
    }
    for byte in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[byte] ^= 1 << (byte % 8);
        let error = Checkpoint::parse(&flipped, &path).unwrap_err();
        match byte {
            0..8 => assert!(matches!(error, CheckpointError::NotACheckpoint { .. }), "{byte}: {error}"),
            // A flip in the length may make it too long or too short.
            12..20 => {}
            _ => assert!(matches!(error, CheckpointError::Damaged { .. }), "{byte}: {error}"),
        }
    }
    let mut longer = whole;
    longer.push(0);
    assert!(matches!(Checkpoint::parse(&longer, &path), Err(CheckpointError::Damaged { .. })));
}

#[test]
fn messages_say_what_happened() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).display().to_string();
    let message = Checkpoint::read(directory.path()).unwrap_err().to_string();
    assert_eq!(message, format!("cannot read {}: no such file or directory", at(CHECKPOINT)));
    let saved = checkpoint(directory.path(), INPUT);
    saved.write(directory.path()).unwrap();
    let whole = fs::read(at(CHECKPOINT)).unwrap();

    fs::write(at(CHECKPOINT), &whole[..100]).unwrap();
    let message = Checkpoint::read(directory.path()).unwrap_err().to_string();
    assert_eq!(message, format!("the checkpoint {} is truncated: 100 of {} bytes", at(CHECKPOINT), whole.len()));

    let mut other = whole.clone();
    other[8] = 2;
    let body = other.len() - 4;
    let checksum = crc32fast::hash(&other[..body]).to_le_bytes();
    other[body..].copy_from_slice(&checksum);
    fs::write(at(CHECKPOINT), other).unwrap();
    let message = Checkpoint::read(directory.path()).unwrap_err().to_string();
    assert_eq!(message, format!("the checkpoint {} has format 2, this version of omd reads format 6", at(CHECKPOINT)));

    fs::write(at(CHECKPOINT), "time,density\n").unwrap();
    let message = Checkpoint::read(directory.path()).unwrap_err().to_string();
    assert_eq!(message, format!("{} is not a checkpoint of omd", at(CHECKPOINT)));

    let message = saved.resolve("0.2.0").unwrap_err().to_string();
    let expected = "the checkpoint was written by omd 0.1.0, this is omd 0.2.0: a run is continued by the version it \
                    began with";
    assert_eq!(message, expected);

    fs::write(at("four.extxyz"), include_str!("good/four.extxyz").replace("Kr", "Xe")).unwrap();
    let message = saved.resolve(VERSION).unwrap_err().to_string();
    let help = "is not the one the run began with\n  = help: restore it to go on, or start anew with `omd run`";
    assert_eq!(message, format!("the structure file {} {help}", at("four.extxyz")));

    fs::write(at("four.toml"), INPUT.replace("end = 1.0", "end = 2.0")).unwrap();
    let message = saved.resolve(VERSION).unwrap_err().to_string();
    assert_eq!(message, format!("the input file {} {help}", at("four.toml")));
}
