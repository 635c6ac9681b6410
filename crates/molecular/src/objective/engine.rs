//! Newton's equations of the simulated atoms among the images that a group makes of them.

use super::bonded::Joined;
use super::forces::{Evaluation, ForceField, mapped_back};
use super::images::{Ends, Images};
use crate::group::{Motion, ObjectiveGroup};
use crate::parallel::each;
use crate::{MolecularError, Species};
use omd_flow::{Matrix3, StateError, StateReader, StateWriter, Vector3};
use std::sync::Arc;

/// Steps that a list is made for.
const STEPS: f64 = 8.0;
/// Atoms may leave a list a little faster than the last one.
const MARGIN: f64 = 1.2;
/// The skin is between these parts of the cutoff.
const SKIN: [f64; 2] = [0.02, 0.5];
/// At most this part of a distance may be lost to the flow before a list is made anew.
const MOST_APPROACH: f64 = 0.2;
/// Copies of the simulated atoms that are looked at when a list is made.
const MOST_COPIES: f64 = 1e6;
/// Atoms whose sums are taken together.
const CHUNK: usize = 1024;

/// The state of the atoms, and what is derived from it.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    pub(super) group: ObjectiveGroup,
    pub(super) field: Arc<dyn ForceField>,
    /// The mass that `weights` are counted in: one for all atoms where there is one element.
    pub(super) mass: f64,
    /// Mass by element over `mass`.
    pub(super) weights: Vec<f64>,
    /// The element of each atom.
    pub(super) kinds: Vec<u8>,
    pub(super) time: f64,
    pub(super) positions: Vec<Vector3<f64>>,
    pub(super) velocities: Vec<Vector3<f64>>,
    pub(super) forces: Vec<Vector3<f64>>,
    /// Powers of the basis of the start from a position to the one that is continuous from the start.
    folds: Vec<[i64; 3]>,
    pub(super) images: Images,
    pub(super) evaluation: Evaluation,
    /// Bonds, where there are some.
    pub(super) joined: Option<Joined>,
    /// Positions when the list was made, and the velocity of the images' field there.
    anchors: Vec<Vector3<f64>>,
    carried: Vec<Vector3<f64>>,
    list_time: f64,
    list_gradient: Matrix3<f64>,
    radius: f64,
    /// How fast atoms left the last list, length/time.
    speed: f64,
    time_step: f64,
    pub(super) sums: Sums,
    pub(super) rebuilds: u64,
    pub(super) steps: u64,
}

/// Sums over the simulated atoms; `w` is the velocity relative to the images' field, `s` the mass in units of that of the
/// first element.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    /// `sum s w w^T`.
    pub(super) kinetic: Matrix3<f64>,
    /// `sum s w`.
    pub(super) drift: Vector3<f64>,
    /// `sum s w.(du/dt + u.grad u)`.
    pub(super) tilting: f64,
}

impl Engine {
    pub(super) fn new(
        group: ObjectiveGroup,
        field: Arc<dyn ForceField>,
        species: &Species,
        time_step: f64,
        positions: Vec<Vector3<f64>>,
        velocities: Vec<Vector3<f64>>,
        joined: Option<Joined>,
    ) -> Result<Self, MolecularError> {
        let motion = group.motion(0.0);
        let peculiar = positions.iter().zip(&velocities).map(|(x, v)| (v - motion.velocity(x)).norm());
        let mut engine = Self {
            speed: peculiar.fold(0.0, f64::max),
            folds: vec![[0; 3]; positions.len()],
            group,
            field,
            mass: species.reference_mass(),
            weights: species.weights_of_kinds(),
            kinds: species.kinds(positions.len())?,
            time: 0.0,
            positions,
            velocities,
            forces: Vec::new(),
            images: Images::default(),
            evaluation: Evaluation::default(),
            joined,
            anchors: Vec::new(),
            carried: Vec::new(),
            list_time: 0.0,
            list_gradient: Matrix3::zeros(),
            radius: 0.0,
            time_step,
            sums: Sums::default(),
            rebuilds: 0,
            steps: 0,
        };
        engine.rebuild();
        engine.evaluate();
        engine.sum();
        Ok(engine)
    }

    /// Whether there would be more images to look at than a machine holds: translations shorter than anything else.
    pub(super) fn is_crowded(group: &ObjectiveGroup, reach: f64, time: f64, positions: &[Vector3<f64>]) -> bool {
        let (low, high) = positions.iter().fold((positions[0], positions[0]), |(a, b), x| (a.inf(x), b.sup(x)));
        // The skin is at most half the cutoff, and the ball around the atoms at most the box's diagonal wide.
        let copies = group.count_within(time, 2.0 * reach + (high - low).norm());
        // A sum that is not a number is too much as well.
        copies.is_nan() || copies > MOST_COPIES
    }

