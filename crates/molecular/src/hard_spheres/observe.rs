//! Observables of the spheres.

use super::HardSpheres;
use crate::flight::{Sums, push_drift};
use omd_flow::{Dimension, Observables, lattice};

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
        let Sums { mut row, fourth, drift } = gas.sums(&gas.ledger.collisional_pressure(gas.time));
        let energy = 0.5 * gas.kinetic_sum().trace();
        row.push("energy_balance", gas.ledger.residual(energy), Dimension::Energy);
        row.push("fourth_moment", fourth, Dimension::VelocityToTheFourth);
        let collisions = 2.0 * gas.ledger.collisions as f64 / gas.len() as f64;
        row.push("collisions_per_particle", collisions, Dimension::None);
        push_drift(&mut row, &drift);
        row
    }
}
