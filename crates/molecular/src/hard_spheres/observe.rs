//! Observables of the spheres.

use super::HardSpheres;
use crate::molecular::{DRIFT, KINETIC};
use omd_flow::{Dimension, Observables, Vector3, lattice, symmetric_components};

impl HardSpheres {
    /// The smallest image distance seen so far.
    pub(super) fn note_shortest_image(&mut self) {
        let shortest = lattice::shortest_vector(&self.gas.flight.group.edges(self.gas.flight.time));
        self.shortest_image = self.shortest_image.min(shortest);
    }

    /// `V P = m sum w w^T + sum r J / (time since the last sample)`, `q = 1/2 sum m |w|^2 w / V`, `w` about its mean; `J` the
    /// impulse on the sphere at `r` from its partner.
    pub(super) fn observables(&self) -> Observables {
        let gas = &self.gas.flight;
        let (count, mass, volume) = (gas.len() as f64, gas.mass, gas.volume());
        let drift = gas.peculiar_velocities().sum::<Vector3<f64>>() / count;
        let about_zero = gas.kinetic_sum();
        let kinetic = (about_zero - drift * drift.transpose() * (mass * count)) / volume;
        let (mut heat, mut fourth) = (Vector3::zeros(), 0.0);
        for velocity in gas.peculiar_velocities() {
            let w = velocity - drift;
            let squared = w.norm_squared();
            heat += w * squared;
            fourth += squared * squared;
        }
        let mut row = Observables {
            time: gas.time,
            density: count / volume,
            temperature: kinetic.trace() * volume / (3.0 * count),
            pressure: kinetic + gas.ledger.collisional_pressure(gas.time),
            heat_flux: Some(heat * (0.5 * mass / volume)),
            extra: Vec::new(),
        };
        for (name, value) in KINETIC.into_iter().zip(symmetric_components(&kinetic)) {
            row.push(name, value, Dimension::Pressure);
        }
        row.push("energy_balance", gas.ledger.residual(0.5 * about_zero.trace()), Dimension::Energy);
        row.push("fourth_moment", fourth / count, Dimension::VelocityToTheFourth);
        row.push("collisions_per_particle", 2.0 * gas.ledger.collisions as f64 / count, Dimension::None);
        for (name, value) in DRIFT.into_iter().zip(drift.iter()) {
            row.push(name, *value, Dimension::Velocity);
        }
        row
    }
}
