//! A class in Markdown: all submissions, all tests, what goes wrong most often, and what there is to look at.

use std::fmt::Write as _;

use super::causes::{ClassCause, causes, most_frequent};
use super::tests_of::{ClassTest, tests_of};
use crate::grade::Grade;
use crate::lab::Points;
use crate::report::grades::mark;
use crate::report::markdown::{escaped, table};
use crate::report::units::count;

/// Tests of a cause that are named.
const NAMED: usize = 4;

const HEAD: &str = "\
| submission | score | of | state | tests without loss | runs passed | most frequent cause | remarks |
|---|--:|--:|---|--:|--:|---|--:|
";

const TESTS_HEAD: &str = "\
| test | without loss | mean score | of |
|---|--:|--:|--:|
";

const CAUSES_HEAD: &str = "\
| cause | submissions | failed runs | tests |
|---|--:|--:|---|
";

/// A class, for whoever grades.
pub fn class_markdown(grades: &[Grade]) -> String {
    let submissions = count(grades.len() as u64, "submission");
    let mut page = format!("## Grades of {submissions}\n\n{}\n", overview(grades));
    page.push_str(&table(HEAD, grades.iter().map(submission).collect()));
    let tests = tests_of(grades);
    if !tests.is_empty() {
        let rows = tests.iter().map(test).collect();
        let _ = write!(page, "\n### Tests\n\n{}", table(TESTS_HEAD, rows));
    }
    let causes = causes(grades);
    if !causes.is_empty() {
        let rows = causes.iter().map(cause).collect();
        let _ = write!(page, "\n### What goes wrong\n\n{}", table(CAUSES_HEAD, rows));
    }
    page.push_str(&remarks(grades));
    page
}

/// What is typical; nothing if there is nobody.
fn overview(grades: &[Grade]) -> String {
    let mut scores: Vec<u64> = grades.iter().map(|grade| grade.score().0).collect();
    scores.sort_unstable();
    let (Some(least), Some(most)) = (scores.first(), scores.last()) else { return String::new() };
    let (sum, len) = (scores.iter().sum::<u64>(), scores.len());
    let median = u64::midpoint(scores[(len - 1) / 2], scores[len / 2]);
    let [mean, median, least, most] = [sum / len as u64, median, *least, *most].map(Points);
    let states = ["graded", "partial", "not built"].map(|state| {
        let number = grades.iter().filter(|grade| mark::state_of(grade) == state).count();
        format!("{number} {state}")
    });
    format!("{}; scores from {least} to {most}, mean {mean}, median {median}.\n", states.join(", "))
}

fn submission(grade: &Grade) -> String {
    let (played, failed) = (grade.summary.played(), grade.summary.failed());
    let met = grade.tests().filter(|(test, mark)| mark::is_met(test, mark)).count();
    let cause = most_frequent(grade).map_or_else(|| "-".to_owned(), |cause| what(&cause));
    let cells = [
        grade.name.clone(),
        grade.score().to_string(),
        grade.max().to_string(),
        mark::state_of(grade).to_owned(),
        format!("{met}/{}", grade.marks.len()),
        format!("{}/{played}", played - failed),
        cause,
        grade.remarks.len().to_string(),
    ];
    cells.map(|cell| escaped(&cell)).join(" | ")
}

fn test(test: &ClassTest) -> String {
    let met = format!("{}/{}", test.met, test.submissions);
    let cells = [test.info.path(), met, test.mean().to_string(), test.mean_max().to_string()];
    cells.map(|cell| escaped(&cell)).join(" | ")
}

fn cause(cause: &ClassCause) -> String {
    let mut tests: Vec<String> = cause.tests.iter().take(NAMED).cloned().collect();
    if cause.tests.len() > NAMED {
        tests.push(format!("{} more", cause.tests.len() - NAMED));
    }
    let cells = [what(cause), cause.submissions.len().to_string(), cause.failed.to_string(), tests.join(", ")];
    cells.map(|cell| escaped(&cell)).join(" | ")
}

/// `violated: election safety`.
fn what(cause: &ClassCause) -> String {
    format!("{}: {}", cause.outcome, cause.rule)
}

fn remarks(grades: &[Grade]) -> String {
    let remarked = grades.iter().filter(|grade| !grade.remarks.is_empty());
    let lists: Vec<String> = remarked
        .map(|grade| {
            let items: String = grade.remarks.iter().map(|remark| format!("- {}\n", escaped(remark))).collect();
            format!("\n#### {}\n\n{items}", escaped(&grade.name))
        })
        .collect();
    if lists.is_empty() { String::new() } else { format!("\n### Remarks\n{}", lists.concat()) }
}
