//! The run: moves every replica of every description through the schedule, saves and resumes.
//!
//! Replicas are the unit of work: each thread takes the next one and carries it to its end; threads that find none
//! left help inside the descriptions that can share their work. Rounds end when a checkpoint is due or an interrupt
//! arrives: every live replica pauses at its next complete state, all are saved, and the next round goes on.

use crate::experiment::Schedule;
use crate::progress::{ReplicaProgress, RunProgress};
use crate::{BuildError, Plan};
use omd_flow::{Advance, Description, Monitor, Pace, StateReader, StateWriter, Structure};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What the driver asks of the program around it.
pub trait Hooks: Sync {
    /// The user wants to stop.
    fn interrupted(&self) -> bool;
    /// How often a checkpoint is written.
    fn checkpoint_interval(&self) -> Duration;
    /// Writes a checkpoint.
    ///
    /// # Errors
    /// Whatever kept it from being written; the run ends with it.
    fn checkpoint(&self, progress: &[RunProgress]) -> Result<(), String>;
    /// Replica `replica` of run `run` has reached `fraction` of its schedule.
    fn moved(&self, run: usize, replica: usize, fraction: f64);
    /// Sample `sample` is reached; `atoms` gives the atoms where the description has them.
    ///
    /// # Errors
    /// As [`Self::checkpoint`].
    fn structure(
        &self,
        run: usize,
        replica: usize,
        sample: usize,
        atoms: &dyn Fn() -> Option<Structure>,
    ) -> Result<(), String>;
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every replica has every sample.
    Complete,
    /// The physics stopped at least one replica; the others are complete.
    Stopped,
    /// Interrupted; a checkpoint is written.
    Interrupted,
}

/// Why a run could not go on.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DriveError {
    /// A replica could not be started.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A saved state does not fit.
    #[error("the checkpoint of `{run}`, replica {replica}, cannot be restored: {reason}")]
    Restore {
        /// The description.
        run: String,
        /// The replica.
        replica: usize,
        /// What did not fit.
        reason: String,
    },
    /// A file could not be written.
    #[error("{0}")]
    Output(String),
}

/// One replica at work.
struct Item {
    run: usize,
    replica: usize,
    live: Option<Box<dyn Description>>,
    progress: ReplicaProgress,
}

/// Sees to it that every replica pauses when the round is over.
struct Round<'a> {
    hooks: &'a dyn Hooks,
    pause: &'a AtomicBool,
    started: Instant,
    run: usize,
    replica: usize,
    end: f64,
}

impl Monitor for Round<'_> {
    fn at(&mut self, time: f64) -> Pace {
        self.hooks.moved(self.run, self.replica, if self.end > 0.0 { time / self.end } else { 1.0 });
        if self.hooks.interrupted() || self.started.elapsed() >= self.hooks.checkpoint_interval() {
            self.pause.store(true, Ordering::Relaxed);
        }
        if self.pause.load(Ordering::Relaxed) { Pace::Pause } else { Pace::Continue }
    }
}

/// Empty progress for `plans`.
#[must_use]
pub fn fresh_progress(plans: &[Plan]) -> Vec<RunProgress> {
    plans
        .iter()
        .map(|plan| RunProgress {
            description: plan.name.to_owned(),
            replicas: vec![ReplicaProgress::default(); plan.replicas],
        })
        .collect()
}

/// Runs `plans` from `progress` (fresh or from a checkpoint) to the end of `schedule` on the current rayon pool.
///
/// The numbers do not depend on the number of threads, on pauses or on checkpoints.
///
/// # Errors
/// [`DriveError`]; the last checkpoint written stays valid.
pub fn drive(
    plans: &[Plan],
    schedule: &Schedule,
    progress: &mut [RunProgress],
    hooks: &dyn Hooks,
) -> Result<Outcome, DriveError> {
    let mut items = Vec::new();
    for (run, entry) in progress.iter_mut().enumerate() {
        for (replica, progress) in entry.replicas.iter_mut().enumerate() {
            if progress.done {
                hooks.moved(run, replica, 1.0);
            }
            items.push(Mutex::new(Item { run, replica, live: None, progress: std::mem::take(progress) }));
        }
    }
    loop {
        let result = round(plans, schedule, &items, hooks);
        let unfinished = collect(&mut items, progress);
        result?;
        if hooks.interrupted() && unfinished {
            hooks.checkpoint(progress).map_err(DriveError::Output)?;
            return Ok(Outcome::Interrupted);
        }
        if !unfinished {
            let stopped = progress.iter().flat_map(|run| &run.replicas).any(|replica| replica.stopped.is_some());
            return Ok(if stopped { Outcome::Stopped } else { Outcome::Complete });
        }
        hooks.checkpoint(progress).map_err(DriveError::Output)?;
        // What the checkpoint took lives on in the descriptions themselves.
        progress.iter_mut().flat_map(|run| &mut run.replicas).for_each(|replica| replica.state = None);
    }
}

