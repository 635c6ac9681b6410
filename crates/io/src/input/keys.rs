//! The one table of what an input file may say: read by the parser, by "did you mean" and by the reference.

use super::kinds::KIND_NAMES;
use crate::units::Quantity;
use omd_flow::Dimension;

/// The form a value must have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    /// A string.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A finite number.
    Number(Sign),
    /// An integer of at least this.
    Count(u64),
    /// An integer of 0 or more.
    Seed,
    /// Three rows of three numbers.
    Matrix,
    /// More than one form, in words.
    Several(&'static str),
}

/// Which numbers are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Above zero.
    Positive,
    /// Any finite number.
    Any,
}

/// What holds when a key is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// An error.
    Error,
    /// This value.
    Default(&'static str),
    /// As the words say.
    Rule(&'static str),
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// The table, `""` for the top level.
    pub section: &'static str,
    /// The key.
    pub name: &'static str,
    /// Its form.
    pub shape: Shape,
    /// What it measures.
    pub quantity: Quantity,
    /// What its absence means.
    pub absent: Absent,
    /// What it says.
    pub meaning: &'static str,
}

/// One table of the input file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section {
    /// As in the header.
    pub name: &'static str,
    /// Whether it runs a description.
    pub description: bool,
    /// Whether this version has it.
    pub available: bool,
    /// What it is for.
    pub meaning: &'static str,
}

const fn section(name: &'static str, description: bool, available: bool, meaning: &'static str) -> Section {
    Section { name, description, available, meaning }
}

/// All tables, in the order of the reference.
pub(crate) const SECTIONS: &[Section] = &[
    section("flow", false, true, "The affine flow `u(x, t) = A (I + tA)^-1 x`. Required."),
    section("state", false, true, "The initial state at t = 0, shared by all levels. Required."),
    section(
        "interaction",
        false,
        true,
        "The one interaction all levels are made of. Required by every table that needs one: `[molecular]`, `[dsmc]`, \
         `[spectral]`, `[mean-field]`, `[moments]`, `[galerkin]`, and `[navier-stokes]` with `viscosity = \
         \"chapman-enskog\"`.",
    ),
    section("scaling", false, true, "Scaling of the kinetic equation. Optional."),
    section("time", false, true, "How long, and how often the observables are taken. Required."),
    section("molecular", true, true, "Objective molecular dynamics of atoms."),
    section("molecular.trajectory", false, true, "Frames of replica 0 in `molecular.trajectory.extxyz`. Optional."),
    section("dsmc", true, true, "The Boltzmann equation by particles."),
    section(
        "dsmc.histogram",
        false,
        true,
        "Histograms of the peculiar velocity over `sqrt(k_B T/m)` of the time, in `dsmc.radial.csv` and \
         `dsmc.planes.csv`. Optional.",
    ),
    section("spectral", true, true, "The Boltzmann equation on a grid of velocities, without noise."),
    section(
        "moments",
        true,
        true,
        "Exact moments of the Boltzmann equation for Maxwell molecules (`maxwell`, or `inverse-power` with `exponent = 4` \
         and no cutoff), or one of Grad's closures for any kernel.",
    ),
    section(
        "galerkin",
        true,
        true,
        "The Boltzmann equation in Burnett functions (Sonine polynomials times spherical harmonics) about the Maxwellian \
         of the gas: any kernel, cutoffs not needed, converging with the order where no direction is hotter than twice the \
         basis.",
    ),
    section(
        "mean-field",
        true,
        true,
        "Equation (15) by particles of weight 1/N: a cloud without walls or images under a smooth potential that acts at \
         all distances (`harmonic`, `gaussian`, `coulomb`, `yukawa`, `morse` with `softening`; no `cutoff`). In its table \
         `temperature` and the pressure are those of all `w` about their mean, `density` is `number-density` times the \
         square root of det(covariance of x at t = 0)/det(covariance of x); `local_temperature` is what is left of the \
         temperature when the part of `w` that is linear in `x` is taken out.",
    ),
    section(
        "free-flight",
        true,
        true,
        "Equation (16), the homogeneous mean field, exactly: the flow without interaction. No keys.",
    ),
    section("euler", true, true, "The reduced Euler equations, exactly. No keys."),
    section("navier-stokes", true, true, "The reduced Navier-Stokes equations."),
    section("run", false, true, "How the run is kept. Optional."),
];

