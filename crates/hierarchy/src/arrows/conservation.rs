//! The conservation laws (50) in every part of the diagram: what each description does with mass, momentum and energy.
//!
//! `d rho/dt + tr(L) rho = 0`, `dL/dt + L^2 = 0`, `rho de/dt + P : L = 0`, whatever closes them. Descriptions without
//! particles keep them as far as their time steps are exact; particles of a simulation in the mean of its replicas, whose
//! stress is sampled at instants; atoms by the ledger of the work that their images do on them, to rounding from event to
//! event and to the order of the steps where there are steps.

mod residuals;

use super::experiments::{Gas, rows};
use crate::statistics::greater;
use crate::verify::{Arrow, Claim, Finding, Interrupt, Settings, Study, Table, Task, TaskError, richardson_even};
use omd_flow::Matrix3;
use residuals::{
    CLOUD_STEPS, ENCOUNTERS, KINDS, Kinetic, Residuals, STEPS, by_encounters, cloud, copies, event_driven, explicit,
    images, kinetic, lennard_jones, viscous, weighted,
};
use std::sync::Arc;

/// Of a description that is solved to rounding or to 1e-11 a step and more, over some hundred steps.
const SOLVED: f64 = 1e-9;
/// Of sums over particles that nothing but rounding changes.
const ROUNDING: f64 = 1e-11;
/// Replicas of a simulation.
const REPLICAS: usize = 8;

