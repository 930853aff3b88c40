//! `raftlab merge`: the slices of a campaign, put together.

use super::args::{MergeArgs, MessageFormat};
use super::error::{Exit, Failed};
use super::output;
use crate::report::{Human, Json, ReplayCommand};
use crate::runner::{Merged, StoreError};

pub(super) fn run(args: &MergeArgs) -> Result<Exit, Failed> {
    let merged = Merged::of(&args.folders).map_err(wrong)?;
    if let Some(folder) = &args.out {
        merged.write(folder).map_err(wrong)?;
    }
    let replay = ReplayCommand::of_this_program(&merged.manifest.options);
    if args.message_format == MessageFormat::Json {
        Json::new(std::io::stdout(), replay.clone()).summary(&merged.summary);
    }
    let mut human = Human::new(None, false, args.quiet, false, replay);
    human.merged(&merged.summary);
    Ok(say_what_is_wrong(&merged))
}

/// A folder that cannot be used.
pub(super) fn wrong(error: StoreError) -> Failed {
    match error {
        // A slice that was never begun is one of which all runs are missing.
        StoreError::Io { .. } | StoreError::Missing { .. } => Failed::trouble(error),
        _ => Failed::usage(error),
    }
}

/// A verdict on the implementation counts more than what is missing.
fn say_what_is_wrong(merged: &Merged) -> Exit {
    for contradiction in &merged.contradictions {
        let [one, other] = &contradiction.folders;
        output::error(&format!(
            "iteration {} of {} is not the same run in {} and in {}: something other than the seed decides",
            contradiction.iteration,
            contradiction.test,
            one.display(),
            other.display()
        ));
    }
    if merged.doubled > 0 {
        output::warning(&format!("{} runs were played twice, with the same result", merged.doubled));
    }
    merged.missing.iter().for_each(|text| output::error(text));
    let whole = merged.missing.is_empty() && merged.contradictions.is_empty() && !merged.summary.is_incomplete();
    match (merged.summary.failed(), whole) {
        (0, true) => Exit::Passed,
        (0, false) => Exit::Trouble,
        _ => Exit::Failed,
    }
}
