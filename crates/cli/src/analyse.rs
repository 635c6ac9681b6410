//! `omd analyse`.

mod group;
mod report;

use crate::args::Analyse;
use crate::failure::Failure;
use group::group_table;
use omd_io::{prepare_folder, write_atomically, write_places};
use omd_molecular::{AtomSet, RecognitionError, RecognitionSettings, recognise};
use report::report;
use std::io::Write as _;

/// Of the molecule, in the output directory.
const MOLECULE: &str = "molecule.extxyz";
/// Of the group.
const GROUP: &str = "group.toml";

/// Prints which objective group a structure has, and writes what omd needs to go on with it.
pub(crate) fn analyse(arguments: &Analyse, quiet: bool) -> Result<(), Failure> {
    let (structure, periods) = omd_io::read_periodic_structure(&arguments.structure).map_err(Failure::input)?;
    let mut labels: Vec<String> = Vec::new();
    let mut number = |label: &String| {
        labels.iter().position(|other| other == label).unwrap_or_else(|| {
            labels.push(label.clone());
            labels.len() - 1
        })
    };
    let species = structure.species.iter().map(&mut number).collect();
    let periods = if arguments.finite { Vec::new() } else { periods };
    let atoms = AtomSet { positions: structure.positions, species, periods };
    let settings = RecognitionSettings { tolerance: arguments.tolerance, cutoff: arguments.cutoff };
    let found = recognise(&atoms, &settings).map_err(|error| refused(arguments, &error))?;
    let table = group_table(&found);
    let text = report(&arguments.structure.display().to_string(), &atoms, &labels, &found);
    if let Some(directory) = &arguments.out {
        let Some(table) = &table else {
            println!("{text}");
            return Err(Failure::Input(
                "error: there is no group to write: the identity makes nothing else".to_owned(),
            ));
        };
        let _lock = prepare_folder(directory, arguments.force).map_err(Failure::input)?;
        let (positions, species): (Vec<_>, Vec<_>) =
            found.molecule.iter().map(|(place, species)| (*place, labels[*species].clone())).unzip();
        write_atomically(&directory.join(MOLECULE), |file| write_places(file, &species, &positions))
            .map_err(Failure::input)?;
        let head = format!(
            "# Of {}, by omd analyse, in its units of length. Goes into an input with\n# [molecular]\n# structure = \
             \"{MOLECULE}\"\n\n",
            arguments.structure.display()
        );
        write_atomically(&directory.join(GROUP), |file| file.write_all((head + table).as_bytes()))
            .map_err(Failure::input)?;
    }
    if !quiet {
        println!("{text}");
        if let Some(table) = &table {
            print!("\n{table}");
        }
        if let Some(directory) = &arguments.out {
            println!("\n{GROUP} and {MOLECULE} in {}", directory.display());
        }
    }
    Ok(())
}

fn refused(arguments: &Analyse, error: &RecognitionError) -> Failure {
    let file = arguments.structure.display();
    Failure::Input(match error {
        RecognitionError::Tolerance(_) | RecognitionError::Cutoff(_) => {
            let text = error.to_string();
            let name = text.strip_prefix("the ").unwrap_or(&text);
            format!("error: --{name}")
        }
        RecognitionError::Close { .. } => format!("error: {file}: {error}\n  = help: --tolerance X gives another one"),
        _ => format!("error: {file}: {error}"),
    })
}
