//! The Galerkin method in Burnett functions: convergence with its order against exact moments and direct
//! simulations, as tables in Markdown; its viscosity functions are in `viscosity_function`.
//!
//! `galerkin [highest order]`; the independent numbers are in `data/` of this crate.
#![allow(clippy::print_stdout, reason = "prints its tables")]

use omd_flow::{AffineFlow, Description, Free, Matrix3, Observables};
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::galerkin::{Closure, Gas};
use omd_kinetic::boltzmann::{AngularLaw, Galerkin, GalerkinParameters, MaxwellHierarchy};
use rayon::prelude::*;
use serde_json::Value;
use std::time::Instant;

fn shear(rate: f64) -> Matrix3<f64> {
    Matrix3::new(0.0, rate, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
}

/// `B = C |u|^gamma` of the data is `rate |u|^gamma/(4 pi)` here with `rate = 4 pi C`.
fn gas(rate: f64, constant: f64, exponent: f64, order: usize, ratio: f64) -> Galerkin {
    let parameters = GalerkinParameters {
        flow: AffineFlow::new(shear(rate)).expect("finite"),
        number_density: 1.0,
        mass: 1.0,
        knudsen: 1.0,
        gas: Gas::Kernel(CollisionKernel::VariableHardSphere { rate: 4.0 * std::f64::consts::PI * constant, exponent }),
        closure: Closure::Order(order),
        basis_temperature: ratio,
    };
    Galerkin::new(&parameters, &Matrix3::identity()).expect("the gas exists")
}

/// Temperature, `-Pxy/p`, `Pxx/p`, `Pyy/p`, `<w^4>/15 theta^2`, `<w^6>/105 theta^3`.
fn numbers(row: &Observables) -> [f64; 6] {
    let pressure = row.density * row.temperature;
    let reduced = |name| row.column(name).unwrap_or(f64::NAN);
    [
        row.temperature,
        row.pressure[(0, 1)] / pressure,
        row.pressure[(0, 0)] / pressure,
        row.pressure[(1, 1)] / pressure,
        reduced("reduced_moment_4"),
        reduced("reduced_moment_6"),
    ]
}

fn data(name: &str) -> Value {
    let path = format!("{}/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the data of this crate")).expect("JSON")
}

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().expect("an array").iter().filter_map(Value::as_f64).collect()
}

