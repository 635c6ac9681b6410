//! What happens to the atoms before t = 0.

use crate::MolecularError;
use omd_flow::{
    Advance, Description, Monitor, Observables, Pace, StateError, StateReader, StateWriter, Stop, Structure, Vector3,
};

/// Makes the description that begins at t = 0 out of positions and velocities relative to the flow.
pub type HandOver =
    Box<dyn Fn(&[Vector3<f64>], &[Vector3<f64>]) -> Result<Box<dyn Description>, MolecularError> + Send>;

/// A description whose atoms are moved without a flow, `A = 0`, for some time before it begins.
///
/// Its own time is 0 until they have arrived. Then the description of the experiment takes over their positions and
/// velocities, which without a flow are the peculiar ones.
pub struct Prepared {
    stage: Stage,
    duration: f64,
    hand_over: HandOver,
}

enum Stage {
    /// Not yet begun.
    Before(Box<dyn Description>),
    /// What the atoms were at t = 0, and what moves them since.
    Begun { positions: Vec<Vector3<f64>>, peculiar: Vec<Vector3<f64>>, live: Box<dyn Description> },
}

/// A monitor that sees t = 0 until the run begins.
struct AtZero<'a>(&'a mut dyn Monitor);

impl Monitor for AtZero<'_> {
    fn at(&mut self, _time: f64) -> Pace {
        self.0.at(0.0)
    }
}

impl Prepared {
    /// `before`, which knows no flow, moves the atoms for `duration`; then `hand_over` makes the description that begins.
    #[must_use]
    pub fn new(before: Box<dyn Description>, duration: f64, hand_over: HandOver) -> Self {
        Self { stage: Stage::Before(before), duration, hand_over }
    }

    fn begin(&mut self, positions: Vec<Vector3<f64>>, peculiar: Vec<Vector3<f64>>) -> Result<(), MolecularError> {
        let live = (self.hand_over)(&positions, &peculiar)?;
        self.stage = Stage::Begun { positions, peculiar, live };
        Ok(())
    }

    fn live(&self) -> &dyn Description {
        match &self.stage {
            Stage::Before(live) | Stage::Begun { live, .. } => live.as_ref(),
        }
    }
}

impl Description for Prepared {
    fn name(&self) -> &'static str {
        self.live().name()
    }

    fn time(&self) -> f64 {
        match &self.stage {
            Stage::Before(_) => 0.0,
            Stage::Begun { live, .. } => live.time(),
        }
    }

    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        if let Stage::Before(before) = &mut self.stage {
            let arrived = before.advance(self.duration, &mut AtZero(monitor));
            let arrived = arrived
                .map_err(|stop| Stop { time: 0.0, reason: format!("while it was prepared: {}", stop.reason) })?;
            if arrived == Advance::Paused {
                return Ok(Advance::Paused);
            }
            if let Some(Structure { positions, lab_velocities, .. }) = before.structure() {
                let begun = self.begin(positions, lab_velocities);
                begun.map_err(|error| Stop { time: 0.0, reason: format!("as prepared it cannot begin: {error}") })?;
            }
        }
        match &mut self.stage {
            Stage::Before(live) | Stage::Begun { live, .. } => live.advance(until, monitor),
        }
    }

    fn observe(&mut self) -> Observables {
        match &mut self.stage {
            Stage::Before(live) | Stage::Begun { live, .. } => live.observe(),
        }
    }

    fn structure(&self) -> Option<Structure> {
        self.live().structure()
    }

    fn bonds(&self) -> Vec<[usize; 2]> {
        self.live().bonds()
    }

    fn save(&self, state: &mut StateWriter) {
        match &self.stage {
            Stage::Before(before) => {
                state.u64(0);
                before.save(state);
            }
            Stage::Begun { positions, peculiar, live } => {
                state.u64(1);
                state.vector_slice(positions);
                state.vector_slice(peculiar);
                live.save(state);
            }
        }
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        if state.u64()? != 0 {
            let (positions, peculiar) = (state.vector_vec()?, state.vector_vec()?);
            self.begin(positions, peculiar).map_err(|error| StateError::Mismatch(error.to_string()))?;
        }
        match &mut self.stage {
            Stage::Before(live) | Stage::Begun { live, .. } => live.restore(state),
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        self.live().facts()
    }
}
