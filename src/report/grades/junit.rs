//! Submissions in JUnit's XML: what costs points is a failure, and what does not build is an error.
//!
//! Times are 0: what they would be is not the same every time.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{account, feedback, mark};
use crate::grade::{Grade, Mark, State};
use crate::report::account::{line, rule_name};
use crate::report::junit::{case, failure, skipped};
use crate::report::{Account, ReplayCommand};
use crate::runner::TestSummary;

/// One submission, for whoever grades: a suite for each part, a case for each test. `replay` is how they
/// repeat a run.
///
/// # Errors
/// If it cannot be written as XML; no text is known of which that is so.
pub fn grade_junit(grade: &Grade, replay: &ReplayCommand) -> Result<String, SerializeError> {
    let tests: Vec<(&TestSummary, &Mark)> = grade.tests().collect();
    let mut cases = cases(grade, replay).into_iter();
    let parts = tests.chunk_by(|(one, _), (other, _)| one.test.part == other.test.part);
    let suites = parts.map(|part| suite(&part[0].0.test.part, grade, cases.by_ref().take(part.len())));
    report(&grade.name, suites)
}

/// A report of these suites, all in no time.
pub(super) fn report(name: &str, suites: impl Iterator<Item = TestSuite>) -> Result<String, SerializeError> {
    let mut report = Report::new(format!("raftlab: {}", line(name)));
    report.set_time(Duration::ZERO);
    report.add_test_suites(suites);
    report.to_string()
}

/// Tests of a submission.
pub(super) fn suite(name: &str, grade: &Grade, cases: impl Iterator<Item = TestCase>) -> TestSuite {
    let mut suite = TestSuite::new(line(name));
    suite.set_time(Duration::ZERO);
    let figures = [
        ("submission", grade.name.clone()),
        ("state", mark::state_of(grade).to_owned()),
        ("score", grade.score().to_string()),
        ("max-score", grade.max().to_string()),
        ("seed", grade.summary.seed.to_string()),
        ("digest", grade.summary.digest().to_string()),
        ("raftlab", grade.manifest.raftlab.clone()),
    ];
    suite.add_properties(figures.map(|(name, value)| Property::new(name, line(&value))));
    suite.add_properties(grade.remarks.iter().map(|remark| Property::new("remark", line(remark))));
    suite.add_test_cases(cases);
    suite
}

/// All tests of a submission.
pub(super) fn cases(grade: &Grade, replay: &ReplayCommand) -> Vec<TestCase> {
    let account = account(grade, replay);
    let mut cases: Vec<TestCase> = grade.tests().map(|(test, mark)| graded(&account, grade, test, mark)).collect();
    // Once is enough: it is the same for all of them, and may be long.
    if let (Some(first), Some(error)) = (cases.first_mut(), &grade.build_error) {
        first.status.set_description(format!("\n{}", feedback::build_error(error)));
    }
    cases
}

fn graded(account: &Account<'_>, grade: &Grade, test: &TestSummary, mark: &Mark) -> TestCase {
    let mut case = case(test, status(account, grade, test, mark));
    let figures = [
        ("score", mark.score.to_string()),
        ("max-score", mark.max.to_string()),
        ("credit", mark.grading.credit.to_string()),
        ("state", mark::state(mark.state).to_owned()),
        ("visibility", mark.grading.visibility.name().to_owned()),
        ("seeds", mark::seeds(mark).to_owned()),
    ];
    case.add_properties(figures.map(|(name, value)| Property::new(name, value)));
    case
}

fn status(account: &Account<'_>, grade: &Grade, test: &TestSummary, mark: &Mark) -> TestCaseStatus {
    match mark.state {
        State::NotBuilt => not_built(grade.build_error.as_deref().unwrap_or_default()),
        State::Open => skipped(&mark::runs(test, mark)),
        _ if mark::is_met(test, mark) => TestCaseStatus::success(),
        _ => failure(account, test).unwrap_or_else(|| without_failures(test, mark)),
    }
}

fn not_built(error: &str) -> TestCaseStatus {
    let error = feedback::build_error(error);
    let is_error = |line: &&str| line.trim_start().starts_with("error");
    let first = error.lines().find(is_error).or_else(|| error.lines().next()).unwrap_or_default();
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("not-built").set_message(format!("the submission does not build: {}", rule_name(first)));
    status
}

/// It lost its points although no run failed, as where none was played in time.
fn without_failures(test: &TestSummary, mark: &Mark) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(mark::state(mark.state)).set_message(mark::runs(test, mark));
    status
}
