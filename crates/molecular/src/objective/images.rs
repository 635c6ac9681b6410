//! Which images are near the simulated atoms, and who is near whom.

use super::forces::Neighbourhood;
use crate::group::{GroupElement, Label, ObjectiveGroup};
use crate::parallel::each;
use fearless_simd::{Level, Simd, dispatch, f64x4, mask32x4, prelude::*, u32x4};
use omd_flow::Vector3;
use std::collections::HashSet;
use std::ops::Range;

/// Rows that are searched together.
const CHUNK: usize = 256;

/// An image: which atom, under which of the elements in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ghost {
    source: u32,
    element: u32,
}

/// A ghost and where it is.
type Placed = (Ghost, Vector3<f64>);

/// A bond as one of its atoms has it: with an image of the other or of itself, by the name of the element.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) first: u32,
    pub(super) second: u32,
    pub(super) image: Label,
}

/// Bonds of the simulated atoms, from both of their ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    pub(super) list: Vec<End>,
    /// Whether they are no neighbours.
    pub(super) excluded: bool,
}

/// All images within a radius of some simulated atom at the time of the list, and full lists of neighbours.
#[derive(Clone, Debug, Default)]
pub(super) struct Images {
    elements: Vec<GroupElement>,
    labels: Vec<Label>,
    /// Sorted by source.
    ghosts: Vec<Ghost>,
    /// The ghosts of atom `k` are `of_atom[k]..of_atom[k + 1]`.
    of_atom: Vec<u32>,
    starts: Vec<u32>,
    neighbours: Vec<u32>,
    /// Whose place a position is.
    sources: Vec<u32>,
    /// And of which element.
    kinds: Vec<u8>,
    /// Simulated atoms, then ghosts, at the present time.
    positions: Vec<Vector3<f64>>,
    contributing: usize,
    /// For each end of a bond the atom and the position of what it is bonded with.
    joined: Vec<[u32; 2]>,
}

/// Two atoms at t = 0; the second may be an image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closest {
    pub(super) first: usize,
    pub(super) second: usize,
    pub(super) distance: f64,
}

impl Images {
    /// Finds the images of `atoms`, which are of `kinds`, within `radius` of one of them at `time`.
    ///
    /// An element that brings an image of one atom within `radius` of another moves the centre of a ball of radius
    /// `rho` around the atoms by `radius + 2 rho` at most; the group names those without looking at others.
    /// What an atom is bonded with is there however far it is.
    pub(super) fn build(
        &mut self,
        group: &ObjectiveGroup,
        time: f64,
        atoms: &[Vector3<f64>],
        kinds: &[u8],
        radius: f64,
        bonds: &Ends,
    ) {
        let (low, high) = atoms.iter().fold((atoms[0], atoms[0]), |(low, high), x| (low.inf(x), high.sup(x)));
        let centre = (low + high) * 0.5;
        let ball = atoms.iter().map(|x| (x - centre).norm()).fold(0.0, f64::max);
        let labels = group.within(time, &centre, (radius + 2.0 * ball) * (1.0 + 1e-9));
        let labels = labels.into_iter().chain(bonds.list.iter().map(|end| end.image));
        let mut labels: Vec<Label> = labels.filter(|label| *label != Label::IDENTITY).collect();
        labels.sort_unstable();
        labels.dedup();
        let index = |label: &Label| labels.binary_search(label).ok().map(|index| index as u32);
        let bonded: HashSet<(u32, u32)> =
            bonds.list.iter().filter_map(|end| Some((end.second, index(&end.image)?))).collect();
        let elements: Vec<GroupElement> = labels.iter().map(|label| group.element(label)).collect();
        let margin = Vector3::repeat(radius * (1.0 + 1e-12));
        let (near_low, near_high) = (low - margin, high + margin);
        let mut candidates: Vec<(u32, Vec<Placed>)> =
            (0..elements.len() as u32).map(|index| (index, Vec::new())).collect();
        each(&mut candidates, |(index, found)| {
            let element = &elements[*index as usize];
            for (source, x) in atoms.iter().enumerate() {
                let y = element.position(time, x);
                let near = (0..3).all(|k| y[k] >= near_low[k] && y[k] <= near_high[k]);
                if near || bonded.contains(&(source as u32, *index)) {
                    found.push((Ghost { source: source as u32, element: *index }, y));
                }
            }
        });
        let mut ghosts: Vec<Placed> = candidates.into_iter().flat_map(|(_, found)| found).collect();
        ghosts.sort_unstable_by_key(|(ghost, _)| *ghost);
        let mut places = atoms.to_vec();
        places.extend(ghosts.iter().map(|(_, y)| *y));
        let mut rows = search(&places, atoms.len(), radius, near_low, near_high);
        self.joined.clear();
        for end in &bonds.list {
            let ghost = index(&end.image).map(|element| Ghost { source: end.second, element });
            let found = ghost.and_then(|ghost| ghosts.binary_search_by_key(&ghost, |(ghost, _)| *ghost).ok());
            let place = found.map_or(end.second, |ghost| (atoms.len() + ghost) as u32);
            self.joined.push([end.first, place]);
            if bonds.excluded {
                let first = end.first as usize;
                rows[first / CHUNK][first % CHUNK].retain(|other| *other != place);
            }
        }
        self.take(elements, &ghosts, kinds, &rows);
        self.labels = labels;
        self.place(time, atoms);
    }

