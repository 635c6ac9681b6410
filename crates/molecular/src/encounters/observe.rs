//! Observables of the atoms, those of the time-stepped engine.

use super::Encounters;
use crate::Model;
use crate::flight::{Sums, push_drift};
use crate::start::close_pairs;
use omd_flow::{Dimension, Matrix3, Observables, lattice};
use omd_interaction::Truncation;

/// What the pairs within the cutoff add up to at one time, images of an atom itself among them.
pub(super) struct Interaction {
    /// `sum r f^T` over pairs, energy.
    virial: Matrix3<f64>,
    /// Energy as the potential says.
    energy: f64,
    /// Energy without the jump that a plain truncation leaves at the cutoff.
    pub(super) continuous: f64,
}

impl Encounters {
    /// The smallest image distance seen so far.
    pub(super) fn note_shortest_image(&mut self) {
        let flight = &self.gas.flight;
        let shortest = lattice::shortest_vector(&flight.group.edges(flight.time));
        self.shortest_image = self.shortest_image.min(shortest);
    }

    pub(super) fn interaction(&self, model: &Model) -> Interaction {
        let flight = &self.gas.flight;
        let potential = &model.potential;
        let jump = match potential.truncation() {
            Truncation::Truncated => potential.form().energy(flight.reach),
            Truncation::Shifted | Truncation::ShiftedForce => 0.0,
        };
        let mut sum = Interaction { virial: Matrix3::zeros(), energy: 0.0, continuous: 0.0 };
        for pair in close_pairs(&flight.group.edges(flight.time), &flight.wrapped_positions(), flight.reach) {
            let r = pair.separation;
            let (distance, energy) = (r.norm(), potential.energy(r.norm()));
            sum.virial += r * r.transpose() * (-potential.derivative(distance) / distance);
            sum.energy += energy;
            // An atom moves past its own images with the flow alone: what it does to them it gets back, and the ledger
            // knows of neither.
            if pair.first != pair.second {
                sum.continuous += energy - jump;
            }
        }
        sum
    }

    /// `V P = m sum w w^T + sum r f` over pairs, `q = 1/2 sum m |w|^2 w / V`, `w` about its mean.
    pub(super) fn observables(&self) -> Observables {
        let flight = &self.gas.flight;
        let interaction = self.interaction(&self.gas.model);
        let Sums { mut row, fourth, drift } = flight.sums(&(interaction.virial / flight.volume()));
        let residual = flight.ledger.residual(0.5 * flight.kinetic_sum().trace());
        let gained = interaction.continuous - self.potential_at_start;
        row.push("potential_energy", interaction.energy, Dimension::Energy);
        row.push("energy_balance", residual + gained, Dimension::Energy);
        row.push("fourth_moment", fourth, Dimension::VelocityToTheFourth);
        // A collision is one of both atoms.
        let collisions = 2.0 * flight.ledger.collisions as f64 / flight.len() as f64;
        row.push("collisions_per_particle", collisions, Dimension::None);
        push_drift(&mut row, &drift);
        row
    }
}
