//! The reference of the input file, made of the table the parser reads.

use super::keys::{self, Absent, SECTIONS, Section, as_toml};
use super::kinds::KINDS;
use super::wording::form;
use crate::units::{Quantity, UnitStyle, Units};
use omd_flow::Dimension;
use std::fmt::Write;

/// Every table and key of the input file with form, unit, default and meaning, as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut out = String::from(
        "# The input file\n\nTOML. Unknown keys are errors; every error names file, line and column. All numbers are in \
         the unit style that `units` names.\n\n",
    );
    out.push_str(&table_of_keys(""));
    for section in SECTIONS {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "\n## `[{}]`\n\n{}{}", section.name, section.meaning, availability(section));
        if section.name == "interaction" {
            out.push('\n');
            out.push_str(&table_of_kinds());
        }
        let keys = table_of_keys(section.name);
        if !keys.is_empty() {
            out.push('\n');
            out.push_str(&keys);
        }
    }
    out.push_str(&table_of_units());
    out
}

fn availability(section: &Section) -> &'static str {
    if section.available { "" } else { " Not available in this version." }
}

fn table_of_keys(section: &str) -> String {
    let mut out = String::new();
    for key in keys::all().filter(|key| key.section == section) {
        if out.is_empty() {
            out.push_str("| key | form | unit | default | meaning |\n|---|---|---|---|---|\n");
        }
        let default = match key.absent {
            Absent::Error if section == "interaction" && key.name != "kind" => "by `kind`".to_owned(),
            Absent::Error => "required".to_owned(),
            Absent::Default(value) => format!("`{}`", as_toml(key, value)),
            Absent::Rule(words) => words.to_owned(),
        };
        let (form, meaning) = (form(&key.shape), key.meaning.replace('|', "\\|"));
        let _ = writeln!(out, "| `{}` | {form} | {} | {default} | {meaning} |", key.name, unit(key.quantity));
    }
    out
}

fn table_of_kinds() -> String {
    let mut out = String::from("| `kind` | keys | optional | meaning |\n|---|---|---|---|\n");
    for kind in KINDS {
        let list = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let (required, optional) = (list(kind.required), list(kind.optional));
        let meaning = kind.meaning.replace('|', "\\|");
        let _ = writeln!(out, "| `{}` | {required} | {optional} | {meaning} |", kind.name);
    }
    out
}

fn unit(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::InverseLength => "1/length",
        Quantity::EnergyTimesLength => "energy x length",
        Quantity::Stiffness => "energy/length^2",
        Quantity::Mass => "mass",
        Quantity::KernelRate { .. } => "volume/time x velocity^-exponent",
        Quantity::Of(dimension) => name(dimension),
    }
}

fn name(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::None => "",
        Dimension::Time => "time",
        Dimension::Length => "length",
        Dimension::Area => "length^2",
        Dimension::Velocity => "velocity",
        Dimension::Diffusivity => "length^2/time",
        Dimension::Temperature => "temperature",
        Dimension::Energy => "energy",
        Dimension::Pressure => "pressure",
        Dimension::HeatFlux => "energy/(area x time)",
        Dimension::Viscosity => "pressure x time",
        Dimension::NumberDensity => "1/volume",
        Dimension::AreaDensity => "1/area",
        Dimension::LinearDensity => "1/length",
        Dimension::Force => "energy/length",
        Dimension::SurfaceTension => "energy/area",
        Dimension::Rate => "1/time",
        Dimension::VelocityToTheFourth => "velocity^4",
        Dimension::VelocityToTheSixth => "velocity^6",
    }
}

fn table_of_units() -> String {
    let dimensions = [
        Dimension::Time,
        Dimension::Length,
        Dimension::Velocity,
        Dimension::Temperature,
        Dimension::Energy,
        Dimension::Pressure,
        Dimension::HeatFlux,
        Dimension::Viscosity,
        Dimension::NumberDensity,
        Dimension::Rate,
    ];
    let mut out = String::from(
        "\n## Units\n\n`lj` is reduced units with `k_B = 1`. The others are LAMMPS's, with its constants \
         (`src/update.cpp`).\n\n| quantity | real | metal | si |\n|---|---|---|---|\n| mass | g/mol | g/mol | kg |\n",
    );
    for dimension in dimensions {
        let [_, real, metal, si] = UnitStyle::ALL.map(|style| Units::new(style).symbol(dimension));
        let _ = writeln!(out, "| {} | {real} | {metal} | {si} |", name(dimension));
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reference_names_every_key_once_in_its_table() {
        let text = super::reference();
        for key in super::keys::all() {
            assert!(text.contains(&format!("| `{}` |", key.name)), "{}", key.name);
        }
        assert!(text.contains("| `cutoff` | a positive number | length | none; `[molecular]` and `[dsmc]` need one |"));
        assert!(text.contains("## `[spectral]`\n\nThe Boltzmann equation on a grid of velocities, without noise."));
    }
}
