//! Why a key's history cannot be ordered.

use super::super::budget::Budget;
use super::super::history::Moment;
use super::super::search::{Answer, search};
use super::super::verdict::Contradiction;
use super::super::window;
use super::steps::{KeyModel, value_read};
use super::words::Story;
use super::{Key, KvInput, KvOperation};

/// A key whose history cannot be ordered.
pub(super) struct Suspect<'a> {
    key: &'a Key<'a>,
    /// The operations that returned, in that order.
    ends: Vec<usize>,
    /// The operation whose return no order explains.
    culprit: usize,
}

impl<'a> Suspect<'a> {
    /// Finds out when it came to light. Searches use up `steps`.
    pub(super) fn new(key: &'a Key<'a>, budget: &Budget, steps: &mut u64) -> Suspect<'a> {
        let (operations, ends) = (&key.operations, ends(&key.operations));
        let culprit = window::first_refuted(&ends, operations.len(), |bound: &[bool]| {
            // A history up to an instant has no later calls either, which spares the search most of it.
            let until = latest_return(operations, bound);
            refutes(operations, bound, until, budget, steps)
        });
        Suspect { key, ends, culprit }
    }

    /// The same of a key about which a search could not decide, if it has a read that no order
    /// explains even if all other reads are ignored: that costs far less to find out.
    pub(super) fn by_one_read(key: &'a Key<'a>, budget: &Budget, steps: &mut u64) -> Option<Suspect<'a>> {
        let (operations, ends) = (&key.operations, ends(&key.operations));
        let reads = ends.iter().copied().filter(|each| operations[*each].input.is_get());
        let culprit = reads.into_iter().find(|read| {
            let bound: Vec<bool> = (0..operations.len()).map(|each| each == *read).collect();
            refutes(operations, &bound, latest_return(operations, &bound), budget, steps)
        })?;
        Some(Suspect { key, ends, culprit })
    }

    /// When it came to light.
    pub(super) fn at(&self) -> Moment {
        self.key.operations[self.culprit].returned_at().unwrap_or_default()
    }

    /// The smallest contradiction, in words. Operations close to the culprit are preferred.
    pub(super) fn explain(&self, budget: &Budget, steps: &mut u64) -> Contradiction {
        let operations = &self.key.operations;
        let earlier: Vec<usize> = self.ends.iter().copied().take_while(|each| *each != self.culprit).collect();
        let nearest: Vec<usize> = earlier.into_iter().rev().collect();
        let mut found = window::smallest(self.culprit, &nearest, operations.len(), |bound: &[bool]| {
            refutes(operations, bound, Some(self.at()), budget, steps)
        });
        if *steps == 0 {
            found = self.missed_append().unwrap_or(found);
        }
        found.sort_unstable_by_key(|each| (operations[*each].called, *each));
        let (kind, evidence) = Story { operations, found: &found, culprit: self.culprit }.tell();
        let mut clients: Vec<usize> = found.iter().map(|each| operations[*each].client).collect();
        clients.sort_unstable();
        clients.dedup();
        let numbers = found.iter().map(|each| self.key.numbers[*each]).collect();
        Contradiction {
            kind,
            key: self.key.name.to_owned(),
            at: self.at().instant(),
            clients,
            operations: numbers,
            evidence,
        }
    }
}

impl Suspect<'_> {
    /// The culprit, if it is a read that does not show an Append that was over before it although no Put can
    /// have come between; that Append, and the Puts before it. Found without a search.
    fn missed_append(&self) -> Option<Vec<usize>> {
        let operations = &self.key.operations;
        let read = &operations[self.culprit];
        let shown = value_read(read)?;
        let puts: Vec<usize> = (0..operations.len()).filter(|each| operations[*each].input.is_put()).collect();
        let is_missed = |each: &usize| match operations[*each].input {
            KvInput::Append { value, .. } => {
                let append = &operations[*each];
                let is_outside = |put: &usize| operations[*put].precedes(append) || read.precedes(&operations[*put]);
                append.precedes(read) && !shown.contains(value.as_str()) && puts.iter().all(is_outside)
            }
            _ => false,
        };
        let missed = (0..operations.len()).rev().find(is_missed)?;
        let earlier = puts.iter().copied().filter(|put| operations[*put].precedes(&operations[missed]));
        Some(earlier.chain([missed, self.culprit]).collect())
    }
}

/// The operations that returned, in that order.
fn ends(operations: &[KvOperation<'_>]) -> Vec<usize> {
    let mut ends: Vec<usize> = (0..operations.len()).filter(|each| operations[*each].returned.is_some()).collect();
    ends.sort_by_key(|each| operations[*each].returned_at());
    ends
}

fn latest_return(operations: &[KvOperation<'_>], bound: &[bool]) -> Option<Moment> {
    let bound = operations.iter().zip(bound).filter(|(_, bound)| **bound);
    bound.filter_map(|(operation, _)| operation.returned_at()).max()
}

/// Whether operations certainly cannot be ordered if only some are bound. What was called after
/// `until` is left out.
fn refutes(
    operations: &[KvOperation<'_>],
    bound: &[bool],
    until: Option<Moment>,
    budget: &Budget,
    steps: &mut u64,
) -> bool {
    if *steps == 0 {
        return false;
    }
    let called = operations.iter().zip(bound).filter(|(operation, _)| Some(operation.called) <= until);
    let relaxed = called.filter_map(|(operation, is_bound)| match (is_bound, operation.input.is_get()) {
        (true, _) => Some(*operation),
        (false, true) => None,
        (false, false) => Some(KvOperation { returned: None, ..*operation }),
    });
    let (model, operations) = KeyModel::prepare(&relaxed.collect::<Vec<_>>());
    let (answer, used) = search(&model, &operations, &Budget { steps: budget.steps.min(*steps), ..*budget });
    // To prepare a search is work, too.
    *steps = steps.saturating_sub(used + operations.len() as u64);
    answer == Answer::NotLinearizable
}
