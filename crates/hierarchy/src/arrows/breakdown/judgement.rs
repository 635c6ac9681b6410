//! Deviations of each description from the next finer one, and where they pass what is tolerable.

use super::{Extent, kinetic_runs};
use crate::statistics::{lesser, mean_and_error};
use crate::verify::{Claim, Curve, Finding, Map, Plot, Table, student_quantile};

/// A deviation that chance gives less often than this is one.
const SURE: f64 = 1e-3;
/// From this ratio on the stress of some thousand atoms stands clear of its noise.
const CLEAR: f64 = 0.5;
/// A description holds where it is off by less.
const TOLERABLE: f64 = 0.05;

/// The deviations at one ratio of the rates.
struct Deviations {
    ratio: f64,
    /// Of the stress of Navier-Stokes.
    stress: f64,
    /// Of its heating, and the standard error.
    heating: [f64; 2],
    /// Relative standard error of the stress of the Boltzmann equation.
    kinetic_error: f64,
    /// `[density][replica]`, of the stress of the atoms from that of the Boltzmann equation.
    atoms: Vec<Vec<f64>>,
}

impl Deviations {
    /// Of the atoms at a density, with what the Boltzmann equation adds to the error.
    fn of_atoms(&self, density: usize) -> (f64, f64) {
        let (mean, error) = mean_and_error(&self.atoms[density]);
        (mean, error.hypot(self.kinetic_error))
    }
}

fn deviations(extent: &Extent, results: &[Vec<f64>]) -> Vec<Deviations> {
    let mut rest = results.iter();
    let mut next = |count: usize| -> Vec<&Vec<f64>> { rest.by_ref().take(count).collect() };
    let mean = |values: Vec<f64>| if values.len() > 1 { mean_and_error(&values) } else { (values[0], 0.0) };
    let mut all = Vec::new();
    for &ratio in &extent.ratios {
        let fluid = next(1)[0];
        let runs = next(kinetic_runs(ratio));
        let (stress, error) = mean(runs.iter().map(|run| run[0]).collect());
        let (gain, gain_error) = mean(runs.iter().map(|run| run[1] - 1.0).collect());
        let heating = (fluid[1] - 1.0) / gain;
        // Atoms over Boltzmann: a reciprocal of the noisy one would be biased.
        let atoms = |rows: Vec<&Vec<f64>>| rows.iter().map(|row| row[0] / stress - 1.0).collect();
        all.push(Deviations {
            ratio,
            stress: fluid[0] / stress - 1.0,
            heating: [heating - 1.0, (heating * gain_error / gain).abs()],
            kinetic_error: (error / stress).abs(),
            atoms: extent.densities.iter().map(|_| atoms(next(extent.replicas))).collect(),
        });
    }
    all
}

/// The deviation of the atoms at a density, mean over the ratios at which their stress is clear, and its standard error.
fn clear(extent: &Extent, all: &[Deviations], density: usize) -> (f64, f64) {
    let share = 1.0 / all.iter().filter(|at| at.ratio >= CLEAR).count() as f64;
    let mut replicas = vec![0.0; extent.replicas];
    let mut square = 0.0;
    for at in all.iter().filter(|at| at.ratio >= CLEAR) {
        replicas.iter_mut().zip(&at.atoms[density]).for_each(|(sum, value)| *sum += value * share);
        square += (at.kinetic_error * share).powi(2);
    }
    let (mean, error) = mean_and_error(&replicas);
    (mean, error.hypot(square.sqrt()))
}

fn claims(extent: &Extent, all: &[Deviations]) -> Vec<Claim> {
    let (first, last) = (&all[0], &all[all.len() - 1]);
    let (lowest, highest) = (extent.densities[0], extent.densities[extent.densities.len() - 1]);
    let (dense, dense_error) = clear(extent, all, extent.densities.len() - 1);
    let (dilute, dilute_error) = clear(extent, all, 0);
    // What the expansion says is exact; the errors of the simulation are known from its few runs.
    let surely = |at: &Deviations| {
        let [excess, error] = at.heating;
        if error > 0.0 { excess - student_quantile(SURE, kinetic_runs(at.ratio) - 1) * error } else { excess }
    };
    vec![
        Claim::below(
            format!("Navier-Stokes is off from Boltzmann at K/nu = {}", first.ratio),
            first.stress.abs(),
            TOLERABLE,
        ),
        Claim::above(
            format!("Navier-Stokes is off from Boltzmann at K/nu = {}", last.ratio),
            last.stress.abs(),
            TOLERABLE,
        ),
        Claim::above(
            format!("Navier-Stokes heats more than Boltzmann: excess less its {SURE:e} quantile, smallest over K/nu"),
            all.iter().map(surely).fold(f64::INFINITY, lesser),
            0.0,
        ),
        Claim::at_most(
            format!("Boltzmann is off from atoms at n sigma^3 = {lowest}, mean over K/nu from {CLEAR} on"),
            dilute.abs(),
            dilute_error,
            TOLERABLE,
            TOLERABLE,
        ),
        Claim::above(
            format!(
                "Boltzmann is off from atoms at n sigma^3 = {highest}, mean over K/nu from {CLEAR} on less its {SURE:e} quantile"
            ),
            dense.abs() - student_quantile(SURE, extent.replicas - 1) * dense_error,
            TOLERABLE,
        ),
    ]
}

