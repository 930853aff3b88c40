//! `raftlab list`: parts, tests, points, course names.

use std::fmt::Write as _;

use super::args::LabArgs;
use super::error::{Exit, Failed};
use super::output;
use super::plan::load_lab;

pub(super) fn run(args: &LabArgs) -> Result<Exit, Failed> {
    let lab = load_lab(args)?;
    let width = lab.tests().map(|test| test.path().len()).max().unwrap_or(0);
    let course_width = lab.tests().map(|test| test.course_name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for part in &lab.parts {
        let points: u32 = part.tests.iter().map(|test| test.points).sum();
        let _ = writeln!(text, "{}  {} ({points} points)", part.name, part.title);
        for test in &part.tests {
            let _ = writeln!(
                text,
                "  {:width$}  {:course_width$}  {:>3}  {}",
                test.path(),
                test.course_name,
                test.points,
                test.title
            );
        }
    }
    output::print(text.as_bytes())
}
