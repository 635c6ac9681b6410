//! Thermostats on the peculiar velocity: for preparing states, and for flows that are asked to stay at their temperature.
//!
//! Newton's equations have none. With one `m dv/dt = f - m zeta w`, `w = v - u`: the same friction for an atom and all its
//! images, so the group stays a symmetry, and the images feel what their atoms feel. In `w` that is
//! `dw/dt = f/m - L w - zeta w`, the form of SLLOD equations with `L = A F(t)^-1`. The energy balance becomes
//! `d/dt (sum m w^2/2 + U) = -V P : L - 2 zeta K`, `K = sum m w^2/2`; the last term is the heat that is counted.

use omd_flow::{Dimension, Observables, Philox, StateError, StateReader, StateWriter};

/// How the friction is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ThermostatKind {
    /// Gauss's principle of least constraint: the friction that keeps `K` constant, `2 zeta K = dK/dt` without it.
    Gaussian,
    /// `d zeta/dt = (2K/(3N T) - 1)/tau^2` (\[Hoover1985\]).
    NoseHoover {
        /// `tau`, time.
        relaxation_time: f64,
    },
    /// `m dw = -(m/tau) w dt + sqrt(2 m T/tau) dW`, each atom by itself.
    Langevin {
        /// `tau`, time.
        relaxation_time: f64,
    },
}

/// A thermostat and the temperature it keeps, an energy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thermostat {
    /// How.
    pub kind: ThermostatKind,
    /// `T`; `K = 3N T/2`, all N atoms counted, as in the column `temperature`.
    pub temperature: f64,
}

/// What a thermostat asks of the atoms: their peculiar velocities, and their forces as of the last step.
pub(crate) trait Thermostatted {
    /// Simulated atoms.
    fn count(&self) -> usize;
    /// `sum m w^2/2`, about zero.
    fn kinetic_energy(&self) -> f64;
    /// `d/dt sum m w^2/2` without the thermostat; power.
    fn heating(&mut self) -> f64;
    /// `w -> factor w`.
    fn scale(&mut self, factor: f64);
    /// `w -> keep w + sqrt(variance/m) xi`, `xi` standard normal, drawn in the order of the atoms; variance is an energy.
    fn stir(&mut self, keep: f64, variance: f64, random: &mut Philox);
}

/// A thermostat at work.
#[derive(Clone, Debug)]
pub(crate) struct Bath {
    thermostat: Thermostat,
    /// `zeta`, 1/time.
    pub(crate) friction: f64,
    /// Energy given to the atoms so far.
    pub(crate) heat: f64,
    random: Philox,
}

impl Bath {
    /// The bath of these atoms; a constraint holds from the start.
    pub(crate) fn new(thermostat: Thermostat, random: Philox, atoms: &mut impl Thermostatted) -> Self {
        let energy = atoms.kinetic_energy();
        if thermostat.kind == ThermostatKind::Gaussian && energy > 0.0 {
            atoms.scale((1.5 * atoms.count() as f64 * thermostat.temperature / energy).sqrt());
        }
        let friction = match thermostat.kind {
            ThermostatKind::Langevin { relaxation_time } => 1.0 / relaxation_time,
            ThermostatKind::Gaussian | ThermostatKind::NoseHoover { .. } => 0.0,
        };
        Self { thermostat, friction, heat: 0.0, random }
    }

    /// The half of a step before the atoms move. With [`Self::after`] and a step of the atoms between them the whole is
    /// symmetric in time, so its error is of second order.
    pub(crate) fn before(&mut self, atoms: &mut impl Thermostatted, time_step: f64) {
        let energy = atoms.kinetic_energy();
        if self.thermostat.kind == ThermostatKind::Gaussian {
            self.friction = if energy > 0.0 { atoms.heating() / (2.0 * energy) } else { 0.0 };
            atoms.scale((-0.5 * time_step * self.friction).exp());
        } else {
            self.half(atoms, 0.5 * time_step);
        }
        self.heat += atoms.kinetic_energy() - energy;
    }

    /// The half of a step after the atoms have moved.
    pub(crate) fn after(&mut self, atoms: &mut impl Thermostatted, time_step: f64) {
        let energy = atoms.kinetic_energy();
        if self.thermostat.kind == ThermostatKind::Gaussian {
            // The constraint itself: the same as half a step of the friction, to third order.
            if energy > 0.0 {
                atoms.scale((self.kept(atoms) / energy).sqrt());
            }
        } else {
            self.half(atoms, 0.5 * time_step);
        }
        self.heat += atoms.kinetic_energy() - energy;
    }

    /// `3N T/2`.
    fn kept(&self, atoms: &impl Thermostatted) -> f64 {
        1.5 * atoms.count() as f64 * self.thermostat.temperature
    }

    fn half(&mut self, atoms: &mut impl Thermostatted, time: f64) {
        match self.thermostat.kind {
            ThermostatKind::Gaussian => {}
            ThermostatKind::NoseHoover { relaxation_time } => {
                let kept = self.kept(atoms);
                let rate = |energy: f64| (energy / kept - 1.0) / (relaxation_time * relaxation_time);
                self.friction += 0.5 * time * rate(atoms.kinetic_energy());
                atoms.scale((-time * self.friction).exp());
                self.friction += 0.5 * time * rate(atoms.kinetic_energy());
            }
            ThermostatKind::Langevin { relaxation_time } => {
                let keep = (-time / relaxation_time).exp();
                let variance = self.thermostat.temperature * (1.0 - keep * keep);
                atoms.stir(keep, variance, &mut self.random);
            }
        }
    }

    /// What the manifest says.
    pub(crate) fn fact(&self) -> (&'static str, String) {
        let kind = match self.thermostat.kind {
            ThermostatKind::Gaussian => "Gaussian isokinetic",
            ThermostatKind::NoseHoover { .. } => "Nose-Hoover",
            ThermostatKind::Langevin { .. } => "Langevin",
        };
        ("thermostat", format!("{kind}; thermostatted: not an exact solution of Newton's equations"))
    }

    /// Its columns.
    pub(crate) fn push(&self, row: &mut Observables) {
        row.push("thermostat_heat", self.heat, Dimension::Energy);
        row.push("thermostat_friction", self.friction, Dimension::Rate);
    }

    pub(crate) fn save(&self, state: &mut StateWriter) {
        state.f64(self.friction);
        state.f64(self.heat);
        self.random.position().into_iter().for_each(|word| state.u64(word));
    }

    pub(crate) fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        (self.friction, self.heat) = (state.f64()?, state.f64()?);
        let mut position = [0; 4];
        for word in &mut position {
            *word = state.u64()?;
        }
        self.random = Philox::at_position(position);
        Ok(())
    }
}
