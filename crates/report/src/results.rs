//! Everything a directory of results holds that the report shows.

use crate::ReportError;
use crate::descriptions::DESCRIPTIONS;
use crate::histograms::Histograms;
use crate::manifest::Manifest;
use crate::table::{Column, Table};
use crate::units::{Quantity, Units};
use omd_flow::AffineFlow;
use std::path::Path;

/// The six components in the order of the table.
pub(crate) const COMPONENTS: [&str; 6] = ["xx", "yy", "zz", "xy", "xz", "yz"];

/// A directory of results, read.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    /// The manifest's title, else the directory's name.
    pub(crate) title: String,
    /// From the atoms up.
    pub(crate) tables: Vec<Table>,
    /// Of the descriptions that leave some.
    pub(crate) histograms: Vec<Histograms>,
    pub(crate) manifest: Manifest,
    pub(crate) units: Units,
    pub(crate) flow: Option<AffineFlow>,
}

impl Results {
    /// Reads a directory.
    ///
    /// # Errors
    /// [`ReportError::NoTables`] and what [`Table::read`] and [`Manifest::read`] report.
    pub(crate) fn read(directory: &Path) -> Result<Self, ReportError> {
        let mut tables = Vec::new();
        for (index, description) in DESCRIPTIONS.iter().enumerate() {
            let path = directory.join(format!("{}.csv", description.name));
            if path.is_file() {
                tables.push(Table::read(&path, index)?);
            }
        }
        if tables.is_empty() {
            return Err(ReportError::NoTables {
                directory: directory.to_owned(),
                looked_for: DESCRIPTIONS.iter().map(|d| format!("{}.csv", d.name)).collect(),
            });
        }
        let manifest = Manifest::read(directory)?;
        let histograms = Histograms::read(directory)?;
        let title = manifest
            .text("title")
            .filter(|title| !title.trim().is_empty())
            .map_or_else(|| directory_name(directory), str::to_owned);
        let (units, flow) = (Units::named(manifest.text("units")), manifest.flow());
        Ok(Self { title, tables, histograms, manifest, units, flow })
    }

    /// The last time of any table.
    pub(crate) fn end(&self) -> f64 {
        self.tables.iter().map(Table::end).fold(0.0, f64::max)
    }

    /// The unit of a quantity in label markup.
    pub(crate) fn unit(&self, quantity: Quantity) -> &'static str {
        self.units.of(quantity)
    }

    /// Whether a component of the pressure is more than noise or rounding in any description.
    ///
    /// Without standard errors it is 0.1 % of the mean pressure; with them it must also stand out of them.
    pub(crate) fn is_active(&self, component: &str) -> bool {
        self.tables.iter().any(|table| {
            let Some(column) = pressure(table, component) else { return false };
            let mean = mean_pressure(table);
            let share = (column.values.iter().zip(&mean)).map(|(p, mean)| (p / mean).abs()).fold(0.0, f64::max);
            share > 1e-3 && column.errors.is_none_or(|errors| root_mean_square_signal(column.values, errors) > 2.0)
        })
    }
}

/// A component of the pressure to compare between levels: the kinetic part where the table has one, for the kinetic
/// levels know no other.
pub(crate) fn pressure<'a>(table: &'a Table, component: &str) -> Option<Column<'a>> {
    table.column(&format!("kinetic_p{component}")).or_else(|| table.column(&format!("p{component}")))
}

/// `tr P/3` of the tensor that [`pressure`] gives; not a number where there is none.
pub(crate) fn mean_pressure(table: &Table) -> Vec<f64> {
    let diagonal = ["xx", "yy", "zz"].map(|component| pressure(table, component).map_or(&[][..], |c| c.values));
    let value = |values: &[f64], i: usize| values.get(i).copied().unwrap_or(f64::NAN);
    (0..table.time().len()).map(|i| diagonal.iter().map(|values| value(values, i)).sum::<f64>() / 3.0).collect()
}

fn root_mean_square_signal(values: &[f64], errors: &[f64]) -> f64 {
    let squares: Vec<f64> =
        values.iter().zip(errors).filter(|(_, e)| **e > 0.0).map(|(v, e)| (v / e) * (v / e)).collect();
    if squares.is_empty() { f64::INFINITY } else { (squares.iter().sum::<f64>() / squares.len() as f64).sqrt() }
}

fn directory_name(directory: &Path) -> String {
    let whole = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    whole.file_name().map_or_else(|| "Results".to_owned(), |name| name.to_string_lossy().into_owned())
}
