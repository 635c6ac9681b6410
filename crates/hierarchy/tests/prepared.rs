//! Starts that are prepared: at t = 0 the state is what was asked for, and breaks on the way change nothing.

use omd_flow::Vector3;
use omd_flow::{Advance, AffineFlow, Description, Free, Matrix3, Monitor, Observables, Pace, StateReader, StateWriter};
use omd_hierarchy::experiment::{
    AtomStart, BondSettings, DrawnPositions, Engine, Experiment, HarmonicBond, Interaction, LatticeChoice,
    MolecularSettings, Nanotube, ObjectiveGroup, Preparation, PrepareSettings, Relaxation, Schedule, Scheme, State,
    StepControl, Thermostat, ThermostatKind,
};
use omd_hierarchy::plans;
use omd_interaction::{LennardJones, PairPotential, Tersoff, Truncation};
use std::sync::Arc;

const LANGEVIN: ThermostatKind = ThermostatKind::Langevin { relaxation_time: 0.1 };

fn tensor() -> Matrix3<f64> {
    Matrix3::new(1.2, 0.1, -0.05, 0.1, 0.9, 0.02, -0.05, 0.02, 1.0)
}

fn molecules() -> Experiment {
    let form = Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 });
    let bond = Arc::new(HarmonicBond { stiffness: 3000.0, length: 0.33 });
    Experiment {
        title: String::new(),
        flow: AffineFlow::new(Matrix3::new(0.0, 0.5, 0.0, 0.0, -0.3, 0.0, 0.2, 0.0, 0.1)).unwrap(),
        state: State {
            number_density: 0.9,
            temperature_tensor: tensor(),
            mass: 1.0,
            preparation: Preparation::Equilibrium,
        },
        interaction: Some(Interaction::Potential(PairPotential::new(form, Some(2.5), Truncation::ShiftedForce))),
        knudsen: 1.0,
        schedule: Schedule { end: 0.15, samples: 2 },
        molecular: Some(MolecularSettings {
            start: AtomStart::Drawn { atoms: 400, positions: DrawnPositions::Random, lattice: LatticeChoice::Cubic },
            species: None,
            group: None,
            engine: Some(Engine::TimeStepped(Scheme { time_step: 1e-3, control: StepControl::Fixed })),
            replicas: 2,
            seed: 3,
            trajectory: None,
            prepare: Some(PrepareSettings {
                relax: Some(Relaxation { force_tolerance: 1e-3, group: false }),
                equilibrate: Some((0.2, LANGEVIN)),
            }),
            thermostat: Some(Thermostat {
                kind: ThermostatKind::NoseHoover { relaxation_time: 0.1 },
                temperature: 1.0,
            }),
            bonds: Some(BondSettings { form: bond, length: 0.33, within: 0.4, pairs: None, excluded: true }),
        }),
        dsmc: None,
        spectral: None,
        mean_field: None,
        free_flight: false,
        moments: None,
        galerkin: None,
        euler: false,
        navier_stokes: None,
    }
}

fn start(experiment: &Experiment, replica: usize) -> Box<dyn Description> {
    plans(experiment).unwrap()[0].start(replica).unwrap()
}

fn rows(experiment: &Experiment, molecular: &mut dyn Description) -> Vec<Observables> {
    let samples = 0..=experiment.schedule.samples;
    let row = |sample| {
        molecular.advance(experiment.schedule.time(sample), &mut Free).unwrap();
        molecular.observe()
    };
    samples.map(row).collect()
}

fn extra(row: &Observables, name: &str) -> f64 {
    row.column(name).unwrap_or_else(|| panic!("no column {name}"))
}

/// Pauses at its first question after `skip` ones.
struct PauseAfter(usize);

impl Monitor for PauseAfter {
    fn at(&mut self, _: f64) -> Pace {
        self.0 = self.0.wrapping_sub(1);
        if self.0 == 0 { Pace::Pause } else { Pace::Continue }
    }
}

/// Counts the questions.
struct Count(usize);

impl Monitor for Count {
    fn at(&mut self, _: f64) -> Pace {
        self.0 += 1;
        Pace::Continue
    }
}

