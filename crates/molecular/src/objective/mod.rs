//! Objective molecular dynamics under any group, with any force field.
//!
//! The engine of translations (`crate::engine`) is faster and knows pair potentials only; this one knows neither what
//! the group is nor what acts. Images are explicit: (source, element), placed where the group has them at every step.

mod bonded;
mod clusters;
#[cfg(test)]
mod crowd;
mod embedded;
mod engine;
mod forces;
mod images;
mod observe;
mod pairs;
mod probe;

pub(crate) use probe::Probe;

pub use bonded::GroupBonds;
pub use clusters::Clusters;
pub use forces::{Evaluation, ForceField, Neighbourhood, Sites, force_field};

use crate::schedule::{Leg, ThermalStep};
use crate::thermostat::{Bath, Thermostat, Thermostatted};
use crate::work::{WorkBalance, blown_up};
use crate::{MolecularError, ObjectiveGroup, Scheme, Species, StepControl};
use bonded::Joined;
use engine::Engine;
use images::Closest;
use omd_flow::{
    Advance, Description, Matrix3, Monitor, Observables, Pace, Philox, StateError, StateReader, StateWriter, Stop,
    Structure, Vector3,
};
use std::sync::Arc;

/// Nearer than this part of the reach an atom and its image are at one place.
const LEAST: f64 = 1e-9;

/// The equations: which images, which forces, which masses.
#[derive(Clone, Debug)]
pub struct GroupModel {
    /// The group; it brings its motion.
    pub group: ObjectiveGroup,
    /// The energy of the simulated atoms.
    pub field: Arc<dyn ForceField>,
    /// What the atoms are and weigh.
    pub species: Species,
    /// The edges (columns) of the cell at t = 0, for structure files, where the group is that of a cell under this flow.
    pub cell: Option<(omd_flow::AffineFlow, Matrix3<f64>)>,
}

/// Objective molecular dynamics (1), (2) of \[JamesQiWang\] under any [`ObjectiveGroup`].
///
/// # Valid when
/// The group is discrete: until its translations vanish.
/// # Preserves
/// The work balance, to `O(dt^2)`: `d/dt (sum m w^2/2 + U) = -S : L - sum m w.(du/dt + u.grad u)`, `w = v - u`,
/// `S = sum m w w^T + sum f y^T` over the simulated atoms and all images; momentum along what no rotation changes; the
/// bits on any number of threads, through pauses and checkpoints.
/// # Accuracy
/// `O(dt^2)`; lists are exact: they are made anew before a pair could be missed.
/// # Cost
/// `O(N)` a step.
#[derive(Clone, Debug)]
pub struct GroupMolecular {
    engine: Engine,
    cell: Option<(omd_flow::AffineFlow, Matrix3<f64>)>,
    scheme: Scheme,
    thermal: ThermalStep,
    balance: WorkBalance,
    leg: Option<Leg>,
    bath: Option<Bath>,
}

impl GroupMolecular {
    /// Places the atoms at t = 0; `peculiar` are their velocities relative to the field of the images, `v = w + u`.
    ///
    /// # Errors
    /// [`MolecularError`], atoms that overlap each other or an image among them.
    pub fn new(
        model: &GroupModel,
        scheme: Scheme,
        positions: &[Vector3<f64>],
        peculiar: &[Vector3<f64>],
    ) -> Result<Self, MolecularError> {
        Self::with_bonds(model, scheme, positions, peculiar, None)
    }

