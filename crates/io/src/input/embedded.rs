//! Tables of embedded atoms: DYNAMO's `funcfl` and `setfl` files, Finnis-Sinclair's kind of the latter among them.

use super::elements::Elements;
use super::kinds::Kind;
use super::parameters::ParameterFile;
use super::physics::Read;
use super::reader::{Reader, Section};
use super::weights::symbol;
use super::wording::{called, shortened};
use crate::diagnostic::InputError;
use crate::units::{Quantity, UnitStyle, Units};
use omd_flow::Dimension;
use omd_hierarchy::experiment::Interaction;
use omd_interaction::{EmbeddedAtom, EmbeddedTables};
use std::path::Path;
use std::sync::Arc;

/// A hartree in electronvolts times a bohr in angstrom, with the digits that `funcfl` files are made with.
const HARTREE_BOHR: f64 = 27.2 * 0.529;
/// Longest table that is believed: a larger number is a mistake.
const MOST: usize = 10_000_000;

/// `kind = "eam"`.
pub(super) fn interaction(reader: &mut Reader<'_>, section: &Section<'_>, kind: &Kind, path: &Path) -> Option<Read> {
    let name = reader.text(section, "parameters");
    let elements = Elements::read(reader, section, false);
    let file = ParameterFile::read(reader, section, kind, path, name)?;
    let elements = elements?;
    let mut lines = Lines { file: &file, lines: file.text.lines().collect(), next: 0 };
    let (tables, elements) = match (FileElements::of(&file), elements) {
        (Some(FileElements { names }), elements) => {
            let (indices, elements) = chosen(reader, section, &file, &names, elements)?;
            (lines.setfl(&names, &indices), Some(elements))
        }
        (None, Some(elements)) => {
            let message = format!("{} names no elements: it holds one", called("interaction", "parameters"));
            let help = format!("remove `{}`, or give a setfl file", elements.key());
            reader.error(&section.key_span(elements.key()), message, Some(help));
            return None;
        }
        (None, None) => {
            let tables = lines.funcfl().map(|tables| vec![vec![tables]]);
            (tables, lines.atomic_number().and_then(symbol).map(|name| Elements::unnamed(name.to_owned())))
        }
    };
    let atom = tables.and_then(|mut tables| {
        let last = lines.next.max(1);
        tables.iter_mut().flatten().for_each(to_internal);
        EmbeddedAtom::of_elements(&tables).map_err(|error| file.error(last, error.to_string(), None))
    });
    let atom = atom.map_err(|error| reader.adopt(&section.span("parameters"), error)).ok()?;
    Some(Read { interaction: Interaction::ManyBody(Arc::new(atom)), parameters: Some(file.fingerprint()), elements })
}

/// LAMMPS's pair style that reads this file, and the atom types its `pair_coeff` names.
pub(crate) fn style(text: &str) -> (&'static str, &'static str) {
    let file = ParameterFile::of_text(text);
    let Some(FileElements { names }) = FileElements::of(&file) else { return ("eam", "1 1") };
    let mut lines = Lines { file: &file, lines: text.lines().collect(), next: 4 };
    let many = lines.grids().is_ok_and(|grids| lines.finnis_sinclair(names.len(), &grids));
    (if many { "eam/fs" } else { "eam/alloy" }, "* *")
}

/// Which of the elements of a `setfl` file are meant: their places in it.
fn chosen(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    file: &ParameterFile,
    names: &[String],
    elements: Option<Elements>,
) -> Option<(Vec<usize>, Elements)> {
    let all = names.join(", ");
    let Some(elements) = elements else {
        if names.len() == 1 {
            return Some((vec![0], Elements::unnamed(names[0].clone())));
        }
        let message = format!("missing key `element` in [interaction]: {} has {all}", file.name);
        let help = format!("add `element = \"{}\"` or another; or several, `elements = [...]`", names[0]);
        reader.error(&section.header(), message, Some(help));
        return None;
    };
    let mut indices = Vec::new();
    for (place, element) in elements.names.iter().enumerate() {
        let Some(index) = names.iter().position(|name| name == element) else {
            let message = format!("{}: {} has no \"{element}\"", called("interaction", elements.key()), file.name);
            reader.error(&elements.span(place, section), message, Some(format!("it has {all}")));
            return None;
        };
        indices.push(index);
    }
    Some((indices, elements))
}

