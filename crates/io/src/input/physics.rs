//! `[flow]`, `[state]` and `[interaction]`.

use super::consistency::Tables;
use super::elements::Elements;
use super::kinds::{self, Kind};
use super::reader::{Reader, Section};
use super::wording::{called, rounded};
use super::{StructureFile, keys};
use crate::units::{Quantity, UnitStyle};
use omd_flow::{AffineFlow, Dimension, Matrix3};
use omd_hierarchy::experiment::{Interaction, Preparation};
use std::path::Path;

/// `[flow]`.
pub(super) fn flow(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<AffineFlow> {
    reader.unknown_keys(section, &["velocity-gradient"]);
    let gradient = reader.matrix(section, "velocity-gradient")?;
    AffineFlow::new(gradient)
        .map_err(|error| reader.error(&section.span("velocity-gradient"), error.to_string(), None))
        .ok()
}

/// `[state]` as far as it stands for itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct StateKeys {
    pub(super) number_density: Option<f64>,
    pub(super) temperature_tensor: Option<Matrix3<f64>>,
    pub(super) mass: Option<f64>,
    pub(super) preparation: Preparation,
}

/// `[state]`.
pub(super) fn state(reader: &mut Reader<'_>, section: &Section<'_>, tables: &Tables<'_>) -> StateKeys {
    reader.unknown_keys(section, &keys::names("state").collect::<Vec<_>>());
    let number_density = reader.number(section, "number-density");
    let isotropic = reader.number(section, "temperature").map(|t| Matrix3::identity() * t);
    let tensor = temperature_tensor(reader, section);
    match (section.has("temperature"), section.has("temperature-tensor")) {
        (true, true) => reader.error(
            &section.key_span("temperature-tensor"),
            "`temperature` and `temperature-tensor` in [state] exclude each other".to_owned(),
            Some("keep one of them".to_owned()),
        ),
        (false, false) => reader.missing(section, "temperature"),
        _ => {}
    }
    let mut mass = reader.number(section, "mass");
    if super::elements::which_mass(reader, tables) && !section.has("mass") {
        if reader.units.style() == UnitStyle::Lj {
            reader.record("state", "mass", "1.0".to_owned(), false);
            mass = Some(1.0);
        } else if tables.get("interaction").is_some_and(|interaction| interaction.has("element")) {
            let help = "add `mass = ...`; or write `elements = [\"...\"]` in place of `element` in [interaction]: masses are then \
                        those of the data file, or standard atomic weights";
            reader.error(
                &section.header(),
                format!("missing key {}", called(section.name, "mass")),
                Some(help.to_owned()),
            );
        } else {
            reader.missing(section, "mass");
        }
    }
    let preparation = match reader.choice(section, "preparation") {
        Some("navier-stokes") => Preparation::NavierStokes,
        _ => Preparation::Equilibrium,
    };
    if section.has("preparation") && section.has("temperature-tensor") {
        reader.error(
            &section.key_span("preparation"),
            "`preparation` and `temperature-tensor` in [state] exclude each other".to_owned(),
            Some(
                "the tensor says what stress the start carries; remove `preparation`, or give `temperature`".to_owned(),
            ),
        );
    }
    StateKeys { number_density, temperature_tensor: tensor.or(isotropic), mass, preparation }
}

