//! The kernel of a potential: a table inside, exact scattering outside it.

use super::KernelError;
use super::accuracy::KernelAccuracy;
use super::build::build;
use super::table::Table;
use crate::potential::PairPotential;
use crate::scattering::{Scattering, ScatteringError};

/// The tabulated energies of relative motion, as multiples of the reference temperature. Collisions at temperature
/// `T` have energies of `T` times a number whose density is `x exp(-x)`: this serves `T` from 1/100 to 300 times the
/// reference with all but 1e-4 of the collisions in the table.
const ENERGIES: (f64, f64) = (1e-4, 1e4);

/// `B dsigma = |u| b db dphi` for a potential with a cutoff and atoms of one mass.
#[derive(Clone, Debug)]
pub struct PotentialKernel {
    scattering: Scattering,
    mass: f64,
    cutoff: f64,
    temperature: f64,
    table: Table,
    accuracy: KernelAccuracy,
}

impl PotentialKernel {
    /// Tabulates the deflection for relative energies from 1e-4 to 1e4 times `temperature`, and measures the error.
    ///
    /// # Errors
    /// [`KernelError`].
    pub fn new(potential: &PairPotential, mass: f64, temperature: f64) -> Result<Self, KernelError> {
        let cutoff = potential.cutoff().ok_or(KernelError::NeedsCutoff)?;
        for (name, value) in [("mass", mass), ("reference temperature", temperature), ("cutoff", cutoff)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(KernelError::NotPositive { name, value });
            }
        }
        let scattering = Scattering::new(potential)?;
        let table = build(&scattering, cutoff, (ENERGIES.0 * temperature, ENERGIES.1 * temperature))?;
        let accuracy = KernelAccuracy::measure(&scattering, cutoff, &table)?;
        Ok(Self { scattering, mass, cutoff, temperature, table, accuracy })
    }
    /// The exact scattering behind the table.
    #[must_use]
    pub fn scattering(&self) -> &Scattering {
        &self.scattering
    }
    /// The potential.
    #[must_use]
    pub fn potential(&self) -> &PairPotential {
        self.scattering.potential()
    }
    /// Of one atom.
    #[must_use]
    pub fn mass(&self) -> f64 {
        self.mass
    }
    /// The temperature (an energy) the table was made for.
    #[must_use]
    pub fn reference_temperature(&self) -> f64 {
        self.temperature
    }
    /// `pi rc^2`.
    #[must_use]
    pub fn cross_section(&self) -> f64 {
        std::f64::consts::PI * self.cutoff * self.cutoff
    }
    /// The measured error of the table.
    #[must_use]
    pub fn accuracy(&self) -> &KernelAccuracy {
        &self.accuracy
    }
    /// The relative energies the table covers; beyond them the scattering is computed.
    #[must_use]
    pub fn tabulated_energies(&self) -> (f64, f64) {
        self.table.energies()
    }
    /// Bytes of the table.
    #[must_use]
    pub fn table_size(&self) -> usize {
        self.table.size()
    }
    /// `cos chi` at relative speed `|u|` and impact parameter `b = rc sqrt(uniform)`.
    #[must_use]
    #[inline]
    pub fn deflection_cosine(&self, speed: f64, uniform: f64) -> f64 {
        let energy = 0.25 * self.mass * speed * speed;
        match self.table.loss(energy, uniform) {
            Some(loss) => 1.0 - loss,
            None => self.computed(energy, uniform),
        }
    }
    /// As [`Self::deflection_cosine`], computed at about 2 us instead of looked up.
    ///
    /// # Errors
    /// Those of [`crate::EnergyShell::deflection`].
    pub fn exact_cosine(&self, speed: f64, uniform: f64) -> Result<f64, ScatteringError> {
        let shell = self.scattering.at_energy(0.25 * self.mass * speed * speed)?;
        Ok(shell.deflection(self.cutoff * uniform.sqrt())?.cos())
    }
    /// Outside the table. What has no angle (no speed, an orbit to the last bit) has no weight: no deflection.
    #[cold]
    fn computed(&self, energy: f64, uniform: f64) -> f64 {
        let impact = self.cutoff * uniform.sqrt();
        let shell = self.scattering.at_energy(energy);
        shell.and_then(|shell| shell.deflection(impact)).map_or(1.0, f64::cos)
    }
}
