//! The matrix as a part of a Markdown page, between two lines that mark it: a table for each subject.
//!
//! Bugs that are not played keep their lines, so that a few of them can be brought up to date.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::error::Failed;
use super::gallery::{Bug, Listed};
use super::matrix::caught;
use super::play::Report;
use super::row::Row;
use super::subject::Subject;
use super::totals::{First, totals};

const BEGIN: &str = "<!-- the matrix: written by `raftlab bugs --write` -->";
const END: &str = "<!-- the end of the matrix -->";

/// A page with a place for the matrix.
pub(super) struct Page {
    path: PathBuf,
    before: String,
    after: String,
    /// All bugs that there are, in the order of their ranks.
    bugs: Vec<Listed>,
    /// What it says of bugs that are not played.
    kept: Vec<Row>,
}

impl Page {
    /// Reads a page, on which the lines of `played` will be replaced; one that is not there yet holds
    /// nothing but the matrix.
    pub(super) fn open(path: &Path, bugs: Vec<Listed>, played: &[Bug], iterations: u64) -> Result<Page, Failed> {
        let text = if path.exists() { fs::read_to_string(path) } else { Ok(format!("{BEGIN}\n{END}\n")) };
        let text = text.map_err(|error| Failed::usage(format!("cannot read {}: {error}", path.display())))?;
        let (before, rest) = text.split_once(BEGIN).ok_or_else(|| no_place(path))?;
        let (matrix, after) = rest.split_once(END).ok_or_else(|| no_place(path))?;
        let mut kept = rows(matrix, &bugs);
        kept.retain(|row| !played.iter().any(|bug| bug.name == row.name));
        let (before, after) = (before.to_owned(), after.to_owned());
        let page = Page { path: path.to_owned(), before, after, bugs, kept };
        page.check_iterations(played, iterations)?;
        Ok(page)
    }

    /// The lines of a table are all of as many iterations.
    fn check_iterations(&self, played: &[Bug], iterations: u64) -> Result<(), Failed> {
        for subject in played.iter().map(|bug| bug.header.subject) {
            if let Some(row) = self.rows_about(subject, &self.kept).find(|row| row.iterations != iterations) {
                return Err(Failed::usage(format!(
                    "{} tells of {} iterations of {}, which would stay; play with `-n {}`, or all of {}",
                    self.path.display(),
                    row.iterations,
                    row.name,
                    row.iterations,
                    subject.beyond(),
                )));
            }
        }
        Ok(())
    }

    /// Puts the matrix in its place.
    pub(super) fn write(self, reports: &[Report], iterations: u64) -> Result<(), Failed> {
        let matrix = self.matrix(reports.iter().map(|report| Row::of(report, iterations)).collect());
        let page = format!("{}{BEGIN}\n{matrix}\n{END}{}", self.before, self.after);
        fs::write(&self.path, page)
            .map_err(|error| Failed::trouble(format!("cannot write {}: {error}", self.path.display())))
    }

    fn matrix(&self, played: Vec<Row>) -> String {
        let mut text = String::new();
        for subject in Subject::ALL {
            let mut rows: Vec<&Row> =
                self.rows_about(subject, &self.kept).chain(self.rows_about(subject, &played)).collect();
            rows.sort_by_key(|row| &row.name);
            if let Some(row) = rows.first() {
                text += &table(subject, row.iterations, &rows);
            }
        }
        text
    }

    fn rows_about<'a>(&'a self, subject: Subject, rows: &'a [Row]) -> impl Iterator<Item = &'a Row> {
        let is_about = move |row: &&Row| self.bugs.iter().any(|bug| bug.subject == subject && bug.name == row.name);
        rows.iter().filter(is_about)
    }
}

fn no_place(path: &Path) -> Failed {
    Failed::usage(format!(
        "{} has no place for the matrix; add these two lines, between which it belongs:\n{BEGIN}\n{END}",
        path.display()
    ))
}

