//! The start that both codes read: extended XYZ with peculiar velocities.

use omd_flow::AffineFlow;
use omd_hierarchy::experiment::AtomStart;
use omd_io::{UnitStyle, Units, parse_structure};
use omd_molecular::Atoms;
use std::error::Error;
use std::path::Path;

/// Reads the atoms, in reduced units.
pub(crate) fn read(path: &Path, flow: &AffineFlow) -> Result<Atoms, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    let structure = parse_structure(&path.display().to_string(), &text)?;
    match structure.start(flow, &Units::new(UnitStyle::Lj)) {
        AtomStart::Given { cell, positions, shifts, peculiar: Some(peculiar), .. } => {
            Ok(Atoms { cell, positions, shifts, peculiar })
        }
        _ => Err("the start has no velocities".into()),
    }
}
