//! The loops over neighbour lists.

use super::PairLaw;
use super::part::{ForcePart, Line};
use super::rows::{from_next, row_of_sums, transpose};
use crate::neighbours::{CHUNK, Centre, ChunkList, Exclusions, LANES, MaskedEntry, STRIDE, translation};
use fearless_simd::{Simd, f64x4, mask64x4, prelude::*};
use omd_flow::{Matrix3, Vector3};

/// What the forces of every part are made from.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// Positions in slots.
    pub(crate) positions: &'a [f64],
    /// Atoms of each cluster.
    pub(crate) counts: &'a [u8],
    /// Present edges, columns.
    pub(crate) edges: Matrix3<f64>,
    /// `rc^2`.
    pub(crate) cutoff_squared: f64,
    /// Pairs that do not act; looked at by the loops that are told so.
    pub(crate) exclusions: Option<&'a Exclusions>,
}

/// The pairs (row, column) of the six components xx yy zz xy xz yz.
pub(crate) const COMPONENTS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)];

impl ForcePart {
    /// Computes the forces; `lists` are those of its own chunks, `lines` workspace.
    #[inline(always)]
    pub(crate) fn fill<S: Simd, P: PairLaw, const EXCLUDING: bool>(
        &mut self,
        simd: S,
        law: &P,
        around: &Surroundings<'_>,
        lists: &[ChunkList],
        lines: &mut Vec<Line>,
    ) {
        self.shifted = [0.0; 6];
        self.make_room(lines);
        for (index, list) in lists.iter().enumerate() {
            self.open(simd, index, around.positions, lines);
            let home = self.first_line(index);
            let (mut entry, mut segment) = (0, 0);
            for (member, &end) in list.ends.iter().enumerate() {
                let cluster = (self.own.start + index) * CHUNK + member;
                let mut force = own_forces::<S, P, EXCLUDING>(simd, law, around, cluster);
                while segment < end as usize {
                    let part = &list.segments[segment];
                    let shift = translation(&around.edges, part.label);
                    let entries = &list.entries[entry..part.end as usize];
                    let felt = segment_forces(simd, law, around, cluster, &shift, entries, lines);
                    if part.label != [0; 3] {
                        add_shifted(&mut self.shifted, &shift, &felt);
                    }
                    force = [force[0] + felt[0], force[1] + felt[1], force[2] + felt[2]];
                    entry = part.end as usize;
                    segment += 1;
                }
                add_forces(simd, &force, &mut lines[home + member * LANES..][..LANES]);
            }
            if EXCLUDING && let Some(exclusions) = around.exclusions {
                let first = (self.own.start + index) * CHUNK;
                for entry in &exclusions.entries[self.own.start + index] {
                    let shift = translation(&around.edges, entry.label);
                    let force = masked_forces(simd, law, around, entry, &shift, lines);
                    add_shifted(&mut self.shifted, &shift, &force);
                    let place = home + (entry.cluster - first) * LANES;
                    add_forces(simd, &force, &mut lines[place..place + LANES]);
                }
            }
            self.close(simd, index, lines);
        }
    }
}

/// An entry on its way through the loop of [`segment_forces`].
#[derive(Clone, Copy)]
struct Underway<S: Simd> {
    separation: [f64x4<S>; 3],
    inside: mask64x4<S>,
    /// Of [`PairLaw::begin`].
    begun: f64x4<S>,
    /// The line of the neighbour.
    line: usize,
}

