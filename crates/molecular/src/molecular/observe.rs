//! Observables of the atoms.

use super::{Molecular, Molecules};
use omd_flow::{Dimension, Matrix3, Observables, Vector3, lattice, symmetric_components};

/// A symmetric tensor from xx yy zz xy xz yz.
fn symmetric([xx, yy, zz, xy, xz, yz]: [f64; 6]) -> Matrix3<f64> {
    Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz)
}

/// `S : L` of the components of a symmetric tensor.
pub(super) fn contraction(components: &[f64; 6], gradient: &Matrix3<f64>) -> f64 {
    symmetric(*components).component_mul(gradient).sum()
}

pub(crate) const KINETIC: [&str; 6] =
    ["kinetic_pxx", "kinetic_pyy", "kinetic_pzz", "kinetic_pxy", "kinetic_pxz", "kinetic_pyz"];
pub(crate) const DRIFT: [&str; 3] = ["drift_x", "drift_y", "drift_z"];

impl Molecular {
    /// `m sum w w^T` about zero, energy.
    fn kinetic_sum(&self) -> Matrix3<f64> {
        symmetric(self.engine.sums.kinetic) * self.engine.model.mass
    }

    /// `sum m w^2/2`, `w` about zero.
    pub(super) fn kinetic_energy(&self) -> f64 {
        0.5 * self.kinetic_sum().trace()
    }

    /// The mean of `w`.
    fn drift(&self) -> Vector3<f64> {
        Vector3::from(self.engine.sums.drift) / self.engine.len() as f64
    }

    /// `m sum w w^T / (3N)`'s trace, `w` about its mean: an energy.
    pub(super) fn temperature(&self) -> f64 {
        let about_zero = self.kinetic_sum().trace() / self.engine.len() as f64;
        (about_zero - self.engine.model.mass * self.drift().norm_squared()) / 3.0
    }

    /// `-V P : L`, `w` about zero as the identity has it; power.
    pub(super) fn power(&self) -> f64 {
        let stress = self.kinetic_sum() + symmetric(self.engine.sums.virial);
        let gradient = self.engine.model.flow.velocity_gradient(self.engine.time);
        -stress.component_mul(&gradient).sum()
    }

    /// `sum m w^2/2 + U` of a potential without jump, energy.
    pub(super) fn balance_energy(&self) -> f64 {
        self.kinetic_energy() + self.engine.potential_energies()[1]
    }

    /// The smallest image distance seen so far.
    pub(super) fn note_shortest_image(&mut self) {
        let shortest = lattice::shortest_vector(&self.engine.group.edges(self.engine.time));
        self.shortest_image = self.shortest_image.min(shortest);
    }

    /// `V P = m sum w w^T + (1/2) sum sum r f`, `q = 1/2 sum m |w|^2 w / V`, `w` about its mean.
    pub(super) fn observables(&self) -> Observables {
        let engine = &self.engine;
        let (count, mass) = (engine.len() as f64, engine.model.mass);
        let volume = engine.group.reference().determinant().abs() * engine.model.flow.volume_ratio(engine.time);
        let drift = self.drift();
        let kinetic = (self.kinetic_sum() - drift * drift.transpose() * (mass * count)) / volume;
        let (mut heat, mut fourth) = (Vector3::zeros(), 0.0);
        for velocity in engine.peculiar_velocities() {
            let w = velocity - drift;
            let squared = w.norm_squared();
            heat += w * squared;
            fourth += squared * squared;
        }
        let [potential, continuous] = engine.potential_energies();
        let energy = self.kinetic_energy() + continuous;
        let mut row = Observables {
            time: engine.time,
            density: count / volume,
            temperature: kinetic.trace() * volume / (3.0 * count),
            pressure: kinetic + symmetric(engine.sums.virial) / volume,
            heat_flux: Some(heat * (0.5 * mass / volume)),
            extra: Vec::new(),
        };
        for (name, value) in KINETIC.into_iter().zip(symmetric_components(&kinetic)) {
            row.push(name, value, Dimension::Pressure);
        }
        row.push("potential_energy", potential, Dimension::Energy);
        row.push("energy_balance", self.residual(energy), Dimension::Energy);
        row.push("fourth_moment", fourth / count, Dimension::VelocityToTheFourth);
        for (name, value) in DRIFT.into_iter().zip(drift.iter()) {
            row.push(name, *value, Dimension::Velocity);
        }
        if let Some(molecules) = &self.molecules {
            self.push_molecules(&mut row, molecules, &drift);
        }
        if let Some(bath) = &self.bath {
            bath.push(&mut row);
        }
        row
    }

    /// How the kinetic energy is shared: `sum m w^2` is that of the centres of the molecules and what is left; of two atoms
    /// the rest is along their bond, one degree of freedom, and across it, two.
    fn push_molecules(&self, row: &mut Observables, molecules: &Molecules, drift: &Vector3<f64>) {
        let engine = &self.engine;
        let gradient = engine.model.flow.velocity_gradient(engine.time);
        let (positions, velocities) = (engine.unwrapped_positions(), engine.unwrapped_velocities());
        let peculiar = |atom: usize| velocities[atom] - gradient * positions[atom] - drift;
        let (mass, count) = (engine.model.mass, molecules.len() as f64);
        let (mut centres, mut inner, mut along) = (0.0, 0.0, 0.0);
        for members in molecules.each() {
            let mean = members.iter().map(|(atom, _)| peculiar(*atom)).sum::<Vector3<f64>>() / members.len() as f64;
            centres += mass * members.len() as f64 * mean.norm_squared();
            inner += members.iter().map(|(atom, _)| mass * (peculiar(*atom) - mean).norm_squared()).sum::<f64>();
            if let [(first, here), (second, there)] = members {
                let image = engine.group.reference_translation(engine.time, &(there - here));
                let direction = (positions[*first] - positions[*second] - image).normalize();
                along += 0.5 * mass * (peculiar(*first) - peculiar(*second)).dot(&direction).powi(2);
            }
        }
        row.push("translational_temperature", centres / (3.0 * count), Dimension::Temperature);
        if molecules.diatomic {
            row.push("rotational_temperature", (inner - along) / (2.0 * count), Dimension::Temperature);
            row.push("vibrational_temperature", along / count, Dimension::Temperature);
        } else {
            let left = 3.0 * (engine.len() as f64 - count);
            row.push("internal_temperature", if left > 0.0 { inner / left } else { 0.0 }, Dimension::Temperature);
        }
    }
}
