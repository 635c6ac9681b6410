//! A description whose atoms come to rest before it is made.

use super::{Relaxed, Resting};
use crate::MolecularError;
use omd_flow::{Advance, Description, Monitor, Observables, StateError, StateReader, StateWriter, Stop, Structure};

/// Sets the atoms out on their way to rest.
pub type Relax = Box<dyn Fn() -> Result<Box<dyn Resting>, MolecularError> + Send>;
/// Makes the description of atoms at rest.
pub type Begin = Box<dyn Fn(&Relaxed) -> Result<Box<dyn Description>, MolecularError> + Send>;

/// A description that is made when it is first asked to move: its atoms are relaxed then.
///
/// It pauses meanwhile, and goes on from what is saved then to the same bits.
pub struct Deferred {
    /// As it is before.
    before: Structure,
    relax: Relax,
    begin: Begin,
    stage: Stage,
}

/// What a saved state begins with.
const UNTOUCHED: u64 = 0;
const MADE: u64 = 1;
const RESTING: u64 = 2;

enum Stage {
    /// Nobody has asked it to move.
    Untouched,
    Resting(Box<dyn Resting>),
    Made(Relaxed, Box<dyn Description>),
}

impl Deferred {
    /// What `begin` makes of what `relax` gives; `before` is shown until then.
    #[must_use]
    pub fn new(before: Structure, relax: Relax, begin: Begin) -> Self {
        Self { before, relax, begin, stage: Stage::Untouched }
    }

    /// Brings the atoms to rest and makes the description; false where `monitor` asked for a pause before.
    fn make(&mut self, monitor: &mut dyn Monitor) -> Result<bool, MolecularError> {
        if let Stage::Untouched = self.stage {
            self.stage = Stage::Resting((self.relax)()?);
        }
        if let Stage::Resting(resting) = &mut self.stage {
            let Some(relaxed) = resting.advance(monitor) else { return Ok(false) };
            let live = (self.begin)(&relaxed)?;
            self.stage = Stage::Made(relaxed, live);
        }
        Ok(true)
    }

    fn live(&self) -> Option<&dyn Description> {
        match &self.stage {
            Stage::Made(_, live) => Some(live.as_ref()),
            Stage::Untouched | Stage::Resting(_) => None,
        }
    }
}

impl Description for Deferred {
    fn name(&self) -> &'static str {
        "molecular"
    }

    fn time(&self) -> f64 {
        self.live().map_or(0.0, Description::time)
    }

    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        let made = self.make(monitor);
        let failed = |error: MolecularError| Stop { time: 0.0, reason: format!("as relaxed it cannot begin: {error}") };
        match (made.map_err(failed)?, &mut self.stage) {
            (true, Stage::Made(_, live)) => live.advance(until, monitor),
            _ => Ok(Advance::Paused),
        }
    }

    fn observe(&mut self) -> Observables {
        match &mut self.stage {
            Stage::Made(_, live) => live.observe(),
            // Nobody asks what was never moved.
            Stage::Untouched | Stage::Resting(_) => Observables {
                time: 0.0,
                density: f64::NAN,
                temperature: f64::NAN,
                pressure: omd_flow::Matrix3::repeat(f64::NAN),
                heat_flux: None,
                extra: Vec::new(),
            },
        }
    }

    fn structure(&self) -> Option<Structure> {
        self.live().map_or_else(|| Some(self.before.clone()), Description::structure)
    }

    fn bonds(&self) -> Vec<[usize; 2]> {
        self.live().map_or_else(Vec::new, Description::bonds)
    }

    fn save(&self, state: &mut StateWriter) {
        match &self.stage {
            Stage::Untouched => state.u64(UNTOUCHED),
            Stage::Resting(resting) => {
                state.u64(RESTING);
                resting.save(state);
            }
            Stage::Made(relaxed, live) => {
                state.u64(MADE);
                relaxed.save(state);
                live.save(state);
            }
        }
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        let mismatch = |error: MolecularError| StateError::Mismatch(error.to_string());
        self.stage = match state.u64()? {
            UNTOUCHED => Stage::Untouched,
            RESTING => {
                let mut resting = (self.relax)().map_err(mismatch)?;
                resting.restore(state)?;
                Stage::Resting(resting)
            }
            MADE => {
                let relaxed = Relaxed::restore(state)?;
                let mut live = (self.begin)(&relaxed).map_err(mismatch)?;
                live.restore(state)?;
                Stage::Made(relaxed, live)
            }
            stage => return Err(StateError::Mismatch(format!("no stage of a relaxation has the number {stage}"))),
        };
        Ok(())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let Stage::Made(relaxed, live) = &self.stage else { return Vec::new() };
        let mut facts = live.facts();
        facts.push(relaxed.fact());
        facts
    }
}
