//! Atoms that do not fill the lattice they are drawn on.

use omd_hierarchy::experiment::{AtomStart, DrawnPositions, Experiment, LatticeChoice};

/// A warning where no cube of face-centred cubic cells has as many places as there are atoms, or molecules.
pub(super) fn warning(experiment: &Experiment) -> Option<String> {
    let settings = experiment.molecular.as_ref()?;
    let AtomStart::Drawn { atoms, positions: DrawnPositions::Fcc, lattice: LatticeChoice::Cubic } = settings.start
    else {
        return None;
    };
    // A place has a whole molecule.
    let each = if settings.bonds.is_some() { 2 } else { 1 };
    let full = |cells: usize| 4 * each * cells.pow(3);
    let cells = (1..).find(|cells| full(*cells) >= atoms).filter(|cells| full(*cells) > atoms)?;
    let near = if cells == 1 { full(1).to_string() } else { format!("{} or {}", full(cells - 1), full(cells)) };
    Some(format!(
        "atoms = {atoms} with positions = \"fcc\" leave places of the lattice empty or stretch it: {near} atoms fill a cube"
    ))
}

#[cfg(test)]
mod tests {
    use crate::resolve_input;
    use std::path::Path;

    fn warnings(more: &str) -> Vec<String> {
        let text = format!(
            "units = \"lj\"\nflow = {{ velocity-gradient = [[0, 0, 0], [0, 0, 0], [0, 0, 0]] }}\n\
             state = {{ number-density = 0.8, temperature = 1 }}\ntime = {{ end = 1, samples = 1 }}\n\
             molecular = {{ time-step = 0.001, {more} }}\n\
             [interaction]\nkind = \"lennard-jones\"\nepsilon = 1\nsigma = 1\ncutoff = 2.5\n"
        );
        resolve_input(Path::new("input.toml"), &text).unwrap().warnings
    }

    #[test]
    fn atoms_that_fill_no_cube_are_warned_of() {
        for (atoms, near) in [(3, "4"), (1000, "864 or 1372"), (1008, "864 or 1372")] {
            let expected = format!(
                "atoms = {atoms} with positions = \"fcc\" leave places of the lattice empty or stretch it: {near} atoms fill a cube"
            );
            assert_eq!(warnings(&format!("atoms = {atoms}, positions = \"fcc\"")), [expected]);
        }
        for silent in [
            "atoms = 864, positions = \"fcc\"",
            "atoms = 1000",
            "atoms = 1000, positions = \"fcc\", lattice = \"auto\"",
        ] {
            assert!(warnings(silent).is_empty(), "{silent}");
        }
    }
}
