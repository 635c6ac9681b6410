//! What time steps and cells do to the decay of a shear wave.
//!
//! For Maxwell molecules both errors are known: see the module `spatial` of the kinetic theory. Time steps `h` make the
//! viscosity `(lambda h/2) coth(lambda h/2)` times too large; cells of width `d` add
//! `(lambda d)^2/(12 theta) (1 - lambda int e^(-lambda t) Y(t) dt)`, where `Y` is the memory that a particle has of its
//! place in a cell, `Y = sum_j 6/(pi j)^2 exp(-2 (pi j t)^2 theta/d^2)` for free flight.

use super::{RELAXATION, failed, unit_gas};
use crate::arrows::experiments::{flow, kinetic_knudsen};
use crate::verify::{Arrow, Claim, Curve, Finding, Plot, Settings, Study, Table, Task, power};
use omd_flow::{Matrix3, Vector3};
use omd_kinetic::boltzmann::spatial::PlaneWave;
use omd_kinetic::boltzmann::{Spatial, SpatialParameters};
use std::f64::consts::{PI, TAU};

/// `2 pi sqrt(theta)/lambda`, the Knudsen number of the wave.
const WAVE_KNUDSEN: f64 = 0.25;
const PERIODS: [i32; 3] = [0, 1, 0];
/// Of the velocity at the start, in thermal velocities.
const VELOCITY: f64 = 0.5;
/// Steps to the end, and cells along the wave.
const STEPS: [usize; 4] = [8, 16, 32, 64];
const CELLS: [usize; 4] = [8, 16, 32, 128];
/// The other one of each study.
const FINE_CELLS: usize = 128;
const FINE_STEPS: usize = 32;

/// `lambda`.
fn relaxation() -> f64 {
    TAU / WAVE_KNUDSEN
}

/// The wave falls to about `1/e`.
fn end() -> f64 {
    relaxation() / (TAU * TAU)
}

/// The relative error of the viscosity that a step `h` makes.
fn step_error(steps: usize) -> f64 {
    let half = 0.5 * relaxation() * end() / steps as f64;
    half / half.tanh() - 1.0
}

/// The relative error of the viscosity that cells make.
fn cell_error(cells: usize) -> f64 {
    let width = relaxation() / cells as f64;
    // lambda int e^(-lambda t) exp(-2 (pi j t)^2 theta/d^2) dt, by the midpoint rule; the integrand is smooth.
    let memory = |j: usize| {
        let a = 2.0 * (PI * j as f64 / width).powi(2);
        let reach = 6.0 / a.sqrt();
        let points = 400;
        let sum: f64 =
            (0..points).map(|i| (i as f64 + 0.5) * reach / f64::from(points)).map(|t| (-t - a * t * t).exp()).sum();
        sum * reach / f64::from(points)
    };
    let kept: f64 = (1..200).map(|j| 6.0 / (PI * j as f64).powi(2) * memory(j)).sum();
    width * width / 12.0 * (1.0 - kept)
}

/// Steps and cells of the runs.
fn runs() -> Vec<(usize, usize)> {
    let steps = STEPS.map(|steps| (steps, FINE_CELLS));
    let cells = CELLS.map(|cells| (FINE_STEPS, cells));
    steps.into_iter().chain(cells).collect()
}

pub(super) fn study(settings: Settings) -> Study {
    let (particles, replicas) = settings.choose((60_000, 16), (1_000_000, 48));
    let mut tasks = Vec::new();
    for (run, (steps, cells)) in runs().into_iter().enumerate() {
        for replica in 0..replicas {
            let stream = ((2 << 20) + run * replicas + replica) as u64;
            let seconds = 4e-8 * (particles * steps) as f64;
            tasks.push(Task::new(
                format!("{steps} steps, {cells} cells, run {run}, replica {replica}"),
                seconds,
                move |interrupt| {
                    let knudsen = kinetic_knudsen(&settings, RELAXATION / relaxation());
                    let wave = PlaneWave {
                        periods: PERIODS,
                        density: 0.0,
                        velocity: Vector3::new(VELOCITY, 0.0, 0.0),
                        temperature: 0.0,
                    };
                    let given = SpatialParameters {
                        divisions: [1, cells, 1],
                        time_step: end() / steps as f64,
                        wave: Some(wave),
                        ..unit_gas(&settings, &flow(Matrix3::zeros())?, knudsen, particles, stream)
                    };
                    let mut gas = Spatial::new(given).map_err(failed)?;
                    interrupt.advance(&mut gas, end())?;
                    Ok(vec![gas.mode(PERIODS).velocity[0][0]])
                },
            ));
        }
    }
    Study {
        arrow: Arrow::KineticSymmetry,
        name: "steps-and-cells",
        title: "Errors of time steps and cells in the decay of a shear wave",
        input: format!(
            "Maxwell molecules at rest, m = n = T = 1, a shear wave of the velocity {VELOCITY} and the length 1, 2 pi mean flights/length = {WAVE_KNUDSEN}, t = {:.6}; {replicas} replicas of {particles} particles; steps {STEPS:?} with {FINE_CELLS} cells, cells {CELLS:?} with {FINE_STEPS} steps",
            end()
        ),
        tasks,
        judge: Box::new(move |results| judge(replicas, results)),
    }
}

