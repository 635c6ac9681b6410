//! `omd run` and `omd resume`.

use crate::args::{Resume, Run};
use crate::bars::Bars;
use crate::failure::Failure;
use crate::hooks::{RunHooks, catch_interrupts};
use crate::output::{Output, VERSION};
use crate::start::{Start, plans, start, wrong_start};
use omd_flow::{Dimension, Observables};
use omd_hierarchy::progress::RunProgress;
use omd_hierarchy::{DriveError, Outcome, Plan, drive, fresh_progress};
use omd_io::{CHECKPOINT, Checkpoint, Units};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Runs every description of an input file.
pub(crate) fn run(arguments: &Run, quiet: bool) -> Result<(), Failure> {
    catch_interrupts().map_err(Failure::other)?;
    let Start { input, plans } = start(&arguments.input)?;
    let directory = arguments.out.clone().unwrap_or_else(|| default_directory(&arguments.input));
    let _lock = omd_io::prepare_output(&directory, arguments.force).map_err(Failure::input)?;
    if !quiet {
        input.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
    }
    let progress = fresh_progress(&plans);
    let fresh = Session { progress, resumed: false };
    go(&Output::new(directory.clone(), input, &plans), &plans, fresh, &directory, quiet)
}

/// Goes on from the checkpoint of a run.
pub(crate) fn resume(arguments: &Resume, quiet: bool) -> Result<(), Failure> {
    catch_interrupts().map_err(Failure::other)?;
    let directory = &arguments.directory;
    let _lock = omd_io::lock_output(directory).map_err(Failure::input)?;
    if !directory.join(CHECKPOINT).exists() {
        return Err(Failure::Input(format!(
            "{} holds no run to go on with: no {CHECKPOINT} is there\n  = help: give the directory that `omd run` wrote (its `--out`)",
            directory.display()
        )));
    }
    let checkpoint = Checkpoint::read(directory).map_err(Failure::input)?;
    let input = checkpoint.resolve(VERSION).map_err(Failure::input)?;
    let plans = plans(&input)?;
    let known: Vec<_> = fresh_progress(&plans).iter().map(shape).collect();
    if known != checkpoint.runs.iter().map(shape).collect::<Vec<_>>() {
        return Err(Failure::Input(format!("the checkpoint in {} is of another run", directory.display())));
    }
    let session = Session { progress: checkpoint.runs, resumed: true };
    go(&Output::new(directory.clone(), input, &plans), &plans, session, directory, quiet)
}

fn shape(run: &RunProgress) -> (String, usize) {
    (run.description.clone(), run.replicas.len())
}

/// `results/<input stem>`.
fn default_directory(input: &Path) -> PathBuf {
    Path::new("results").join(input.file_stem().unwrap_or(input.as_os_str()))
}

/// Where a run stands as the program takes it up.
struct Session {
    progress: Vec<RunProgress>,
    resumed: bool,
}

fn go(output: &Output, plans: &[Plan], session: Session, directory: &Path, quiet: bool) -> Result<(), Failure> {
    let begun = Instant::now();
    let Session { mut progress, resumed } = session;
    let manifest = output.begin(resumed).map_err(Failure::Other)?;
    let input = output.input();
    // From here on a kill loses nothing but work.
    output.checkpoint(&progress).map_err(Failure::Other)?;
    let bars = Bars::new(progress.iter().map(shape), quiet);
    let interval = Duration::try_from_secs_f64(60.0 * input.checkpoint_minutes).unwrap_or(Duration::MAX);
    let hooks = RunHooks { bars, output, plans, interval };
    let result = drive(plans, &input.experiment.schedule, &mut progress, &hooks);
    hooks.bars.finish();
    let outcome = result.map_err(|error| match error {
        DriveError::Build(error) => wrong_start(input, &error),
        DriveError::Restore { .. } => Failure::input(error),
        DriveError::Output(_) => Failure::other(error),
    })?;
    let why = match outcome {
        Outcome::Complete => "complete",
        Outcome::Stopped => "the physics stopped it",
        Outcome::Interrupted => "interrupted",
    };
    if outcome != Outcome::Interrupted {
        output.tables(&progress).map_err(Failure::Other)?;
        output.finish_trajectory().map_err(Failure::Other)?;
        // The last checkpoint says that all is done: resuming again changes nothing.
        output.checkpoint(&progress).map_err(Failure::Other)?;
        output.discard_appended().map_err(Failure::Other)?;
    }
    output.end(manifest, begun.elapsed(), &progress, why).map_err(Failure::Other)?;
    let shown = directory.display();
    match outcome {
        Outcome::Interrupted => Err(Failure::Interrupted(format!("interrupted; go on with `omd resume {shown}`"))),
        Outcome::Stopped => Err(Failure::Physics(stops(&progress, &input.units).join("\n"))),
        Outcome::Complete => {
            if !quiet {
                summary(output, &progress);
                warnings(&progress, &input.units).iter().for_each(|warning| eprintln!("warning: {warning}"));
                println!("\n{:.1} s; tables in {shown}; next: omd report {shown}", begun.elapsed().as_secs_f64());
            }
            Ok(())
        }
    }
}

