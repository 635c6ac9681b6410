//! Values and forms in words, for messages.

use super::keys::{Shape, Sign};
use toml::Spanned;
use toml::de::{DeInteger, DeValue};

/// Where `key` of `section` stands, in words: `` `end` in [time] ``.
pub(super) fn called(section: &str, key: &str) -> String {
    if section.is_empty() { format!("`{key}`") } else { format!("`{key}` in [{section}]") }
}

/// A number of the input for a message.
pub(super) fn show(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e7).contains(&size) { format!("{value:e}") } else { format!("{value}") }
}

/// A computed number for a message, rounded to 9 digits.
pub(super) fn rounded(value: f64) -> String {
    format!("{value:.8e}").parse().map_or_else(|_| value.to_string(), show)
}

/// A form in words.
pub(super) fn form(shape: &Shape) -> String {
    match shape {
        Shape::Text => "a string".to_owned(),
        Shape::Choice(words) => {
            let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
            match quoted.split_last() {
                Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
                _ => quoted.concat(),
            }
        }
        Shape::Number(Sign::Positive) => "a positive number".to_owned(),
        Shape::Number(Sign::Any) => "a number".to_owned(),
        Shape::Count(least) => format!("an integer of {least} or more"),
        Shape::Seed => "an integer of 0 or more".to_owned(),
        Shape::Matrix => "three rows of three numbers".to_owned(),
        Shape::Vector => "three numbers".to_owned(),
        Shape::Several(words) => (*words).to_owned(),
    }
}

/// `1 atom`, `2 atoms`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

pub(super) fn shortened(text: &str) -> String {
    let clean: String = text.chars().take(40).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().count() > 40 { format!("{clean}...") } else { clean }
}

/// What stands in the file, for a message.
pub(super) fn found(value: &Spanned<DeValue<'_>>) -> String {
    match value.get_ref() {
        DeValue::String(text) => format!("\"{}\"", shortened(text)),
        DeValue::Integer(integer) => shortened(&integer.to_string()),
        DeValue::Float(float) => shortened(float.as_str()),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(entries) => format!("an array of {}", entries.len()),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// The number a TOML integer or float stands for.
pub(super) fn float(value: &DeValue<'_>) -> Option<f64> {
    let wide = |integer: &DeInteger<'_>| i128::from_str_radix(integer.as_str(), integer.radix()).ok();
    match value {
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
        DeValue::Integer(integer) => wide(integer).map(|x| x as f64),
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => None,
    }
}

pub(super) fn numeric_text(value: &Spanned<DeValue<'_>>) -> Option<f64> {
    value.get_ref().as_str().and_then(|text| text.trim().parse().ok())
}