fn table(extent: &Extent, all: &[Deviations]) -> Table {
    let header = ["K/nu", "Navier-Stokes from Boltzmann", "its heating"].map(str::to_owned).into_iter();
    let row = |at: &Deviations| {
        let of_atoms = (0..extent.densities.len()).map(|d| at.of_atoms(d));
        let fluid = [(at.stress, at.kinetic_error), at.heating.into()];
        let numbers = fluid.into_iter().chain(of_atoms).map(|(mean, error)| format!("{mean:+.4} ({error:.4})"));
        std::iter::once(format!("{}", at.ratio)).chain(numbers).collect()
    };
    Table {
        caption:
            "Relative deviations of the shear stress, and of the heating where it says so; standard errors in brackets"
                .to_owned(),
        header: header
            .chain(extent.densities.iter().map(|d| format!("atoms from Boltzmann, n sigma^3 = {d}")))
            .collect(),
        rows: all.iter().map(row).collect(),
    }
}

fn map(extent: &Extent, all: &[Deviations]) -> Map {
    let Extent { ratios, densities, replicas, .. } = extent;
    let continuum: Vec<f64> = all.iter().map(|at| at.stress.abs()).collect();
    // Where noise hides the boundary nothing is known.
    let known = |(mean, error): (f64, f64)| {
        if student_quantile(0.05, replicas - 1) * error < TOLERABLE { mean.abs() } else { f64::NAN }
    };
    let kinetic: Vec<Vec<f64>> =
        (0..densities.len()).map(|d| all.iter().map(|at| known(at.of_atoms(d))).collect()).collect();
    // The level that is needed errs least of those that are allowed: a map of the coarser deviation shows both.
    let both: Vec<Vec<f64>> = kinetic
        .iter()
        .map(|row| row.iter().zip(&continuum).map(|(a, b)| if a.is_nan() { *a } else { a.max(*b) }).collect())
        .collect();
    let mut boundary = Vec::new();
    if let Some(x) = crossing(ratios, &continuum) {
        boundary.push(Curve {
            label: format!("Navier-Stokes off by {TOLERABLE}"),
            points: vec![[x, densities[0], 0.0], [x, densities[densities.len() - 1], 0.0]],
            is_theory: true,
        });
    }
    let mut points = Vec::new();
    for (c, &ratio) in ratios.iter().enumerate() {
        let column: Vec<f64> = kinetic.iter().map(|row| row[c]).collect();
        points.extend(crossing(densities, &column).map(|y| [ratio, y, 0.0]));
    }
    if points.len() > 1 {
        boundary.push(Curve { label: format!("Boltzmann off by {TOLERABLE}"), points, is_theory: true });
    }
    Map {
        plot: Plot {
            title: "Deviation from the next finer description, the larger of the two".to_owned(),
            x: "shear rate over collision rate".to_owned(),
            y: "n sigma^3".to_owned(),
            logarithmic: [true, true],
            curves: boundary,
        },
        value: "relative deviation of the shear stress".to_owned(),
        logarithmic: true,
        columns: ratios.clone(),
        rows: densities.clone(),
        values: both,
    }
}

pub(super) fn judge(extent: &Extent, results: &[Vec<f64>]) -> Finding {
    let all = deviations(extent, results);
    Finding {
        claims: claims(extent, &all),
        tables: vec![table(extent, &all)],
        plots: Vec::new(),
        maps: vec![map(extent, &all)],
    }
}

/// Where a deviation that rises first passes [`TOLERABLE`], linear between logarithms.
fn crossing(places: &[f64], deviations: &[f64]) -> Option<f64> {
    let k = deviations.windows(2).position(|pair| pair[0] < TOLERABLE && pair[1] >= TOLERABLE)?;
    let share = (TOLERABLE / deviations[k]).ln() / (deviations[k + 1] / deviations[k]).ln();
    Some((places[k].ln() + share * (places[k + 1] / places[k]).ln()).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_is_between_the_points() {
        let x = crossing(&[0.1, 1.0, 10.0], &[0.0005, 0.005, 0.5]).unwrap();
        assert!((x.log10() - 0.5).abs() < 1e-12, "{x}");
        assert_eq!(crossing(&[0.1, 1.0], &[0.001, 0.01]), None);
    }
}