/// Copies what the items have into `progress`; whether any of them has work left.
fn collect(items: &mut [Mutex<Item>], progress: &mut [RunProgress]) -> bool {
    let mut unfinished = false;
    for item in items {
        let item = item.get_mut().unwrap_or_else(PoisonError::into_inner);
        progress[item.run].replicas[item.replica].clone_from(&item.progress);
        unfinished |= !item.progress.done;
    }
    unfinished
}

/// Lets every thread take unfinished items until none is left or the round is over.
fn round(plans: &[Plan], schedule: &Schedule, items: &[Mutex<Item>], hooks: &dyn Hooks) -> Result<(), DriveError> {
    let pause = AtomicBool::new(false);
    let next = AtomicUsize::new(0);
    let failure = Mutex::new(None);
    let started = Instant::now();
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads() {
            scope.spawn(|_| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut item = item.lock().unwrap_or_else(PoisonError::into_inner);
                    if item.progress.done || (pause.load(Ordering::Relaxed) && item.live.is_none()) {
                        continue;
                    }
                    let plan = &plans[item.run];
                    let monitor = Round {
                        hooks,
                        pause: &pause,
                        started,
                        run: item.run,
                        replica: item.replica,
                        end: schedule.end,
                    };
                    if let Err(error) = work(&mut item, plan, schedule, hooks, monitor) {
                        pause.store(true, Ordering::Relaxed);
                        failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                }
            });
        }
    });
    failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

/// Carries one replica on until it is done or the round is over.
fn work(
    item: &mut Item,
    plan: &Plan,
    schedule: &Schedule,
    hooks: &dyn Hooks,
    mut monitor: Round<'_>,
) -> Result<(), DriveError> {
    let begun = Instant::now();
    let Item { run, replica, live, progress } = item;
    let description = match live {
        Some(description) => description,
        None => live.insert(revive(plan, *replica, progress)?),
    };
    progress.state = None;
    while progress.rows.len() <= schedule.samples {
        let sample = progress.rows.len();
        let arrived = description.advance(schedule.time(sample), &mut monitor);
        let finished = sample == schedule.samples;
        match arrived {
            Ok(Advance::Arrived) => {
                progress.rows.push(description.observe());
                progress.histograms.extend(description.histogram(sample));
                let atoms = || description.structure();
                hooks.structure(*run, *replica, sample, &atoms).map_err(DriveError::Output)?;
                // A description need not ask within a sample; every sample asks.
                if !finished && monitor.at(schedule.time(sample)) == Pace::Pause {
                    rest(description.as_ref(), progress, begun);
                    return Ok(());
                }
            }
            Ok(Advance::Paused) => {
                rest(description.as_ref(), progress, begun);
                return Ok(());
            }
            Err(stop) => {
                progress.stopped = Some(stop.reason);
                break;
            }
        }
    }
    progress.facts = description.facts().into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    progress.seconds += begun.elapsed().as_secs_f64();
    progress.done = true;
    hooks.moved(*run, *replica, 1.0);
    *live = None;
    Ok(())
}

/// Keeps the state of a replica that pauses.
fn rest(description: &dyn Description, progress: &mut ReplicaProgress, begun: Instant) {
    let mut writer = StateWriter::new();
    description.save(&mut writer);
    progress.state = Some(writer.into_bytes());
    progress.seconds += begun.elapsed().as_secs_f64();
}

/// The description of a replica, at its beginning or where its saved state left it.
fn revive(plan: &Plan, replica: usize, progress: &ReplicaProgress) -> Result<Box<dyn Description>, DriveError> {
    let mut description = plan.start(replica)?;
    if let Some(state) = &progress.state {
        let mut reader = StateReader::new(state);
        description.restore(&mut reader).and_then(|()| reader.finish()).map_err(|error| DriveError::Restore {
            run: plan.name.to_owned(),
            replica,
            reason: error.to_string(),
        })?;
    }
    Ok(description)
}
