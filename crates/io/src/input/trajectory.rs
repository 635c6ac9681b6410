//! `[molecular.trajectory]`: which frames of the atoms are kept, and how.

use super::keys;
use super::reader::{Reader, Section};
use super::wording::{called, counted, found, rounded};
use omd_flow::Dimension;
use omd_hierarchy::experiment::{Schedule, ShownImages, TrajectoryFormat, TrajectorySettings};
use std::ops::Range;
use toml::de::DeValue;

const TABLE: &str = "molecular.trajectory";
/// Cells of a block and along one edge of it: more are a mistake.
const MOST_CELLS: u64 = 1_000_000;

/// What the table says, before the samples are known.
#[derive(Clone, Debug)]
pub(super) struct TrajectoryKeys {
    often: Often,
    format: TrajectoryFormat,
    compressed: bool,
    shown: ShownImages,
    /// Of the key that says how often.
    span: Range<usize>,
}

/// How often a frame is written.
#[derive(Clone, Copy, Debug)]
enum Often {
    Samples(usize),
    Interval(f64),
}

impl TrajectoryKeys {
    /// With frames at samples of `schedule`; complains where they are at none.
    pub(super) fn settings(&self, reader: &mut Reader<'_>, schedule: &Schedule) -> Option<TrajectorySettings> {
        let every = match self.often {
            Often::Samples(every) if every > schedule.samples => {
                let message = format!(
                    "{} must be at most `samples` in [time], {}, found {every}",
                    called(TABLE, "every"),
                    schedule.samples
                );
                reader.error(&self.span, message, None);
                return None;
            }
            Often::Samples(every) => every,
            Often::Interval(interval) => self.samples_of(reader, interval, schedule)?,
        };
        Some(TrajectorySettings { every, format: self.format, compressed: self.compressed, shown: self.shown })
    }

    /// How many samples an interval of time is.
    fn samples_of(&self, reader: &mut Reader<'_>, interval: f64, schedule: &Schedule) -> Option<usize> {
        let sample = schedule.end / schedule.samples as f64;
        let every = (interval / sample).round();
        if every >= 1.0 && every <= schedule.samples as f64 && (every * sample / interval - 1.0).abs() < 1e-9 {
            return Some(every as usize);
        }
        let of = |time| rounded(reader.units.to_style(Dimension::Time, time));
        let message = format!(
            "{} must be a multiple of the time between samples, {}, and at most `end` in [time], found {}",
            called(TABLE, "interval"),
            of(sample),
            of(interval)
        );
        reader.error(&self.span, message, Some("frames are written at samples; change `samples` in [time]".to_owned()));
        None
    }
}

/// The table, where it is there; `of_group` where the images are not the translations of a cell.
pub(super) fn trajectory(reader: &mut Reader<'_>, molecular: &Section<'_>, of_group: bool) -> Option<TrajectoryKeys> {
    let (header, table) = reader.subtable(molecular, "trajectory", TABLE)?;
    let section = Section::new(TABLE, &header, table);
    reader.unknown_keys(&section, &keys::names(TABLE).collect::<Vec<_>>());
    let format = reader.choice(&section, "format").map(|word| match word {
        "lammps-dump" => TrajectoryFormat::LammpsDump,
        "h5md" => TrajectoryFormat::H5md,
        _ => TrajectoryFormat::ExtendedXyz,
    });
    let compressed = reader.choice(&section, "compression").map(|word| word == "gzip");
    let often = often(reader, &section);
    let shown = shown(reader, &section, of_group);
    if format == Some(TrajectoryFormat::H5md) {
        h5md(reader, &section);
    }
    let (often, span) = often?;
    Some(TrajectoryKeys { often, format: format?, compressed: compressed?, shown: shown?, span })
}

/// What H5MD needs, and does not have.
fn h5md(reader: &mut Reader<'_>, section: &Section<'_>) {
    if !cfg!(feature = "hdf5") {
        let message = "format = \"h5md\" needs an omd with HDF5".to_owned();
        let help = "build it with `cargo build --release --features hdf5`, or use \"extxyz\" or \"lammps-dump\"";
        reader.error(&section.span("format"), message, Some(help.to_owned()));
    }
    if section.has("compression") {
        let message = format!("{} does not belong to format = \"h5md\"", called(TABLE, "compression"));
        reader.error(&section.key_span("compression"), message, Some("remove it".to_owned()));
    }
}

fn often(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<(Often, Range<usize>)> {
    match (section.has("every"), section.has("interval")) {
        (true, true) => {
            let message = format!("{} and `every` exclude each other", called(TABLE, "interval"));
            reader.error(&section.key_span("interval"), message, Some("keep one of them".to_owned()));
            None
        }
        (false, true) => Some((Often::Interval(reader.number(section, "interval")?), section.span("interval"))),
        (true, false) => Some((Often::Samples(reader.count(section, "every")?), section.span("every"))),
        (false, false) => {
            reader.missing(section, "every");
            None
        }
    }
}

fn shown(reader: &mut Reader<'_>, section: &Section<'_>, of_group: bool) -> Option<ShownImages> {
    match (section.has("images"), section.has("radius")) {
        (false, false) => Some(ShownImages::Simulated),
        (true, true) => {
            let message = format!("{} and `images` exclude each other", called(TABLE, "radius"));
            reader.error(&section.key_span("radius"), message, Some("keep one of them".to_owned()));
            None
        }
        (false, true) => reader.number(section, "radius").map(ShownImages::Within),
        (true, false) if of_group => {
            let message =
                format!("{} counts cells; the images are those of [molecular.group]", called(TABLE, "images"));
            let help = "give `radius`: images under elements that move the atoms no farther than that".to_owned();
            reader.error(&section.key_span("images"), message, Some(help));
            None
        }
        (true, false) => block(reader, section),
    }
}

/// Three counts.
fn block(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<ShownImages> {
    let value = reader.several(section, "images")?;
    let entries = value.get_ref().as_array().filter(|entries| entries.len() == 3);
    let Some(entries) = entries else {
        reader.wrong_form(section, "images", value);
        return None;
    };
    let mut counts = [0; 3];
    for (count, entry) in counts.iter_mut().zip(entries) {
        let number = match entry.get_ref() {
            DeValue::Integer(integer) => u32::from_str_radix(integer.as_str(), integer.radix()).ok(),
            _ => None,
        };
        let Some(number) = number.filter(|number| *number > 0) else {
            let message = format!(
                "every entry of {} must be an integer of 1 or more, found {}",
                called(TABLE, "images"),
                found(entry)
            );
            reader.error(&entry.span(), message, None);
            return None;
        };
        *count = number;
    }
    let cells = counts.iter().map(|&count| u64::from(count)).fold(1, u64::saturating_mul);
    if cells > MOST_CELLS {
        let message = format!(
            "{} must be {MOST_CELLS} cells at most, found {}",
            called(TABLE, "images"),
            counted(cells as usize, "cell")
        );
        reader.error(&value.span(), message, None);
        return None;
    }
    Some(ShownImages::Block(counts))
}
