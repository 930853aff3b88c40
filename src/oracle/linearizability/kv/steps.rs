//! The operations on one key, prepared for a search.

use super::super::history::{Moment, Operation, Returned};
use super::super::model::Model;
use super::texts::{Place, Texts};
use super::{KvInput, KvOperation};

/// What an operation does to its key.
pub(super) enum Step<'a> {
    Get,
    /// Its value is here, if anything that was read begins with it.
    Put(Option<Place>, Fate),
    Append(&'a str, Fate),
}

/// Whether what a write left must be seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// A read must come after it, and no Put can come between: if the value is nothing that was
    /// read, this order leads nowhere, which need not be found out read by read.
    Seen,
    /// Something else may replace it first.
    Open,
}

/// The value of one key; none if no read returned anything that begins with it. All such values
/// are alike: only a Put leads to something that can be read.
pub(super) type Value = Option<Place>;

/// The model of one key, whose states are places in the texts that were read.
pub(super) struct KeyModel<'a> {
    texts: Texts<'a>,
}

/// An operation of a search: a Get is told its value, the others nothing.
pub(super) type KeyOperation<'a> = Operation<Step<'a>, Value>;

impl<'a> KeyModel<'a> {
    /// The model for these operations, and the operations for the model.
    pub(super) fn prepare(operations: &[KvOperation<'a>]) -> (KeyModel<'a>, Vec<KeyOperation<'a>>) {
        let mut texts = Texts::new();
        let read: Vec<Value> = operations.iter().map(|each| value_read(each).map(|text| texts.insert(text))).collect();
        let fates = Fates::new(operations);
        let prepare = |(operation, read): (&KvOperation<'a>, Value)| {
            let input = match operation.input {
                KvInput::Get { .. } => Step::Get,
                KvInput::Put { value, .. } => Step::Put(texts.find(value), fates.of(operation)),
                KvInput::Append { value, .. } => Step::Append(value, fates.of(operation)),
            };
            let returned = operation.returned.map(|returned| Returned { at: returned.at, output: read });
            Operation { client: operation.client, input, called: operation.called, returned }
        };
        let prepared = operations.iter().zip(read).map(prepare).collect();
        (KeyModel { texts }, prepared)
    }
}

/// What a Get returned.
pub(super) fn value_read<'a>(operation: &KvOperation<'a>) -> Option<&'a str> {
    operation.returned.filter(|_| operation.input.is_get()).map(|returned| returned.output)
}

impl<'a> Model for KeyModel<'a> {
    type State = Value;
    type Input = Step<'a>;
    type Output = Value;

    fn initial(&self) -> Value {
        Some(Place::EMPTY)
    }

    fn step(&self, value: &Value, input: &Step<'a>, output: Option<&Value>) -> Option<Value> {
        let (written, fate) = match *input {
            Step::Get => return output.is_none_or(|read| read == value).then_some(*value),
            Step::Put(place, fate) => (place, fate),
            Step::Append(text, fate) => (value.and_then(|place| self.texts.extend(place, text)), fate),
        };
        // Who never returned would be of no use with a value that nobody can read.
        let must_be_read = fate == Fate::Seen || output.is_none();
        (written.is_some() || !must_be_read).then_some(written)
    }

    fn observes(&self, input: &Step<'a>, _: Option<&Value>) -> bool {
        matches!(input, Step::Get)
    }

    fn is_least(&self, value: &Value) -> bool {
        value.is_none()
    }
}

/// When reads and Puts were, to tell the fates of writes.
struct Fates {
    /// Of the reads, by their calls: the call, and the earliest return of this one and all after it.
    reads: Vec<(Moment, Moment)>,
    /// Of the Puts, by their returns (never is last): the return, and the two earliest calls of this
    /// one and all after it.
    puts: Vec<(Option<Moment>, [Option<Moment>; 2])>,
}

impl Fates {
    fn new(operations: &[KvOperation<'_>]) -> Fates {
        let gets = operations.iter().filter(|operation| operation.input.is_get());
        let mut reads: Vec<_> = gets.filter_map(|get| Some((get.called, get.returned_at()?))).collect();
        reads.sort_unstable();
        let mut earliest = None;
        for (_, returned) in reads.iter_mut().rev() {
            let at = earliest.map_or(*returned, |earliest: Moment| earliest.min(*returned));
            (*returned, earliest) = (at, Some(at));
        }
        Fates { reads, puts: puts(operations) }
    }

    /// What becomes of what a Put or Append left.
    fn of(&self, write: &KvOperation<'_>) -> Fate {
        let Some(returned) = write.returned_at() else { return Fate::Open };
        let after = self.reads.partition_point(|(called, _)| *called <= returned);
        let Some((_, read_at)) = self.reads.get(after) else { return Fate::Open };
        let later = self.puts.partition_point(|(at, _)| at.is_some_and(|at| at < write.called));
        let [first, second] = self.puts.get(later).map_or([None; 2], |(_, calls)| *calls);
        // A Put is one of those that end no earlier than it begins.
        let is_first = write.input.is_put() && first == Some(write.called);
        let replaced_at = if is_first { second } else { first };
        if replaced_at.is_some_and(|called| called <= *read_at) { Fate::Open } else { Fate::Seen }
    }
}

fn puts(operations: &[KvOperation<'_>]) -> Vec<(Option<Moment>, [Option<Moment>; 2])> {
    let puts = operations.iter().filter(|operation| operation.input.is_put());
    let mut puts: Vec<_> = puts.map(|put| (put.returned_at(), [Some(put.called), None])).collect();
    puts.sort_unstable_by_key(|(returned, calls)| (returned.is_none(), *returned, *calls));
    let mut earliest = [None; 2];
    for (_, calls) in puts.iter_mut().rev() {
        let mut all: Vec<Moment> = [earliest[0], earliest[1], calls[0]].into_iter().flatten().collect();
        all.sort_unstable();
        earliest = [all.first().copied(), all.get(1).copied()];
        *calls = earliest;
    }
    puts
}
