//! Atoms without interaction: the engine against exact flight, its images against those of the unreduced lattice.

use super::exact::{ExactFlight, Image, on_grid, ticks};
use crate::molecular_runs::matrix;
use omd_flow::{AffineFlow, Description, Free, Matrix3, Philox, Vector3, lattice};
use omd_interaction::PairPotential;
use omd_molecular::{Atoms, Model, Molecular, Scheme, StepControl};

/// Atoms of a run.
pub const ATOMS: usize = 500;
/// The step, exact in binary.
pub const TIME_STEP: f64 = 1.0 / 128.0;
/// Atoms around which images are counted.
const CENTRES: usize = 12;
/// The radius around them, in shortest lattice vectors.
const RADIUS: f64 = 1.5;

/// A flow and how far it goes.
pub struct FreeCase {
    /// What it is called.
    pub name: &'static str,
    /// Rows of `A`, integers.
    pub rows: [[f64; 3]; 3],
    /// A multiple of 16 ticks.
    pub end: f64,
}

/// The four flows.
pub const CASES: [FreeCase; 4] = [
    FreeCase { name: "simple shear", rows: [[0.0, 1.0, 0.0], [0.0; 3], [0.0; 3]], end: 1000.0 },
    FreeCase { name: "combined orthogonal shear", rows: [[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [0.0; 3]], end: 1000.0 },
    FreeCase { name: "rotating", rows: [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0; 3]], end: 100.0 },
    FreeCase { name: "dilatation", rows: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], end: 99.0 },
];

/// What was found at one time.
pub struct FreeRow {
    /// Time.
    pub time: f64,
    /// Frobenius norm of `F`.
    pub strain: f64,
    /// `J`.
    pub volume_ratio: f64,
    /// The shortest lattice vector, length.
    pub shortest: f64,
    /// `int |w|_rms dt`, how far atoms flew through the moving lattice.
    pub path: f64,
    /// The largest deviation from the straight path, length.
    pub position_error: f64,
    /// The largest deviation of a peculiar velocity, in units of their root mean square.
    pub peculiar_error: f64,
    /// Images within the radius of the centres.
    pub images: usize,
    /// Whether the two sets are equal.
    pub equal: bool,
    /// The closest that an image comes to the radius, relative to it.
    pub gap: f64,
    /// The largest deviation of an image's place relative to its centre, in units of the radius.
    pub image_error: f64,
}

/// A run of one case.
pub struct FreeRun {
    /// Rows at sixteen equal intervals.
    pub rows: Vec<FreeRow>,
    /// Steps taken.
    pub steps: u64,
    /// Lists built.
    pub builds: u64,
    /// The largest entry of `U`.
    pub largest_count: i64,
}

/// Atoms on the grid of exact starts, in a cell without symmetry.
fn start() -> Atoms {
    let cell = matrix([[1.0, 0.17, -0.11], [0.0, 0.96, 0.23], [0.0, 0.0, 1.05]]) * 17.1;
    let cell = cell.map(on_grid);
    let mut random = Philox::new(2024, 0);
    let mut positions = Vec::new();
    let mut peculiar = Vec::new();
    for _ in 0..ATOMS {
        let fraction = Vector3::from_fn(|_, _| random.uniform());
        positions.push((cell * fraction).map(on_grid));
        peculiar.push(Vector3::from_fn(|_, _| random.normal()).map(on_grid));
    }
    Atoms { cell, positions, shifts: vec![Vector3::zeros(); ATOMS], peculiar }
}

/// Runs one case; images are looked at every `every` rows and at the end.
///
/// # Panics
/// When the engine stops.
#[must_use]
pub fn run(case: &FreeCase) -> FreeRun {
    let flow = AffineFlow::new(matrix(case.rows)).expect("finite");
    // Energy zero: lists and images as for any gas, forces that are all zero.
    let model = Model { flow: flow.clone(), potential: PairPotential::wca(0.0, 1.0), mass: 1.0 };
    let atoms = start();
    let exact = ExactFlight::new(&matrix(case.rows), &atoms.cell, &atoms.positions, &atoms.peculiar);
    let scheme = Scheme { time_step: TIME_STEP, control: StepControl::Fixed };
    let mut molecular = Molecular::new(&model, scheme, &atoms).expect("a start");
    let mut rows = Vec::new();
    for sample in 0..=16 {
        let time = case.end * f64::from(sample) / 16.0;
        molecular.advance(time, &mut Free).expect("nothing stops free atoms");
        rows.push(compare(&flow, &exact, &atoms, &molecular));
    }
    FreeRun {
        rows,
        steps: molecular.steps(),
        builds: molecular.list_builds(),
        largest_count: molecular.group().unimodular().abs().max(),
    }
}

