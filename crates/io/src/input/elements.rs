//! Which elements an interaction has, what their atoms weigh, and which atom is of which.

use super::consistency::Tables;
use super::reader::{Reader, Section};
use super::weights::{is_symbol, standard_weight};
use super::wording::{called, found, rounded, shortened};
use super::{Parts, keys::Sign};
use crate::diagnostic::{Diagnostic, InputError, Location};
use crate::structure::Structure;
use crate::units::{Quantity, UnitStyle, Units};
use omd_hierarchy::experiment::{AtomStart, Element, Species};
use std::ops::Range;

/// Two statements of one mass may differ by this much: tables of atomic masses have as many digits.
pub(super) const SAME_MASS: f64 = 1e-3;
/// A mass so far from that of an element is not its.
const OTHER_MASS: f64 = 0.02;
/// As many as a byte counts.
const MOST: usize = 255;

/// The elements of `[interaction]`, in the order of the types of a LAMMPS data file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Elements {
    pub(super) names: Vec<String>,
    /// Where each of them stands; empty where a file or a model says it.
    spans: Vec<Range<usize>>,
    /// Whether they are `elements`, or the one `element`.
    pub(super) listed: bool,
    /// `masses` in `[state]`, internal units.
    masses: Option<Vec<f64>>,
}

impl Elements {
    /// The one element that the input does not name.
    pub(super) fn unnamed(name: String) -> Self {
        Self { names: vec![name], spans: Vec::new(), listed: false, masses: None }
    }

    /// `element` or `elements`; with neither, nothing where `required` is false. `None` where something was reported.
    pub(super) fn read(reader: &mut Reader<'_>, section: &Section<'_>, required: bool) -> Option<Option<Self>> {
        if section.has("elements") {
            if section.has("element") {
                let message = "`element` and `elements` in [interaction] exclude each other".to_owned();
                let help = "keep `element` for one element, `elements` for several".to_owned();
                reader.error(&section.key_span("elements"), message, Some(help));
                return None;
            }
            return Self::list(reader, section).map(Some);
        }
        if !section.has("element") {
            if required {
                let message = format!("missing key {}", called("interaction", "element"));
                let help = "add `element = ...`: a string; or `elements = [...]`: several".to_owned();
                reader.error(&section.header(), message, Some(help));
                return None;
            }
            return Some(None);
        }
        let name = reader.text(section, "element")?;
        Some(Some(Self { names: vec![name], spans: vec![section.span("element")], listed: false, masses: None }))
    }

    fn list(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Self> {
        let value = reader.several(section, "elements")?;
        let Some(entries) = value.get_ref().as_array().filter(|entries| (1..=MOST).contains(&entries.len())) else {
            reader.wrong_form(section, "elements", value);
            return None;
        };
        let named = |entry: &toml::Spanned<toml::de::DeValue<'_>>| {
            let name = entry.get_ref().as_str().filter(|name| !name.is_empty() && !name.contains(char::is_whitespace));
            name.map(str::to_owned)
        };
        if let Some(wrong) = entries.iter().find(|entry| named(entry).is_none()) {
            reader.wrong_form(section, "elements", wrong);
            return None;
        }
        let names: Vec<String> = entries.iter().filter_map(named).collect();
        if let Some(second) = (1..names.len()).find(|&k| names[..k].contains(&names[k])) {
            let message = format!("{} names \"{}\" twice", called("interaction", "elements"), names[second]);
            reader.error(&entries[second].span(), message, None);
            return None;
        }
        let spans = entries.iter().map(toml::Spanned::span).collect();
        Some(Self { names, spans, listed: true, masses: None })
    }

