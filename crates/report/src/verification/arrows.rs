//! The arrows of Figure 1: their names in the record, where they stand and what is said of them.

use super::record::{Record, Study};
use super::verdict::{Verdict, worst};

/// What is drawn and listed of an arrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrow {
    /// In the record.
    pub(crate) name: &'static str,
    /// In the figure; empty for what is no arrow.
    pub(crate) number: &'static str,
    /// Beside the number.
    pub(crate) short: &'static str,
    pub(crate) title: &'static str,
}

/// In the order of the paper.
pub(crate) const ARROWS: [Arrow; 10] = [
    arrow("1", "(1)", "symmetry", "molecular dynamics to objective molecular dynamics"),
    arrow("2", "(2)", "scaling limit", "molecular dynamics to kinetic theory"),
    arrow("3", "(3)", "symmetry", "kinetic theory to reduced kinetic theory"),
    arrow("4-mean-field", "(4)", "mean field", "objective molecular dynamics to reduced kinetic theory, mean field"),
    arrow(
        "4-boltzmann",
        "(4)",
        "Boltzmann–Grad",
        "objective molecular dynamics to reduced kinetic theory, Boltzmann–Grad",
    ),
    arrow("5", "(5)", "Kn → 0", "kinetic theory to hydrodynamics"),
    arrow("6", "(6)", "symmetry", "hydrodynamics to reduced hydrodynamics"),
    arrow("7", "(7)", "Kn → 0", "reduced kinetic theory to reduced hydrodynamics"),
    arrow("diagram", "", "the diagram commutes", "the diagram commutes: different ways from one corner to another"),
    arrow("breakdown", "", "breakdown", "where the descriptions cease to hold"),
];

const fn arrow(name: &'static str, number: &'static str, short: &'static str, title: &'static str) -> Arrow {
    Arrow { name, number, short, title }
}

/// An arrow with its studies.
pub(crate) struct Entry<'a> {
    pub(crate) name: String,
    pub(crate) number: &'static str,
    pub(crate) short: String,
    pub(crate) title: String,
    pub(crate) verdict: Verdict,
    pub(crate) studies: Vec<&'a Study>,
}

/// All arrows of the figure, and whatever else the record names.
pub(crate) fn entries(record: &Record) -> Vec<Entry<'_>> {
    let of = |name: &str| -> Vec<&Study> { record.studies.iter().filter(|study| study.arrow == name).collect() };
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for arrow in ARROWS {
        let studies = of(arrow.name);
        entries.push(Entry {
            name: arrow.name.to_owned(),
            number: arrow.number,
            short: arrow.short.to_owned(),
            title: arrow.title.to_owned(),
            verdict: worst(studies.iter().map(|study| study.verdict)),
            studies,
        });
    }
    for study in &record.studies {
        if entries.iter().all(|entry| entry.name != study.arrow) {
            let studies = of(&study.arrow);
            let title = if study.arrow_title.is_empty() { &study.arrow } else { &study.arrow_title };
            entries.push(Entry {
                name: study.arrow.clone(),
                number: "",
                short: study.arrow.clone(),
                title: if title.is_empty() { "no arrow named".to_owned() } else { title.clone() },
                verdict: worst(studies.iter().map(|study| study.verdict)),
                studies,
            });
        }
    }
    entries
}

impl Entry<'_> {
    /// The section's identifier: letters, digits and hyphens only.
    pub(crate) fn anchor(&self) -> String {
        let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        format!("arrow-{}", self.name.chars().map(safe).collect::<String>())
    }

    /// How many studies there are.
    pub(crate) fn count(&self) -> String {
        match self.studies.len() {
            0 => "not run".to_owned(),
            1 => "1 study".to_owned(),
            n => format!("{n} studies"),
        }
    }

    /// The number and the title.
    pub(crate) fn heading(&self) -> String {
        let mut letters = self.title.chars();
        let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        let gap = if self.number.is_empty() { "" } else { " " };
        format!("{}{gap}{first}{}", self.number, letters.as_str())
    }
}
