//! H5MD: frames are kept as plain records while a run goes on, and become one file at its end.
//!
//! An HDF5 file that is open when the process is killed is lost; records are only ever appended, as the frames of the other
//! formats. \[deBuyl2014\] describes H5MD.

use crate::files::FileError;
use crate::structure::Frame;
use crate::units::{UnitStyle, Units};
use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, Group, H5Type};
use hdf5_metno as hdf5;
use ndarray::{Array1, ArrayView1, ArrayView2, ArrayView3, s};
use omd_flow::Dimension;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;

/// Numbers of a record before those of the atoms: sample, time, whether there is a cell, its edges.
const HEAD: usize = 12;

/// The record of a frame in the units of the style: its length in bytes, then numbers, all little-endian.
pub(super) fn record(frame: &Frame<'_>, units: &Units) -> Vec<u8> {
    let length = |x: &f64| units.to_style(Dimension::Length, *x);
    let speed = |x: &f64| units.to_style(Dimension::Velocity, *x);
    let mut numbers = vec![frame.sample as f64, units.to_style(Dimension::Time, frame.time)];
    numbers.push(if frame.cell.is_some() { 1.0 } else { 0.0 });
    // Column after column: edge after edge.
    numbers.extend(frame.cell.map_or_else(|| vec![0.0; 9], |cell| cell.iter().map(length).collect()));
    numbers.extend(frame.positions.iter().flat_map(|x| x.iter().map(length)));
    numbers.extend(frame.lab_velocities.iter().flat_map(|v| v.iter().map(speed)));
    let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
    ((8 * numbers.len()) as u64).to_le_bytes().into_iter().chain(bytes).collect()
}

/// One record again.
struct Record {
    numbers: Vec<f64>,
}

impl Record {
    /// The next one, if there is one.
    fn read(file: &mut impl Read) -> io::Result<Option<Self>> {
        let mut length = [0; 8];
        match file.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            outcome => outcome?,
        }
        let length = usize::try_from(u64::from_le_bytes(length)).map_err(io::Error::other)?;
        if !length.is_multiple_of(8) || length / 8 < HEAD || !(length / 8 - HEAD).is_multiple_of(6) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        let number = |bytes: &[u8]| f64::from_le_bytes(bytes.try_into().unwrap_or_default());
        Ok(Some(Self { numbers: bytes.chunks_exact(8).map(number).collect() }))
    }

    fn atoms(&self) -> usize {
        (self.numbers.len() - HEAD) / 6
    }

    fn has_cell(&self) -> bool {
        self.numbers[2] == 1.0
    }
}

/// Makes the H5MD file `target` of the records in `source`, whole or not at all.
///
/// # Errors
/// [`FileError`].
pub(super) fn convert(
    source: &Path,
    target: &Path,
    labels: &[String],
    kinds: &[String],
    units: &Units,
) -> Result<(), FileError> {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let temporary = target.with_file_name(name);
    let made = write(source, &temporary, labels, kinds, units)
        .and_then(|()| File::open(&temporary)?.sync_all())
        .and_then(|()| fs::rename(&temporary, target));
    made.map_err(|error| {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
        FileError::new("write", target, error)
    })
}

fn write(source: &Path, target: &Path, labels: &[String], kinds: &[String], units: &Units) -> io::Result<()> {
    let mut records = BufReader::with_capacity(1 << 20, File::open(source)?);
    let mut frames = 0;
    let mut first = None;
    while let Some(record) = Record::read(&mut records)? {
        frames += 1;
        first.get_or_insert((record.atoms(), record.has_cell()));
    }
    let Some((atoms, has_cell)) = first else { return Err(io::ErrorKind::UnexpectedEof.into()) };
    let file = hdf5::File::create(target).map_err(io::Error::other)?;
    let layout = Layout { frames, atoms, has_cell };
    let made = layout.make(&file, labels, kinds, units).and_then(|sets| {
        let mut records = BufReader::with_capacity(1 << 20, File::open(source).map_err(|error| error.to_string())?);
        let mut frame = 0;
        while let Some(record) = Record::read(&mut records).map_err(|error| error.to_string())? {
            sets.put(frame, &record)?;
            frame += 1;
        }
        file.flush()
    });
    made.map_err(io::Error::other)
}

/// The extents of a file.
struct Layout {
    frames: usize,
    atoms: usize,
    has_cell: bool,
}

/// What is written frame by frame.
struct Sets {
    step: Dataset,
    time: Dataset,
    position: Dataset,
    velocity: Dataset,
    edges: Option<Dataset>,
}