fn compare(flow: &AffineFlow, exact: &ExactFlight, start: &Atoms, molecular: &Molecular) -> FreeRow {
    let time = molecular.time();
    let tick = ticks(time);
    let end = molecular.atoms();
    let (mut position_error, mut worst, mut squared) = (0.0f64, 0.0f64, 0.0);
    for atom in 0..ATOMS {
        position_error = position_error.max(exact.position_error(atom, tick, &end.positions[atom]).norm());
        let expected = exact.peculiar(atom, tick);
        let found = flow.peculiar_from_lab(time, &end.positions[atom], &end.lab_velocities[atom]);
        worst = worst.max((found - expected).norm());
        squared += expected.norm_squared();
    }
    let edges = molecular.group().edges(time);
    let shortest = lattice::shortest_vector(&edges);
    let mut row = FreeRow {
        time,
        strain: flow.deformation(time).norm(),
        volume_ratio: flow.volume_ratio(time),
        shortest,
        path: path(flow, &start.peculiar, time),
        position_error,
        peculiar_error: worst / (squared / ATOMS as f64).sqrt(),
        images: 0,
        equal: true,
        gap: f64::INFINITY,
        image_error: 0.0,
    };
    let radius = RADIUS * shortest;
    for centre in (0..ATOMS).step_by(ATOMS / CENTRES + 1) {
        let mut near = exact.images_near(tick, centre, radius);
        let found = engine_images(molecular, &end.positions, &edges, centre, radius);
        for (image, separation) in &found {
            let error = (separation - exact.separation(tick, centre, *image)).norm();
            row.image_error = row.image_error.max(error / radius);
        }
        let mut names: Vec<Image> = found.into_iter().map(|(image, _)| image).collect();
        names.sort_unstable();
        near.images.sort_unstable();
        row.images += near.images.len();
        row.equal &= names == near.images;
        row.gap = row.gap.min(near.gap);
    }
    row
}

/// The images within `radius` of atom `centre` as the engine's reduced basis makes them, named by counts of the edges
/// of the start, with their places relative to the centre.
fn engine_images(
    molecular: &Molecular,
    positions: &[Vector3<f64>],
    edges: &Matrix3<f64>,
    centre: usize,
    radius: f64,
) -> Vec<(Image, Vector3<f64>)> {
    let group = molecular.group();
    let inverse = edges.try_inverse().expect("a cell");
    let home = |x: &Vector3<f64>| {
        let label = (inverse * x).map(f64::floor);
        (x - edges * label, label.map(|n| n as i64))
    };
    let (from, from_label) = home(&positions[centre]);
    let labels = group.elements_within(molecular.time(), radius);
    let mut found = Vec::new();
    for (atom, x) in positions.iter().enumerate() {
        let (to, to_label) = home(x);
        for &label in &labels {
            let separation = to + edges * label.map(|n| n as f64) - from;
            if separation.norm() < radius {
                let counts = group.reference_counts(label - to_label + from_label);
                found.push(((atom, counts.into()), separation));
            }
        }
    }
    found
}

/// `int_0^t |F^-1 w0|_rms dt`, by the trapezoid.
fn path(flow: &AffineFlow, peculiar: &[Vector3<f64>], time: f64) -> f64 {
    let moments = peculiar.iter().map(|w| w * w.transpose()).sum::<Matrix3<f64>>() / peculiar.len() as f64;
    let speed = |t: f64| {
        let inverse = flow.inverse_deformation(t);
        (inverse * moments * inverse.transpose()).trace().sqrt()
    };
    let pieces = 4000;
    let width = time / f64::from(pieces);
    (0..pieces).map(|k| 0.5 * width * (speed(width * f64::from(k)) + speed(width * f64::from(k + 1)))).sum()
}
