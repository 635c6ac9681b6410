//! Valid inputs resolve to numbers worked out by hand.

use omd_flow::{Matrix3, Vector3};
use omd_hierarchy::experiment::{
    AtomStart, DrawnPositions, Engine, ForceMethod, HistogramSettings, Interaction, LatticeChoice, Order, Preparation,
    Profile, StepControl, ThermostatKind, Viscosity,
};
use omd_interaction::{EmbeddedAtom, EmbeddedTables, SmoothForm, Truncation};
use omd_io::{ResolvedInput, UnitStyle, read_input, resolve_input};
use std::path::Path;

fn good(name: &str) -> ResolvedInput {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good").join(name);
    read_input(&path).unwrap_or_else(|error| panic!("{error}"))
}

/// Angstrom, picosecond, dalton: a kcal/mol is 418.4, a kelvin 0.0083144...; LAMMPS's digits.
const KCAL: f64 = 1e6 / (48.88821291 * 48.88821291);

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-13, "{found} is not {expected}");
}

#[test]
fn argon_in_real_units() {
    let input = good("argon-shear.toml");
    let experiment = &input.experiment;
    assert_eq!((input.units.style(), &*experiment.title), (UnitStyle::Real, "Argon in simple shear"));
    assert!((KCAL / 418.4 - 1.0).abs() < 1e-9);
    // 1e-6 per fs is 1e-3 per ps.
    close(experiment.flow.velocity_gradient_at_zero()[(0, 1)], 1e-3);
    close(experiment.state.number_density, 2.4463e-5);
    close(experiment.state.temperature(), 300.0 * 0.0019872067 * KCAL);
    assert_eq!(experiment.state.mass, 39.948);
    assert_eq!(experiment.state.preparation, Preparation::Equilibrium);
    let Some(Interaction::Potential(potential)) = &experiment.interaction else { panic!() };
    let form = potential.form().as_lennard_jones().unwrap();
    close(form.epsilon, 0.2381 * KCAL);
    assert_eq!(
        (form.sigma, potential.cutoff(), potential.truncation()),
        (3.405, Some(13.62), Truncation::ShiftedForce)
    );
    close(experiment.schedule.end, 1000.0);
    assert_eq!(experiment.schedule.samples, 100);
    let molecular = experiment.molecular.as_ref().unwrap();
    let Some(Engine::TimeStepped(scheme)) = molecular.engine else { panic!("{:?}", molecular.engine) };
    close(scheme.time_step, 0.01);
    assert_eq!((molecular.replicas, molecular.seed, scheme.control), (2, 7, StepControl::Thermal));
    assert_eq!(molecular.trajectory.as_ref().unwrap().every, 10);
    let AtomStart::Drawn { atoms: 4000, positions: DrawnPositions::Random, lattice: LatticeChoice::Auto } =
        molecular.start
    else {
        panic!()
    };
    let dsmc = experiment.dsmc.unwrap();
    assert_eq!((dsmc.particles, dsmc.replicas, dsmc.seed), (100_000, 4, u64::MAX));
    assert!(experiment.euler && experiment.moments.is_none() && experiment.knudsen == 1.0);
    let Some(Viscosity::Table(table)) = &experiment.navier_stokes else { panic!() };
    // An atmosphere is 68568.415 in the other sense: P = nktv2p E/V.
    close(table[0].1, 1.57e5 * KCAL / 68568.415 * 1e-3);
    close(table[1].0, 400.0 * 0.0019872067 * KCAL);
    assert_eq!(input.checkpoint_minutes, 0.5);
    assert!(input.warnings.is_empty());
    let seed = input.keys.iter().find(|key| key.section == "molecular" && key.key == "positions").unwrap();
    assert_eq!((&*seed.value, seed.given), ("\"random\"", false));
}

