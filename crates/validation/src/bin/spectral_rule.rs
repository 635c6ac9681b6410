//! Error against cost of one evaluation of `Q(g, g)`, over the parameters of its quadrature, one thread.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "prints its tables and how it is called")]

use nalgebra::{Matrix3, Vector3};
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::spectral::{Collision, Parity, Quadrature, SpectralKernel};
use std::f64::consts::PI;
use std::time::Instant;

type Density = fn(&Vector3<f64>) -> f64;

fn gaussian(w: &Vector3<f64>, c: &Matrix3<f64>) -> f64 {
    let inverse = c.try_inverse().unwrap();
    (-0.5 * w.dot(&(inverse * w))).exp() / ((2.0 * PI).powi(3) * c.determinant()).sqrt()
}
const K: f64 = 0.661_5;
fn bkw(w: &Vector3<f64>) -> f64 {
    let s = w.norm_squared();
    (-s / (2.0 * K)).exp() / (2.0 * PI * K).powf(1.5) * ((5.0 * K - 3.0) / (2.0 * K) + (1.0 - K) / (2.0 * K * K) * s)
}
fn bkw_slope(w: &Vector3<f64>) -> f64 {
    let s = w.norm_squared();
    let c = (-s / (2.0 * K)).exp() / (2.0 * (2.0 * PI * K).powf(1.5));
    let g = c * ((5.0 * K - 3.0) / K + (1.0 - K) / (K * K) * s);
    ((-3.0 / (2.0 * K) + s / (2.0 * K * K)) * g + c * (3.0 / (K * K) + (K - 2.0) / K.powi(3) * s)) * (1.0 - K) / 6.0
}
const SHEARED: Matrix3<f64> = Matrix3::new(1.6, -0.45, 0.0, -0.45, 0.75, 0.0, 0.0, 0.0, 0.65);
fn sheared(w: &Vector3<f64>) -> f64 {
    gaussian(w, &SHEARED)
}
fn beam() -> (Vector3<f64>, f64) {
    (1.2 * Vector3::new(0.6, 0.48, 0.64), 1.0 - 1.44 / 3.0)
}
fn beams(w: &Vector3<f64>) -> f64 {
    let (s, t) = beam();
    let c = Matrix3::identity() * t;
    0.5 * (gaussian(&(w - s), &c) + gaussian(&(w + s), &c))
}
fn tails(w: &Vector3<f64>) -> f64 {
    let (cold, hot) = (Matrix3::identity() * 0.8, Matrix3::new(2.4, -0.6, 0.0, -0.6, 1.6, 0.0, 0.0, 0.0, 1.4));
    0.8 * gaussian(w, &cold) + 0.2 * gaussian(w, &hot)
}
fn second(name: &str) -> Matrix3<f64> {
    match name {
        "sheared" => SHEARED,
        "beams" => beam().0 * beam().0.transpose() + Matrix3::identity() * beam().1,
        "tails" => Matrix3::identity() * 0.64 + Matrix3::new(2.4, -0.6, 0.0, -0.6, 1.6, 0.0, 0.0, 0.0, 1.4) * 0.2,
        _ => Matrix3::identity(),
    }
}

fn points(n: usize, map: &Matrix3<f64>) -> Vec<Vector3<f64>> {
    let c = |i: usize| 2.0 * (if 2 * i < n { i as f64 } else { i as f64 - n as f64 }) / n as f64;
    let mut all = Vec::new();
    for k in 0..n {
        for j in 0..n {
            for i in 0..n {
                all.push(map * Vector3::new(c(i), c(j), c(k)));
            }
        }
    }
    all
}

fn map(name: &str, n: usize, width: f64) -> Matrix3<f64> {
    let c = second(name);
    let metric = (c * 0.85 + Matrix3::identity() * 0.15) * ((width * Quadrature::half_width(n)).powi(2));
    metric.cholesky().unwrap().l()
}

fn collision(n: usize, kernel: &CollisionKernel, q: Quadrature) -> Collision {
    Collision::new(n, SpectralKernel::of_kernel(kernel, 1.0).unwrap(), Parity::Even, q).unwrap()
}

