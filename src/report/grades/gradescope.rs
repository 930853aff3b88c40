//! Gradescope's `results.json`.
//!
//! Gradescope adds up what the tests earn, shows each test to whom its `visibility` says, and numbers them
//! like the parts. Instructors always see all tests. Everything is text, not `ansi`: that would let evidence
//! colour what stands around it.
//!
//! Whether students see their total is Gradescope's to decide: not as long as a test waits for the due date
//! or for grades to be published, and with `hidden` tests its documentation says both. Nothing here tells the
//! total, so that it can never be told from here what hidden tests earned.

use serde_json::{Value, json};

use super::{feedback, mark};
use crate::grade::{Grade, Mark};
use crate::lab::Seeds;
use crate::report::ReplayCommand;
use crate::runner::TestSummary;

/// The `results.json` of a submission. `replay` is how its author repeats a run at home.
///
/// Of tests with secret seeds, it tells nothing from which a seed could be known, not even if they are
/// hidden: earlier results lie beside later submissions of the same student while those are graded.
pub fn gradescope(grade: &Grade, replay: &ReplayCommand) -> String {
    let mut results = json!({
        "output": feedback::of_submission(grade),
        "output_format": "text",
        "visibility": "visible",
        // Whoever grades knows what the command prints; that no student may is easier to keep.
        "stdout_visibility": "hidden",
        "tests": tests(grade, replay),
        "extra_data": extra_data(grade),
    });
    // Where tests have scores, one for all would only replace their sum.
    if grade.marks.is_empty() {
        results["score"] = json!(0);
    }
    format!("{results:#}\n")
}

fn tests(grade: &Grade, replay: &ReplayCommand) -> Vec<Value> {
    let tests: Vec<(&TestSummary, &Mark)> = grade.tests().collect();
    let parts = tests.chunk_by(|(one, _), (other, _)| one.test.part == other.test.part);
    let numbered = parts.enumerate().flat_map(|(part, tests)| {
        tests.iter().enumerate().map(move |(place, tested)| (format!("{}.{}", part + 1, place + 1), tested))
    });
    numbered.map(|(number, (test, mark))| one(test, mark, &number, replay)).collect()
}

fn one(test: &TestSummary, mark: &Mark, number: &str, replay: &ReplayCommand) -> Value {
    json!({
        "name": mark::title(test),
        "name_format": "text",
        "number": number,
        "score": mark::number(mark.score),
        "max_score": mark::number(mark.max),
        "status": if mark::is_met(test, mark) { "passed" } else { "failed" },
        "visibility": mark.grading.visibility.name(),
        "output": feedback::of_test(test, mark, replay),
        "output_format": "text",
        "tags": [test.test.part],
        "extra_data": {
            "state": mark::state(mark.state),
            "credit": mark.grading.credit.to_string(),
            "planned": test.planned,
            "played": test.played,
            "passed": test.passed,
        },
    })
}

/// What nobody reads there, but programs that ask for results later.
fn extra_data(grade: &Grade) -> Value {
    let mut data = json!({
        "raftlab": grade.manifest.raftlab,
        "state": mark::state_of(grade),
        "tests": grade.marks.len(),
        "played": grade.summary.played(),
        "failed": grade.summary.failed(),
    });
    if grade.marks.iter().all(|mark| mark.grading.seeds == Seeds::Public) {
        data["seed"] = json!(grade.summary.seed.to_string());
    }
    data
}