    /// The same with bonds, whose images count from `positions`.
    ///
    /// The energy of a fundamental domain has a bond once: half of it is each atom's, so that of an atom with its image under
    /// an element that is its own inverse counts by half.
    ///
    /// # Errors
    /// [`MolecularError`], as [`Self::new`]; bonds that name no atoms, or have no length.
    pub fn with_bonds(
        model: &GroupModel,
        scheme: Scheme,
        positions: &[Vector3<f64>],
        peculiar: &[Vector3<f64>],
        bonds: Option<&GroupBonds>,
    ) -> Result<Self, MolecularError> {
        let masses = model.species.elements().iter().map(|element| ("mass", element.mass));
        for (name, value) in masses.chain([("time step", scheme.time_step)]) {
            if !(value > 0.0 && value.is_finite()) {
                return Err(MolecularError::NotPositive(name, value));
            }
        }
        if !(model.field.reach() > 0.0 && model.field.reach().is_finite()) {
            return Err(MolecularError::Cutoff(model.field.reach()));
        }
        let count = positions.len();
        if count == 0 || count > u32::MAX as usize / 16 {
            return Err(MolecularError::Atoms(format!("{count} atoms cannot be simulated")));
        }
        if peculiar.len() != count {
            return Err(MolecularError::Atoms(format!("{count} positions, {} velocities", peculiar.len())));
        }
        let usable = |v: &Vector3<f64>| v.iter().all(|x| x.abs() < 1e100);
        if let Some(index) = positions.iter().zip(peculiar).position(|(x, w)| !usable(x) || !usable(w)) {
            return Err(MolecularError::NotFinite(index + 1));
        }
        // As the engine looks at them: in the region that the group repeats.
        let mut group = model.group.clone();
        group.reduce(0.0);
        let fold = |x: &Vector3<f64>| {
            let label = crate::Label { powers: group.fold(0.0, x), coset: 0 };
            group.element(&label).position(0.0, x)
        };
        let folded: Vec<Vector3<f64>> = positions.iter().map(fold).collect();
        if Engine::is_crowded(&group, model.field.reach(), 0.0, &folded) {
            return Err(MolecularError::Crowded);
        }
        let motion = model.group.motion(0.0);
        let velocities = positions.iter().zip(peculiar).map(|(x, w)| w + motion.velocity(x)).collect();
        let (group, field) = (model.group.clone(), model.field.clone());
        let least = LEAST * field.reach();
        let joined = bonds.map(|bonds| Joined::new(bonds, &group, positions, least)).transpose()?;
        let (species, time_step) = (&model.species, scheme.time_step);
        let engine = Engine::new(group, field, species, time_step, positions.to_vec(), velocities, joined)?;
        let mut molecular = Self {
            engine,
            cell: model.cell.clone(),
            scheme,
            thermal: ThermalStep::default(),
            balance: WorkBalance::default(),
            leg: None,
            bath: None,
        };
        molecular.refuse_overlaps(peculiar)?;
        if let Some(failure) = &molecular.engine.evaluation.failure {
            return Err(MolecularError::NoEnergy(failure.clone()));
        }
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

    /// Energy that a thermostat has given.
    fn heat(&self) -> f64 {
        self.bath.as_ref().map_or(0.0, |bath| bath.heat)
    }

    fn refuse_overlaps(&self, peculiar: &[Vector3<f64>]) -> Result<(), MolecularError> {
        let squares = peculiar.iter().zip(self.engine.weights()).map(|(w, weight)| weight * w.norm_squared());
        let mean = squares.sum::<f64>() / peculiar.len() as f64;
        // Atoms at rest have no temperature to measure an energy by.
        let energy = if mean > 0.0 { 1e6 * self.engine.mass * mean / 3.0 } else { f64::MAX };
        let field = &self.engine.field;
        let kinds = self.engine.weights.len() as u8;
        for pair in (0..kinds).flat_map(|first| (first..kinds).map(move |second| [first, second])) {
            // Atoms at one place have no energy that is a number.
            let least = field.core(energy, pair).max(1e-6 * field.reach());
            let Some(closest) = self.engine.images.closest(pair) else { continue };
            let Closest { first, second, distance } = closest;
            if first == second && distance < LEAST * field.reach() {
                return Err(MolecularError::OnSymmetryElement(first + 1));
            }
            if distance < least {
                return Err(MolecularError::Overlap { first: first + 1, second: second + 1, distance });
            }
        }
        Ok(())
    }

    /// The simulated atoms, continuous from the start, in the order given.
    #[must_use]
    pub fn atoms(&self) -> Structure {
        let (mut positions, mut lab_velocities) = (Vec::new(), Vec::new());
        for [x, v, _] in self.engine.unfolded() {
            positions.push(x);
            lab_velocities.push(v);
        }
        let time = self.engine.time;
        let cell = self.cell.as_ref().map(|(flow, edges)| flow.deformation(time) * edges);
        Structure { time, cell, positions, lab_velocities }
    }

    /// The forces on those atoms.
    #[must_use]
    pub fn forces(&self) -> Vec<Vector3<f64>> {
        self.engine.unfolded().map(|[_, _, force]| force).collect()
    }

    /// The energy of the simulated atoms, each with its own share.
    #[must_use]
    pub fn potential_energy(&self) -> f64 {
        self.engine.evaluation.energy
    }

    /// The group, in the basis in use.
    #[must_use]
    pub fn group(&self) -> &ObjectiveGroup {
        &self.engine.group
    }

    /// Steps taken.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.engine.steps
    }

    /// How often images and neighbours were found anew.
    #[must_use]
    pub fn list_builds(&self) -> u64 {
        self.engine.rebuilds
    }

