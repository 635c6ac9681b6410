//! `omd transport`.

use crate::args::Transport;
use crate::failure::Failure;

/// Prints viscosity and self-diffusion over a range of temperatures.
pub(crate) fn transport(_arguments: &Transport, _quiet: bool) -> Result<(), Failure> {
    Err(Failure::Other("not there yet".to_owned()))
}
