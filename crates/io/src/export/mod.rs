//! The same experiment for LAMMPS: a data file, an input script and what its potential needs.

mod bonds;
mod frame;
mod pair;
mod script;

pub use frame::TriangularFrame;

use crate::diagnostic::InputError;
use crate::files::{FileError, write_atomically};
use crate::input::ResolvedInput;
use crate::structure::{Frame, write_data, write_frame};
use crate::units::{Quantity, UnitStyle, Units};
use bonds::BondCommands;
use omd_flow::{Dimension, Structure};
use omd_hierarchy::experiment::{
    AtomStart, Engine, Experiment, Interaction, LatticeChoice, MolecularSettings, Species, StepControl,
};
use pair::Pair;
use script::Script;
use std::io::{self, Write};
use std::path::Path;

/// The input script of an exported experiment.
pub const LAMMPS_INPUT: &str = "in.lammps";
/// Its atoms, in the frame LAMMPS needs.
pub const LAMMPS_DATA: &str = "start.data";
/// The same atoms in the frame of the input file, for omd.
pub const LAMMPS_START: &str = "start.extxyz";
/// The table LAMMPS writes, with the columns of `molecular.csv`.
pub const LAMMPS_TABLE: &str = "lammps.csv";

/// Tables below `[molecular]` and `[interaction]` that an export understands, or that do not change the motion.
const KNOWN: [&str; 6] = ["bonds", "build", "group", "pairs", "prepare", "trajectory"];

/// An experiment that LAMMPS can do, before its atoms are known.
#[derive(Debug)]
pub struct LammpsExport<'a> {
    input: &'a ResolvedInput,
    /// That of the files: the input's, but `metal` where the potential is read from a file or is a KIM model.
    units: Units,
    pair: Pair,
    bonds: Option<BondCommands>,
    /// Upper bound of the step.
    time_step: f64,
}

impl<'a> LammpsExport<'a> {
    /// Checks that LAMMPS has what `input` asks for.
    ///
    /// # Errors
    /// [`InputError`] that points at what it has not: complex eigenvalues of `A`, hard spheres, encounters, other groups than
    /// the translations of a cell, thermostats, steps that follow the temperature.
    pub fn new(input: &'a ResolvedInput) -> Result<Self, InputError> {
        let refused = |section: &str, key: &str, message: &str| Err(input.diagnostic(section, key, message));
        let experiment = &input.experiment;
        let Some(settings) = &experiment.molecular else {
            let message = format!("{} has no [molecular]: there are no atoms to export", input.path.display());
            return Err(InputError::about_file(message, None));
        };
        // Not even a table that is newer than this is passed over in silence.
        let other = input.keys.iter().filter(|key| key.given).find_map(|key| {
            let (table, part) = key.section.split_once('.')?;
            let part = part.split('.').next().unwrap_or_default();
            (["molecular", "interaction"].contains(&table) && !KNOWN.contains(&part)).then_some((table, part))
        });
        if let Some(("molecular", "thermostat")) = other {
            let message =
                "LAMMPS's thermostats are not that of [molecular.thermostat]; export is of an input without one";
            return refused("molecular", "thermostat", message);
        }
        if let Some((table, part)) = other {
            return refused(table, part, &format!("`omd export lammps` cannot write what [{table}.{part}] says"));
        }
        let gradient = experiment.flow.velocity_gradient_at_zero();
        if TriangularFrame::of_cube(&gradient, 1.0).is_none() {
            let rate = input.units.factor(Quantity::Of(Dimension::Rate));
            let values = gradient.complex_eigenvalues();
            let value = values.iter().max_by(|a, b| a.im.total_cmp(&b.im)).copied().unwrap_or_default() / rate;
            let message = format!(
                "the eigenvalues {:.6} +- {:.6} i of A are complex; LAMMPS's cells are triangular, so it can do a flow only \
                 where all eigenvalues of A are real",
                value.re, value.im
            );
            return refused("flow", "velocity-gradient", &message);
        }
        if let Some(Interaction::HardSphere { .. }) = experiment.interaction {
            return refused("interaction", "kind", "LAMMPS has no hard spheres that collide at exact times");
        }
        if settings.group.is_some() {
            return refused("molecular", "group", "LAMMPS has the images of a cell only, no other groups");
        }
        let scheme = match settings.engine {
            Some(Engine::TimeStepped(scheme)) => scheme,
            _ => {
                return refused(
                    "molecular",
                    "engine",
                    "LAMMPS moves atoms by time steps; export needs \"time-stepped\"",
                );
            }
        };
        if scheme.control != StepControl::Fixed {
            let message = "LAMMPS's step is fixed; export needs time-step-control = \"fixed\"";
            return refused("molecular", "time-step-control", message);
        }
        // Files and models are in electronvolts and angstrom.
        let cluster = matches!(experiment.interaction, Some(Interaction::Cluster(_)));
        let metal = input.parameters.is_some() || cluster;
        let units = if metal { Units::new(UnitStyle::Metal) } else { input.units };
        let (pair, bonds) = (Pair::new(input, &units)?, BondCommands::new(input));
        Ok(Self { input, units, pair, bonds, time_step: scheme.time_step })
    }

