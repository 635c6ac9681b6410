//! Names of point groups.

use crate::group::axis_of;
use omd_flow::Matrix3;

/// The Schoenflies symbol of a finite group of rotations and reflections, which are given to a few digits at least.
pub(super) fn symbol(group: &[Matrix3<f64>]) -> String {
    let proper: Vec<&Matrix3<f64>> = group.iter().filter(|q| q.determinant() > 0.0).collect();
    let improper: Vec<&Matrix3<f64>> = group.iter().filter(|q| q.determinant() < 0.0).collect();
    let same = (1.0 / group.len().max(1) as f64).min(0.05);
    let mut axes = Vec::new();
    for axis in proper.iter().filter_map(|q| axis_of(q)) {
        match axes.iter_mut().find(|(other, _): &&mut (nalgebra::Vector3<f64>, usize)| other.cross(&axis).norm() < same)
        {
            Some((_, count)) => *count += 1,
            None => axes.push((axis, 1)),
        }
    }
    let inversion = improper.iter().any(|q| (**q + Matrix3::identity()).norm() < 0.01);
    if axes.iter().filter(|(_, count)| *count > 1).count() > 1 {
        return match (proper.len(), improper.is_empty(), inversion) {
            (12, true, _) => "T",
            (12, false, true) => "T_h",
            (12, false, false) => "T_d",
            (24, true, _) => "O",
            (24, false, _) => "O_h",
            (60, true, _) => "I",
            _ => "I_h",
        }
        .to_owned();
    }
    let quarter = improper.iter().find(|q| (q.trace() + 1.0).abs() < 0.01).and_then(|q| axis_of(q));
    let highest = axes.iter().max_by_key(|(_, count)| *count);
    let axis = match (highest, quarter) {
        (Some((_, 1)), Some(axis)) => axis,
        (Some((axis, _)), _) => *axis,
        (None, _) if improper.is_empty() => return "C_1".to_owned(),
        (None, _) => return if inversion { "C_i" } else { "C_s" }.to_owned(),
    };
    let along = |q: &&&Matrix3<f64>| axis_of(q).is_none_or(|other| other.cross(&axis).norm() < same);
    let order = proper.iter().filter(along).count();
    // The reflection in the plane normal to the axis.
    let level = improper.iter().any(|q| (**q - (Matrix3::identity() - axis * axis.transpose() * 2.0)).norm() < 0.02);
    let dihedral = proper.len() > order;
    match (dihedral, improper.is_empty(), level) {
        (true, true, _) => format!("D_{order}"),
        (true, false, true) => format!("D_{order}h"),
        (true, false, false) => format!("D_{order}d"),
        (false, true, _) => format!("C_{order}"),
        (false, false, true) => format!("C_{order}h"),
        // Reflections in planes through the axis: the vector along it is kept.
        (false, false, false) if improper.iter().any(|q| (*q * axis).dot(&axis) > 0.0) => format!("C_{order}v"),
        (false, false, false) => format!("S_{}", 2 * order),
    }
}
