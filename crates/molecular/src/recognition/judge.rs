//! Whether the atoms of a piece are where a kernel and its sites put them, and nowhere else.

use super::kernel::{Counts, Kernel};
use super::sample::Piece;
use super::sites::Site;
use omd_flow::Vector3;
use std::collections::HashSet;

/// A site has at least this part of as many atoms as the fullest; others are atoms out of place.
const FULL: f64 = 0.4;
/// A place with this part of its neighbours is inside the piece. Beyond a flat end it is about a half.
const INSIDE: f64 = 0.8;

/// What the atoms of a piece say about a kernel and its sites.
#[derive(Clone, Debug, Default)]
pub(super) struct Judgement {
    /// Atoms all of whose surroundings are in the sample, or that are among such surroundings.
    pub(super) judged: Vec<bool>,
    /// Judged atoms that stand on no site.
    pub(super) failing: Vec<usize>,
    /// Places of sites where an atom should be and is none.
    pub(super) vacant: Vec<Vector3<f64>>,
    /// Which sites are to be kept.
    pub(super) kept: Vec<bool>,
    /// Whether every kept site was seen twice at least.
    pub(super) repeated: bool,
}

/// A site and powers of the kernel.
type Place = (usize, Counts);

impl Piece<'_> {
    /// Holds every atom that sees all of its surroundings against the sites around it, and every empty place that most of
    /// its neighbours surround.
    pub(super) fn judge(&self, kernel: &Kernel, sites: &[Site]) -> Judgement {
        let most = sites.iter().map(|site| site.members.len()).max().unwrap_or(0) as f64;
        let mut kept: Vec<bool> = sites.iter().map(|site| site.members.len() as f64 >= FULL * most).collect();
        let around = self.around_sites(kernel, sites, &kept);
        let members = |k: usize| sites[k].members.iter().map(move |(_, counts)| (k, *counts));
        let occupied: HashSet<Place> = (0..sites.len()).flat_map(members).collect();
        let sees = |(atom, _): &&(usize, Counts)| self.around.class[*atom].is_some();
        let (mut expected, mut seen): (HashSet<Place>, _) = (HashSet::new(), vec![0usize; sites.len()]);
        for k in 0..sites.len() {
            for (_, at) in sites[k].members.iter().filter(sees) {
                seen[k] += 1;
                expected.extend(around[k].iter().map(|(other, counts)| (*other, kernel.sum(*at, *counts))));
            }
        }
        let mut known = vec![[0usize; 2]; sites.len()];
        for place in &expected {
            known[place.0][usize::from(occupied.contains(place))] += 1;
        }
        for (k, [empty, full]) in known.iter().enumerate() {
            kept[k] &= full >= empty;
        }
        let beside = (0..sites.len())
            .filter(|k| kept[*k])
            .flat_map(members)
            .flat_map(|(k, at)| around[k].iter().map(move |(other, counts)| (*other, kernel.sum(at, *counts))));
        let enclosed = |place: &Place| {
            let near = || around[place.0].iter().map(|(other, counts)| (*other, kernel.sum(place.1, *counts)));
            near().filter(|place| occupied.contains(place)).count() as f64 >= INSIDE * near().count() as f64
        };
        let empty: HashSet<Place> = beside.filter(|place| !occupied.contains(place)).collect();
        let mut vacant: Vec<Place> =
            empty.into_iter().filter(|place| kept[place.0] && (expected.contains(place) || enclosed(place))).collect();
        vacant.sort_unstable();
        let vacant = vacant.iter().map(|(k, counts)| kernel.element(*counts).position(0.0, &sites[*k].position));
        let judged: Vec<bool> = self.points.iter().map(|place| self.knows(place)).collect();
        let off = sites.iter().zip(&kept).filter(|(_, kept)| !**kept);
        let mut failing: Vec<usize> = off.flat_map(|(site, _)| site.members.iter().map(|(atom, _)| *atom)).collect();
        failing.retain(|atom| judged[*atom]);
        failing.sort_unstable();
        let repeated = (0..sites.len()).all(|k| !kept[k] || seen[k] >= 2) && kept.contains(&true);
        Judgement { judged, failing, vacant: vacant.collect(), kept, repeated }
    }

    /// The places within the cutoff of every site, itself aside.
    fn around_sites(&self, kernel: &Kernel, sites: &[Site], kept: &[bool]) -> Vec<Vec<Place>> {
        let reach = self.around.cutoff - 2.0 * self.tolerance;
        let near = |k: usize, other: usize| {
            let counts = kernel.within(&sites[other].position, &sites[k].position, reach);
            counts.into_iter().filter(move |counts| other != k || *counts != [0; 3]).map(move |counts| (other, counts))
        };
        let others = |k: usize| (0..sites.len()).filter(|other| kept[*other]).flat_map(move |other| near(k, other));
        (0..sites.len()).map(|k| if kept[k] { others(k).collect() } else { Vec::new() }).collect()
    }
}
