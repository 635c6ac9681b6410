//! The kinds of interaction and the keys each of them takes.

/// One kind of interaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// The word.
    pub name: &'static str,
    /// Keys it needs.
    pub required: &'static [&'static str],
    /// Keys it may have.
    pub optional: &'static [&'static str],
    /// The formula.
    pub meaning: &'static str,
}

impl Kind {
    /// Whether it is a potential of pairs, which several elements may have.
    pub(crate) fn is_of_pairs(&self) -> bool {
        self.optional.contains(&"pairs")
    }
}

/// All kinds.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "lennard-jones",
        required: &["epsilon", "sigma"],
        optional: &["cutoff", "truncation", "elements", "pairs", "mixing"],
        meaning: "`U(r) = 4 epsilon ((sigma/r)^12 - (sigma/r)^6)`",
    },
    Kind {
        name: "wca",
        required: &["epsilon", "sigma"],
        optional: &["elements", "pairs", "mixing"],
        meaning: "Lennard-Jones cut at its minimum `2^(1/6) sigma` and shifted (Weeks, Chandler, Andersen)",
    },
    Kind {
        name: "inverse-power",
        required: &["epsilon", "sigma", "exponent"],
        optional: &["cutoff", "truncation", "elements", "pairs"],
        meaning: "`U(r) = epsilon (sigma/r)^exponent`",
    },
    Kind {
        name: "morse",
        required: &["epsilon", "alpha", "equilibrium-distance"],
        optional: &["softening", "cutoff", "truncation", "elements", "pairs"],
        meaning: "`U(r) = epsilon (exp(-2 alpha (r - r0)) - 2 exp(-alpha (r - r0)))`, `r0` the `equilibrium-distance`; \
                  with `softening`, of `sqrt(r^2 + softening^2)` instead of `r`",
    },
    Kind {
        name: "gaussian",
        required: &["epsilon", "sigma"],
        optional: &["cutoff", "truncation", "elements", "pairs"],
        meaning: "`U(r) = epsilon exp(-r^2/(2 sigma^2))`",
    },
    Kind {
        name: "harmonic",
        required: &["stiffness"],
        optional: &["cutoff", "truncation", "elements", "pairs"],
        meaning: "`U(r) = stiffness r^2/2`",
    },
    Kind {
        name: "coulomb",
        required: &["strength", "softening"],
        optional: &["cutoff", "truncation", "elements", "pairs"],
        meaning: "`U(r) = strength/rho`, `rho = sqrt(r^2 + softening^2)`",
    },
    Kind {
        name: "yukawa",
        required: &["strength", "screening-length", "softening"],
        optional: &["cutoff", "truncation", "elements", "pairs"],
        meaning: "`U(r) = strength exp(-rho/screening-length)/rho`, `rho = sqrt(r^2 + softening^2)`",
    },
    Kind {
        name: "tersoff",
        required: &["parameters"],
        optional: &["element", "elements"],
        meaning: "Tersoff's bond-order potential of one element or several, one of the two keys needed; `[molecular]` with \
                  `structure` or `[molecular.build]` only",
    },
    Kind {
        name: "stillinger-weber",
        required: &["parameters"],
        optional: &["element", "elements"],
        meaning: "Stillinger and Weber's potential of one element or several, one of the two keys needed; `[molecular]` \
                  with `structure` or `[molecular.build]` only",
    },
    Kind {
        name: "eam",
        required: &["parameters"],
        optional: &["element", "elements"],
        meaning: "embedded atoms of one element or several, `E_i = F(rho_i) + (1/2) sum phi`; `[molecular]` with \
                  `structure` or `[molecular.build]` only",
    },
    Kind {
        name: "hard-sphere",
        required: &["diameter"],
        optional: &[],
        meaning: "hard spheres; `[molecular]` moves them from collision to collision",
    },
    Kind { name: "maxwell", required: &["rate"], optional: &[], meaning: "kernel `B = rate / (4 pi)`; no atoms" },
    Kind {
        name: "vhs",
        required: &["rate", "exponent"],
        optional: &[],
        meaning: "kernel `B = rate |u|^exponent / (4 pi)`; no atoms",
    },
    Kind {
        name: "vss",
        required: &["rate", "exponent", "scattering-exponent"],
        optional: &[],
        meaning: "the total rate of `vhs` with the deflection `cos chi = 2 U^(1/scattering-exponent) - 1`, `U` uniform; \
                  no atoms",
    },
    Kind {
        name: "kim",
        required: &["model"],
        optional: &["element", "elements"],
        meaning: "a portable model of the KIM API; `[molecular]` with `structure` or `[molecular.build]` only; for an omd \
                  built with `--features kim`",
    },
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
