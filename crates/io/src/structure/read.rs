//! Atoms at t = 0 from a file: one frame of extended XYZ, or a LAMMPS data file.

use super::comment;
use super::data::{FileBonds, is_data, parse_data};
use super::reader::{FARTHEST, Reader};
use crate::diagnostic::InputError;
use crate::input::{counted, is_singular, text_of};
use crate::units::{Quantity, Units};
use omd_flow::{AffineFlow, Dimension, Matrix3, Vector3};
use omd_hierarchy::experiment::AtomStart;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Velocities as a structure file gives them.
#[derive(Clone, Debug, PartialEq)]
pub enum Velocities {
    /// `velo:R:3` (or `vel`, `velocities`): in the laboratory, flow included.
    Lab(Vec<Vector3<f64>>),
    /// `peculiar:R:3`: relative to the flow.
    Peculiar(Vec<Vector3<f64>>),
}

/// One frame as it stands in the file, in the file's order and units.
#[derive(Clone, Debug, PartialEq)]
pub struct Structure {
    /// The cell at t = 0; the edges are the columns. None where the file has none and none is needed.
    pub cell: Option<Matrix3<f64>>,
    /// Labels; `X` where the file has none.
    pub species: Vec<String>,
    /// Positions, as they stand there.
    pub positions: Vec<Vector3<f64>>,
    /// Image flags: counts of edges from those positions to where the atoms are when unwrapped. Empty where there are
    /// none.
    pub images: Vec<Vector3<i64>>,
    /// Velocities, if the file has them, of the atoms at `positions`.
    pub velocities: Option<Velocities>,
    /// The types of the atoms, from 1, where the file numbers them.
    pub types: Vec<usize>,
    /// What the file says that atoms of a type weigh.
    pub masses: BTreeMap<usize, FileMass>,
    /// The lines of the atoms; empty where they follow the second line.
    pub(crate) lines: Vec<usize>,
    /// Which atoms are bonded, if the file says it.
    pub bonds: Option<FileBonds>,
}

/// A mass, and the line that says it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FileMass {
    /// In the file's units.
    pub value: f64,
    /// From 1.
    pub line: usize,
}

impl Structure {
    /// The line of an atom.
    pub(crate) fn line(&self, atom: usize) -> usize {
        self.lines.get(atom).copied().unwrap_or(atom + 3)
    }

    /// The start of a molecular description in internal units: atoms wrapped into the cell, velocities peculiar.
    ///
    /// `w = v - A x` at the position read; the wrapped image `x - E nu` has velocity `v - A E nu`, so the same `w`.
    #[must_use]
    pub fn start(&self, flow: &AffineFlow, units: &Units) -> AtomStart {
        let length = units.factor(Quantity::Of(Dimension::Length));
        let speed = units.factor(Quantity::Of(Dimension::Velocity));
        let read: Vec<_> = self.positions.iter().map(|x| x * length).collect();
        let peculiar = self.velocities.as_ref().map(|velocities| match velocities {
            Velocities::Peculiar(w) => w.iter().map(|w| w * speed).collect(),
            Velocities::Lab(v) => {
                read.iter().zip(v).map(|(x, v)| flow.peculiar_from_lab(0.0, x, &(v * speed))).collect()
            }
        });
        let Some(cell) = self.cell.map(|cell| cell * length) else {
            return AtomStart::Free { positions: read, peculiar, species: self.species.clone() };
        };
        let inverse = cell.try_inverse().unwrap_or_else(Matrix3::zeros);
        let mut shifts: Vec<Vector3<i64>> = read.iter().map(|x| (inverse * x).map(|s| s.floor() as i64)).collect();
        let positions = read.iter().zip(&shifts).map(|(x, nu)| x - cell * nu.map(|n| n as f64)).collect();
        shifts.iter_mut().zip(&self.images).for_each(|(shift, image)| *shift += image);
        AtomStart::Given { cell, positions, shifts, peculiar, species: self.species.clone() }
    }
}

const LATTICE: &str = "the second line must hold Lattice=\"ax ay az bx by bz cx cy cz\", the edge vectors of the cell";

