//! Changing peculiar velocities between steps: what thermostats do.

use super::{Engine, get, put};
use crate::force::ChunkSums;
use crate::neighbours::{CHUNK, LANES, PADDING, STRIDE};
use crate::parallel::each;
use omd_flow::{Matrix3, Philox, StateError, StateReader, StateWriter, Vector3};

/// Positions, velocities and forces of one chunk, the sums of its velocities and a number of its own.
struct Part<'a> {
    positions: &'a [f64],
    velocities: &'a mut [f64],
    forces: &'a [f64],
    sum: f64,
}

impl Engine {
    /// Does `work` on every chunk; the sum of what it gives, in order.
    fn each_chunk(&mut self, work: impl Fn(&mut Part<'_>) + Sync + Send) -> f64 {
        let size = CHUNK * STRIDE;
        let arrays = self.positions.chunks(size).zip(self.velocities.chunks_mut(size)).zip(self.forces.chunks(size));
        let mut parts: Vec<_> =
            arrays.map(|((positions, velocities), forces)| Part { positions, velocities, forces, sum: 0.0 }).collect();
        each(&mut parts, work);
        parts.iter().map(|part| part.sum).sum()
    }

    /// `sum f.w`, power.
    pub(crate) fn work_of_forces(&mut self) -> f64 {
        let gradient = self.model.flow.velocity_gradient(self.time);
        self.each_chunk(|part| {
            for place in (0..part.positions.len()).step_by(STRIDE) {
                for lane in place..place + LANES {
                    let of = |array: &[f64]| Vector3::new(array[lane], array[lane + LANES], array[lane + 2 * LANES]);
                    let w = of(part.velocities) - gradient * of(part.positions);
                    part.sum += of(part.forces).dot(&w);
                }
            }
        })
    }

    /// `w -> factor w`.
    pub(crate) fn scale_peculiar(&mut self, factor: f64) {
        // v = L x + factor (v - L x)
        let rest = self.model.flow.velocity_gradient(self.time) * (1.0 - factor);
        self.each_chunk(|part| {
            for place in (0..part.positions.len()).step_by(STRIDE) {
                for lane in place..place + LANES {
                    let x = [0, 1, 2].map(|k| part.positions[lane + k * LANES]);
                    for k in 0..3 {
                        let carried = rest[(k, 0)] * x[0] + rest[(k, 1)] * x[1] + rest[(k, 2)] * x[2];
                        let velocity = &mut part.velocities[lane + k * LANES];
                        *velocity = carried + factor * *velocity;
                    }
                }
            }
        });
        self.sums.kinetic.iter_mut().for_each(|sum| *sum *= factor * factor);
        self.sums.drift.iter_mut().for_each(|sum| *sum *= factor);
    }

    /// `w -> keep w + size xi`, `xi` standard normal, in the order of the atoms.
    pub(crate) fn stir_peculiar(&mut self, keep: f64, size: f64, random: &mut Philox) {
        self.scale_peculiar(keep);
        let mut slots = vec![0usize; self.len()];
        for (slot, &id) in self.ids.iter().enumerate().filter(|(_, id)| **id != PADDING) {
            slots[id as usize] = slot;
        }
        for slot in slots {
            let noise = Vector3::new(random.normal(), random.normal(), random.normal());
            let velocity = get(&self.velocities, slot) + noise * size;
            put(&mut self.velocities, slot, &velocity);
        }
        self.sum_velocities();
    }

    /// The sums over velocities to the bit: those of velocities that were scaled are not sums of rounded velocities.
    pub(crate) fn save_sums(&self, state: &mut StateWriter) {
        self.sums.kinetic.iter().chain(&self.sums.drift).for_each(|sum| state.f64(*sum));
    }

    pub(crate) fn restore_sums(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        for sum in self.sums.kinetic.iter_mut().chain(&mut self.sums.drift) {
            *sum = state.f64()?;
        }
        Ok(())
    }

    /// The sums over velocities anew.
    fn sum_velocities(&mut self) {
        let (mut kinetic, mut drift) = (Matrix3::zeros(), Vector3::zeros());
        for w in self.peculiar_velocities() {
            kinetic += w * w.transpose();
            drift += w;
        }
        let kinetic = omd_flow::symmetric_components(&kinetic);
        self.sums = ChunkSums { kinetic, drift: drift.into(), ..self.sums };
    }
}
