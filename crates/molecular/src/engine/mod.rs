//! Newton's equations of the simulated atoms in the inertial frame.

mod bonded;
mod checkpoint;
mod peculiar;
mod rebuild;
mod skin;

use crate::MolecularError;
use crate::bonds::Bonds;
use crate::force::{
    ChunkSums, Drift, Finish, FinishedChunk, ForceField, ForcePart, PairLaw, Surroundings, Workspace, drift_chunk,
    energy_of_part, finish_chunk, largest,
};
use crate::group::TranslationGroup;
use crate::model::Model;
use crate::neighbours::{CHUNK, LANES, NeighbourList, PADDING, Reach, STRIDE, SkinPolicy, offset};
use crate::parallel::each;
use bonded::EngineBonds;
use fearless_simd::{Level, dispatch};
use omd_flow::{Matrix3, Vector3};

/// The state of the atoms and what is derived from it for speed.
///
/// Arrays of vectors are in slots: clusters of four atoms near each other, component by component (see
/// [`crate::neighbours`]). Padding slots hold zeros, which move nowhere and add nothing to any sum.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    pub(crate) model: Model,
    field: ForceField,
    cutoff: f64,
    level: Level,
    pub(crate) group: TranslationGroup,
    pub(crate) time: f64,
    /// Atom of each slot, or [`PADDING`].
    ids: Vec<u32>,
    counts: Vec<u8>,
    positions: Vec<f64>,
    /// Lab velocities.
    velocities: Vec<f64>,
    forces: Vec<f64>,
    /// Positions when the list was built, `x(t0)`.
    anchors: Vec<f64>,
    /// For each atom, lattice counts of the reference basis: unwrapped position = position + `F(t) E n`.
    wraps: Vec<Vector3<i64>>,
    list: NeighbourList,
    reach: Reach,
    list_time: f64,
    policy: SkinPolicy,
    /// Time step of the last step, for the policy.
    time_step: f64,
    parts: Vec<ForcePart>,
    /// As [`Finish::contributors`].
    contributors: Vec<Vec<[u32; 2]>>,
    workspace: Workspace,
    chunk_sums: Vec<ChunkSums>,
    /// The first half of the next step is done, with this largest displacement beyond the flow since the list was built.
    drifted: Option<f64>,
    pub(crate) sums: ChunkSums,
    pub(crate) rebuilds: u64,
    pub(crate) steps: u64,
    /// Bonds, where there are some.
    pub(crate) bonded: Option<Box<EngineBonds>>,
}

/// Atoms flew so far in a step that their places are lost to rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost;

/// Edges an atom may cross between two lists.
pub(crate) const MOST_EDGES: f64 = 1e9;

impl Engine {
    /// Atoms at t = 0: `positions` anywhere, counted by `wraps`; lab velocities of those same atoms; bonds whose images count
    /// from the unwrapped atoms.
    pub(crate) fn new(
        model: &Model,
        time_step: f64,
        cell: Matrix3<f64>,
        positions: &[Vector3<f64>],
        velocities: &[Vector3<f64>],
        wraps: Vec<Vector3<i64>>,
        bonds: Option<Bonds>,
    ) -> Result<Self, MolecularError> {
        let field = ForceField::new(&model.potential)?;
        let cutoff = model.potential.cutoff().ok_or(MolecularError::NoCutoff)?;
        let count = positions.len();
        let clusters = count.div_ceil(LANES);
        let speed = velocities
            .iter()
            .zip(positions)
            .map(|(v, x)| model.flow.peculiar_from_lab(0.0, x, v).norm())
            .fold(0.0, f64::max);
        let mut engine = Self {
            model: model.clone(),
            field,
            cutoff,
            level: Level::new(),
            group: TranslationGroup::new(&model.flow, cell),
            time: 0.0,
            ids: (0..clusters * LANES).map(|slot| if slot < count { slot as u32 } else { PADDING }).collect(),
            counts: Vec::new(),
            positions: vec![0.0; clusters * STRIDE],
            velocities: vec![0.0; clusters * STRIDE],
            forces: vec![0.0; clusters * STRIDE],
            anchors: Vec::new(),
            wraps,
            list: NeighbourList::default(),
            reach: Reach { radius: cutoff, horizon: 0.0, gradient: Matrix3::zeros() },
            list_time: 0.0,
            policy: SkinPolicy::new(cutoff, speed),
            time_step,
            parts: Vec::new(),
            contributors: Vec::new(),
            workspace: Workspace::default(),
            chunk_sums: Vec::new(),
            drifted: None,
            sums: ChunkSums::default(),
            rebuilds: 0,
            steps: 0,
            bonded: bonds.map(|bonds| Box::new(EngineBonds::new(bonds))),
        };
        for slot in 0..count {
            put(&mut engine.positions, slot, &positions[slot]);
            put(&mut engine.velocities, slot, &velocities[slot]);
        }
        engine.rebuild();
        engine.evaluate(0.0, None);
        Ok(engine)
    }

