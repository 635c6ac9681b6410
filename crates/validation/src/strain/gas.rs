//! A gas of WCA atoms through any strain: work balance and cost per step.

use crate::molecular_runs::{ThreadClock, advance_looking, kinetic_energy, matrix, work_residual};
use omd_flow::{AffineFlow, Description, Matrix3, Philox, Vector3, lattice};
use omd_interaction::PairPotential;
use omd_molecular::{Atoms, DrawnPositions, LatticeChoice, Model, Molecular, Scheme, StepControl};

/// Atoms of a run.
pub const ATOMS: usize = 500;

/// A flow, a gas and a step.
pub struct GasCase {
    /// What it is called.
    pub name: &'static str,
    /// Rows of `A`.
    pub rows: [[f64; 3]; 3],
    /// How long.
    pub end: f64,
    /// Number density at the start.
    pub density: f64,
    /// Temperature at the start.
    pub temperature: f64,
    /// The step at that temperature.
    pub time_step: f64,
}

/// Shear along the last edge with small ones across, so that its rate changes sign: entry 13 of `A - t A^2` goes from `K` to `-K/2`.
const ACROSS: f64 = 0.1 / 25.8;

/// The runs: those that the bounds are about first.
pub const CASES: [GasCase; 8] = [
    case("simple shear", [[0.0, 0.05, 0.0], [0.0; 3], [0.0; 3]], 20_000.0, 0.3, 4.0, 0.0025),
    case("combined orthogonal shear", [[0.0, ACROSS, 0.1], [0.0, 0.0, ACROSS], [0.0; 3]], 1e4, 0.3, 4.0, 0.0025),
    case("rotating", [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0; 3]], 100.0, 0.05, 1.0, 0.0004),
    case("dilatation", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], 99.0, 0.05, 1.0, 0.00004),
    case("simple shear, fast and dilute", [[0.0, 1.0, 0.0], [0.0; 3], [0.0; 3]], 60.0, 0.05, 1.0, 0.006),
    case("combined, equal rates", [[0.0, 0.1, 0.1], [0.0, 0.0, 0.1], [0.0; 3]], 150.0, 0.1, 1.0, 0.006),
    case("rotating, slow and dense", [[0.0, -0.1, 0.0], [0.1, 0.0, 0.0], [0.0; 3]], 1000.0, 0.3, 1.0, 0.001),
    case("dilatation, slow", [[0.1, 0.0, 0.0], [0.0, 0.1, 0.0], [0.0, 0.0, 0.1]], 990.0, 0.05, 1.0, 0.0002),
];

const fn case(
    name: &'static str,
    rows: [[f64; 3]; 3],
    end: f64,
    density: f64,
    temperature: f64,
    time_step: f64,
) -> GasCase {
    GasCase { name, rows, end, density, temperature, time_step }
}

/// What a run showed.
pub struct GasRun {
    /// Frobenius norm of `F` at the end.
    pub strain: f64,
    /// `J` at the end.
    pub volume_ratio: f64,
    /// Temperature at the end.
    pub temperature: f64,
    /// Steps taken.
    pub steps: u64,
    /// Lists built.
    pub builds: u64,
    /// The largest residual of the work balance in units of the kinetic energy of that time.
    pub worst: f64,
    /// When it was.
    pub worst_time: f64,
    /// The same at the end.
    pub last: f64,
    /// The smallest image distance, as the run's facts have it.
    pub shortest: f64,
    /// Microseconds a step, median over the blocks of the first and of the last quarter of the steps.
    pub cost: [f64; 2],
    /// Lists built for a step, in the first and in the last quarter of the steps.
    pub builds_per_step: [f64; 2],
    /// The largest deviation of a force from the sum over all images at the end, in units of the largest force.
    pub force_error: f64,
    /// Looks at the work balance, one every 40 steps.
    pub looks: usize,
    /// Seconds on the processor.
    pub seconds: f64,
    /// Why it stopped before its end, if it did.
    pub stop: Option<String>,
}

/// A reading of the counters.
#[derive(Clone, Copy)]
struct Reading {
    steps: u64,
    builds: u64,
    seconds: f64,
}

