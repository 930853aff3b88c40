//! JUnit's XML, which most servers for continuous integration read.
//!
//! One `testcase` per test, not per run: viewers are not made for thousands of them. What its runs
//! came to stands in its properties, and in the message if any did not pass. `time` is processor
//! time, in seconds; virtual time would look as if a campaign had taken hours.

use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::Account;
use super::account::rule_name;
use super::units::{count, percent};
use super::verdict::share_of_failures;
use crate::lab::TestInfo;
use crate::runner::TestSummary;

/// Failing seeds that are named.
const NAMED: usize = 10;
/// Failures that are shown in full.
const SHOWN: usize = 3;

/// The report of a campaign.
///
/// # Errors
/// If it cannot be written as XML; no text is known of which that is so.
pub fn junit(account: &Account<'_>) -> Result<String, SerializeError> {
    let tests = &account.summary.tests;
    let mut report = Report::new(account.name());
    report.set_time(tests.iter().map(|test| test.cpu).sum());
    for part in tests.chunk_by(|one, other| one.test.part == other.test.part) {
        report.add_test_suite(suite(account, part));
    }
    report.to_string()
}

/// One part of the lab.
fn suite(account: &Account<'_>, tests: &[TestSummary]) -> TestSuite {
    let mut suite = TestSuite::new(&*tests[0].test.part);
    suite.set_time(tests.iter().map(|test| test.cpu).sum());
    suite.add_property(Property::new("seed", account.summary.seed.to_string()));
    suite.add_property(Property::new("digest", account.summary.digest().to_string()));
    suite.add_property(Property::new("raftlab", &*account.manifest.raftlab));
    suite.add_property(Property::new("implementation", &*account.manifest.implementation));
    suite.add_property(Property::new("time", "processor seconds"));
    suite.add_test_cases(tests.iter().map(|test| case(test, status(account, test))));
    suite
}

/// A test with the figures of its runs.
pub(super) fn case(test: &TestSummary, status: TestCaseStatus) -> TestCase {
    let TestInfo { part, name, .. } = &*test.test;
    let mut case = TestCase::new(&**name, status);
    case.set_classname(format!("raftlab.{part}")).set_time(test.cpu);
    let figures = [
        ("course-name", test.test.course_name.clone()),
        ("played", test.played.to_string()),
        ("passed", test.passed.to_string()),
        ("failed", test.failed().to_string()),
        ("virtual-seconds", format!("{:.6}", test.virtual_time.as_secs_f64())),
        ("rpcs", test.rpcs.to_string()),
        ("bytes", test.bytes.to_string()),
    ];
    case.add_properties(figures.map(|(name, value)| Property::new(name, value)));
    if let Some(planned) = test.planned {
        case.add_property(Property::new("planned", planned.to_string()));
    }
    if let Some(bound) = test.failure_rate_upper_95() {
        case.add_property(Property::new("failure-rate-upper-95", format!("{bound:.9}")));
    }
    if test.failed() > 0 {
        case.add_property(Property::new("failing-seeds", seeds(test)));
    }
    case
}

fn status(account: &Account<'_>, test: &TestSummary) -> TestCaseStatus {
    failure(account, test).unwrap_or_else(|| match test.played {
        0 => skipped("no run was played"),
        _ => TestCaseStatus::success(),
    })
}

/// Why a test was not tested.
pub(super) fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(why);
    status
}

/// The failures of a test; none if it has none.
pub(super) fn failure(account: &Account<'_>, test: &TestSummary) -> Option<TestCaseStatus> {
    let first = test.failures.first()?;
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(first.run.outcome.name());
    status.set_message(message(account, test));
    let blocks: Vec<String> = test.failures.iter().take(SHOWN).map(|result| account.block(result)).collect();
    let share = share_of_failures(blocks.len(), test.failed());
    let share = share.map_or_else(String::new, |share| format!("\n{share}\n"));
    status.set_description(format!("\n{}{share}", blocks.join("\n")));
    Some(status)
}

/// Which rule, how often, with which seeds, and how to see the first of them again.
fn message(account: &Account<'_>, test: &TestSummary) -> String {
    let Some(first) = test.failures.first() else { return String::new() };
    let rule = first.run.outcome.finding().map_or("", |finding| &finding.rule);
    let bound = test.failure_rate_upper_95().map_or_else(String::new, percent);
    format!(
        "{}: {} of {} failed (at most {bound} do, with 95 % confidence); seeds {}; {}",
        rule_name(rule),
        test.failed(),
        count(test.played, "run"),
        seeds(test),
        account.replay.of(first),
    )
}

fn seeds(test: &TestSummary) -> String {
    let named: Vec<String> = test.failures.iter().take(NAMED).map(|result| result.seed.to_string()).collect();
    let more = test.failed() - named.len() as u64;
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}
