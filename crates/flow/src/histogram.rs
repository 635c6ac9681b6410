//! A histogram of velocities at one time.

/// Densities of the peculiar velocity `c = (w - <w>) / sqrt(T/m)` in cells of equal width, dimensionless.
///
/// Every density is the share of all particles in a cell over the cell's volume: what lies beyond the range is missing
/// from the sum, not spread over it.
#[derive(Clone, Debug, PartialEq)]
pub struct VelocityHistogram {
    /// Time.
    pub time: f64,
    /// Cells reach from `-range` to `range` along an axis, from 0 to `range` in `|c|`.
    pub range: f64,
    /// The density in velocity space averaged over directions, by cells of `|c|`.
    pub radial: Vec<f64>,
    /// The densities of `(x, y)`, `(x, z)` and `(y, z)`, the third component integrated out; as many cells along each
    /// axis as `radial` has, the first axis slowest.
    pub planes: [Vec<f64>; 3],
}

impl VelocityHistogram {
    /// The middle of cell `index` in `|c|`.
    #[must_use]
    pub fn speed(&self, index: usize) -> f64 {
        self.range * (index as f64 + 0.5) / self.radial.len() as f64
    }

    /// The middle of cell `index` along an axis.
    #[must_use]
    pub fn component(&self, index: usize) -> f64 {
        2.0 * self.speed(index) - self.range
    }
}
