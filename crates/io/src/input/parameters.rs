//! Files that hold the numbers of an interaction.

use super::elements::Elements;
use super::kinds::Kind;
use super::physics::Read;
use super::reader::{Reader, Section};
use super::{StructureFile, text_of};
use crate::diagnostic::{Diagnostic, InputError, Location};
use crate::units::UnitStyle;
use omd_hierarchy::experiment::Interaction;
use omd_interaction::{Compound, SitePotential};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    /// `#`: the one of these elements, and its line.
    fn entry<const N: usize>(
        &self,
        names: [&str; N],
        elements: [&str; 3],
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
            if [first, second, third] == elements {
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

/// The potential of one element, or a [`Compound`] of several, whose parameters stand in the entries of a file.
///
/// `potential` makes parameters of the numbers of a triple, and is told whether its last two are one; `same` says whether
/// those of `i j k` go with those of `i k j`.
pub(super) fn of_triples<T, const N: usize>(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    kind: &Kind,
    path: &Path,
    names: [&str; N],
    potential: impl Fn([f64; N], bool) -> Result<T, String>,
    same: impl Fn(&T, &T) -> Result<(), String>,
) -> Option<Read>
where
    T: SitePotential + Clone + 'static,
    Compound<T>: SitePotential + 'static,
{
    let (name, elements) = (reader.text(section, "parameters"), Elements::read(reader, section, true));
    let file = ParameterFile::read(reader, section, kind, path, name)?;
    let elements = elements??;
    let triples = Triples { file: &file, elements: &elements.names, names };
    let absent = triples.absent().map_err(|error| reader.adopt(&section.span("parameters"), error)).ok()?;
    if let Some((first, _)) = absent.first() {
        let entries: Vec<String> = absent.iter().map(|(_, entry)| format!("\"{entry}\"")).collect();
        let called = super::wording::called("interaction", elements.key());
        let entry = if entries.len() == 1 { "entry" } else { "entries" };
        let message = format!("{called}: {} has no {entry} {}", file.name, entries.join(", "));
        reader.error(&elements.span(*first, section), message, None);
        return None;
    }
    let made = triples.made(potential, same).map_err(|error| reader.adopt(&section.span("parameters"), error)).ok()?;
    let potential: Arc<dyn SitePotential> =
        if elements.names.len() == 1 { Arc::new(made.triple([0; 3]).clone()) } else { Arc::new(made) };
    Some(Read {
        interaction: Interaction::ManyBody(potential),
        parameters: Some(file.fingerprint()),
        elements: Some(elements),
    })
}

/// Entries of a file for every three of some elements.
struct Triples<'a, const N: usize> {
    file: &'a ParameterFile,
    elements: &'a [String],
    names: [&'a str; N],
}

impl<const N: usize> Triples<'_, N> {
    fn entry(&self, triple: [u8; 3]) -> Result<Option<(usize, [f64; N])>, InputError> {
        self.file.entry(self.names, triple.map(|kind| self.elements[usize::from(kind)].as_str()))
    }

    fn called(&self, triple: [u8; 3]) -> String {
        triple.map(|kind| self.elements[usize::from(kind)].as_str()).join(" ")
    }

    /// Those that the file does not have, each with the first of its elements that has none alone, or else its first.
    fn absent(&self) -> Result<Vec<(usize, String)>, InputError> {
        let mut absent = Vec::new();
        Compound::new(self.elements.len() as u8, |triple| {
            if self.entry(triple)?.is_none() {
                let mut culprit = triple[0];
                for kind in triple {
                    if self.entry([kind; 3])?.is_none() {
                        culprit = kind;
                        break;
                    }
                }
                absent.push((usize::from(culprit), self.called(triple)));
            }
            Ok::<(), InputError>(())
        })?;
        Ok(absent)
    }

    fn made<T>(
        &self,
        potential: impl Fn([f64; N], bool) -> Result<T, String>,
        same: impl Fn(&T, &T) -> Result<(), String>,
    ) -> Result<Compound<T>, InputError> {
        let help = format!("an entry is three elements and {}", self.names.join(" "));
        let made = Compound::new(self.elements.len() as u8, |triple| {
            let [_, second, third] = triple;
            // None is absent: that has been looked at.
            let (line, numbers) = self.entry(triple)?.unwrap_or((1, [f64::NAN; N]));
            potential(numbers, second == third).map_err(|message| self.file.error(line, message, Some(help.clone())))
        })?;
        Compound::new(made.kinds(), |[i, j, k]| {
            same(made.triple([i, j, k]), made.triple([i, k, j])).or_else(|message| {
                let (line, _) = self.entry([i, k, j])?.unwrap_or((1, [f64::NAN; N]));
                let message =
                    format!("\"{}\" beside \"{}\": {message}", self.called([i, k, j]), self.called([i, j, k]));
                Err(self.file.error(line, message, None))
            })
        })?;
        Ok(made)
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
