//! A run moved by a model of the KIM API, from the input to the table.
#![cfg(feature = "kim")]

use std::path::Path;
use std::process::{Command, Output};

const MODEL: &str = "SW_StillingerWeber_1985_Si__MO_405512056662_005";

/// What the model says its parameters are, over `A` of the paper.
const PARAMETERS: &str = "Si Si Si 2.1682 2.0951 1.8 21.0 1.2 -0.33333333333333331 \
                          7.049556277 0.6022245584 4 0 0\n";

fn input(interaction: &str) -> String {
    format!(
        "units = \"metal\"\nflow = {{ velocity-gradient = [[0, 0.5, 0], [0, 0, 0], [0, 0, 0]] }}\n\
         state = {{ temperature = 600, mass = 28.085 }}\ntime = {{ end = 0.1, samples = 5 }}\n\
         interaction = {{ {interaction} }}\n[molecular]\ntime-step = 0.0005\nreplicas = 2\n[molecular.build]\n\
         kind = \"crystal\"\nlattice = \"diamond\"\nlattice-constant = 5.431\ncells = [4, 4, 5]\n"
    )
}

fn omd(folder: &Path, arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_omd")).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The columns of a table by name.
fn column(path: &Path, name: &str) -> Vec<f64> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let place = lines.next().unwrap().split(',').position(|column| column == name).unwrap();
    lines.map(|line| line.split(',').nth(place).unwrap().parse().unwrap()).collect()
}

#[test]
fn a_model_moves_a_crystal_as_the_potential_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("Si.sw"), PARAMETERS).unwrap();
    std::fs::write(at.join("kim.toml"), input(&format!("kind = \"kim\", model = \"{MODEL}\""))).unwrap();
    let ours = "kind = \"stillinger-weber\", parameters = \"Si.sw\", element = \"Si\"";
    std::fs::write(at.join("ours.toml"), input(ours)).unwrap();

    let shown = omd(at, &["check", "kim.toml"]).stdout;
    let shown = String::from_utf8_lossy(&shown);
    for words in [&format!("model {MODEL}, atoms of Si"), "computes in         A, eV", "influence distance  3.771180e0"]
    {
        assert!(shown.contains(words), "{shown}");
    }
    omd(at, &["run", "kim.toml", "--out", "one", "--threads", "1", "--quiet"]);
    omd(at, &["run", "kim.toml", "--out", "two", "--threads", "2", "--quiet"]);
    omd(at, &["run", "ours.toml", "--out", "ours", "--quiet"]);
    let table = |run: &str| at.join(run).join("molecular.csv");
    assert_eq!(std::fs::read(table("one")).unwrap(), std::fs::read(table("two")).unwrap());
    // The library keeps a log of its own where it is not told otherwise.
    assert!(!at.join("kim.log").exists());
    for name in ["temperature", "potential_energy", "pxx", "pxy", "pyz"] {
        let [kim, ours] = ["one", "ours"].map(|run| column(&table(run), name));
        let size = ours.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        assert!(kim.len() == 6 && size > 0.0);
        for (kim, ours) in kim.iter().zip(&ours) {
            assert!((kim - ours).abs() < 1e-10 * size, "{name}: {kim} {ours}");
        }
    }
    // Half a femtosecond is a hundredth of the fastest vibration's period: as good as conserved.
    let balance = column(&table("one"), "energy_balance");
    let kinetic = 640.0 * 1.5 * 8.617_343e-5 * 600.0;
    assert!(balance.iter().all(|residual| residual.abs() < 2e-3 * kinetic), "{balance:?} of {kinetic}");
}
