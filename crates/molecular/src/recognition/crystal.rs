//! Everything that keeps a lattice of two or three dimensions.

use super::kernel::{Kernel, Lattice};
use super::motion::orthogonal;
use super::places::Places;
use super::quotient::{Coset, Quotient};
use super::sites::{Site, folded};
use crate::group::GroupElement;
use omd_flow::{Matrix3, Vector3};

/// An operation over the basis of the lattice.
struct Operation {
    /// Integers over the lattice; over the normal of a layer 1 or -1.
    matrix: Matrix3<f64>,
    /// In units of the basis.
    shift: Vector3<f64>,
    map: Vec<usize>,
}

/// The whole group of a structure with the translations of `lattice`, which may be multiples of the group's;
/// of those of a periodic cell they are exact fractions.
pub(super) fn quotient(
    points: &[Vector3<f64>],
    species: &[usize],
    order: &[usize],
    lattice: Lattice,
    tolerance: f64,
    periodic: bool,
) -> Quotient {
    let radius = 2.0 * tolerance;
    let mut kernel = Kernel::Lattice(lattice);
    let mut sites = folded(points, species, order, &mut kernel, tolerance, !periodic);
    while let Kernel::Lattice(lattice) = &kernel
        && let Some(finer) = finer(lattice, &sites, radius)
    {
        kernel = Kernel::Lattice(finer);
        sites = folded(points, species, order, &mut kernel, tolerance, !periodic);
    }
    let Kernel::Lattice(lattice) = &kernel else { return Quotient::of_kernel(kernel, sites) };
    let operations = operations(lattice, &sites, radius);
    let (lattice, cosets, stretch) = idealised(lattice, &operations);
    for site in &mut sites {
        site.position = stretch * site.position;
    }
    let mut quotient = Quotient::of_kernel(Kernel::Lattice(lattice), sites);
    quotient.cosets = cosets;
    quotient.symmetrise();
    quotient
}

fn of_sites(sites: &[Site], lattice: &Lattice) -> Places {
    let positions: Vec<Vector3<f64>> = sites.iter().map(|site| site.position).collect();
    let species: Vec<usize> = sites.iter().map(|site| site.species).collect();
    Places::new(&positions, &species, Some(lattice.clone()))
}

/// The sites of the rarest species.
fn rarest(sites: &[Site]) -> Vec<usize> {
    let count = |species: usize| sites.iter().filter(|site| site.species == species).count();
    let species = sites.iter().map(|site| site.species).max().unwrap_or(0);
    let rarest = (0..=species).filter(|k| count(*k) > 0).min_by_key(|k| count(*k)).unwrap_or(0);
    (0..sites.len()).filter(|k| sites[*k].species == rarest).collect()
}

/// What an isometry does to the sites.
fn map(places: &Places, sites: &[Site], element: &GroupElement, radius: f64) -> Option<Vec<usize>> {
    let mut hit = vec![false; sites.len()];
    let mut map = Vec::with_capacity(sites.len());
    for site in sites {
        let (found, _) = places.find(&element.position(0.0, &site.position), site.species, radius)?;
        if std::mem::replace(&mut hit[found], true) {
            return None;
        }
        map.push(found);
    }
    Some(map)
}

/// The lattice with one more translation that carries sites onto sites.
fn finer(lattice: &Lattice, sites: &[Site], radius: f64) -> Option<Lattice> {
    let places = of_sites(sites, lattice);
    let rarest = rarest(sites);
    let from = sites[*rarest.first()?].position;
    for &k in &rarest[1..] {
        let shift = sites[k].position - from;
        let shift = shift - lattice.translation(lattice.nearest(&Vector3::zeros(), &shift));
        if let Some(map) = map(&places, sites, &GroupElement::translation(shift), radius) {
            return Some(shortest(lattice, &exact(lattice, &shift, &map)));
        }
    }
    None
}

/// A translation of which so many make one of the lattice as bring a site back.
fn exact(lattice: &Lattice, shift: &Vector3<f64>, map: &[usize]) -> Vector3<f64> {
    let (mut site, mut count) = (map[0], 1.0);
    while site != 0 {
        (site, count) = (map[site], count + 1.0);
    }
    let fractions = lattice.fractions(shift).map(|fraction| (fraction * count).round() / count);
    lattice.basis * Vector3::from_fn(|k, _| if k < lattice.rank { fractions[k] } else { 0.0 })
}

/// The lattice that a lattice and a fraction of one of its vectors make: its successive minima are a basis.
fn shortest(lattice: &Lattice, shift: &Vector3<f64>) -> Lattice {
    let reach = |k: usize| if k < lattice.rank { -2..=2i64 } else { 0..=0 };
    let mut all = Vec::new();
    for i in reach(0) {
        for j in reach(1) {
            for k in reach(2) {
                let translation = lattice.translation([i, j, k]);
                all.extend([translation, translation + shift]);
            }
        }
    }
    all.retain(|vector| vector.norm() > 0.0);
    all.sort_by(|a, b| a.norm().total_cmp(&b.norm()));
    let mut chosen: Vec<Vector3<f64>> = Vec::new();
    for vector in all {
        let independent = match chosen.as_slice() {
            [] => true,
            [a] => a.cross(&vector).norm() > 1e-3 * a.norm() * vector.norm(),
            [a, b] => a.cross(b).dot(&vector).abs() > 1e-3 * a.cross(b).norm() * vector.norm(),
            _ => false,
        };
        if independent && chosen.len() < lattice.rank {
            chosen.push(vector);
        }
    }
    Lattice::new(&chosen)
}

