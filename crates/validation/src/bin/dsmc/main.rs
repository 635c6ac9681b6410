//! Direct simulation against exact moments and independent simulations, as a table in Markdown.
//!
//! `dsmc [replicas] [particles] [part ...]`, parts `maxwell`, `kernels`, `higher`, `bias`, `noise`; the independent
//! numbers are in `data/` of this crate.
//!
//! Every comparison is one Hotelling test over three samples and all components at once: the covariance of the
//! replicas accounts for correlations in time and between components. An independent simulation has noise of its own:
//! the same covariance, scaled by the numbers of particles.
#![allow(clippy::print_stdout, reason = "prints its table")]

mod noise;

use nalgebra::DVector;
use omd_flow::{AffineFlow, Description, Free, Matrix3, Observables, Philox, Vector3, symmetric_components};
use omd_hierarchy::statistics::Sample;
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::{Dsmc, DsmcParameters, MaxwellMoments};
use omd_validation::column;
use rayon::prelude::*;
use serde_json::Value;
use std::f64::consts::PI;

type Rows = [f64; 9];
const SHEAR: Rows = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];

fn gas(a: &Rows, kernel: CollisionKernel, knudsen: f64, particles: usize, replica: u64) -> DsmcParameters {
    DsmcParameters {
        flow: AffineFlow::new(Matrix3::from_row_slice(a)).expect("finite"),
        kernel,
        knudsen,
        number_density: 1.0,
        mass: 1.0,
        covariance: Matrix3::identity(),
        particles,
        seed: 2024,
        replica,
    }
}

fn power_law(rate: f64, exponent: f64) -> CollisionKernel {
    CollisionKernel::VariableHardSphere { rate, exponent }
}

/// What one replica shows at the given times.
fn series(mut dsmc: Dsmc, times: &[f64]) -> Vec<Observables> {
    times
        .iter()
        .map(|&time| {
            dsmc.advance(time, &mut Free).expect("the gas exists");
            dsmc.observe()
        })
        .collect()
}

/// All replicas of a gas, several observables per time.
fn sample(
    replicas: usize,
    times: &[f64],
    build: impl Fn(u64) -> Dsmc + Sync,
    numbers: impl Fn(&Observables) -> Vec<f64> + Sync,
) -> Sample {
    let rows: Vec<Vec<f64>> = (0..replicas as u64)
        .into_par_iter()
        .map(|replica| series(build(replica), times).iter().flat_map(&numbers).collect())
        .collect();
    Sample::of(&rows)
}