/// Where the columns of interest stand.
#[derive(Clone, Copy, Debug, Default)]
struct Columns {
    total: usize,
    species: Option<usize>,
    position: Option<usize>,
    lab: Option<usize>,
    peculiar: Option<usize>,
    id: Option<usize>,
}

impl Reader<'_> {
    fn cell(&self, value: Option<&str>) -> Result<Matrix3<f64>, InputError> {
        let Some(value) = value else {
            return Err(self.at_line(2, "the structure file has no Lattice".to_owned(), Some(LATTICE)));
        };
        let cell = self.edges(value)?;
        if is_singular(&cell) {
            return Err(self.at_line(2, "the three edges of Lattice lie in one plane".to_owned(), None));
        }
        Ok(cell)
    }

    /// The edges as columns, whatever they are.
    fn edges(&self, value: &str) -> Result<Matrix3<f64>, InputError> {
        let words: Vec<_> = value.split_whitespace().collect();
        if words.len() != 9 {
            let message = format!("Lattice must be nine numbers, found {}", words.len());
            return Err(self.at_line(2, message, Some(LATTICE)));
        }
        let mut cell = Matrix3::zeros();
        for (k, word) in words.into_iter().enumerate() {
            cell[(k % 3, k / 3)] = self.number(2, word, "every entry of Lattice")?;
        }
        Ok(cell)
    }

    /// The edges along which the atoms repeat: those that `pbc` marks, or all of a `Lattice` without it.
    fn periods(&self, lattice: Option<&str>, pbc: Option<&str>) -> Result<Vec<Vector3<f64>>, InputError> {
        let words: Vec<_> = match (pbc, lattice) {
            (Some(pbc), _) => pbc.split_whitespace().collect(),
            (None, Some(_)) => vec!["T"; 3],
            (None, None) => vec!["F"; 3],
        };
        let repeats = |word: &&str| match *word {
            "T" | "t" | "1" | "true" | "True" => Some(true),
            "F" | "f" | "0" | "false" | "False" => Some(false),
            _ => None,
        };
        let flags: Option<Vec<bool>> = words.iter().map(repeats).collect();
        let Some(flags) = flags.filter(|flags| flags.len() == 3) else {
            let message = format!("pbc must be three of T and F, found \"{}\"", pbc.unwrap_or_default());
            return Err(self.at_line(2, message, None));
        };
        if !flags.contains(&true) {
            return Ok(Vec::new());
        }
        let Some(lattice) = lattice else {
            let message = "pbc says that the cell repeats, but there is no Lattice".to_owned();
            return Err(self.at_line(2, message, Some(LATTICE)));
        };
        let edges = self.edges(lattice)?;
        Ok((0..3).filter(|k| flags[*k]).map(|k| edges.column(k).into()).collect())
    }

    fn columns(&self, value: Option<&str>) -> Result<Columns, InputError> {
        let value = value.unwrap_or("species:S:1:pos:R:3");
        let help = "for example Properties=species:S:1:pos:R:3:velo:R:3";
        let fields: Vec<_> = value.split(':').collect();
        if fields.len() % 3 != 0 {
            let message = format!("Properties must be name:type:count triples, found \"{value}\"");
            return Err(self.at_line(2, message, Some(help)));
        }
        let mut columns = Columns::default();
        for triple in fields.chunks(3) {
            let (name, kind) = (triple[0], triple[1]);
            let count = triple[2].parse::<usize>().ok().filter(|count| (1..=1000).contains(count));
            let Some(count) = count else {
                let message =
                    format!("the column count of {name} in Properties must be 1 or more, found {}", triple[2]);
                return Err(self.at_line(2, message, Some(help)));
            };
            let (slot, wanted) = match name {
                "species" | "element" => (&mut columns.species, ("S", 1)),
                "pos" => (&mut columns.position, ("R", 3)),
                "velo" | "vel" | "velocities" => (&mut columns.lab, ("R", 3)),
                "peculiar" => (&mut columns.peculiar, ("R", 3)),
                "id" => (&mut columns.id, ("I", 1)),
                "momenta" => {
                    let message = "momenta are not read".to_owned();
                    return Err(self.at_line(2, message, Some("give lab velocities as velo:R:3")));
                }
                _ => {
                    columns.total += count;
                    continue;
                }
            };
            // Species may be numbers of types, as OVITO writes them.
            if count != wanted.1 || (kind != wanted.0 && name != "species") {
                let message = format!(
                    "{name} in Properties must be {name}:{}:{}, found {}",
                    wanted.0,
                    wanted.1,
                    triple.join(":")
                );
                return Err(self.at_line(2, message, None));
            }
            if slot.replace(columns.total).is_some() {
                return Err(self.at_line(2, format!("Properties names {name} more than once"), Some(help)));
            }
            columns.total += count;
        }
        if columns.position.is_none() {
            return Err(self.at_line(2, "Properties has no pos:R:3".to_owned(), Some(help)));
        }
        if columns.lab.is_some() && columns.peculiar.is_some() {
            let message = "Properties has both lab and peculiar velocities".to_owned();
            return Err(self.at_line(2, message, Some("keep velo or peculiar")));
        }
        Ok(columns)
    }

    fn count(&self) -> Result<usize, InputError> {
        let first = self.text.lines().next().unwrap_or_default().trim();
        match first.parse::<usize>() {
            Ok(0) => Err(self.at_line(1, "the structure file has no atoms".to_owned(), None)),
            Ok(count) => Ok(count),
            Err(_) => {
                let help = Some(if first.starts_with("ITEM:") {
                    "LAMMPS dumps are not read: `write_data FILE.data` of LAMMPS, or extended XYZ"
                } else {
                    "extended XYZ: line 1 the number of atoms, line 2 Lattice and Properties, then the atoms"
                });
                let found: String = first.chars().take(40).collect();
                Err(self.at_line(1, format!("line 1 must be the number of atoms, found \"{found}\""), help))
            }
        }
    }
}

