//! The input file: TOML text -> one resolved experiment, or everything that is wrong with it.

mod bonds;
mod builders;
mod composition;
mod consistency;
mod elements;
mod embedded;
mod face_centred;
mod group;
mod keys;
mod kim;
mod kinds;
mod nearest;
mod pairs;
mod parameters;
mod physics;
mod plausible;
mod reader;
mod reference;
mod start;
mod stillinger_weber;
mod tables;
mod tersoff;
mod thermostat;
mod trajectory;
mod velocities;
mod weights;
mod wording;

pub(crate) use wording::counted;

pub(crate) use embedded::style as embedded_style;
pub use reader::ResolvedKey;
pub use reference::reference;
pub(crate) use tables::is_singular;

use crate::diagnostic::{Diagnostic, InputError, Location};
use crate::files::explain;
use crate::units::{UnitStyle, Units};
use consistency::Tables;
use elements::Elements;
use omd_flow::AffineFlow;
use omd_hierarchy::experiment::{
    BondSettings, DsmcSettings, Experiment, GalerkinSettings, Interaction, MeanFieldSettings, MolecularSettings,
    MomentsSettings, ObjectiveGroup, Schedule, SpectralSettings, State, TrajectorySettings, Viscosity,
};
use physics::StateKeys;
use reader::{Reader, Section};
use std::path::{Path, PathBuf};
use tables::MolecularKeys;
use toml::de::DeTable;

/// An input file and what follows from it.
#[derive(Clone, Debug)]
pub struct ResolvedInput {
    /// The file as it was named.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// The conversion to the file's units.
    pub units: Units,
    /// What is run, internal units.
    pub experiment: Experiment,
    /// `checkpoint-minutes`.
    pub checkpoint_minutes: f64,
    /// The structure file, if one is named.
    pub structure: Option<StructureFile>,
    /// The parameter file of the interaction, if one is named.
    pub parameters: Option<StructureFile>,
    /// Every key with the value that holds, defaults included, in the order they are read.
    pub keys: Vec<ResolvedKey>,
    /// What a user should know though nothing is wrong.
    pub warnings: Vec<String>,
}

impl ResolvedInput {
    /// Length and checksum of all files that the input names, `None` where it names none.
    #[must_use]
    pub fn fingerprint(&self) -> Option<(u64, u32)> {
        let files = [&self.structure, &self.parameters].map(|file| file.as_ref().map(StructureFile::fingerprint));
        match files {
            [Some((length, checksum)), Some((other, others))] => {
                Some((length + other, checksum.rotate_left(1) ^ others))
            }
            [one, other] => one.or(other),
        }
    }

    /// A message about `key` in `[section]` found after reading, as an error that points at it.
    #[must_use]
    pub fn diagnostic(&self, section: &str, key: &str, message: &str) -> InputError {
        let file = self.path.display().to_string();
        let (document, _) = DeTable::parse_recoverable(&self.text);
        let table = document.get_ref().get(section).and_then(|table| table.get_ref().as_table());
        let built = key == "structure" && table.is_some_and(|table| table.contains_key("build"));
        let key = if built { "build" } else { key };
        let span = document.get_ref().get_key_value(section).map(|(header, value)| {
            let inside = value.get_ref().as_table().and_then(|table| table.get(key));
            inside.map_or_else(|| header.span(), |value| value.span())
        });
        let location = span.map(|span| Location::of_span(&file, &self.text, &span));
        let message = format!("{}: {message}", wording::called(section, key));
        InputError { diagnostics: vec![Diagnostic { message, location, help: None }] }
    }
}

/// Which structure or parameter file was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StructureFile {
    /// As found from the input file's directory.
    pub path: PathBuf,
    /// In bytes.
    pub length: u64,
    /// CRC-32 of the bytes.
    pub checksum: u32,
}

impl StructureFile {
    /// The file at `path` with these bytes.
    pub(crate) fn of(path: PathBuf, bytes: &[u8]) -> Self {
        Self { path, length: bytes.len() as u64, checksum: crc32fast::hash(bytes) }
    }

    /// Length and checksum.
    #[must_use]
    pub fn fingerprint(&self) -> (u64, u32) {
        (self.length, self.checksum)
    }
}

/// The names of all descriptions, those of later versions included.
pub(crate) fn description_names() -> impl Iterator<Item = &'static str> {
    keys::SECTIONS.iter().filter(|section| section.description).map(|section| section.name)
}

/// Reads an input file and the structure file it names.
///
/// # Errors
/// [`InputError`] with everything found wrong.
pub fn read_input(path: &Path) -> Result<ResolvedInput, InputError> {
    let text = text_of(path, "input file").map_err(|message| InputError::about_file(message, None))?;
    resolve_input(path, &text)
}

