//! What becomes of a wave on the homogeneous solution.

use super::mode::{Amplitudes, ViscousMode, size};
use super::{RELAXATION, failed, unit_gas};
use crate::arrows::experiments::{VISCOSITY, flow, full_flow, kinetic_knudsen, reduced_flow, rows};
use crate::verify::{Arrow, Claim, Curve, Finding, Interrupt, Plot, Settings, Study, Table, Task, TaskError};
use nalgebra::{DMatrix, DVector};
use omd_flow::{AffineFlow, Matrix3, Vector3};
use omd_hydro::prepared_temperature_tensor;
use omd_kinetic::boltzmann::spatial::{Mode, PlaneWave};
use omd_kinetic::boltzmann::{Spatial, SpatialParameters};
use std::f64::consts::TAU;

const PERIODS: [i32; 3] = [1, 0, 0];
/// Of the density, the temperature and the velocity (x, y, z) at the start, in units of the wave's amplitude.
const START: [f64; 5] = [1.0, 1.0, 0.0, 1.0, 1.0];
const END: f64 = 0.5;
const SAMPLES: usize = 10;

/// What decides the numbers of the waves at small Kn, beside Kn.
#[derive(Clone, Copy, Debug)]
struct Viscous {
    particles: usize,
    replicas: usize,
    /// Of the wave: so small that what waves make of each other, of the order of its cube, is within the noise.
    amplitude: f64,
    /// Steps and widths of cells, in relaxation times of the stress and in flights during one: each makes the
    /// viscosity wrong by a twelfth of the square.
    resolution: f64,
}

impl Viscous {
    fn of(settings: &Settings) -> Self {
        settings.choose(
            Self { particles: 25_000, replicas: 12, amplitude: 0.1, resolution: 0.35 },
            Self { particles: 200_000, replicas: 32, amplitude: 0.05, resolution: 0.2 },
        )
    }

    fn start(&self) -> Amplitudes {
        std::array::from_fn(|k| START.get(k).map_or(0.0, |share| share * self.amplitude))
    }
}

