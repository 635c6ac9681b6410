//! The one trait that every level of description implements.

use crate::{Observables, StateError, StateReader, StateWriter, VelocityHistogram};
use nalgebra::{Matrix3, Vector3};

/// What the driver answers when a description reports where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Go on.
    Continue,
    /// Return [`Advance::Paused`] at once; the state is about to be saved.
    Pause,
}

/// Asked by a description at points where its state is complete (a step, a batch of collisions), some thousand times
/// a second at most. A pause never changes the numbers.
pub trait Monitor {
    /// `time` is the description's present time.
    fn at(&mut self, time: f64) -> Pace;
}

/// A monitor that never pauses.
pub struct Free;

impl Monitor for Free {
    fn at(&mut self, _time: f64) -> Pace {
        Pace::Continue
    }
}

/// How [`Description::advance`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// `time()` is the requested time.
    Arrived,
    /// The monitor asked for a pause; calling `advance` again with the same `until` goes on to the same bits.
    Paused,
}

/// The physics ended the run before its time: an image overlap, an energy that is no longer finite.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("stopped at t = {time}: {reason}")]
pub struct Stop {
    /// When.
    pub time: f64,
    /// Why, one sentence that a user can act on.
    pub reason: String,
}

/// The simulated atoms of a description that has atoms, for structure files.
#[derive(Clone, Debug, PartialEq)]
pub struct Structure {
    /// Time.
    pub time: f64,
    /// The edges `F(t) E` of the cell the run started with, as columns; none where the images are no lattice.
    pub cell: Option<Matrix3<f64>>,
    /// Positions, continuous from the start (unwrapped), in the order given at the start.
    pub positions: Vec<Vector3<f64>>,
    /// Lab velocities of those same unwrapped atoms.
    pub lab_velocities: Vec<Vector3<f64>>,
}

/// One description of the experiment: objective molecular dynamics, DSMC, moments, Euler, ...
///
/// The driver, the tables, the reports and the arrows know nothing else. Times and observables are in internal units.
pub trait Description: Send {
    /// The name of the table, the CSV and the curve: `molecular`, `dsmc`, `moments`, `euler`, `navier-stokes`, ...
    fn name(&self) -> &'static str;

    /// The present time.
    fn time(&self) -> f64;

    /// Moves the state to time `until` (at or after `time()`); `until` is always the next sample time.
    ///
    /// # Errors
    /// [`Stop`] when the physics ends the run.
    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop>;

    /// The observables at `time()`.
    fn observe(&mut self) -> Observables;

    /// Writes everything `advance` depends on that is not rebuilt from the input.
    fn save(&self, state: &mut StateWriter);

    /// Restores what `save` wrote into a description freshly built from the same input; from there on the bits are
    /// those of the uninterrupted run.
    ///
    /// # Errors
    /// [`StateError`] when the bytes do not fit this description.
    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError>;

    /// The simulated atoms at `time()`, where there are atoms.
    fn structure(&self) -> Option<Structure> {
        None
    }

    /// The atoms of [`Self::structure`] that are bonded, two each, for structure files.
    fn bonds(&self) -> Vec<[usize; 2]> {
        Vec::new()
    }

    /// A histogram of velocities at `time()`, where sample `sample` asks for one.
    fn histogram(&mut self, _sample: usize) -> Option<VelocityHistogram> {
        None
    }

    /// Facts about the finished run for the manifest (collisions, list rebuilds, table errors, warnings): key, value.
    fn facts(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
