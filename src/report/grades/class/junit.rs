//! A class in JUnit's XML.

use quick_junit::{SerializeError, TestCase};

use crate::grade::Grade;
use crate::report::ReplayCommand;
use crate::report::account::line;
use crate::report::grades::junit::{cases, report, suite};

/// A class, for whoever grades: a suite for each submission, a case for each test. `replay` is how they
/// repeat a run of a submission.
///
/// # Errors
/// If it cannot be written as XML; no text is known of which that is so.
pub fn class_junit(grades: &[Grade], replay: impl Fn(&Grade) -> ReplayCommand) -> Result<String, SerializeError> {
    let suites = grades.iter().map(|grade| {
        let cases = grade.tests().map(|(test, _)| &test.test).zip(cases(grade, &replay(grade)));
        // Viewers put together what has one class: the submission is part of it.
        let named = cases.map(|(test, case)| named(case, &test.path(), &line(&grade.name), &test.part));
        suite(&grade.name, grade, named)
    });
    report("a class", suites)
}

fn named(mut case: TestCase, path: &str, submission: &str, part: &str) -> TestCase {
    case.name = path.into();
    case.set_classname(format!("raftlab.{submission}.{part}"));
    case
}
