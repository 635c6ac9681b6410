//! What the tables of one input must agree on.

use super::Parts;
use super::builders::makes_group;
use super::reader::{Reader, Section};
use super::tables::Start;
use super::wording::{rounded, show};
use omd_flow::{AffineFlow, Dimension};
use omd_hierarchy::experiment::{Engine, HistogramSettings, Interaction, Schedule, Viscosity};
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
    super::bonds::check(reader, tables, parts.interaction.as_ref(), parts.molecular.as_ref());
    encounters_know_no_group(reader, parts);
    if let Some(table) = tables.get("free-flight").filter(|_| parts.elements.as_ref().is_some_and(|all| all.listed)) {
        let message = "[free-flight] is of atoms of one mass; `elements` in [interaction] has several".to_owned();
        reader.error(&table.header(), message, Some("remove [free-flight]".to_owned()));
    }
    // Without a group though one is asked for, something was reported.
    let whole = parts.group.is_some() || group_table(tables).is_none();
    if let Some(molecular) = tables.get("molecular").filter(|_| whole) {
        super::thermostat::relaxes_group(reader, molecular, parts.group.as_ref());
    }
    if let Some(value) = parts.knudsen {
        knudsen(reader, tables, value);
    }
    if let Some(schedule) = &parts.schedule
        && let Some((settings, histogram)) =
            parts.dsmc.as_ref().and_then(|dsmc| Some((dsmc, dsmc.observation.histogram?)))
    {
        at_samples(reader, tables, ["dsmc", "histogram"], histogram.every, schedule);
        histograms_fit(reader, tables, settings.replicas, &histogram, schedule);
    }
    if let Some(group) = parts.group.as_ref().filter(|group| group.dimension() < 3) {
        no_volume(reader, tables, group.dimension());
    }
    let given_by_structure = parts.molecular.as_ref().is_some_and(|keys| !matches!(keys.start, Start::Drawn { .. }));
    if let Some(section) = tables.get("state").filter(|state| !given_by_structure && !state.has("number-density")) {
        reader.missing(section, "number-density");
    }
}

/// Where `[molecular.group]` stands, or `[molecular.build]` that makes one, if there are generators besides a cell's.
fn group_table(tables: &Tables<'_>) -> Option<(&'static str, std::ops::Range<usize>)> {
    let molecular = tables.get("molecular")?;
    let kind = molecular.value("build").and_then(|build| build.get_ref().as_table()?.get("kind")?.get_ref().as_str());
    if kind.is_some_and(makes_group) {
        return Some(("[molecular.build]", molecular.key_span("build")));
    }
    let table = molecular.value("group")?.get_ref().as_table()?;
    let of_cell = table.get("kind").and_then(|kind| kind.get_ref().as_str()) == Some("translation");
    (!of_cell || table.contains_key("translations")).then(|| ("[molecular.group]", molecular.key_span("group")))
}

/// Encounters are those of pairs under the translations of a cell.
fn encounters_know_no_group(reader: &mut Reader<'_>, parts: &Parts<'_>) {
    let encounters = matches!(parts.molecular.as_ref().and_then(|keys| keys.engine), Some(Engine::Encounters { .. }));
    let Some(molecular) = parts.tables.get("molecular").filter(|_| encounters) else { return };
    let other = match (group_table(&parts.tables), &parts.interaction) {
        (Some((table, _)), _) => table,
        (None, Some(Interaction::Mixture(_))) => "several `elements`",
        (None, Some(Interaction::ManyBody(_) | Interaction::Cluster(_))) => "this interaction of many bodies",
        _ => return,
    };
    let message =
        format!("`engine` in [molecular]: \"encounters\" know pairs and the translations of a cell only, not {other}");
    reader.error(&molecular.span("engine"), message, Some("remove it: \"time-stepped\" is the default".to_owned()));
}

