//! Everything that keeps an axis: finer screws, turns, mirrors and what turns the axis round.

use super::kernel::{Cylinder, Kernel, Polar};
use super::quotient::{Index, Quotient};
use super::sites::{Site, folded};
use omd_flow::Vector3;
use std::f64::consts::{PI, TAU};

/// `height -> sign height + rise`, `angle -> sense angle + turn`.
#[derive(Clone, Copy, Debug)]
struct Isometry {
    sign: f64,
    sense: f64,
    rise: f64,
    turn: f64,
}

/// The whole group about the axis of `cylinder`, whose screw and turns may be multiples of the group's.
///
/// On the unrolled cylinder it is a plane group whose point group is made of the two reflections of height and angle.
pub(super) fn quotient(
    points: &[Vector3<f64>],
    species: &[usize],
    order: &[usize],
    cylinder: Cylinder,
    tolerance: f64,
    periodic: bool,
) -> Quotient {
    let radius = 2.0 * tolerance;
    let mut cylinder = cylinder;
    let fold = |kernel: &mut Kernel, refit| folded(points, species, order, kernel, tolerance, refit && !periodic);
    let mut kernel = Kernel::Axis(cylinder.clone());
    let mut sites = fold(&mut kernel, true);
    if let (Kernel::Axis(refitted), true) = (&kernel, cylinder.screw.is_some()) {
        cylinder = refitted.clone();
        if let Some(finer) = finer(&cylinder, &sites, radius) {
            kernel = Kernel::Axis(finer);
            sites = fold(&mut kernel, true);
        }
    }
    let Kernel::Axis(refitted) = kernel else { return Quotient::of_kernel(kernel, sites) };
    cylinder = refitted;
    let step = PI / cylinder.order as f64;
    let mut found =
        [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0)].map(|(sign, sense)| coset(&cylinder, &sites, sign, sense, radius));
    if let Some([angle, pitch]) = cylinder.screw {
        // A reflection turns the screw into one of the opposite angle: the two differ by whole turns.
        let rounded = (angle / step).round() * step;
        let off = (angle - rounded).abs() * longest(&sites, &cylinder);
        if off > radius {
            (found[1], found[2]) = (None, None);
        } else if found[1].is_some() || found[2].is_some() {
            cylinder.screw = Some([rounded, pitch]);
        }
    }
    idealise(&cylinder, &mut found, step);
    let mut kernel = Kernel::Axis(cylinder.clone());
    let sites = fold(&mut kernel, false);
    let mut quotient = Quotient::of_kernel(kernel, sites);
    for Isometry { sign, sense, rise, turn } in found.into_iter().flatten() {
        quotient.add(cylinder.isometry(sign, sense, rise, turn), radius);
    }
    quotient.symmetrise();
    quotient
}

/// By how far an atom is off per error of the screw's angle, at worst.
fn longest(sites: &[Site], cylinder: &Cylinder) -> f64 {
    let powers = |site: &Site| {
        let powers = || site.members.iter().map(|(_, counts)| counts[0]);
        (powers().max().unwrap_or(0) - powers().min().unwrap_or(0)).max(2) as f64
    };
    sites.iter().map(|site| powers(site) * cylinder.polar(&site.position).radius).fold(0.0, f64::max)
}

/// A site whose images are fewest: off the axis where there is one.
fn rarest(places: &[Polar], sites: &[Site], radius: f64) -> usize {
    let alike = |a: usize, b: usize| {
        sites[a].species == sites[b].species && (places[a].radius - places[b].radius).abs() <= 2.0 * radius
    };
    let step = sites.len().div_ceil(500);
    let count = |a: usize| (0..sites.len()).step_by(step).filter(|b| alike(a, *b)).count();
    let off = (0..sites.len()).step_by(step).filter(|k| places[*k].radius > 3.0 * radius);
    off.min_by_key(|k| count(*k)).unwrap_or(0)
}

