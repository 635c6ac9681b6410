//! `manifest.json`: what was run, by what, on what, and why it stopped.

use crate::files::{FileError, write_atomically};
use crate::input::{ResolvedInput, ResolvedKey};
use omd_flow::Dimension;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The manifest's name in the output directory.
pub const MANIFEST: &str = "manifest.json";

/// The provenance of one output directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of omd.
    pub version: String,
    /// `title`.
    pub title: String,
    /// The unit style of every number here and in the tables.
    pub units: String,
    /// The input file.
    pub input: InputRecord,
    /// What follows from it.
    pub resolved: ResolvedNumbers,
    /// Worker threads.
    pub threads: usize,
    /// The machine.
    pub host: Host,
    /// UTC, RFC 3339.
    pub started: String,
    /// UTC, RFC 3339; `None` while it runs.
    pub ended: Option<String>,
    /// At work, over all sessions that ended by themselves or by an interrupt.
    pub wall_seconds: f64,
    /// Why it stopped, in words.
    pub stopped: String,
    /// One record for each description.
    pub descriptions: Vec<DescriptionRecord>,
}

/// The input as it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputRecord {
    /// As it was named.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The structure file, if any.
    pub structure: Option<String>,
    /// CRC-32 of the structure file, hexadecimal.
    pub structure_checksum: Option<String>,
    /// Every key with the value that holds, defaults included.
    pub keys: Vec<ResolvedKey>,
    /// Warnings on reading.
    pub warnings: Vec<String>,
}

/// Numbers that follow from the input, in its units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResolvedNumbers {
    /// `n` at t = 0; `None` where atoms fill no volume.
    pub number_density: Option<f64>,
    /// `T` at t = 0.
    pub temperature: f64,
    /// `A`, rows.
    pub velocity_gradient: [[f64; 3]; 3],
    /// `t*`; `None` when the flow exists for ever.
    pub singular_time: Option<f64>,
    /// The long-time form in words.
    pub flow_class: String,
    /// `J` at the end.
    pub volume_ratio_at_end: f64,
}

/// What became of one description.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DescriptionRecord {
    /// Its name.
    pub name: String,
    /// How many replicas.
    pub replicas: usize,
    /// The seed, where it draws.
    pub seed: Option<u64>,
    /// Wall time over all replicas.
    pub wall_seconds: f64,
    /// Why it stopped, in words.
    pub stopped: String,
    /// Facts it states: collisions, list rebuilds, table errors, warnings.
    pub facts: BTreeMap<String, String>,
}

/// The machine of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Operating system and architecture.
    pub system: String,
    /// The processor, where the system tells.
    pub processor: String,
    /// Hardware threads this process may use.
    pub hardware_threads: usize,
}

impl Host {
    /// This machine.
    #[must_use]
    pub fn here() -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        let name = read("/proc/sys/kernel/hostname").trim().to_owned();
        let name = if name.is_empty() { std::env::var("HOSTNAME").unwrap_or_default() } else { name };
        let cpu = read("/proc/cpuinfo");
        let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        Self {
            name,
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            processor: model.map_or_else(String::new, |(_, model)| model.trim().to_owned()),
            hardware_threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        }
    }
}

impl Manifest {
    /// The manifest of a run that begins.
    #[must_use]
    pub fn begin(input: &ResolvedInput, version: &str, threads: usize, now: SystemTime) -> Self {
        let experiment = &input.experiment;
        let flow = &experiment.flow;
        let of = |dimension, value| input.units.to_style(dimension, value);
        let gradient = flow.velocity_gradient_at_zero();
        Self {
            version: version.to_owned(),
            title: experiment.title.clone(),
            units: input.units.style().name().to_owned(),
            input: InputRecord {
                path: input.path.display().to_string(),
                text: input.text.clone(),
                structure: input.structure.as_ref().map(|file| file.path.display().to_string()),
                structure_checksum: input.structure.as_ref().map(|file| format!("{:08x}", file.checksum)),
                keys: input.keys.clone(),
                warnings: input.warnings.clone(),
            },
            resolved: ResolvedNumbers {
                number_density: Some(of(Dimension::NumberDensity, experiment.state.number_density))
                    .filter(|density| density.is_finite()),
                temperature: of(Dimension::Temperature, experiment.state.temperature()),
                velocity_gradient: [0, 1, 2].map(|i| [0, 1, 2].map(|j| of(Dimension::Rate, gradient[(i, j)]))),
                singular_time: flow.singular_time().map(|time| of(Dimension::Time, time)),
                flow_class: flow.classify().class.name().to_owned(),
                volume_ratio_at_end: flow.volume_ratio(experiment.schedule.end),
            },
            threads,
            host: Host::here(),
            started: timestamp(now),
            ended: None,
            wall_seconds: 0.0,
            stopped: "running".to_owned(),
            descriptions: Vec::new(),
        }
    }

