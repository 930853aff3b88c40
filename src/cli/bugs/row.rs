//! One line of the matrix in a Markdown page, written or read again.

use super::gallery::Listed;
use super::matrix::{cell, rule};
use super::play::Report;
use super::totals::First;

/// What stands in front of the columns with iterations: bug, kind, the course's tester.
const LEADING: usize = 3;

/// A line of the matrix.
pub(super) struct Row {
    /// The bug's name.
    pub(super) name: String,
    /// Of how many iterations it tells.
    pub(super) iterations: u64,
    pub(super) first: First,
    pub(super) line: String,
}

impl Row {
    /// What was played now.
    pub(super) fn of(report: &Report, iterations: u64) -> Row {
        let (name, header) = (&report.name, &report.header);
        let cells: Vec<String> = header.subject.parts().map(|part| cell(report, part)).collect();
        let by = [report.by_course(), report.beyond()].map(|caught| caught.map_or_else(String::new, rule));
        let line = format!(
            "| [{name}]({name}.patch) | {} | {} | {} | {} |",
            header.kind,
            header.course,
            cells.join(" | "),
            by.join(" | ")
        );
        Row { name: name.clone(), iterations, first: report.into(), line }
    }

    /// What a page says of a bug; none if the line is about none of these.
    pub(super) fn read(line: &str, iterations: u64, bugs: &[Listed]) -> Option<Row> {
        let name = line.strip_prefix("| [")?.split(']').next()?;
        let bug = bugs.iter().find(|bug| bug.name == name)?;
        let cells: Vec<&str> = line.split('|').skip(1).map(str::trim).collect();
        let columns = bug.subject.parts().count();
        let caught: Vec<Option<u64>> =
            cells.get(LEADING..LEADING + columns)?.iter().map(|cell| cell.parse().ok()).collect();
        let (course, _beyond) = caught.split_at(columns - 1);
        let first = |caught: &[Option<u64>]| caught.iter().flatten().min().copied();
        let first = First { kind: bug.kind, course: first(course), anywhere: first(&caught) };
        Some(Row { name: name.to_owned(), iterations, first, line: line.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::Kind;
    use super::super::subject::Subject;
    use super::*;

    #[test]
    fn a_line_is_read_again_if_its_bug_is_known() {
        let bug = Listed { name: "051-a-bug".to_owned(), subject: Subject::Service, kind: Kind::Safety };
        let line = "| [051-a-bug](051-a-bug.patch) | safety | ALWAYS | - | 7 | 2 | appends | exactly once |";
        let row = Row::read(line, 30, std::slice::from_ref(&bug)).expect("it is a row");
        assert_eq!((row.name.as_str(), row.iterations, row.line.as_str()), ("051-a-bug", 30, line));
        assert_eq!(row.first, First { kind: Kind::Safety, course: Some(7), anywhere: Some(2) });
        assert!(Row::read(line, 30, &[]).is_none(), "its patch is gone");
        assert!(Row::read("| bug | kind |", 30, &[bug]).is_none());
    }
}
