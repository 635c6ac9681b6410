//! Encounters against time steps, against their laws, across pauses, and where they have to stop.

mod gases;
mod runs;
mod trajectories;
