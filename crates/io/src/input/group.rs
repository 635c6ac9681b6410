//! `[molecular.group]`: which images the atoms have.

use super::keys::{self, Absent};
use super::reader::{Reader, Section};
use super::wording::{called, form, found};
use crate::units::Quantity;
use omd_flow::{AffineFlow, Dimension, Matrix3, Vector3};
use omd_hierarchy::experiment::{GroupElement, ObjectiveGroup, rotation_about};
use std::f64::consts::{PI, TAU};
use std::ops::Range;
use toml::Spanned;
use toml::de::DeValue;

const TABLE: &str = "molecular.group";
const GENERATOR: &str = "molecular.group.generators";

/// What the table says, before the flow moves it.
#[derive(Clone, Debug)]
pub(super) struct GroupKeys {
    /// At t = 0; empty where something was reported.
    generators: Vec<GroupElement>,
    commuting: bool,
    header: Range<usize>,
    /// The table that says so.
    table: &'static str,
}

impl GroupKeys {
    /// Commuting generators of a builder.
    pub(super) fn of_builder(generators: Vec<GroupElement>, header: Range<usize>) -> Self {
        Self { generators, commuting: true, header, table: "molecular.build" }
    }

    /// The group under `flow`.
    pub(super) fn group(&self, reader: &mut Reader<'_>, flow: &AffineFlow) -> Option<ObjectiveGroup> {
        if self.generators.is_empty() {
            return None;
        }
        let made = if self.commuting {
            ObjectiveGroup::product(flow, &self.generators)
        } else {
            ObjectiveGroup::new(flow, &self.generators)
        };
        made.map_err(|error| reader.error(&self.header, format!("[{}]: {error}", self.table), None)).ok()
    }
}

/// The table, where it is there and is not that of the cell of `[molecular]`.
pub(super) fn group(reader: &mut Reader<'_>, molecular: &Section<'_>) -> Option<GroupKeys> {
    let (header, table) = reader.subtable(molecular, "group", TABLE)?;
    let section = Section::new(TABLE, &header, table);
    let kind = reader.choice(&section, "kind");
    let own: &[&str] = match kind {
        Some("translation") => &["translations"],
        Some("helical") => &["axis", "point", "angle", "pitch"],
        Some("cyclic") => &["axis", "point", "order"],
        Some("dihedral") => &["axis", "point", "order", "twofold-axis"],
        Some(_) => &["generators"],
        None => &[],
    };
    let mut known = vec!["kind"];
    known.extend(own);
    let Some(kind) = kind else {
        reader.unknown_keys(&section, &keys::names(TABLE).collect::<Vec<_>>());
        return Some(GroupKeys { generators: Vec::new(), commuting: false, header, table: TABLE });
    };
    for name in keys::names(TABLE).filter(|name| !known.contains(name) && section.has(name)).collect::<Vec<_>>() {
        let message = format!("{} does not belong to kind = \"{kind}\"", called(TABLE, name));
        reader.error(&section.key_span(name), message, Some(format!("keys of this kind: {}", own.join(", "))));
        known.push(name);
    }
    reader.unknown_keys(&section, &known);
    if kind == "translation" && !section.has("translations") {
        return None;
    }
    let generators = match kind {
        "translation" => translations(reader, &section),
        "helical" => helical(reader, &section),
        "cyclic" => turn(reader, &section).map(|(turn, ..)| vec![turn]),
        "dihedral" => dihedral(reader, &section),
        _ => listed(reader, &section),
    };
    Some(GroupKeys { generators: generators.unwrap_or_default(), commuting: kind == "product", header, table: TABLE })
}

/// An axis: a unit vector and a point on it.
fn axis(reader: &mut Reader<'_>, section: &Section<'_>) -> (Option<Vector3<f64>>, Option<Vector3<f64>>) {
    (direction(reader, section, "axis"), reader.vector(section, "point"))
}

/// A vector that has a direction.
fn direction(reader: &mut Reader<'_>, section: &Section<'_>, name: &'static str) -> Option<Vector3<f64>> {
    let vector = reader.vector(section, name)?;
    if vector.norm() > 0.0 {
        return Some(vector.normalize());
    }
    reader.error(&section.span(name), format!("{} must not be zero", called(section.name, name)), None);
    None
}

/// A number that has to be there for this kind, other than zero.
fn needed(reader: &mut Reader<'_>, section: &Section<'_>, name: &'static str) -> Option<f64> {
    if !section.has(name) {
        reader.missing(section, name);
    }
    reader.number(section, name)
}