impl Layout {
    fn make(&self, file: &Group, labels: &[String], kinds: &[String], units: &Units) -> hdf5::Result<Sets> {
        let about = file.create_group("h5md")?;
        about.new_attr::<i32>().shape([2]).create("version")?.write(&Array1::from(vec![1, 1]))?;
        let author = about.create_group("author")?;
        text(&author, "name", "omd")?;
        let creator = about.create_group("creator")?;
        text(&creator, "name", "omd")?;
        text(&creator, "version", env!("CARGO_PKG_VERSION"))?;
        let atoms = file.create_group("particles")?.create_group("trajectory")?;
        let cell = atoms.create_group("box")?;
        cell.new_attr::<i32>().create("dimension")?.write_scalar(&3)?;
        let boundary: VarLenUnicode = word(if self.has_cell { "periodic" } else { "none" })?;
        cell.new_attr::<VarLenUnicode>().shape([3]).create("boundary")?.write(&Array1::from(vec![boundary; 3]))?;
        let position = atoms.create_group("position")?;
        let velocity = atoms.create_group("velocity")?;
        let step = plain::<i64>(&position, "step", &[self.frames])?;
        let time = plain::<f64>(&position, "time", &[self.frames])?;
        let vectors = [self.frames, self.atoms, 3];
        let [length, duration, speed] = names(units);
        let sets = Sets {
            position: plain::<f64>(&position, "value", &vectors)?,
            velocity: plain::<f64>(&velocity, "value", &vectors)?,
            edges: if self.has_cell {
                let edges = cell.create_group("edges")?;
                let value = plain::<f64>(&edges, "value", &[self.frames, 3, 3])?;
                link(&edges)?;
                Some(value)
            } else {
                None
            },
            step,
            time,
        };
        link(&velocity)?;
        // Reduced units have no names.
        if !length.is_empty() {
            text(&sets.position, "unit", length)?;
            text(&sets.velocity, "unit", speed)?;
            text(&sets.time, "unit", duration)?;
            if let Some(edges) = &sets.edges {
                text(edges, "unit", length)?;
            }
        }
        let kind = |index: usize| match labels.get(index % labels.len().max(1)) {
            Some(label) => kinds.iter().position(|kind| kind == label).unwrap_or(0) as i32 + 1,
            None => 1,
        };
        let species: Vec<i32> = (0..self.atoms).map(kind).collect();
        plain::<i32>(&atoms, "species", &[self.atoms])?.write(ArrayView1::from(&species))?;
        let labels: hdf5::Result<Vec<VarLenUnicode>> = kinds.iter().map(|kind| word(kind)).collect();
        let labels = Array1::from(labels?);
        atoms.dataset("species")?.new_attr::<VarLenUnicode>().shape([kinds.len()]).create("labels")?.write(&labels)?;
        let ids: Vec<i64> = (1..=self.atoms as i64).collect();
        plain::<i64>(&atoms, "id", &[self.atoms])?.write(ArrayView1::from(&ids))?;
        Ok(sets)
    }
}

impl Sets {
    /// Writes frame `frame`.
    fn put(&self, frame: usize, record: &Record) -> hdf5::Result<()> {
        let (head, rest) = record.numbers.split_at(HEAD);
        let (positions, velocities) = rest.split_at(rest.len() / 2);
        let atoms = record.atoms();
        let shaped = |numbers| ArrayView2::from_shape((atoms, 3), numbers).map_err(|error| error.to_string().into());
        let vectors = |numbers| -> hdf5::Result<ArrayView2<'_, f64>> { shaped(numbers) };
        self.step.write_slice(&Array1::from(vec![head[0] as i64]), s![frame..=frame])?;
        self.time.write_slice(&Array1::from(vec![head[1]]), s![frame..=frame])?;
        self.position.write_slice(vectors(positions)?, s![frame, .., ..])?;
        self.velocity.write_slice(vectors(velocities)?, s![frame, .., ..])?;
        if let Some(edges) = &self.edges {
            // The first index is the edge.
            let cell = ArrayView3::from_shape((1, 3, 3), &head[3..]).map_err(|error| error.to_string())?;
            edges.write_slice(cell, s![frame..=frame, .., ..])?;
        }
        Ok(())
    }
}

/// A set without the time of its making: the same run makes the same bytes.
fn plain<T: H5Type>(group: &Group, name: &str, shape: &[usize]) -> hdf5::Result<Dataset> {
    let builder = group.new_dataset_builder().with_dcpl(|plist| plist.obj_track_times(false));
    builder.empty::<T>().shape(shape.to_vec()).create(name)
}

/// Step and time are those of the positions.
fn link(group: &Group) -> hdf5::Result<()> {
    for name in ["step", "time"] {
        group.link_hard(&format!("/particles/trajectory/position/{name}"), name)?;
    }
    Ok(())
}

fn word(text: &str) -> hdf5::Result<VarLenUnicode> {
    text.parse().map_err(|_| hdf5::Error::from(format!("\"{text}\" is no text of HDF5")))
}

fn text(object: &hdf5::Location, name: &str, value: &str) -> hdf5::Result<()> {
    object.new_attr::<VarLenUnicode>().create(name)?.write_scalar(&word(value)?)
}

/// Length, time and velocity as H5MD's module of units spells them.
fn names(units: &Units) -> [&'static str; 3] {
    match units.style() {
        UnitStyle::Lj => ["", "", ""],
        UnitStyle::Real => ["Angstrom", "fs", "Angstrom fs-1"],
        UnitStyle::Metal => ["Angstrom", "ps", "Angstrom ps-1"],
        UnitStyle::Si => ["m", "s", "m s-1"],
    }
}