/// A ring, a tube or a layer has no density, and nothing else describes it.
fn no_volume(reader: &mut Reader<'_>, tables: &Tables<'_>, dimension: usize) {
    let what = ["finite", "a tube or a rod", "a layer"][dimension.min(2)];
    let table = group_table(tables).map_or("[molecular.group]", |(table, _)| table);
    if let Some(state) = tables.get("state").filter(|state| state.has("number-density")) {
        let message = format!("`number-density` in [state] has no meaning: the group of {table} is {what}");
        reader.error(&state.key_span("number-density"), message, Some("remove it".to_owned()));
    }
    let state = tables.get("state").filter(|state| {
        state.value("preparation").is_some_and(|value| value.get_ref().as_str() == Some("navier-stokes"))
    });
    if let Some(state) = state {
        let message = format!("`preparation` in [state] is that of a gas; the group of {table} is {what}");
        reader.error(&state.span("preparation"), message, Some("remove it".to_owned()));
    }
    let others = super::description_names().filter(|name| *name != "molecular");
    for other in others.filter_map(|name| tables.get(name)).collect::<Vec<_>>() {
        let message = format!("[{}] describes a gas that fills space; the group of {table} is {what}", other.name);
        reader.error(&other.header(), message, Some(format!("remove [{}] or {table}", other.name)));
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
        let needing = ["molecular", "dsmc", "spectral", "mean-field", "moments", "galerkin", "navier-stokes"];
        let needing = needing.into_iter().find(|name| {
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
    match interaction {
        Interaction::ManyBody(_) | Interaction::Cluster(_) => {
            return atoms_only(
                reader,
                tables,
                viscosity,
                "needs pairs that scatter; this interaction is of many bodies",
            );
        }
        Interaction::Mixture(_) => {
            let why = "is of atoms of one element; `elements` in [interaction] has several";
            return atoms_only(reader, tables, viscosity, why);
        }
        _ => {}
    }
    if tables.contains_key("molecular") {
        atoms_move(reader, section, interaction);
    }
    if let (Some((table, group)), Interaction::HardSphere { .. }) = (group_table(tables), interaction) {
        let message = format!("{table} needs a potential; hard spheres have the images of the cell only");
        reader.error(&group, message, Some(format!("remove {table}, or use a potential")));
    }
    if tables.contains_key("dsmc") {
        particles_collide(reader, section, interaction);
    }
    if tables.contains_key("spectral") {
        grid_resolves(reader, section, interaction);
    }
    if tables.contains_key("mean-field") {
        mean_field_acts(reader, section, interaction);
    }
    let maxwell = match interaction {
        Interaction::Potential(potential) => {
            let fourth = potential.form().as_inverse_power().is_some_and(|form| form.exponent == 4.0);
            fourth && potential.cutoff().is_none()
        }
        _ => interaction.kernel_exponent() == Some(0.0),
    };
    if let Some(moments) = tables.get("moments").filter(|moments| !maxwell && !moments.has("closure")) {
        reader.error(
            &moments.header(),
            "[moments] is exact for Maxwell molecules only".to_owned(),
            Some("use [galerkin], or name a `closure` in [moments], such as \"grad13\"".to_owned()),
        );
    }
}

/// Bodies beyond pairs neither scatter nor have a kernel, kernels are of one element; and where atoms of them may be drawn nobody
/// knows.
fn atoms_only(reader: &mut Reader<'_>, tables: &Tables<'_>, viscosity: Option<&Viscosity>, why: &str) {
    for name in ["dsmc", "spectral", "mean-field", "moments", "galerkin", "navier-stokes"] {
        let needs = name != "navier-stokes" || viscosity == Some(&Viscosity::ChapmanEnskog);
        if let Some(table) = tables.get(name).filter(|_| needs) {
            let message = format!("[{name}] {why}");
            reader.error(&table.header(), message, Some(format!("remove [{name}]")));
        }
    }
    if let Some(molecular) =
        tables.get("molecular").filter(|molecular| !molecular.has("structure") && !molecular.has("build"))
    {
        let message = "missing key `structure` in [molecular]: this interaction needs it".to_owned();
        let help = "add `structure = ...`: a file; or [molecular.build]".to_owned();
        reader.error(&molecular.header(), message, Some(help));
    }
}

fn atoms_move(reader: &mut Reader<'_>, section: &Section<'_>, interaction: &Interaction) {
    let span = section.span("kind");
    match interaction {
        Interaction::KernelOnly { .. } | Interaction::SoftKernel { .. } => reader.error(
            &span,
            "this interaction is a collision kernel only; [molecular] needs a potential that moves atoms".to_owned(),
            Some("remove [molecular], or use a potential such as \"lennard-jones\"".to_owned()),
        ),
        Interaction::Potential(potential) if potential.cutoff().is_none() => {
            cutoff_missing(reader, section, "[molecular]");
        }
        Interaction::HardSphere { .. }
        | Interaction::Potential(_)
        | Interaction::Mixture(_)
        | Interaction::ManyBody(_)
        | Interaction::Cluster(_) => {}
    }
}

fn particles_collide(reader: &mut Reader<'_>, section: &Section<'_>, interaction: &Interaction) {
    match interaction {
        Interaction::Potential(potential) if potential.cutoff().is_none() => {
            cutoff_missing(reader, section, "[dsmc] with a potential");
        }
        Interaction::KernelOnly { exponent, .. } | Interaction::SoftKernel { exponent, .. }
            if !(0.0..=1.0).contains(exponent) =>
        {
            let message = format!(
                "`exponent` in [interaction] must be from 0 to 1 with [dsmc], found {}: its collision rate has no linear bound",
                show(*exponent)
            );
            reader.error(&section.span("exponent"), message, Some("remove [dsmc]".to_owned()));
        }
        _ => {}
    }
}

/// The mean-field limit needs a force that is Lipschitz continuous, the origin and the cutoff included.
fn mean_field_acts(reader: &mut Reader<'_>, section: &Section<'_>, interaction: &Interaction) {
    let smooth = "\"harmonic\", \"gaussian\", \"coulomb\", \"yukawa\", or \"morse\" with `softening`";
    match interaction {
        Interaction::Potential(potential) if potential.form().as_smooth().is_none() => reader.error(
            &section.span("kind"),
            "[mean-field] needs a potential whose force is smooth at all distances, the origin included".to_owned(),
            Some(format!("use {smooth}")),
        ),
        Interaction::Potential(potential) if potential.cutoff().is_some() => reader.error(
            &section.key_span("cutoff"),
            "[mean-field] has no cutoff: every particle acts on every other".to_owned(),
            Some("remove `cutoff`, or [mean-field]".to_owned()),
        ),
        Interaction::Potential(_) => {}
        _ => reader.error(
            &section.span("kind"),
            "this interaction is a collision kernel only; [mean-field] needs a potential".to_owned(),
            Some(format!("use {smooth}")),
        ),
    }
}

/// The collision rate of slow pairs has to be square integrable on a grid.
fn grid_resolves(reader: &mut Reader<'_>, section: &Section<'_>, interaction: &Interaction) {
    if let Some(exponent) = interaction.kernel_exponent().filter(|exponent| !(*exponent > -2.0 && *exponent <= 2.0)) {
        let message = format!(
            "`exponent` in [interaction] must be above -2 and up to 2 with [spectral], found {}: no grid resolves its \
             collision rate",
            show(exponent)
        );
        reader.error(&section.span("exponent"), message, Some("remove [spectral]".to_owned()));
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

/// What is taken every so many samples is taken once at least.
fn at_samples(
    reader: &mut Reader<'_>,
    tables: &Tables<'_>,
    [table, part]: [&str; 2],
    every: usize,
    schedule: &Schedule,
) {
    if every > schedule.samples
        && let Some(section) = tables.get(table)
    {
        let message = format!(
            "`every` in [{table}.{part}] must be at most `samples` in [time], {}, found {every}",
            schedule.samples
        );
        reader.error(&section.key_span(part), message, None);
    }
}

/// Histograms of all replicas are kept until the end.
fn histograms_fit(
    reader: &mut Reader<'_>,
    tables: &Tables<'_>,
    replicas: usize,
    settings: &HistogramSettings,
    schedule: &Schedule,
) {
    const MOST: f64 = 4.0;
    let taken = (schedule.samples / settings.every + 1) as f64 * replicas as f64;
    let bins = settings.bins as f64;
    let gigabytes = taken * (3.0 * bins * bins + bins) * 8e-9;
    if gigabytes > MOST
        && let Some(section) = tables.get("dsmc")
    {
        let message = format!(
            "[dsmc.histogram] asks for {taken} histograms of {} cells, {gigabytes:.1} GB: at most {MOST} GB are kept",
            3 * settings.bins * settings.bins + settings.bins
        );
        let help = "raise `every`, or lower `bins` or `replicas`".to_owned();
        reader.error(&section.key_span("histogram"), message, Some(help));
    }
}
