//! `[molecular.prepare]` and `[molecular.thermostat]`.

use super::keys;
use super::reader::{Reader, Section};
use super::wording::called;
use omd_hierarchy::experiment::{
    Engine, Experiment, Interaction, ObjectiveGroup, PrepareSettings, Relaxation, Thermostat, ThermostatKind,
};

const PREPARE: &str = "molecular.prepare";
const THERMOSTAT: &str = "molecular.thermostat";
/// Time steps over which a thermostat acts where nothing is said.
const STEPS: f64 = 100.0;
/// Forces that are left at rest where nothing is said, in temperatures over the range of the forces.
const TOLERANCE: f64 = 1e-6;

/// `[molecular.thermostat]` before `[state]` is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct ThermostatKeys {
    kind: ThermostatKind,
    temperature: Option<f64>,
}

impl ThermostatKeys {
    /// With the temperature of the state where the table says none.
    pub(super) fn resolved(self, of_state: f64) -> Thermostat {
        Thermostat { kind: self.kind, temperature: self.temperature.unwrap_or(of_state) }
    }
}

/// What moves the atoms, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub(super) enum Motion {
    Engine(Engine),
    HardSpheres,
    Unknown,
}

/// The time step, or why there is none.
fn time_step(reader: &mut Reader<'_>, molecular: &Section<'_>, table: &str, key: &str, motion: Motion) -> Option<f64> {
    match motion {
        Motion::Engine(Engine::TimeStepped(scheme)) => Some(scheme.time_step),
        // Something was reported.
        Motion::Unknown => None,
        _ => {
            let message = format!("[{table}] needs time steps: engine = \"time-stepped\" and a potential");
            reader.error(&molecular.key_span(key), message, Some(format!("remove [{table}]")));
            None
        }
    }
}

/// `relaxation-time`, where this kind has one.
fn relaxation_time(reader: &mut Reader<'_>, section: &Section<'_>, time_step: f64, owner: &str) -> Option<f64> {
    let belongs = section.value(if section.name == PREPARE { "thermostat" } else { "kind" });
    let word = belongs.and_then(|value| value.get_ref().as_str());
    if section.has("relaxation-time") && word.is_some_and(|word| word != owner) {
        let message = format!("{} belongs to \"{owner}\"", called(section.name, "relaxation-time"));
        reader.error(&section.key_span("relaxation-time"), message, Some("remove it".to_owned()));
        return None;
    }
    if section.has("relaxation-time") { reader.number(section, "relaxation-time") } else { Some(STEPS * time_step) }
}

/// `[molecular.prepare]` before `[state]` and `[interaction]` are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct PrepareKeys {
    /// Whether the group relaxes with the atoms; `None` where nothing does.
    relax: Option<bool>,
    force_tolerance: Option<f64>,
    equilibrate: Option<(f64, ThermostatKind)>,
}

impl PrepareKeys {
    /// Whether the atoms move under a thermostat, so that their velocities become those of `[state]`.
    pub(super) fn equilibrates(&self) -> bool {
        self.equilibrate.is_some()
    }

    /// With a tolerance from the temperature and the range of the forces where the table says none.
    pub(super) fn resolved(self, temperature: f64, interaction: Option<&Interaction>) -> PrepareSettings {
        let reach = match interaction {
            Some(Interaction::Potential(potential)) => potential.cutoff().unwrap_or(1.0),
            Some(Interaction::Mixture(potential)) => potential.cutoff(),
            Some(Interaction::ManyBody(potential)) => potential.cutoff(),
            Some(Interaction::Cluster(potential)) => potential.cutoff(),
            _ => 1.0,
        };
        let force_tolerance = self.force_tolerance.unwrap_or(TOLERANCE * temperature / reach);
        let relax = self.relax.map(|group| Relaxation { force_tolerance, group });
        PrepareSettings { relax, equilibrate: self.equilibrate }
    }
}

