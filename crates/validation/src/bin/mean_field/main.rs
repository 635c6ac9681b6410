//! The mean field against exact equations, an independent program and the theorems:
//! `cargo run --release -p omd-validation --bin mean_field [harmonic | rates | bounds | cost [LARGEST [mesh | tree [POTENTIAL]]] | trajectories START END]`.
//!
//! `cost` times forces and wants a quiet machine; nothing but its name runs it.
//! `trajectories` reads two files of lines `x,y,z,wx,wy,wz`, 10,000 particles under `U = 4 exp(-2 r^2)` at t = 0 and 1.
#![allow(clippy::print_stdout, reason = "the tables are its output")]

mod bounds;
mod cost;
mod harmonic;
mod rates;
mod trajectories;

use omd_flow::{AffineFlow, Matrix3};

/// A flow without symmetry.
fn full_flow() -> AffineFlow {
    AffineFlow::new(Matrix3::new(0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15)).expect("finite")
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |name: &str| words.first().is_none_or(|word| word == name);
    if wanted("harmonic") {
        harmonic::tables();
    }
    if wanted("rates") {
        rates::tables();
    }
    if wanted("bounds") {
        bounds::tables();
    }
    if words.first().is_some_and(|word| word == "cost") {
        let largest = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(1_000_000);
        cost::table(largest, words.get(2).map(String::as_str), words.get(3).map(String::as_str));
    }
    if let [word, start, end] = &words[..]
        && word == "trajectories"
    {
        trajectories::table(start, end);
    }
}
