//! Tests of objective molecular dynamics as its users see it.

mod common;
mod dynamics;
mod images;
mod reference;
mod starts;
