//! Arrow (4), mean field: weights 1/N and N to infinity take objective molecular dynamics to (15) and (16); and the same at
//! `A = 0`, the limit of Vlasov in arrow (2).
//!
//! In the homogeneous infinite system the force cancels in the limit: `p = F(t) w` of an atom stays where it was but for
//! fluctuations of order N^-1/2. In the finite system (15) two samples of one law part no faster than Theorem 2.5 lets
//! them, so that their distance falls with N at any time as it does at the start (Theorem 2.7).

mod harmonic;

use super::experiments::{flow, full_flow, reduced_flow, rows};
use crate::statistics::{greater, mean_and_error};
use crate::verify::{
    Arrow, Claim, Curve, Finding, Interrupt, Plot, Settings, Study, Table, Task, TaskError, line, power,
};
use omd_flow::{AffineFlow, Matrix3, Philox, Vector3};
use omd_interaction::{Gaussian, PairPotential, SmoothForm, Truncation};
use omd_kinetic::mean_field::{
    Cloud, CloudParameters, ForceMethod, MeanField, MeanFieldParameters, Order, Profile, Stability,
};
use omd_kinetic::wasserstein::exact;
use omd_molecular::{Atoms, Model, Molecular, Scheme, StepControl};
use std::sync::Arc;

const END: f64 = 1.0;
/// The homogeneous system: the edge of its cell, the width and the height of the repulsion of all N together.
const EDGE: f64 = 4.0;
const WIDTH: f64 = 0.5;
const CUTOFF: f64 = 1.9;
const STRENGTH: f64 = 8.0;

