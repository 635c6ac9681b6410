//! Pairs that a list leaves out.

use super::list::NeighbourList;
use super::{CHUNK, LANES};

/// A pair that does not act: `r = x_first - x_second - F E U label`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exclusion {
    pub(crate) slots: [u32; 2],
    pub(crate) label: [i32; 3],
}

/// An entry of a list that acts on some of the four atoms of its cluster only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MaskedEntry {
    pub(crate) cluster: usize,
    /// As the entries of its list.
    pub(crate) slot: u32,
    pub(crate) label: [i32; 3],
    /// 1 for the atoms it acts on, 0 for the others.
    pub(crate) acts: [f64; LANES],
}

/// What was taken out of a list, and acts in part.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exclusions {
    /// For each chunk.
    pub(crate) entries: Vec<Vec<MaskedEntry>>,
    /// For each cluster and lane a bit for every other lane that it does not act on.
    pub(crate) within: Vec<[u8; LANES]>,
}

/// An entry that is meant by an exclusion: in the list of this cluster, for this lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    cluster: usize,
    label: [i32; 3],
    slot: u32,
    lane: usize,
}

impl NeighbourList {
    /// Takes the entries of `pairs` out of the list of `clusters` clusters; what they do to the other atoms of their
    /// cluster is in what is returned.
    pub(crate) fn exclude(&mut self, clusters: usize, pairs: impl Iterator<Item = Exclusion>) -> Exclusions {
        let mut exclusions = Exclusions { entries: Vec::new(), within: vec![[0; LANES]; clusters] };
        let mut targets: Vec<Vec<Target>> = vec![Vec::new(); self.chunks.len()];
        for Exclusion { slots, label } in pairs {
            let [first, second] = slots.map(|slot| (slot as usize / LANES, slot as usize % LANES));
            if first.0 == second.0 && label == [0; 3] {
                exclusions.within[first.0][first.1] |= 1 << second.1;
                exclusions.within[first.0][second.1] |= 1 << first.1;
                continue;
            }
            // The list has a pair once, with the cluster of the one or of the other.
            let back = label.map(|n| -n);
            for ((cluster, lane), slot, label) in [(first, slots[1], label), (second, slots[0], back)] {
                targets[cluster / CHUNK].push(Target { cluster, label, slot, lane });
            }
        }
        for (index, (chunk, targets)) in self.chunks.iter_mut().zip(&mut targets).enumerate() {
            targets.sort_unstable();
            let mut masked = Vec::new();
            let (mut kept, mut entry, mut segment) = (0, 0, 0);
            for (member, &end) in chunk.ends.iter().enumerate() {
                let cluster = index * CHUNK + member;
                while segment < end as usize {
                    let (label, last) = (chunk.segments[segment].label, chunk.segments[segment].end as usize);
                    let from = targets.partition_point(|t| (t.cluster, t.label) < (cluster, label));
                    let to = targets.partition_point(|t| (t.cluster, t.label) <= (cluster, label));
                    let meant = &targets[from..to];
                    for place in entry..last {
                        let slot = chunk.entries[place];
                        let mut acts = [1.0; LANES];
                        meant.iter().filter(|t| t.slot == slot).for_each(|t| acts[t.lane] = 0.0);
                        if acts == [1.0; LANES] {
                            chunk.entries[kept] = slot;
                            kept += 1;
                        } else {
                            masked.push(MaskedEntry { cluster, slot, label, acts });
                        }
                    }
                    entry = last;
                    chunk.segments[segment].end = kept as u32;
                    segment += 1;
                }
            }
            chunk.entries.truncate(kept);
            exclusions.entries.push(masked);
        }
        exclusions
    }
}