/// Resolves the text of an input file; `path` names it in messages, and its directory is where a structure file's path
/// begins.
///
/// # Errors
/// [`InputError`] with everything found wrong, in the order of the file.
pub fn resolve_input(path: &Path, text: &str) -> Result<ResolvedInput, InputError> {
    let file = path.display().to_string();
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(not_toml(&file, text, &errors));
    }
    let mut reader = Reader::new(&file, text);
    match resolve(&mut reader, document.get_ref(), path) {
        Some(resolved) if reader.is_clean() => Ok(ResolvedInput {
            path: path.to_owned(),
            text: text.to_owned(),
            units: reader.units,
            experiment: resolved.experiment,
            checkpoint_minutes: resolved.checkpoint_minutes,
            structure: resolved.structure,
            parameters: resolved.parameters,
            keys: reader.resolved,
            warnings: resolved.warnings,
        }),
        _ => Err(reader.into_error()),
    }
}

/// A file as text.
pub(crate) fn text_of(path: &Path, what: &str) -> Result<String, String> {
    let bytes = std::fs::read(path)
        .map_err(|error| format!("cannot read the {what} {}: {}", path.display(), explain(&error)))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        format!("the {what} {} is not text: byte {at} is not UTF-8", path.display())
    })
}

/// Lines that are shown of a file that is no TOML.
const NOT_TOML: usize = 4;

fn not_toml(file: &str, text: &str, errors: &[toml::de::Error]) -> InputError {
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for error in errors {
        let location = Location::of_span(file, text, &error.span().unwrap_or(0..0));
        // What follows on one line is mostly the echo of the first.
        if diagnostics.iter().any(|d| d.location.as_ref().is_some_and(|l| l.line == location.line)) {
            continue;
        }
        let message = format!("not TOML: {}", error.message());
        diagnostics.push(Diagnostic { message, location: Some(location), help: None });
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.location.as_ref().map(|at| (at.line, at.column)));
    let more = diagnostics.len().saturating_sub(NOT_TOML);
    if more > 0 {
        diagnostics.truncate(NOT_TOML);
        let help = "an input is TOML: tables such as [molecular] with lines `key = value`; atoms are in a file that \
                    `structure` names"
            .to_owned();
        let message = format!("not TOML: {} besides", counted(more, "other line"));
        diagnostics.push(Diagnostic { message, location: None, help: Some(help) });
    }
    InputError { diagnostics }
}

/// What the tables say, each for itself; what is wrong has been reported and is `None`.
#[derive(Debug)]
struct Parts<'a> {
    tables: Tables<'a>,
    title: Option<String>,
    flow: Option<AffineFlow>,
    state: Option<StateKeys>,
    interaction: Option<Interaction>,
    elements: Option<Elements>,
    bonds: Option<BondSettings>,
    parameters: Option<StructureFile>,
    knudsen: Option<f64>,
    schedule: Option<Schedule>,
    molecular: Option<MolecularKeys>,
    /// `[molecular.group]` under the flow.
    group: Option<ObjectiveGroup>,
    /// `[molecular.trajectory]` at the samples of `schedule`.
    trajectory: Option<TrajectorySettings>,
    dsmc: Option<DsmcSettings>,
    spectral: Option<SpectralSettings>,
    mean_field: Option<MeanFieldSettings>,
    moments: Option<MomentsSettings>,
    galerkin: Option<GalerkinSettings>,
    navier_stokes: Option<Viscosity>,
    checkpoint_minutes: Option<f64>,
}

