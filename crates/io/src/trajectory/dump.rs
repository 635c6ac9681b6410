//! Frames as LAMMPS's `dump custom` writes them.

use crate::structure::{Frame, write_rows};
use crate::units::Units;
use omd_flow::{Dimension, Matrix3, Vector3};
use std::io::{self, Write};

/// Appends one frame to `out`: `id type element xu yu zu vx vy vz`, 17 digits.
///
/// The time step is the sample: some readers know no other line before the atoms. A cell that is upper triangular at
/// every time, as LAMMPS wants it, has its bounds and tilts; any other its three edges and the origin (`abc origin`, a
/// general triclinic box of LAMMPS). Without a cell the bounds are those of the atoms.
pub(super) fn write_dump(
    out: &mut impl Write,
    frame: &Frame<'_>,
    elements: &[String],
    triangular: bool,
    units: &Units,
) -> io::Result<()> {
    let length = |x: f64| units.to_style(Dimension::Length, x);
    let speed = |x: f64| units.to_style(Dimension::Velocity, x);
    writeln!(out, "ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n{}", frame.sample, frame.positions.len())?;
    match frame.cell {
        Some(cell) if triangular => write_tilted(out, &cell.map(length))?,
        Some(cell) => {
            writeln!(out, "ITEM: BOX BOUNDS abc origin pp pp pp")?;
            for edge in cell.column_iter() {
                write_line(out, &[length(edge[0]), length(edge[1]), length(edge[2]), 0.0])?;
            }
        }
        None => write_bounds(out, frame.positions, length)?,
    }
    writeln!(out, "ITEM: ATOMS id type element xu yu zu vx vy vz")?;
    write_rows(out, frame.positions.len(), |row, index| {
        let label = frame.label(index);
        let kind = elements.iter().position(|element| element == label).unwrap_or(0) + 1;
        write!(row, "{} {kind} {label}", index + 1)?;
        let (x, v) = (&frame.positions[index], &frame.lab_velocities[index]);
        for number in x.iter().map(|x| length(*x)).chain(v.iter().map(|v| speed(*v))) {
            write!(row, " {number:.16e}")?;
        }
        row.push(b'\n');
        Ok(())
    })
}

/// LAMMPS's bounds are those of the corners, the tilts of x and xy beside them.
fn write_tilted(out: &mut impl Write, cell: &Matrix3<f64>) -> io::Result<()> {
    let (xy, xz, yz) = (cell[(0, 1)], cell[(0, 2)], cell[(1, 2)]);
    let [low, high] = [f64::min, f64::max].map(|most| most(most(0.0, xy), most(xz, xy + xz)));
    writeln!(out, "ITEM: BOX BOUNDS xy xz yz pp pp pp")?;
    write_line(out, &[low, cell[(0, 0)] + high, xy])?;
    write_line(out, &[yz.min(0.0), cell[(1, 1)] + yz.max(0.0), xz])?;
    write_line(out, &[0.0, cell[(2, 2)], yz])
}

fn write_bounds(out: &mut impl Write, positions: &[Vector3<f64>], length: impl Fn(f64) -> f64) -> io::Result<()> {
    writeln!(out, "ITEM: BOX BOUNDS ss ss ss")?;
    for k in 0..3 {
        let [least, most] = [f64::min, f64::max].map(|of| positions.iter().map(|x| x[k]).reduce(of).unwrap_or(0.0));
        write_line(out, &[length(least), length(most)])?;
    }
    Ok(())
}

fn write_line(out: &mut impl Write, numbers: &[f64]) -> io::Result<()> {
    for (k, number) in numbers.iter().enumerate() {
        write!(out, "{}{number:.16e}", if k == 0 { "" } else { " " })?;
    }
    out.write_all(b"\n")
}
