//! From an input file to plans that can run.

use crate::failure::Failure;
use omd_flow::Dimension;
use omd_hierarchy::{BuildError, Plan};
use omd_io::ResolvedInput;
use std::path::Path;

/// A checked input and its plans.
pub(crate) struct Start {
    pub(crate) input: ResolvedInput,
    pub(crate) plans: Vec<Plan>,
}

/// Reads `path` and starts replica 0 of every description: whatever is wrong is found before anything is written.
pub(crate) fn start(path: &Path) -> Result<Start, Failure> {
    let mut input = omd_io::read_input(path).map_err(Failure::input)?;
    let plans = plans(&input)?;
    input.warnings.extend(image_warning(&input, &plans));
    Ok(Start { input, plans })
}

/// What to say where atoms come near their own images during the run.
fn image_warning(input: &ResolvedInput, plans: &[Plan]) -> Option<String> {
    let near = omd_hierarchy::near_images(&input.experiment, plans).filter(omd_hierarchy::NearImages::are_felt)?;
    let of = |dimension, value| {
        let symbol = input.units.symbol(dimension);
        let space = if symbol.is_empty() { "" } else { " " };
        format!("{:.4}{space}{symbol}", input.units.to_style(dimension, value))
    };
    let (distance, cutoff) = (of(Dimension::Length, near.distance), of(Dimension::Length, near.cutoff));
    let range = if near.hard { "diameter" } else { "cutoff" };
    let nearest = format!(
        "the smallest image distance of the run is {distance}, at t = {}, the {range} {cutoff}",
        of(Dimension::Time, near.time)
    );
    Some(match near.meets_from {
        Some(time) if near.hard => format!(
            "[molecular] will stop near t = {}, where spheres touch their own images: {nearest}; more atoms or lattice = \
             \"auto\" postpone it",
            of(Dimension::Time, time)
        ),
        Some(time) => format!(
            "[molecular] atoms meet their own images from t = {} on: {nearest}; more atoms or lattice = \"auto\" \
             postpone it",
            of(Dimension::Time, time)
        ),
        None => format!("[molecular] an atom may feel two images of one neighbour: {nearest}"),
    })
}

/// The plans of an input; what keeps them from starting points at the input's key.
pub(crate) fn plans(input: &ResolvedInput) -> Result<Vec<Plan>, Failure> {
    omd_hierarchy::plans(&input.experiment).map_err(|error| wrong_start(input, &error))
}

/// A start that failed, as a message about the input.
pub(crate) fn wrong_start(input: &ResolvedInput, error: &BuildError) -> Failure {
    let message = error.message_in(&|dimension, value| input.units.show(dimension, value));
    Failure::input(input.diagnostic(error.section, error.key, &message))
}
