//! What all runs of a campaign come to. Its size does not depend on how many runs there were.

use std::sync::Arc;
use std::time::Duration;

use super::campaign::RunResult;
use super::cause::{Causes, Group};
use super::ending::Ending;
use super::rate::failure_rate_upper_95;
use super::spread::Spread;
use crate::base::Seed;
use crate::lab::TestInfo;
use crate::oracle::{Rule, Shown, rules};
use crate::trace::Digest;

/// Failures that are kept in full, per test: those of the lowest iterations.
const KEPT: usize = 10;

/// What a campaign came to.
#[derive(Debug)]
pub struct Summary {
    /// The campaign's seed.
    pub seed: Seed,
    /// One per test, in the order of the plan.
    pub tests: Vec<TestSummary>,
    /// What the implementation gave to the rules, in all runs together.
    pub shown: Shown,
    /// Why the campaign ended; none if that is not known.
    pub ending: Option<Ending>,
    causes: Causes,
}

/// What all runs of one test came to.
#[derive(Debug)]
pub struct TestSummary {
    /// The test.
    pub test: Arc<TestInfo>,
    /// Runs that were planned; none if until one fails.
    pub planned: Option<u64>,
    /// Runs that were played.
    pub played: u64,
    /// Runs that passed.
    pub passed: u64,
    /// The failures of the lowest iterations, in order.
    pub failures: Vec<RunResult>,
    /// Sum of all virtual time.
    pub virtual_time: Duration,
    /// Sum of all processor time.
    pub cpu: Duration,
    /// Sum of all RPCs.
    pub rpcs: u64,
    /// Sum of all bytes.
    pub bytes: u64,
    /// RPCs per run.
    pub rpcs_per_run: Spread,
    /// Bytes per run.
    pub bytes_per_run: Spread,
    /// Sum of all ops.
    pub ops: u64,
    /// How long it took until a leader served again.
    pub reelections: Histogram,
    /// All digests, combined so that their order does not matter.
    digest: u64,
}

impl Summary {
    /// Nothing of so many runs of these tests.
    pub fn new(seed: Seed, tests: impl Iterator<Item = (Arc<TestInfo>, Option<u64>)>) -> Summary {
        let tests = tests.map(|(test, planned)| TestSummary::new(test, planned)).collect();
        Summary { seed, tests, shown: Shown::default(), ending: None, causes: Causes::default() }
    }

    /// Takes a run into account, which must be of one of the tests and new.
    pub fn add(&mut self, result: &RunResult) {
        self.shown = self.shown.or(result.run.shown);
        let place = self.place_of(result);
        self.tests[place].add(result);
        self.causes.add(place, result);
    }

    /// The failures by their causes, the most frequent one first.
    pub fn groups(&self) -> Vec<&Group> {
        self.causes.groups()
    }

    /// Runs that were played of the tests in which these failures were seen.
    pub fn played_of(&self, group: &Group) -> u64 {
        group.tests.iter().map(|place| self.tests[*place].played).sum()
    }

    /// Forgets how numbers were spread over runs, which takes most of the place; what they come to stays.
    pub fn forget_spreads(&mut self) {
        for test in &mut self.tests {
            (test.rpcs_per_run, test.bytes_per_run) = (Spread::default(), Spread::default());
            test.reelections = Histogram::default();
        }
    }

    /// Which of the tests a result is of.
    ///
    /// # Panics
    /// If it is of none: nobody asks for results of other campaigns.
    pub fn place_of(&self, result: &RunResult) -> usize {
        let is_same = |test: &TestSummary| Arc::ptr_eq(&test.test, &result.test) || test.test == result.test;
        self.tests.iter().position(is_same).expect("a result is of a test of the campaign")
    }

    /// Planned runs are missing. What a time budget cut off was not to be played, and what has no
    /// end lacks nothing unless somebody ended it.
    pub fn is_incomplete(&self) -> bool {
        match (self.ending, self.planned()) {
            (Some(Ending::TimeBudget), _) => false,
            (ending, None) => ending == Some(Ending::Interrupted),
            (_, Some(planned)) => self.played() < planned,
        }
    }

    /// Everything that was planned was played.
    pub(super) fn has_all(&self) -> bool {
        self.planned().is_some_and(|planned| self.played() >= planned)
    }

    /// Runs that were planned; none if until one fails.
    pub fn planned(&self) -> Option<u64> {
        self.tests.iter().map(|test| test.planned).sum()
    }

