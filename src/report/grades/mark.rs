//! What one test earned, in words and numbers.

use serde_json::{Value, json};

use crate::grade::{Grade, Mark, State};
use crate::lab::{Credit, Points, Seeds, Visibility};
use crate::report::account::line;
use crate::report::units::count;
use crate::runner::TestSummary;

/// How far a submission was graded, in a word.
pub(super) fn state_of(grade: &Grade) -> &'static str {
    match (&grade.build_error, grade.is_final()) {
        (Some(_), _) => "not built",
        (None, true) => "graded",
        (None, false) => "partial",
    }
}

/// How far a test was graded, in a word.
pub(super) const fn state(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Cut => "cut",
        State::GivenUp => "given up",
        State::Complete => "complete",
        State::NotBuilt => "not built",
    }
}

/// What its runs are drawn from, as in a lab file.
pub(super) const fn seeds(mark: &Mark) -> &'static str {
    match mark.grading.seeds {
        Seeds::Public => "public",
        Seeds::Secret => "secret",
    }
}

/// Students see it at once. What they see later is not for a file that they have now.
pub(super) fn is_shown(mark: &Mark) -> bool {
    mark.grading.visibility == Visibility::Visible
}

/// The runs are what its credit asks for. Where there is nothing to be earned, the score does not tell.
pub(super) fn is_met(test: &TestSummary, mark: &Mark) -> bool {
    match mark.state {
        State::Open | State::NotBuilt => false,
        _ if mark.max > Points::default() => mark.is_full(),
        _ => mark.grading.credit.earned(1, test.passed, counted(test, mark)) == Points::whole(1),
    }
}

/// Runs that its credit is a share of.
fn counted(test: &TestSummary, mark: &Mark) -> u64 {
    match mark.state {
        State::GivenUp => test.planned.unwrap_or(0).max(test.played),
        _ => test.played,
    }
}

/// `2C/figure8-unreliable: Figure 8 (unreliable)`, in one line.
pub(super) fn title(test: &TestSummary) -> String {
    line(&format!("{}: {}", test.test.path(), test.test.title))
}

/// Points as a number of JSON, whole ones without a fraction.
pub(super) fn number(points: Points) -> Value {
    if points.0.is_multiple_of(100) { json!(points.floor()) } else { json!(points.number()) }
}

/// How many of its runs passed, and why these are not all.
pub(super) fn runs(test: &TestSummary, mark: &Mark) -> String {
    let (played, planned) = (count(test.played, "run"), test.planned.unwrap_or(test.played));
    let rest = planned.saturating_sub(test.played);
    let passed = format!("{} of {played} passed", test.passed);
    match mark.state {
        State::NotBuilt => "There is no program to play it with.".to_owned(),
        State::Complete => format!("{passed}."),
        State::Open => format!("{passed} so far; {rest} of {planned} are still to be played."),
        State::Cut if test.played == 0 => "The time was over before its first run was played.".to_owned(),
        State::Cut => {
            format!("{passed}: the time was over before the other {rest} were played, and it is graded by these.")
        }
        State::GivenUp => format!(
            "{passed}. So many came to no end by themselves that the other {rest} were not played; they count as not \
             passed."
        ),
    }
}

/// What it earned, and by which rule.
pub(super) fn credit(mark: &Mark) -> String {
    let (score, max) = (mark.score, mark.max);
    if max == Points::default() {
        return "It is not worth any points.".to_owned();
    }
    let rule = match mark.grading.credit {
        Credit::All => "all points if every run passes, and else none".to_owned(),
        Credit::Share => "the share of its runs that pass".to_owned(),
        Credit::Least { passed, of } => format!("all points if at least {passed} of {of} runs pass, and else none"),
    };
    match mark.state {
        State::Open => format!("Of {max} points it is to earn {rule}."),
        _ => format!("It earns {score} of {max} points: {rule}."),
    }
}

/// Which runs must pass, for a table.
pub(super) fn asked(credit: Credit) -> String {
    match credit {
        Credit::All => "all runs".to_owned(),
        Credit::Share => "share of runs".to_owned(),
        Credit::Least { .. } => format!("{credit} runs"),
    }
}

/// `198/200`, for a table.
pub(super) fn passed(test: &TestSummary) -> String {
    format!("{}/{}", test.passed, test.played)
}
