//! Tests of objective molecular dynamics as its users see it.

mod common;
mod reference;
