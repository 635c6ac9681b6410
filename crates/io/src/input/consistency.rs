//! What the tables of one input must agree on.

use super::Parts;
use super::reader::{Reader, Section};
use super::tables::Start;
use super::wording::{rounded, show};
use omd_flow::{AffineFlow, Dimension};
use omd_hierarchy::experiment::{Interaction, Schedule, Viscosity};
use std::collections::BTreeMap;
use toml::de::DeTable;

/// The tables present, by name.
pub(super) type Tables<'a> = BTreeMap<&'static str, Section<'a>>;

/// All of what follows.
pub(super) fn check(reader: &mut Reader<'_>, document: &DeTable<'_>, parts: &Parts<'_>) {
    let tables = &parts.tables;
    unavailable(reader, tables);
    some_description(reader, document);
    if let (Some(flow), Some(schedule)) = (&parts.flow, &parts.schedule) {
        end_before_singular_time(reader, tables, flow, schedule.end);
    }
    interaction(reader, tables, parts.interaction.as_ref(), parts.navier_stokes.as_ref());
    if let Some(value) = parts.knudsen {
        knudsen(reader, tables, value);
    }
    let frames = parts.molecular.as_ref().and_then(|keys| keys.trajectory.as_ref());
    if let (Some(frames), Some(schedule)) = (frames, &parts.schedule) {
        trajectory(reader, tables, frames.every, schedule);
    }
    let given_by_structure = parts.molecular.as_ref().is_some_and(|keys| !matches!(keys.start, Start::Drawn { .. }));
    if let Some(section) = tables.get("state").filter(|state| !given_by_structure && !state.has("number-density")) {
        reader.missing(section, "number-density");
    }
}

/// The flow must exist until the end.
fn end_before_singular_time(reader: &mut Reader<'_>, tables: &Tables<'_>, flow: &AffineFlow, end: f64) {
    let Some(section) = tables.get("time") else { return };
    let Some(singular) = flow.singular_time().filter(|singular| end >= *singular) else {
        let ratio = flow.volume_ratio(end);
        if !(ratio > 0.0 && ratio.is_finite()) {
            let message = format!("`end` in [time] is out of range: det(I + tA) is {} there", show(ratio));
            reader.error(&section.span("end"), message, None);
        }
        return;
    };
    let of = |time| reader.units.to_style(Dimension::Time, time);
    let symbol = reader.units.symbol(Dimension::Time);
    let unit = if symbol.is_empty() { String::new() } else { format!(" {symbol}") };
    let message = format!(
        "`end` in [time] must be below t* = {}{unit}, where this flow becomes singular (det(I + tA) = 0), found {}",
        rounded(of(singular)),
        rounded(of(end))
    );
    reader.error(&section.span("end"), message, None);
}

/// Every table that needs an interaction has one it can use.
fn interaction(
    reader: &mut Reader<'_>,
    tables: &Tables<'_>,
    interaction: Option<&Interaction>,
    viscosity: Option<&Viscosity>,
) {
    let Some(section) = tables.get("interaction") else {
        let needing = ["molecular", "dsmc", "moments", "galerkin", "navier-stokes"].into_iter().find(|name| {
            tables.contains_key(name) && (*name != "navier-stokes" || viscosity == Some(&Viscosity::ChapmanEnskog))
        });
        if let Some(name) = needing {
            let why = if name == "navier-stokes" { " for viscosity = \"chapman-enskog\"" } else { "" };
            let help = Some("add `[interaction]` with `kind = ...`".to_owned());
            let span = tables[name].header();
            reader.error(&span, format!("missing table [interaction]: [{name}] needs it{why}"), help);
        }
        return;
    };
    let Some(interaction) = interaction else { return };
    if tables.contains_key("molecular") {
        atoms_move(reader, section, interaction);
    }
    if tables.contains_key("dsmc") {
        particles_collide(reader, section, interaction);
    }
    let maxwell = match interaction {
        Interaction::KernelOnly { exponent, .. } => *exponent == 0.0,
        Interaction::Potential(potential) => {
            let fourth = potential.form().as_inverse_power().is_some_and(|form| form.exponent == 4.0);
            fourth && potential.cutoff().is_none()
        }
        Interaction::HardSphere { .. } => false,
    };
    if let Some(moments) = tables.get("moments").filter(|moments| !maxwell && !moments.has("closure")) {
        reader.error(
            &moments.header(),
            "[moments] is exact for Maxwell molecules only".to_owned(),
            Some("use [galerkin], or name a `closure` in [moments], such as \"grad13\"".to_owned()),
        );
    }
}

