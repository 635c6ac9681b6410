//! The directory a run writes to.

use crate::files::FileError;
use crate::input::description_names;
use crate::manifest::{MANIFEST, Manifest};
use crate::trajectory::trajectory_names;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The checkpoint's name in the output directory.
pub const CHECKPOINT: &str = "checkpoint.omd";
/// The atoms at the end.
pub const FINAL_STRUCTURE: &str = "molecular.final.extxyz";
/// The report.
pub const REPORT: &str = "report.html";

/// The CSV of a description.
#[must_use]
pub fn table_name(description: &str) -> String {
    format!("{description}.csv")
}

/// The CSVs of a description's histograms of velocities: by speed, and in the planes of two components.
#[must_use]
pub fn histogram_names(description: &str) -> [String; 2] {
    [format!("{description}.radial.csv"), format!("{description}.planes.csv")]
}

/// Why a directory is not one to write to.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// There is something in it.
    #[error(
        "the output directory {} is not empty: it holds {found}\n  = help: {}--out DIR names another one, --force replaces \
         the results in it",
        path.display(),
        if *unfinished { format!("`omd resume {}` goes on with the run in it, ", path.display()) } else { String::new() }
    )]
    NotEmpty {
        /// The directory.
        path: PathBuf,
        /// One of its entries.
        found: String,
        /// Whether the run in it can be resumed.
        unfinished: bool,
    },
    /// It is a file.
    #[error("the output directory {} is not a directory", path.display())]
    NotADirectory {
        /// The path.
        path: PathBuf,
    },
    /// A run is in it.
    #[error(
        "the output directory {} holds the results of a run, which --force does not remove here\n  = help: --out DIR names another one",
        path.display()
    )]
    HoldsRun {
        /// The directory.
        path: PathBuf,
    },
    /// Another program writes to it.
    #[error("another omd is at work in {}\n  = help: wait for its end, or stop it with Ctrl-C; --out DIR names another directory", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// It cannot be made or written to.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Keeps other runs out of a directory as long as it lives; the system lets go of it with the process, however that ends.
#[derive(Debug)]
pub struct OutputLock {
    _held: Option<fs::File>,
}

/// Takes a directory for this process alone. File systems without locks let anybody in.
///
/// # Errors
/// [`OutputError::InUse`].
pub fn lock_output(path: &Path) -> Result<OutputLock, OutputError> {
    // The directory itself is locked: nothing is left behind in it.
    let Ok(held) = fs::File::open(path) else { return Ok(OutputLock { _held: None }) };
    match held.try_lock() {
        Ok(()) => Ok(OutputLock { _held: Some(held) }),
        Err(fs::TryLockError::WouldBlock) => Err(OutputError::InUse { path: path.to_owned() }),
        Err(fs::TryLockError::Error(_)) => Ok(OutputLock { _held: None }),
    }
}

/// Makes the directory ready for a new run: there, writable and, without `force`, empty. With `force` the results of an
/// earlier run are removed; files that are not omd's stay. It is this process's as long as the lock lives.
///
/// # Errors
/// [`OutputError`]; nothing was changed then.
pub fn prepare_output(path: &Path, force: bool) -> Result<OutputLock, OutputError> {
    let lock = make_ready(path, force)?;
    if force {
        remove_results(path)?;
    }
    Ok(lock)
}

/// There, writable, locked and, without `force`, empty.
fn make_ready(path: &Path, force: bool) -> Result<OutputLock, OutputError> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_dir() => return Err(OutputError::NotADirectory { path: path.to_owned() }),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path).map_err(|error| FileError::new("create", path, error))?;
        }
        Err(error) => return Err(FileError::new("create", path, error).into()),
    }
    let lock = lock_output(path)?;
    let mut entries = fs::read_dir(path).map_err(|error| FileError::new("read", path, error))?;
    if let Some(entry) = entries.next().filter(|_| !force) {
        let found = entry.map_or_else(|_| "something".to_owned(), |e| e.file_name().to_string_lossy().into_owned());
        let unfinished =
            Manifest::read(path).is_ok_and(|manifest| !manifest.has_ended()) && path.join(CHECKPOINT).exists();
        return Err(OutputError::NotEmpty { path: path.to_owned(), found, unfinished });
    }
    let probe = path.join(".omd-write-test");
    fs::File::create(&probe)
        .and_then(|_| fs::remove_file(&probe))
        .map_err(|error| FileError::new("write to", path, error))?;
    Ok(lock)
}

