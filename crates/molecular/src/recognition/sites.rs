//! The atoms of a structure folded by a kernel, and the kernel fitted to them.

use super::kernel::{Counts, Kernel, Lattice};
use super::places::{Grid, spacing};
use nalgebra::{Matrix3, Vector3};
use std::f64::consts::TAU;

/// Atoms that the kernel makes of one another.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// Where the first of them is: the mean of all, brought back.
    pub(super) position: Vector3<f64>,
    pub(super) species: usize,
    /// Atoms and the powers that lead to them.
    pub(super) members: Vec<(usize, Counts)>,
}

/// Folds the atoms `order`, taken in this order; with `refit` the kernel is fitted to more and more of them, so that no
/// count is off by one far out.
pub(super) fn folded(
    points: &[Vector3<f64>],
    species: &[usize],
    order: &[usize],
    kernel: &mut Kernel,
    tolerance: f64,
    refit: bool,
) -> Vec<Site> {
    if refit {
        let mut limit = 32;
        while limit < order.len() {
            let sites = assigned(points, species, &order[..limit], kernel, tolerance);
            fit(points, &sites, kernel);
            limit = limit * 3 / 2;
        }
        let sites = assigned(points, species, order, kernel, tolerance);
        fit(points, &sites, kernel);
    }
    assigned(points, species, order, kernel, tolerance)
}

fn assigned(points: &[Vector3<f64>], species: &[usize], order: &[usize], kernel: &Kernel, tolerance: f64) -> Vec<Site> {
    let mut sites: Vec<Site> = Vec::new();
    let chosen: Vec<Vector3<f64>> = order.iter().map(|atom| points[*atom]).collect();
    let mut grid = Grid::empty(spacing(&chosen));
    for &atom in order {
        let here = points[atom];
        let mut best: Option<(usize, Counts, Vector3<f64>, f64)> = None;
        // Means move a little after the first atom has said where its site is.
        for copy in kernel.copies(&here, 3.0 * tolerance) {
            grid.visit(&copy, 3.0 * tolerance, |index| {
                let site: &Site = &sites[index];
                if site.species == species[atom] {
                    let counts = kernel.nearest(&site.position, &here);
                    let back = kernel.element(counts).inverse().position(0.0, &here);
                    let distance = (back - site.position).norm();
                    let nearer = best.is_none_or(|(.., nearest)| distance < nearest);
                    if distance <= 2.0 * tolerance && nearer {
                        best = Some((index, counts, back, distance));
                    }
                }
                true
            });
        }
        if let Some((index, counts, back, _)) = best {
            let site = &mut sites[index];
            site.members.push((atom, counts));
            let count = site.members.len() as f64;
            site.position += (back - site.position) / count;
        } else {
            grid.insert(&kernel.copies(&here, 0.0)[0], sites.len());
            sites.push(Site { position: here, species: species[atom], members: vec![(atom, [0; 3])] });
        }
    }
    for site in &mut sites {
        site.position = mean_position(points, site, kernel);
    }
    sites
}

/// The mean of the members, brought back.
pub(super) fn mean_position(points: &[Vector3<f64>], site: &Site, kernel: &Kernel) -> Vector3<f64> {
    let back = |(atom, counts): &(usize, Counts)| kernel.element(*counts).inverse().position(0.0, &points[*atom]);
    site.members.iter().map(back).sum::<Vector3<f64>>() / site.members.len() as f64
}

/// Least squares of the members' distances from where the kernel puts them.
fn fit(points: &[Vector3<f64>], sites: &[Site], kernel: &mut Kernel) {
    match kernel {
        Kernel::Point => {}
        Kernel::Lattice(lattice) => {
            let (mut left, mut right) = (Matrix3::zeros(), Matrix3::zeros());
            for site in sites {
                let counts = |member: &(usize, Counts)| Vector3::from(member.1).map(|n| n as f64);
                let mean = site.members.iter().map(counts).sum::<Vector3<f64>>() / site.members.len() as f64;
                for member in &site.members {
                    let centred = counts(member) - mean;
                    let off = points[member.0] - site.position - lattice.basis * counts(member);
                    left += off * centred.transpose();
                    right += centred * centred.transpose();
                }
            }
            (lattice.rank..3).for_each(|k| right[(k, k)] = 1.0);
            if let Some(inverse) = right.try_inverse() {
                let mut change = left * inverse;
                (lattice.rank..3).for_each(|k| change.column_mut(k).fill(0.0));
                *lattice = Lattice::of_basis(lattice.basis + change, lattice.rank);
            }
        }
        Kernel::Axis(cylinder) => {
            let Some([angle, pitch]) = cylinder.screw else { return };
            let (mut rise, mut turn) = ([0.0, 0.0], [0.0, 0.0]);
            for site in sites {
                let start = cylinder.polar(&site.position);
                let off: Vec<[f64; 4]> = (site.members.iter())
                    .map(|(atom, counts)| {
                        let place = cylinder.polar(&points[*atom]);
                        let power = counts[0] as f64;
                        let left =
                            place.angle - start.angle - power * angle - TAU * counts[1] as f64 / cylinder.order as f64;
                        let left = left - (left / TAU).round() * TAU;
                        [power, place.height - start.height - power * pitch, left, place.radius]
                    })
                    .collect();
                let mean = |k: usize| off.iter().map(|row| row[k]).sum::<f64>() / off.len() as f64;
                let (power, height, left) = (mean(0), mean(1), mean(2));
                for row in &off {
                    let (centred, weight) = (row[0] - power, row[3] * row[3]);
                    rise = [rise[0] + centred * (row[1] - height), rise[1] + centred * centred];
                    turn = [turn[0] + weight * centred * (row[2] - left), turn[1] + weight * centred * centred];
                }
            }
            let slope = |[above, below]: [f64; 2]| if below > 0.0 { above / below } else { 0.0 };
            // Without a turn the axis is a direction only; angles about it say nothing.
            let turn = if angle == 0.0 { 0.0 } else { slope(turn) };
            cylinder.screw = Some([angle + turn, pitch + slope(rise)]);
        }
    }
}