fn flows() -> [(&'static str, Matrix3<f64>); 3] {
    [
        ("simple shear", Matrix3::new(0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
        ("dilatation", Matrix3::identity()),
        ("full", full_flow() * 2.0),
    ]
}

fn amplitudes(mode: &Mode) -> Amplitudes {
    let [x, y, z] = mode.velocity;
    let all = [mode.density, mode.temperature, x, y, z];
    std::array::from_fn(|k| all[k % 5][k / 5])
}

fn sample_time(sample: usize) -> f64 {
    END * sample as f64 / SAMPLES as f64
}

/// The wave at small Kn.
pub(super) fn viscous(settings: Settings) -> Study {
    let knudsen = settings.choose(vec![0.02, 0.014, 0.01, 0.007], vec![0.02, 0.014, 0.01, 0.007, 0.005]);
    let chosen = Viscous::of(&settings);
    let Viscous { particles, replicas, amplitude, resolution } = chosen;
    let mut tasks = Vec::new();
    for (case, (name, gradient)) in flows().into_iter().enumerate() {
        for (k, &kn) in knudsen.iter().enumerate() {
            for replica in 0..replicas {
                let stream = ((1 + case * knudsen.len() + k) << 12 | replica) as u64;
                let seconds = 3e-8 * particles as f64 * END * RELAXATION / (kn * resolution);
                tasks.push(Task::new(format!("{name}, Kn = {kn}, replica {replica}"), seconds, move |interrupt| {
                    follow(&settings, gradient, kn, chosen, stream, interrupt)
                }));
            }
        }
    }
    Study {
        arrow: Arrow::KineticSymmetry,
        name: "waves-viscous",
        title: "A wave on the homogeneous solution decays as the linearised Navier-Stokes equations say",
        input: format!(
            "Maxwell molecules, m = n = T = 1, viscosity 2 T at Kn = 1, Chapman-Enskog stress of the flow; waves of the density, the temperature and the velocity with the amplitudes {amplitude} times {START:?} (density, temperature, x, y, z) and m = {PERIODS:?} in the unit cube; t = 0 .. {END}; {replicas} replicas of {particles} particles; steps and cells of {resolution} relaxation times and flights; A = {}; Kn = {knudsen:?}",
            flows().map(|(name, gradient)| format!("{name} {}", rows(&gradient))).join(", ")
        ),
        tasks,
        judge: Box::new(move |results| judge_viscous(&settings, &knudsen, chosen, results)),
    }
}

fn follow(
    settings: &Settings,
    gradient: Matrix3<f64>,
    knudsen: f64,
    chosen: Viscous,
    stream: u64,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    let flow = flow(gradient)?;
    let knudsen = kinetic_knudsen(settings, knudsen);
    let relaxation = RELAXATION / knudsen;
    let covariance = prepared_temperature_tensor(&flow, 1.0, 1.0, VISCOSITY, knudsen)
        .map_err(|limit| TaskError::Failed(format!("Kn = {knudsen} is above {limit}")))?;
    let [density, temperature, x, y, z, ..] = chosen.start();
    let given = SpatialParameters {
        covariance,
        divisions: [(relaxation / chosen.resolution).ceil() as usize, 1, 1],
        time_step: chosen.resolution / relaxation,
        wave: Some(PlaneWave { periods: PERIODS, density, velocity: Vector3::new(x, y, z), temperature }),
        ..unit_gas(settings, &flow, knudsen, chosen.particles, stream)
    };
    let mut gas = Spatial::new(given).map_err(failed)?;
    let mut numbers = amplitudes(&gas.mode(PERIODS)).to_vec();
    for sample in 1..=SAMPLES {
        interrupt.advance(&mut gas, sample_time(sample))?;
        numbers.extend(amplitudes(&gas.mode(PERIODS)));
    }
    Ok(numbers)
}

/// Means over replicas and their standard errors, by samples.
fn means(found: &[Vec<f64>], sample: usize) -> ([f64; 10], [f64; 10]) {
    let count = found.len() as f64;
    let value = |row: &Vec<f64>, k: usize| row[10 * sample + k];
    let mean: [f64; 10] = std::array::from_fn(|k| found.iter().map(|row| value(row, k)).sum::<f64>() / count);
    let square = |k: usize| found.iter().map(|row| (value(row, k) - mean[k]).powi(2)).sum::<f64>();
    (mean, std::array::from_fn(|k| (square(k) / (count * (count - 1.0))).sqrt()))
}

/// `a` of `a + b Kn^2 + c Kn^3` by least squares through `(Kn, y, standard error of y)`, and its standard error: the
/// equations are of second order, and Kn over the length of the wave is no longer very small at the largest Kn.
fn extrapolated(points: &[[f64; 3]]) -> Option<[f64; 2]> {
    let largest = points.iter().map(|point| point[0]).fold(0.0, f64::max);
    let matrix = DMatrix::from_fn(points.len(), 3, |i, j| (points[i][0] / largest).powi([0, 2, 3][j]) / points[i][2]);
    let values = DVector::from_fn(points.len(), |i, _| points[i][1] / points[i][2]);
    let inverse = (matrix.transpose() * &matrix).try_inverse()?;
    let solution = &inverse * matrix.transpose() * values;
    Some([solution[0], inverse[(0, 0)].sqrt()])
}

fn judge_viscous(settings: &Settings, knudsen: &[f64], chosen: Viscous, results: &[Vec<f64>]) -> Finding {
    let mut finding = Finding::default();
    let mut table = Table {
        caption: format!(
            "Size of the wave over that at the start, t = {END}, and the distance of its amplitudes from Navier-Stokes over the start's size"
        ),
        header: ["flow", "Kn", "simulated", "Navier-Stokes", "distance", "standard error"].map(str::to_owned).to_vec(),
        rows: Vec::new(),
    };
    let times: Vec<f64> = (0..=SAMPLES).map(sample_time).collect();
    let start = chosen.start();
    let mut found = results.chunks(chosen.replicas);
    for (name, gradient) in flows() {
        let mut plot = Plot {
            title: format!("{name}: size of a wave"),
            x: "t".to_owned(),
            y: "size".to_owned(),
            logarithmic: [false, true],
            curves: Vec::new(),
        };
        // Of each amplitude at the end: (Kn, distance, error).
        let mut distances: Vec<Vec<[f64; 3]>> = vec![Vec::new(); 10];
        let mut left = [0.0; 2];
        for &kn in knudsen {
            let rows = found.next().unwrap_or_default();
            let reduced = flow(gradient).and_then(|flow| reduced_flow(settings, &flow));
            let theory = reduced.ok().and_then(|flow| {
                let wave = Vector3::from(PERIODS.map(f64::from)) * TAU;
                ViscousMode { flow, knudsen: kn, viscosity: VISCOSITY, wave }.follow(&start, &times).ok()
            });
            // What cannot be solved is no number, and refutes the claims.
            let theory = theory.unwrap_or_else(|| vec![(f64::NAN, [f64::NAN; 10]); SAMPLES + 1]);
            let mut curve = Curve { label: format!("Kn = {kn}"), points: Vec::new(), is_theory: false };
            for (sample, (temperature, _)) in theory.iter().enumerate() {
                let (mean, error) = means(rows, sample);
                curve.points.push([
                    times[sample],
                    size(*temperature, &mean),
                    size(*temperature, &error) / 10f64.sqrt(),
                ]);
            }
            let (temperature, wanted) = theory[SAMPLES];
            let (mean, error) = means(rows, SAMPLES);
            let mut square = 0.0;
            for k in 0..10 {
                distances[k].push([kn, mean[k] - wanted[k], error[k]]);
                square += (mean[k] - wanted[k]).powi(2);
            }
            let [first, last, expected] = [size(1.0, &start), size(temperature, &mean), size(temperature, &wanted)];
            left = [last / first, size(temperature, &error) / first];
            table.rows.push(vec![
                name.to_owned(),
                format!("{kn}"),
                format!("{:.4}", last / first),
                format!("{:.4}", expected / first),
                format!("{:.4}", square.sqrt() / first),
                format!("{:.4}", error.iter().map(|e| e * e).sum::<f64>().sqrt() / first),
            ]);
            plot.curves.push(curve);
            plot.curves.push(Curve {
                label: format!("Navier-Stokes, Kn = {kn}"),
                points: theory.iter().zip(&times).map(|((t, z), &time)| [time, size(*t, z), 0.0]).collect(),
                is_theory: true,
            });
        }
        let chi_square = distances
            .iter()
            .map(|points| extrapolated(points).map_or(f64::NAN, |[value, error]| (value / error).powi(2)))
            .sum();
        finding.claims.push(Claim::noise(
            format!("{name}: the distance from Navier-Stokes vanishes for Kn to 0, faster than Kn"),
            chi_square,
            10,
        ));
        finding.claims.push(Claim::below(
            format!(
                "{name}: share of the wave that is left at t = {END} and the smallest Kn, and 3.29 standard errors"
            ),
            left[0] + 3.29 * left[1],
            1.0,
        ));
        finding.plots.push(plot);
    }
    finding.tables.push(table);
    finding
}

/// Kn of a gas that does not collide: 1e-6 collisions in all.
const NO_COLLISIONS: f64 = 1e12;
const DENSITY: f64 = 0.6;
const FREE_SAMPLES: usize = 4;
const FREE_END: f64 = 0.4;
const OBLIQUE: [i32; 3] = [1, -1, 0];

fn free_flows() -> [(&'static str, Matrix3<f64>); 4] {
    let [shear, _, full] = flows();
    let combined = Matrix3::new(0.0, 1.8, -1.2, 0.0, 0.0, 2.1, 0.0, 0.0, 0.0);
    // So fast that the wave is still there when the flow has carried the particles apart.
    [shear, ("combined shear", combined), ("dilatation", Matrix3::identity() * 4.0), full]
}

/// `t F^-T k0`, by which the phase of a particle moves per `p`.
fn shift(flow: &AffineFlow, time: f64) -> Vector3<f64> {
    flow.inverse_deformation(time).transpose() * Vector3::from(OBLIQUE.map(f64::from)) * (TAU * time)
}

/// The wave without collisions.
pub(super) fn free(settings: Settings) -> Study {
    let (particles, replicas) = settings.choose((50_000, 4), (1_000_000, 16));
    let mut tasks = Vec::new();
    for (case, (name, gradient)) in free_flows().into_iter().enumerate() {
        for replica in 0..replicas {
            let stream = ((1 << 20) + case * replicas + replica) as u64;
            tasks.push(Task::new(format!("{name}, replica {replica}"), 5e-7 * particles as f64, move |interrupt| {
                let flow = flow(gradient)?;
                let mut given = unit_gas(&settings, &flow, NO_COLLISIONS, particles, stream);
                given.wave = Some(PlaneWave {
                    periods: OBLIQUE,
                    density: DENSITY,
                    velocity: Vector3::zeros(),
                    temperature: 0.0,
                });
                let mut gas = Spatial::new(given).map_err(failed)?;
                let mut numbers = Vec::new();
                for sample in 1..=FREE_SAMPLES {
                    interrupt.advance(&mut gas, FREE_END * sample as f64 / FREE_SAMPLES as f64)?;
                    numbers.extend(gas.mode(OBLIQUE).density);
                }
                Ok(numbers)
            }));
        }
    }
    Study {
        arrow: Arrow::KineticSymmetry,
        name: "waves-without-collisions",
        title: "A density wave without collisions decays by the exact phase mixing, or stays where the gas expands",
        input: format!(
            "m = n = T = 1, Kn = {NO_COLLISIONS:e}, density wave of amplitude {DENSITY} with m = {OBLIQUE:?} in the unit cube; {replicas} replicas of {particles} particles, {FREE_SAMPLES} samples to t = {FREE_END}; A = {}",
            free_flows().map(|(name, gradient)| format!("{name} {}", rows(&gradient))).join(", ")
        ),
        tasks,
        judge: Box::new(move |results| judge_free(&settings, particles, replicas, results)),
    }
}

fn judge_free(settings: &Settings, particles: usize, replicas: usize, results: &[Vec<f64>]) -> Finding {
    let mut finding = Finding::default();
    let mut plot = Plot {
        title: "Amplitude of a density wave without collisions".to_owned(),
        x: "t".to_owned(),
        y: "amplitude".to_owned(),
        logarithmic: [false, false],
        curves: Vec::new(),
    };
    for ((name, gradient), found) in free_flows().into_iter().zip(results.chunks(replicas)) {
        let reduced = flow(gradient).and_then(|flow| reduced_flow(settings, &flow));
        let mut chi_square = 0.0;
        let mut curves = [false, true].map(|is_theory| Curve {
            label: format!("{name}{}", if is_theory { ", exact" } else { "" }),
            points: Vec::new(),
            is_theory,
        });
        let time = |sample: usize| FREE_END * (sample + 1) as f64 / FREE_SAMPLES as f64;
        // What cannot be solved is no number, and refutes the claim.
        let shifts: Vec<Vector3<f64>> = (0..FREE_SAMPLES)
            .map(|sample| reduced.as_ref().map_or(Vector3::repeat(f64::NAN), |flow| shift(flow, time(sample))))
            .collect();
        // The characteristic function of the Maxwellian.
        let decay = |shift: Vector3<f64>| (-0.5 * shift.norm_squared()).exp();
        let exact: Vec<f64> = shifts.iter().map(|&shift| DENSITY * decay(shift)).collect();
        for part in 0..2 {
            // Of independent particles in a density without a second harmonic.
            let of_means = if part == 0 { 0.5 } else { 0.0 };
            let covariance = DMatrix::from_fn(FREE_SAMPLES, FREE_SAMPLES, |i, j| {
                2.0 / particles as f64 * (decay(shifts[i] - shifts[j]) - of_means * exact[i] * exact[j])
            });
            let factor = covariance.clone().cholesky();
            for row in found {
                let deviation = DVector::from_fn(FREE_SAMPLES, |sample, _| {
                    row[2 * sample + part] - if part == 0 { exact[sample] } else { 0.0 }
                });
                let solved = factor.as_ref().map(|factor| factor.solve(&deviation));
                chi_square += solved.map_or(f64::NAN, |solved| deviation.dot(&solved));
            }
            for sample in (0..FREE_SAMPLES).filter(|_| part == 0) {
                let mean = found.iter().map(|row| row[2 * sample]).sum::<f64>() / found.len() as f64;
                let error = (covariance[(sample, sample)] / found.len() as f64).sqrt();
                curves[0].points.push([time(sample), mean, error]);
                curves[1].points.push([time(sample), exact[sample], 0.0]);
            }
        }
        plot.curves.extend(curves);
        let text = format!("{name}: amplitudes at all samples are exact but for the noise of counting");
        finding.claims.push(Claim::noise(text, chi_square, 2 * FREE_SAMPLES * found.len()));
    }
    finding.plots.push(plot);
    finding
}
