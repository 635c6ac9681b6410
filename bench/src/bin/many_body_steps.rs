//! Timed steps of many-body crystals in the engine of all groups; LAMMPS's side is `bench/lammps/many_bodies.py`.
#![allow(clippy::print_stdout, reason = "prints one JSON object")]

use clap::{Parser, ValueEnum};
use omd_flow::{AffineFlow, Description, Free, Matrix3, Philox, Vector3, draw_velocities};
use omd_interaction::{EmbeddedAtom, EmbeddedTables, SitePotential, StillingerWeber, Tersoff};
use omd_molecular::{
    ForceField, GroupElement, GroupModel, GroupMolecular, ObjectiveGroup, Scheme, Species, StepControl, force_field,
};
use serde_json::json;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

/// One measurement.
#[derive(Parser)]
struct Arguments {
    /// What acts.
    #[arg(value_enum)]
    potential: Form,
    /// Cubic cells of four (metal) or eight (silicon) atoms along an edge.
    cells: u32,
    /// Steps before the clock starts.
    #[arg(long, default_value_t = 50)]
    warm: u32,
    /// Timed steps.
    #[arg(long, default_value_t = 100)]
    steps: u32,
    /// Threads.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// A model of the KIM API in place of the potential, for its crystal and mass.
    #[cfg(feature = "kim")]
    #[arg(long)]
    kim: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Eam,
    Sw,
    Tersoff,
}

/// Femtosecond and kelvin where eV, angstrom and dalton are 1.
const FEMTOSECOND: f64 = 0.098_226_947_7;
const KELVIN: f64 = 8.617_343e-5;

/// A metal in 500 entries, cut at 4.95 as LAMMPS's `Cu_u3.eam`: as many neighbours, as much work. Not a fit.
fn metal() -> EmbeddedTables {
    let (step, cutoff, nearest) = (0.01, 4.95, 3.615 / 2f64.sqrt());
    let table = |f: &dyn Fn(f64) -> f64| (0..500).map(|m| f(f64::from(m) * step)).collect::<Vec<_>>();
    let fade = |r: f64| if r < cutoff { (1.0 - (r / cutoff) * (r / cutoff)).powi(2) } else { 0.0 };
    EmbeddedTables {
        density_step: 0.1,
        embedding: (0..500).map(|m| -2.0 * (f64::from(m) * 0.1).sqrt()).collect(),
        distance_step: step,
        density: table(&|r| 1.224 * 1.224 * (-4.556 * (r / nearest - 1.0)).exp() * fade(r)),
        pair: table(&|r| 4.0 * 0.0855 * (-10.96 * (r / nearest - 1.0)).exp() * r * fade(r)),
        cutoff,
    }
}

fn potential(form: Form) -> Result<Arc<dyn SitePotential>, Box<dyn Error>> {
    Ok(match form {
        Form::Eam => Arc::new(EmbeddedAtom::new(&metal())?),
        Form::Sw => Arc::new(StillingerWeber {
            epsilon: 2.1683,
            sigma: 2.0951,
            a: 1.8,
            lambda: 21.0,
            gamma: 1.2,
            cosine: -0.333_333_333_333,
            amplitude: 7.049_556_277,
            repulsion: 0.602_224_558_4,
            p: 4.0,
            q: 0.0,
            cutoff: 1.8 * 2.0951,
        }),
        // Si(B), Physical Review B 37, 6991 (1988), with lambda_3 as LAMMPS's Si.tersoff has it.
        Form::Tersoff => Arc::new(Tersoff {
            exponent: 3,
            gamma: 1.0,
            lambda_3: 1.3258,
            c: 4.8381,
            d: 2.0417,
            cosine: 0.0,
            n: 22.956,
            beta: 0.33675,
            lambda_2: 1.3258,
            attraction: 95.373,
            middle: 3.0,
            half_width: 0.2,
            lambda_1: 3.2394,
            repulsion: 3264.7,
        }),
    })
}

/// What moves the atoms.
fn field(arguments: &Arguments) -> Result<Arc<dyn ForceField>, Box<dyn Error>> {
    #[cfg(feature = "kim")]
    if let Some(name) = &arguments.kim {
        let units = omd_interaction::KimUnits { angstrom: 1.0, electronvolt: 1.0 };
        let model = omd_interaction::KimModel::new(name, &[], units)?;
        return Ok(Arc::new(omd_molecular::Clusters(Arc::new(model))));
    }
    Ok(force_field(potential(arguments.potential)?))
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build_global()?;
    let (edge, mass, time_step, basis): (f64, f64, f64, &[f64]) = match arguments.potential {
        Form::Eam => (3.615, 63.55, 5.0 * FEMTOSECOND, &[0.0]),
        Form::Sw | Form::Tersoff => (5.431, 28.06, FEMTOSECOND, &[0.0, 0.25]),
    };
    let flow = AffineFlow::new(Matrix3::zeros())?;
    let whole = edge * f64::from(arguments.cells);
    let axes = [0, 1, 2].map(|k| GroupElement::translation(Vector3::ith(k, whole)));
    let group = ObjectiveGroup::new(&flow, &axes)?;
    let mut positions = Vec::new();
    for cell in 0..arguments.cells.pow(3) {
        let corner = [cell / arguments.cells.pow(2), cell / arguments.cells % arguments.cells, cell % arguments.cells];
        for site in [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]] {
            for shift in basis {
                positions.push(Vector3::from_fn(|k, _| edge * (f64::from(corner[k]) + site[k] + shift)));
            }
        }
    }
    let covariance = Matrix3::identity() * (1000.0 * KELVIN / mass);
    let velocities = draw_velocities(positions.len(), &covariance, &mut Philox::new(1, 0))?;
    let scheme = Scheme { time_step, control: StepControl::Fixed };
    let field = field(&arguments)?;
    let model = GroupModel { group, field, species: Species::one(mass), cell: None };
    let mut molecular = GroupMolecular::new(&model, scheme, &positions, &velocities)?;
    let start = molecular.potential_energy();
    molecular.advance(f64::from(arguments.warm) * time_step, &mut Free)?;
    let (builds, clock) = (molecular.list_builds(), Instant::now());
    molecular.advance(f64::from(arguments.warm + arguments.steps) * time_step, &mut Free)?;
    let seconds = clock.elapsed().as_secs_f64();
    let count = positions.len() as f64;
    let report = json!({
        "atoms": positions.len(),
        "nanoseconds": 1e9 * seconds / (f64::from(arguments.steps) * count),
        "builds": molecular.list_builds() - builds,
        "start": start / count,
        "end": molecular.potential_energy() / count,
        "kelvin": molecular.observe().temperature / KELVIN,
    });
    println!("{report}");
    Ok(())
}