/// Forces between a cluster and one image of its surroundings: returned for the cluster, subtracted for the others.
///
/// From its load to its store an entry takes some eighty cycles, eight times what its instructions take, and a core looks
/// ahead over few of them. So each turn begins two entries, completes the two before, and gives the forces of the two before
/// those to the neighbours: chains that do not wait for each other.
#[inline(always)]
fn segment_forces<S: Simd, P: PairLaw>(
    simd: S,
    law: &P,
    around: &Surroundings<'_>,
    cluster: usize,
    shift: &Vector3<f64>,
    entries: &[u32],
    lines: &mut [Line],
) -> [f64x4<S>; 3] {
    let zero = f64x4::splat(simd, 0.0);
    let mut force = [zero; 3];
    let centre = Centre::load(simd, around.positions, cluster, around.counts[cluster], shift);
    let cutoff_squared = f64x4::splat(simd, around.cutoff_squared);
    let ready = law.ready(simd);
    let (twos, rest) = entries.as_chunks::<2>();
    if let Some((first, others)) = twos.split_first() {
        let mut underway = [
            begin(simd, law, &ready, &centre, cutoff_squared, first[0], lines),
            begin(simd, law, &ready, &centre, cutoff_squared, first[1], lines),
        ];
        // No forces are complete at first.
        let (mut felt, mut given) = ([[zero; 3]; 2], first.map(|line| line as usize));
        for two in others {
            for k in 0..2 {
                give(simd, felt[k], &mut lines[given[k]]);
            }
            for k in 0..2 {
                (felt[k], given[k]) = (complete(simd, law, &ready, &underway[k]), underway[k].line);
                force = [force[0] + felt[k][0], force[1] + felt[k][1], force[2] + felt[k][2]];
            }
            for k in 0..2 {
                underway[k] = begin(simd, law, &ready, &centre, cutoff_squared, two[k], lines);
            }
        }
        for k in 0..2 {
            give(simd, felt[k], &mut lines[given[k]]);
        }
        for last in underway {
            let felt = complete(simd, law, &ready, &last);
            force = [force[0] + felt[0], force[1] + felt[1], force[2] + felt[2]];
            give(simd, felt, &mut lines[last.line]);
        }
    }
    for &entry in rest {
        let last = begin(simd, law, &ready, &centre, cutoff_squared, entry, lines);
        let felt = complete(simd, law, &ready, &last);
        force = [force[0] + felt[0], force[1] + felt[1], force[2] + felt[2]];
        give(simd, felt, &mut lines[last.line]);
    }
    force
}

/// Distances to an entry, and what takes long of the force.
#[inline(always)]
fn begin<S: Simd, P: PairLaw>(
    simd: S,
    law: &P,
    ready: &P::Ready<S>,
    centre: &Centre<S>,
    cutoff_squared: f64x4<S>,
    entry: u32,
    lines: &[Line],
) -> Underway<S> {
    let separation = centre.separation(simd, &lines[entry as usize].place);
    let [x, y, z] = separation;
    let squared = z.mul_add(z, y.mul_add(y, x * x));
    let (inside, begun) = (squared.simd_lt(cutoff_squared), law.begin(simd, ready, squared));
    Underway { separation, inside, begun, line: entry as usize }
}

/// What the four atoms feel from an entry that was begun.
#[inline(always)]
fn complete<S: Simd, P: PairLaw>(simd: S, law: &P, ready: &P::Ready<S>, underway: &Underway<S>) -> [f64x4<S>; 3] {
    let strength = underway.inside.select(law.complete(ready, underway.begun), f64x4::splat(simd, 0.0));
    let [x, y, z] = underway.separation;
    [strength * x, strength * y, strength * z]
}

/// Takes from a line what the four atoms feel: four lanes of x, y and z become one row of sums.
#[inline(always)]
fn give<S: Simd>(simd: S, felt: [f64x4<S>; 3], line: &mut Line) {
    (f64x4::from_slice(simd, &line.force) - row_of_sums(simd, felt)).store_slice(&mut line.force);
}

/// Forces between an image and those of a cluster that an exclusion leaves: one entry, as [`segment_forces`].
#[inline(always)]
fn masked_forces<S: Simd, P: PairLaw>(
    simd: S,
    law: &P,
    around: &Surroundings<'_>,
    entry: &MaskedEntry,
    shift: &Vector3<f64>,
    lines: &mut [Line],
) -> [f64x4<S>; 3] {
    let line = &mut lines[entry.slot as usize];
    let ([x, y, z], squared) = masked_separation(simd, around, entry, shift, &line.place);
    let inside = squared.simd_lt(f64x4::splat(simd, around.cutoff_squared));
    let zero = f64x4::splat(simd, 0.0);
    let strength = inside.select(law.force_over_distance(simd, &law.ready(simd), squared), zero);
    let felt = [strength * x, strength * y, strength * z];
    give(simd, felt, line);
    felt
}

