//! Trajectories: frames one after the other in one file, for any description that has atoms.
//!
//! A frame is on the disk before a checkpoint can count on it, and frames are functions of the state: a run that goes on
//! from a checkpoint drops what stands after the frames that the checkpoint knows of and writes the same bytes again.

mod dump;
#[cfg(feature = "hdf5")]
mod h5md;
mod view;
mod whole;

pub use view::View;

use crate::files::{FileError, write_atomically};
use crate::structure::{Frame, write_frame};
use crate::units::Units;
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use omd_hierarchy::experiment::{TrajectoryFormat, TrajectorySettings};
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The file that frames go to, in the output directory.
#[must_use]
pub fn trajectory_name(settings: &TrajectorySettings) -> String {
    let ending = match settings.format {
        TrajectoryFormat::ExtendedXyz => "extxyz",
        TrajectoryFormat::LammpsDump => "lammpsdump",
        TrajectoryFormat::H5md => "h5md",
    };
    format!("molecular.trajectory.{ending}{}", if settings.compressed { ".gz" } else { "" })
}

/// The file that frames are appended to: records, where the file itself cannot be appended to safely.
fn appended_name(settings: &TrajectorySettings) -> String {
    let name = trajectory_name(settings);
    if is_made_at_the_end(settings) { format!("{name}.frames") } else { name }
}

/// Whether what is appended is not yet the file to read: an HDF5 file does not survive a kill, and of gzip members that
/// stand one after the other OVITO reads the first.
fn is_made_at_the_end(settings: &TrajectorySettings) -> bool {
    settings.compressed || settings.format == TrajectoryFormat::H5md
}

/// Makes the trajectory in `directory` of what was appended for `view`, where that is another file; `species` are the labels
/// of the simulated atoms. What was appended stays, for a run that is killed before it knows that it has ended.
///
/// # Errors
/// [`FileError`].
pub fn finish_trajectory(
    directory: &Path,
    settings: &TrajectorySettings,
    view: &View,
    species: &[String],
    units: &Units,
) -> Result<(), FileError> {
    let [source, target] = [appended_name(settings), trajectory_name(settings)].map(|name| directory.join(name));
    if !is_made_at_the_end(settings) || !source.exists() {
        return Ok(());
    }
    if settings.format == TrajectoryFormat::H5md {
        #[cfg(feature = "hdf5")]
        h5md::convert(&source, &target, species, &view.kinds(species), units)?;
        // Without HDF5 there are no such frames.
        let _ = (view, species, units);
        return Ok(());
    }
    write_atomically(&target, |out| {
        let mut frames = MultiGzDecoder::new(BufReader::new(File::open(&source)?));
        let mut encoder = GzEncoder::new(out, Compression::default());
        io::copy(&mut frames, &mut encoder)?;
        encoder.finish().map(|_| ())
    })
}

/// Removes what was appended, where [`finish_trajectory`] made another file of it.
///
/// # Errors
/// [`FileError`].
pub fn discard_appended(directory: &Path, settings: &TrajectorySettings) -> Result<(), FileError> {
    let path = directory.join(appended_name(settings));
    if !is_made_at_the_end(settings) || !path.exists() {
        return Ok(());
    }
    std::fs::remove_file(&path).map_err(|error| FileError::new("remove", &path, error))
}

/// Every name that a trajectory may have.
pub(crate) fn trajectory_names() -> [&'static str; 8] {
    [
        "molecular.trajectory.extxyz",
        "molecular.trajectory.extxyz.gz",
        "molecular.trajectory.extxyz.gz.frames",
        "molecular.trajectory.lammpsdump",
        "molecular.trajectory.lammpsdump.gz",
        "molecular.trajectory.lammpsdump.gz.frames",
        "molecular.trajectory.h5md",
        "molecular.trajectory.h5md.frames",
    ]
}

/// The bytes of one frame in the format that `settings` name; the atoms that `view` shows.
///
/// # Errors
/// None but for H5MD without the feature `hdf5`.
pub fn encode_frame(
    settings: &TrajectorySettings,
    view: &View,
    frame: &Frame<'_>,
    units: &Units,
) -> io::Result<Vec<u8>> {
    let shown = view.of(frame);
    let frame = Frame {
        cell: shown.cell.as_ref(),
        positions: &shown.positions,
        lab_velocities: &shown.lab_velocities,
        ..*frame
    };
    let mut bytes = Vec::new();
    match settings.format {
        TrajectoryFormat::ExtendedXyz => write_frame(&mut bytes, &frame, units)?,
        TrajectoryFormat::LammpsDump => {
            dump::write_dump(&mut bytes, &frame, &view.kinds(frame.species), view.is_triangular(), units)?;
        }
        #[cfg(feature = "hdf5")]
        TrajectoryFormat::H5md => bytes = h5md::record(&frame, units),
        #[cfg(not(feature = "hdf5"))]
        TrajectoryFormat::H5md => return Err(io::ErrorKind::Unsupported.into()),
    }
    if !settings.compressed {
        return Ok(bytes);
    }
    // Compressed again at the end.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&bytes)?;
    encoder.finish()
}

/// A file that frames are appended to.
#[derive(Debug)]
pub struct TrajectoryWriter {
    path: PathBuf,
    out: File,
}

impl TrajectoryWriter {
    /// Goes on after the first `frames` frames of the trajectory in `directory`; what stands after them is dropped. With
    /// no frames the file begins anew.
    ///
    /// # Errors
    /// [`FileError`] also when the file has fewer whole frames.
    pub fn open(directory: &Path, settings: &TrajectorySettings, frames: usize) -> Result<Self, FileError> {
        let path = directory.join(appended_name(settings));
        let open = || {
            let mut out = OpenOptions::new().read(true).write(true).create(frames == 0).truncate(false).open(&path)?;
            let end = whole::end_of_frames(&mut BufReader::new(&out), frames, settings.format, settings.compressed)?;
            out.set_len(end)?;
            out.seek(SeekFrom::Start(end))?;
            Ok(out)
        };
        match open() {
            Ok(out) => Ok(Self { path, out }),
            Err(error) => Err(FileError::new(if frames == 0 { "write" } else { "continue" }, &path, error)),
        }
    }

    /// Appends what [`encode_frame`] made; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        // A checkpoint may count on this frame from here on, through a power cut too.
        self.out
            .write_all(bytes)
            .and_then(|()| self.out.sync_data())
            .map_err(|error| FileError::new("write", &self.path, error))
    }
}
