//! Writes a LAMMPS data file.

use crate::export::TriangularFrame;
use crate::structure::write::{Frame, write_rows};
use crate::units::{Quantity, Units};
use omd_flow::{Dimension, Matrix3, Vector3};
use omd_hierarchy::experiment::Species;
use std::io::{self, Write};

/// Writes the atoms of `frame`, which have a cell, as a LAMMPS data file in the rotated frame `triangular`: positions in
/// the cell, image flags that lead to where they are, the lab velocities of the atoms in the cell, a type and a mass for
/// each element of `species`; 17 digits. With `bonds`, pairs of atoms from 0, atoms are of style bond and there is a section Bonds, of one type.
///
/// LAMMPS's cells are upper triangular (edges as columns), so `x' = Q^T x`; the header says `Q` and `Q^T A Q`, which is the
/// flow in this frame. An atom brought into the cell
/// by `-E nu` loses the velocity `A E nu`; `frame` is one at t = 0 of the flow `A`.
///
/// # Errors
/// What `out` says.
pub fn write_data(
    out: &mut impl Write,
    frame: &Frame<'_>,
    triangular: &TriangularFrame,
    species: &Species,
    bonds: &[[usize; 2]],
    units: &Units,
) -> io::Result<()> {
    let length = |x: f64| units.to_style(Dimension::Length, x);
    let speed = |x: f64| units.to_style(Dimension::Velocity, x);
    let rate = |x: f64| x / units.factor(Quantity::Of(Dimension::Rate));
    let TriangularFrame { rotation, gradient, cell } = triangular;
    let count = frame.positions.len();
    // The first line is a comment to LAMMPS, and the only place for one before the header.
    writeln!(
        out,
        "omd: {} units, rotated by x' = Q^T x, Q = {}; the flow there is A' = Q^T A Q = {}",
        units.style().name(),
        rows(rotation, |x| x),
        rows(gradient, rate)
    )?;
    let kinds = species.kinds(count).map_err(io::Error::other)?;
    writeln!(out, "\n{count} atoms\n{} atom types", species.elements().len())?;
    if !bonds.is_empty() {
        writeln!(out, "{} bonds\n1 bond types", bonds.len())?;
    }
    writeln!(out)?;
    for (k, axis) in ["x", "y", "z"].into_iter().enumerate() {
        writeln!(out, "0.0 {:.16e} {axis}lo {axis}hi", length(cell[(k, k)]))?;
    }
    let tilts = [cell[(0, 1)], cell[(0, 2)], cell[(1, 2)]].map(length);
    writeln!(out, "{:.16e} {:.16e} {:.16e} xy xz yz", tilts[0], tilts[1], tilts[2])?;
    writeln!(out, "\nMasses\n")?;
    for (index, element) in species.elements().iter().enumerate() {
        writeln!(out, "{} {:.16e} # {}", index + 1, element.mass / units.factor(Quantity::Mass), element.name)?;
    }
    let inverse = cell.try_inverse().unwrap_or_else(Matrix3::zeros);
    let inside = |index: usize| {
        let turned = rotation.tr_mul(&frame.positions[index]);
        let flags: Vector3<f64> = (inverse * turned).map(f64::floor);
        (turned - cell * flags, flags)
    };
    let molecules = (!bonds.is_empty()).then(|| molecules(count, bonds));
    writeln!(out, "\nAtoms # {}\n", if molecules.is_some() { "bond" } else { "atomic" })?;
    write_rows(out, count, |row, index| {
        let ((x, flags), kind) = (inside(index), kinds[index] + 1);
        match &molecules {
            Some(molecules) => write!(row, "{} {} {kind}", index + 1, molecules[index])?,
            None => write!(row, "{} {kind}", index + 1)?,
        }
        x.iter().try_for_each(|x| write!(row, " {:.16e}", length(*x)))?;
        writeln!(row, " {} {} {}", flags[0], flags[1], flags[2])
    })?;
    writeln!(out, "\nVelocities\n")?;
    write_rows(out, count, |row, index| {
        let (_, flags) = inside(index);
        let velocity = rotation.tr_mul(&frame.lab_velocities[index]) - gradient * (cell * flags);
        write!(row, "{}", index + 1)?;
        velocity.iter().try_for_each(|v| write!(row, " {:.16e}", speed(*v)))?;
        row.push(b'\n');
        Ok(())
    })?;
    if bonds.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nBonds\n")?;
    write_rows(out, bonds.len(), |row, index| {
        let [first, second] = bonds[index];
        writeln!(row, "{} 1 {} {}", index + 1, first + 1, second + 1)
    })
}

/// The number of the molecule of each atom, from 1 in the order of their first atoms.
fn molecules(count: usize, bonds: &[[usize; 2]]) -> Vec<usize> {
    // Every atom points towards the first one of its molecule.
    let mut towards: Vec<usize> = (0..count).collect();
    fn first_of(towards: &mut [usize], mut atom: usize) -> usize {
        while towards[atom] != atom {
            towards[atom] = towards[towards[atom]];
            atom = towards[atom];
        }
        atom
    }
    for bond in bonds {
        let [a, b] = bond.map(|atom| first_of(&mut towards, atom));
        towards[a.max(b)] = a.min(b);
    }
    let mut numbers = vec![0; count];
    let mut found = 0;
    for atom in 0..count {
        let first = first_of(&mut towards, atom);
        if first == atom {
            found += 1;
            numbers[atom] = found;
        }
        numbers[atom] = numbers[first];
    }
    numbers
}

/// A matrix by rows.
fn rows(matrix: &Matrix3<f64>, of: impl Fn(f64) -> f64) -> String {
    let rows: Vec<String> =
        matrix.row_iter().map(|row| row.iter().map(|x| format!("{}", of(*x))).collect::<Vec<_>>().join(" ")).collect();
    format!("[{}]", rows.join("; "))
}
