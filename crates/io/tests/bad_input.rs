//! Every file of `tests/bad` is met by exactly the message beside it.
//!
//! `OMD_WRITE_EXPECTED=1 cargo test -p omd-io --test bad_input` writes the messages anew; read the difference.

use omd_io::{parse_structure, read_input};
use std::fs;
use std::path::{Path, PathBuf};

/// Relative to the crate, where tests run: messages name files as the user does.
const FOLDER: &str = "tests/bad";
/// What is wrong with models of the KIM API, those of Debian's openkim-models.
const KIM: &str = "tests/bad_kim";

fn message(path: &Path) -> Option<String> {
    if path.extension()? == "toml" {
        return read_input(path).err().map(|error| error.to_string());
    }
    let text = fs::read_to_string(path).unwrap();
    parse_structure(&path.display().to_string(), &text).err().map(|error| error.to_string())
}

fn folders() -> impl Iterator<Item = &'static str> {
    std::iter::once(FOLDER).chain(cfg!(feature = "kim").then_some(KIM))
}

fn inputs() -> Vec<PathBuf> {
    let entries = folders().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let mut inputs: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|ext| ["toml", "extxyz", "data"].iter().any(|known| ext == *known)))
        .collect();
    // With HDF5 there is nothing wrong with one of its two mistakes, with the KIM API nothing with one of its files.
    inputs.retain(|path| !(cfg!(feature = "hdf5") && path.ends_with("trajectory-h5md.toml")));
    inputs.retain(|path| !(cfg!(feature = "kim") && path.ends_with("kim-not-built.toml")));
    // Structures that inputs of that folder name.
    inputs.retain(|path| !(path.starts_with(KIM) && path.extension().is_some_and(|ext| ext == "extxyz")));
    inputs.sort();
    inputs
}

#[test]
fn every_bad_file_has_its_message() {
    let write = std::env::var_os("OMD_WRITE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    let inputs = inputs();
    assert!(inputs.len() > 100, "the folder was not found");
    for path in inputs {
        let mut name = path.clone().into_os_string();
        name.push(".expected");
        let Some(message) = message(&path) else {
            wrong.push(format!("{} was accepted", path.display()));
            continue;
        };
        if write {
            fs::write(&name, message + "\n").unwrap();
        } else if fs::read_to_string(&name).unwrap_or_default() != format!("{message}\n") {
            wrong.push(format!("{} says\n{message}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_expected_message_has_its_file() {
    for entry in [FOLDER, KIM].into_iter().flat_map(|folder| fs::read_dir(folder).unwrap()) {
        let path = entry.unwrap().path();
        assert!(path.extension().is_some_and(|ext| ext != "expected") || path.with_extension("").exists(), "{path:?}");
    }
}

#[test]
fn files_that_are_no_text_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.toml");
    let shown = path.display();
    assert_eq!(
        read_input(&path).unwrap_err().to_string(),
        format!("error: cannot read the input file {shown}: no such file or directory")
    );
    fs::write(&path, b"title = \"\xff\"").unwrap();
    assert_eq!(
        read_input(&path).unwrap_err().to_string(),
        format!("error: the input file {shown} is not text: byte 10 is not UTF-8")
    );
    let directory = directory.path().display();
    assert_eq!(
        read_input(Path::new(&directory.to_string())).unwrap_err().to_string(),
        format!("error: cannot read the input file {directory}: it is a directory")
    );
}
