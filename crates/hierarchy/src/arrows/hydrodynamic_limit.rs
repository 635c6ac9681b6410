//! Arrow (7): Kn to 0 takes the homo-energetic Boltzmann equation to the reduced Euler and Navier-Stokes equations.
//!
//! The kinetic side has no noise: exact moments for Maxwell molecules, the Galerkin expansion for the others. Distances
//! are the largest over the run; temperatures, and stresses `P - n T I`.

use super::experiments::{
    Gas, bare, flow, full_flow, halves, kinetic_knudsen, reduced_flow, rows, start, without_noise,
};
use super::printed::Printed;
use crate::experiment::{Experiment, Preparation, Viscosity};
use crate::transport::viscosity_law;
use crate::verify::{
    Arrow, Claim, Curve, Fault, Finding, Interrupt, Plot, Settings, Study, Table, Task, TaskError, richardson,
};
use omd_flow::{Observables, symmetric_components};

const END: f64 = 2.0;
const SAMPLES: usize = 80;
/// The order of the Galerkin expansion: its viscosity is that of many Sonine terms to 1e-6 (`validation/galerkin`).
const ORDER: usize = 8;

/// What one run at one Kn gives, in the order of the task's numbers.
#[derive(Clone, Copy)]
enum Distance {
    /// Temperature against Euler.
    Euler,
    /// Temperature and stress against Navier-Stokes: of the temperature alone the leading term may happen to be small.
    NavierStokes,
    /// Temperature against (20) as printed.
    Printed,
    /// Stress against Navier-Stokes, largest from t = 0.
    Stress,
    /// Stress against Navier-Stokes from t = 1 on.
    LateStress,
}

/// Whether the data are well prepared, the study's name and its title.
const CASES: [(Gas, bool, &str, &str); 4] = [
    (Gas::Maxwell, true, "knudsen-maxwell", "Maxwell molecules from well-prepared data"),
    (Gas::HardSpheres, true, "knudsen-hard-spheres", "Hard spheres from well-prepared data"),
    (Gas::LennardJones, true, "knudsen-lennard-jones", "Lennard-Jones from well-prepared data"),
    (Gas::Maxwell, false, "knudsen-initial-layer", "Maxwell molecules from equilibrium: the initial layer"),
];

pub(super) fn studies(settings: &Settings) -> Vec<Study> {
    CASES.into_iter().map(|case| study(*settings, case)).collect()
}

fn study(settings: Settings, (gas, prepared, name, title): (Gas, bool, &'static str, &'static str)) -> Study {
    let knudsen: Vec<f64> = match gas {
        Gas::Maxwell => settings.choose(vec![0.05, 0.025, 0.0125, 0.00625, 0.003_125], halves(0.05, 8)),
        _ => settings.choose(halves(0.04, 4), halves(0.04, 6)),
    };
    let solver = if gas == Gas::Maxwell { "exact moments".to_owned() } else { format!("Galerkin, order {ORDER}") };
    let input = format!(
        "A = {}, t = 0 .. {END}, {SAMPLES} samples; m = n = T = 1, {}, viscosity 2 T at Kn = 1 and T = 1; {solver}; Kn = {knudsen:?}",
        rows(&full_flow()),
        gas.name(),
    );
    let tasks = knudsen.iter().map(|&kn| {
        let seconds = if gas == Gas::Maxwell { 0.1 } else { 0.02 / kn };
        Task::new(format!("{kn}"), seconds, move |interrupt| distances(&settings, gas, prepared, kn, interrupt))
    });
    Study {
        arrow: Arrow::HydrodynamicLimit,
        name,
        title,
        input,
        tasks: tasks.collect(),
        judge: Box::new(move |results| judge(gas, prepared, &knudsen, results)),
    }
}

