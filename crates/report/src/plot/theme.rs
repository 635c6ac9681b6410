//! Colours by role, in light and dark.

use super::drawing::Paint;
use crate::descriptions::DESCRIPTIONS;
use core::fmt::Write;

/// The name of the page's variable for a role.
pub(crate) fn variable(paint: Paint) -> String {
    match paint {
        Paint::Ink => "ink".to_owned(),
        Paint::Muted => "muted".to_owned(),
        Paint::Grid => "grid".to_owned(),
        Paint::Curve(index) => format!("c-{}", DESCRIPTIONS[index].name),
    }
}

/// The colour on white.
pub(crate) fn light(paint: Paint) -> [u8; 3] {
    match paint {
        Paint::Ink => [0x1a, 0x1d, 0x21],
        Paint::Muted => [0x5c, 0x63, 0x6b],
        Paint::Grid => [0xe3, 0xe6, 0xea],
        Paint::Curve(index) => DESCRIPTIONS[index].light,
    }
}

fn dark(paint: Paint) -> [u8; 3] {
    match paint {
        Paint::Ink => [0xe6, 0xe8, 0xeb],
        Paint::Muted => [0xa0, 0xa7, 0xb0],
        Paint::Grid => [0x34, 0x3a, 0x42],
        Paint::Curve(index) => DESCRIPTIONS[index].dark,
    }
}

/// The page's variables: light, dark where the reader asks for it, light again on paper.
pub(crate) fn css() -> String {
    let roles = || [Paint::Ink, Paint::Muted, Paint::Grid].into_iter().chain((0..DESCRIPTIONS.len()).map(Paint::Curve));
    let block = |color: fn(Paint) -> [u8; 3]| {
        let mut out = String::new();
        for paint in roles() {
            let [r, g, b] = color(paint);
            let _ = write!(out, "--{}:#{r:02x}{g:02x}{b:02x};", variable(paint));
        }
        out
    };
    format!(
        ":root{{color-scheme:light dark;{}--page:#ffffff;--card:#f6f7f9}}\n\
         @media screen and (prefers-color-scheme:dark){{:root{{{}--page:#15181c;--card:#1d2126}}}}\n",
        block(light),
        block(dark)
    )
}

/// Rules that hide the curves of a description whose box in the legend is not ticked.
pub(crate) fn toggles() -> String {
    let mut out = String::new();
    for description in &DESCRIPTIONS {
        let name = description.name;
        let _ = writeln!(out, "body:has(#show-{name}:not(:checked)) .d-{name}{{display:none}}");
    }
    out
}
