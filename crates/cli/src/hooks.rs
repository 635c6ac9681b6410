//! What the driver asks of the program: interrupts, checkpoints, progress, structures.

use crate::bars::Bars;
use crate::output::Output;
use omd_flow::Structure;
use omd_hierarchy::progress::RunProgress;
use omd_hierarchy::{Hooks, Plan};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Set by Ctrl-C, SIGTERM or SIGHUP.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Lets interrupts end the run at its next complete state; a second one ends the program at once.
pub(crate) fn catch_interrupts() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
}

/// Whether the user wants to stop.
pub(crate) fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// The hooks of one run.
pub(crate) struct RunHooks<'a> {
    pub(crate) bars: Bars,
    pub(crate) output: &'a Output,
    pub(crate) plans: &'a [Plan],
    pub(crate) interval: Duration,
}

impl Hooks for RunHooks<'_> {
    fn interrupted(&self) -> bool {
        is_interrupted()
    }
    fn checkpoint_interval(&self) -> Duration {
        self.interval
    }
    fn checkpoint(&self, progress: &[RunProgress]) -> Result<(), String> {
        self.output.checkpoint(progress)
    }
    fn moved(&self, run: usize, replica: usize, fraction: f64) {
        self.bars.moved(run, replica, fraction);
    }
    fn structure(
        &self,
        run: usize,
        replica: usize,
        sample: usize,
        atoms: &dyn Fn() -> Option<Structure>,
    ) -> Result<(), String> {
        if replica != 0 || self.plans[run].name != "molecular" {
            return Ok(());
        }
        self.output.atoms(sample, atoms)
    }
}
