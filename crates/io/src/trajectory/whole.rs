//! Where the whole frames of a file end, so that a resumed run goes on after them.

use flate2::bufread::GzDecoder;
use omd_hierarchy::experiment::TrajectoryFormat;
use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// The offset after `frames` whole frames of `file`.
///
/// # Errors
/// What the file says; fewer frames, or something that is none, besides.
pub(super) fn end_of_frames(
    file: &mut (impl BufRead + Seek),
    frames: usize,
    format: TrajectoryFormat,
    compressed: bool,
) -> io::Result<u64> {
    if compressed {
        return end_of_members(file, frames);
    }
    let mut end = 0;
    for _ in 0..frames {
        end += match format {
            TrajectoryFormat::ExtendedXyz => lines_of(file, 0, 2)?,
            TrajectoryFormat::LammpsDump => lines_of(file, 3, 9)?,
            TrajectoryFormat::H5md => record_of(file)?,
        };
    }
    Ok(end)
}

/// The bytes of a frame whose line `at` is the number of atoms, and which has `header` lines before them.
fn lines_of(file: &mut impl BufRead, at: usize, header: usize) -> io::Result<u64> {
    let mut line = Vec::new();
    let mut next = |line: &mut Vec<u8>| -> io::Result<u64> {
        line.clear();
        let length = file.read_until(b'\n', line)?;
        if line.ends_with(b"\n") { Ok(length as u64) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    };
    let (mut end, mut atoms) = (0, 0);
    for k in 0..header {
        end += next(&mut line)?;
        if k == at {
            let count = std::str::from_utf8(&line).ok().and_then(|text| text.trim().parse().ok());
            atoms = count.ok_or(io::Error::from(io::ErrorKind::InvalidData))?;
        }
    }
    for _ in 0..atoms {
        end += next(&mut line)?;
    }
    Ok(end)
}

/// The bytes of a frame that begins with its length, as a number of 8 bytes, itself not counted.
fn record_of(file: &mut (impl BufRead + Seek)) -> io::Result<u64> {
    let mut length = [0; 8];
    file.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let here = file.stream_position()?;
    let end = file.seek(SeekFrom::End(0))?;
    let after = here.checked_add(length).filter(|after| *after <= end).ok_or(io::ErrorKind::UnexpectedEof)?;
    file.seek(SeekFrom::Start(after))?;
    Ok(8 + length)
}

/// Every frame is a gzip member of its own.
fn end_of_members(file: &mut impl BufRead, frames: usize) -> io::Result<u64> {
    let mut counted = Counted { inner: file, used: 0 };
    for _ in 0..frames {
        io::copy(&mut GzDecoder::new(&mut counted), &mut io::sink())?;
    }
    Ok(counted.used)
}

/// Counts what is used.
struct Counted<'a, R> {
    inner: &'a mut R,
    used: u64,
}

impl<R: BufRead> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.used += read as u64;
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }
    fn consume(&mut self, amount: usize) {
        self.used += amount as u64;
        self.inner.consume(amount);
    }
}
