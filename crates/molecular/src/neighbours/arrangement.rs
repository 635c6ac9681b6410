//! The spatial order of atoms: columns along the longest edge, clusters of four within a column.

use super::{LANES, PADDING};
use omd_flow::{Matrix3, Vector3};

/// Bins of height for each atom of a column, at most.
const BINS_PER_ATOM: f64 = 4.0;

/// A column of the cell: a box in the two shorter edges' fractions, unlimited along the longest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// The first slot.
    pub(crate) first: u32,
    /// Atoms; they fill the slots from the first on.
    pub(crate) count: u32,
    /// Smallest coordinates in the frame.
    pub(crate) low: Vector3<f64>,
    /// Largest coordinates in the frame.
    pub(crate) high: Vector3<f64>,
    /// Where its bins start, and how many there are.
    bins: [u32; 2],
    /// Bins per length.
    bins_per_height: f64,
}

/// The box of a cluster in the frame, and its fractions of the two shorter edges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) low: Vector3<f64>,
    pub(crate) high: Vector3<f64>,
    pub(crate) fraction_low: [f64; 2],
    pub(crate) fraction_high: [f64; 2],
    /// Atoms in it, 1 to 4.
    pub(crate) count: u8,
    /// Its column.
    pub(crate) column: u32,
}

/// Atoms in slots, sorted by column and then by height along the longest edge.
///
/// The frame is a rotation whose third axis is the longest edge: an image by that edge differs in height only.
#[derive(Clone, Debug)]
pub(crate) struct Arrangement {
    /// Edges, columns, when the atoms were sorted.
    pub(crate) edges: Matrix3<f64>,
    /// Their inverse.
    pub(crate) inverse: Matrix3<f64>,
    /// Rotation into the frame.
    pub(crate) frame: Matrix3<f64>,
    /// Columns along the first and the second edge.
    pub(crate) shape: [usize; 2],
    pub(crate) columns: Vec<Column>,
    /// For each column and each bin of height one past the bin's last slot.
    bins: Vec<u32>,
    /// Bins per length, in a column that is not much longer than its atoms need.
    bins_per_height: f64,
    pub(crate) clusters: Vec<Bounds>,
    /// For each slot the index of the given position, or [`PADDING`].
    pub(crate) order: Vec<u32>,
}

impl Arrangement {
    /// Sorts `positions`, which lie in the cell of `edges` up to rounding; ties go by `tie`.
    pub(crate) fn new(edges: Matrix3<f64>, inverse: Matrix3<f64>, positions: &[Vector3<f64>], tie: &[u32]) -> Self {
        let frame = frame_along_third(&edges);
        let shape = column_shape(&edges, &inverse, positions.len());
        let mut keys: Vec<(u32, f64, u32, u32)> = Vec::with_capacity(positions.len());
        let mut counts = vec![0u32; shape[0] * shape[1]];
        for (index, position) in positions.iter().enumerate() {
            let column = column_of(&inverse, position, shape);
            counts[column] += 1;
            keys.push((column as u32, frame.row(2).transpose().dot(position), tie[index], index as u32));
        }
        let keys = sorted_by_column(&keys, &counts);
        let mut arrangement = Self {
            edges,
            inverse,
            frame,
            shape,
            columns: Vec::with_capacity(counts.len()),
            bins: Vec::with_capacity(2 * positions.len()),
            bins_per_height: (positions.len() as f64 / (edges.determinant().abs() * LANES as f64)).cbrt() * 3.0,
            clusters: Vec::new(),
            order: Vec::new(),
        };
        let mut begin = 0;
        for count in counts {
            let end = begin + count as usize;
            arrangement.push_column(&keys[begin..end], positions);
            begin = end;
        }
        arrangement
    }

