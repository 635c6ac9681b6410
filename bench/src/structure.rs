//! The start that both codes read: extended XYZ as `bench/harness/structure.py` writes it.

use omd_molecular::Atoms;
use omd_flow::{Matrix3, Vector3};
use std::io::{BufRead, BufReader, Error, ErrorKind, Result};
use std::path::Path;

/// Reads `Lattice="..."`, then a label, three positions and three peculiar velocities a line.
pub(crate) fn read(path: &Path) -> Result<Atoms> {
    let mut lines = BufReader::new(std::fs::File::open(path)?).lines();
    let mut next = || lines.next().unwrap_or_else(|| Err(bad("ends early")));
    let count: usize = next()?.trim().parse().map_err(|_| bad("no atom count"))?;
    let header = next()?;
    let lattice = header.split('"').nth(1).ok_or_else(|| bad("no Lattice"))?;
    let edges: [f64; 9] = numbers(lattice)?;
    let (mut positions, mut peculiar) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for _ in 0..count {
        let line = next()?;
        let [x, y, z, u, v, w] = numbers(line.split_once(' ').ok_or_else(|| bad("a short line"))?.1)?;
        positions.push(Vector3::new(x, y, z));
        peculiar.push(Vector3::new(u, v, w));
    }
    Ok(Atoms { cell: Matrix3::from_column_slice(&edges), positions, shifts: vec![Vector3::zeros(); count], peculiar })
}

fn numbers<const N: usize>(text: &str) -> Result<[f64; N]> {
    let values: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    values.try_into().map_err(|_| bad("not the numbers expected"))
}

fn bad(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("start file: {what}"))
}