    /// Simulated atoms.
    pub(crate) fn len(&self) -> usize {
        self.wraps.len()
    }

    /// One step of velocity Verlet, `x` and `v` in the inertial frame, to time `end`.
    ///
    /// `v += (dt/2m) f; x += dt v;` forces at the new positions and images; `v += (dt/2m) f`. With `next`, the end of another
    /// step as long, its first two are done in the same pass over memory: the state is then of no use for anything but that
    /// step, while the sums are those of `end`.
    ///
    /// # Errors
    /// [`Lost`] when a position is no longer a number that means a place; the state is then of no use.
    pub(crate) fn step(&mut self, time_step: f64, end: f64, next: Option<f64>) -> Result<(), Lost> {
        let farthest = match self.drifted.take() {
            Some(farthest) => farthest,
            None => self.kick_and_drift(time_step, end),
        };
        // Beyond so many edges rounding is as large as the cell.
        if !farthest.is_finite() || farthest > MOST_EDGES * self.group.edges(end).norm() {
            return Err(Lost);
        }
        self.time = end;
        self.time_step = time_step;
        self.steps += 1;
        let elapsed = end - self.list_time;
        let in_time = elapsed <= self.reach.horizon;
        if !in_time || !self.list_is_complete(farthest) {
            self.policy.learn(&self.reach, farthest, elapsed, time_step, in_time);
            self.rebuild();
        }
        let next = next.map(|end| self.drift(time_step, end));
        self.evaluate(0.5 * time_step / self.model.mass, next);
        Ok(())
    }

    /// Lists are made for atoms that move so far a step.
    pub(crate) fn expect_speed(&mut self, per_step: f64) {
        self.policy.speed = per_step / self.time_step;
        self.rebuild();
    }

    /// Puts the atoms at these unwrapped places and computes their forces.
    pub(crate) fn place(&mut self, positions: &[Vector3<f64>]) {
        let mut farthest = 0.0;
        let slots: Vec<(usize, usize)> = self.occupied().collect();
        for (slot, id) in slots {
            let place = positions[id] - self.group.reference_translation(self.time, &self.wraps[id]);
            farthest = largest(farthest, (place - get(&self.anchors, slot)).norm());
            put(&mut self.positions, slot, &place);
        }
        if !self.list_is_complete(farthest) {
            self.rebuild();
        }
        self.evaluate(0.0, None);
    }

    /// The first half of a step that ends at `end`.
    fn drift(&self, time_step: f64, end: f64) -> Drift {
        Drift { kick: 0.5 * time_step / self.model.mass, time_step, motion: self.motion_since_list(end) }
    }

    /// `M`: what was at `X` when the list was built the flow takes to `M X` at `time`.
    fn motion_since_list(&self, time: f64) -> Matrix3<f64> {
        Matrix3::identity() + self.reach.gradient * (time - self.list_time)
    }

