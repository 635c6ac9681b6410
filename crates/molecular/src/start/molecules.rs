//! Drawn molecules of two atoms.

use super::DrawnPositions;
use super::positions::{ROUNDS, fcc_sites, place};
use super::proximity::{ClosePair, close_pairs};
use omd_flow::{Matrix3, Philox, Vector3};

/// The body diagonals along which alpha nitrogen (space group Pa-3) has the molecules of its four simple cubic lattices.
const DIAGONALS: [[f64; 3]; 4] = [[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]];

/// The atoms of `count` molecules of this `length`, one molecule after the other, no two of different molecules closer than
/// `radius` where they are random; the number of closer pairs where that fails.
pub(super) fn diatomic(
    cell: &Matrix3<f64>,
    count: usize,
    length: f64,
    positions: DrawnPositions,
    radius: f64,
    random: &mut Philox,
) -> Result<Vec<Vector3<f64>>, usize> {
    let both = |centre: Vector3<f64>, direction: Vector3<f64>| {
        let half = direction.normalize() * (0.5 * length);
        [centre - half, centre + half]
    };
    if positions == DrawnPositions::Fcc {
        let sites = fcc_sites(cell, count).into_iter();
        return Ok(sites.flat_map(|(centre, part)| both(centre, DIAGONALS[part].into())).collect());
    }
    let draw = |random: &mut Philox| {
        let centre = place(cell, random);
        both(centre, Vector3::new(random.normal(), random.normal(), random.normal()))
    };
    let mut atoms: Vec<Vector3<f64>> = (0..count).flat_map(|_| draw(random)).collect();
    let overlaps = |atoms: &[Vector3<f64>]| -> Vec<ClosePair> {
        // The two atoms of a molecule, but not one with an image of the other.
        let own =
            |pair: &ClosePair| pair.first / 2 == pair.second / 2 && pair.separation.norm() < length * (1.0 + 1e-6);
        close_pairs(cell, atoms, radius).into_iter().filter(|pair| !own(pair)).collect()
    };
    // Few are drawn again: the rest stays uniform. In dense systems molecules then move apart as they are.
    let dilute = 2.0 * count as f64 / cell.determinant().abs() * radius.powi(3) < 0.3;
    for _ in 0..if dilute { 50 } else { 3 } {
        let pairs = overlaps(&atoms);
        if pairs.is_empty() {
            return Ok(atoms);
        }
        let mut later: Vec<usize> = pairs.iter().map(|pair| pair.second / 2).collect();
        later.sort_unstable();
        later.dedup();
        for molecule in later {
            atoms[2 * molecule..2 * molecule + 2].copy_from_slice(&draw(random));
        }
    }
    let mut left = usize::MAX;
    for _ in 0..ROUNDS {
        let pairs = overlaps(&atoms);
        if pairs.is_empty() {
            return Ok(atoms);
        }
        left = pairs.len();
        for pair in pairs {
            let molecules = [pair.first / 2, pair.second / 2];
            if molecules[0] == molecules[1] {
                return Err(left);
            }
            let distance = pair.separation.norm();
            let direction = if distance > 0.0 { pair.separation / distance } else { Vector3::x() };
            let push = direction * (0.5 * (1.02 * radius - distance));
            for k in 0..2 {
                atoms[2 * molecules[0] + k] += push;
                atoms[2 * molecules[1] + k] -= push;
            }
        }
    }
    Err(left)
}
