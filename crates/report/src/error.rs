//! What can be wrong with a directory of results.

use std::path::PathBuf;

/// Why no report was made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The directory holds no table that a run leaves.
    #[error(
        "{} holds no results: none of {} is there\n  = help: give the directory that `omd run` wrote (its `--out`); \
         a run that was interrupted has its tables after `omd resume`",
        directory.display(),
        looked_for.join(", ")
    )]
    NoTables {
        /// The directory.
        directory: PathBuf,
        /// The file names that were looked for.
        looked_for: Vec<String>,
    },
    /// A table that cannot be read as numbers under the columns of the contract.
    #[error("{}:{line}:{column}: {problem}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The column of the table (a field, not a character), from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// `manifest.json` is there and is not JSON.
    #[error("{}:{line}:{column}: not JSON: {problem}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
        /// The parser's words.
        problem: String,
    },
    /// `verify.json` is not JSON or no record of a verification.
    #[error("{}:{line}:{column}: {problem}", path.display())]
    Verification {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// The picture's name ends in neither `.png` nor `.svg`.
    #[error("{}: a picture's name ends in .png or .svg", path.display())]
    PictureFormat {
        /// The name that was given.
        path: PathBuf,
    },
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// The page or the picture could not be put together: a fault of this program.
    #[error("cannot draw the report: {0}")]
    Render(String),
}
