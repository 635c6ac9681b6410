//! The command line.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// From atoms to the continuum under one symmetry.
///
/// One input file names a flow (a 3x3 matrix A), an interaction and an initial state. omd solves it as objective
/// molecular dynamics, as kinetic theory and as hydrodynamics, and puts all of them into one table of observables.
#[derive(Debug, Parser)]
#[command(name = "omd", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Threads; the numbers do not depend on it. Default: all cores.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Print errors only.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 anything not named here; 2 the input or the directory is wrong; \
3 the physics stopped the run; 130 interrupted, resumable with `omd resume`.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run every description the input file names.
    ///
    /// Leaves one CSV a description, the final atoms, manifest.json and a checkpoint in the output directory. Ctrl-C
    /// writes a checkpoint and exits with 130; `omd resume DIR` goes on to the same bytes.
    Run(Run),
    /// Go on from the checkpoint of an interrupted or killed run.
    Resume(Resume),
    /// Read an input file and print what follows from it; nothing is run or written.
    Check(Check),
    /// Write a commented input file to start from.
    New(New),
    /// Find the objective group of a structure: the isometries that make it out of a few atoms.
    ///
    /// Reads extended XYZ or LAMMPS data and says whether it is an objective molecular structure, of how many molecules and
    /// atoms, with which screws, rotations and translations. Prints the `[molecular.group]` that makes it of one molecule. Atoms
    /// with a cell repeat along its periodic edges; without, they are taken as they are and as a piece of an infinite structure.
    Analyse(Analyse),
    /// Print transport coefficients of the input's interaction over a range of temperatures.
    ///
    /// Chapman-Enskog, of Sonine order as high as needed for 1e-6: viscosity, thermal conductivity, self-diffusion, the
    /// normal stresses of a shear flow and the Burnett coefficients of homogeneous flows, in the input's units.
    Transport(Transport),
    /// Compute the self-similar profile of Maxwell molecules under a constant velocity gradient.
    ///
    /// Growth rate, stress, moments as long as they are finite and the exponent of the tail, exactly; the profile itself by
    /// particles. Prints a summary and leaves tables and a picture in the output directory. The interaction has to be of
    /// Maxwell type: kind "maxwell", or "inverse-power" with exponent 4.
    SelfSimilar(SelfSimilar),
    /// Verify the arrows of Figure 1: measured convergence of every level to the next, with verdicts.
    ///
    /// Each arrow has studies with inputs of their own. Leaves verify.csv, verify.json and the page verify.html. A run
    /// that was interrupted goes on when it is called again. Exit code 1 when a claim fails.
    Verify(Verify),
    /// Write the files with which another program does the same experiment.
    Export(Export),
    /// Make one self-contained HTML file of an output directory.
    Report(Report),
}

/// `omd run`.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The input file (TOML).
    pub(crate) input: PathBuf,
    /// The output directory. Default: results/<input stem>.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace what an earlier run left in the output directory.
    #[arg(long)]
    pub(crate) force: bool,
}

/// `omd resume`.
#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// The output directory of the run.
    pub(crate) directory: PathBuf,
}

/// `omd check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The input file (TOML).
    #[arg(required_unless_present = "keys")]
    pub(crate) input: Option<PathBuf>,
    /// List every key an input file may have, with its unit, default and meaning.
    #[arg(long, conflicts_with = "input")]
    pub(crate) keys: bool,
}

/// `omd analyse`.
#[derive(Debug, Args)]
pub(crate) struct Analyse {
    /// The structure: extended XYZ or LAMMPS data.
    pub(crate) structure: PathBuf,
    /// How far an atom may be from where the group puts it, in the file's unit of length. Default: a fiftieth of the
    /// distance between neighbours.
    #[arg(long, value_name = "LENGTH", allow_negative_numbers = true)]
    pub(crate) tolerance: Option<f64>,
    /// How far the surroundings reach by which atoms of a piece of an infinite structure are compared. Default: beyond the
    /// second neighbours.
    #[arg(long, value_name = "LENGTH", allow_negative_numbers = true)]
    pub(crate) cutoff: Option<f64>,
    /// Do not repeat the cell, if there is one.
    #[arg(long)]
    pub(crate) finite: bool,
    /// Write group.toml and molecule.extxyz, for an input, into this directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write into a directory that is not empty.
    #[arg(long)]
    pub(crate) force: bool,
}

/// `omd new`.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The file to write; an existing one is never overwritten.
    pub(crate) file: PathBuf,
    /// Which start: argon (real units), reduced (Lennard-Jones units), maxwell (kinetic theory only).
    #[arg(long, value_enum, default_value_t)]
    pub(crate) template: Template,
}

