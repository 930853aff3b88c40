//! `raftlab list`: parts, tests, points, course names; or rules.

use std::fmt::Write as _;

use super::args::ListArgs;
use super::error::{Exit, Failed};
use super::output;
use super::plan::load_lab;
use crate::lab::Lab;
use crate::oracle::{self, Rule};

pub(super) fn run(args: &ListArgs) -> Result<Exit, Failed> {
    let text = if args.rules { rules() } else { tests(&load_lab(&args.lab)?) };
    output::print(text.as_bytes())
}

fn rules() -> String {
    let width = oracle::rules().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Rule { name, says, source, needs } in oracle::rules() {
        let _ = writeln!(text, "{name:width$}  {says} ({source})");
        if let Some(needs) = needs.in_words() {
            let _ = writeln!(text, "{:width$}  watched where an implementation gives {needs}", "");
        }
    }
    text
}

fn tests(lab: &Lab) -> String {
    let width = lab.tests().map(|test| test.path().len()).max().unwrap_or(0);
    let course_width = lab.tests().map(|test| test.info.course_name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for part in &lab.parts {
        let points: u32 = part.tests.iter().map(|test| test.info.points).sum();
        let _ = writeln!(text, "{}  {} ({points} points)", part.name, part.title);
        for test in &part.tests {
            let _ = writeln!(
                text,
                "  {:width$}  {:course_width$}  {:>3}  {}",
                test.path(),
                test.info.course_name,
                test.info.points,
                test.info.title
            );
        }
    }
    text
}