/// Deviations from a direct simulation in its standard errors, by order.
///
/// Four replicas give a standard error of three degrees of freedom: the relative errors of a number are averaged, as
/// squares, over all times before anything is divided by them.
fn against_simulation(name: &str, orders: &[usize], ratio: f64) {
    /// Of the data: theta, Pxy/p, Pxx/p, Pyy/p, w4, w6.
    const COLUMNS: [usize; 6] = [1, 2, 3, 4, 6, 7];
    let reference = data(name);
    let (rate, constant) = (reference["K_over_nu0"].as_f64().expect("K"), reference["C"].as_f64().expect("C"));
    let exponent = reference["gam"].as_f64().expect("gamma");
    let rows: Vec<Vec<f64>> = reference["mean"].as_array().expect("rows").iter().skip(1).map(floats).collect();
    let errors: Vec<Vec<f64>> = reference["se"].as_array().expect("rows").iter().skip(1).map(floats).collect();
    let count = rows.len() as f64;
    let pooled = COLUMNS.map(|c| {
        let squares = rows.iter().zip(&errors).map(|(row, error)| (error[c] / row[c]).powi(2));
        (squares.sum::<f64>() / count).sqrt()
    });
    let series: Vec<(Vec<[f64; 6]>, f64, f64)> = orders
        .par_iter()
        .map(|&order| {
            let mut gas = gas(rate, constant, exponent, order, ratio);
            let (start, mut truncation) = (Instant::now(), 0.0f64);
            let advance = |row: &Vec<f64>| {
                gas.advance(row[0], &mut Free).expect("it runs");
                truncation = truncation.max(gas.truncation());
                numbers(&gas.observe())
            };
            let found = rows.iter().map(advance).collect();
            (found, truncation, start.elapsed().as_secs_f64())
        })
        .collect();
    println!("\n### `{name}`, basis temperature {ratio}\n");
    println!("| order | T | Pxy/p | Pxx/p | Pyy/p | w^4 | w^6 | change of T, P | of w^4 | truncation | seconds |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let finest = &series[series.len() - 1].0;
    for (order, (found, truncation, seconds)) in orders.iter().zip(&series) {
        let deviation = |k: usize| {
            let of = |(f, row): (&[f64; 6], &Vec<f64>)| ((f[k] / row[COLUMNS[k]] - 1.0) / pooled[k]).powi(2);
            let rms = (found.iter().zip(&rows).map(of).sum::<f64>() / count).sqrt();
            if rms.is_nan() { "-".to_owned() } else { format!("{rms:.2}") }
        };
        let change =
            |k: usize| found.iter().zip(finest).map(|(f, best)| (f[k] / best[k] - 1.0).abs()).fold(0.0, f64::max);
        let cells: Vec<String> = (0..6).map(deviation).collect();
        let last = *order == orders[orders.len() - 1];
        let shown = |value: f64, known: bool| if last || !known { "-".to_owned() } else { format!("{value:.1e}") };
        println!(
            "| {order} | {} | {} | {} | {truncation:.1e} | {seconds:.2} |",
            cells.join(" | "),
            shown((0..4).map(change).fold(0.0, f64::max), true),
            shown(change(4), *order >= 4),
        );
    }
    println!("\nErrors of the simulation, relative: {}.", pooled.map(|e| format!("{e:.1e}")).join(", "));
}

/// The shear rates at which moments of the self-similar profile diverge.
fn critical_shear() {
    let reference = data("maxwell_critical_shear");
    println!("\n## Maxwell molecules: critical shear rates in units of lambda\n");
    println!("| law | k | here | independent program | seconds |\n| --- | --- | --- | --- | --- |");
    let laws = [
        ("isotropic (sigma-rep const)", AngularLaw::isotropic(1.0, 20)),
        ("omega-rep const b", AngularLaw::from_density(20, |s| 1.0 / s)),
    ];
    for (name, law) in laws {
        let start = Instant::now();
        let hierarchy = MaxwellHierarchy::new(20, &law);
        let built = start.elapsed().as_secs_f64();
        for order in [4, 5, 6, 8, 10, 12, 16, 20] {
            let start = Instant::now();
            let excess = |rate: f64| {
                let gradient = shear(rate * law.relaxation_rate());
                let own = hierarchy.growth_rate(order, &gradient, 1.0);
                own - 0.5 * order as f64 * hierarchy.growth_rate(2, &gradient, 1.0)
            };
            let (mut low, mut high) = (0.05, 20.0);
            while high - low > 1e-7 {
                let middle = 0.5 * (low + high);
                if excess(middle) < 0.0 { low = middle } else { high = middle }
            }
            let wanted = reference[name]["a_c"][order.to_string()].as_f64().expect("a number");
            let seconds = start.elapsed().as_secs_f64();
            println!("| {name} | {order} | {low:.6} | {wanted:.6} | {seconds:.2} |");
        }
        println!("| {name} | all tables to order 20 | | | {built:.2} |");
    }
}

fn main() {
    let highest = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(12);
    let orders: Vec<usize> = (2..=highest).step_by(2).collect();
    critical_shear();
    println!("\n## Against direct simulations in shear\n");
    println!("Root mean square deviation over all samples in standard errors of the simulation; `change`: the largest");
    println!(
        "relative difference to the last order at any time, of temperature and pressure tensor and of the fourth moment."
    );
    for name in ["hard_sphere_shear_K0.1", "vhs038_shear_K0.1"] {
        against_simulation(name, &orders, 1.0);
    }
    for ratio in [1.0, 1.2, 1.5] {
        against_simulation("hard_sphere_shear_K1", &orders, ratio);
    }
    println!(
        "\n## Cost of the tensor\n\n| order | functions | couplings | seconds to build |\n| --- | --- | --- | --- |"
    );
    for &order in &orders {
        let start = Instant::now();
        let gas = gas(1.0, 0.05, 1.0, order, 1.0);
        let facts = gas.facts();
        println!("| {order} | {} | {} | {:.2} |", facts[0].1, facts[1].1, start.elapsed().as_secs_f64());
    }
}
