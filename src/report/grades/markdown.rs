//! One submission in Markdown: for whoever grades, and for the student.

use std::fmt::Write as _;

use super::mistakes::Mistakes;
use super::{account, feedback, mark};
use crate::grade::{Grade, Mark};
use crate::lab::Points;
use crate::report::ReplayCommand;
use crate::report::account::first_failures;
use crate::report::markdown::{escaped, fenced, table};
use crate::report::verdict::{share_of_failures, verdict};
use crate::runner::TestSummary;

/// Failures that are shown in full.
const SHOWN: usize = 10;

const HEAD: &str = "\
| test | score | of | credit | passed | planned | state | students see it | seeds |
|---|--:|--:|---|--:|--:|---|---|---|
";

const STUDENT_HEAD: &str = "\
| test | score | of | earned by | passed |
|---|--:|--:|---|--:|
";

/// Everything that is known of a submission, for whoever grades. `replay` is how they repeat a run.
pub fn grade_markdown(grade: &Grade, replay: &ReplayCommand) -> String {
    let account = account(grade, replay);
    let mut page = format!("## {}: {} of {} points\n\n", escaped(&grade.name), grade.score(), grade.max());
    let _ = writeln!(page, "**{}**; {}\n", mark::state_of(grade), verdict(&grade.summary));
    page.push_str(&build_error(grade));
    page.push_str(&table(HEAD, grade.tests().map(|(test, mark)| row(test, mark)).collect()));
    page.push_str(&list("Remarks", &grade.remarks));
    let mut mistakes = Mistakes::default();
    let shown = account.first_failures(SHOWN).into_iter();
    let blocks: Vec<String> =
        shown.map(|result| account.block_with_mistakes(result, &mistakes.new_ones(result))).collect();
    page.push_str(&failures(&blocks, grade.summary.failed()));
    let _ = writeln!(page, "\n{}", escaped(&account.origin()));
    page
}

/// What the student may know of a submission. `replay` is how a run is repeated at home.
///
/// Tests that students do not see at once are not in it, with neither name nor score; and as these would
/// be what a total lacks, there is no total, either, if there are any.
pub fn feedback_markdown(grade: &Grade, replay: &ReplayCommand) -> String {
    let shown = || grade.tests().filter(|(_, mark)| mark::is_shown(mark));
    let mut page = format!("## {}{}\n\n{}\n\n", escaped(&grade.name), total(grade), feedback::progress(grade));
    page.push_str(&build_error(grade));
    page.push_str(&table(STUDENT_HEAD, shown().map(|(test, mark)| student_row(test, mark)).collect()));
    if shown().count() < grade.marks.len() {
        page.push_str("\nOther tests are graded, too, and not shown here.\n");
    }
    page.push_str(&list("Not all runs were played", &feedback::unfinished(grade)));
    let blocks = feedback::blocks(first_failures(shown(), SHOWN), replay);
    page.push_str(&failures(&blocks, shown().map(|(test, _)| test.failed()).sum()));
    page
}

fn total(grade: &Grade) -> String {
    let is_whole = grade.marks.iter().all(mark::is_shown);
    if is_whole { format!(": {} of {} points", grade.score(), grade.max()) } else { String::new() }
}

fn build_error(grade: &Grade) -> String {
    let error = grade.build_error.as_deref().map(feedback::build_error);
    error.map_or_else(String::new, |error| format!("{}\n", fenced(&error)))
}

fn row(test: &TestSummary, mark: &Mark) -> String {
    let grading = &mark.grading;
    let cells = [
        test.test.path(),
        mark.score.to_string(),
        mark.max.to_string(),
        mark::asked(grading.credit),
        mark::passed(test),
        test.planned.map_or_else(|| "-".to_owned(), |planned| planned.to_string()),
        mark::state(mark.state).to_owned(),
        grading.visibility.name().replace('_', " "),
        mark::seeds(mark).to_owned(),
    ];
    cells.map(|cell| escaped(&cell)).join(" | ")
}

fn student_row(test: &TestSummary, mark: &Mark) -> String {
    let earned_by = if mark.max > Points::default() { mark::asked(mark.grading.credit) } else { "-".to_owned() };
    let cells = [test.test.path(), mark.score.to_string(), mark.max.to_string(), earned_by, mark::passed(test)];
    cells.map(|cell| escaped(&cell)).join(" | ")
}

/// Sentences under a title; nothing if there are none.
fn list(title: &str, sentences: &[String]) -> String {
    let items: String = sentences.iter().map(|sentence| format!("- {}\n", escaped(sentence))).collect();
    if items.is_empty() { items } else { format!("\n### {title}\n\n{items}") }
}

/// So many of the failures that are shown, each as it is; nothing if there are none.
fn failures(blocks: &[String], failed: u64) -> String {
    if blocks.is_empty() {
        return String::new();
    }
    let share = share_of_failures(blocks.len(), failed).map_or_else(String::new, |share| format!(" ({share})"));
    let blocks: String = blocks.iter().map(|block| format!("\n{}", fenced(block))).collect();
    format!("\n### Failures{share}\n{blocks}")
}
