//! Tests of objective molecular dynamics as its users see it.

mod bonds;
mod dynamics;
mod fixtures;
mod groups;
mod images;
mod many_bodies;
mod nanotubes;
mod reference;
mod relaxation;
mod starts;
mod thermostats;
