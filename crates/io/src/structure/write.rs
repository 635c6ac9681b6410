//! Writes frames of extended XYZ in the input's units.

use crate::files::{FileError, write_atomically};
use crate::units::Units;
use omd_flow::{Dimension, Matrix3, Vector3};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The simulated atoms at one time, internal units.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The time.
    pub time: f64,
    /// `F(t) E`, the original basis; edges are the columns. None where the images are no lattice.
    pub cell: Option<&'a Matrix3<f64>>,
    /// Labels in the file's order; `X` for all when empty.
    pub species: &'a [String],
    /// Unwrapped positions.
    pub positions: &'a [Vector3<f64>],
    /// Lab velocities of those same unwrapped atoms.
    pub lab_velocities: &'a [Vector3<f64>],
}

/// Appends one frame to `out`: `Properties=species:S:1:pos:R:3:velo:R:3`, 17 digits, `Time` in the comment.
///
/// # Errors
/// What `out` says.
pub fn write_frame(out: &mut impl Write, frame: &Frame<'_>, units: &Units) -> io::Result<()> {
    let length = |x: f64| units.to_style(Dimension::Length, x);
    let speed = |x: f64| units.to_style(Dimension::Velocity, x);
    writeln!(out, "{}", frame.positions.len())?;
    let periodic = if let Some(cell) = frame.cell {
        out.write_all(b"Lattice=\"")?;
        // Column-major storage: edge after edge.
        for (k, entry) in cell.iter().enumerate() {
            write!(out, "{}{:.16e}", if k == 0 { "" } else { " " }, length(*entry))?;
        }
        out.write_all(b"\" ")?;
        "T T T"
    } else {
        "F F F"
    };
    let time = units.to_style(Dimension::Time, frame.time);
    writeln!(out, "Properties=species:S:1:pos:R:3:velo:R:3 Time={time:.16e} pbc=\"{periodic}\"")?;
    for (index, (x, v)) in frame.positions.iter().zip(frame.lab_velocities).enumerate() {
        out.write_all(frame.species.get(index).map_or("X", String::as_str).as_bytes())?;
        for number in x.iter().map(|x| length(*x)).chain(v.iter().map(|v| speed(*v))) {
            write!(out, " {number:.16e}")?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Writes `frame` as a file of its own, whole or not at all.
///
/// # Errors
/// [`FileError`].
pub fn write_final_structure(path: &Path, frame: &Frame<'_>, units: &Units) -> Result<(), FileError> {
    write_atomically(path, |file| write_frame(file, frame, units))
}

/// Frames one after the other in one file.
#[derive(Debug)]
pub struct TrajectoryWriter {
    path: PathBuf,
    out: BufWriter<File>,
}

impl TrajectoryWriter {
    /// Starts a file anew.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let file = File::create(path).map_err(|error| FileError::new("write", path, error))?;
        Ok(Self { path: path.to_owned(), out: BufWriter::new(file) })
    }

    /// Goes on after the first `frames` frames of a file; what stands after them is dropped.
    ///
    /// # Errors
    /// [`FileError`] also when the file has fewer whole frames.
    pub fn resume(path: &Path, frames: usize) -> Result<Self, FileError> {
        let failed = |error| FileError::new("continue", path, error);
        let mut file =
            OpenOptions::new().read(true).write(true).create(frames == 0).truncate(false).open(path).map_err(failed)?;
        let end = end_of_frames(&mut BufReader::new(&file), frames).map_err(failed)?;
        file.set_len(end).map_err(failed)?;
        file.seek(SeekFrom::Start(end)).map_err(failed)?;
        Ok(Self { path: path.to_owned(), out: BufWriter::new(file) })
    }

    /// Appends a frame; it is on its way to the disk when this returns.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn append(&mut self, frame: &Frame<'_>, units: &Units) -> Result<(), FileError> {
        write_frame(&mut self.out, frame, units)
            .and_then(|()| self.out.flush())
            // A checkpoint may count on this frame from here on, through a power cut too.
            .and_then(|()| self.out.get_ref().sync_data())
            .map_err(|error| FileError::new("write", &self.path, error))
    }
}

/// The offset after `frames` whole frames.
fn end_of_frames(file: &mut impl BufRead, frames: usize) -> io::Result<u64> {
    let mut end = 0;
    let mut line = String::new();
    let mut next = |line: &mut String| -> io::Result<u64> {
        line.clear();
        let length = file.read_line(line)?;
        if line.ends_with('\n') { Ok(length as u64) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    };
    for _ in 0..frames {
        end += next(&mut line)?;
        let atoms: usize = line.trim().parse().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        for _ in 0..=atoms {
            end += next(&mut line)?;
        }
    }
    Ok(end)
}
