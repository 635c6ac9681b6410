//! No text makes reading panic, and what is accepted is sane.

use omd_hierarchy::experiment::Engine;
use omd_io::{Checkpoint, Velocities, parse_structure, resolve_input};
use proptest::prelude::*;
use std::path::Path;

const GOOD: [&str; 9] = [
    include_str!("good/argon-shear.toml"),
    include_str!("good/minimal.toml"),
    include_str!("good/lattice.toml"),
    include_str!("good/structure.toml"),
    include_str!("good/kernel.toml"),
    include_str!("good/soft-spheres.toml"),
    include_str!("good/group.toml"),
    include_str!("good/build.toml"),
    include_str!("good/diatomic.toml"),
];
const STRUCTURE: &str = include_str!("good/four.extxyz");
const DATA: [&str; 3] =
    [include_str!("good/restricted.data"), include_str!("good/general.data"), include_str!("good/molecules.data")];

const PIECES: [&str; 40] = [
    "",
    "\n",
    "nan",
    "inf",
    "-1",
    "0",
    "1e999",
    "1e-300",
    "1e99",
    "-0.0",
    "18446744073709551616",
    "0x1F",
    "1_000",
    "\"",
    "'''",
    "[[",
    "]]",
    "[molecular]",
    "[[dsmc]]",
    "[interaction]",
    "{}",
    "=",
    ".",
    ",",
    "#",
    "ü",
    "\u{1f600}",
    "\u{0}",
    "\u{1b}",
    "\r",
    "\t",
    "true",
    "1979-05-27",
    "kind",
    "\"vhs\"",
    "\"wca\"",
    "temperature-tensor",
    "structure",
    "cutoff",
    "\"hard-sphere\"",
];

/// Replaces the characters from `at` on, `length` of them, by a piece.
fn edit(text: &str, at: prop::sample::Index, length: usize, piece: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let at = at.index(characters.len() + 1);
    let end = (at + length).min(characters.len());
    characters[..at].iter().collect::<String>() + piece + &characters[end..].iter().collect::<String>()
}

/// Puts line `from` where line `to` is; tables and keys double and vanish.
fn shuffle(text: &str, from: prop::sample::Index, to: prop::sample::Index) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return String::new();
    }
    let (from, to) = (from.index(lines.len()), to.index(lines.len()));
    lines[to] = lines[from];
    lines.join("\n")
}

fn mutated(text: &'static str) -> impl Strategy<Value = String> {
    let index = any::<prop::sample::Index>;
    let edits = prop::collection::vec((index(), 0..12usize, 0..PIECES.len()), 0..4);
    let moves = prop::collection::vec((index(), index()), 0..2);
    (edits, moves).prop_map(move |(edits, moves)| {
        let mut text = text.to_owned();
        for (from, to) in moves {
            text = shuffle(&text, from, to);
        }
        for (at, length, piece) in edits {
            text = edit(&text, at, length, PIECES[piece]);
        }
        text
    })
}

fn check(text: &str) -> Result<(), TestCaseError> {
    match resolve_input(Path::new("tests/good/mutated.toml"), text) {
        Err(error) => {
            prop_assert!(!error.diagnostics.is_empty());
            let shown = error.to_string();
            prop_assert!(shown.starts_with("error: ") && !shown.contains('\u{1b}'), "{shown}");
        }
        Ok(input) => {
            let (state, schedule) = (&input.experiment.state, input.experiment.schedule);
            let positive = |x: f64| x > 0.0 && x.is_finite();
            // Tubes and rings fill no volume.
            let group = input.experiment.molecular.as_ref().and_then(|molecular| molecular.group.as_ref());
            let fills = group.is_none_or(|group| group.dimension() == 3);
            prop_assert!(positive(state.number_density) || !fills);
            prop_assert!(positive(state.mass) && positive(state.temperature()));
            prop_assert!(positive(schedule.end) && schedule.samples > 0 && positive(input.checkpoint_minutes));
            prop_assert!(input.experiment.flow.singular_time().is_none_or(|singular| schedule.end < singular));
            prop_assert!(positive(input.experiment.flow.volume_ratio(schedule.end)));
            if let Some(molecular) = &input.experiment.molecular {
                let is_positive = |engine| match engine {
                    Engine::TimeStepped(scheme) => positive(scheme.time_step),
                    Engine::Encounters { tolerance } => positive(tolerance),
                };
                prop_assert!(molecular.engine.is_none_or(is_positive) && molecular.replicas > 0);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_inputs((which, texts) in (0..GOOD.len(), GOOD.map(mutated))) {
        check(&texts[which])?;
    }

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        check(&text)?;
        let _ = parse_structure("any", &text);
    }

    #[test]
    fn mutated_structures(text in mutated(STRUCTURE)) {
        if let Ok(structure) = parse_structure("mutated", &text) {
            prop_assert!(structure.positions.iter().all(|x| x.iter().all(|x| x.is_finite())));
            prop_assert_eq!(structure.positions.len(), structure.species.len());
        }
    }

    #[test]
    fn mutated_data_files((which, texts) in (0..DATA.len(), DATA.map(mutated))) {
        if let Ok(structure) = parse_structure("mutated.data", &texts[which]) {
            prop_assert!(structure.positions.iter().all(|x| x.iter().all(|x| x.is_finite())));
            let count = structure.positions.len();
            prop_assert_eq!(count, structure.species.len());
            prop_assert!(structure.images.is_empty() || structure.images.len() == count);
            let velocities = structure.velocities.is_none_or(|velocities| match velocities {
                Velocities::Lab(v) | Velocities::Peculiar(v) => v.len() == count,
            });
            prop_assert!(velocities);
        }
    }

    #[test]
    fn any_bytes_for_a_checkpoint(tail in prop::collection::vec(any::<u8>(), 0..200), whole in any::<bool>()) {
        // With a right length and checksum, so that the header is reached.
        let mut bytes = b"omd-ckpt\x01\0\0\0".to_vec();
        bytes.extend((tail.len() as u64 + 32).to_le_bytes());
        bytes.extend((tail.len() as u64).to_le_bytes());
        bytes.extend(&tail);
        let checksum = if whole { crc32fast::hash(&bytes) } else { 0 };
        bytes.extend(checksum.to_le_bytes());
        let _ = Checkpoint::parse(&bytes, Path::new("checkpoint.omd"));
    }
}
