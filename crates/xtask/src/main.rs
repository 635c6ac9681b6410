//! House-keeping of the workspace: `cargo xtask tidy`.

mod tidy;

use std::io::Write as _;
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask tidy

  tidy    checks what the compiler does not: the direction of dependencies, file sizes, docs/equations.toml,
          links and paths in the documents, the invariant of each crate, and that every citation has its reference";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["tidy"] => tidy::run(),
        ["--help" | "-h"] => {
            // Nothing is left to do when the terminal is gone.
            let _ = writeln!(std::io::stdout(), "{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            let _ = writeln!(std::io::stderr(), "{USAGE}");
            ExitCode::from(2)
        }
    }
}
