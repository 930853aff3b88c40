//! `raftlab test --failed`: what failed in an earlier campaign comes first.

use std::collections::BTreeSet;
use std::path::Path;

use clap::{Parser as _, ValueEnum as _};

use super::args::{LabArgs, Partition, RulesChoice, SeedChoice, TestArgs};
use super::error::Failed;
use super::newest::newest_campaign;
use super::plan::RUNS;
use crate::base::Seed;
use crate::report::count;
use crate::runner::{Planned, Slice, StoreError, StoredCampaign};

/// An earlier campaign, and what failed in it.
pub(super) struct Last {
    campaign: StoredCampaign,
    /// Tests by their place in that campaign, and iterations of them.
    failures: BTreeSet<(usize, u64)>,
}

/// A command line that says what a campaign says of its labs and rules.
#[derive(clap::Parser)]
struct Options {
    #[command(flatten)]
    lab: LabArgs,

    #[arg(long)]
    rules: Option<RulesChoice>,
}

impl Last {
    /// The campaign in `folder`, or else the one that was played last; none if there is none.
    pub(super) fn find(folder: Option<&Path>) -> Result<Option<Last>, Failed> {
        let Some(newest) = folder.map(Path::to_owned).or_else(|| newest_campaign(Path::new(RUNS))) else {
            return Ok(None);
        };
        let campaign = match StoredCampaign::open(&newest) {
            // What nobody has named may hold anything.
            Err(StoreError::Missing { .. }) if folder.is_none() => return Ok(None),
            other => other.map_err(Failed::usage)?,
        };
        let mut failures = BTreeSet::new();
        let read = campaign.read(|result| {
            let test = campaign.manifest.tests.iter().position(|test| test.info == result.test);
            failures.extend(test.filter(|_| !result.run.outcome.passed()).map(|test| (test, result.iteration)));
        });
        read.map_err(Failed::usage)?;
        Ok(Some(Last { campaign, failures }))
    }

    /// Fills in what the user has left open, so that the campaign is the same again.
    pub(super) fn fill(&self, args: &mut TestArgs) -> Result<(), Failed> {
        let StoredCampaign { folder, manifest } = &self.campaign;
        let typed = Options::try_parse_from([&"raftlab".to_owned()].into_iter().chain(&manifest.options));
        let unknown = |_| {
            let (folder, options) = (folder.display(), manifest.options.join(" "));
            Failed::usage(format!("what was played in {folder} cannot be played again: its options were {options}"))
        };
        let Options { lab, .. } = typed.map_err(unknown)?;
        if args.lab.options().is_empty() {
            args.lab = lab;
        }
        if args.names.is_empty() {
            args.names = manifest.tests.iter().map(|test| test.info.path()).collect();
        }
        let iterations = manifest.tests.iter().map(|test| test.iterations).max().flatten();
        if args.iterations.is_none() && !args.until_failure {
            (args.iterations, args.until_failure) = (iterations, iterations.is_none());
        }
        let rules = RulesChoice::from_str(&manifest.rules, false).ok();
        (args.seed, args.rules) = (args.seed.or(Some(SeedChoice::Given(manifest.seed()))), args.rules.or(rules));
        args.check_determinism |= manifest.determinism_checked;
        if manifest.slice() != Slice::WHOLE {
            args.partition = args.partition.or(Some(Partition::Given(manifest.slice())));
        }
        Ok(())
    }

    /// Those of its failures that are among the runs of these tests. It is said what cannot be
    /// repeated, for it would look as if it had been mended.
    pub(super) fn among(
        &self,
        tests: &[Planned],
        seed: Seed,
        slice: Slice,
        rules: RulesChoice,
    ) -> Result<Vec<(usize, u64)>, Failed> {
        if !self.failures.is_empty() {
            self.compare(seed, rules)?;
        }
        let mut first = Vec::new();
        for (place, iteration) in &self.failures {
            let before = &self.campaign.manifest.tests[*place];
            let Some(place) = tests.iter().position(|planned| planned.test.info.name == before.info.name) else {
                continue;
            };
            let Planned { test, iterations } = &tests[place];
            if test.digest().to_string() != before.digest {
                let why = format!("{} is another test now: its lab, or raftlab, has changed", before.info.path());
                return Err(self.refused(&why));
            }
            if iterations.is_some_and(|iterations| iterations < *iteration) {
                let path = before.info.path();
                let why = format!("iteration {iteration} of {path} is among it; leave --iterations away, or say more");
                return Err(self.refused(&why));
            }
            if slice.has(*iteration) {
                first.push((place, *iteration));
            }
        }
        Ok(first)
    }

    /// A run depends on the campaign's seed, and its failing on who watches.
    fn compare(&self, seed: Seed, rules: RulesChoice) -> Result<(), Failed> {
        let manifest = &self.campaign.manifest;
        if seed != manifest.seed() {
            return Err(self.refused(&format!("its seed is {}, not {seed}; leave --seed away", manifest.seed())));
        }
        if RulesChoice::from_str(&manifest.rules, false).ok() != Some(rules) {
            return Err(self.refused(&format!("it was played with --rules {}; leave --rules away", manifest.rules)));
        }
        Ok(())
    }

    fn refused(&self, why: &str) -> Failed {
        let folder = self.campaign.folder.display();
        Failed::usage(format!("what failed in {folder} cannot be played first: {why}"))
    }

    /// What there is to say, if so many of its failures come first.
    pub(super) fn note(&self, first: usize) -> String {
        let (folder, failed) = (self.campaign.folder.display(), self.failures.len());
        let what = format!("{} failed in {folder}", count(failed as u64, "run"));
        match first {
            _ if failed == 0 => format!("nothing failed in {folder}"),
            0 => format!("{what}, none of what is selected here"),
            first if first == failed => format!("{what}; played first"),
            first => format!("{what}; those that are selected here, {first}, are played first"),
        }
    }
}
