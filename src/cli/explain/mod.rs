//! `raftlab explain`: a section of the handout, or a mistake, on the terminal.

mod index;
mod terminal;
mod topic;

use std::io::{self, IsTerminal as _};

use super::args::{ColorChoice, ExplainArgs};
use super::error::{Exit, Failed};
use super::output;
use terminal::Page;
use topic::Topics;

/// Width where there is no terminal that has one.
const WIDTH: usize = 80;
/// Longer lines are hard to read.
const WIDTH_MAX: usize = 100;

pub(super) fn run(args: &ExplainArgs, color: ColorChoice) -> Result<Exit, Failed> {
    let page = Page { width: width(), styled: output::colours_stdout(color) };
    let topics = Topics::of(args.edition.into());
    let markdown = match &args.name[..] {
        [] => index::markdown(&topics),
        words => topics.named(&words.join(" ")).map_err(Failed::usage)?,
    };
    output::print(page.render(&markdown).as_bytes())
}

fn width() -> usize {
    let is_terminal = io::stdout().is_terminal();
    let terminal = is_terminal.then(|| terminal_size::terminal_size_of(io::stdout())).flatten();
    terminal.map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(20, WIDTH_MAX))
}
