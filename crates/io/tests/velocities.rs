//! What is said of the velocities that a structure file brings.

use omd_io::read_input;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

/// 500 atoms in a cube of edge 8 whose velocities carry this share of the flow; temperature 1 about it.
fn atoms(share: f64) -> String {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    let mut text = String::from("500\nLattice=\"8 0 0 0 8 0 0 0 8\" Properties=species:S:1:pos:R:3:velo:R:3\n");
    for k in 0..500 {
        let place = [f64::from(k % 8), f64::from(k / 8 % 8), f64::from(k / 64)];
        let w = [0; 3].map(|_| 12_f64.sqrt() * uniform());
        let _ = writeln!(
            text,
            "X {} {} {} {} {} {}",
            place[0],
            place[1],
            place[2],
            w[0] + share * 0.5 * place[1],
            w[1],
            w[2]
        );
    }
    text
}

fn warnings(name: &str, share: f64, besides: &str) -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("velocities-{name}"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("atoms.extxyz"), atoms(share)).unwrap();
    let text = format!(
        "units = \"lj\"
flow = {{ velocity-gradient = [[0, 0.5, 0], [0, 0, 0], [0, 0, 0]] }}
state = {{ temperature = 3 }}
interaction = {{ kind = \"lennard-jones\", epsilon = 1, sigma = 0.5, cutoff = 1.25 }}
time = {{ end = 1, samples = 1 }}
[molecular]
structure = \"atoms.extxyz\"
time-step = 0.001
{besides}"
    );
    fs::write(folder.join("input.toml"), text).unwrap();
    read_input(&folder.join("input.toml")).unwrap_or_else(|error| panic!("{error}")).warnings
}

#[test]
fn velocities_without_the_flow_are_noticed() {
    let [warning] = &warnings("rest", 0.0, "")[..] else { panic!() };
    assert!(warning.contains("only 0.0") || warning.contains("only -0.0"), "{warning}");
}

#[test]
fn velocities_with_the_flow_have_their_temperature() {
    let [warning] = &warnings("flow", 1.0, "")[..] else { panic!() };
    assert!(warning.contains("does not change them"), "{warning}");
    let [warning] = &warnings("others", 1.0, "[euler]\n")[..] else { panic!() };
    assert!(warning.contains("descriptions without atoms start from [state], 3"), "{warning}");
}

#[test]
fn what_is_equilibrated_starts_from_the_state() {
    assert!(warnings("prepared", 0.0, "[molecular.prepare]\nequilibrate = 1\n").is_empty());
    assert_eq!(warnings("relaxed", 0.0, "[molecular.prepare]\nrelax = \"positions\"\n").len(), 1);
}
