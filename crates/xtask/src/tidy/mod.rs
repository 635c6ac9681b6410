//! Every check reads a [`Tree`] (the files of the workspace) and answers with findings; errors fail the command.

mod citations;
mod dependencies;
mod equations;
mod invariants;
mod links;
mod sizes;
mod tree;

use std::io::Write as _;
use std::process::{Command, ExitCode};
use tree::Tree;

/// Whether a finding fails the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    level: Level,
    /// A path, with a line where there is one.
    place: String,
    message: String,
}

impl Finding {
    fn error(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { level: Level::Error, place: place.into(), message: message.into() }
    }
    fn warning(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(place, message) }
    }
}

/// Runs all checks on the workspace this program was built in.
pub(crate) fn run() -> ExitCode {
    let mut out = std::io::stdout().lock();
    match checks() {
        Ok(results) => {
            let (mut errors, mut warnings) = (0, 0);
            for (name, findings) in &results {
                let _ = writeln!(out, "{} {name}", if findings.is_empty() { "ok      " } else { "findings" });
                for Finding { level, place, message } in findings {
                    let (label, count) =
                        if *level == Level::Error { ("error", &mut errors) } else { ("warning", &mut warnings) };
                    *count += 1;
                    let _ = writeln!(out, "  {label}: {place}: {message}");
                }
            }
            let _ = writeln!(out, "tidy: {} checks, {errors} errors, {warnings} warnings", results.len());
            ExitCode::from(u8::from(errors > 0))
        }
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "tidy could not run: {message}");
            ExitCode::from(2)
        }
    }
}

fn checks() -> Result<Vec<(&'static str, Vec<Finding>)>, String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let tree = Tree::load(root.as_ref()).map_err(|error| format!("{root}: {error}"))?;
    let metadata = metadata(root)?;
    Ok(vec![
        ("dependencies run one way", dependencies::declared(&metadata)),
        ("sources name only what they may depend on", dependencies::named(&tree)),
        ("file sizes", sizes::check(&tree)),
        ("docs/equations.toml", equations::check(&tree)),
        ("links and paths in the documents", links::check(&tree)),
        ("documents named in the sources", links::check_sources(&tree)),
        ("every crate states its invariant", invariants::check(&tree)),
        ("every citation has its reference", citations::check(&tree)),
    ])
}

fn metadata(root: &str) -> Result<serde_json::Value, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))
}
