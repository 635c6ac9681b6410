//! What an atom sees within a cutoff, and where a sample ends.

use super::places::{Grid, extent};
use omd_flow::Vector3;

/// Neighbours beyond this mean number are not gathered to find a cutoff.
const CROWD: usize = 400;
/// Cutoffs are taken from these multiples of the longest gap between connected atoms, where distances leave room: the first
/// is beyond the second neighbours, the others are for pieces so small that few atoms see so far.
const SHELLS: [[f64; 2]; 3] = [[1.8, 2.45], [1.35, 1.8], [1.02, 1.35]];

/// The neighbours of every atom, and which atoms have all of them.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    pub(super) cutoff: f64,
    pub(super) neighbours: Vec<Vec<u32>>,
    /// Which kind of surroundings an atom has; `None` where some of it is missing beyond the end of the sample.
    pub(super) class: Vec<Option<usize>>,
    /// Members of every class.
    pub(super) members: Vec<usize>,
    /// The atoms that have a class.
    complete: Grid,
}

/// Species and distance of a neighbour.
type Seen = (usize, f64);

impl Surroundings {
    /// An atom's surroundings are incomplete where another atom of its species sees the same distances and more: so does an
    /// atom at the end of a sample, seen from one like it farther inside.
    pub(super) fn new(points: &[Vector3<f64>], species: &[usize], cutoff: f64, tolerance: f64) -> Self {
        let grid = Grid::new(points, 0..points.len(), cutoff);
        let neighbours: Vec<Vec<u32>> = (0..points.len()).map(|atom| around(points, &grid, atom, cutoff)).collect();
        let seen: Vec<Vec<Seen>> = (0..points.len())
            .map(|atom| {
                let distance = |&other: &u32| (points[other as usize] - points[atom]).norm();
                let mut seen: Vec<Seen> =
                    neighbours[atom].iter().map(|other| (species[*other as usize], distance(other))).collect();
                seen.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
                seen
            })
            .collect();
        let mut ordered: Vec<usize> = (0..points.len()).collect();
        ordered.sort_by_key(|&atom| std::cmp::Reverse(seen[atom].len()));
        let mut class = vec![None; points.len()];
        let (mut leaders, mut members): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        for atom in ordered {
            let fits = |leader: &usize| {
                species[*leader] == species[atom] && contained(&seen[atom], &seen[*leader], 2.0 * tolerance, cutoff)
            };
            // Equal before contained, so that a kind that lacks a neighbour by nature keeps its name.
            let equal = |leader: &usize| seen[*leader].len() == seen[atom].len() && fits(leader);
            if let Some(found) = leaders.iter().position(equal) {
                class[atom] = Some(found);
                members[found] += 1;
            } else if !leaders.iter().any(fits) {
                class[atom] = Some(leaders.len());
                leaders.push(atom);
                members.push(1);
            }
        }
        let complete = Grid::new(points, (0..points.len()).filter(|atom| class[*atom].is_some()), cutoff);
        Self { cutoff, neighbours, class, members, complete }
    }

    /// Whether everything at `place` is in the sample: it is within the cutoff of an atom with complete surroundings.
    pub(super) fn knows(&self, points: &[Vector3<f64>], place: &Vector3<f64>, margin: f64) -> bool {
        let reach = self.cutoff - margin;
        let mut known = false;
        self.complete.visit(place, reach, |atom| {
            known = (points[atom] - place).norm() <= reach;
            !known
        });
        known
    }
}

/// Other atoms within the cutoff.
fn around(points: &[Vector3<f64>], grid: &Grid, atom: usize, cutoff: f64) -> Vec<u32> {
    let mut found = Vec::new();
    grid.visit(&points[atom], cutoff, |other| {
        if other != atom && (points[other] - points[atom]).norm() <= cutoff {
            found.push(other as u32);
        }
        true
    });
    found.sort_unstable();
    found
}

/// Whether every distance of `part` is one of `whole`, each used once; those at the cutoff may be on either side of it.
fn contained(part: &[Seen], whole: &[Seen], tolerance: f64, cutoff: f64) -> bool {
    let mut next = 0;
    for (species, distance) in part {
        loop {
            match whole.get(next) {
                Some((other, _)) if other < species => next += 1,
                Some((other, there)) if other == species && *there < distance - tolerance => next += 1,
                Some((other, there)) if other == species && *there <= distance + tolerance => {
                    next += 1;
                    break;
                }
                _ if *distance > cutoff - tolerance => break,
                _ => return false,
            }
        }
    }
    true
}