    /// Runs that were played.
    pub fn played(&self) -> u64 {
        self.tests.iter().map(|test| test.played).sum()
    }

    /// Runs that did not pass.
    pub fn failed(&self) -> u64 {
        self.tests.iter().map(TestSummary::failed).sum()
    }

    /// The rules that could not watch, because the implementation gives too little.
    pub fn not_watched(&self) -> impl Iterator<Item = Rule> {
        rules().filter(|rule| !self.shown.meets(rule.needs))
    }

    /// One digest for all runs: the same tests, seed and implementation always give the same,
    /// however many workers there were.
    pub fn digest(&self) -> Digest {
        let mut digest = Digest::EMPTY;
        for test in &self.tests {
            digest.bytes(test.test.path().as_bytes());
            digest.word(test.digest);
        }
        digest
    }
}

impl TestSummary {
    fn new(test: Arc<TestInfo>, planned: Option<u64>) -> TestSummary {
        TestSummary {
            test,
            planned,
            played: 0,
            passed: 0,
            failures: Vec::new(),
            virtual_time: Duration::ZERO,
            cpu: Duration::ZERO,
            rpcs: 0,
            bytes: 0,
            rpcs_per_run: Spread::default(),
            bytes_per_run: Spread::default(),
            ops: 0,
            reelections: Histogram::default(),
            digest: 0,
        }
    }

    fn add(&mut self, result: &RunResult) {
        self.played += 1;
        let run = &result.run;
        self.virtual_time += run.figures.virtual_time;
        self.cpu += result.cpu;
        self.rpcs += run.figures.rpcs;
        self.bytes += run.figures.bytes;
        self.rpcs_per_run.add(run.figures.rpcs);
        self.bytes_per_run.add(run.figures.bytes);
        self.ops += run.figures.ops;
        run.reelections.iter().for_each(|duration| self.reelections.add(*duration));
        let mut digest = run.digest;
        digest.word(result.iteration);
        self.digest = self.digest.wrapping_add(digest.bits());
        if run.outcome.passed() {
            self.passed += 1;
        } else {
            self.keep_failure(result);
        }
    }

    fn keep_failure(&mut self, result: &RunResult) {
        let place = self.failures.partition_point(|failure| failure.iteration < result.iteration);
        if place < KEPT {
            self.failures.insert(place, result.clone());
            self.failures.truncate(KEPT);
        }
    }

    /// Runs that did not pass.
    pub fn failed(&self) -> u64 {
        self.played - self.passed
    }

    /// What its failure rate is not above, with 95 % confidence; none if nothing was played.
    pub fn failure_rate_upper_95(&self) -> Option<f64> {
        failure_rate_upper_95(self.failed(), self.played)
    }
}

/// Durations, counted per millisecond up to a minute.
#[derive(Debug, Default)]
pub struct Histogram {
    counts: Vec<u32>,
    total: u64,
    max: Duration,
}

/// Durations beyond this are counted together.
const LAST_BUCKET: usize = 60_000;

impl Histogram {
    /// Adds a duration.
    pub fn add(&mut self, duration: Duration) {
        let bucket = usize::try_from(duration.as_millis()).unwrap_or(LAST_BUCKET).min(LAST_BUCKET);
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.total += 1;
        self.max = self.max.max(duration);
    }

    /// Every millisecond with durations in it, and how many.
    pub fn counts(&self) -> impl Iterator<Item = (u64, u64)> {
        let counts = (0u64..).zip(self.counts.iter().copied().map(u64::from));
        counts.filter(|(_, count)| *count > 0)
    }

    /// How many durations there are.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The longest; none if there are none.
    pub fn max(&self) -> Option<Duration> {
        (self.total > 0).then_some(self.max)
    }

    /// The duration that `percent` of all do not exceed, in whole milliseconds, rounded down.
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        let rank = (self.total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let bucket = self.counts.iter().position(|count| {
            seen += u64::from(*count);
            seen >= rank
        })?;
        Some(Duration::from_millis(bucket as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_definition() {
        let mut histogram = Histogram::default();
        assert_eq!((histogram.percentile(50), histogram.max()), (None, None));
        (1..=200).for_each(|millis| histogram.add(Duration::from_millis(millis)));
        let millis = |percent| histogram.percentile(percent).map(|duration| duration.as_millis());
        assert_eq!((millis(50), millis(99), millis(100)), (Some(100), Some(198), Some(200)));
        histogram.add(Duration::from_secs(100_000));
        assert_eq!(histogram.max(), Some(Duration::from_secs(100_000)));
    }
}
