//! How atoms start, and the number density that follows from it.

use super::elements::{self, Labelled};
use super::reader::Reader;
use super::tables::{MolecularKeys, Start};
use super::wording::{called, rounded, show};
use super::{Parts, StructureFile, text_of, velocities};
use crate::structure::{Structure, parse_free_structure, parse_structure};
use omd_flow::{Dimension, Matrix3};
use omd_hierarchy::experiment::{AtomStart, LatticeChoice, Species};
use std::ops::Range;
use std::path::Path;

/// Two statements of one density may differ by this much, the digits a person types.
const SAME_DENSITY: f64 = 1e-4;

/// What the start decides.
pub(super) struct Started {
    pub(super) number_density: f64,
    /// The mass of an atom; of several elements the mean.
    pub(super) mass: f64,
    /// Of several elements.
    pub(super) species: Option<Species>,
    /// `None` without `[molecular]`.
    pub(super) atoms: Option<AtomStart>,
    pub(super) structure: Option<StructureFile>,
    /// Which atoms are bonded, where the structure file says it.
    pub(super) bonds: Option<Vec<[usize; 2]>>,
    pub(super) warnings: Vec<String>,
}

/// Resolves the start of `[molecular]`; `None` when something was reported.
pub(super) fn start(reader: &mut Reader<'_>, parts: &Parts<'_>, path: &Path) -> Option<Started> {
    let state = parts.state?;
    let plain = |mass, number_density, atoms| Started {
        number_density,
        mass,
        species: None,
        atoms,
        structure: None,
        bonds: None,
        warnings: Vec::new(),
    };
    let Some(keys) = &parts.molecular else {
        // Without atoms nobody asks what those of several elements weigh.
        return Some(plain(state.mass.unwrap_or(1.0), state.number_density?, None));
    };
    match &keys.start {
        Start::Wrong => None,
        Start::Structure(name) => from_structure(reader, parts, keys, path, name),
        Start::Built(start) => {
            let (count, cell, species) = match start {
                AtomStart::Given { positions, cell, species, .. } => (positions.len(), Some(cell), species.as_slice()),
                AtomStart::Free { positions, species, .. } => (positions.len(), None, species.as_slice()),
                AtomStart::Drawn { atoms, .. } => (*atoms, None, [].as_slice()),
            };
            let span = parts.tables.get("molecular")?.key_span("build");
            enough_to_draw(reader, parts, &span, count, "[molecular.build]");
            let labels: Vec<String> = species.to_vec();
            let species = elements::species(reader, parts, &span, &Labelled::Built(&labels));
            let volume = cell.map(|cell| cell.determinant().abs());
            let number_density = density_of(reader, parts, count, volume, "the atoms of [molecular.build]")?;
            if !reader.is_clean() {
                return None;
            }
            let start = species.as_ref().map_or_else(|| start.clone(), |of| elements::named(start.clone(), of, count));
            let mass = mean_mass(state.mass, species.as_ref(), count)?;
            Some(Started { species, ..plain(mass, number_density, Some(start)) })
        }
        Start::Drawn { atoms, positions, lattice } => {
            let (atoms, lattice) = ((*atoms)?, (*lattice)?);
            let mut density = state.number_density?;
            if let LatticeChoice::Edges(edges) = lattice {
                let of_cell = atoms as f64 / edges.determinant().abs();
                if !same(reader, parts, density, of_cell, "`atoms` and `lattice` in [molecular]") {
                    return None;
                }
                density = of_cell;
            }
            Some(plain(state.mass?, density, Some(AtomStart::Drawn { atoms, positions: *positions, lattice })))
        }
    }
}

/// Complains when `given` and what the cell says are two densities.
fn same(reader: &mut Reader<'_>, parts: &Parts<'_>, given: f64, of_cell: f64, who: &str) -> bool {
    if (given / of_cell - 1.0).abs() <= SAME_DENSITY {
        return true;
    }
    if let Some(section) = parts.tables.get("state") {
        let shown = |density| rounded(reader.units.to_style(Dimension::NumberDensity, density));
        let (given, of_cell) = (shown(given), shown(of_cell));
        let message = format!("{} is {given}, but {who} give {of_cell}", called("state", "number-density"));
        reader.error(&section.span("number-density"), message, Some(format!("write number-density = {of_cell}")));
    }
    false
}