/// A limit of mean field.
#[derive(Clone, Copy)]
struct Case {
    arrow: Arrow,
    /// Of the homogeneous system, of the finite one and of the finite one bound by springs.
    names: [&'static str; 3],
    titles: [&'static str; 3],
}

const CASES: [Case; 2] = [
    Case {
        arrow: Arrow::MolecularToKinetic,
        names: ["vlasov-homogeneous", "vlasov-finite", "vlasov-springs"],
        titles: [
            "With weights 1/N at A = 0 the homogeneous system is left alone by its potential",
            "With weights 1/N at A = 0 two samples of one law stay as near as Theorems 2.5 and 2.7 say",
            "With weights 1/N and springs at A = 0 every particle tends to the exact solution of Vlasov's equation",
        ],
    },
    Case {
        arrow: Arrow::MeanFieldLimit,
        names: ["homogeneous", "finite", "springs"],
        titles: [
            "With weights 1/N the potential drops out of the homogeneous system, eq. (16)",
            "Two samples of one law stay as near as Theorems 2.5 and 2.7 say, eq. (15)",
            "With weights 1/N and springs every particle tends to the exact solution of (15)",
        ],
    },
];

impl Case {
    fn gradient(self) -> Matrix3<f64> {
        if self.arrow == Arrow::MeanFieldLimit { full_flow() } else { Matrix3::zeros() }
    }
}

pub(super) fn studies(settings: &Settings) -> Vec<Study> {
    CASES
        .into_iter()
        .flat_map(|case| [homogeneous(*settings, case), finite(*settings, case), harmonic::study(*settings, case)])
        .collect()
}

fn homogeneous(settings: Settings, case: Case) -> Study {
    let atoms: Vec<usize> = settings.choose(vec![64, 128, 256, 512, 1024], vec![64, 128, 256, 512, 1024, 2048, 4096]);
    let replicas = settings.choose(6, 64);
    let mut tasks = Vec::new();
    for &count in &atoms {
        for replica in 0..replicas {
            tasks.push(Task::new(format!("{count}, {replica}"), 2e-7 * (count * count) as f64, move |interrupt| {
                wandering(&settings, case, count, replica, interrupt)
            }));
        }
    }
    Study {
        arrow: case.arrow,
        name: case.names[0],
        title: case.titles[0],
        input: format!(
            "N atoms at random in a cube of edge {EDGE}, U = ({STRENGTH}/N) exp(-r^2/2 {WIDTH}^2) up to r = {CUTOFF}, shifted force, T = 1, A = {}, t = {END}; N = {atoms:?}, {replicas} replicas",
            rows(&case.gradient())
        ),
        tasks,
        judge: Box::new(move |results| judge_homogeneous(&atoms, replicas, results)),
    }
}

/// The homogeneous system, and how it starts.
pub(super) fn weighted_atoms(
    settings: &Settings,
    flow: &AffineFlow,
    count: usize,
    replica: usize,
    time_step: f64,
) -> Result<(Molecular, Atoms), TaskError> {
    let mut random = Philox::new(settings.seed, (2 << 40) | (count * 1000 + replica) as u64);
    let positions: Vec<Vector3<f64>> = (0..count).map(|_| Vector3::from_fn(|_, _| EDGE * random.uniform())).collect();
    let shifts = vec![Vector3::zeros(); count];
    let cell = Matrix3::identity() * EDGE;
    let atoms =
        Atoms::given(cell, positions, shifts, None, &Matrix3::identity(), &mut random).map_err(TaskError::failed)?;
    let form = Arc::new(Gaussian { epsilon: STRENGTH / count as f64, sigma: WIDTH });
    let potential = PairPotential::new(form, Some(CUTOFF), Truncation::ShiftedForce);
    let model = Model { flow: flow.clone(), potential, mass: 1.0 };
    let scheme = Scheme { time_step, control: StepControl::Fixed };
    let molecular = Molecular::new(&model, scheme, &atoms).map_err(TaskError::failed)?;
    Ok((molecular, atoms))
}

/// The mean of `|F(t) w - w(0)|`, the distance of `F w` from the law it started with, atom by atom: W1 is at most that.
fn wandering(
    settings: &Settings,
    case: Case,
    count: usize,
    replica: usize,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    let flow = flow(case.gradient())?;
    let (mut molecular, atoms) = weighted_atoms(settings, &flow, count, replica, 0.02)?;
    interrupt.advance(&mut molecular, END)?;
    let moved = molecular.atoms();
    let gradient = flow.velocity_gradient(END);
    let deformation = reduced_flow(settings, &flow)?.deformation(END);
    let apart = moved.positions.iter().zip(&moved.lab_velocities).zip(&atoms.peculiar);
    let sum: f64 = apart.map(|((x, v), w)| (deformation * (v - gradient * x) - w).norm()).sum();
    Ok(vec![sum / count as f64])
}

/// `(ln N, ln mean, relative error)` of replicas one after the other.
fn logarithms(counts: &[usize], replicas: usize, values: &[f64]) -> Vec<[f64; 3]> {
    let groups = counts.iter().zip(values.chunks(replicas));
    groups
        .map(|(&count, values)| {
            let (mean, error) = mean_and_error(values);
            [(count as f64).ln(), mean.ln(), error / mean]
        })
        .collect()
}

/// Takes the relative error to be the same for every N: it is where the law of the fluctuations is but for their size, a sum
/// of as many waves of the field or the mean of a cloud, and all replicas together say what it is.
fn pool(points: &mut [[f64; 3]]) {
    let spread = (points.iter().map(|point| point[2] * point[2]).sum::<f64>() / points.len() as f64).sqrt();
    points.iter_mut().for_each(|point| point[2] = spread);
}

fn curve(label: &str, points: &[[f64; 3]]) -> Curve {
    let points = points.iter().map(|[x, y, e]| [x.exp(), y.exp(), y.exp() * e]).collect();
    Curve { label: label.to_owned(), points, is_theory: false }
}

fn rows_of(points: &[&[[f64; 3]]], counts: &[usize]) -> Vec<Vec<String>> {
    let row = |(k, count): (usize, &usize)| {
        let numbers = points.iter().flat_map(|points| {
            let [_, y, e] = points[k];
            [format!("{:.4e}", y.exp()), format!("{:.1e}", y.exp() * e)]
        });
        std::iter::once(count.to_string()).chain(numbers).collect()
    };
    counts.iter().enumerate().map(row).collect()
}

fn judge_homogeneous(counts: &[usize], replicas: usize, results: &[Vec<f64>]) -> Finding {
    let values: Vec<f64> = results.iter().map(|row| row[0]).collect();
    let mut points = logarithms(counts, replicas, &values);
    pool(&mut points);
    // Fluctuations are normal to leading order and odd moments of them vanish: the next term is smaller by 1/N.
    let falling: Vec<[f64; 3]> = points.iter().map(|&[x, y, e]| [(-0.5 * x).exp(), y.exp(), y.exp() * e]).collect();
    Finding {
        claims: vec![Claim::fitted_order("mean of |F w - w(0)|, order in N^(-1/2)", &power(&falling, 2.0), 1.0)],
        tables: vec![Table {
            caption: format!("Distance from (16) at t = {END}"),
            header: ["N", "mean of |F w - w(0)|", "standard error"].map(str::to_owned).to_vec(),
            rows: rows_of(&[&points], counts),
        }],
        plots: vec![Plot {
            title: "Distance from the homogeneous mean-field solution (16)".to_owned(),
            x: "N".to_owned(),
            y: "mean of |F w - w(0)|".to_owned(),
            logarithmic: [true, true],
            curves: vec![curve("objective molecular dynamics", &points)],
        }],
        ..Finding::default()
    }
}

/// The finite system: a ball of this width that repels itself.
const FORM: SmoothForm = SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.5 });