const PURE: Quantity = Quantity::Of(Dimension::None);
const POSITIVE: Shape = Shape::Number(Sign::Positive);

const fn key(
    section: &'static str,
    name: &'static str,
    shape: Shape,
    quantity: Quantity,
    absent: Absent,
    meaning: &'static str,
) -> Key {
    Key { section, name, shape, quantity, absent, meaning }
}

/// All keys, in the order of the reference.
pub(crate) const KEYS: &[Key] = &[
    key("", "title", Shape::Text, PURE, Absent::Rule("the file's name"), "What reports and tables are headed with."),
    key(
        "",
        "units",
        Shape::Choice(&["lj", "real", "metal", "si"]),
        PURE,
        Absent::Error,
        "The unit style, as LAMMPS defines it; every number of the file and of the output is in it.",
    ),
    key(
        "flow",
        "velocity-gradient",
        Shape::Matrix,
        Quantity::Of(Dimension::Rate),
        Absent::Error,
        "The matrix `A`, rows.",
    ),
    key(
        "state",
        "number-density",
        POSITIVE,
        Quantity::Of(Dimension::NumberDensity),
        Absent::Rule("required, unless `structure` gives it"),
        "Atoms per volume.",
    ),
    key(
        "state",
        "temperature",
        POSITIVE,
        Quantity::Of(Dimension::Temperature),
        Absent::Rule("this or `temperature-tensor` is required"),
        "Temperature.",
    ),
    key(
        "state",
        "temperature-tensor",
        Shape::Matrix,
        Quantity::Of(Dimension::Temperature),
        Absent::Rule("isotropic"),
        "`P/(n k_B)` of an anisotropic Gaussian start, symmetric and positive definite; replaces `temperature`.",
    ),
    key("state", "mass", POSITIVE, Quantity::Mass, Absent::Rule("1 in lj units, else required"), "Mass of an atom."),
    key(
        "state",
        "preparation",
        Shape::Choice(&["equilibrium", "navier-stokes"]),
        PURE,
        Absent::Default("equilibrium"),
        "Whether the start carries no stress or the Chapman-Enskog stress of the flow; excludes `temperature-tensor`.",
    ),
    key("interaction", "kind", Shape::Choice(KIND_NAMES), PURE, Absent::Error, "Which interaction."),
    key("interaction", "epsilon", POSITIVE, Quantity::Of(Dimension::Energy), Absent::Error, "Energy of the potential."),
    key("interaction", "sigma", POSITIVE, Quantity::Of(Dimension::Length), Absent::Error, "Length of the potential."),
    key("interaction", "alpha", POSITIVE, Quantity::InverseLength, Absent::Error, "Inverse width of a Morse well."),
    key(
        "interaction",
        "equilibrium-distance",
        POSITIVE,
        Quantity::Of(Dimension::Length),
        Absent::Error,
        "Where a Morse potential has its minimum.",
    ),
    key(
        "interaction",
        "strength",
        Shape::Number(Sign::Any),
        Quantity::EnergyTimesLength,
        Absent::Error,
        "Of `coulomb` and `yukawa`; negative: the pair attracts.",
    ),
    key(
        "interaction",
        "stiffness",
        Shape::Number(Sign::Any),
        Quantity::Stiffness,
        Absent::Error,
        "Of `harmonic`; negative: the pair repels.",
    ),
    key(
        "interaction",
        "screening-length",
        POSITIVE,
        Quantity::Of(Dimension::Length),
        Absent::Error,
        "Over which a Yukawa potential decays.",
    ),
    key(
        "interaction",
        "softening",
        POSITIVE,
        Quantity::Of(Dimension::Length),
        Absent::Rule("required by `coulomb` and `yukawa`; a Morse potential has none"),
        "Replaces `r` by `sqrt(r^2 + softening^2)`.",
    ),
    key(
        "interaction",
        "exponent",
        Shape::Number(Sign::Any),
        PURE,
        Absent::Error,
        "`inverse-power`: the power of `sigma/r`, above 0. `vhs`, `vss`: the power of the relative speed, above -3; from \
         0 to 1 with `[dsmc]`, above -2 and up to 2 with `[spectral]`.",
    ),
    key(
        "interaction",
        "scattering-exponent",
        POSITIVE,
        PURE,
        Absent::Error,
        "`alpha` of a variable soft sphere; 1 scatters into all directions alike, as `vhs`.",
    ),
    key(
        "interaction",
        "cutoff",
        POSITIVE,
        Quantity::Of(Dimension::Length),
        Absent::Rule("none; `[molecular]` and `[dsmc]` need one"),
        "Where the potential ends.",
    ),
    key(
        "interaction",
        "truncation",
        Shape::Choice(&["truncated", "shifted", "shifted-force"]),
        PURE,
        Absent::Default("shifted-force"),
        "What happens at the cutoff: nothing, the energy goes to zero, energy and force go to zero.",
    ),
    key("interaction", "diameter", POSITIVE, Quantity::Of(Dimension::Length), Absent::Error, "Of a hard sphere."),
    key(
        "interaction",
        "rate",
        POSITIVE,
        Quantity::KernelRate { exponent: 0.0 },
        Absent::Error,
        "`C`, volume/time for `maxwell`, volume/time x velocity^-exponent for `vhs` and `vss`.",
    ),
    key(
        "scaling",
        "knudsen",
        POSITIVE,
        PURE,
        Absent::Default("1.0"),
        "`1/Kn` stands in front of the collision operator; kernel and transport only, so 1 with `[molecular]`.",
    ),
    key(
        "time",
        "end",
        POSITIVE,
        Quantity::Of(Dimension::Time),
        Absent::Error,
        "The end; before the time at which the flow becomes singular.",
    ),
    key(
        "time",
        "samples",
        Shape::Count(1),
        PURE,
        Absent::Error,
        "Observables at t = 0 and at this many equal intervals.",
    ),
    key(
        "molecular",
        "atoms",
        Shape::Count(4),
        PURE,
        Absent::Rule("this or `structure` is required"),
        "How many atoms.",
    ),
    key(
        "molecular",
        "structure",
        Shape::Text,
        PURE,
        Absent::Rule("atoms are drawn"),
        "An extended XYZ file, relative to the input: cell, positions, species, lab velocities (`velo:R:3`) or peculiar \
         ones (`peculiar:R:3`).",
    ),
    key(
        "molecular",
        "time-step",
        POSITIVE,
        Quantity::Of(Dimension::Time),
        Absent::Error,
        "Upper bound of the step; it is shortened evenly to end on samples.",
    ),
    key(
        "molecular",
        "time-step-control",
        Shape::Choice(&["fixed", "thermal"]),
        PURE,
        Absent::Default("fixed"),
        "`thermal` keeps `time-step x sqrt(T/T0)` constant as the gas heats.",
    ),
    key(
        "molecular",
        "lattice",
        Shape::Several("\"cubic\", \"auto\" or three rows of three numbers"),
        Quantity::Of(Dimension::Length),
        Absent::Default("cubic"),
        "The cell at t = 0: a cube, the cell whose atoms meet their own images last, or its three edge vectors as rows.",
    ),
    key(
        "molecular",
        "positions",
        Shape::Choice(&["random", "fcc"]),
        PURE,
        Absent::Default("random"),
        "Where atoms are drawn; random ones keep the pair energy below `k_B T`.",
    ),
    key("molecular", "replicas", Shape::Count(1), PURE, Absent::Default("1"), "Independent runs."),
    key("molecular", "seed", Shape::Seed, PURE, Absent::Default("1"), "Seed; replica r draws from stream r."),
    key("molecular.trajectory", "every", Shape::Count(1), PURE, Absent::Error, "A frame every so many samples."),
    key(
        "molecular.trajectory",
        "format",
        Shape::Choice(&["extxyz"]),
        PURE,
        Absent::Default("extxyz"),
        "The file format.",
    ),
    key("dsmc", "particles", Shape::Count(4), PURE, Absent::Error, "Particles of one replica."),
    key("dsmc", "replicas", Shape::Count(1), PURE, Absent::Default("1"), "Independent runs."),
    key("dsmc", "seed", Shape::Seed, PURE, Absent::Default("1"), "Seed; replica r draws from stream r."),
    key(
        "dsmc",
        "moments",
        Shape::Choice(&["standard", "all"]),
        PURE,
        Absent::Default("standard"),
        "`all` adds every central moment of order 3 to 6 over that power of `sqrt(k_B T/m)`: `moment_xxx` to \
         `moment_zzzzzz`.",
    ),
    key(
        "dsmc",
        "entropy",
        Shape::Choice(&["none", "nearest-neighbour"]),
        PURE,
        Absent::Default("none"),
        "Whether `relative_entropy`, Boltzmann's `H` above its equilibrium value per particle, is estimated.",
    ),
    key("dsmc.histogram", "every", Shape::Count(1), PURE, Absent::Error, "A histogram every so many samples."),
    key(
        "dsmc.histogram",
        "bins",
        Shape::Count(2),
        PURE,
        Absent::Default("64"),
        "Cells along each axis and in the speed, at most 1024.",
    ),
    key(
        "dsmc.histogram",
        "range",
        POSITIVE,
        PURE,
        Absent::Default("5.0"),
        "The cells reach from `-range` to `range`, in the speed from 0 to `range`.",
    ),
    key("mean-field", "particles", Shape::Count(7), PURE, Absent::Error, "Particles of one replica."),
    key(
        "mean-field",
        "width",
        POSITIVE,
        Quantity::Of(Dimension::Length),
        Absent::Error,
        "Standard deviation of each coordinate of the positions at t = 0.",
    ),
    key(
        "mean-field",
        "positions",
        Shape::Choice(&["gaussian", "ball", "cube"]),
        PURE,
        Absent::Default("gaussian"),
        "The law of the positions; a ball has the radius `sqrt(5) width`, a cube the half edge `sqrt(3) width`.",
    ),
    key(
        "mean-field",
        "velocities",
        Shape::Choice(&["gaussian", "ball", "cube"]),
        PURE,
        Absent::Default("gaussian"),
        "The law of the peculiar velocities; their covariance is that of [state] in every case.",
    ),
    key(
        "mean-field",
        "time-step",
        POSITIVE,
        Quantity::Of(Dimension::Time),
        Absent::Error,
        "Upper bound of the step; it is shortened evenly to end on samples.",
    ),
    key(
        "mean-field",
        "integrator",
        Shape::Choice(&["verlet", "blanes-moan-4", "blanes-moan-6"]),
        PURE,
        Absent::Default("blanes-moan-4"),
        "The symplectic step: of order 2, 4 or 6, with one, six or eleven forces a step.",
    ),
    key(
        "mean-field",
        "forces",
        Shape::Choice(&["mesh", "tree", "direct"]),
        PURE,
        Absent::Default("mesh"),
        "By splines on a mesh, which an octree replaces where it would be too large; by an octree, for clouds much wider \
         than the potential's features; both in a time proportional to N. Or summed over all pairs. A harmonic force \
         needs none of them.",
    ),
    key(
        "mean-field",
        "tolerance",
        POSITIVE,
        PURE,
        Absent::Default("1e-5"),
        "Bound of the error of forces by mesh or tree at t = 0, over the root mean square force; from 1e-12 to 1e-2. The \
         manifest says what was measured.",
    ),
    key("mean-field", "replicas", Shape::Count(1), PURE, Absent::Default("1"), "Independent runs."),
    key("mean-field", "seed", Shape::Seed, PURE, Absent::Default("1"), "Seed; replica r draws from stream r."),
    key(
        "spectral",
        "modes",
        Shape::Count(16),
        PURE,
        Absent::Error,
        "Points along each axis of velocity, even: 16, 32, 64, ... Twice as many cost about 16 times the time.",
    ),
    key(
        "moments",
        "order",
        Shape::Count(2),
        PURE,
        Absent::Default("2"),
        "All moments of Maxwell molecules up to this order, exactly; at most 24, or 16 with `inverse-power`. Excludes \
         `closure`.",
    ),
    key(
        "moments",
        "closure",
        Shape::Choice(&["grad13", "grad20", "grad26"]),
        PURE,
        Absent::Rule("none: Maxwell molecules only"),
        "Grad's closure with so many moments, products of moments kept, for any kernel; `[galerkin]` carries on from \
         there.",
    ),
    key(
        "galerkin",
        "order",
        Shape::Count(2),
        PURE,
        Absent::Default("8"),
        "Highest degree of the polynomials, at most 16: (order + 1)(order + 2)(order + 3)/6 of them.",
    ),
    key(
        "galerkin",
        "basis-temperature",
        POSITIVE,
        PURE,
        Absent::Default("1.0"),
        "Temperature of the basis over that of the gas. Above 1 for gases with a direction hotter than twice `T`.",
    ),
    key(
        "navier-stokes",
        "viscosity",
        Shape::Several("\"chapman-enskog\", a number, or rows [temperature, viscosity]"),
        Quantity::Of(Dimension::Viscosity),
        Absent::Default("chapman-enskog"),
        "From the interaction, or given for Kn = 1; it is multiplied by Kn once.",
    ),
    key(
        "run",
        "checkpoint-minutes",
        POSITIVE,
        PURE,
        Absent::Default("5.0"),
        "Minutes of wall time between checkpoints.",
    ),
];

