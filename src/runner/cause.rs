//! Failures of a campaign, grouped by their cause.

use std::collections::{BTreeMap, BTreeSet};

use super::campaign::RunResult;
use super::outcome::Finding;
use crate::cluster::Circumstances;

/// What failures have in common that are taken to be of one cause.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cause {
    /// How the runs ended.
    pub outcome: &'static str,
    /// The rule that was broken, or the check that was not met.
    pub rule: String,
    /// The place in the implementation's source, where there is one.
    pub place: Option<String>,
    /// What was going on.
    pub circumstances: Option<Circumstances>,
}

/// All failures of one cause.
#[derive(Debug)]
pub struct Group {
    /// What they have in common.
    pub cause: Cause,
    /// How many there are.
    pub count: u64,
    /// The tests in which they were seen, by their places in the plan.
    pub tests: BTreeSet<usize>,
    /// The one that ended first in its virtual time.
    pub shortest: RunResult,
}

/// Groups of failures. There are as many as the rules and the implementation's source allow, however
/// many runs there were.
#[derive(Debug, Default)]
pub(super) struct Causes(BTreeMap<Cause, Group>);

impl Cause {
    /// The cause of a failure; none if the run passed.
    pub fn of(result: &RunResult) -> Option<Cause> {
        let Finding { rule, place, circumstances, .. } = result.run.outcome.finding()?;
        Some(Cause {
            outcome: result.run.outcome.name(),
            rule: rule.clone(),
            place: place.clone(),
            circumstances: circumstances.clone(),
        })
    }

    /// Whether it is the same but for the circumstances.
    pub fn is_like(&self, other: &Cause) -> bool {
        (self.outcome, &self.rule, &self.place) == (other.outcome, &other.rule, &other.place)
    }
}

impl Causes {
    /// Adds a run of the test at this place of the plan, if it failed.
    pub(super) fn add(&mut self, test: usize, result: &RunResult) {
        let Some(cause) = Cause::of(result) else { return };
        let group = self.0.entry(cause).or_insert_with_key(|cause| Group {
            cause: cause.clone(),
            count: 0,
            tests: BTreeSet::new(),
            shortest: result.clone(),
        });
        group.count += 1;
        group.tests.insert(test);
        // The same whatever the order in which runs end.
        let length = |result: &RunResult| (result.run.figures.virtual_time, result.test.path(), result.iteration);
        if length(result) < length(&group.shortest) {
            group.shortest = result.clone();
        }
    }

    /// The groups, the largest first.
    pub(super) fn groups(&self) -> Vec<&Group> {
        let mut groups: Vec<&Group> = self.0.values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        groups
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::base::{Seed, ServerId};
    use crate::cluster::Phase;
    use crate::lab::{Edition, Lab};
    use crate::runner::{Outcome, Patience, Run};
    use crate::sim::Beat;

    fn failed(iteration: u64, rule: &str, phase: Phase, seconds: u64) -> RunResult {
        let test = Lab::course(Edition::To2023).tests().next().expect("there are tests").info.clone();
        let mut run = Run::given_up(Patience::RealTime(Duration::from_secs(1)), &Beat::default());
        run.figures.virtual_time = Duration::from_secs(seconds);
        let circumstances = Some(Circumstances { phase, roles: vec!["leader".to_owned()] });
        let servers = vec![ServerId::new(0)];
        run.outcome = Outcome::Violated(Finding { servers, circumstances, ..Finding::new(rule, vec![]) });
        RunResult { test, iteration, seed: Seed(iteration), run, cpu: Duration::ZERO, trace: None }
    }

    #[test]
    fn failures_are_of_one_cause_if_rule_and_circumstances_are_the_same() {
        let mut causes = Causes::default();
        causes.add(0, &failed(1, "a", Phase::Calm, 9));
        causes.add(0, &failed(2, "b", Phase::Calm, 9));
        causes.add(1, &failed(3, "b", Phase::Faults, 9));
        causes.add(1, &failed(4, "b", Phase::Faults, 7));
        causes.add(2, &failed(5, "b", Phase::Faults, 8));
        let groups = causes.groups();
        let told: Vec<(&str, u64, u64)> =
            groups.iter().map(|group| (group.cause.rule.as_str(), group.count, group.shortest.iteration)).collect();
        assert_eq!(told, [("b", 3, 4), ("a", 1, 1), ("b", 1, 2)]);
        assert_eq!(groups[0].tests, BTreeSet::from([1, 2]));
    }

    #[test]
    fn the_order_of_the_runs_does_not_matter_and_passing_runs_are_none() {
        let runs = [failed(1, "a", Phase::Calm, 5), failed(2, "a", Phase::Calm, 5), failed(3, "a", Phase::Calm, 6)];
        let shortest = |order: [usize; 3]| {
            let mut causes = Causes::default();
            order.iter().for_each(|place| causes.add(0, &runs[*place]));
            causes.groups()[0].shortest.iteration
        };
        assert_eq!((shortest([0, 1, 2]), shortest([2, 1, 0])), (1, 1));
        let mut passed = failed(9, "a", Phase::Calm, 1);
        passed.run.outcome = Outcome::Passed;
        let mut causes = Causes::default();
        causes.add(0, &passed);
        assert!(causes.groups().is_empty());
    }
}
