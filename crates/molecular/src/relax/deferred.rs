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
/// It pauses meanwhile and goes on; what is saved then is that it has not begun, so the end of the program loses that work
/// and nothing else: it is done again to the same bits.
pub struct Deferred {
    /// As it is before.
    before: Structure,
    relax: Relax,
    begin: Begin,
    resting: Option<Box<dyn Resting>>,
    made: Option<(Relaxed, Box<dyn Description>)>,
}

impl Deferred {
    /// What `begin` makes of what `relax` gives; `before` is shown until then.
    #[must_use]
    pub fn new(before: Structure, relax: Relax, begin: Begin) -> Self {
        Self { before, relax, begin, resting: None, made: None }
    }

    /// Brings the atoms to rest and makes the description; false where `monitor` asked for a pause before.
    fn make(&mut self, monitor: &mut dyn Monitor) -> Result<bool, MolecularError> {
        let mut resting = match self.resting.take() {
            Some(resting) => resting,
            None => (self.relax)()?,
        };
        let Some(relaxed) = resting.advance(monitor) else {
            self.resting = Some(resting);
            return Ok(false);
        };
        let live = (self.begin)(&relaxed)?;
        self.made = Some((relaxed, live));
        Ok(true)
    }
}

impl Description for Deferred {
    fn name(&self) -> &'static str {
        "molecular"
    }

    fn time(&self) -> f64 {
        self.made.as_ref().map_or(0.0, |(_, live)| live.time())
    }

    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        if self.made.is_none() {
            let made = self.make(monitor);
            let failed =
                |error: MolecularError| Stop { time: 0.0, reason: format!("as relaxed it cannot begin: {error}") };
            if !made.map_err(failed)? {
                return Ok(Advance::Paused);
            }
        }
        match &mut self.made {
            Some((_, live)) => live.advance(until, monitor),
            None => Ok(Advance::Paused),
        }
    }

    fn observe(&mut self) -> Observables {
        match &mut self.made {
            Some((_, live)) => live.observe(),
            // Nobody asks what was never moved.
            None => Observables {
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
        self.made.as_ref().map_or_else(|| Some(self.before.clone()), |(_, live)| live.structure())
    }

    fn bonds(&self) -> Vec<[usize; 2]> {
        self.made.as_ref().map_or_else(Vec::new, |(_, live)| live.bonds())
    }

    fn save(&self, state: &mut StateWriter) {
        state.u64(u64::from(self.made.is_some()));
        if let Some((relaxed, live)) = &self.made {
            relaxed.save(state);
            live.save(state);
        }
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        if state.u64()? == 0 {
            return Ok(());
        }
        let relaxed = Relaxed::restore(state)?;
        let mut live = (self.begin)(&relaxed).map_err(|error| StateError::Mismatch(error.to_string()))?;
        live.restore(state)?;
        self.made = Some((relaxed, live));
        Ok(())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let Some((relaxed, live)) = &self.made else { return Vec::new() };
        let mut facts = live.facts();
        facts.push(relaxed.fact());
        facts
    }
}
