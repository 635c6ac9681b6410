//! `omd transport`.

use crate::args::Transport;
use crate::failure::Failure;
use crate::start::wrong_start;
use omd_flow::Dimension;
use omd_io::{Quantity, Units, write_atomically};
use std::fmt::Write as _;
use std::io::Write as _;

const COLUMNS: &str = "temperature,viscosity,thermal_conductivity,self_diffusion,first_normal_stress,\
                       second_normal_stress,burnett_omega_1,burnett_omega_2,burnett_omega_6,sonine_order,last_change";

/// Prints viscosity, thermal conductivity, self-diffusion and normal stresses over a range of temperatures.
pub(crate) fn transport(arguments: &Transport, quiet: bool) -> Result<(), Failure> {
    let input = omd_io::read_input(&arguments.input).map_err(Failure::input)?;
    let gas = omd_hierarchy::transport(&input.experiment).map_err(|error| wrong_start(&input, &error))?;
    let state = &input.experiment.state;
    let scale = Scale::new(&input.units, state.number_density);
    let middle = input.units.to_style(Dimension::Temperature, state.temperature());
    let (from, to) = (arguments.from.unwrap_or(0.1 * middle), arguments.to.unwrap_or(10.0 * middle));
    if !(from > 0.0 && from.is_finite() && to >= from && to.is_finite()) {
        return Err(Failure::Input(format!(
            "--from {from} and --to {to} must be positive temperatures, the lower one first"
        )));
    }
    let mut table = format!("{COLUMNS}\n");
    for index in 0..arguments.points {
        let share = if arguments.points == 1 { 0.0 } else { f64::from(index) / f64::from(arguments.points - 1) };
        let temperature = from * (to / from).powf(share);
        let inside = input.units.to_internal(Quantity::Of(Dimension::Temperature), temperature);
        let row = (|| {
            Ok::<_, omd_kinetic::chapman_enskog::TransportError>((
                gas.viscosity(inside)?,
                gas.thermal_conductivity(inside)?,
                gas.self_diffusion(inside)?,
                gas.burnett(inside)?,
            ))
        })();
        let (viscosity, conductivity, diffusion, burnett) = row.map_err(Failure::input)?;
        let all = [viscosity, conductivity, diffusion, burnett.omega_1, burnett.omega_2, burnett.omega_6];
        let order = all.iter().map(|coefficient| coefficient.order).max().unwrap_or(0);
        let change = all.iter().map(|coefficient| coefficient.change.abs()).fold(0.0, f64::max);
        let normal_stress = viscosity.value.powi(2) / (state.number_density * inside) * scale.normal_stress;
        let values = [
            temperature,
            viscosity.value * scale.viscosity,
            conductivity.value * scale.conductivity,
            diffusion.value * scale.diffusion,
            burnett.first_normal_stress() * normal_stress,
            burnett.second_normal_stress() * normal_stress,
            burnett.omega_1.value,
            burnett.omega_2.value,
            burnett.omega_6.value,
        ];
        let values = values.map(|value| format!("{value:.16e}")).join(",");
        writeln!(table, "{values},{order},{change:.1e}").map_err(Failure::other)?;
    }
    match &arguments.out {
        Some(path) => write_atomically(path, |file| file.write_all(table.as_bytes())).map_err(Failure::input)?,
        None => print!("{table}"),
    }
    if !quiet {
        eprintln!("{}", scale.legend);
    }
    Ok(())
}

/// From internal units to the input's.
struct Scale {
    viscosity: f64,
    /// Of a conductivity with `k_B = 1`, 1/(length x time).
    conductivity: f64,
    /// Of `n D`, to `D` at the density of the state.
    diffusion: f64,
    /// Of a normal stress difference over the square of a shear rate.
    normal_stress: f64,
    legend: String,
}

impl Scale {
    fn new(units: &Units, density: f64) -> Self {
        let size = |dimension| units.factor(Quantity::Of(dimension));
        let (length, time) = (size(Dimension::Length), size(Dimension::Time));
        let boltzmann = size(Dimension::Temperature) / size(Dimension::Energy);
        let name = |dimension| units.symbol(dimension);
        let legend = if name(Dimension::Length).is_empty() {
            "reduced units; self-diffusion and normal stresses at the state's density; Kn = 1".to_owned()
        } else {
            format!(
                "units: temperature {}, viscosity {}, thermal conductivity {}/({} {} {}), self-diffusion {}^2/{}, \
                 normal stresses (Pxx - Pyy)/K^2 and (Pyy - Pzz)/K^2 of a shear K {} {}^2, both at the state's density; \
                 Kn = 1",
                name(Dimension::Temperature),
                name(Dimension::Viscosity),
                name(Dimension::Energy),
                name(Dimension::Length),
                name(Dimension::Time),
                name(Dimension::Temperature),
                name(Dimension::Length),
                name(Dimension::Time),
                name(Dimension::Pressure),
                name(Dimension::Time),
            )
        };
        Self {
            viscosity: 1.0 / size(Dimension::Viscosity),
            conductivity: boltzmann * length * time,
            diffusion: time / (length * length * density),
            normal_stress: 1.0 / (size(Dimension::Pressure) * time * time),
            legend,
        }
    }
}