/// Symmetric and positive definite.
fn temperature_tensor(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Matrix3<f64>> {
    let tensor = reader.matrix(section, "temperature-tensor")?;
    let span = section.span("temperature-tensor");
    let what = called("state", "temperature-tensor");
    let scale = tensor.abs().max();
    for (i, j) in [(0, 1), (0, 2), (1, 2)] {
        if (tensor[(i, j)] - tensor[(j, i)]).abs() > 1e-9 * scale {
            let there = |i, j| rounded(reader.units.to_style(Dimension::Temperature, tensor[(i, j)]));
            let (upper, lower) = (there(i, j), there(j, i));
            let message = format!(
                "{what} must be symmetric, found {upper} in row {}, column {} and {lower} in row {}, column {}",
                i + 1,
                j + 1,
                j + 1,
                i + 1
            );
            reader.error(&span, message, None);
            return None;
        }
    }
    let symmetric = (tensor + tensor.transpose()) * 0.5;
    let least = if scale > 0.0 { (symmetric / scale).symmetric_eigenvalues().min() } else { 0.0 };
    // An eigenvalue lost in rounding is not above zero.
    if least <= 1e-14 {
        let least = least * scale;
        let least = rounded(reader.units.to_style(Dimension::Temperature, least));
        reader.error(&span, format!("{what} must be positive definite, its smallest eigenvalue is {least}"), None);
        return None;
    }
    Some(symmetric)
}

/// An interaction with what files and models say besides.
pub(super) struct Read {
    pub(super) interaction: Interaction,
    /// The parameter file, if there is one.
    pub(super) parameters: Option<StructureFile>,
    /// The elements, if they have names.
    pub(super) elements: Option<Elements>,
}

impl From<Interaction> for Read {
    fn from(interaction: Interaction) -> Self {
        Self { interaction, parameters: None, elements: None }
    }
}

/// `[interaction]`.
pub(super) fn interaction(reader: &mut Reader<'_>, section: &Section<'_>, path: &Path) -> Option<Read> {
    let name = reader.choice(section, "kind")?;
    let kind = kinds::kind(name)?;
    let allowed: Vec<_> = ["kind"].iter().chain(kind.required).chain(kind.optional).copied().collect();
    keys_of_kind(reader, section, kind, &allowed);
    if kind.is_of_pairs() {
        return super::pairs::interaction(reader, section, kind);
    }
    let interaction = match name {
        "tersoff" => return super::tersoff::interaction(reader, section, kind, path),
        "eam" => return super::embedded::interaction(reader, section, kind, path),
        "stillinger-weber" => return super::stillinger_weber::interaction(reader, section, kind, path),
        "kim" => return super::kim::interaction(reader, section, kind),
        "hard-sphere" => Some(Interaction::HardSphere { diameter: reader.number(section, "diameter")? }),
        "maxwell" => Some(Interaction::KernelOnly { rate: reader.number(section, "rate")?, exponent: 0.0 }),
        "vhs" => {
            let (rate, exponent) = rate_and_exponent(reader, section);
            Some(Interaction::KernelOnly { rate: rate?, exponent: exponent? })
        }
        "vss" => {
            let (rate, exponent) = rate_and_exponent(reader, section);
            let alpha = reader.number(section, "scattering-exponent");
            Some(Interaction::SoftKernel { rate: rate?, exponent: exponent?, alpha: alpha? })
        }
        _ => None,
    };
    interaction.map(Read::from)
}

/// Keys that belong to another kind get a message of their own.
pub(super) fn keys_of_kind(reader: &mut Reader<'_>, section: &Section<'_>, kind: &Kind, allowed: &[&'static str]) {
    let mut known = allowed.to_vec();
    if section.name == "interaction" {
        known.push("bonds");
    }
    for name in keys::names("interaction").filter(|name| !allowed.contains(name) && section.has(name)) {
        let message = format!("{} does not belong to kind = \"{}\"", called(section.name, name), kind.name);
        reader.error(&section.key_span(name), message, Some(format!("keys of this kind: {}", allowed[1..].join(", "))));
        known.push(name);
    }
    reader.unknown_keys(section, &known);
}

/// `rate` and `exponent` of a kernel `|u|^exponent`.
fn rate_and_exponent(reader: &mut Reader<'_>, section: &Section<'_>) -> (Option<f64>, Option<f64>) {
    let exponent = super::pairs::exponent_above(reader, section, -3.0);
    // Without a good exponent the rate is still checked for its sign.
    let quantity = Quantity::KernelRate { exponent: exponent.unwrap_or(0.0) };
    (reader.number_of(section, "rate", quantity), exponent)
}