/// Separations of an entry and their squares; what does not act is put beyond every cutoff.
#[inline(always)]
fn masked_separation<S: Simd>(
    simd: S,
    around: &Surroundings<'_>,
    entry: &MaskedEntry,
    shift: &Vector3<f64>,
    place: &[f64; 4],
) -> ([f64x4<S>; 3], f64x4<S>) {
    let centre = Centre::load(simd, around.positions, entry.cluster, around.counts[entry.cluster], shift);
    let [x, y, z] = centre.separation(simd, place);
    let squared = z.mul_add(z, y.mul_add(y, x * x));
    let acts = f64x4::from_slice(simd, &entry.acts).simd_gt(f64x4::splat(simd, 0.5));
    ([x, y, z], acts.select(squared, f64x4::splat(simd, 1e60)))
}

/// Adds four lanes of x, y and z to the forces of four lines.
#[inline(always)]
fn add_forces<S: Simd>(simd: S, force: &[f64x4<S>; 3], lines: &mut [Line]) {
    let [x, y, z] = *force;
    let four = transpose(simd, [x, y, z, f64x4::splat(simd, 0.0)]);
    for (line, row) in lines.iter_mut().zip(four) {
        (f64x4::from_slice(simd, &line.force) + row).store_slice(&mut line.force);
    }
}

/// Forces among the four atoms of a cluster: of each with the next one, and of each with the one opposite.
#[inline(always)]
fn own_forces<S: Simd, P: PairLaw, const EXCLUDING: bool>(
    simd: S,
    law: &P,
    around: &Surroundings<'_>,
    cluster: usize,
) -> [f64x4<S>; 3] {
    let centre = Centre::load(simd, around.positions, cluster, around.counts[cluster], &Vector3::zeros());
    let ready = law.ready(simd);
    let [next, opposite] = own_separations::<S, EXCLUDING>(simd, &centre, around, cluster);
    let [felt, across] = [own_force(simd, law, &ready, around, next), own_force(simd, law, &ready, around, opposite)];
    let mut force = felt;
    for k in 0..3 {
        // What the next one feels, three lanes on.
        let back = from_next(simd, from_next(simd, from_next(simd, felt[k])));
        force[k] = felt[k] - back + across[k];
    }
    force
}

/// The forces of these separations.
#[inline(always)]
fn own_force<S: Simd, P: PairLaw>(
    simd: S,
    law: &P,
    ready: &P::Ready<S>,
    around: &Surroundings<'_>,
    [x, y, z, squared]: [f64x4<S>; 4],
) -> [f64x4<S>; 3] {
    let inside = squared.simd_lt(f64x4::splat(simd, around.cutoff_squared));
    let strength = inside.select(law.force_over_distance(simd, ready, squared), f64x4::splat(simd, 0.0));
    [strength * x, strength * y, strength * z]
}

/// Separations of the four atoms of a cluster from the next one, and from the one after that, and their squares; what does not
/// act is put beyond every cutoff.
#[inline(always)]
fn own_separations<S: Simd, const EXCLUDING: bool>(
    simd: S,
    centre: &Centre<S>,
    around: &Surroundings<'_>,
    cluster: usize,
) -> [[f64x4<S>; 4]; 2] {
    let mut separations = [[f64x4::splat(simd, 0.0); 4]; 2];
    let mut other = centre.0;
    for by in 1..=2 {
        for k in 0..3 {
            other[k] = from_next(simd, other[k]);
        }
        let [x, y, z] = [centre.0[0] - other[0], centre.0[1] - other[1], centre.0[2] - other[2]];
        let mut squared = z.mul_add(z, y.mul_add(y, x * x));
        if EXCLUDING && let Some(exclusions) = around.exclusions {
            let within = &exclusions.within[cluster];
            let excluded = [0, 1, 2, 3].map(|lane| f64::from((within[lane] >> ((lane + by) % LANES)) & 1));
            let excluded = f64x4::from_slice(simd, &excluded).simd_gt(f64x4::splat(simd, 0.5));
            squared = excluded.select(f64x4::splat(simd, 1e60), squared);
        }
        separations[by - 1] = [x, y, z, squared];
    }
    separations
}

