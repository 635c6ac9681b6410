//! Figure 1 of the paper as a set of studies, each with measured distances, claims about them and verdicts.
//!
//! A [`Study`] is a list of [`Task`]s, each a few numbers computed from nothing but its own parameters and seed, and a
//! judgement of all of them. Tasks are the unit of work and of resuming: what is computed is kept by its name, so that a
//! study that was interrupted goes on with the tasks that are missing, in any order and on any number of threads, to the
//! same bits. The studies themselves are in [`crate::arrows`].

mod finding;
mod fit;
mod run;

pub use finding::{Claim, Curve, Finding, Map, Plot, Table, Verdict, worst};
pub use fit::{
    Fit, Power, Slopes, chi_square_tail, line, power, richardson, richardson_even, student_quantile, student_tail,
};
pub use run::{Keep, RunError, run};

use omd_flow::{Advance, Description, Monitor, Pace, Stop};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One of the seven arrows of Figure 1, or what is made of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Arrow {
    /// (1) molecular dynamics to objective molecular dynamics.
    #[serde(rename = "1")]
    MolecularSymmetry,
    /// (2) molecular dynamics to kinetic theory.
    #[serde(rename = "2")]
    MolecularToKinetic,
    /// (3) kinetic theory to reduced kinetic theory.
    #[serde(rename = "3")]
    KineticSymmetry,
    /// (4) objective molecular dynamics to the reduced mean-field equation.
    #[serde(rename = "4-mean-field")]
    MeanFieldLimit,
    /// (4) objective molecular dynamics to the reduced Boltzmann equation.
    #[serde(rename = "4-boltzmann")]
    BoltzmannGradLimit,
    /// (5) kinetic theory to hydrodynamics.
    #[serde(rename = "5")]
    KineticToHydrodynamic,
    /// (6) hydrodynamics to reduced hydrodynamics.
    #[serde(rename = "6")]
    HydrodynamicSymmetry,
    /// (7) reduced kinetic theory to reduced hydrodynamics.
    #[serde(rename = "7")]
    HydrodynamicLimit,
    /// Different ways from one corner to the other.
    #[serde(rename = "diagram")]
    Diagram,
    /// Where each description ceases to hold.
    #[serde(rename = "breakdown")]
    Breakdown,
}

impl Effort {
    /// As in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Full => "full",
        }
    }
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::PrintedDissipation, Self::CollisionRate, Self::FlowSign];

    /// As on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PrintedDissipation => "printed-dissipation",
            Self::CollisionRate => "collision-rate",
            Self::FlowSign => "flow-sign",
        }
    }
}

impl Arrow {
    /// In the order of the paper.
    pub const ALL: [Self; 10] = [
        Self::MolecularSymmetry,
        Self::MolecularToKinetic,
        Self::KineticSymmetry,
        Self::MeanFieldLimit,
        Self::BoltzmannGradLimit,
        Self::KineticToHydrodynamic,
        Self::HydrodynamicSymmetry,
        Self::HydrodynamicLimit,
        Self::Diagram,
        Self::Breakdown,
    ];

    /// As on the command line and in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MolecularSymmetry => "1",
            Self::MolecularToKinetic => "2",
            Self::KineticSymmetry => "3",
            Self::MeanFieldLimit => "4-mean-field",
            Self::BoltzmannGradLimit => "4-boltzmann",
            Self::KineticToHydrodynamic => "5",
            Self::HydrodynamicSymmetry => "6",
            Self::HydrodynamicLimit => "7",
            Self::Diagram => "diagram",
            Self::Breakdown => "breakdown",
        }
    }

    /// The arrow of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|arrow| arrow.name() == name)
    }

    /// From where to where.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::MolecularSymmetry => "molecular dynamics to objective molecular dynamics",
            Self::MolecularToKinetic => "molecular dynamics to kinetic theory",
            Self::KineticSymmetry => "kinetic theory to reduced kinetic theory",
            Self::MeanFieldLimit => "objective molecular dynamics to reduced kinetic theory, mean field",
            Self::BoltzmannGradLimit => "objective molecular dynamics to reduced kinetic theory, Boltzmann-Grad",
            Self::KineticToHydrodynamic => "kinetic theory to hydrodynamics",
            Self::HydrodynamicSymmetry => "hydrodynamics to reduced hydrodynamics",
            Self::HydrodynamicLimit => "reduced kinetic theory to reduced hydrodynamics",
            Self::Diagram => "the diagram commutes",
            Self::Breakdown => "where the descriptions cease to hold",
        }
    }
}

