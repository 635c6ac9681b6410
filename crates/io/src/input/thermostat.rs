//! `[molecular.prepare]` and `[molecular.thermostat]`.

use super::keys;
use super::reader::{Reader, Section};
use super::tables::subtable;
use super::wording::called;
use omd_hierarchy::experiment::{Engine, Experiment, PrepareSettings, Thermostat, ThermostatKind};

const PREPARE: &str = "molecular.prepare";
const THERMOSTAT: &str = "molecular.thermostat";
/// Time steps over which a thermostat acts where nothing is said.
const STEPS: f64 = 100.0;

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

/// The time step, or why there is none.
fn time_step(reader: &mut Reader<'_>, molecular: &Section<'_>, table: &str, key: &str, engine: Option<Engine>) -> Option<f64> {
    match engine {
        Some(Engine::TimeStepped(scheme)) => Some(scheme.time_step),
        // Without an engine something was reported, or there are hard spheres.
        None if molecular.has("time-step") => None,
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

/// `[molecular.prepare]`.
pub(super) fn prepare(
    reader: &mut Reader<'_>,
    molecular: &Section<'_>,
    engine: Option<Engine>,
) -> Option<PrepareSettings> {
    let (header, table) = subtable(reader, molecular, "prepare", PREPARE)?;
    let section = Section::new(PREPARE, &header, table);
    reader.unknown_keys(&section, &keys::names(PREPARE).collect::<Vec<_>>());
    let equilibrate = reader.number(&section, "equilibrate");
    let word = reader.choice(&section, "thermostat");
    let time_step = time_step(reader, molecular, PREPARE, "prepare", engine)?;
    let relaxation_time = relaxation_time(reader, &section, time_step, "langevin")?;
    let thermostat = match word? {
        "rescaling" => ThermostatKind::Gaussian,
        _ => ThermostatKind::Langevin { relaxation_time },
    };
    Some(PrepareSettings { equilibrate: equilibrate?, thermostat })
}

/// `[molecular.thermostat]`.
pub(super) fn thermostat(
    reader: &mut Reader<'_>,
    molecular: &Section<'_>,
    engine: Option<Engine>,
) -> Option<ThermostatKeys> {
    let (header, table) = subtable(reader, molecular, "thermostat", THERMOSTAT)?;
    let section = Section::new(THERMOSTAT, &header, table);
    reader.unknown_keys(&section, &keys::names(THERMOSTAT).collect::<Vec<_>>());
    let word = reader.choice(&section, "kind");
    let temperature = reader.number(&section, "temperature");
    let time_step = time_step(reader, molecular, THERMOSTAT, "thermostat", engine)?;
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