/// The screw and turns of all proper motions that keep the direction of the axis: as many as there are, they are the
/// powers of one screw times those of one turn.
fn finer(cylinder: &Cylinder, sites: &[Site], radius: f64) -> Option<Cylinder> {
    let [angle, pitch] = cylinder.screw?;
    let kernel = Kernel::Axis(cylinder.clone());
    let index = Index::new(&kernel, sites);
    let places: Vec<Polar> = sites.iter().map(|site| cylinder.polar(&site.position)).collect();
    let first = rarest(&places, sites, radius);
    let on_axis = places.iter().all(|place| place.radius <= 3.0 * radius);
    let mut found: Vec<[f64; 2]> = Vec::new();
    for (k, place) in places.iter().enumerate() {
        if sites[k].species != sites[first].species || (place.radius - places[first].radius).abs() > 2.0 * radius {
            continue;
        }
        let (rise, turn) = (place.height - places[first].height, place.angle - places[first].angle);
        let power = ((rise + radius) / pitch).floor();
        let (rise, turn) = (rise - power * pitch, if on_axis { 0.0 } else { turn - power * angle });
        if index.map(&cylinder.isometry(1.0, 1.0, rise, turn), radius).is_some() {
            found.push([rise, turn]);
        }
    }
    let mut rises: Vec<f64> = found.iter().map(|[rise, _]| *rise).collect();
    rises.sort_by(f64::total_cmp);
    rises.dedup_by(|a, b| (*a - *b).abs() <= 2.0 * radius);
    let levels = rises.len();
    if found.len() < 2 || !found.len().is_multiple_of(levels) {
        return None;
    }
    let order = (found.len() / levels) as f64;
    let (pitch, step) = (pitch / levels as f64, TAU / order);
    let turn =
        if levels == 1 { angle } else { found.iter().find(|[rise, _]| (rise - pitch).abs() <= 2.0 * radius)?[1] };
    // So many of it make the screw there was, up to whole turns.
    let whole = ((levels as f64 * turn - angle) / step).round();
    let turn = (angle + whole * step) / levels as f64;
    let turn = turn - (turn / step).round() * step;
    Some(Cylinder::new(cylinder.origin, cylinder.direction, Some([turn, pitch]), order as i64))
}

/// One isometry of this kind that carries the sites onto sites, fitted to all of them.
fn coset(cylinder: &Cylinder, sites: &[Site], sign: f64, sense: f64, radius: f64) -> Option<Isometry> {
    let kernel = Kernel::Axis(cylinder.clone());
    let index = Index::new(&kernel, sites);
    let places: Vec<Polar> = sites.iter().map(|site| cylinder.polar(&site.position)).collect();
    let first = rarest(&places, sites, radius);
    let here = places[first];
    let candidates = places.iter().enumerate().filter(|(k, place)| {
        sites[*k].species == sites[first].species && (place.radius - here.radius).abs() <= 2.0 * radius
    });
    for (_, place) in candidates {
        let on_axis = here.radius <= radius;
        let turn = if on_axis { 0.0 } else { place.angle - sense * here.angle };
        let rise = place.height - sign * here.height;
        // The origin is the centroid where nothing moves along the axis.
        if cylinder.screw.is_none() && rise.abs() > radius {
            continue;
        }
        let Some(map) = index.map(&cylinder.isometry(sign, sense, rise, turn), radius) else { continue };
        let (mut up, mut around, mut weight) = (0.0, 0.0, 0.0);
        for (from, (k, counts)) in places.iter().zip(map) {
            let to = cylinder.polar(&kernel.element(counts).position(0.0, &sites[k].position));
            up += to.height - sign * from.height;
            let off = to.angle - sense * from.angle - turn;
            around += (off - (off / TAU).round() * TAU) * from.radius * from.radius;
            weight += from.radius * from.radius;
        }
        let turn = turn + if weight > 0.0 { around / weight } else { 0.0 };
        return Some(Isometry { sign, sense, rise: up / places.len() as f64, turn });
    }
    None
}

/// Rounds what a group law leaves no freedom to: the squares are in the kernel, and so is the product of all three.
fn idealise(cylinder: &Cylinder, found: &mut [Option<Isometry>; 3], step: f64) {
    let pitch = cylinder.screw.map(|[_, pitch]| pitch);
    if let Some(mirror) = &mut found[1] {
        mirror.rise = pitch.map_or(0.0, |pitch| (2.0 * mirror.rise / pitch).round() * 0.5 * pitch);
    }
    if let Some(level) = &mut found[2] {
        level.turn = (level.turn / step).round() * step;
    }
    if cylinder.screw.is_none() {
        // Nothing finite moves its own middle.
        found.iter_mut().flatten().for_each(|isometry| isometry.rise = 0.0);
    }
    if let [Some(half), Some(mirror), third] = found {
        mirror.turn = half.turn + ((mirror.turn - half.turn) / step).round() * step;
        let product = Isometry { sign: -1.0, sense: 1.0, rise: half.rise + mirror.rise, turn: mirror.turn - half.turn };
        *third = Some(product);
    } else if let [Some(half), None, Some(level)] = found {
        let turn = level.turn + half.turn;
        let rise = half.rise - level.rise;
        found[1] = Some(Isometry { sign: 1.0, sense: -1.0, rise, turn });
    }
}
