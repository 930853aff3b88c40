//! The search for an order: depth first, and never twice from one configuration (Wing and Gong
//! 1993, Lowe 2017).
//!
//! Operations are taken out of the list of calls and returns one by one, each as if it took effect
//! then. Whatever was called before the first return that is left may be next. If nothing can be,
//! the last choice is undone. Beyond the classic algorithm:
//!
//! * an operation that only observes, and can come next, does: no other order needs to be tried;
//! * operations that never returned come last, only if they change something, and need not all be
//!   ordered;
//! * what leads to the least state ([`Model::is_least`]) is tried after everything else;
//! * a configuration from which nothing can follow that could not follow from an earlier one is not
//!   looked at ([`Configurations::insert`]).

use super::budget::{Budget, Limit};
use super::configurations::{Configuration, Configurations};
use super::entries::Entries;
use super::history::Operation;
use super::model::Model;

/// Whether operations can be put in an order in which the model allows all of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// They can, for instance in this order: numbers of operations, those that never returned only
    /// where they took effect.
    Linearizable(Vec<usize>),
    /// They cannot.
    NotLinearizable,
    /// The budget was used up before either was certain.
    Undecided(Limit),
}

/// Searches for an order of `operations`, which all act on the same object, and says how many steps
/// it took.
pub fn search<M: Model>(model: &M, operations: &[Operation<M::Input, M::Output>], budget: &Budget) -> (Answer, u64) {
    let mut search = Search::new(model, operations);
    let answer = search.run(budget);
    (answer, search.work())
}

struct Search<'a, M: Model> {
    model: &'a M,
    /// Those that returned, by their calls, then those that did not.
    operations: Vec<Candidate<'a, M>>,
    entries: Entries,
    /// What the object holds after all that was taken.
    state: M::State,
    taken: Vec<Taken<M::State>>,
    /// A bit for each operation that returned: whether it was taken.
    finished: Vec<u64>,
    /// The same for those that did not.
    unfinished: Vec<u64>,
    finished_count: usize,
    finished_taken: usize,
    seen: Configurations<M::State>,
    steps: u64,
}

struct Candidate<'a, M: Model> {
    /// Its number among the operations that were given.
    number: usize,
    operation: &'a Operation<M::Input, M::Output>,
    observes: bool,
    /// How many of the operations that returned were called until this one did: while it is not
    /// taken, no others are.
    reach: usize,
}

struct Taken<S> {
    operation: usize,
    choice: Choice,
    state_before: S,
}

/// Why an operation was taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// It only observes and could come next: nothing else is to be tried in its place.
    Forced,
    /// It changes something.
    Preferred,
    /// It leads to the least state.
    LastResort,
}

