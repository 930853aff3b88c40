//! The two places where a command writes: stdout for programs, stderr for people.

use std::io::{self, Write as _};

use colored::Colorize as _;

use super::args::ColorChoice;
use super::error::{Exit, Failed};

/// Decides whether anything is coloured. Most of it goes to stderr, so that is what counts, unless a
/// command writes for people to stdout.
pub(super) fn decide_colour(choice: ColorChoice, stream: &impl io::IsTerminal) {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    colored::control::set_override(match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => !unwanted && stream.is_terminal(),
    });
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

/// Writes to stdout. That a pipe was closed means that the reader has enough.
pub(super) fn print(bytes: &[u8]) -> Result<Exit, Failed> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Exit::Passed),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Passed),
        Err(error) => Err(Failed::trouble(format!("cannot write to stdout: {error}"))),
    }
}
