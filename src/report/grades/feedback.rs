//! What students learn: how many runs passed, what that earns, what went wrong, and how to see it at home.
//!
//! Two things are never in it: the places of traces, which are elsewhere, and whatever tells the seed of a
//! run where seeds are secret: the seed, the iteration, the command that repeats it. Which tests students may
//! see at all is for the caller to know, but nothing here names one that they do not see at once.

use std::fmt::Write as _;

use super::mark;
use super::mistakes::Mistakes;
use crate::grade::{Grade, Mark, State};
use crate::lab::{Mistake, Seeds};
use crate::report::ReplayCommand;
use crate::report::account::{BLOCK_MAX, clipped, plain};
use crate::report::failure::{contradiction, head, repeat, title, usual_mistakes};
use crate::report::verdict::share_of_failures;
use crate::runner::{RunResult, TestSummary};

/// Failures of a test that are shown in full.
const SHOWN: usize = 3;
/// Characters of what the compiler said: the first error is the one that matters.
const BUILD_ERROR_MAX: usize = 8_000;

/// What there is to say of a test: plain text.
pub(super) fn of_test(test: &TestSummary, mark: &Mark, replay: &ReplayCommand) -> String {
    let mut text = format!("{} {}\n", mark::runs(test, mark), mark::credit(mark));
    for block in blocks(test.failures.iter().take(SHOWN).map(|result| (result, mark)), replay) {
        let _ = write!(text, "\n{block}");
    }
    if let Some(share) = share_of_failures(test.failures.len().min(SHOWN), test.failed()) {
        let _ = writeln!(text, "\n{share}");
    }
    text
}

/// What is wrong with these runs, of tests that are graded like this: plain text.
pub(super) fn blocks<'a>(
    failures: impl IntoIterator<Item = (&'a RunResult, &'a Mark)>,
    replay: &ReplayCommand,
) -> Vec<String> {
    let mut mistakes = Mistakes::default();
    let block = |(result, mark): (&RunResult, &Mark)| {
        let replay = (mark.grading.seeds == Seeds::Public).then_some(replay);
        plain(&block(result, replay, &mistakes.new_ones(result)))
    };
    failures.into_iter().map(block).collect()
}

/// Without a `replay`, nothing in it tells the run's seed. However long the evidence is, the advice and the
/// command below it are there.
fn block(result: &RunResult, replay: Option<&ReplayCommand>, mistakes: &[&Mistake]) -> String {
    let Some(finding) = result.run.outcome.finding() else { return String::new() };
    let told = clipped(&plain(&contradiction(finding)), BLOCK_MAX) + &usual_mistakes(mistakes);
    match replay {
        Some(replay) => format!("{}\n{told}{}", head(result), repeat(result, replay)),
        None => format!("{}\n{told}", title(result)),
    }
}

/// What there is to say of the whole submission: plain text.
pub(super) fn of_submission(grade: &Grade) -> String {
    let mut text = format!("{}\n", progress(grade));
    if let Some(error) = &grade.build_error {
        let _ = write!(text, "\n{}", build_error(error));
    }
    for line in unfinished(grade) {
        let _ = write!(text, "\n{line}");
    }
    text
}

/// Whether it builds, and how far it was graded.
pub(super) fn progress(grade: &Grade) -> &'static str {
    let is_any = |state| grade.marks.iter().any(|mark| mark.state == state);
    if grade.build_error.is_some() {
        "The submission does not build: nothing could be played."
    } else if is_any(State::Open) {
        "The submission builds; not all of its runs were played yet."
    } else if is_any(State::Cut) {
        "The submission builds; the time was over before all of its runs were played."
    } else {
        "The submission builds, and its tests are graded for good."
    }
}

/// The tests of which not all runs were played, among those that students see.
pub(super) fn unfinished(grade: &Grade) -> Vec<String> {
    let is_unfinished = |mark: &Mark| matches!(mark.state, State::Open | State::Cut | State::GivenUp);
    let tests = grade.tests().filter(|(_, mark)| mark::is_shown(mark) && is_unfinished(mark));
    tests.map(|(test, mark)| format!("{}: {}", test.test.path(), mark::runs(test, mark))).collect()
}

/// What the compiler said: plain text. It repeats what the sources hold, so that it is theirs, too.
pub(super) fn build_error(error: &str) -> String {
    clipped(&plain(error), BUILD_ERROR_MAX)
}