    /// The experiment whose atoms are exported: that of the input, but drawn atoms in a cube that LAMMPS cannot move have
    /// theirs turned. The flag says so.
    ///
    /// What cannot be turned is refused by [`Self::frame`].
    #[must_use]
    pub fn experiment(&self) -> (Experiment, bool) {
        let mut experiment = self.input.experiment.clone();
        let gradient = experiment.flow.velocity_gradient_at_zero();
        let density = experiment.state.number_density;
        let Some(MolecularSettings { start: AtomStart::Drawn { atoms, lattice, .. }, .. }) = &mut experiment.molecular
        else {
            return (experiment, false);
        };
        let edge = (*atoms as f64 / density).cbrt();
        let cube = omd_flow::Matrix3::from_diagonal_element(edge);
        if *lattice != LatticeChoice::Cubic || TriangularFrame::of_lattice(&gradient, &cube).is_some() {
            return (experiment, false);
        }
        match TriangularFrame::of_cube(&gradient, edge) {
            Some(frame) => {
                *lattice = LatticeChoice::Edges(frame.rotation * frame.cell);
                (experiment, true)
            }
            None => (experiment, false),
        }
    }

    /// The frame in which LAMMPS can do the flow with the cell of `start`.
    ///
    /// # Errors
    /// [`InputError`] where no basis of its lattice stays upper triangular.
    pub fn frame(&self, start: &Structure) -> Result<TriangularFrame, InputError> {
        let gradient = self.input.experiment.flow.velocity_gradient_at_zero();
        let frame = start.cell.and_then(|cell| TriangularFrame::of_lattice(&gradient, &cell));
        frame.ok_or_else(|| self.no_frame())
    }

    /// Refuses `bonds` that a data file cannot say: it names the atoms, and LAMMPS takes the nearest image.
    ///
    /// # Errors
    /// [`InputError`] where two atoms are bonded in several images.
    pub fn check_bonds(&self, bonds: &[[usize; 2]]) -> Result<(), InputError> {
        let mut pairs: Vec<_> = bonds.iter().map(|[a, b]| [*a.min(b), *a.max(b)]).collect();
        pairs.sort_unstable();
        let Some(pair) = pairs.windows(2).find(|two| two[0] == two[1]) else { return Ok(()) };
        let [first, second] = pair[0].map(|atom| atom + 1);
        let message = format!(
            "LAMMPS bonds an atom with the nearest image of another; atom {first} is bonded with several of atom {second}"
        );
        Err(self.input.diagnostic("interaction", "bonds", &message))
    }

    /// Writes all files into `directory` for the atoms `start` at t = 0, in their `frame`; `bonds` are pairs of them, from 0.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn write(
        &self,
        directory: &Path,
        start: &Structure,
        bonds: &[[usize; 2]],
        frame: &TriangularFrame,
    ) -> Result<(), FileError> {
        let experiment = &self.input.experiment;
        let settings = experiment.molecular.as_ref();
        let species = match settings.map(|settings| &settings.start) {
            Some(AtomStart::Given { species, .. } | AtomStart::Free { species, .. }) => species.as_slice(),
            _ => &[],
        };
        let shown = Frame {
            sample: 0,
            time: 0.0,
            cell: start.cell.as_ref(),
            species,
            positions: &start.positions,
            lab_velocities: &start.lab_velocities,
        };
        let put = |name: &str, write: &dyn Fn(&mut dyn Write) -> io::Result<()>| {
            write_atomically(&directory.join(name), |mut out| write(&mut out))
        };
        let species = self.species(&shown);
        put(LAMMPS_DATA, &|mut out| write_data(&mut out, &shown, frame, &species, bonds, &self.units))?;
        put(LAMMPS_START, &|mut out| write_frame(&mut out, &shown, &self.input.units))?;
        let script = Script {
            experiment,
            frame,
            units: &self.units,
            pair: &self.pair,
            bonds: self.bonds.as_ref().map(|commands| (commands, bonds.len())),
            time_step: self.time_step,
            atoms: start.positions.len(),
        };
        put(LAMMPS_INPUT, &|out| out.write_all(script.text().as_bytes()))?;
        for (name, bytes) in &self.pair.files {
            put(name, &|out| out.write_all(bytes))?;
        }
        Ok(())
    }

    /// What the atoms of `frame` are and weigh.
    fn species(&self, frame: &Frame<'_>) -> Species {
        let experiment = &self.input.experiment;
        let species = experiment.molecular.as_ref().and_then(|settings| settings.species.clone());
        species.unwrap_or_else(|| Species::named(frame.label(0), experiment.state.mass))
    }

    fn no_frame(&self) -> InputError {
        let settings = self.input.experiment.molecular.as_ref();
        let message = "LAMMPS's cells are upper triangular; under this flow a cell stays so, after a rotation, only when \
                       one of its edges is an eigenvector of A and it and another edge span a plane that A keeps, and no \
                       basis of this lattice is like that";
        let key = match settings.map(|settings| &settings.start) {
            Some(AtomStart::Drawn { .. }) => "lattice",
            _ => "structure",
        };
        self.input.diagnostic("molecular", key, message)
    }
}
