//! The finite system bound by springs, whose mean-field equation (15) has a solution in closed form.
//!
//! In the laboratory's frame an atom of the limit swings about the origin with `omega^2 = k`, one of N atoms about the mean of them
//! all, which moves freely: `|z_N(t) - z(t)|` is the same for every atom and, but for rounding, what the mean of the sample
//! makes of it. Theorem 2.7 without anything in the way: order 1 in N^(-1/2), with a number in front of it that is known.
//! And two clouds one displaced against the other stay so: W1 is the length of the displacement, so that the bound of
//! Theorem 2.5 stands beside a distance that is exact.

use super::{Case, END, ball, curve, logarithms, pool, rows_of};
use crate::arrows::experiments::{flow, reduced_flow, rows};
use crate::statistics::greater;
use crate::verify::{Claim, Finding, Interrupt, Plot, Settings, Study, Table, Task, TaskError, power};
use nalgebra::{Matrix6, Vector6};
use omd_flow::{AffineFlow, Matrix3, Vector3};
use omd_interaction::{Harmonic, SmoothForm};
use omd_kinetic::mean_field::{Cloud, ForceMethod, MeanField, MeanFieldParameters, Order, Stability};
use omd_kinetic::wasserstein::exact;

const STIFFNESS: f64 = 1.0;
const FORM: SmoothForm = SmoothForm::Harmonic(Harmonic { stiffness: STIFFNESS });
/// Standard deviation of each coordinate at the start.
const WIDTH: f64 = 0.8;
/// How far the displaced clouds are apart at the start, and how many points they have.
const DISPLACEMENT: f64 = 0.3;
const DISPLACED: usize = 128;
/// Of `|z_N - z|` and of W1 between displaced clouds over what they are: rounding, and the error of the integrator.
const ACCURATE: f64 = 1e-7;

pub(super) fn study(settings: Settings, case: Case) -> Study {
    let counts: Vec<usize> = settings.choose(vec![64, 256, 1024, 4096], vec![64, 256, 1024, 4096, 16_384, 65_536]);
    let replicas = settings.choose(8, 32);
    let mut tasks = Vec::new();
    for &count in &counts {
        for replica in 0..replicas {
            tasks.push(Task::new(format!("{count}, {replica}"), 1e-6 * count as f64, move |interrupt| {
                deviation(&settings, case, count, replica, interrupt)
            }));
        }
    }
    for axis in 0..6 {
        tasks.push(Task::new(format!("displaced, {axis}"), 0.1, move |interrupt| {
            displaced(&settings, case, axis, interrupt)
        }));
    }
    Study {
        arrow: case.arrow,
        name: case.names[2],
        title: case.titles[2],
        input: format!(
            "clouds of N particles in a ball (standard deviations {WIDTH} in x and w), weights 1/N, U = r^2/2, A = {}, t = {END}, against the exact solution of (15) from the same points; N = {counts:?}, {replicas} clouds; W1 between two clouds of {DISPLACED} points displaced by {DISPLACEMENT} along each axis of phase space",
            rows(&case.gradient())
        ),
        tasks,
        judge: Box::new(move |results| judge(&counts, replicas, results)),
    }
}

fn cloud(settings: &Settings, count: usize, stream: u64) -> Result<Cloud, TaskError> {
    ball(settings, count, [WIDTH; 2], (6 << 40) | stream)
}

/// The cloud at the end, under the flow of the reduced description.
fn moved(
    settings: &Settings,
    case: Case,
    cloud: Cloud,
    interrupt: Interrupt<'_>,
) -> Result<Vec<Vector6<f64>>, TaskError> {
    let parameters = MeanFieldParameters {
        flow: reduced_flow(settings, &flow(case.gradient())?)?,
        form: FORM,
        mass: 1.0,
        number_density: 1.0,
        time_step: 0.02,
        order: Order::Six,
        method: ForceMethod::Direct,
    };
    let mut run = MeanField::new(parameters, cloud).map_err(TaskError::failed)?;
    interrupt.advance(&mut run, END)?;
    Ok(points(run.positions(), &run.peculiar_velocities()))
}

fn points(positions: &[Vector3<f64>], velocities: &[Vector3<f64>]) -> Vec<Vector6<f64>> {
    positions.iter().zip(velocities).map(|(x, w)| Vector6::new(x.x, x.y, x.z, w.x, w.y, w.z)).collect()
}

/// The linear map `(x, w)(0) -> (x, w)(t)` of an atom on a spring of `stiffness` fixed at the origin, or free at 0.
fn map(flow: &AffineFlow, stiffness: f64, time: f64) -> Matrix6<f64> {
    let omega = stiffness.sqrt();
    let (cosine, sine) = ((omega * time).cos(), if omega > 0.0 { (omega * time).sin() / omega } else { time });
    let (before, after) = (flow.velocity_gradient_at_zero(), flow.velocity_gradient(time));
    let one = Matrix3::identity();
    // x = c x0 + s v0, v = -k s x0 + c v0, with v0 = w0 + A x0 and w = v - L(t) x.
    let position = [one * cosine + before * sine, one * sine];
    let velocity = [before * cosine - one * (stiffness * sine), one * cosine];
    let mut map = Matrix6::zeros();
    for (column, (x, v)) in position.into_iter().zip(velocity).enumerate() {
        map.fixed_view_mut::<3, 3>(0, 3 * column).copy_from(&x);
        map.fixed_view_mut::<3, 3>(3, 3 * column).copy_from(&(v - after * x));
    }
    map
}