/// `s G_s` of one segment.
#[inline(always)]
fn add_shifted<S: Simd>(shifted: &mut [f64; 6], shift: &Vector3<f64>, felt: &[f64x4<S>; 3]) {
    let total = [sum(felt[0]), sum(felt[1]), sum(felt[2])];
    for k in 0..6 {
        let (i, j) = COMPONENTS[k];
        shifted[k] += shift[i] * total[j];
    }
}

/// Potential energy of the pairs listed for the own chunks of `part`, and of those within their clusters.
#[inline(always)]
pub(crate) fn energy_of_part<S: Simd, P: PairLaw, const EXCLUDING: bool>(
    simd: S,
    law: &P,
    around: &Surroundings<'_>,
    part: &ForcePart,
    lists: &[ChunkList],
    lines: &mut Vec<Line>,
) -> f64 {
    part.make_room(lines);
    let mut energy = 0.0;
    for (index, list) in lists.iter().enumerate() {
        part.open(simd, index, around.positions, lines);
        energy += energy_of_chunk::<S, P, EXCLUDING>(simd, law, around, part.own.start + index, list, lines);
    }
    energy
}

/// Potential energy of the pairs listed for one chunk and of those within its clusters.
#[inline(always)]
fn energy_of_chunk<S: Simd, P: PairLaw, const EXCLUDING: bool>(
    simd: S,
    law: &P,
    around: &Surroundings<'_>,
    chunk: usize,
    list: &ChunkList,
    lines: &[Line],
) -> f64 {
    let zero = f64x4::splat(simd, 0.0);
    let cutoff_squared = f64x4::splat(simd, around.cutoff_squared);
    // Pairs of opposite atoms of a cluster are met from both sides.
    let (mut twice, mut energy) = (zero, zero);
    let (mut entry, mut segment) = (0, 0);
    for (member, &end) in list.ends.iter().enumerate() {
        let cluster = chunk * CHUNK + member;
        let count = around.counts[cluster];
        let centre = Centre::load(simd, around.positions, cluster, count, &Vector3::zeros());
        let [next, opposite] = own_separations::<S, EXCLUDING>(simd, &centre, around, cluster);
        energy += next[3].simd_lt(cutoff_squared).select(law.energy(simd, next[3]), zero);
        twice += opposite[3].simd_lt(cutoff_squared).select(law.energy(simd, opposite[3]), zero);
        while segment < end as usize {
            let image = &list.segments[segment];
            let shift = translation(&around.edges, image.label);
            let centre = Centre::load(simd, around.positions, cluster, count, &shift);
            for &neighbour in &list.entries[entry..image.end as usize] {
                let [x, y, z] = centre.separation(simd, &lines[neighbour as usize].place);
                let squared = z.mul_add(z, y.mul_add(y, x * x));
                energy += squared.simd_lt(cutoff_squared).select(law.energy(simd, squared), zero);
            }
            entry = image.end as usize;
            segment += 1;
        }
    }
    if EXCLUDING && let Some(exclusions) = around.exclusions {
        for entry in &exclusions.entries[chunk] {
            let shift = translation(&around.edges, entry.label);
            let place = &lines[entry.slot as usize].place;
            let (_, squared) = masked_separation(simd, around, entry, &shift, place);
            energy += squared.simd_lt(cutoff_squared).select(law.energy(simd, squared), zero);
        }
    }
    0.5 * sum(twice) + sum(energy)
}

/// The three vectors of a block of [`STRIDE`] numbers.
#[inline(always)]
pub(crate) fn load<S: Simd>(simd: S, block: &[f64]) -> [f64x4<S>; 3] {
    [
        f64x4::from_slice(simd, &block[..LANES]),
        f64x4::from_slice(simd, &block[LANES..2 * LANES]),
        f64x4::from_slice(simd, &block[2 * LANES..STRIDE]),
    ]
}

/// Stores what [`load`] loads.
#[inline(always)]
pub(crate) fn store<S: Simd>(value: &[f64x4<S>; 3], block: &mut [f64]) {
    for k in 0..3 {
        value[k].store_slice(&mut block[k * LANES..(k + 1) * LANES]);
    }
}

/// The sum of four lanes, in one order at every level.
#[inline(always)]
pub(crate) fn sum<S: Simd>(value: f64x4<S>) -> f64 {
    let mut lanes = [0.0; 4];
    value.store_slice(&mut lanes);
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
}
