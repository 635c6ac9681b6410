//! `[molecular.build]`: crystals, layers and tubes made from a few numbers.

use super::composition;
use super::group::GroupKeys;
use super::keys;
use super::reader::{Reader, Section};
use super::wording::{called, found};
use omd_flow::{Matrix3, Vector3};
use omd_hierarchy::experiment::{AtomStart, Crystal, CubicLattice, GroupElement, Honeycomb, Nanotube, NanotubePeriod};
use toml::Spanned;
use toml::de::DeValue;

pub(super) const TABLE: &str = "molecular.build";
/// Integers of an orientation are this large at most: cells beyond have more atoms than anybody simulates.
const MOST_INDEX: i64 = 1000;
/// As many atoms as `atoms` may say.
const MOST_ATOMS: u128 = 100_000_000;

/// What the table makes.
#[derive(Clone, Debug)]
pub(super) struct Built {
    /// `None` where something was reported.
    pub(super) start: Option<AtomStart>,
    /// The images, where they are not the translations of a cell.
    pub(super) group: Option<GroupKeys>,
}

/// The table, where it is there.
pub(super) fn build(reader: &mut Reader<'_>, molecular: &Section<'_>) -> Option<Built> {
    let (header, table) = reader.subtable(molecular, "build", TABLE)?;
    let section = Section::new(TABLE, &header, table);
    for name in ["atoms", "structure", "lattice", "positions", "group"].into_iter().filter(|name| molecular.has(name)) {
        let what = if name == "group" { "[molecular.group]".to_owned() } else { called("molecular", name) };
        let help = "[molecular.build] makes the atoms and their images".to_owned();
        let message = format!("{what} and [molecular.build] exclude each other");
        reader.error(&molecular.key_span(name), message, Some(help));
    }
    let nothing = || Some(Built { start: None, group: None });
    let kind = reader.choice(&section, "kind");
    let own: &[&str] = match kind {
        Some("crystal") => {
            &["lattice", "lattice-constant", "orientation", "cells", "element", "elements", "composition"]
        }
        Some("graphene") => &["bond-length", "orientation", "cells", "element"],
        Some("nanotube") => &["indices", "bond-length", "images", "cells", "element"],
        _ => {
            reader.unknown_keys(&section, &keys::names(TABLE).collect::<Vec<_>>());
            return nothing();
        }
    };
    let mut known = vec!["kind"];
    known.extend(own);
    for name in keys::names(TABLE).filter(|name| !known.contains(name) && section.has(name)).collect::<Vec<_>>() {
        let message = format!("{} does not belong to kind = \"{}\"", called(TABLE, name), kind.unwrap_or_default());
        reader.error(&section.key_span(name), message, Some(format!("keys of this kind: {}", own.join(", "))));
        known.push(name);
    }
    reader.unknown_keys(&section, &known);
    let made = match kind {
        Some("crystal") => crystal(reader, molecular, &section),
        Some("graphene") => graphene(reader, &section),
        _ => nanotube(reader, &section),
    };
    made.or_else(nothing)
}

/// The names of the two elements of `lattice`, or what all atoms are called.
fn names(reader: &mut Reader<'_>, section: &Section<'_>, lattice: CubicLattice) -> Option<Vec<String>> {
    let several = lattice.elements() > 1;
    let word = section.value("lattice").and_then(|word| word.get_ref().as_str()).unwrap_or_default();
    let other = if several { "element" } else { "elements" };
    if section.has(other) {
        let message = format!("{} does not belong to lattice = \"{word}\"", called(TABLE, other));
        let help = if several { "two, `elements = [...]`, are in it" } else { "one, `element = ...`, is in it" };
        reader.error(&section.key_span(other), message, Some(help.to_owned()));
        return None;
    }
    if !several {
        return Some(species(reader, section, 1));
    }
    if !section.has("elements") {
        reader.missing(section, "elements");
        return None;
    }
    let value = reader.several(section, "elements")?;
    let entries = value.get_ref().as_array().filter(|entries| entries.len() == 2);
    let names: Option<Vec<String>> =
        entries.and_then(|entries| entries.iter().map(|entry| entry.get_ref().as_str().map(str::to_owned)).collect());
    if names.is_none() {
        reader.wrong_form(section, "elements", value);
    }
    names
}

/// The label of every atom.
fn species(reader: &mut Reader<'_>, section: &Section<'_>, count: usize) -> Vec<String> {
    vec![reader.text(section, "element").unwrap_or_else(|| "X".to_owned()); count]
}

