//! What is wrong with an input, and where: messages that point at file, line and column.

use std::fmt;
use std::ops::Range;

/// A place in a text file, with the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file as the user named it.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The line itself, without its end, control characters replaced.
    pub text: String,
    /// How many characters are meant, at least 1.
    pub width: usize,
}

/// Longest piece of a source line that is shown.
const SHOWN: usize = 100;

impl Location {
    /// The place of the bytes `span` of `text`; only its first line is marked.
    #[must_use]
    pub fn of_span(file: &str, text: &str, span: &Range<usize>) -> Self {
        let start = floor_boundary(text, span.start);
        let end = floor_boundary(text, span.end.max(start));
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = text[..start].matches('\n').count() + 1;
        let column = text[line_start..start].chars().count() + 1;
        let width = text[start..end.min(line_end)].trim_end().chars().count();
        Self::new(file, line, column, &text[line_start..line_end], width)
    }

    /// The whole of line `line` (from 1).
    #[must_use]
    pub fn of_line(file: &str, line: usize, text: &str) -> Self {
        let trimmed = text.trim_end();
        let column = trimmed.chars().take_while(|c| c.is_whitespace()).count() + 1;
        Self::new(file, line, column, trimmed, (trimmed.chars().count() + 1).saturating_sub(column))
    }

    fn new(file: &str, line: usize, column: usize, text: &str, width: usize) -> Self {
        let printable = |c: char| match c {
            '\t' => ' ',
            c if c.is_control() => '\u{fffd}',
            c => c,
        };
        let text = text.trim_end().chars().map(printable).collect();
        Self { file: file.to_owned(), line, column, text, width: width.max(1) }
    }

    /// The shown piece of the line and the column within it.
    fn window(&self) -> (String, usize) {
        let length = self.text.chars().count();
        if length <= SHOWN {
            return (self.text.clone(), self.column);
        }
        let from = (self.column - 1).saturating_sub(SHOWN / 2).min(length - SHOWN);
        let piece: String = self.text.chars().skip(from).take(SHOWN).collect();
        (piece, self.column - from)
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, with the key's name.
    pub message: String,
    /// Where; `None` when a whole file is meant.
    pub location: Option<Location>,
    /// What would be right.
    pub help: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        let mut margin = 1;
        if let Some(location) = &self.location {
            let (text, column) = location.window();
            let number = location.line.to_string();
            margin = number.len();
            let width = location.width.min((text.chars().count() + 1).saturating_sub(column)).max(1);
            write!(f, "\n{:margin$}--> {}:{}:{}", "", location.file, location.line, location.column)?;
            write!(f, "\n{:margin$} |\n{number}{}\n", "", format!(" | {text}").trim_end())?;
            write!(f, "{:margin$} | {:skip$}{}", "", "", "^".repeat(width), skip = column.saturating_sub(1))?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n{:margin$} = help: {help}", "")?;
        }
        Ok(())
    }
}

/// An input that cannot be run: everything found wrong with it, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// At least one.
    pub diagnostics: Vec<Diagnostic>,
}

impl InputError {
    /// One thing about a file as a whole.
    pub(crate) fn about_file(message: String, help: Option<String>) -> Self {
        Self { diagnostics: vec![Diagnostic { message, location: None, help }] }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for InputError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_shows_the_line_it_means() {
        let text = "[state]\ntemperatur = 2.0\n";
        let location = Some(Location::of_span("a.toml", text, &(8..18)));
        let message = "unknown key `temperatur` in [state]".to_owned();
        let diagnostic = Diagnostic { message, location, help: Some("did you mean `temperature`?".to_owned()) };
        let expected = "\
error: unknown key `temperatur` in [state]
 --> a.toml:2:1
  |
2 | temperatur = 2.0
  | ^^^^^^^^^^
  = help: did you mean `temperature`?";
        assert_eq!(diagnostic.to_string(), expected);
    }

    #[test]
    fn any_span_is_shown_without_panic() {
        let text = "ä = \"\u{1b}\"\r\nü\tx\n";
        for start in 0..=text.len() + 2 {
            for end in start..=text.len() + 2 {
                let location = Some(Location::of_span("f", text, &(start..end)));
                let shown = Diagnostic { message: String::new(), location, help: None }.to_string();
                assert!(!shown.contains('\u{1b}'));
            }
        }
        let long = format!("{}here{}", "x ".repeat(500), " y".repeat(500));
        let shown = Location::of_span("f", &long, &(1000..1004));
        let shown = Diagnostic { message: String::new(), location: Some(shown), help: None }.to_string();
        assert!(shown.lines().all(|line| line.len() < 120) && shown.contains("here") && shown.contains("^^^^"));
    }
}
