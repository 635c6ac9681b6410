//! Tables in Markdown.

use crate::atoms::{Atoms, COMPARED, COMPONENTS, temperature, temperature_error, temperatures};
use crate::gas::{Case, SAMPLES, TEMPERATURE};
use omd_hierarchy::statistics::{Sample, Verdict};
use omd_validation::finite_density::viscosity_virial;

fn show(verdict: &Verdict) -> String {
    format!("T^2 = {:.1} of {}, p = {:.3}", verdict.square, verdict.components, verdict.probability)
}

/// OMD against DSMC, number by number.
pub(crate) fn table(title: &str, case: &Case, atoms: &Atoms, boltzmann: &Sample) {
    println!(
        "\n### {title}\n\nAll over the starting pressure `n T0` (of the density at that time); differences in % of p.\n"
    );
    println!("| t/tau | | OMD | corrected | DSMC | difference, % | corrected difference, % | s.e., % | sigmas |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (index, sample) in COMPARED.iter().enumerate() {
        let time = case.end * *sample as f64 / SAMPLES as f64;
        let level = temperature(boltzmann, index);
        let line = |name: &str, raw: f64, corrected: f64, wanted: f64, error: f64| {
            let (before, after) = (100.0 * (raw - wanted) / level, 100.0 * (corrected - wanted) / level);
            let error = 100.0 * error / level;
            println!(
                "| {time:.2} | {name} | {raw:.4} | {corrected:.4} | {wanted:.4} | {before:+.2} | {after:+.2} | {error:.2} | {:+.1} |",
                after / error
            );
        };
        let error = temperature_error(&atoms.corrected, index).hypot(temperature_error(boltzmann, index));
        line("T", temperature(&atoms.raw, index), temperature(&atoms.corrected, index), level, error);
        for (k, name) in COMPONENTS.iter().enumerate() {
            let k = 6 * index + k;
            let error = atoms.corrected.error(k).hypot(boltzmann.error(k));
            line(name, atoms.raw.mean[k], atoms.corrected.mean[k], boltzmann.mean[k], error);
        }
    }
    println!();
    for (name, sample) in [("as measured", &atoms.raw), ("corrected", &atoms.corrected)] {
        let all = sample.against_sample(boltzmann);
        let heat = temperatures(sample).against_sample(&temperatures(boltzmann));
        println!("- {name}: all components {}; temperature alone {}", show(&all), show(&heat));
    }
    let [measured, error, limit] = atoms.potential;
    println!(
        "- at the end, per atom over k T0: U(t) - U(0) {measured:+.5} +- {error:.5} (low density limit {limit:+.5}), work on the \
         virial stress {:+.5}; P_v,xy/P_k,xy {:+.5}; work balance residual {:+.1e} of the kinetic energy",
        atoms.virial_work, atoms.virial_shear, atoms.residual
    );
}

/// What is made of a run of atoms.
type Pick = fn(&Atoms) -> &Sample;

/// The deviation of the temperature at the end, in %, and its standard error.
fn deviation(sample: &Sample, boltzmann: &Sample) -> (f64, f64) {
    let level = temperature(boltzmann, 2) / 100.0;
    let error = temperature_error(sample, 2).hypot(temperature_error(boltzmann, 2));
    ((temperature(sample, 2) - temperature(boltzmann, 2)) / level, error / level)
}

/// The deviation against the density, and a straight line through no deviation at no density.
pub(crate) fn densities(runs: &[Atoms], boltzmann: &Sample) {
    println!("\n### Deviation of the temperature at 3 tau against the density\n");
    println!(
        "| n sigma^3 | as measured, % | corrected, % | s.e., % | U/(N k T0) | limit | virial work | P_v,xy/P_k,xy | all p, measured | all p, corrected |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for atoms in runs {
        let ((raw, _), (corrected, error)) = (deviation(&atoms.raw, boltzmann), deviation(&atoms.corrected, boltzmann));
        let [measured, spread, limit] = atoms.potential;
        println!(
            "| {} | {raw:+.2} | {corrected:+.2} | {error:.2} | {measured:+.5} +- {spread:.5} | {limit:+.5} | {:+.5} | {:+.5} | {:.1e} | {:.1e} |",
            atoms.density,
            atoms.virial_work,
            atoms.virial_shear,
            atoms.raw.against_sample(boltzmann).probability,
            atoms.corrected.against_sample(boltzmann).probability
        );
    }
    println!();
    let of: [(&str, Pick); 2] = [("as measured", |a| &a.raw), ("corrected", |a| &a.corrected)];
    for (name, sample) in of {
        let points: Vec<_> = runs.iter().map(|a| (a.density, deviation(sample(a), boltzmann))).collect();
        let weight = |f: &dyn Fn(f64, f64) -> f64| points.iter().map(|(n, (y, e))| f(*n, *y) / (e * e)).sum::<f64>();
        let (up, down) = (weight(&|n, y| n * y), weight(&|n, _| n * n));
        let slope = up / down;
        let square = weight(&|n, y| (y - slope * n).powi(2));
        println!(
            "- {name}: {slope:+.0} +- {:.0} % times n sigma^3, chi-square {square:.1} of {}",
            down.powf(-0.5),
            points.len() - 1
        );
    }
    println!("- viscosity of this density: {:+.2} n sigma^3 [Rainwater-Friend]", viscosity_virial(TEMPERATURE));
}
