//! The gas in space as a description of the experiment.

use super::collide::{Source, windows};
use super::flight::Flight;
use super::{Counters, Particle, Segment, Spatial};
use crate::boltzmann::dsmc::{Deflected, Scattering, with_law};
use omd_flow::{Advance, Description, Monitor, Observables, Pace, StateError, StateReader, StateWriter, Stop};

impl Spatial {
    /// Starts equal steps to `until`, unless a pause has left some.
    fn plan(&mut self, until: f64) {
        if self.segment.end == until && self.segment.done < self.segment.steps {
            return;
        }
        let span = until - self.time;
        // A span that is a whole number of steps but for rounding takes that number.
        let steps = (span / self.parameters.time_step * (1.0 - 1e-12)).ceil().max(1.0);
        self.segment = Segment { start: self.time, end: until, steps: steps as u64, done: 0 };
    }

    fn step(&mut self) {
        let Segment { start, end, steps, done } = self.segment;
        let edge = |k: u64| if k == steps { end } else { start + (end - start) * (k as f64 / steps as f64) };
        let (from, to) = (edge(done), edge(done + 1));
        let middle = 0.5 * (from + to);
        let given = &self.parameters;
        let flight = Flight::new(&given.flow, &self.inverse_cell, self.position_time, middle);
        let windows = windows(&given.flow, from, to);
        let cells = self.cells.count() as f64;
        let rate = given.number_density * cells / (given.knudsen * self.particles.len() as f64);
        let (seed, replica, block) = (given.seed, given.replica << 32, self.counters.steps << 32);
        let [candidates, collisions] = with_law!(self.scattering, &given.kernel, law => self.cells.sweep(
            &mut self.particles,
            &mut self.other,
            |particle| flight.fly(particle),
            |cell, particles| {
                let mut source = Source { seed, stream: replica | cell as u64, block };
                windows.iter().fold([0; 2], |sum, window| {
                    let counts = window.collide(&law, rate, particles, &mut source);
                    [sum[0] + counts[0], sum[1] + counts[1]]
                })
            },
        ));
        self.counters.candidates += candidates;
        self.counters.collisions += collisions;
        self.counters.steps += 1;
        self.position_time = middle;
        self.time = to;
        self.segment.done += 1;
    }

    /// Takes the positions to the end of the last step.
    fn arrive(&mut self) {
        let flight = Flight::new(&self.parameters.flow, &self.inverse_cell, self.position_time, self.time);
        self.particles.iter_mut().for_each(|particle| flight.fly(particle));
        self.position_time = self.time;
    }
}

impl Description for Spatial {
    fn name(&self) -> &'static str {
        "spatial-dsmc"
    }

    fn time(&self) -> f64 {
        self.time
    }

    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        if let Some(singular) = self.parameters.flow.singular_time().filter(|&t| until >= t) {
            let reason = format!("the flow exists before t* = {singular} only; {until} was asked for");
            return Err(Stop { time: self.time, reason });
        }
        if until <= self.time && self.position_time == self.time {
            return Ok(Advance::Arrived);
        }
        if until > self.time {
            self.plan(until);
        }
        while self.segment.done < self.segment.steps {
            self.step();
            if self.segment.done < self.segment.steps && monitor.at(self.time) == Pace::Pause {
                return Ok(Advance::Paused);
            }
        }
        self.arrive();
        if self.particles.iter().any(|particle| particle.momentum.iter().any(|p| !p.is_finite())) {
            let reason = "a particle velocity is no longer finite".to_owned();
            return Err(Stop { time: self.time, reason });
        }
        Ok(Advance::Arrived)
    }

    fn observe(&mut self) -> Observables {
        self.row()
    }

    fn save(&self, state: &mut StateWriter) {
        state.f64(self.time);
        state.f64(self.position_time);
        let Segment { start, end, steps, done } = self.segment;
        state.f64(start);
        state.f64(end);
        let Counters { candidates, collisions, steps: all } = self.counters;
        state.u64_slice(&[steps, done, candidates, collisions, all]);
        let numbers = |of: fn(&Particle) -> [f64; 3]| self.particles.iter().flat_map(of).collect::<Vec<f64>>();
        state.f64_slice(&numbers(|particle| particle.place));
        state.f64_slice(&numbers(|particle| particle.momentum));
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.time = state.f64()?;
        self.position_time = state.f64()?;
        let (start, end) = (state.f64()?, state.f64()?);
        let [steps, done, candidates, collisions, all] = state.u64_vec()?[..] else {
            return Err(StateError::Mismatch("five counters were expected".to_owned()));
        };
        self.segment = Segment { start, end, steps, done };
        self.counters = Counters { candidates, collisions, steps: all };
        let (places, momenta) = (state.f64_vec()?, state.f64_vec()?);
        let wanted = self.particles.len();
        if places.len() != 3 * wanted || momenta.len() != 3 * wanted {
            let found = places.len() / 3;
            return Err(StateError::Mismatch(format!("{found} particles instead of {wanted}")));
        }
        if !places.iter().all(|s| (0.0..1.0).contains(s)) {
            return Err(StateError::Mismatch("a reduced position is outside the unit cube".to_owned()));
        }
        let triples = places.chunks_exact(3).zip(momenta.chunks_exact(3));
        for (particle, (place, momentum)) in self.particles.iter_mut().zip(triples) {
            particle.place.copy_from_slice(place);
            particle.momentum.copy_from_slice(momentum);
        }
        Ok(())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let Counters { candidates, collisions, steps } = self.counters;
        vec![
            ("steps", steps.to_string()),
            ("collisions", collisions.to_string()),
            ("candidates", candidates.to_string()),
            ("acceptance", format!("{:.4}", collisions as f64 / candidates.max(1) as f64)),
        ]
    }
}
