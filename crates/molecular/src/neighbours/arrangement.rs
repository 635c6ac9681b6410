//! The spatial order of atoms: stripes of columns along the longest edge, clusters of four within a column.

use super::{LANES, PADDING};
use crate::parallel::each;
use omd_flow::{Matrix3, Vector3};
use std::ops::Range;

/// Bins of height for each atom of a column, at most.
const BINS_PER_ATOM: f64 = 4.0;
/// Atoms of one unit of parallel work, about: to be sorted by column, and within columns.
const ATOMS_OF_PART: usize = 8192;
const ATOMS_OF_BLOCK: usize = 1024;
/// Clusters near those of a row of a stripe that a fast cache holds: 256 bytes each in the force loops.
const CLUSTERS_AT_HAND: usize = 3072;
/// Rows of columns, and columns to either side of a stripe, that the neighbours of one row are in, in a liquid.
const ROWS_AT_HAND: usize = 4;
const BESIDE: usize = 3;

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

impl Bounds {
    /// The box of no atoms.
    const EMPTY: Self = Self {
        low: Vector3::new(f64::INFINITY, f64::INFINITY, f64::INFINITY),
        high: Vector3::new(f64::NEG_INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY),
        fraction_low: [f64::INFINITY; 2],
        fraction_high: [f64::NEG_INFINITY; 2],
        count: 0,
        column: 0,
    };
}

/// The columns of a cell and their order: stripe after stripe along the second edge, in each row after row along the first.
///
/// A row of a stripe and the rows that its neighbours are in stay in the cache, however large the cell.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    /// Columns along the first and the second edge.
    pub(crate) shape: [usize; 2],
    /// Columns of a row of a stripe; the last one may have fewer.
    stripe: usize,
    /// For every `j` the place of the column at `i` = 0, and how many places it is from one `i` to the next.
    places: Vec<[u32; 2]>,
}

impl Grid {
    /// As many columns as make clusters of four about as wide as high, along each edge no more than an eighth of the atoms.
    fn new(edges: &Matrix3<f64>, inverse: &Matrix3<f64>, atoms: usize) -> Self {
        let volume = edges.determinant().abs();
        let width = (LANES as f64 * volume / atoms.max(1) as f64).cbrt();
        let most = (atoms as f64 / 8.0).max(1.0);
        let shape = [0, 1].map(|k| (1.0 / (inverse.row(k).norm() * width)).round().clamp(1.0, most) as usize);
        let clusters_of_column = atoms.div_ceil(LANES).div_ceil(shape[0] * shape[1]).max(1);
        let widest =
            (CLUSTERS_AT_HAND / (ROWS_AT_HAND * clusters_of_column)).saturating_sub(2 * BESIDE).max(2 * BESIDE);
        let stripes = shape[1].div_ceil(widest);
        let stripe = shape[1].div_ceil(stripes);
        let places = (0..shape[1]).map(|j| {
            let before = j / stripe * stripe;
            [before * shape[0] + j - before, stripe.min(shape[1] - before)].map(|number| number as u32)
        });
        Self { shape, stripe, places: places.collect() }
    }

    /// Where in the order the column at `i`, `j` is.
    #[inline(always)]
    pub(crate) fn place(&self, i: usize, j: usize) -> usize {
        let [first, width] = self.places[j];
        first as usize + i * width as usize
    }

    /// The column in this place of the order.
    #[inline(always)]
    pub(crate) fn column(&self, place: usize) -> [usize; 2] {
        let before = place / (self.stripe * self.shape[0]) * self.stripe;
        let (within, width) = (place - before * self.shape[0], self.stripe.min(self.shape[1] - before));
        [within / width, before + within % width]
    }

    /// Where in the order the column is that a position lies in.
    fn place_of(&self, inverse: &Matrix3<f64>, position: &Vector3<f64>) -> usize {
        let [i, j] = [0, 1].map(|k| {
            let fraction = inverse.row(k).transpose().dot(position);
            ((fraction * self.shape[k] as f64).max(0.0) as usize).min(self.shape[k] - 1)
        });
        self.place(i, j)
    }
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
    pub(crate) grid: Grid,
    /// In the order of the grid.
    pub(crate) columns: Vec<Column>,
    /// For each column and each bin of height one past the bin's last slot.
    bins: Vec<u32>,
    /// Bins per length, in a column that is not much longer than its atoms need.
    bins_per_height: f64,
    pub(crate) clusters: Vec<Bounds>,
    /// For each slot the index of its atom, or [`PADDING`].
    pub(crate) order: Vec<u32>,
}

/// Where an atom belongs.
#[derive(Clone, Copy, Debug, Default)]
struct Key {
    column: u32,
    /// Decides between equal heights.
    tie: u32,
    /// Along the third axis of the frame.
    height: f64,
    /// Of the atom.
    index: u32,
}

/// Some of the atoms by column.
struct Sorted {
    keys: Vec<Key>,
    /// For each column one past the last of its keys.
    ends: Vec<u32>,
}

