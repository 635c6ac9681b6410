//! Arrow (5): the Chapman-Enskog coefficients are those of the kinetic solvers.
//!
//! Two independent ways: the stress of a weak shear from the Galerkin expansion, whose ratio to the shear rate tends to
//! the viscosity with the square of Kn; and the fluctuations of the N-particle process at rest, whose time correlations
//! give viscosity and conductivity without any gradient (Green and Kubo).

use super::experiments::{Gas, bare, flow, kinetic_knudsen, shear, start, without_noise};
use crate::experiment::{DsmcSettings, Observation};
use crate::transport;
use crate::verify::{
    Arrow, Claim, Curve, Effort, Finding, Interrupt, Plot, Settings, Study, Table, Task, TaskError, richardson,
};
use omd_flow::Matrix3;
use omd_kinetic::chapman_enskog::Property;

/// Shear rate; Kn makes it weak.
const RATE: f64 = 1.0;
const END: f64 = 1.0;
/// Of the Galerkin expansion.
const ORDER: usize = 8;

/// Particles of one replica at rest: the process differs from the Boltzmann equation by the order of 1/N.
const PARTICLES: usize = 4000;
/// Relaxation times of the stress per sample and in a correlation: what is left out is below e^-8.
const INTERVAL: f64 = 0.05;
const LAGS: usize = 200;
const REPLICAS: usize = 16;
const SAMPLES: usize = 200_000;
/// Of the stress at Kn = 1: `p/mu`.
const RELAXATION: f64 = 0.5;

const WEAK_SHEAR: [(Gas, &str); 3] = [
    (Gas::Maxwell, "weak-shear-maxwell"),
    (Gas::HardSpheres, "weak-shear-hard-spheres"),
    (Gas::LennardJones, "weak-shear-lennard-jones"),
];

pub(super) fn studies(settings: &Settings) -> Vec<Study> {
    let mut studies: Vec<Study> = WEAK_SHEAR.map(|(gas, name)| weak_shear(*settings, gas, name)).into();
    // One per cent takes half an hour.
    if settings.effort == Effort::Full {
        studies.push(fluctuations(*settings));
    }
    studies
}

fn weak_shear(settings: Settings, gas: Gas, name: &'static str) -> Study {
    let knudsen: Vec<f64> =
        [0.05, 0.025, 0.0125, 0.00625].into_iter().chain(settings.choose(None, Some(0.003_125))).collect();
    let tasks = knudsen.iter().map(|&kn| {
        let seconds = if gas == Gas::Maxwell { 0.1 } else { 0.005 / kn };
        Task::new(format!("{kn}"), seconds, move |interrupt| {
            let flow = flow(shear(RATE))?;
            let mut experiment = bare(flow, gas.interaction()?, kinetic_knudsen(&settings, kn), END);
            let name = without_noise(&mut experiment, gas, ORDER);
            let mut kinetic = start(&experiment, name, 0)?;
            interrupt.advance(kinetic.as_mut(), END)?;
            let row = kinetic.observe();
            // The expansion of order 2 + 2r holds r + 1 Sonine polynomials of the stress.
            let orders =
                transport(&experiment)?.orders(Property::Viscosity, row.temperature).map_err(TaskError::failed)?;
            let expected = kn * orders[((ORDER - 2) / 2).min(orders.len() - 1)];
            Ok(vec![(-row.pressure[(0, 1)] / (RATE * expected) - 1.0).abs()])
        })
    });
    Study {
        arrow: Arrow::KineticToHydrodynamic,
        name,
        title: "The stress of a weak shear is the viscosity's, up to the square of Kn",
        input: format!(
            "{}, m = n = T = 1, viscosity 2 at Kn = 1; shear {RATE}, t = {END}; {}; Kn = {knudsen:?}",
            gas.name(),
            if gas == Gas::Maxwell {
                "exact moments".to_owned()
            } else {
                format!("Galerkin, order {ORDER}, against as many Sonine polynomials")
            }
        ),
        tasks: tasks.collect(),
        judge: Box::new(move |results| judge_shear(gas, &knudsen, results)),
    }
}

fn judge_shear(gas: Gas, knudsen: &[f64], results: &[Vec<f64>]) -> Finding {
    let points: Vec<[f64; 2]> = knudsen.iter().zip(results).map(|(&kn, row)| [kn, row[0]]).collect();
    let slopes = richardson(&points);
    let mut table = Table {
        caption: "Deviation of the stress over the shear rate from the Chapman-Enskog viscosity".to_owned(),
        header: vec!["Kn".to_owned()],
        rows: knudsen.iter().map(|kn| vec![format!("{kn}")]).collect(),
    };
    table.push_orders("deviation", &points, &slopes);
    Finding {
        claims: vec![Claim::order(format!("{}: -Pxy/(Kn mu K) - 1, order in Kn", gas.name()), &slopes, 2.0)],
        tables: vec![table],
        plots: vec![Plot {
            title: format!("{}: deviation from the Chapman-Enskog viscosity", gas.name()),
            x: "Kn".to_owned(),
            y: "relative deviation".to_owned(),
            logarithmic: [true, true],
            curves: vec![Curve::exact(gas.name(), &points)],
        }],
        ..Finding::default()
    }
}

fn fluctuations(settings: Settings) -> Study {
    let mut tasks = Vec::new();
    for gas in Gas::ALL {
        for replica in 0..REPLICAS {
            tasks.push(Task::new(format!("{}, {replica}", gas.name()), 20.0, move |interrupt| {
                correlations(&settings, gas, replica, interrupt)
            }));
        }
    }
    Study {
        arrow: Arrow::KineticToHydrodynamic,
        name: "fluctuations",
        title: "Viscosity and conductivity from the fluctuations of the gas at rest",
        input: format!(
            "A = 0, m = n = T = 1, viscosity 2; DSMC with {PARTICLES} particles, {REPLICAS} replicas of {SAMPLES} samples, {INTERVAL} relaxation times apart; correlations up to {LAGS} samples, Simpson's rule"
        ),
        tasks,
        judge: Box::new(judge_fluctuations),
    }
}