    /// The key that names them.
    pub(super) fn key(&self) -> &'static str {
        if self.listed { "elements" } else { "element" }
    }

    /// Where the element `index` stands in the input.
    pub(super) fn span(&self, index: usize, section: &Section<'_>) -> Range<usize> {
        self.spans.get(index).cloned().unwrap_or_else(|| section.header())
    }

    /// Takes `masses` of `[state]`, or complains where it does not fit.
    pub(super) fn take_masses(&mut self, reader: &mut Reader<'_>, tables: &Tables<'_>) {
        let Some(state) = tables.get("state").filter(|state| self.listed && state.has("masses")) else { return };
        let Some(value) = reader.several(state, "masses") else { return };
        let Some(entries) = value.get_ref().as_array() else {
            reader.wrong_form(state, "masses", value);
            return;
        };
        if entries.len() != self.names.len() {
            let message = format!(
                "{} has {}, `elements` in [interaction] has {}",
                called("state", "masses"),
                entries.len(),
                self.names.len()
            );
            reader.error(&value.span(), message, Some(format!("one for each of {}", self.names.join(", "))));
            return;
        }
        let mass = |(entry, name): (&toml::Spanned<toml::de::DeValue<'_>>, &String)| {
            let what = format!("the mass of {name} in {}", called("state", "masses"));
            let Some(number) = super::wording::float(entry.get_ref()) else {
                reader.error(&entry.span(), format!("{what} must be a positive number, found {}", found(entry)), None);
                return None;
            };
            reader.converted(&what, &entry.span(), number, Sign::Positive, Quantity::Mass)
        };
        self.masses = entries.iter().zip(&self.names).map(mass).collect();
    }
}

/// Complains about `mass` and `masses` of `[state]` where they do not fit how elements are named; whether `mass` has to be
/// there.
pub(super) fn which_mass(reader: &mut Reader<'_>, tables: &Tables<'_>) -> bool {
    let listed = tables.get("interaction").is_some_and(|section| section.has("elements"));
    let Some(state) = tables.get("state") else { return !listed };
    if listed && state.has("mass") {
        let message = "`mass` in [state] is that of one element; `elements` in [interaction] has its own".to_owned();
        let help = "write `masses = [...]`, one for each element, or nothing: standard atomic weights".to_owned();
        reader.error(&state.key_span("mass"), message, Some(help));
    }
    if !listed && state.has("masses") {
        let message = "`masses` in [state] belongs to `elements` in [interaction], which is missing".to_owned();
        reader.error(&state.key_span("masses"), message, Some("write `mass = ...`".to_owned()));
    }
    !listed
}

/// What says of which element atoms are.
pub(super) enum Labelled<'a> {
    /// A structure file, as it is known and with its text.
    File(&'a Structure, &'a str, &'a str),
    /// Atoms that the input makes.
    Built(&'a [String]),
}

impl Labelled<'_> {
    fn labels(&self) -> &[String] {
        match self {
            Self::File(structure, ..) => &structure.species,
            Self::Built(labels) => labels,
        }
    }

    /// An error about an atom, at its line or at what is at `span`.
    fn wrong(&self, reader: &mut Reader<'_>, span: &Range<usize>, atom: usize, message: String, help: Option<String>) {
        let Self::File(structure, file, text) = self else {
            reader.error(span, format!("[molecular.build]: {message}"), help);
            return;
        };
        at_line(reader, span, (file, text), structure.line(atom), message, help);
    }
}

fn at_line(
    reader: &mut Reader<'_>,
    span: &Range<usize>,
    (file, text): (&str, &str),
    line: usize,
    message: String,
    help: Option<String>,
) {
    let location = Some(Location::of_line(file, line, text.lines().nth(line - 1).unwrap_or_default()));
    reader.adopt(span, InputError { diagnostics: vec![Diagnostic { message, location, help }] });
}

