//! Drawn positions.

use super::proximity::close_pairs;
use omd_flow::{Matrix3, Philox, Vector3};

/// Rounds of moving atoms apart before giving up.
pub(super) const ROUNDS: usize = 4000;

/// A face-centred cubic arrangement, stretched to the cell; sites left over are spread evenly.
pub(super) fn fcc(cell: &Matrix3<f64>, count: usize) -> Vec<Vector3<f64>> {
    fcc_sites(cell, count).into_iter().map(|(place, _)| place).collect()
}

/// The same places, each with which of the four simple cubic lattices it belongs to.
pub(super) fn fcc_sites(cell: &Matrix3<f64>, count: usize) -> Vec<(Vector3<f64>, usize)> {
    let edges = [0, 1, 2].map(|k| cell.column(k).norm());
    let cells = smallest_box(edges, count.div_ceil(4));
    let sites = 4 * cells.iter().product::<usize>();
    let corners = [[0.25, 0.25, 0.25], [0.75, 0.75, 0.25], [0.75, 0.25, 0.75], [0.25, 0.75, 0.75]];
    (0..count)
        .map(|index| {
            let site = (index as u128 * sites as u128 / count as u128) as usize;
            let (corner, block) = (corners[site % 4], site / 4);
            let place = [block / (cells[1] * cells[2]), block / cells[2] % cells[1], block % cells[2]];
            let fraction = Vector3::from_fn(|k, _| (place[k] as f64 + corner[k]) / cells[k] as f64);
            (cell * fraction, site % 4)
        })
        .collect()
}

/// Numbers of unit cells along the edges, as cubic as they come, at least `wanted` in all.
fn smallest_box(edges: [f64; 3], wanted: usize) -> [usize; 3] {
    let volume: f64 = edges.iter().product();
    let scale = (wanted as f64 / volume).cbrt();
    let mut cells = edges.map(|edge| ((edge * scale).round() as usize).max(1));
    while cells.iter().product::<usize>() < wanted {
        let widest = (0..3).max_by(|&i, &j| (edges[i] / cells[i] as f64).total_cmp(&(edges[j] / cells[j] as f64)));
        cells[widest.unwrap_or(0)] += 1;
    }
    cells
}

/// Uniform positions, no two closer than `radius`; the number of closer pairs where that fails.
///
/// Dilute atoms that are too close are drawn again: the rest stays uniform. In dense ones there is no room for that;
/// there close pairs move apart until none is left.
pub(super) fn random(
    cell: &Matrix3<f64>,
    count: usize,
    radius: f64,
    random: &mut Philox,
) -> Result<Vec<Vector3<f64>>, usize> {
    let mut positions: Vec<Vector3<f64>> = (0..count).map(|_| place(cell, random)).collect();
    let density = count as f64 / cell.determinant().abs();
    let redraws = if density * radius.powi(3) < 0.3 { 50 } else { 3 };
    for _ in 0..redraws {
        let pairs = close_pairs(cell, &positions, radius);
        if pairs.is_empty() {
            return Ok(positions);
        }
        let mut later: Vec<usize> = pairs.iter().map(|pair| pair.second).collect();
        later.sort_unstable();
        later.dedup();
        later.into_iter().for_each(|atom| positions[atom] = place(cell, random));
    }
    separate(cell, &mut positions, radius).map(|()| positions)
}

pub(super) fn place(cell: &Matrix3<f64>, random: &mut Philox) -> Vector3<f64> {
    let fraction = Vector3::new(random.uniform(), random.uniform(), random.uniform());
    cell * fraction
}

/// Moves pairs that are closer than `radius` apart; the number of close pairs where that fails.
fn separate(cell: &Matrix3<f64>, positions: &mut [Vector3<f64>], radius: f64) -> Result<(), usize> {
    let mut left = usize::MAX;
    for _ in 0..ROUNDS {
        let pairs = close_pairs(cell, positions, radius);
        if pairs.is_empty() {
            return Ok(());
        }
        if pairs.iter().any(|pair| pair.first == pair.second) {
            return Err(pairs.len());
        }
        left = pairs.len();
        for pair in pairs {
            let distance = pair.separation.norm();
            let direction = if distance > 0.0 { pair.separation / distance } else { Vector3::x() };
            // A little beyond contact: rounding must not leave the pair behind.
            let push = direction * (0.5 * (1.02 * radius - distance));
            positions[pair.first] += push;
            positions[pair.second] -= push;
        }
    }
    Err(left)
}