/// The entry of a key.
/// The largest count that a key may have: more could not be held.
pub(crate) fn most(section: &str, name: &str) -> u64 {
    match (section, name) {
        ("molecular", "atoms") => 100_000_000,
        ("dsmc" | "mean-field", "particles") => 1 << 30,
        ("dsmc.histogram", "bins") => 1024,
        ("spectral", "modes") => 256,
        ("moments", "order") => 24,
        ("galerkin", "order") => 16,
        (_, "replicas") => 1_000_000,
        ("time", "samples") => 10_000_000,
        _ => u64::from(u32::MAX),
    }
}

pub(crate) fn find(section: &str, name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.section == section && key.name == name)
}

/// The default of a key as TOML.
pub(crate) fn as_toml(key: &Key, default: &str) -> String {
    match key.shape {
        Shape::Text | Shape::Choice(_) | Shape::Several(_) => format!("\"{default}\""),
        _ => default.to_owned(),
    }
}

/// The names of all keys of a table.
pub(crate) fn names(section: &str) -> impl Iterator<Item = &'static str> {
    KEYS.iter().filter(move |key| key.section == section).map(|key| key.name)
}

/// The tables that have a key of this name.
pub(crate) fn owners(name: &str) -> Vec<&'static str> {
    KEYS.iter().filter(|key| key.name == name && !key.section.is_empty()).map(|key| key.section).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_agree_with_each_other() {
        for key in KEYS {
            assert!(key.section.is_empty() || SECTIONS.iter().any(|section| section.name == key.section));
            assert_eq!(KEYS.iter().filter(|other| other.section == key.section && other.name == key.name).count(), 1);
            if let (Shape::Choice(words), Absent::Default(word)) = (key.shape, key.absent) {
                assert!(words.contains(&word), "{}", key.name);
            }
        }
    }
}