/// Reads the atoms in `text`; `file` names it in messages. A name that ends in `.data`, `.lmp` or `.lammps`, or a line that
/// counts atoms near the beginning, makes it a LAMMPS data file, else it is one frame of extended XYZ.
///
/// # Errors
/// [`InputError`] that points at the line: truncated, a wrong column count, a duplicate id, a bad number, no cell
/// or a singular one, more than one frame, an atom more than 2^31 cells away; in a data file charges, an
/// unknown style of atoms, angles, bonds of several types, of no atoms or twice the same besides.
pub fn parse_structure(file: &str, text: &str) -> Result<Structure, InputError> {
    parse(file, text, true)
}

/// As [`parse_structure`] for atoms whose images a group makes: a `Lattice` is not needed and not read.
///
/// # Errors
/// [`InputError`].
pub fn parse_free_structure(file: &str, text: &str) -> Result<Structure, InputError> {
    parse(file, text, false)
}

/// As [`parse_structure`] for atoms that repeat along some edges or none: the edges along which they do stand beside the
/// structure, whose cell is none. Those of a data file are the three of its cell.
///
/// # Errors
/// [`InputError`].
pub fn parse_periodic_structure(file: &str, text: &str) -> Result<(Structure, Vec<Vector3<f64>>), InputError> {
    if is_data(file, text) {
        let structure = parse_data(file, text, true)?;
        let periods = structure.cell.iter().flat_map(|cell| (0..3).map(|k| cell.column(k).into())).collect();
        return Ok((Structure { cell: None, ..structure }, periods));
    }
    let structure = parse(file, text, false)?;
    let reader = Reader { file, text };
    let pairs = comment::pairs(text.lines().nth(1).unwrap_or_default());
    let pairs = pairs.map_err(|message| reader.at_line(2, message, None))?;
    let periods = reader.periods(comment::value(&pairs, "Lattice"), comment::value(&pairs, "pbc"))?;
    Ok((structure, periods))
}

/// Reads a file as [`parse_periodic_structure`] does.
///
/// # Errors
/// [`InputError`], also where there is no such file.
pub fn read_periodic_structure(path: &Path) -> Result<(Structure, Vec<Vector3<f64>>), InputError> {
    // A device or a pipe may never end.
    let regular = std::fs::metadata(path).map_or(true, |metadata| metadata.is_file() || metadata.is_dir());
    let text = if regular {
        text_of(path, "structure file")
    } else {
        Err(format!("the structure file {} is not a file", path.display()))
    };
    let text = text.map_err(|message| InputError::about_file(message, None))?;
    parse_periodic_structure(&path.display().to_string(), &text)
}