#[test]
fn the_state_at_zero_is_the_one_asked_for() {
    let experiment = molecules();
    let mut first = Vec::new();
    for replica in 0..2 {
        let mut molecular = start(&experiment, replica);
        let rows = rows(&experiment, molecular.as_mut());
        let row = &rows[0];
        let kinetic = |name: &str| extra(row, name) / row.density;
        for (name, expected) in [("kinetic_pxx", 1.2), ("kinetic_pyy", 0.9), ("kinetic_pxz", -0.05)] {
            assert!((kinetic(name) - expected).abs() < 1e-12, "{name}: {}", kinetic(name));
        }
        assert!(extra(row, "drift_x").abs() < 1e-14 && extra(row, "energy_balance") == 0.0);
        assert!(extra(row, "thermostat_heat") == 0.0 && row.time == 0.0);
        // Bonds that swing share the energy: at rest there would be none of it in them.
        let balance = extra(&rows[2], "energy_balance") / (1.5 * 400.0);
        assert!(balance.abs() < 2e-3, "{balance}");
        first.push(row.clone());
    }
    assert_ne!(first[0].pressure, first[1].pressure, "replicas are prepared with noise of their own");
    let relaxed_only = |equilibrate| {
        let mut experiment = molecules();
        let settings = experiment.molecular.as_mut().unwrap();
        settings.prepare = Some(PrepareSettings { equilibrate, ..settings.prepare.unwrap() });
        let rows = rows(&experiment, start(&experiment, 0).as_mut());
        extra(&rows[0], "potential_energy")
    };
    // Atoms at rest have less energy than moving ones, which have it from the thermostat.
    assert!(relaxed_only(None) < extra(&first[0], "potential_energy") - 50.0);
}

#[test]
fn breaks_at_every_stage_change_no_bit() {
    let experiment = molecules();
    let whole = rows(&experiment, start(&experiment, 0).as_mut());
    let (mut count, mut molecular) = (Count(0), start(&experiment, 0));
    for sample in 0..=experiment.schedule.samples {
        molecular.advance(experiment.schedule.time(sample), &mut count).unwrap();
    }
    // At rest it asks after every step downhill; then three times before t = 0, once between samples.
    let total = count.0;
    assert!(total > 20, "{total}");
    for questions in [1, total / 2, total - 4, total - 3, total - 2, total - 1, total] {
        let mut monitor = PauseAfter(questions);
        let mut molecular = start(&experiment, 0);
        let samples = 0..=experiment.schedule.samples;
        let mut pauses =
            |sample: &usize| molecular.advance(experiment.schedule.time(*sample), &mut monitor) == Ok(Advance::Paused);
        let Some(paused) = samples.clone().find(|sample| pauses(sample)) else { panic!("{questions} questions") };
        let mut state = StateWriter::new();
        molecular.save(&mut state);
        let bytes = state.into_bytes();
        let mut again = start(&experiment, 0);
        let mut reader = StateReader::new(&bytes);
        again.restore(&mut reader).unwrap();
        reader.finish().unwrap();
        let mut count = Count(0);
        for sample in samples.skip(paused) {
            again.advance(experiment.schedule.time(sample), &mut count).unwrap();
            assert_eq!(again.observe(), whole[sample], "{questions} questions, sample {sample}");
        }
        // What was done is not done again.
        assert_eq!(count.0, total - questions);
    }
}

#[test]
fn a_relaxed_tube_carries_no_force_until_it_is_pulled() {
    let mut experiment = molecules();
    experiment.flow = AffineFlow::new(Matrix3::from_diagonal(&Vector3::new(0.0, 0.0, 0.002))).unwrap();
    // Electronvolt, angstrom and carbon's mass: 10.18 fs.
    experiment.state = State { number_density: f64::NAN, mass: 12.011, ..experiment.state };
    experiment.state.temperature_tensor = Matrix3::identity() * 1e-10;
    experiment.interaction = Some(Interaction::ManyBody(Arc::new(Tersoff::carbon())));
    let tube = Nanotube::new(6, 3, 1.42).unwrap();
    experiment.schedule.end = 1.0;
    let settings = experiment.molecular.as_mut().unwrap();
    settings.start = AtomStart::Free { positions: tube.positions.to_vec(), peculiar: None, species: Vec::new() };
    settings.group = Some(ObjectiveGroup::product(&experiment.flow, &tube.generators).unwrap());
    (settings.thermostat, settings.bonds) = (None, None);
    let force = |relax: Option<Relaxation>, experiment: &mut Experiment| {
        let settings = experiment.molecular.as_mut().unwrap();
        settings.prepare = Some(PrepareSettings { relax, equilibrate: None });
        let rows = rows(experiment, start(experiment, 0).as_mut());
        [extra(&rows[0], "axial_force"), extra(&rows[2], "axial_force")]
    };
    let relaxation = |group| Some(Relaxation { force_tolerance: 1e-10, group });
    let [at_rest, pulled] = force(relaxation(true), &mut experiment);
    assert!(at_rest.abs() < 1e-7 && pulled > 1e-2, "{at_rest} {pulled}");
    let [rolled, _] = force(None, &mut experiment);
    let [with_its_period, _] = force(relaxation(false), &mut experiment);
    assert!(rolled.abs() > 1.0 && with_its_period.abs() > 1.0, "{rolled} {with_its_period}");
}
