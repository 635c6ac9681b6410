//! The spectral solver against exact solutions and independent simulations, as tables in Markdown.
//!
//! `spectral [relaxation] [flows] [shear] [modes]...`: the sections wanted, all by default, and the numbers of
//! modes, 16 32 64 by default.
#![allow(clippy::print_stdout, reason = "prints its tables")]

use omd_flow::{AffineFlow, Description, Free, Matrix3, symmetric_components};
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::MaxwellMoments;
use omd_kinetic::boltzmann::spectral::{Spectral, SpectralKernel, SpectralParameters};
use omd_validation::column;
use serde_json::Value;
use std::f64::consts::PI;
use std::time::Instant;

type Rows = [f64; 9];

fn gas(a: &Rows, kernel: &CollisionKernel, knudsen: f64, modes: usize) -> SpectralParameters {
    SpectralParameters {
        flow: AffineFlow::new(Matrix3::from_row_slice(a)).expect("finite"),
        kernel: SpectralKernel::of_kernel(kernel, 1.0).expect("valid"),
        knudsen,
        number_density: 1.0,
        mass: 1.0,
        covariance: Matrix3::identity(),
        modes,
        tolerance: SpectralParameters::tolerance_of(modes),
    }
}

fn power_law(rate: f64, exponent: f64) -> CollisionKernel {
    CollisionKernel::VariableHardSphere { rate, exponent }
}