/// One operation for every rotation of the group: entries of a reduced basis' rotations are 0, 1 or -1.
fn operations(lattice: &Lattice, sites: &[Site], radius: f64) -> Vec<Operation> {
    let basis = lattice.basis;
    let Some(inverse) = basis.try_inverse() else { return Vec::new() };
    let metric = basis.transpose() * basis;
    let places = of_sites(sites, lattice);
    let rarest = rarest(sites);
    let Some(&first) = rarest.first() else { return Vec::new() };
    // A strain moves what is far by more; nothing may move by more than the radius.
    let far = |site: &Site| site.members.iter().map(|member| lattice.translation(member.1).norm()).fold(0.0, f64::max);
    let extent = sites.iter().map(far).fold(metric.diagonal().max().sqrt(), f64::max);
    let strain = 2.0 * radius / extent;
    let size = |i: usize, j: usize| (metric[(i, i)] * metric[(j, j)]).sqrt();
    let mut operations = Vec::new();
    for matrix in matrices(lattice.rank) {
        let change = matrix.transpose() * metric * matrix - metric;
        if (0..3).any(|i| (0..3).any(|j| change[(i, j)].abs() > strain * size(i, j))) {
            continue;
        }
        let rotation = orthogonal(basis * matrix * inverse);
        let from = rotation * sites[first].position;
        let found = rarest.iter().find_map(|&k| {
            let shift = sites[k].position - from;
            let element = GroupElement { rotation, rate: Vector3::zeros(), offset: shift };
            let map = map(&places, sites, &element, radius)?;
            Some(Operation { matrix, shift: inverse * shift, map })
        });
        operations.extend(found);
    }
    operations.sort_by_key(|operation| operation.matrix != Matrix3::identity());
    operations
}

/// The integer matrices that may be rotations of a lattice of this many dimensions.
fn matrices(rank: usize) -> Vec<Matrix3<f64>> {
    let mut found = Vec::new();
    for code in 0..3usize.pow(9) {
        let entry = |at: usize| (code / 3usize.pow(at as u32) % 3) as f64 - 1.0;
        let matrix = Matrix3::from_fn(|i, j| entry(3 * i + j));
        let apart = (rank..3).all(|k| {
            (0..3).all(|other| {
                let [row, column] = [matrix[(k, other)], matrix[(other, k)]];
                if other == k { row != 0.0 } else { row == 0.0 && column == 0.0 }
            })
        });
        // Beyond the plane there is one direction only.
        if apart && (matrix.determinant().abs() - 1.0).abs() < 0.5 {
            found.push(matrix);
        }
    }
    found
}

/// The lattice with the metric that all operations keep, and operations that obey the group law to rounding: means over the
/// group, in which integers are exact.
fn idealised(lattice: &Lattice, operations: &[Operation]) -> (Lattice, Vec<Coset>, Matrix3<f64>) {
    let basis = lattice.basis;
    let count = operations.len().max(1) as f64;
    let metric = basis.transpose() * basis;
    let mean = operations.iter().map(|o| o.matrix.transpose() * metric * o.matrix).sum::<Matrix3<f64>>() / count;
    let inverse = basis.try_inverse().unwrap_or_else(Matrix3::identity);
    // A stretch without rotation, of which the basis has the mean metric.
    let eigen = (inverse.transpose() * mean * inverse).symmetric_eigen();
    let roots = Matrix3::from_diagonal(&eigen.eigenvalues.map(f64::sqrt));
    let stretch = eigen.eigenvectors * roots * eigen.eigenvectors.transpose();
    let lattice = Lattice::of_basis(stretch * basis, lattice.rank);
    let place = |matrix: &Matrix3<f64>| operations.iter().position(|o| (o.matrix - matrix).amax() < 0.5);
    let shift = |operation: &Operation| {
        let mut sum = Vector3::zeros();
        for other in operations {
            let Some(product) = place(&(operation.matrix * other.matrix)) else { return operation.shift };
            let implied = operations[product].shift - operation.matrix * other.shift;
            let whole = (implied - operation.shift).map(f64::round);
            sum += implied - Vector3::from_fn(|k, _| if k < lattice.rank { whole[k] } else { 0.0 });
        }
        sum / count
    };
    let inverse = lattice.basis.try_inverse().unwrap_or_else(Matrix3::identity);
    let coset = |operation: &Operation| Coset {
        element: GroupElement {
            rotation: lattice.basis * operation.matrix * inverse,
            rate: Vector3::zeros(),
            offset: lattice.basis * shift(operation),
        },
        map: operation.map.clone(),
    };
    let mut cosets: Vec<Coset> = operations.iter().map(coset).collect();
    if let Some(first) = cosets.first_mut() {
        first.element = GroupElement::identity();
    }
    (lattice, cosets, stretch)
}
