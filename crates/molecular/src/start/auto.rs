//! `lattice = "auto"`: the cell that keeps images far apart over a run.

use omd_flow::{AffineFlow, Matrix3, Philox, Vector3, lattice};

/// Times looked at between 0 and the end.
const TIMES: usize = 96;
/// Starts of the search, and trials of each.
const STARTS: usize = 12;
const TRIALS: usize = 260;

/// The cell (edges as columns) of this `volume` whose shortest image distance over `[0, duration]` is as large as a
/// search finds.
///
/// The same input gives the same cell: the search draws from a fixed stream. Distances are looked at at 97 times.
#[must_use]
pub fn auto_cell(flow: &AffineFlow, duration: f64, volume: f64) -> Matrix3<f64> {
    let motions: Vec<Matrix3<f64>> =
        (0..=TIMES).map(|k| flow.deformation(duration * k as f64 / TIMES as f64)).collect();
    let mut random = Philox::new(0x0a07_0ce1, 0);
    let cube = Matrix3::identity();
    let mut best = (shortest(&motions, &cube, 0.0), cube);
    for start in 0..STARTS {
        let seed = if start == 0 { cube } else { rotation(&mut random) * close_packed() };
        let mut here = (shortest(&motions, &seed, 0.0), seed);
        let mut width = 0.3;
        for _ in 0..TRIALS {
            let trial = unit_volume(&((Matrix3::identity() + gaussian(&mut random) * width) * here.1));
            let Some(trial) = trial else { continue };
            let value = shortest(&motions, &trial, here.0);
            if value > here.0 {
                here = (value, trial);
                width *= 1.3;
            } else {
                width = (width * 0.96).max(1e-4);
            }
        }
        if here.0 > best.0 * (1.0 + 1e-9) {
            best = here;
        }
    }
    lattice::reduce(&best.1).basis * volume.cbrt()
}

/// The shortest image distance over all times; stops below `least`.
fn shortest(motions: &[Matrix3<f64>], cell: &Matrix3<f64>, least: f64) -> f64 {
    let mut shortest = f64::INFINITY;
    for motion in motions {
        shortest = shortest.min(lattice::shortest_vector(&(motion * cell)));
        if shortest <= least {
            break;
        }
    }
    shortest
}

/// The face-centred cubic lattice of unit volume: the densest packing.
fn close_packed() -> Matrix3<f64> {
    Matrix3::new(0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0) * 0.5f64.cbrt()
}

fn unit_volume(cell: &Matrix3<f64>) -> Option<Matrix3<f64>> {
    let volume = cell.determinant().abs();
    (volume > 1e-3).then(|| cell / volume.cbrt())
}

fn gaussian(random: &mut Philox) -> Matrix3<f64> {
    Matrix3::from_fn(|_, _| random.normal())
}

fn rotation(random: &mut Philox) -> Matrix3<f64> {
    let (a, b): (Vector3<f64>, Vector3<f64>) = (gaussian(random).column(0).into(), gaussian(random).column(1).into());
    let first = a.normalize();
    let second = (b - first * b.dot(&first)).normalize();
    Matrix3::from_columns(&[first, second, first.cross(&second)])
}