fn crystal(reader: &mut Reader<'_>, molecular: &Section<'_>, section: &Section<'_>) -> Option<Built> {
    let lattice = required_choice(reader, section, "lattice");
    let constant = required_number(reader, section, "lattice-constant");
    let orientation = integer_rows::<3>(reader, section, "orientation", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
    let cells = cells::<3>(reader, section);
    let lattice = match lattice? {
        "simple-cubic" => CubicLattice::Simple,
        "bcc" => CubicLattice::BodyCentred,
        "diamond" => CubicLattice::Diamond,
        "rocksalt" => CubicLattice::Rocksalt,
        "zincblende" => CubicLattice::Zincblende,
        "b2" => CubicLattice::CaesiumChloride,
        "l1_2" => CubicLattice::L12,
        _ => CubicLattice::FaceCentred,
    };
    let solution = section.has("composition").then(|| composition::read(reader, section, lattice));
    let names = if solution.is_some() { Some(vec![String::new(); 2]) } else { names(reader, section, lattice) };
    let (constant, orientation, cells) = (constant?, orientation?, cells?);
    let [a, b, c] = orientation.map(|row| row.map(i128::from));
    let determinant =
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
    handed(reader, section, determinant)?;
    not_too_many(reader, section, lattice.atoms() as u128 * determinant.unsigned_abs(), &cells)?;
    let orientation = Matrix3::from_fn(|i, j| orientation[i][j]);
    let Crystal { cell, positions, kinds } = Crystal::new(lattice, constant, &orientation, cells)?;
    let (names, count) = (names?, positions.len());
    let species = match solution {
        Some(solution) => solution?.occupied(count, seed(molecular)),
        None => kinds.iter().map(|&kind| names[usize::from(kind)].clone()).collect(),
    };
    let start = AtomStart::Given { cell, positions, shifts: vec![Vector3::zeros(); count], peculiar: None, species };
    Some(Built { start: Some(start), group: None })
}

/// `seed` of `[molecular]`, which is looked at elsewhere.
fn seed(molecular: &Section<'_>) -> u64 {
    molecular.value("seed").and_then(integer).and_then(|seed| u64::try_from(seed).ok()).unwrap_or(1)
}

fn graphene(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Built> {
    let bond = required_number(reader, section, "bond-length");
    let orientation = integer_rows::<2>(reader, section, "orientation", [[1, 0], [-1, 2]]);
    let cells = cells::<2>(reader, section);
    let (bond, orientation, cells) = (bond?, orientation?, cells?);
    let [a, b] = orientation.map(|row| row.map(i128::from));
    let determinant = a[0] * b[1] - a[1] * b[0];
    handed(reader, section, determinant)?;
    not_too_many(reader, section, 2 * determinant.unsigned_abs(), &cells)?;
    let Honeycomb { positions, edges } = Honeycomb::new(bond, orientation, cells)?;
    let generators = edges.map(GroupElement::translation).to_vec();
    Some(free(reader, section, positions, generators))
}

fn nanotube(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Built> {
    let bond = required_number(reader, section, "bond-length");
    if !section.has("indices") {
        reader.missing(section, "indices");
    }
    let indices = match reader.several(section, "indices") {
        Some(value) => integers::<2>(reader, section, "indices", value, 0),
        None => None,
    };
    let images = reader.choice(section, "images");
    let cells = cells::<1>(reader, section);
    let ([n, m], bond, [periods]) = (indices?, bond?, cells?);
    if [n, m] == [0, 0] {
        let help = Some("(n, n) are armchair tubes, (n, 0) zigzag tubes".to_owned());
        reader.error(&section.span("indices"), format!("{} must not both be 0", called(TABLE, "indices")), help);
        return None;
    }
    let [n, m] = [n, m].map(|index| index as u32);
    if images? == "screws" {
        if section.has("cells") {
            let message = format!("{} belongs to images = \"translation\"", called(TABLE, "cells"));
            let help = Some("two atoms and two screws are all of the tube; remove it".to_owned());
            reader.error(&section.key_span("cells"), message, help);
            return None;
        }
        let Nanotube { generators, positions, .. } = Nanotube::new(n, m, bond)?;
        return Some(free(reader, section, positions.to_vec(), generators.to_vec()));
    }
    not_too_many(reader, section, 4 * u128::from(n * n + n * m + m * m), &[periods])?;
    let NanotubePeriod { positions, translation } = NanotubePeriod::new(n, m, bond, periods)?;
    Some(free(reader, section, positions, vec![translation]))
}

/// Atoms at rest whose images are those of commuting generators.
fn free(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    positions: Vec<Vector3<f64>>,
    generators: Vec<GroupElement>,
) -> Built {
    let species = species(reader, section, positions.len());
    Built {
        start: Some(AtomStart::Free { positions, peculiar: None, species }),
        group: Some(GroupKeys::of_builder(generators, section.header())),
    }
}

fn handed(reader: &mut Reader<'_>, section: &Section<'_>, determinant: i128) -> Option<()> {
    if determinant > 0 {
        return Some(());
    }
    let what = called(TABLE, "orientation");
    let (message, help) = if determinant == 0 {
        (format!("{what}: the rows are not independent"), None)
    } else {
        (format!("{what}: the rows are left-handed"), Some("exchange two rows, or change the sign of one".to_owned()))
    };
    reader.error(&section.span("orientation"), message, help);
    None
}

fn not_too_many(reader: &mut Reader<'_>, section: &Section<'_>, in_cell: u128, cells: &[usize]) -> Option<()> {
    let count = cells.iter().fold(in_cell, |product, n| product.saturating_mul(*n as u128));
    if count <= MOST_ATOMS {
        return Some(());
    }
    reader.error(
        &section.span("cells"),
        format!("[{TABLE}] makes {count} atoms; at most {MOST_ATOMS} are simulated"),
        None,
    );
    None
}

fn required_number(reader: &mut Reader<'_>, section: &Section<'_>, name: &'static str) -> Option<f64> {
    if !section.has(name) {
        reader.missing(section, name);
    }
    reader.number(section, name)
}

fn required_choice(reader: &mut Reader<'_>, section: &Section<'_>, name: &'static str) -> Option<&'static str> {
    if !section.has(name) {
        reader.missing(section, name);
    }
    reader.choice(section, name)
}

/// `cells`, one for each edge; 1 where it is absent.
fn cells<const N: usize>(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<[usize; N]> {
    let Some(value) = reader.several(section, "cells") else { return Some([1; N]) };
    let read = if N == 1 && !value.get_ref().is_array() {
        integer(value).filter(|count| *count >= 1).map(|count| [count; N]).or_else(|| {
            let message = format!("{} must be an integer of 1 or more, found {}", called(TABLE, "cells"), found(value));
            reader.error(&value.span(), message, None);
            None
        })
    } else {
        integers::<N>(reader, section, "cells", value, 1)
    };
    read.map(|counts| counts.map(|count| count as usize))
}

fn integer(value: &Spanned<DeValue<'_>>) -> Option<i64> {
    match value.get_ref() {
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok(),
        _ => None,
    }
}

/// `N` integers of `least` or more.
fn integers<const N: usize>(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    name: &'static str,
    value: &Spanned<DeValue<'_>>,
    least: i64,
) -> Option<[i64; N]> {
    let most = if name == "cells" { i64::from(u32::MAX) } else { MOST_INDEX };
    let read: Option<Vec<i64>> = value.get_ref().as_array().and_then(|entries| entries.iter().map(integer).collect());
    let read = read.filter(|read| read.iter().all(|x| (least..=most).contains(x)));
    let read = read.and_then(|read| <[i64; N]>::try_from(read).ok());
    if read.is_none() {
        let words = ["one integer", "two integers", "three integers"][N - 1];
        let bounds =
            if least == -MOST_INDEX { format!("of {most} at most in size") } else { format!("from {least} to {most}") };
        let message =
            format!("{} must be {words} {bounds} for this kind, found {}", called(section.name, name), text_of(value));
        reader.error(&value.span(), message, None);
    }
    read
}

/// An array with its entries, if they are few.
fn text_of(value: &Spanned<DeValue<'_>>) -> String {
    match value.get_ref().as_array() {
        Some(entries) if entries.len() <= 4 && entries.iter().all(|entry| !entry.get_ref().is_array()) => {
            let entries: Vec<String> = entries.iter().map(found).collect();
            format!("[{}]", entries.join(", "))
        }
        _ => found(value),
    }
}

/// `N` rows of `N` integers.
fn integer_rows<const N: usize>(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    name: &'static str,
    default: [[i64; N]; N],
) -> Option<[[i64; N]; N]> {
    let Some(value) = reader.several(section, name) else { return Some(default) };
    let Some(rows) = value.get_ref().as_array().filter(|rows| rows.len() == N) else {
        let words = ["", "two rows of two integers", "three rows of three integers"][N - 1];
        let message = format!("{} must be {words} for this kind, found {}", called(section.name, name), found(value));
        reader.error(&value.span(), message, None);
        return None;
    };
    let read: Vec<_> = rows.iter().map(|row| integers::<N>(reader, section, name, row, -MOST_INDEX)).collect();
    let read: Option<Vec<[i64; N]>> = read.into_iter().collect();
    read.and_then(|rows| rows.try_into().ok())
}

/// The kinds that bring a group of their own.
pub(super) fn makes_group(kind: &str) -> bool {
    matches!(kind, "graphene" | "nanotube")
}

#[cfg(test)]
mod tests {
    use super::*;
    use keys::Shape;

    #[test]
    fn the_keys_of_the_builders_are_in_the_table() {
        let Some(Shape::Choice(kinds)) = keys::find(TABLE, "kind").map(|key| key.shape) else { panic!() };
        assert_eq!(kinds.iter().filter(|kind| makes_group(kind)).count(), 2);
    }
}
