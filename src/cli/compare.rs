//! `raftlab compare`: two campaigns that were played, side by side.

use super::args::{CompareArgs, MessageFormat};
use super::error::{Exit, Failed};
use super::gate;
use crate::gate::Verdict;
use crate::report::{Human, Json, ReplayCommand, comparison_text};

pub(super) fn run(args: &CompareArgs) -> Result<Exit, Failed> {
    let paths = [&*args.baseline, &*args.campaign];
    let names = paths.map(|path| path.display().to_string());
    let (comparison, manifest) = gate::compare_stored(paths, [&names[0], &names[1]], args.gate.as_deref())?;
    let replay = ReplayCommand::of_this_program(&manifest.options);
    if args.message_format == MessageFormat::Json {
        Json::new(std::io::stdout(), replay.clone()).comparison(&comparison);
    }
    let text = comparison_text(&comparison, args.verbose, args.quiet, &replay);
    Human::new(Some(0), false, args.quiet, args.verbose, replay).line(&text);
    Ok(if comparison.verdict() == Verdict::Worse { Exit::Worse } else { Exit::Passed })
}
