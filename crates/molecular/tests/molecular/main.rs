//! Tests of objective molecular dynamics as its users see it.

mod bonds;
mod compounds;
mod dynamics;
mod explicit;
mod fixtures;
mod group_bonds;
mod group_pairs;
mod groups;
mod images;
#[cfg(feature = "kim")]
mod kim;
mod many_bodies;
mod mixtures;
mod nanotubes;
#[path = "../shared/pause.rs"]
mod pause;
mod reference;
mod relaxation;
mod starts;
mod thermostats;
