//! Histograms of velocities as tables: means over replicas with their standard errors.

use crate::table::{Table, mean_and_error};
use crate::units::Units;
use omd_flow::{Dimension, VelocityHistogram};

/// `time, speed, density` and `time, first, second, xy, xz, yz`, one row a cell, with `_se` columns where there are two
/// replicas or more. Velocities and densities are those of [`VelocityHistogram`], dimensionless.
///
/// `replicas[r][k]` is histogram k of replica r; the tables end with the shortest replica.
#[must_use]
pub fn histogram_tables(replicas: &[Vec<VelocityHistogram>], units: &Units) -> [Table; 2] {
    let errors = replicas.len() > 1;
    let named = |fixed: &[&str], values: &[&str]| -> Vec<String> {
        let mut names: Vec<String> = fixed.iter().chain(values).map(|&name| name.to_owned()).collect();
        if errors {
            names.extend(values.iter().map(|name| format!("{name}_se")));
        }
        names
    };
    let mut radial = Table { columns: named(&["time", "speed"], &["density"]), rows: Vec::new() };
    let mut planes = Table { columns: named(&["time", "first", "second"], &["xy", "xz", "yz"]), rows: Vec::new() };
    let length = replicas.iter().map(Vec::len).min().unwrap_or(0);
    for sample in 0..length {
        let all: Vec<&VelocityHistogram> = replicas.iter().map(|histograms| &histograms[sample]).collect();
        let (time, bins) = (units.to_style(Dimension::Time, all[0].time), all[0].radial.len());
        for index in 0..bins {
            let mut row = vec![time, all[0].speed(index)];
            append(&mut row, &[all.iter().map(|histogram| histogram.radial[index]).collect()]);
            radial.rows.push(row);
        }
        for cell in 0..bins * bins {
            let mut row = vec![time, all[0].component(cell / bins), all[0].component(cell % bins)];
            let of = |plane: usize| all.iter().map(|histogram| histogram.planes[plane][cell]).collect();
            append(&mut row, &[of(0), of(1), of(2)]);
            planes.rows.push(row);
        }
    }
    [radial, planes]
}

/// Appends the means of the samples and then, where there is more than one number in each, their errors.
fn append(row: &mut Vec<f64>, samples: &[Vec<f64>]) {
    let pairs =
        || samples.iter().map(|sample| if sample.len() > 1 { mean_and_error(sample) } else { (sample[0], 0.0) });
    row.extend(pairs().map(|(mean, _)| mean));
    if samples[0].len() > 1 {
        row.extend(pairs().map(|(_, error)| error));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::UnitStyle;

    #[test]
    fn cells_are_means_with_errors() {
        let of = |value: f64| VelocityHistogram {
            time: 2.0,
            range: 3.0,
            radial: vec![value, 0.0],
            planes: [vec![0.0, value, 0.0, 0.0], vec![0.0; 4], vec![value; 4]],
        };
        let units = Units::new(UnitStyle::Lj);
        let [radial, planes] = histogram_tables(&[vec![of(1.0)], vec![of(2.0)]], &units);
        assert_eq!(radial.columns, ["time", "speed", "density", "density_se"]);
        assert_eq!(radial.rows, [[2.0, 0.75, 1.5, 0.5], [2.0, 2.25, 0.0, 0.0]]);
        assert_eq!(planes.columns, ["time", "first", "second", "xy", "xz", "yz", "xy_se", "xz_se", "yz_se"]);
        assert_eq!(planes.rows[1], [2.0, -1.5, 1.5, 1.5, 0.0, 1.5, 0.5, 0.0, 0.5]);
        assert_eq!(planes.rows[2][1..3], [1.5, -1.5]);
        let [radial, planes] = histogram_tables(&[vec![of(1.0)]], &units);
        assert_eq!((radial.columns.len(), radial.rows[0].len(), planes.rows[0].len()), (3, 3, 6));
        let [none, _] = histogram_tables(&[vec![of(1.0)], vec![]], &units);
        assert!(none.rows.is_empty());
    }
}
