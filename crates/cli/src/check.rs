//! `omd check`: what follows from an input file, without running it.

use crate::args::Check;
use crate::failure::Failure;
use crate::start::{Start, start};
use omd_flow::{Dimension, FlowClass};
use omd_hierarchy::experiment::{AtomStart, Engine, Experiment, Interaction};
use omd_io::{Quantity, ResolvedInput, Units};
use omd_kinetic::long_time::{TemperatureLaw, long_time};
use std::io::{IsTerminal, stderr};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::scope;
use std::time::Duration;

/// Prints the keys that hold, the flow, the scales of the gas and what would run.
pub(crate) fn check(arguments: &Check) -> Result<(), Failure> {
    let Some(path) = &arguments.input else {
        print!("{}", omd_io::reference());
        return Ok(());
    };
    let Start { input, plans } = patiently(|| start(path))?;
    println!("{}", if input.experiment.title.is_empty() { "(no title)" } else { &input.experiment.title });
    print_keys(&input);
    print_flow(&input.experiment, &input.units);
    print_state(&input);
    print_model(&input);
    print_pairs(&input);
    print_cell(&input, &plans);
    if input.experiment.state.number_density.is_finite() {
        print_long_times(&input);
    }
    println!("\nwould run");
    for plan in &plans {
        println!("  {:<14} {} replica{}", plan.name, plan.replicas, if plan.replicas == 1 { "" } else { "s" });
    }
    for warning in &input.warnings {
        println!("warning: {warning}");
    }
    Ok(())
}

/// What `work` gives; on a terminal a line says that it goes on, if that takes longer than a second.
fn patiently<T>(work: impl FnOnce() -> T) -> T {
    if !stderr().is_terminal() {
        return work();
    }
    let (at_work, over) = channel::<()>();
    scope(|scope| {
        scope.spawn(move || {
            // Nothing is ever sent: the end of `at_work` is the end of the work.
            if over.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                eprint!("preparing what would run ...");
                let _ = over.recv();
                eprint!("\r\x1b[2K");
            }
        });
        let found = work();
        drop(at_work);
        found
    })
}

fn print_keys(input: &ResolvedInput) {
    let mut section = None;
    for key in &input.keys {
        if section != Some(&key.section) {
            section = Some(&key.section);
            if !key.section.is_empty() {
                println!("\n[{}]", key.section);
            }
        }
        println!("{} = {}{}", key.key, key.value, if key.given { "" } else { "    # default" });
    }
}

fn number(units: &Units, dimension: Dimension, value: f64) -> String {
    let symbol = units.symbol(dimension);
    format!("{:.6e}{}{symbol}", units.to_style(dimension, value), if symbol.is_empty() { "" } else { " " })
}

fn print_flow(experiment: &Experiment, units: &Units) {
    let flow = &experiment.flow;
    let form = flow.classify();
    println!("\nflow: {}", form.class.name());
    for (name, value) in &form.parameters {
        // Parameters of the constant part of L are rates, those of its 1/t part pure numbers.
        let is_rate = match form.class {
            FlowClass::SimpleShear | FlowClass::CombinedOrthogonalShear => true,
            FlowClass::SimpleShearWithDecayingPlanarDilatation => *name == "K2",
            _ => false,
        };
        let value = if is_rate { units.to_style(Dimension::Rate, *value) } else { *value };
        println!("  {name} = {value:.6e}");
    }
    match flow.singular_time() {
        Some(time) => println!("  exists until t* = {}", number(units, Dimension::Time, time)),
        None => println!("  exists for all times"),
    }
    let end = experiment.schedule.end;
    println!("  at the end J = {:.6e}, L =", flow.volume_ratio(end));
    for row in flow.velocity_gradient(end).row_iter() {
        let entries: Vec<String> =
            row.iter().map(|x| format!("{:>14.6e}", units.to_style(Dimension::Rate, *x))).collect();
        println!("    [{}]", entries.join(", "));
    }
}

/// From here on atoms carry so much momentum by their forces that the viscosity of the dilute gas is off by a tenth and more.
const DENSE: f64 = 0.1;