/// Second moments of Maxwell molecules against their exact equations.
fn maxwell_second_moments(replicas: usize, particles: usize) {
    println!("\n## Maxwell molecules, pressure tensor against the exact moments\n");
    println!("{replicas} replicas of {particles}; six components at three samples.\n");
    println!("| flow | Kn | samples | largest error / p | T^2/18 | p-value |\n|---|---|---|---|---|---|");
    let full = [0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15];
    let mut compression = [0.0; 9];
    compression[0] = -0.5;
    let mut expansion = [0.0; 9];
    expansion[0] = 1.0;
    let rotation = [0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let cases: [(&str, Rows, [f64; 3]); 5] = [
        ("shear K = 1", SHEAR, [2.0, 5.0, 10.0]),
        ("diag(-0.5,0,0)", compression, [0.6, 1.2, 1.8]),
        ("diag(1,0,0)", expansion, [1.0, 4.0, 10.0]),
        ("rotation", rotation, [1.0, 4.0, 10.0]),
        ("full A", full, [1.0, 2.0, 4.0]),
    ];
    for (name, a, times) in cases {
        for knudsen in [0.1, 1.0, 10.0] {
            let build = |replica| Dsmc::new(gas(&a, power_law(1.0, 0.0), knudsen, particles, replica)).expect("valid");
            let found = sample(replicas, &times, build, |row| symmetric_components(&row.pressure).to_vec());
            let flow = AffineFlow::new(Matrix3::from_row_slice(&a)).expect("finite");
            let mut exact = MaxwellMoments::new(flow, 1.0, &Matrix3::identity(), 0.5, knudsen);
            let mut wanted = Vec::new();
            let mut largest: f64 = 0.0;
            for (index, &time) in times.iter().enumerate() {
                exact.advance(time, &mut Free).expect("the flow exists");
                let row = exact.observe();
                wanted.extend(symmetric_components(&row.pressure));
                let p = row.pressure.trace() / 3.0;
                (6 * index..6 * index + 6).for_each(|k| largest = largest.max(found.error(k) / p));
            }
            let verdict = found.against(&DVector::from_vec(wanted), 0.0);
            let (square, probability) = (verdict.square / 18.0, verdict.probability);
            println!("| {name} | {knudsen} | {times:?} | {:.3} % | {square:.2} | {probability:.3} |", 100.0 * largest);
        }
    }
}

fn table(name: &str) -> Value {
    let path = format!("{}/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("an array").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// `theta, Pxy/p, Pxx/p, Pyy/p, <w^4>/(15 theta^2), <w^6>/(105 theta^3), collisions per particle`.
fn reduced(row: &Observables) -> Vec<f64> {
    let p = row.pressure / (row.pressure.trace() / 3.0);
    let fourth = column(row, "fourth_moment") / (15.0 * row.temperature * row.temperature);
    let sixth = column(row, "sixth_moment") / (105.0 * row.temperature.powi(3));
    vec![row.temperature, p[(0, 1)], p[(0, 0)], p[(1, 1)], fourth, sixth, column(row, "collisions_per_particle")]
}

/// Hard spheres and VHS against independent simulations.
fn other_kernels(replicas: usize, particles: usize) {
    println!("\n## Hard spheres and VHS in shear, against independent simulations of 4 x 1,000,000\n");
    println!("theta, Pxy/p, Pxx/p, Pyy/p, fourth and sixth moment and collisions per particle at three samples.\n");
    println!("| case | samples | relative error of theta | T^2/21 | p-value | reference's errors / expected |");
    println!("|---|---|---|---|---|---|");
    for (name, picks) in [
        ("hard_sphere_shear_K0.1", [10usize, 30, 80]),
        ("hard_sphere_shear_K1", [10, 40, 100]),
        ("vhs038_shear_K0.1", [6, 16, 40]),
    ] {
        let reference = table(name);
        let constant = |key: &str| reference[key].as_f64().expect("a number");
        let kernel = power_law(4.0 * PI * constant("C"), constant("gam"));
        let mut a = SHEAR;
        a[1] = constant("K_over_nu0");
        let rows: Vec<_> = picks.iter().map(|&k| numbers(&reference["mean"][k])).collect();
        let errors: Vec<_> = picks.iter().map(|&k| numbers(&reference["se"][k])).collect();
        let times: Vec<f64> = rows.iter().map(|row| row[0]).collect();
        let columns = [1, 2, 3, 4, 6, 7, 8];
        let wanted: Vec<f64> = rows.iter().flat_map(|row| columns.map(|c| row[c])).collect();
        let wanted_errors: Vec<f64> = errors.iter().flat_map(|row| columns.map(|c| row[c])).collect();
        let build = |replica| Dsmc::new(gas(&a, kernel.clone(), 1.0, particles, replica)).expect("valid");
        let found = sample(replicas, &times, build, reduced);
        let noise = (replicas * particles) as f64 / (constant("n") * constant("ns"));
        let verdict = found.against(&DVector::from_vec(wanted), noise);
        let (square, probability) = (verdict.square / 21.0, verdict.probability);
        let ratio: f64 =
            (0..21).map(|k| wanted_errors[k].powi(2) / (noise * found.covariance[(k, k)])).sum::<f64>() / 21.0;
        println!(
            "| {name} | {times:?} | {:.4} % | {square:.2} | {probability:.3} | {:.2} |",
            100.0 * found.error(14) / found.mean[14],
            ratio.sqrt()
        );
    }
}

/// Higher moments of Maxwell molecules: under shear, before the tail is heavy, and the BKW relaxation.
fn higher_moments(replicas: usize, particles: usize) {
    println!("\n## Maxwell molecules, fourth and sixth moments against exact values\n");
    println!("| case | t | found | error | exact | z |\n|---|---|---|---|---|---|");
    let reference = table("maxwell_fourth_moments");
    let shear = &reference["1.0"];
    let exact = shear.as_object().expect("a table").iter().find(|(key, _)| key.starts_with("exact")).expect("exact").1;
    let times: Vec<f64> = numbers(&shear["t"])[1..5].to_vec();
    let build = |replica| Dsmc::new(gas(&SHEAR, power_law(1.0, 0.0), 1.0, particles, replica)).expect("valid");
    let found = sample(replicas, &times, build, |row| vec![row.temperature, reduced(row)[4]]);
    for (k, time) in times.iter().enumerate() {
        for (column, label) in ["theta", "<w^4>/15 theta^2"].iter().enumerate() {
            let wanted = exact[k + 1][column].as_f64().expect("a number");
            print_row(&format!("shear K = 1, {label}"), *time, &found, 2 * k + column, wanted);
        }
    }
    let of = |row: &Value, key: &str| row[key].as_f64().expect("a number");
    let rows: Vec<[f64; 3]> = table("bkw")["table"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| [of(row, "t"), of(row, "M4/15"), of(row, "M6/105")])
        .filter(|row| row[0] > 0.0)
        .collect();
    let times: Vec<f64> = rows.iter().map(|row| row[0]).collect();
    let build = |replica| {
        let parameters = gas(&[0.0; 9], power_law(1.0, 0.0), 1.0, particles, replica);
        Dsmc::with_velocities(parameters, &bkw_start(particles, replica)).expect("valid")
    };
    let found = sample(replicas, &times, build, |row| {
        vec![column(row, "fourth_moment") / 15.0, column(row, "sixth_moment") / 105.0]
    });
    for (k, [time, fourth, sixth]) in rows.iter().enumerate() {
        print_row("BKW, <w^4>/15", *time, &found, 2 * k, *fourth);
        print_row("BKW, <w^6>/105", *time, &found, 2 * k + 1, *sixth);
    }
    let wanted = DVector::from_iterator(2 * rows.len(), rows.iter().flat_map(|row| [row[1], row[2]]));
    let verdict = found.against(&wanted, 0.0);
    println!(
        "\nBKW, all: T^2/{} = {:.2}, p-value {:.3}",
        2 * rows.len(),
        verdict.square / (2 * rows.len()) as f64,
        verdict.probability
    );
}

fn print_row(case: &str, time: f64, found: &Sample, k: usize, wanted: f64) {
    let (mean, error) = (found.mean[k], found.error(k));
    println!("| {case} | {time} | {mean:.6} | {error:.6} | {wanted:.6} | {:.2} |", (mean - wanted) / error);
}

/// `w^2 exp(-w^2/1.2)`, the BKW density at K = 0.6, with zero mean and unit temperature exactly.
fn bkw_start(particles: usize, replica: u64) -> Vec<Vector3<f64>> {
    let mut random = Philox::new(77, replica);
    let mut velocities: Vec<_> = (0..particles)
        .map(|_| {
            let chi: f64 = (0..5).map(|_| random.normal().powi(2)).sum();
            Vector3::new(random.normal(), random.normal(), random.normal()).normalize() * (0.6 * chi).sqrt()
        })
        .collect();
    let mean = velocities.iter().sum::<Vector3<f64>>() / particles as f64;
    velocities.iter_mut().for_each(|w| *w -= mean);
    let theta = velocities.iter().map(Vector3::norm_squared).sum::<f64>() / (3.0 * particles as f64);
    velocities.iter_mut().for_each(|w| *w /= theta.sqrt());
    velocities
}

/// What the number of particles does: a Knudsen-one shear flow from N = 20 to 640.
fn bias(particles: usize, replicas: usize) {
    println!("\n## Bias of few particles: shear K = 1, t = 3, theta and Pxy/p against many particles\n");
    println!("`N (found - limit)` with its standard error; a bias of order 1/N shows as a constant.\n");
    println!(
        "| kernel | N | replicas | N dtheta | N d(Pxy) | N d(collisions per particle) |\n|---|---|---|---|---|---|"
    );
    for (name, kernel) in [("Maxwell", power_law(1.0, 0.0)), ("hard spheres", power_law(0.55, 1.0))] {
        let shown =
            |row: &Observables| vec![row.temperature, row.pressure[(0, 1)], column(row, "collisions_per_particle")];
        let run = |count: usize, replicas: usize| {
            let build = |replica| {
                Dsmc::new(gas(&SHEAR, kernel.clone(), 1.0, count, replica + ((count as u64) << 32))).expect("valid")
            };
            sample(replicas, &[3.0], build, shown)
        };
        let limit = run(4 * particles, replicas);
        let (mut weights, mut sums) = ([0.0; 3], [0.0; 3]);
        for count in [20, 40, 80, 160, 320, 640] {
            let found = run(count, 16 * particles / count);
            let cells: Vec<String> = (0..3)
                .map(|k| {
                    let n = count as f64;
                    let (slope, error) =
                        (n * (found.mean[k] - limit.mean[k]), n * found.error(k).hypot(limit.error(k)));
                    weights[k] += error.powi(-2);
                    sums[k] += slope * error.powi(-2);
                    format!("{slope:.3} +- {error:.3}")
                })
                .collect();
            println!("| {name} | {count} | {} | {} |", found.replicas, cells.join(" | "));
        }
        let cells: Vec<String> =
            (0..3).map(|k| format!("{:.3} +- {:.3}", sums[k] / weights[k], weights[k].powf(-0.5))).collect();
        println!("| {name} | all | limit {:.4} {:.4} | {} |", limit.mean[0], limit.mean[1], cells.join(" | "));
    }
}

/// A name and what it runs with replicas and particles.
type Study = (&'static str, fn(usize, usize));

fn main() {
    let mut arguments = std::env::args().skip(1);
    let replicas = arguments.next().map_or(32, |text| text.parse().expect("a number of replicas above 21"));
    let particles = arguments.next().map_or(250_000, |text| text.parse().expect("a number of particles"));
    let parts: Vec<String> = arguments.collect();
    println!("# Direct simulation against exact moments and independent simulations");
    let all: [Study; 5] = [
        ("maxwell", maxwell_second_moments),
        ("kernels", other_kernels),
        ("higher", higher_moments),
        ("bias", |replicas, particles| bias(particles, replicas)),
        ("noise", noise::variances),
    ];
    for (name, study) in all {
        if parts.is_empty() || parts.iter().any(|part| part == name) {
            study(replicas, particles);
        }
    }
}
