//! Annotations on GitHub: workflow commands on stdout, which its runner reads.

use super::Account;
use super::account::clipped;

/// So many errors of a step are shown; the summary has all.
const SHOWN: usize = 10;
/// Characters of one annotation: what is longer is folded away.
const TEXT_MAX: usize = 1_500;

/// One error for every test that failed, with its first failure; a line each.
pub fn annotations(account: &Account<'_>) -> String {
    let errors = account.failing().take(SHOWN).map(|test| {
        let title = format!("{}: {} of {} runs failed", test.test.path(), test.failed(), test.played);
        let text = test.failures.first().map(|first| account.block(first)).unwrap_or_default();
        format!("::error title={}::{}\n", property(&title), data(clipped(text.trim_end(), TEXT_MAX).trim_end()))
    });
    errors.collect()
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