/// `[molecular.prepare]`.
pub(super) fn prepare(reader: &mut Reader<'_>, molecular: &Section<'_>, motion: Motion) -> Option<PrepareKeys> {
    let (header, table) = reader.subtable(molecular, "prepare", PREPARE)?;
    let section = Section::new(PREPARE, &header, table);
    reader.unknown_keys(&section, &keys::names(PREPARE).collect::<Vec<_>>());
    if !section.has("relax") && !section.has("equilibrate") {
        let help = Some("add `relax = \"positions\"` or `equilibrate = ...`, a time".to_owned());
        reader.error(&section.header(), format!("[{PREPARE}] prepares nothing"), help);
        return None;
    }
    let relax = match reader.choice(&section, "relax") {
        Some("positions") => Some(false),
        Some("positions-and-group") => Some(true),
        _ => None,
    };
    let force_tolerance = reader.number(&section, "force-tolerance");
    let mut foreign = |name: &'static str, owner: &'static str| {
        if section.has(name) && !section.has(owner) {
            let message = format!("{} belongs to `{owner}`, which is missing", called(PREPARE, name));
            reader.error(&section.key_span(name), message, Some("remove it".to_owned()));
        }
    };
    foreign("force-tolerance", "relax");
    foreign("thermostat", "equilibrate");
    foreign("relaxation-time", "equilibrate");
    let time_step = time_step(reader, molecular, PREPARE, "prepare", motion)?;
    if !section.has("equilibrate") {
        return Some(PrepareKeys { relax, force_tolerance, equilibrate: None });
    }
    let duration = reader.number(&section, "equilibrate");
    let word = reader.choice(&section, "thermostat");
    let relaxation_time = relaxation_time(reader, &section, time_step, "langevin")?;
    let thermostat = match word? {
        "rescaling" => ThermostatKind::Gaussian,
        _ => ThermostatKind::Langevin { relaxation_time },
    };
    Some(PrepareKeys { relax, force_tolerance, equilibrate: Some((duration?, thermostat)) })
}

/// A group is relaxed where it is free to: a gas or a crystal in a cell has the volume it was given.
pub(super) fn relaxes_group(reader: &mut Reader<'_>, molecular: &Section<'_>, group: Option<&ObjectiveGroup>) {
    let value = molecular.value("prepare").and_then(|prepare| prepare.get_ref().as_table()?.get("relax"));
    let Some(value) = value.filter(|value| value.get_ref().as_str() == Some("positions-and-group")) else { return };
    if !group.is_some_and(|group| (1..=2).contains(&group.dimension())) {
        let message = format!("{}: only the group of a tube, a rod or a layer is relaxed", called(PREPARE, "relax"));
        reader.error(&value.span(), message, Some("write relax = \"positions\"".to_owned()));
    }
}

/// `[molecular.thermostat]`.
pub(super) fn thermostat(reader: &mut Reader<'_>, molecular: &Section<'_>, motion: Motion) -> Option<ThermostatKeys> {
    let (header, table) = reader.subtable(molecular, "thermostat", THERMOSTAT)?;
    let section = Section::new(THERMOSTAT, &header, table);
    reader.unknown_keys(&section, &keys::names(THERMOSTAT).collect::<Vec<_>>());
    let word = reader.choice(&section, "kind");
    let temperature = reader.number(&section, "temperature");
    let time_step = time_step(reader, molecular, THERMOSTAT, "thermostat", motion)?;
    let relaxation_time = relaxation_time(reader, &section, time_step, "nose-hoover")?;
    let kind = match word? {
        "gaussian" => ThermostatKind::Gaussian,
        _ => ThermostatKind::NoseHoover { relaxation_time },
    };
    Some(ThermostatKeys { kind, temperature })
}

/// What report and terminal say of a run that is not Newton's.
pub(super) fn warning(experiment: &Experiment) -> Option<String> {
    experiment.molecular.as_ref()?.thermostat?;
    Some("[molecular] is thermostatted: not an exact solution of Newton's equations".to_owned())
}
