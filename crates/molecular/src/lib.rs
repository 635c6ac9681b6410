//! Objective molecular dynamics: Newton's equations of a few atoms in the presence of all their images.
//!
//! The simulated atoms move in the inertial frame; every other atom is the image under an element of an objective
//! group, placed explicitly, never by the nearest-image convention. An atom may feel its own images and several
//! images of one neighbour. [`GroupMolecular`] is the description under any group and with any force field.
//! [`Molecular`] is the description of atoms that act by a potential; [`Model`], [`Scheme`] and [`Atoms`] are what it is
//! made of. [`HardSpheres`] is the one of hard spheres, from collision to collision, [`Encounters`] that of dilute atoms
//! with forces of finite range, from encounter to encounter.
//!
//! Invariant: knows nothing of kinetic theory or hydrodynamics, and reads no files; internal units, `k_B = 1`.

mod bonds;
mod encounters;
mod engine;
mod error;
mod flight;
mod force;
mod group;
mod hard_spheres;
mod model;
mod molecular;
mod neighbours;
mod objective;
mod parallel;
mod prepare;
mod recognition;
mod relax;
mod schedule;
mod species;
mod start;
mod thermostat;
mod work;

pub use bonds::{Bond, Bonds};
pub use encounters::Encounters;
pub use error::MolecularError;
pub use group::{GroupElement, GroupError, Label, Motion, ObjectiveGroup, TranslationGroup, rotation_about};
pub use hard_spheres::{Collision, HardSphereModel, HardSpheres};
pub use model::{Model, Scheme, StepControl};
pub use molecular::Molecular;
pub use objective::{
    Clusters, Evaluation, ForceField, GroupBonds, GroupModel, GroupMolecular, Neighbourhood, Sites, force_field,
};
pub use prepare::{HandOver, Prepared};
pub use recognition::{
    AtomSet, Extent, IsometryForm, Recognition, RecognitionError, RecognitionSettings, ScrewAxis, Verdict, recognise,
};
pub use relax::{
    Begin, Deferred, Relax, Relaxation, Relaxed, Resting, relax, relax_among_images, resting, resting_among_images,
};
pub use species::{Element, Species};
pub use start::{
    Atoms, Crystal, CubicLattice, DrawnPositions, Honeycomb, LatticeChoice, Nanotube, NanotubePeriod, auto_cell,
    image_times,
};
pub use thermostat::{Thermostat, ThermostatKind};
