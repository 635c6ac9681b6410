//! `[flow]`, `[state]` and `[interaction]`.

use super::consistency::Tables;
use super::elements::Elements;
use super::kinds::{self, Kind};
use super::reader::{Reader, Section};
use super::wording::{called, float, rounded, show};
use super::{StructureFile, keys};
use crate::units::{Quantity, UnitStyle};
use omd_flow::{AffineFlow, Dimension, Matrix3};
use omd_hierarchy::experiment::{Interaction, Preparation};
use omd_interaction::{
    Coulomb, Gaussian, Harmonic, InversePower, LennardJones, Morse, PairPotential, SoftMorse, Truncation, Yukawa,
};
use std::path::Path;
use std::sync::Arc;

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
    /// The elements of bodies beyond pairs, if they have names.
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
    keys_of_kind(reader, section, kind);
    let interaction = match name {
        "tersoff" => return super::tersoff::interaction(reader, section, kind, path),
        "eam" => return super::embedded::interaction(reader, section, kind, path),
        "stillinger-weber" => return super::stillinger_weber::interaction(reader, section, kind, path),
        "kim" => return super::kim::interaction(reader, section, kind),
        "lennard-jones" => {
            let (epsilon, sigma) = energy_and_length(reader, section);
            let (cutoff, truncation) = cutoff(reader, section)?;
            Some(potential(Arc::new(LennardJones { epsilon: epsilon?, sigma: sigma? }), cutoff, truncation))
        }
        "wca" => {
            let (epsilon, sigma) = energy_and_length(reader, section);
            Some(Interaction::Potential(PairPotential::wca(epsilon?, sigma?)))
        }
        "inverse-power" => {
            let (epsilon, sigma) = energy_and_length(reader, section);
            let exponent = exponent_above(reader, section, 0.0);
            let (cutoff, truncation) = cutoff(reader, section)?;
            let form = InversePower { epsilon: epsilon?, sigma: sigma?, exponent: exponent? };
            Some(potential(Arc::new(form), cutoff, truncation))
        }
        "morse" => {
            let epsilon = reader.number(section, "epsilon");
            let alpha = reader.number(section, "alpha");
            let equilibrium = reader.number(section, "equilibrium-distance");
            let (cutoff, truncation) = cutoff(reader, section)?;
            let softening = reader.number(section, "softening");
            let morse = Morse { epsilon: epsilon?, alpha: alpha?, equilibrium: equilibrium? };
            if section.has("softening") {
                let form = SoftMorse { morse, softening: softening? };
                Some(potential(Arc::new(form), cutoff, truncation))
            } else {
                Some(potential(Arc::new(morse), cutoff, truncation))
            }
        }
        "gaussian" => {
            let (epsilon, sigma) = energy_and_length(reader, section);
            let (cutoff, truncation) = cutoff(reader, section)?;
            Some(potential(Arc::new(Gaussian { epsilon: epsilon?, sigma: sigma? }), cutoff, truncation))
        }
        "harmonic" => {
            let stiffness = nonzero(reader, section, "stiffness");
            let (cutoff, truncation) = cutoff(reader, section)?;
            Some(potential(Arc::new(Harmonic { stiffness: stiffness? }), cutoff, truncation))
        }
        "coulomb" => {
            let strength = nonzero(reader, section, "strength");
            let softening = needed(reader, section, "softening");
            let (cutoff, truncation) = cutoff(reader, section)?;
            let form = Coulomb { strength: strength?, softening: softening? };
            Some(potential(Arc::new(form), cutoff, truncation))
        }
        "yukawa" => {
            let strength = nonzero(reader, section, "strength");
            let screening = reader.number(section, "screening-length");
            let softening = needed(reader, section, "softening");
            let (cutoff, truncation) = cutoff(reader, section)?;
            let form = Yukawa { strength: strength?, screening: screening?, softening: softening? };
            Some(potential(Arc::new(form), cutoff, truncation))
        }
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

fn potential(form: Arc<dyn omd_interaction::PairForm>, cutoff: Option<f64>, truncation: Truncation) -> Interaction {
    Interaction::Potential(PairPotential::new(form, cutoff, truncation))
}

/// Keys that belong to another kind get a message of their own.
fn keys_of_kind(reader: &mut Reader<'_>, section: &Section<'_>, kind: &Kind) {
    let allowed: Vec<_> = ["kind"].iter().chain(kind.required).chain(kind.optional).copied().collect();
    let mut known = allowed.clone();
    known.push("bonds");
    for name in keys::names("interaction").filter(|name| !allowed.contains(name) && section.has(name)) {
        let message = format!("{} does not belong to kind = \"{}\"", called("interaction", name), kind.name);
        reader.error(&section.key_span(name), message, Some(format!("keys of this kind: {}", allowed[1..].join(", "))));
        known.push(name);
    }
    reader.unknown_keys(section, &known);
}

/// `rate` and `exponent` of a kernel `|u|^exponent`.
fn rate_and_exponent(reader: &mut Reader<'_>, section: &Section<'_>) -> (Option<f64>, Option<f64>) {
    let exponent = exponent_above(reader, section, -3.0);
    // Without a good exponent the rate is still checked for its sign.
    let quantity = Quantity::KernelRate { exponent: exponent.unwrap_or(0.0) };
    (reader.number_of(section, "rate", quantity), exponent)
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
        let message = format!("{} must not be zero", called("interaction", key));
        reader.error(&section.span(key), message, Some("without an interaction, use [free-flight]".to_owned()));
        return None;
    }
    Some(number)
}

fn exponent_above(reader: &mut Reader<'_>, section: &Section<'_>, bound: f64) -> Option<f64> {
    let exponent = reader.number(section, "exponent")?;
    if exponent > bound {
        return Some(exponent);
    }
    let given = section.value("exponent").and_then(|value| float(value.get_ref())).unwrap_or(exponent);
    let message = format!("{} must be above {bound}, found {}", called("interaction", "exponent"), show(given));
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
    let truncation = match reader.choice(section, "truncation")? {
        "truncated" => Truncation::Truncated,
        "shifted" => Truncation::Shifted,
        _ => Truncation::ShiftedForce,
    };
    cutoff.map(|cutoff| (Some(cutoff), truncation))
}
