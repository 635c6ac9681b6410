//! Reads a LAMMPS data file into atoms at t = 0.

use super::bonds::Sections;
use super::header::{Header, refused};
use crate::diagnostic::InputError;
use crate::input::counted;
use crate::structure::reader::{FARTHEST, Reader};
use crate::structure::{FileMass, Structure, Velocities};
use omd_flow::{Matrix3, Vector3};
use std::collections::{BTreeMap, HashMap};

/// Sections of a data file, those that are read and those that only say where the ones before them end.
const READ: [&str; 6] = ["Masses", "Atom Type Labels", "Atoms", "Velocities", "Bond Type Labels", "Bonds"];
const REFUSED: [&str; 3] = ["Angles", "Dihedrals", "Impropers"];
const COEFFICIENTS: &str = "Coeffs";
const OTHER: [&str; 5] = ["Ellipsoids", "Lines", "Triangles", "Bodies", "Special Bonds"];

/// Atom styles: the words of a line before the position, and where the charge is.
const STYLES: [(&str, usize, Option<usize>); 6] = [
    ("atomic", 2, None),
    ("charge", 3, Some(2)),
    ("bond", 3, None),
    ("angle", 3, None),
    ("molecular", 3, None),
    ("full", 4, Some(3)),
];

/// Whether `text` is a LAMMPS data file: by the ending of its name, or because a line of its beginning counts atoms.
pub(in crate::structure) fn is_data(file: &str, text: &str) -> bool {
    let ending = file.rsplit(['/', '\\']).next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
    match ending {
        Some("data" | "lmp" | "lammps") => return true,
        Some("xyz" | "extxyz") => return false,
        _ => {}
    }
    // The first line of extended XYZ is a number; that of a data file is a comment and may be one.
    text.lines().skip(1).take(20).any(|line| {
        let words: Vec<_> = without_comment(line).split_whitespace().collect();
        matches!(words[..], [count, "atoms"] if count.parse::<u64>().is_ok())
    })
}

fn without_comment(line: &str) -> &str {
    line.split('#').next().unwrap_or_default()
}

/// A section: its name, the comment behind it, its lines with their numbers.
pub(super) struct Part<'a> {
    name: &'a str,
    pub(super) comment: &'a str,
    pub(super) line: usize,
    pub(super) lines: Vec<(usize, Vec<&'a str>, &'a str)>,
}

/// The atoms of the data file `text`; `in_cell` where their images are those of its cell.
pub(in crate::structure) fn parse_data(file: &str, text: &str, in_cell: bool) -> Result<Structure, InputError> {
    let reader = Reader { file, text };
    let (header, parts) = split(&reader)?;
    let Some(count) = header.atoms else {
        let help = "a line such as \"4000 atoms\" stands in the header of a LAMMPS data file";
        return Err(reader.at_line(1, "the data file does not say how many atoms it has".to_owned(), Some(help)));
    };
    if count == 0 {
        return Err(reader.at_line(1, "the structure file has no atoms".to_owned(), None));
    }
    let cell = header.cell(&reader)?;
    let part = |name: &str| parts.iter().find(|part| part.name == name);
    let Some(atoms) = part("Atoms") else {
        let last = text.lines().count().max(1);
        return Err(reader.at_line(last, "the data file ends without a section Atoms".to_owned(), None));
    };
    let labels = part("Atom Type Labels").map(|labels| labels_of(&reader, labels)).transpose()?.unwrap_or_default();
    let types = Types { what: "an atom type", count: header.types, labels };
    let masses = part("Masses").map(|masses| masses_of(&reader, masses, &types)).transpose()?;
    let mut read = Atoms::read(&reader, atoms, count, &types, &cell)?;
    if !in_cell {
        read.without_cell(&reader)?;
    }
    let velocities = part("Velocities").map(|part| read.velocities(&reader, part)).transpose()?;
    let [bonds, labels, coefficients] = ["Bonds", "Bond Type Labels", "Bond Coeffs"].map(part);
    let bonds = Sections { bonds, labels, coefficients }.read(&reader, &header, &read)?;
    let of_types = masses.as_ref().map(|masses| of_types(&reader, masses, &read)).transpose()?;
    let commented = |kind: &usize| masses.as_ref()?.get(kind)?.label.clone();
    let label = |kind: &usize| {
        let label = types.labels.iter().find(|(_, of)| of == kind).map(|(label, _)| label.clone());
        label.or_else(|| commented(kind)).unwrap_or_else(|| kind.to_string())
    };
    Ok(Structure {
        cell: in_cell.then_some(cell),
        species: read.kinds.iter().map(label).collect(),
        positions: read.positions,
        images: read.images,
        velocities: velocities.map(Velocities::Lab),
        types: read.kinds,
        masses: of_types.unwrap_or_default(),
        lines: read.lines,
        bonds,
    })
}