/// Electronvolts and angstrom to internal units.
fn to_internal(tables: &mut EmbeddedTables) {
    let metal = Units::new(UnitStyle::Metal);
    let energy = metal.factor(Quantity::Of(Dimension::Energy));
    let length = metal.factor(Quantity::Of(Dimension::Length));
    tables.embedding.iter_mut().for_each(|value| *value *= energy);
    tables.pair.iter_mut().for_each(|value| *value *= energy * length);
    tables.distance_step *= length;
    tables.cutoff *= length;
}

/// The fourth line of a `setfl` file: how many elements, and their names; a `funcfl` file has numbers there.
struct FileElements {
    names: Vec<String>,
}

impl FileElements {
    fn of(file: &ParameterFile) -> Option<Self> {
        let mut words = file.text.lines().nth(3)?.split_whitespace();
        words.next()?.parse::<usize>().ok()?;
        let names: Vec<String> = words.map(str::to_owned).collect();
        let named = names.iter().all(|name| name.parse::<f64>().is_err()) && !names.is_empty();
        named.then_some(Self { names })
    }
}

/// Grids and cutoff, as both kinds of file say them.
struct Grids {
    densities: usize,
    density_step: f64,
    distances: usize,
    distance_step: f64,
    cutoff: f64,
}

/// The lines from `next` on, counted from 0.
struct Lines<'a> {
    file: &'a ParameterFile,
    lines: Vec<&'a str>,
    next: usize,
}

