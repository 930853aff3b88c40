//! `raftlab show`: a trace that was stored, as it is or in another view.

use std::fs;
use std::io::{self, BufWriter, Write as _};

use super::args::{ColorChoice, ShowArgs};
use super::error::{Exit, Failed};
use super::{output, view};
use crate::runner::lines_of;

pub(super) fn run(args: &ShowArgs, color: ColorChoice) -> Result<Exit, Failed> {
    let path = args.trace.display();
    let mut view = view::resolve(&args.view, output::colours_stdout(color))?;
    let file = fs::metadata(&args.trace).map_err(|error| Failed::usage(format!("cannot read {path}: {error}")))?;
    if file.is_dir() {
        return Err(Failed::usage(format!(
            "{path} is a folder; name one trace in it, or search all with raftlab grep"
        )));
    }
    let mut stdout = BufWriter::new(io::stdout().lock());
    let (mut lines, mut shown, mut text, mut written) = (0_u64, 0_u64, Vec::new(), Ok(()));
    lines_of(&args.trace, |line| {
        lines += 1;
        if view.keeps(line) {
            shown += 1;
            text.clear();
            view.draw(line, &mut text);
            written = stdout.write_all(&text);
        }
        written.is_ok()
    })
    .map_err(|error| Failed::trouble(format!("cannot read {path}: {error}")))?;
    output::to_stdout(written.and_then(|()| stdout.flush()))?;
    if shown == 0 && lines > 0 {
        return Err(Failed::nothing(format!("{path} has no such line; without these options it shows {lines}")));
    }
    Ok(Exit::Passed)
}
