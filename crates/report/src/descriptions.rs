//! The descriptions a run can leave: their order, their level and how their curves look.

/// The level of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Atoms.
    Micro,
    /// A one-particle distribution.
    Meso,
    /// Fields.
    Macro,
}

impl Level {
    /// The name in the page.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Micro => "micro",
            Self::Meso => "meso",
            Self::Macro => "macro",
        }
    }
}

/// One description.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DescriptionStyle {
    /// The name of the table and its file.
    pub(crate) name: &'static str,
    /// In words.
    pub(crate) words: &'static str,
    pub(crate) level: Level,
    /// The curve's colour on white: Okabe and Ito's palette, and Tol's wine.
    pub(crate) light: [u8; 3],
    /// The colour on black.
    pub(crate) dark: [u8; 3],
    pub(crate) width: f64,
    /// Curves that fall on one another stay apart by width and dash: samples are broad and solid, equations thin and
    /// broken on top.
    pub(crate) dash: &'static [f64],
}

const fn style(
    name: &'static str,
    words: &'static str,
    level: Level,
    colors: [[u8; 3]; 2],
    width: f64,
    dash: &'static [f64],
) -> DescriptionStyle {
    DescriptionStyle { name, words, level, light: colors[0], dark: colors[1], width, dash }
}

/// From the atoms up; also the order of drawing.
pub(crate) const DESCRIPTIONS: [DescriptionStyle; 9] = [
    style(
        "molecular",
        "objective molecular dynamics",
        Level::Micro,
        [[0x00, 0x72, 0xb2], [0x4d, 0xa6, 0xe8]],
        2.6,
        &[],
    ),
    style("dsmc", "Boltzmann, particles", Level::Meso, [[0xd5, 0x5e, 0x00], [0xff, 0x8c, 0x42]], 1.7, &[]),
    style("spectral", "Boltzmann, spectral", Level::Meso, [[0x88, 0x22, 0x55], [0xd9, 0x72, 0xa8]], 1.5, &[8.0, 3.0]),
    style("moments", "moments", Level::Meso, [[0x1a, 0x1d, 0x21], [0xf2, 0xf2, 0xf2]], 1.3, &[5.0, 3.0]),
    style(
        "galerkin",
        "Boltzmann, Galerkin",
        Level::Meso,
        [[0xcc, 0x79, 0xa7], [0xe3, 0xa1, 0xc6]],
        1.5,
        &[6.0, 2.0, 1.5, 2.0],
    ),
    style("mean-field", "mean field", Level::Meso, [[0x2f, 0x94, 0xc9], [0x7c, 0xcb, 0xf2]], 1.5, &[10.0, 2.0]),
    style("free-flight", "free flight", Level::Meso, [[0x80, 0x80, 0x80], [0x9a, 0x9a, 0x9a]], 1.5, &[1.5, 2.5]),
    style("navier-stokes", "Navier–Stokes", Level::Macro, [[0x00, 0x8f, 0x68], [0x2f, 0xc7, 0x9b]], 1.6, &[9.0, 3.5]),
    style("euler", "Euler", Level::Macro, [[0xd6, 0x8f, 0x00], [0xf0, 0xb4, 0x37]], 1.7, &[2.0, 2.5]),
];
