//! Self-similar profiles: critical shear rates, tails, profiles and particles, as tables in Markdown.
//!
//! `self_similar [replicas] [particles] [part ...]`, parts `growth`, `critical`, `tails`, `particles`, `profiles`,
//! `simulations`; the independent numbers are in `data/` of this crate.
#![allow(clippy::print_stdout, reason = "prints its table")]

use nalgebra::{Matrix3, Vector3};
use omd_flow::{AffineFlow, Description, Free, symmetric_components};
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::{Dsmc, DsmcParameters};
use omd_kinetic::self_similar::existence::smallness;
use omd_kinetic::self_similar::fourier::FourierProfile;
use omd_kinetic::self_similar::moments::ProfileMoments;
use omd_kinetic::self_similar::particles::{Histogram, ProfileSample, ProfileSettings, profile};
use omd_kinetic::self_similar::second::simple_shear_growth;
use omd_kinetic::self_similar::tail::critical_factor;
use omd_kinetic::self_similar::{DeflectionLaw, Problem, second_moments};
use omd_validation::column;
use rayon::prelude::*;
use serde_json::Value;
use std::time::Instant;

fn shear(rate: f64) -> Matrix3<f64> {
    Matrix3::new(0.0, rate, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
}

/// Relaxation rate of the stress 1, as in the reference of critical rates.
fn laws() -> [(&'static str, DeflectionLaw); 3] {
    [
        ("isotropic", DeflectionLaw::isotropic(2.0).expect("a law")),
        ("uniform apse", DeflectionLaw::uniform_apse(2.0).expect("a law")),
        ("inverse fourth power", DeflectionLaw::inverse_fourth_power(1.0, 1.0, 1.0, 100.0).expect("a law")),
    ]
}

fn flows() -> Vec<(&'static str, Matrix3<f64>)> {
    let diagonal = |x: f64, y: f64, z: f64| Matrix3::from_diagonal(&Vector3::new(x, y, z));
    vec![
        ("shear 0.2", shear(0.2)),
        ("shear 1", shear(1.0)),
        ("shear 2", shear(2.0)),
        ("shear 10", shear(10.0)),
        ("planar elongation 0.5", diagonal(0.5, -0.5, 0.0)),
        ("uniaxial extension 0.5", diagonal(-0.25, -0.25, 0.5)),
        ("biaxial extension 0.5", diagonal(0.25, 0.25, -0.5)),
        ("biaxial extension 5", diagonal(2.5, 2.5, -5.0)),
        ("elliptic vortex", Matrix3::new(0.0, 1.0, 0.0, -0.3, 0.0, 0.0, 0.0, 0.0, 0.0)),
        ("planar shear K = 1", Matrix3::new(0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.5)),
        ("full, traceless", Matrix3::new(0.2, 0.5, -0.1, 0.3, -0.3, 0.3, 0.1, 0.0, 0.1)),
    ]
}

fn estimate(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (mean, (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count * (count - 1.0))).sqrt())
}

fn closed_growth() {
    let worst = (-40..=40).map(|k| {
        let rate = 10f64.powf(0.1 * f64::from(k));
        (second_moments(&shear(rate), 1.0).expect("a flow").growth / simple_shear_growth(rate, 1.0) - 1.0).abs()
    });
    let worst = worst.fold(0.0, f64::max);
    println!(
        "## Growth rate of simple shear against its closed formula\n\nK/lambda from 1e-4 to 1e4: relative error below {worst:.1e}.\n"
    );
}

fn critical_rates() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/self_similar.json");
    let reference: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("data")).expect("JSON");
    println!("## Shear rates K/lambda at which moments start to diverge\n");
    println!("The relative difference from the reference in brackets.\n");
    println!("| order | isotropic | uniform apse | inverse fourth power |\n|---|---|---|---|");
    for order in [3, 4, 5, 6, 8, 10, 12, 16, 20] {
        let cells: Vec<String> = laws()
            .par_iter()
            .map(|(name, law)| {
                let relaxation = law.relaxation_rate();
                let problem = Problem { gradient: shear(relaxation), law: law.clone(), density: 1.0 };
                let wanted = reference["critical"][*name][order.to_string()].as_f64();
                match (critical_factor(&problem, order, 50.0).expect("a rate"), wanted) {
                    (Some(found), Some(wanted)) => format!("{found:.10} ({:.0e})", (found / wanted - 1.0).abs()),
                    (None, None) => "none below 50".to_owned(),
                    (found, wanted) => format!("{found:?}, reference {wanted:?}"),
                }
            })
            .collect();
        println!("| {order} | {} |", cells.join(" | "));
    }
}

