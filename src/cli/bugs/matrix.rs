//! Bugs by parts, for people and for programs.

use std::fmt::Write as _;

use colored::Colorize as _;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

use super::header::COURSE_PARTS;
use super::play::{BEYOND, Catch, Report, Verdict};
use super::totals::{Caught, totals};
use crate::report::count;

/// All columns with an iteration: the parts.
pub(super) fn parts() -> impl Iterator<Item = &'static str> {
    COURSE_PARTS.into_iter().chain([BEYOND])
}

/// The matrix on a terminal, with totals and with what was missed.
pub(super) fn text(reports: &[Report], iterations: u64) -> String {
    let mut text = coloured(&table(reports), reports);
    let _ = writeln!(text, "\n\nfirst of {iterations} iterations that fails, and by what; - none; blank: not played\n");
    for total in totals(reports) {
        let (course, all) = (caught(&total.course), caught(&total.all));
        let _ = writeln!(
            text,
            "{}: {}; the course's parts catch {course}, with 2X {all}",
            total.group,
            count(total.bugs as u64, "bug")
        );
    }
    text + &verdict(reports)
}

fn table(reports: &[Report]) -> Table {
    let mut table = Table::new();
    let head = ["bug", "kind"].into_iter().chain(parts()).chain(["in the course's parts by", "in 2X by"]);
    table.load_style(presets::NOTHING).set_header(head);
    for report in reports {
        let cells = parts().map(|part| cell(report, part));
        let by = [report.by_course(), report.beyond()].map(|caught| caught.map_or_else(String::new, rule));
        table.add_row([report.name.clone(), report.header.kind.to_string()].into_iter().chain(cells).chain(by));
    }
    for column in table.column_iter_mut().skip(2).take(COURSE_PARTS.len() + 1) {
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
fn coloured(table: &Table, reports: &[Report]) -> String {
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
        "first_in_2x": report.beyond().map(catch_object),
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