/// What theory takes for nothing, of the error: the wave's own change across a cell, `(k d)^2/12` as in the mean of a sine.
fn across_cells(cells: usize) -> f64 {
    (TAU / cells as f64).powi(2) / 12.0
}

/// Name, numbers from coarse to fine, theory of the error, the number times the size in natural units, and what theory neglects.
type Case<'a> = (&'a str, &'a [usize], fn(usize) -> f64, f64, fn(usize) -> f64);

fn judge(replicas: usize, results: &[Vec<f64>]) -> Finding {
    // The exponent of the decay and its standard error.
    let exponents: Vec<[f64; 2]> = results
        .chunks(replicas)
        .map(|found| {
            let count = found.len() as f64;
            let mean = found.iter().map(|row| row[0]).sum::<f64>() / count;
            let square = found.iter().map(|row| (row[0] - mean).powi(2)).sum::<f64>() / (count * (count - 1.0));
            [(VELOCITY / mean).ln(), square.sqrt() / mean]
        })
        .collect();
    let mut finding = Finding::default();
    let mut table = Table {
        caption: "Exponent of the decay, its error against the finest and what theory says of it".to_owned(),
        header: ["steps", "cells", "exponent", "standard error", "above the finest", "standard error", "theory"]
            .map(str::to_owned)
            .to_vec(),
        rows: Vec::new(),
    };
    let mut plot = Plot {
        title: "Error of the decay's exponent".to_owned(),
        x: "step in relaxation times, cell in flights during one".to_owned(),
        y: "error".to_owned(),
        logarithmic: [true, true],
        curves: Vec::new(),
    };
    let cases: [Case<'_>; 2] = [
        ("time step", &STEPS, step_error, relaxation() * end(), |_| 0.0),
        ("width of the cells", &CELLS, cell_error, relaxation(), across_cells),
    ];
    for (case, (name, numbers, theory, scale, neglected)) in cases.into_iter().enumerate() {
        let found = &exponents[4 * case..4 * case + 4];
        let [finest, finest_error] = found[3];
        let (mut points, mut ratios, mut curves) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
        for (&number, &[exponent, error]) in numbers.iter().zip(found) {
            let (steps, cells) = runs()[4 * case + numbers.iter().position(|&n| n == number).unwrap_or(0)];
            let (above, above_error) = (exponent - finest, error.hypot(finest_error));
            // The exponent is that of the viscosity in the limit of long waves.
            let expected = theory(number) - theory(numbers[3]);
            let mut row = vec![format!("{steps}"), format!("{cells}"), format!("{exponent:.4}"), format!("{error:.4}")];
            if number != numbers[3] {
                let x = scale / number as f64;
                row.extend([above, above_error, expected].map(|x| format!("{x:.4}")));
                points.push([x, above, above_error.hypot(neglected(number) * expected)]);
                ratios.push([expected, above, above_error]);
                curves[0].push([x, above, above_error]);
                curves[1].push([x, expected, 0.0]);
            }
            table.rows.push(row);
        }
        // The order of theory over the same points with the same weights.
        let of_theory: Vec<[f64; 3]> =
            curves[1].iter().zip(&points).map(|(theory, p)| [p[0], theory[1], p[2]]).collect();
        let (fit, theory_fit) = (power(&points, 1.0), power(&of_theory, 1.0));
        finding.claims.push(Claim::fitted_order(format!("{name}: order of the error"), &fit, theory_fit.order));
        // The size: errors over what theory says, by least squares through the origin.
        let sum = |f: &dyn Fn(&[f64; 3]) -> f64| ratios.iter().map(|r| f(r) / (r[2] * r[2])).sum::<f64>();
        let weight = sum(&|r| r[0] * r[0]);
        finding.claims.push(Claim::value(
            format!("{name}: error over that of theory for long waves"),
            sum(&|r| r[0] * r[1]) / weight,
            // Beyond noise, waves of finite length: of the order of their Knudsen number squared.
            weight.recip().sqrt().hypot(WAVE_KNUDSEN * WAVE_KNUDSEN),
            1.0,
            0.3,
        ));
        let [simulated, of_theory] = curves;
        plot.curves.push(Curve { label: name.to_owned(), points: simulated, is_theory: false });
        plot.curves.push(Curve { label: format!("{name}, theory"), points: of_theory, is_theory: true });
    }
    finding.tables.push(table);
    finding.plots.push(plot);
    finding
}
