//! From an experiment to the descriptions that run it.

use omd_flow::{Description, Dimension, Free, Stop, Structure};
use omd_molecular::MolecularError;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Why an experiment cannot start: the input's key and what is wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{key}` in [{section}]: {message}")]
pub struct BuildError {
    /// The table of the input that decides.
    pub section: &'static str,
    /// The key in it.
    pub key: &'static str,
    /// What is wrong and what would be right; quantities in internal units.
    pub message: String,
    /// What the atoms say, for messages in other units.
    of_atoms: Option<MolecularError>,
}

impl BuildError {
    pub(crate) fn new(section: &'static str, key: &'static str, message: impl std::fmt::Display) -> Self {
        Self { section, key, message: message.to_string(), of_atoms: None }
    }

    pub(crate) fn of_atoms(key: &'static str, error: MolecularError) -> Self {
        Self { of_atoms: Some(error.clone()), ..Self::new("molecular", key, error) }
    }

    /// The message, with quantities as `show` writes them.
    #[must_use]
    pub fn message_in(&self, show: &dyn Fn(Dimension, f64) -> String) -> String {
        self.of_atoms.as_ref().map_or_else(|| self.message.clone(), |error| error.in_units(show))
    }
}

type Start = Box<dyn Fn(usize) -> Result<Box<dyn Description>, BuildError> + Send + Sync>;

/// One description of the experiment, ready to start each of its replicas.
pub struct Plan {
    /// The name of its table, CSV and curve.
    pub name: &'static str,
    /// How many independent runs.
    pub replicas: usize,
    start: Start,
    /// Replica 0, started while the input was checked.
    first: Mutex<Option<Box<dyn Description>>>,
}

impl Plan {
    /// A plan whose replica 0 is started at once: what cannot start is found before anything is written.
    ///
    /// # Errors
    /// [`BuildError`] of that start.
    pub(crate) fn new(
        name: &'static str,
        replicas: usize,
        start: impl Fn(usize) -> Result<Box<dyn Description>, BuildError> + Send + Sync + 'static,
    ) -> Result<Self, BuildError> {
        let first = start(0)?;
        Ok(Self { name, replicas, start: Box::new(start), first: Mutex::new(Some(first)) })
    }

    fn first(&self) -> MutexGuard<'_, Option<Box<dyn Description>>> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at replica 0 while it is still at t = 0.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&dyn Description) -> T) -> Option<T> {
        self.first().as_ref().map(|description| look(description.as_ref()))
    }

    /// Prepares replica 0 for the flow; what fails on the way is not kept for a run, which starts it anew.
    fn prepare(&self) -> Result<Option<PreparedAtoms>, Stop> {
        let mut first = self.first();
        let Some(mut description) = first.take() else { return Ok(None) };
        description.advance(0.0, &mut Free)?;
        let atoms = description.structure().map(|structure| PreparedAtoms { structure, bonds: description.bonds() });
        *first = Some(description);
        Ok(atoms)
    }

    /// Replica `replica` at t = 0.
    ///
    /// # Errors
    /// [`BuildError`] when the replica has no valid start.
    pub fn start(&self, replica: usize) -> Result<Box<dyn Description>, BuildError> {
        if replica == 0 {
            let kept = self.first().take();
            if let Some(description) = kept {
                return Ok(description);
            }
        }
        (self.start)(replica)
    }
}

/// The atoms of `plans` at t = 0, replica 0, where there are atoms and it has not been taken to run.
#[must_use]
pub fn atoms_at_start(plans: &[Plan]) -> Option<Structure> {
    plans.iter().find(|plan| plan.name == "molecular")?.look(|description| description.structure())?
}

/// Atoms as the flow begins with them, after what prepares them.
#[derive(Clone, Debug)]
pub struct PreparedAtoms {
    /// Their positions and velocities.
    pub structure: Structure,
    /// Which of them are bonded, two each.
    pub bonds: Vec<[usize; 2]>,
}

/// Prepares the molecular description's atoms for the flow, of replica 0; none if there is no molecular description.
///
/// # Errors
/// [`Stop`] where they cannot be prepared; its time and any lengths in internal units.
pub fn prepared_atoms(plans: &[Plan]) -> Result<Option<PreparedAtoms>, Stop> {
    plans.iter().find(|plan| plan.name == "molecular").map_or(Ok(None), Plan::prepare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::{Advance, Monitor, Observables, StateError, StateReader, StateWriter};

    /// Moves and cannot go on.
    struct Stuck {
        time: f64,
    }

    impl Description for Stuck {
        fn name(&self) -> &'static str {
            "molecular"
        }

        fn time(&self) -> f64 {
            self.time
        }

        fn advance(&mut self, _: f64, _: &mut dyn Monitor) -> Result<Advance, Stop> {
            self.time += 1.0;
            Err(Stop { time: self.time, reason: "stuck".to_owned() })
        }

        fn observe(&mut self) -> Observables {
            unreachable!("it never arrives")
        }

        fn save(&self, _: &mut StateWriter) {}

        fn restore(&mut self, _: &mut StateReader<'_>) -> Result<(), StateError> {
            Ok(())
        }
    }

    #[test]
    fn what_could_not_be_prepared_is_started_anew() {
        let plans = [Plan::new("molecular", 1, |_| Ok(Box::new(Stuck { time: 0.0 }))).unwrap()];
        for _ in 0..2 {
            let stopped = prepared_atoms(&plans).map(|atoms| atoms.is_some());
            assert!(stopped != Ok(true), "{stopped:?}");
        }
        assert_eq!(plans[0].start(0).unwrap().time(), 0.0);
    }
}
