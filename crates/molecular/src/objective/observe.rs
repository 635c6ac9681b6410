//! Observables of atoms under any group.
//!
//! A group with three dimensions of translations has a volume and a pressure, a mean over its rotations. One with two
//! has a membrane stress, force per length; one with one dimension an axial force; a finite one has neither.

use super::GroupMolecular;
use crate::molecular::{DRIFT, KINETIC};
use omd_flow::{Dimension, Matrix3, Observables, Vector3, symmetric_components};

const MEMBRANE: [&str; 6] = ["membrane_xx", "membrane_yy", "membrane_zz", "membrane_xy", "membrane_xz", "membrane_yz"];

impl GroupMolecular {
    /// `sum m w w^T` about zero, energy.
    pub(super) fn kinetic_sum(&self) -> Matrix3<f64> {
        self.engine.sums.kinetic * self.engine.mass
    }

    /// The mass of the simulated atoms over that which they are counted in: their number, where all weigh the same.
    fn weight(&self) -> f64 {
        self.engine.weights().sum()
    }

    /// The mean of `w` by mass over all copies: its part that no rotation of the group changes.
    fn drift(&self) -> Vector3<f64> {
        self.engine.group.mean_rotation() * self.engine.sums.drift / self.weight()
    }

    /// `sum m w^2 / (3N)`, `w` about its mean: an energy.
    pub(super) fn temperature(&self) -> f64 {
        let count = self.engine.positions.len() as f64;
        let about_zero = self.kinetic_sum().trace() / count;
        (about_zero - self.engine.mass * (self.weight() / count) * self.drift().norm_squared()) / 3.0
    }

    /// `S = sum m w w^T + sum f y^T`, `w` about zero, energy.
    fn stress_sum(&self) -> Matrix3<f64> {
        self.kinetic_sum() + self.engine.evaluation.virial
    }

    /// The rate at which the images do work on the simulated atoms; power.
    pub(super) fn power(&self) -> f64 {
        let gradient = self.engine.group.motion(self.engine.time).gradient;
        -self.stress_sum().component_mul(&gradient).sum() - self.engine.mass * self.engine.sums.tilting
    }

    /// `sum m w^2/2 + U` of a potential without jump, energy.
    pub(super) fn balance_energy(&self) -> f64 {
        0.5 * self.kinetic_sum().trace() + self.engine.evaluation.continuous_energy
    }

    /// The force along the axis of a tube or a rod, positive where it pulls: `dE/d(length)` of the copies in a length,
    /// `-n.S n` over the length of one copy. `None` for other groups.
    #[must_use]
    pub fn axial_force(&self) -> Option<f64> {
        let group = &self.engine.group;
        let direction = group.direction(self.engine.time)?;
        Some(-direction.dot(&(self.stress_sum() * direction)) / group.content(self.engine.time)?)
    }

    pub(super) fn observables(&self) -> Observables {
        let engine = &self.engine;
        let (count, mass, weight) = (engine.positions.len() as f64, engine.mass, self.weight());
        let volume = engine.group.content(engine.time).filter(|_| engine.group.dimension() == 3);
        let drift = self.drift();
        let mean = |tensor: Matrix3<f64>| engine.group.mean_tensor(&tensor);
        let (mut heat, mut fourth) = (Vector3::zeros(), 0.0);
        for (velocity, weight) in engine.peculiar_velocities().zip(engine.weights()) {
            let w = velocity - drift;
            heat += w * (weight * w.norm_squared());
            fourth += w.norm_squared().powi(2);
        }
        // What has no volume has no density and no pressure: not a number, and no column.
        let per_volume = 1.0 / volume.unwrap_or(f64::NAN);
        let kinetic = mean(self.kinetic_sum() - drift * drift.transpose() * (mass * weight)) * per_volume;
        let mut row = Observables {
            time: engine.time,
            density: count * per_volume,
            temperature: self.temperature(),
            pressure: kinetic + mean(engine.evaluation.virial) * per_volume,
            heat_flux: volume.map(|_| engine.group.mean_rotation() * heat * (0.5 * mass * per_volume)),
            extra: Vec::new(),
        };
        if volume.is_some() {
            for (name, value) in KINETIC.into_iter().zip(symmetric_components(&kinetic)) {
                row.push(name, value, Dimension::Pressure);
            }
        }
        self.push_tension(&mut row, count);
        row.push("potential_energy", engine.evaluation.energy, Dimension::Energy);
        row.push("energy_balance", self.balance.residual(self.balance_energy()) - self.heat(), Dimension::Energy);
        row.push("fourth_moment", fourth / count, Dimension::VelocityToTheFourth);
        for (name, value) in DRIFT.into_iter().zip(drift.iter()) {
            row.push(name, *value, Dimension::Velocity);
        }
        if let Some(bath) = &self.bath {
            bath.push(&mut row);
        }
        row
    }

    /// What a tube or a layer has instead of density and pressure.
    fn push_tension(&self, row: &mut Observables, count: f64) {
        let group = &self.engine.group;
        let Some(content) = group.content(self.engine.time) else { return };
        if let Some(force) = self.axial_force() {
            row.push("linear_density", count / content, Dimension::LinearDensity);
            row.push("axial_force", force, Dimension::Force);
        } else if group.dimension() == 2 {
            row.push("area_density", count / content, Dimension::AreaDensity);
            let membrane = group.mean_tensor(&self.stress_sum()) * (-1.0 / content);
            for (name, value) in MEMBRANE.into_iter().zip(symmetric_components(&membrane)) {
                row.push(name, value, Dimension::SurfaceTension);
            }
        }
    }
}
