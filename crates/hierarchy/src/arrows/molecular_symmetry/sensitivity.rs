//! Two nearly equal starts part at the rate that the linearised equations of motion have.
//!
//! The linearised equations are integrated here on their own, atoms and tangent vector, forces and their gradients written
//! out and summed over all pairs and images: over the same window of time from the same start they say how far two runs of the
//! objective dynamics part, and over a long time, renormalised (Benettin), what the Lyapunov exponent is.

use super::{CUTOFF, EDGE, STEP, atoms, objective};
use crate::arrows::experiments::flow;
use crate::statistics::{greater, lesser, mean_and_error};
use crate::verify::{Arrow, Claim, Finding, Interrupt, Settings, Study, Table, Task, TaskError};
use omd_flow::{Matrix3, Vector3};
use omd_molecular::{Atoms, Molecular};

/// Displacements of an atom at the start.
const OFFSETS: [f64; 2] = [1e-10, 1e-8];
/// The rates are those between these times: the start and the direction of the displacement are forgotten, distances small.
const WINDOW: [f64; 2] = [2.0, 4.0];
/// The exponent is the mean rate from the start of the window to this time.
const LONG: f64 = 32.0;
/// What is left of the second order: the smaller displacement has grown to some 1e-4 of an atom's diameter at the end of the
/// window, and the forces of pairs change by a tenth over a hundredth of it.
const LINEAR: f64 = 1e-2;

pub(super) fn study(settings: Settings) -> Study {
    let replicas = settings.choose(12, 64);
    let tasks = (0..replicas).map(|replica| {
        Task::new(format!("rates, {replica}"), 1.0, move |interrupt| rates(&settings, replica as u64, interrupt))
    });
    Study {
        arrow: Arrow::MolecularSymmetry,
        name: "sensitivity",
        title: "Two nearly equal starts part at the Lyapunov rate",
        input: format!(
            "the atoms of `copies` at A = 0, {replicas} starts; one atom displaced by {OFFSETS:?}; rates between t = {WINDOW:?}, the linearised equations to t = {LONG}"
        ),
        tasks: tasks.collect(),
        judge: Box::new(judge),
    }
}

/// Rates over the window from each displacement and from the linearised equations, and the exponent.
fn rates(settings: &Settings, replica: u64, interrupt: Interrupt<'_>) -> Result<Vec<f64>, TaskError> {
    // At rest: the density stays, and with it the rate.
    let flow = flow(Matrix3::zeros())?;
    let first = atoms(settings.seed, 1 + replica)?;
    let mut numbers = Vec::new();
    for offset in OFFSETS {
        let mut second = first.clone();
        second.positions[0].x += offset;
        let mut runs = [objective(flow.clone(), &first, STEP)?, objective(flow.clone(), &second, STEP)?];
        let mut logarithms = [0.0; 2];
        for (logarithm, time) in logarithms.iter_mut().zip(WINDOW) {
            for run in &mut runs {
                interrupt.advance(run, time)?;
            }
            let [a, b] = runs.each_ref().map(Molecular::atoms);
            let square = |x: &[Vector3<f64>], y: &[Vector3<f64>]| {
                x.iter().zip(y).map(|(x, y)| (x - y).norm_squared()).sum::<f64>()
            };
            let apart = square(&a.positions, &b.positions) + square(&a.lab_velocities, &b.lab_velocities);
            *logarithm = 0.5 * apart.ln();
        }
        numbers.push((logarithms[1] - logarithms[0]) / (WINDOW[1] - WINDOW[0]));
    }
    let mut tangent = Tangent::new(&first);
    let mut grown = [0.0; 3];
    for (grown, time) in grown.iter_mut().zip([WINDOW[0], WINDOW[1], LONG]) {
        *grown = tangent.advance(time, interrupt)?;
    }
    numbers.push((grown[1] - grown[0]) / (WINDOW[1] - WINDOW[0]));
    numbers.push((grown[2] - grown[0]) / (LONG - WINDOW[0]));
    Ok(numbers)
}

/// Atoms at `A = 0` in their cube, and a small displacement of all of them that moves by the linearised equations.
struct Tangent {
    positions: Vec<Vector3<f64>>,
    velocities: Vec<Vector3<f64>>,
    /// Of positions and of velocities.
    displacement: [Vec<Vector3<f64>>; 2],
    /// Of the atoms and of the displacement.
    accelerations: [Vec<Vector3<f64>>; 2],
    steps: usize,
    /// Logarithm of what the displacement was divided by.
    logarithm: f64,
}

impl Tangent {
    /// The first atom is displaced along x.
    fn new(atoms: &Atoms) -> Self {
        let positions = atoms.positions.clone();
        let mut displacement = [(); 2].map(|()| vec![Vector3::zeros(); positions.len()]);
        displacement[0][0].x = 1.0;
        let accelerations = accelerations(&positions, &displacement[0]);
        Self { positions, velocities: atoms.peculiar.clone(), displacement, accelerations, steps: 0, logarithm: 0.0 }
    }

    /// The logarithm of the growth since the start, at `time`.
    fn advance(&mut self, time: f64, interrupt: Interrupt<'_>) -> Result<f64, TaskError> {
        while (self.steps as f64 + 0.5) * STEP < time {
            if self.steps.is_multiple_of(100) {
                interrupt.check()?;
                self.renormalise();
            }
            self.step();
        }
        self.renormalise();
        Ok(self.logarithm)
    }

