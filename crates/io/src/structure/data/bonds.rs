//! The section Bonds of a LAMMPS data file, and what Bond Coeffs says of it.

use super::header::Header;
use super::read::{Atoms, Part, Types};
use crate::diagnostic::InputError;
use crate::input::counted;
use crate::structure::reader::Reader;
use std::collections::HashMap;

/// Which atoms of a structure file are bonded.
#[derive(Clone, Debug, PartialEq)]
pub struct FileBonds {
    /// Two atoms each, in the file's order of atoms, from 0; every bond once.
    pub pairs: Vec<[usize; 2]>,
    /// Their law, where the file gives it with its style.
    pub law: Option<FileBondLaw>,
}

/// A line of Bond Coeffs.
#[derive(Clone, Debug, PartialEq)]
pub struct FileBondLaw {
    /// LAMMPS's `bond_style`.
    pub style: String,
    /// The numbers of this style, in the file's units.
    pub coefficients: Vec<f64>,
    /// Where they stand, from 1.
    pub line: usize,
}

/// The sections that are about bonds.
pub(super) struct Sections<'s, 'a> {
    pub(super) bonds: Option<&'s Part<'a>>,
    pub(super) labels: Option<&'s Part<'a>>,
    pub(super) coefficients: Option<&'s Part<'a>>,
}

impl Sections<'_, '_> {
    /// The bonds of `atoms`; `None` where the file has none.
    pub(super) fn read(
        &self,
        reader: &Reader<'_>,
        header: &Header,
        atoms: &Atoms<'_>,
    ) -> Result<Option<FileBonds>, InputError> {
        let (count, Some(part)) = (header.bonds.map_or(0, |(count, _)| count), self.bonds) else {
            return match header.bonds {
                Some((count, line)) if count > 0 => {
                    let message = format!("the header says {}, but there is no section Bonds", counted(count, "bond"));
                    Err(reader.at_line(line, message, Some("add the section, or remove this line")))
                }
                _ => Ok(None),
            };
        };
        let labels = self.labels.map(|labels| super::read::labels_of(reader, labels)).transpose()?;
        let types = Types { what: "a bond type", count: header.bond_types, labels: labels.unwrap_or_default() };
        let (pairs, kind) = pairs(reader, part, atoms, &types)?;
        if pairs.len() != count {
            let message = format!("the header says {}, the section Bonds has {}", counted(count, "bond"), pairs.len());
            return Err(reader.at_line(part.line, message, None));
        }
        let Some(kind) = kind else { return Ok(None) };
        let law = self.coefficients.map(|part| law(reader, part, kind, &types)).transpose()?.flatten();
        Ok(Some(FileBonds { pairs, law }))
    }
}

/// The bonds and their one type; `None` without bonds.
fn pairs(
    reader: &Reader<'_>,
    part: &Part<'_>,
    atoms: &Atoms<'_>,
    types: &Types,
) -> Result<(Vec<[usize; 2]>, Option<usize>), InputError> {
    let mut pairs = Vec::with_capacity(part.lines.len());
    let mut lines: HashMap<[usize; 2], usize> = HashMap::new();
    let mut found: Option<(usize, usize)> = None;
    for (line, words, _) in &part.lines {
        let (line, &[number, kind, first, second]) = (*line, &words[..]) else {
            let message =
                format!("a bond must be a number, a type and the ids of two atoms, found {} words", words.len());
            return Err(reader.at_line(*line, message, None));
        };
        if number.parse::<u64>().is_err() {
            let message = format!("the number of a bond must be an integer, found \"{number}\"");
            return Err(reader.at_word(line, number, message));
        }
        let kind = types.kind(reader, line, kind)?;
        if let Some((other, there)) = found.filter(|(other, _)| *other != kind) {
            let message = format!(
                "all bonds must be of one type: this one is of type {kind}, that of line {there} of type {other}"
            );
            return Err(reader.at_word(line, words[1], message));
        }
        found = Some((kind, found.map_or(line, |(_, line)| line)));
        let [a, b] = [atoms.with_id(reader, line, first)?, atoms.with_id(reader, line, second)?];
        if a == b {
            return Err(reader.at_word(line, second, format!("atom {first} is bonded to itself")));
        }
        if let Some(there) = lines.insert([a.min(b), a.max(b)], line) {
            let message = format!("the bond of atoms {first} and {second} stands on line {there} already");
            return Err(reader.at_line(line, message, None));
        }
        pairs.push([a, b]);
    }
    Ok((pairs, found.map(|(kind, _)| kind)))
}

/// What Bond Coeffs says of bonds of type `kind`, where the comment behind its name says which style that is.
fn law(reader: &Reader<'_>, part: &Part<'_>, kind: usize, types: &Types) -> Result<Option<FileBondLaw>, InputError> {
    if part.comment.is_empty() {
        return Ok(None);
    }
    for (line, words, _) in &part.lines {
        if types.kind(reader, *line, words[0])? == kind {
            let numbers = words[1..].iter().map(|word| reader.number(*line, word, "a coefficient of a bond"));
            let coefficients = numbers.collect::<Result<_, _>>()?;
            return Ok(Some(FileBondLaw { style: part.comment.to_owned(), coefficients, line: *line }));
        }
    }
    Ok(None)
}
