//! Potentials of pairs, of one element or of several.

use super::elements::Elements;
use super::keys;
use super::kinds::Kind;
use super::physics::Read;
use super::reader::{Reader, Section};
use super::wording::{called, float, found, show};
use omd_hierarchy::experiment::Interaction;
use omd_interaction::{
    Coulomb, Gaussian, Harmonic, InversePower, LennardJones, Mixing, Morse, PairForm, PairMixture, PairPotential,
    SoftMorse, Truncation, Yukawa,
};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeValue;

const TABLE: &str = "interaction.pairs";

/// The potential of `[interaction]`; `None` where something was reported.
pub(super) fn interaction(reader: &mut Reader<'_>, section: &Section<'_>, kind: &Kind) -> Option<Read> {
    if ["elements", "pairs", "mixing"].iter().any(|key| section.has(key)) {
        return mixture(reader, section, kind);
    }
    let form = form(reader, section, kind.name);
    if kind.name == "wca" {
        let LennardJones { epsilon, sigma } = form?.as_lennard_jones()?;
        return Some(Interaction::Potential(PairPotential::wca(epsilon, sigma)).into());
    }
    let (cutoff, truncation) = cutoff(reader, section)?;
    Some(Interaction::Potential(PairPotential::new(form?, cutoff, truncation)).into())
}

/// The form of a kind with the numbers of `section`.
fn form(reader: &mut Reader<'_>, section: &Section<'_>, kind: &str) -> Option<Arc<dyn PairForm>> {
    Some(match kind {
        "lennard-jones" | "wca" => {
            let (epsilon, sigma) = energy_and_length(reader, section);
            Arc::new(LennardJones { epsilon: epsilon?, sigma: sigma? })
        }
        "inverse-power" => {
            let (epsilon, sigma) = energy_and_length(reader, section);
            let exponent = exponent_above(reader, section, 0.0);
            Arc::new(InversePower { epsilon: epsilon?, sigma: sigma?, exponent: exponent? })
        }
        "morse" => {
            let epsilon = reader.number(section, "epsilon");
            let alpha = reader.number(section, "alpha");
            let equilibrium = reader.number(section, "equilibrium-distance");
            let softening = section.has("softening").then(|| reader.number(section, "softening"));
            let morse = Morse { epsilon: epsilon?, alpha: alpha?, equilibrium: equilibrium? };
            match softening {
                Some(softening) => Arc::new(SoftMorse { morse, softening: softening? }),
                None => Arc::new(morse),
            }
        }
        "gaussian" => {
            let (epsilon, sigma) = energy_and_length(reader, section);
            Arc::new(Gaussian { epsilon: epsilon?, sigma: sigma? })
        }
        "harmonic" => Arc::new(Harmonic { stiffness: nonzero(reader, section, "stiffness")? }),
        "coulomb" => {
            let strength = nonzero(reader, section, "strength");
            let softening = needed(reader, section, "softening");
            Arc::new(Coulomb { strength: strength?, softening: softening? })
        }
        "yukawa" => {
            let strength = nonzero(reader, section, "strength");
            let screening = reader.number(section, "screening-length");
            let softening = needed(reader, section, "softening");
            Arc::new(Yukawa { strength: strength?, screening: screening?, softening: softening? })
        }
        _ => return None,
    })
}

fn energy_and_length(reader: &mut Reader<'_>, section: &Section<'_>) -> (Option<f64>, Option<f64>) {
    (reader.number(section, "epsilon"), reader.number(section, "sigma"))
}

/// A number that other kinds may leave out.
fn needed(reader: &mut Reader<'_>, section: &Section<'_>, key: &'static str) -> Option<f64> {
    if !section.has(key) {
        reader.missing(section, key);
    }
    reader.number(section, key)
}

/// A number of either sign.
fn nonzero(reader: &mut Reader<'_>, section: &Section<'_>, key: &'static str) -> Option<f64> {
    let number = reader.number(section, key)?;
    if number == 0.0 {
        let message = format!("{} must not be zero", called(section.name, key));
        reader.error(&section.span(key), message, Some("without an interaction, use [free-flight]".to_owned()));
        return None;
    }
    Some(number)
}

/// An `exponent` above a bound.
pub(super) fn exponent_above(reader: &mut Reader<'_>, section: &Section<'_>, bound: f64) -> Option<f64> {
    let exponent = reader.number(section, "exponent")?;
    if exponent > bound {
        return Some(exponent);
    }
    let given = section.value("exponent").and_then(|value| float(value.get_ref())).unwrap_or(exponent);
    let message = format!("{} must be above {bound}, found {}", called(section.name, "exponent"), show(given));
    reader.error(&section.span("exponent"), message, None);
    None
}

