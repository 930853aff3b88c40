//! Floor 11: the command line: raw arguments → resolved plan → run → report → exit code.
//!
//! The same command line serves raftlab's own reference and every submission, whose `main` is one
//! call of [`main`].

mod args;
mod bugs;
mod compare;
mod error;
mod explain;
mod failed;
mod gate;
mod grep;
mod list;
mod manifest;
mod merge;
mod new;
mod newest;
mod output;
mod partition;
mod plan;
mod replay;
mod report;
mod show;
mod test;
mod view;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::api::MakeRaft;
use args::{Args, Command};
pub use error::Exit;
use error::Failed;

/// Runs the command line on an implementation, called `name` in messages.
pub fn main(name: &str, make: MakeRaft) -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    match dispatch(args, name, make) {
        Ok(exit) => exit.into(),
        Err(Failed { exit, message }) => {
            output::error(&message);
            exit.into()
        }
    }
}

fn dispatch(args: Args, name: &str, make: MakeRaft) -> Result<Exit, Failed> {
    let Args { color, command } = args;
    output::decide_colour(color);
    match command {
        Command::New(args) => new::run(&args),
        Command::Test(args) => test::run(&plan::resolve(*args, name)?, make),
        Command::Replay(args) => replay::run(&args, make, color),
        Command::Show(args) => show::run(&args, color),
        Command::Merge(args) => merge::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Grep(args) => grep::run(&args, color),
        Command::List(args) => list::run(&args),
        Command::Bugs(args) => bugs::run(&args),
        Command::Explain(args) => explain::run(&args, color),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "raftlab", &mut script);
            output::print(&script)
        }
    }
}

/// Help and version are no mistake; everything else that the parser says is one.
fn usage(error: &clap::Error) -> ExitCode {
    // If even this cannot be written there is nobody to tell.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage.into() } else { Exit::Passed.into() }
}
