//! `omd check`: what follows from an input file, without running it.

use crate::args::Check;
use crate::failure::Failure;
use crate::start::{Start, start};
use omd_flow::{Dimension, FlowClass};
use omd_hierarchy::experiment::{AtomStart, Experiment};
use omd_io::{ResolvedInput, Units};

/// Prints the keys that hold, the flow, the scales of the gas and what would run.
pub(crate) fn check(arguments: &Check) -> Result<(), Failure> {
    let Some(path) = &arguments.input else {
        print!("{}", omd_io::reference());
        return Ok(());
    };
    let Start { input, plans } = start(path)?;
    println!("{}", if input.experiment.title.is_empty() { "(no title)" } else { &input.experiment.title });
    print_keys(&input);
    print_flow(&input.experiment, &input.units);
    print_state(&input);
    println!("\nwould run");
    for plan in &plans {
        println!("  {:<14} {} replica{}", plan.name, plan.replicas, if plan.replicas == 1 { "" } else { "s" });
    }
    for warning in &input.warnings {
        println!("warning: {warning}");
    }
    Ok(())
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

fn print_state(input: &ResolvedInput) {
    let (experiment, units) = (&input.experiment, &input.units);
    let state = &experiment.state;
    let temperature = state.temperature();
    println!("\nstate at t = 0");
    println!("  number density  {}", number(units, Dimension::NumberDensity, state.number_density));
    println!("  temperature     {}", number(units, Dimension::Temperature, temperature));
    println!("  pressure (nkT)  {}", number(units, Dimension::Pressure, state.number_density * temperature));
    println!("  thermal speed   {}", number(units, Dimension::Velocity, (temperature / state.mass).sqrt()));
    if let Ok(viscosity) = omd_hierarchy::viscosity(experiment, temperature) {
        println!("  viscosity       {} (Kn = 1)", number(units, Dimension::Viscosity, viscosity));
        let time = experiment.knudsen * viscosity / (state.number_density * temperature);
        println!("  collision time  {} (Kn mu/p)", number(units, Dimension::Time, time));
        let strain = experiment.flow.velocity_gradient_at_zero().norm() * time;
        println!("  |A| x collision time  {strain:.4}");
        println!("  initial collision times in the run  {:.4}", experiment.schedule.end / time);
    }
    if let Some(molecular) = &experiment.molecular {
        let atoms = match &molecular.start {
            AtomStart::Drawn { atoms, .. } => *atoms,
            AtomStart::Given { positions, .. } => positions.len(),
        };
        let steps = experiment.schedule.end / molecular.time_step;
        println!("  atoms           {atoms}, at least {steps:.0} steps");
    }
}
