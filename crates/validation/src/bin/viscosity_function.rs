//! The viscosity function and normal stresses of hard spheres and VHS by three methods, beside an independent simulation.
//!
//! As a gas heats in shear, `a = K/nu_1` falls, `nu_1 = p/mu_1` the collision rate of the first Sonine order; once the
//! start is forgotten `eta* = -Pxy/(p a)` and the normal stresses are functions of `a` alone. All runs begin at the same
//! `K` from equilibrium, so that what is not yet forgotten is the same as well.
//!
//! `viscosity_function [replicas] [particles] [order] [modes] [part ...]`, parts `sampling`, `hs3`, `hs1`, `vhs3`, `vhs1`;
//! the independent numbers are in `data/` of this crate.
#![allow(clippy::print_stdout, reason = "prints its tables")]

use nalgebra::DVector;
use omd_flow::{AffineFlow, Description, Free, Matrix3};
use omd_hierarchy::statistics::Sample;
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::galerkin::{Closure, Gas};
use omd_kinetic::boltzmann::spectral::{Spectral, SpectralKernel, SpectralParameters};
use omd_kinetic::boltzmann::{Dsmc, DsmcParameters, Galerkin, GalerkinParameters};
use rayon::prelude::*;
use serde_json::Value;
use std::f64::consts::PI;

/// Samples are this fraction of `1/nu_1` apart: `ln a` changes by 2 % at most between them.
const STEP: f64 = 0.05;
/// Particles of the reference's runs, four of a million.
const REFERENCE_PARTICLES: f64 = 4e6;

/// `ln a`, and `[eta*, (Pxx - Pyy)/p, (Pyy - Pzz)/p]`.
type Point = (f64, [f64; 3]);

/// A gas and where it starts.
struct Case {
    key: &'static str,
    words: &'static str,
    exponent: f64,
    start: f64,
    /// Of the reference.
    label: &'static str,
    values: &'static [&'static str],
    /// Temperatures of the Galerkin basis.
    ratios: &'static [f64],
}

const CASES: [Case; 4] = [
    Case {
        key: "hs3",
        words: "Hard spheres from K = 3",
        exponent: 1.0,
        start: 3.0,
        label: "hs_K3",
        values: &["2", "1.5", "1.2", "1.0", "0.8", "0.6", "0.5", "0.4", "0.3"],
        ratios: &[1.5, 2.5],
    },
    Case {
        key: "hs1",
        words: "Hard spheres from K = 1",
        exponent: 1.0,
        start: 1.0,
        label: "hs_K1",
        values: &["0.8", "0.6", "0.5", "0.4", "0.3"],
        ratios: &[1.2, 1.5],
    },
    Case {
        key: "vhs3",
        words: "gamma = 0.38 from K = 3",
        exponent: 0.38,
        start: 3.0,
        label: "vhs038_K3",
        values: &["2", "1.5"],
        ratios: &[1.5, 2.5],
    },
    Case {
        key: "vhs1",
        words: "gamma = 0.38 from K = 1",
        exponent: 0.38,
        start: 1.0,
        label: "vhs038_K1",
        values: &["0.8", "0.6"],
        ratios: &[1.2, 1.5],
    },
];

fn data(name: &str) -> Value {
    let path = format!("{}/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the data of this crate")).expect("JSON")
}

