//! Short mathematical labels: italics, subscripts and superscripts, for HTML, SVG and pixels alike.

use crate::format::escape;

/// Where a run sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shift {
    /// On the baseline.
    None,
    /// A subscript.
    Sub,
    /// A superscript.
    Super,
}

/// A piece of a label in one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) italic: bool,
    pub(crate) bold: bool,
    pub(crate) shift: Shift,
}

/// Size of sub- and superscripts relative to the text.
pub(crate) const SCRIPT: f64 = 0.74;

/// A label made of runs.
///
/// Markup: `*T*` is italic, `_x` and `_{xy}` are subscripts, `^{-3}` superscripts. Text of others never goes through
/// [`Label::parse`]: it is taken as it is by [`Label::plain`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Label(Vec<Run>);

impl Label {
    /// The text as it is.
    pub(crate) fn plain(text: &str) -> Self {
        Self(vec![Run { text: text.to_owned(), italic: false, bold: false, shift: Shift::None }])
    }

    /// The text as it is, in bold.
    pub(crate) fn bold(text: &str) -> Self {
        Self(vec![Run { text: text.to_owned(), italic: false, bold: true, shift: Shift::None }])
    }

    /// Reads the markup.
    pub(crate) fn parse(markup: &str) -> Self {
        let mut label = Self::default();
        let mut italic = false;
        let mut characters = markup.chars().peekable();
        while let Some(c) = characters.next() {
            let shift = match c {
                '*' => {
                    italic = !italic;
                    continue;
                }
                '_' => Shift::Sub,
                '^' => Shift::Super,
                _ => {
                    label.push(c, italic, Shift::None);
                    continue;
                }
            };
            if characters.next_if_eq(&'{').is_some() {
                characters.by_ref().take_while(|&c| c != '}').for_each(|c| label.push(c, italic, shift));
            } else if let Some(c) = characters.next() {
                label.push(c, italic, shift);
            }
        }
        label
    }

    /// This label followed by another.
    pub(crate) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The runs in order.
    pub(crate) fn runs(&self) -> &[Run] {
        &self.0
    }

    /// The width at a font size, from the advances of DejaVu Sans (the widest of the usual sans-serif faces).
    pub(crate) fn width(&self, size: f64) -> f64 {
        self.0.iter().map(|run| run.width(size)).sum()
    }

    /// As HTML.
    pub(crate) fn html(&self) -> String {
        let mut out = String::new();
        for run in &self.0 {
            let tag = match run.shift {
                Shift::None => "",
                Shift::Sub => "sub",
                Shift::Super => "sup",
            };
            let mut text = escape(&run.text);
            if run.italic {
                text = format!("<i>{text}</i>");
            }
            if run.bold {
                text = format!("<b>{text}</b>");
            }
            out += &if tag.is_empty() { text } else { format!("<{tag}>{text}</{tag}>") };
        }
        out
    }

    fn push(&mut self, c: char, italic: bool, shift: Shift) {
        // A hyphen in a formula is a minus.
        let c = if c == '-' { '−' } else { c };
        match self.0.last_mut() {
            Some(run) if run.italic == italic && run.shift == shift && !run.bold => run.text.push(c),
            _ => self.0.push(Run { text: c.to_string(), italic, bold: false, shift }),
        }
    }
}

impl Run {
    /// The size of this run in a label of a font size.
    pub(crate) fn size(&self, size: f64) -> f64 {
        if self.shift == Shift::None { size } else { size * SCRIPT }
    }

    /// How far below the baseline this run stands.
    pub(crate) fn drop(&self, size: f64) -> f64 {
        match self.shift {
            Shift::None => 0.0,
            Shift::Sub => 0.22 * size,
            Shift::Super => -0.36 * size,
        }
    }

    /// The width in a label of a font size.
    pub(crate) fn width(&self, size: f64) -> f64 {
        let weight = if self.bold { 1.12 } else { 1.0 };
        weight * self.size(size) * self.text.chars().map(advance).sum::<f64>() / 2048.0
    }
}

/// Advances of DejaVu Sans 2.37 for U+0020 to U+007E, in 1/2048 em.
#[rustfmt::skip]
const ADVANCES: [u16; 95] = [
    651, 821, 942, 1716, 1303, 1946, 1597, 563, 799, 799, 1024, 1716, 651, 739, 651, 690, 1303, 1303, 1303, 1303,
    1303, 1303, 1303, 1303, 1303, 1303, 690, 690, 1716, 1716, 1716, 1087, 2048, 1401, 1405, 1430, 1577, 1294, 1178,
    1587, 1540, 604, 604, 1343, 1141, 1767, 1532, 1612, 1235, 1612, 1423, 1300, 1251, 1499, 1401, 2025, 1403, 1251,
    1403, 799, 690, 799, 1716, 1024, 1024, 1255, 1300, 1126, 1300, 1260, 721, 1300, 1298, 569, 569, 1186, 569, 1995,
    1298, 1253, 1300, 1300, 842, 1067, 803, 1298, 1212, 1675, 1212, 1212, 1075, 1303, 690, 1303, 1716,
];

/// The advance of a character in 1/2048 em.
fn advance(c: char) -> f64 {
    match c {
        ' '..='~' => f64::from(ADVANCES[c as usize - 0x20]),
        '⁰'..='⁹' | '¹' | '²' | '³' => 821.0,
        '−' | '±' | '×' => 1716.0,
        '·' => 651.0,
        '–' | '‖' => 1024.0,
        _ => 1280.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_html() {
        assert_eq!(Label::parse("*P_{xy}*/*p*").html(), "<i>P</i><sub><i>xy</i></sub>/<i>p</i>");
        assert_eq!(Label::parse("σ^{-3}").html(), "σ<sup>−3</sup>");
    }

    #[test]
    fn plain_text_is_escaped_and_not_read_as_markup() {
        assert_eq!(Label::plain("a_b <*>").html(), "a_b &lt;*&gt;");
    }

    #[test]
    fn widths_add_up() {
        // "Il" in DejaVu Sans: 604 + 569 units of 2048.
        assert!((Label::plain("Il").width(2048.0) - 1173.0).abs() < 1e-9);
        assert!((Label::parse("I_l").width(2048.0) - (604.0 + SCRIPT * 569.0)).abs() < 1e-9);
    }
}
