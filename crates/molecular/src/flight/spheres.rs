//! The spheres as straight lines, in the order of the cells.

use omd_flow::{Matrix3, Vector3};

/// Slots past the last sphere that a vector of four may read.
pub(crate) const PADDING: usize = 4;

/// Position and lab velocity, component by component; slots are in the order of the cells of the present window.
///
/// During a window `x` is the position that a sphere's straight line has at the window's start, whether or not the
/// sphere was on that line then: `x + v tau` is where it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spheres {
    pub(crate) x: [Vec<f64>; 3],
    pub(crate) v: [Vec<f64>; 3],
    /// The sphere of each slot, in the order given at the start.
    pub(crate) ids: Vec<u32>,
}

impl Spheres {
    pub(crate) fn new(positions: &[Vector3<f64>], velocities: &[Vector3<f64>], ids: Vec<u32>) -> Self {
        let component = |vectors: &[Vector3<f64>], k: usize| {
            let values = vectors.iter().map(|vector| vector[k]);
            values.chain(std::iter::repeat_n(0.0, PADDING)).collect::<Vec<f64>>()
        };
        Self { x: [0, 1, 2].map(|k| component(positions, k)), v: [0, 1, 2].map(|k| component(velocities, k)), ids }
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn position(&self, slot: usize) -> Vector3<f64> {
        Vector3::new(self.x[0][slot], self.x[1][slot], self.x[2][slot])
    }

    pub(crate) fn velocity(&self, slot: usize) -> Vector3<f64> {
        Vector3::new(self.v[0][slot], self.v[1][slot], self.v[2][slot])
    }

    pub(crate) fn set_position(&mut self, slot: usize, value: &Vector3<f64>) {
        for k in 0..3 {
            self.x[k][slot] = value[k];
        }
    }

    pub(crate) fn set_velocity(&mut self, slot: usize, value: &Vector3<f64>) {
        for k in 0..3 {
            self.v[k][slot] = value[k];
        }
    }

    /// `v - L x`: at the present time the peculiar velocity; of a line during a window, with the `L` of its start, the
    /// momentum `p = F w` relative to that start.
    #[inline(always)]
    pub(crate) fn peculiar(&self, slot: usize, gradient: &Matrix3<f64>) -> Vector3<f64> {
        self.velocity(slot) - gradient * self.position(slot)
    }

    /// Every sphere `duration` further along its line.
    pub(crate) fn fly(&mut self, duration: f64) {
        let count = self.len();
        for (x, v) in self.x.iter_mut().zip(&self.v) {
            for (x, v) in x[..count].iter_mut().zip(&v[..count]) {
                *x += v * duration;
            }
        }
    }

    /// Moves slot `k` to slot `places[k]`; `spare` is room of the same size.
    pub(crate) fn reorder(&mut self, places: &[u32], spare: &mut Self) {
        if spare.len() != self.len() {
            spare.clone_from(self);
        }
        for (slot, &place) in places.iter().enumerate() {
            let place = place as usize;
            for k in 0..3 {
                spare.x[k][place] = self.x[k][slot];
                spare.v[k][place] = self.v[k][slot];
            }
            spare.ids[place] = self.ids[slot];
        }
        std::mem::swap(self, spare);
    }
}
