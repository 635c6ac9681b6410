//! Lines and parabolas through the distances of the atoms from the Boltzmann equation, and where they meet zero density.

use super::atoms::atoms_at;
use super::{Case, Quantity, SHARES, TIMES};
use crate::arrows::experiments::Gas;
use crate::statistics::{Sample, mean_and_error};
use crate::verify::{Arrow, Claim, Curve, Finding, Plot, Power, Table, Verdict, power};
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
fn averaged(row: &[f64], quantity: Quantity) -> f64 {
    let times = &row[..Quantity::ALL.len() * TIMES.len()];
    times.iter().skip(quantity as usize).step_by(Quantity::ALL.len()).sum::<f64>() / TIMES.len() as f64
}

/// Densities with which the next order in `n sigma^3` can be told from the first.
const ENOUGH: usize = 5;

/// The value at `x = 0` of the polynomial through `(x, y)` by weighted least squares, as shares of the `y`.
///
/// A parabola where there are points for it: the second order in `n sigma^3` is many standard errors of the full study.
struct Extrapolation {
    shares: Vec<f64>,
    /// Of the value, where the weights are inverse variances.
    variance: f64,
}

impl Extrapolation {
    fn new(x: &[f64], weights: &[f64]) -> Self {
        let terms = if x.len() >= ENOUGH { 3 } else { 2 };
        let powers = DMatrix::from_fn(x.len(), terms, |g, k| x[g].powi(k as i32));
        let weighted = DMatrix::from_fn(x.len(), terms, |g, k| weights[g] * powers[(g, k)]);
        let normal = powers.transpose() * &weighted;
        let inverse = normal.try_inverse().expect("densities that differ");
        let shares = (&weighted * inverse.column(0)).iter().copied().collect();
        Self { shares, variance: inverse[(0, 0)] }
    }
}

/// What is said of the distribution.
struct Distribution {
    /// That it is Boltzmann's at no density.
    claim: Claim,
    /// `sum |share - Boltzmann's|` at each density.
    distances: Vec<f64>,
    /// Of the distance along the one at the highest density, where the other densities are enough to tell.
    order: Option<Power>,
}

/// Shares against Boltzmann's.
///
/// The shares of a replica of N atoms have the covariance `Sigma/N`, of which all densities together say what it is; the
/// intercept of polynomials through their means with the weights `N` times replicas has a multiple of `Sigma`.
fn distribution(densities: &[f64], groups: &[&[Vec<f64>]], reference: &[Vec<f64>]) -> Distribution {
    let of = |row: &Vec<f64>| DVector::from_column_slice(&row[Quantity::ALL.len() * TIMES.len()..]);
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
    let fit = Extrapolation::new(densities, &weights);
    let intercept = fit.shares.iter().zip(groups).map(|(share, group)| mean(group) * *share).sum::<DVector<f64>>();
    let covariance = &sigma * fit.variance;
    let verdict = Sample { mean: intercept, covariance, replicas: freedom + 1 }.against_sample(&wanted);
    let claim = Claim::probable(
        "distribution of (w_x, w_y): shares extrapolated to n sigma^3 = 0 are Boltzmann's, T^2",
        verdict.square,
        format!("about {SHARES}"),
        verdict.probability,
    );
    // A sum of absolute values is never below its noise. Along a direction found from other atoms, that of the highest density
    // weighted by the noise, the distance has no bias and falls to zero as the others do.
    // Boltzmann's numbers are of two halves of its runs: those in the direction are not those in the distances.
    let half = |odd: usize| -> DVector<f64> {
        let rows: Vec<Vec<f64>> = reference.iter().skip(odd).step_by(2).cloned().collect();
        mean(&rows)
    };
    let apart: Vec<DVector<f64>> = groups.iter().map(|group| mean(group) - half(1)).collect();
    let first = mean(groups[0]) - half(0);
    let direction = sigma.clone().cholesky().expect("a positive definite covariance").solve(&first);
    let spread = |covariance: &DMatrix<f64>| direction.dot(&(covariance * &direction));
    let points: Vec<[f64; 3]> = densities[1..]
        .iter()
        .zip(&apart[1..])
        .zip(&weights[1..])
        .map(|((&density, apart), weight)| {
            // Twice, for half of the runs; and as often as there are densities, since it is the same in all of them.
            let common = 2.0 * (densities.len() - 1) as f64 * spread(&wanted.covariance);
            [density, direction.dot(apart), (spread(&sigma) / weight + common).sqrt()]
        })
        .collect();
    Distribution {
        claim,
        distances: groups.iter().map(|group| (mean(group) - &wanted.mean).abs().sum()).collect(),
        order: (points.len() >= ENOUGH).then(|| power(&points, 1.0)),
    }
}

