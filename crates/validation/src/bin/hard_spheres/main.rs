//! Event-driven hard spheres: `cargo run --release -p omd-validation --bin hard_spheres [equilibrium | energy | shear |
//! viscosity] [replicas] [spheres]`; all parts without a name. What they found: `validation/hard-spheres`.
#![allow(clippy::print_stdout, reason = "the tables are its output")]

mod equilibrium;
mod runs;
mod shear;
mod viscosity;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |name: &str| words.first().is_none_or(|word| word == name);
    let number = |k: usize, default: usize| words.get(k).and_then(|word| word.parse().ok()).unwrap_or(default);
    let replicas = number(1, 16);
    if wanted("equilibrium") {
        equilibrium::table(replicas, number(2, 10_976));
    }
    if wanted("energy") {
        equilibrium::energy(number(2, 1000));
    }
    if wanted("shear") {
        shear::table(replicas, number(2, 32_000));
    }
    if wanted("viscosity") {
        viscosity::table(replicas, number(2, 4000));
    }
}
