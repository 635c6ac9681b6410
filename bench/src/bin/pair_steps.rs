//! Pairs in the engine of all groups against the engine of translations: one Lennard-Jones liquid, processor time.
//!
//! `pair_steps CELLS`: four atoms a cell, `n sigma^3` = 0.8442, T near 0.72, cut at 2.5, steps of 0.005, one thread. The ways in
//! turn, the median of the rounds.
#![allow(clippy::print_stdout, reason = "prints one JSON object")]

use clap::Parser;
use omd_flow::{AffineFlow, Description, Free, Matrix3, Philox, Vector3, draw_velocities};
use omd_interaction::{LennardJones, Morse, PairForm, PairPotential, Truncation};
use omd_molecular::{
    Atoms, ForceField, GroupElement, GroupModel, GroupMolecular, Model, Molecular, ObjectiveGroup, Scheme, Sites,
    Species, StepControl, force_field, rotation_about,
};
use serde_json::json;
use std::error::Error;
use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

/// What is measured.
#[derive(Parser)]
struct Arguments {
    /// Cubic cells of four atoms along an edge.
    cells: u32,
    /// Steps from the crystal to the liquid.
    #[arg(long, default_value_t = 400)]
    melt: u32,
    /// Timed steps.
    #[arg(long, default_value_t = 100)]
    steps: u32,
    /// Rounds.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Morse atoms, a law of which the loops know no more than its values, in place of Lennard-Jones.
    #[arg(long)]
    morse: bool,
}

const TIME_STEP: f64 = 0.005;
const SCHEME: Scheme = Scheme { time_step: TIME_STEP, control: StepControl::Fixed };

/// Processor time of this process in seconds; the kernel counts it in hundredths.
fn processor_time() -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = status.rsplit(')').next().ok_or("no process")?;
    let ticks: Vec<f64> = after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

/// Processor time of an atom and step in nanoseconds.
fn timed(molecular: &mut dyn Description, steps: u32, atoms: usize) -> Result<f64, Box<dyn Error>> {
    let (clock, end) = (processor_time()?, molecular.time() + f64::from(steps) * TIME_STEP);
    rayon::scope(|_| molecular.advance(end, &mut Free))?;
    Ok(1e9 * (processor_time()? - clock) / (f64::from(steps) * atoms as f64))
}

fn general(
    generators: &[GroupElement],
    field: Arc<dyn ForceField>,
    start: (&[Vector3<f64>], &[Vector3<f64>]),
) -> Result<GroupMolecular, Box<dyn Error>> {
    let group = ObjectiveGroup::new(&AffineFlow::at_rest(), generators)?;
    let model = GroupModel { group, field, species: Species::one(1.0), cell: None };
    Ok(GroupMolecular::new(&model, SCHEME, start.0, start.1)?)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let form: Arc<dyn PairForm> = if arguments.morse {
        Arc::new(Morse { epsilon: 1.0, alpha: 6.0, equilibrium: 2f64.powf(1.0 / 6.0) })
    } else {
        Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 })
    };
    let potential = PairPotential::new(form, Some(2.5), Truncation::Truncated);
    let edge = (4.0 / 0.8442f64).cbrt();
    let whole = edge * f64::from(arguments.cells);
    let mut crystal = Vec::new();
    for cell in 0..arguments.cells.pow(3) {
        let corner = [cell / arguments.cells.pow(2), cell / arguments.cells % arguments.cells, cell % arguments.cells];
        for site in [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]] {
            crystal.push(Vector3::from_fn(|k, _| edge * (f64::from(corner[k]) + site[k])));
        }
    }
    let count = crystal.len();
    let velocities = draw_velocities(count, &(Matrix3::identity() * 1.44), &mut Philox::new(1, 0))?;
    let axes = [0, 1, 2].map(|k| GroupElement::translation(Vector3::ith(k, whole)));
    // The crystal is its own image under a quarter of a turn.
    let centre = Vector3::new(0.5 * whole, 0.5 * whole, 0.0);
    let turn = rotation_about(&Vector3::z(), FRAC_PI_2);
    let screwed = [axes[0], axes[1], GroupElement::about(&centre, turn, &Vector3::new(0.0, 0.0, whole))];
    let field = force_field(Arc::new(potential.clone()));
    let sites: Arc<dyn ForceField> = Arc::new(Sites(Arc::new(potential.clone())));
    let melted = |generators: &[GroupElement]| -> Result<_, Box<dyn Error>> {
        let mut liquid = general(generators, field.clone(), (&crystal, &velocities))?;
        timed(&mut liquid, arguments.melt, count)?;
        let atoms = liquid.atoms();
        Ok((atoms.positions, atoms.lab_velocities))
    };
    let starts = [melted(&axes)?, melted(&screwed)?];
    let model = Model { flow: AffineFlow::at_rest(), potential, mass: 1.0 };
    let cell = Matrix3::identity() * whole;
    let mut times = [(); 5].map(|()| Vec::new());
    let (mut builds, mut energies) = ([0; 5], [0.0; 5]);
    for _ in 0..arguments.rounds {
        for way in 0..5 {
            let (generators, (positions, velocities)) =
                if way < 3 { (&axes, &starts[0]) } else { (&screwed, &starts[1]) };
            if way == 0 {
                let atoms = Atoms {
                    cell,
                    positions: positions.clone(),
                    shifts: vec![Vector3::zeros(); count],
                    peculiar: velocities.clone(),
                };
                let mut molecular = Molecular::new(&model, SCHEME, &atoms)?;
                times[way].push(timed(&mut molecular, arguments.steps, count)?);
                builds[way] = molecular.list_builds();
                let row = molecular.observe();
                energies[way] = row.column("potential_energy").unwrap_or(f64::NAN);
            } else {
                let field = if way % 2 == 1 { field.clone() } else { sites.clone() };
                let mut molecular = general(generators, field, (positions, velocities))?;
                times[way].push(timed(&mut molecular, arguments.steps, count)?);
                builds[way] = molecular.list_builds();
                energies[way] = molecular.potential_energy();
            }
        }
    }
    let names = [
        "engine of translations",
        "translations, pairs in lanes",
        "translations, sites",
        "quarter turns, pairs in lanes",
        "quarter turns, sites",
    ];
    let rows = names.iter().enumerate().map(|(way, name)| {
        let ratios = times[way].iter().zip(&times[0]).map(|(time, least)| time / least);
        let ratio = median(&mut ratios.collect::<Vec<_>>());
        json!({ "way": name, "nanoseconds": median(&mut times[way].clone()), "ratio": ratio, "builds": builds[way], "end": energies[way] / count as f64 })
    });
    println!("{}", serde_json::to_string_pretty(&json!({ "atoms": count, "rows": rows.collect::<Vec<_>>() }))?);
    Ok(())
}