fn distances(
    settings: &Settings,
    gas: Gas,
    prepared: bool,
    knudsen: f64,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    let flow = flow(full_flow())?;
    let mut experiment = bare(flow.clone(), gas.interaction()?, kinetic_knudsen(settings, knudsen), END);
    if prepared {
        experiment.state.preparation = Preparation::NavierStokes;
    }
    let kinetic_name = without_noise(&mut experiment, gas, ORDER);
    let mut kinetic = start(&experiment, kinetic_name, 0)?;
    let reduced = Experiment {
        flow: reduced_flow(settings, &flow)?,
        knudsen,
        euler: true,
        navier_stokes: Some(Viscosity::ChapmanEnskog),
        moments: None,
        galerkin: None,
        ..experiment.clone()
    };
    let (mut euler, mut viscous) = (start(&reduced, "euler", 0)?, start(&reduced, "navier-stokes", 0)?);
    let mut printed = Printed::new(reduced.flow.clone(), knudsen, viscosity_law(&reduced)?);
    let mut largest = [0.0f64; 5];
    let mut note = |which: Distance, distance: f64| largest[which as usize] = largest[which as usize].max(distance);
    for sample in 0..=SAMPLES {
        let time = END * sample as f64 / SAMPLES as f64;
        for description in [&mut kinetic, &mut euler, &mut viscous] {
            interrupt.advance(description.as_mut(), time)?;
        }
        let exact = kinetic.observe();
        let as_printed = printed.temperature(time).map_err(TaskError::failed)?;
        let row = viscous.observe();
        let temperature = if settings.has(Fault::PrintedDissipation) { as_printed } else { row.temperature };
        note(Distance::Euler, (euler.observe().temperature - exact.temperature).abs());
        note(Distance::Printed, (as_printed - exact.temperature).abs());
        let apart = stress_distance(&row, &exact);
        let hotter = (temperature - exact.temperature).abs();
        note(Distance::NavierStokes, if prepared { hotter.max(apart) } else { hotter });
        note(Distance::Stress, apart);
        if 2.0 * time >= END {
            note(Distance::LateStress, apart);
        }
    }
    Ok(largest.to_vec())
}

/// The largest component of the difference of `P - n T I`.
fn stress_distance(a: &Observables, b: &Observables) -> f64 {
    let stress = |row: &Observables| row.pressure - nalgebra::Matrix3::identity() * (row.density * row.temperature);
    symmetric_components(&(stress(a) - stress(b))).iter().map(|x| x.abs()).fold(0.0, f64::max)
}

fn judge(gas: Gas, prepared: bool, knudsen: &[f64], results: &[Vec<f64>]) -> Finding {
    let points = |which: Distance| -> Vec<[f64; 2]> {
        knudsen.iter().zip(results).map(|(&kn, row)| [kn, row[which as usize]]).collect()
    };
    let mut shown = vec![
        ("Euler", Distance::Euler, 1.0),
        ("Navier-Stokes", Distance::NavierStokes, 2.0),
        ("(20) as printed", Distance::Printed, 1.0),
    ];
    if !prepared {
        shown.push(("stress, in the initial layer", Distance::Stress, 1.0));
        shown.push(("stress, after the initial layer", Distance::LateStress, 2.0));
    }
    let mut finding = Finding::default();
    let mut table = Table {
        caption: "Largest distances from the kinetic solution, and the order between neighbours".to_owned(),
        header: vec!["Kn".to_owned()],
        rows: knudsen.iter().map(|kn| vec![format!("{kn}")]).collect(),
    };
    let mut plot = Plot {
        title: format!("{}: distance from the kinetic solution", gas.name()),
        x: "Kn".to_owned(),
        y: "largest distance of temperature or stress".to_owned(),
        logarithmic: [true, true],
        curves: Vec::new(),
    };
    for (label, which, order) in shown {
        let points = points(which);
        let slopes = richardson(&points);
        let text = format!("{}: {label}, order in Kn", gas.name());
        finding.claims.push(Claim::order(text, &slopes, order));
        table.push_orders(label, &points, &slopes);
        plot.curves.push(Curve::exact(label, &points));
        let last = points[points.len() - 1];
        plot.curves.push(Curve {
            label: format!("slope {order}"),
            points: points.iter().map(|&[x, _]| [x, last[1] * (x / last[0]).powf(order), 0.0]).collect(),
            is_theory: true,
        });
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
    fn orders_hold_and_planted_faults_turn_the_arrow_red() {
        assert_eq!(judged("knudsen-maxwell", None), Verdict::Holds);
        assert_eq!(judged("knudsen-initial-layer", None), Verdict::Holds);
        for fault in [Fault::PrintedDissipation, Fault::CollisionRate, Fault::FlowSign] {
            assert_eq!(judged("knudsen-maxwell", Some(fault)), Verdict::Fails, "{fault:?}");
        }
    }
}
