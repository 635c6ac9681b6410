//! Hard spheres against brute force, against their laws, across pauses, and where they have to stop.

mod brute_force;
mod collisions;
mod laws;
mod runs;
mod spheres;
