//! Encounters as a description: advancing, saving, restoring.

use super::Encounters;
use super::gas::Halt;
use omd_flow::{
    Advance, Description, Monitor, Observables, Pace, StateError, StateReader, StateWriter, Stop, Structure,
};

/// Atoms moved through a window between two questions to the monitor, at least.
const ATOMS_PER_QUESTION: usize = 20_000;

impl Encounters {
    fn stop(&self, halt: Halt) -> Stop {
        let reason = match halt {
            Halt::Percolates(members) => format!(
                "a cluster of {members} atoms within the cutoff of one another has formed, with {:.2} neighbours on average: \
                 the gas is too dense for encounters; hint: engine = \"time-stepped\"",
                self.neighbours()
            ),
            Halt::Lost => {
                "an encounter cannot be followed, or speeds are no longer finite; hint: an earlier end".to_owned()
            }
        };
        Stop { time: self.gas.flight.time, reason }
    }
}

impl Description for Encounters {
    fn name(&self) -> &'static str {
        "molecular"
    }

    fn time(&self) -> f64 {
        self.gas.flight.time
    }

    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        let every = (ATOMS_PER_QUESTION / self.gas.flight.len().max(1)).max(1) as u64;
        while self.gas.flight.time < until {
            self.gas.window(until).map_err(|halt| self.stop(halt))?;
            if self.gas.flight.windows.is_multiple_of(every) && self.gas.flight.time < until {
                self.note_shortest_image();
                if monitor.at(self.gas.flight.time) == Pace::Pause {
                    return Ok(Advance::Paused);
                }
            }
        }
        Ok(Advance::Arrived)
    }

    fn observe(&mut self) -> Observables {
        self.note_shortest_image();
        self.observables()
    }

    fn structure(&self) -> Option<Structure> {
        Some(self.gas.flight.structure())
    }

    fn save(&self, state: &mut StateWriter) {
        self.gas.flight.save(state);
        state.f64(self.shortest_image);
        state.f64(self.potential_at_start);
        state.u64(self.gas.steps);
        state.u64(self.gas.largest);
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.gas.flight.restore(state)?;
        (self.shortest_image, self.potential_at_start) = (state.f64()?, state.f64()?);
        (self.gas.steps, self.gas.largest) = (state.u64()?, state.u64()?);
        Ok(())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let flight = &self.gas.flight;
        let mut facts = vec![
            ("atoms", flight.len().to_string()),
            ("encounters", flight.ledger.collisions.to_string()),
            ("steps in encounters", self.gas.steps.to_string()),
            ("atoms of the largest cluster", self.gas.largest.to_string()),
            ("windows", flight.windows.to_string()),
            ("smallest image distance", format!("{}", self.shortest_image)),
        ];
        facts.extend(crate::molecular::image_warning(self.shortest_image, flight.reach).map(|text| ("warning", text)));
        facts
    }
}
