//! The matrix as a part of a Markdown page, between two lines that mark it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::error::Failed;
use super::matrix::{caught, cell, parts, rule};
use super::play::Report;
use super::totals::totals;

const BEGIN: &str = "<!-- the matrix: written by `raftlab bugs --write` -->";
const END: &str = "<!-- the end of the matrix -->";

/// A page with a place for the matrix.
pub(super) struct Page {
    path: PathBuf,
    before: String,
    after: String,
}

impl Page {
    /// Reads a page; one that is not there yet holds nothing but the matrix.
    pub(super) fn open(path: &Path) -> Result<Page, Failed> {
        let text = if path.exists() { fs::read_to_string(path) } else { Ok(format!("{BEGIN}\n{END}\n")) };
        let text = text.map_err(|error| Failed::usage(format!("cannot read {}: {error}", path.display())))?;
        let (before, after) = text
            .split_once(BEGIN)
            .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)))
            .ok_or_else(|| no_place(path))?;
        Ok(Page { path: path.to_owned(), before: before.to_owned(), after: after.to_owned() })
    }

    /// Puts the matrix in its place.
    pub(super) fn write(&self, reports: &[Report], iterations: u64) -> Result<(), Failed> {
        let matrix = matrix(reports, iterations);
        let page = format!("{}{BEGIN}\n\n{matrix}\n{END}{}", self.before, self.after);
        fs::write(&self.path, page)
            .map_err(|error| Failed::trouble(format!("cannot write {}: {error}", self.path.display())))
    }
}

fn no_place(path: &Path) -> Failed {
    Failed::usage(format!(
        "{} has no place for the matrix; add these two lines, between which it belongs:\n{BEGIN}\n{END}",
        path.display()
    ))
}

fn matrix(reports: &[Report], iterations: u64) -> String {
    let parts: Vec<&str> = parts().collect();
    let mut text = format!("Of {iterations} iterations, the first that catches the bug, and what catches it:\n\n");
    let _ = writeln!(
        text,
        "| bug | kind | the course's tester | {} | in the course's parts by | in 2X by |",
        parts.join(" | ")
    );
    let _ = writeln!(text, "|---|---|---|{}---|---|", "--:|".repeat(parts.len()));
    for report in reports {
        let _ = writeln!(text, "{}", row(report, &parts));
    }
    text + "\n" + &totals_table(reports)
}

fn row(report: &Report, parts: &[&str]) -> String {
    let cells: Vec<String> = parts.iter().map(|part| cell(report, part)).collect();
    let by = [report.by_course(), report.beyond()].map(|caught| caught.map_or_else(String::new, rule));
    let (name, header) = (&report.name, &report.header);
    format!(
        "| [{name}]({name}.patch) | {} | {} | {} | {} |",
        header.kind,
        header.course,
        cells.join(" | "),
        by.join(" | ")
    )
}

fn totals_table(reports: &[Report]) -> String {
    let mut text = "| | bugs | caught by the course's parts alone | with 2X |\n|---|--:|---|---|\n".to_owned();
    for total in totals(reports) {
        let (course, all) = (caught(&total.course), caught(&total.all));
        let _ = writeln!(text, "| {} | {} | {course} | {all} |", total.group, total.bugs);
    }
    text
}