/// The elements of the atoms and their masses, where the interaction lists elements; where it has one, a complaint about
/// atoms of another. Labels that are no chemical symbols say nothing of the one.
pub(super) fn species(
    reader: &mut Reader<'_>,
    parts: &Parts<'_>,
    span: &Range<usize>,
    atoms: &Labelled<'_>,
) -> Option<Species> {
    let elements = parts.elements.as_ref()?;
    if !elements.listed {
        one_element(reader, elements, span, atoms);
        return None;
    }
    let kinds: Option<Vec<u8>> = atoms
        .labels()
        .iter()
        .enumerate()
        .map(|(atom, label)| kind(reader, elements, span, atoms, atom, label))
        .collect();
    let kinds = kinds?;
    let of_file = match atoms {
        Labelled::File(structure, file, text) => {
            masses_of_file(reader, elements, &kinds, span, (structure, file, text))?
        }
        Labelled::Built(_) => vec![None; elements.names.len()],
    };
    let (units, mut found) = (reader.units, Vec::new());
    for (index, name) in elements.names.iter().enumerate() {
        let mass = elements.masses.as_ref().map(|masses| masses[index]).or(of_file[index]);
        let mass = mass.or_else(|| usual_mass(&units, name));
        let Some(mass) = mass else {
            let message = format!("{}: \"{name}\" has no standard atomic weight", called("interaction", "elements"));
            let help = "give `masses = [...]` in [state], one for each element".to_owned();
            let section = parts.tables.get("interaction")?;
            reader.error(&elements.span(index, section), message, Some(help));
            return None;
        };
        found.push(Element { name: name.clone(), mass });
    }
    if elements.masses.is_none() {
        let unit = reader.units.factor(Quantity::Mass);
        let shown: Vec<String> = found.iter().map(|element| rounded(element.mass / unit)).collect();
        reader.record("state", "masses", format!("[{}]", shown.join(", ")), false);
    }
    // No atom is of none of them.
    Species::new(found, kinds).ok()
}

/// The mass of an element where nothing says another: the standard atomic weight, or 1 in reduced units.
fn usual_mass(units: &Units, name: &str) -> Option<f64> {
    let dalton = Units::new(UnitStyle::Metal).factor(Quantity::Mass);
    match units.style() {
        UnitStyle::Lj => Some(units.factor(Quantity::Mass)),
        _ => standard_weight(name).map(|weight| weight * dalton),
    }
}

fn one_element(reader: &mut Reader<'_>, elements: &Elements, span: &Range<usize>, atoms: &Labelled<'_>) {
    let name = &elements.names[0];
    // Si(B) of a parameter file is silicon; a name that begins with no symbol is not held against one.
    let Some(symbol) = [2, 1].into_iter().find_map(|length| name.get(..length).filter(|start| is_symbol(start))) else {
        return;
    };
    let other = |label: &&String| is_symbol(label) && *label != symbol;
    let Some(atom) = atoms.labels().iter().position(|label| other(&label)) else { return };
    let label = &atoms.labels()[atom];
    let message = format!("atom {} is \"{label}\", the interaction is that of \"{name}\"", atom + 1);
    let help = format!("correct one of them; `elements = [\"{name}\", \"{label}\"]` in [interaction] is of both");
    atoms.wrong(reader, span, atom, message, Some(help));
}

/// The kind of an atom: by the name of its element, or by the number of its type.
fn kind(
    reader: &mut Reader<'_>,
    elements: &Elements,
    span: &Range<usize>,
    atoms: &Labelled<'_>,
    atom: usize,
    label: &str,
) -> Option<u8> {
    if let Some(kind) = elements.names.iter().position(|name| name == label) {
        return u8::try_from(kind).ok();
    }
    let (all, count) = (elements.names.join(", "), elements.names.len());
    let list = format!("{} ({all})", called("interaction", "elements"));
    let (message, help) = match label.parse::<usize>() {
        Ok(number) if (1..=count).contains(&number) => return u8::try_from(number - 1).ok(),
        Ok(number) => {
            let message = format!("atom {} is of type {number}, {list} has {count}", atom + 1);
            (message, format!("types are numbered from 1 in the order of `elements`: 1 to {count}"))
        }
        Err(_) if label == "X" => (format!("atom {} has no element", atom + 1), format!("label it as one of {list}")),
        Err(_) => {
            let message = format!("atom {} is \"{}\", which is not among {list}", atom + 1, shortened(label));
            (message, "labels are the names in `elements`, or numbers of types from 1".to_owned())
        }
    };
    atoms.wrong(reader, span, atom, message, Some(help));
    None
}