    /// Takes over from the manifest of the run that this one goes on with: when it began and how long it took.
    pub fn go_on_from(&mut self, earlier: &Self) {
        self.started.clone_from(&earlier.started);
        self.wall_seconds = earlier.wall_seconds;
    }

    /// Notes the end, `wall` after the last beginning.
    pub fn end(&mut self, now: SystemTime, wall: Duration, why: &str) {
        self.ended = Some(timestamp(now));
        self.wall_seconds += wall.as_secs_f64();
        self.stopped = why.to_owned();
    }

    /// Whether there is nothing left to resume.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        !["running", "interrupted"].contains(&&*self.stopped)
    }

    /// Replaces the manifest in `directory`, whole or not at all.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn write(&self, directory: &Path) -> Result<(), FileError> {
        write_atomically(&directory.join(MANIFEST), |out| {
            serde_json::to_writer_pretty(&mut *out, self)?;
            out.write_all(b"\n")
        })
    }

    /// Reads the manifest in `directory`.
    ///
    /// # Errors
    /// [`FileError`], also where the file is no manifest.
    pub fn read(directory: &Path) -> Result<Self, FileError> {
        let path = directory.join(MANIFEST);
        let failed = |error| FileError::new("read", &path, error);
        let text = std::fs::read(&path).map_err(failed)?;
        serde_json::from_slice(&text).map_err(|error| failed(io::Error::other(format!("it is no manifest: {error}"))))
    }
}

/// UTC, RFC 3339, seconds. Days to a date: Hinnant's `civil_from_days`.
#[must_use]
pub fn timestamp(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March of year 0, in eras of 400 years.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::resolve_input;

    #[test]
    fn known_instants() {
        // date -u -d @N
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_827_696, "2000-02-29T12:34:56Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
        ] {
            assert_eq!(timestamp(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn a_manifest_comes_back_and_says_what_was_run() {
        let text = include_str!("../tests/good/argon-shear.toml");
        let input = resolve_input(Path::new("argon-shear.toml"), text).unwrap();
        let mut manifest = Manifest::begin(&input, "0.1.0", 2, SystemTime::UNIX_EPOCH);
        manifest.descriptions.push(DescriptionRecord {
            name: "dsmc".to_owned(),
            replicas: 4,
            seed: Some(u64::MAX),
            wall_seconds: 1.5,
            stopped: "reached the end".to_owned(),
            facts: BTreeMap::from([("collisions".to_owned(), "12".to_owned())]),
        });
        manifest.end(SystemTime::UNIX_EPOCH, Duration::from_millis(1500), "reached the end");
        let directory = tempfile::tempdir().unwrap();
        manifest.write(directory.path()).unwrap();
        assert_eq!(Manifest::read(directory.path()).unwrap(), manifest);
        assert_eq!((manifest.resolved.singular_time, &*manifest.resolved.flow_class), (None, "simple shear"));
        assert!((manifest.resolved.velocity_gradient[0][1] / 1e-6 - 1.0).abs() < 1e-15);
        assert_eq!(manifest.input.text, text);
        std::fs::write(directory.path().join(MANIFEST), "{}").unwrap();
        let error = Manifest::read(directory.path()).unwrap_err().to_string();
        assert!(error.contains("manifest.json: it is no manifest: missing field `version`"), "{error}");
    }

    #[test]
    fn a_resumed_run_keeps_its_beginning_and_adds_its_time() {
        let text = include_str!("../tests/good/argon-shear.toml");
        let input = resolve_input(Path::new("argon-shear.toml"), text).unwrap();
        let hour = Duration::from_secs(3600);
        let mut first = Manifest::begin(&input, "0.1.0", 2, SystemTime::UNIX_EPOCH);
        first.end(SystemTime::UNIX_EPOCH + hour, hour, "interrupted");
        assert!(!first.has_ended());
        let mut second = Manifest::begin(&input, "0.1.0", 4, SystemTime::UNIX_EPOCH + 3 * hour);
        second.go_on_from(&first);
        second.end(SystemTime::UNIX_EPOCH + 5 * hour, 2 * hour, "reached the end");
        assert_eq!((&*second.started, second.ended.as_deref()), ("1970-01-01T00:00:00Z", Some("1970-01-01T05:00:00Z")));
        assert_eq!((second.wall_seconds, second.threads), (10_800.0, 4));
        assert!(second.has_ended());
    }
}