#[test]
fn the_smallest_input_takes_its_defaults() {
    let input = good("minimal.toml");
    let experiment = &input.experiment;
    assert_eq!((&*experiment.title, experiment.state.mass, input.checkpoint_minutes), ("minimal", 1.0, 5.0));
    assert_eq!((experiment.state.number_density, experiment.state.temperature()), (0.05, 2.0));
    assert_eq!((experiment.schedule.end, experiment.flow.singular_time()), (1.9999, Some(2.0)));
    assert!(experiment.interaction.is_none() && experiment.molecular.is_none() && experiment.dsmc.is_none());
}

#[test]
fn lattice_rows_are_edges() {
    let input = good("lattice.toml");
    let molecular = input.experiment.molecular.as_ref().unwrap();
    let AtomStart::Drawn { lattice: LatticeChoice::Edges(edges), positions: DrawnPositions::Fcc, atoms: 20 } =
        molecular.start
    else {
        panic!()
    };
    assert_eq!(edges, Matrix3::new(10.0, 3.0, 1.0, 0.0, 10.0, 2.0, 0.0, 0.0, 10.0));
    assert_eq!(edges.column(1), Vector3::new(3.0, 10.0, 0.0));
    let kelvin = 8.617343e-5 / 1.0364269e-4;
    let tensor = input.experiment.state.temperature_tensor / kelvin;
    assert!((tensor - Matrix3::new(300.0, 10.0, 0.0, 10.0, 400.0, 0.0, 0.0, 0.0, 200.0)).norm() < 1e-10);
    close(input.experiment.state.temperature(), 300.0 * kelvin);
    let Some(Engine::TimeStepped(scheme)) = molecular.engine else { panic!("{:?}", molecular.engine) };
    assert_eq!((molecular.replicas, molecular.seed, scheme.control), (1, 1, StepControl::Fixed));
}

#[test]
fn a_structure_gives_wrapped_atoms_and_peculiar_velocities() {
    let input = good("structure.toml");
    close(input.experiment.state.number_density, 4.0 / 1000.0);
    let molecular = input.experiment.molecular.as_ref().unwrap();
    let AtomStart::Given { cell, positions, shifts, peculiar: Some(peculiar), species } = &molecular.start else {
        panic!()
    };
    assert_eq!(*cell, Matrix3::new(10.0, 2.0, 0.0, 0.0, 10.0, 0.0, 0.0, 0.0, 10.0));
    assert_eq!(species, &["Ar", "Ar", "Kr", "Ar"]);
    // (13, 11, 5) = (1, 1, 5) + e1 + e2; (5, -1, 5) = (7, 9, 5) - e2; (5, 5, 25) = (5, 5, 5) + 2 e3.
    let expected = [[1.0, 1.0, 1.0], [1.0, 1.0, 5.0], [7.0, 9.0, 5.0], [5.0, 5.0, 5.0]];
    for (found, expected) in positions.iter().zip(expected) {
        assert!((found - Vector3::from(expected)).norm() < 1e-14, "{found}");
    }
    let expected = [[0, 0, 0], [1, 1, 0], [0, -1, 0], [0, 0, 2]];
    assert_eq!(shifts.iter().map(|nu| [nu.x, nu.y, nu.z]).collect::<Vec<_>>(), expected);
    // w = v - A x with A x = (y/2, 0, 0) at the position read: (0.5, 5.5, -0.5, 2.5).
    let expected = [[0.5, 0.0, 0.0], [0.0, 2.0, 0.0], [1.0, -2.0, 0.0], [-1.0, 0.0, 1.0]];
    for (found, expected) in peculiar.iter().zip(expected) {
        assert!((found - Vector3::from(expected)).norm() < 1e-14, "{found}");
    }
    // The wrapped atom with the lab velocity that belongs to it, v - A E nu, has the same w.
    let flow = &input.experiment.flow;
    let lab = Vector3::new(5.5, 2.0, 0.0);
    let wrapped = lab - flow.velocity_gradient_at_zero() * cell * Vector3::new(1.0, 1.0, 0.0);
    assert!((flow.peculiar_from_lab(0.0, &positions[1], &wrapped) - peculiar[1]).norm() < 1e-14);
    assert_eq!(input.warnings.len(), 1, "the temperature of the atoms is not 300 K: {:?}", input.warnings);
    assert!(input.structure.as_ref().unwrap().path.ends_with("four.extxyz"));
}