/// The header and the sections.
fn split<'a>(reader: &Reader<'a>) -> Result<(Header, Vec<Part<'a>>), InputError> {
    let mut header = Header::default();
    let mut parts: Vec<Part<'a>> = Vec::new();
    for (index, content) in reader.text.lines().enumerate().skip(1) {
        let line = index + 1;
        let (data, comment) = content.split_once('#').unwrap_or((content, ""));
        let words: Vec<_> = data.split_whitespace().collect();
        if words.is_empty() {
            continue;
        }
        let name = data.trim();
        let known =
            READ.iter().chain(&REFUSED).chain(&OTHER).any(|known| *known == name) || name.ends_with(COEFFICIENTS);
        if known {
            if REFUSED.contains(&name) {
                return Err(refused(reader, line, &name.to_lowercase()));
            }
            if parts.iter().any(|part| part.name == name) {
                return Err(reader.at_line(line, format!("a second section {name}"), None));
            }
            parts.push(Part { name, comment: comment.trim(), line, lines: Vec::new() });
            continue;
        }
        match parts.last_mut() {
            Some(part) => part.lines.push((line, words, comment.trim())),
            None => header.line(reader, line, &words)?,
        }
    }
    Ok((header, parts))
}

/// One line of Masses.
struct Mass {
    value: f64,
    label: Option<String>,
    line: usize,
}

/// Masses by type; a comment of one word is the label of the type.
fn masses_of(reader: &Reader<'_>, part: &Part<'_>, types: &Types) -> Result<HashMap<usize, Mass>, InputError> {
    let mut masses = HashMap::new();
    for (line, words, comment) in &part.lines {
        let [kind, value] = words[..] else {
            return Err(reader.at_line(
                *line,
                format!("a mass must be a type and a number, found {} words", words.len()),
                None,
            ));
        };
        let kind = types.kind(reader, *line, kind)?;
        let value = reader.number(*line, value, "a mass")?;
        let label = Some(comment.to_string()).filter(|comment| comment.split_whitespace().count() == 1);
        masses.insert(kind, Mass { value, label, line: *line });
    }
    Ok(masses)
}

/// Numbers of types by their labels.
pub(super) fn labels_of(reader: &Reader<'_>, part: &Part<'_>) -> Result<Vec<(String, usize)>, InputError> {
    let label = |(line, words, _): &(usize, Vec<&str>, &str)| match words[..] {
        [kind, label] if kind.parse::<usize>().is_ok() => Ok((label.to_owned(), kind.parse().unwrap_or(0))),
        _ => Err(reader.at_line(*line, "a label must be a type and a word".to_owned(), None)),
    };
    part.lines.iter().map(label).collect()
}

/// How types of atoms or of bonds are named.
pub(super) struct Types {
    /// Of what, with an article.
    pub(super) what: &'static str,
    pub(super) count: Option<usize>,
    pub(super) labels: Vec<(String, usize)>,
}

