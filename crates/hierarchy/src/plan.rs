//! From an experiment to the descriptions that run it.

use omd_flow::{Description, Dimension, Free, Stop, Structure};
use omd_molecular::MolecularError;
use std::sync::Mutex;

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

    /// Looks at replica 0, or prepares it, while it is still at t = 0.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&mut dyn Description) -> T) -> Option<T> {
        let mut first = self.first.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        first.as_mut().map(|description| look(description.as_mut()))
    }

    /// Replica `replica` at t = 0.
    ///
    /// # Errors
    /// [`BuildError`] when the replica has no valid start.
    pub fn start(&self, replica: usize) -> Result<Box<dyn Description>, BuildError> {
        if replica == 0 {
            let kept = self.first.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
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
    let prepare = |description: &mut dyn Description| {
        description.advance(0.0, &mut Free)?;
        Ok(description.structure().map(|structure| PreparedAtoms { structure, bonds: description.bonds() }))
    };
    let plan = plans.iter().find(|plan| plan.name == "molecular");
    plan.and_then(|plan| plan.look(prepare)).unwrap_or(Ok(None))
}
