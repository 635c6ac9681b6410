//! `composition` of `[molecular.build]`: elements at random on the places of a crystal.

use super::builders::TABLE;
use super::reader::{Reader, Section};
use super::wording::{called, float, found, show};
use omd_flow::Philox;
use omd_hierarchy::experiment::CubicLattice;
use toml::de::DeValue;

/// Streams of atoms have the first bit, those of clouds the second.
const STREAM: u64 = 1 << 61;

/// Elements and their shares, as the input has them.
#[derive(Debug)]
pub(super) struct Composition(Vec<(String, f64)>);

/// The key, where `lattice` is of one element; `None` where something was reported.
pub(super) fn read(reader: &mut Reader<'_>, section: &Section<'_>, lattice: CubicLattice) -> Option<Composition> {
    if let Some(other) = ["element", "elements"].into_iter().find(|key| section.has(key)) {
        let message = format!("`{other}` and `composition` in [{TABLE}] exclude each other");
        reader.error(&section.key_span(other), message, Some("`composition` names the elements".to_owned()));
        return None;
    }
    if lattice.elements() > 1 {
        let message = format!("{} is for lattices of one element", called(TABLE, "composition"));
        let help = "write `elements = [...]`: this lattice says which place is whose".to_owned();
        reader.error(&section.key_span("composition"), message, Some(help));
        return None;
    }
    let value = reader.several(section, "composition")?;
    let table = match value.get_ref() {
        DeValue::Table(table) if table.len() > 1 => table,
        _ => {
            reader.wrong_form(section, "composition", value);
            return None;
        }
    };
    let mut shares = Vec::new();
    for (name, share) in table {
        let what = format!("the share of {} in {}", name.get_ref(), called(TABLE, "composition"));
        match float(share.get_ref()) {
            Some(number) if number > 0.0 && number.is_finite() => {
                shares.push((name.get_ref().to_string(), number));
            }
            number => {
                let found = number.map_or_else(|| found(share), show);
                reader.error(&share.span(), format!("{what} must be a positive number, found {found}"), None);
                return None;
            }
        }
    }
    Some(Composition(shares))
}

impl Composition {
    /// The names of `count` atoms in an order that `seed` draws.
    pub(super) fn occupied(&self, count: usize, seed: u64) -> Vec<String> {
        let total: f64 = self.0.iter().map(|(_, share)| share).sum();
        let (mut names, mut passed) = (Vec::with_capacity(count), 0.0);
        for (name, share) in &self.0 {
            passed += share;
            let until = (count as f64 * passed / total).round() as usize;
            names.resize(until.min(count), name.clone());
        }
        let mut random = Philox::new(seed, STREAM);
        for last in (1..names.len()).rev() {
            names.swap(last, random.below(last as u64 + 1) as usize);
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_met_and_places_are_drawn() {
        let composition = Composition(vec![("A".to_owned(), 4.0), ("B".to_owned(), 1.0)]);
        let names = composition.occupied(1000, 1);
        let light: Vec<usize> = (0..1000).filter(|&k| names[k] == "B").collect();
        assert_eq!((names.len(), light.len()), (1000, 200));
        // Of 200 draws without replacement the mean place has a standard error of 18.
        let mean = light.iter().sum::<usize>() as f64 / 200.0;
        assert!((mean - 499.5).abs() < 4.0 * 18.3, "{mean}");
        assert_ne!(names, composition.occupied(1000, 2));
        assert_eq!(composition.occupied(3, 1).len(), 3);
    }
}
