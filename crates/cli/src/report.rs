//! `omd report`.

use crate::args::Report;
use crate::failure::Failure;
use omd_report::ReportError;

/// One HTML file, two where a directory holds a run and a verification; and the overview of a run as a picture where
/// asked for.
pub(crate) fn report(arguments: &Report, quiet: bool) -> Result<(), Failure> {
    let Report { directory, picture } = arguments;
    let mut pages = Vec::new();
    if omd_report::holds_verification(directory) {
        pages.push(omd_report::write_verification(directory).map_err(Failure::input)?);
    }
    match omd_report::write_report(directory) {
        // A verification alone has no tables of a run, and no picture.
        Err(ReportError::NoTables { .. }) if !pages.is_empty() && picture.is_none() => {}
        page => pages.push(page.map_err(Failure::input)?),
    }
    if let Some(picture) = picture {
        omd_report::write_picture(directory, picture).map_err(Failure::input)?;
    }
    if !quiet {
        for page in pages {
            println!("{}", page.display());
        }
    }
    Ok(())
}
