//! Markdown for a job's summary, such as GitHub's.
//!
//! GitHub drops a summary of more than 1 MiB as a whole, so the table and the failures have limits.

use std::fmt::Write as _;

use super::Account;
use super::account::line;
use super::row::Row;
use super::verdict::{note, rates, verdict};

/// Failures that are shown in full.
const SHOWN: usize = 10;
/// Bytes of a table; what a lab's tests are called is not ours to decide.
const TABLE_MAX: usize = 512 << 10;

const HEAD: &str = "\
| test | passed | failure rate at most (95 %) | RPCs | bytes | re-election ms p50/p99/max |
|---|--:|--:|--:|--:|--:|
";

/// The report of a campaign.
pub fn markdown(account: &Account<'_>) -> String {
    let summary = account.summary;
    let note = note(summary).map_or_else(String::new, |note| format!(" ({note})"));
    let mut page = format!("## {}: {}\n\n", escaped(&account.name()), account.state());
    let _ = writeln!(page, "**{}**{note}\n", verdict(summary));
    page.push_str(&table(account));
    let _ = writeln!(page, "\nFigures are means per run; re-election is how long there was no serving leader.");
    if let Some(rates) = rates(summary) {
        let _ = writeln!(page, "\n{}", escaped(&rates));
    }
    page.push_str(&failures(account));
    let _ = writeln!(page, "\n{}", escaped(&account.origin()));
    page
}

fn table(account: &Account<'_>) -> String {
    let mut table = HEAD.to_owned();
    for (number, test) in account.summary.tests.iter().enumerate() {
        let row = Row::of(test);
        let cells = [row.test, row.passed, row.bound, row.rpcs, row.bytes, row.reelections];
        let row = format!("| {} |\n", cells.map(|cell| escaped(&cell)).join(" | "));
        if table.len() + row.len() > TABLE_MAX {
            let _ = writeln!(table, "\n{} more tests are left out.", account.summary.tests.len() - number);
            break;
        }
        table.push_str(&row);
    }
    table
}

fn failures(account: &Account<'_>) -> String {
    let shown = account.first_failures(SHOWN);
    if shown.is_empty() {
        return String::new();
    }
    let mut text = "\n### Failures\n".to_owned();
    for result in &shown {
        let _ = write!(text, "\n{}", fenced(&account.block(result)));
    }
    let more = account.summary.failed() - shown.len() as u64;
    if more > 0 {
        let _ = writeln!(text, "\n{more} more runs failed.");
    }
    text
}

/// Text as it is, between fences that are longer than any in it.
fn fenced(text: &str) -> String {
    let longest = text.split(|sign| sign != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// Text that means nothing to Markdown, in one line: a table's cell has no other.
fn escaped(text: &str) -> String {
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
