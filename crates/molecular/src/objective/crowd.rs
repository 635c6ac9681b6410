//! Atoms without images, for tests of what acts among them.

use super::forces::Neighbourhood;
use omd_flow::Vector3;

/// Atoms and who is near whom.
pub(super) struct Crowd<'a> {
    positions: &'a [Vector3<f64>],
    starts: Vec<u32>,
    neighbours: Vec<u32>,
    sources: Vec<u32>,
    kinds: Vec<u8>,
}

impl<'a> Crowd<'a> {
    /// Lists that go as far as `reach` says of each atom, by brute force.
    pub(super) fn new(positions: &'a [Vector3<f64>], kinds: Vec<u8>, reach: impl Fn(usize) -> f64) -> Self {
        let count = positions.len();
        let (mut starts, mut neighbours) = (vec![0], Vec::new());
        for (i, x) in positions.iter().enumerate() {
            let near = |&j: &usize| j != i && (positions[j] - x).norm() < reach(i);
            neighbours.extend((0..count).filter(near).map(|j| j as u32));
            starts.push(neighbours.len() as u32);
        }
        Self { positions, starts, neighbours, sources: (0..count as u32).collect(), kinds }
    }

    pub(super) fn around(&self) -> Neighbourhood<'_> {
        Neighbourhood {
            positions: self.positions,
            contributing: self.positions.len(),
            starts: &self.starts,
            neighbours: &self.neighbours,
            sources: &self.sources,
            kinds: &self.kinds,
        }
    }
}