/// The mass of each element that the file gives, internal units; it has to be that of `masses`, and one for each element.
fn masses_of_file(
    reader: &mut Reader<'_>,
    elements: &Elements,
    kinds: &[u8],
    span: &Range<usize>,
    (structure, file, text): (&Structure, &str, &str),
) -> Option<Vec<Option<f64>>> {
    let units = reader.units;
    let unit = units.factor(Quantity::Mass);
    let mut found: Vec<Option<(f64, usize)>> = vec![None; elements.names.len()];
    for (kind, &number) in kinds.iter().zip(&structure.types) {
        let (kind, Some(mass)) = (usize::from(*kind), structure.masses.get(&number)) else { continue };
        let name = &elements.names[kind];
        let mut wrong = |message: String, help: Option<String>| {
            at_line(reader, span, (file, text), mass.line, message, help);
        };
        if let Some((first, line)) = found[kind] {
            if first != mass.value {
                let message = format!(
                    "all atoms of {name} must have one mass: this one is {}, that of line {line} is {first}",
                    mass.value
                );
                wrong(message, None);
                return None;
            }
            continue;
        }
        found[kind] = Some((mass.value, mass.line));
        let given = elements.masses.as_ref().map(|masses| masses[kind] / unit);
        if let Some(given) = given.filter(|given| (mass.value / given - 1.0).abs() > SAME_MASS) {
            let message = format!(
                "the mass of {name} is {} in Masses, {} in {}",
                rounded(mass.value),
                rounded(given),
                called("state", "masses")
            );
            wrong(message, Some("make them the same, or remove one of them".to_owned()));
            return None;
        }
        let near = |name: &String, tolerance: f64| {
            usual_mass(&units, name).is_some_and(|usual| (mass.value * unit / usual - 1.0).abs() < tolerance)
        };
        // Of reduced masses none belongs to an element.
        let real = units.style() != UnitStyle::Lj;
        let another = elements.names.iter().find(|other| *other != name && near(other, SAME_MASS));
        if let Some(other) = another.filter(|_| real && given.is_none() && !near(name, OTHER_MASS)) {
            let message = format!("the mass of {name} is {} in Masses, that of {other}", rounded(mass.value));
            let help = "types are numbered in the order of `elements` in [interaction]; or give `masses` in [state]";
            wrong(message, Some(help.to_owned()));
            return None;
        }
    }
    Some(found.into_iter().map(|mass| mass.map(|(value, _)| value * unit)).collect())
}

/// The atoms with the names of their elements as labels.
pub(super) fn named(start: AtomStart, species: &Species, count: usize) -> AtomStart {
    let kinds = species.kinds(count).unwrap_or_default();
    let names = kinds.iter().map(|&kind| species.elements()[usize::from(kind)].name.clone()).collect();
    match start {
        AtomStart::Given { cell, positions, shifts, peculiar, .. } => {
            AtomStart::Given { cell, positions, shifts, peculiar, species: names }
        }
        AtomStart::Free { positions, peculiar, .. } => AtomStart::Free { positions, peculiar, species: names },
        AtomStart::Drawn { .. } => start,
    }
}

/// Complains where the atoms of a file have several masses, and nothing says which of them an interaction moves.
pub(super) fn one_mass(
    reader: &mut Reader<'_>,
    span: &Range<usize>,
    structure: &Structure,
    (file, text): (&str, &str),
) -> Option<f64> {
    let mut masses = structure.types.iter().filter_map(|number| structure.masses.get(number));
    let first = masses.next()?;
    if let Some(mass) = masses.find(|mass| mass.value != first.value) {
        let message = format!(
            "all atoms must have one mass: this one is {}, that of line {} is {}",
            mass.value, first.line, first.value
        );
        let help = "`elements = [...]` in [interaction] is for atoms of several elements".to_owned();
        at_line(reader, span, (file, text), mass.line, message, Some(help));
        return None;
    }
    Some(first.value)
}
