//! From an input file to plans that can run.

use crate::failure::Failure;
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
    let input = omd_io::read_input(path).map_err(Failure::input)?;
    let plans = plans(&input)?;
    Ok(Start { input, plans })
}

/// The plans of an input; what keeps them from starting points at the input's key.
pub(crate) fn plans(input: &ResolvedInput) -> Result<Vec<Plan>, Failure> {
    omd_hierarchy::plans(&input.experiment).map_err(|error| wrong_start(input, &error))
}

/// A start that failed, as a message about the input.
pub(crate) fn wrong_start(input: &ResolvedInput, error: &BuildError) -> Failure {
    Failure::input(input.diagnostic(error.section, error.key, &error.message))
}