impl fmt::Display for Arrow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// How much is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effort {
    /// All arrows within five minutes on two cores.
    Quick,
    /// The published study.
    Full,
}

/// A mistake made on purpose, to see that the studies find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The dissipation of (20) without its factor `4/(3 rho)`.
    PrintedDissipation,
    /// Collisions of the kinetic descriptions 5 % too frequent.
    CollisionRate,
    /// The reduced description of an arrow runs under `-A`.
    FlowSign,
}

/// What the studies are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// How much is spent.
    pub effort: Effort,
    /// Seed of everything random.
    pub seed: u64,
    /// A planted mistake.
    pub fault: Option<Fault>,
}

impl Settings {
    /// `quick` or `full`, by the effort.
    #[must_use]
    pub fn choose<T>(&self, quick: T, full: T) -> T {
        match self.effort {
            Effort::Quick => quick,
            Effort::Full => full,
        }
    }

    /// Whether this fault is planted.
    #[must_use]
    pub fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

/// Why a task has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// The user wants to stop.
    #[error("interrupted")]
    Interrupted,
    /// It cannot be done.
    #[error("{0}")]
    Failed(String),
}

impl TaskError {
    /// A failure with the words of `error`.
    pub fn failed(error: impl fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<Stop> for TaskError {
    fn from(stop: Stop) -> Self {
        Self::Failed(format!("stopped at t = {}: {}", stop.time, stop.reason))
    }
}

impl From<crate::BuildError> for TaskError {
    fn from(error: crate::BuildError) -> Self {
        Self::failed(error)
    }
}

/// Asks whether the user wants to stop.
#[derive(Clone, Copy)]
pub struct Interrupt<'a>(pub &'a (dyn Fn() -> bool + Sync));

impl Interrupt<'_> {
    /// # Errors
    /// [`TaskError::Interrupted`] when the user wants to stop.
    pub fn check(self) -> Result<(), TaskError> {
        if self.0() { Err(TaskError::Interrupted) } else { Ok(()) }
    }

    /// Moves a description to `until`.
    ///
    /// # Errors
    /// [`TaskError`]: the physics or the user stopped it.
    pub fn advance(mut self, description: &mut dyn Description, until: f64) -> Result<(), TaskError> {
        match description.advance(until, &mut self)? {
            Advance::Arrived => Ok(()),
            Advance::Paused => Err(TaskError::Interrupted),
        }
    }
}

impl Monitor for Interrupt<'_> {
    fn at(&mut self, _: f64) -> Pace {
        if self.0() { Pace::Pause } else { Pace::Continue }
    }
}

/// What a task does.
pub type Work = Box<dyn Fn(Interrupt<'_>) -> Result<Vec<f64>, TaskError> + Send + Sync>;

/// A part of a study that is computed and kept as a whole.
pub struct Task {
    /// Unique within the study; with the study's name and the settings it decides every bit of the result.
    pub name: String,
    /// About how many seconds it takes: long ones are started first.
    pub seconds: f64,
    /// Computes the numbers.
    pub work: Work,
}

impl Task {
    /// A task of about `seconds`.
    pub fn new(
        name: impl Into<String>,
        seconds: f64,
        work: impl Fn(Interrupt<'_>) -> Result<Vec<f64>, TaskError> + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), seconds, work: Box::new(work) }
    }
}

/// Judges the results of all tasks, in the order of the tasks.
pub type Judge = Box<dyn Fn(&[Vec<f64>]) -> Finding + Send + Sync>;

/// One question about an arrow.
pub struct Study {
    /// The arrow.
    pub arrow: Arrow,
    /// Unique, `kebab-case`.
    pub name: &'static str,
    /// What is asked, one sentence.
    pub title: &'static str,
    /// What is computed, with every parameter that decides the numbers.
    pub input: String,
    /// The work.
    pub tasks: Vec<Task>,
    /// What follows from it.
    pub judge: Judge,
}
