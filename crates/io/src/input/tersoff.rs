//! Parameter files of Tersoff potentials, as LAMMPS has them.

use super::kinds::Kind;
use super::parameters::{not_negative, of_triples, positive, refuse};
use super::physics::Read;
use super::reader::{Reader, Section};
use crate::units::{Quantity, UnitStyle, Units};
use omd_flow::Dimension;
use omd_interaction::Tersoff;
use std::path::Path;

const NAMES: [&str; 14] =
    ["m", "gamma", "lambda3", "c", "d", "costheta0", "n", "beta", "lambda2", "B", "R", "D", "lambda1", "A"];

/// `kind = "tersoff"`.
pub(super) fn interaction(reader: &mut Reader<'_>, section: &Section<'_>, kind: &Kind, path: &Path) -> Option<Read> {
    of_triples(reader, section, kind, path, NAMES, potential, |_, _| Ok(()))
}

/// Electronvolts and angstrom to internal units; what is of the pair is looked at where the triple `is_pair`.
fn potential(numbers: [f64; 14], is_pair: bool) -> Result<Tersoff, String> {
    let [m, gamma, lambda_3, c, d, cosine, n, beta, lambda_2, attraction, middle, half_width, lambda_1, repulsion] =
        numbers;
    if m != 1.0 && m != 3.0 {
        return refuse("m", m, "1 or 3");
    }
    positive(&[("d", d), ("D", half_width)])?;
    if is_pair {
        positive(&[("n", n), ("lambda2", lambda_2), ("lambda1", lambda_1), ("A", repulsion)])?;
    }
    not_negative(&[("gamma", gamma), ("lambda3", lambda_3), ("c", c), ("beta", beta), ("B", attraction)])?;
    if middle <= half_width {
        return refuse("R", middle, &format!("above D = {half_width}"));
    }
    let metal = Units::new(UnitStyle::Metal);
    let energy = metal.factor(Quantity::Of(Dimension::Energy));
    let length = metal.factor(Quantity::Of(Dimension::Length));
    Ok(Tersoff {
        exponent: m as i32,
        gamma,
        lambda_3: lambda_3 / length,
        c,
        d,
        cosine,
        n,
        beta,
        lambda_2: lambda_2 / length,
        attraction: attraction * energy,
        middle: middle * length,
        half_width: half_width * length,
        lambda_1: lambda_1 / length,
        repulsion: repulsion * energy,
    })
}