/// One line for every replica that the physics stopped.
fn stops(progress: &[RunProgress], units: &Units) -> Vec<String> {
    let mut lines = Vec::new();
    for run in progress {
        for (index, replica) in run.replicas.iter().enumerate() {
            if let Some(reason) = &replica.stopped {
                let time = replica.rows.last().map_or(0.0, |row| units.to_style(Dimension::Time, row.time));
                let at = format!("t = {time} {}", units.symbol(Dimension::Time));
                let (description, at) = (&run.description, at.trim_end());
                lines.push(format!("{description} (replica {index}) stopped after {at}: {reason}"));
            }
        }
    }
    lines
}

/// What the descriptions say against themselves, and pressures that no gas has.
fn warnings(progress: &[RunProgress], units: &Units) -> Vec<String> {
    let mut lines = Vec::new();
    for run in progress {
        // Replica 0 speaks for all.
        let Some(replica) = run.replicas.first() else { continue };
        let own = replica.facts.iter().filter(|(key, _)| *key == "warning");
        lines.extend(own.map(|(_, text)| format!("{}: {text}", run.description)));
        // Liquids and crystals under tension have negative pressures; what a distribution of velocities has is positive.
        let is_gas = ["spectral", "moments", "galerkin", "navier-stokes"].contains(&run.description.as_str());
        // Not what rounding makes of a cold direction.
        let impossible =
            |row: &&Observables| row.pressure.symmetric_eigenvalues().min() < -1e-12 * row.pressure.trace();
        if let (true, Some(row)) = (is_gas, replica.rows.iter().find(impossible)) {
            let (time, unit) = (units.to_style(Dimension::Time, row.time), units.symbol(Dimension::Time));
            let time = format!("{time} {unit}");
            let name = &run.description;
            lines.push(format!(
                "{name}: a pressure is negative at t = {}: these equations do not hold there",
                time.trim()
            ));
        }
    }
    lines
}

/// The last row of every table: temperature and pressure tensor, side by side.
fn summary(output: &Output, progress: &[RunProgress]) {
    let units = &output.input().units;
    let names = ["temperature", "pxx", "pyy", "pzz", "pxy", "pxz", "pyz", "axial_force"];
    let tables: Vec<_> = progress
        .iter()
        .filter_map(|run| {
            let rows: Vec<_> = run.replicas.iter().map(|replica| replica.rows.clone()).collect();
            Some((run, rows.len(), omd_io::Table::from_replicas(&rows, units).ok()?))
        })
        .collect();
    // Atoms that fill no volume have no pressure; a tube has a force instead.
    let shown: Vec<&str> =
        names.into_iter().filter(|name| tables.iter().any(|(.., table)| table.column(name).is_some())).collect();
    println!("at the end{:>14}{}", "", shown.iter().map(|name| format!("{name:>13}")).collect::<String>());
    for (run, replicas, table) in &tables {
        let last = |name: &str| table.column(name).and_then(|column| column.last().copied());
        let cells = |suffix: &str| {
            let cell = |name: &&str| match last(&format!("{name}{suffix}")) {
                Some(value) => format!("{value:>13.5e}"),
                None => format!("{:>13}", ""),
            };
            shown.iter().map(cell).collect::<String>()
        };
        println!("{:<24}{}", run.description, cells(""));
        if *replicas > 1 {
            println!("{:<24}{}", "  standard error", cells("_se"));
        }
    }
}
