//! Hard spheres as a description: advancing, saving, restoring.

use super::HardSpheres;
use super::gas::Ended;
use omd_flow::{
    Advance, Description, Monitor, Observables, Pace, StateError, StateReader, StateWriter, Stop, Structure,
};

/// Spheres moved through a window between two questions to the monitor, at least.
const SPHERES_PER_QUESTION: usize = 20_000;

impl HardSpheres {
    fn stop(&self, reason: String) -> Stop {
        Stop { time: self.gas.flight.time, reason }
    }

    fn closed_stop(&self) -> Stop {
        self.stop(format!(
            "the shortest lattice vector has reached the diameter {}: every sphere touches its own image; hint: more \
             atoms, or lattice = \"auto\"",
            self.gas.diameter
        ))
    }

    fn jammed_stop(&self) -> Stop {
        self.stop(format!(
            "at packing fraction {:.4} the spheres jam: they collide ten thousand times on the way of a diameter; hint: \
             an earlier end, or a flow that compresses less",
            self.packing_fraction()
        ))
    }

    /// The share of the volume that the spheres fill.
    fn packing_fraction(&self) -> f64 {
        let gas = &self.gas.flight;
        std::f64::consts::PI / 6.0 * gas.reach.powi(3) * gas.len() as f64 / gas.volume()
    }
}

impl Description for HardSpheres {
    fn name(&self) -> &'static str {
        "molecular"
    }

    fn time(&self) -> f64 {
        self.gas.flight.time
    }

    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        let every = (SPHERES_PER_QUESTION / self.gas.flight.len().max(1)).max(1) as u64;
        if self.gas.flight.time < until {
            self.gas.flight.ledger.go_on(self.gas.flight.time);
        }
        while self.gas.flight.time < until {
            if self.closed {
                return Err(self.closed_stop());
            }
            match self.gas.window(until) {
                Ended::Open => {}
                Ended::Closed => {
                    self.closed = true;
                    self.note_shortest_image();
                    return Err(self.closed_stop());
                }
                Ended::Jammed => return Err(self.jammed_stop()),
                Ended::Lost => return Err(self.stop("speeds are no longer finite; hint: an earlier end".to_owned())),
            }
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
        self.gas.flight.ledger.sampled = true;
        self.observables()
    }

    fn structure(&self) -> Option<Structure> {
        Some(self.gas.flight.structure())
    }

    fn save(&self, state: &mut StateWriter) {
        self.gas.flight.save(state);
        state.f64(self.shortest_image);
        state.u64(u64::from(self.closed));
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.gas.flight.restore(state)?;
        (self.shortest_image, self.closed) = (state.f64()?, state.u64()? != 0);
        Ok(())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let gas = &self.gas.flight;
        let mut facts = vec![
            ("atoms", gas.len().to_string()),
            ("collisions", gas.ledger.collisions.to_string()),
            ("windows", gas.windows.to_string()),
            ("packing fraction at the end", format!("{:.6}", self.packing_fraction())),
            ("smallest image distance", format!("{}", self.shortest_image)),
        ];
        if self.shortest_image < 2.0 * gas.reach {
            let text = "a sphere may touch two images of one neighbour: the smallest image distance is below twice the \
                        diameter";
            facts.push(("warning", text.into()));
        }
        facts
    }
}
