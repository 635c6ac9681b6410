//! What a run leaves in its directory.

use omd_flow::Structure;
use omd_hierarchy::experiment::{AtomStart, Experiment, TrajectorySettings};
use omd_hierarchy::progress::RunProgress;
use omd_hierarchy::{Plan, atoms_at_start};
use omd_io::{
    Checkpoint, DescriptionRecord, FINAL_STRUCTURE, Frame, Manifest, ResolvedInput, Table, TrajectoryWriter, View,
    discard_appended, encode_frame, finish_trajectory, histogram_names, histogram_tables, table_name,
    write_final_structure,
};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// The version that checkpoints and manifests carry.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The output directory of one run.
pub(crate) struct Output {
    directory: PathBuf,
    input: ResolvedInput,
    species: Vec<String>,
    /// What frames show; none without a trajectory.
    view: Option<View>,
    /// Opened at the first frame, so that a directory without frames has no file.
    trajectory: Mutex<Option<TrajectoryWriter>>,
}

impl Output {
    /// The output of `plans` of `input`, which are still at t = 0.
    pub(crate) fn new(directory: PathBuf, input: ResolvedInput, plans: &[Plan]) -> Self {
        let species = match input.experiment.molecular.as_ref().map(|settings| &settings.start) {
            Some(AtomStart::Given { species, .. } | AtomStart::Free { species, .. }) => species.clone(),
            _ => Vec::new(),
        };
        let settings = input.experiment.molecular.as_ref().filter(|settings| settings.trajectory.is_some());
        let view =
            settings.and_then(|settings| Some(View::new(settings, &input.experiment.flow, &atoms_at_start(plans)?)));
        Self { directory, input, species, view, trajectory: Mutex::new(None) }
    }

    pub(crate) fn input(&self) -> &ResolvedInput {
        &self.input
    }

    /// Writes the checkpoint of `progress`.
    pub(crate) fn checkpoint(&self, progress: &[RunProgress]) -> Result<(), String> {
        let checkpoint = Checkpoint::new(&self.input, VERSION, progress.to_vec());
        checkpoint.write(&self.directory).map_err(|error| error.to_string())
    }