impl Types {
    /// A type, from 1.
    pub(super) fn kind(&self, reader: &Reader<'_>, line: usize, word: &str) -> Result<usize, InputError> {
        if let Some((_, kind)) = self.labels.iter().find(|(label, _)| label == word) {
            return Ok(*kind);
        }
        let most = self.count.unwrap_or(usize::MAX);
        word.parse().ok().filter(|kind| (1..=most).contains(kind)).ok_or_else(|| {
            let range = self.count.map_or_else(|| "1 or more".to_owned(), |most| format!("from 1 to {most}"));
            reader.at_word(line, word, format!("{} must be an integer {range}, found \"{word}\"", self.what))
        })
    }
}

/// The masses of the types that atoms are of.
fn of_types(
    reader: &Reader<'_>,
    masses: &HashMap<usize, Mass>,
    atoms: &Atoms<'_>,
) -> Result<BTreeMap<usize, FileMass>, InputError> {
    let mut found = BTreeMap::new();
    for (index, kind) in atoms.kinds.iter().enumerate() {
        let Some(mass) = masses.get(kind) else {
            let message = format!("type {kind} has no mass in Masses");
            return Err(reader.at_line(atoms.lines[index], message, None));
        };
        found.insert(*kind, FileMass { value: mass.value, line: mass.line });
    }
    Ok(found)
}

/// The section Atoms.
pub(super) struct Atoms<'a> {
    kinds: Vec<usize>,
    positions: Vec<Vector3<f64>>,
    /// Empty where the file has no image flags.
    images: Vec<Vector3<i64>>,
    lines: Vec<usize>,
    index: HashMap<&'a str, usize>,
}

impl<'a> Atoms<'a> {
    fn read(
        reader: &Reader<'_>,
        part: &Part<'a>,
        count: usize,
        types: &Types,
        cell: &Matrix3<f64>,
    ) -> Result<Self, InputError> {
        let (before, charge) = style(reader, part)?;
        let inverse = cell.try_inverse().unwrap_or_else(Matrix3::zeros);
        let mut atoms = Self { kinds: vec![], positions: vec![], images: vec![], lines: vec![], index: HashMap::new() };
        let columns = part.lines.first().map_or(0, |(_, words, _)| words.len());
        for (line, words, _) in &part.lines {
            if columns != before + 3 && columns != before + 6 {
                let message = format!(
                    "an atom of this style must have {} columns, or {} with image flags, found {columns}",
                    before + 3,
                    before + 6
                );
                return Err(reader.at_line(*line, message, None));
            }
            if words.len() != columns {
                let message = format!("an atom must have {columns} columns as the first one, found {}", words.len());
                return Err(reader.at_line(*line, message, None));
            }
            atoms.note(reader, *line, words[0])?;
            let at = if before == 2 || charge == Some(2) { 1 } else { 2 };
            atoms.kinds.push(types.kind(reader, *line, words[at])?);
            if let Some(at) = charge
                && reader.number(*line, words[at], "the charge")? != 0.0
            {
                let help = Some("set charges to zero, or give a file of style atomic");
                return Err(reader.at_line(*line, "atoms have no charges here".to_owned(), help));
            }
            let position = reader.vector(*line, words, before, "position")?;
            if (inverse * position).amax() > FARTHEST {
                let message = "the position is more than 2^31 cells away from the cell".to_owned();
                return Err(reader.at_line(*line, message, None));
            }
            atoms.positions.push(position);
            if columns == before + 6 {
                atoms.images.push(flags(reader, *line, &words[before + 3..])?);
            }
        }
        if atoms.positions.len() != count {
            let message =
                format!("the header says {}, the section Atoms has {}", counted(count, "atom"), atoms.positions.len());
            return Err(reader.at_line(part.line, message, None));
        }
        Ok(atoms)
    }

