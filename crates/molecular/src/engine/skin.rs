//! Whether the list still has every pair within the cutoff.

use super::{Engine, get};
use crate::neighbours::{CHUNK, LANES, STRIDE};
use crate::parallel::each;
use fearless_simd::{Simd, dispatch, f64x4, prelude::*};
use omd_flow::{Matrix3, Vector3};

/// One atom in so many may have gone far before a new list is cheaper than to look at where they are.
const ATOMS_PER_FAR_ONE: usize = 16;
/// What rounding may add to a length, relative.
const ROUNDING: f64 = 1e-9;

/// An atom that went far.
struct Far {
    slot: usize,
    /// Displacement beyond the flow, length.
    displacement: f64,
    /// Place in the cell, each from 0 to 1.
    fractions: Vector3<f64>,
}

impl Engine {
    /// Whether every pair within the cutoff is in the list, when no atom is displaced beyond the flow by more than `farthest`.
    ///
    /// A pair that the list left out was at `|M r0| > cutoff + skin`, so it is beyond the cutoff until the displacements of
    /// its two atoms add up to the skin. While twice the largest does not, that is all; then one of the two is beyond half of the
    /// skin and the other beyond what the farthest leaves of it. Both are few: of these the pairs within the cutoff are looked up.
    pub(super) fn list_is_complete(&self, farthest: f64) -> bool {
        let skin = (self.reach.radius - self.cutoff) * (1.0 - ROUNDING);
        2.0 * farthest <= skin || (farthest < skin && self.far_pairs_are_listed(farthest, skin))
    }

    fn far_pairs_are_listed(&self, farthest: f64, skin: f64) -> bool {
        let edges = self.group.edges(self.time);
        let Some(inverse) = edges.try_inverse() else { return false };
        let cutoff = self.cutoff * (1.0 + ROUNDING);
        // As fractions of the cell. Below one half an atom has one image of another within the cutoff at most, the nearest.
        let reach = Vector3::from_fn(|k, _| cutoff * inverse.row(k).norm());
        if reach.max() >= 0.5 {
            return false;
        }
        let Some(far) = self.far_atoms(skin - farthest, &inverse) else { return false };
        let cells = Cells::new(&far, &reach);
        let edges_then = self.group.edges(self.list_time);
        let is_missing = |one: &Far, other: &Far| {
            let apart = one.fractions - other.fractions;
            let label = apart.map(f64::round);
            if one.slot == other.slot || (edges * (apart - label)).norm_squared() > cutoff * cutoff {
                return false;
            }
            // The fractions are those of atoms that the cell may have lost since: the label counts from where they are.
            let [there, here] = [one, other].map(|atom| get(&self.positions, atom.slot));
            let label = (inverse * (there - here) - (apart - label)).map(f64::round);
            let then = get(&self.anchors, one.slot) - get(&self.anchors, other.slot) - edges_then * label;
            !self.reach.lists(&then)
        };
        let fast = |atom: &&Far| 2.0 * atom.displacement > skin;
        !far.iter().filter(fast).any(|one| {
            cells
                .around(one)
                .any(|index| one.displacement + far[index].displacement > skin && is_missing(one, &far[index]))
        })
    }

    /// The atoms displaced beyond the flow by more than `least`; none where they are too many to look at.
    fn far_atoms(&self, least: f64, inverse: &Matrix3<f64>) -> Option<Vec<Far>> {
        let motion = self.motion_since_list(self.time);
        let (size, level) = (CHUNK * STRIDE, self.level);
        let arrays = self.positions.chunks(size).zip(self.anchors.chunks(size)).enumerate();
        let mut chunks: Vec<_> = arrays.map(|(index, arrays)| (index, arrays, Vec::new())).collect();
        each(&mut chunks, |(index, (positions, anchors), far)| {
            let mut clusters = Vec::new();
            dispatch!(level, simd => find_far(simd, &motion, positions, anchors, least * least, &mut clusters));
            for slot in clusters.into_iter().flat_map(|cluster| cluster * LANES..(cluster + 1) * LANES) {
                let position = get(positions, slot);
                let displacement = (position - motion * get(anchors, slot)).norm();
                // With room for the rounding that the test of a whole cluster has and this one has not.
                if displacement >= least * (1.0 - ROUNDING) {
                    let fractions = (inverse * position).map(|x| x - x.floor());
                    far.push(Far { slot: *index * CHUNK * LANES + slot, displacement, fractions });
                }
            }
        });
        let count: usize = chunks.iter().map(|chunk| chunk.2.len()).sum();
        (count * ATOMS_PER_FAR_ONE <= self.len()).then(|| chunks.into_iter().flat_map(|chunk| chunk.2).collect())
    }
}

