//! One JSON object per line, as things happen.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::ReplayCommand;
use crate::gate::{Comparison, FailedRun, Row, TestComparison, Verdict};
use crate::runner::{Ending, Group, Record, RunResult, Summary, TestSummary, failure_rate_upper_95};

/// Writes JSON lines to a program that reads them. When it reads no more, nothing more is
/// written, and the campaign goes on: its exit code still counts.
pub struct Json<W> {
    output: W,
    replay: ReplayCommand,
    error: Option<io::Error>,
}

impl<W: Write> Json<W> {
    /// A writer of lines to `output`.
    pub fn new(output: W, replay: ReplayCommand) -> Json<W> {
        Json { output, replay, error: None }
    }

    /// A run was played.
    pub fn run(&mut self, result: &RunResult) {
        let line = self.run_object(result);
        self.write(&line);
    }

    /// The campaign has ended.
    pub fn summary(&mut self, summary: &Summary) {
        for test in &summary.tests {
            self.write(&test_object(test));
        }
        for group in summary.groups() {
            let line = self.cause_object(group, summary);
            self.write(&line);
        }
        self.write(&json!({
            "type": "summary",
            "seed": summary.seed.to_string(),
            "runs": summary.played(),
            "failed": summary.failed(),
            "failure_rate_upper_95": rounded(failure_rate_upper_95(summary.failed(), summary.played())),
            "interrupted": summary.is_incomplete(),
            "ending": summary.ending.map(Ending::name),
            "digest": summary.digest().to_string(),
            "rules_not_watched": summary.not_watched().map(|rule| rule.name).collect::<Vec<_>>(),
        }));
    }

    /// What a comparison with another campaign came to: a line for each figure and each failure, and one
    /// for all.
    pub fn comparison(&mut self, comparison: &Comparison) {
        for (test, row) in comparison.rows() {
            self.write(&figure_object(test, row));
        }
        let failures = &comparison.failures;
        for (change, runs) in [("new", &failures.new), ("gone", &failures.gone), ("shared", &failures.shared)] {
            for run in runs {
                let line = self.failure_object(change, run);
                self.write(&line);
            }
        }
        self.write(&json!({
            "type": "comparison",
            "baseline": comparison.names[0],
            "campaign": comparison.names[1],
            "verdict": comparison.verdict().name(),
            "pairs": comparison.pairs(),
            "identical": comparison.identical(),
            "new_failures": failures.new.len(),
            "gone_failures": failures.gone.len(),
            "shared_failures": failures.shared.len(),
            "remarks": comparison.remarks,
        }));
    }

    /// Why nothing more could be written, if that was so.
    pub fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    fn run_object(&self, result: &RunResult) -> Value {
        let mut record = json!(Record::of(result));
        record["type"] = json!("run");
        if let Some(failure) = record["failure"].as_object_mut() {
            failure.insert("replay".to_owned(), json!(self.replay.of(result)));
        }
        record
    }

    fn cause_object(&self, group: &Group, summary: &Summary) -> Value {
        let Group { cause, count, tests, shortest } = group;
        let played = summary.played_of(group);
        let circumstances = cause.circumstances.as_ref();
        json!({
            "type": "cause",
            "outcome": cause.outcome,
            "rule": cause.rule,
            "place": cause.place,
            "phase": circumstances.map(|circumstances| circumstances.phase.to_string()),
            "roles": circumstances.map(|circumstances| &circumstances.roles),
            "failed": count,
            "played": played,
            "failure_rate_upper_95": rounded(failure_rate_upper_95(*count, played)),
            "tests": tests.iter().map(|place| summary.tests[*place].test.path()).collect::<Vec<String>>(),
            "shortest": {
                "part": shortest.test.part,
                "test": shortest.test.name,
                "iteration": shortest.iteration,
                "seed": shortest.seed.to_string(),
                "replay": self.replay.of(shortest),
            },
        })
    }

    fn failure_object(&self, change: &str, run: &FailedRun) -> Value {
        json!({
            "type": "failure",
            "change": change,
            "part": run.test.part,
            "test": run.test.name,
            "iteration": run.iteration,
            "seed": run.seed.to_string(),
            "failure": run.failure,
            "replay": self.replay.of_seed(&run.test.path(), run.seed, run.is_nondeterministic()),
        })
    }

    fn write(&mut self, line: &Value) {
        if self.error.is_some() {
            return;
        }
        self.error = writeln!(self.output, "{line}").and_then(|()| self.output.flush()).err();
    }
}

/// To nine decimals: in the last ones, mathematical libraries differ.
fn rounded(rate: Option<f64>) -> Option<f64> {
    rate.map(|rate| (rate * 1e9).round() / 1e9)
}

/// All tests together have neither part nor test. Times are in microseconds.
fn figure_object(test: Option<&TestComparison>, row: &Row) -> Value {
    json!({
        "type": "figure",
        "part": test.map(|test| &test.test.part),
        "test": test.map(|test| &test.test.name),
        "pairs": test.map(|test| test.pairs),
        "identical": test.map(|test| test.identical),
        "figure": row.figure.key(),
        "baseline": row.baseline,
        "campaign": row.campaign,
        "change": row.change,
        "chance": row.chance,
        "verdict": row.verdict.map(Verdict::name),
    })
}

fn test_object(summary: &TestSummary) -> Value {
    let micros = |duration: Option<std::time::Duration>| duration.map(|duration| duration.as_micros());
    json!({
        "type": "test",
        "part": summary.test.part,
        "test": summary.test.name,
        "course_name": summary.test.course_name,
        "points": summary.test.points,
        "planned": summary.planned,
        "played": summary.played,
        "passed": summary.passed,
        "failed": summary.failed(),
        "failure_rate_upper_95": rounded(summary.failure_rate_upper_95()),
        "virtual_time_us": summary.virtual_time.as_micros(),
        "rpcs": summary.rpcs,
        "bytes": summary.bytes,
        "ops": summary.ops,
        "reelections": {
            "count": summary.reelections.total(),
            "p50_us": micros(summary.reelections.percentile(50)),
            "p99_us": micros(summary.reelections.percentile(99)),
            "max_us": micros(summary.reelections.max()),
        },
    })
}
