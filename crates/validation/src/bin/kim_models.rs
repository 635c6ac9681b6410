//! Every installed portable model of the KIM API and every element of it: forces under translations and under screws
//! against differences of the energy, the pressure against the slope of the energy with the cell, and two threads at a time
//! against one.
//!
//! `cargo run --release -p omd-validation --features kim --bin kim_models`: twenty minutes; with names, those models only.
//! Each model has a process of its own: there is code that ends the process it runs in.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "prints a table, and how far it is")]

use omd_flow::{AffineFlow, Description, Matrix3, Philox, Vector3};
use omd_interaction::{ClusterPotential, KimError, KimModel, KimUnits};
use omd_molecular::{
    Clusters, GroupElement, GroupModel, GroupMolecular, Nanotube, ObjectiveGroup, Scheme, Species, StepControl,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::process::Command;
use std::sync::Arc;

/// Elements of one model that are looked at; a universal one has all there are.
const MOST_ELEMENTS: usize = 4;
const UNITS: KimUnits = KimUnits { angstrom: 1.0, electronvolt: 1.0 };
/// Errors above this get a line of their own.
const NOTICED: f64 = 1e-8;
/// Displacement of a difference, angstrom.
const STEP: f64 = 5e-5;

type Potential = Arc<dyn ClusterPotential>;

fn still() -> AffineFlow {
    AffineFlow::at_rest()
}

/// Where a pair alone is lowest, or at half the cutoff where it is nowhere below zero.
fn bond_length(potential: &Potential) -> f64 {
    let cutoff = potential.cutoff();
    let places = (20..100).map(|k| 0.01 * f64::from(k) * cutoff).filter(|distance| *distance > 0.8);
    let energies = places.filter_map(|distance| Some((distance, potential.pair([0, 0], distance).ok()?)));
    let lowest = energies.min_by(|a, b| a.1.total_cmp(&b.1));
    match lowest {
        Some((distance, energy)) if energy < -1e-6 && distance < 0.9 * cutoff => distance,
        _ => 0.5 * cutoff,
    }
}

/// The distance of neighbours at which the shaken crystal is lowest: a dimer of a metal is shorter than its crystal.
fn nearest_distance(potential: &Potential) -> f64 {
    let dimer = bond_length(potential);
    let places = (0..25).map(|k| dimer * (0.9 + 0.03 * f64::from(k)));
    let energies = places.filter_map(|distance| {
        let crystal = Case::crystal(distance);
        let placed = crystal.placed(potential, &crystal.positions).ok()?;
        Some((distance, placed.potential_energy()))
    });
    energies.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(dimer, |(distance, _)| distance)
}

/// Atoms and the generators of their group.
struct Case {
    generators: Vec<GroupElement>,
    positions: Vec<Vector3<f64>>,
}

impl Case {
    /// Four atoms of a shaken face-centred crystal in a skewed cell.
    fn crystal(nearest: f64) -> Self {
        let edge = nearest * 2f64.sqrt();
        let cell = Matrix3::new(1.0, 0.04, -0.02, 0.0, 0.98, 0.03, 0.01, 0.0, 1.03) * edge;
        let mut random = Philox::new(3, 0);
        let sites = [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]].map(Vector3::from);
        let place = |site: Vector3<f64>| cell * site + Vector3::from_fn(|_, _| 0.04 * nearest * random.normal());
        Self {
            generators: cell.column_iter().map(|edge| GroupElement::translation(edge.into())).collect(),
            positions: sites.map(place).to_vec(),
        }
    }

    /// Two atoms of a tube and its screws.
    fn tube(nearest: f64) -> Option<Self> {
        let tube = Nanotube::new(4, 1, nearest)?;
        let shift = Vector3::new(0.04, -0.03, 0.02) * nearest;
        Some(Self {
            generators: tube.generators.to_vec(),
            positions: vec![tube.positions[0] + shift, tube.positions[1]],
        })
    }

    /// The first atom and all that it may feel, images included, as atoms of their own without images: what a model
    /// does of itself.
    fn alone(&self, potential: &Potential) -> Result<Self, Box<dyn Error>> {
        let group = ObjectiveGroup::new(&still(), &self.generators)?;
        let (centre, reach) = (self.positions[0], potential.reach());
        let labels = group.within(0.0, &centre, 3.0 * reach);
        let images = labels.iter().flat_map(|label| {
            let element = group.element(label);
            self.positions.iter().map(move |x| element.position(0.0, x))
        });
        let near = images.filter(|x| ((x - centre).norm() > 1e-6) && ((x - centre).norm() < reach));
        let far = [0, 1, 2].map(|k| GroupElement::translation(Vector3::ith(k, 20.0 * reach)));
        Ok(Self { generators: far.to_vec(), positions: std::iter::once(centre).chain(near).collect() })
    }

    fn placed(&self, potential: &Potential, positions: &[Vector3<f64>]) -> Result<GroupMolecular, Box<dyn Error>> {
        let group = ObjectiveGroup::new(&still(), &self.generators)?;
        let field = Arc::new(Clusters(potential.clone()));
        let model = GroupModel { group, field, species: Species::one(1.0), cell: None };
        let scheme = Scheme { time_step: 1e-3, control: StepControl::Fixed };
        Ok(GroupMolecular::new(&model, scheme, positions, &vec![Vector3::zeros(); positions.len()])?)
    }

    /// The largest error of a force on the first atoms over the largest force.
    ///
    /// Of several steps the best: atoms at the edge of a truncated force, or of an entry of a table, spoil one of them.
    fn error(&self, potential: &Potential, atoms: usize) -> Result<f64, Box<dyn Error>> {
        let forces = self.placed(potential, &self.positions)?.forces();
        let size = forces.iter().map(Vector3::norm).fold(0.0, f64::max);
        let mut worst = 0.0f64;
        for atom in 0..atoms {
            for axis in 0..3 {
                let energy = |by: f64| -> Result<f64, Box<dyn Error>> {
                    let mut positions = self.positions.clone();
                    positions[atom][axis] += by;
                    Ok(self.placed(potential, &positions)?.potential_energy())
                };
                let mut best = f64::INFINITY;
                for h in [STEP, 4.0 * STEP, 16.0 * STEP, 0.1 * STEP] {
                    let near = energy(h)? - energy(-h)?;
                    let slope = (8.0 * near - (energy(2.0 * h)? - energy(-2.0 * h)?)) / (12.0 * h);
                    best = best.min((forces[atom][axis] + slope).abs() / size);
                    if best < 1e-9 {
                        break;
                    }
                }
                worst = worst.max(best);
            }
        }
        Ok(worst)
    }
}

