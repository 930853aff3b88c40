//! A campaign, as reports tell of it.

use super::ReplayCommand;
use super::failure::{block_with_mistakes, failure_block};
use super::side_by_side::SideBySide;
use crate::gate::Comparison;
use crate::lab::Mistake;
use crate::runner::{Manifest, RunResult, Summary, TestSummary};

/// Characters of one failure that a report shows: a panic's message may be of any length.
pub(super) const BLOCK_MAX: usize = 4_000;
/// Characters of a rule's name, which with panics comes from the implementation.
const RULE_MAX: usize = 200;

/// What reports are made of: what was played, and what it came to.
#[derive(Clone, Copy)]
pub struct Account<'a> {
    /// What was played.
    pub manifest: &'a Manifest,
    /// What it came to.
    pub summary: &'a Summary,
    /// How a run is repeated.
    pub replay: &'a ReplayCommand,
    /// How it compares with an earlier one, if anybody wants to know.
    pub comparison: Option<&'a Comparison>,
}

impl Account<'_> {
    /// Whose campaign it is, in one line.
    pub(super) fn name(&self) -> String {
        format!("raftlab: {}", line(&self.manifest.implementation))
    }

    /// One word for it.
    pub(super) fn state(&self) -> &'static str {
        match (self.summary.failed(), self.summary.is_incomplete()) {
            (0, false) => "passed",
            (0, true) => "incomplete",
            _ => "failed",
        }
    }

    /// What reports say of an earlier campaign.
    pub(super) fn side_by_side(&self) -> Option<SideBySide> {
        self.comparison.map(|comparison| SideBySide::of(comparison, false, self.replay))
    }

    /// The tests that failed.
    pub(super) fn failing(&self) -> impl Iterator<Item = &TestSummary> {
        self.summary.tests.iter().filter(|test| test.failed() > 0)
    }

    /// The first failure of every test, then the second ones, and so on: so many as are wanted.
    pub(super) fn first_failures(&self, wanted: usize) -> Vec<&RunResult> {
        let tests = self.summary.tests.iter().map(|test| (test, ()));
        first_failures(tests, wanted).into_iter().map(|(result, ())| result).collect()
    }

    /// What is wrong with a run, and how to repeat it: lines of plain text.
    pub(super) fn block(&self, result: &RunResult) -> String {
        clipped(&plain(&failure_block(result, self.replay)), BLOCK_MAX)
    }

    /// The same, with these mistakes as those that usually look like it.
    pub(super) fn block_with_mistakes(&self, result: &RunResult, mistakes: &[&Mistake]) -> String {
        clipped(&plain(&block_with_mistakes(result, self.replay, mistakes)), BLOCK_MAX)
    }

    /// Where the numbers come from, and what they were drawn from.
    pub(super) fn origin(&self) -> String {
        let Account { manifest, summary, .. } = self;
        let slice = if manifest.slice().of() > 1 { format!(", {}", manifest.slice()) } else { String::new() };
        let (version, seed, digest) = (line(&manifest.raftlab), summary.seed, summary.digest());
        format!("seed {seed}{slice}, digest {digest}, raftlab {version}")
    }
}

/// The first failure of each of these tests, then the second ones, and so on: so many as are wanted, each
/// with what is known of its test.
pub(super) fn first_failures<'a, T: Copy>(
    tests: impl Iterator<Item = (&'a TestSummary, T)>,
    wanted: usize,
) -> Vec<(&'a RunResult, T)> {
    let of_test = |(test, known): (&'a TestSummary, T)| {
        test.failures.iter().enumerate().map(move |(place, result)| (place, (result, known)))
    };
    let mut all: Vec<(usize, (&RunResult, T))> = tests.flat_map(of_test).collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().take(wanted).map(|(_, failure)| failure).collect()
}

/// Text without colours and control characters, which evidence may bring along from the
/// implementation; lines stay.
pub(super) fn plain(text: &str) -> String {
    strip_ansi_escapes::strip_str(text.replace('\t', " "))
}

/// The same, all in one line.
pub(super) fn line(text: &str) -> String {
    plain(text).split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// The name of a rule, in one line and not longer than a name should be.
pub(super) fn rule_name(rule: &str) -> String {
    clipped(&line(rule), RULE_MAX).trim_end().to_owned()
}

/// At most so many characters of a text; what is left out is said.
pub(super) fn clipped(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some((end, _)) => format!("{} … ({} more characters)\n", &text[..end], text[end..].chars().count()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_freed_of_what_is_no_text() {
        assert_eq!(plain("\u{1b}[31mred\u{1b}[0m\u{7}\tand\r\nplain ε\0"), "red and\nplain ε");
        assert_eq!(line(" a\n\n b\tc "), "a b c");
    }

    #[test]
    fn long_texts_say_how_much_is_left_out() {
        assert_eq!(clipped("εεε", 3), "εεε");
        assert_eq!(clipped("εεεεε", 3), "εεε … (2 more characters)\n");
    }
}
