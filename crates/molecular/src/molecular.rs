//! The description `molecular`.

mod observe;

use crate::bonds::{Bonds, Molecules};
use crate::engine::Engine;
use crate::schedule::{Leg, ThermalStep};
use crate::thermostat::{Bath, Thermostat, Thermostatted};
use crate::work::{WorkBalance, blown_up};
use crate::{Atoms, Model, MolecularError, Scheme, StepControl};
pub(crate) use observe::{DRIFT, KINETIC};
use omd_flow::{
    Advance, Description, Monitor, Observables, Pace, Philox, StateError, StateReader, StateWriter, Stop, Structure,
    Vector3, lattice,
};

/// Atoms that move a step between two looks at the run: is it to pause, is it sound?
const ATOMS_BETWEEN_LOOKS: usize = 20_000;
/// Where that would be fewer steps than this, so many times as many: after a look the first half of a step takes a pass of its
/// own.
const STEPS_BETWEEN_LOOKS: u64 = 4;

/// Objective molecular dynamics under the translation group (10) of \[JamesQiWang\], for any `A`.
///
/// Velocity Verlet in the inertial frame; the lattice is reduced as it gets skewed, so strain is unlimited.
///
/// # Valid when
/// `t < t*`.
/// # Preserves
/// The work balance `d/dt (sum m w^2/2 + U) = -V P : L` to `O(dt^2)`; zero peculiar momentum; the bits on any number of
/// threads, through pauses and checkpoints.
/// # Accuracy
/// `O(dt^2)`; the neighbour list is exact: it is rebuilt before a pair could be missed.
/// # Cost
/// `O(N)` a step at any strain.
#[derive(Clone, Debug)]
pub struct Molecular {
    engine: Engine,
    scheme: Scheme,
    thermal: ThermalStep,
    balance: WorkBalance,
    leg: Option<Leg>,
    shortest_image: f64,
    bath: Option<Bath>,
    /// Atoms joined by bonds, where none is joined to its own image.
    molecules: Option<Molecules>,
}

impl Molecular {
    /// Places the atoms at t = 0.
    ///
    /// # Errors
    /// [`MolecularError`], overlapping atoms among them: a pair energy above `1e6 k_B T`, images included.
    pub fn new(model: &Model, scheme: Scheme, atoms: &Atoms) -> Result<Self, MolecularError> {
        Self::with_bonds(model, scheme, atoms, None)
    }

