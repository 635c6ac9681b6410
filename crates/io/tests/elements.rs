//! Which atom is of which element, and what it weighs: by labels, types, masses of files and of the input.

use omd_flow::Vector3;
use omd_hierarchy::experiment::{AtomStart, Experiment, Interaction, Species};
use omd_interaction::{Neighbour, PairPotential, Truncation};
use omd_io::{ResolvedInput, resolve_input};
use std::path::Path;

/// Copper and nickel with a structure of `tests/good`, and more in `[state]`.
fn input(elements: &str, structure: &str, state: &str) -> ResolvedInput {
    let text = format!(
        "units = \"metal\"\nflow = {{ velocity-gradient = [[0, 0.5, 0], [0, 0, 0], [0, 0, 0]] }}\n\
         state = {{ temperature = 300{state} }}\ntime = {{ end = 1, samples = 1 }}\n\
         molecular = {{ structure = \"{structure}\", time-step = 0.001 }}\n\
         interaction = {{ kind = \"eam\", parameters = \"CuNi.eam.alloy\", {elements} }}\n"
    );
    resolve_input(Path::new("tests/good/input.toml"), &text).unwrap_or_else(|error| panic!("{error}"))
}

const BOTH: &str = "elements = [\"Cu\", \"Ni\"]";

fn species(experiment: &Experiment) -> &Species {
    experiment.molecular.as_ref().unwrap().species.as_ref().unwrap()
}

/// The labels that output will have, the kinds and the masses.
fn found(input: &ResolvedInput) -> (String, Vec<u8>, Vec<f64>) {
    let molecular = input.experiment.molecular.as_ref().unwrap();
    let AtomStart::Given { species: labels, .. } = &molecular.start else { panic!() };
    let of = species(&input.experiment);
    let masses = of.elements().iter().map(|element| element.mass).collect();
    (labels.join(" "), of.kinds(4).unwrap(), masses)
}

#[test]
fn labels_name_the_elements_whatever_their_order() {
    let (labels, kinds, masses) = found(&input(BOTH, "alloy.extxyz", ""));
    assert_eq!((labels.as_str(), kinds), ("Ni Ni Cu Ni", vec![1, 1, 0, 1]));
    // Standard atomic weights, and the mean of four atoms for what knows one mass.
    assert_eq!(masses, [63.546, 58.693]);
    let turned = input("elements = [\"Ni\", \"Cu\"]", "alloy.extxyz", "");
    assert_eq!(found(&turned).1, [0, 0, 1, 0]);
    assert!((turned.experiment.state.mass - (3.0 * 58.693 + 63.546) / 4.0).abs() < 1e-12);
    let said = turned.keys.iter().find(|key| key.key == "masses").unwrap();
    assert_eq!((said.value.as_str(), said.given), ("[58.693, 63.546]", false));
}

#[test]
fn labels_of_a_data_file_count_more_than_its_types() {
    // Type 1 is labelled Ni, type 2 Cu; their masses are those of the file.
    let (labels, kinds, masses) = found(&input(BOTH, "alloy.data", ""));
    assert_eq!((labels.as_str(), kinds, masses), ("Ni Cu Cu Ni", vec![1, 0, 0, 1], vec![63.55, 58.69]));
    // Near enough to what the file says.
    let (.., masses) = found(&input(BOTH, "alloy.data", ", masses = [63.546, 58.693]"));
    assert_eq!(masses, [63.546, 58.693]);
}

#[test]
fn without_labels_types_are_in_the_order_of_the_elements() {
    // swapped.data says 58.69 of type 1.
    let (labels, kinds, masses) = found(&input("elements = [\"Ni\", \"Cu\"]", "swapped.data", ""));
    assert_eq!((labels.as_str(), kinds, masses), ("Ni Cu Cu Ni", vec![0, 1, 1, 0], vec![58.69, 63.55]));
}

