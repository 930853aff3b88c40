//! What a campaign came to, in a few words.

use super::units::{count, percent};
use crate::runner::{Ending, Summary, TestSummary};

/// Failing tests of which the rate is told.
const TOLD: usize = 4;

/// How many runs passed, and how many did not.
pub(super) fn verdict(summary: &Summary) -> String {
    let (played, failed) = (summary.played(), summary.failed());
    if failed == 0 {
        return format!("{} passed, 0 failed", count(played, "run"));
    }
    format!("{}: {} passed, {failed} failed", count(played, "run"), played - failed)
}

/// Why these are not all runs; none if they are.
pub(super) fn note(summary: &Summary) -> Option<String> {
    let planned = summary.planned().map(|planned| format!("{planned} runs were planned"));
    if summary.ending == Some(Ending::TimeBudget) {
        let planned = planned.map_or_else(String::new, |planned| format!("; {planned}"));
        return Some(format!("ended by its time budget{planned}"));
    }
    let incomplete = planned.map_or_else(|| "interrupted".to_owned(), |planned| format!("incomplete: {planned}"));
    summary.is_incomplete().then_some(incomplete)
}

/// How many of the failures are shown, if not all are.
pub(super) fn share_of_failures(shown: usize, failed: u64) -> Option<String> {
    (failed > shown as u64).then(|| format!("{shown} of {failed} shown"))
}

/// How often each test may still fail, as far as its runs can tell; none if nothing was played, or if
/// all runs failed, of which there is nothing more to tell.
pub(super) fn rates(summary: &Summary) -> Option<String> {
    let played = || summary.tests.iter().filter(|test| test.played > 0);
    let failing = || played().filter(|test| test.failed() > 0 && test.failed() < test.played);
    let told: Vec<String> = failing().take(TOLD).map(told).collect();
    let sound = played().filter(|test| test.failed() == 0).filter_map(TestSummary::failure_rate_upper_95);
    let sound = sound.reduce(f64::max).map(|bound| {
        let who = if played().all(|test| test.failed() == 0) { "each test" } else { "each other test" };
        format!("{who} at most {}", percent(bound))
    });
    let more = failing().skip(TOLD).count() as u64;
    let more = (more > 0).then(|| format!("{} failed, too", count(more, "other test")));
    let all: Vec<String> = told.into_iter().chain(more).chain(sound).collect();
    (!all.is_empty()).then(|| format!("failure rate (95 % confidence): {}", all.join("; ")))
}

fn told(test: &TestSummary) -> String {
    let seen = test.failed() as f64 / test.played as f64;
    let bound = test.failure_rate_upper_95().unwrap_or(1.0);
    format!("{} {} seen, at most {}", test.test.path(), percent(seen), percent(bound))
}
