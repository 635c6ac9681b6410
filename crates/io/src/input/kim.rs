//! Models of the KIM API.

use super::Parts;
use super::kinds::Kind;
use super::parameters::has_electronvolts;
use super::reader::{Reader, Section};
use omd_hierarchy::experiment::Interaction;
use std::collections::BTreeSet;
use std::ops::Range;

/// `kind = "kim"`.
pub(super) fn interaction(reader: &mut Reader<'_>, section: &Section<'_>, kind: &Kind) -> Option<Interaction> {
    let model = reader.text(section, "model");
    let element = if section.has("element") { Some(reader.text(section, "element")?) } else { None };
    if !has_electronvolts(reader, section, kind) {
        return None;
    }
    load(reader, section, &model?, element.as_deref())
}

#[cfg(not(feature = "kim"))]
fn load(reader: &mut Reader<'_>, section: &Section<'_>, _: &str, _: Option<&str>) -> Option<Interaction> {
    let message = "kind = \"kim\" needs an omd with the KIM API".to_owned();
    let help = "build it with `cargo build --release --features kim`; Debian has libkim-api-dev and openkim-models";
    reader.error(&section.span("kind"), message, Some(help.to_owned()));
    None
}

#[cfg(feature = "kim")]
fn load(reader: &mut Reader<'_>, section: &Section<'_>, name: &str, element: Option<&str>) -> Option<Interaction> {
    use crate::units::{Quantity, UnitStyle, Units};
    use omd_flow::Dimension;
    use omd_interaction::{ClusterPotential, KimModel, KimUnits};
    use std::sync::Arc;

    let metal = Units::new(UnitStyle::Metal);
    let units = KimUnits {
        angstrom: metal.factor(Quantity::Of(Dimension::Length)),
        electronvolt: metal.factor(Quantity::Of(Dimension::Energy)),
    };
    match KimModel::new(name, element, units) {
        Ok(model) => {
            if element.is_none() {
                reader.record("interaction", "element", format!("\"{}\"", model.element()), false);
            }
            Some(Interaction::Cluster(Arc::new(model)))
        }
        Err(error) => {
            refuse(reader, section, name, &error);
            None
        }
    }
}

/// Says why there is no such model, where the input asks for it.
#[cfg(feature = "kim")]
fn refuse(reader: &mut Reader<'_>, section: &Section<'_>, name: &str, error: &omd_interaction::KimError) {
    use super::wording::{called, shortened};
    use omd_interaction::KimError;

    let of_model = |what: &dyn std::fmt::Display| format!("{}: {what}", called("interaction", "model"));
    match error {
        KimError::NotFound { similar, installed } => {
            let help = match (similar.as_slice(), installed) {
                (_, 0) => "no models are installed; Debian has them in openkim-models".to_owned(),
                ([], _) => "`kim-api-collections-management list` shows the installed ones".to_owned(),
                (similar, _) => format!("installed are {}", similar.join(", ")),
            };
            let message = of_model(&format!("the KIM API finds no model \"{}\"", shortened(name)));
            reader.error(&section.span("model"), message, Some(help));
        }
        KimError::Simulator => {
            let help = "the names of portable models end with MO and their number".to_owned();
            reader.error(&section.span("model"), of_model(error), Some(help));
        }
        KimError::Several(known) => {
            let help = known.first().map(|first| format!("add `element = \"{first}\"` or another"));
            let message = format!("missing key `element` in [interaction]: {error}");
            reader.error(&section.header(), message, help);
        }
        KimError::Element { .. } => {
            let message = format!("{}: {error}", called("interaction", "element"));
            reader.error(&section.span("element"), message, None);
        }
        KimError::Unusable(_) => reader.error(&section.span("model"), of_model(error), None),
    }
}

/// Complains where `species`, the labels of the atoms of `who`, are not those of the model's element.
///
/// There is one mass. Labels that are no chemical symbols say nothing.
pub(super) fn same_element(
    reader: &mut Reader<'_>,
    parts: &Parts<'_>,
    span: &Range<usize>,
    species: &[String],
    who: &str,
) {
    let Some(Interaction::Cluster(potential)) = &parts.interaction else { return };
    let labels: BTreeSet<&str> = species.iter().map(String::as_str).collect();
    let labels: Vec<&str> = labels.into_iter().collect();
    let others = labels.iter().any(|label| is_symbol(label) && *label != potential.element());
    if labels.len() > 1 {
        let message = format!("{who} has atoms of {}; all have to be of one element", labels.join(", "));
        reader.error(span, message, Some("atoms of one mass are moved".to_owned()));
    } else if others {
        let message = format!("{who} has atoms of {}, the model moves {}", labels.concat(), potential.element());
        reader.error(span, message, None);
    }
}

/// Whether a label looks like a chemical symbol; `X` is nobody's.
fn is_symbol(label: &str) -> bool {
    let mut bytes = label.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_uppercase());
    let second = bytes.next().is_none_or(|byte| byte.is_ascii_lowercase());
    first && second && bytes.next().is_none() && label != "X"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chemical_symbols_are_known_by_their_form() {
        let symbols = ["Si", "C", "X", "1", "si", "SI", "", "Six"].map(is_symbol);
        assert_eq!(symbols, [true, true, false, false, false, false, false, false]);
    }
}