    /// Takes note of an id.
    fn note(&mut self, reader: &Reader<'_>, line: usize, id: &'a str) -> Result<(), InputError> {
        if id.parse::<u64>().is_err() {
            return Err(reader.at_word(line, id, format!("the id must be an integer, found \"{id}\"")));
        }
        if let Some(first) = self.index.insert(id, self.lines.len()) {
            let message = format!("the id {id} stands on line {} already", self.lines[first]);
            return Err(reader.at_word(line, id, message));
        }
        self.lines.push(line);
        Ok(())
    }

    /// The atom of an id that another section names.
    pub(super) fn with_id(&self, reader: &Reader<'_>, line: usize, id: &str) -> Result<usize, InputError> {
        let found = self.index.get(id).copied();
        found.ok_or_else(|| reader.at_word(line, id, format!("no atom has the id \"{id}\"")))
    }

    /// Atoms whose images are those of a group, which knows nothing of image flags.
    fn without_cell(&mut self, reader: &Reader<'_>) -> Result<(), InputError> {
        if let Some(atom) = self.images.iter().position(|flags| *flags != Vector3::zeros()) {
            let message = "image flags are of a cell; these atoms have the images of a group".to_owned();
            return Err(reader.at_line(self.lines[atom], message, Some("write unwrapped positions without flags")));
        }
        self.images.clear();
        Ok(())
    }

    /// The section Velocities, in the order of the atoms.
    fn velocities(&self, reader: &Reader<'_>, part: &Part<'_>) -> Result<Vec<Vector3<f64>>, InputError> {
        let mut found: Vec<Option<(usize, Vector3<f64>)>> = vec![None; self.positions.len()];
        for (line, words, _) in &part.lines {
            if words.len() != 4 {
                let message = format!("a velocity must have 4 columns, found {}", words.len());
                return Err(reader.at_line(*line, message, None));
            }
            let atom = self.with_id(reader, *line, words[0])?;
            let velocity = reader.vector(*line, words, 1, "velocity")?;
            if let Some((first, _)) = found[atom].replace((*line, velocity)) {
                let message = format!("the velocity of atom {} stands on line {first} already", words[0]);
                return Err(reader.at_word(*line, words[0], message));
            }
        }
        let missing = found.iter().position(Option::is_none);
        if let Some(atom) = missing {
            let message = "this atom has no velocity in the section Velocities".to_owned();
            return Err(reader.at_line(self.lines[atom], message, None));
        }
        Ok(found.into_iter().flatten().map(|(_, velocity)| velocity).collect())
    }
}

/// The columns before the position, and that of the charge.
fn style(reader: &Reader<'_>, part: &Part<'_>) -> Result<(usize, Option<usize>), InputError> {
    let columns = part.lines.first().map_or(0, |(_, words, _)| words.len());
    if part.comment.is_empty() {
        return match columns {
            // Three coordinates, and three image flags or none.
            5 | 8 => Ok((2, None)),
            7 | 10 => Ok((4, Some(3))),
            _ => {
                let help =
                    "write it behind the name of the section: \"Atoms # atomic\", charge, bond, molecular or full";
                Err(reader.at_line(
                    part.line,
                    "the data file does not say the style of its atoms".to_owned(),
                    Some(help),
                ))
            }
        };
    }
    let named = STYLES.iter().find(|(name, ..)| *name == part.comment);
    named.map(|(_, before, charge)| (*before, *charge)).ok_or_else(|| {
        let message = format!("atoms of style \"{}\" are not read", part.comment);
        reader.at_line(part.line, message, Some("styles: atomic, charge, bond, angle, molecular, full"))
    })
}

/// Three image flags.
fn flags(reader: &Reader<'_>, line: usize, words: &[&str]) -> Result<Vector3<i64>, InputError> {
    let mut flags = Vector3::zeros();
    for (flag, word) in flags.iter_mut().zip(words) {
        // As far as positions may be from the cell.
        *flag = word
            .parse::<i32>()
            .map(i64::from)
            .map_err(|_| reader.at_word(line, word, format!("an image flag must be an integer, found \"{word}\"")))?;
    }
    Ok(flags)
}
