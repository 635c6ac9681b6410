//! `[interaction.bonds]`: what joins atoms to molecules.

use super::consistency::Tables;
use super::keys;
use super::reader::{Reader, Section};
use super::tables::{MolecularKeys, Start, subtable};
use super::wording::{called, show};
use omd_hierarchy::experiment::{BondSettings, Engine, HarmonicBond, Interaction, Morse};
use std::sync::Arc;

const TABLE: &str = "interaction.bonds";
/// Atoms nearer than so many lengths of a bond are bonded where nothing is said.
const WITHIN: f64 = 1.2;

/// The table, where it is there.
pub(super) fn bonds(reader: &mut Reader<'_>, interaction: &Section<'_>) -> Option<BondSettings> {
    let (header, table) = subtable(reader, interaction, "bonds", TABLE)?;
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
        let of = |r| show(reader.units.to_style(omd_flow::Dimension::Length, r));
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

/// Bonds need atoms that move from step to step in a cell, and nothing else knows molecules.
pub(super) fn check(
    reader: &mut Reader<'_>,
    tables: &Tables<'_>,
    interaction: Option<&Interaction>,
    molecular: Option<&MolecularKeys>,
) {
    let Some(section) = tables.get("interaction").filter(|section| section.has("bonds")) else { return };
    let span = section.key_span("bonds");
    if matches!(interaction, Some(interaction) if !matches!(interaction, Interaction::Potential(_))) {
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
