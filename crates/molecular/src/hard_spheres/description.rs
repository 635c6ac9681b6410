//! Hard spheres as a description: advancing, saving, restoring.

use super::HardSpheres;
use super::gas::Ended;
use super::ledger::Ledger;
use super::spheres::Spheres;
use omd_flow::{
    Advance, Description, Monitor, Observables, Pace, StateError, StateReader, StateWriter, Stop, Structure, Vector3,
};

/// Spheres moved through a window between two questions to the monitor, at least.
const SPHERES_PER_QUESTION: usize = 20_000;

impl HardSpheres {
    fn stop(&self, reason: String) -> Stop {
        Stop { time: self.gas.time, reason }
    }

    fn closed_stop(&self) -> Stop {
        self.stop(format!(
            "the shortest lattice vector has reached the diameter {}: every sphere touches its own image; hint: more \
             atoms, or lattice = \"auto\"",
            self.gas.model.diameter
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
        let gas = &self.gas;
        std::f64::consts::PI / 6.0 * gas.model.diameter.powi(3) * gas.len() as f64 / gas.volume()
    }
}

impl Description for HardSpheres {
    fn name(&self) -> &'static str {
        "molecular"
    }

    fn time(&self) -> f64 {
        self.gas.time
    }

    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        let every = (SPHERES_PER_QUESTION / self.gas.len().max(1)).max(1) as u64;
        if self.gas.time < until {
            self.gas.ledger.go_on(self.gas.time);
        }
        while self.gas.time < until {
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
            if self.gas.windows.is_multiple_of(every) && self.gas.time < until {
                self.note_shortest_image();
                if monitor.at(self.gas.time) == Pace::Pause {
                    return Ok(Advance::Paused);
                }
            }
        }
        Ok(Advance::Arrived)
    }

    fn observe(&mut self) -> Observables {
        self.note_shortest_image();
        self.gas.ledger.sampled = true;
        self.observables()
    }

    fn structure(&self) -> Option<Structure> {
        let gas = &self.gas;
        Some(Structure {
            time: gas.time,
            cell: Some(gas.model.flow.deformation(gas.time) * gas.group.reference()),
            positions: gas.unwrapped_positions(),
            lab_velocities: gas.unwrapped_velocities(),
        })
    }

    fn save(&self, state: &mut StateWriter) {
        let gas = &self.gas;
        state.u64(gas.len() as u64);
        state.f64(gas.time);
        state.matrix(&gas.group.unimodular().map(|x| x as f64));
        state.u64_slice(&gas.spheres.ids.iter().map(|&id| u64::from(id)).collect::<Vec<_>>());
        state.vector_slice(&(0..gas.len()).map(|slot| gas.spheres.position(slot)).collect::<Vec<_>>());
        state.vector_slice(&(0..gas.len()).map(|slot| gas.spheres.velocity(slot)).collect::<Vec<_>>());
        state.u64_slice(&gas.wraps.iter().flat_map(|n| n.iter().map(|x| *x as u64)).collect::<Vec<_>>());
        gas.ledger.save(state);
        state.f64(gas.speed);
        state.f64(gas.fastest);
        state.u64(gas.windows);
        state.f64(self.shortest_image);
        state.u64(u64::from(self.closed));
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        let gas = &mut self.gas;
        let count = state.u64()?;
        if count != gas.len() as u64 {
            return Err(StateError::Mismatch(format!("{count} atoms saved, {} in the input", gas.len())));
        }
        gas.time = state.f64()?;
        gas.group.set_unimodular(state.matrix()?.map(|x| x as i64));
        let ids: Vec<u32> = state.u64_vec()?.into_iter().map(|id| id as u32).collect();
        let (positions, velocities, wraps) = (state.vector_vec()?, state.vector_vec()?, state.u64_vec()?);
        let mut seen = vec![false; gas.len()];
        ids.iter().for_each(|&id| seen.get_mut(id as usize).into_iter().for_each(|flag| *flag = true));
        let lengths = [ids.len(), positions.len(), velocities.len(), wraps.len() / 3];
        if lengths.iter().any(|&length| length != gas.len()) || !seen.iter().all(|&flag| flag) {
            return Err(StateError::Mismatch("the atoms are not those of the input".into()));
        }
        gas.wraps = wraps.chunks_exact(3).map(|n| Vector3::new(n[0] as i64, n[1] as i64, n[2] as i64)).collect();
        gas.spheres = Spheres::new(&positions, &velocities, ids);
        gas.ledger = Ledger::restore(state)?;
        (gas.speed, gas.fastest, gas.windows) = (state.f64()?, state.f64()?, state.u64()?);
        (self.shortest_image, self.closed) = (state.f64()?, state.u64()? != 0);
        Ok(())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let gas = &self.gas;
        let mut facts = vec![
            ("atoms", gas.len().to_string()),
            ("collisions", gas.ledger.collisions.to_string()),
            ("windows", gas.windows.to_string()),
            ("packing fraction at the end", format!("{:.6}", self.packing_fraction())),
            ("smallest image distance", format!("{}", self.shortest_image)),
        ];
        if self.shortest_image < 2.0 * gas.model.diameter {
            let text = "a sphere may touch two images of one neighbour: the smallest image distance is below twice the \
                        diameter";
            facts.push(("warning", text.into()));
        }
        facts
    }
}
