//! What `omd verify` keeps while it runs and leaves when it is done.

use crate::files::{FileError, write_atomically};
use crate::output::{OutputError, OutputLock, lock_output};
use omd_hierarchy::verify::{Arrow, Finding, Settings, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The record of a verification.
pub const VERIFICATION: &str = "verify.json";
/// Its summary.
pub const VERIFICATION_TABLE: &str = "verify.csv";
/// The results of single tasks.
const TASKS: &str = "tasks.json";

/// Why a verification cannot begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another program writes to the directory.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The directory belongs to another verification.
    #[error(
        "{} holds the results of another verification ({found}); give another directory, or --force to forget them",
        path.display()
    )]
    Other {
        /// The file that says so.
        path: PathBuf,
        /// How it differs.
        found: String,
    },
}

/// The results of tasks, kept one after the other.
pub struct TaskStore {
    path: PathBuf,
    kept: Kept,
    _lock: OutputLock,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    version: String,
    settings: Settings,
    /// No number, which JSON does not have, is `null`.
    results: BTreeMap<String, Vec<Option<f64>>>,
}

impl TaskStore {
    /// The store of `directory`, which is made; with the results that are there.
    ///
    /// With `forget`, without those of the studies it names, and without any that other settings or another version made.
    ///
    /// # Errors
    /// [`VerificationError`]: other settings or another version made them, or a file cannot be used.
    pub fn open(
        directory: &Path,
        settings: Settings,
        version: &str,
        forget: Option<&[&str]>,
    ) -> Result<Self, VerificationError> {
        std::fs::create_dir_all(directory).map_err(|error| FileError::new("create", directory, error))?;
        let lock = lock_output(directory)?;
        let path = directory.join(TASKS);
        let fresh = Kept { version: version.to_owned(), settings, results: BTreeMap::new() };
        let kept = match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => fresh,
            Err(error) => return Err(FileError::new("read", &path, error).into()),
            Ok(text) => {
                let mut kept: Kept = match serde_json::from_slice(&text) {
                    Ok(kept) => kept,
                    Err(_) if forget.is_some() => fresh,
                    Err(error) => {
                        let error = io::Error::other(format!("it holds no results: {error}"));
                        return Err(FileError::new("read", &path, error).into());
                    }
                };
                let is_other = kept.settings != settings || kept.version != version;
                if let Some(studies) = forget {
                    if is_other {
                        kept = Kept { version: version.to_owned(), settings, results: BTreeMap::new() };
                    }
                    let is_named =
                        |name: &String| name.split_once('/').is_some_and(|(study, _)| studies.contains(&study));
                    kept.results.retain(|name, _| !is_named(name));
                } else if is_other {
                    let Settings { effort, seed, fault } = kept.settings;
                    let planted = fault.map_or(String::new(), |fault| format!(", with {} planted", fault.name()));
                    let found = format!("version {}, {}, seed {seed}{planted}", kept.version, effort.name());
                    return Err(VerificationError::Other { path, found });
                }
                kept
            }
        };
        let store = Self { path, kept, _lock: lock };
        store.write()?;
        Ok(store)
    }

    /// The results so far, by task.
    #[must_use]
    pub fn results(&self) -> BTreeMap<String, Vec<f64>> {
        let numbers = |row: &Vec<Option<f64>>| row.iter().map(|x| x.unwrap_or(f64::NAN)).collect();
        self.kept.results.iter().map(|(name, row)| (name.clone(), numbers(row))).collect()
    }

    /// Keeps the result of a task.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn keep(&mut self, name: &str, numbers: &[f64]) -> Result<(), FileError> {
        let row = numbers.iter().map(|&x| x.is_finite().then_some(x)).collect();
        self.kept.results.insert(name.to_owned(), row);
        self.write()
    }

    fn write(&self) -> Result<(), FileError> {
        write_json(&self.path, &self.kept)
    }
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), FileError> {
    write_atomically(path, |out| {
        serde_json::to_writer_pretty(&mut *out, value)?;
        out.write_all(b"\n")
    })
}

/// One study with what it found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyRecord {
    /// The arrow.
    pub arrow: Arrow,
    /// Its title.
    pub arrow_title: String,
    /// The study.
    pub name: String,
    /// What is asked.
    pub title: String,
    /// What was computed.
    pub input: String,
    /// Of all its claims.
    pub verdict: Verdict,
    /// Claims, tables and plots.
    pub finding: Finding,
}

/// A finished verification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerificationRecord {
    /// Of the program.
    pub version: String,
    /// Effort, seed, planted fault.
    pub settings: Settings,
    /// When it was finished, UTC.
    pub finished: String,
    /// In the order of the arrows.
    pub studies: Vec<StudyRecord>,
}

impl VerificationRecord {
    /// Writes the record and its summary.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn write(&self, directory: &Path) -> Result<(), FileError> {
        write_json(&directory.join(VERIFICATION), self)?;
        let path = directory.join(VERIFICATION_TABLE);
        write_atomically(&path, |out| self.write_table(out))
    }

    fn write_table(&self, out: &mut impl io::Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(["arrow", "study", "claim", "expected", "measured", "error", "probability", "verdict"])?;
        for study in &self.studies {
            for claim in &study.finding.claims {
                let optional = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.6e}"));
                let verdict = match claim.verdict {
                    Verdict::Holds => "holds",
                    Verdict::Undecided => "undecided",
                    Verdict::Fails => "fails",
                };
                writer.write_record([
                    study.arrow.name(),
                    &study.name,
                    &claim.text,
                    &claim.expected,
                    &format!("{:.10e}", claim.value),
                    &optional(claim.error),
                    &optional(claim.probability),
                    verdict,
                ])?;
            }
        }
        writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_hierarchy::verify::{Effort, Fault};

    #[test]
    fn results_come_back_to_the_bit_and_only_to_their_own_settings() {
        let directory = tempfile::tempdir().unwrap();
        let settings = Settings { effort: Effort::Quick, seed: 3, fault: None };
        let mut store = TaskStore::open(directory.path(), settings, "1", None).unwrap();
        let numbers = [0.1 + 0.2, -1e-300, f64::NAN];
        store.keep("a/b", &numbers).unwrap();
        store.keep("ab/b", &numbers).unwrap();
        let error = TaskStore::open(directory.path(), settings, "1", None).err().unwrap().to_string();
        assert!(error.starts_with("another omd is at work in "), "{error}");
        drop(store);
        let back = TaskStore::open(directory.path(), settings, "1", None).unwrap().results();
        assert_eq!(back["a/b"].iter().map(|x| x.to_bits()).collect::<Vec<_>>()[..2], numbers.map(f64::to_bits)[..2]);
        assert!(back["a/b"][2].is_nan());
        let other = Settings { fault: Some(Fault::FlowSign), ..settings };
        let error = TaskStore::open(directory.path(), other, "1", None).err().unwrap().to_string();
        assert!(error.contains("another verification (version 1, quick, seed 3)"), "{error}");
        let rest = TaskStore::open(directory.path(), settings, "1", Some(&["a"])).unwrap().results();
        assert_eq!(rest.keys().collect::<Vec<_>>(), ["ab/b"]);
        assert!(TaskStore::open(directory.path(), other, "1", Some(&["a"])).unwrap().results().is_empty());
        std::fs::write(directory.path().join(TASKS), "{").unwrap();
        let error = TaskStore::open(directory.path(), other, "1", None).err().unwrap().to_string();
        assert!(error.contains("it holds no results"), "{error}");
        assert!(TaskStore::open(directory.path(), other, "1", Some(&[])).unwrap().results().is_empty());
    }
}
