//! The Monge-Kantorovich-Rubinstein distance `W1` between two clouds of equally weighted points.
//!
//! [`exact`] for thousands of points, with a proof of optimality in what it returns; [`entropic()`] brackets it for tens of
//! thousands; [`sliced()`] bounds it from below for millions.

mod assignment;
mod entropic;
mod sliced;

pub use assignment::{Transport, exact};
pub use entropic::{Bracket, entropic};
pub use sliced::{Sliced, sliced};

/// Euclidean distance.
fn distance<const D: usize>(a: &[f64; D], b: &[f64; D]) -> f64 {
    let mut square = 0.0;
    for axis in 0..D {
        square += (a[axis] - b[axis]) * (a[axis] - b[axis]);
    }
    square.sqrt()
}

#[cfg(test)]
mod tests;
