//! `[interaction.bonds]`: what joins atoms to molecules.

use super::consistency::Tables;
use super::reader::{Reader, Section};
use super::tables::{MolecularKeys, Start};
use super::wording::{called, counted, rounded, show};
use super::{Parts, keys};
use crate::structure::{FileBondLaw, FileBonds};
use crate::units::Quantity;
use omd_flow::Dimension::{Energy, Length};
use omd_hierarchy::experiment::{BondSettings, Engine, HarmonicBond, Interaction, Morse};
use std::ops::Range;
use std::sync::Arc;

const TABLE: &str = "interaction.bonds";
/// Atoms nearer than so many lengths of a bond are bonded where nothing is said.
const WITHIN: f64 = 1.2;
/// Two statements of one law may differ by this part of its forces, the digits a person types.
const SAME_LAW: f64 = 1e-3;

/// The table, where it is there.
pub(super) fn bonds(reader: &mut Reader<'_>, interaction: &Section<'_>) -> Option<BondSettings> {
    let (header, table) = reader.subtable(interaction, "bonds", TABLE)?;
    let section = Section::new(TABLE, &header, table);
    let kind = reader.choice(&section, "kind");
    let own: &[&'static str] = match kind {
        Some("harmonic") => &["stiffness"],
        Some("morse") => &["epsilon", "alpha"],
        _ => &["stiffness", "epsilon", "alpha"],
    };
    let mut known = vec!["kind", "length", "within", "pair-force"];
    known.extend(own);
    for name in keys::names(TABLE).filter(|name| !known.contains(name) && section.has(name)).collect::<Vec<_>>() {
        let message = format!("{} does not belong to kind = \"{}\"", called(TABLE, name), kind.unwrap_or_default());
        reader.error(&section.key_span(name), message, Some(format!("keys of this kind: {}", known[1..].join(", "))));
    }
    reader.unknown_keys(&section, &keys::names(TABLE).collect::<Vec<_>>());
    let length = reader.number(&section, "length");
    let excluded = reader.choice(&section, "pair-force") == Some("excluded");
    let mut numbers = own.iter().map(|name| {
        if kind.is_some() && !section.has(name) {
            reader.missing(&section, name);
        }
        reader.number(&section, name)
    });
    let (first, second) = (numbers.next().flatten(), numbers.next().flatten());
    drop(numbers);
    let within = if section.has("within") { reader.number(&section, "within") } else { length.map(|r| WITHIN * r) };
    let (length, within) = (length?, within?);
    if within <= length {
        let of = |r| show(reader.units.to_style(Length, r));
        let message =
            format!("{} must be above `length`, {}, found {}", called(TABLE, "within"), of(length), of(within));
        reader.error(&section.span("within"), message, None);
        return None;
    }
    let form: Arc<dyn omd_interaction::PairForm> = match kind? {
        "morse" => Arc::new(Morse { epsilon: first?, alpha: second?, equilibrium: length }),
        _ => Arc::new(HarmonicBond { stiffness: first?, length }),
    };
    Some(BondSettings { form, length, within, excluded, pairs: None })
}

/// The bonds of the structure file `file` under the law of the input; complains where they do not fit each other.
pub(super) fn of_file(
    reader: &mut Reader<'_>,
    parts: &Parts<'_>,
    span: &Range<usize>,
    bonds: &FileBonds,
    file: &str,
) -> Option<Vec<[usize; 2]>> {
    let Some(settings) = &parts.bonds else {
        let message = format!("{file} has bonds, but there is no [interaction.bonds]");
        let help = "add it: kind = \"harmonic\" or \"morse\" and its numbers; or remove the section Bonds, if atoms without \
                    bonds are meant";
        reader.error(span, message, Some(help.to_owned()));
        return None;
    };
    let (header, table) = reader.subtable(parts.tables.get("interaction")?, "bonds", TABLE)?;
    let section = Section::new(TABLE, &header, table);
    if section.has("within") {
        let message = format!("{} and the section Bonds of {file} exclude each other", called(TABLE, "within"));
        let help = "remove `within`: the file says which atoms are bonded".to_owned();
        reader.error(&section.span("within"), message, Some(help));
        return None;
    }
    if let Some(law) = &bonds.law {
        same_law(reader, &header, &*settings.form, law, file);
    }
    Some(bonds.pairs.clone())
}

