//! The one table of what an input file may say: read by the parser, by "did you mean" and by the reference.

mod experiment;
mod levels;
mod molecular;
mod preparation;

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
    /// Three numbers.
    Vector,
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
    section(
        "interaction.bonds",
        false,
        true,
        "Bonds that join atoms to molecules, for `[molecular]` alone, with a potential of pairs and `engine = \"time-stepped\"`. \
         Which atoms are bonded is said by the section `Bonds` of a LAMMPS data file, each with the nearest image of the other; \
         without it atoms of a structure nearer than `within` at t = 0 are, images included. They remain so. Drawn atoms come in \
         pairs of this length: `positions = \"fcc\"` puts them as in alpha nitrogen, `\"random\"` anywhere. With the images of a \
         cell the table gets `translational_temperature`, and `rotational_temperature` and `vibrational_temperature` where all \
         molecules are of two atoms; not with several `elements`. With `[molecular.group]` an atom may be bonded to an image, its own \
         too. Optional.",
    ),
    section(
        "interaction.pairs",
        false,
        true,
        "One pair of the list of tables `pairs`, with the keys of `kind` in `[interaction]`, its own `cutoff` among them: \
         `pairs = [{ elements = [\"A\", \"A\"], epsilon = 1.0, sigma = 1.0 }, ...]`.",
    ),
    section("scaling", false, true, "Scaling of the kinetic equation. Optional."),
    section("time", false, true, "How long, and how often the observables are taken. Required."),
    section("molecular", true, true, "Objective molecular dynamics of atoms."),
    section(
        "molecular.build",
        false,
        true,
        "Atoms made from a few numbers, in place of `atoms` or `structure`: a crystal in its cell, a layer of graphene with its \
         two translations, a nanotube with its screws. They start on their places; velocities are drawn from `[state]`. \
         Optional.",
    ),
    section(
        "molecular.group",
        false,
        true,
        "Which images the atoms have, where they are not the translations of the cell: an objective group, its generators \
         at t = 0. It moves with the flow, `c(t) = (I + tA) b`, so `A` has to commute with the rotations and to act along \
         the translations of the group only: zero for a ring, `k n n^T` for a helix about `n`, whose pitch then grows as \
         `1 + kt`. The atoms come from `structure`, whose `Lattice` is not read. Potentials only, not hard spheres. \
         Optional.",
    ),
    section(
        "molecular.group.generators",
        false,
        true,
        "One generator of `product` or `generators`: `x -> point + M R (x - point) + translation`, `R` a rotation, `M` a \
         reflection. Write a list of tables, `generators = [{ angle = 90, translation = [0, 0, 1] }, ...]`.",
    ),
    section(
        "molecular.prepare",
        false,
        true,
        "What happens to the atoms before t = 0, without the flow: they come to rest, or move for some time under a thermostat, \
         or the one after the other. Velocities are drawn where there are none. At t = 0, after `equilibrate`, their mean is \
         removed and the covariance is made exactly that of `[state]`; where rotations of a group turn them, the temperature. \
         Every replica is prepared with noise of its own. `engine = \"time-stepped\"` only. Optional.",
    ),
    section(
        "molecular.thermostat",
        false,
        true,
        "A thermostat on the peculiar velocity `w` during the flow, the same friction for an atom and its images: `dw/dt = \
         f/m - L w - zeta w`. With it the atoms are not an exact solution of Newton's equations; the manifest and the report \
         say so, and `thermostat_heat` is what the thermostat has given to the atoms, which `energy_balance` takes into \
         account. `engine = \"time-stepped\"` only. Optional; without this table there is none.",
    ),
    section(
        "molecular.trajectory",
        false,
        true,
        "Frames of replica 0 in `molecular.trajectory.extxyz`, `.lammpsdump` or `.h5md`. Optional.",
    ),
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
pub(crate) fn all() -> impl Iterator<Item = &'static Key> {
    experiment::EXPERIMENT.iter().chain(molecular::MOLECULAR).chain(preparation::PREPARATION).chain(levels::LEVELS)
}

/// The largest count that a key may have: more could not be held.
pub(crate) fn most(section: &str, name: &str) -> u64 {
    match (section, name) {
        ("molecular", "atoms") => 100_000_000,
        ("dsmc" | "mean-field", "particles") => 1 << 30,
        ("dsmc.histogram", "bins") => 1024,
        ("spectral", "modes") => 256,
        ("moments", "order") => 24,
        ("galerkin", "order") => 16,
        ("molecular.group", "order") => 10_000,
        (_, "replicas") => 1_000_000,
        ("time", "samples") => 10_000_000,
        _ => u64::from(u32::MAX),
    }
}

/// The entry of a key.
pub(crate) fn find(section: &str, name: &str) -> Option<&'static Key> {
    let own = all().find(|key| key.section == section && key.name == name);
    own.or_else(|| super::pairs::of_interaction(section, name))
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
    all().filter(move |key| key.section == section).map(|key| key.name)
}

/// The table of this name that belongs into another one.
pub(crate) fn table_within(name: &str) -> Option<&'static str> {
    let mut all = SECTIONS.iter().map(|section| section.name);
    all.find(|whole| whole.split_once('.').is_some_and(|(_, part)| part == name))
}

/// The tables that have a key of this name.
pub(crate) fn owners(name: &str) -> Vec<&'static str> {
    all().filter(|key| key.name == name && !key.section.is_empty()).map(|key| key.section).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_agree_with_each_other() {
        for key in all() {
            assert!(key.section.is_empty() || SECTIONS.iter().any(|section| section.name == key.section));
            assert_eq!(all().filter(|other| other.section == key.section && other.name == key.name).count(), 1);
            if let (Shape::Choice(words), Absent::Default(word)) = (key.shape, key.absent) {
                assert!(words.contains(&word), "{}", key.name);
            }
        }
    }
}
