//! Saving and restoring to the bit: the order of atoms and the list decide the order of sums.

use super::{Engine, get};
use crate::neighbours::{Arrangement, PADDING, Reach};
use omd_flow::{Matrix3, StateError, StateReader, StateWriter, Vector3};

impl Engine {
    pub(crate) fn save(&self, state: &mut StateWriter) {
        state.u64(self.len() as u64);
        state.f64(self.time);
        state.matrix(&self.group.unimodular().map(|x| x as f64));
        state.f64(self.list_time);
        state.f64(self.reach.radius);
        state.f64(self.reach.horizon);
        state.f64(self.policy.speed);
        state.f64(self.time_step);
        state.u64(self.rebuilds);
        state.u64(self.steps);
        let atoms: Vec<(usize, usize)> = self.occupied().collect();
        state.u64_slice(&atoms.iter().map(|(_, id)| *id as u64).collect::<Vec<_>>());
        for array in [&self.positions, &self.velocities, &self.anchors] {
            state.vector_slice(&atoms.iter().map(|(slot, _)| get(array, *slot)).collect::<Vec<_>>());
        }
        state.u64_slice(&self.wraps.iter().flat_map(|n| n.iter().map(|x| *x as u64)).collect::<Vec<_>>());
    }

    pub(crate) fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        let count = state.u64()?;
        if count != self.len() as u64 {
            return Err(StateError::Mismatch(format!("{count} atoms saved, {} in the input", self.len())));
        }
        self.time = state.f64()?;
        self.group.set_unimodular(state.matrix()?.map(|x| x as i64));
        self.list_time = state.f64()?;
        let (radius, horizon) = (state.f64()?, state.f64()?);
        self.reach = Reach { radius, horizon, gradient: self.model.flow.velocity_gradient(self.list_time) };
        self.policy.speed = state.f64()?;
        self.time_step = state.f64()?;
        self.rebuilds = state.u64()?;
        self.steps = state.u64()?;
        let ids: Vec<u32> = state.u64_vec()?.into_iter().map(|id| id as u32).collect();
        let (positions, velocities, anchors) = (state.vector_vec()?, state.vector_vec()?, state.vector_vec()?);
        let wraps = state.u64_vec()?;
        let mut seen = vec![false; self.len()];
        ids.iter().for_each(|&id| seen.get_mut(id as usize).into_iter().for_each(|flag| *flag = true));
        let lengths = [ids.len(), positions.len(), velocities.len(), anchors.len(), wraps.len() / 3];
        if lengths.iter().any(|&length| length != self.len()) || !seen.iter().all(|&flag| flag) {
            return Err(StateError::Mismatch("the atoms are not those of the input".into()));
        }
        self.wraps = wraps.chunks_exact(3).map(|n| Vector3::new(n[0] as i64, n[1] as i64, n[2] as i64)).collect();
        self.restore_list(&ids, &anchors, &positions, &velocities)
    }

    /// The list is a function of the positions it was built at; the forces of the present positions and that list.
    fn restore_list(
        &mut self,
        ids: &[u32],
        anchors: &[Vector3<f64>],
        positions: &[Vector3<f64>],
        velocities: &[Vector3<f64>],
    ) -> Result<(), StateError> {
        let edges = self.group.edges(self.list_time);
        let inverse = edges.try_inverse().unwrap_or_else(Matrix3::identity);
        let arrangement = Arrangement::new(edges, inverse, |index| anchors[index], ids);
        let sorted = arrangement.order.iter().filter(|&&source| source != PADDING);
        if !sorted.copied().eq(0..ids.len() as u32) {
            return Err(StateError::Mismatch("the atoms are not in the order they were saved in".into()));
        }
        self.take_order(&arrangement, ids, |index| [anchors[index], velocities[index]]);
        self.anchors.clone_from(&self.positions);
        self.forces.resize(self.positions.len(), 0.0);
        self.build_list(&arrangement);
        self.take_order(&arrangement, ids, |index| [positions[index], velocities[index]]);
        self.evaluate(0.0, None);
        Ok(())
    }
}