#[test]
fn a_kernel_in_si_units() {
    let input = good("kernel.toml");
    let experiment = &input.experiment;
    let Some(Interaction::KernelOnly { rate, exponent: 0.5 }) = experiment.interaction else { panic!() };
    // m^3/s (m/s)^-1/2 = 1e30 / 1e12 x (1e-2)^-1/2 = 1e19 in angstrom and picosecond.
    close(rate, 10.0);
    close(experiment.state.number_density, 2.5e-5);
    close(experiment.flow.velocity_gradient_at_zero()[(0, 1)], 1e-3);
    close(experiment.schedule.end, 1000.0);
    close(experiment.state.temperature() / experiment.state.mass, 1.3806504e-23 * 300.0 / 6.6335e-26 * 1e-4);
    assert_eq!((experiment.state.preparation, experiment.knudsen), (Preparation::NavierStokes, 0.1));
    // Pa s is kg/(m s): viscosity over (mass x density x velocity x length) has no unit.
    let Some(Viscosity::Constant(viscosity)) = experiment.navier_stokes else { panic!() };
    let found = viscosity / (experiment.state.mass * experiment.state.number_density);
    close(found, 2.2e-5 / (6.6335e-26 * 2.5e25) * 1e8);
}

#[test]
fn soft_spheres_and_what_is_observed() {
    let experiment = good("soft-spheres.toml").experiment;
    let Some(Interaction::SoftKernel { rate: 3.0, exponent: 0.0, alpha: 1.5 }) = experiment.interaction else {
        panic!()
    };
    let observation = experiment.dsmc.unwrap().observation;
    assert!(observation.all_moments && observation.entropy && experiment.moments.is_some());
    assert_eq!(observation.histogram, Some(HistogramSettings { every: 50, bins: 64, range: 4.0 }));
}

#[test]
fn a_mean_field_in_metal_units() {
    let input = good("mean-field.toml");
    let settings = input.experiment.mean_field.unwrap();
    assert_eq!((settings.particles, settings.width, settings.replicas, settings.seed), (5000, 4.0, 2, 3));
    assert_eq!((settings.positions, settings.velocities), (Profile::Ball, Profile::Gaussian));
    assert_eq!((settings.order, settings.method), (Order::Six, ForceMethod::Mesh { tolerance: 1e-4 }));
    close(settings.time_step, 0.001);
    assert!(input.experiment.free_flight);
    let Some(Interaction::Potential(potential)) = &input.experiment.interaction else { panic!() };
    let Some(SmoothForm::Yukawa(form)) = potential.form().as_smooth() else { panic!() };
    // An electronvolt is 1/1.0364269e-4 dalton (angstrom/ps)^2.
    close(form.strength, -14.4 / 1.0364269e-4);
    assert_eq!((form.screening, form.softening), (5.0, 0.5));
}

#[test]
fn hard_spheres_move_without_a_time_step() {
    let text = "units = \"lj\"\nflow = { velocity-gradient = [[0, 1, 0], [0, 0, 0], [0, 0, 0]] }\n\
                state = { number-density = 0.1, temperature = 1.0 }\n\
                interaction = { kind = \"hard-sphere\", diameter = 1.0 }\n\
                time = { end = 1.0, samples = 2 }\nmolecular = { atoms = 50 }\n";
    let input = resolve_input(Path::new("spheres.toml"), text).unwrap();
    assert!(input.experiment.molecular.unwrap().engine.is_none());
    assert!(input.keys.iter().all(|key| !key.key.starts_with("time-step")));
}

#[test]
fn a_dilute_gas_goes_from_encounter_to_encounter() {
    let text = "units = \"lj\"\nflow = { velocity-gradient = [[0, 1, 0], [0, 0, 0], [0, 0, 0]] }\n\
                state = { number-density = 0.001, temperature = 1.0 }\n\
                interaction = { kind = \"wca\", epsilon = 1.0, sigma = 1.0 }\n\
                time = { end = 1.0, samples = 2 }\nmolecular = { atoms = 50, engine = \"encounters\" }\n";
    let input = resolve_input(Path::new("gas.toml"), text).unwrap();
    assert_eq!(input.experiment.molecular.unwrap().engine, Some(Engine::Encounters { tolerance: 1e-8 }));
    assert!(input.keys.iter().all(|key| !key.key.starts_with("time-step")));
}