    /// Keeps the ghosts that some row or bond names.
    fn take(&mut self, elements: Vec<GroupElement>, ghosts: &[Placed], kinds: &[u8], rows: &[Vec<Vec<u32>>]) {
        let count = kinds.len();
        let mut used = vec![false; ghosts.len()];
        let named = rows.iter().flatten().flatten().chain(self.joined.iter().map(|[_, place]| place));
        named.filter_map(|&p| (p as usize).checked_sub(count)).for_each(|ghost| used[ghost] = true);
        let mut index: Vec<u32> = (0..count as u32).collect();
        self.ghosts.clear();
        for ((ghost, _), &used) in ghosts.iter().zip(&used) {
            index.push((count + self.ghosts.len()) as u32);
            if used {
                self.ghosts.push(*ghost);
            }
        }
        self.joined.iter_mut().for_each(|[_, place]| *place = index[*place as usize]);
        self.elements = elements;
        self.contributing = count;
        self.sources.clear();
        self.sources.extend(0..count as u32);
        self.sources.extend(self.ghosts.iter().map(|ghost| ghost.source));
        self.kinds.clear();
        self.kinds.extend(self.sources.iter().map(|&source| kinds[source as usize]));
        self.of_atom = starts_of(count, self.ghosts.iter().map(|ghost| ghost.source));
        self.starts.clear();
        self.starts.push(0);
        self.neighbours.clear();
        for row in rows.iter().flatten() {
            self.neighbours.extend(row.iter().map(|&p| index[p as usize]));
            self.starts.push(self.neighbours.len() as u32);
        }
    }

    /// Puts the simulated atoms at `atoms` and their images where they are at `time`.
    pub(super) fn place(&mut self, time: f64, atoms: &[Vector3<f64>]) {
        self.positions.clear();
        self.positions.extend_from_slice(atoms);
        let places = self.ghosts.iter().map(|ghost| {
            let element = &self.elements[ghost.element as usize];
            element.position(time, &atoms[ghost.source as usize])
        });
        self.positions.extend(places);
    }

    pub(super) fn neighbourhood(&self) -> Neighbourhood<'_> {
        Neighbourhood {
            positions: &self.positions,
            contributing: self.contributing,
            starts: &self.starts,
            neighbours: &self.neighbours,
            sources: &self.sources,
            kinds: &self.kinds,
        }
    }

    /// For each end of a bond the atom and the position of what it is bonded with.
    pub(super) fn joined(&self) -> impl Iterator<Item = [u32; 2]> {
        self.joined.iter().copied()
    }

    /// Every listed neighbour of every atom: atom, whose image it is, and under which element.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize, Label)> {
        (0..self.contributing).flat_map(move |atom| {
            let row = self.starts[atom] as usize..self.starts[atom + 1] as usize;
            self.neighbours[row].iter().map(move |&p| match (p as usize).checked_sub(self.contributing) {
                Some(ghost) => {
                    let Ghost { source, element } = self.ghosts[ghost];
                    (atom, source as usize, self.labels[element as usize])
                }
                None => (atom, p as usize, Label::IDENTITY),
            })
        })
    }

    pub(super) fn contributing(&self) -> usize {
        self.contributing
    }

    /// Images in use.
    pub(super) fn len(&self) -> usize {
        self.ghosts.len()
    }

    /// Entries of all lists.
    pub(super) fn listed(&self) -> usize {
        self.neighbours.len()
    }

    /// The images of an atom: the element, and the index of the position.
    pub(super) fn of_atom(&self, atom: usize) -> impl Iterator<Item = (&GroupElement, usize)> {
        let own = self.of_atom[atom] as usize..self.of_atom[atom + 1] as usize;
        own.map(|ghost| (&self.elements[self.ghosts[ghost].element as usize], self.contributing + ghost))
    }

    /// The nearest two of all that are listed and of these kinds, in any order.
    pub(super) fn closest(&self, kinds: [u8; 2]) -> Option<Closest> {
        let pairs = (0..self.contributing).flat_map(|first| {
            let row = self.starts[first] as usize..self.starts[first + 1] as usize;
            self.neighbours[row].iter().map(move |&p| (first, p as usize))
        });
        let pairs = pairs.filter(|(first, p)| {
            let [a, b] = [self.kinds[*first], self.kinds[*p]];
            [a, b] == kinds || [b, a] == kinds
        });
        let closest = pairs.map(|(first, p)| {
            let distance = (self.positions[p] - self.positions[first]).norm();
            let second = p.checked_sub(self.contributing).map_or(p, |ghost| self.ghosts[ghost].source as usize);
            Closest { first: first.min(second), second: first.max(second), distance }
        });
        closest.min_by(|a, b| a.distance.total_cmp(&b.distance))
    }
}

