//! Arrow (6): `u = L(t) x` with the reduced density and temperature solves the full compressible equations.
//!
//! Two questions: whether the reduced fields satisfy the equations at a point, by automatic differentiation, and whether
//! a solver of the full equations that knows nothing of the reduction follows them.

mod fields;
mod resolved;

use super::experiments::{Gas, bare, flow, full_flow, reduced_flow, rows};
use crate::transport::viscosity_law;
use crate::verify::{Arrow, Claim, Curve, Finding, Plot, Settings, Study, Table, Task, TaskError, richardson};
use fields::{NODES, ReducedFields};
use omd_flow::{Matrix3, Philox};
use resolved::Resolved;

const END: f64 = 1.0;
/// So small that explicit steps of a fifth of a cell are stable on the finest grid.
const KNUDSEN: f64 = 0.02;
/// Points of space and time at which the equations are looked at.
const POINTS: usize = 200;
/// Of the temperature between the nodes: the tolerance of a step of the reduced equation, over its few steps.
const TEMPERATURE_ERROR: f64 = 1e-12;

pub(super) fn studies(settings: &Settings) -> Vec<Study> {
    vec![residuals(*settings), resolved(*settings)]
}

/// The flows under which the residuals are looked at.
fn flows() -> [(&'static str, Matrix3<f64>); 3] {
    [
        ("full", full_flow()),
        ("combined shear", Matrix3::new(0.0, 0.6, -0.4, 0.0, 0.0, 0.7, 0.0, 0.0, 0.0)),
        ("rotating", Matrix3::new(0.1, -0.8, 0.0, 0.8, 0.1, 0.0, 0.0, 0.0, -0.3)),
    ]
}

fn reduced(settings: &Settings, gradient: Matrix3<f64>, gas: Gas, viscous: bool) -> Result<ReducedFields, TaskError> {
    let knudsen = if viscous { KNUDSEN } else { 0.0 };
    let law = viscosity_law(&bare(flow(gradient)?, gas.interaction()?, 1.0, END))?;
    ReducedFields::new(settings, gradient, &reduced_flow(settings, &flow(gradient)?)?, law, knudsen, END)
}

fn residuals(settings: Settings) -> Study {
    let mut tasks = Vec::new();
    for (name, gradient) in flows() {
        for viscous in [false, true] {
            let equations = if viscous { "Navier-Stokes" } else { "Euler" };
            tasks.push(Task::new(format!("{name}, {equations}"), 0.1, move |_| {
                let fields = reduced(&settings, gradient, Gas::HardSpheres, viscous)?;
                let mut random = Philox::new(settings.seed, 6 << 32);
                let mut largest = [0.0f64; 3];
                for _ in 0..POINTS {
                    // Up to the nodes' ends, where a polynomial is worst.
                    let time = END * random.uniform();
                    let place = [0, 1, 2].map(|_| 4.0 * random.uniform() - 2.0);
                    for (largest, residual) in largest.iter_mut().zip(fields.residuals(time, place)) {
                        *largest = if residual.is_nan() { f64::NAN } else { largest.max(residual) };
                    }
                }
                Ok(largest.to_vec())
            }));
        }
    }
    let names: Vec<String> = tasks.iter().map(|task| task.name.clone()).collect();
    Study {
        arrow: Arrow::HydrodynamicSymmetry,
        name: "residuals",
        title: "Residuals of the compressible equations at the reduced fields",
        input: format!(
            "hard spheres, m = n = T = 1, Kn = {KNUDSEN} (0 for Euler), A = {}; {POINTS} points in t = 0 .. {END}, |x_i| < 2; hyper-dual numbers; T(t) through {NODES} Chebyshev nodes",
            flows().map(|(name, gradient)| format!("{name} {}", rows(&gradient))).join(", ")
        ),
        tasks,
        judge: Box::new(move |results| judge_residuals(&names, results)),
    }
}

fn judge_residuals(names: &[String], results: &[Vec<f64>]) -> Finding {
    // Markov's inequality: the derivative of a polynomial of degree d on an interval of length END is at most
    // 2 d^2/END times the polynomial. Everything else is rounding: a few dozen operations.
    let degree = (NODES - 1) as f64;
    let bounds = |name: &str| {
        let rounding = 1e-13;
        let energy = if name.ends_with("Euler") { rounding } else { 2.0 * degree * degree / END * TEMPERATURE_ERROR };
        [rounding, rounding, energy]
    };
    let mut finding = Finding::default();
    let mut table = Table {
        caption: "Largest residuals, relative to the sum of the terms' sizes".to_owned(),
        header: ["flow and equations", "mass", "momentum", "energy"].map(str::to_owned).to_vec(),
        rows: Vec::new(),
    };
    for (name, result) in names.iter().zip(results) {
        table.rows.push(std::iter::once(name.clone()).chain(result.iter().map(|x| format!("{x:.1e}"))).collect());
        for (equation, (&residual, bound)) in ["mass", "momentum", "energy"].iter().zip(result.iter().zip(bounds(name)))
        {
            finding.claims.push(Claim::below(format!("{name}: residual of {equation}"), residual, bound));
        }
    }
    finding.tables.push(table);
    finding
}

fn resolved(settings: Settings) -> Study {
    let cells: Vec<usize> = settings.choose(vec![8, 12, 16, 24], vec![8, 12, 16, 24, 32, 48]);
    let tasks = cells.iter().map(|&cells| {
        Task::new(format!("{cells}"), 1e-6 * (cells as f64).powi(4), move |interrupt| {
            let fields = reduced(&settings, full_flow(), Gas::HardSpheres, true)?;
            Resolved::new(&fields, cells).deviations(END, interrupt)
        })
    });
    let tasks = tasks.collect();
    Study {
        arrow: Arrow::HydrodynamicSymmetry,
        name: "resolved",
        title: "A resolved Navier-Stokes run follows the reduced solution",
        input: format!(
            "hard spheres, m = n = T = 1, Kn = {KNUDSEN}, A = {}, t = {END}; conservative central differences of second order on cells^3 cells of the cube |x_i| < 1/2, classical Runge-Kutta steps of 0.2 cell widths and at most 5 squared ones, the reduced solution outside the cube; cells = {cells:?}",
            rows(&full_flow())
        ),
        tasks,
        judge: Box::new(move |results| judge_resolved(&cells, results)),
    }
}

fn judge_resolved(cells: &[usize], results: &[Vec<f64>]) -> Finding {
    let mut finding = Finding::default();
    let mut plot = Plot {
        title: "Root mean square deviation from the reduced solution".to_owned(),
        x: "cell width".to_owned(),
        y: "deviation".to_owned(),
        logarithmic: [true, true],
        curves: Vec::new(),
    };
    let mut table = Table {
        caption: format!("Root mean square deviations in the cube at t = {END}, and the order between neighbours"),
        header: vec!["cells".to_owned()],
        rows: cells.iter().map(|n| vec![format!("{n}^3")]).collect(),
    };
    for (k, quantity) in ["density", "velocity", "temperature"].into_iter().enumerate() {
        let points: Vec<[f64; 2]> = cells.iter().zip(results).map(|(&n, row)| [1.0 / n as f64, row[k]]).collect();
        let slopes = richardson(&points);
        finding.claims.push(Claim::order_at_least(format!("{quantity}, order in the cell width"), &slopes, 2.0));
        table.push_orders(quantity, &points, &slopes);
        plot.curves.push(Curve::exact(quantity, &points));
    }
    finding.tables.push(table);
    finding.plots.push(plot);
    finding
}

#[cfg(test)]
mod tests {
    use super::super::test_support::judged;
    use crate::verify::{Fault, Verdict};

    #[test]
    fn the_reduction_holds_and_planted_faults_turn_the_arrow_red() {
        assert_eq!(judged("resolved", None), Verdict::Holds);
        assert_eq!(judged("residuals", None), Verdict::Holds);
        for fault in [Fault::PrintedDissipation, Fault::FlowSign] {
            assert_eq!(judged("residuals", Some(fault)), Verdict::Fails, "{fault:?}");
        }
    }
}
