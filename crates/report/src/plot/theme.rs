//! Colours by role, in light and dark.

use super::drawing::Paint;
use crate::descriptions::DESCRIPTIONS;
use core::fmt::Write;

/// The name of the page's variable for a role; `None` where light and dark are the same.
pub(crate) fn variable(paint: Paint) -> Option<String> {
    let name = match paint {
        Paint::Ink => "ink",
        Paint::Muted => "muted",
        Paint::Grid => "grid",
        Paint::Page => "page",
        Paint::Card => "card",
        Paint::Curve(index) => return Some(format!("c-{}", DESCRIPTIONS[index].name)),
        Paint::Holds => "holds",
        Paint::Undecided => "undecided",
        Paint::Fails => "fails",
        Paint::Shade(_) | Paint::OnShade(_) => return None,
    };
    Some(name.to_owned())
}

/// The colour on white.
pub(crate) fn light(paint: Paint) -> [u8; 3] {
    match paint {
        Paint::Ink => [0x1a, 0x1d, 0x21],
        Paint::Muted => [0x5c, 0x63, 0x6b],
        Paint::Grid => [0xe3, 0xe6, 0xea],
        Paint::Page => [0xff, 0xff, 0xff],
        Paint::Card => [0xf6, 0xf7, 0xf9],
        Paint::Curve(index) => DESCRIPTIONS[index].light,
        Paint::Holds => [0x0b, 0x7a, 0x4b],
        Paint::Undecided => [0xb3, 0x74, 0x00],
        Paint::Fails => [0xc0, 0x1f, 0x2e],
        Paint::Shade(place) => shade(place),
        Paint::OnShade(place) => on_shade(place),
    }
}

fn dark(paint: Paint) -> [u8; 3] {
    match paint {
        Paint::Ink => [0xe6, 0xe8, 0xeb],
        Paint::Muted => [0xa0, 0xa7, 0xb0],
        Paint::Grid => [0x34, 0x3a, 0x42],
        Paint::Page => [0x15, 0x18, 0x1c],
        Paint::Card => [0x1d, 0x21, 0x26],
        Paint::Curve(index) => DESCRIPTIONS[index].dark,
        Paint::Holds => [0x3d, 0xc4, 0x87],
        Paint::Undecided => [0xf0, 0xb4, 0x37],
        Paint::Fails => [0xff, 0x6f, 0x6a],
        Paint::Shade(_) | Paint::OnShade(_) => light(paint),
    }
}

/// Viridis, from dark to light, at ten even places.
const RAMP: [[u8; 3]; 10] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x28, 0x78],
    [0x3e, 0x49, 0x89],
    [0x31, 0x68, 0x8e],
    [0x26, 0x82, 0x8e],
    [0x1f, 0x9e, 0x89],
    [0x35, 0xb7, 0x79],
    [0x6d, 0xcd, 0x59],
    [0xb4, 0xde, 0x2c],
    [0xfd, 0xe7, 0x25],
];

fn shade(place: u8) -> [u8; 3] {
    let position = f64::from(place) / 255.0 * (RAMP.len() - 1) as f64;
    let below = (position as usize).min(RAMP.len() - 2);
    let share = position - below as f64;
    core::array::from_fn(|channel| {
        let (low, high) = (f64::from(RAMP[below][channel]), f64::from(RAMP[below + 1][channel]));
        (low + share * (high - low)).round() as u8
    })
}

fn on_shade(place: u8) -> [u8; 3] {
    if place < 140 { [0xff, 0xff, 0xff] } else { [0x10, 0x12, 0x15] }
}

/// The page's variables: light, dark where the reader asks for it, light again on paper.
pub(crate) fn css() -> String {
    let fixed =
        [Paint::Ink, Paint::Muted, Paint::Grid, Paint::Page, Paint::Card, Paint::Holds, Paint::Undecided, Paint::Fails];
    let roles = || fixed.into_iter().chain((0..DESCRIPTIONS.len()).map(Paint::Curve));
    let block = |color: fn(Paint) -> [u8; 3]| {
        let mut out = String::new();
        for paint in roles() {
            let [r, g, b] = color(paint);
            if let Some(name) = variable(paint) {
                let _ = write!(out, "--{name}:#{r:02x}{g:02x}{b:02x};");
            }
        }
        out
    };
    format!(
        ":root{{color-scheme:light dark;{}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root{{{}}}}}\n",
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