fn atoms_move(reader: &mut Reader<'_>, section: &Section<'_>, interaction: &Interaction) {
    let span = section.span("kind");
    match interaction {
        Interaction::KernelOnly { .. } => reader.error(
            &span,
            "this interaction is a collision kernel only; [molecular] needs a potential that moves atoms".to_owned(),
            Some("remove [molecular], or use a potential such as \"lennard-jones\"".to_owned()),
        ),
        Interaction::HardSphere { .. } => reader.error(
            &span,
            "kind = \"hard-sphere\" with [molecular] is not available in this version".to_owned(),
            Some("remove [molecular], or use a steep potential such as \"wca\"".to_owned()),
        ),
        Interaction::Potential(potential) if potential.cutoff().is_none() => {
            cutoff_missing(reader, section, "[molecular]");
        }
        Interaction::Potential(_) => {}
    }
}

fn particles_collide(reader: &mut Reader<'_>, section: &Section<'_>, interaction: &Interaction) {
    match interaction {
        Interaction::Potential(potential) if potential.cutoff().is_none() => {
            cutoff_missing(reader, section, "[dsmc] with a potential");
        }
        Interaction::KernelOnly { exponent, .. } if !(0.0..=1.0).contains(exponent) => {
            let message = format!(
                "`exponent` in [interaction] must be from 0 to 1 with [dsmc], found {}: its collision rate has no linear bound",
                show(*exponent)
            );
            reader.error(&section.span("exponent"), message, Some("remove [dsmc]".to_owned()));
        }
        _ => {}
    }
}

fn cutoff_missing(reader: &mut Reader<'_>, section: &Section<'_>, who: &str) {
    reader.error(
        &section.header(),
        format!("missing key `cutoff` in [interaction]: {who} needs it"),
        Some("add `cutoff = ...`: a positive number".to_owned()),
    );
}

/// `knudsen` scales a collision operator; atoms have none.
fn knudsen(reader: &mut Reader<'_>, tables: &Tables<'_>, knudsen: f64) {
    if let (Some(scaling), true) = (tables.get("scaling"), tables.contains_key("molecular"))
        && knudsen != 1.0
    {
        reader.error(
            &scaling.span("knudsen"),
            format!("`knudsen` in [scaling] must be 1 with [molecular], found {}", show(knudsen)),
            Some("atoms have no collision operator to scale; remove [molecular] or `knudsen`".to_owned()),
        );
    }
}

/// Something must run.
fn some_description(reader: &mut Reader<'_>, root: &DeTable<'_>) {
    let present = super::keys::SECTIONS.iter().any(|section| section.description && root.contains_key(section.name));
    let known = |name: &str| super::keys::SECTIONS.iter().any(|section| section.name == name);
    // An unknown table is reported as such; it was meant to run.
    let misspelt = root.iter().any(|(key, value)| value.get_ref().is_table() && !known(key.get_ref()));
    if !present && !misspelt {
        let available: Vec<_> = super::keys::SECTIONS
            .iter()
            .filter(|section| section.description && section.available)
            .map(|section| format!("[{}]", section.name))
            .collect();
        reader.error(
            &(0..0),
            "nothing to run: the input names no description".to_owned(),
            Some(format!("add one or more of {}", available.join(", "))),
        );
    }
}

/// Tables this version knows by name only.
fn unavailable(reader: &mut Reader<'_>, tables: &Tables<'_>) {
    for section in super::keys::SECTIONS.iter().filter(|section| !section.available) {
        if let Some(table) = tables.get(section.name) {
            let available: Vec<_> = super::keys::SECTIONS
                .iter()
                .filter(|section| section.description && section.available)
                .map(|section| section.name)
                .collect();
            let message = format!("[{}] is not available in this version", section.name);
            reader.error(&table.header(), message, Some(format!("available: {}", available.join(", "))));
        }
    }
}

/// Frames can only be taken at samples.
fn trajectory(reader: &mut Reader<'_>, tables: &Tables<'_>, every: usize, schedule: &Schedule) {
    if every > schedule.samples
        && let Some(section) = tables.get("molecular")
    {
        let message = format!(
            "`every` in [molecular.trajectory] must be at most `samples` in [time], {}, found {every}",
            schedule.samples
        );
        reader.error(&section.key_span("trajectory"), message, None);
    }
}