/// Where the run of each key would start if `keys` were sorted.
fn starts_of(count: usize, keys: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0; count + 1];
    keys.for_each(|key| starts[key as usize + 1] += 1);
    for k in 0..count {
        starts[k + 1] += starts[k];
    }
    starts
}

/// For each of the first `count` places, in chunks, all others within `radius`.
pub(super) fn search(
    places: &[Vector3<f64>],
    count: usize,
    radius: f64,
    low: Vector3<f64>,
    high: Vector3<f64>,
) -> Vec<Vec<Vec<u32>>> {
    // Cells at least as wide as the radius, and not many more of them than places.
    let extent = high - low;
    let mut cells = [0, 1, 2].map(|k| ((extent[k] / radius).floor().min(1e6) as usize).max(1));
    while cells.iter().product::<usize>() > 4 * places.len() + 64 {
        let most = (0..3).max_by_key(|&k| cells[k]).unwrap_or(0);
        cells[most] = cells[most].div_ceil(2);
    }
    let cell = |x: &Vector3<f64>| {
        [0, 1, 2].map(|k| {
            let place = (x[k] - low[k]) / extent[k] * cells[k] as f64;
            (place as usize).min(cells[k] - 1)
        })
    };
    let index = |[i, j, k]: [usize; 3]| (i * cells[1] + j) * cells[2] + k;
    let starts = starts_of(cells.iter().product(), places.iter().map(|x| index(cell(x)) as u32));
    let mut next = starts.clone();
    let mut sorted = Sorted::new(places.len());
    for (p, x) in places.iter().enumerate() {
        let slot = &mut next[index(cell(x))];
        sorted.put(*slot as usize, p as u32, x);
        *slot += 1;
    }
    let level = Level::new();
    let mut chunks: Vec<(usize, Vec<Vec<u32>>)> = (0..count).step_by(CHUNK).map(|first| (first, Vec::new())).collect();
    each(&mut chunks, |(first, rows)| {
        let mut found = Vec::new();
        for atom in *first..(*first + CHUNK).min(count) {
            let x = &places[atom];
            let home = cell(x);
            found.clear();
            let span = |k: usize| home[k].saturating_sub(1)..=(home[k] + 1).min(cells[k] - 1);
            for i in span(0) {
                for j in span(1) {
                    let [begin, end] = [*span(2).start(), *span(2).end()].map(|k| index([i, j, k]));
                    let column = starts[begin] as usize..starts[end + 1] as usize;
                    dispatch!(level, simd => sorted.near(simd, column, x, radius * radius, &mut found));
                }
            }
            // An order of its own, not that of the cells: sums do not depend on where the box begins.
            found.sort_unstable();
            rows.push(found.iter().copied().filter(|&p| p as usize != atom).collect());
        }
    });
    chunks.into_iter().map(|(_, rows)| rows).collect()
}

/// Places that are looked at together.
const LANES: usize = 4;

/// Places in the order of their cells, and a few beyond everything for the last lanes.
struct Sorted {
    place: [Vec<f64>; 3],
    who: Vec<u32>,
}

impl Sorted {
    fn new(count: usize) -> Self {
        Self { place: [(); 3].map(|()| vec![f64::INFINITY; count + LANES]), who: vec![0; count + LANES] }
    }

    fn put(&mut self, slot: usize, who: u32, x: &Vector3<f64>) {
        (0..3).for_each(|k| self.place[k][slot] = x[k]);
        self.who[slot] = who;
    }

    /// Adds who of a column of cells is nearer to `x` than the root of `squared`.
    #[inline(always)]
    fn near<S: Simd>(&self, simd: S, column: Range<usize>, x: &Vector3<f64>, squared: f64, found: &mut Vec<u32>) {
        let mut count = found.len();
        // Everyone is written, who is too far is written over: no branch that nobody can foresee.
        found.resize(count + column.len() + LANES, 0);
        let centre = [0, 1, 2].map(|k| f64x4::splat(simd, x[k]));
        let radius = f64x4::splat(simd, squared);
        for slot in column.clone().step_by(LANES) {
            let apart = |k: usize| f64x4::from_slice(simd, &self.place[k][slot..slot + LANES]) - centre[k];
            let [x, y, z] = [apart(0), apart(1), apart(2)];
            let near = z.mul_add(z, y.mul_add(y, x * x)).simd_lt(radius).to_bitmask();
            // The last lanes may be of another column.
            let bits = near & ((1 << (column.end - slot).min(LANES)) - 1);
            let who = u32x4::from_slice(simd, &self.who[slot..slot + LANES]);
            who.compress(mask32x4::from_bitmask(simd, bits)).store_slice(&mut found[count..count + LANES]);
            count += bits.count_ones() as usize;
        }
        found.truncate(count);
    }
}
