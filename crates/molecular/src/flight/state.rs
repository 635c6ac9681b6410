//! What a checkpoint holds: positions and velocities between two windows.

use super::{Flight, Ledger, Spheres};
use omd_flow::{StateError, StateReader, StateWriter, Structure, Vector3};

impl Flight {
    pub(crate) fn structure(&self) -> Structure {
        Structure {
            time: self.time,
            cell: Some(self.flow.deformation(self.time) * self.group.reference()),
            positions: self.unwrapped_positions(),
            lab_velocities: self.unwrapped_velocities(),
        }
    }

    pub(crate) fn save(&self, state: &mut StateWriter) {
        state.u64(self.len() as u64);
        state.f64(self.time);
        state.matrix(&self.group.unimodular().map(|x| x as f64));
        state.u64_slice(&self.spheres.ids.iter().map(|&id| u64::from(id)).collect::<Vec<_>>());
        state.vector_slice(&(0..self.len()).map(|slot| self.spheres.position(slot)).collect::<Vec<_>>());
        state.vector_slice(&(0..self.len()).map(|slot| self.spheres.velocity(slot)).collect::<Vec<_>>());
        state.u64_slice(&self.wraps.iter().flat_map(|n| n.iter().map(|x| *x as u64)).collect::<Vec<_>>());
        self.ledger.save(state);
        state.f64(self.speed);
        state.f64(self.fastest);
        state.u64(self.windows);
    }

    pub(crate) fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        let count = state.u64()?;
        if count != self.len() as u64 {
            return Err(StateError::Mismatch(format!("{count} atoms saved, {} in the input", self.len())));
        }
        self.time = state.f64()?;
        self.group.set_unimodular(state.matrix()?.map(|x| x as i64));
        let ids: Vec<u32> = state.u64_vec()?.into_iter().map(|id| id as u32).collect();
        let (positions, velocities, wraps) = (state.vector_vec()?, state.vector_vec()?, state.u64_vec()?);
        let mut seen = vec![false; self.len()];
        ids.iter().for_each(|&id| seen.get_mut(id as usize).into_iter().for_each(|flag| *flag = true));
        let lengths = [ids.len(), positions.len(), velocities.len(), wraps.len() / 3];
        if lengths.iter().any(|&length| length != self.len()) || !seen.iter().all(|&flag| flag) {
            return Err(StateError::Mismatch("the atoms are not those of the input".into()));
        }
        self.wraps = wraps.chunks_exact(3).map(|n| Vector3::new(n[0] as i64, n[1] as i64, n[2] as i64)).collect();
        self.spheres = Spheres::new(&positions, &velocities, ids);
        self.ledger = Ledger::restore(state)?;
        (self.speed, self.fastest, self.windows) = (state.f64()?, state.f64()?, state.u64()?);
        Ok(())
    }
}