#[test]
fn a_nanotube_of_two_screws_under_the_flow() {
    let input = good("group.toml");
    assert!(input.experiment.state.number_density.is_nan(), "a tube has no density");
    let molecular = input.experiment.molecular.unwrap();
    let AtomStart::Free { positions, peculiar: None, species } = &molecular.start else { panic!() };
    assert_eq!((positions.len(), species.join("").as_str()), (4, "AAEE"));
    let group = molecular.group.unwrap();
    // Pitches of 5 and 3 are powers of 1; angles of 150 and 90 degrees then leave 6 turns of 5 x 90 - 3 x 150 = 0.
    assert_eq!((group.dimension(), group.index()), (1, 1));
    close(group.content(0.0).unwrap(), 1.0);
    close(group.content(2.0).unwrap(), 1.2);
}

#[test]
fn a_crystal_is_built_in_its_orientation() {
    let input = good("build.toml");
    let molecular = input.experiment.molecular.unwrap();
    let AtomStart::Given { cell, positions, peculiar: None, species, .. } = &molecular.start else { panic!() };
    let edges = Vector3::new(18f64.sqrt(), 18f64.sqrt(), 5.0) * 3.615;
    assert!((cell - Matrix3::from_diagonal(&edges)).norm() < 1e-13);
    assert_eq!((positions.len(), &*species[359], molecular.group.is_none()), (360, "Cu", true));
    close(input.experiment.state.number_density, 4.0 / 3.615f64.powi(3));
}

#[test]
fn layers_and_tubes_bring_their_group() {
    let text = good("build.toml").text;
    let (before, _) = text.split_once("[molecular.build]").unwrap();
    let built = |table: &str| {
        let text = format!("{before}[molecular.build]\n{table}");
        let input = resolve_input(Path::new("build.toml"), &text).unwrap_or_else(|error| panic!("{error}"));
        assert!(input.experiment.state.number_density.is_nan());
        let molecular = input.experiment.molecular.unwrap();
        let AtomStart::Free { positions, peculiar: None, .. } = &molecular.start else { panic!() };
        (positions.len(), molecular.group.unwrap())
    };
    let (count, tube) = built("kind = \"nanotube\"\nindices = [4, 1]\nbond-length = 1.42");
    assert_eq!((count, tube.dimension(), tube.index()), (2, 1, 1));
    let periods = "kind = \"nanotube\"\nindices = [4, 1]\nbond-length = 1.42\nimages = \"translation\"\ncells = 2";
    let (count, rod) = built(periods);
    assert_eq!((count, rod.dimension(), rod.index()), (56, 1, 1));
    close(rod.content(0.0).unwrap() / tube.content(0.0).unwrap(), 28.0);
    // The third axis moves and the layer has no translation along it: a flow in its plane is asked for.
    let text = format!("{before}[molecular.build]\nkind = \"graphene\"\nbond-length = 1.42\ncells = [3, 2]");
    let error = resolve_input(Path::new("build.toml"), &text).unwrap_err().to_string();
    assert!(
        error.starts_with("error: [molecular.build]: the images follow the flow along the translations"),
        "{error}"
    );
    let still = text.replace("[0, 0, 0.1]", "[0, 0, 0]");
    let layer = resolve_input(Path::new("build.toml"), &still).unwrap().experiment.molecular.unwrap();
    assert_eq!(layer.group.unwrap().dimension(), 2);
}

