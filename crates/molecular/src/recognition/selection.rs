//! The part of a group that makes a structure out of a molecule, each atom once.

use super::kernel::{Cylinder, Kernel};
use super::quotient::{Index, Quotient};
use super::sites::folded;
use super::subgroup::{Subgroup, Table};
use crate::group::{GroupElement, ObjectiveGroup};
use omd_flow::Vector3;

/// Turns about an axis with atoms on it are not looked through beyond this many.
const TURNS: i64 = 60;

/// A molecule and the generators of a group that moves every atom.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    pub(super) generators: Vec<GroupElement>,
    /// Place and species of the atoms.
    pub(super) molecule: Vec<(Vector3<f64>, usize)>,
}

/// Where the group puts every atom; those that are on no site stay.
fn ideal(quotient: &Quotient, points: &[Vector3<f64>]) -> Vec<Vector3<f64>> {
    let mut ideal = points.to_vec();
    for site in &quotient.sites {
        for (atom, counts) in &site.members {
            ideal[*atom] = quotient.kernel.element(*counts).position(0.0, &site.position);
        }
    }
    ideal
}

/// The smallest molecule that is found, of atoms near the first of `order`.
pub(super) fn selected(
    quotient: &Quotient,
    points: &[Vector3<f64>],
    species: &[usize],
    order: &[usize],
    radius: f64,
) -> Selection {
    let ideal = ideal(quotient, points);
    let free = match &quotient.kernel {
        Kernel::Axis(cylinder) if cylinder.order > 1 => {
            quotient.sites.iter().all(|site| cylinder.polar(&site.position).radius > radius)
        }
        _ => true,
    };
    let unturned = match &quotient.kernel {
        Kernel::Axis(cylinder) if !free => Some(unturned(quotient, cylinder, &ideal, species, order, radius)),
        _ => None,
    };
    let quotient = unturned.as_ref().unwrap_or(quotient);
    let subgroup = table(quotient).largest_free();
    let chosen = |k: &usize| quotient.cosets[*k].element;
    let generators: Vec<_> =
        quotient.kernel.generators().into_iter().chain(subgroup.generators.iter().map(chosen)).collect();
    if ObjectiveGroup::generated(&generators).is_ok() {
        let generators = irredundant(generators);
        return Selection { generators, molecule: molecule(quotient, &subgroup, &ideal, order) };
    }
    let alone = Subgroup { elements: vec![0], generators: Vec::new() };
    let generators = quotient.kernel.generators();
    Selection { generators, molecule: molecule(quotient, &alone, &ideal, order) }
}

fn table(quotient: &Quotient) -> Table {
    let cosets = &quotient.cosets;
    let product = |a: usize, b: usize| {
        let rotation = cosets[a].element.rotation * cosets[b].element.rotation;
        cosets.iter().position(|coset| quotient.kernel.same_coset(&coset.element.rotation, &rotation)).unwrap_or(0)
    };
    Table {
        products: (0..cosets.len()).map(|a| (0..cosets.len()).map(|b| product(a, b)).collect()).collect(),
        fixes: cosets.iter().map(|coset| coset.map.iter().enumerate().any(|(k, image)| k == *image)).collect(),
        proper: cosets.iter().map(|coset| coset.element.rotation.determinant() > 0.0).collect(),
    }
}

/// A group about an axis with atoms on it, which its turns do not move: without them, and with one coset that moves all.
fn unturned(
    quotient: &Quotient,
    cylinder: &Cylinder,
    ideal: &[Vector3<f64>],
    species: &[usize],
    order: &[usize],
    radius: f64,
) -> Quotient {
    let mut kernel = Kernel::Axis(Cylinder { order: 1, ..cylinder.clone() });
    let sites = folded(ideal, species, order, &mut kernel, radius, false);
    let mut found = Quotient::of_kernel(kernel, sites);
    let screw = cylinder.screw.map(|_| cylinder.screws([1, 0, 0]));
    let turns = (0..cylinder.order.min(TURNS)).map(|turn| cylinder.screws([0, turn, 0]));
    let all: Vec<GroupElement> =
        turns.flat_map(|turn| quotient.cosets[1..].iter().map(move |coset| turn.compose(&coset.element))).collect();
    for element in all {
        let normal = screw.as_ref().is_none_or(|screw| {
            let image = element.compose(screw).compose(&element.inverse());
            let same = |other: &GroupElement| {
                (image.rotation - other.rotation).norm() < 1e-9 && (image.offset - other.offset).norm() < 1e-9 * radius
            };
            same(screw) || same(&screw.inverse())
        });
        let square = element.compose(&element);
        let closes = found.kernel.nearest(&square.position(0.0, &ideal[0]), &ideal[0]);
        let closes = found.kernel.element(closes).compose(&square);
        let closes = (closes.rotation - GroupElement::identity().rotation).norm() < 1e-9;
        let map = Index::new(&found.kernel, &found.sites).map(&element, radius);
        let moves = map.is_some_and(|map| map.iter().enumerate().all(|(k, (image, _))| k != *image));
        if normal && closes && moves && found.add(element, radius) {
            break;
        }
    }
    found
}

/// One atom of every orbit, as near to the first as there is.
fn molecule(
    quotient: &Quotient,
    subgroup: &Subgroup,
    ideal: &[Vector3<f64>],
    order: &[usize],
) -> Vec<(Vector3<f64>, usize)> {
    let first = quotient.orbits(&subgroup.elements);
    let mut site_of = vec![None; ideal.len()];
    for (k, site) in quotient.sites.iter().enumerate() {
        site.members.iter().for_each(|(atom, _)| site_of[*atom] = Some(k));
    }
    let Some(start) = order.first().map(|atom| ideal[*atom]) else { return Vec::new() };
    let mut best: Vec<Option<(f64, Vector3<f64>)>> = vec![None; quotient.sites.len()];
    for &atom in order {
        let Some(site) = site_of[atom] else { continue };
        let moved = quotient.kernel.element(quotient.kernel.nearest(&ideal[atom], &start)).position(0.0, &ideal[atom]);
        let slot = &mut best[first[site]];
        for place in [ideal[atom], moved] {
            let far = (place - start).norm();
            // Equally near ones are told by their order, not by rounding.
            if slot.is_none_or(|(least, _)| far < least - 1e-9 * (1.0 + least)) {
                *slot = Some((far, place));
            }
        }
    }
    let species = |k: usize| quotient.sites[k].species;
    best.iter().enumerate().filter_map(|(k, found)| found.map(|(_, place)| (place, species(k)))).collect()
}

/// Leaves out generators that the others make.
fn irredundant(mut generators: Vec<GroupElement>) -> Vec<GroupElement> {
    let size = |generators: &[GroupElement]| {
        let group = ObjectiveGroup::generated(generators).ok()?;
        Some((group.dimension(), group.content(0.0).unwrap_or(1.0 / group.index() as f64)))
    };
    let Some((dimension, content)) = size(&generators) else { return generators };
    let mut at = 0;
    while at < generators.len() && generators.len() > 1 {
        let mut fewer = generators.clone();
        fewer.remove(at);
        match size(&fewer) {
            Some((other, left)) if other == dimension && (left / content - 1.0).abs() < 1e-6 => generators = fewer,
            _ => at += 1,
        }
    }
    generators
}