/// Q on the n-grid of `map` by a finer grid in a larger box.
fn reference(n: usize, density: Density, kernel: &CollisionKernel, map: &Matrix3<f64>) -> Vec<f64> {
    // 1.5 times the box, half the spacing (the same at 48 modes or more).
    let fine = if n < 48 { 3 * n } else { 3 * n / 2 };
    let every = if n < 48 { 2 } else { 1 };
    let big = map * 1.5;
    let g: Vec<f64> = points(fine, &big).iter().map(density).collect();
    let q = Quadrature { degrees: (0..40).map(|j| if j < 6 { 15 } else { 23 }).collect(), reach: 1.0, kept: 0.7 };
    let found = collision(fine, kernel, q).evaluate(&g, &big).unwrap();
    let at = |i: usize| (if 2 * i < n { every * i } else { fine - every * (n - i) }) % fine;
    let mut out = Vec::new();
    for k in 0..n {
        for j in 0..n {
            for i in 0..n {
                out.push(found[(at(k) * fine + at(j)) * fine + at(i)]);
            }
        }
    }
    out
}

struct Case {
    name: &'static str,
    kernel: CollisionKernel,
    map: Matrix3<f64>,
    g: Vec<f64>,
    wanted: Vec<f64>,
    at: Vec<Vector3<f64>>,
}

fn cases(n: usize, width: f64) -> Vec<Case> {
    let maxwell = CollisionKernel::VariableHardSphere { rate: 1.0, exponent: 0.0 };
    let hard = CollisionKernel::VariableHardSphere { rate: 0.44, exponent: 1.0 };
    let list: [(&str, Density, &CollisionKernel); 6] = [
        ("bkw", bkw, &maxwell),
        ("sheared", sheared, &maxwell),
        ("beams", beams, &maxwell),
        ("sheared", sheared, &hard),
        ("beams", beams, &hard),
        ("tails", tails, &hard),
    ];
    list.into_iter()
        .map(|(name, density, kernel)| {
            let map = map(name, n, width);
            let at = points(n, &map);
            let g = at.iter().map(density).collect();
            let wanted =
                if name == "bkw" { at.iter().map(bkw_slope).collect() } else { reference(n, density, kernel, &map) };
            Case { name, kernel: kernel.clone(), map, g, wanted, at }
        })
        .collect()
}

/// Relative L2, stress and fourth moment over 15.
fn errors(case: &Case, q: &Quadrature) -> ([f64; 3], f64, usize) {
    let n = (case.g.len() as f64).cbrt().round() as usize;
    let mut collision = collision(n, &case.kernel, q.clone());
    let start = Instant::now();
    let found = collision.evaluate(&case.g, &case.map).unwrap();
    let time = start.elapsed().as_secs_f64();
    let cell = case.map.determinant() * (2.0 / n as f64).powi(3);
    let (mut square, mut size, mut stress, mut fourth) = (0.0, 0.0, Matrix3::zeros(), 0.0);
    for ((f, w), at) in found.iter().zip(&case.wanted).zip(&case.at) {
        let e = f - w;
        square += e * e;
        size += w * w;
        stress += at * at.transpose() * e * cell;
        fourth += at.norm_squared().powi(2) * e * cell / 15.0;
    }
    let stress = stress - Matrix3::identity() * (stress.trace() / 3.0);
    ([(square / size).sqrt(), stress.amax(), fourth.abs()], time, collision.points())
}

fn report(label: &str, cases: &[Case], q: &Quadrature) {
    print!("{label:>28}");
    let mut total = (0.0f64, 0);
    for case in cases {
        let (e, time, points) = errors(case, q);
        print!(" | {:.1e} {:.1e} {:.1e}", e[0], e[1], e[2]);
        total = (total.0.max(time), points);
    }
    println!(" | {} pts {:.1} ms", total.1, total.0 * 1e3);
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(n) = arguments.first().and_then(|argument| argument.parse::<usize>().ok()) else {
        eprintln!("usage: spectral_rule MODES WIDTH...");
        std::process::exit(2);
    };
    let widths: Vec<f64> = arguments[1..].iter().filter_map(|a| a.parse().ok()).collect();
    for width in widths {
        println!("\nwidth {width} (L2, stress, fourth)");
        let cases = cases(n, width);
        print!("{:>28}", "");
        cases.iter().for_each(|c| {
            print!(
                " | {} {:<12}",
                c.name,
                if matches!(c.kernel, CollisionKernel::VariableHardSphere{exponent,..} if exponent>0.0) {
                    "HS"
                } else {
                    "M"
                }
            );
        });
        println!();
        report("for_modes", &cases, &Quadrature::for_modes(n));
        let q = Quadrature::for_modes(n);
        println!("{:?}", q.degrees);
        report("degrees 19", &cases, &Quadrature { degrees: vec![19; q.degrees.len()], ..q.clone() });
        for reach in [1.0, 1.05, 1.1, 1.15] {
            report(&format!("reach {reach}"), &cases, &Quadrature { reach, ..q.clone() });
        }
    }
}
