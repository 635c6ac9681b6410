//! `lattice = "auto"`: the cell that keeps images far apart over a run.

use omd_flow::{AffineFlow, Matrix3, Philox, Vector3, lattice};

/// Between two times that are looked at the flow changes no length by more than about this part.
const CHANGE: f64 = 0.04;
/// Times between 0 and the end, at least and at most.
const TIMES: [f64; 2] = [32.0, 4096.0];
/// Starts of the search, and trials of each.
const STARTS: usize = 12;
const TRIALS: usize = 260;

/// The cell (edges as columns) of this `volume` whose shortest image distance over `[0, duration]` is as large as a
/// search finds.
///
/// The same input gives the same cell: the search draws from a fixed stream. Distances are looked at so often that the flow
/// changes none by more than 4 % in between, 4,097 times at most.
#[must_use]
pub fn auto_cell(flow: &AffineFlow, duration: f64, volume: f64) -> Matrix3<f64> {
    let motions = Motions::new(flow, duration);
    let mut random = Philox::new(0x0a07_0ce1, 0);
    let cube = Matrix3::identity();
    let mut best = (motions.shortest(&cube, 0.0), cube);
    for start in 0..STARTS {
        let seed = if start == 0 { cube } else { rotation(&mut random) * close_packed() };
        let mut here = (motions.shortest(&seed, 0.0), seed);
        let mut width = 0.3;
        for _ in 0..TRIALS {
            let trial = unit_volume(&((Matrix3::identity() + gaussian(&mut random) * width) * here.1));
            let Some(trial) = trial else { continue };
            let value = motions.shortest(&trial, here.0);
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

/// Times of `[0, duration]` so near each other that `flow` changes no length by more than 4 % in between, but 4,097 at most:
/// where to look for the approach of images.
#[must_use]
pub fn image_times(flow: &AffineFlow, duration: f64) -> Vec<f64> {
    // Where L is large, near t*, time is divided more finely.
    let mut times = vec![0.0];
    let least = duration / TIMES[1];
    let mut time = 0.0;
    while time < duration {
        let rate = flow.velocity_gradient(time).singular_values().max();
        let step = (CHANGE / rate).clamp(least, duration / TIMES[0]);
        time = (time + step).min(duration);
        times.push(time);
    }
    times
}

/// `F(t)` at the times looked at.
struct Motions(Vec<Matrix3<f64>>);

impl Motions {
    fn new(flow: &AffineFlow, duration: f64) -> Self {
        let times = image_times(flow, duration);
        // Coarse first, so that a bad cell is given up soon.
        let count = times.len();
        let mut order: Vec<usize> = Vec::with_capacity(count);
        let mut stride = count.next_power_of_two();
        order.extend([0, count - 1]);
        let mut seen = vec![false; count];
        (seen[0], seen[count - 1]) = (true, true);
        while stride > 1 {
            stride /= 2;
            for index in (0..count).step_by(stride) {
                if !std::mem::replace(&mut seen[index], true) {
                    order.push(index);
                }
            }
        }
        Self(order.into_iter().map(|index| flow.deformation(times[index])).collect())
    }

    /// The shortest image distance over all times; stops below `least`.
    fn shortest(&self, cell: &Matrix3<f64>, least: f64) -> f64 {
        let mut shortest = f64::INFINITY;
        for motion in &self.0 {
            shortest = shortest.min(lattice::shortest_vector(&(motion * cell)));
            if shortest <= least {
                break;
            }
        }
        shortest
    }
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
