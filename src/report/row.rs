//! One test's line in a table, as text. Figures are means per run.

use super::units::{millis, percent};
use crate::runner::TestSummary;

/// The cells of one test.
pub(super) struct Row {
    pub(super) test: String,
    pub(super) passed: String,
    pub(super) failed: String,
    /// What its failure rate is not above, with 95 % confidence.
    pub(super) bound: String,
    pub(super) virtual_seconds: String,
    pub(super) rpcs: String,
    pub(super) bytes: String,
    pub(super) ops: String,
    /// In milliseconds, median, 99th percentile and maximum.
    pub(super) reelections: String,
}

impl Row {
    pub(super) fn of(test: &TestSummary) -> Row {
        let runs = test.played.max(1);
        let mean = |sum: u64| (sum / runs).to_string();
        let elections = &test.reelections;
        let [p50, p99, max] = [elections.percentile(50), elections.percentile(99), elections.max()].map(millis);
        Row {
            test: test.test.path(),
            passed: format!("{}/{}", test.passed, test.played),
            failed: test.failed().to_string(),
            bound: test.failure_rate_upper_95().map_or_else(|| "-".to_owned(), percent),
            virtual_seconds: format!("{:.1}", test.virtual_time.as_secs_f64() / runs as f64),
            rpcs: mean(test.rpcs),
            bytes: mean(test.bytes),
            ops: mean(test.ops),
            reelections: format!("{p50}/{p99}/{max}"),
        }
    }
}