    /// The same with bonds, whose images count from `positions` of the atoms.
    ///
    /// # Errors
    /// [`MolecularError`], as [`Self::new`]; bonds that name no atoms.
    pub fn with_bonds(
        model: &Model,
        scheme: Scheme,
        atoms: &Atoms,
        bonds: Option<&Bonds>,
    ) -> Result<Self, MolecularError> {
        for (name, value) in [("mass", model.mass), ("time step", scheme.time_step)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(MolecularError::NotPositive(name, value));
            }
        }
        atoms.check()?;
        let wraps = atoms.shifts.clone();
        let gradient = model.flow.velocity_gradient_at_zero();
        let velocities: Vec<Vector3<f64>> =
            atoms.peculiar.iter().zip(&atoms.positions).map(|(w, x)| w + gradient * x).collect();
        if let Some(bonds) = bonds {
            bonds.check(atoms.positions.len())?;
        }
        crate::start::refuse_overlaps(model, atoms, bonds)?;
        let bonds = bonds.map(|bonds| bonds.shifted(&atoms.shifts));
        let molecules = bonds.as_ref().and_then(|bonds| Molecules::new(atoms.positions.len(), bonds));
        let engine = Engine::new(model, scheme.time_step, atoms.cell, &atoms.positions, &velocities, wraps, bonds)?;
        let mut molecular = Self {
            engine,
            scheme,
            thermal: ThermalStep::default(),
            balance: WorkBalance::default(),
            leg: None,
            shortest_image: lattice::shortest_vector(&atoms.cell),
            bath: None,
            molecules,
        };
        molecular.thermal = ThermalStep::new(molecular.temperature());
        molecular.balance = WorkBalance::new(molecular.balance_energy(), molecular.power());
        Ok(molecular)
    }

    /// The same atoms under a thermostat, whose noise, if it has some, is `random`.
    #[must_use]
    pub fn thermostatted(mut self, thermostat: Thermostat, random: Philox) -> Self {
        self.bath = Some(Bath::new(thermostat, random, &mut self.engine));
        self.thermal = ThermalStep::new(self.temperature());
        self.balance = WorkBalance::new(self.balance_energy(), self.power());
        self
    }

    /// The simulated atoms, unwrapped, in the order given.
    #[must_use]
    pub fn atoms(&self) -> Structure {
        Structure {
            time: self.engine.time,
            cell: Some(self.engine.model.flow.deformation(self.engine.time) * self.engine.group.reference()),
            positions: self.engine.unwrapped_positions(),
            lab_velocities: self.engine.unwrapped_velocities(),
        }
    }

    /// The forces on the simulated atoms, in the order given.
    #[must_use]
    pub fn forces(&self) -> Vec<Vector3<f64>> {
        self.engine.forces()
    }

    /// The group that makes the images.
    #[must_use]
    pub fn group(&self) -> &crate::TranslationGroup {
        &self.engine.group
    }

    /// How often the neighbour list was built.
    #[must_use]
    pub fn list_builds(&self) -> u64 {
        self.engine.rebuilds
    }

    /// Steps taken.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.engine.steps
    }

    /// Listed atoms per cluster of four.
    #[must_use]
    pub fn listed_per_cluster(&self) -> f64 {
        self.engine.mean_neighbours()
    }

    /// Computes the forces at the present positions once more: for measuring what they cost.
    pub fn evaluate_forces(&mut self) {
        self.engine.evaluate(0.0, None);
    }

    /// One step; `end` is the time after it, `next` the time after another one, as long, if nobody looks between the two.
    fn step(&mut self, time_step: f64, end: f64, next: Option<f64>) -> Result<(), Stop> {
        if let Some(bath) = &mut self.bath {
            bath.before(&mut self.engine, time_step);
        }
        let next = next.filter(|_| self.bath.is_none());
        let moved = self.engine.step(time_step, end, next);
        if let Some(bath) = &mut self.bath {
            bath.after(&mut self.engine, time_step);
        }
        let power = self.power();
        self.balance.advance(time_step, power);
        if self.scheme.control == StepControl::Thermal {
            self.thermal.note(self.temperature());
        }
        if moved.is_ok() && self.kinetic_energy().is_finite() && power.is_finite() {
            return Ok(());
        }
        Err(blown_up(end, self.engine.steps, "energies are no longer finite"))
    }

    /// Energy that a thermostat has given.
    fn heat(&self) -> f64 {
        self.bath.as_ref().map_or(0.0, |bath| bath.heat)
    }

    /// Energy gained less work done and heat given.
    fn residual(&self, energy: f64) -> f64 {
        self.balance.residual(energy) - self.heat()
    }

    /// The energy that start, work and heat leave, without its sign.
    fn expected_energy(&self) -> f64 {
        (self.balance.energy_at_start + self.balance.work + self.heat()).abs()
    }

    /// The potential energy costs as much as a step: it is looked at only where the kinetic energy alone is suspicious.
    fn is_suspicious(&self) -> bool {
        self.kinetic_energy() > 2.0 * self.expected_energy()
    }

    /// A residual as large as the energy there is means that the trajectory is no solution of anything.
    fn check_balance(&self) -> Result<(), Stop> {
        if !self.is_suspicious() {
            return Ok(());
        }
        let (expected, kinetic) = (self.expected_energy(), self.kinetic_energy());
        // In a liquid kinetic and potential energy may add up to nothing.
        if self.residual(self.balance_energy()).abs() <= expected.max(0.5 * kinetic) {
            return Ok(());
        }
        Err(blown_up(self.engine.time, self.engine.steps, "the work balance is off by more than the energy there is"))
    }
}