/// The row of a distance's order, and where it is claimed the claim that it is 1.
fn first_order(finding: &mut Finding, table: &mut Table, name: &str, order: Option<Power>, is_claimed: bool) {
    let Some(order) = order else { return };
    let claim = Claim::fitted_order(format!("{name}: distance, order in n sigma^3"), &order, 1.0);
    let says = if claim.verdict == Verdict::Undecided { "hidden by noise" } else { "" };
    table.rows.push(vec![
        name.to_owned(),
        format!("{:.3}", order.order),
        format!("{:.3}", order.error),
        format!("{:.1} of {}", order.chi_square, order.freedom),
        says.to_owned(),
    ]);
    if is_claimed {
        finding.claims.push(claim);
    }
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
            .chain(Quantity::ALL.iter().flat_map(|quantity| [quantity.name().to_owned(), "standard error".to_owned()]))
            .chain(["distribution".to_owned()])
            .collect(),
        rows: densities.iter().map(|d| vec![format!("{d}")]).collect(),
    };
    let mut orders = Table {
        caption: "Order of the distances in n sigma^3; claimed of hard spheres and WCA, but for the fourth moment, which hardly differs, and of the temperature of Lennard-Jones".to_owned(),
        header: ["distance", "order", "standard error", "chi^2", ""].map(str::to_owned).to_vec(),
        rows: Vec::new(),
    };
    let mut plot = Plot {
        title: "Distance of the atoms from the Boltzmann equation".to_owned(),
        x: "n sigma^3".to_owned(),
        y: "atoms less Boltzmann".to_owned(),
        logarithmic: [false, false],
        curves: Vec::new(),
    };
    for quantity in Quantity::ALL {
        let name = quantity.name();
        let of = |rows: &[Vec<f64>]| rows.iter().map(|row| averaged(row, quantity)).collect::<Vec<_>>();
        let (wanted, wanted_error) = mean_and_error(&of(reference));
        // Relative for what grows, as it is for what is a ratio already.
        let scale = if matches!(quantity, Quantity::Temperature | Quantity::Collisions) { wanted } else { 1.0 };
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
        // Time steps count no collisions; at A = 0 nothing but potential energy moves the temperature.
        let is_counted = case.gas != Gas::LennardJones || quantity != Quantity::Collisions;
        let moves = case.arrow != Arrow::MolecularToKinetic || quantity != Quantity::Temperature;
        if !(is_counted && moves) {
            continue;
        }
        let weights: Vec<f64> = points.iter().map(|[_, _, error]| error.powi(-2)).collect();
        let fit = Extrapolation::new(densities, &weights);
        let intercept: f64 = fit.shares.iter().zip(&points).map(|(share, [_, y, _])| share * y).sum();
        let error = fit.variance.sqrt().hypot(wanted_error / scale);
        // Welch and Satterthwaite: the atoms' noise is known from all their runs, Boltzmann's from its own.
        let parts = [(fit.variance, freedom), ((wanted_error / scale).powi(2), reference.len() - 1)];
        let spread: f64 = parts.iter().map(|(variance, freedom)| variance * variance / *freedom as f64).sum();
        // A rate of collisions that is off by a twentieth shows as about that in their number, less elsewhere.
        finding.claims.push(Claim::estimate(
            format!("{name}: distance extrapolated to n sigma^3 = 0"),
            intercept,
            error,
            (error.powi(4) / spread) as usize,
            0.0,
            0.02,
        ));
        // Collisions are of first order far into the dense gas; of the others few densities would measure the second as well.
        let told = quantity == Quantity::Collisions || points.len() >= ENOUGH;
        // Boltzmann's noise is the same in all of them. An order is a sum `sum c_i y_i`, and `(sum c_i)^2 <= n sum c_i^2`: with n times its
        // variance at each density, as if they were independent, the error of the order is not too small.
        let common = wanted_error / scale * (points.len() as f64).sqrt();
        let noisy: Vec<[f64; 3]> = points.iter().map(|&[x, y, e]| [x, y, e.hypot(common)]).collect();
        // With the atoms of a full study the noise hides the orders of the others of Lennard-Jones.
        let is_claimed = match case.gas {
            Gas::LennardJones => quantity == Quantity::Temperature,
            _ => quantity != Quantity::FourthMoment,
        };
        first_order(&mut finding, &mut orders, name, told.then(|| power(&noisy, 1.0)), is_claimed);
        plot.curves.push(Curve { label: name.to_owned(), points, is_theory: false });
        let limit = vec![[0.0, intercept, error]];
        plot.curves.push(Curve { label: format!("{name}, extrapolated"), points: limit, is_theory: false });
    }
    let found = distribution(densities, &groups, reference);
    finding.claims.push(found.claim);
    let is_claimed = case.gas != Gas::LennardJones;
    first_order(&mut finding, &mut orders, "distribution of (w_x, w_y)", found.order, is_claimed);
    for (row, distance) in table.rows.iter_mut().zip(found.distances) {
        row.push(format!("{distance:.5}"));
    }
    finding.tables.push(table);
    if !orders.rows.is_empty() {
        finding.tables.push(orders);
    }
    finding.plots.push(plot);
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parabolas_are_extrapolated_exactly_and_errors_add_up() {
        let x = [0.1, 0.05, 0.025, 0.0125, 0.00625, 0.0015];
        let weights = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        for count in [ENOUGH, x.len()] {
            let (x, weights) = (&x[..count], &weights[..count]);
            let fit = Extrapolation::new(x, weights);
            let value: f64 = fit.shares.iter().zip(x).map(|(share, x)| share * (0.3 - 2.0 * x + 7.0 * x * x)).sum();
            assert!((value - 0.3).abs() < 1e-12, "{count}: {value}");
            let variance: f64 = fit.shares.iter().zip(weights).map(|(share, weight)| share * share / weight).sum();
            assert!((variance / fit.variance - 1.0).abs() < 1e-12);
        }
        let line = Extrapolation::new(&x[..3], &weights[..3]);
        assert!((line.shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