/// The mean of `|z_N(t) - z(t)|` over the particles, and its largest difference from what the mean of the sample makes of it.
fn deviation(
    settings: &Settings,
    case: Case,
    count: usize,
    replica: usize,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    let start = cloud(settings, count, (count * 1000 + replica) as u64)?;
    let before = points(&start.positions, &start.velocities);
    let after = moved(settings, case, start, interrupt)?;
    let flow = flow(case.gradient())?;
    let (limit, free) = (map(&flow, STIFFNESS, END), map(&flow, 0.0, END));
    let centre = before.iter().sum::<Vector6<f64>>() / count as f64;
    let expected = (free - limit) * centre;
    let (mut sum, mut largest) = (0.0, 0.0f64);
    for (z, moved) in before.iter().zip(&after) {
        let deviation = moved - limit * z;
        sum += deviation.norm();
        largest = greater(largest, (deviation - expected).norm());
    }
    Ok(vec![sum / count as f64, largest])
}

/// W1 at the end between two clouds displaced along an axis of phase space, over the exact one, over that at the start and
/// over what Theorem 2.5 allows.
fn displaced(settings: &Settings, case: Case, axis: usize, interrupt: Interrupt<'_>) -> Result<Vec<f64>, TaskError> {
    let first = cloud(settings, DISPLACED, axis as u64)?;
    let mut second = first.clone();
    let mut offset = Vector6::zeros();
    offset[axis] = DISPLACEMENT;
    for (x, w) in second.positions.iter_mut().zip(&mut second.velocities) {
        *x += offset.fixed_rows::<3>(0);
        *w += offset.fixed_rows::<3>(3);
    }
    let mut clouds = Vec::new();
    let mut radius = 0.0f64;
    for start in [first, second] {
        let before = points(&start.positions, &start.velocities);
        let after = moved(settings, case, start, interrupt)?;
        radius = before.iter().chain(&after).map(Vector6::norm).fold(radius, f64::max);
        clouds.push(after.iter().map(|z| (*z).into()).collect::<Vec<[f64; 6]>>());
    }
    let plan = exact(&clouds[0], &clouds[1]);
    let distance = plan.ok_or_else(|| TaskError::failed("clouds of different sizes"))?.distance;
    let flow = flow(case.gradient())?;
    let expected = (map(&flow, 0.0, END) * offset).norm();
    let bound = Stability::new(&flow, &FORM, 1.0, radius, END).one_sided_bound(END);
    Ok(vec![distance / expected, distance / DISPLACEMENT, distance / DISPLACEMENT / bound])
}

fn judge(counts: &[usize], replicas: usize, results: &[Vec<f64>]) -> Finding {
    let (clouds, displaced) = results.split_at(counts.len() * replicas);
    let mut points = logarithms(counts, replicas, &clouds.iter().map(|row| row[0]).collect::<Vec<_>>());
    pool(&mut points);
    let falling: Vec<[f64; 3]> = points.iter().map(|&[x, y, e]| [(-0.5 * x).exp(), y.exp(), y.exp() * e]).collect();
    let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, greater);
    Finding {
        claims: vec![
            Claim::fitted_order("mean of |z_N - z| at the end, order in N^(-1/2)", &power(&falling, 2.0), 1.0),
            Claim::below(
                "largest difference of z_N - z from what the mean of the sample makes of it",
                largest(&mut clouds.iter().map(|row| row[1])),
                ACCURATE,
            ),
            Claim::below(
                "displaced clouds: W1 off the exact one, relative, largest",
                largest(&mut displaced.iter().map(|row| (row[0] - 1.0).abs())),
                ACCURATE,
            ),
            Claim::below(
                "displaced clouds: growth of W1 over the bound of Theorem 2.5, largest",
                largest(&mut displaced.iter().map(|row| row[2])),
                1.0,
            ),
        ],
        tables: vec![
            Table {
                caption: format!("Distance of every particle from the exact solution of (15) at t = {END}"),
                header: ["N", "mean of |z_N - z|", "standard error"].map(str::to_owned).to_vec(),
                rows: rows_of(&[&points], counts),
            },
            Table {
                caption: "Two clouds, one displaced along an axis of (x, w)".to_owned(),
                header: ["axis", "W1 at the end over that at the start", "over the bound of Theorem 2.5"]
                    .map(str::to_owned)
                    .to_vec(),
                rows: displaced
                    .iter()
                    .zip(["x", "y", "z", "w_x", "w_y", "w_z"])
                    .map(|(row, axis)| vec![axis.to_owned(), format!("{:.6}", row[1]), format!("{:.4}", row[2])])
                    .collect(),
            },
        ],
        plots: vec![Plot {
            title: "Distance from the exact solution of (15)".to_owned(),
            x: "N".to_owned(),
            y: "mean of |z_N - z|".to_owned(),
            logarithmic: [true, true],
            curves: vec![curve("N particles", &points)],
        }],
        ..Finding::default()
    }
}
