//! Points found by their place, alone or repeated by a lattice.

use super::kernel::Lattice;
use omd_flow::Vector3;
use std::collections::HashMap;

/// Points in cubes of one edge.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    edge: f64,
    cubes: HashMap<[i64; 3], Vec<u32>>,
}

impl Grid {
    /// The grid of those `points` whose index is in `which`.
    pub(super) fn new(points: &[Vector3<f64>], which: impl Iterator<Item = usize>, edge: f64) -> Self {
        let mut grid = Self::empty(edge);
        which.for_each(|index| grid.insert(&points[index], index));
        grid
    }

    /// An empty grid.
    pub(super) fn empty(edge: f64) -> Self {
        Self { edge, cubes: HashMap::new() }
    }

    /// One point more.
    pub(super) fn insert(&mut self, point: &Vector3<f64>, index: usize) {
        self.cubes.entry(cube(point, self.edge)).or_default().push(index as u32);
    }

    /// Calls `visit` with every point that may be within `radius` of `place` until it says stop (`false`).
    pub(super) fn visit(&self, place: &Vector3<f64>, radius: f64, mut visit: impl FnMut(usize) -> bool) {
        let margin = Vector3::repeat(radius);
        let (low, high) = (cube(&(place - margin), self.edge), cube(&(place + margin), self.edge));
        for i in low[0]..=high[0] {
            for j in low[1]..=high[1] {
                for k in low[2]..=high[2] {
                    for &index in self.cubes.get(&[i, j, k]).into_iter().flatten() {
                        if !visit(index as usize) {
                            return;
                        }
                    }
                }
            }
        }
    }
}

fn cube(place: &Vector3<f64>, edge: f64) -> [i64; 3] {
    [0, 1, 2].map(|k| (place[k] / edge).floor() as i64)
}

/// Atoms of several species, each found by its place.
#[derive(Clone, Debug)]
pub(super) struct Places {
    points: Vec<Vector3<f64>>,
    species: Vec<usize>,
    grid: Grid,
    lattice: Option<Lattice>,
}

impl Places {
    /// `points` as they are or, with a lattice, with all their images.
    pub(super) fn new(points: &[Vector3<f64>], species: &[usize], lattice: Option<Lattice>) -> Self {
        let points: Vec<_> = match &lattice {
            Some(lattice) => points.iter().map(|x| lattice.fold(x)).collect(),
            None => points.to_vec(),
        };
        let edge = spacing(&points);
        let grid = Grid::new(&points, 0..points.len(), edge);
        Self { points, species: species.to_vec(), grid, lattice }
    }

    /// The nearest atom of this species within `radius` of `place`, and how far it is.
    pub(super) fn find(&self, place: &Vector3<f64>, species: usize, radius: f64) -> Option<(usize, f64)> {
        let mut best: Option<(usize, f64)> = None;
        let mut look = |place: &Vector3<f64>| {
            self.grid.visit(place, radius, |index| {
                let distance = (self.points[index] - place).norm();
                if self.species[index] == species
                    && distance <= radius
                    && best.is_none_or(|(_, nearest)| distance < nearest)
                {
                    best = Some((index, distance));
                }
                true
            });
        };
        match &self.lattice {
            Some(lattice) => lattice.copies(place, radius).iter().for_each(&mut look),
            None => look(place),
        }
        best
    }
}

/// An edge with about two points in a cube where points fill their box, and more on surfaces and lines.
pub(super) fn spacing(points: &[Vector3<f64>]) -> f64 {
    let size = extent(points);
    let floor = size.max() / 400.0;
    let volume: f64 = size.iter().map(|edge| edge.max(size.max() * 0.01)).product();
    let edge = (2.0 * volume / points.len().max(1) as f64).cbrt().max(floor);
    if edge > 0.0 { edge } else { 1.0 }
}

/// The edges of the box about `points`.
pub(super) fn extent(points: &[Vector3<f64>]) -> Vector3<f64> {
    let mut low = Vector3::repeat(f64::INFINITY);
    let mut high = -low;
    for point in points {
        low = low.inf(point);
        high = high.sup(point);
    }
    if points.is_empty() { Vector3::zeros() } else { high - low }
}

/// The mean of `points`.
pub(super) fn centroid(points: &[Vector3<f64>]) -> Vector3<f64> {
    points.iter().sum::<Vector3<f64>>() / points.len().max(1) as f64
}