/// The median distance to the nearest neighbour, and the smallest; `None` for one atom.
pub(super) fn nearest_distances(points: &[Vector3<f64>]) -> Option<(f64, [usize; 2], f64)> {
    let pairs = connected_pairs(points)?.0;
    let mut nearest = vec![(f64::INFINITY, 0); points.len()];
    for &(distance, i, j) in &pairs {
        for (a, b) in [(i, j), (j, i)] {
            if distance < nearest[a].0 {
                nearest[a] = (distance, b);
            }
        }
    }
    let closest = (0..points.len()).min_by(|a, b| nearest[*a].0.total_cmp(&nearest[*b].0))?;
    let mut distances: Vec<f64> = nearest.iter().map(|(distance, _)| *distance).filter(|d| d.is_finite()).collect();
    distances.sort_by(f64::total_cmp);
    Some((distances[distances.len() / 2], [closest, nearest[closest].1], nearest[closest].0))
}

/// A distance and the atoms it is between.
type Gap = (f64, usize, usize);

/// Pairs within a distance at which all atoms hang together, shortest first, and whether they do.
fn connected_pairs(points: &[Vector3<f64>]) -> Option<(Vec<Gap>, bool)> {
    let size = extent(points).norm();
    if points.len() < 2 || size == 0.0 {
        return None;
    }
    let mut radius = size / (points.len() as f64).cbrt() / 8.0;
    loop {
        let grid = Grid::new(points, 0..points.len(), radius);
        let mut pairs = Vec::new();
        for atom in 0..points.len() {
            grid.visit(&points[atom], radius, |other| {
                let distance = (points[other] - points[atom]).norm();
                if other > atom && distance <= radius {
                    pairs.push((distance, atom, other));
                }
                true
            });
        }
        let crowded = pairs.len() > CROWD * points.len();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        if let Some(longest) = joining(points.len(), &pairs) {
            // Everything within the longest gap has to be there, the shells beyond besides where there is room.
            return Some((pairs, longest.is_finite()));
        }
        if crowded || radius > 2.0 * size {
            return Some((pairs, false));
        }
        radius *= 1.4;
    }
}

/// The longest distance that is needed to connect everything; `None` where the pairs do not.
fn joining(count: usize, pairs: &[Gap]) -> Option<f64> {
    let mut root: Vec<usize> = (0..count).collect();
    let mut parts = count;
    for &(distance, i, j) in pairs {
        let (a, b) = (find(&mut root, i), find(&mut root, j));
        if a != b {
            root[a] = b;
            parts -= 1;
            if parts == 1 {
                return Some(distance);
            }
        }
    }
    None
}

/// The root of a tree of parents, shortened on the way.
fn find(root: &mut [usize], mut at: usize) -> usize {
    while root[at] != at {
        root[at] = root[root[at]];
        at = root[at];
    }
    at
}

/// Cutoffs at which no atom is alone, each in the widest gap between distances; the one to try first is the first.
pub(super) fn default_cutoffs(points: &[Vector3<f64>]) -> Vec<f64> {
    let Some((pairs, whole)) = connected_pairs(points) else { return Vec::new() };
    let gap = match joining(points.len(), &pairs) {
        Some(gap) if whole => gap,
        _ => nearest_distances(points).map_or(0.0, |(median, ..)| median),
    };
    let longest = SHELLS[0][1] * gap;
    let grid = Grid::new(points, 0..points.len(), longest);
    let mut distances = SHELLS.as_flattened().iter().map(|factor| factor * gap).collect::<Vec<_>>();
    let step = points.len().div_ceil(400);
    for atom in (0..points.len()).step_by(step) {
        grid.visit(&points[atom], longest, |other| {
            distances.push((points[other] - points[atom]).norm());
            true
        });
    }
    distances.sort_by(f64::total_cmp);
    let between = |[low, high]: [f64; 2]| {
        let inside = |pair: &&[f64]| pair[0] >= low * gap && pair[1] <= high * gap;
        let widest = distances.windows(2).filter(inside).max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])));
        widest.map(|pair| 0.5 * (pair[0] + pair[1]))
    };
    SHELLS.into_iter().filter_map(between).collect()
}