/// Viscosity and conductivity over their Chapman-Enskog values.
fn correlations(
    settings: &Settings,
    gas: Gas,
    replica: usize,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    let step = INTERVAL / RELAXATION;
    let mut experiment = bare(
        flow(Matrix3::zeros())?,
        gas.interaction_with_cutoff()?,
        kinetic_knudsen(settings, 1.0),
        step * SAMPLES as f64,
    );
    experiment.dsmc = Some(DsmcSettings {
        particles: PARTICLES,
        replicas: replica + 1,
        seed: settings.seed,
        observation: Observation::default(),
    });
    let expected = transport(&experiment)?;
    let viscosity = expected.viscosity(1.0).map_err(TaskError::failed)?.value;
    let conductivity = expected.thermal_conductivity(1.0).map_err(TaskError::failed)?.value;
    let mut gas = start(&experiment, "dsmc", replica)?;
    // Five components of the traceless stress, normalised to the weight of one shear component; three of the heat flux.
    let mut series = vec![Vec::new(); 8];
    for sample in 1..=SAMPLES {
        interrupt.advance(gas.as_mut(), step * sample as f64)?;
        let row = gas.observe();
        let p = row.pressure;
        let q = row.heat_flux.ok_or_else(|| TaskError::failed("no heat flux"))?;
        let traceless = [
            0.5 * (p[(0, 0)] - p[(1, 1)]),
            (2.0 * p[(2, 2)] - p[(0, 0)] - p[(1, 1)]) / 12f64.sqrt(),
            p[(0, 1)],
            p[(0, 2)],
            p[(1, 2)],
        ];
        for (series, value) in series.iter_mut().zip(traceless.into_iter().chain(q.iter().copied())) {
            series.push(value);
        }
    }
    let integral = |series: &[f64]| simpson(&correlation(series, LAGS)) * step;
    let mean = |part: &[Vec<f64>]| part.iter().map(|s| integral(s)).sum::<f64>() / part.len() as f64;
    // mu = V/T int <P_xy P_xy>, kappa = V/T^2 int <q_x q_x>, k_B = 1; V = N/n.
    let volume = PARTICLES as f64;
    Ok(vec![volume * mean(&series[..5]) / viscosity, volume * mean(&series[5..]) / conductivity])
}

/// `<x(0) x(k)>` for `k = 0 ..= lags`; the mean of x is zero.
fn correlation(series: &[f64], lags: usize) -> Vec<f64> {
    let count = series.len() - lags;
    (0..=lags).map(|k| (0..count).map(|i| series[i] * series[i + k]).sum::<f64>() / count as f64).collect()
}

/// Simpson's rule with unit spacing, an even number of intervals.
fn simpson(values: &[f64]) -> f64 {
    let last = values.len() - 1;
    let weight = |k: usize| {
        if k == 0 || k == last {
            1.0
        } else if k % 2 == 1 {
            4.0
        } else {
            2.0
        }
    };
    values.iter().enumerate().map(|(k, value)| weight(k) * value).sum::<f64>() / 3.0
}

fn judge_fluctuations(results: &[Vec<f64>]) -> Finding {
    let mut finding = Finding::default();
    let mut table = Table {
        caption: "Coefficients from fluctuations over the Chapman-Enskog ones".to_owned(),
        header: ["gas", "viscosity", "standard error", "conductivity", "standard error"].map(str::to_owned).to_vec(),
        rows: Vec::new(),
    };
    for (gas, results) in Gas::ALL.into_iter().zip(results.chunks(REPLICAS)) {
        let mut row = vec![gas.name().to_owned()];
        for (k, coefficient) in ["viscosity", "conductivity"].into_iter().enumerate() {
            let values: Vec<f64> = results.iter().map(|r| r[k]).collect();
            let claim = Claim::mean(format!("{}: {coefficient}", gas.name()), &values, 1.0, 0.01);
            row.extend([format!("{:.4}", claim.value), format!("{:.4}", claim.error.unwrap_or(f64::NAN))]);
            finding.claims.push(claim);
        }
        table.rows.push(row);
    }
    finding.tables.push(table);
    finding
}

#[cfg(test)]
mod tests {
    use super::super::test_support::judged;
    use super::*;
    use crate::verify::{Fault, Verdict};
    use omd_flow::Philox;

    #[test]
    fn a_collision_rate_that_is_off_turns_the_arrow_red() {
        assert_eq!(judged("weak-shear-maxwell", None), Verdict::Holds);
        assert_eq!(judged("weak-shear-maxwell", Some(Fault::CollisionRate)), Verdict::Fails);
    }

    #[test]
    fn correlations_of_a_known_process() {
        // x_k+1 = a x_k + noise with unit variance: <x(0) x(k)> = a^k, integral 1/ln(1/a) up to Simpson's error.
        let (a, mut x) = ((-0.05f64).exp(), 0.0);
        let mut random = Philox::new(1, 0);
        let series: Vec<f64> = (0..400_000)
            .map(|_| {
                x = a * x + (1.0 - a * a).sqrt() * random.normal();
                x
            })
            .collect();
        let found = simpson(&correlation(&series, 200));
        // The relative variance is about 4 (correlation time)/(length) = 4 x 20/400,000.
        assert!((found / 20.0 - 1.0).abs() < 4.0 * (4.0 * 20.0 / 400_000f64).sqrt(), "{found}");
    }
}
