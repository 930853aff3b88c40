//! A class for programs: one object with everything that is known.

use serde_json::{Value, json};

use super::causes::causes;
use super::tests_of::tests_of;
use crate::grade::{Grade, Mark};
use crate::report::ReplayCommand;
use crate::report::grades::{feedback, mark};
use crate::runner::{Ending, Record, RunResult, TestSummary};

/// A class, for programs of whoever grades. Points are numbers, times are in microseconds of the run's own.
/// `replay` is how they repeat a run of a submission.
pub fn class_json(grades: &[Grade], replay: impl Fn(&Grade) -> ReplayCommand) -> String {
    let submissions: Vec<Value> = grades.iter().map(|grade| submission(grade, &replay(grade))).collect();
    let class = json!({
        "submissions": submissions,
        "tests": tests_of_class(grades),
        "causes": causes_of_class(grades),
    });
    format!("{class:#}\n")
}

fn submission(grade: &Grade, replay: &ReplayCommand) -> Value {
    let summary = &grade.summary;
    json!({
        "name": grade.name,
        "state": mark::state_of(grade),
        "score": mark::number(grade.score()),
        "max": mark::number(grade.max()),
        "build_error": grade.build_error.as_deref().map(feedback::build_error),
        "remarks": grade.remarks,
        "raftlab": grade.manifest.raftlab,
        "seed": summary.seed.to_string(),
        "digest": summary.digest().to_string(),
        "ending": summary.ending.map(Ending::name),
        "rules_not_watched": summary.not_watched().map(|rule| rule.name).collect::<Vec<_>>(),
        "played": summary.played(),
        "failed": summary.failed(),
        "tests": grade.tests().map(|(test, mark)| tested(test, mark, replay)).collect::<Vec<Value>>(),
        "causes": causes_of_class(std::slice::from_ref(grade)),
    })
}

fn tested(test: &TestSummary, mark: &Mark, replay: &ReplayCommand) -> Value {
    let (info, grading) = (&test.test, &mark.grading);
    json!({
        "part": info.part,
        "test": info.name,
        "course_name": info.course_name,
        "title": info.title,
        "state": mark::state(mark.state),
        "score": mark::number(mark.score),
        "max": mark::number(mark.max),
        "met": mark::is_met(test, mark),
        "credit": grading.credit.to_string(),
        "visibility": grading.visibility.name(),
        "seeds": mark::seeds(mark),
        "planned": test.planned,
        "played": test.played,
        "passed": test.passed,
        "failed": test.failed(),
        "failures": test.failures.iter().map(|result| failed(result, replay)).collect::<Vec<Value>>(),
    })
}

fn failed(result: &RunResult, replay: &ReplayCommand) -> Value {
    let Record { iteration, seed, outcome, digest, virtual_time_us, trace, failure, .. } = Record::of(result);
    json!({
        "iteration": iteration,
        "seed": seed,
        "outcome": outcome,
        "digest": digest,
        "virtual_time_us": virtual_time_us,
        "trace": trace,
        "failure": failure,
        "replay": replay.of(result),
    })
}

fn tests_of_class(grades: &[Grade]) -> Vec<Value> {
    let tests = tests_of(grades).into_iter().map(|test| {
        json!({
            "part": test.info.part,
            "test": test.info.name,
            "submissions": test.submissions,
            "met": test.met,
            "score": mark::number(test.score),
            "max": mark::number(test.max),
        })
    });
    tests.collect()
}

fn causes_of_class(grades: &[Grade]) -> Vec<Value> {
    let causes = causes(grades).into_iter().map(|cause| {
        json!({
            "outcome": cause.outcome,
            "rule": cause.rule,
            "submissions": cause.submissions.iter().map(|place| &grades[*place].name).collect::<Vec<&String>>(),
            "failed": cause.failed,
            "tests": cause.tests,
        })
    });
    causes.collect()
}
