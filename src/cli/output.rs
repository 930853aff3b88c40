//! The two places where a command writes: stdout for programs, stderr for people.

use std::io::{self, IsTerminal as _, Write as _};

use colored::Colorize as _;

use super::args::ColorChoice;
use super::error::{Exit, Failed};

/// Decides once whether messages are coloured: they go to stderr, so that is what counts.
pub(super) fn decide_colour(choice: ColorChoice) {
    colored::control::set_override(is_coloured(choice, io::stderr().is_terminal()));
}

/// Whether a trace is coloured that goes to stdout.
pub(super) fn colours_stdout(choice: ColorChoice) -> bool {
    is_coloured(choice, io::stdout().is_terminal())
}

/// Whether what goes to a terminal, or to something else, is coloured.
pub(super) fn is_coloured(choice: ColorChoice, terminal: bool) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => !unwanted && terminal,
    }
}

/// Tells the user how it went.
pub(super) fn say(text: &str) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Tells the user what went wrong.
pub(super) fn error(message: &str) {
    let _ = writeln!(io::stderr(), "{} {message}", "error:".red().bold());
}

/// Tells the user what could be better.
pub(super) fn warning(message: &str) {
    let _ = writeln!(io::stderr(), "{} {message}", "warning:".yellow().bold());
}

/// Writes to stdout.
pub(super) fn print(bytes: &[u8]) -> Result<Exit, Failed> {
    let mut stdout = io::stdout().lock();
    to_stdout(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

/// What writing to stdout came to. That a pipe was closed means that the reader has enough.
pub(super) fn to_stdout(written: io::Result<()>) -> Result<Exit, Failed> {
    match written {
        Ok(()) => Ok(Exit::Passed),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Passed),
        Err(error) => Err(Failed::trouble(format!("cannot write to stdout: {error}"))),
    }
}