/// The lines of a matrix that is there. Each table says first of how many iterations it tells.
fn rows(matrix: &str, bugs: &[Listed]) -> Vec<Row> {
    let mut iterations = 0;
    let mut rows = Vec::new();
    for line in matrix.lines() {
        let said = line.strip_prefix("Of ").and_then(|rest| rest.split_once(" iterations")?.0.parse().ok());
        iterations = said.unwrap_or(iterations);
        rows.extend(Row::read(line, iterations, bugs));
    }
    rows
}

fn table(subject: Subject, iterations: u64, rows: &[&Row]) -> String {
    let parts: Vec<&str> = subject.parts().collect();
    let (title, columns, beyond) = (subject.title(), parts.join(" | "), subject.beyond());
    let mut text = format!("\n### {title}\n\n");
    let _ = writeln!(text, "Of {iterations} iterations, the first that catches the bug, and what catches it:\n");
    let _ =
        writeln!(text, "| bug | kind | the course's tester | {columns} | in the course's parts by | in {beyond} by |");
    let _ = writeln!(text, "|---|---|---|{}---|---|", "--:|".repeat(parts.len()));
    rows.iter().for_each(|row| text += &format!("{}\n", row.line));
    text + "\n" + &totals_table(beyond, rows)
}

fn totals_table(beyond: &str, rows: &[&Row]) -> String {
    let firsts: Vec<First> = rows.iter().map(|row| row.first).collect();
    let mut text = format!("| | bugs | caught by the course's parts alone | with {beyond} |\n|---|--:|---|---|\n");
    for total in totals(&firsts) {
        let (course, all) = (caught(&total.course), caught(&total.all));
        let _ = writeln!(text, "| {} | {} | {course} | {all} |", total.group, total.bugs);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::header::Kind;
    use super::*;

    const MATRIX: &str = "
### Raft

Of 200 iterations, the first that catches the bug, and what catches it:

| bug | kind | the course's tester | 2A | 2B | 2C | 2D | 2X | in the course's parts by | in 2X by |
|---|---|---|--:|--:|--:|--:|--:|---|---|
| [001-raft](001-raft.patch) | safety | NEVER |  | 1 | 1 | 1 | 1 | commit certificate | commit certificate |

| | bugs | caught by the course's parts alone | with 2X |
|---|--:|---|---|
| safety and durability | 1 | 1 (median iteration 1) | 1 (median iteration 1) |
";

    fn listed(name: &str, subject: Subject) -> Listed {
        Listed { name: name.to_owned(), subject, kind: Kind::Safety }
    }

    fn page(kept: &str) -> Page {
        let bugs = vec![listed("001-raft", Subject::Raft), listed("003-kv", Subject::Service)];
        let kept = rows(kept, &bugs);
        Page { path: PathBuf::new(), before: String::new(), after: String::new(), bugs, kept }
    }

    fn played() -> Row {
        let line = "| [003-kv](003-kv.patch) | safety | ALWAYS | 2 | - | 1 | no progress | value read |";
        Row::read(line, 30, &[listed("003-kv", Subject::Service)]).expect("it is a row")
    }

    #[test]
    fn what_is_not_played_stays_as_it_is() {
        assert_eq!(page(MATRIX).matrix(vec![]), MATRIX);
        let matrix = page(MATRIX).matrix(vec![played()]);
        let service = matrix.strip_prefix(MATRIX).expect("the first table stays");
        assert!(service.starts_with("\n### The key/value service\n\nOf 30 iterations"), "{service}");
        assert!(
            service.contains(&played().line) && service.contains("1 (median iteration 2) | 1 (median iteration 1)")
        );
    }

    #[test]
    fn a_line_whose_patch_is_gone_goes_too() {
        assert_eq!(page(&MATRIX.replace("001-raft", "002-gone")).matrix(vec![]), "");
    }
}