/// As [`prepare_output`], for what is no run: with `force` nothing is removed, and where the results of a run are the
/// directory is refused.
///
/// # Errors
/// [`OutputError`].
pub fn prepare_folder(path: &Path, force: bool) -> Result<OutputLock, OutputError> {
    if [CHECKPOINT, MANIFEST].iter().any(|name| path.join(name).exists()) {
        return Err(OutputError::HoldsRun { path: path.to_owned() });
    }
    make_ready(path, force)
}

fn remove_results(path: &Path) -> Result<(), FileError> {
    let fixed =
        [CHECKPOINT, MANIFEST, FINAL_STRUCTURE, REPORT].into_iter().chain(trajectory_names()).map(str::to_owned);
    let tables = description_names().flat_map(|name| histogram_names(name).into_iter().chain([table_name(name)]));
    for name in fixed.chain(tables) {
        for file in [path.join(&name), path.join(format!("{name}.tmp"))] {
            match fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(FileError::new("remove", &file, error));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_with_results_is_refused_and_forced() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("results/shear");
        drop(prepare_output(&path, false).unwrap());
        drop(prepare_output(&path, false).unwrap());
        fs::write(path.join("dsmc.csv"), "old").unwrap();
        let message = prepare_output(&path, false).unwrap_err().to_string();
        let expected = format!(
            "the output directory {} is not empty: it holds dsmc.csv\n  = help: --out DIR names another one, --force \
             replaces the results in it",
            path.display()
        );
        assert_eq!(message, expected);
        fs::write(path.join("notes.txt"), "mine").unwrap();
        fs::write(path.join("checkpoint.omd.tmp"), "old").unwrap();
        fs::write(path.join("dsmc.planes.csv"), "old").unwrap();
        drop(prepare_output(&path, true).unwrap());
        let left: Vec<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["notes.txt"]);
    }

    #[test]
    fn a_directory_is_one_run_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let lock = prepare_output(root.path(), true).unwrap();
        for refused in [prepare_output(root.path(), true).unwrap_err(), lock_output(root.path()).unwrap_err()] {
            assert!(refused.to_string().starts_with("another omd is at work in "), "{refused}");
        }
        drop(lock);
        lock_output(root.path()).unwrap();
    }

    #[test]
    fn a_run_is_not_removed_for_something_else() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("found.txt"), "mine").unwrap();
        drop(prepare_folder(root.path(), true).unwrap());
        fs::write(root.path().join(CHECKPOINT), "a run").unwrap();
        let message = prepare_folder(root.path(), true).unwrap_err().to_string();
        assert!(message.contains("holds the results of a run"), "{message}");
        assert!(root.path().join(CHECKPOINT).exists() && root.path().join("found.txt").exists());
    }

    #[test]
    fn what_is_no_directory_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        let message = prepare_output(&file, true).unwrap_err().to_string();
        assert_eq!(message, format!("the output directory {} is not a directory", file.display()));
        let below = file.join("below");
        let message = prepare_output(&below, false).unwrap_err().to_string();
        assert_eq!(message, format!("cannot create {}: a part of the path is not a directory", below.display()));
        // No one writes to /proc, whoever runs the tests.
        if Path::new("/proc/self").exists() {
            let message = prepare_output(Path::new("/proc/omd"), false).unwrap_err().to_string();
            assert!(message.starts_with("cannot create /proc/omd: "), "{message}");
            let message = prepare_output(Path::new("/proc/self/fdinfo"), true).unwrap_err().to_string();
            assert!(message.starts_with("cannot write to /proc/self/fdinfo: "), "{message}");
        }
    }
}
