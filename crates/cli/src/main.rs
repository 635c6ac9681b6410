//! The binary `omd`.
//!
//! Invariant: no physics here; it reads arguments, calls the crates below and says what happened.
// A command-line program talks on standard output and standard error.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod analyse;
mod args;
mod bars;
mod check;
mod export;
mod failure;
mod hooks;
mod new;
mod output;
mod report;
mod run;
mod self_similar;
mod start;
mod transport;
mod verify;

use clap::Parser;
use std::process::ExitCode;

/// What a shell sees of a program whose reader has gone: 128 and SIGPIPE.
const READER_GONE: i32 = 141;

/// `omd check input.toml | head` ends without a word when `head` has read enough, as other programs do.
fn end_with_the_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>();
        if said.is_some_and(|said| said.starts_with("failed printing to stdout")) {
            std::process::exit(READER_GONE);
        }
        usual(panic);
    }));
}

fn main() -> ExitCode {
    end_with_the_reader();
    let arguments = args::Cli::parse();
    if let Some(threads) = arguments.threads {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
        if let Err(error) = pool {
            eprintln!("error: {error}");
            return ExitCode::from(1);
        }
    }
    let quiet = arguments.quiet;
    let result = match &arguments.command {
        args::Command::Run(command) => run::run(command, quiet),
        args::Command::Resume(command) => run::resume(command, quiet),
        args::Command::Check(command) => check::check(command),
        args::Command::Analyse(command) => analyse::analyse(command, quiet),
        args::Command::New(command) => new::new(command, quiet),
        args::Command::Transport(command) => transport::transport(command, quiet),
        args::Command::SelfSimilar(command) => self_similar::self_similar(command, quiet),
        args::Command::Verify(command) => verify::verify(command, quiet),
        args::Command::Export(command) => export::export(command, quiet),
        args::Command::Report(command) => report::report(command, quiet),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let (message, mark) = (failure.message(), "error: ");
            // Those of an input have it already; who interrupts made no mistake.
            let bare = message.starts_with(mark) || matches!(failure, failure::Failure::Interrupted(_));
            eprintln!("{}{message}", if bare { "" } else { mark });
            failure.code()
        }
    }
}