/// Complains when Bond Coeffs says another law than the input, where that is one that the input could have.
fn same_law(
    reader: &mut Reader<'_>,
    span: &Range<usize>,
    form: &dyn omd_interaction::PairForm,
    law: &FileBondLaw,
    file: &str,
) {
    let units = &reader.units;
    let (length_of, energy_of) = (units.factor(Quantity::Of(Length)), units.factor(Quantity::Of(Energy)));
    let (stated, length, write): (Box<dyn omd_interaction::PairForm>, f64, String) =
        match (law.style.as_str(), &law.coefficients[..]) {
            ("harmonic", &[k, r]) => {
                let stiffness = 2.0 * k * units.factor(Quantity::Stiffness);
                let write = format!("kind = \"harmonic\", stiffness = {}, length = {}", rounded(2.0 * k), rounded(r));
                let length = r * length_of;
                (Box::new(HarmonicBond { stiffness, length }), length, write)
            }
            ("morse", &[epsilon, alpha, r]) => {
                let write = format!(
                    "kind = \"morse\", epsilon = {}, alpha = {}, length = {}",
                    rounded(epsilon),
                    rounded(alpha),
                    rounded(r)
                );
                let equilibrium = r * length_of;
                let alpha = alpha * units.factor(Quantity::InverseLength);
                (Box::new(Morse { epsilon: epsilon * energy_of, alpha, equilibrium }), equilibrium, write)
            }
            ("harmonic" | "morse", numbers) => {
                let (style, found) = (&law.style, counted(numbers.len(), "number"));
                let wanted = if style == "harmonic" { "two, K and r0" } else { "three, D, alpha and r0" };
                let message = format!("Bond Coeffs on line {} of {file} has {found}", law.line);
                reader.error(span, message, Some(format!("bond_style {style} takes {wanted}")));
                return;
            }
            // A style that omd has not, or none that is named: the input alone says what the bonds are.
            _ => return,
        };
    // Two forces that differ between them tell the numbers of either law.
    let forces = |form: &dyn omd_interaction::PairForm| [0.9, 1.1, 1.5].map(|part| form.derivative(part * length));
    let (of_file, of_input) = (forces(&*stated), forces(form));
    let size = of_file.iter().fold(0.0, |most: f64, force| most.max(force.abs()));
    if of_file.iter().zip(of_input).any(|(a, b)| (a - b).abs() > SAME_LAW * size) {
        let message = format!("[{TABLE}] is not what Bond Coeffs says on line {} of {file}", law.line);
        reader.error(span, message, Some(format!("write {write}; or remove Bond Coeffs from the file")));
    }
}

/// Bonds need atoms that move from step to step in a cell, and nothing else knows molecules.
pub(super) fn check(
    reader: &mut Reader<'_>,
    tables: &Tables<'_>,
    interaction: Option<&Interaction>,
    molecular: Option<&MolecularKeys>,
) {
    let Some(section) = tables.get("interaction").filter(|section| section.has("bonds")) else { return };
    let span = section.key_span("bonds");
    let of_pairs =
        |interaction: &&Interaction| matches!(interaction, Interaction::Potential(_) | Interaction::Mixture(_));
    if interaction.is_some_and(|interaction| !of_pairs(&interaction)) {
        let message = "[interaction.bonds] needs a potential of pairs between the molecules".to_owned();
        reader.error(&span, message, Some("use kind = \"lennard-jones\" or another potential".to_owned()));
    }
    for name in super::description_names().filter(|name| *name != "molecular") {
        if let Some(table) = tables.get(name) {
            let message = format!("[{name}] describes a gas of single atoms; [interaction.bonds] makes molecules");
            reader.error(&table.header(), message, Some(format!("remove [{name}] or [interaction.bonds]")));
        }
    }
    let (Some(keys), Some(table)) = (molecular, tables.get("molecular")) else { return };
    if let Some(Engine::Encounters { .. }) = keys.engine {
        let message =
            "`engine` in [molecular]: \"encounters\" know single atoms only, not [interaction.bonds]".to_owned();
        reader.error(&table.span("engine"), message, Some("remove it: \"time-stepped\" is the default".to_owned()));
    }
    if let Start::Drawn { atoms: Some(atoms), .. } = keys.start
        && atoms % 2 == 1
    {
        let message = format!(
            "{} must be even: with [interaction.bonds] atoms are drawn in pairs, found {atoms}",
            called("molecular", "atoms")
        );
        reader.error(&table.span("atoms"), message, Some("give other molecules by `structure`".to_owned()));
    }
}