    /// The first half kick and the drift; the largest displacement beyond the flow since the list was built.
    fn kick_and_drift(&mut self, time_step: f64, end: f64) -> f64 {
        let drift = self.drift(time_step, end);
        let (size, level) = (CHUNK * STRIDE, self.level);
        let arrays = self.positions.chunks_mut(size).zip(self.velocities.chunks_mut(size));
        let mut chunks: Vec<_> = arrays
            .zip(self.forces.chunks(size).zip(self.anchors.chunks(size)))
            .map(|((positions, velocities), (forces, anchors))| (positions, velocities, forces, anchors, 0.0))
            .collect();
        each(&mut chunks, |(positions, velocities, forces, anchors, farthest)| {
            *farthest = dispatch!(level, simd => drift_chunk(simd, &drift, positions, velocities, forces, anchors));
        });
        let squared = chunks.iter().map(|chunk| chunk.4).fold(0.0, largest);
        squared.sqrt()
    }

    /// Forces at the present positions, a half kick by `half_kick = dt/(2m)`, and the sums after it; then the first half of the
    /// next step.
    pub(crate) fn evaluate(&mut self, half_kick: f64, next: Option<Drift>) {
        match self.field.clone() {
            ForceField::LennardJones(law) => self.evaluate_with(&law, half_kick, next),
            ForceField::LennardJonesShiftedForce(law) => self.evaluate_with(&law, half_kick, next),
            ForceField::Any(law) => self.evaluate_with(&law, half_kick, next),
        }
    }

    fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            positions: &self.positions,
            counts: &self.counts,
            edges: self.group.edges(self.time),
            cutoff_squared: self.cutoff * self.cutoff,
            exclusions: self.bonded.as_ref().filter(|b| b.bonds.excluded).map(|bonded| &bonded.exclusions),
        }
    }

    fn evaluate_with<P: PairLaw>(&mut self, law: &P, half_kick: f64, next: Option<Drift>) {
        let mut parts = std::mem::take(&mut self.parts);
        let (around, level, lists) = (self.surroundings(), self.level, &self.list.chunks);
        each(&mut parts, |part| {
            let (own, mut lines) = (&lists[part.own.clone()], self.workspace.take());
            if around.exclusions.is_some() {
                dispatch!(level, simd => part.fill::<_, P, true>(simd, law, &around, own, &mut lines));
            } else {
                dispatch!(level, simd => part.fill::<_, P, false>(simd, law, &around, own, &mut lines));
            }
            self.workspace.give_back(lines);
        });
        self.parts = parts;
        self.fill_bonds();
        self.finish(half_kick, next);
    }

    /// Adds up the parts, kicks, and takes the sums; then the first half of the next step.
    fn finish(&mut self, half_kick: f64, next: Option<Drift>) {
        let finish = Finish {
            parts: &self.parts,
            contributors: &self.contributors,
            gradient: self.model.flow.velocity_gradient(self.time),
            half_kick,
            next,
        };
        let (size, level) = (CHUNK * STRIDE, self.level);
        let moving = self.positions.chunks_mut(size).zip(self.velocities.chunks_mut(size));
        let others = self.forces.chunks_mut(size).zip(self.anchors.chunks(size)).zip(self.chunk_sums.iter_mut());
        let mut chunks: Vec<_> = moving
            .zip(others)
            .enumerate()
            .map(|(index, ((positions, velocities), ((forces, anchors), sums)))| {
                (FinishedChunk { index, positions, velocities, forces, anchors }, sums, 0.0)
            })
            .collect();
        each(&mut chunks, |(chunk, sums, farthest)| {
            (**sums, *farthest) = dispatch!(level, simd => finish_chunk(simd, &finish, chunk));
        });
        self.drifted = finish.next.map(|_| chunks.iter().map(|chunk| chunk.2).fold(0.0, largest).sqrt());
        self.sums = ChunkSums::default();
        for sums in &self.chunk_sums {
            self.sums.add(sums);
        }
        for part in &self.parts {
            for k in 0..6 {
                self.sums.virial[k] -= part.shifted[k];
            }
        }
    }

    /// Potential energy of the simulated atoms, as the potential says and without the jump at the cutoff that a plain
    /// truncation leaves in the energy (forces do not see it, so the work balance must not).
    pub(crate) fn potential_energies(&self) -> [f64; 2] {
        match &self.field {
            ForceField::LennardJones(law) => [self.energy_with(law), self.energy_with(&law.continuous(self.cutoff))],
            ForceField::LennardJonesShiftedForce(law) => [self.energy_with(law); 2],
            ForceField::Any(law) => [self.energy_with(law), self.energy_with(&law.continuous())],
        }
    }

    fn energy_with<P: PairLaw>(&self, law: &P) -> f64 {
        let (around, level) = (self.surroundings(), self.level);
        let mut parts: Vec<(&ForcePart, f64)> = self.parts.iter().map(|part| (part, 0.0)).collect();
        each(&mut parts, |(part, energy)| {
            let (own, mut lines) = (&self.list.chunks[part.own.clone()], self.workspace.take());
            *energy = if around.exclusions.is_some() {
                dispatch!(level, simd => energy_of_part::<_, P, true>(simd, law, &around, part, own, &mut lines))
            } else {
                dispatch!(level, simd => energy_of_part::<_, P, false>(simd, law, &around, part, own, &mut lines))
            };
            self.workspace.give_back(lines);
        });
        parts.iter().map(|(_, energy)| energy).sum::<f64>() + self.bond_energy()
    }

    /// Slot and atom of every simulated atom, in slot order.
    fn occupied(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.ids.iter().enumerate().filter(|(_, id)| **id != PADDING).map(|(slot, id)| (slot, *id as usize))
    }

    /// Peculiar velocities in slot order.
    pub(crate) fn peculiar_velocities(&self) -> impl Iterator<Item = Vector3<f64>> + '_ {
        let gradient = self.model.flow.velocity_gradient(self.time);
        self.occupied().map(move |(slot, _)| get(&self.velocities, slot) - gradient * get(&self.positions, slot))
    }

    /// Forces by atom.
    pub(crate) fn forces(&self) -> Vec<Vector3<f64>> {
        self.by_atom(|slot, _| get(&self.forces, slot))
    }

    /// Positions by atom, continuous from the start: `x + F(t) E n`.
    pub(crate) fn unwrapped_positions(&self) -> Vec<Vector3<f64>> {
        self.by_atom(|slot, id| {
            get(&self.positions, slot) + self.group.reference_translation(self.time, &self.wraps[id])
        })
    }

    /// Lab velocities by atom, of the unwrapped atoms: `v + A E n`.
    pub(crate) fn unwrapped_velocities(&self) -> Vec<Vector3<f64>> {
        self.by_atom(|slot, id| get(&self.velocities, slot) + self.group.reference_velocity(&self.wraps[id]))
    }

    fn by_atom(&self, value: impl Fn(usize, usize) -> Vector3<f64>) -> Vec<Vector3<f64>> {
        let mut result = vec![Vector3::zeros(); self.len()];
        for (slot, id) in self.occupied() {
            result[id] = value(slot, id);
        }
        result
    }

    /// Listed atoms around one atom, on average; the list of a cluster counts once.
    pub(crate) fn mean_neighbours(&self) -> f64 {
        self.list.entries() as f64 / self.counts.len().max(1) as f64
    }
}

/// The vector in `slot`.
fn get(array: &[f64], slot: usize) -> Vector3<f64> {
    let place = offset(slot);
    Vector3::new(array[place], array[place + LANES], array[place + 2 * LANES])
}

/// Sets the vector in `slot`.
fn put(array: &mut [f64], slot: usize, value: &Vector3<f64>) {
    let place = offset(slot);
    for k in 0..3 {
        array[place + k * LANES] = value[k];
    }
}
