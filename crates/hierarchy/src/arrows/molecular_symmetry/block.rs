//! Ordinary molecular dynamics of a finite block: no images, no group, nothing of the engine it is compared with.

use omd_flow::{AffineFlow, Vector3};
use omd_interaction::PairPotential;
use omd_molecular::Atoms;
use rayon::prelude::*;
use std::collections::HashMap;

type Cell = [i32; 3];

/// `(2 layers + 1)^3` copies of the simulated atoms; m = 1.
pub(super) struct Block {
    positions: Vec<Vector3<f64>>,
    velocities: Vec<Vector3<f64>>,
    accelerations: Vec<Vector3<f64>>,
    potential: PairPotential,
    cutoff: f64,
    /// The atoms of the innermost copy.
    innermost: std::ops::Range<usize>,
}

impl Block {
    /// Copy `nu` is displaced by `E nu` and moves faster by `A E nu`, eq. (10) at t = 0.
    pub(super) fn new(flow: &AffineFlow, atoms: &Atoms, potential: &PairPotential, layers: usize) -> Self {
        let gradient = flow.velocity_gradient_at_zero();
        let range = -(layers as i64)..=layers as i64;
        let (mut positions, mut velocities, mut innermost) = (Vec::new(), Vec::new(), 0..0);
        for i in range.clone() {
            for j in range.clone() {
                for k in range.clone() {
                    let shift = atoms.cell * Vector3::new(i as f64, j as f64, k as f64);
                    if (i, j, k) == (0, 0, 0) {
                        innermost = positions.len()..positions.len() + atoms.positions.len();
                    }
                    for (x, w) in atoms.positions.iter().zip(&atoms.peculiar) {
                        positions.push(x + shift);
                        velocities.push(w + gradient * x + gradient * shift);
                    }
                }
            }
        }
        let mut block = Self {
            accelerations: vec![Vector3::zeros(); positions.len()],
            positions,
            velocities,
            potential: potential.clone(),
            cutoff: potential.cutoff().unwrap_or(f64::INFINITY),
            innermost,
        };
        block.accelerate();
        block
    }

    /// One step of velocity Verlet.
    pub(super) fn step(&mut self, step: f64) {
        for ((x, v), a) in self.positions.iter_mut().zip(&mut self.velocities).zip(&self.accelerations) {
            *v += a * (0.5 * step);
            *x += *v * step;
        }
        self.accelerate();
        for (v, a) in self.velocities.iter_mut().zip(&self.accelerations) {
            *v += a * (0.5 * step);
        }
    }

    /// Positions and accelerations of the atoms of the innermost copy.
    pub(super) fn innermost(&self) -> (&[Vector3<f64>], &[Vector3<f64>]) {
        (&self.positions[self.innermost.clone()], &self.accelerations[self.innermost.clone()])
    }

    fn accelerate(&mut self) {
        let cell = |x: &Vector3<f64>| -> Cell { [x.x, x.y, x.z].map(|c| (c / self.cutoff).floor() as i32) };
        let mut cells: HashMap<Cell, Vec<u32>> = HashMap::new();
        for (index, x) in self.positions.iter().enumerate() {
            cells.entry(cell(x)).or_default().push(index as u32);
        }
        let force = |i: usize| {
            let x = &self.positions[i];
            let [a, b, c] = cell(x);
            let mut sum = Vector3::zeros();
            for (da, db, dc) in (0..27).map(|n| (n / 9 - 1, n / 3 % 3 - 1, n % 3 - 1)) {
                for &j in cells.get(&[a + da, b + db, c + dc]).map_or(&[][..], Vec::as_slice) {
                    let r = x - self.positions[j as usize];
                    let distance = r.norm();
                    if j as usize != i && distance < self.cutoff {
                        sum -= r * (self.potential.derivative(distance) / distance);
                    }
                }
            }
            sum
        };
        self.accelerations = (0..self.positions.len()).into_par_iter().map(force).collect();
    }
}
