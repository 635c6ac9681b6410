//! Arrow (1): the images of objective molecular dynamics satisfy Newton's equations.
//!
//! A block of copies of the simulated atoms moves as ordinary molecular dynamics, every atom on its own and nothing
//! beyond the block. As long as the middle cannot feel that the block ends, the copies there move as the images do.

mod block;
mod groups;
mod sensitivity;

use super::experiments::{flow, full_flow, reduced_flow, rows};
use crate::statistics::greater;
use crate::verify::{Arrow, Claim, Curve, Finding, Interrupt, Plot, Settings, Study, Table, Task, TaskError};
pub(super) use block::Block;
pub(super) use groups::{KINDS, Kind};
use omd_flow::{AffineFlow, Matrix3, Philox, Vector3};
use omd_interaction::{LennardJones, PairPotential, Truncation};
use omd_molecular::{Atoms, Model, Molecular, Scheme, StepControl};
use std::sync::Arc;

/// Atoms along an edge of the simulated cell, and its edge.
const PER_EDGE: usize = 2;
const EDGE: f64 = 2.6;
const CUTOFF: f64 = 1.6;
const STEP: f64 = 0.002;
/// Steps between comparisons.
const EVERY: usize = 20;
/// Rounding of positions of size 20 over hundreds of steps, which collisions multiply.
const ROUNDING: f64 = 1e-11;

pub(super) fn studies(settings: &Settings) -> Vec<Study> {
    vec![copies(*settings), groups::study(*settings), sensitivity::study(*settings)]
}

pub(super) fn potential() -> PairPotential {
    PairPotential::new(Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 }), Some(CUTOFF), Truncation::ShiftedForce)
}

/// A few atoms of a dense fluid, at places off a lattice by chance.
pub(super) fn atoms(seed: u64, stream: u64) -> Result<Atoms, TaskError> {
    let mut random = Philox::new(seed, (1 << 40) | stream);
    let spacing = EDGE / PER_EDGE as f64;
    let mut positions = Vec::new();
    for i in 0..PER_EDGE {
        for j in 0..PER_EDGE {
            for k in 0..PER_EDGE {
                let site = Vector3::new(i as f64 + 0.5, j as f64 + 0.5, k as f64 + 0.5) * spacing;
                positions.push(site + Vector3::from_fn(|_, _| 0.1 * (random.uniform() - 0.5)));
            }
        }
    }
    let shifts = vec![Vector3::zeros(); positions.len()];
    let cell = Matrix3::identity() * EDGE;
    Atoms::given(cell, positions, shifts, None, &Matrix3::identity(), &mut random).map_err(TaskError::failed)
}

/// The images of the block.
pub(super) fn objective(flow: AffineFlow, atoms: &Atoms, time_step: f64) -> Result<Molecular, TaskError> {
    let model = Model { flow, potential: potential(), mass: 1.0 };
    let scheme = Scheme { time_step, control: StepControl::Fixed };
    Molecular::new(&model, scheme, atoms).map_err(TaskError::failed)
}

fn copies(settings: Settings) -> Study {
    let layers: Vec<usize> = settings.choose(vec![2, 3, 4], vec![2, 3, 4, 5, 6]);
    let steps = settings.choose(300, 500);
    let tasks = layers.iter().map(|&layers| {
        let seconds = 1e-4 * steps as f64 * (2.0 * layers as f64 + 1.0).powi(3) / 20.0;
        Task::new(format!("{layers}"), seconds, move |interrupt| deviations(&settings, layers, steps, interrupt))
    });
    let tasks = tasks.collect();
    Study {
        arrow: Arrow::MolecularSymmetry,
        name: "copies",
        title: "An explicit block of copies moves as the images do until its boundary is felt",
        input: format!(
            "{} Lennard-Jones atoms in a cube of edge {EDGE}, cutoff {CUTOFF}, shifted force, T = 1, A = {}; blocks of (2 l + 1)^3 copies, l = {layers:?}; {steps} velocity Verlet steps of {STEP}",
            PER_EDGE.pow(3),
            rows(&full_flow())
        ),
        tasks,
        judge: Box::new(move |results| judge_copies(&layers, results)),
    }
}

