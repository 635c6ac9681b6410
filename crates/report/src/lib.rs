//! The report of a run: one HTML file that needs nothing else, and pictures.
//!
//! Reads the files of an output directory only: `<description>.csv`, its histograms and `manifest.json` of a run,
//! `verify.json` of a verification. Missing columns, tables and fields leave a gap in the page; a table or a record that
//! cannot be read is an error with its line and column.
//!
//! Invariant: no simulation here; nothing but [`omd_flow`] is known of the other crates. The page asks for no network,
//! no script and no other file.
//!
//! ```no_run
//! let page = omd_report::write_report("results/argon-shear".as_ref())?;
//! omd_report::write_picture("results/argon-shear".as_ref(), "argon-shear.png".as_ref())?;
//! # Ok::<(), omd_report::ReportError>(())
//! ```

mod curves;
mod descriptions;
mod deviation;
mod error;
mod flow_view;
mod format;
mod histograms;
mod manifest;
mod page;
mod picture;
mod plot;
mod profile;
mod results;
mod table;
mod units;
mod verdict;
mod verification;

pub use error::ReportError;
pub use profile::{ProfilePicture, Series, write_profile_picture};

use results::Results;
use std::path::{Path, PathBuf};

/// The file that [`write_report`] makes.
pub const REPORT_FILE_NAME: &str = "report.html";

/// Writes `report.html` into a directory of results and returns its path.
///
/// The file appears whole or not at all.
///
/// # Errors
/// [`ReportError`]: no table in the directory, a table or a manifest that cannot be read, a file that cannot be
/// written.
pub fn write_report(directory: &Path) -> Result<PathBuf, ReportError> {
    let page = page::render(&Results::read(directory)?)?;
    let path = directory.join(REPORT_FILE_NAME);
    write_whole(&path, page.as_bytes())?;
    Ok(path)
}

/// The file that [`write_verification`] makes.
pub const VERIFICATION_PAGE: &str = "verify.html";

/// Whether a directory holds the record of a verification.
#[must_use]
pub fn holds_verification(directory: &Path) -> bool {
    directory.join(verification::FILE_NAME).is_file()
}

/// Writes `verify.html` into the directory of a verification and returns its path.
///
/// The file appears whole or not at all.
///
/// # Errors
/// [`ReportError`]: no record in the directory or one that cannot be read, a file that cannot be written.
pub fn write_verification(directory: &Path) -> Result<PathBuf, ReportError> {
    let page = verification::render(&verification::Record::read(directory)?)?;
    let path = directory.join(VERIFICATION_PAGE);
    write_whole(&path, page.as_bytes())?;
    Ok(path)
}

/// Writes a picture of the results, four panels, as PNG or SVG by the ending of `picture`.
///
/// # Errors
/// As [`write_report`], and [`ReportError::PictureFormat`] for another ending.
pub fn write_picture(directory: &Path, picture: &Path) -> Result<(), ReportError> {
    let format = picture::Format::of(picture)?;
    let bytes = picture::render(&Results::read(directory)?, format)?;
    write_whole(picture, &bytes)
}

/// Writes beside the target and renames, so that a reader never sees half a file.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.partial", std::process::id()));
    let partial = path.with_file_name(name);
    let written = std::fs::write(&partial, bytes).and_then(|()| std::fs::rename(&partial, path));
    written.map_err(|source| {
        // What is left of the failed attempt is of no use; the first error is the one to tell.
        let _ = std::fs::remove_file(&partial);
        ReportError::Write { path: path.to_owned(), source }
    })
}

#[cfg(test)]
mod tests;