impl Case {
    fn flow(&self) -> AffineFlow {
        AffineFlow::new(Matrix3::new(0.0, self.start, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).expect("finite")
    }
    /// Such that nu_1 = 1 at the start.
    fn kernel(&self) -> CollisionKernel {
        let constants = data(if self.exponent == 1.0 { "hard_sphere_shear_K1" } else { "vhs038_shear_K0.1" });
        let rate = 4.0 * PI * constants["C"].as_f64().expect("a number");
        CollisionKernel::VariableHardSphere { rate, exponent: self.exponent }
    }
    fn wanted(&self) -> Vec<f64> {
        self.values.iter().map(|text| text.parse().expect("a number")).collect()
    }
    fn dsmc(&self, particles: usize, replica: u64) -> Dsmc {
        Dsmc::new(DsmcParameters {
            flow: self.flow(),
            kernel: self.kernel(),
            knudsen: 1.0,
            number_density: 1.0,
            mass: 1.0,
            covariance: Matrix3::identity(),
            particles,
            seed: 2024,
            replica,
        })
        .expect("valid")
    }
    fn galerkin(&self, order: usize, ratio: f64) -> Galerkin {
        let parameters = GalerkinParameters {
            flow: self.flow(),
            number_density: 1.0,
            mass: 1.0,
            knudsen: 1.0,
            gas: Gas::Kernel(self.kernel()),
            closure: Closure::Order(order),
            basis_temperature: ratio,
        };
        Galerkin::new(&parameters, &Matrix3::identity()).expect("valid")
    }
    fn spectral(&self, modes: usize) -> Spectral {
        Spectral::new(SpectralParameters {
            flow: self.flow(),
            kernel: SpectralKernel::of_kernel(&self.kernel(), 1.0).expect("valid"),
            knudsen: 1.0,
            number_density: 1.0,
            mass: 1.0,
            covariance: Matrix3::identity(),
            modes,
            tolerance: SpectralParameters::tolerance_of(modes),
        })
        .expect("valid")
    }
    fn shown(&self, gas: &mut dyn Description) -> Point {
        let row = gas.observe();
        let p = row.pressure / (row.pressure.trace() / 3.0);
        let a = self.start / row.temperature.powf(0.5 * self.exponent);
        (a.ln(), [-p[(0, 1)] / a, p[(0, 0)] - p[(1, 1)], p[(1, 1)] - p[(2, 2)]])
    }
    /// The whole course until `a` is one sample below `lowest`, or until the description stops.
    fn course(&self, gas: &mut dyn Description, lowest: f64, step: f64) -> (Vec<Point>, Option<String>) {
        let mut points = vec![self.shown(gas)];
        loop {
            let (logarithm, _) = points[points.len() - 1];
            if points.len() > 1 && points[points.len() - 2].0 < lowest.ln() {
                return (points, None);
            }
            // nu_1 = K/a.
            let time = gas.time() + step * logarithm.exp() / self.start;
            if let Err(stop) = gas.advance(time, &mut Free) {
                return (points, Some(format!("t = {:.3}, a = {:.3}: {}", stop.time, logarithm.exp(), stop.reason)));
            }
            points.push(self.shown(gas));
        }
    }
    /// `eta*`, N1, N2 at every value of `a`, one after the other.
    fn crossings(&self, gas: &mut dyn Description, step: f64) -> (Vec<f64>, Option<String>) {
        let values = self.wanted();
        let (points, stop) = self.course(gas, values[values.len() - 1], step);
        (values.iter().flat_map(|&a| crossing(&points, a)).collect(), stop)
    }
}

/// Where `a` falls through a value: a parabola in `ln a` through the three nearest samples.
fn crossing(points: &[Point], a: f64) -> [f64; 3] {
    let x = a.ln();
    let Some(upper) = points.iter().position(|point| point.0 <= x) else { return [f64::NAN; 3] };
    let first = upper.saturating_sub(1).min(points.len().saturating_sub(3));
    let Some(three) = points.get(first..first + 3) else { return [f64::NAN; 3] };
    std::array::from_fn(|k| {
        (0..3)
            .map(|i| {
                let weight: f64 =
                    (0..3).filter(|&j| j != i).map(|j| (x - three[j].0) / (three[i].0 - three[j].0)).product();
                weight * three[i].1[k]
            })
            .sum()
    })
}

/// All replicas at all crossings.
fn simulate(case: &Case, replicas: usize, particles: usize) -> Vec<Vec<f64>> {
    let offset = (particles as u64) << 32;
    (0..replicas as u64)
        .into_par_iter()
        .map(|replica| case.crossings(&mut case.dsmc(particles, replica + offset), STEP).0)
        .collect()
}

fn every_third(rows: &[Vec<f64>], first: usize) -> Vec<Vec<f64>> {
    rows.iter().map(|row| row.iter().skip(first).step_by(3).copied().collect()).collect()
}

/// What the crossings owe to the distance of samples and to the number of particles.
fn sampling(replicas: usize, particles: usize) {
    let case = &CASES[0];
    println!("\n## What the crossings owe to the distance of samples and the number of particles\n");
    println!("{}. Galerkin order 6 sampled every 0.05 and every 0.0125 of `1/nu_1`:", case.words);
    let coarse = case.crossings(&mut case.galerkin(6, 1.5), STEP).0;
    let fine = case.crossings(&mut case.galerkin(6, 1.5), 0.25 * STEP).0;
    let worst = coarse.iter().zip(&fine).step_by(3).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!(
        "eta* changes by {worst:.1e} at most. Direct simulation with an eighth of the particles, eight times as many"
    );
    let many = Sample::of(&every_third(&simulate(case, replicas, particles), 0));
    let few = Sample::of(&every_third(&simulate(case, 8 * replicas, particles / 8), 0));
    let verdict = few.against_sample(&many);
    println!("replicas: T^2 {:.1} of {}, p-value {:.3}.", verdict.square, verdict.components, verdict.probability);
}

/// Order, basis temperature, crossings, truncation at the end, why it ended early.
type Expansion = (usize, f64, Vec<f64>, f64, Option<String>);

/// Galerkin runs by order and basis temperature; what stopped them.
fn expansions(case: &Case, highest: usize) -> Vec<(usize, f64, Vec<f64>)> {
    let orders: Vec<usize> = (4..=highest).step_by(2).collect();
    let pairs: Vec<(usize, f64)> =
        case.ratios.iter().flat_map(|&ratio| orders.iter().map(move |&order| (order, ratio))).collect();
    let runs: Vec<Expansion> = pairs
        .into_par_iter()
        .map(|(order, ratio)| {
            let mut gas = case.galerkin(order, ratio);
            let (found, stop) = case.crossings(&mut gas, STEP);
            (order, ratio, found, gas.truncation(), stop)
        })
        .collect();
    println!("| basis temperature | order | {} | truncation at the end |", case.values.join(" | "));
    println!("|---|---|{}---|", "---|".repeat(case.values.len()));
    for (order, ratio, found, truncation, _) in &runs {
        let cells: Vec<String> = found.iter().step_by(3).map(|eta| format!("{eta:.6}")).collect();
        println!("| {ratio} | {order} | {} | {truncation:.1e} |", cells.join(" | "));
    }
    println!();
    for (order, ratio, _, _, stop) in &runs {
        if let Some(reason) = stop {
            println!("Order {order} at basis temperature {ratio} ended at {reason}.\n");
        }
    }
    runs.into_iter().map(|(order, ratio, found, _, _)| (order, ratio, found)).collect()
}

/// The values of the highest order of the basis temperature whose last two orders differ least, and that difference.
fn best(runs: &[(usize, f64, Vec<f64>)], highest: usize) -> (f64, Vec<f64>, Vec<f64>) {
    let of = |order: usize, ratio: f64| runs.iter().find(|run| run.0 == order && run.1 == ratio).map(|run| &run.2);
    let mut choices: Vec<(f64, f64)> = Vec::new();
    for run in runs.iter().filter(|run| run.0 == highest) {
        if let Some(before) = of(highest - 2, run.1) {
            let worst = run
                .2
                .iter()
                .zip(before)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, |a: f64, b| if b.is_nan() { f64::INFINITY } else { a.max(b) });
            choices.push((worst, run.1));
        }
    }
    let (_, ratio) = choices.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).expect("two orders");
    let (last, before) = (of(highest, ratio).expect("a run"), of(highest - 2, ratio).expect("a run"));
    (ratio, last.clone(), last.iter().zip(before).map(|(a, b)| (a - b).abs()).collect())
}