fn tails() {
    println!("\n## Tails G ~ |w|^(-3-s_c), isotropic scattering, lambda = 1\n");
    println!(
        "| L | beta | s_c | uncertainty | degrees | positivity | slope at 2 | k0: explicit | with beta | <c^4>/15 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let rows: Vec<String> = flows()
        .par_iter()
        .map(|(name, gradient)| {
            let problem =
                Problem { gradient: *gradient, law: DeflectionLaw::isotropic(2.0).expect("a law"), density: 1.0 };
            let tail = problem.tail_exponent(60.0, 1e-6).expect("a tail");
            let small = smallness(&problem).expect("numbers");
            let fourth = ProfileMoments::new(&problem, 4).expect("moments").radial(4);
            let fourth = fourth.map_or("infinite".to_owned(), |value| format!("{:.6}", value / 15.0));
            let order = tail.order.map_or("none below 60".to_owned(), |order| format!("{order:.8}"));
            let degrees: Vec<String> = tail.resolutions.iter().map(|(degree, _)| degree.to_string()).collect();
            format!(
                "| {name} | {:.10} | {order} | {:.0e} | {} | {:.1e} | {:.4} | {} | {} | {fourth} |",
                problem.growth().expect("a rate"),
                tail.uncertainty,
                degrees.join(", "),
                tail.positivity,
                tail.slope_at_two,
                small.explicit(),
                small.computed()
            )
        })
        .collect();
    rows.iter().for_each(|row| println!("{row}"));
}

fn particles(replicas: usize, count: usize) {
    println!(
        "\n## Particles\n\n{replicas} replicas of {count}, 40 samples each, isotropic scattering, lambda = 1. Slopes -dlnP(|c|>x)/dln x over a doubling.\n"
    );
    println!("| L | chi^2/5 of P/p | s_c | slope from 4 | from 8 | from 16 |\n|---|---|---|---|---|---|");
    for (name, gradient) in flows().into_iter().filter(|(name, _)| *name != "shear 0.2") {
        let problem = Problem { gradient, law: DeflectionLaw::isotropic(2.0).expect("a law"), density: 1.0 };
        let settings = ProfileSettings { particles: count, replicas, seed: 2026, ..ProfileSettings::default() };
        let found = profile(&problem, &settings, &|| ()).expect("a profile");
        let exact = symmetric_components(&second_moments(&gradient, 1.0).expect("a flow").tensor);
        let each = [0usize, 1, 3, 4, 5].map(|k| {
            let (mean, error) = estimate(&found.iter().map(|sample| sample.tensor()[k]).collect::<Vec<_>>());
            ((mean - exact[k]) / error).powi(2)
        });
        let square = each.iter().sum::<f64>() / 5.0;
        let slope = |from: usize| {
            let (mean, error) =
                estimate(&found.iter().map(|sample| sample.tail_slope(from, from + 8)).collect::<Vec<_>>());
            if error < 0.3 * mean { format!("{mean:.3}({error:.3})") } else { "too few".to_owned() }
        };
        let tail = problem.tail_exponent(60.0, 1e-4).expect("a tail").order;
        let tail = tail.map_or("-".to_owned(), |order| format!("{order:.4}"));
        println!("| {name} | {square:.2} | {tail} | {} | {} | {} |", slope(48), slope(56), slope(64));
    }
}

/// The profile by its characteristic function at two resolutions, and the particles of [`particles`] against it.
fn profiles(replicas: usize, count: usize) {
    println!(
        "\n## The profile without noise, against {replicas} replicas of {count} particles\n\nChange: of the densities from two \
         thirds of the degree, the largest and relative at |c| = 2 and 6. chi^2 over its bins with a thousand particles \
         or more: of |c|, and of the three components together.\n"
    );
    println!("| L | degree | steps | s | largest change | at 2 | at 6 | chi^2 of \\|c\\| | of components |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for (name, gradient) in flows().into_iter().filter(|(name, _)| *name != "shear 0.2") {
        let problem = Problem { gradient, law: DeflectionLaw::isotropic(2.0).expect("a law"), density: 1.0 };
        // Without a symmetry there are twice as many harmonics of a degree.
        let degree = if name.starts_with("full") { 18 } else { 24 };
        let start = Instant::now();
        let (fine, coarse) =
            match (FourierProfile::solve(&problem, degree), FourierProfile::solve(&problem, degree * 2 / 3)) {
                (Ok(fine), Ok(coarse)) => (fine, coarse),
                (Err(error), _) | (_, Err(error)) => {
                    println!("| {name} | {degree} | {error} | | | | | | |");
                    continue;
                }
            };
        let seconds = start.elapsed().as_secs_f64();
        let settings = ProfileSettings { particles: count, replicas, seed: 2026, ..ProfileSettings::default() };
        let found = profile(&problem, &settings, &|| ()).expect("a profile");
        let (mut largest, mut relative) = (0.0f64, [f64::NAN; 2]);
        let mut sums = [(0.0, 0usize); 2];
        for which in 0..4 {
            let histogram = |sample: &ProfileSample| {
                if which == 0 { sample.radial.clone() } else { sample.marginal[which - 1].clone() }
            };
            let histograms: Vec<Histogram> = found.iter().map(histogram).collect();
            let edges = &histograms[0].edges;
            let of = |profile: &FourierProfile| {
                if which == 0 { profile.radial(edges) } else { profile.marginal(which - 1, edges) }
            };
            let (values, others) = (of(&fine), of(&coarse));
            for k in 0..values.len() {
                let change = (values[k] - others[k]).abs();
                for (place, speed) in [2.0, 6.0].into_iter().enumerate() {
                    if which == 0 && edges[k] <= speed && speed < edges[k + 1] {
                        relative[place] = change / values[k];
                    }
                }
                if histograms.iter().map(|histogram| histogram.counts[k]).sum::<u64>() >= 1000 {
                    largest = largest.max(change);
                    let (mean, error) =
                        estimate(&histograms.iter().map(|histogram| histogram.density(k)).collect::<Vec<_>>());
                    let sum = &mut sums[which.min(1)];
                    *sum = (sum.0 + (mean - values[k]).powi(2) / (error * error + change * change), sum.1 + 1);
                }
            }
        }
        println!(
            "| {name} | {degree} | {} | {seconds:.0} | {largest:.1e} | {:.1e} | {:.1e} | {:.1} of {} | {:.1} of {} |",
            fine.steps, relative[0], relative[1], sums[0].0, sums[0].1, sums[1].0, sums[1].1
        );
    }
}

/// The general solver of this study and the direct simulation of flows, in the one flow they share.
fn two_simulations(replicas: usize, count: usize) {
    println!("\n## Two simulations of simple shear, K/lambda = 1\n");
    let problem = Problem { gradient: shear(1.0), law: DeflectionLaw::isotropic(2.0).expect("a law"), density: 1.0 };
    let exact = ProfileMoments::new(&problem, 4).expect("moments").radial(4).expect("finite");
    let settings = ProfileSettings { particles: count, replicas, seed: 7, ..ProfileSettings::default() };
    let scaled = profile(&problem, &settings, &|| ()).expect("a profile");
    let (first, first_error) = estimate(&scaled.iter().map(|sample| sample.fourth_moment()).collect::<Vec<_>>());
    let direct: Vec<f64> = (0..replicas as u64)
        .into_par_iter()
        .map(|replica| {
            let mut gas = Dsmc::new(DsmcParameters {
                flow: AffineFlow::new(shear(1.0)).expect("finite"),
                kernel: CollisionKernel::VariableHardSphere { rate: 2.0, exponent: 0.0 },
                knudsen: 1.0,
                number_density: 1.0,
                mass: 1.0,
                covariance: Matrix3::identity(),
                particles: count,
                seed: 8,
                replica,
            })
            .expect("a gas");
            let mut sum = 0.0;
            for k in 0..40 {
                gas.advance(20.0 + f64::from(k), &mut Free).expect("the gas exists");
                let row = gas.observe();
                let fourth = column(&row, "fourth_moment");
                sum += fourth / row.temperature.powi(2) / 40.0;
            }
            sum
        })
        .collect();
    let (second, second_error) = estimate(&direct);
    println!(
        "<|c|^4>: exact {exact:.5}, scaled solver {first:.4}({first_error:.4}), direct simulation {second:.4}({second_error:.4})."
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut numbers = arguments.iter().filter_map(|text| text.parse::<usize>().ok());
    let replicas = numbers.next().unwrap_or(16);
    let count = numbers.next().unwrap_or(200_000);
    let wanted = |name: &str| {
        let mut parts = arguments.iter().filter(|text| text.parse::<usize>().is_err()).peekable();
        parts.peek().is_none() || parts.any(|part| part == name)
    };
    if wanted("growth") {
        closed_growth();
    }
    if wanted("critical") {
        critical_rates();
    }
    if wanted("tails") {
        tails();
    }
    if wanted("particles") {
        particles(replicas, count);
    }
    if wanted("profiles") {
        profiles(replicas, count);
    }
    if wanted("simulations") {
        two_simulations(replicas, count);
    }
}
