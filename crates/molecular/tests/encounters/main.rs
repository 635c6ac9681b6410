//! Encounters against time steps, against their laws, across pauses, and where they have to stop.

mod counts;
mod gases;
#[path = "../shared/pause.rs"]
mod pause;
mod runs;
mod trajectories;