/// How the residual of the energy is judged.
#[derive(Clone, Copy)]
enum Energy {
    /// It stays below a bound.
    Below(f64),
    /// Its mean over replicas vanishes within its error.
    Noise,
    /// It falls with the time step.
    Order(f64, &'static [f64]),
}

impl Energy {
    /// Runs that tell.
    fn runs(self) -> usize {
        match self {
            Self::Below(_) => 1,
            Self::Noise => REPLICAS,
            Self::Order(_, steps) => steps.len(),
        }
    }
}

type Measure = Arc<dyn Fn(&Settings, usize, Interrupt<'_>) -> Result<Residuals, TaskError> + Send + Sync>;

/// A description in a part of the diagram.
#[derive(Clone)]
struct Case {
    label: String,
    energy: Energy,
    /// Run `k`: a replica, or a time step.
    measure: Measure,
}

impl Case {
    fn new(
        label: impl Into<String>,
        energy: Energy,
        measure: impl Fn(&Settings, usize, Interrupt<'_>) -> Result<Residuals, TaskError> + Send + Sync + 'static,
    ) -> Self {
        Self { label: label.into(), energy, measure: Arc::new(measure) }
    }

    fn of(gas: Gas, what: Kinetic, gradient: Matrix3<f64>) -> Self {
        let energy = if what.is_random() { Energy::Noise } else { Energy::Below(SOLVED) };
        Self::new(format!("{}, {}", gas.name(), what.name()), energy, move |settings, replica, interrupt| {
            kinetic(settings, gas, what, gradient, replica, interrupt)
        })
    }
}

fn shear() -> Matrix3<f64> {
    Matrix3::new(0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
}

/// The flow of an arrow's other studies.
fn gradient(arrow: Arrow) -> Matrix3<f64> {
    match arrow {
        Arrow::MolecularToKinetic => Matrix3::zeros(),
        Arrow::BoltzmannGradLimit | Arrow::KineticToHydrodynamic | Arrow::Breakdown => shear(),
        _ => super::experiments::full_flow(),
    }
}

fn cases(arrow: Arrow) -> Vec<Case> {
    let flow = gradient(arrow);
    let of = |gas, what| Case::of(gas, what, flow);
    let steps = Energy::Order(2.0, &STEPS);
    let spheres = || {
        Case::new("hard spheres, event-driven", Energy::Below(ROUNDING), move |settings, _, interrupt| {
            event_driven(settings, flow, interrupt)
        })
    };
    let stepped = || {
        Case::new("Lennard-Jones, time steps", steps, move |settings, k, interrupt| {
            lennard_jones(settings, flow, STEPS[k], interrupt)
        })
    };
    let fluid = |gas: Gas| {
        Case::new(format!("{}, navier-stokes", gas.name()), Energy::Below(SOLVED), move |settings, _, interrupt| {
            viscous(settings, gas, flow, interrupt)
        })
    };
    let mean_field = || {
        Case::new("cloud with weights 1/N", Energy::Order(4.0, &CLOUD_STEPS), move |settings, k, interrupt| {
            cloud(settings, flow, CLOUD_STEPS[k], interrupt)
        })
    };
    let encounters = |gas: Gas| {
        let label = format!("{}, encounters", gas.name());
        Case::new(label, Energy::Below(ENCOUNTERS), move |settings, _, interrupt| {
            by_encounters(settings, gas, flow, interrupt)
        })
    };
    match arrow {
        Arrow::MolecularSymmetry => {
            let block =
                Case::new("explicit block", steps, |settings, k, interrupt| explicit(settings, STEPS[k], interrupt));
            let images =
                Case::new("images of the block", steps, |settings, k, interrupt| images(settings, STEPS[k], interrupt));
            let groups = KINDS.into_iter().map(|kind| {
                Case::new(kind.name(), steps, move |settings, k, interrupt| copies(settings, kind, STEPS[k], interrupt))
            });
            [block, images].into_iter().chain(groups).collect()
        }
        Arrow::MolecularToKinetic => {
            vec![spheres(), stepped(), encounters(Gas::Wca), of(Gas::HardSpheres, Kinetic::Simulation), mean_field()]
        }
        Arrow::KineticSymmetry => vec![
            of(Gas::HardSpheres, Kinetic::InSpace),
            of(Gas::HardSpheres, Kinetic::Simulation),
            of(Gas::Maxwell, Kinetic::Deterministic),
        ],
        Arrow::MeanFieldLimit => {
            let weights = Case::new("atoms with weights 1/N", steps, move |settings, k, interrupt| {
                weighted(settings, flow, STEPS[k], interrupt)
            });
            vec![weights, mean_field(), of(Gas::Maxwell, Kinetic::FreeFlight)]
        }
        Arrow::BoltzmannGradLimit => [spheres(), stepped(), encounters(Gas::Wca)]
            .into_iter()
            .chain([Gas::HardSpheres, Gas::LennardJones, Gas::Wca].map(|gas| of(gas, Kinetic::Simulation)))
            .collect(),
        Arrow::KineticToHydrodynamic => Gas::ALL.map(|gas| of(gas, Kinetic::Deterministic)).to_vec(),
        Arrow::HydrodynamicSymmetry => vec![of(Gas::HardSpheres, Kinetic::Euler), fluid(Gas::HardSpheres)],
        Arrow::HydrodynamicLimit => Gas::ALL
            .into_iter()
            .flat_map(|gas| [of(gas, Kinetic::Deterministic), fluid(gas)])
            .chain([of(Gas::Maxwell, Kinetic::Euler)])
            .collect(),
        Arrow::Diagram => vec![
            spheres(),
            of(Gas::HardSpheres, Kinetic::InSpace),
            of(Gas::HardSpheres, Kinetic::Deterministic),
            fluid(Gas::HardSpheres),
        ],
        Arrow::Breakdown => vec![
            encounters(Gas::LennardJones),
            stepped(),
            of(Gas::LennardJones, Kinetic::Simulation),
            of(Gas::LennardJones, Kinetic::Deterministic),
            fluid(Gas::LennardJones),
        ],
    }
}

fn name(arrow: Arrow) -> &'static str {
    match arrow {
        Arrow::MolecularSymmetry => "conservation-1",
        Arrow::MolecularToKinetic => "conservation-2",
        Arrow::KineticSymmetry => "conservation-3",
        Arrow::MeanFieldLimit => "conservation-4-mean-field",
        Arrow::BoltzmannGradLimit => "conservation-4-boltzmann",
        Arrow::KineticToHydrodynamic => "conservation-5",
        Arrow::HydrodynamicSymmetry => "conservation-6",
        Arrow::HydrodynamicLimit => "conservation-7",
        Arrow::Diagram => "conservation-diagram",
        Arrow::Breakdown => "conservation-map",
    }
}

pub(super) fn studies(settings: &Settings) -> Vec<Study> {
    Arrow::ALL.map(|arrow| study(*settings, arrow)).into()
}

fn study(settings: Settings, arrow: Arrow) -> Study {
    let cases = cases(arrow);
    let mut tasks = Vec::new();
    for case in &cases {
        for run in 0..case.energy.runs() {
            let measure = case.measure.clone();
            tasks.push(Task::new(format!("{}, {run}", case.label), 0.3, move |interrupt| {
                let Residuals { mass, momentum, energy } = measure(&settings, run, interrupt)?;
                Ok(vec![mass, momentum, energy])
            }));
        }
    }
    Study {
        arrow,
        name: name(arrow),
        title: "Mass, momentum and energy follow the conservation laws (50)",
        input: format!("A = {}; {}", rows(&gradient(arrow)), residuals::input()),
        tasks,
        judge: Box::new(move |results| judge(&cases, results)),
    }
}

fn judge(cases: &[Case], results: &[Vec<f64>]) -> Finding {
    let mut table = Table {
        caption: "Residuals of (50); zero where there is no such law. Energy over that of the start: the largest, its mean over replicas, or the largest for the shortest step".to_owned(),
        header: ["description", "mass", "momentum", "energy"].map(str::to_owned).to_vec(),
        rows: Vec::new(),
    };
    let mut claims = Vec::new();
    let mut largest = [0.0f64; 2];
    let mut rest = results;
    for case in cases {
        let (runs, more) = rest.split_at(case.energy.runs());
        rest = more;
        let most = |k: usize| runs.iter().map(|run| run[k]).fold(0.0, greater);
        let [mass, momentum] = [most(0), most(1)];
        largest = [greater(largest[0], mass), greater(largest[1], momentum)];
        let energies: Vec<f64> = runs.iter().map(|run| run[2]).collect();
        let text = |what: &str| format!("{}: energy, {what}", case.label);
        claims.push(match case.energy {
            Energy::Below(bound) => Claim::below(text("relative residual"), energies[0].abs(), bound),
            Energy::Noise => Claim::mean(text("relative residual"), &energies, 0.0, 1e-4),
            Energy::Order(order, steps) => {
                let points: Vec<[f64; 2]> = steps.iter().zip(&energies).map(|(&step, &e)| [step, e]).collect();
                Claim::order(text("residual, order in the time step"), &richardson_even(&points), order)
            }
        });
        let energy = match case.energy {
            Energy::Noise => energies.iter().sum::<f64>() / energies.len() as f64,
            _ => energies[energies.len() - 1],
        };
        table.rows.push(vec![
            case.label.clone(),
            format!("{mass:.1e}"),
            format!("{momentum:.1e}"),
            format!("{energy:.1e}"),
        ]);
    }
    let all = |what: &str| format!("{what}, all descriptions: largest relative residual");
    claims.insert(0, Claim::below(all("mass"), largest[0], ROUNDING));
    claims.insert(1, Claim::below(all("momentum"), largest[1], ROUNDING));
    Finding { claims, tables: vec![table], ..Finding::default() }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::judged;
    use crate::verify::{Arrow, Fault, Verdict};

    #[test]
    fn every_description_conserves() {
        for arrow in Arrow::ALL {
            assert_eq!(judged(super::name(arrow), None), Verdict::Holds, "{arrow}");
        }
    }

    #[test]
    fn a_fluid_that_dissipates_as_printed_loses_energy() {
        for arrow in [Arrow::HydrodynamicSymmetry, Arrow::HydrodynamicLimit, Arrow::Diagram, Arrow::Breakdown] {
            assert_eq!(judged(super::name(arrow), Some(Fault::PrintedDissipation)), Verdict::Fails, "{arrow}");
        }
    }

    // At A = 0 there is no sign; all else gains what it should lose.
    #[test]
    fn a_wrong_sign_of_the_flow_breaks_a_law_of_every_reduced_description() {
        for arrow in Arrow::ALL.into_iter().filter(|&arrow| arrow != Arrow::MolecularToKinetic) {
            assert_eq!(judged(super::name(arrow), Some(Fault::FlowSign)), Verdict::Fails, "{arrow}");
        }
    }
}
