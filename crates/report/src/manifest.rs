//! `manifest.json`: who made the tables, from what, and how it ended. Every field may be missing.

use crate::ReportError;
use omd_flow::{AffineFlow, Matrix3};
use serde_json::{Map, Value};
use std::path::Path;

/// The name of the file.
pub(crate) const FILE_NAME: &str = "manifest.json";

/// What the manifest says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Manifest {
    fields: Map<String, Value>,
}

/// What the manifest says about one description.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Run {
    pub(crate) wall_seconds: Option<f64>,
    pub(crate) replicas: Option<u64>,
    pub(crate) seed: Option<String>,
    pub(crate) stopped: Option<String>,
    /// Facts and whatever else stands there, in order.
    pub(crate) facts: Vec<(String, String)>,
}

/// Fields shown elsewhere than among the remaining facts.
const KNOWN: [&str; 6] = ["title", "units", "flow", "resolved", "input", "descriptions"];

impl Manifest {
    /// Reads `manifest.json` of a directory; an absent one is an empty one.
    ///
    /// # Errors
    /// [`ReportError::Manifest`] for text that is not JSON.
    pub(crate) fn read(directory: &Path) -> Result<Self, ReportError> {
        let path = directory.join(FILE_NAME);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(ReportError::Read { path, source }),
        };
        let value: Value = serde_json::from_str(&text).map_err(|error| ReportError::Manifest {
            path,
            line: error.line(),
            column: error.column(),
            problem: error.to_string(),
        })?;
        match value {
            Value::Object(fields) => Ok(Self { fields }),
            _ => Ok(Self::default()),
        }
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// A field that is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    /// The text of the input file.
    pub(crate) fn input(&self) -> Option<&str> {
        let input = self.fields.get("input")?;
        input.get("text").unwrap_or(input).as_str()
    }

    /// The keys that the input file left to their defaults, as TOML.
    pub(crate) fn defaults(&self) -> Option<String> {
        let text = |key: &Value, field: &str| key.get(field).and_then(Value::as_str).map(str::to_owned);
        let mut out = String::new();
        let mut current = String::new();
        for key in self.fields.get("input")?.get("keys")?.as_array()? {
            if key.get("given").and_then(Value::as_bool) != Some(false) {
                continue;
            }
            let (section, name, value) = (text(key, "section")?, text(key, "key")?, text(key, "value")?);
            if section != current {
                let gap = if out.is_empty() { "" } else { "\n" };
                out += &format!("{gap}[{section}]\n");
                current = section;
            }
            out += &format!("{name} = {value}\n");
        }
        Some(out).filter(|out| !out.is_empty())
    }

    /// The warnings on reading the input.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let warnings = self.fields.get("input").and_then(|input| input.get("warnings")).and_then(Value::as_array);
        warnings.into_iter().flatten().filter_map(words).collect()
    }

    /// The flow, if its matrix is there and finite.
    pub(crate) fn flow(&self) -> Option<AffineFlow> {
        let place = self.fields.get("resolved").or_else(|| self.fields.get("flow"))?;
        let rows = place.get("velocity_gradient")?.as_array()?;
        let mut matrix = Matrix3::zeros();
        if rows.len() != 3 {
            return None;
        }
        for (i, row) in rows.iter().enumerate() {
            let row = row.as_array().filter(|row| row.len() == 3)?;
            for (j, entry) in row.iter().enumerate() {
                matrix[(i, j)] = entry.as_f64()?;
            }
        }
        AffineFlow::new(matrix).ok()
    }

    /// What is said about a description.
    pub(crate) fn run(&self, name: &str) -> Run {
        let entries = self.fields.get("descriptions").and_then(Value::as_array);
        let entry = entries.into_iter().flatten().find(|entry| entry.get("name").and_then(Value::as_str) == Some(name));
        let Some(Value::Object(entry)) = entry else { return Run::default() };
        let mut run = Run {
            wall_seconds: entry.get("wall_seconds").and_then(Value::as_f64),
            replicas: entry.get("replicas").and_then(Value::as_u64),
            seed: entry.get("seed").or_else(|| entry.get("seeds")).and_then(words),
            stopped: entry.get("stopped").and_then(words),
            facts: entry.get("facts").map(pairs).unwrap_or_default(),
        };
        let shown = ["name", "wall_seconds", "replicas", "seed", "seeds", "stopped", "facts"];
        let rest = entry.iter().filter(|(key, _)| !shown.contains(&key.as_str()));
        run.facts.extend(rest.filter_map(|(key, value)| Some((key.clone(), words(value)?))));
        run
    }

    /// All fields that have no place of their own in the page.
    pub(crate) fn remaining(&self) -> Vec<(String, String)> {
        let rest = self.fields.iter().filter(|(key, _)| !KNOWN.contains(&key.as_str()));
        rest.filter_map(|(key, value)| Some((key.clone(), words(value)?))).collect()
    }
}

/// A value in a line of text; `None` for null.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => Some(items.iter().filter_map(words).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let each =
                fields.iter().filter_map(|(key, value)| Some(format!("{}: {}", key.replace('_', " "), words(value)?)));
            Some(each.collect::<Vec<_>>().join(", "))
        }
        other => Some(other.to_string()),
    }
}

/// Facts, written as pairs or as an object.
fn pairs(value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Array(items) => items
            .iter()
            .filter_map(|item| Some((item.get(0)?.as_str()?.to_owned(), item.get(1).and_then(words)?)))
            .collect(),
        Value::Object(fields) => fields.iter().filter_map(|(key, v)| Some((key.clone(), words(v)?))).collect(),
        _ => Vec::new(),
    }
}