    /// Velocity Verlet, and its linearisation.
    fn step(&mut self) {
        let kick = |velocities: &mut [Vector3<f64>], accelerations: &[Vector3<f64>]| {
            velocities.iter_mut().zip(accelerations).for_each(|(v, a)| *v += a * (0.5 * STEP));
        };
        let drift = |positions: &mut [Vector3<f64>], velocities: &[Vector3<f64>]| {
            positions.iter_mut().zip(velocities).for_each(|(x, v)| *x += v * STEP);
        };
        let [of_atoms, of_displacement] = &self.accelerations;
        kick(&mut self.velocities, of_atoms);
        kick(&mut self.displacement[1], of_displacement);
        drift(&mut self.positions, &self.velocities);
        let [offsets, speeds] = &mut self.displacement;
        drift(offsets, speeds);
        self.accelerations = accelerations(&self.positions, offsets);
        let [of_atoms, of_displacement] = &self.accelerations;
        kick(&mut self.velocities, of_atoms);
        kick(speeds, of_displacement);
        self.steps += 1;
    }

    fn renormalise(&mut self) {
        let size = self.displacement.iter().flatten().map(Vector3::norm_squared).sum::<f64>().sqrt();
        self.displacement.iter_mut().flatten().for_each(|part| *part /= size);
        self.accelerations[1].iter_mut().for_each(|part| *part /= size);
        self.logarithm += size.ln();
    }
}

/// The first and second derivative of the Lennard-Jones potential with its force shifted to zero at the cutoff.
fn derivatives(r: f64) -> [f64; 2] {
    let slope = |r: f64| 4.0 * (-12.0 * r.powi(-13) + 6.0 * r.powi(-7));
    [slope(r) - slope(CUTOFF), 4.0 * (156.0 * r.powi(-14) - 42.0 * r.powi(-8))]
}

/// Of the atoms, and of their displacement.
fn accelerations(positions: &[Vector3<f64>], displacement: &[Vector3<f64>]) -> [Vec<Vector3<f64>>; 2] {
    let mut found = [(); 2].map(|()| vec![Vector3::zeros(); positions.len()]);
    for i in 0..positions.len() {
        for j in 0..i {
            let nearest = (positions[i] - positions[j]).map(|x| x - EDGE * (x / EDGE).round());
            for image in 0..27 {
                let shift = Vector3::new(image % 3, image / 3 % 3, image / 9).map(|k| EDGE * (f64::from(k) - 1.0));
                let apart = nearest + shift;
                let r = apart.norm();
                if r >= CUTOFF {
                    continue;
                }
                let [slope, curvature] = derivatives(r);
                let (along, offset) = (apart / r, displacement[i] - displacement[j]);
                let projected = along * along.dot(&offset);
                let forces = [along * -slope, projected * -curvature - (offset - projected) * (slope / r)];
                for (found, force) in found.iter_mut().zip(forces) {
                    found[i] += force;
                    found[j] -= force;
                }
            }
        }
    }
    found
}

fn judge(results: &[Vec<f64>]) -> Finding {
    let column = |k: usize| -> Vec<f64> { results.iter().map(|row| row[k]).collect() };
    let [small, large, linear, exponent] = [0, 1, 2, 3].map(column);
    let apart = |rates: &[f64]| rates.iter().zip(&linear).map(|(a, b)| (a / b - 1.0).abs()).fold(0.0, greater);
    let (nearer, farther) = (apart(&small), apart(&large));
    let differences: Vec<f64> = linear.iter().zip(&exponent).map(|(a, b)| a - b).collect();
    let rows = [
        (format!("distance, {:e} at the start", OFFSETS[0]), &small),
        (format!("distance, {:e} at the start", OFFSETS[1]), &large),
        ("linearised equations".to_owned(), &linear),
        (format!("the same to t = {LONG}: Lyapunov exponent"), &exponent),
    ];
    let row = |(words, rates): (String, &Vec<f64>)| {
        let (mean, error) = mean_and_error(rates);
        vec![words, format!("{mean:.4}"), format!("{error:.4}")]
    };
    Finding {
        claims: vec![
            Claim::below(
                "rates of the distance off the linearised equations', relative, largest",
                apart(&small),
                LINEAR,
            ),
            Claim::mean(
                "rate over the window less the Lyapunov exponent",
                &differences,
                0.0,
                0.1 * mean_and_error(&exponent).0,
            ),
            Claim::above("smallest exponent", exponent.iter().copied().fold(f64::INFINITY, lesser), 0.0),
        ],
        tables: vec![Table {
            caption: format!(
                "Rates of growth, means over starts; off the linearised equations' by {nearer:.1e} and {farther:.1e} at most"
            ),
            header: ["of", "rate", "standard error"].map(str::to_owned).to_vec(),
            rows: rows.into_iter().map(row).collect(),
        }],
        ..Finding::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tangent_is_the_limit_of_differences() {
        let start = atoms(1, 7).unwrap();
        let mut direction = vec![Vector3::zeros(); start.positions.len()];
        direction[0] = Vector3::new(0.3, -0.5, 0.8);
        direction[3] = Vector3::new(-0.1, 0.9, 0.2);
        let h = 1e-5;
        let moved = |sign: f64| -> Vec<Vector3<f64>> {
            start.positions.iter().zip(&direction).map(|(x, d)| x + d * (sign * h)).collect()
        };
        let [_, analytic] = accelerations(&start.positions, &direction);
        let [above, below] = [1.0, -1.0].map(|sign| accelerations(&moved(sign), &direction)[0].clone());
        let size = analytic.iter().map(Vector3::norm).fold(0.0, f64::max);
        for ((a, b), wanted) in above.iter().zip(&below).zip(&analytic) {
            assert!(((a - b) / (2.0 * h) - wanted).norm() < 1e-6 * size);
        }
    }
}
