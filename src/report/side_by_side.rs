//! Two campaigns side by side, as text: what the terminal, Markdown and the page all say of them.

use std::fmt::Write as _;

use super::ReplayCommand;
use super::account::{clipped, line};
use super::units::count;
use crate::gate::{Comparison, FailedRun, Figure, Row, TestComparison, Verdict};

/// Failures of each kind that are named.
const NAMED: usize = 10;
/// Characters of what one failed of: a panic's message may be of any length.
const FAILURE_MAX: usize = 200;
/// Figures that the verdict names.
const SUMMED_UP: usize = 5;

/// What is the same in all reports of a comparison.
pub(super) struct SideBySide {
    /// What the campaign is compared with.
    pub(super) baseline: String,
    pub(super) verdict: Verdict,
    /// The verdict in words: `worse than base.json`.
    pub(super) head: String,
    /// What follows it: `: RPCs per op of 2B/count (+98.3 %)`, or nothing.
    pub(super) detail: String,
    pub(super) rows: Vec<Figures>,
    pub(super) failures: Vec<FailureList>,
    /// What should be known beside the verdict.
    pub(super) remarks: Vec<String>,
    /// How many runs were compared.
    pub(super) pairs: String,
}

/// One figure of one test, or of all together.
pub(super) struct Figures {
    pub(super) test: String,
    pub(super) figure: String,
    pub(super) baseline: String,
    pub(super) now: String,
    pub(super) change: String,
    /// None if it is only shown.
    pub(super) verdict: Option<Verdict>,
}

/// Failures that are new, gone or shared.
pub(super) struct FailureList {
    /// How many, and which: `3 failures new`.
    pub(super) title: String,
    /// The first of them, each with the command that plays it again; several lines.
    pub(super) text: String,
}

impl SideBySide {
    /// With `verbose`, also of what has not changed.
    pub(super) fn of(comparison: &Comparison, verbose: bool, replay: &ReplayCommand) -> SideBySide {
        let (head, detail) = verdict(comparison);
        let rows = comparison.rows().filter(|row| verbose || is_worth_a_line(comparison, row));
        let (pairs, identical) = (comparison.pairs(), comparison.identical());
        SideBySide {
            baseline: line(&comparison.names[0]),
            verdict: comparison.verdict(),
            head,
            detail,
            rows: rows.map(|(test, row)| Figures::of(test, row)).collect(),
            failures: failures(comparison, replay),
            remarks: comparison.remarks.iter().map(|remark| line(remark)).collect(),
            pairs: format!("{} of runs compared, of which {identical} are identical", count(pairs, "pair")),
        }
    }
}

/// What all tests come to, where anything differs at all, and whatever is not the same.
fn is_worth_a_line(comparison: &Comparison, (test, row): &(Option<&TestComparison>, &Row)) -> bool {
    let has_changed = row.verdict.is_some_and(|verdict| verdict != Verdict::Same);
    let sums_up = test.is_none() || comparison.overall.is_empty();
    has_changed || (sums_up && comparison.identical() < comparison.pairs())
}

impl Figures {
    fn of(test: Option<&TestComparison>, row: &Row) -> Figures {
        let value = |value: Option<f64>| value.map_or_else(String::new, |value| shown(row.figure, value));
        Figures {
            test: name(test),
            figure: title(row.figure),
            baseline: value(row.baseline),
            now: value(row.campaign),
            change: change(row),
            verdict: row.verdict,
        }
    }

    /// The verdict in a word.
    pub(super) fn word(&self) -> &'static str {
        self.verdict.map_or("not judged", Verdict::name)
    }

    /// The text of each column.
    pub(super) fn cells(&self) -> [&str; 6] {
        [&self.test, &self.figure, &self.baseline, &self.now, &self.change, self.word()]
    }
}

/// What figures are of.
pub(super) fn name(test: Option<&TestComparison>) -> String {
    test.map_or_else(|| "all tests".to_owned(), |test| test.test.path())
}

fn title(figure: Figure) -> String {
    let unit = match figure {
        Figure::Passed => ", %",
        Figure::VirtualTime => ", s",
        Figure::Reelection | Figure::LongestReelection | Figure::Cpu => ", ms",
        Figure::Rpcs | Figure::Bytes | Figure::Ops => "",
    };
    format!("{}{unit}", figure.title())
}

/// A value in the unit of [`title`].
fn shown(figure: Figure, value: f64) -> String {
    match figure {
        Figure::Passed => format!("{:.1}", value * 100.0),
        Figure::VirtualTime => format!("{:.2}", value / 1e6),
        Figure::Reelection | Figure::LongestReelection => format!("{:.0}", value / 1e3),
        Figure::Cpu => format!("{:.2}", value / 1e3),
        Figure::Rpcs | Figure::Bytes | Figure::Ops => format!("{value:.1}"),
    }
}

/// How much a figure has changed; nothing if that is no share of what it was.
pub(super) fn change(row: &Row) -> String {
    match row.change {
        // What is the same is not shown as a very small change, nor the contrary.
        Some(0.0) => "=".to_owned(),
        Some(change) if change.abs() < 0.0005 => "±0.0 %".to_owned(),
        Some(change) => format!("{:+.1} %", change * 100.0),
        None => String::new(),
    }
}

fn failures(comparison: &Comparison, replay: &ReplayCommand) -> Vec<FailureList> {
    let failures = &comparison.failures;
    let lists = [("new", &failures.new), ("gone", &failures.gone), ("shared", &failures.shared)];
    let there = lists.into_iter().filter(|(_, runs)| !runs.is_empty());
    there.map(|(what, runs)| FailureList::of(what, runs, replay)).collect()
}

impl FailureList {
    fn of(what: &str, runs: &[FailedRun], replay: &ReplayCommand) -> FailureList {
        let mut text = String::new();
        for run in runs.iter().take(NAMED) {
            let FailedRun { test, iteration, seed, failure } = run;
            let (path, failure) = (test.path(), clipped(&line(failure), FAILURE_MAX));
            let command = replay.of_seed(&path, *seed, run.is_nondeterministic());
            let _ = writeln!(text, "{path} iteration {iteration}  {}\n  {command}", failure.trim_end());
        }
        if runs.len() > NAMED {
            let _ = writeln!(text, "and {} more", runs.len() - NAMED);
        }
        FailureList { title: format!("{} {what}", count(runs.len() as u64, "failure")), text }
    }
}

/// The verdict, and what it is about.
fn verdict(comparison: &Comparison) -> (String, String) {
    let baseline = line(&comparison.names[0]);
    let verdict = comparison.verdict();
    let changed: Vec<String> =
        comparison.rows().filter(|(_, row)| row.verdict == Some(verdict)).map(|(test, row)| named(test, row)).collect();
    match verdict {
        Verdict::Same if comparison.identical() == comparison.pairs() => {
            (format!("the same as {baseline}"), ", run by run".to_owned())
        }
        Verdict::Same => (format!("neither better nor worse than {baseline}"), String::new()),
        verdict => (format!("{} than {baseline}", verdict.name()), format!(": {}", summed_up(&changed))),
    }
}

/// `RPCs per op of 2B/count (+98.3 %)`.
fn named(test: Option<&TestComparison>, row: &Row) -> String {
    let change = change(row);
    let change = if change.is_empty() { change } else { format!(" ({change})") };
    format!("{} of {}{change}", row.figure.title(), name(test))
}

fn summed_up(changed: &[String]) -> String {
    let more = changed.len().saturating_sub(SUMMED_UP);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("{}{more}", changed[..changed.len().min(SUMMED_UP)].join(", "))
}