fn helical(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Vec<GroupElement>> {
    let (axis, point) = axis(reader, section);
    let angle = needed(reader, section, "angle");
    let pitch = needed(reader, section, "pitch");
    if pitch == Some(0.0) {
        let help = "a rotation alone is kind = \"cyclic\"".to_owned();
        reader.error(&section.span("pitch"), format!("{} must not be zero", called(TABLE, "pitch")), Some(help));
        return None;
    }
    Some(vec![GroupElement::screw(&point?, &axis?, radian(angle?), pitch?)])
}

fn radian(degrees: f64) -> f64 {
    degrees / 180.0 * PI
}

/// The rotation of a ring, its axis and the point on it.
fn turn(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<(GroupElement, Vector3<f64>, Vector3<f64>)> {
    let (axis, point) = axis(reader, section);
    if !section.has("order") {
        reader.missing(section, "order");
    }
    let order = reader.count(section, "order");
    let (axis, point) = (axis?, point?);
    Some((GroupElement::screw(&point, &axis, TAU / order? as f64, 0.0), axis, point))
}

fn dihedral(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Vec<GroupElement>> {
    let turn = turn(reader, section);
    if !section.has("twofold-axis") {
        reader.missing(section, "twofold-axis");
    }
    let twofold = direction(reader, section, "twofold-axis")?;
    let (turn, axis, point) = turn?;
    if twofold.dot(&axis).abs() > 1e-9 {
        let message = format!("{} must be normal to `axis`", called(TABLE, "twofold-axis"));
        reader.error(&section.span("twofold-axis"), message, None);
        return None;
    }
    Some(vec![turn, GroupElement::screw(&point, &twofold, PI, 0.0)])
}

fn translations(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Vec<GroupElement>> {
    let value = reader.several(section, "translations")?;
    let rows = value.get_ref().as_array().filter(|rows| (1..=3).contains(&rows.len()));
    let Some(rows) = rows else {
        reader.wrong_form(section, "translations", value);
        return None;
    };
    let length = Quantity::Of(Dimension::Length);
    let read: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(k, row)| reader.numbers(&format!("row {} of {}", k + 1, called(TABLE, "translations")), row, length))
        .collect();
    let edges: Vec<Vector3<f64>> = read.into_iter().collect::<Option<_>>()?;
    let longest: f64 = edges.iter().map(|edge| edge.norm()).product();
    let flat = match edges.as_slice() {
        [a] => a.norm() == 0.0,
        [a, b] => a.cross(b).norm() <= 1e-9 * longest,
        _ => Matrix3::from_columns(&edges).determinant().abs() <= 1e-12 * longest,
    };
    if flat {
        let message = format!("{}: the rows are not independent", called(TABLE, "translations"));
        reader.error(&value.span(), message, None);
        return None;
    }
    Some(edges.into_iter().map(GroupElement::translation).collect())
}

fn listed(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Vec<GroupElement>> {
    if !section.has("generators") {
        reader.missing(section, "generators");
    }
    let value = reader.several(section, "generators")?;
    let list = value.get_ref().as_array().filter(|list| !list.is_empty());
    let Some(list) = list else {
        reader.wrong_form(section, "generators", value);
        return None;
    };
    let read: Vec<_> = list.iter().map(|entry| generator(reader, entry)).collect();
    read.into_iter().collect()
}

/// `x -> point + M R (x - point) + translation`, `R` a rotation, `M` a reflection.
fn generator(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> Option<GroupElement> {
    let DeValue::Table(table) = value.get_ref() else {
        let message = format!("every entry of {} must be a table, found {}", called(TABLE, "generators"), found(value));
        let help = "for example { angle = 90, translation = [0, 0, 1] }".to_owned();
        reader.error(&value.span(), message, Some(help));
        return None;
    };
    let section = Section::new(GENERATOR, &value.span(), table);
    reader.unknown_keys(&section, &keys::names(GENERATOR).collect::<Vec<_>>());
    let axis = direction(reader, &section, "axis");
    let point = reader.vector(&section, "point");
    let angle = reader.number(&section, "angle");
    let translation = reader.vector(&section, "translation");
    let mut rotation = rotation_about(&axis?, radian(angle?));
    if section.has("mirror") {
        let normal = direction(reader, &section, "mirror")?;
        rotation = (Matrix3::identity() - normal * normal.transpose() * 2.0) * rotation;
    }
    Some(GroupElement::about(&point?, rotation, &translation?))
}

impl Reader<'_> {
    /// Three numbers in internal units; the default when absent.
    pub(super) fn vector(&mut self, section: &Section<'_>, name: &'static str) -> Option<Vector3<f64>> {
        let key = keys::find(section.name, name)?;
        let Some(value) = self.several(section, name) else {
            return match key.absent {
                Absent::Default(text) => {
                    let words = text.trim_matches(['[', ']']).split(',');
                    let numbers: Vec<f64> = words.filter_map(|word| word.trim().parse().ok()).collect();
                    (numbers.len() == 3).then(|| Vector3::from_row_slice(&numbers))
                }
                _ => None,
            };
        };
        self.numbers(&called(section.name, name), value, key.quantity)
    }

    /// Three numbers in internal units.
    fn numbers(&mut self, what: &str, value: &Spanned<DeValue<'_>>, quantity: Quantity) -> Option<Vector3<f64>> {
        let entries = value.get_ref().as_array().filter(|entries| entries.len() == 3);
        let Some(entries) = entries else {
            let wanted = form(&keys::Shape::Vector);
            self.error(&value.span(), format!("{what} must be {wanted}, found {}", found(value)), None);
            return None;
        };
        let mut vector = Vector3::zeros();
        let mut whole = true;
        for (k, entry) in entries.iter().enumerate() {
            let place = format!("{} of {what}", ["x", "y", "z"][k]);
            let number = match super::wording::float(entry.get_ref()) {
                Some(number) => self.converted(&place, &entry.span(), number, keys::Sign::Any, quantity),
                None => {
                    self.error(&entry.span(), format!("{place} must be a number, found {}", found(entry)), None);
                    None
                }
            };
            whole &= number.is_some();
            vector[k] = number.unwrap_or(0.0);
        }
        whole.then_some(vector)
    }
}
