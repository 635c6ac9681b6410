//! What a user should know of the velocities that a structure file brings.

use super::Parts;
use super::reader::Reader;
use super::tables::MolecularKeys;
use super::wording::rounded;
use crate::structure::{Structure, Velocities};
use crate::units::Quantity;
use omd_flow::{Dimension, Vector3};
use omd_hierarchy::experiment::{AtomStart, Preparation, Species};

/// Standard errors by which a share of the flow has to differ from all of it.
const ERRORS: f64 = 5.0;

/// Everything about `structure`, which makes `atoms` out of the file of this name.
pub(super) fn warnings(
    reader: &Reader<'_>,
    parts: &Parts<'_>,
    keys: &MolecularKeys,
    species: &Species,
    (structure, atoms, file): (&Structure, &AtomStart, &str),
) -> Vec<String> {
    let (AtomStart::Given { peculiar: Some(peculiar), .. } | AtomStart::Free { peculiar: Some(peculiar), .. }) = atoms
    else {
        return Vec::new();
    };
    // What moves under a thermostat before t = 0 starts from [state].
    if keys.prepare.as_ref().is_some_and(|prepare| prepare.equilibrates()) {
        return Vec::new();
    }
    let flow = flow_warning(reader, parts, structure, peculiar, file);
    let temperature = if flow.is_some() { None } else { temperature_warning(reader, parts, species, peculiar, file) };
    [flow, temperature, stress_warning(parts, file)].into_iter().flatten().collect()
}

/// Lab velocities contain the flow `A x`. Those of atoms that moved without one do not, and would start as a flow against `A`.
fn flow_warning(
    reader: &Reader<'_>,
    parts: &Parts<'_>,
    structure: &Structure,
    peculiar: &[Vector3<f64>],
    file: &str,
) -> Option<String> {
    let Some(Velocities::Lab(_)) = structure.velocities else { return None };
    let gradient =
        parts.flow.as_ref()?.velocity_gradient_at_zero() * reader.units.factor(Quantity::Of(Dimension::Length));
    let count = peculiar.len() as f64;
    let middle = structure.positions.iter().sum::<Vector3<f64>>() / count;
    let mean = peculiar.iter().sum::<Vector3<f64>>() / count;
    let flow: Vec<_> = structure.positions.iter().map(|x| gradient * (x - middle)).collect();
    let squares = flow.iter().map(Vector3::norm_squared).sum::<f64>();
    if squares == 0.0 {
        return None;
    }
    // The share of the flow that is too much, by least squares: 0, or -1 where there is none of it.
    let slope = flow.iter().zip(peculiar).map(|(u, w)| u.dot(&(w - mean))).sum::<f64>() / squares;
    let rest = flow.iter().zip(peculiar).map(|(u, w)| (w - mean - u * slope).norm_squared()).sum::<f64>();
    let error = (rest / (3.0 * count) / squares).sqrt();
    (slope < -0.5 && -slope > ERRORS * error).then(|| {
        format!(
            "the velocities of {file} are read as lab velocities, which contain the flow A x, but only {:.2}({:.2}) of it is in \
             them; where atoms moved without a flow, leave their velocities out, they are drawn then, or let them \
             `equilibrate` in [molecular.prepare]",
            1.0 + slope,
            error
        )
    })
}

/// What `[state]` says of stress does not reach atoms that bring their velocities.
fn stress_warning(parts: &Parts<'_>, file: &str) -> Option<String> {
    let key = match parts.state?.preparation {
        Preparation::NavierStokes => "preparation",
        Preparation::Equilibrium => {
            parts.tables.get("state")?.has("temperature-tensor").then_some("temperature-tensor")?
        }
    };
    Some(format!("`{key}` in [state] does not change the velocities of {file}: it is for descriptions without atoms"))
}

/// The velocities of the file decide: a user should know when `[state]` says something else.
fn temperature_warning(
    reader: &Reader<'_>,
    parts: &Parts<'_>,
    species: &Species,
    peculiar: &[Vector3<f64>],
    file: &str,
) -> Option<String> {
    let state = parts.state?;
    let count = peculiar.len() as f64;
    let weights = species.weights(peculiar.len()).ok()?;
    let momentum = peculiar.iter().zip(&weights).map(|(w, weight)| w * *weight).sum::<Vector3<f64>>();
    let mean = momentum / weights.iter().sum::<f64>();
    let squares = peculiar.iter().zip(&weights).map(|(w, weight)| weight * (w - mean).norm_squared());
    let found = species.reference_mass() * squares.sum::<f64>() / (3.0 * count);
    let stated = state.temperature_tensor?.trace() / 3.0;
    let others = super::description_names().any(|name| name != "molecular" && parts.tables.contains_key(name));
    ((found / stated - 1.0).abs() > 1e-3).then(|| {
        let shown = |temperature| rounded(reader.units.to_style(Dimension::Temperature, temperature));
        let (found, stated) = (shown(found), shown(stated));
        if others {
            format!(
                "the velocities of {file} have temperature {found}; descriptions without atoms start from [state], {stated}"
            )
        } else {
            format!("the velocities of {file} have temperature {found}; `temperature` in [state], {stated}, does not change them")
        }
    })
}