#[test]
fn molecules_are_prepared_and_thermostatted() {
    let input = good("diatomic.toml");
    // 250 molecules: four times the cube of three is less, of four more.
    let holes = "atoms = 500 with positions = \"fcc\" leave places of the lattice empty or stretch it: 216 or 512 atoms fill a cube";
    assert_eq!(input.warnings, ["[molecular] is thermostatted: not an exact solution of Newton's equations", holes]);
    let molecular = input.experiment.molecular.unwrap();
    let prepare = molecular.prepare.unwrap();
    // 100 time steps of a femtosecond.
    let Some((duration, ThermostatKind::Langevin { relaxation_time })) = prepare.equilibrate else { panic!() };
    close(duration, 0.5);
    close(relaxation_time, 0.1);
    let relax = prepare.relax.unwrap();
    assert!(!relax.group);
    close(relax.force_tolerance, 1e-6 * 100.0 * 0.0019872067 * KCAL / 9.0);
    let thermostat = molecular.thermostat.unwrap();
    close(thermostat.temperature, 120.0 * 0.0019872067 * KCAL);
    let ThermostatKind::NoseHoover { relaxation_time } = thermostat.kind else { panic!() };
    close(relaxation_time, 0.2);
    let bonds = molecular.bonds.unwrap();
    assert_eq!((bonds.length, bonds.excluded), (1.09, true));
    close(bonds.within, 1.2 * 1.09);
    // A kcal/(mol angstrom^2) is as many of the inside as a kcal/mol.
    close(bonds.form.energy(1.19), 0.5 * 3000.0 * KCAL * (1.19f64 - 1.09).powi(2));
}

/// The atoms that the file bonds, wrapped; the law is that of the input, with which the file's agrees.
#[test]
fn bonds_of_a_data_file_are_those_of_the_run() {
    let input = good("molecules.toml");
    let bonds = input.experiment.molecular.as_ref().unwrap().bonds.clone().unwrap();
    assert_eq!(bonds.pairs, Some(vec![[1, 0], [2, 3]]));
    let plans = omd_hierarchy::plans(&input.experiment).unwrap();
    assert_eq!(omd_hierarchy::prepared_atoms(&plans).unwrap().unwrap().bonds, [[1, 0], [2, 3]]);
    // Lengths 0.9, and 1.2 across a face; the only pairs within the cutoff are these, which are excluded.
    let energy = plans[0].start(0).unwrap().observe().column("potential_energy").unwrap();
    close(energy, 50.0 * (0.1f64.powi(2) + 0.2f64.powi(2)));
}

/// The same atoms with the images of a ring: no cell, so the second bond is as long as the file has it.
#[test]
fn bonds_of_a_data_file_are_with_the_images_of_a_group() {
    let input = good("molecules.toml");
    let text = format!("{}[molecular.group]\nkind = \"cyclic\"\norder = 3\npoint = [9, 9, 0]\n", input.text);
    let input = resolve_input(&input.path, &text).unwrap();
    let plans = omd_hierarchy::plans(&input.experiment).unwrap();
    assert_eq!(omd_hierarchy::prepared_atoms(&plans).unwrap().unwrap().bonds, [[1, 0], [2, 3]]);
    let energy = plans[0].start(0).unwrap().observe().column("potential_energy").unwrap();
    close(energy, 50.0 * (0.1f64.powi(2) + 2.8f64.powi(2)));
}

#[test]
fn parameters_of_a_file_are_in_electronvolts_whatever_the_units() {
    let input = good("tersoff.toml");
    let Some(Interaction::ManyBody(potential)) = &input.experiment.interaction else { panic!() };
    assert_eq!(potential.cutoff(), 2.1);
    // Two atoms at 1.4 angstrom, f_C = 1: A exp(-lambda_1 r) - B exp(-lambda_2 r), each has half.
    let pair = 1393.6 * (-3.4879f64 * 1.4).exp() - 346.7 * (-2.2119f64 * 1.4).exp();
    let energy = potential.energy(0, &[Vector3::new(0.0, 0.0, 1.4).into()], &mut [Vector3::zeros()]);
    close(energy, 0.5 * pair / 1.0364269e-4);
    let text = input.text.replace("units = \"metal\"", "units = \"real\"");
    let real = resolve_input(&input.path, &text).unwrap();
    let Some(Interaction::ManyBody(potential)) = &real.experiment.interaction else { panic!() };
    assert_eq!(potential.energy(0, &[Vector3::new(0.0, 0.0, 1.4).into()], &mut [Vector3::zeros()]), energy);
    // A parameter file that changes is another input, though the structure file is the same.
    let (with, mut without) = (input.fingerprint(), input);
    without.parameters = None;
    assert_ne!(with, without.fingerprint());
}