impl Sorted {
    /// The atoms with indices in `range`; as [`Arrangement::new`].
    fn new(
        arrangement: &Arrangement,
        range: Range<usize>,
        place: &impl Fn(usize) -> Vector3<f64>,
        ids: &[u32],
    ) -> Self {
        let grid = &arrangement.grid;
        let up: Vector3<f64> = arrangement.frame.row(2).transpose();
        let mut ends = vec![0u32; grid.shape[0] * grid.shape[1]];
        let mut unsorted = Vec::with_capacity(range.len());
        for index in range {
            if ids[index] != PADDING {
                let position = place(index);
                let column = grid.place_of(&arrangement.inverse, &position) as u32;
                unsorted.push(Key { column, tie: ids[index], height: up.dot(&position), index: index as u32 });
                ends[column as usize] += 1;
            }
        }
        let mut begin = 0;
        for end in &mut ends {
            begin += std::mem::replace(end, begin);
        }
        let mut keys = vec![Key::default(); unsorted.len()];
        for key in unsorted {
            let end = &mut ends[key.column as usize];
            keys[*end as usize] = key;
            *end += 1;
        }
        Self { keys, ends }
    }

    /// Those of one column.
    fn of(&self, column: usize) -> &[Key] {
        let begin = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.keys[begin as usize..self.ends[column] as usize]
    }
}

/// Some consecutive columns while they are filled.
struct Block<'a> {
    /// The first column.
    first_column: usize,
    /// The first slot.
    first: u32,
    counts: &'a [u32],
    clusters: &'a mut [Bounds],
    order: &'a mut [u32],
    columns: Vec<Column>,
    /// Those of its own columns, which count from its own first.
    bins: Vec<u32>,
}

impl Arrangement {
    /// Sorts the atoms that `ids` names; an index with [`PADDING`] there is none. They are at `place`, in the cell of `edges` up
    /// to rounding; equal heights go by id.
    pub(crate) fn new(
        edges: Matrix3<f64>,
        inverse: Matrix3<f64>,
        place: impl Fn(usize) -> Vector3<f64> + Sync,
        ids: &[u32],
    ) -> Self {
        let atoms = ids.iter().filter(|id| **id != PADDING).count();
        let frame = frame_along_third(&edges);
        let grid = Grid::new(&edges, &inverse, atoms);
        let columns = grid.shape[0] * grid.shape[1];
        let mut arrangement = Self {
            edges,
            inverse,
            frame,
            grid,
            columns: Vec::with_capacity(columns),
            bins: Vec::with_capacity(2 * atoms),
            bins_per_height: (atoms as f64 / (edges.determinant().abs() * LANES as f64)).cbrt() * 3.0,
            clusters: Vec::new(),
            order: Vec::new(),
        };
        let starts = (0..ids.len()).step_by(ATOMS_OF_PART);
        let mut parts: Vec<_> = starts.map(|begin| (begin..(begin + ATOMS_OF_PART).min(ids.len()), None)).collect();
        each(&mut parts, |(range, sorted)| *sorted = Some(Sorted::new(&arrangement, range.clone(), &place, ids)));
        let sorted: Vec<Sorted> = parts.into_iter().filter_map(|(_, sorted)| sorted).collect();
        let count_of = |column| sorted.iter().map(|part| part.of(column).len() as u32).sum();
        let counts: Vec<u32> = (0..columns).map(count_of).collect();
        let clusters = counts.iter().map(|count| count.div_ceil(LANES as u32) as usize).sum::<usize>();
        let mut bounds = vec![Bounds::EMPTY; clusters];
        let mut order = vec![PADDING; clusters * LANES];
        let mut blocks = blocks(&counts, &mut bounds, &mut order);
        each(&mut blocks, |block| arrangement.fill(block, &sorted, &place));
        let parts: Vec<_> = blocks.into_iter().map(|block| (block.columns, block.bins)).collect();
        for (columns, bins) in parts {
            let before = arrangement.bins.len() as u32;
            let placed =
                columns.into_iter().map(|column| Column { bins: [column.bins[0] + before, column.bins[1]], ..column });
            arrangement.columns.extend(placed);
            arrangement.bins.extend(bins);
        }
        (arrangement.clusters, arrangement.order) = (bounds, order);
        arrangement
    }

