//! One `<description>.csv`: columns of numbers with their standard errors.

use crate::ReportError;
use std::path::{Path, PathBuf};

/// The columns that every table has.
const REQUIRED: [&str; 2] = ["time", "temperature"];
/// The columns that every table has of which it has one: tubes and rings fill no volume.
const OF_VOLUME: [&str; 7] = ["density", "pxx", "pyy", "pzz", "pxy", "pxz", "pyz"];

/// What ends the name of a column of standard errors.
const ERROR_SUFFIX: &str = "_se";

/// The table of one description.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    /// The place of the description in [`crate::descriptions::DESCRIPTIONS`].
    pub(crate) description: usize,
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

/// A column and its standard errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<'a> {
    pub(crate) values: &'a [f64],
    pub(crate) errors: Option<&'a [f64]>,
}

impl Table {
    /// Reads a table.
    ///
    /// # Errors
    /// [`ReportError::Read`]; [`ReportError::Table`] with the line and the column.
    pub(crate) fn read(path: &Path, description: usize) -> Result<Self, ReportError> {
        let bytes = std::fs::read(path).map_err(|source| ReportError::Read { path: path.to_owned(), source })?;
        Reader { path, reader: csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice()) }
            .table(description)
    }

    /// The values of a column.
    pub(crate) fn values(&self, name: &str) -> Option<&[f64]> {
        let index = self.names.iter().position(|n| n == name)?;
        Some(&self.columns[index])
    }

    /// A column with its standard errors.
    pub(crate) fn column(&self, name: &str) -> Option<Column<'_>> {
        let values = self.values(name)?;
        Some(Column { values, errors: self.values(&format!("{name}{ERROR_SUFFIX}")) })
    }

    /// The times of the samples, increasing, at least one.
    pub(crate) fn time(&self) -> &[f64] {
        &self.columns[0]
    }

    /// The last time.
    pub(crate) fn end(&self) -> f64 {
        self.time().last().copied().unwrap_or(0.0)
    }

    /// The names of the columns, those of standard errors left out.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str).filter(|name| !name.ends_with(ERROR_SUFFIX))
    }
}

struct Reader<'a> {
    path: &'a Path,
    reader: csv::Reader<&'a [u8]>,
}

impl Reader<'_> {
    fn fault(&self, line: u64, column: usize, problem: String) -> ReportError {
        ReportError::Table { path: PathBuf::from(self.path), line, column, problem }
    }

    fn csv_fault(&self, error: &csv::Error) -> ReportError {
        let line = error.position().map_or(1, csv::Position::line);
        self.fault(line, 1, error.to_string())
    }

    fn table(mut self, description: usize) -> Result<Table, ReportError> {
        let names = self.header()?;
        let mut columns = vec![Vec::new(); names.len()];
        let mut record = csv::StringRecord::new();
        while self.reader.read_record(&mut record).map_err(|error| self.csv_fault(&error))? {
            let line = record.position().map_or(0, csv::Position::line);
            self.row(line, &record, &names, &mut columns)?;
        }
        if columns[0].is_empty() {
            return Err(self.fault(2, 1, "no samples: the table ends after its header".to_owned()));
        }
        Ok(Table { description, names, columns })
    }

    fn header(&mut self) -> Result<Vec<String>, ReportError> {
        let header = self.reader.headers().cloned().map_err(|error| self.csv_fault(&error))?;
        let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) {
                return Err(self.fault(1, index + 1, format!("the column `{name}` stands here a second time")));
            }
        }
        if names.first().is_none_or(|name| name != "time") {
            return Err(self.fault(1, 1, "the first column must be `time`".to_owned()));
        }
        let has = |wanted: &&str| names.iter().any(|name| name == wanted);
        let of_volume = if OF_VOLUME.iter().any(has) { &OF_VOLUME[..] } else { &[] };
        for required in REQUIRED.iter().chain(of_volume) {
            if !has(required) {
                return Err(self.fault(1, names.len() + 1, format!("the column `{required}` is missing")));
            }
        }
        Ok(names)
    }

    fn row(
        &self,
        line: u64,
        record: &csv::StringRecord,
        names: &[String],
        columns: &mut [Vec<f64>],
    ) -> Result<(), ReportError> {
        if record.len() != names.len() {
            let problem = format!("{} fields where the header has {}: is the file cut off?", record.len(), names.len());
            return Err(self.fault(line, record.len().min(names.len()) + 1, problem));
        }
        for (index, field) in record.iter().enumerate() {
            let Ok(value) = field.trim().parse::<f64>() else {
                let problem = format!("`{field}` in `{}` is not a number", names[index]);
                return Err(self.fault(line, index + 1, problem));
            };
            columns[index].push(value);
        }
        let time = &columns[0];
        let now = time[time.len() - 1];
        if !now.is_finite() {
            return Err(self.fault(line, 1, format!("the time is {now}")));
        }
        if time.len() > 1 && now <= time[time.len() - 2] {
            return Err(self.fault(line, 1, format!("the time {now} does not follow {}", time[time.len() - 2])));
        }
        Ok(())
    }
}
