//! The interaction as LAMMPS's pair styles have it.

use crate::diagnostic::InputError;
use crate::input::{ResolvedInput, embedded_style};
use crate::units::{Quantity, Units};
use omd_flow::Dimension;
use omd_hierarchy::experiment::Interaction;
use omd_interaction::{PairPotential, SitePotential, Truncation};
use std::fmt::Write;

const TABLE: &str = "interaction";
/// Distances of a table.
const DISTANCES: usize = 50_000;
/// A table ends where a pair has this many times the thermal energy.
const HIGHEST: f64 = 1e6;
/// Where it ends for a potential that is lower, over the cutoff.
const NEAREST: f64 = 1e-3;
/// The name of a table's file, and of the table in it.
const FILE: &str = "pair.table";
const KEYWORD: &str = "OMD";

/// Commands and the files that they read.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) commands: String,
    /// Where forces end, in the units of the files.
    pub(super) cutoff: f64,
    pub(super) files: Vec<(String, Vec<u8>)>,
}

impl Pair {
    /// The interaction of `input` in `units`.
    ///
    /// # Errors
    /// [`InputError`] for an interaction without atoms, or a parameter file that is gone.
    pub(super) fn new(input: &ResolvedInput, units: &Units) -> Result<Self, InputError> {
        let length = |x: f64| units.to_style(Dimension::Length, x);
        match &input.experiment.interaction {
            Some(Interaction::Potential(potential)) => {
                let Some(cutoff) = potential.cutoff() else {
                    return Err(input.diagnostic("interaction", "cutoff", "LAMMPS needs a cutoff"));
                };
                let pair = TypedPair { types: [1, 1], potential, cutoff };
                let (commands, files) = commands(&[pair], input.experiment.state.temperature(), units);
                Ok(Self { commands, cutoff: length(cutoff), files })
            }
            Some(Interaction::Mixture(potential)) => {
                let typed = |(kinds, potential): ([u8; 2], _)| TypedPair {
                    types: kinds.map(|kind| usize::from(kind) + 1),
                    potential,
                    cutoff: SitePotential::cutoff(potential),
                };
                let pairs: Vec<_> = potential.each().map(typed).collect();
                let (commands, files) = commands(&pairs, input.experiment.state.temperature(), units);
                Ok(Self { commands, cutoff: length(potential.cutoff()), files })
            }
            Some(Interaction::ManyBody(potential)) => {
                let (name, bytes, commands) = of_file(input)?;
                Ok(Self { commands, cutoff: length(potential.cutoff()), files: vec![(name, bytes)] })
            }
            Some(Interaction::Cluster(potential)) => {
                // LAMMPS has to be built with its package KIM, and to find the same model.
                let elements = potential.elements().join(" ");
                let commands = format!("pair_style kim {}\npair_coeff * * {elements}\n", potential.name());
                Ok(Self { commands, cutoff: length(potential.reach()), files: Vec::new() })
            }
            _ => Err(input.diagnostic("interaction", "kind", "LAMMPS needs a potential that moves atoms")),
        }
    }
}

/// A pair potential of two atom types.
struct TypedPair<'a> {
    types: [usize; 2],
    potential: &'a PairPotential,
    /// Internal units.
    cutoff: f64,
}

impl TypedPair<'_> {
    /// LAMMPS's own style for this form and truncation, where it has one, and the numbers of its `pair_coeff`.
    fn own_style(&self, units: &Units) -> Option<(&'static str, Vec<f64>)> {
        let form = self.potential.form();
        let shifted_force = self.potential.truncation() == Truncation::ShiftedForce;
        let energy = |x: f64| units.to_style(Dimension::Energy, x);
        let length = |x: f64| units.to_style(Dimension::Length, x);
        if let Some(form) = form.as_lennard_jones() {
            let style = if shifted_force { "lj/smooth/linear" } else { "lj/cut" };
            return Some((style, vec![energy(form.epsilon), length(form.sigma)]));
        }
        let form = form.as_morse()?;
        let style = if shifted_force { "morse/smooth/linear" } else { "morse" };
        let alpha = form.alpha / units.factor(Quantity::InverseLength);
        Some((style, vec![energy(form.epsilon), alpha, length(form.equilibrium)]))
    }
}

