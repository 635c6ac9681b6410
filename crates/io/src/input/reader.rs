//! Reads keys of the parsed document by what the table of keys says of them, and collects what is wrong.

use super::keys::{self, Absent, Key, Shape, Sign};
use super::nearest::nearest;
use super::wording::{called, counted, float, form, found, numeric_text, shortened, show};
use crate::diagnostic::{Diagnostic, InputError, Location};
use crate::units::{Quantity, UnitStyle, Units};
use omd_flow::Matrix3;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One key with the value that holds, as text of the input file or of its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedKey {
    /// The table, `""` for the top level.
    pub section: String,
    /// The key.
    pub key: String,
    /// Its value as TOML.
    pub value: String,
    /// Whether the file says so; else it is the default.
    pub given: bool,
}

/// A table of the document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section<'a> {
    pub(super) name: &'static str,
    header: (usize, usize),
    table: &'a DeTable<'a>,
}

impl<'a> Section<'a> {
    pub(super) fn new(name: &'static str, header: &Range<usize>, table: &'a DeTable<'a>) -> Self {
        Self { name, header: (header.start, header.end), table }
    }
    pub(super) fn header(&self) -> Range<usize> {
        self.header.0..self.header.1
    }
    pub(super) fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.get(key)
    }
    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }
    /// The place of a key's value, or of the header.
    pub(super) fn span(&self, key: &str) -> Range<usize> {
        self.value(key).map_or_else(|| self.header(), Spanned::span)
    }
    /// The place of the key itself, or of the header.
    pub(super) fn key_span(&self, key: &str) -> Range<usize> {
        self.table.get_key_value(key).map_or_else(|| self.header(), |(key, _)| key.span())
    }
}

/// Numbers inside are this small and its inverse large at most: cubes of them are still numbers.
const SMALLEST: f64 = 1e-100;