fn finite(settings: Settings, case: Case) -> Study {
    let particles: Vec<usize> = settings.choose(vec![64, 128, 256, 512], vec![64, 128, 256, 512, 1024, 2048]);
    let pairs = settings.choose(8, 16);
    let mut tasks = Vec::new();
    for &count in &particles {
        for pair in 0..pairs {
            tasks.push(Task::new(format!("{count}, {pair}"), 2e-9 * (count as f64).powi(3), move |interrupt| {
                parting(&settings, case, count, pair, interrupt)
            }));
        }
    }
    Study {
        arrow: case.arrow,
        name: case.names[1],
        title: case.titles[1],
        input: format!(
            "pairs of clouds of N particles in a ball (width 0.8 in x, 0.5 in w), weights 1/N, U = 4 exp(-2 r^2), A = {}, t = 0 and {END}, exact W1 in six dimensions; N = {particles:?}, {pairs} pairs",
            rows(&case.gradient())
        ),
        tasks,
        judge: Box::new(move |results| judge_finite(&particles, pairs, results)),
    }
}

/// A cloud drawn from balls of positions and of velocities, coordinates with these standard deviations.
fn ball(settings: &Settings, particles: usize, [width, speed]: [f64; 2], stream: u64) -> Result<Cloud, TaskError> {
    let parameters = CloudParameters {
        particles,
        positions: Profile::Ball,
        width,
        velocities: Profile::Ball,
        covariance: Matrix3::identity() * (speed * speed),
        exact: false,
    };
    Cloud::drawn(&parameters, &mut Philox::new(settings.seed, stream)).map_err(TaskError::failed)
}

/// Sample `sample` of the finite system.
pub(super) fn cloud_of(
    settings: &Settings,
    flow: &AffineFlow,
    particles: usize,
    sample: usize,
    time_step: f64,
) -> Result<MeanField, TaskError> {
    let cloud = ball(settings, particles, [0.8, 0.5], (3 << 40) | sample as u64)?;
    let parameters = MeanFieldParameters {
        flow: flow.clone(),
        form: FORM,
        mass: 1.0,
        number_density: 1.0,
        time_step,
        order: Order::Four,
        method: ForceMethod::Direct,
    };
    MeanField::new(parameters, cloud).map_err(TaskError::failed)
}