#[test]
fn one_element_looks_at_chemical_symbols_only() {
    for structure in ["unlabelled.extxyz", "ring.extxyz"] {
        let text = format!("structure = \"{structure}\"");
        let group = if structure == "ring.extxyz" { "[molecular.group]\nkind = \"cyclic\"\norder = 7\n" } else { "" };
        let text = format!(
            "units = \"metal\"\n[flow]\nvelocity-gradient = [[0, 0, 0], [0, 0, 0], [0, 0, 0]]\n[state]\ntemperature = 300\n\
             mass = 63.5\n[time]\nend = 1\nsamples = 1\n[interaction]\nkind = \"eam\"\nparameters = \"CuNi.eam.alloy\"\n\
             element = \"Cu\"\n[molecular]\n{text}\ntime-step = 0.001\n{group}"
        );
        let input = resolve_input(Path::new("tests/good/input.toml"), &text).unwrap_or_else(|error| panic!("{error}"));
        assert!(input.experiment.molecular.unwrap().species.is_none());
    }
    // A funcfl file has the atomic number.
    let text = "units = \"metal\"\nflow = { velocity-gradient = [[0, 0, 0], [0, 0, 0], [0, 0, 0]] }\n\
                state = { temperature = 300, mass = 58.69 }\ntime = { end = 1, samples = 1 }\n\
                molecular = { structure = \"zinc.extxyz\", time-step = 0.001 }\n\
                interaction = { kind = \"eam\", parameters = \"Ni.eam\" }\n";
    let refused = resolve_input(Path::new("tests/good/input.toml"), text).unwrap_err().to_string();
    assert!(refused.starts_with("error: atom 1 is \"Cu\", the interaction is that of \"Ni\""), "{refused}");
}

#[test]
fn a_name_of_the_parameter_file_is_the_element_it_begins_with() {
    let resolved = |structure: &str| {
        let text = format!(
            "units = \"metal\"\nflow = {{ velocity-gradient = [[0, 0, 0], [0, 0, 0], [0, 0, 0]] }}\n\
             state = {{ temperature = 300, mass = 28.085 }}\ntime = {{ end = 1, samples = 1 }}\n\
             molecular = {{ structure = \"{structure}\", time-step = 0.001 }}\n\
             interaction = {{ kind = \"tersoff\", parameters = \"silicons.tersoff\", element = \"Si(A)\" }}\n"
        );
        resolve_input(Path::new("tests/good/input.toml"), &text)
    };
    let input = resolved("silicon.extxyz").unwrap_or_else(|error| panic!("{error}"));
    assert!(input.experiment.molecular.is_some());
    let refused = resolved("silicons.extxyz").unwrap_err().to_string();
    assert!(refused.starts_with("error: atom 3 is \"C\", the interaction is that of \"Si(A)\""), "{refused}");
}

#[test]
fn pairs_of_two_elements_are_read_from_their_places_in_the_file() {
    let neighbour = |kind| [Neighbour { place: Vector3::new(0.0, 0.0, 2.5), kind }];
    let energy = |input: &ResolvedInput, kind, other| {
        let Some(Interaction::ManyBody(potential)) = &input.experiment.interaction else { panic!() };
        potential.energy(kind, &neighbour(other), &mut [Vector3::zeros()])
    };
    for file in ["CuNi.eam.alloy", "CuNi.eam.fs"] {
        let with = |elements: &str| {
            let text = input(elements, "alloy.extxyz", "").text.replace("CuNi.eam.alloy", file);
            resolve_input(Path::new("tests/good/input.toml"), &text).unwrap()
        };
        let (one, turned) = (with(BOTH), with("elements = [\"Ni\", \"Cu\"]"));
        for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            assert_eq!(energy(&one, a, b), energy(&turned, 1 - a, 1 - b), "{file} {a} {b}");
        }
        let all = [energy(&one, 0, 0), energy(&one, 0, 1), energy(&one, 1, 0), energy(&one, 1, 1)];
        assert!((0..4).all(|k| (0..k).all(|j| (all[k] - all[j]).abs() > 1e-6)), "{file}: {all:?}");
    }
}

#[test]
fn velocities_of_a_file_have_the_temperature_of_their_masses() {
    // About their mean by mass; the warning says what is found.
    let input = input(BOTH, "moving.extxyz", "");
    let AtomStart::Given { peculiar: Some(peculiar), .. } = &input.experiment.molecular.as_ref().unwrap().start else {
        panic!()
    };
    let masses = [58.693, 58.693, 63.546, 58.693];
    let momentum: f64 = peculiar.iter().zip(masses).map(|(w, m)| m * w.x).sum();
    let mean = momentum / masses.iter().sum::<f64>();
    let energy: f64 = peculiar.iter().zip(masses).map(|(w, m)| m * (w.x - mean).powi(2)).sum();
    // eV per dalton (angstrom/ps)^2, and per kelvin.
    let temperature = energy / 12.0 * 1.036_426_9e-4 / 8.617_343e-5;
    let shown = format!("have temperature {:.6}", temperature);
    assert!(input.warnings.iter().any(|warning| warning.contains(&shown[..shown.len() - 2])), "{:?}", input.warnings);
}

