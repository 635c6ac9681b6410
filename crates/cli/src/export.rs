//! `omd export`.

use crate::args::{Export, Target};
use crate::failure::Failure;
use crate::start::wrong_start;
use omd_flow::Matrix3;
use omd_hierarchy::{PreparedAtoms, plans, prepared_atoms};
use omd_io::{LAMMPS_INPUT, LAMMPS_START, LAMMPS_TABLE, LammpsExport};
use std::path::Path;

/// Writes the files of another program that does the same experiment.
pub(crate) fn export(arguments: &Export, quiet: bool) -> Result<(), Failure> {
    let Target::Lammps(arguments) = &arguments.target;
    let input = omd_io::read_input(&arguments.input).map_err(Failure::input)?;
    let export = LammpsExport::new(&input).map_err(Failure::input)?;
    let (mut experiment, turned) = export.experiment();
    // Only the atoms count.
    (experiment.dsmc, experiment.spectral, experiment.mean_field) = (None, None, None);
    (experiment.moments, experiment.galerkin, experiment.navier_stokes) = (None, None, None);
    let plans = plans(&experiment).map_err(|error| wrong_start(&input, &error))?;
    // LAMMPS begins where the flow does.
    let Some(PreparedAtoms { structure: start, bonds }) =
        prepared_atoms(&plans).map_err(|stop| Failure::Physics(stop.reason))?
    else {
        return Err(Failure::other("there are no atoms to export"));
    };
    export.check_bonds(&bonds).map_err(Failure::input)?;
    let frame = export.frame(&start).map_err(Failure::input)?;
    let directory = arguments.out.clone().unwrap_or_else(|| default_directory(&arguments.input));
    let _lock = omd_io::prepare_folder(&directory, arguments.force).map_err(Failure::input)?;
    export.write(&directory, &start, &bonds, &frame).map_err(Failure::other)?;
    if quiet {
        return Ok(());
    }
    if turned {
        println!(
            "the cube is turned: only so do its edges stay upper triangular under this flow; {LAMMPS_START} has the same \
             atoms for omd"
        );
    } else if frame.rotation != Matrix3::identity() {
        println!("the frame is rotated, so that the cell is upper triangular and stays so under this flow");
    }
    let shown = directory.display();
    println!("{} atoms; next: cd {shown} && lmp -in {LAMMPS_INPUT}; it writes {LAMMPS_TABLE}", start.positions.len());
    Ok(())
}

/// `results/<input stem>-lammps`.
fn default_directory(input: &Path) -> std::path::PathBuf {
    let mut name = input.file_stem().unwrap_or(input.as_os_str()).to_owned();
    name.push("-lammps");
    Path::new("results").join(name)
}
