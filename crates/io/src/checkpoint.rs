//! `checkpoint.omd`: everything a run needs to go on to the same bits.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `omd-ckpt` |
//! | 4 | format, little-endian, as all numbers here |
//! | 8 | length of the whole file |
//! | 8 | length of the header |
//! | ... | header, postcard: version, input, progress, rows, lengths of the states |
//! | ... | the states, one after the other in the header's order |
//! | 4 | CRC-32 of everything before |
//!
//! The first 20 bytes and the last 4 mean the same in every format.

use crate::InputError;
use crate::files::{FileError, write_atomically};
use crate::input::{ResolvedInput, resolve_input};
use crate::output::CHECKPOINT;
use omd_hierarchy::progress::{ReplicaProgress, RunProgress};
use rows::{Histogram, Names, Row};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

mod rows;

const MAGIC: &[u8; 8] = b"omd-ckpt";
const FORMAT: u32 = 6;
/// Magic, format, two lengths.
const PRELUDE: usize = 28;
const CHECKSUM: usize = 4;

/// A run on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The version of omd that wrote it.
    pub version: String,
    /// The input file, absolute.
    pub path: PathBuf,
    /// The text of the input file.
    pub input: String,
    /// Length and CRC-32 of the files that the input names, if it names any.
    pub structure: Option<(u64, u32)>,
    /// How far the descriptions have come.
    pub runs: Vec<RunProgress>,
}

/// A checkpoint that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another kind of file.
    #[error("{} is not a checkpoint of omd", path.display())]
    NotACheckpoint {
        /// The file.
        path: PathBuf,
    },
    /// Bytes are missing or too many.
    #[error("the checkpoint {} is truncated: {found} of {expected} bytes", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Its length.
        found: u64,
        /// The length it should have.
        expected: u64,
    },
    /// The checksum is wrong.
    #[error("the checkpoint {} is damaged: its checksum does not match", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Whole, but of another format.
    #[error("the checkpoint {} has format {found}, this version of omd reads format {FORMAT}", path.display())]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Written by another version.
    #[error(
        "the checkpoint was written by omd {wrote}, this is omd {this}: a run is continued by the version it began with"
    )]
    OtherVersion {
        /// The version that wrote it.
        wrote: String,
        /// The version that reads it.
        this: String,
    },
    /// The input file changed.
    #[error(
        "the input file {} is not the one the run began with\n  = help: restore it to go on, or start anew with `omd run`",
        path.display()
    )]
    OtherInput {
        /// The input file.
        path: PathBuf,
    },
    /// The structure file changed, or the parameter file.
    #[error(
        "the {what} file {} is not the one the run began with\n  = help: restore it to go on, or start anew with `omd run`",
        path.display()
    )]
    OtherStructure {
        /// Which kind of file the input names, the first where it names two.
        what: &'static str,
        /// That file.
        path: PathBuf,
    },
    /// The input in it does not resolve: the structure file is gone, say.
    #[error(transparent)]
    Input(#[from] InputError),
}

#[derive(Serialize, Deserialize)]
struct Header {
    version: String,
    path: String,
    input: String,
    structure: Option<(u64, u32)>,
    names: Names,
    runs: Vec<RunHeader>,
}

#[derive(Serialize, Deserialize)]
struct RunHeader {
    description: String,
    replicas: Vec<ReplicaHeader>,
}

#[derive(Serialize, Deserialize)]
struct ReplicaHeader {
    rows: Vec<Row>,
    histograms: Vec<Histogram>,
    state_length: Option<u64>,
    done: bool,
    stopped: Option<String>,
    facts: Vec<(String, String)>,
    seconds: f64,
}

impl Checkpoint {
    /// The checkpoint of `runs` of `input`, written by `version`.
    #[must_use]
    pub fn new(input: &ResolvedInput, version: &str, runs: Vec<RunProgress>) -> Self {
        Self {
            version: version.to_owned(),
            path: std::path::absolute(&input.path).unwrap_or_else(|_| input.path.clone()),
            input: input.text.clone(),
            structure: input.fingerprint(),
            runs,
        }
    }

    /// Replaces the checkpoint in `directory`, whole or not at all.
    ///
    /// # Errors
    /// [`FileError`]; the earlier checkpoint is whole then.
    pub fn write(&self, directory: &Path) -> Result<(), FileError> {
        write_atomically(&directory.join(CHECKPOINT), |out| self.write_to(out))
    }

    fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        let header = postcard::to_stdvec(&self.header()).map_err(io::Error::other)?;
        let states = || self.runs.iter().flat_map(|run| &run.replicas).filter_map(|replica| replica.state.as_ref());
        let length = PRELUDE + header.len() + states().map(Vec::len).sum::<usize>() + CHECKSUM;
        let mut prelude = Vec::with_capacity(PRELUDE);
        prelude.extend(MAGIC);
        prelude.extend(FORMAT.to_le_bytes());
        prelude.extend((length as u64).to_le_bytes());
        prelude.extend((header.len() as u64).to_le_bytes());
        let mut hasher = crc32fast::Hasher::new();
        for piece in [&prelude, &header].into_iter().chain(states()) {
            hasher.update(piece);
            out.write_all(piece)?;
        }
        out.write_all(&hasher.finalize().to_le_bytes())
    }

    fn header(&self) -> Header {
        let mut names = Names::default();
        let replica = |replica: &ReplicaProgress, names: &mut Names| ReplicaHeader {
            rows: replica.rows.iter().map(|row| Row::new(row, names)).collect(),
            histograms: replica.histograms.iter().map(Histogram::new).collect(),
            state_length: replica.state.as_ref().map(|state| state.len() as u64),
            done: replica.done,
            stopped: replica.stopped.clone(),
            facts: replica.facts.clone(),
            seconds: replica.seconds,
        };
        let runs = self
            .runs
            .iter()
            .map(|run| RunHeader {
                description: run.description.clone(),
                replicas: run.replicas.iter().map(|progress| replica(progress, &mut names)).collect(),
            })
            .collect();
        Header {
            version: self.version.clone(),
            path: self.path.to_string_lossy().into_owned(),
            input: self.input.clone(),
            structure: self.structure,
            names,
            runs,
        }
    }

    /// Reads the checkpoint in `directory`.
    ///
    /// # Errors
    /// [`CheckpointError`]: no file, no checkpoint, truncated, damaged, another format.
    pub fn read(directory: &Path) -> Result<Self, CheckpointError> {
        let path = directory.join(CHECKPOINT);
        let bytes = std::fs::read(&path).map_err(|error| FileError::new("read", &path, error))?;
        Self::parse(&bytes, &path)
    }

    /// The checkpoint in `bytes`; `path` names it in messages.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, CheckpointError> {
        let path = || path.to_owned();
        if !bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) {
            return Err(CheckpointError::NotACheckpoint { path: path() });
        }
        let found = bytes.len() as u64;
        if bytes.len() < PRELUDE + CHECKSUM {
            return Err(CheckpointError::Truncated { path: path(), found, expected: (PRELUDE + CHECKSUM) as u64 });
        }
        let expected = number(bytes, 12);
        if found < expected {
            return Err(CheckpointError::Truncated { path: path(), found, expected });
        }
        let damaged = || CheckpointError::Damaged { path: path() };
        let (body, checksum) = bytes.split_at(bytes.len() - CHECKSUM);
        if found != expected || crc32fast::hash(body).to_le_bytes() != checksum {
            return Err(damaged());
        }
        let format = number(bytes, 8) as u32;
        if format != FORMAT {
            return Err(CheckpointError::OtherFormat { path: path(), found: format });
        }
        let body = &body[PRELUDE..];
        let split = usize::try_from(number(bytes, 20)).ok().and_then(|length| body.split_at_checked(length));
        let (header, states) = split.ok_or_else(damaged)?;
        let header: Header = postcard::from_bytes(header).map_err(|_| damaged())?;
        header.into_checkpoint(states).ok_or_else(damaged)
    }

    /// The input of the run, which must still be what the run began with.
    ///
    /// The text in the checkpoint is what counts; where the input file still exists it must have that text.
    ///
    /// # Errors
    /// [`CheckpointError`]: another version, another input or structure file, or one that is gone.
    pub fn resolve(&self, version: &str) -> Result<ResolvedInput, CheckpointError> {
        if self.version != version {
            return Err(CheckpointError::OtherVersion { wrote: self.version.clone(), this: version.to_owned() });
        }
        if std::fs::read(&self.path).is_ok_and(|bytes| bytes != self.input.as_bytes()) {
            return Err(CheckpointError::OtherInput { path: self.path.clone() });
        }
        let resolved = resolve_input(&self.path, &self.input)?;
        let files = [("structure", &resolved.structure), ("parameter", &resolved.parameters)];
        let named = files.into_iter().find_map(|(what, file)| Some((what, file.as_ref()?)));
        match named {
            Some((what, file)) if resolved.fingerprint() != self.structure => {
                Err(CheckpointError::OtherStructure { what, path: file.path.clone() })
            }
            _ => Ok(resolved),
        }
    }
}

impl Header {
    fn into_checkpoint(self, mut states: &[u8]) -> Option<Checkpoint> {
        let names = &self.names;
        let mut runs = Vec::with_capacity(self.runs.len());
        for run in self.runs {
            let mut replicas = Vec::with_capacity(run.replicas.len());
            for replica in run.replicas {
                let rows = replica.rows.iter().map(|row| row.observables(names)).collect::<Option<_>>()?;
                let state = match replica.state_length {
                    None => None,
                    Some(length) => {
                        let (state, rest) = states.split_at_checked(usize::try_from(length).ok()?)?;
                        states = rest;
                        Some(state.to_vec())
                    }
                };
                let histograms = replica.histograms.into_iter().map(Histogram::into_histogram).collect();
                let ReplicaHeader { done, stopped, facts, seconds, .. } = replica;
                replicas.push(ReplicaProgress { rows, histograms, state, done, stopped, facts, seconds });
            }
            runs.push(RunProgress { description: run.description, replicas });
        }
        states.is_empty().then(|| Checkpoint {
            version: self.version,
            path: self.path.into(),
            input: self.input,
            structure: self.structure,
            runs,
        })
    }
}

/// The eight bytes at `at`; zeros beyond the end.
fn number(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    for (to, from) in word.iter_mut().zip(&bytes[at..]) {
        *to = *from;
    }
    u64::from_le_bytes(word)
}