    /// Sample `sample` of the atoms: a frame where one is asked for, the final structure at the end.
    pub(crate) fn atoms(&self, sample: usize, atoms: &dyn Fn() -> Option<Structure>) -> Result<(), String> {
        let schedule = &self.input.experiment.schedule;
        let trajectory = self.trajectory_settings();
        let framed = trajectory.zip(self.view.as_ref()).filter(|(settings, _)| sample.is_multiple_of(settings.every));
        let last = sample == schedule.samples;
        if framed.is_none() && !last {
            return Ok(());
        }
        let Some(structure) = atoms() else { return Ok(()) };
        let shown = Frame {
            sample,
            time: structure.time,
            cell: structure.cell.as_ref(),
            species: &self.species,
            positions: &structure.positions,
            lab_velocities: &structure.lab_velocities,
        };
        if let Some((settings, view)) = framed {
            let bytes = encode_frame(settings, view, &shown, &self.input.units).map_err(|error| error.to_string())?;
            let mut writer = self.trajectory.lock().unwrap_or_else(PoisonError::into_inner);
            let writer = match writer.take() {
                Some(open) => writer.insert(open),
                // Frames of samples before this one are there already, from before a break.
                None => writer.insert(
                    TrajectoryWriter::open(&self.directory, settings, sample.div_ceil(settings.every))
                        .map_err(|error| error.to_string())?,
                ),
            };
            writer.append(&bytes).map_err(|error| error.to_string())?;
        }
        if last {
            let path = self.directory.join(FINAL_STRUCTURE);
            write_final_structure(&path, &shown, &self.input.units).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Writes every table there is something for.
    pub(crate) fn tables(&self, progress: &[RunProgress]) -> Result<(), String> {
        for run in progress {
            let rows: Vec<_> = run.replicas.iter().map(|replica| replica.rows.clone()).collect();
            let table = Table::from_replicas(&rows, &self.input.units).map_err(|error| error.to_string())?;
            if !table.rows.is_empty() {
                let path = self.directory.join(table_name(&run.description));
                table.write(&path).map_err(|error| error.to_string())?;
            }
            let histograms: Vec<_> = run.replicas.iter().map(|replica| replica.histograms.clone()).collect();
            let tables = histogram_tables(&histograms, &self.input.units);
            for (table, name) in tables.iter().zip(histogram_names(&run.description)) {
                if !table.rows.is_empty() {
                    table.write(&self.directory.join(name)).map_err(|error| error.to_string())?;
                }
            }
        }
        Ok(())
    }

    fn trajectory_settings(&self) -> Option<&TrajectorySettings> {
        self.input.experiment.molecular.as_ref().and_then(|settings| settings.trajectory.as_ref())
    }

    /// Makes the trajectory a file to read, where it is not one yet.
    pub(crate) fn finish_trajectory(&self) -> Result<(), String> {
        let (Some(settings), Some(view)) = (self.trajectory_settings(), self.view.as_ref()) else { return Ok(()) };
        finish_trajectory(&self.directory, settings, view, &self.species, &self.input.units)
            .map_err(|error| error.to_string())
    }

    /// Removes what only a run that goes on needs.
    pub(crate) fn discard_appended(&self) -> Result<(), String> {
        let Some(settings) = self.trajectory_settings() else { return Ok(()) };
        discard_appended(&self.directory, settings).map_err(|error| error.to_string())
    }

    /// A manifest that says the run has begun, or has gone on.
    pub(crate) fn begin(&self, resumed: bool) -> Result<Manifest, String> {
        let mut manifest = Manifest::begin(&self.input, VERSION, rayon::current_num_threads(), SystemTime::now());
        // Lost or damaged, it is no reason to lose the run.
        if let (true, Ok(earlier)) = (resumed, Manifest::read(&self.directory)) {
            manifest.go_on_from(&earlier);
        }
        manifest.write(&self.directory).map_err(|error| error.to_string())?;
        Ok(manifest)
    }

    /// The manifest at the end.
    pub(crate) fn end(
        &self,
        mut manifest: Manifest,
        wall: Duration,
        progress: &[RunProgress],
        why: &str,
    ) -> Result<(), String> {
        manifest.end(SystemTime::now(), wall, why);
        manifest.descriptions = progress.iter().map(|run| record(&self.input.experiment, run)).collect();
        manifest.write(&self.directory).map_err(|error| error.to_string())
    }
}

/// What became of one description.
fn record(experiment: &Experiment, run: &RunProgress) -> DescriptionRecord {
    let seed = match run.description.as_str() {
        "molecular" => experiment.molecular.as_ref().map(|settings| settings.seed),
        "dsmc" => experiment.dsmc.map(|settings| settings.seed),
        "mean-field" => experiment.mean_field.as_ref().map(|settings| settings.seed),
        _ => None,
    };
    let stops: Vec<String> = run
        .replicas
        .iter()
        .enumerate()
        .filter_map(|(index, replica)| Some(format!("replica {index} {}", replica.stopped.as_ref()?)))
        .collect();
    let done = run.replicas.iter().all(|replica| replica.done);
    let stopped = match (stops.is_empty(), done) {
        (false, _) => stops.join("; "),
        (true, true) => "reached the end".to_owned(),
        (true, false) => "interrupted".to_owned(),
    };
    DescriptionRecord {
        name: run.description.clone(),
        replicas: run.replicas.len(),
        seed,
        wall_seconds: run.replicas.iter().map(|replica| replica.seconds).sum(),
        stopped,
        // Replica 0 speaks for all: counts are per replica.
        facts: run.replicas.first().map(|replica| replica.facts.iter().cloned().collect()).unwrap_or_default(),
    }
}
