//! `[interaction.bonds]` in LAMMPS's words.

use super::pair::{value, word};
use crate::input::ResolvedInput;

const TABLE: &str = "interaction.bonds";

/// Commands for bonds, whose atoms are in the data file.
#[derive(Debug)]
pub(super) struct BondCommands {
    /// `bond_style` and `special_bonds`.
    pub(super) style: String,
    /// `bond_coeff`, when there are atoms.
    pub(super) coefficients: String,
    /// What omd's energy of a bond is above LAMMPS's, in the units of the files.
    pub(super) above: f64,
}

impl BondCommands {
    /// The bonds of `input`; `None` where it has none.
    pub(super) fn new(input: &ResolvedInput) -> Option<Self> {
        let number = |key: &str| value(input, TABLE, key)?.replace('_', "").parse::<f64>().ok();
        let length = number("length")?;
        let (style, numbers, above) = match word(input, TABLE, "kind")?.as_str() {
            "morse" => {
                // LAMMPS counts from the bottom of the well, omd from two free atoms.
                let epsilon = number("epsilon")?;
                ("morse", vec![epsilon, number("alpha")?, length], -epsilon)
            }
            _ => ("harmonic", vec![0.5 * number("stiffness")?, length], 0.0),
        };
        let excluded = word(input, TABLE, "pair-force").is_none_or(|word| word != "kept");
        let numbers: Vec<String> = numbers.iter().map(|number| format!("{number:.16e}")).collect();
        Some(Self {
            style: format!("bond_style {style}\nspecial_bonds lj {} 1 1\n", u8::from(!excluded)),
            coefficients: format!("bond_coeff 1 {}\n", numbers.join(" ")),
            above,
        })
    }
}
