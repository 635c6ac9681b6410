//! The exact flight between collisions.

use super::Particle;
use omd_flow::{AffineFlow, Matrix3};

/// `(t2 - t1) E^-1 F(t2)^-1 F(t1)^-1`, the displacement of `s` per `p`, 1/velocity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight([[f64; 3]; 3]);

impl Flight {
    pub(super) fn new(flow: &AffineFlow, inverse_cell: &Matrix3<f64>, from: f64, to: f64) -> Self {
        let map = inverse_cell * flow.inverse_deformation(to) * flow.inverse_deformation(from) * (to - from);
        Self(std::array::from_fn(|r| std::array::from_fn(|c| map[(r, c)])))
    }

    /// Moves a particle and replaces it by its image in the unit cube, whose `p` is the same.
    #[inline(always)]
    pub(super) fn fly(&self, particle: &mut Particle) {
        let p = particle.momentum;
        for r in 0..3 {
            let row = &self.0[r];
            let moved = particle.place[r] + (row[0] * p[0] + row[1] * p[1] + row[2] * p[2]);
            let inside = moved - moved.floor();
            // Minus a tiny number lands on 1 by rounding.
            particle.place[r] = if inside < 1.0 { inside } else { 0.0 };
        }
    }
}
