//! `verify.json`: what every study found. Every field but `studies` may be missing.

use super::verdict::{Verdict, worst};
use crate::ReportError;
use serde_json::Value;
use std::path::Path;

/// The name of the file.
pub(crate) const FILE_NAME: &str = "verify.json";

/// What the record says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record {
    pub(crate) version: String,
    pub(crate) effort: String,
    pub(crate) seed: String,
    /// The name of a planted mistake.
    pub(crate) fault: Option<String>,
    pub(crate) finished: String,
    pub(crate) studies: Vec<Study>,
}

/// One question and its answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Study {
    /// The arrow's name.
    pub(crate) arrow: String,
    pub(crate) arrow_title: String,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) input: String,
    pub(crate) verdict: Verdict,
    pub(crate) claims: Vec<Claim>,
    pub(crate) tables: Vec<Table>,
    pub(crate) plots: Vec<Plot>,
    pub(crate) maps: Vec<Map>,
}

/// What theory says and what was measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claim {
    pub(crate) text: String,
    pub(crate) expected: String,
    /// No number where there is none.
    pub(crate) value: f64,
    pub(crate) error: Option<f64>,
    pub(crate) probability: Option<f64>,
    pub(crate) verdict: Verdict,
}

/// Text in columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// Curves over axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plot {
    pub(crate) title: String,
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) logarithmic: [bool; 2],
    pub(crate) curves: Vec<Curve>,
}

/// A quantity over a plane, with curves on top.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Map {
    pub(crate) plot: Plot,
    /// What the colours show.
    pub(crate) value: String,
    pub(crate) logarithmic: bool,
    pub(crate) columns: Vec<f64>,
    pub(crate) rows: Vec<f64>,
    /// `[row][column]`.
    pub(crate) values: Vec<Vec<f64>>,
}

/// Points, or a line of theory.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Curve {
    pub(crate) label: String,
    /// `(x, y, standard error of y)`.
    pub(crate) points: Vec<[f64; 3]>,
    pub(crate) is_theory: bool,
}

impl Record {
    /// Reads `verify.json` of a directory.
    ///
    /// # Errors
    /// [`ReportError::Read`]; [`ReportError::Verification`] for what is not JSON or no record.
    pub(crate) fn read(directory: &Path) -> Result<Self, ReportError> {
        let path = directory.join(FILE_NAME);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) => return Err(ReportError::Read { path, source }),
        };
        let fault = |line, column, problem| ReportError::Verification { path: path.clone(), line, column, problem };
        let value: Value = serde_json::from_str(&text)
            .map_err(|error| fault(error.line(), error.column(), format!("not JSON: {error}")))?;
        let Some(studies) = value.get("studies").and_then(Value::as_array) else {
            let problem = "no record of a verification: it is an object with a list `studies`";
            return Err(fault(1, 1, problem.to_owned()));
        };
        let settings = value.get("settings").unwrap_or(&Value::Null);
        Ok(Self {
            version: text_of(&value, "version"),
            effort: text_of(settings, "effort"),
            seed: settings.get("seed").filter(|seed| !seed.is_null()).map_or_else(String::new, Value::to_string),
            fault: settings.get("fault").and_then(Value::as_str).map(str::to_owned),
            finished: text_of(&value, "finished"),
            studies: studies.iter().map(study).collect(),
        })
    }
}

fn text_of(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// No number where the value is none: JSON has neither infinities nor NaN.
fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn numbers(values: &[Value]) -> Vec<f64> {
    values.iter().map(number).collect()
}

fn words(values: &[Value]) -> Vec<String> {
    values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
}

fn study(value: &Value) -> Study {
    let finding = value.get("finding").unwrap_or(&Value::Null);
    let claims: Vec<Claim> = list(finding, "claims").iter().map(claim).collect();
    // A study that does not say is as good as its claims.
    let verdict = match value.get("verdict") {
        None | Some(Value::Null) => worst(claims.iter().map(|claim| claim.verdict)),
        Some(said) => Verdict::named(said.as_str()),
    };
    Study {
        arrow: text_of(value, "arrow"),
        arrow_title: text_of(value, "arrow_title"),
        name: text_of(value, "name"),
        title: text_of(value, "title"),
        input: text_of(value, "input"),
        verdict,
        claims,
        tables: list(finding, "tables").iter().map(table).collect(),
        plots: list(finding, "plots").iter().map(plot).collect(),
        maps: list(finding, "maps").iter().map(map).collect(),
    }
}

fn claim(value: &Value) -> Claim {
    let optional = |name: &str| value.get(name).and_then(Value::as_f64);
    Claim {
        text: text_of(value, "text"),
        expected: text_of(value, "expected"),
        value: optional("value").unwrap_or(f64::NAN),
        error: optional("error"),
        probability: optional("probability"),
        verdict: Verdict::named(value.get("verdict").and_then(Value::as_str)),
    }
}

fn table(value: &Value) -> Table {
    let rows = list(value, "rows").iter().map(|row| words(row.as_array().map_or(&[], Vec::as_slice)));
    Table { caption: text_of(value, "caption"), header: words(list(value, "header")), rows: rows.collect() }
}

fn plot(value: &Value) -> Plot {
    let logarithmic = list(value, "logarithmic");
    let is = |k: usize| logarithmic.get(k).and_then(Value::as_bool).unwrap_or(false);
    Plot {
        title: text_of(value, "title"),
        x: text_of(value, "x"),
        y: text_of(value, "y"),
        logarithmic: [is(0), is(1)],
        curves: list(value, "curves").iter().map(curve).collect(),
    }
}

fn curve(value: &Value) -> Curve {
    let point = |point: &Value| {
        let at = |k: usize| point.get(k).map_or(f64::NAN, number);
        // A point without an error has none.
        [at(0), at(1), point.get(2).and_then(Value::as_f64).unwrap_or(0.0)]
    };
    Curve {
        label: text_of(value, "label"),
        points: list(value, "points").iter().map(point).collect(),
        is_theory: value.get("is_theory").and_then(Value::as_bool).unwrap_or(false),
    }
}

fn map(value: &Value) -> Map {
    let rows = list(value, "values").iter().map(|row| numbers(row.as_array().map_or(&[], Vec::as_slice)));
    Map {
        plot: value.get("plot").map(plot).unwrap_or_default(),
        value: text_of(value, "value"),
        logarithmic: value.get("logarithmic").and_then(Value::as_bool).unwrap_or(false),
        columns: numbers(list(value, "columns")),
        rows: numbers(list(value, "rows")),
        values: rows.collect(),
    }
}