impl<'a> Lines<'a> {
    fn line(&mut self, what: &str) -> Result<&'a str, InputError> {
        let Some(&line) = self.lines.get(self.next) else {
            return Err(self.file.error(
                self.lines.len().max(1),
                format!("the parameter file ends before {what}"),
                None,
            ));
        };
        self.next += 1;
        Ok(line)
    }

    fn wrong(&self, message: String) -> InputError {
        self.file.error(self.next, message, None)
    }

    fn grids(&mut self) -> Result<Grids, InputError> {
        let line = self.line("nrho drho nr dr cutoff")?;
        let words: Vec<_> = line.split_whitespace().collect();
        let [nrho, drho, nr, dr, cutoff] = words[..] else {
            return Err(self.wrong(format!("expected nrho drho nr dr cutoff, found {} words", words.len())));
        };
        let count = |name: &str, word: &str| {
            let bad =
                || self.wrong(format!("{name} must be an integer from 5 to {MOST}, found \"{}\"", shortened(word)));
            word.parse().ok().filter(|count| (5..=MOST).contains(count)).ok_or_else(bad)
        };
        let positive = |name: &str, word: &str| {
            let bad = || self.wrong(format!("{name} must be a positive number, found \"{}\"", shortened(word)));
            word.parse().ok().filter(|x: &f64| *x > 0.0 && x.is_finite()).ok_or_else(bad)
        };
        Ok(Grids {
            densities: count("nrho", nrho)?,
            density_step: positive("drho", drho)?,
            distances: count("nr", nr)?,
            distance_step: positive("dr", dr)?,
            cutoff: positive("the cutoff", cutoff)?,
        })
    }

    /// Atomic number, mass, lattice constant and lattice: what is simulated stands in the input, these are looked at
    /// only to see that the file is what it should be.
    fn header(&mut self, element: &str) -> Result<(), InputError> {
        let line = self.line(&format!("{element}'s line of atomic number, mass and lattice"))?;
        let numbers = line.split_whitespace().take(3).filter(|word| word.parse::<f64>().is_ok()).count();
        if numbers < 3 {
            let message = format!("expected atomic number, mass, lattice constant and lattice of {element}");
            return Err(self.wrong(message));
        }
        Ok(())
    }

    /// `count` numbers on as many lines as they take, the last of which ends with them.
    fn table(&mut self, name: &str, count: usize) -> Result<Vec<f64>, InputError> {
        let mut values = Vec::new();
        while values.len() < count {
            let line = self.line(&format!("value {} of {count} of {name}", values.len() + 1))?;
            for word in line.split_whitespace() {
                let Some(value) = word.parse().ok().filter(|x: &f64| x.is_finite()) else {
                    let message = format!("{name} must be numbers, found \"{}\"", shortened(word));
                    return Err(self.wrong(message));
                };
                values.push(value);
            }
        }
        if values.len() > count {
            return Err(self.wrong(format!("{name} has {count} values; the line goes on past the last of them")));
        }
        Ok(values)
    }

    /// One element, the pair function as `phi = 27.2 x 0.529 Z^2/r`.
    fn funcfl(&mut self) -> Result<EmbeddedTables, InputError> {
        self.line("the comment")?;
        self.header("the element")?;
        let grids = self.grids()?;
        let mut embedding = self.table("F(rho)", grids.densities)?;
        let charges = self.table("Z(r)", grids.distances)?;
        let mut density = self.table("rho(r)", grids.distances)?;
        let mut pair: Vec<f64> = charges.iter().map(|charge| HARTREE_BOHR * charge * charge).collect();
        // LAMMPS brings the files of all elements onto one grid, which has one entry fewer; its slopes at the end show.
        for table in [&mut embedding, &mut density, &mut pair] {
            table.pop();
        }
        Ok(grids.tables(embedding, density, pair))
    }

    /// The atomic number that a `funcfl` file says.
    fn atomic_number(&self) -> Option<usize> {
        self.lines.get(1)?.split_whitespace().next()?.parse().ok()
    }

    /// The elements at `indices` of those named, each beside each.
    fn setfl(&mut self, names: &[String], indices: &[usize]) -> Result<Vec<Vec<EmbeddedTables>>, InputError> {
        self.next = 3;
        let count = self.line("the elements")?.split_whitespace().next().and_then(|word| word.parse().ok());
        if count != Some(names.len()) {
            return Err(self.wrong(format!("expected as many elements as the line says, found {}", names.len())));
        }
        let grids = self.grids()?;
        let per_element = if self.finnis_sinclair(names.len(), &grids) { names.len() } else { 1 };
        let (mut embeddings, mut densities) = (Vec::new(), Vec::new());
        for name in names {
            self.header(name)?;
            embeddings.push(self.table(&format!("F(rho) of {name}"), grids.densities)?);
            let table = |_| self.table(&format!("rho(r) of {name}"), grids.distances);
            densities.push((0..per_element).map(table).collect::<Result<Vec<_>, _>>()?);
        }
        // Pairs (0, 0), (1, 0), (1, 1), (2, 0), ...
        let last = indices.iter().max().map_or(0, |last| last + 1);
        let mut pairs = Vec::new();
        for (place, name) in names.iter().enumerate().take(last) {
            for other in &names[..=place] {
                pairs.push(self.table(&format!("r phi(r) of {name} and {other}"), grids.distances)?);
            }
        }
        let beside = |a: usize, b: usize| {
            // What b brings to a stands with b, and there in the place of a, if that makes a difference.
            let density = densities[b][a.min(per_element - 1)].clone();
            let (high, low) = (a.max(b), a.min(b));
            grids.tables(embeddings[a].clone(), density, pairs[high * (high + 1) / 2 + low].clone())
        };
        Ok(indices.iter().map(|&a| indices.iter().map(|&b| beside(a, b)).collect()).collect())
    }

    /// Whether each element has a density for every other: the file then has so many more numbers.
    fn finnis_sinclair(&self, elements: usize, grids: &Grids) -> bool {
        let words = self.lines.iter().skip(self.next).flat_map(|line| line.split_whitespace()).count();
        let pairs = elements * (elements + 1) / 2;
        let plain = elements * (4 + grids.densities + grids.distances) + pairs * grids.distances;
        words > plain + elements * (elements - 1) * grids.distances / 2
    }
}

impl Grids {
    fn tables(&self, embedding: Vec<f64>, density: Vec<f64>, pair: Vec<f64>) -> EmbeddedTables {
        EmbeddedTables {
            density_step: self.density_step,
            embedding,
            distance_step: self.distance_step,
            density,
            pair,
            cutoff: self.cutoff,
        }
    }
}
