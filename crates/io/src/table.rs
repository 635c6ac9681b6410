//! The table of observables: one CSV for each description.

use crate::files::{FileError, write_atomically};
use crate::units::Units;
use omd_flow::{Dimension, Observables, symmetric_components};
use std::io::Write;
use std::path::Path;

/// A table as it stands in a CSV: names and rows, in the input's units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// One row for each sample.
    pub rows: Vec<Vec<f64>>,
}

/// A table that cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A line that is not a row of numbers.
    #[error("{path}:{line}: {what}")]
    Row {
        /// The file.
        path: String,
        /// From 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// Replicas of one description disagree about their columns.
    #[error("replica {replica} has other columns than replica 0 at sample {sample}")]
    Columns {
        /// Which replica.
        replica: usize,
        /// Which sample.
        sample: usize,
    },
}

const PRESSURE: [&str; 6] = ["pxx", "pyy", "pzz", "pxy", "pxz", "pyz"];
const HEAT_FLUX: [&str; 3] = ["qx", "qy", "qz"];

/// Names and dimensions of the columns that a row fills.
fn columns(row: &Observables) -> Vec<(String, Dimension)> {
    let mut columns = vec![("time".to_owned(), Dimension::Time)];
    if row.has_volume() {
        columns.push(("density".to_owned(), Dimension::NumberDensity));
    }
    columns.push(("temperature".to_owned(), Dimension::Temperature));
    if row.has_volume() {
        columns.extend(PRESSURE.map(|name| (name.to_owned(), Dimension::Pressure)));
    }
    if row.heat_flux.is_some() {
        columns.extend(HEAT_FLUX.map(|name| (name.to_owned(), Dimension::HeatFlux)));
    }
    columns.extend(row.extra.iter().map(|extra| (extra.name.to_string(), extra.dimension)));
    columns
}

fn values(row: &Observables) -> Vec<f64> {
    let mut values = vec![row.time];
    if row.has_volume() {
        values.push(row.density);
    }
    values.push(row.temperature);
    if row.has_volume() {
        values.extend(symmetric_components(&row.pressure));
    }
    values.extend(row.heat_flux.iter().flat_map(|flux| flux.iter().copied()));
    values.extend(row.extra.iter().map(|extra| extra.value));
    values
}

/// Mean and standard error of the mean (n - 1); equal values give themselves and zero.
pub(crate) fn mean_and_error(sample: &[f64]) -> (f64, f64) {
    let count = sample.len() as f64;
    let mean = sample[0] + sample.iter().map(|x| x - sample[0]).sum::<f64>() / count;
    let variance = sample.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (count - 1.0);
    (mean, (variance / count).sqrt())
}

impl Table {
    /// Means over replicas in the input's units; with two replicas or more `<column>_se` columns for all but `time`.
    ///
    /// `replicas[r][s]` is sample s of replica r. Where replicas are of unequal length (one is ahead, or the physics
    /// stopped one) the table ends with the shortest: every row is over all replicas.
    ///
    /// # Errors
    /// [`TableError::Columns`].
    pub fn from_replicas(replicas: &[Vec<Observables>], units: &Units) -> Result<Self, TableError> {
        let length = replicas.iter().map(Vec::len).min().unwrap_or(0);
        let Some(first) = replicas.first().and_then(|rows| rows.first()).filter(|_| length > 0) else {
            return Ok(Self::default());
        };
        let columns = columns(first);
        let mut names: Vec<_> = columns.iter().map(|(name, _)| name.clone()).collect();
        if replicas.len() > 1 {
            names.extend(columns[1..].iter().map(|(name, _)| format!("{name}_se")));
        }
        let mut rows = Vec::with_capacity(length);
        for sample in 0..length {
            let mut all = Vec::with_capacity(replicas.len());
            for (replica, rows) in replicas.iter().enumerate() {
                if self::columns(&rows[sample]) != columns {
                    return Err(TableError::Columns { replica, sample });
                }
                all.push(values(&rows[sample]));
            }
            rows.push(combined(&columns, &all, units));
        }
        Ok(Self { columns: names, rows })
    }

    /// The values of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<Vec<f64>> {
        let index = self.columns.iter().position(|column| column == name)?;
        Some(self.rows.iter().filter_map(|row| row.get(index).copied()).collect())
    }

    /// Writes the CSV, 17 significant digits, whole or not at all.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        write_atomically(path, |out| {
            writeln!(out, "{}", self.columns.join(","))?;
            for row in &self.rows {
                for (index, value) in row.iter().enumerate() {
                    write!(out, "{}{value:.16e}", if index == 0 { "" } else { "," })?;
                }
                out.write_all(b"\n")?;
            }
            Ok(())
        })
    }

    /// Reads a CSV back, every bit as it was written.
    ///
    /// # Errors
    /// [`TableError`] when the file cannot be read, has a ragged row or a field that is no number.
    pub fn read(path: &Path) -> Result<Self, TableError> {
        let bad = |line, what| TableError::Row { path: path.display().to_string(), line, what };
        let text = std::fs::read(path).map_err(|error| FileError::new("read", path, error))?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(&*text);
        let header = reader.headers().map_err(|error| bad(1, error.to_string()))?;
        let columns: Vec<_> = header.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(0, csv::Position::line);
                bad(line, "the row has another number of fields than the header".to_owned())
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let row: Result<Vec<f64>, _> = record
                .iter()
                .map(|field| field.parse().map_err(|_| bad(line, format!("\"{field}\" is not a number"))))
                .collect();
            rows.push(row?);
        }
        Ok(Self { columns, rows })
    }
}

/// One row over all replicas.
fn combined(columns: &[(String, Dimension)], all: &[Vec<f64>], units: &Units) -> Vec<f64> {
    let mut row = Vec::with_capacity(2 * columns.len());
    let mut errors = Vec::with_capacity(columns.len());
    for (index, (_, dimension)) in columns.iter().enumerate() {
        let sample: Vec<_> = all.iter().map(|values| values[index]).collect();
        let (mean, error) = if sample.len() > 1 { mean_and_error(&sample) } else { (sample[0], 0.0) };
        row.push(units.to_style(*dimension, mean));
        errors.push(units.to_style(*dimension, error));
    }
    if all.len() > 1 {
        row.extend(&errors[1..]);
    }
    row
}
