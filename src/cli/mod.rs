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
#[cfg(unix)]
mod grade;
mod grep;
mod list;
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

use crate::api::{MakeRaft, Submission};
#[cfg(unix)]
use crate::grade::{Supervised, become_confined, begin};
use args::{Args, Command};
pub use error::Exit;
use error::Failed;

/// What the program of a submission that is graded begins with: it lets go of what no submission needs,
/// and then calls the submission's own `main`. `raftlab grade` writes this call.
pub fn graded(main: impl FnOnce() -> ExitCode) -> ExitCode {
    #[cfg(unix)]
    return begin(main);
    #[cfg(not(unix))]
    main()
}

/// Runs the command line on an implementation, called `name` in messages.
pub fn main(name: &str, make: MakeRaft) -> ExitCode {
    main_of(name, Submission::raft(make))
}

/// The same for an implementation that may have a key/value service, too.
pub fn main_of(name: &str, submission: Submission) -> ExitCode {
    #[cfg(unix)]
    if let Some(exit) = serve_a_grader(submission) {
        return exit;
    }
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    match dispatch(args, name, submission) {
        Ok(exit) => exit.into(),
        Err(Failed { exit, message }) => {
            output::error(&message);
            exit.into()
        }
    }
}

/// What else this program may be than a command line: a submission that a grader plays, or the
/// beginning of a confined program.
#[cfg(unix)]
fn serve_a_grader(submission: Submission) -> Option<ExitCode> {
    if let Some(supervised) = Supervised::take() {
        return Some(supervised.serve(submission));
    }
    let error = become_confined()?;
    output::error(&format!("cannot start a confined program: {error}"));
    Some(Exit::Trouble.into())
}

fn dispatch(args: Args, name: &str, submission: Submission) -> Result<Exit, Failed> {
    let Args { color, command } = args;
    output::decide_colour(color);
    match command {
        Command::New(args) => new::run(&args),
        Command::Test(args) => test::run(&plan::resolve(*args, name, submission)?, submission),
        Command::Replay(args) => replay::run(&args, submission, color),
        Command::Show(args) => show::run(&args, color),
        #[cfg(unix)]
        Command::Grade(args) => grade::run(&args),
        #[cfg(not(unix))]
        Command::Grade(_) => {
            Err(Failed::usage("`grade` plays submissions in processes that it confines, which it can on Unix alone"))
        }
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
