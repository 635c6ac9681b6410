//! `omd new`: a commented input file to start from.

use crate::args::{New, Template};
use crate::failure::Failure;
use std::io::Write;

impl Template {
    /// The text: the examples themselves, which the tests run.
    fn text(self) -> &'static str {
        match self {
            Self::Argon => include_str!("../../../examples/argon-shear.toml"),
            Self::Reduced => include_str!("../../../examples/lennard-jones-liquid.toml"),
            Self::Maxwell => include_str!("../../../examples/maxwell-shear.toml"),
        }
    }
}

/// Writes the template; an existing file is left alone.
pub(crate) fn new(arguments: &New, quiet: bool) -> Result<(), Failure> {
    let path = arguments.file.display();
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(&arguments.file);
    let mut file = file.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::Input(format!("{path} exists already and is left as it is; choose another name"))
        }
        _ => Failure::Input(format!("{path} cannot be written: {error}")),
    })?;
    file.write_all(arguments.template.text().as_bytes())
        .map_err(|error| Failure::other(format!("{path} could not be written: {error}")))?;
    if !quiet {
        println!("{path} written. Next: omd check {path}; omd run {path}");
    }
    Ok(())
}