/// `-dU/de` for stretches of the cell along x against the pressure times the volume, relative to the largest component.
fn virial_error(case: &Case, potential: &Potential) -> Result<f64, Box<dyn Error>> {
    let pressure = {
        let mut molecular = case.placed(potential, &case.positions)?;
        let volume = molecular.group().content(0.0).ok_or("no volume")?;
        molecular.observe().pressure * volume
    };
    let energy = |by: f64| -> Result<f64, Box<dyn Error>> {
        let stretch = Matrix3::identity() + Matrix3::new(by, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        let generators = case.generators.iter().map(|g| GroupElement { offset: stretch * g.offset, ..*g }).collect();
        let stretched = Case { generators, positions: case.positions.iter().map(|x| stretch * x).collect() };
        Ok(stretched.placed(potential, &stretched.positions)?.potential_energy())
    };
    let mut best = f64::INFINITY;
    for h in [2e-5, 8e-5, 3e-4, 2e-6] {
        let slope = (8.0 * (energy(h)? - energy(-h)?) - (energy(2.0 * h)? - energy(-2.0 * h)?)) / (12.0 * h);
        best = best.min((pressure[(0, 0)] + slope).abs() / pressure.amax());
    }
    Ok(best)
}

/// Whether two threads with the model at the same time find the bits of one alone.
fn holds_under_threads(case: &Case, name: &str, element: &str) -> bool {
    let Ok(potential) = KimModel::new(name, &[element.to_owned()], UNITS) else { return false };
    let potential: Potential = Arc::new(potential);
    let bits = || {
        let evaluate = |k: usize| -> Option<Vec<u64>> {
            let moved: Vec<_> = case.positions.iter().map(|x| x * (1.0 + 1e-3 * k as f64)).collect();
            let found = case.placed(&potential, &moved).ok()?;
            let forces = found.forces().into_iter().flat_map(|f| [f.x, f.y, f.z]);
            Some(forces.chain([found.potential_energy()]).map(f64::to_bits).collect())
        };
        (0..10).map(evaluate).collect::<Vec<_>>()
    };
    let alone = bits();
    let both = std::thread::scope(|scope| {
        let threads = [scope.spawn(bits), scope.spawn(bits)];
        threads.map(|thread| thread.join().unwrap_or_default())
    });
    both.iter().all(|found| *found == alone)
}

/// What is found of one element.
fn of_element(name: &str, element: &str) -> Result<Value, Box<dyn Error>> {
    let potential: Potential = Arc::new(KimModel::new(name, &[element.to_owned()], UNITS)?);
    let nearest = nearest_distance(&potential);
    let mut errors = Vec::new();
    let crystal = Case::crystal(nearest);
    errors.push(crystal.error(&potential, crystal.positions.len()));
    let tube = Case::tube(nearest).ok_or("no tube")?;
    errors.push(tube.error(&potential, tube.positions.len()));
    errors.push(virial_error(&crystal, &potential));
    // Where something is wrong: is it without images?
    let mut alone = Vec::new();
    if errors.iter().any(|error| error.as_ref().is_ok_and(|error| *error > NOTICED)) {
        for case in [&crystal, &tube] {
            alone.push(case.alone(&potential)?.error(&potential, 1).ok());
        }
    }
    let said: Vec<String> = errors.iter().filter_map(|error| error.as_ref().err().map(ToString::to_string)).collect();
    let numbers: Vec<Option<f64>> = errors.into_iter().map(Result::ok).collect();
    Ok(json!({
        "element": element,
        "nearest": nearest,
        "units": potential.units(),
        "reach": potential.reach(),
        "cutoff": potential.cutoff(),
        "of_all": potential.ranges().iter().any(|range| range.of_all),
        "lists": potential.ranges().len(),
        "step": potential.pair([0, 0], potential.cutoff() * (1.0 - 1e-9)).ok(),
        "errors": numbers,
        "alone": alone,
        "said": said,
        "threads": holds_under_threads(&crystal, name, element),
    }))
}

/// What is found of one model.
fn of_model(name: &str) -> Value {
    let elements = match KimModel::new(name, &[], UNITS) {
        Ok(model) => model.elements().to_vec(),
        Err(KimError::Several(elements)) => elements,
        Err(error) => return json!({ "refused": error.to_string() }),
    };
    let found = elements.iter().take(MOST_ELEMENTS).map(|element| {
        of_element(name, element).unwrap_or_else(|error| json!({ "element": element, "said": [error.to_string()] }))
    });
    json!({ "elements": found.collect::<Vec<_>>() })
}

/// What the driver of a model is called: the words before the year.
fn family(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [only, name] = arguments.as_slice()
        && only == "--only"
    {
        println!("{}", of_model(name));
        return Ok(());
    }
    let names = if arguments.is_empty() { KimModel::installed() } else { arguments };
    let program = std::env::current_exe()?;
    let mut families: BTreeMap<&str, Vec<(&str, Value)>> = BTreeMap::new();
    for (k, name) in names.iter().enumerate() {
        eprintln!("{} of {}: {name}", k + 1, names.len());
        let output = Command::new(&program).args(["--only", name]).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let found = text.lines().rev().find_map(|line| serde_json::from_str(line).ok());
        let found = found.unwrap_or_else(|| json!({ "refused": format!("ended the process: {}", output.status) }));
        families.entry(family(name)).or_default().push((name, found));
    }
    println!(
        "| models | how many, elements | reach/cutoff | neighbours of images | forces, crystal | forces, tube | pressure | threads |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut remarks = Vec::new();
    for (family, models) in &families {
        println!("{}", row(family, models, &mut remarks));
    }
    println!("\n{}", remarks.join("\n"));
    Ok(())
}

/// A family's row of the table; what is out of the ordinary goes into `remarks`.
fn row(family: &str, models: &[(&str, Value)], remarks: &mut Vec<String>) -> String {
    let empty = Vec::new();
    let mut elements = Vec::new();
    for (name, found) in models {
        if let Some(refused) = found["refused"].as_str() {
            remarks.push(format!("* {name}: {refused}"));
        }
        for element in found["elements"].as_array().unwrap_or(&empty) {
            let who = format!("{name}, {}", element["element"].as_str().unwrap_or_default());
            for said in element["said"].as_array().unwrap_or(&empty) {
                remarks.push(format!("* {who}: {}", said.as_str().unwrap_or_default()));
            }
            for (what, error) in
                ["crystal", "tube", "pressure"].iter().zip(element["errors"].as_array().unwrap_or(&empty))
            {
                if let Some(error) = error.as_f64().filter(|error| *error > NOTICED) {
                    let alone = &element["alone"][usize::from(*what == "tube")];
                    let alone = alone.as_f64().map_or("none".to_owned(), |error| format!("{error:.0e}"));
                    remarks.push(format!("* {who}, {what}: {error:.0e}; the same atoms without images: {alone}"));
                }
            }
            if element["threads"] == false {
                remarks.push(format!("* {who}: threads"));
            }
            elements.push(element.clone());
        }
    }
    let median = |index: usize| {
        let mut errors: Vec<f64> = elements.iter().filter_map(|element| element["errors"][index].as_f64()).collect();
        errors.sort_by(f64::total_cmp);
        match errors.as_slice() {
            [] => "-".to_owned(),
            all => format!("{:.0e}, {:.0e}", all[all.len() / 2], all[all.len() - 1]),
        }
    };
    let ratios = elements.iter().filter_map(|element| Some(element["reach"].as_f64()? / element["cutoff"].as_f64()?));
    let ratio = ratios.fold(0.0, f64::max);
    let of_all = elements.iter().filter(|element| element["of_all"] == true).count();
    let held = elements.iter().filter(|element| element["threads"] == true).count();
    format!(
        "| {family} | {}, {} | {ratio:.2} | {of_all} | {} | {} | {} | {held} |",
        models.len(),
        elements.len(),
        median(0),
        median(1),
        median(2)
    )
}
