//! The diagram commutes: two ways from one corner to another give the same numbers.

use super::dilute_limit;
use super::experiments::{
    Gas, bare, flow, full_flow, kinetic_knudsen, reduced_flow, rows, shear, start, without_noise,
};
use super::printed::Printed;
use crate::experiment::{Experiment, Viscosity};
use crate::transport;
use crate::transport::viscosity_law;
use crate::verify::{Arrow, Claim, Fault, Finding, Interrupt, Settings, Study, Table, Task, TaskError};
use omd_flow::Matrix3;
use omd_kinetic::chapman_enskog::Property;

const END: f64 = 1.0;
/// Of the Galerkin expansion; it holds as many Sonine polynomials of the stress as [`SONINE`].
const ORDER: usize = 6;
const SONINE: usize = (ORDER - 2) / 2;

pub(super) fn studies(settings: &Settings) -> Vec<Study> {
    vec![dilute_limit::kinetic_square(settings), hydrodynamic_square(*settings)]
}

/// (7) against (5) and (6): the viscosity with which the reduced kinetic solution heats, as Kn tends to 0, against the
/// viscosity that a weak shear of the kinetic equation has, put into the reduced Navier-Stokes equation.
fn hydrodynamic_square(settings: Settings) -> Study {
    let gases = [Gas::Maxwell, Gas::HardSpheres];
    let knudsen = [0.04, 0.02, 0.01];
    let mut tasks = Vec::new();
    for gas in gases {
        for kn in knudsen {
            let seconds = if gas == Gas::Maxwell { 0.1 } else { 0.01 / kn };
            tasks.push(Task::new(format!("{}, {kn}", gas.name()), seconds, move |interrupt| {
                Ok(vec![heating(&settings, gas, kn, interrupt)?, stress(&settings, gas, kn, interrupt)?])
            }));
        }
    }
    Study {
        arrow: Arrow::Diagram,
        name: "hydrodynamic-square",
        title: "(7) against (5) and (6): the viscosity of the heating is that of the stress",
        input: format!(
            "m = n = T = 1; heating: A = {}, t = {END}, from equilibrium; stress: shear 1, t = {END}; Galerkin, order {ORDER} (exact moments for Maxwell), over Chapman-Enskog with as many Sonine polynomials; Kn = {knudsen:?}, extrapolated to 0",
            rows(&full_flow())
        ),
        tasks,
        judge: Box::new(move |results| {
            let mut finding = Finding::default();
            let mut table = Table {
                caption: "Viscosities over the Chapman-Enskog viscosity".to_owned(),
                header: ["gas", "Kn", "of the heating, (7)", "of the stress, (5) and (6)"].map(str::to_owned).to_vec(),
                rows: Vec::new(),
            };
            for (gas, results) in gases.into_iter().zip(results.chunks(knudsen.len())) {
                for (kn, row) in knudsen.iter().zip(results) {
                    let numbers =
                        [gas.name().to_owned(), format!("{kn}"), format!("{:.6}", row[0]), format!("{:.6}", row[1])];
                    table.rows.push(numbers.to_vec());
                }
                let [by_heating, by_stress] = [0, 1].map(|k| limit(&[results[0][k], results[1][k], results[2][k]]));
                finding.claims.push(Claim::value(
                    format!("{}: viscosity of the heating less that of the stress at Kn = 0", gas.name()),
                    by_heating.0 - by_stress.0,
                    by_heating.1.hypot(by_stress.1),
                    0.0,
                    2e-3,
                ));
                finding.claims.push(Claim::value(
                    format!("{}: viscosity of the stress at Kn = 0 over Chapman-Enskog", gas.name()),
                    by_stress.0,
                    by_stress.1,
                    1.0,
                    2e-3,
                ));
            }
            finding.tables.push(table);
            finding
        }),
    }
}

