//! The header of a LAMMPS data file: how many atoms, and the cell.

use crate::diagnostic::InputError;
use crate::input::is_singular;
use crate::structure::reader::Reader;
use omd_flow::{Matrix3, Vector3};

/// The header of a data file.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) atoms: Option<usize>,
    pub(super) types: Option<usize>,
    /// How many bonds, and the line that says so.
    pub(super) bonds: Option<(usize, usize)>,
    pub(super) bond_types: Option<usize>,
    /// Low and high of x, y, z; a general box has none.
    bounds: [Option<[f64; 2]>; 3],
    tilts: [f64; 3],
    /// The edges of a general box.
    edges: [Option<Vector3<f64>>; 3],
}

impl Header {
    /// Takes in one line.
    pub(super) fn line(&mut self, reader: &Reader<'_>, line: usize, words: &[&str]) -> Result<(), InputError> {
        let number = |at: usize| reader.number(line, words[at], "a number of the header");
        let count = |at: usize| {
            words[at].parse::<usize>().map_err(|_| {
                reader.at_word(
                    line,
                    words[at],
                    format!("a count of the header must be an integer, found \"{}\"", words[at]),
                )
            })
        };
        match words {
            [_, "atoms"] => self.atoms = Some(count(0)?),
            [_, "atom", "types"] => self.types = Some(count(0)?),
            [_, _, "xlo", "xhi"] => self.bounds[0] = Some([number(0)?, number(1)?]),
            [_, _, "ylo", "yhi"] => self.bounds[1] = Some([number(0)?, number(1)?]),
            [_, _, "zlo", "zhi"] => self.bounds[2] = Some([number(0)?, number(1)?]),
            [_, _, _, "xy", "xz", "yz"] => self.tilts = [number(0)?, number(1)?, number(2)?],
            [_, _, _, edge @ ("avec" | "bvec" | "cvec")] => {
                let k = ["avec", "bvec", "cvec"].iter().position(|name| name == edge).unwrap_or(0);
                self.edges[k] = Some(Vector3::new(number(0)?, number(1)?, number(2)?));
            }
            // Where the cell begins is no matter: images fill space.
            [_, _, _, "abc", "origin"] => {}
            [_, "bonds"] => self.bonds = Some((count(0)?, line)),
            [_, "bond", "types"] => self.bond_types = Some(count(0)?),
            [_, "angles" | "dihedrals" | "impropers"] if count(0)? == 0 => {}
            [_, what @ ("angles" | "dihedrals" | "impropers")] => return Err(refused(reader, line, what)),
            [_, _, "types"] | [_, "extra", ..] | [_, "ellipsoids" | "lines" | "triangles" | "bodies"] => {}
            _ => {
                let message = "neither a line of the header nor a section of a LAMMPS data file".to_owned();
                return Err(reader.at_line(line, message, Some("sections: Masses, Atoms, Velocities, Bonds")));
            }
        }
        Ok(())
    }

    /// The edges, as columns.
    pub(super) fn cell(&self, reader: &Reader<'_>) -> Result<Matrix3<f64>, InputError> {
        let cell = match (self.edges, self.bounds) {
            ([Some(a), Some(b), Some(c)], _) => Matrix3::from_columns(&[a, b, c]),
            (_, [Some(x), Some(y), Some(z)]) => {
                let [xy, xz, yz] = self.tilts;
                Matrix3::new(x[1] - x[0], xy, xz, 0.0, y[1] - y[0], yz, 0.0, 0.0, z[1] - z[0])
            }
            _ => {
                let help =
                    "\"xlo xhi\", \"ylo yhi\", \"zlo zhi\" and, for a tilted cell, \"xy xz yz\"; or avec, bvec, cvec";
                return Err(reader.at_line(1, "the data file has no cell".to_owned(), Some(help)));
            }
        };
        if is_singular(&cell) || (self.edges[0].is_none() && cell.diagonal().min() <= 0.0) {
            return Err(reader.at_line(1, "the cell of the data file has no volume".to_owned(), None));
        }
        Ok(cell)
    }
}

/// Molecules are held together by bonds alone.
pub(super) fn refused(reader: &Reader<'_>, line: usize, what: &str) -> InputError {
    let message = format!("the data file has {what}; molecules are held together by bonds alone here");
    reader.at_line(line, message, Some("remove them, if molecules without them are meant"))
}
