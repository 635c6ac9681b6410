//! DSMC as a description of the experiment.

use super::law::Deflected;
use super::observe::{Observer, higher_moments};
use super::{Dsmc, Scattering, entropy, with_law};
use omd_flow::{
    Advance, Description, Dimension, Extra, Monitor, Observables, Pace, StateError, StateReader, StateWriter, Stop,
    VelocityHistogram,
};
use omd_interaction::CollisionKernel;
use std::borrow::Cow;

/// Candidates between two questions to the monitor: about a millisecond.
const PATIENCE: u64 = 1 << 15;
/// Batches between two questions, for gases that hardly collide.
const PATIENCE_BATCHES: u64 = 1 << 10;

impl Description for Dsmc {
    fn name(&self) -> &'static str {
        "dsmc"
    }

    fn time(&self) -> f64 {
        self.gas.time
    }

    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        if let Some(singular) = self.gas.flow.singular_time().filter(|&t| until >= t) {
            let reason = format!("the flow exists before t* = {singular} only; {until} was asked for");
            return Err(Stop { time: self.gas.time, reason });
        }
        let mut asked = self.gas.counters;
        while self.gas.time < until {
            let result = with_law!(self.scattering, &self.kernel, law => self.gas.advance(&law, until));
            if result.is_err() {
                let reason = "a particle velocity is no longer finite".to_owned();
                return Err(Stop { time: self.gas.time, reason });
            }
            let now = self.gas.counters;
            if now.candidates - asked.candidates >= PATIENCE || now.batches - asked.batches >= PATIENCE_BATCHES {
                asked = now;
                if monitor.at(self.gas.time) == Pace::Pause {
                    return Ok(Advance::Paused);
                }
            }
        }
        Ok(Advance::Arrived)
    }

    fn observe(&mut self) -> Observables {
        let gas = &self.gas;
        let observer = Observer::new(&gas.particles, &gas.flow.inverse_deformation(gas.time));
        let moments = observer.moments();
        let theta = moments.covariance.trace() / 3.0;
        let density = self.number_density / gas.flow.volume_ratio(gas.time);
        let mut row = Observables {
            time: gas.time,
            density,
            temperature: self.mass * theta,
            pressure: moments.covariance * (density * self.mass),
            heat_flux: Some(moments.third * (0.5 * density * self.mass)),
            extra: Vec::new(),
        };
        row.push("fourth_moment", moments.fourth, Dimension::VelocityToTheFourth);
        row.push("sixth_moment", moments.sixth, Dimension::VelocityToTheSixth);
        let collided = 2.0 * gas.counters.collisions as f64 / gas.particles.len() as f64;
        row.push("collisions_per_particle", collided, Dimension::None);
        row.push("drift_x", moments.mean.x, Dimension::Velocity);
        row.push("drift_y", moments.mean.y, Dimension::Velocity);
        row.push("drift_z", moments.mean.z, Dimension::Velocity);
        if self.observation.entropy {
            let sample = self.some_peculiar_velocities(entropy::MOST);
            let value = entropy::relative_entropy(&sample, &moments.mean, &moments.covariance);
            row.push("entropy", -value, Dimension::None);
        }
        if self.observation.all_moments {
            let values = observer.higher_moments(theta);
            row.extra.extend(higher_moments().iter().zip(values).map(|(exponents, value)| {
                let axes = exponents.iter().zip(["x", "y", "z"]).map(|(&power, axis)| axis.repeat(power));
                let name = Cow::Owned(format!("standardised_moment_{}", axes.collect::<String>()));
                Extra { name, value, dimension: Dimension::None }
            }));
        }
        row
    }

    fn histogram(&mut self, sample: usize) -> Option<VelocityHistogram> {
        let settings = self.observation.histogram.filter(|settings| sample.is_multiple_of(settings.every))?;
        let gas = &self.gas;
        let observer = Observer::new(&gas.particles, &gas.flow.inverse_deformation(gas.time));
        let theta = observer.moments().covariance.trace() / 3.0;
        Some(observer.histogram(gas.time, theta, settings.bins, settings.range))
    }

    fn save(&self, state: &mut StateWriter) {
        let gas = &self.gas;
        state.f64(gas.time);
        state.u64(gas.stream.block);
        let counters = gas.counters;
        state.u64_slice(&[counters.candidates, counters.collisions, counters.sweeps, counters.batches]);
        let momenta: Vec<f64> = gas.particles.iter().flatten().collect();
        state.f64_slice(&momenta);
        gas.bounds.save(state);
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.gas.time = state.f64()?;
        self.gas.stream.block = state.u64()?;
        let counters = state.u64_vec()?;
        let [candidates, collisions, sweeps, batches] = counters[..] else {
            return Err(StateError::Mismatch("four counters were expected".to_owned()));
        };
        self.gas.counters = super::gas::Counters { candidates, collisions, sweeps, batches };
        let momenta = state.f64_vec()?;
        if momenta.len() != 3 * self.gas.particles.len() {
            let (found, wanted) = (momenta.len() / 3, self.gas.particles.len());
            return Err(StateError::Mismatch(format!("{found} particles instead of {wanted}")));
        }
        for (index, p) in momenta.as_chunks::<3>().0.iter().enumerate() {
            self.gas.particles.set(index, *p);
        }
        with_law!(self.scattering, &self.kernel, law => self.gas.bounds.restore(&law, state))
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let counters = self.gas.counters;
        let acceptance = counters.collisions as f64 / counters.candidates.max(1) as f64;
        let mut facts = vec![
            ("collisions", counters.collisions.to_string()),
            ("candidates", counters.candidates.to_string()),
            ("acceptance", format!("{acceptance:.4}")),
            ("refreshes", counters.sweeps.to_string()),
        ];
        if self.observation.entropy {
            let said = format!(
                "Kozachenko-Leonenko, neighbour {}, {} particles of a replica, on top of the Gaussian's own",
                entropy::NEIGHBOUR,
                self.gas.particles.len().min(entropy::MOST)
            );
            facts.push(("entropy estimate", said));
        }
        if let CollisionKernel::Potential(kernel) = &self.kernel {
            let error = kernel.accuracy();
            let said = format!(
                "relative error of the cross sections at the worst energy: diffusion {:.1e}, viscosity {:.1e}; rms error \
                 of cos chi {:.1e}",
                error.momentum, error.viscosity, error.rms_cosine
            );
            facts.push(("scattering table", said));
        }
        facts
    }
}
