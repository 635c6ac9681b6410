//! Words and lines of a structure file, and messages that point at them.

use crate::diagnostic::{Diagnostic, InputError, Location};
use omd_flow::Vector3;

/// Atoms are at most this many cells away from the cell.
pub(super) const FARTHEST: f64 = 2_147_483_648.0;

/// The text of a file and the name that messages give it.
pub(super) struct Reader<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Reader<'_> {
    /// Something is wrong with line `line`, from 1.
    pub(super) fn at_line(&self, line: usize, message: String, help: Option<&str>) -> InputError {
        let text = self.text.lines().nth(line - 1).unwrap_or_default();
        let location = Some(Location::of_line(self.file, line, text));
        InputError { diagnostics: vec![Diagnostic { message, location, help: help.map(str::to_owned) }] }
    }

    /// Something is wrong with a word of it.
    pub(super) fn at_word(&self, line: usize, word: &str, message: String) -> InputError {
        // The word is a piece of the text, so its address tells its place.
        let start = (word.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        if start > self.text.len() {
            return self.at_line(line, message, None);
        }
        let location = Some(Location::of_span(self.file, self.text, &(start..start + word.len())));
        InputError { diagnostics: vec![Diagnostic { message, location, help: None }] }
    }

    /// A finite number.
    pub(super) fn number(&self, line: usize, word: &str, what: &str) -> Result<f64, InputError> {
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            Ok(_) => Err(self.at_word(line, word, format!("{what} must be finite, found {word}"))),
            Err(_) => Err(self.at_word(line, word, format!("{what} must be a number, found \"{word}\""))),
        }
    }

    /// Three of them, from word `at` on.
    pub(super) fn vector(
        &self,
        line: usize,
        words: &[&str],
        at: usize,
        what: &str,
    ) -> Result<Vector3<f64>, InputError> {
        let entry = |i: usize| self.number(line, words[at + i], &format!("{} of the {what}", ["x", "y", "z"][i]));
        Ok(Vector3::new(entry(0)?, entry(1)?, entry(2)?))
    }
}