/// The clusters with an atom whose squared displacement beyond the flow is at least `least`.
#[inline(always)]
fn find_far<S: Simd>(
    simd: S,
    motion: &Matrix3<f64>,
    positions: &[f64],
    anchors: &[f64],
    least: f64,
    clusters: &mut Vec<usize>,
) {
    let least = f64x4::splat(simd, least * (1.0 - ROUNDING));
    for (cluster, (position, anchor)) in positions.chunks_exact(STRIDE).zip(anchors.chunks_exact(STRIDE)).enumerate() {
        let position = [0, 1, 2].map(|k| f64x4::from_slice(simd, &position[k * LANES..(k + 1) * LANES]));
        let anchor = [0, 1, 2].map(|k| f64x4::from_slice(simd, &anchor[k * LANES..(k + 1) * LANES]));
        let mut squared = f64x4::splat(simd, 0.0);
        for k in 0..3 {
            let mut beyond = position[k];
            for j in 0..3 {
                beyond = anchor[j].mul_add(f64x4::splat(simd, -motion[(k, j)]), beyond);
            }
            squared = beyond.mul_add(beyond, squared);
        }
        if squared.simd_ge(least).any_true() {
            clusters.push(cluster);
        }
    }
}

/// Atoms by cells that are at least as wide as the cutoff reaches, in fractions.
struct Cells {
    shape: [usize; 3],
    /// For each cell one past its last atom in `atoms`, after a zero.
    ends: Vec<u32>,
    atoms: Vec<u32>,
}

impl Cells {
    fn new(far: &[Far], reach: &Vector3<f64>) -> Self {
        // No more cells than atoms, about.
        let most = (far.len() as f64).cbrt().ceil().max(1.0);
        let shape = [0, 1, 2].map(|k| (1.0 / reach[k]).floor().min(most) as usize);
        let mut cells = Self { shape, ends: vec![0; shape.iter().product::<usize>() + 1], atoms: vec![0; far.len()] };
        let homes: Vec<usize> = far.iter().map(|atom| cells.place(cells.home(atom))).collect();
        homes.iter().for_each(|&home| cells.ends[home + 1] += 1);
        (1..cells.ends.len()).for_each(|cell| cells.ends[cell] += cells.ends[cell - 1]);
        let mut next = cells.ends.clone();
        for (atom, &home) in homes.iter().enumerate() {
            cells.atoms[next[home] as usize] = atom as u32;
            next[home] += 1;
        }
        cells
    }

    fn home(&self, atom: &Far) -> [usize; 3] {
        [0, 1, 2].map(|k| ((atom.fractions[k] * self.shape[k] as f64) as usize).min(self.shape[k] - 1))
    }

    fn place(&self, [i, j, k]: [usize; 3]) -> usize {
        (i * self.shape[1] + j) * self.shape[2] + k
    }