/// W1 at the start and at the end, and its growth over what Theorem 2.5 allows.
fn parting(
    settings: &Settings,
    case: Case,
    count: usize,
    pair: usize,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    let flow = flow(case.gradient())?;
    let mut runs = Vec::new();
    for member in 0..2 {
        runs.push(cloud_of(settings, &flow, count, 2 * (count * 1000 + pair) + member, 0.05)?);
    }
    let mut distances = [0.0; 2];
    let mut radius = 0.0f64;
    for (distance, time) in distances.iter_mut().zip([0.0, END]) {
        let mut clouds = Vec::new();
        for run in &mut runs {
            interrupt.advance(run, time)?;
            let points: Vec<[f64; 6]> = run
                .positions()
                .iter()
                .zip(run.peculiar_velocities())
                .map(|(x, w)| [x.x, x.y, x.z, w.x, w.y, w.z])
                .collect();
            radius = points.iter().map(|z| z.iter().map(|c| c * c).sum::<f64>().sqrt()).fold(radius, f64::max);
            clouds.push(points);
        }
        interrupt.check()?;
        let plan = exact(&clouds[0], &clouds[1]);
        *distance = plan.ok_or_else(|| TaskError::failed("clouds of different sizes"))?.distance;
    }
    let bound = Stability::new(&flow, &FORM, 1.0, radius, END).one_sided_bound(END);
    Ok(vec![distances[0], distances[1], distances[1] / distances[0] / bound])
}

fn judge_finite(counts: &[usize], pairs: usize, results: &[Vec<f64>]) -> Finding {
    let column = |k: usize| -> Vec<f64> { results.iter().map(|row| row[k]).collect() };
    let (start, end) = (logarithms(counts, pairs, &column(0)), logarithms(counts, pairs, &column(1)));
    // Both distances of a pair come from the same samples: the slope of their ratio is the sharper comparison.
    let ratios: Vec<f64> = results.iter().map(|row| row[1] / row[0]).collect();
    let ratio = line(&logarithms(counts, pairs, &ratios));
    let largest = column(2).into_iter().fold(0.0, greater);
    Finding {
        claims: vec![Claim::at_most(
            "order in N of W1 at the end over W1 at the start",
            ratio.slope,
            ratio.slope_error,
            0.0,
            0.05,
        )],
        tables: vec![Table {
            caption: format!(
                "W1 between two samples; fitted orders {:.3} at the start, {:.3} at the end; -1/6 for large N; growth at most {largest:.1e} of what Theorem 2.5 allows",
                line(&start).slope,
                line(&end).slope
            ),
            header: ["N", "W1 at t = 0", "standard error", "W1 at the end", "standard error"]
                .map(str::to_owned)
                .to_vec(),
            rows: rows_of(&[&start, &end], counts),
        }],
        plots: vec![Plot {
            title: "W1 between two samples of one law".to_owned(),
            x: "N".to_owned(),
            y: "W1".to_owned(),
            logarithmic: [true, true],
            curves: vec![curve("t = 0", &start), curve(&format!("t = {END}"), &end)],
        }],
        ..Finding::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::judged;
    use crate::verify::{Fault, Verdict};

    #[test]
    fn the_potential_drops_out_and_a_wrong_sign_turns_the_arrow_red() {
        assert_eq!(judged("homogeneous", None), Verdict::Holds);
        assert_eq!(judged("homogeneous", Some(Fault::FlowSign)), Verdict::Fails);
        assert_eq!(judged("finite", None), Verdict::Holds);
        assert_eq!(judged("vlasov-homogeneous", None), Verdict::Holds);
        assert_eq!(judged("springs", None), Verdict::Holds);
        assert_eq!(judged("springs", Some(Fault::FlowSign)), Verdict::Fails);
        assert_eq!(judged("vlasov-springs", None), Verdict::Holds);
    }
}