/// At every comparison the largest distance of an atom in the block from its image: of the innermost copy, and of the
/// acceleration there from the image's.
fn deviations(
    settings: &Settings,
    layers: usize,
    steps: usize,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    let flow = flow(full_flow())?;
    let atoms = atoms(settings.seed, 0)?;
    let mut block = Block::new(&flow, &atoms, &potential(), layers);
    let mut molecular = objective(reduced_flow(settings, &flow)?, &atoms, STEP)?;
    let mut numbers = Vec::new();
    for comparison in 1..=steps / EVERY {
        for _ in 0..EVERY {
            interrupt.check()?;
            block.step(STEP);
        }
        interrupt.advance(&mut molecular, (comparison * EVERY) as f64 * STEP)?;
        let images = molecular.atoms();
        let (positions, accelerations) = block.innermost();
        let largest = |pairs: &mut dyn Iterator<Item = f64>| pairs.fold(0.0, greater);
        numbers.push(largest(&mut positions.iter().zip(&images.positions).map(|(a, b)| (a - b).norm())));
        let forces = molecular.forces();
        let size = largest(&mut forces.iter().map(Vector3::norm));
        numbers.push(largest(&mut accelerations.iter().zip(&forces).map(|(a, f)| (a - f).norm() / size)));
    }
    Ok(numbers)
}

fn judge_copies(layers: &[usize], results: &[Vec<f64>]) -> Finding {
    let mut finding = Finding::default();
    let time = |k: usize| ((k + 1) * EVERY) as f64 * STEP;
    let mut plot = Plot {
        title: "Distance of the innermost copy from its image".to_owned(),
        x: "time".to_owned(),
        y: "largest distance of an atom".to_owned(),
        logarithmic: [false, true],
        curves: Vec::new(),
    };
    let mut table = Table {
        caption: format!("When the boundary is felt: the first comparison above {ROUNDING:.0e}"),
        header: ["layers", "copies", "felt at t", "largest before", "acceleration, largest before"]
            .map(str::to_owned)
            .to_vec(),
        rows: Vec::new(),
    };
    let mut felt = Vec::new();
    for (&layers, result) in layers.iter().zip(results) {
        let distances: Vec<f64> = result.iter().step_by(2).copied().collect();
        let before = distances.iter().position(|&d| d.is_nan() || d > ROUNDING).unwrap_or(distances.len());
        let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, greater);
        // A force feels neighbours that were felt before the atom itself has moved: one comparison earlier.
        let earlier = before.saturating_sub(1).max(1);
        let acceleration = largest(&mut result.iter().skip(1).step_by(2).take(earlier).copied());
        table.rows.push(vec![
            layers.to_string(),
            (2 * layers + 1).pow(3).to_string(),
            if before < distances.len() { format!("{:.2}", time(before)) } else { "not felt".to_owned() },
            format!("{:.1e}", largest(&mut distances.iter().take(before).copied())),
            format!("{acceleration:.1e}"),
        ]);
        felt.push(before);
        plot.curves.push(Curve {
            label: format!("{layers} layers"),
            points: distances.iter().enumerate().map(|(k, &d)| [time(k), d, 0.0]).collect(),
            is_theory: false,
        });
        finding.claims.push(Claim::below(
            format!("{layers} layers: acceleration of images off Newton's, relative"),
            acceleration,
            // The stiffest pairs turn a distance into a thousand times as much force.
            1e3 * ROUNDING,
        ));
        finding.claims.push(Claim::above(
            format!("{layers} layers: comparisons at round-off before the boundary is felt"),
            before as f64,
            // A signal needs a collision a layer; the first layer is felt within the first collision.
            1.0,
        ));
    }
    let latest = felt.len() - 1;
    let gain = felt[latest] as f64 - felt[0] as f64;
    let cut_short = felt[latest] == results[latest].len() / 2;
    finding.claims.push(Claim::above(
        format!(
            "comparisons that {} more layers add{}",
            layers[latest] - layers[0],
            if cut_short { ", at least" } else { "" }
        ),
        gain,
        (layers[latest] - layers[0]) as f64,
    ));
    finding.tables.push(table);
    finding.plots.push(plot);
    finding
}

#[cfg(test)]
mod tests {
    use super::super::test_support::judged;
    use crate::verify::{Fault, Verdict};

    #[test]
    fn copies_follow_images_and_a_wrong_sign_turns_the_arrow_red() {
        assert_eq!(judged("copies", None), Verdict::Holds);
        assert_eq!(judged("copies", Some(Fault::FlowSign)), Verdict::Fails);
        assert_eq!(judged("groups", None), Verdict::Holds);
        assert_eq!(judged("groups", Some(Fault::FlowSign)), Verdict::Fails);
        assert_eq!(judged("sensitivity", None), Verdict::Holds);
    }
}
