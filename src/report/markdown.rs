//! Markdown for a job's summary, such as GitHub's.
//!
//! GitHub drops a summary of more than 1 MiB as a whole, so tables and failures have limits.

use std::fmt::Write as _;

use super::Account;
use super::account::line;
use super::row::Row;
use super::side_by_side::{Figures, SideBySide};
use super::verdict::{note, rates, share_of_failures, verdict};
use crate::gate::Verdict;

/// Failures that are shown in full.
const SHOWN: usize = 10;
/// Bytes of a table; what a lab's tests are called is not ours to decide.
const TABLE_MAX: usize = 256 << 10;

const HEAD: &str = "\
| test | passed | failure rate at most (95 %) | RPCs | bytes | re-election ms p50/p99/max |
|---|--:|--:|--:|--:|--:|
";

const COMPARISON_HEAD: &str = "\
| test | figure | baseline | now | change | |
|---|---|--:|--:|--:|---|
";

/// The report of a campaign.
pub fn markdown(account: &Account<'_>) -> String {
    let summary = account.summary;
    let note = note(summary).map_or_else(String::new, |note| format!(" ({note})"));
    let sides = account.side_by_side();
    let compared = sides.as_ref().map_or_else(String::new, |sides| format!(", {}", escaped(&sides.head)));
    let mut page = format!("## {}: {}{compared}\n\n", escaped(&account.name()), account.state());
    let _ = writeln!(page, "**{}**{note}\n", verdict(summary));
    page.push_str(&tests(account));
    let _ = writeln!(page, "\nFigures are means per run; re-election is how long there was no serving leader.");
    if let Some(rates) = rates(summary) {
        let _ = writeln!(page, "\n{}", escaped(&rates));
    }
    page.push_str(&sides.as_ref().map_or_else(String::new, comparison));
    page.push_str(&failures(account));
    let _ = writeln!(page, "\n{}", escaped(&account.origin()));
    page
}

fn tests(account: &Account<'_>) -> String {
    let rows = account.summary.tests.iter().map(|test| {
        let row = Row::of(test);
        [row.test, row.passed, row.bound, row.rpcs, row.bytes, row.reelections].map(|cell| escaped(&cell)).join(" | ")
    });
    table(HEAD, rows.collect())
}

/// A table of rows, or as many of them as there is place for.
pub(super) fn table(head: &str, rows: Vec<String>) -> String {
    let mut table = head.to_owned();
    for (number, row) in rows.iter().enumerate() {
        if table.len() + row.len() > TABLE_MAX {
            let _ = writeln!(table, "\n{} more rows are left out.", rows.len() - number);
            break;
        }
        let _ = writeln!(table, "| {row} |");
    }
    table
}

/// What has become better or worse.
fn comparison(sides: &SideBySide) -> String {
    let mut text = format!("\n### Compared with {}\n\n", escaped(&sides.baseline));
    let _ = writeln!(text, "**{}**{}", escaped(&sides.head), escaped(&sides.detail));
    if !sides.rows.is_empty() {
        let _ = write!(text, "\n{}", table(COMPARISON_HEAD, sides.rows.iter().map(figures).collect()));
    }
    for remark in &sides.remarks {
        let _ = writeln!(text, "\nNote: {}.", escaped(remark));
    }
    let _ = writeln!(text, "\n{}.", sides.pairs);
    for list in &sides.failures {
        let _ = write!(text, "\n{}:\n\n{}", list.title, fenced(&list.text));
    }
    text
}

/// One figure's row.
fn figures(row: &Figures) -> String {
    let [test, figure, baseline, now, change, verdict] = row.cells().map(escaped);
    let is_the_same = row.verdict.is_none_or(|verdict| verdict == Verdict::Same);
    let verdict = if is_the_same { verdict } else { format!("**{verdict}**") };
    [test, figure, baseline, now, change, verdict].join(" | ")
}

fn failures(account: &Account<'_>) -> String {
    let shown = account.first_failures(SHOWN);
    if shown.is_empty() {
        return String::new();
    }
    let share = share_of_failures(shown.len(), account.summary.failed());
    let mut text = format!("\n### Failures{}\n", share.map_or_else(String::new, |share| format!(" ({share})")));
    for result in &shown {
        let _ = write!(text, "\n{}", fenced(&account.block(result)));
    }
    text
}

/// Text as it is, between fences that are longer than any in it.
pub(super) fn fenced(text: &str) -> String {
    let longest = text.split(|sign| sign != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// Text that means nothing to Markdown, in one line: a table's cell has no other.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for sign in line(text).chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => escaped.extend(['\\', sign]),
            // Nobody is to hear of a report because of its name.
            '@' => escaped.push_str("&#64;"),
            sign => escaped.push(sign),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_markdown_is_escaped() {
        assert_eq!(escaped("a|b\n<script> & *x*"), r"a\|b &lt;script&gt; &amp; \*x\*");
        assert_eq!(escaped("[x](y) `z` @all"), r"\[x\](y) \`z\` &#64;all");
    }

    #[test]
    fn a_fence_is_longer_than_those_in_the_text() {
        assert_eq!(fenced("a\n"), "```text\na\n```\n");
        assert_eq!(fenced("````\n<b>"), "`````text\n````\n<b>\n`````\n");
    }
}
