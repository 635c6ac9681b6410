//! Arrows (2) and (4), Boltzmann-Grad: atoms of ever shorter range against the Boltzmann equation of the same interaction.
//!
//! The mean free path and the cell stay as they are while the range ratio falls: `n sigma^2` and `V` fixed, so that
//! `n sigma^3` falls with `sigma` and the simulated atoms grow as `N ~ sigma^-2`. Images are no independent atoms: it is
//! the simulated ones that have to become many. At finite density the atoms differ from the Boltzmann equation in the
//! first order of `n sigma^3` (Enskog); the line through the distances has to meet zero.

use super::experiments::{Gas, bare, flow, halves, kinetic_knudsen, reduced_flow, rows, start};
use crate::experiment::{
    AtomStart, DrawnPositions, DsmcSettings, Engine, Experiment, Interaction, LatticeChoice, MolecularSettings,
    Observation, Scheme, StepControl,
};
use crate::statistics::mean_and_error;
use crate::verify::{Arrow, Claim, Curve, Finding, Interrupt, Plot, Settings, Study, Table, Task, TaskError, line};
use omd_flow::{Description, Matrix3};
use omd_interaction::{LennardJones, PairPotential, Truncation};
use std::sync::Arc;

/// Sample times; the stress relaxes with the rate 1/2.
const TIMES: [f64; 3] = [1.0, 2.0, 3.0];
/// Atoms in the cell at `n sigma^3 = 0.05`: 6 mean free paths along an edge.
const ATOMS: f64 = 1000.0;
/// Time steps per `sigma (m/k_B T)^(1/2)`.
const STEP: f64 = 0.004;

/// What is compared, at every sample time.
const QUANTITIES: [&str; 4] = ["temperature", "stress", "fourth moment", "collisions"];

/// A way to the limit.
#[derive(Clone, Copy)]
struct Case {
    arrow: Arrow,
    gas: Gas,
    name: &'static str,
    title: &'static str,
}

const CASES: [Case; 4] = [
    Case {
        arrow: Arrow::MolecularToKinetic,
        gas: Gas::HardSpheres,
        name: "relaxation-hard-spheres",
        title: "Hard spheres at A = 0: an anisotropic start relaxes as the Boltzmann equation says",
    },
    Case {
        arrow: Arrow::MolecularToKinetic,
        gas: Gas::LennardJones,
        name: "relaxation-lennard-jones",
        title: "Lennard-Jones at A = 0: an anisotropic start relaxes as the Boltzmann equation says",
    },
    Case {
        arrow: Arrow::BoltzmannGradLimit,
        gas: Gas::HardSpheres,
        name: "dilute-hard-spheres",
        title: "Hard spheres in shear tend to the Boltzmann equation as their range falls",
    },
    Case {
        arrow: Arrow::BoltzmannGradLimit,
        gas: Gas::LennardJones,
        name: "dilute-lennard-jones",
        title: "Lennard-Jones in shear tends to the Boltzmann equation as its range falls",
    },
];

pub(super) fn studies(settings: &Settings) -> Vec<Study> {
    CASES.into_iter().map(|case| study(*settings, case)).collect()
}

