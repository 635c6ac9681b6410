//! The kinds of interaction and the keys each of them takes.

/// One kind of interaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// The word.
    pub name: &'static str,
    /// Whether this version has it.
    pub available: bool,
    /// Keys it needs.
    pub required: &'static [&'static str],
    /// Keys it may have.
    pub optional: &'static [&'static str],
    /// The formula.
    pub meaning: &'static str,
}

/// All kinds.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "lennard-jones",
        available: true,
        required: &["epsilon", "sigma"],
        optional: &["cutoff", "truncation"],
        meaning: "`U(r) = 4 epsilon ((sigma/r)^12 - (sigma/r)^6)`",
    },
    Kind {
        name: "wca",
        available: true,
        required: &["epsilon", "sigma"],
        optional: &[],
        meaning: "Lennard-Jones cut at its minimum `2^(1/6) sigma` and shifted (Weeks, Chandler, Andersen)",
    },
    Kind {
        name: "inverse-power",
        available: true,
        required: &["epsilon", "sigma", "exponent"],
        optional: &["cutoff", "truncation"],
        meaning: "`U(r) = epsilon (sigma/r)^exponent`",
    },
    Kind {
        name: "morse",
        available: true,
        required: &["epsilon", "alpha", "equilibrium-distance"],
        optional: &["softening", "cutoff", "truncation"],
        meaning: "`U(r) = epsilon (exp(-2 alpha (r - r0)) - 2 exp(-alpha (r - r0)))`, `r0` the `equilibrium-distance`; \
                  with `softening`, of `sqrt(r^2 + softening^2)` instead of `r`",
    },
    Kind {
        name: "gaussian",
        available: true,
        required: &["epsilon", "sigma"],
        optional: &["cutoff", "truncation"],
        meaning: "`U(r) = epsilon exp(-r^2/(2 sigma^2))`",
    },
    Kind {
        name: "harmonic",
        available: true,
        required: &["stiffness"],
        optional: &["cutoff", "truncation"],
        meaning: "`U(r) = stiffness r^2/2`",
    },
    Kind {
        name: "coulomb",
        available: true,
        required: &["strength", "softening"],
        optional: &["cutoff", "truncation"],
        meaning: "`U(r) = strength/rho`, `rho = sqrt(r^2 + softening^2)`",
    },
    Kind {
        name: "yukawa",
        available: true,
        required: &["strength", "screening-length", "softening"],
        optional: &["cutoff", "truncation"],
        meaning: "`U(r) = strength exp(-rho/screening-length)/rho`, `rho = sqrt(r^2 + softening^2)`",
    },
    Kind {
        name: "tersoff",
        available: true,
        required: &["parameters", "element"],
        optional: &[],
        meaning: "Tersoff's bond-order potential of one element, `[molecular]` with `structure` only",
    },
    Kind {
        name: "stillinger-weber",
        available: true,
        required: &["parameters", "element"],
        optional: &[],
        meaning: "Stillinger and Weber's potential of one element, `[molecular]` with `structure` only",
    },
    Kind {
        name: "eam",
        available: true,
        required: &["parameters"],
        optional: &["element"],
        meaning: "embedded atoms of one element, `E_i = F(rho_i) + (1/2) sum phi`, `[molecular]` with `structure` only",
    },
    Kind {
        name: "hard-sphere",
        available: true,
        required: &["diameter"],
        optional: &[],
        meaning: "hard spheres; `[molecular]` moves them from collision to collision",
    },
    Kind {
        name: "maxwell",
        available: true,
        required: &["rate"],
        optional: &[],
        meaning: "kernel `B = rate / (4 pi)`; no atoms",
    },
    Kind {
        name: "vhs",
        available: true,
        required: &["rate", "exponent"],
        optional: &[],
        meaning: "kernel `B = rate |u|^exponent / (4 pi)`; no atoms",
    },
    Kind {
        name: "vss",
        available: true,
        required: &["rate", "exponent", "scattering-exponent"],
        optional: &[],
        meaning: "the total rate of `vhs` with the deflection `cos chi = 2 U^(1/scattering-exponent) - 1`, `U` uniform; \
                  no atoms",
    },
    Kind { name: "kim", available: false, required: &[], optional: &[], meaning: "a model of the OpenKIM repository" },
];

/// The words of `kind`.
pub(crate) const KIND_NAMES: &[&str] = &[
    "lennard-jones",
    "wca",
    "inverse-power",
    "morse",
    "gaussian",
    "harmonic",
    "coulomb",
    "yukawa",
    "tersoff",
    "stillinger-weber",
    "eam",
    "hard-sphere",
    "maxwell",
    "vhs",
    "vss",
    "kim",
];

/// The kind of this name.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::keys;

    #[test]
    fn kinds_agree_with_the_keys() {
        assert_eq!(KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>(), KIND_NAMES);
        for name in KINDS.iter().flat_map(|kind| kind.required.iter().chain(kind.optional)) {
            assert!(keys::find("interaction", name).is_some(), "{name}");
        }
    }
}