    /// One step of velocity Verlet in the inertial frame, to time `end`; false when positions are no longer numbers,
    /// or images too many.
    pub(super) fn step(&mut self, time_step: f64, end: f64) -> bool {
        self.kick(0.5 * time_step);
        for (x, v) in self.positions.iter_mut().zip(&self.velocities) {
            *x += v * time_step;
        }
        self.time = end;
        self.time_step = time_step;
        self.steps += 1;
        let farthest = self.farthest();
        if !farthest.is_finite() {
            return false;
        }
        if !self.list_holds(farthest) {
            let elapsed = end - self.list_time;
            if farthest > 0.0 && elapsed > 0.0 {
                self.speed = farthest / elapsed;
            }
            if Self::is_crowded(&self.group, self.field.reach(), end, &self.positions) {
                return false;
            }
            self.rebuild();
        }
        self.evaluate();
        self.kick(0.5 * time_step);
        self.sum();
        true
    }

    fn kick(&mut self, time: f64) {
        let factors: Vec<f64> = self.weights.iter().map(|weight| time / (self.mass * weight)).collect();
        for ((v, f), &kind) in self.velocities.iter_mut().zip(&self.forces).zip(&self.kinds) {
            *v += f * factors[usize::from(kind)];
        }
    }

    /// The largest displacement from where the images' field of the time of the list would have carried an atom.
    fn farthest(&self) -> f64 {
        let elapsed = self.time - self.list_time;
        let moved = self.positions.iter().zip(self.anchors.iter().zip(&self.carried));
        let squared = moved.map(|(x, (anchor, u))| (x - anchor - u * elapsed).norm_squared());
        // In this order one that is not a number stays.
        squared.fold(0.0f64, |a, b| if a >= b || a.is_nan() { a } else { b }).sqrt()
    }

    /// Whether no pair beyond the list can be within reach.
    ///
    /// The map `x -> x + s u(x, t0)` carries images into images, `u` being their field when the list was made, at
    /// `t0 = t - s`. A pair farther than the list's radius is now farther than the smallest stretch of that map makes
    /// of it, less what both atoms have moved besides.
    fn list_holds(&self, farthest: f64) -> bool {
        let stretch = Matrix3::identity() + self.list_gradient * (self.time - self.list_time);
        let least = stretch.singular_values().min();
        least * self.radius - 2.0 * farthest >= self.field.reach() * (1.0 + 1e-12)
    }

    /// Brings atoms back into the region that the group repeats, finds images and lists neighbours.
    ///
    /// Replacing an atom by its own image changes nothing: `x -> Q x + c`, `v -> Q v + a`.
    fn rebuild(&mut self) {
        self.group.reduce(self.time);
        for k in 0..self.positions.len() {
            let powers = self.group.fold(self.time, &self.positions[k]);
            if powers != [0; 3] {
                let element = self.group.element(&crate::Label { powers, coset: 0 });
                self.positions[k] = element.position(self.time, &self.positions[k]);
                self.velocities[k] = element.velocity(&self.velocities[k]);
                let counts = self.group.reference_powers(powers);
                (0..3).for_each(|i| self.folds[k][i] -= counts[i]);
            }
        }
        let motion = self.group.motion(self.time);
        let cutoff = self.field.reach();
        let skin = (2.0 * self.speed * MARGIN * STEPS * self.time_step).clamp(SKIN[0] * cutoff, SKIN[1] * cutoff);
        let approach = motion.gradient.singular_values().max() * STEPS * self.time_step;
        self.radius = (cutoff + skin) / (1.0 - approach.min(MOST_APPROACH));
        self.anchors.clone_from(&self.positions);
        self.list(&motion);
        self.rebuilds += 1;
    }

    /// The list as it follows from the anchors, the time and the radius.
    fn list(&mut self, motion: &Motion) {
        self.list_time = self.time;
        self.list_gradient = motion.gradient;
        self.carried = self.anchors.iter().map(|x| motion.velocity(x)).collect();
        let ends = self.joined.as_ref().map_or_else(Ends::default, |joined| joined.ends(&self.group, &self.folds));
        self.images.build(&self.group, self.time, &self.anchors, &self.kinds, self.radius, &ends);
    }

    /// Forces at the present positions.
    fn evaluate(&mut self) {
        self.images.place(self.time, &self.positions);
        self.field.evaluate(&self.images.neighbourhood(), &mut self.evaluation);
        if let Some(joined) = &self.joined {
            joined.add(&self.images, &mut self.evaluation);
        }
        mapped_back(&self.images, &self.evaluation, &mut self.forces);
    }

