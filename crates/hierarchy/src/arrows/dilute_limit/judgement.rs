//! Lines through the distances of the atoms from the Boltzmann equation, and where they meet zero density.

use super::{Case, QUANTITIES, SHARES, TIMES, atoms_at};
use crate::arrows::experiments::Gas;
use crate::statistics::{Sample, mean_and_error};
use crate::verify::{Arrow, Claim, Curve, Finding, Plot, Table, line};
use nalgebra::{DMatrix, DVector};

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sum of squared deviations from the mean.
fn scatter(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|x| (x - mean).powi(2)).sum()
}

/// The mean over the sample times, of one quantity.
fn averaged(row: &[f64], quantity: usize) -> f64 {
    let times = &row[..QUANTITIES.len() * TIMES.len()];
    times.iter().skip(quantity).step_by(QUANTITIES.len()).sum::<f64>() / TIMES.len() as f64
}

/// The claim that the distribution is Boltzmann's at no density, and the distance `sum |share - Boltzmann's|` at each.
///
/// The shares of a replica of N atoms have the covariance `Sigma/N`, of which all densities together say what it is; the
/// intercept of lines through their means with the weights `N` times replicas has `kappa Sigma`.
fn distribution(densities: &[f64], groups: &[&[Vec<f64>]], reference: &[Vec<f64>]) -> (Claim, Vec<f64>) {
    let of = |row: &Vec<f64>| DVector::from_column_slice(&row[QUANTITIES.len() * TIMES.len()..]);
    let mean = |rows: &[Vec<f64>]| rows.iter().map(of).sum::<DVector<f64>>() / rows.len() as f64;
    let wanted = Sample::of(&reference.iter().map(|row| of(row).as_slice().to_vec()).collect::<Vec<_>>());
    let (mut sigma, mut freedom) = (DMatrix::zeros(SHARES, SHARES), 0);
    let mut weights = Vec::new();
    for (&density, group) in densities.iter().zip(groups) {
        let (atoms, middle) = (atoms_at(density) as f64, mean(group));
        for row in *group {
            let deviation = of(row) - &middle;
            sigma += &deviation * deviation.transpose() * atoms;
        }
        freedom += group.len() - 1;
        weights.push(atoms * group.len() as f64);
    }
    sigma /= freedom as f64;
    let total: f64 = weights.iter().sum();
    let centre = densities.iter().zip(&weights).map(|(x, w)| x * w).sum::<f64>() / total;
    let spread: f64 = densities.iter().zip(&weights).map(|(x, w)| w * (x - centre).powi(2)).sum();
    let shares = densities.iter().zip(&weights).zip(groups);
    let intercept = shares
        .map(|((x, w), group)| mean(group) * (w * (1.0 / total + centre * (centre - x) / spread)))
        .sum::<DVector<f64>>();
    let covariance = sigma * (1.0 / total + centre * centre / spread);
    let verdict = Sample { mean: intercept, covariance, replicas: freedom + 1 }.against_sample(&wanted);
    let claim = Claim::probable(
        "distribution of (w_x, w_y): shares extrapolated to n sigma^3 = 0 are Boltzmann's, T^2",
        verdict.square,
        format!("about {SHARES}"),
        verdict.probability,
    );
    (claim, groups.iter().map(|group| (mean(group) - &wanted.mean).abs().sum()).collect())
}

pub(super) fn judge(
    case: Case,
    densities: &[f64],
    replicas: &[usize],
    boltzmann: usize,
    results: &[Vec<f64>],
) -> Finding {
    let mut finding = Finding::default();
    let (reference, mut rest) = results.split_at(boltzmann);
    let mut groups = Vec::new();
    for &count in replicas {
        let (group, more) = rest.split_at(count);
        groups.push(group);
        rest = more;
    }
    let mut table = Table {
        caption: "Atoms less Boltzmann, means over the sample times".to_owned(),
        header: std::iter::once("n sigma^3".to_owned())
            .chain(QUANTITIES.iter().flat_map(|&name| [name.to_owned(), "standard error".to_owned()]))
            .chain(["distribution".to_owned()])
            .collect(),
        rows: densities.iter().map(|d| vec![format!("{d}")]).collect(),
    };
    let mut plot = Plot {
        title: "Distance of the atoms from the Boltzmann equation".to_owned(),
        x: "n sigma^3".to_owned(),
        y: "atoms less Boltzmann".to_owned(),
        logarithmic: [false, false],
        curves: Vec::new(),
    };
    for (q, name) in QUANTITIES.into_iter().enumerate() {
        let of = |rows: &[Vec<f64>]| rows.iter().map(|row| averaged(row, q)).collect::<Vec<_>>();
        let (wanted, wanted_error) = mean_and_error(&of(reference));
        // Relative for what grows, as it is for what is a ratio already.
        let scale = if q == 0 || q == 3 { wanted } else { 1.0 };
        // The variance goes with 1/N and hardly with the density: all densities together say how large it is, where
        // two or four replicas of the largest N would not.
        let atoms = densities.iter().map(|&density| atoms_at(density) as f64);
        let squares: f64 = atoms.clone().zip(&groups).map(|(n, group)| n * scatter(&of(group))).sum();
        let freedom: usize = groups.iter().map(|group| group.len() - 1).sum();
        let variance = squares / freedom as f64;
        let points: Vec<[f64; 3]> = densities
            .iter()
            .zip(atoms)
            .zip(&groups)
            .map(|((&density, atoms), group)| {
                let error = (variance / (atoms * group.len() as f64)).sqrt();
                [density, (mean(&of(group)) - wanted) / scale, error / scale]
            })
            .collect();
        for (row, [_, distance, error]) in table.rows.iter_mut().zip(&points) {
            row.extend([format!("{distance:+.5}"), format!("{error:.5}")]);
        }
        // Without forces that last no time there is no count of collisions; at A = 0 the temperature does not move.
        let is_counted = case.gas == Gas::HardSpheres || q != 3;
        let moves = case.arrow != Arrow::MolecularToKinetic || q != 0;
        if !(is_counted && moves) {
            continue;
        }
        let fit = line(&points);
        let error = fit.intercept_error.hypot(wanted_error / scale);
        // A rate of collisions that is off by a twentieth shows as about that in their number, less elsewhere.
        finding.claims.push(Claim::value(
            format!("{name}: distance extrapolated to n sigma^3 = 0"),
            fit.intercept,
            error,
            0.0,
            0.02,
        ));
        if q == 3 {
            let logarithms: Vec<[f64; 3]> =
                points.iter().map(|&[x, y, e]| [x.ln(), y.abs().ln(), (e / y).abs().max(1e-9)]).collect();
            finding.claims.push(Claim::fitted_order(
                format!("{name}: distance, order in n sigma^3"),
                &line(&logarithms),
                1.0,
                0.3,
            ));
        }
        plot.curves.push(Curve { label: name.to_owned(), points, is_theory: false });
        plot.curves.push(Curve {
            label: format!("{name}, line"),
            points: vec![[0.0, fit.intercept, 0.0], [densities[0], fit.intercept + fit.slope * densities[0], 0.0]],
            is_theory: true,
        });
    }
    let (claim, distances) = distribution(densities, &groups, reference);
    finding.claims.push(claim);
    for (row, distance) in table.rows.iter_mut().zip(distances) {
        row.push(format!("{distance:.5}"));
    }
    finding.tables.push(table);
    finding.plots.push(plot);
    finding
}