/// Reads every table.
fn read_parts<'a>(reader: &mut Reader<'_>, document: &'a DeTable<'a>, path: &Path) -> Parts<'a> {
    let root = Section::new("", &(0..0), document);
    let mut known: Vec<_> = keys::names("").collect();
    known.extend(keys::SECTIONS.iter().map(|section| section.name).filter(|name| !name.contains('.')));
    reader.unknown_keys(&root, &known);
    let title = reader.text(&root, "title");
    if let Some(style) = reader.choice(&root, "units").and_then(UnitStyle::named) {
        reader.units = Units::new(style);
    }
    let tables = reader.tables(document);
    let required = |reader: &mut Reader<'_>, name: &'static str| {
        if !document.contains_key(name) {
            reader.error(&(0..0), format!("missing table [{name}]"), Some(format!("add `[{name}]`")));
        }
        tables.get(name).copied()
    };
    let flow = required(reader, "flow").and_then(|section| physics::flow(reader, &section));
    let state = required(reader, "state").map(|section| physics::state(reader, &section, &tables));
    let schedule = required(reader, "time").and_then(|section| tables::time(reader, &section));
    for name in ["euler", "free-flight"] {
        if let Some(section) = tables.get(name) {
            reader.unknown_keys(section, &[]);
        }
    }
    let molecular = tables.get("molecular").map(|section| tables::molecular(reader, section, &tables));
    let group_keys = molecular.as_ref().and_then(|keys| keys.group.as_ref());
    let group = group_keys.zip(flow.as_ref()).and_then(|(keys, flow)| keys.group(reader, flow));
    let trajectory = molecular.as_ref().and_then(|keys| keys.trajectory.as_ref()).zip(schedule.as_ref());
    let trajectory = trajectory.and_then(|(keys, schedule)| keys.settings(reader, schedule));
    let interaction = tables.get("interaction").and_then(|section| physics::interaction(reader, section, path));
    let (interaction, parameters, mut elements) =
        interaction.map_or((None, None, None), |read| (Some(read.interaction), read.parameters, read.elements));
    if let Some(elements) = &mut elements {
        elements.take_masses(reader, &tables);
    }
    Parts {
        title,
        flow,
        state,
        interaction,
        elements,
        parameters,
        bonds: tables.get("interaction").and_then(|section| bonds::bonds(reader, section)),
        knudsen: tables::one_number(reader, &tables, "scaling", "knudsen"),
        schedule,
        molecular,
        group,
        trajectory,
        dsmc: tables.get("dsmc").and_then(|section| tables::dsmc(reader, section)),
        spectral: tables.get("spectral").and_then(|section| tables::spectral(reader, section)),
        mean_field: tables.get("mean-field").and_then(|section| tables::mean_field(reader, section)),
        moments: tables.get("moments").and_then(|section| tables::moments(reader, section)),
        galerkin: tables.get("galerkin").and_then(|section| tables::galerkin(reader, section)),
        navier_stokes: tables.get("navier-stokes").and_then(|section| tables::navier_stokes(reader, section)),
        checkpoint_minutes: tables::one_number(reader, &tables, "run", "checkpoint-minutes"),
        tables,
    }
}

/// The whole input; `None` when something was reported.
fn resolve(reader: &mut Reader<'_>, document: &DeTable<'_>, path: &Path) -> Option<Resolved> {
    let parts = read_parts(reader, document, path);
    consistency::check(reader, document, &parts);
    if !reader.is_clean() {
        return None;
    }
    let state = parts.state?;
    let temperature_tensor = state.temperature_tensor?;
    let started = start::start(reader, &parts, path)?;
    let mass = started.mass;
    let molecular = match (parts.molecular, started.atoms) {
        (Some(keys), Some(start)) => Some(MolecularSettings {
            start,
            group: parts.group,
            species: started.species,
            engine: keys.engine,
            replicas: keys.replicas?,
            seed: keys.seed?,
            trajectory: parts.trajectory,
            prepare: keys
                .prepare
                .map(|keys| keys.resolved(temperature_tensor.trace() / 3.0, parts.interaction.as_ref())),
            bonds: parts.bonds.map(|bonds| BondSettings { pairs: started.bonds, ..bonds }),
            thermostat: keys.thermostat.map(|keys| keys.resolved(temperature_tensor.trace() / 3.0)),
        }),
        _ => None,
    };
    let experiment = Experiment {
        title: parts.title.unwrap_or_else(|| path.file_stem().unwrap_or_default().to_string_lossy().into_owned()),
        flow: parts.flow?,
        state: State {
            number_density: started.number_density,
            temperature_tensor,
            mass,
            preparation: state.preparation,
        },
        interaction: parts.interaction,
        knudsen: parts.knudsen?,
        schedule: parts.schedule?,
        molecular,
        dsmc: parts.dsmc,
        spectral: parts.spectral,
        mean_field: parts.mean_field,
        free_flight: parts.tables.contains_key("free-flight"),
        moments: parts.moments,
        galerkin: parts.galerkin,
        euler: parts.tables.contains_key("euler"),
        navier_stokes: parts.navier_stokes,
    };
    let checkpoint_minutes = parts.checkpoint_minutes?;
    let (structure, parameters) = (started.structure, parts.parameters);
    let mut warnings = started.warnings;
    warnings.extend(thermostat::warning(&experiment));
    warnings.extend(plausible::warning(&experiment));
    warnings.extend(face_centred::warning(&experiment));
    Some(Resolved { experiment, checkpoint_minutes, structure, parameters, warnings })
}

/// What an input comes to.
struct Resolved {
    experiment: Experiment,
    checkpoint_minutes: f64,
    structure: Option<StructureFile>,
    parameters: Option<StructureFile>,
    warnings: Vec<String>,
}
