//! Models of the KIM API.

use super::elements::Elements;
use super::kinds::Kind;
use super::parameters::has_electronvolts;
use super::physics::Read;
use super::reader::{Reader, Section};

/// `kind = "kim"`.
pub(super) fn interaction(reader: &mut Reader<'_>, section: &Section<'_>, kind: &Kind) -> Option<Read> {
    let model = reader.text(section, "model");
    let elements = Elements::read(reader, section, false)?;
    if !has_electronvolts(reader, section, kind) {
        return None;
    }
    load(reader, section, &model?, elements)
}

#[cfg(not(feature = "kim"))]
fn load(reader: &mut Reader<'_>, section: &Section<'_>, _: &str, _: Option<Elements>) -> Option<Read> {
    let message = "kind = \"kim\" needs an omd with the KIM API".to_owned();
    let help = "build it with `cargo build --release --features kim`; Debian has libkim-api-dev and openkim-models";
    reader.error(&section.span("kind"), message, Some(help.to_owned()));
    None
}

#[cfg(feature = "kim")]
fn load(reader: &mut Reader<'_>, section: &Section<'_>, name: &str, elements: Option<Elements>) -> Option<Read> {
    use crate::units::{Quantity, UnitStyle, Units};
    use omd_flow::Dimension;
    use omd_hierarchy::experiment::Interaction;
    use omd_interaction::{ClusterPotential, KimModel, KimUnits};
    use std::sync::Arc;

    let metal = Units::new(UnitStyle::Metal);
    let units = KimUnits {
        angstrom: metal.factor(Quantity::Of(Dimension::Length)),
        electronvolt: metal.factor(Quantity::Of(Dimension::Energy)),
    };
    let names: &[String] = elements.as_ref().map_or(&[], |elements| elements.names.as_slice());
    match KimModel::new(name, names, units) {
        Ok(model) => {
            let elements = elements.or_else(|| {
                let only = model.elements().first()?;
                reader.record("interaction", "element", format!("\"{only}\""), false);
                Some(Elements::unnamed(only.clone()))
            });
            Some(Read { interaction: Interaction::Cluster(Arc::new(model)), parameters: None, elements })
        }
        Err(error) => {
            refuse(reader, section, name, elements.as_ref(), &error);
            None
        }
    }
}

/// Says why there is no such model, where the input asks for it.
#[cfg(feature = "kim")]
fn refuse(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    name: &str,
    elements: Option<&Elements>,
    error: &omd_interaction::KimError,
) {
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
            let help = known
                .first()
                .map(|first| format!("add `element = \"{first}\"` or another; or several, `elements = [...]`"));
            let message = format!("missing key `element` in [interaction]: {error}");
            reader.error(&section.header(), message, help);
        }
        KimError::Element { element, .. } => {
            let place = elements.and_then(|all| Some((all, all.names.iter().position(|name| name == element)?)));
            let span = place.map_or_else(|| section.header(), |(all, index)| all.span(index, section));
            let key = elements.map_or("element", Elements::key);
            reader.error(&span, format!("{}: {error}", called("interaction", key)), None);
        }
        KimError::Unusable(_) => reader.error(&section.span("model"), of_model(error), None),
    }
}
