//! Writes frames of extended XYZ in the input's units.

use crate::files::{FileError, write_atomically};
use crate::units::Units;
use omd_flow::{Dimension, Matrix3, Vector3};
use rayon::prelude::*;
use std::io::{self, Write};
use std::path::Path;

/// The simulated atoms at one time, internal units.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The sample, counted from 0 at t = 0.
    pub sample: usize,
    /// The time.
    pub time: f64,
    /// `F(t) E`, the original basis; edges are the columns. None where the images are no lattice.
    pub cell: Option<&'a Matrix3<f64>>,
    /// Labels in the file's order, again and again where there are more atoms; `X` for all when empty.
    pub species: &'a [String],
    /// Unwrapped positions.
    pub positions: &'a [Vector3<f64>],
    /// Lab velocities of those same unwrapped atoms.
    pub lab_velocities: &'a [Vector3<f64>],
}

/// Rows that one thread writes at a time.
const CHUNK: usize = 4096;
/// Chunks in memory at a time.
const CHUNKS: usize = 64;

impl Frame<'_> {
    /// The label of an atom.
    pub(crate) fn label(&self, index: usize) -> &str {
        if self.species.is_empty() { "X" } else { &self.species[index % self.species.len()] }
    }
}

/// Writes `row` for 0, 1, ... in this order; all threads write chunks.
pub(crate) fn write_rows(
    out: &mut impl Write,
    count: usize,
    row: impl Fn(&mut Vec<u8>, usize) -> io::Result<()> + Sync,
) -> io::Result<()> {
    for batch in (0..count).step_by(CHUNK * CHUNKS) {
        let starts: Vec<usize> = (batch..count.min(batch + CHUNK * CHUNKS)).step_by(CHUNK).collect();
        let chunk = |start: usize| {
            let mut text = Vec::new();
            (start..count.min(start + CHUNK)).try_for_each(|index| row(&mut text, index)).map(|()| text)
        };
        let chunks: io::Result<Vec<Vec<u8>>> = starts.into_par_iter().map(chunk).collect();
        for chunk in chunks? {
            out.write_all(&chunk)?;
        }
    }
    Ok(())
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
    write_rows(out, frame.positions.len(), |row, index| {
        let (x, v) = (&frame.positions[index], &frame.lab_velocities[index]);
        row.extend(frame.label(index).as_bytes());
        for number in x.iter().map(|x| length(*x)).chain(v.iter().map(|v| speed(*v))) {
            write!(row, " {number:.16e}")?;
        }
        row.push(b'\n');
        Ok(())
    })
}

/// Appends atoms without velocities and without a cell to `out`, in the units they are in.
///
/// # Errors
/// What `out` says.
pub fn write_places(out: &mut impl Write, species: &[String], positions: &[Vector3<f64>]) -> io::Result<()> {
    writeln!(out, "{}\nProperties=species:S:1:pos:R:3 pbc=\"F F F\"", positions.len())?;
    for (label, x) in species.iter().zip(positions) {
        writeln!(out, "{label} {:.16e} {:.16e} {:.16e}", x.x, x.y, x.z)?;
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