    fn sum(&mut self) {
        let motion = self.group.motion(self.time);
        let tilts = motion.curvature != Matrix3::zeros();
        let atoms = self.positions.chunks(CHUNK).zip(self.velocities.chunks(CHUNK)).zip(self.kinds.chunks(CHUNK));
        let mut chunks: Vec<_> = atoms.map(|((x, v), kinds)| (x, v, kinds, Sums::default())).collect();
        let weights = &self.weights;
        each(&mut chunks, |(positions, velocities, kinds, sums)| {
            for ((x, v), &kind) in positions.iter().zip(velocities.iter()).zip(kinds.iter()) {
                let w = v - motion.velocity(x);
                let momentum = w * weights[usize::from(kind)];
                sums.kinetic += momentum * w.transpose();
                sums.drift += momentum;
                if tilts {
                    sums.tilting += momentum.dot(&motion.acceleration(x));
                }
            }
        });
        self.sums = Sums::default();
        for (.., sums) in &chunks {
            self.sums.kinetic += sums.kinetic;
            self.sums.drift += sums.drift;
            self.sums.tilting += sums.tilting;
        }
    }

    /// Velocities relative to the images' field.
    pub(super) fn peculiar_velocities(&self) -> impl Iterator<Item = Vector3<f64>> + '_ {
        let motion = self.group.motion(self.time);
        self.positions.iter().zip(&self.velocities).map(move |(x, v)| v - motion.velocity(x))
    }

    /// The mass of each atom over `mass`.
    pub(super) fn weights(&self) -> impl Iterator<Item = f64> + '_ {
        self.kinds.iter().map(|&kind| self.weights[usize::from(kind)])
    }

    /// Changes the velocities relative to the images' field, in the order of the atoms, whose weights `change` gets too.
    pub(super) fn change_velocities(&mut self, mut change: impl FnMut(f64, Vector3<f64>) -> Vector3<f64>) {
        let motion = self.group.motion(self.time);
        for ((x, v), &kind) in self.positions.iter().zip(&mut self.velocities).zip(&self.kinds) {
            let carried = motion.velocity(x);
            *v = carried + change(self.weights[usize::from(kind)], *v - carried);
        }
        self.sum();
    }

    /// Position, velocity and force of every atom, continuous from the start.
    pub(super) fn unfolded(&self) -> impl Iterator<Item = [Vector3<f64>; 3]> + '_ {
        (0..self.positions.len()).map(|k| {
            let powers = self.folds[k];
            let [x, v] = self.group.unfolded(self.time, powers, &self.positions[k], &self.velocities[k]);
            let force = if powers == [0; 3] {
                self.forces[k]
            } else {
                let [at_zero, along] = [Vector3::zeros(), self.forces[k]]
                    .map(|f| self.group.unfolded(self.time, powers, &f, &Vector3::zeros())[0]);
                along - at_zero
            };
            [x, v, force]
        })
    }

    pub(super) fn save(&self, state: &mut StateWriter) {
        state.u64(self.positions.len() as u64);
        state.matrix(&self.group.unimodular().map(|x| x as f64));
        for value in [self.time, self.list_time, self.radius, self.speed, self.time_step] {
            state.f64(value);
        }
        state.u64(self.rebuilds);
        state.u64(self.steps);
        for array in [&self.positions, &self.velocities, &self.anchors] {
            state.vector_slice(array);
        }
        state.u64_slice(&self.folds.iter().flatten().map(|x| *x as u64).collect::<Vec<_>>());
    }

    pub(super) fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        let count = state.u64()?;
        if count != self.positions.len() as u64 {
            return Err(StateError::Mismatch(format!("{count} atoms saved, {} in the input", self.positions.len())));
        }
        self.group.set_unimodular(state.matrix()?.map(|x| x as i64));
        let (time, list_time) = (state.f64()?, state.f64()?);
        self.radius = state.f64()?;
        self.speed = state.f64()?;
        self.time_step = state.f64()?;
        self.rebuilds = state.u64()?;
        self.steps = state.u64()?;
        let (positions, velocities, anchors) = (state.vector_vec()?, state.vector_vec()?, state.vector_vec()?);
        let folds = state.u64_vec()?;
        let lengths = [positions.len(), velocities.len(), anchors.len(), folds.len() / 3];
        if lengths.iter().any(|&length| length as u64 != count) {
            return Err(StateError::Mismatch("the atoms are not those of the input".into()));
        }
        self.folds = folds.chunks_exact(3).map(|n| [0, 1, 2].map(|k| n[k] as i64)).collect();
        self.anchors = anchors;
        self.time = list_time;
        let motion = self.group.motion(list_time);
        self.list(&motion);
        self.time = time;
        self.positions = positions;
        self.velocities = velocities;
        self.evaluate();
        self.sum();
        Ok(())
    }
}