    /// The atoms in the cells next to that of `atom`, some of them more than once where there are few cells.
    fn around(&self, atom: &Far) -> impl Iterator<Item = usize> + '_ {
        let home = self.home(atom);
        let beside = move |k: usize| {
            let count = self.shape[k];
            [(home[k] + count - 1) % count, home[k], (home[k] + 1) % count]
        };
        let cells = beside(0).into_iter().flat_map(move |i| {
            beside(1).into_iter().flat_map(move |j| beside(2).into_iter().map(move |k| self.place([i, j, k])))
        });
        cells
            .flat_map(|cell| &self.atoms[self.ends[cell] as usize..self.ends[cell + 1] as usize])
            .map(|&atom| atom as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::put;
    use crate::model::Model;
    use crate::start::close_pairs;
    use omd_flow::{AffineFlow, Philox};
    use omd_interaction::{LennardJones, PairPotential, Truncation};
    use std::sync::Arc;

    const CUTOFF: f64 = 2.0;

    /// `n^3` atoms `spacing` apart and each shaken by `shake`, at a temperature.
    fn engine(gradient: Matrix3<f64>, n: usize, spacing: f64, shake: f64, temperature: f64, time_step: f64) -> Engine {
        let form = Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 });
        let potential = PairPotential::new(form, Some(CUTOFF), Truncation::ShiftedForce);
        let model = Model { flow: AffineFlow::new(gradient).unwrap(), potential, mass: 1.0 };
        let mut random = Philox::new(7, 0);
        let mut normal = |size: f64| Vector3::from_fn(|_, _| size * random.normal());
        let sites =
            (0..n * n * n).map(|k| Vector3::new(k % n, k / n % n, k / n / n).map(|x| spacing * (x as f64 + 0.5)));
        let positions: Vec<_> = sites.map(|site| site + normal(shake)).collect();
        let velocities: Vec<_> = positions.iter().map(|x| gradient * x + normal(temperature.sqrt())).collect();
        let cell = Matrix3::identity() * (spacing * n as f64);
        let wraps = vec![Vector3::zeros(); positions.len()];
        Engine::new(&model, time_step, cell, &positions, &velocities, wraps, None).unwrap()
    }

    fn farthest(engine: &Engine) -> f64 {
        let motion = engine.motion_since_list(engine.time);
        let beyond = |slot| (get(&engine.positions, slot) - motion * get(&engine.anchors, slot)).norm();
        engine.occupied().map(|(slot, _)| beyond(slot)).fold(0.0, f64::max)
    }

    /// Forces as if there were no list: the largest difference, and the largest force.
    fn error(engine: &Engine) -> [f64; 2] {
        let mut forces = vec![Vector3::zeros(); engine.len()];
        for pair in close_pairs(&engine.group.edges(engine.time), &engine.unwrapped_positions(), CUTOFF) {
            let distance = pair.separation.norm();
            let force = pair.separation * (-engine.model.potential.derivative(distance) / distance);
            forces[pair.first] += force;
            forces[pair.second] -= force;
        }
        let differences = engine.forces().iter().zip(&forces).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
        [differences, forces.iter().map(Vector3::norm).fold(0.0, f64::max)]
    }

    #[test]
    fn no_pair_is_missed_however_long_a_list_lasts() {
        let flow = Matrix3::new(0.2, 0.5, -0.3, 0.0, -0.4, 0.6, 0.3, 0.0, 0.1);
        // A liquid, a gas, and both in a flow: spacing, shake, temperature, time step.
        let cases = [[1.08, 0.02, 1.0, 4e-3], [2.3, 0.3, 2.0, 1e-2]];
        for (gradient, [spacing, shake, temperature, time_step]) in
            [Matrix3::zeros(), flow].into_iter().flat_map(|gradient| cases.map(|case| (gradient, case)))
        {
            let mut engine = engine(gradient, 10, spacing, shake, temperature, time_step);
            let (mut beyond, mut kept) = (0, 0);
            for step in 1..=200 {
                let builds = engine.rebuilds;
                engine.step(time_step, f64::from(step) * time_step, None).unwrap();
                kept += u32::from(engine.rebuilds == builds);
                beyond += u32::from(2.0 * farthest(&engine) > engine.reach.radius - CUTOFF);
                let [difference, size] = error(&engine);
                assert!(difference < 1e-10 * size, "{difference} of {size}, step {step}, {spacing} {gradient}");
            }
            assert!(kept > 100 && beyond > 5, "lists lasted beyond half of their skin: {beyond} of {kept} steps");
        }
    }

    #[test]
    fn a_pair_that_came_in_from_outside_the_list_is_found() {
        // A lattice wider than the list reaches: two neighbours meet, through a face of the cell or not, or part.
        let lattice = || {
            let mut engine = engine(Matrix3::zeros(), 4, 3.2, 0.0, 0.0, 1e-2);
            engine.expect_speed(0.04);
            engine
        };
        let skin = lattice().reach.radius - CUTOFF;
        let way = 0.9 * skin;
        assert!(skin < 1.2 && 2.0 * way > 1.2, "{skin}");
        // Atoms 0 and 1 are neighbours, and so are 0 and 3 across the face.
        for (other, towards, meet) in [(1, 1.0, true), (1, -1.0, false), (3, -1.0, true), (3, 1.0, false)] {
            let mut engine = lattice();
            for (atom, along) in [(0, towards), (other, -towards)] {
                let (slot, _) = engine.occupied().find(|(_, id)| *id == atom).unwrap();
                let place = get(&engine.positions, slot) + Vector3::x() * (along * way);
                put(&mut engine.positions, slot, &place);
            }
            assert_eq!(engine.list_is_complete(way), !meet, "{other} {towards}");
        }
    }

    #[test]
    fn many_far_atoms_are_not_looked_up() {
        let mut engine = engine(Matrix3::zeros(), 4, 3.2, 0.0, 0.0, 1e-2);
        engine.expect_speed(0.04);
        let way = 0.9 * (engine.reach.radius - CUTOFF);
        assert!(engine.list_is_complete(way), "all atoms are where they were");
        let slots: Vec<usize> = engine.occupied().map(|(slot, _)| slot).take(1 + 64 / ATOMS_PER_FAR_ONE).collect();
        for slot in slots {
            let place = get(&engine.positions, slot) + Vector3::x() * way;
            put(&mut engine.positions, slot, &place);
        }
        assert!(!engine.list_is_complete(way));
    }
}
