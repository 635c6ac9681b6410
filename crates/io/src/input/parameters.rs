//! Files that hold the numbers of an interaction.

use super::kinds::Kind;
use super::reader::{Reader, Section};
use super::{StructureFile, text_of};
use crate::diagnostic::{Diagnostic, InputError, Location};
use crate::units::UnitStyle;
use std::path::{Path, PathBuf};

/// A file that `parameters` names.
#[derive(Debug)]
pub(super) struct ParameterFile {
    path: PathBuf,
    /// As a user knows it.
    pub(super) name: String,
    pub(super) text: String,
}

impl ParameterFile {
    /// Reads the one of this name, if there is one; what is wrong has been reported where `None`.
    pub(super) fn read(
        reader: &mut Reader<'_>,
        section: &Section<'_>,
        kind: &Kind,
        input: &Path,
        name: Option<String>,
    ) -> Option<Self> {
        if !has_electronvolts(reader, section, kind) {
            return None;
        }
        let path = input.parent().unwrap_or(Path::new("")).join(name?);
        // A device or a pipe may never end.
        let regular = std::fs::metadata(&path).map_or(true, |metadata| metadata.is_file() || metadata.is_dir());
        let text = if regular {
            text_of(&path, "parameter file")
        } else {
            Err(format!("the parameter file {} is not a file", path.display()))
        };
        let help = Some("the path is relative to the input file".to_owned());
        let text = text.map_err(|message| reader.error(&section.span("parameters"), message, help)).ok()?;
        Some(Self { name: path.display().to_string(), path, text })
    }

    /// A file that has been read before.
    pub(super) fn of_text(text: &str) -> Self {
        Self { path: PathBuf::new(), name: String::new(), text: text.to_owned() }
    }

    /// Which file it was.
    pub(super) fn fingerprint(self) -> StructureFile {
        StructureFile::of(self.path, self.text.as_bytes())
    }

    /// A message about line `line`, from 1.
    pub(super) fn error(&self, line: usize, message: String, help: Option<String>) -> InputError {
        let content = self.text.lines().nth(line - 1).unwrap_or_default();
        let location = Some(Location::of_line(&self.name, line, content));
        InputError { diagnostics: vec![Diagnostic { message, location, help }] }
    }

    /// Entries of three elements and as many numbers as there are names, that may go over lines, with comments after
    /// `#`: the one whose three elements are this one, and its line.
    pub(super) fn entry<const N: usize>(
        &self,
        names: [&str; N],
        element: &str,
    ) -> Result<Option<(usize, [f64; N])>, InputError> {
        let words = self.text.lines().enumerate().flat_map(|(line, content)| {
            let data = content.split('#').next().unwrap_or_default();
            data.split_whitespace().map(move |word| (line + 1, word))
        });
        let words: Vec<(usize, &str)> = words.collect();
        let at = |line: usize, message: String| {
            self.error(line, message, Some(format!("an entry is three elements and {}", names.join(" "))))
        };
        for entry in words.chunks(N + 3) {
            let [(line, first), (_, second), (_, third)] = match entry {
                [a, b, c, ..] => [*a, *b, *c],
                _ => return Err(at(entry[0].0, "the parameter file ends within an entry".to_owned())),
            };
            if entry.len() < N + 3 {
                return Err(at(line, format!("the entry has {} words of {}", entry.len(), N + 3)));
            }
            let mut numbers = [0.0; N];
            for ((number, name), (line, word)) in numbers.iter_mut().zip(names).zip(&entry[3..]) {
                *number = word.parse().ok().filter(|x: &f64| x.is_finite()).ok_or_else(|| {
                    at(*line, format!("{name} must be a number, found \"{}\"", super::wording::shortened(word)))
                })?;
            }
            if [first, second, third] == [element; 3] {
                return Ok(Some((line, numbers)));
            }
        }
        Ok(None)
    }
}

/// Whether the input's units have electronvolts and angstrom; complains where not.
pub(super) fn has_electronvolts(reader: &mut Reader<'_>, section: &Section<'_>, kind: &Kind) -> bool {
    let none = reader.units.style() == UnitStyle::Lj;
    if none {
        let message = format!("kind = \"{}\" is in electronvolts and angstrom; units = \"lj\" have none", kind.name);
        reader.error(&section.span("kind"), message, Some("use units = \"metal\", \"real\" or \"si\"".to_owned()));
    }
    !none
}

/// The potential that an entry of the file is, or what is wrong, reported.
pub(super) fn of_entry<T, const N: usize>(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    file: &ParameterFile,
    element: &str,
    names: [&str; N],
    potential: impl Fn([f64; N]) -> Result<T, String>,
) -> Option<T> {
    let found = file.entry(names, element).and_then(|entry| {
        let help = format!("an entry is three elements and {}", names.join(" "));
        let make = |(line, numbers)| potential(numbers).map_err(|message| file.error(line, message, Some(help)));
        entry.map(make).transpose()
    });
    match found {
        Ok(Some(potential)) => Some(potential),
        Ok(None) => {
            let what = super::wording::called("interaction", "element");
            let message = format!("{what}: {} has no entry \"{element} {element} {element}\"", file.name);
            reader.error(&section.span("element"), message, None);
            None
        }
        Err(error) => {
            reader.adopt(&section.span("parameters"), error);
            None
        }
    }
}

/// A parameter that must be something else.
pub(super) fn refuse<T>(name: &str, value: f64, wanted: &str) -> Result<T, String> {
    Err(format!("{name} must be {wanted}, found {value}"))
}

/// Which of these is not above zero, if one is not.
pub(super) fn positive(numbers: &[(&str, f64)]) -> Result<(), String> {
    match numbers.iter().find(|(_, value)| *value <= 0.0) {
        Some((name, value)) => refuse(name, *value, "positive"),
        None => Ok(()),
    }
}

/// Which of these is below zero, if one is.
pub(super) fn not_negative(numbers: &[(&str, f64)]) -> Result<(), String> {
    match numbers.iter().find(|(_, value)| *value < 0.0) {
        Some((name, value)) => refuse(name, *value, "0 or more"),
        None => Ok(()),
    }
}