/// Runs one case.
///
/// # Panics
/// Where there is no start.
#[must_use]
pub fn run(case: &GasCase) -> GasRun {
    let flow = AffineFlow::new(matrix(case.rows)).expect("finite");
    let model = Model { flow: flow.clone(), potential: PairPotential::wca(1.0, 1.0), mass: 1.0 };
    let (positions, cell) = (DrawnPositions::Random, LatticeChoice::Cubic);
    let covariance = Matrix3::identity() * case.temperature;
    let random = &mut Philox::new(7, 0);
    let atoms = Atoms::drawn(&model, ATOMS, case.density, positions, &cell, &covariance, case.end, random);
    let scheme = Scheme { time_step: case.time_step, control: StepControl::Thermal };
    let mut molecular = Molecular::new(&model, scheme, &atoms.expect("a start")).expect("a start");
    let clock = ThreadClock::start();
    let begin = clock.seconds();
    let mut readings = Vec::new();
    let (mut worst, mut worst_time, mut last) = (0.0f64, 0.0, 0.0);
    let outcome = advance_looking(&mut molecular, case.end, 1, |molecular| {
        let row = molecular.observe();
        last = work_residual(&row).abs() / kinetic_energy(&row, ATOMS);
        if last > worst {
            (worst, worst_time) = (last, row.time);
        }
        let (steps, builds) = (molecular.steps(), molecular.list_builds());
        readings.push(Reading { steps, builds, seconds: clock.seconds() - begin });
    });
    let time = molecular.time();
    let facts = molecular.facts();
    let shortest =
        facts.iter().find(|(name, _)| *name == "smallest image distance").and_then(|(_, value)| value.parse().ok());
    let quarters = [quarter(&readings, 0), quarter(&readings, 3)];
    GasRun {
        strain: flow.deformation(time).norm(),
        volume_ratio: flow.volume_ratio(time),
        temperature: molecular.observe().temperature,
        steps: molecular.steps(),
        builds: molecular.list_builds(),
        worst,
        worst_time,
        last,
        shortest: shortest.unwrap_or(f64::NAN),
        cost: quarters.map(|(cost, _)| cost),
        builds_per_step: quarters.map(|(_, builds)| builds),
        force_error: force_error(&molecular, &model.potential),
        looks: readings.len(),
        seconds: clock.seconds() - begin,
        stop: outcome.err().map(|stop| stop.to_string()),
    }
}

/// Microseconds a step, median of eight blocks of equally many looks, and lists built for a step, in one quarter.
fn quarter(readings: &[Reading], which: usize) -> (f64, f64) {
    let at = |part: usize| readings[(part * (readings.len() - 1)) / 32];
    let mut costs: Vec<f64> = (8 * which..8 * (which + 1))
        .map(|part| {
            let (from, to) = (at(part), at(part + 1));
            (to.seconds - from.seconds) * 1e6 / (to.steps - from.steps).max(1) as f64
        })
        .collect();
    costs.sort_by(f64::total_cmp);
    let (from, to) = (at(8 * which), at(8 * (which + 1)));
    let builds = (to.builds - from.builds) as f64 / (to.steps - from.steps).max(1) as f64;
    (0.5 * (costs[3] + costs[4]), builds)
}

/// The largest deviation of a force from the sum over all images of all atoms, in units of the largest force.
fn force_error(molecular: &Molecular, potential: &PairPotential) -> f64 {
    let end = molecular.atoms();
    let edges = lattice::reduce(&molecular.group().edges(molecular.time())).basis;
    let inverse = edges.try_inverse().expect("a cell");
    let cutoff = potential.cutoff().expect("a cutoff");
    // After removing the nearest integers a fraction is at most one half.
    let reach = [0, 1, 2].map(|k| (cutoff * inverse.row(k).norm() + 0.5).floor() as i32);
    let mut labels = Vec::new();
    for i in -reach[0]..=reach[0] {
        for j in -reach[1]..=reach[1] {
            labels.extend((-reach[2]..=reach[2]).map(|k| edges * Vector3::new(i, j, k).map(f64::from)));
        }
    }
    let force_on = |x: &Vector3<f64>| {
        let mut force = Vector3::zeros();
        for y in &end.positions {
            let nearest = x - y - edges * (inverse * (x - y)).map(f64::round);
            for label in &labels {
                let separation = nearest - label;
                let distance = separation.norm();
                if distance > 1e-9 && distance < cutoff {
                    force -= separation * (potential.derivative(distance) / distance);
                }
            }
        }
        force
    };
    let expected: Vec<Vector3<f64>> = end.positions.iter().map(force_on).collect();
    let largest = expected.iter().map(Vector3::norm).fold(f64::MIN_POSITIVE, f64::max);
    molecular.forces().iter().zip(&expected).map(|(a, b)| (a - b).norm() / largest).fold(0.0, f64::max)
}