/// The table that the files in tests/good were made from; electronvolt and angstrom.
fn copper_or_nickel([edge, repulsion, hopping, p, q]: [f64; 5]) -> EmbeddedTables {
    let (step, cutoff, nearest) = (0.06, 4.8, edge / 2f64.sqrt());
    let table = |f: &dyn Fn(f64) -> f64| (0..81).map(|m| f(f64::from(m) * step)).collect::<Vec<_>>();
    let fade = |r: f64| (1.0 - (r / cutoff) * (r / cutoff)).powi(2);
    EmbeddedTables {
        density_step: 0.25,
        embedding: (0..81).map(|m| -(f64::from(m) * 0.25).sqrt()).collect(),
        distance_step: step,
        density: table(&|r| hopping * hopping * (-2.0 * q * (r / nearest - 1.0)).exp() * fade(r)),
        pair: table(&|r| 2.0 * repulsion * (-p * (r / nearest - 1.0)).exp() * r * fade(r)),
        cutoff,
    }
}

#[test]
fn files_of_embedded_atoms_hold_the_tables_they_were_made_from() {
    let nickel = EmbeddedAtom::new(&copper_or_nickel([3.524, 0.0376, 1.07, 16.999, 1.189])).unwrap();
    let copper = EmbeddedAtom::new(&copper_or_nickel([3.615, 0.0855, 1.224, 10.96, 2.278])).unwrap();
    let input = good("embedded.toml");
    let electronvolt = 1.0 / 1.0364269e-4;
    for (file, element, expected) in [
        ("CuNi.eam.alloy", "element = \"Cu\"", &copper),
        ("CuNi.eam.alloy", "element = \"Ni\"", &nickel),
        ("CuNi.eam.fs", "element = \"Cu\"", &copper),
        ("CuNi.eam.fs", "element = \"Ni\"", &nickel),
        ("Ni.eam", "", &nickel),
    ] {
        let text = input.text.replace("element = \"Ni\"", element).replace("CuNi.eam.alloy", file);
        let input = resolve_input(&input.path, &text).unwrap();
        let Some(Interaction::ManyBody(potential)) = &input.experiment.interaction else { panic!() };
        let atom = potential.as_embedded_atom().unwrap();
        assert_eq!(potential.cutoff(), 4.8);
        for r in [1.9, 2.4917, 3.33, 4.6] {
            let (found, expected) = (atom.pair([0, 0], r), expected.pair([0, 0], r));
            close(found.density, expected.density);
            close(found.energy, expected.energy * electronvolt);
            close(found.slope, expected.slope * electronvolt);
            close(atom.embedding(0, 3.0 * r).0, nickel.embedding(0, 3.0 * r).0 * electronvolt);
        }
    }
}

#[test]
fn silicon_has_the_two_body_energy_of_its_file() {
    let input = good("embedded.toml");
    let text = input.text.replace("\"eam\"", "\"stillinger-weber\"").replace("CuNi.eam.alloy", "Si.sw");
    let input = resolve_input(&input.path, &text.replace("\"Ni\"", "\"Si\"")).unwrap();
    let Some(Interaction::ManyBody(potential)) = &input.experiment.interaction else { panic!() };
    close(potential.cutoff(), 1.8 * 2.0951);
    // The minimum of a pair is -epsilon, at 2^(1/6) sigma; the published digits give eight of it.
    let place = Vector3::new(0.0, 0.0, 2.0951 * 2f64.powf(1.0 / 6.0));
    let energy = potential.energy(0, &[place.into()], &mut [Vector3::zeros()]);
    assert!((energy * 1.0364269e-4 / (-0.5 * 2.1683) - 1.0).abs() < 1e-8);
}