/// The text being read, what was found wrong in it, and what holds.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    /// lj until `units` is known.
    pub(super) units: Units,
    found: Vec<(usize, Diagnostic)>,
    pub(super) resolved: Vec<ResolvedKey>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, units: Units::new(UnitStyle::Lj), found: Vec::new(), resolved: Vec::new() }
    }

    /// Something is wrong at `span`.
    pub(super) fn error(&mut self, span: &Range<usize>, message: String, help: Option<String>) {
        let location = Some(Location::of_span(self.file, self.text, span));
        self.found.push((span.start, Diagnostic { message, location, help }));
    }

    /// What was found wrong in another file that is named at `span`.
    pub(super) fn adopt(&mut self, span: &Range<usize>, error: InputError) {
        self.found.extend(error.diagnostics.into_iter().map(|diagnostic| (span.start, diagnostic)));
    }

    pub(super) fn is_clean(&self) -> bool {
        self.found.is_empty()
    }

    /// Everything found wrong, in the order of the file.
    pub(super) fn into_error(mut self) -> InputError {
        self.found.sort_by_key(|(at, _)| *at);
        InputError { diagnostics: self.found.into_iter().map(|(_, diagnostic)| diagnostic).collect() }
    }

    /// Complains about keys of `section` that are not in `known`.
    pub(super) fn unknown_keys(&mut self, section: &Section<'_>, known: &[&'static str]) {
        for key in section.table.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let owners = keys::owners(name);
            let is_table =
                section.name.is_empty() && section.value(name).is_some_and(|value| value.get_ref().is_table());
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if is_table && let Some(whole) = keys::table_within(name) => format!("write [{whole}]"),
                None if !owners.is_empty() => {
                    format!(
                        "`{name}` belongs to {}",
                        owners.iter().map(|o| format!("[{o}]")).collect::<Vec<_>>().join(", ")
                    )
                }
                None if known.is_empty() => "this table has no keys".to_owned(),
                None => format!("known keys: {}", known.join(", ")),
            };
            let shown = shortened(name);
            let what =
                if is_table { format!("table [{shown}]") } else { format!("key {}", called(section.name, &shown)) };
            self.error(&key.span(), format!("unknown {what}"), Some(help));
        }
    }

    /// The value of a key; records defaults and complains where a key must be there.
    fn present<'s>(
        &mut self,
        section: &Section<'s>,
        name: &'static str,
    ) -> Option<(&'static Key, &'s Spanned<DeValue<'s>>)> {
        let key = keys::find(section.name, name)?;
        if let Some(value) = section.value(name) {
            let text = self.text.get(value.span()).unwrap_or_default().to_owned();
            self.record(section.name, name, text, true);
            return Some((key, value));
        }
        match key.absent {
            Absent::Error => self.missing(section, name),
            Absent::Default(text) => self.record(section.name, name, keys::as_toml(key, text), false),
            Absent::Rule(_) => {}
        }
        None
    }

    pub(super) fn record(&mut self, section: &str, key: &str, value: String, given: bool) {
        self.resolved.push(ResolvedKey { section: section.to_owned(), key: key.to_owned(), value, given });
    }

    /// Complains that a key is not there.
    pub(super) fn missing(&mut self, section: &Section<'_>, name: &'static str) {
        let wanted = keys::find(section.name, name).map(|key| form(&key.shape));
        let help = wanted.map(|wanted| match name {
            "temperature" => format!("add `{name} = ...`: {wanted}; or `temperature-tensor = ...`"),
            "atoms" => format!("add `{name} = ...`: {wanted}; or `structure = ...`: a file; or [molecular.build]"),
            "every" if section.name == "molecular.trajectory" => {
                format!("add `{name} = ...`: {wanted}; or `interval = ...`: a time")
            }
            "mass" => format!("add `{name} = ...`: {wanted}; only lj units have a default"),
            _ => format!("add `{name} = ...`: {wanted}"),
        });
        self.error(&section.header(), format!("missing key {}", called(section.name, name)), help);
    }

    /// Complains about the form of a value.
    fn wrong(&mut self, section: &str, key: &Key, span: &Range<usize>, found: &str) {
        let message = format!("{} must be {}, found {found}", called(section, key.name), form(&key.shape));
        self.error(span, message, None);
    }

    /// A string.
    pub(super) fn text(&mut self, section: &Section<'_>, name: &'static str) -> Option<String> {
        let (key, value) = self.present(section, name)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(section.name, key, &value.span(), &found(value));
            return None;
        };
        Some(text.to_owned())
    }

    /// One of the words the key allows; the default when absent.
    pub(super) fn choice(&mut self, section: &Section<'_>, name: &'static str) -> Option<&'static str> {
        let key = keys::find(section.name, name)?;
        let Shape::Choice(words) = key.shape else { return None };
        let Some((_, value)) = self.present(section, name) else {
            return match key.absent {
                Absent::Default(word) => Some(word),
                _ => None,
            };
        };
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(section.name, key, &value.span(), &found(value));
            return None;
        };
        let word = words.iter().copied().find(|word| *word == text);
        if word.is_none() {
            let help = nearest(text, words.iter().copied()).map(|near| format!("did you mean \"{near}\"?"));
            let message =
                format!("{} must be {}, found {}", called(section.name, name), form(&key.shape), found(value));
            self.error(&value.span(), message, help);
        }
        word
    }

    /// A number in internal units.
    pub(super) fn number(&mut self, section: &Section<'_>, name: &'static str) -> Option<f64> {
        let quantity = keys::find(section.name, name)?.quantity;
        self.number_of(section, name, quantity)
    }

    /// A number in internal units that measures `quantity`.
    pub(super) fn number_of(&mut self, section: &Section<'_>, name: &'static str, quantity: Quantity) -> Option<f64> {
        let key = keys::find(section.name, name)?;
        let Some((_, value)) = self.present(section, name) else {
            return match key.absent {
                Absent::Default(text) => text.parse().ok(),
                _ => None,
            };
        };
        let sign = if let Shape::Number(sign) = key.shape { sign } else { Sign::Positive };
        let Some(number) = float(value.get_ref()) else {
            let help = numeric_text(value).map(|_| "write the number without quotes".to_owned());
            let message =
                format!("{} must be {}, found {}", called(section.name, name), form(&key.shape), found(value));
            self.error(&value.span(), message, help);
            return None;
        };
        self.converted(&called(section.name, name), &value.span(), number, sign, quantity)
    }

    /// Checks sign and range of a number and converts it.
    pub(super) fn converted(
        &mut self,
        what: &str,
        span: &Range<usize>,
        number: f64,
        sign: Sign,
        quantity: Quantity,
    ) -> Option<f64> {
        let internal = self.units.to_internal(quantity, number);
        if !number.is_finite() {
            self.error(span, format!("{what} must be finite, found {number}"), None);
        } else if sign == Sign::Positive && number <= 0.0 {
            self.error(span, format!("{what} must be positive, found {}", show(number)), None);
        } else if number != 0.0 && !(SMALLEST..=1.0 / SMALLEST).contains(&internal.abs()) {
            self.error(span, format!("{what} is out of range, found {}", show(number)), None);
        } else {
            return Some(internal);
        }
        None
    }

    /// An integer; the default when absent.
    pub(super) fn integer(&mut self, section: &Section<'_>, name: &'static str) -> Option<u64> {
        let key = keys::find(section.name, name)?;
        let Some((_, value)) = self.present(section, name) else {
            return match key.absent {
                Absent::Default(text) => text.parse().ok(),
                _ => None,
            };
        };
        let (least, most) = match key.shape {
            Shape::Count(least) => (least, keys::most(section.name, name)),
            _ => (0, u64::MAX),
        };
        let number = match value.get_ref() {
            DeValue::Integer(integer) => u64::from_str_radix(integer.as_str(), integer.radix()).ok(),
            _ => None,
        };
        match number {
            Some(number) if number >= least && number <= most => return Some(number),
            Some(number) if number > most => {
                let message = format!("{} must be at most {most}, found {number}", called(section.name, name));
                self.error(&value.span(), message, None);
            }
            _ => {
                let message =
                    format!("{} must be {}, found {}", called(section.name, name), form(&key.shape), found(value));
                let whole = matches!(value.get_ref(), DeValue::Float(_)).then(|| float(value.get_ref())).flatten();
                let whole = whole.filter(|x| x.fract() == 0.0 && (least as f64..1e15).contains(x));
                self.error(&value.span(), message, whole.map(|x| format!("write {x:.0}")));
            }
        }
        None
    }

    /// A count that fits into memory's index.
    pub(super) fn count(&mut self, section: &Section<'_>, name: &'static str) -> Option<usize> {
        self.integer(section, name).and_then(|count| usize::try_from(count).ok())
    }

    /// Three rows of three numbers in internal units; rows stay rows.
    pub(super) fn matrix(&mut self, section: &Section<'_>, name: &'static str) -> Option<Matrix3<f64>> {
        let (key, value) = self.present(section, name)?;
        self.rows(section, key, value)
    }

    /// The value of a key that has several forms.
    pub(super) fn several<'s>(
        &mut self,
        section: &Section<'s>,
        name: &'static str,
    ) -> Option<&'s Spanned<DeValue<'s>>> {
        self.present(section, name).map(|(_, value)| value)
    }

    /// Complains that a value has none of the forms of its key.
    pub(super) fn wrong_form(&mut self, section: &Section<'_>, name: &'static str, value: &Spanned<DeValue<'_>>) {
        if let Some(key) = keys::find(section.name, name) {
            self.wrong(section.name, key, &value.span(), &found(value));
        }
    }

    /// As [`Self::matrix`], for a value in hand.
    pub(super) fn rows(
        &mut self,
        section: &Section<'_>,
        key: &Key,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Matrix3<f64>> {
        let what = called(section.name, key.name);
        let wanted = "must be three rows of three numbers";
        let Some(rows) = value.get_ref().as_array() else {
            self.error(&value.span(), format!("{what} {wanted}, found {}", found(value)), None);
            return None;
        };
        if rows.len() != 3 {
            let help = (rows.len() == 9).then(|| "write [[a, b, c], [d, e, f], [g, h, i]]".to_owned());
            self.error(&value.span(), format!("{what} {wanted}, found {}", counted(rows.len(), "row")), help);
            return None;
        }
        let mut matrix = Matrix3::zeros();
        let mut whole = true;
        for (i, row) in rows.iter().enumerate() {
            let Some(entries) = row.get_ref().as_array().filter(|entries| entries.len() == 3) else {
                let problem = row.get_ref().as_array().map_or_else(|| found(row), |e| counted(e.len(), "number"));
                self.error(&row.span(), format!("{what} {wanted}, found {problem} in row {}", i + 1), None);
                whole = false;
                continue;
            };
            for (j, entry) in entries.iter().enumerate() {
                let place = format!("row {}, column {} of {what}", i + 1, j + 1);
                let internal = match float(entry.get_ref()) {
                    Some(number) => self.converted(&place, &entry.span(), number, Sign::Any, key.quantity),
                    None => {
                        self.error(&entry.span(), format!("{place} must be a number, found {}", found(entry)), None);
                        None
                    }
                };
                whole &= internal.is_some();
                matrix[(i, j)] = internal.unwrap_or(0.0);
            }
        }
        whole.then_some(matrix)
    }

    /// The table `key` inside `section`, where it is there, and where it begins; `name` is what it is called in full.
    pub(super) fn subtable<'s>(
        &mut self,
        section: &Section<'s>,
        key: &'static str,
        name: &str,
    ) -> Option<(Range<usize>, &'s DeTable<'s>)> {
        let value = section.value(key)?;
        let header = section.key_span(key);
        if let DeValue::Table(table) = value.get_ref() {
            return Some((header, table));
        }
        let message = format!("[{name}] must be a table, found {}", found(value));
        self.error(&header, message, Some(format!("write `[{name}]` on a line of its own")));
        None
    }

    /// The tables of the document by their names; complains about what is not a table.
    pub(super) fn tables<'s>(&mut self, root: &'s DeTable<'s>) -> BTreeMap<&'static str, Section<'s>> {
        let mut tables = BTreeMap::new();
        for (key, value) in root {
            let Some(section) = keys::SECTIONS.iter().find(|section| section.name == key.get_ref().as_ref()) else {
                continue;
            };
            match value.get_ref() {
                DeValue::Table(table) => {
                    tables.insert(section.name, Section::new(section.name, &key.span(), table));
                }
                _ => {
                    let help = Some(format!("write `[{}]` on a line of its own", section.name));
                    let message = format!("[{}] must be a table, found {}", section.name, found(value));
                    self.error(&key.span(), message, help);
                }
            }
        }
        tables
    }
}
