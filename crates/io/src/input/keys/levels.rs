//! Keys of the kinetic and fluid descriptions and of how a run is kept.

use super::{Absent, Key, POSITIVE, PURE, Shape, key};
use crate::units::Quantity;
use omd_flow::Dimension;

/// In the order of the reference, after the molecular ones.
pub(super) const LEVELS: &[Key] = &[
    key("dsmc", "particles", Shape::Count(4), PURE, Absent::Error, "Particles of one replica."),
    key("dsmc", "replicas", Shape::Count(1), PURE, Absent::Default("1"), "Independent runs."),
    key("dsmc", "seed", Shape::Seed, PURE, Absent::Default("1"), "Seed; replica r draws from stream r."),
    key(
        "dsmc",
        "moments",
        Shape::Choice(&["standard", "all"]),
        PURE,
        Absent::Default("standard"),
        "`all` adds every central moment of order 3 to 6 over that power of `sqrt(k_B T/m)`: `standardised_moment_xxx` to \
         `standardised_moment_zzzzzz`.",
    ),
    key(
        "dsmc",
        "entropy",
        Shape::Choice(&["none", "nearest-neighbour"]),
        PURE,
        Absent::Default("none"),
        "Whether `entropy`, that of a particle relative to the local Maxwellian, is estimated.",
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
        "By splines on a mesh and sums over pairs within a few of its cells, as much of each as is least work; an octree or a sum over all \
         pairs takes their place where that is less. By an octree, for clusters far smaller than the cloud. Or summed over all pairs. A \
         harmonic force needs none of them.",
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
