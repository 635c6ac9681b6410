//! Parameter files of Stillinger-Weber potentials, as LAMMPS has them.

use super::kinds::Kind;
use super::parameters::{not_negative, of_triples, positive, refuse};
use super::physics::Read;
use super::reader::{Reader, Section};
use crate::units::{Quantity, UnitStyle, Units};
use omd_flow::Dimension;
use omd_interaction::StillingerWeber;
use std::path::Path;

const NAMES: [&str; 11] = ["epsilon", "sigma", "a", "lambda", "gamma", "costheta0", "A", "B", "p", "q", "tol"];

/// `kind = "stillinger-weber"`.
pub(super) fn interaction(reader: &mut Reader<'_>, section: &Section<'_>, kind: &Kind, path: &Path) -> Option<Read> {
    of_triples(reader, section, kind, path, NAMES, potential, same_bending)
}

/// Refuses what would depend on which of two neighbours comes first.
fn same_bending(one: &StillingerWeber, other: &StillingerWeber) -> Result<(), String> {
    let bending = |triple: &StillingerWeber| (triple.epsilon * triple.lambda, triple.cosine);
    let same = bending(one) == bending(other);
    if same { Ok(()) } else { Err("epsilon lambda or costheta0 is another; two neighbours have no order".to_owned()) }
}

/// Electronvolts and angstrom to internal units; what is of the pair is looked at where the triple `is_pair`.
fn potential(numbers: [f64; 11], is_pair: bool) -> Result<StillingerWeber, String> {
    let [epsilon, sigma, a, lambda, gamma, cosine, amplitude, repulsion, p, q, tolerance] = numbers;
    not_negative(&[("epsilon", epsilon), ("lambda", lambda), ("gamma", gamma), ("q", q), ("tol", tolerance)])?;
    if is_pair {
        positive(&[("epsilon", epsilon), ("sigma", sigma), ("a", a), ("A", amplitude), ("B", repulsion)])?;
        if p <= q {
            return refuse("p", p, &format!("above q = {q}"));
        }
    }
    let metal = Units::new(UnitStyle::Metal);
    let energy = metal.factor(Quantity::Of(Dimension::Energy));
    let sigma = sigma * metal.factor(Quantity::Of(Dimension::Length));
    let cutoff = StillingerWeber::cutoff_of(sigma, a, gamma, tolerance);
    if is_pair && cutoff <= 0.0 {
        return refuse("tol", tolerance, "so small that something is left of the potential");
    }
    Ok(StillingerWeber {
        epsilon: epsilon * energy,
        sigma,
        a,
        lambda,
        gamma,
        cosine,
        amplitude,
        repulsion,
        p,
        q,
        cutoff,
    })
}
