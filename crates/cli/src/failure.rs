//! How a command ends: every exit code is decided here.

use std::fmt::Display;
use std::process::ExitCode;

/// A command that did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Anything not named below: exit code 1.
    Other(String),
    /// The input or the directory is wrong: exit code 2.
    Input(String),
    /// The physics stopped the run: exit code 3.
    Physics(String),
    /// Interrupted, resumable: exit code 130.
    Interrupted(String),
}

impl Failure {
    /// A wrong input or directory.
    pub(crate) fn input(error: impl Display) -> Self {
        Self::Input(error.to_string())
    }
    /// Something else went wrong.
    pub(crate) fn other(error: impl Display) -> Self {
        Self::Other(error.to_string())
    }
    /// What the shell sees.
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Other(_) => 1,
            Self::Input(_) => 2,
            Self::Physics(_) => 3,
            Self::Interrupted(_) => 130,
        })
    }
    /// What the user reads.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Other(text) | Self::Input(text) | Self::Physics(text) | Self::Interrupted(text) => text,
        }
    }
}