    fn step(&mut self, time_step: f64, end: f64) -> Result<(), Stop> {
        if let Some(bath) = &mut self.bath {
            bath.before(&mut self.engine, time_step);
        }
        let moved = self.engine.step(time_step, end);
        if let Some(bath) = &mut self.bath {
            bath.after(&mut self.engine, time_step);
        }
        let power = self.power();
        self.balance.advance(time_step, power);
        if self.scheme.control == StepControl::Thermal {
            self.thermal.note(self.temperature());
        }
        let energy = self.balance_energy();
        if let Some(failure) = self.engine.evaluation.failure.as_ref().filter(|_| moved) {
            return Err(blown_up(end, self.engine.steps, &format!("the potential has no energy there ({failure})")));
        }
        if !(moved && energy.is_finite() && power.is_finite()) {
            let what = "energies are no longer finite, or too many images are within reach,";
            return Err(blown_up(end, self.engine.steps, what));
        }
        // A residual as large as the energy there is means that the trajectory is no solution of anything.
        let kinetic = 0.5 * self.kinetic_sum().trace();
        let expected = (self.balance.energy_at_start + self.balance.work + self.heat()).abs();
        if kinetic > 2.0 * expected && (self.balance.residual(energy) - self.heat()).abs() > kinetic.max(expected) {
            return Err(blown_up(end, self.engine.steps, "the work balance is off by more than the energy there is"));
        }
        Ok(())
    }
}

impl Description for GroupMolecular {
    fn name(&self) -> &'static str {
        "molecular"
    }

    fn time(&self) -> f64 {
        self.engine.time
    }

    fn advance(&mut self, until: f64, monitor: &mut dyn Monitor) -> Result<Advance, Stop> {
        let every = (20_000 / self.engine.positions.len().max(1)).max(1) as u64;
        loop {
            let leg = match self.leg {
                Some(leg) => leg,
                None if self.engine.time >= until => return Ok(Advance::Arrived),
                None => Leg::towards(self.engine.time, until, &self.scheme, &mut self.thermal),
            };
            let done = leg.done + 1;
            self.step(leg.time_step, leg.time_after(done))?;
            self.leg = leg.after(done);
            let asks = self.engine.steps.is_multiple_of(every) && self.engine.time < until;
            if asks && monitor.at(self.engine.time) == Pace::Pause {
                return Ok(Advance::Paused);
            }
        }
    }

    fn observe(&mut self) -> Observables {
        self.observables()
    }

    fn structure(&self) -> Option<Structure> {
        Some(self.atoms())
    }

    fn bonds(&self) -> Vec<[usize; 2]> {
        self.engine.joined.as_ref().map_or_else(Vec::new, |joined| joined.bonds().pairs())
    }

    fn save(&self, state: &mut StateWriter) {
        self.engine.save(state);
        self.thermal.save(state);
        self.balance.save(state);
        Leg::save(self.leg, state);
        if let Some(bath) = &self.bath {
            bath.save(state);
        }
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.engine.restore(state)?;
        self.thermal = ThermalStep::restore(state)?;
        self.balance = WorkBalance::restore(state)?;
        self.leg = Leg::restore(state)?;
        if let Some(bath) = &mut self.bath {
            bath.restore(state)?;
        }
        Ok(())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let engine = &self.engine;
        let listed = engine.images.listed() as f64 / engine.positions.len() as f64;
        let mut facts = vec![
            ("atoms", engine.positions.len().to_string()),
            ("steps", engine.steps.to_string()),
            ("neighbour list builds", engine.rebuilds.to_string()),
            ("listed neighbours of an atom", format!("{listed:.1}")),
            ("images in use", engine.images.len().to_string()),
            ("dimensions of the group", engine.group.dimension().to_string()),
            ("elements of the group, in a pitch or a cell", engine.group.index().to_string()),
        ];
        facts.extend(self.engine.joined.as_ref().map(|joined| ("bonds", joined.bonds().list.len().to_string())));
        facts.extend(self.bath.as_ref().map(Bath::fact));
        facts
    }
}

impl Thermostatted for Engine {
    fn count(&self) -> usize {
        self.positions.len()
    }

    fn kinetic_energy(&self) -> f64 {
        0.5 * self.mass * self.sums.kinetic.trace()
    }

    fn heating(&mut self) -> f64 {
        let motion = self.group.motion(self.time);
        let work: f64 = self.peculiar_velocities().zip(&self.forces).map(|(w, f)| w.dot(f)).sum();
        work - self.mass * (self.sums.kinetic.component_mul(&motion.gradient).sum() + self.sums.tilting)
    }

    fn scale(&mut self, factor: f64) {
        self.change_velocities(|_, w| w * factor);
    }

    fn stir(&mut self, keep: f64, variance: f64, random: &mut Philox) {
        let mass = self.mass;
        let mut noise = || Vector3::new(random.normal(), random.normal(), random.normal());
        self.change_velocities(|weight, w| w * keep + noise() * (variance / (mass * weight)).sqrt());
    }
}