fn parse(file: &str, text: &str, in_cell: bool) -> Result<Structure, InputError> {
    let reader = Reader { file, text };
    if text.trim().is_empty() {
        return Err(InputError::about_file(format!("the structure file {file} is empty"), None));
    }
    if is_data(file, text) {
        return parse_data(file, text, in_cell);
    }
    let count = reader.count()?;
    let line_two = text.lines().nth(1).unwrap_or_default();
    let pairs = comment::pairs(line_two).map_err(|message| reader.at_line(2, message, None))?;
    let cell = if in_cell { Some(reader.cell(comment::value(&pairs, "Lattice"))?) } else { None };
    if let Some(pbc) = comment::value(&pairs, "pbc").filter(|_| in_cell)
        && pbc.split_whitespace().any(|word| matches!(word, "F" | "f" | "0" | "false" | "False"))
    {
        let message = format!("pbc=\"{pbc}\", but the cell repeats along all three edges here");
        let help = "pbc=\"T T T\"; or, for a layer, a rod or a cluster, [molecular.group] with as many translations as there are";
        return Err(reader.at_line(2, message, Some(help)));
    }
    let columns = reader.columns(comment::value(&pairs, "Properties"))?;
    let structure = atoms(&reader, count, cell, columns)?;
    if let Some((line, _)) = text.lines().enumerate().skip(count + 2).find(|(_, line)| !line.trim().is_empty()) {
        let message = format!("line 1 says {}, but the file goes on after that", counted(count, "atom"));
        return Err(reader.at_line(line + 1, message, Some("a structure file holds one frame")));
    }
    Ok(structure)
}

fn atoms(
    reader: &Reader<'_>,
    count: usize,
    cell: Option<Matrix3<f64>>,
    columns: Columns,
) -> Result<Structure, InputError> {
    let inverse = cell.and_then(|cell| cell.try_inverse()).unwrap_or_else(Matrix3::zeros);
    let mut structure = Structure {
        cell,
        species: Vec::new(),
        positions: Vec::new(),
        images: Vec::new(),
        velocities: None,
        types: Vec::new(),
        masses: BTreeMap::new(),
        lines: Vec::new(),
        bonds: None,
    };
    let mut velocities = Vec::new();
    let mut ids: HashMap<&str, usize> = HashMap::new();
    for (index, text) in reader.text.lines().enumerate().skip(2).take(count) {
        let line = index + 1;
        let words: Vec<_> = text.split_whitespace().collect();
        if words.is_empty() {
            break;
        }
        if words.len() != columns.total {
            let message = format!(
                "atom {} must have {} columns as Properties says, found {}",
                line - 2,
                columns.total,
                words.len()
            );
            return Err(reader.at_line(line, message, None));
        }
        let position = reader.vector(line, &words, columns.position.unwrap_or(0), "position")?;
        if (inverse * position).amax() > FARTHEST {
            return Err(reader.at_line(
                line,
                "the position is more than 2^31 cells away from the cell".to_owned(),
                None,
            ));
        }
        structure.positions.push(position);
        if let Some(at) = columns.lab.or(columns.peculiar) {
            velocities.push(reader.vector(line, &words, at, "velocity")?);
        }
        if let Some(at) = columns.id {
            if words[at].parse::<i64>().is_err() {
                let message = format!("the id must be an integer, found \"{}\"", words[at]);
                return Err(reader.at_word(line, words[at], message));
            }
            if let Some(first) = ids.insert(words[at], line) {
                let message = format!("the id {} stands on line {first} already", words[at]);
                return Err(reader.at_word(line, words[at], message));
            }
        }
        structure.species.push(columns.species.map_or("X", |at| words[at]).to_owned());
    }
    if structure.positions.len() < count {
        let found = structure.positions.len();
        let message = format!("the structure file is truncated: line 1 says {}, found {found}", counted(count, "atom"));
        return Err(reader.at_line(1, message, None));
    }
    structure.velocities = match (columns.lab, columns.peculiar) {
        (Some(_), _) => Some(Velocities::Lab(velocities)),
        (_, Some(_)) => Some(Velocities::Peculiar(velocities)),
        _ => None,
    };
    Ok(structure)
}
