//! Hard spheres against brute force, against their laws, across pauses, and where they have to stop.

mod brute_force;
mod collisions;
mod laws;
#[path = "../shared/pause.rs"]
mod pause;
mod runs;
mod spheres;
