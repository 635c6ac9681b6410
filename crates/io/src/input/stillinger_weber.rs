//! Parameter files of Stillinger-Weber potentials, as LAMMPS has them.

use super::StructureFile;
use super::kinds::Kind;
use super::parameters::{ParameterFile, not_negative, of_entry, positive, refuse};
use super::reader::{Reader, Section};
use crate::units::{Quantity, UnitStyle, Units};
use omd_flow::Dimension;
use omd_hierarchy::experiment::Interaction;
use omd_interaction::StillingerWeber;
use std::path::Path;
use std::sync::Arc;

const NAMES: [&str; 11] = ["epsilon", "sigma", "a", "lambda", "gamma", "costheta0", "A", "B", "p", "q", "tol"];

/// `kind = "stillinger-weber"`.
pub(super) fn interaction(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    kind: &Kind,
    path: &Path,
) -> Option<(Interaction, StructureFile)> {
    let (name, element) = (reader.text(section, "parameters"), reader.text(section, "element"));
    let file = ParameterFile::read(reader, section, kind, path, name)?;
    let potential = of_entry(reader, section, &file, &element?, NAMES, potential)?;
    Some((Interaction::ManyBody(Arc::new(potential)), file.fingerprint()))
}

/// Electronvolts and angstrom to internal units.
fn potential(numbers: [f64; 11]) -> Result<StillingerWeber, String> {
    let [epsilon, sigma, a, lambda, gamma, cosine, amplitude, repulsion, p, q, tolerance] = numbers;
    positive(&[("epsilon", epsilon), ("sigma", sigma), ("a", a), ("A", amplitude), ("B", repulsion)])?;
    not_negative(&[("lambda", lambda), ("gamma", gamma), ("q", q), ("tol", tolerance)])?;
    if p <= q {
        return refuse("p", p, &format!("above q = {q}"));
    }
    let metal = Units::new(UnitStyle::Metal);
    let energy = metal.factor(Quantity::Of(Dimension::Energy));
    let sigma = sigma * metal.factor(Quantity::Of(Dimension::Length));
    let cutoff = StillingerWeber::cutoff_of(sigma, a, gamma, tolerance);
    if cutoff <= 0.0 {
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
