//! Which runs of two campaigns belong together, and why none may.

use std::sync::Arc;

use super::baseline::{Baseline, Played, TestRuns};
use crate::base::Seed;
use crate::lab::TestInfo;
use crate::runner::{Manifest, TestPlan};

/// Why two campaigns cannot be compared, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Incomparable(String);

/// The runs of one test that both campaigns have.
pub(super) struct Paired<'a> {
    pub(super) test: Arc<TestInfo>,
    /// The baseline's first.
    pub(super) runs: Vec<(&'a Played, &'a Played)>,
    /// Mean computing time of a run in each, in microseconds.
    pub(super) cpu_us: (f64, f64),
}

/// Runs that failed in one campaign or in both.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Failures {
    /// Only now.
    pub new: Vec<FailedRun>,
    /// Only in the baseline.
    pub gone: Vec<FailedRun>,
    /// In both.
    pub shared: Vec<FailedRun>,
}

/// A run that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FailedRun {
    /// The test.
    pub test: Arc<TestInfo>,
    /// Counted from 1.
    pub iteration: u64,
    /// The run's seed.
    pub seed: Seed,
    /// How it ended, and which rule or check was not met.
    pub failure: String,
}

impl FailedRun {
    /// Played once, it may pass.
    pub fn is_nondeterministic(&self) -> bool {
        self.failure.starts_with("nondeterministic")
    }
}

/// Whether runs of these campaigns are the same runs at all, the first one being called `names[0]`
/// and the second `names[1]`; what should be known although they are.
///
/// # Errors
/// If they are not.
pub fn check(baseline: &Manifest, campaign: &Manifest, names: [&str; 2]) -> Result<Vec<String>, Incomparable> {
    let [there, here] = names;
    let differ = |what: &str, one: &str, other: &str, remedy: &str| {
        let text = format!(
            "cannot compare: {what} is {one} in {there} and {other} in {here}; {remedy}, or save a new baseline with \
             --save-baseline"
        );
        Err(Incomparable(text))
    };
    if baseline.seed != campaign.seed {
        let remedy = format!("other seeds are other runs: play with --seed {}", baseline.seed);
        return differ("the seed", &baseline.seed, &campaign.seed, &remedy);
    }
    if baseline.rules != campaign.rules {
        let remedy = format!("play with --rules {}", baseline.rules);
        return differ("--rules", &baseline.rules, &campaign.rules, &remedy);
    }
    let common = common(baseline, campaign);
    if common.is_empty() {
        return differ("what is played", &parts(baseline), &parts(campaign), remedy(baseline, campaign));
    }
    if let Some((one, _)) =
        common.iter().find(|(one, other)| baseline.tests[*one].digest != campaign.tests[*other].digest)
    {
        return Err(Incomparable(format!(
            "cannot compare: {} is not the same test in {there} and in {here}: another --lab file, or a raftlab whose \
             labs have changed; play the same one, or save a new baseline with --save-baseline",
            baseline.tests[*one].info.path()
        )));
    }
    Ok(remarks(baseline, campaign, names))
}

/// What to do where no test is in both.
fn remedy(baseline: &Manifest, campaign: &Manifest) -> &'static str {
    let is_there = |test: &TestPlan| baseline.tests.iter().any(|other| other.info.name == test.info.name);
    if campaign.tests.iter().any(is_there) {
        "the same tests are numbered differently: play with the baseline's --edition"
    } else {
        "these have no test in common: play tests that are in both"
    }
}

fn remarks(baseline: &Manifest, campaign: &Manifest, [there, here]: [&str; 2]) -> Vec<String> {
    let mut remarks = Vec::new();
    if baseline.raftlab != campaign.raftlab {
        let (one, other) = (&baseline.raftlab, &campaign.raftlab);
        remarks.push(format!("{there} is of raftlab {one} and {here} of {other}: seeds may play other runs"));
    }
    let lacks = |own: &Manifest, other: &Manifest| -> Vec<String> {
        let lacks =
            other.tests.iter().filter(|test| !own.tests.iter().any(|known| known.info.path() == test.info.path()));
        lacks.map(|test| test.info.path()).collect()
    };
    for (own, other, name) in [(baseline, campaign, there), (campaign, baseline, here)] {
        let missing = lacks(own, other);
        match missing.len() {
            0 => {}
            1..=5 => remarks.push(format!("not compared, because {name} has none of them: {}", missing.join(", "))),
            many => remarks.push(format!("{many} tests are not compared, because {name} has none of them")),
        }
    }
    remarks
}

/// By their places, the tests that are in both.
fn common(baseline: &Manifest, campaign: &Manifest) -> Vec<(usize, usize)> {
    let place = |path: &str| campaign.tests.iter().position(|test| test.info.path() == path);
    let pairs = baseline.tests.iter().enumerate().filter_map(|(one, test)| Some((one, place(&test.info.path())?)));
    pairs.collect()
}

fn parts(manifest: &Manifest) -> String {
    let mut parts: Vec<&str> = manifest.tests.iter().map(|test| test.info.part.as_str()).collect();
    parts.dedup();
    parts.join(" ")
}

/// The runs that both campaigns have, by test, and what should be known of them.
pub(super) fn pair<'a>(
    baseline: &'a Baseline,
    campaign: &'a Baseline,
    names: [&str; 2],
) -> Result<(Vec<Paired<'a>>, Vec<String>), Incomparable> {
    let mut remarks = check(&baseline.manifest, &campaign.manifest, names)?;
    let [there, here] = names;
    for (side, name) in [(baseline, there), (campaign, here)] {
        if side.missing() > 0 {
            remarks.push(format!("{name} is incomplete: {} of its runs were not played", side.missing()));
        }
    }
    let (mut tests, mut has) = (Vec::new(), [0, 0]);
    for (one, other) in common(&baseline.manifest, &campaign.manifest) {
        let (own, new) = (&baseline.tests[one], &campaign.tests[other]);
        has = [has[0] + own.runs.len(), has[1] + new.runs.len()];
        tests.push(paired(baseline.manifest.tests[one].info.clone(), own, new));
    }
    let pairs = tests.iter().map(|test| test.runs.len()).sum::<usize>();
    if pairs == 0 {
        return Err(Incomparable(format!("cannot compare: no run is both in {there} and in {here}")));
    }
    if has != [pairs; 2] {
        let [one, other] = has;
        remarks.push(format!(
            "of these tests, {there} has {one} runs and {here} has {other}: the {pairs} that are in both are compared"
        ));
    }
    Ok((tests, remarks))
}

fn paired<'a>(test: Arc<TestInfo>, baseline: &'a TestRuns, campaign: &'a TestRuns) -> Paired<'a> {
    let runs = baseline.runs.iter().filter_map(|(iteration, run)| Some((run, campaign.runs.get(iteration)?)));
    Paired { test, runs: runs.collect(), cpu_us: (baseline.cpu_us as f64, campaign.cpu_us as f64) }
}

impl Failures {
    pub(super) fn of(tests: &[Paired<'_>], seed: Seed) -> Failures {
        let mut failures = Failures::default();
        for test in tests {
            for (one, other) in &test.runs {
                let (list, failure) = match (&one.failure, &other.failure) {
                    (None, None) => continue,
                    (None, Some(failure)) => (&mut failures.new, failure),
                    (Some(failure), None) => (&mut failures.gone, failure),
                    (Some(_), Some(failure)) => (&mut failures.shared, failure),
                };
                let (test, iteration, failure) = (test.test.clone(), one.iteration, failure.clone());
                list.push(FailedRun { seed: seed.of_run(&test.name, iteration), test, iteration, failure });
            }
        }
        failures
    }
}
