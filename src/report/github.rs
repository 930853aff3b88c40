//! Annotations on GitHub: workflow commands on stdout, which its runner reads.

use super::Account;
use super::account::clipped;
use super::verdict::verdict;
use crate::gate::Verdict;
use crate::runner::TestSummary;

/// So many errors of a step are shown; the summary has more.
const SHOWN: usize = 10;
/// Characters of one annotation: what is longer is folded away.
const TEXT_MAX: usize = 1_500;

/// An error if the campaign is worse than its baseline, and one for every test that failed, with its
/// first failure; a line each. Where there are too many, the last one says so.
pub fn annotations(account: &Account<'_>) -> String {
    let tests = account.failing().map(|test| failing(account, test));
    let mut errors: Vec<String> = worse(account).into_iter().chain(tests).collect();
    if errors.len() > SHOWN {
        let more = errors.len() - (SHOWN - 1);
        errors.truncate(SHOWN - 1);
        errors.push(error(&format!("{more} more tests failed"), &format!("In all, {}.", verdict(account.summary))));
    }
    errors.concat()
}

fn worse(account: &Account<'_>) -> Option<String> {
    let sides = account.side_by_side().filter(|sides| sides.verdict == Verdict::Worse)?;
    Some(error(&sides.head, sides.detail.trim_start_matches(": ")))
}

fn failing(account: &Account<'_>, test: &TestSummary) -> String {
    let title = format!("{}: {} of {} runs failed", test.test.path(), test.failed(), test.played);
    let text = test.failures.first().map(|first| account.block(first)).unwrap_or_default();
    error(&title, &text)
}

fn error(title: &str, text: &str) -> String {
    format!("::error title={}::{}\n", property(title), data(clipped(text.trim_end(), TEXT_MAX).trim_end()))
}

/// Text after the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text before it: there, colons and commas end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_github_is_escaped() {
        assert_eq!(data("100 %\r\n::error::x"), "100 %25%0D%0A::error::x");
        assert_eq!(property("a: 1, 50 %"), "a%3A 1%2C 50 %25");
    }
}
