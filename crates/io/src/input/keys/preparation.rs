//! Keys of what is done with the atoms: their preparation, a thermostat, the trajectory.

use super::{Absent, Key, POSITIVE, PURE, Shape, key};
use crate::units::Quantity;
use omd_flow::Dimension;

/// In the order of the reference.
pub(super) const PREPARATION: &[Key] = &[
    key(
        "molecular.prepare",
        "relax",
        Shape::Choice(&["none", "positions", "positions-and-group"]),
        PURE,
        Absent::Default("none"),
        "Whether the energy of the atoms among their images is brought to a minimum nearby (L-BFGS), and with it that of a \
         tube's period and twist, or of a layer's two translations.",
    ),
    key(
        "molecular.prepare",
        "force-tolerance",
        POSITIVE,
        Quantity::Of(Dimension::Force),
        Absent::Rule("1e-6 temperatures over the cutoff"),
        "`relax`: no component of a force is larger at rest.",
    ),
    key(
        "molecular.prepare",
        "equilibrate",
        POSITIVE,
        Quantity::Of(Dimension::Time),
        Absent::Rule("not at all"),
        "For how long the atoms move at A = 0 before the run begins.",
    ),
    key(
        "molecular.prepare",
        "thermostat",
        Shape::Choice(&["langevin", "rescaling"]),
        PURE,
        Absent::Default("langevin"),
        "What keeps them at the temperature of `[state]` meanwhile: friction and noise on every atom, or velocities rescaled \
         at every step (Gaussian isokinetic).",
    ),
    key(
        "molecular.prepare",
        "relaxation-time",
        POSITIVE,
        Quantity::Of(Dimension::Time),
        Absent::Rule("100 time steps"),
        "`langevin`: a velocity is forgotten over this time.",
    ),
    key(
        "molecular.thermostat",
        "kind",
        Shape::Choice(&["gaussian", "nose-hoover"]),
        PURE,
        Absent::Error,
        "`gaussian` keeps the kinetic energy constant (isokinetic, Gauss's principle of least constraint). `nose-hoover` lets \
         it fluctuate about its mean.",
    ),
    key(
        "molecular.thermostat",
        "temperature",
        POSITIVE,
        Quantity::Of(Dimension::Temperature),
        Absent::Rule("that of `[state]`"),
        "The temperature to keep, all atoms counted, as the column counts them.",
    ),
    key(
        "molecular.thermostat",
        "relaxation-time",
        POSITIVE,
        Quantity::Of(Dimension::Time),
        Absent::Rule("100 time steps"),
        "`nose-hoover`: `tau` of `d zeta/dt = (T_now/T - 1)/tau^2`.",
    ),
    key(
        "molecular.trajectory",
        "every",
        Shape::Count(1),
        PURE,
        Absent::Rule("this or `interval` is required"),
        "A frame every so many samples.",
    ),
    key(
        "molecular.trajectory",
        "interval",
        POSITIVE,
        Quantity::Of(Dimension::Time),
        Absent::Rule("this or `every` is required"),
        "Time between frames, a multiple of the time between samples.",
    ),
    key(
        "molecular.trajectory",
        "format",
        Shape::Choice(&["extxyz", "lammps-dump", "h5md"]),
        PURE,
        Absent::Default("extxyz"),
        "`extxyz` (OVITO, ASE, MDAnalysis' XYZ), `lammps-dump` (text; OVITO, ASE, MDAnalysis), `h5md` (MDAnalysis; needs \
         an omd built with `--features hdf5`).",
    ),
    key(
        "molecular.trajectory",
        "compression",
        Shape::Choice(&["none", "gzip"]),
        PURE,
        Absent::Default("none"),
        "With `gzip` the name ends in `.gz`; the file is there when the run has ended.",
    ),
    key(
        "molecular.trajectory",
        "images",
        Shape::Several("three integers of 1 or more"),
        PURE,
        Absent::Rule("the simulated atoms only"),
        "Show a block of so many cells along each edge; `Lattice` is then the block. Not with `[molecular.group]`.",
    ),
    key(
        "molecular.trajectory",
        "radius",
        POSITIVE,
        Quantity::Of(Dimension::Length),
        Absent::Rule("the simulated atoms only"),
        "Show the images under all elements of the group that move the mean position of the atoms at t = 0 no farther than \
         this, without a `Lattice`.",
    ),
];