impl Description for Molecular {
    fn name(&self) -> &'static str {
        "molecular"
    }

    fn time(&self) -> f64 {
        self.engine.time
    }

    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        let often = (ATOMS_BETWEEN_LOOKS / self.engine.len().max(1)).max(1) as u64;
        let seldom = if often < STEPS_BETWEEN_LOOKS { STEPS_BETWEEN_LOOKS * often } else { often };
        loop {
            let leg = match self.leg {
                Some(leg) => leg,
                None if self.engine.time >= until => return Ok(Advance::Arrived),
                None => Leg::towards(self.engine.time, until, &self.scheme, &mut self.thermal),
            };
            let done = leg.done + 1;
            self.leg = leg.after(done);
            let steps = self.engine.steps + 1;
            let looks = steps.is_multiple_of(seldom) || (steps.is_multiple_of(often) && self.is_suspicious());
            let next = self.leg.filter(|_| !looks).map(|leg| leg.time_after(done + 1));
            self.step(leg.time_step, leg.time_after(done), next)?;
            if looks && self.engine.time < until {
                self.note_shortest_image();
                self.check_balance()?;
                if monitor.at(self.engine.time) == Pace::Pause {
                    return Ok(Advance::Paused);
                }
            }
        }
    }

    fn observe(&mut self) -> Observables {
        self.note_shortest_image();
        self.observables()
    }

    fn structure(&self) -> Option<Structure> {
        Some(self.atoms())
    }

    fn bonds(&self) -> Vec<[usize; 2]> {
        self.engine.bonded.as_ref().map_or_else(Vec::new, |bonded| bonded.bonds.pairs())
    }

    fn save(&self, state: &mut StateWriter) {
        self.engine.save(state);
        self.thermal.save(state);
        state.f64(self.shortest_image);
        self.balance.save(state);
        Leg::save(self.leg, state);
        if let Some(bath) = &self.bath {
            bath.save(state);
            self.engine.save_sums(state);
        }
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.engine.restore(state)?;
        self.thermal = ThermalStep::restore(state)?;
        self.shortest_image = state.f64()?;
        self.balance = WorkBalance::restore(state)?;
        self.leg = Leg::restore(state)?;
        if let Some(bath) = &mut self.bath {
            bath.restore(state)?;
            self.engine.restore_sums(state)?;
        }
        Ok(())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![
            ("atoms", self.engine.len().to_string()),
            ("steps", self.engine.steps.to_string()),
            ("neighbour list builds", self.engine.rebuilds.to_string()),
            ("listed atoms per cluster of four", format!("{:.1}", self.engine.mean_neighbours())),
            ("smallest image distance", format!("{}", self.shortest_image)),
        ];
        facts.extend(self.bath.as_ref().map(Bath::fact));
        facts.extend(self.engine.bonded.as_ref().map(|bonded| ("bonds", bonded.bonds.list.len().to_string())));
        facts.extend(self.molecules.as_ref().map(|molecules| ("molecules", molecules.len().to_string())));
        let cutoff = self.engine.model.potential.cutoff().unwrap_or(f64::INFINITY);
        facts.extend(image_warning(self.shortest_image, cutoff).map(|text| ("warning", text)));
        facts
    }
}

impl Thermostatted for crate::engine::Engine {
    fn count(&self) -> usize {
        self.len()
    }

    fn kinetic_energy(&self) -> f64 {
        0.5 * self.model.mass * self.sums.kinetic[..3].iter().sum::<f64>()
    }

    fn heating(&mut self) -> f64 {
        let gradient = self.model.flow.velocity_gradient(self.time);
        self.work_of_forces() - observe::contraction(&self.sums.kinetic, &gradient) * self.model.mass
    }

    fn scale(&mut self, factor: f64) {
        self.scale_peculiar(factor);
    }

    fn stir(&mut self, keep: f64, variance: f64, random: &mut Philox) {
        self.stir_peculiar(keep, (variance / self.model.mass).sqrt(), random);
    }
}

/// What to say where images are near.
pub(crate) fn image_warning(shortest_image: f64, cutoff: f64) -> Option<String> {
    if shortest_image < cutoff {
        Some("atoms meet their own images: the smallest image distance is below the cutoff".to_owned())
    } else if shortest_image < 2.0 * cutoff {
        let text =
            "an atom may feel two images of one neighbour: the smallest image distance is below twice the cutoff";
        Some(text.to_owned())
    } else {
        None
    }
}