fn print_state(input: &ResolvedInput) {
    let (experiment, units) = (&input.experiment, &input.units);
    let state = &experiment.state;
    let temperature = state.temperature();
    println!("\nstate at t = 0");
    let has_volume = state.number_density.is_finite();
    if has_volume {
        println!("  number density  {}", number(units, Dimension::NumberDensity, state.number_density));
    }
    println!("  temperature     {}", number(units, Dimension::Temperature, temperature));
    if has_volume {
        println!("  pressure (nkT)  {}", number(units, Dimension::Pressure, state.number_density * temperature));
    }
    println!("  thermal speed   {}", number(units, Dimension::Velocity, (temperature / state.mass).sqrt()));
    let viscosity = omd_hierarchy::viscosity(experiment, temperature);
    if let (true, Ok(viscosity)) = (has_volume, viscosity) {
        println!("  viscosity       {} (Kn = 1)", number(units, Dimension::Viscosity, viscosity));
        let time = experiment.knudsen * viscosity / (state.number_density * temperature);
        println!("  collision time  {} (Kn mu/p)", number(units, Dimension::Time, time));
        let strain = experiment.flow.velocity_gradient_at_zero().norm() * time;
        println!("  |A| x collision time  {strain:.4}");
        println!("  initial collision times in the run  {:.4}", experiment.schedule.end / time);
        let length = match &experiment.interaction {
            Some(Interaction::HardSphere { diameter }) => *diameter,
            Some(Interaction::Potential(potential)) => potential.form().length(),
            _ => 0.0,
        };
        let filled = state.number_density * length.powi(3);
        if experiment.molecular.is_some() && filled > DENSE {
            println!(
                "  n sigma^3 = {filled:.3}: no dilute gas; viscosity and times above are those of one at this density"
            );
        }
    }
    if let Some(molecular) = &experiment.molecular {
        let atoms = match &molecular.start {
            AtomStart::Drawn { atoms, .. } => *atoms,
            AtomStart::Given { positions, .. } | AtomStart::Free { positions, .. } => positions.len(),
        };
        match &molecular.engine {
            Some(Engine::TimeStepped(scheme)) => {
                println!("  atoms           {atoms}, at least {:.0} steps", experiment.schedule.end / scheme.time_step);
            }
            Some(Engine::Encounters { .. }) => {
                println!("  atoms           {atoms}, free flight exact, encounters followed");
            }
            None => println!("  atoms           {atoms}, collisions at their exact times"),
        }
        if let Some(species) = &molecular.species {
            let unit = units.factor(Quantity::Mass);
            for (element, count) in species.elements().iter().zip(species.counts(atoms)) {
                println!("  {:<16}{count} atoms of mass {:.6}", element.name, element.mass / unit);
            }
        }
    }
}

/// What a model from outside says of itself.
fn print_model(input: &ResolvedInput) {
    let Some(Interaction::Cluster(potential)) = &input.experiment.interaction else { return };
    let length = |value| number(&input.units, Dimension::Length, value);
    println!("\nmodel {}, atoms of {}", potential.name(), potential.elements().join(", "));
    println!("  computes in         {}", potential.units());
    println!("  influence distance  {}", length(potential.reach()));
    for range in potential.ranges() {
        let whose = if range.of_all { ", those of images too" } else { "" };
        println!("  neighbours within   {}{whose}", length(range.cutoff));
    }
    // Its energy has this step where a neighbour comes or goes, and the balance of work with it.
    let elements = potential.elements();
    for (first, second) in
        (0..elements.len()).flat_map(|first| (first..elements.len()).map(move |second| (first, second)))
    {
        let kinds = [first as u8, second as u8];
        if let Ok(step) = potential.pair(kinds, potential.cutoff() * (1.0 - 1e-9)) {
            let step = number(&input.units, Dimension::Energy, step);
            match elements.len() {
                1 => println!("  a pair there has    {step}"),
                _ => println!("  {:<20}{step}", format!("{} {} there has", elements[first], elements[second])),
            }
        }
    }
}

/// The pair potentials of several elements, those that mixing made among them.
fn print_pairs(input: &ResolvedInput) {
    let Some(Interaction::Mixture(mixture)) = &input.experiment.interaction else { return };
    let Some(species) = input.experiment.molecular.as_ref().and_then(|molecular| molecular.species.as_ref()) else {
        return;
    };
    println!("\npairs");
    for (kinds, pair) in mixture.each() {
        let [a, b] = kinds.map(|kind| &species.elements()[usize::from(kind)].name);
        let mut line = format!("  {:<16}", format!("{a} {b}"));
        if let Some(form) = pair.form().as_lennard_jones() {
            line += &format!("epsilon {}, ", number(&input.units, Dimension::Energy, form.epsilon));
            line += &format!("sigma {}, ", number(&input.units, Dimension::Length, form.sigma));
        }
        if let Some(cutoff) = pair.cutoff() {
            line += &format!("cutoff {}", number(&input.units, Dimension::Length, cutoff));
        }
        println!("{line}");
    }
}

