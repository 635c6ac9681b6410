//! Ordinary molecular dynamics of a finite block: no images, no group, nothing of the engine it is compared with.

use omd_flow::{AffineFlow, Vector3};
use omd_interaction::PairPotential;
use omd_molecular::{Atoms, GroupElement};
use rayon::prelude::*;
use std::collections::HashMap;

type Cell = [i32; 3];

/// Copies of the simulated atoms; m = 1.
pub(in crate::arrows) struct Block {
    positions: Vec<Vector3<f64>>,
    velocities: Vec<Vector3<f64>>,
    accelerations: Vec<Vector3<f64>>,
    potential: PairPotential,
    cutoff: f64,
    /// Atoms of a copy.
    atoms: usize,
    /// The copy of the identity.
    innermost: usize,
}

impl Block {
    /// Copy `nu` is displaced by `E nu` and moves faster by `A E nu`, eq. (10) at t = 0.
    pub(in crate::arrows) fn new(flow: &AffineFlow, atoms: &Atoms, potential: &PairPotential, layers: usize) -> Self {
        let range = -(layers as i64)..=layers as i64;
        let mut elements = Vec::new();
        for i in range.clone() {
            for j in range.clone() {
                for k in range.clone() {
                    let shift = atoms.cell * Vector3::new(i as f64, j as f64, k as f64);
                    elements.push(GroupElement::translation(shift).moved_by(flow));
                }
            }
        }
        let gradient = flow.velocity_gradient_at_zero();
        let velocities: Vec<_> = atoms.peculiar.iter().zip(&atoms.positions).map(|(w, x)| w + gradient * x).collect();
        Self::of_copies(&elements, &atoms.positions, &velocities, potential)
    }

    /// A copy for each of `elements` at t = 0: `Q x + b`, `Q v + a`.
    pub(super) fn of_copies(
        elements: &[GroupElement],
        positions: &[Vector3<f64>],
        velocities: &[Vector3<f64>],
        potential: &PairPotential,
    ) -> Self {
        let copies = |part: &dyn Fn(&GroupElement) -> Vec<Vector3<f64>>| elements.iter().flat_map(part).collect();
        let positions_of = |g: &GroupElement| positions.iter().map(|x| g.position(0.0, x)).collect();
        let mut block = Self {
            positions: copies(&positions_of),
            velocities: copies(&|g| velocities.iter().map(|v| g.velocity(v)).collect()),
            accelerations: vec![Vector3::zeros(); elements.len() * positions.len()],
            potential: potential.clone(),
            cutoff: potential.cutoff().unwrap_or(f64::INFINITY),
            atoms: positions.len(),
            innermost: elements.iter().position(|g| *g == GroupElement::identity()).unwrap_or(0),
        };
        block.accelerate();
        block
    }

    /// One step of velocity Verlet.
    pub(in crate::arrows) fn step(&mut self, step: f64) {
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
        self.copy(self.innermost)
    }

    /// Positions and accelerations of the atoms of a copy.
    pub(super) fn copy(&self, copy: usize) -> (&[Vector3<f64>], &[Vector3<f64>]) {
        let range = copy * self.atoms..(copy + 1) * self.atoms;
        (&self.positions[range.clone()], &self.accelerations[range])
    }

    /// Atoms.
    pub(in crate::arrows) fn len(&self) -> usize {
        self.positions.len()
    }

    /// The energy of the whole block, and its kinetic part.
    pub(in crate::arrows) fn energies(&self) -> [f64; 2] {
        let kinetic = 0.5 * self.velocities.iter().map(Vector3::norm_squared).sum::<f64>();
        let others = |i: usize| self.positions[i + 1..].iter().map(move |x| (x - self.positions[i]).norm());
        let pairs = (0..self.len()).flat_map(others).filter(|&distance| distance < self.cutoff);
        [kinetic + pairs.map(|distance| self.potential.energy(distance)).sum::<f64>(), kinetic]
    }

    /// The sum of the velocities.
    pub(in crate::arrows) fn momentum(&self) -> Vector3<f64> {
        self.velocities.iter().sum()
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