fn table(name: &str) -> Value {
    let path = format!("{}/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("an array").iter().map(|x| x.as_f64().expect("a number")).collect()
}

fn fact(gas: &Spectral, name: &str) -> String {
    gas.facts().into_iter().find(|fact| fact.0 == name).map(|fact| fact.1).expect("a fact")
}

/// BKW from K = 0.6 against its closed form.
fn relaxation(modes: &[usize]) {
    println!("\n## BKW relaxation from K = 0.6, Maxwell molecules, rate 1\n");
    println!("Largest error over t = 0.5, 1, 2, 4; of g relative to its largest value.\n");
    println!("| modes | g | <w^4> | <w^6> | entropy falls below | steps | corrections | s |");
    println!("|---|---|---|---|---|---|---|---|");
    for &modes in modes {
        let start = Instant::now();
        let bkw = |square: f64, k: f64| {
            (-square / (2.0 * k)).exp() / (2.0 * PI * k).powf(1.5)
                * ((5.0 * k - 3.0) / (2.0 * k) + (1.0 - k) / (2.0 * k * k) * square)
        };
        let parameters = gas(&[0.0; 9], &power_law(1.0, 0.0), 1.0, modes);
        let mut gas = Spectral::with_distribution(parameters, |w| bkw(w.norm_squared(), 0.6)).expect("valid");
        let mut worst = [0.0f64; 3];
        let (mut entropy, mut fall) = (f64::NEG_INFINITY, 0.0f64);
        for time in [0.5, 1.0, 2.0, 4.0] {
            gas.advance(time, &mut Free).expect("the gas exists");
            let k = 1.0 - 0.4 * (-time / 6.0).exp();
            let values = gas.distribution();
            let largest = values.iter().map(|v| v.1).fold(0.0, f64::max);
            let error =
                values.iter().map(|(w, g)| (g - bkw(w.iter().map(|x| x * x).sum(), k)).abs()).fold(0.0, f64::max);
            let row = gas.observe();
            let fourth = column(&row, "fourth_moment") / (15.0 * k * (2.0 - k)) - 1.0;
            let sixth = gas.sixth_moment() / (105.0 * k * k * (3.0 - 2.0 * k)) - 1.0;
            for (worst, error) in worst.iter_mut().zip([error / largest, fourth.abs(), sixth.abs()]) {
                *worst = worst.max(error);
            }
            fall = fall.max(entropy - column(&row, "entropy"));
            entropy = column(&row, "entropy");
        }
        println!(
            "| {modes} | {:.1e} | {:.1e} | {:.1e} | {fall:.0e} | {} | {} | {:.2} |",
            worst[0],
            worst[1],
            worst[2],
            fact(&gas, "steps"),
            fact(&gas, "conservation corrections"),
            start.elapsed().as_secs_f64()
        );
    }
}

/// One flow of every class, an end and times in between.
const FLOWS: [(&str, Rows, f64); 9] = [
    ("simple shear", [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 4.0),
    ("homogeneous dilatation", [0.2, 0.5, -0.1, 0.0, 0.1, 0.3, 0.1, 0.0, 0.15], 4.0),
    ("cylindrical dilatation, rotating", [0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0], 4.0),
    ("cylindrical dilatation and shear", [0.4, 0.0, 0.5, 0.0, 0.4, 0.0, 0.0, 0.0, 0.0], 4.0),
    ("planar shear", [0.0, 0.0, 0.0, 0.0, 0.0, 0.6, 0.0, 0.0, 0.5], 4.0),
    ("shear with decaying dilatation", [0.0, 0.8, 0.3, 0.0, 0.0, 0.0, 0.0, 0.4, 0.5], 4.0),
    ("combined orthogonal shear", [0.0, 0.8, 0.3, 0.0, 0.0, -0.5, 0.0, 0.0, 0.0], 3.0),
    ("compression, t* = 2", [-0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 1.6),
    ("rest", [0.0; 9], 2.0),
];

/// Second moments of Maxwell molecules against their exact equations.
fn flows(modes: &[usize]) {
    println!("\n## Maxwell molecules under every class of flow, pressure tensor against the exact moments\n");
    println!("Largest error of a component over p, at four times to the end. `P/n` at t = 0 is the unit tensor.\n");
    println!("| flow | Kn | end |{}", modes.iter().map(|n| format!(" {n} modes | s |")).collect::<String>());
    println!("|---|---|---|{}", "---|---|".repeat(modes.len()));
    for (name, a, end) in FLOWS {
        for knudsen in [0.1, 1.0, 10.0] {
            print!("| {name} | {knudsen} | {end} |");
            for &modes in modes {
                let start = Instant::now();
                let parameters = gas(&a, &power_law(1.0, 0.0), knudsen, modes);
                let mut exact = MaxwellMoments::new(parameters.flow.clone(), 1.0, &Matrix3::identity(), 0.5, knudsen);
                let mut gas = Spectral::new(parameters).expect("valid");
                let mut worst = 0.0f64;
                for k in 1..=4 {
                    let time = end * f64::from(k) / 4.0;
                    exact.advance(time, &mut Free).expect("the flow exists");
                    gas.advance(time, &mut Free).expect("the gas exists");
                    let (found, wanted) = (gas.observe().pressure, exact.observe().pressure);
                    worst = worst.max((found - wanted).amax() / (wanted.trace() / 3.0));
                }
                print!(" {worst:.1e} | {:.1} |", start.elapsed().as_secs_f64());
            }
            println!();
        }
    }
}

/// Hard spheres and VHS against independent simulations.
fn shear(modes: &[usize]) {
    println!("\n## Hard spheres and VHS in shear, against independent simulations of 4 x 1,000,000\n");
    println!("theta, the pressure tensor over p, <w^4>/15 theta^2 and <w^6>/105 theta^3, at every fifth sample of the");
    println!(
        "reference: chi^2 per number with the reference's standard errors (the samples of one run are correlated, so"
    );
    println!("this is a mean square in standard errors, not a test of one number), and the values at the end.\n");
    println!(
        "| case | modes | theta | Pxy/p | Pxx/p | Pyy/p | Pzz/p | 4th | 6th | theta at the end | Pxy/p | 4th | 6th | s |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    let mut functions = None;
    for name in ["hard_sphere_shear_K0.1", "hard_sphere_shear_K1", "vhs038_shear_K0.1"] {
        let reference = table(name);
        let constant = |key: &str| reference[key].as_f64().expect("a number");
        let kernel = power_law(4.0 * PI * constant("C"), constant("gam"));
        let mut a = [0.0; 9];
        a[1] = constant("K_over_nu0");
        let rows: Vec<Vec<f64>> = reference["mean"].as_array().expect("rows").iter().map(numbers).collect();
        let errors: Vec<Vec<f64>> = reference["se"].as_array().expect("rows").iter().map(numbers).collect();
        let last = rows.last().expect("a row").clone();
        let mut curves = Vec::new();
        for &modes in modes {
            let start = Instant::now();
            let mut gas = Spectral::new(gas(&a, &kernel, 1.0, modes)).expect("valid");
            let (mut sums, mut count, mut found) = ([0.0; 7], 0.0, vec![0.0; 7]);
            let mut curve = Vec::new();
            for (number, (row, error)) in rows.iter().zip(&errors).enumerate().skip(1) {
                gas.advance(row[0], &mut Free).expect("the gas exists");
                found = reduced(&mut gas);
                let rate = a[1] / found[0].powf(0.5 * constant("gam"));
                curve.push((rate, -found[1] / rate, found[2] - found[3]));
                if number % 5 != 0 {
                    continue;
                }
                for k in 0..7 {
                    sums[k] += ((found[k] - row[k + 1]) / error[k + 1]).powi(2);
                }
                count += 1.0;
            }
            curves.push(curve);
            print!("| {name} | {modes} |");
            sums.iter().for_each(|s| print!(" {:.1} |", s / count));
            println!(
                " {:.5} | {:.5} | {:.5} | {:.5} | {:.0} |",
                found[0],
                found[1],
                found[5],
                found[6],
                start.elapsed().as_secs_f64()
            );
        }
        let error = errors.last().expect("a row");
        println!(
            "| {name} | reference | | | | | | | | {:.5}({:.5}) | {:.5}({:.5}) | {:.5}({:.5}) | {:.5}({:.5}) | |",
            last[1], error[1], last[2], error[2], last[6], error[6], last[7], error[7]
        );
        if name == "hard_sphere_shear_K1" {
            functions = Some(curves);
        }
    }
    if let Some(curves) = functions {
        viscosity_function(modes, &curves);
    }
}

/// `eta*(a) = -(Pxy/p)/a` and `(Pxx - Pyy)/p` with `a = K/nu_1` as the gas of hard spheres heats, started at rest with K = 1.
fn viscosity_function(modes: &[usize], curves: &[Vec<(f64, f64, f64)>]) {
    println!("\n### Viscosity function and first normal stress difference over p, hard spheres, K = 1\n");
    let heads: String = modes.iter().map(|n| format!(" {n} modes |")).collect();
    println!("| a | simulation eta* |{heads} simulation N1 |{heads}");
    println!("|---|---|{}---|{}", "---|".repeat(modes.len()), "---|".repeat(modes.len()));
    let reference = table("shear_viscosity_function");
    let entries = reference["1.0"].as_object().expect("values of a");
    for a in [0.8, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15] {
        let entry = entries.iter().find(|(name, _)| name.parse::<f64>() == Ok(a)).expect("this a").1;
        let number = |key: &str| entry["hs_K1"][key].as_f64().expect("a number");
        let at = |curve: &Vec<(f64, f64, f64)>| {
            let upper = curve.iter().position(|point| point.0 <= a)?.max(1);
            let (before, after) = (curve[upper - 1], curve[upper]);
            let share = (a - before.0) / (after.0 - before.0);
            Some((before.1 + share * (after.1 - before.1), before.2 + share * (after.2 - before.2)))
        };
        let found: Vec<Option<(f64, f64)>> = curves.iter().map(at).collect();
        let cells = |pick: &dyn Fn((f64, f64)) -> f64| -> String {
            found.iter().map(|x| x.map_or(" - |".to_owned(), |x| format!(" {:.5} |", pick(x)))).collect()
        };
        println!(
            "| {a} | {:.5}({:.5}) |{} {:.5} |{}",
            number("eta*"),
            number("se~"),
            cells(&|x| x.0),
            number("N1=(Pxx-Pyy)/p"),
            cells(&|x| x.1)
        );
    }
}

/// `theta, Pxy/p, Pxx/p, Pyy/p, Pzz/p, <w^4>/15 theta^2, <w^6>/105 theta^3`.
fn reduced(gas: &mut Spectral) -> Vec<f64> {
    let row = gas.observe();
    let p = symmetric_components(&(row.pressure / (row.pressure.trace() / 3.0)));
    let theta = row.temperature;
    let fourth = column(&row, "fourth_moment") / (15.0 * theta * theta);
    vec![theta, p[3], p[0], p[1], p[2], fourth, gas.sixth_moment() / (105.0 * theta.powi(3))]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut modes: Vec<usize> = arguments.iter().filter_map(|text| text.parse().ok()).collect();
    if modes.is_empty() {
        modes = vec![16, 32, 64];
    }
    let wanted = |name: &str| {
        arguments.iter().all(|text| text.parse::<usize>().is_ok()) || arguments.iter().any(|text| text == name)
    };
    println!("# The spectral solver against exact solutions and independent simulations");
    if wanted("relaxation") {
        relaxation(&modes);
    }
    if wanted("flows") {
        flows(&modes);
    }
    if wanted("shear") {
        shear(&modes);
    }
}
