//! Parameter files of Tersoff potentials, as LAMMPS has them.

use super::kinds::Kind;
use super::reader::{Reader, Section};
use super::wording::called;
use super::{StructureFile, text_of};
use crate::diagnostic::{Diagnostic, InputError, Location};
use crate::units::{Quantity, UnitStyle, Units};
use omd_flow::Dimension;
use omd_hierarchy::experiment::Interaction;
use omd_interaction::Tersoff;
use std::path::Path;
use std::sync::Arc;

/// Words of an entry: three elements and fourteen numbers.
const WORDS: usize = 17;
const NAMES: [&str; 14] =
    ["m", "gamma", "lambda3", "c", "d", "costheta0", "n", "beta", "lambda2", "B", "R", "D", "lambda1", "A"];

/// `kind = "tersoff"`.
pub(super) fn interaction(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    kind: &Kind,
    path: &Path,
) -> Option<(Interaction, StructureFile)> {
    let name = reader.text(section, "parameters");
    let element = reader.text(section, "element");
    if reader.units.style() == UnitStyle::Lj {
        let message = format!("kind = \"{}\" is in electronvolts and angstrom; units = \"lj\" have none", kind.name);
        reader.error(&section.span("kind"), message, Some("use units = \"metal\", \"real\" or \"si\"".to_owned()));
        return None;
    }
    let (name, element) = (name?, element?);
    let span = section.span("parameters");
    let file = path.parent().unwrap_or(Path::new("")).join(&name);
    // A device or a pipe may never end.
    let regular = std::fs::metadata(&file).map_or(true, |metadata| metadata.is_file() || metadata.is_dir());
    let text = if regular {
        text_of(&file, "parameter file")
    } else {
        Err(format!("the parameter file {} is not a file", file.display()))
    };
    let help = Some("the path is relative to the input file".to_owned());
    let text = text.map_err(|message| reader.error(&span, message, help)).ok()?;
    let found = parse(&file.display().to_string(), &text, &element);
    let potential = match found.map_err(|error| reader.adopt(&span, error)).ok()? {
        Some(potential) => potential,
        None => {
            let what = called("interaction", "element");
            let message = format!("{what}: {} has no entry \"{element} {element} {element}\"", file.display());
            reader.error(&section.span("element"), message, None);
            return None;
        }
    };
    let fingerprint = StructureFile::of(file, text.as_bytes());
    Some((Interaction::ManyBody(Arc::new(potential)), fingerprint))
}

/// The entry of one element in internal units, if there is one.
fn parse(file: &str, text: &str, element: &str) -> Result<Option<Tersoff>, InputError> {
    let words = text.lines().enumerate().flat_map(|(line, content)| {
        let data = content.split('#').next().unwrap_or_default();
        data.split_whitespace().map(move |word| (line + 1, word))
    });
    let words: Vec<(usize, &str)> = words.collect();
    let at = |line: usize, message: String| {
        let content = text.lines().nth(line - 1).unwrap_or_default();
        let location = Some(Location::of_line(file, line, content));
        let help = Some(format!("an entry is three elements and {}", NAMES.join(" ")));
        InputError { diagnostics: vec![Diagnostic { message, location, help }] }
    };
    for entry in words.chunks(WORDS) {
        let [(line, first), (_, second), (_, third)] = match entry {
            [a, b, c, ..] => [*a, *b, *c],
            _ => return Err(at(entry[0].0, "the parameter file ends within an entry".to_owned())),
        };
        if entry.len() < WORDS {
            return Err(at(line, format!("the entry has {} words of {WORDS}", entry.len())));
        }
        let mut numbers = [0.0; 14];
        for ((number, name), (line, word)) in numbers.iter_mut().zip(NAMES).zip(&entry[3..]) {
            *number = word.parse().ok().filter(|x: &f64| x.is_finite()).ok_or_else(|| {
                at(*line, format!("{name} must be a number, found \"{}\"", super::wording::shortened(word)))
            })?;
        }
        if [first, second, third] == [element; 3] {
            return potential(numbers).map(Some).map_err(|message| at(line, message));
        }
    }
    Ok(None)
}

/// Electronvolts and angstrom to internal units.
fn potential(numbers: [f64; 14]) -> Result<Tersoff, String> {
    let [m, gamma, lambda_3, c, d, cosine, n, beta, lambda_2, attraction, middle, half_width, lambda_1, repulsion] =
        numbers;
    let refuse = |name: &str, value: f64, wanted: &str| Err(format!("{name} must be {wanted}, found {value}"));
    if m != 1.0 && m != 3.0 {
        return refuse("m", m, "1 or 3");
    }
    let positive =
        [("d", d), ("n", n), ("lambda2", lambda_2), ("D", half_width), ("lambda1", lambda_1), ("A", repulsion)];
    if let Some((name, value)) = positive.into_iter().find(|(_, value)| *value <= 0.0) {
        return refuse(name, value, "positive");
    }
    let not_negative = [("gamma", gamma), ("lambda3", lambda_3), ("c", c), ("beta", beta), ("B", attraction)];
    if let Some((name, value)) = not_negative.into_iter().find(|(_, value)| *value < 0.0) {
        return refuse(name, value, "0 or more");
    }
    if middle <= half_width {
        return refuse("R", middle, &format!("above D = {half_width}"));
    }
    let metal = Units::new(UnitStyle::Metal);
    let energy = metal.factor(Quantity::Of(Dimension::Energy));
    let length = metal.factor(Quantity::Of(Dimension::Length));
    Ok(Tersoff {
        exponent: m as i32,
        gamma,
        lambda_3: lambda_3 / length,
        c,
        d,
        cosine,
        n,
        beta,
        lambda_2: lambda_2 / length,
        attraction: attraction * energy,
        middle: middle * length,
        half_width: half_width * length,
        lambda_1: lambda_1 / length,
        repulsion: repulsion * energy,
    })
}
