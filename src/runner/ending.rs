//! Why a campaign ended.

use serde::{Deserialize, Serialize};

/// Why a campaign ended. Of several reasons, the last one counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// All planned runs were played.
    Complete,
    /// The time it was given was over: what was played is its result.
    TimeBudget,
    /// As many runs failed as were wanted.
    Failures,
    /// Every worker was in a run that does not end.
    Stuck,
    /// Somebody interrupted it.
    Interrupted,
}

impl Ending {
    /// The word for it, as it stands in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Ending::Complete => "complete",
            Ending::TimeBudget => "time-budget",
            Ending::Failures => "failures",
            Ending::Stuck => "stuck",
            Ending::Interrupted => "interrupted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_word_is_the_one_that_is_written_down() {
        for ending in [Ending::Complete, Ending::TimeBudget, Ending::Failures, Ending::Stuck, Ending::Interrupted] {
            assert_eq!(serde_json::to_string(&ending).ok(), Some(format!("\"{}\"", ending.name())));
        }
    }
}
