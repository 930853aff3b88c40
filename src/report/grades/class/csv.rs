//! A class as a table for spreadsheets (RFC 4180).

use super::causes::most_frequent;
use super::tests_of::tests_of;
use crate::grade::Grade;
use crate::report::account::line;
use crate::report::grades::mark;

/// What spreadsheets take for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// One row for each submission, with a column for each test; for whoever grades.
///
/// Rows end in CR LF. Each cell is one line, and none is taken for a formula.
pub fn class_csv(grades: &[Grade]) -> String {
    let tests: Vec<String> = tests_of(grades).iter().map(|test| test.info.path()).collect();
    let named = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<String>>();
    let before = named(&["submission", "score", "max", "state"]);
    let after = named(&["played", "passed", "failed", "cause", "remarks"]);
    let head = row([before, tests.clone(), after].concat());
    let rows = grades.iter().map(|grade| row(cells(grade, &tests)));
    std::iter::once(head).chain(rows).collect()
}

fn cells(grade: &Grade, tests: &[String]) -> Vec<String> {
    let before =
        [grade.name.clone(), grade.score().to_string(), grade.max().to_string(), mark::state_of(grade).to_owned()];
    let score = |path: &String| {
        let mark = grade.tests().find(|(test, _)| test.test.path() == *path).map(|(_, mark)| mark);
        mark.map_or_else(String::new, |mark| mark.score.to_string())
    };
    let (played, failed) = (grade.summary.played(), grade.summary.failed());
    let cause = most_frequent(grade).map_or_else(String::new, |cause| cause.rule);
    let after =
        [played.to_string(), (played - failed).to_string(), failed.to_string(), cause, grade.remarks.len().to_string()];
    before.into_iter().chain(tests.iter().map(score)).chain(after).collect()
}

fn row(cells: Vec<String>) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(&harmless(cell))).collect();
    format!("{}\r\n", cells.join(","))
}

/// In one line; what would be a formula becomes text by the apostrophe that spreadsheets know.
fn harmless(cell: &str) -> String {
    let cell = line(cell);
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell }
}

/// As it must be where it has separators in it.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_none_has_two_lines() {
        for (cell, written) in [
            ("alice", "alice"),
            ("=1+1", "'=1+1"),
            ("\t=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@SUM(A1,\"x\")", "\"'@SUM(A1,\"\"x\"\")\""),
            ("-2\n+3", "'-2 +3"),
            ("a, b", "\"a, b\""),
            ("3.25", "3.25"),
            ("", ""),
        ] {
            assert_eq!(row(vec![cell.to_owned()]), format!("{written}\r\n"), "{cell}");
        }
    }
}