/// What `omd new` can write.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub(crate) enum Template {
    /// Argon gas in simple shear, real units, all levels.
    #[default]
    Argon,
    /// A Lennard-Jones liquid in reduced units, atoms only.
    Reduced,
    /// Maxwell molecules: exact moments, DSMC, hydrodynamics.
    Maxwell,
}

/// `omd transport`.
#[derive(Debug, Args)]
pub(crate) struct Transport {
    /// The input file (TOML); its interaction, mass and units count.
    pub(crate) input: PathBuf,
    /// Lowest temperature, input units. Default: a tenth of the state's.
    #[arg(long, value_name = "T")]
    pub(crate) from: Option<f64>,
    /// Highest temperature, input units. Default: ten times the state's.
    #[arg(long, value_name = "T")]
    pub(crate) to: Option<f64>,
    /// How many temperatures, spaced evenly in log T.
    #[arg(long, default_value_t = 21, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) points: u32,
    /// Write the table as CSV to this file instead of the terminal.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `omd self-similar`.
#[derive(Debug, Args)]
pub(crate) struct SelfSimilar {
    /// The input file (TOML); its flow, interaction, density, mass and Knudsen number count.
    pub(crate) input: PathBuf,
    /// The constant velocity gradient L in place of the input's: nine numbers, rows after each other, 1/time.
    #[arg(long, value_name = "XX,XY,...", value_delimiter = ',', allow_hyphen_values = true, num_args = 1)]
    pub(crate) velocity_gradient: Option<Vec<f64>>,
    /// The highest order of moments.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=20))]
    pub(crate) order: u32,
    /// Spherical harmonics of the characteristic function, even: the profile without noise, in about 30 s for a shear at
    /// 24 on one core; its error is the change from two thirds of them. 0: only particles.
    #[arg(long, default_value_t = 24, value_parser = degree)]
    pub(crate) degree: usize,
    /// Particles of one replica; 0: no particles.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) particles: u32,
    /// Replicas, for standard errors.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) replicas: u32,
    /// Seed of the particles.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The output directory. Default: results/<input stem>-self-similar.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace what an earlier run left in the output directory.
    #[arg(long)]
    pub(crate) force: bool,
}

/// `omd verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// All arrows in less than five minutes on two cores, in place of the full study.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only this arrow; may be given more than once.
    #[arg(long = "arrow", value_name = "ARROW", value_parser = ARROWS)]
    pub(crate) arrows: Vec<String>,
    /// Only the study of this name; may be given more than once. The page has no other then.
    #[arg(long = "study", value_name = "STUDY", conflicts_with = "arrows")]
    pub(crate) studies: Vec<String>,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Plant a mistake, to see the studies find it.
    #[arg(long, value_name = "FAULT", value_parser = FAULTS)]
    pub(crate) plant: Option<String>,
    /// The output directory. Default: results/verify, results/verify-quick.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Compute again: forget the results of these arrows or studies (without any named, of all), and whatever another seed, form or version left in the output directory.
    #[arg(long)]
    pub(crate) force: bool,
}

const ARROWS: [&str; 10] = ["1", "2", "3", "4-mean-field", "4-boltzmann", "5", "6", "7", "diagram", "breakdown"];
const FAULTS: [&str; 3] = ["printed-dissipation", "collision-rate", "flow-sign"];

/// `omd export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Which program.
    #[command(subcommand)]
    pub(crate) target: Target,
}

/// Programs that can do objective molecular dynamics.
#[derive(Debug, Subcommand)]
pub(crate) enum Target {
    /// LAMMPS: a data file and an input script.
    ///
    /// For every A with real eigenvalues and a cell that can be upper triangular with it, possibly in a rotated frame; a cube
    /// of drawn atoms is turned if need be. The script runs replica 0 of `[molecular]` and leaves lammps.csv with the columns
    /// of molecular.csv.
    Lammps(Lammps),
}

/// `omd export lammps`.
#[derive(Debug, Args)]
pub(crate) struct Lammps {
    /// The input file (TOML).
    pub(crate) input: PathBuf,
    /// The output directory. Default: results/<input stem>-lammps.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write into a directory that is not empty.
    #[arg(long)]
    pub(crate) force: bool,
}

/// `omd report`.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The output directory of a run or of a verification.
    pub(crate) directory: PathBuf,
    /// Also write the overview as a picture, .png or .svg.
    #[arg(long, value_name = "FILE")]
    pub(crate) picture: Option<PathBuf>,
}

/// What `--degree` takes.
fn degree(text: &str) -> Result<usize, String> {
    let highest = omd_kinetic::self_similar::fourier::HIGHEST_DEGREE;
    let wrong = || format!("it must be 0 or an even number from 6 to {highest}");
    let degree: usize = text.parse().map_err(|_| wrong())?;
    if degree == 0 || (degree.is_multiple_of(2) && (6..=highest).contains(&degree)) { Ok(degree) } else { Err(wrong()) }
}
