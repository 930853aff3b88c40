//! Floor 9: whether a campaign is better or worse than an earlier one.
//!
//! | file | what it is |
//! |---|---|
//! | `baseline` | a campaign reduced to what can be compared, and its file |
//! | `figure` | what is compared of a run |
//! | `pairing` | which runs of two campaigns belong together, and whether any do |
//! | `stats` | how sure one can be that a difference is none of chance |
//! | `thresholds` | how sure one must be, and which differences matter |
//! | `compare` | the verdicts |
//!
//! # How it judges
//!
//! The same seed is the same run, so the runs of two campaigns pair up by test and iteration. Where
//! the digests of a pair are equal, nothing at all has changed, and there is nothing to test: an
//! implementation that was not touched can never look worse. Only pairs that differ say anything.
//!
//! *Runs that pass.* A run that fails proves a mistake; it does not measure one. So a test that the
//! baseline always passed is worse as soon as one run fails. Where the baseline failed as well, the
//! runs that changed sides are counted, by McNemar's exact test.
//!
//! *Figures.* Wilcoxon's signed-rank test, on relative differences of pairs that both passed. It
//! asks no more than it may: if a change means nothing, either run of a pair could as well have been
//! the other's, so differences are symmetric around 0, whatever their distribution; and elections
//! are so unequal that a test on means would be at the mercy of the longest. The sign test asks for
//! even less, but sees only directions, and needs far more runs for the same certainty.
//!
//! *What matters.* With enough runs, a difference of a thousandth is beyond doubt. A figure is only
//! better or worse if its mean has also moved by the least change that the thresholds name.
//!
//! *Many questions.* Fifty tests with seven figures are hundreds of chances to err. Holm's
//! correction holds the chance that any of them errs to what the thresholds say, however they hang
//! together. Figures without a pair that differs are not questions: given which pairs differ, which
//! way they do is all that is left to chance. Better and worse are asked one-sidedly, each with
//! that chance. All tests together are one more question for each figure, and the sharpest: few
//! runs of many tests can show together what none of them shows alone.
//!
//! *Computing time* depends on the machine, so it is shown, and judged only by a ratio that somebody
//! has chosen, over all runs together.

mod baseline;
mod compare;
mod figure;
mod pairing;
mod stats;
mod thresholds;

pub use baseline::{Baseline, BaselineError, Collector, Played, TestRuns};
pub use compare::{Comparison, Row, TestComparison, Verdict, compare};
pub use figure::Figure;
pub use pairing::{FailedRun, Failures, Incomparable, check};
pub use thresholds::{Thresholds, ThresholdsError};