/// Cutoff and truncation; `None` where one of them is wrong.
fn cutoff(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<(Option<f64>, Truncation)> {
    let has_cutoff = section.has("cutoff");
    if !has_cutoff && !section.has("truncation") {
        return Some((None, Truncation::ShiftedForce));
    }
    if !has_cutoff {
        reader.error(
            &section.key_span("truncation"),
            "`truncation` in [interaction] says what happens at `cutoff`, which is missing".to_owned(),
            Some("add `cutoff = ...`, or remove `truncation`".to_owned()),
        );
    }
    let cutoff = reader.number(section, "cutoff");
    let truncation = truncation(reader, section)?;
    cutoff.map(|cutoff| (Some(cutoff), truncation))
}

fn truncation(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Truncation> {
    Some(match reader.choice(section, "truncation")? {
        "truncated" => Truncation::Truncated,
        "shifted" => Truncation::Shifted,
        _ => Truncation::ShiftedForce,
    })
}

/// One of `pairs` as it stands there.
struct Pair {
    form: Arc<dyn PairForm>,
    /// `None` where the kind says it.
    cutoff: Option<f64>,
}

/// `elements`, `pairs` and `mixing`.
fn mixture(reader: &mut Reader<'_>, section: &Section<'_>, kind: &Kind) -> Option<Read> {
    let own = kind.required.iter().chain(kind.optional.iter().filter(|key| **key == "softening"));
    for key in own.filter(|key| section.has(key)) {
        let message =
            format!("{} is that of one element; with `elements` every pair has its own", called("interaction", key));
        reader.error(&section.key_span(key), message, Some("move it into the tables of `pairs`".to_owned()));
    }
    let elements = if section.has("elements") {
        Elements::read(reader, section, true).flatten()
    } else {
        reader.missing(section, "elements");
        None
    };
    let mixing = match section.has("mixing").then(|| reader.choice(section, "mixing")) {
        Some(Some("geometric")) => Some(Mixing::Geometric),
        Some(_) => Some(Mixing::LorentzBerthelot),
        None => None,
    };
    let is_cut = kind.optional.contains(&"cutoff");
    let common = if section.has("cutoff") { reader.number(section, "cutoff") } else { None };
    let truncation = if is_cut { truncation(reader, section) } else { Some(Truncation::Shifted) };
    if !section.has("pairs") {
        reader.missing(section, "pairs");
        return None;
    }
    let value = reader.several(section, "pairs")?;
    let Some(entries) = value.get_ref().as_array().filter(|entries| !entries.is_empty()) else {
        reader.wrong_form(section, "pairs", value);
        return None;
    };
    let elements = elements?;
    let mut pairs: BTreeMap<[u8; 2], Pair> = BTreeMap::new();
    let mut whole = true;
    for entry in entries {
        let Some((kinds, pair)) = one(reader, entry, kind, &elements, common) else {
            whole = false;
            continue;
        };
        if pairs.contains_key(&kinds) {
            let message = format!("{} has {} twice", called("interaction", "pairs"), named(&elements, kinds));
            reader.error(&entry.span(), message, None);
            whole = false;
        }
        pairs.insert(kinds, pair);
    }
    let truncation = truncation.filter(|_| whole)?;
    if let Some(mixing) = mixing {
        mix(&mut pairs, elements.names.len() as u8, mixing);
    }
    complete(reader, &value.span(), kind, &elements, &pairs, mixing)?;
    let made = PairMixture::new(elements.names.len() as u8, |kinds| {
        let Pair { form, cutoff } = pairs.get(&kinds).ok_or(())?;
        match cutoff {
            Some(cutoff) => Ok(PairPotential::new(form.clone(), Some(*cutoff), truncation)),
            None => form.as_lennard_jones().map(|form| PairPotential::wca(form.epsilon, form.sigma)).ok_or(()),
        }
    });
    let interaction = Interaction::Mixture(Arc::new(made.ok()?));
    Some(Read { interaction, parameters: None, elements: Some(elements) })
}

/// The elements of a pair as the input names them.
fn named(elements: &Elements, kinds: [u8; 2]) -> String {
    let [a, b] = kinds.map(|kind| &elements.names[usize::from(kind)]);
    format!("\"{a} {b}\"")
}

/// Unlike pairs that are not given follow from the like ones, where those are.
fn mix(pairs: &mut BTreeMap<[u8; 2], Pair>, count: u8, mixing: Mixing) {
    for [a, b] in (0..count).flat_map(|a| (a + 1..count).map(move |b| [a, b])) {
        let (Some(like), Some(other)) = (pairs.get(&[a, a]), pairs.get(&[b, b])) else { continue };
        let (Some(first), Some(second)) = (like.form.as_lennard_jones(), other.form.as_lennard_jones()) else {
            continue;
        };
        let cutoff = like.cutoff.zip(other.cutoff).map(|(one, other)| mixing.length(one, other));
        let form = Arc::new(mixing.lennard_jones(first, second));
        pairs.entry([a, b]).or_insert(Pair { form, cutoff });
    }
}

/// Complains about pairs that nothing says.
fn complete(
    reader: &mut Reader<'_>,
    span: &Range<usize>,
    kind: &Kind,
    elements: &Elements,
    pairs: &BTreeMap<[u8; 2], Pair>,
    mixing: Option<Mixing>,
) -> Option<()> {
    let count = elements.names.len() as u8;
    let all = (0..count).flat_map(|a| (a..count).map(move |b| [a, b]));
    // Where unlike pairs are mixed, those that are not there wait for like ones.
    let needed = all.filter(|[a, b]| a == b || mixing.is_none());
    let absent: Vec<[u8; 2]> = needed.filter(|kinds| !pairs.contains_key(kinds)).collect();
    let [first, ..] = absent[..] else { return Some(()) };
    let names: Vec<String> = absent.iter().map(|kinds| named(elements, *kinds)).collect();
    let [a, b] = first.map(|kind| &elements.names[usize::from(kind)]);
    let mut help = format!("add {{ elements = [\"{a}\", \"{b}\"], ... }}");
    if kind.optional.contains(&"mixing") && absent.iter().all(|[a, b]| a != b) {
        help += "; or `mixing = \"lorentz-berthelot\"` or \"geometric\", which makes unlike pairs of like ones";
    }
    let message = format!("{} has no {}", called("interaction", "pairs"), names.join(", "));
    reader.error(span, message, Some(help));
    None
}

/// One table of `pairs`; the smaller number of an element first.
fn one(
    reader: &mut Reader<'_>,
    entry: &Spanned<DeValue<'_>>,
    kind: &Kind,
    elements: &Elements,
    common: Option<f64>,
) -> Option<([u8; 2], Pair)> {
    let DeValue::Table(table) = entry.get_ref() else {
        let message =
            format!("every entry of {} must be a table, found {}", called("interaction", "pairs"), found(entry));
        let keys = kind.required.iter().map(|key| format!(", {key} = ...")).collect::<String>();
        reader.error(&entry.span(), message, Some(format!("for example {{ elements = [\"A\", \"B\"]{keys} }}")));
        return None;
    };
    let section = Section::new(TABLE, &entry.span(), table);
    let mut known = vec!["elements"];
    known.extend(kind.required);
    known.extend(kind.optional.iter().filter(|key| ["softening", "cutoff"].contains(key)));
    if section.has("truncation") && kind.optional.contains(&"truncation") {
        let message = format!("{} stands in [interaction]: it is that of all pairs", called(TABLE, "truncation"));
        reader.error(&section.key_span("truncation"), message, None);
        known.push("truncation");
    }
    super::physics::keys_of_kind(reader, &section, kind, &known);
    let kinds = of_elements(reader, &section, elements);
    let form = form(reader, &section, kind.name);
    let cutoff = match (kind.optional.contains(&"cutoff"), section.has("cutoff"), common) {
        (false, ..) => None,
        (true, false, Some(common)) => Some(common),
        (true, true, _) => Some(reader.number(&section, "cutoff")?),
        (true, false, None) => {
            reader.missing(&section, "cutoff");
            return None;
        }
    };
    Some((kinds?, Pair { form: form?, cutoff }))
}

/// Whose pair it is.
fn of_elements(reader: &mut Reader<'_>, section: &Section<'_>, elements: &Elements) -> Option<[u8; 2]> {
    if !section.has("elements") {
        reader.missing(section, "elements");
        return None;
    }
    let value = reader.several(section, "elements")?;
    let entries: Option<[&Spanned<DeValue<'_>>; 2]> =
        value.get_ref().as_array().and_then(|entries| entries.iter().collect::<Vec<_>>().try_into().ok());
    let Some(entries) = entries.filter(|entries| entries.iter().all(|entry| entry.get_ref().is_str())) else {
        reader.wrong_form(section, "elements", value);
        return None;
    };
    let mut kinds = [0; 2];
    for (kind, entry) in kinds.iter_mut().zip(entries) {
        let place = elements.names.iter().position(|name| Some(name.as_str()) == entry.get_ref().as_str());
        let Some(place) = place else {
            let message = format!(
                "{} names {}, which is not among `elements` in [interaction]",
                called(TABLE, "elements"),
                found(entry)
            );
            reader.error(&entry.span(), message, Some(format!("it has {}", elements.names.join(", "))));
            return None;
        };
        *kind = place as u8;
    }
    kinds.sort_unstable();
    Some(kinds)
}

/// The keys of a table of `pairs` that are those of `[interaction]`.
pub(super) fn of_interaction(section: &str, name: &str) -> Option<&'static keys::Key> {
    (section == TABLE).then(|| keys::find("interaction", name)).flatten()
}
