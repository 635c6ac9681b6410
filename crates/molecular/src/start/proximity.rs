//! Close pairs at t = 0, images included.

use super::Atoms;
use crate::bonds::{Bond, Bonds};
use crate::neighbours::{Arrangement, LANES, NeighbourList, PADDING, Reach, STRIDE, offset};
use crate::{Model, MolecularError};
use fearless_simd::Level;
use omd_flow::{Matrix3, Vector3, lattice};

/// A pair of atoms, the second translated: `separation = x_first - x_second_image`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClosePair {
    pub(crate) first: usize,
    pub(crate) second: usize,
    pub(crate) separation: Vector3<f64>,
}

/// Every pair closer than `radius` once (`first <= second`), in order of the atoms.
pub(crate) fn close_pairs(cell: &Matrix3<f64>, positions: &[Vector3<f64>], radius: f64) -> Vec<ClosePair> {
    let edges = lattice::reduce(cell).basis;
    let inverse = edges.try_inverse().unwrap_or_else(Matrix3::identity);
    let wrapped: Vec<Vector3<f64>> = positions.iter().map(|x| x - edges * (inverse * x).map(f64::floor)).collect();
    let ids: Vec<u32> = (0..positions.len() as u32).collect();
    let arrangement = Arrangement::new(edges, inverse, |atom| wrapped[atom], &ids);
    let mut slots = vec![0.0; arrangement.clusters.len() * STRIDE];
    for (slot, &source) in arrangement.order.iter().enumerate().filter(|(_, source)| **source != PADDING) {
        for k in 0..3 {
            slots[offset(slot) + k * LANES] = wrapped[source as usize][k];
        }
    }
    let reach = Reach { radius, horizon: 0.0, gradient: Matrix3::zeros() };
    let mut list = NeighbourList::default();
    list.build(&arrangement, &slots, &reach, Level::new());
    let mut pairs = Vec::new();
    let mut keep = |first: u32, second: u32, translation: &Vector3<f64>| {
        if first == PADDING || second == PADDING {
            return;
        }
        let (first, second) = (first as usize, second as usize);
        let separation = wrapped[first] - wrapped[second] - translation;
        let (first, second, separation) =
            if first <= second { (first, second, separation) } else { (second, first, -separation) };
        if separation.norm_squared() < radius * radius {
            pairs.push(ClosePair { first, second, separation });
        }
    };
    list.for_each_entry(|cluster, entry, label| {
        let translation = edges * label.map(f64::from);
        let second = arrangement.order[entry];
        (0..LANES).for_each(|lane| keep(arrangement.order[cluster * LANES + lane], second, &translation));
    });
    for cluster in arrangement.order.chunks(LANES) {
        for (lane, &first) in cluster.iter().enumerate() {
            cluster[lane + 1..].iter().for_each(|&second| keep(first, second, &Vector3::zeros()));
        }
    }
    pairs.sort_by_key(|pair| (pair.first, pair.second));
    pairs
}

/// Refuses atoms whose pair energy is above `1e6 k_B T`, images included; not those whose bond takes the place of it.
pub(crate) fn refuse_overlaps(model: &Model, atoms: &Atoms, bonds: Option<&Bonds>) -> Result<(), MolecularError> {
    let count = atoms.positions.len() as f64;
    let temperature = model.mass * atoms.peculiar.iter().map(|w| w.norm_squared()).sum::<f64>() / (3.0 * count);
    // Atoms at rest have no temperature to measure an energy by.
    let energy = if temperature > 0.0 { 1e6 * temperature } else { f64::MAX };
    let radius = model.potential.core(energy);
    // Atoms at one place have no energy that is a number; a sliver of the cutoff catches them.
    let least = model.potential.cutoff().unwrap_or(0.0) * 1e-6;
    let pairs = close_pairs(&atoms.cell, &atoms.positions, radius.max(least));
    let excluded = bonds.filter(|bonds| bonds.excluded).map(Bonds::by_pair).unwrap_or_default();
    let bonded = |pair: &ClosePair| {
        let same = |bond: &Bond| {
            let image = atoms.cell * bond.image.map(|n| n as f64);
            let r = atoms.positions[bond.first] - atoms.positions[bond.second] - image;
            let r = if bond.first == pair.first { r } else { -r };
            (r - pair.separation).norm() <= 1e-6 * (r.norm() + pair.separation.norm())
        };
        excluded.get(&[pair.first, pair.second]).is_some_and(|bonds| bonds.iter().any(same))
    };
    match pairs.iter().find(|pair| !bonded(pair)) {
        Some(pair) => Err(MolecularError::Overlap {
            first: pair.first + 1,
            second: pair.second + 1,
            distance: pair.separation.norm(),
        }),
        None => Ok(()),
    }
}

/// Refuses hard spheres closer than `diameter`, images included; contact may be off by rounding.
pub(crate) fn refuse_contacts(diameter: f64, atoms: &Atoms) -> Result<(), MolecularError> {
    const ROUNDING: f64 = 1e-9;
    let shortest = lattice::shortest_vector(&atoms.cell);
    if shortest <= diameter {
        return Err(MolecularError::Spheres { first: 1, second: 1, distance: shortest, diameter });
    }
    match close_pairs(&atoms.cell, &atoms.positions, diameter * (1.0 - ROUNDING)).first() {
        Some(pair) => Err(MolecularError::Spheres {
            first: pair.first + 1,
            second: pair.second + 1,
            distance: pair.separation.norm(),
            diameter,
        }),
        None => Ok(()),
    }
}