impl Case {
    fn gradient(self) -> Matrix3<f64> {
        match self.arrow {
            Arrow::MolecularToKinetic => Matrix3::zeros(),
            _ => Matrix3::new(0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        }
    }

    /// `P/n` at the start.
    fn tensor(self) -> Matrix3<f64> {
        match self.arrow {
            Arrow::MolecularToKinetic => Matrix3::from_diagonal(&[1.6, 0.7, 0.7].into()),
            _ => Matrix3::identity(),
        }
    }

    /// `n sigma^3`, and how many atoms there are at each, over all replicas.
    fn densities(self, settings: &Settings) -> (Vec<f64>, f64) {
        match self.gas {
            Gas::HardSpheres => (settings.choose(halves(0.05, 3), halves(0.1, 5)), settings.choose(256e3, 2.1e6)),
            _ => (settings.choose(halves(0.05, 3), halves(0.1, 4)), settings.choose(32e3, 512e3)),
        }
    }

    /// `sigma` at unit density with the viscosity of the gas: `n sigma^2` everywhere.
    fn length(self) -> Result<f64, TaskError> {
        Ok(match self.gas.interaction_with_cutoff()? {
            Interaction::HardSphere { diameter } => diameter,
            Interaction::Potential(potential) => potential.form().length(),
            _ => return Err(TaskError::failed("no atoms")),
        })
    }
}

fn atoms_at(density: f64) -> usize {
    (ATOMS * (0.05 / density).powi(2)).round() as usize
}

fn study(settings: Settings, case: Case) -> Study {
    let (densities, total) = case.densities(&settings);
    let replicas: Vec<usize> =
        densities.iter().map(|&d| ((total / atoms_at(d) as f64).round() as usize).max(2)).collect();
    let boltzmann = settings.choose(4, 16);
    let particles = settings.choose(250_000, 2_000_000);
    let mut tasks = Vec::new();
    for replica in 0..boltzmann {
        tasks.push(Task::new(format!("boltzmann, {replica}"), 1e-6 * particles as f64, move |interrupt| {
            gas(&settings, case, particles, replica, interrupt)
        }));
    }
    for (&density, &replicas) in densities.iter().zip(&replicas) {
        let atoms = atoms_at(density);
        let each = if case.gas == Gas::HardSpheres { 2e-5 } else { 1e-5 / density };
        for replica in 0..replicas {
            tasks.push(Task::new(format!("{density}, {replica}"), each * atoms as f64, move |interrupt| {
                molecules(&settings, case, density, replica, interrupt)
            }));
        }
    }
    Study {
        arrow: case.arrow,
        name: case.name,
        title: case.title,
        input: format!(
            "{}, m = 1, T = 1 (P/n = {}), A = {}, t = {TIMES:?}; n sigma^2 such that the Boltzmann viscosity is 2; n sigma^3 = {densities:?} with {:?} atoms, {replicas:?} replicas; DSMC {boltzmann} x {particles}",
            case.gas.name(),
            rows(&case.tensor()),
            rows(&case.gradient()),
            densities.iter().map(|&d| atoms_at(d)).collect::<Vec<_>>(),
        ),
        tasks,
        judge: Box::new(move |results| judge(case, &densities, &replicas, boltzmann, results)),
    }
}

/// The quantities at every sample time.
fn sampled(description: &mut dyn Description, interrupt: Interrupt<'_>) -> Result<Vec<f64>, TaskError> {
    let mut numbers = Vec::new();
    for time in TIMES {
        interrupt.advance(description, time)?;
        let row = description.observe();
        let extra = |name: &str| row.extra.iter().find(|extra| extra.name == name).map(|extra| extra.value);
        // Atoms carry stress by their forces too, which vanishes in the limit; its kinetic part is what a gas has.
        let kinetic = |name: &str, component: (usize, usize)| extra(name).unwrap_or(row.pressure[component]);
        let (theta, pressure) = (row.temperature, row.density * row.temperature);
        let stress = kinetic("kinetic_pxy", (0, 1)) + kinetic("kinetic_pxx", (0, 0)) - kinetic("kinetic_pyy", (1, 1));
        let fourth = extra("fourth_moment").ok_or_else(|| TaskError::failed("no fourth moment"))?;
        numbers.extend([theta, stress / pressure, fourth / (15.0 * theta * theta)]);
        numbers.push(extra("collisions_per_particle").unwrap_or(f64::NAN));
    }
    Ok(numbers)
}

fn gas(
    settings: &Settings,
    case: Case,
    particles: usize,
    replica: usize,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    let flow = reduced_flow(settings, &flow(case.gradient())?)?;
    let knudsen = kinetic_knudsen(settings, 1.0);
    let mut experiment = bare(flow, case.gas.interaction_with_cutoff()?, knudsen, TIMES[2]);
    experiment.state.temperature_tensor = case.tensor();
    experiment.dsmc = Some(DsmcSettings {
        particles,
        replicas: replica + 1,
        seed: settings.seed,
        observation: Observation::default(),
    });
    sampled(start(&experiment, "dsmc", replica)?.as_mut(), interrupt)
}

fn molecules(
    settings: &Settings,
    case: Case,
    density: f64,
    replica: usize,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    // n sigma^2 = length^2 at unit density.
    let fixed = case.length()?.powi(2);
    let sigma = density / fixed;
    let (interaction, engine) = if case.gas == Gas::HardSpheres {
        (Interaction::HardSphere { diameter: sigma }, None)
    } else {
        let form = Arc::new(LennardJones { epsilon: 0.5, sigma });
        let potential = PairPotential::new(form, Some(3.0 * sigma), Truncation::ShiftedForce);
        // At these densities most atoms are within the cutoff of others: encounters would cost more than time steps.
        let scheme = Scheme { time_step: STEP * sigma, control: StepControl::Thermal };
        (Interaction::Potential(potential), Some(Engine::TimeStepped(scheme)))
    };
    let mut experiment: Experiment = bare(flow(case.gradient())?, interaction, 1.0, TIMES[2]);
    experiment.state.number_density = fixed / (sigma * sigma);
    experiment.state.temperature_tensor = case.tensor();
    experiment.molecular = Some(MolecularSettings {
        start: AtomStart::Drawn {
            atoms: atoms_at(density),
            positions: DrawnPositions::Random,
            lattice: LatticeChoice::Cubic,
        },
        engine,
        replicas: replica + 1,
        seed: settings.seed,
        trajectory: None,
    });
    sampled(start(&experiment, "molecular", replica)?.as_mut(), interrupt)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sum of squared deviations from the mean.
fn scatter(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|x| (x - mean).powi(2)).sum()
}

/// The mean over the sample times, of one quantity.
fn averaged(row: &[f64], quantity: usize) -> f64 {
    row.iter().skip(quantity).step_by(QUANTITIES.len()).sum::<f64>() / TIMES.len() as f64
}

fn judge(case: Case, densities: &[f64], replicas: &[usize], boltzmann: usize, results: &[Vec<f64>]) -> Finding {
    let mut finding = Finding::default();
    let (reference, mut rest) = results.split_at(boltzmann);
    let mut groups = Vec::new();
    for &count in replicas {
        let (group, more) = rest.split_at(count);
        groups.push(group);
        rest = more;
    }
    let mut table = Table {
        caption: "Atoms less Boltzmann, means over the sample times".to_owned(),
        header: std::iter::once("n sigma^3".to_owned())
            .chain(QUANTITIES.iter().flat_map(|&name| [name.to_owned(), "standard error".to_owned()]))
            .collect(),
        rows: densities.iter().map(|d| vec![format!("{d}")]).collect(),
    };
    let mut plot = Plot {
        title: "Distance of the atoms from the Boltzmann equation".to_owned(),
        x: "n sigma^3".to_owned(),
        y: "atoms less Boltzmann".to_owned(),
        logarithmic: [false, false],
        curves: Vec::new(),
    };
    for (q, name) in QUANTITIES.into_iter().enumerate() {
        let of = |rows: &[Vec<f64>]| rows.iter().map(|row| averaged(row, q)).collect::<Vec<_>>();
        let (wanted, wanted_error) = mean_and_error(&of(reference));
        // Relative for what grows, as it is for what is a ratio already.
        let scale = if q == 0 || q == 3 { wanted } else { 1.0 };
        // The variance goes with 1/N and hardly with the density: all densities together say how large it is, where
        // two or four replicas of the largest N would not.
        let atoms = densities.iter().map(|&density| atoms_at(density) as f64);
        let squares: f64 = atoms.clone().zip(&groups).map(|(n, group)| n * scatter(&of(group))).sum();
        let freedom: usize = groups.iter().map(|group| group.len() - 1).sum();
        let variance = squares / freedom as f64;
        let points: Vec<[f64; 3]> = densities
            .iter()
            .zip(atoms)
            .zip(&groups)
            .map(|((&density, atoms), group)| {
                let error = (variance / (atoms * group.len() as f64)).sqrt();
                [density, (mean(&of(group)) - wanted) / scale, error / scale]
            })
            .collect();
        for (row, [_, distance, error]) in table.rows.iter_mut().zip(&points) {
            row.extend([format!("{distance:+.5}"), format!("{error:.5}")]);
        }
        // Without forces that last no time there is no count of collisions; at A = 0 the temperature does not move.
        let is_counted = case.gas == Gas::HardSpheres || q != 3;
        let moves = case.arrow == Arrow::BoltzmannGradLimit || q != 0;
        if !(is_counted && moves) {
            continue;
        }
        let fit = line(&points);
        let error = fit.intercept_error.hypot(wanted_error / scale);
        // A rate of collisions that is off by a twentieth shows as about that in their number, less elsewhere.
        finding.claims.push(Claim::value(
            format!("{name}: distance extrapolated to n sigma^3 = 0"),
            fit.intercept,
            error,
            0.0,
            0.02,
        ));
        if q == 3 {
            let logarithms: Vec<[f64; 3]> =
                points.iter().map(|&[x, y, e]| [x.ln(), y.abs().ln(), (e / y).abs().max(1e-9)]).collect();
            finding.claims.push(Claim::fitted_order(
                format!("{name}: distance, order in n sigma^3"),
                &line(&logarithms),
                1.0,
                0.3,
            ));
        }
        plot.curves.push(Curve { label: name.to_owned(), points, is_theory: false });
        plot.curves.push(Curve {
            label: format!("{name}, line"),
            points: vec![[0.0, fit.intercept, 0.0], [densities[0], fit.intercept + fit.slope * densities[0], 0.0]],
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
    fn the_limit_is_boltzmann_and_planted_faults_turn_the_arrow_red() {
        assert_eq!(judged("dilute-hard-spheres", None), Verdict::Holds);
        for fault in [Fault::CollisionRate, Fault::FlowSign] {
            assert_eq!(judged("dilute-hard-spheres", Some(fault)), Verdict::Fails, "{fault:?}");
        }
    }
}