/// The commands for potentials of one kind and one truncation, and the tables that they need.
fn commands(pairs: &[TypedPair<'_>], temperature: f64, units: &Units) -> (String, Vec<(String, Vec<u8>)>) {
    let length = |x: f64| format!("{:.16e}", units.to_style(Dimension::Length, x));
    let longest = pairs.iter().map(|pair| pair.cutoff).fold(0.0, f64::max);
    let own: Option<Vec<_>> = pairs.iter().map(|pair| pair.own_style(units)).collect();
    let (mut coefficients, mut files) = (String::new(), Vec::new());
    let Some(own) = own else {
        for pair in pairs {
            let [a, b] = pair.types;
            let name = if pairs.len() == 1 { FILE.to_owned() } else { format!("pair-{a}-{b}.table") };
            let _ = writeln!(coefficients, "pair_coeff {a} {b} {name} {KEYWORD} {}", length(pair.cutoff));
            files.push((name, tabulated(pair.potential, pair.cutoff, temperature, units)));
        }
        let style = format!("# Cubic splines of energy and force in r^2.\npair_style table spline {DISTANCES}\n");
        return (style + &coefficients, files);
    };
    for (pair, (_, numbers)) in pairs.iter().zip(&own) {
        let [a, b] = pair.types;
        let mut numbers: Vec<String> = numbers.iter().map(|number| format!("{number:.16e}")).collect();
        // Of one pair it is that of the style.
        numbers.extend((pairs.len() > 1).then(|| length(pair.cutoff)));
        let _ = writeln!(coefficients, "pair_coeff {a} {b} {}", numbers.join(" "));
    }
    let shift = match pairs.first().map(|pair| pair.potential.truncation()) {
        Some(Truncation::Shifted) => "pair_modify shift yes\n",
        Some(Truncation::Truncated) => "pair_modify shift no\n",
        _ => "",
    };
    let style = own.first().map_or("none", |(style, _)| style);
    (format!("pair_style {style} {}\n{coefficients}{shift}", length(longest)), files)
}

/// The value of a key of a table, where the input says one.
pub(super) fn value<'a>(input: &'a ResolvedInput, table: &str, key: &str) -> Option<&'a str> {
    let found = input.keys.iter().find(|entry| entry.section == table && entry.key == key);
    found.map(|entry| entry.value.as_str())
}

/// The same without its quotes.
pub(super) fn word(input: &ResolvedInput, table: &str, key: &str) -> Option<String> {
    value(input, table, key).map(|word| word.trim_matches(['"', '\'']).to_owned())
}

/// A potential without a style of its own, as a table over `r^2` with its energies and forces.
fn tabulated(potential: &PairPotential, cutoff: f64, temperature: f64, units: &Units) -> Vec<u8> {
    let nearest = potential.core(HIGHEST * temperature).max(NEAREST * cutoff);
    let length = |x: f64| units.to_style(Dimension::Length, x);
    let energy = |x: f64| units.to_style(Dimension::Energy, x);
    let force = |x: f64| x / units.factor(Quantity::Of(Dimension::Force));
    let mut text = format!(
        "# omd: index, distance, energy, force\n\n{KEYWORD}\nN {DISTANCES} RSQ {:.16e} {:.16e}\n\n",
        length(nearest),
        length(cutoff)
    );
    let (low, high) = (nearest * nearest, cutoff * cutoff);
    for k in 0..DISTANCES {
        let fraction = k as f64 / (DISTANCES - 1) as f64;
        let distance = (low + (high - low) * fraction).sqrt();
        // Inside the cutoff, up to it: the potential is zero from there on.
        let inside = distance.min(cutoff * (1.0 - f64::EPSILON));
        let row = [length(distance), energy(potential.energy(inside)), force(-potential.derivative(inside))];
        let _ = writeln!(text, "{} {:.16e} {:.16e} {:.16e}", k + 1, row[0], row[1], row[2]);
    }
    text.into_bytes()
}

/// A potential of many bodies: the file itself, under its name.
fn of_file(input: &ResolvedInput) -> Result<(String, Vec<u8>, String), InputError> {
    let gone = |message: &str| input.diagnostic("interaction", "parameters", message);
    let file = input.parameters.as_ref().ok_or_else(|| gone("names no file"))?;
    let bytes = std::fs::read(&file.path).map_err(|error| gone(&format!("{error}")))?;
    let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let listed = input.experiment.molecular.as_ref().and_then(|settings| settings.species.as_ref());
    let listed = listed.map(|species| {
        let names: Vec<&str> = species.elements().iter().map(|element| element.name.as_str()).collect();
        names.join(" ")
    });
    let element = listed.or_else(|| word(input, TABLE, "element"));
    let (style, atoms) = match word(input, TABLE, "kind").as_deref() {
        Some("tersoff") => ("tersoff", "* *"),
        Some("stillinger-weber") => ("sw", "* *"),
        _ => embedded_style(&String::from_utf8_lossy(&bytes)),
    };
    let element = match element {
        Some(element) => element,
        // The one element of its file, or a file without names.
        None if style == "eam" => String::new(),
        None => String::from_utf8_lossy(&bytes)
            .lines()
            .nth(3)
            .and_then(|line| line.split_whitespace().nth(1))
            .unwrap_or_default()
            .to_owned(),
    };
    let commands = format!("pair_style {style}\npair_coeff {atoms} {name} {element}\n");
    Ok((name, bytes, commands))
}
