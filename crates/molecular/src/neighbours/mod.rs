//! Which pairs may interact: atoms sorted into clusters of four, and for each cluster the atoms and images near it.

mod arrangement;
mod exclude;
mod list;
mod skin;

pub(crate) use arrangement::Arrangement;
pub(crate) use exclude::{Exclusion, Exclusions, MaskedEntry};
pub(crate) use list::{Centre, ChunkList, NeighbourList, Reach};
pub(crate) use skin::SkinPolicy;

use omd_flow::{Matrix3, Vector3};

/// Atoms of one cluster: the lanes of one vector of doubles.
pub(crate) const LANES: usize = 4;
/// Numbers of one cluster in an array of vectors: `x x x x y y y y z z z z`.
pub(crate) const STRIDE: usize = 3 * LANES;
/// Clusters of one unit of parallel work. Fixed, so that sums have the same order on any number of threads.
pub(crate) const CHUNK: usize = 128;
/// The source index of a padding slot.
pub(crate) const PADDING: u32 = u32::MAX;

/// Where component x of `slot` lies; y and z follow at `LANES` and `2 LANES`.
#[inline(always)]
pub(crate) fn offset(slot: usize) -> usize {
    // slot / LANES * STRIDE + slot % LANES
    STRIDE / LANES * slot - (STRIDE / LANES - 1) * (slot % LANES)
}

/// `F(t) E nu` from the edges.
#[inline(always)]
pub(crate) fn translation(edges: &Matrix3<f64>, label: [i32; 3]) -> Vector3<f64> {
    let [i, j, k] = label;
    edges * Vector3::new(f64::from(i), f64::from(j), f64::from(k))
}
