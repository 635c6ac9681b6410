//! A group as a kernel and finitely many cosets, with what they do to the sites.

use super::kernel::{Counts, Kernel};
use super::places::{Grid, spacing};
use super::sites::Site;
use crate::group::GroupElement;
use omd_flow::Vector3;

/// An element of a coset of the kernel, and the site it brings each site to.
#[derive(Clone, Debug)]
pub(super) struct Coset {
    pub(super) element: GroupElement,
    pub(super) map: Vec<usize>,
}

/// A group, and the structure as it makes it out of its sites.
#[derive(Clone, Debug)]
pub(super) struct Quotient {
    pub(super) kernel: Kernel,
    pub(super) sites: Vec<Site>,
    /// The identity first.
    pub(super) cosets: Vec<Coset>,
}

/// Sites found by their place, whichever element of the kernel brings them there.
pub(super) struct Index<'a> {
    kernel: &'a Kernel,
    sites: &'a [Site],
    grid: Grid,
}

impl<'a> Index<'a> {
    pub(super) fn new(kernel: &'a Kernel, sites: &'a [Site]) -> Self {
        let folded: Vec<Vector3<f64>> = sites.iter().map(|site| kernel.copies(&site.position, 0.0)[0]).collect();
        let grid = Grid::new(&folded, 0..folded.len(), spacing(&folded));
        Self { kernel, sites, grid }
    }

    /// The site of this species nearest to `place` within `radius`, and the powers that bring it there.
    pub(super) fn find(&self, place: &Vector3<f64>, species: usize, radius: f64) -> Option<(usize, Counts)> {
        let mut best: Option<(usize, Counts, f64)> = None;
        for copy in self.kernel.copies(place, radius) {
            self.grid.visit(&copy, radius, |k| {
                let site = &self.sites[k];
                if site.species == species {
                    let counts = self.kernel.nearest(&site.position, place);
                    let distance = (self.kernel.element(counts).position(0.0, &site.position) - place).norm();
                    if distance <= radius && best.is_none_or(|(.., nearest)| distance < nearest) {
                        best = Some((k, counts, distance));
                    }
                }
                true
            });
        }
        best.map(|(k, counts, _)| (k, counts))
    }

    /// What `element` does to every site; `None` where it is no symmetry.
    pub(super) fn map(&self, element: &GroupElement, radius: f64) -> Option<Vec<(usize, Counts)>> {
        let mut hit = vec![false; self.sites.len()];
        let mut map = Vec::with_capacity(self.sites.len());
        for site in self.sites {
            let found = self.find(&element.position(0.0, &site.position), site.species, radius)?;
            if std::mem::replace(&mut hit[found.0], true) {
                return None;
            }
            map.push(found);
        }
        Some(map)
    }
}

impl Quotient {
    /// The kernel alone.
    pub(super) fn of_kernel(kernel: Kernel, sites: Vec<Site>) -> Self {
        let map = (0..sites.len()).collect();
        Self { kernel, sites, cosets: vec![Coset { element: GroupElement::identity(), map }] }
    }

    /// Adds the coset of `element` where it is a symmetry and a new one.
    pub(super) fn add(&mut self, element: GroupElement, radius: f64) -> bool {
        if self.cosets.iter().any(|coset| self.kernel.same_coset(&coset.element.rotation, &element.rotation)) {
            return false;
        }
        let Some(map) = Index::new(&self.kernel, &self.sites).map(&element, radius) else { return false };
        self.cosets.push(Coset { element, map: map.into_iter().map(|(k, _)| k).collect() });
        true
    }

    /// Moves every site to the mean of where the cosets put it.
    pub(super) fn symmetrise(&mut self) {
        let before: Vec<Vector3<f64>> = self.sites.iter().map(|site| site.position).collect();
        for (k, site) in self.sites.iter_mut().enumerate() {
            let mut sum = Vector3::zeros();
            for Coset { element, map } in &self.cosets {
                let image = element.position(0.0, &before[k]);
                let target = &before[map[k]];
                let there = self.kernel.element(self.kernel.nearest(target, &image)).position(0.0, target);
                sum += element.inverse().position(0.0, &there);
            }
            site.position = sum / self.cosets.len() as f64;
        }
    }

    /// For every site the first one of its orbit under these cosets.
    pub(super) fn orbits(&self, cosets: &[usize]) -> Vec<usize> {
        let mut first: Vec<usize> = (0..self.sites.len()).collect();
        for k in 0..self.sites.len() {
            for &coset in cosets {
                let image = self.cosets[coset].map[k];
                first[image] = first[image].min(first[k]);
            }
        }
        first
    }
}