/// Two elements in `units` with these lines of `[interaction]`.
fn mixture(units: &str, state: &str, interaction: &str) -> ResolvedInput {
    let text = format!(
        "units = \"{units}\"\nflow = {{ velocity-gradient = [[0, 0.5, 0], [0, 0, 0], [0, 0, 0]] }}\n\
         state = {{ temperature = 1{state} }}\ntime = {{ end = 1, samples = 1 }}\n\
         molecular = {{ structure = \"mixture.extxyz\", time-step = 0.001 }}\n\
         [interaction]\nelements = [\"A\", \"B\"]\n{interaction}\n"
    );
    resolve_input(Path::new("tests/good/input.toml"), &text).unwrap_or_else(|error| panic!("{error}"))
}

const LIKE: &str = "pairs = [{ elements = [\"B\", \"B\"], epsilon = 4.0, sigma = 0.25 }, \
                    { elements = [\"A\", \"A\"], epsilon = 1.0, sigma = 1.0, cutoff = 3.0 }]";

/// `epsilon`, `sigma`, the cutoff and the truncation of every pair.
fn pairs(input: &ResolvedInput) -> Vec<(f64, f64, f64, Truncation)> {
    let Some(Interaction::Mixture(mixture)) = &input.experiment.interaction else { panic!() };
    let of = |pair: &PairPotential| {
        let form = pair.form().as_lennard_jones().unwrap();
        (form.epsilon, form.sigma, pair.cutoff().unwrap(), pair.truncation())
    };
    mixture.each().map(|(_, pair)| of(pair)).collect()
}

#[test]
fn unlike_pairs_are_mixed_of_like_ones_their_cutoffs_too() {
    let with =
        |words: &str| pairs(&mixture("lj", "", &format!("kind = \"lennard-jones\"\ncutoff = 0.75\n{words}\n{LIKE}")));
    let (a, b) = ((1.0, 1.0, 3.0, Truncation::ShiftedForce), (4.0, 0.25, 0.75, Truncation::ShiftedForce));
    assert_eq!(with("mixing = \"lorentz-berthelot\""), [a, (2.0, 0.625, 1.875, Truncation::ShiftedForce), b]);
    assert_eq!(with("mixing = \"geometric\""), [a, (2.0, 0.5, 1.5, Truncation::ShiftedForce), b]);
    // What is given is not mixed; the truncation is that of all.
    let given = LIKE.replace("pairs = [", "pairs = [{ elements = [\"B\", \"A\"], epsilon = 9.0, sigma = 0.7 }, ");
    let text =
        format!("kind = \"lennard-jones\"\ncutoff = 0.75\ntruncation = \"truncated\"\nmixing = \"geometric\"\n{given}");
    let all = pairs(&mixture("lj", "", &text));
    assert_eq!(all[1], (9.0, 0.7, 0.75, Truncation::Truncated));
    assert_eq!(all[0].3, Truncation::Truncated);
}

#[test]
fn pairs_without_cutoffs_of_their_own_end_at_their_minimum() {
    let like = LIKE.replace(", cutoff = 3.0", "");
    let all = pairs(&mixture("lj", "", &format!("kind = \"wca\"\nmixing = \"geometric\"\n{like}")));
    for (pair, (epsilon, sigma)) in all.iter().zip([(1.0, 1.0), (2.0, 0.5), (4.0, 0.25)]) {
        assert_eq!(*pair, (epsilon, sigma, 2f64.powf(1.0 / 6.0) * sigma, Truncation::Shifted));
    }
}

#[test]
fn reduced_masses_are_one_where_nothing_says_another() {
    let text = format!("kind = \"lennard-jones\"\ncutoff = 0.75\nmixing = \"geometric\"\n{LIKE}");
    let (labels, kinds, masses) = found(&mixture("lj", "", &text));
    assert_eq!((labels.as_str(), kinds, masses), ("A B A A", vec![0, 1, 0, 0], vec![1.0, 1.0]));
    let (.., masses) = found(&mixture("lj", ", masses = [2.0, 0.5]", &text));
    assert_eq!(masses, [2.0, 0.5]);
}