fn from_structure(
    reader: &mut Reader<'_>,
    parts: &Parts<'_>,
    keys: &MolecularKeys,
    path: &Path,
    name: &str,
) -> Option<Started> {
    let section = parts.tables.get("molecular")?;
    let span = section.span("structure");
    let file = path.parent().unwrap_or(Path::new("")).join(name);
    // A device or a pipe may never end.
    let regular = std::fs::metadata(&file).map_or(true, |metadata| metadata.is_file() || metadata.is_dir());
    let text = if regular {
        text_of(&file, "structure file")
    } else {
        Err(format!("the structure file {} is not a file", file.display()))
    };
    let help = || Some("the path is relative to the input file".to_owned());
    let text = text.map_err(|message| reader.error(&span, message, help())).ok()?;
    let shown = file.display().to_string();
    let parsed =
        if keys.group.is_some() { parse_free_structure(&shown, &text) } else { parse_structure(&shown, &text) };
    let structure = parsed.map_err(|error| reader.adopt(&span, error)).ok()?;
    let count = structure.positions.len();
    if structure.velocities.is_some() && keys.replicas.is_some_and(|replicas| replicas > 1) {
        let message = format!("{} must be 1: the structure file gives the velocities", called("molecular", "replicas"));
        let help = "remove `replicas`, or the velocities from the structure file".to_owned();
        reader.error(&section.span("replicas"), message, Some(help));
    }
    if structure.velocities.is_none() {
        enough_to_draw(reader, parts, &span, count, &shown);
    }
    let length = reader.units.factor(crate::units::Quantity::Of(Dimension::Length));
    let (volume, who) = match structure.cell {
        Some(cell) => (Some(cell.determinant().abs() * length.powi(3)), "the atoms and the cell of the structure file"),
        None => (None, "the atoms of the structure file and [molecular.group]"),
    };
    let number_density = density_of(reader, parts, count, volume, who)?;
    let species = elements::species(reader, parts, &span, &Labelled::File(&structure, &shown, &text));
    same_mass(reader, parts, &span, &structure, (&shown, &text));
    let bonds = structure.bonds.as_ref().and_then(|bonds| super::bonds::of_file(reader, parts, &span, bonds, &shown));
    if !reader.is_clean() {
        return None;
    }
    let atoms = structure.start(parts.flow.as_ref()?, &reader.units);
    let atoms = species.as_ref().map_or_else(|| atoms.clone(), |of| elements::named(atoms.clone(), of, count));
    let mass = mean_mass(parts.state?.mass, species.as_ref(), count)?;
    let heat = species.clone().unwrap_or_else(|| Species::one(mass));
    let warnings = velocities::warnings(reader, parts, keys, &heat, (&structure, &atoms, &shown));
    let structure = Some(StructureFile::of(file, text.as_bytes()));
    Some(Started { number_density, mass, species, atoms: Some(atoms), structure, bonds, warnings })
}

/// The mass of an atom, or the mean of `count` of them.
fn mean_mass(mass: Option<f64>, species: Option<&Species>, count: usize) -> Option<f64> {
    let Some(species) = species else { return mass };
    let masses = species.counts(count).into_iter().zip(species.elements());
    Some(masses.map(|(of_element, element)| of_element as f64 * element.mass).sum::<f64>() / count as f64)
}

/// Complains when the file says another mass than `[state]`.
fn same_mass(
    reader: &mut Reader<'_>,
    parts: &Parts<'_>,
    span: &Range<usize>,
    structure: &Structure,
    (file, text): (&str, &str),
) {
    let Some(mass) = parts.state.and_then(|state| state.mass) else { return };
    let Some(of_file) = elements::one_mass(reader, span, structure, (file, text)) else { return };
    let stated = mass / reader.units.factor(crate::units::Quantity::Mass);
    if (of_file / stated - 1.0).abs() <= elements::SAME_MASS {
        return;
    }
    if let Some(section) = parts.tables.get("state") {
        let message = format!(
            "{} is {}, but Masses of {file} gives {}",
            called("state", "mass"),
            rounded(stated),
            rounded(of_file)
        );
        reader.error(&section.span("mass"), message, Some(format!("write mass = {}", rounded(of_file))));
    }
}

/// A single atom has no velocity about the mean, unless rotations of a group turn it.
fn enough_to_draw(reader: &mut Reader<'_>, parts: &Parts<'_>, span: &Range<usize>, count: usize, who: &str) {
    let turned = parts.group.as_ref().is_some_and(|group| group.mean_rotation() != Matrix3::identity());
    if count < 2 && !turned {
        let message = format!("velocities about their mean can be drawn for 2 atoms or more, {who} has {count}");
        reader.error(span, message, None);
    }
}

/// The density of `count` atoms in `volume`, or in what the group repeats, internal units.
fn density_of(reader: &mut Reader<'_>, parts: &Parts<'_>, count: usize, volume: Option<f64>, who: &str) -> Option<f64> {
    let volume = match (volume, &parts.group) {
        (Some(volume), _) => volume,
        (None, Some(group)) if group.dimension() == 3 => group.content(0.0)?,
        // Tubes, rings and layers fill no volume.
        _ => return Some(f64::NAN),
    };
    let number_density = count as f64 / volume;
    match parts.state?.number_density {
        Some(given) => same(reader, parts, given, number_density, who).then_some(number_density),
        None => {
            let in_style = reader.units.to_style(Dimension::NumberDensity, number_density);
            reader.record("state", "number-density", show(in_style), false);
            Some(number_density)
        }
    }
}