impl<'a, M: Model> Search<'a, M> {
    fn new(model: &'a M, operations: &'a [Operation<M::Input, M::Output>]) -> Search<'a, M> {
        let operations = candidates(model, operations);
        let finished_count = operations.partition_point(|candidate| candidate.operation.returned.is_some());
        let intervals: Vec<_> =
            operations.iter().map(|each| (each.operation.called, each.operation.returned_at())).collect();
        Search {
            entries: Entries::new(&intervals, finished_count),
            state: model.initial(),
            taken: Vec::new(),
            finished: vec![0; finished_count.div_ceil(64)],
            unfinished: vec![0; (operations.len() - finished_count).div_ceil(64)],
            finished_count,
            finished_taken: 0,
            seen: Configurations::new(),
            steps: 0,
            model,
            operations,
        }
    }

    fn run(&mut self, budget: &Budget) -> Answer {
        // What was undone last; none in a configuration that is new.
        let mut undone = None;
        while self.finished_taken < self.finished_count {
            if let Some(limit) = self.exceeds(budget) {
                return Answer::Undecided(limit);
            }
            if (undone.is_none() && self.take_observation()) || self.take_change(undone) {
                undone = None;
            } else {
                undone = self.undo_choice();
                if undone.is_none() {
                    return Answer::NotLinearizable;
                }
            }
        }
        Answer::Linearizable(self.taken.iter().map(|taken| self.operations[taken.operation].number).collect())
    }

    fn exceeds(&self, budget: &Budget) -> Option<Limit> {
        if self.work() > budget.steps {
            return Some(Limit::Steps);
        }
        (self.seen.bytes() > budget.cache_bytes).then_some(Limit::CacheBytes)
    }

    /// Everything that takes time.
    fn work(&self) -> u64 {
        self.steps + self.seen.comparisons()
    }

    /// Takes an operation that only observes, if one can come next.
    fn take_observation(&mut self) -> bool {
        let observations = self.entries.finished_candidates().filter(|operation| self.operations[*operation].observes);
        let mut steps = 0;
        let possible = observations.inspect(|_| steps += 1).find(|operation| self.step(*operation).is_some());
        self.steps += steps;
        if let Some(operation) = possible {
            self.take(operation, self.state.clone(), Choice::Forced);
        }
        possible.is_some()
    }

    /// Takes the first operation that changes something and leads to a configuration that is worth a
    /// look, of those that are to be tried after `undone`.
    fn take_change(&mut self, undone: Option<(Choice, usize)>) -> bool {
        match undone {
            Some((Choice::LastResort, operation)) => self.take_change_as(Choice::LastResort, Some(operation)),
            _ => {
                self.take_change_as(Choice::Preferred, undone.map(|(_, operation)| operation))
                    || self.take_change_as(Choice::LastResort, None)
            }
        }
    }

    fn take_change_as(&mut self, choice: Choice, mut tried: Option<usize>) -> bool {
        while let Some(operation) = self.entries.candidate_after(tried) {
            tried = Some(operation);
            let Some(state) = self.change(operation) else { continue };
            if self.model.is_least(&state) != (choice == Choice::LastResort) {
                continue;
            }
            self.take(operation, state, choice);
            if self.is_new() {
                return true;
            }
            self.undo();
        }
        false
    }

    /// What the object would hold after an operation that changes something, if it can come next.
    fn change(&mut self, operation: usize) -> Option<M::State> {
        if self.operations[operation].observes {
            return None;
        }
        self.steps += 1;
        let is_useful = |state: &M::State| operation < self.finished_count || *state != self.state;
        self.step(operation).filter(is_useful)
    }

    fn step(&self, operation: usize) -> Option<M::State> {
        let operation = self.operations[operation].operation;
        self.model.step(&self.state, &operation.input, operation.output())
    }

    /// Remembers the configuration that the search is in; false if nothing new can come of it.
    fn is_new(&mut self) -> bool {
        let Some(first) = self.entries.first() else { return true };
        let words = first / 64..self.operations[first].reach.div_ceil(64);
        let (finished, unfinished, state) = (&self.finished[words], &self.unfinished[..], &self.state);
        let is_least = self.model.is_least(state);
        self.seen.insert(&Configuration { first, finished, unfinished, state, is_least })
    }

    fn take(&mut self, operation: usize, state: M::State, choice: Choice) {
        let state_before = std::mem::replace(&mut self.state, state);
        self.taken.push(Taken { operation, choice, state_before });
        self.entries.take(operation);
        self.mark(operation);
        self.finished_taken += usize::from(operation < self.finished_count);
    }

    /// Undoes what was taken last, and says what that was.
    fn undo(&mut self) -> Option<(Choice, usize)> {
        let Taken { operation, choice, state_before } = self.taken.pop()?;
        self.state = state_before;
        self.entries.put_back(operation);
        self.mark(operation);
        self.finished_taken -= usize::from(operation < self.finished_count);
        Some((choice, operation))
    }

    /// Undoes what was taken since the last choice, and that choice, and says which it was.
    fn undo_choice(&mut self) -> Option<(Choice, usize)> {
        loop {
            let undone = self.undo()?;
            if undone.0 != Choice::Forced {
                return Some(undone);
            }
        }
    }

    /// Turns the bit of an operation.
    fn mark(&mut self, operation: usize) {
        let (words, bit) = match operation.checked_sub(self.finished_count) {
            None => (&mut self.finished, operation),
            Some(bit) => (&mut self.unfinished, bit),
        };
        words[bit / 64] ^= 1 << (bit % 64);
    }
}

/// The operations in the order in which a search numbers them, without those that say nothing.
fn candidates<'a, M: Model>(model: &M, operations: &'a [Operation<M::Input, M::Output>]) -> Vec<Candidate<'a, M>> {
    let describe = |(number, operation): (usize, &'a Operation<M::Input, M::Output>)| {
        let observes = model.observes(&operation.input, operation.output());
        Candidate { number, operation, observes, reach: 0 }
    };
    let mut candidates: Vec<Candidate<'a, M>> = operations.iter().enumerate().map(describe).collect();
    candidates.retain(|candidate| candidate.operation.returned.is_some() || !candidate.observes);
    candidates.sort_by_key(|candidate| (candidate.operation.returned.is_none(), candidate.operation.called));
    let calls: Vec<_> = candidates
        .iter()
        .filter(|candidate| candidate.operation.returned.is_some())
        .map(|candidate| candidate.operation.called)
        .collect();
    for candidate in &mut candidates {
        if let Some(at) = candidate.operation.returned_at() {
            candidate.reach = calls.partition_point(|called| *called <= at);
        }
    }
    candidates
}