fn compare(case: &Case, replicas: usize, particles: usize, order: usize, modes: usize) {
    println!("\n## {}\n\neta* of the Galerkin method:\n", case.words);
    let (ratio, expansion, change) = best(&expansions(case, order), order);
    let coarse_modes = modes * 3 / 4;
    let grids: Vec<Vec<f64>> =
        [coarse_modes, modes].map(|modes| case.crossings(&mut case.spectral(modes), STEP).0).into();
    let rows = simulate(case, replicas, particles);
    let found = Sample::of(&rows);
    let reference = &data("shear_viscosity_function")[if case.exponent == 1.0 { "1.0" } else { "0.38" }];
    println!(
        "Direct simulation of {replicas} x {particles}; Galerkin of order {order}, basis temperature {ratio}, in brackets \
         the change from order {}; spectral of {modes} modes, in brackets the change from {coarse_modes}; z: direct \
         simulation against Galerkin in the errors of both. The reference's error as it gives it, the error that four \
         runs of a million have by our covariance, and its distance from Galerkin in either.\n",
        order - 2
    );
    println!("| a | | direct simulation | Galerkin | z | spectral | reference | its error | expected | distance |");
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let scale = ((replicas * particles) as f64 / REFERENCE_PARTICLES).sqrt();
    for (index, text) in case.values.iter().enumerate() {
        let entry = &reference[text][case.label];
        for (k, (name, column)) in
            [("eta*", "eta*"), ("N1", "N1=(Pxx-Pyy)/p"), ("N2", "N2=(Pyy-Pzz)/p")].into_iter().enumerate()
        {
            let place = 3 * index + k;
            let (mean, error) = (found.mean[place], found.error(place));
            let z = (mean - expansion[place]) / error.hypot(change[place]);
            let wanted = entry[column].as_f64().expect("a number");
            let stated = entry["se~"].as_f64().filter(|_| k == 0);
            let distance = wanted - expansion[place];
            println!(
                "| {text} | {name} | {mean:.5}({error:.5}) | {:.5}({:.5}) | {z:.2} | {:.4}({:.4}) | {wanted:.5} | {} | \
                 {:.5} | {}{:.1} |",
                expansion[place],
                change[place],
                grids[1][place],
                (grids[1][place] - grids[0][place]).abs(),
                stated.map_or("-".to_owned(), |error| format!("{error:.5}")),
                error * scale,
                stated.map_or(String::new(), |error| format!("{:.1}, ", distance / error)),
                distance / (error * scale)
            );
        }
    }
    println!();
    for (k, name) in ["eta*", "N1", "N2"].into_iter().enumerate() {
        let sample = Sample::of(&every_third(&rows, k));
        let pick = |values: &[f64]| DVector::from_vec(values.iter().skip(k).step_by(3).copied().collect());
        let against = sample.against(&pick(&expansion), 0.0);
        let columns = ["eta*", "N1=(Pxx-Pyy)/p", "N2=(Pyy-Pzz)/p"];
        let wanted: Vec<f64> = case
            .values
            .iter()
            .map(|text| reference[text][case.label][columns[k]].as_f64().expect("a number"))
            .collect();
        let other = sample.against(&DVector::from_vec(wanted), scale * scale);
        println!(
            "{name}: direct simulation against Galerkin T^2 {:.1} of {}, p-value {:.3}; against the reference with the \
             expected errors T^2 {:.1}, p-value {:.1e}.",
            against.square, against.components, against.probability, other.square, other.probability
        );
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<usize> = arguments.iter().filter_map(|text| text.parse().ok()).collect();
    let number = |k: usize, default: usize| numbers.get(k).copied().unwrap_or(default);
    let (replicas, particles, order, modes) = (number(0, 64), number(1, 500_000), number(2, 12), number(3, 32));
    let parts: Vec<&String> = arguments.iter().filter(|text| text.parse::<usize>().is_err()).collect();
    let wanted = |name: &str| parts.is_empty() || parts.iter().any(|part| *part == name);
    println!("# The viscosity function by three methods");
    if wanted("sampling") {
        sampling(replicas, particles / 4);
    }
    for case in CASES.iter().filter(|case| wanted(case.key)) {
        compare(case, replicas, particles, order, modes);
    }
}