/// The limit of values at `h, h/2, h/4` with errors in rising powers of `h`, and how much the last extrapolation moves it.
fn limit(values: &[f64; 3]) -> (f64, f64) {
    let [a, b, c] = *values;
    let (ab, bc) = (2.0 * b - a, 2.0 * c - b);
    let both = (4.0 * bc - ab) / 3.0;
    (both, (both - bc).abs().max(1e-6))
}

fn kinetic(
    settings: &Settings,
    gas: Gas,
    gradient: Matrix3<f64>,
    knudsen: f64,
) -> Result<(Experiment, &'static str), TaskError> {
    let mut experiment = bare(flow(gradient)?, gas.interaction()?, kinetic_knudsen(settings, knudsen), END);
    let name = without_noise(&mut experiment, gas, ORDER);
    Ok((experiment, name))
}

/// The Chapman-Enskog viscosity of the expansion over the converged one.
fn truncation(experiment: &Experiment) -> Result<f64, TaskError> {
    let orders = transport(experiment)?.orders(Property::Viscosity, 1.0).map_err(TaskError::failed)?;
    Ok(orders[SONINE.min(orders.len() - 1)] / orders[orders.len() - 1])
}

/// `(T - T_Euler)/(T_NavierStokes - T_Euler)` at the end.
fn heating(settings: &Settings, gas: Gas, knudsen: f64, interrupt: Interrupt<'_>) -> Result<f64, TaskError> {
    let (experiment, name) = kinetic(settings, gas, full_flow(), knudsen)?;
    let mut exact = start(&experiment, name, 0)?;
    interrupt.advance(exact.as_mut(), END)?;
    let reduced = Experiment {
        flow: reduced_flow(settings, &experiment.flow)?,
        knudsen,
        euler: true,
        navier_stokes: Some(Viscosity::ChapmanEnskog),
        moments: None,
        galerkin: None,
        ..experiment.clone()
    };
    let temperature = |name: &str| -> Result<f64, TaskError> {
        let mut description = start(&reduced, name, 0)?;
        interrupt.advance(description.as_mut(), END)?;
        Ok(description.observe().temperature)
    };
    let euler = temperature("euler")?;
    let viscous = if settings.has(Fault::PrintedDissipation) {
        let mut printed = Printed::new(reduced.flow.clone(), knudsen, viscosity_law(&reduced)?);
        printed.temperature(END).map_err(TaskError::failed)?
    } else {
        temperature("navier-stokes")?
    };
    Ok((exact.observe().temperature - euler) / (viscous - euler) / truncation(&experiment)?)
}

/// `-P_xy/(Kn mu K)` at the end.
fn stress(settings: &Settings, gas: Gas, knudsen: f64, interrupt: Interrupt<'_>) -> Result<f64, TaskError> {
    let (experiment, name) = kinetic(settings, gas, shear(1.0), knudsen)?;
    let mut exact = start(&experiment, name, 0)?;
    interrupt.advance(exact.as_mut(), END)?;
    let row = exact.observe();
    let viscosity = crate::viscosity(&experiment, row.temperature)?;
    Ok(-row.pressure[(0, 1)] / (knudsen * viscosity) / truncation(&experiment)?)
}

#[cfg(test)]
mod tests {
    use super::super::test_support::judged;
    use super::*;
    use crate::verify::Verdict;

    #[test]
    fn the_limit_takes_two_powers_away() {
        let (value, error) = limit(&[0.4, 0.2, 0.1].map(|h: f64| 3.0 + 2.0 * h - 5.0 * h * h));
        assert!((value - 3.0).abs() < 1e-14 && error > 0.01);
    }

    #[test]
    fn the_square_commutes_and_planted_faults_break_it() {
        assert_eq!(judged("hydrodynamic-square", None), Verdict::Holds);
        for fault in Fault::ALL {
            assert_eq!(judged("hydrodynamic-square", Some(fault)), Verdict::Fails, "{fault:?}");
        }
    }
}
