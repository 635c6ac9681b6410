//! `omd report`.

use crate::args::Report;
use crate::failure::Failure;

/// One HTML file, and the overview as a picture where asked for.
pub(crate) fn report(arguments: &Report, quiet: bool) -> Result<(), Failure> {
    let page = omd_report::write_report(&arguments.directory).map_err(Failure::input)?;
    if let Some(picture) = &arguments.picture {
        omd_report::write_picture(&arguments.directory, picture).map_err(Failure::input)?;
    }
    if !quiet {
        println!("{}", page.display());
    }
    Ok(())
}