    /// Sorts the atoms of each column of a block and draws the boxes.
    fn fill(&self, block: &mut Block<'_>, sorted: &[Sorted], place: &impl Fn(usize) -> Vector3<f64>) {
        let (mut cluster, mut keys) = (0, Vec::new());
        for (column, &count) in block.counts.iter().enumerate() {
            keys.clear();
            sorted.iter().for_each(|part| keys.extend_from_slice(part.of(block.first_column + column)));
            keys.sort_unstable_by(|a, b| a.height.total_cmp(&b.height).then(a.tie.cmp(&b.tie)));
            let (mut low, mut high) = (Vector3::repeat(f64::INFINITY), Vector3::repeat(f64::NEG_INFINITY));
            let first = block.first + (cluster * LANES) as u32;
            for four in keys.chunks(LANES) {
                let order = &mut block.order[cluster * LANES..(cluster + 1) * LANES];
                order.iter_mut().zip(four).for_each(|(slot, key)| *slot = key.index);
                let bounds = self.bounds((block.first_column + column) as u32, four, place);
                low = low.inf(&bounds.low);
                high = high.sup(&bounds.high);
                block.clusters[cluster] = bounds;
                cluster += 1;
            }
            // A gas drawn out along one edge has columns much longer than its atoms need.
            let most = BINS_PER_ATOM * f64::from(count) / (high.z - low.z).max(f64::MIN_POSITIVE);
            let bins_per_height = self.bins_per_height.min(most);
            let bins = [block.bins.len() as u32, push_bins(&mut block.bins, &keys, first, bins_per_height)];
            block.columns.push(Column { first, count, low, high, bins, bins_per_height });
        }
    }

    /// The box of one cluster.
    fn bounds(&self, column: u32, cluster: &[Key], place: &impl Fn(usize) -> Vector3<f64>) -> Bounds {
        let mut bounds = Bounds { count: cluster.len() as u8, column, ..Bounds::EMPTY };
        for key in cluster {
            let position = place(key.index as usize);
            let mut framed = self.frame * position;
            // To the bit what the bins are made of.
            framed.z = key.height;
            bounds.low = bounds.low.inf(&framed);
            bounds.high = bounds.high.sup(&framed);
            let fraction = self.inverse * position;
            for k in 0..2 {
                bounds.fraction_low[k] = bounds.fraction_low[k].min(fraction[k]);
                bounds.fraction_high[k] = bounds.fraction_high[k].max(fraction[k]);
            }
        }
        bounds
    }

    /// The slots of `column` with heights from `low` to `high`, and a few more.
    #[inline(always)]
    pub(crate) fn window(&self, column: &Column, low: f64, high: f64) -> Range<usize> {
        debug_assert!(column.count > 0, "an empty column has no bins");
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

/// Consecutive columns of about [`ATOMS_OF_BLOCK`] atoms, each with its own share of the clusters and slots.
fn blocks<'a>(counts: &'a [u32], mut clusters: &'a mut [Bounds], mut order: &'a mut [u32]) -> Vec<Block<'a>> {
    let (mut blocks, mut first_column, mut first) = (Vec::new(), 0, 0);
    while first_column < counts.len() {
        let (mut end, mut atoms, mut filled) = (first_column, 0, 0);
        while end < counts.len() && atoms < ATOMS_OF_BLOCK {
            atoms += counts[end] as usize;
            filled += (counts[end] as usize).div_ceil(LANES);
            end += 1;
        }
        let (own_clusters, own_order);
        (own_clusters, clusters) = clusters.split_at_mut(filled);
        (own_order, order) = order.split_at_mut(filled * LANES);
        blocks.push(Block {
            first_column,
            first,
            counts: &counts[first_column..end],
            clusters: own_clusters,
            order: own_order,
            columns: Vec::with_capacity(end - first_column),
            bins: Vec::with_capacity(2 * atoms),
        });
        first_column = end;
        first += (filled * LANES) as u32;
    }
    blocks
}

/// Appends the bins of one column; their number.
fn push_bins(bins: &mut Vec<u32>, keys: &[Key], first: u32, bins_per_height: f64) -> u32 {
    let Some((lowest, highest)) = keys.first().zip(keys.last()) else { return 0 };
    let count = ((highest.height - lowest.height) * bins_per_height) as u32 + 1;
    let mut next = 0;
    for bin in 0..count {
        // The same rounding as in `window`: a height belongs to the bin of its truncated quotient.
        while next < keys.len() && ((keys[next].height - lowest.height) * bins_per_height) as u32 == bin {
            next += 1;
        }
        bins.push(first + next as u32);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_one_place() {
        // Thin and long, so that there are stripes; 3072 / (4 * 64) - 6 columns are the widest.
        for (edges, stripes) in [([13.0, 23.0, 110.0], 3), ([23.0, 13.0, 30.0], 1), ([1.0, 1.0, 300.0], 1)] {
            let edges = Matrix3::from_diagonal(&Vector3::from(edges));
            let atoms = (0.8 * edges.determinant()) as usize;
            let grid = Grid::new(&edges, &edges.try_inverse().unwrap(), atoms);
            assert_eq!(grid.shape[1].div_ceil(grid.stripe), stripes, "{grid:?}");
            let mut places = Vec::new();
            for i in 0..grid.shape[0] {
                for j in 0..grid.shape[1] {
                    assert_eq!(grid.column(grid.place(i, j)), [i, j]);
                    places.push(grid.place(i, j));
                }
            }
            places.sort_unstable();
            assert!(places.into_iter().eq(0..grid.shape[0] * grid.shape[1]));
        }
    }
}