    /// Appends one column's atoms and closes its last cluster with padding.
    fn push_column(&mut self, keys: &[(u32, f64, u32, u32)], positions: &[Vector3<f64>]) {
        let first = self.order.len() as u32;
        let (mut low, mut high) = (Vector3::repeat(f64::INFINITY), Vector3::repeat(f64::NEG_INFINITY));
        for cluster in keys.chunks(LANES) {
            let mut bounds = Bounds {
                low: Vector3::repeat(f64::INFINITY),
                high: Vector3::repeat(f64::NEG_INFINITY),
                fraction_low: [f64::INFINITY; 2],
                fraction_high: [f64::NEG_INFINITY; 2],
                count: cluster.len() as u8,
                column: self.columns.len() as u32,
            };
            for &(_, height, _, index) in cluster {
                let position = &positions[index as usize];
                let mut place = self.frame * position;
                place.z = height;
                bounds.low = bounds.low.inf(&place);
                bounds.high = bounds.high.sup(&place);
                let fraction = self.inverse * position;
                for k in 0..2 {
                    bounds.fraction_low[k] = bounds.fraction_low[k].min(fraction[k]);
                    bounds.fraction_high[k] = bounds.fraction_high[k].max(fraction[k]);
                }
                self.order.push(index);
            }
            for _ in cluster.len()..LANES {
                self.order.push(PADDING);
            }
            low = low.inf(&bounds.low);
            high = high.sup(&bounds.high);
            self.clusters.push(bounds);
        }
        // A gas drawn out along one edge has columns much longer than that.
        let most = BINS_PER_ATOM * keys.len() as f64 / (high.z - low.z).max(f64::MIN_POSITIVE);
        let bins_per_height = self.bins_per_height.min(most);
        let bins = [self.bins.len() as u32, self.push_bins(keys, first, bins_per_height)];
        self.columns.push(Column { first, count: keys.len() as u32, low, high, bins, bins_per_height });
    }

    /// Appends the bins of one column; their number.
    fn push_bins(&mut self, keys: &[(u32, f64, u32, u32)], first: u32, bins_per_height: f64) -> u32 {
        let Some((lowest, highest)) = keys.first().zip(keys.last()) else { return 0 };
        let count = ((highest.1 - lowest.1) * bins_per_height) as u32 + 1;
        let mut next = 0;
        for bin in 0..count {
            // The same rounding as in `window`: a height belongs to the bin of its truncated quotient.
            while next < keys.len() && ((keys[next].1 - lowest.1) * bins_per_height) as u32 == bin {
                next += 1;
            }
            self.bins.push(first + next as u32);
        }
        count
    }

    /// The slots of `column` with heights from `low` to `high`, and a few more.
    #[inline(always)]
    pub(crate) fn window(&self, column: &Column, low: f64, high: f64) -> std::ops::Range<usize> {
        let [start, count] = column.bins;
        // Conversions saturate: below the column is bin 0.
        let from = ((low - column.low.z) * column.bins_per_height) as u32;
        let to = (((high - column.low.z) * column.bins_per_height) as u32).min(count - 1);
        let ends = &self.bins[start as usize..(start + count) as usize];
        let begin = if from == 0 { column.first } else { ends[from as usize - 1] };
        begin as usize..ends[to as usize] as usize
    }
}

/// The rotation whose rows are an orthonormal frame with the third along the third edge.
fn frame_along_third(edges: &Matrix3<f64>) -> Matrix3<f64> {
    let third = edges.column(2).normalize();
    let first: Vector3<f64> = edges.column(0).into();
    let first = (first - third * first.dot(&third)).normalize();
    let second = third.cross(&first);
    Matrix3::from_rows(&[first.transpose(), second.transpose(), third.transpose()])
}

/// As many columns as make clusters of four about as wide as high, with eight atoms or more in a column.
fn column_shape(edges: &Matrix3<f64>, inverse: &Matrix3<f64>, atoms: usize) -> [usize; 2] {
    let volume = edges.determinant().abs();
    let width = (LANES as f64 * volume / atoms.max(1) as f64).cbrt();
    let most = ((atoms as f64 / 8.0).sqrt()).max(1.0);
    [0, 1].map(|k| (1.0 / (inverse.row(k).norm() * width)).round().clamp(1.0, most * most) as usize)
}

fn column_of(inverse: &Matrix3<f64>, position: &Vector3<f64>, shape: [usize; 2]) -> usize {
    let [i, j] = [0, 1].map(|k| {
        let fraction = inverse.row(k).transpose().dot(position);
        ((fraction * shape[k] as f64).max(0.0) as usize).min(shape[k] - 1)
    });
    i * shape[1] + j
}

/// A counting sort by column, then by height and tie within it.
fn sorted_by_column(keys: &[(u32, f64, u32, u32)], counts: &[u32]) -> Vec<(u32, f64, u32, u32)> {
    let mut next: Vec<usize> = Vec::with_capacity(counts.len());
    let mut total = 0;
    for &count in counts {
        next.push(total);
        total += count as usize;
    }
    let mut sorted = vec![(0, 0.0, 0, 0); keys.len()];
    for &key in keys {
        let place = &mut next[key.0 as usize];
        sorted[*place] = key;
        *place += 1;
    }
    let mut begin = 0;
    for &count in counts {
        let end = begin + count as usize;
        sorted[begin..end].sort_by(|a, b| a.1.total_cmp(&b.1).then(a.2.cmp(&b.2)));
        begin = end;
    }
    sorted
}
