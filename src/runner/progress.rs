//! How far a campaign has come, and what comes next.

use std::collections::BTreeSet;

use super::campaign::{Campaign, RunResult};
use super::manifest::Manifest;
use super::summary::Summary;

/// What was played of a campaign, in one go or in several.
#[derive(Debug)]
pub struct Progress {
    /// What it comes to so far.
    pub summary: Summary,
    /// By test, the iterations that were played.
    done: Vec<BTreeSet<u64>>,
    /// By test, the iterations that are played before all others.
    first: Vec<BTreeSet<u64>>,
}

impl Progress {
    /// Nothing was played of `campaign` yet.
    pub fn none(campaign: &Campaign) -> Progress {
        let planned = campaign.tests.iter().map(|planned| {
            let count = campaign.slice.count(planned.iterations);
            (planned.test.info.clone(), count)
        });
        Progress::of(Summary::new(campaign.seed, planned))
    }

    /// Nothing was read yet of a campaign that is written down like this.
    pub(super) fn planned(manifest: &Manifest) -> Progress {
        let slice = manifest.slice();
        let planned = manifest.tests.iter().map(|test| (test.info.clone(), slice.count(test.iterations)));
        let mut summary = Summary::new(manifest.seed(), planned);
        summary.ending = manifest.ending;
        Progress::of(summary)
    }

    /// Nothing was played of what `summary` expects.
    pub(super) fn of(summary: Summary) -> Progress {
        let none = vec![BTreeSet::new(); summary.tests.len()];
        Progress { summary, done: none.clone(), first: none }
    }

    /// Takes a run into account; false if it was known already.
    pub fn add(&mut self, result: &RunResult) -> bool {
        let test = self.summary.place_of(result);
        let is_new = self.done[test].insert(result.iteration);
        if is_new {
            self.summary.add(result);
        }
        is_new
    }

    /// Puts a run before all others: an iteration of the campaign's `test`-th test. If one of those that
    /// come first does not pass, they are all that is played.
    pub fn put_first(&mut self, test: usize, iteration: u64) {
        self.first[test].insert(iteration);
    }

    /// Hands over what comes first, by test.
    pub(super) fn take_first(&mut self) -> Vec<BTreeSet<u64>> {
        std::mem::take(&mut self.first)
    }

    /// Hands over what is done, by test; only the sums are kept.
    pub(super) fn take_done(&mut self) -> Vec<BTreeSet<u64>> {
        std::mem::take(&mut self.done)
    }

    /// How many runs were played.
    pub fn played(&self) -> u64 {
        self.summary.played()
    }
}