/// The cell at t = 0 and how near it brings an atom's images.
fn print_cell(input: &ResolvedInput, plans: &[omd_hierarchy::Plan]) {
    let Some(images) = omd_hierarchy::near_images(&input.experiment, plans) else { return };
    let units = &input.units;
    println!("\ncell at t = 0 (rows are edges)");
    for edge in images.cell.column_iter() {
        let entries: Vec<String> =
            edge.iter().map(|x| format!("{:>14.6e}", units.to_style(Dimension::Length, *x))).collect();
        println!("    [{}]", entries.join(", "));
    }
    println!("  shortest image distance over the run  {}", number(units, Dimension::Length, images.distance));
    println!("  reached at t =  {}", number(units, Dimension::Time, images.time));
}

/// Which term of the Boltzmann equation wins at long times.
fn print_long_times(input: &ResolvedInput) {
    let (experiment, units) = (&input.experiment, &input.units);
    let form = experiment.flow.classify();
    let Some(range) = homogeneity(experiment) else { return };
    println!("\nlong times (the Boltzmann equation; lambda is the relaxation rate p/mu)");
    if form.class == FlowClass::Singular {
        println!("  the flow ends at t*");
        return;
    }
    let (low, high) = range;
    if low == high {
        println!("  kernel |u|^gamma, gamma = {low:.4}");
    } else {
        println!(
            "  the potential is no power of |u|: between a tenth and ten times the temperature its viscosity is that of"
        );
        println!(
            "  gamma = 2 - 2 dln(mu)/dln(T) from {low:.4} to {high:.4}; what follows holds as far as the gas stays there"
        );
    }
    let ends = if low == high { vec![low] } else { vec![low, high] };
    for gamma in ends {
        for outcome in long_time(&form, gamma) {
            let mut line = format!("  gamma = {gamma:.4}: {}", outcome.regime.name());
            if outcome.above > 0.0 {
                line += &format!(", for starts with lambda t above {:.4}", outcome.above);
            }
            if let Some(power) = outcome.ratio_power {
                line += &format!("; lambda/|L| ~ t^{power:.4}");
            }
            line += &match outcome.temperature {
                TemperatureLaw::Power(power) => format!("; T ~ t^{power:.4}"),
                TemperatureLaw::Exponential(power) => format!("; ln T ~ t^{power:.4}"),
                TemperatureLaw::Logarithm(power) => format!("; T ~ (ln t)^{power:.4}"),
                TemperatureLaw::Unknown => String::new(),
            };
            if let Some((coefficient, power)) = outcome.rate {
                // A coefficient of a rate times a power of time.
                let time = units.factor(Quantity::Of(Dimension::Time));
                line += &format!("; lambda -> {:.6e} t^{power}", coefficient * time.powf(1.0 + power));
            }
            if outcome.frozen {
                line += "; most molecules stop colliding";
            }
            println!("{line}");
        }
    }
}

/// `gamma`, or the range of it that the viscosity of a potential shows around the state's temperature.
fn homogeneity(experiment: &Experiment) -> Option<(f64, f64)> {
    match experiment.interaction.as_ref()? {
        Interaction::KernelOnly { exponent, .. } | Interaction::SoftKernel { exponent, .. } => {
            Some((*exponent, *exponent))
        }
        Interaction::HardSphere { .. } => Some((1.0, 1.0)),
        Interaction::Mixture(_) | Interaction::ManyBody(_) | Interaction::Cluster(_) => None,
        Interaction::Potential(potential) => {
            if let Some(form) = potential.form().as_inverse_power() {
                let gamma = 1.0 - 4.0 / form.exponent;
                return Some((gamma, gamma));
            }
            let transport = omd_hierarchy::transport(experiment).ok()?;
            let temperature = experiment.state.temperature();
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            for k in -4..=4 {
                let middle = temperature * 10f64.powf(0.25 * f64::from(k));
                let up = transport.viscosity(1.05 * middle).ok()?.value;
                let down = transport.viscosity(middle / 1.05).ok()?.value;
                let gamma = 2.0 - 2.0 * (up / down).ln() / (2.0 * 1.05f64.ln());
                (low, high) = (low.min(gamma), high.max(gamma));
            }
            Some((low, high))
        }
    }
}
