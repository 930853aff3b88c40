//! Bugs by parts, for people and for programs.

use std::fmt::Write as _;

use colored::Colorize as _;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

use super::play::{Catch, Report, Verdict};
use super::subject::Subject;
use super::totals::{Caught, First, totals};
use crate::report::count;

/// The matrix on a terminal, a table for each subject, with totals and with what was missed.
pub(super) fn text(reports: &[Report], iterations: u64) -> String {
    let mut text = String::new();
    for subject in Subject::ALL {
        let about: Vec<&Report> = reports.iter().filter(|report| report.header.subject == subject).collect();
        if !about.is_empty() {
            text += &format!("{}\n\n{}\n", coloured(&table(subject, &about), &about), sums(subject, &about));
        }
    }
    let _ = writeln!(text, "first of {iterations} iterations that fails, and by what; - none; blank: not played\n");
    text + &verdict(reports)
}

fn sums(subject: Subject, reports: &[&Report]) -> String {
    let firsts: Vec<First> = reports.iter().copied().map(First::from).collect();
    let mut text = String::new();
    for total in totals(&firsts) {
        let (course, all) = (caught(&total.course), caught(&total.all));
        let (bugs, beyond) = (count(total.bugs as u64, "bug"), subject.beyond());
        let _ = writeln!(text, "{}: {bugs}; the course's parts catch {course}, with {beyond} {all}", total.group);
    }
    text
}

fn table(subject: Subject, reports: &[&Report]) -> Table {
    let mut table = Table::new();
    let by = ["in the course's parts by".to_owned(), format!("in {} by", subject.beyond())];
    let head = ["bug", "kind"].into_iter().chain(subject.parts()).map(str::to_owned).chain(by);
    table.load_style(presets::NOTHING).set_header(head);
    for report in reports {
        let cells = subject.parts().map(|part| cell(report, part));
        let by = [report.by_course(), report.beyond()].map(|caught| caught.map_or_else(String::new, rule));
        table.add_row([report.name.clone(), report.header.kind.to_string()].into_iter().chain(cells).chain(by));
    }
    for column in table.column_iter_mut().skip(2).take(subject.parts().count()) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// The first failed iteration of a bug in a part.
pub(super) fn cell(report: &Report, part: &str) -> String {
    match report.parts.iter().find(|(played, _)| played == part) {
        None => String::new(),
        Some((_, Verdict::Caught(caught))) => caught.iteration.to_string(),
        Some((_, Verdict::Missed)) => "-".to_owned(),
        Some((_, Verdict::NoResult(how))) => how.clone(),
    }
}

/// What caught a bug; a rule and a check say enough by their names, other outcomes do not.
pub(super) fn rule(caught: &Catch) -> String {
    match caught.outcome.as_str() {
        "violated" | "failed" | "panicked" => caught.rule.clone(),
        outcome => format!("{outcome}: {}", caught.rule),
    }
}

/// Bugs that were missed in red. Cells cannot be: the table would take the colours for text, and
/// align it accordingly.
fn coloured(table: &Table, reports: &[&Report]) -> String {
    let mut lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    for (line, report) in lines.iter_mut().skip(1).zip(reports) {
        if !report.is_as_it_should_be() {
            *line = line.red().to_string();
        }
    }
    lines.join("\n")
}

/// `12 (median iteration 1)`.
pub(super) fn caught(caught: &Caught) -> String {
    let median = caught.median.map_or_else(String::new, |median| format!(" (median iteration {median})"));
    format!("{}{median}", caught.bugs)
}

fn verdict(reports: &[Report]) -> String {
    let names = |wanted: fn(&&Report) -> bool| -> Vec<&str> {
        reports.iter().filter(wanted).map(|report| report.name.as_str()).collect()
    };
    let missed = names(|report| !report.is_as_it_should_be());
    let flagged = names(|report| report.is_legal() && report.anywhere().is_some());
    let mut text = String::new();
    if !flagged.is_empty() {
        let _ = writeln!(text, "{}: {}", "legal, but flagged".yellow(), flagged.join(" "));
    }
    let count = format!("{} not caught", missed.len());
    text + &match &missed[..] {
        [] => count.green().bold().to_string(),
        missed => format!("{}: {}", count.red().bold(), missed.join(" ")),
    }
}

/// One bug as a JSON object.
pub(super) fn json(report: &Report) -> Value {
    let header = &report.header;
    let parts: Vec<Value> = report.parts.iter().map(|(part, verdict)| part_object(part, verdict)).collect();
    json!({
        "type": "bug",
        "rank": report.rank,
        "id": header.id,
        "kind": header.kind.to_string(),
        "rule": header.rule,
        "wrong": header.wrong,
        "expected": { "caught_by": header.caught_by, "where": header.place },
        "course": header.course,
        "reason": header.reason,
        "parts": parts,
        "first_in_course": report.by_course().map(catch_object),
        "first_beyond": report.beyond().map(catch_object),
    })
}

fn part_object(part: &str, verdict: &Verdict) -> Value {
    let (verdict, first) = match verdict {
        Verdict::Caught(caught) => ("caught", Some(catch_object(caught))),
        Verdict::Missed => ("missed", None),
        Verdict::NoResult(how) => (how.as_str(), None),
    };
    json!({ "part": part, "verdict": verdict, "first": first })
}

fn catch_object(caught: &Catch) -> Value {
    json!({
        "iteration": caught.iteration,
        "part": caught.part,
        "test": caught.test,
        "rule": caught.rule,
        "outcome": caught.outcome,
        "evidence": caught.evidence,
    })
}
